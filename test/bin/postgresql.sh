# shellcheck shell=bash
#
# What check-assert and check-valgrind share: a PostgreSQL 15 that is built of
# Debian's sources once and kept. It comes after lib.sh, and needs apt-get, as
# root or with sudo.

sources='' sudo=()

# Removes the sources and what was built of them.
close_sources() {
	[[ -z $sources ]] || rm -rf "$sources"
}

# apt COMMAND...: runs a command of apt's that reads lists of sources, which are
# kept in the directory of the sources: the system's lists stay as they are.
apt() {
	local command=$1
	shift
	"$command" -o Dir::Etc::SourceList=/dev/null \
		-o Dir::Etc::SourceParts="$sources/parts" -o Dir::State::Lists="$sources/lists" \
		-o APT::Sandbox::User=root "$@"
}

# Makes lists of sources of the system's lists of packages. Some of them may
# have no sources.
list_sources() {
	local file
	mkdir -p "$sources/parts" "$sources/lists/partial"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		[[ -e $file ]] || continue
		case $file in
			*.sources) sed 's/^Types:.*/Types: deb-src/' "$file" ;;
			*.list) sed -n 's/^deb /deb-src /p' "$file" ;;
		esac > "$sources/parts/${file##*/}"
	done
	apt apt-get -qq update || true
}

# Prints the versions of the sources that there are, the newest first. What a
# list names need not be there any more.
source_versions() {
	apt apt-cache showsrc postgresql-15 | sed -n 's/^Version: //p' | sort -Vru
}

# Fetches the sources into their directory.
fetch_sources() {
	local version
	list_sources
	for version in $(source_versions); do
		# PostgreSQL's own tar file, without Debian's patches
		if apt apt-get -qq --tar-only --download-only source "postgresql-15=$version"; then
			tar -xf postgresql-15_*.orig.tar.* --strip-components=1
			return
		fi
	done
	echo "there are no sources of postgresql-15"
	return 1
}

# build_postgresql PREFIX OPTION...: builds it with these options of configure
# and installs it. A file says that all of it is there. COPT and what else the
# caller set is for the extension.
build_postgresql() {
	set -e
	local prefix=$1 clean=(env -i "HOME=$HOME" "PATH=$PATH")
	shift
	cd "$sources"
	fetch_sources
	"${clean[@]}" ./configure --quiet --prefix="$prefix" --enable-debug --enable-tap-tests \
		--with-openssl --with-icu --without-readline CFLAGS='-O1 -g' "$@"
	"${clean[@]}" make -s -j "$(nproc)" world-bin
	"${sudo[@]}" make -s install-world-bin
	"${sudo[@]}" cp src/tools/valgrind.supp "$prefix/share"
	"${sudo[@]}" touch "$prefix/complete"
}

# provide_postgresql WHAT PREFIX OPTION...: builds it unless that was done;
# test/bin/packages is asked for what WHAT needs, too.
provide_postgresql() {
	local what=$1 prefix=$2 status=0
	shift
	# shellcheck disable=SC2154 # lib.sh sets checkout
	PG_CONFIG=$prefix/bin/pg_config "$checkout/test/bin/packages" "$what"
	[[ ! -e $prefix/complete ]] || return 0
	command -v apt-get > /dev/null || fail "this needs apt-get"
	((EUID == 0)) || sudo=(sudo)
	echo "Building a PostgreSQL 15 in $prefix ..."
	trap close_sources EXIT
	sources=$(mktemp -d /tmp/rootfi.XXXXXX)
	# no condition, in which bash would go on after an error
	set +e
	(build_postgresql "$@") > "$sources/log" 2>&1
	status=$?
	set -e
	if ((status != 0)); then
		tail -n 40 "$sources/log" >&2
		fail "could not build PostgreSQL"
	fi
	close_sources
	trap - EXIT
}
