# shellcheck shell=bash
#
# What the scripts beside this file share: a work directory that holds a copy
# of the sources, a private copy of the PostgreSQL installation, a server and
# a sandbox. Nothing is written anywhere else.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Says why this cannot go on, and ends.
fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# Prints the newest version of PostgreSQL that Debian's packages have
# installed, if that is one we support.
packaged_version() {
	local dir version newest=
	for dir in /usr/lib/postgresql/*/bin/postgres; do
		version=${dir#/usr/lib/postgresql/}
		version=${version%%/*}
		[[ $version =~ ^[0-9]+$ ]] && ((version >= 15 && version > ${newest:-0})) &&
			newest=$version
	done
	echo "$newest"
}

# Prints the pg_config of the PostgreSQL to use: the caller's PG_CONFIG, the
# newest package or what PATH has.
chosen_pg_config() {
	local version
	version=$(packaged_version)
	echo "${PG_CONFIG:-${version:+/usr/lib/postgresql/$version/bin/}pg_config}"
}

# Succeeds if there is a clang that fuzzing programs can be built with.
has_clang() {
	command -v "${CLANG:-clang}" > /dev/null &&
		compgen -G "$("${CLANG:-clang}" -print-resource-dir)/lib/*/libclang_rt.fuzzer*.a" \
			> /dev/null
}

# Makes the work directory, to be removed however this ends. The server
# refuses to run as root, so root hands all work to another user.
open_work() {
	user='' as_user=() bindir='' work=''
	trap close_work EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# A short path, whatever TMPDIR says: sockets allow 107 bytes.
	work=$(realpath "$(mktemp -d /tmp/rootfi.XXXXXX)")
	mkdir "$work"/{home,root,src,tmp}
	mkdir -m 700 "$work/socket"
	cp "$checkout/test/bin/stop" "$work"
	# Nothing of the caller's PG* or make variables gets through.
	environment=(
		"HOME=$work/home" LANG=C.UTF-8 "PATH=$PATH" "TMPDIR=$work/tmp"
		"ROOTFI_WORK=$work" "PGHOST=$work/socket" PGUSER=postgres
	)
}

# Stops all that runs in the work directory; removes it unless KEEP is set.
close_work() {
	trap '' HUP INT TERM
	if [[ ! -x $work/stop ]]; then
		rm -rf "$work"
	elif [[ -z ${KEEP-} ]]; then
		"$work/stop"
	elif declare -F kept > /dev/null; then
		kept
	else
		"$work/stop" --keep
	fi
}

# tell_kept WHAT DATABASE [ROLE]: says what stays behind, how to use and how to
# end it.
tell_kept() {
	echo
	echo "$1. To join:"
	echo "  ${user:+runuser -u $user -- }$bindir/psql -h $work/socket -U ${3-postgres} $2"
	echo "To stop and remove all:"
	echo "  $work/stop"
}

# Starts a command in the copied sources, as the server's user, and sets job
# to its process. It gets a process group of its own: so we may wait for it
# and still hear signals at once.
start() {
	set -m
	(
		cd "$work/src" || exit
		exec "${as_user[@]}" env -i "${environment[@]}" "$@"
	) < /dev/null &
	set +m
	job=$!
}

# Runs a command likewise, and waits for it.
run() {
	start "$@"
	wait "$job"
}

# Runs a function whose output is of interest only when it fails.
quietly() {
	"$@" > "$work/quiet.log" 2>&1 || {
		cat "$work/quiet.log" >&2
		return 1
	}
}

# Copies the sources: what git knows or would add, else all but built files.
copy_sources() {
	local file
	if git -C "$checkout" ls-files -z --cached --others --exclude-standard \
		> "$work/files" 2> /dev/null && grep -qzFx Makefile "$work/files"; then
		while IFS= read -r -d '' file; do
			# a file may be gone without git having been told
			[[ ! -e $checkout/$file ]] || printf '%s\0' "$file"
		done < "$work/files" |
			(cd "$checkout" && xargs -0 cp -P --parents -t "$work/src" --)
	else
		cp -R "$checkout/." "$work/src"
		find "$work/src" -name '*.o' -delete -o -name '*.so' -delete -o \
			-name rootfi-sandbox -type f -delete
	fi
}

# Mirrors the PostgreSQL installation below the work directory. PostgreSQL
# finds its files from the place of its programs, so these are real copies
# and all else is links: what is installed there stays there.
copy_postgresql() {
	local original dir option
	original=$("$(chosen_pg_config)" --bindir) ||
		fail "$(chosen_pg_config) does not work"
	bindir=$work/root$original
	mkdir -p "$bindir"
	cp "$original"/{initdb,postgres,psql} "$original"/pg* "$bindir"
	for option in --pkglibdir --sharedir --pkgincludedir --includedir-server; do
		dir=$("$original/pg_config" "$option")
		[[ ! -e $work/root$dir ]] || continue
		mkdir -p "$work/root$dir"
		cp -as "$dir/." "$work/root$dir"
		[[ $("$bindir/pg_config" "$option") == "$work/root$dir" ]] ||
			fail "the PostgreSQL in $original cannot be relocated"
	done
	# the static libraries, where they do not lie beside the modules
	dir=$("$original/pg_config" --libdir)
	mkdir -p "$work/root$dir"
	find "$dir" -maxdepth 1 -name 'libpg*.a' -exec ln -sf {} "$work/root$dir" \;
	# links to a rootfi installed on this system
	find "$work/root" -name 'rootfi*' ! -type d -delete
}

# Puts a script in the place of the server's program that runs servers, and no
# other of its modes, under valgrind. Each process writes what it finds to a
# file of its own; frames have the full names of the source files.
watch_memory() {
	mkdir -m 1777 "$work/valgrind"
	mv "$bindir/postgres" "$bindir/postgres_watched"
	cat > "$bindir/postgres" <<-END
		#!/bin/sh
		case "\$1 \$2" in
			--boot* | --single* | --check* | --describe-config* | -C* | *' -C'* | -V* | --version*) ;;
			*) exec valgrind --quiet --leak-check=no --trace-children=yes --track-origins=no \\
				--num-callers=60 --error-limit=no --vgdb=no --fullpath-after= \\
				--suppressions='$VALGRIND_SUPPRESSIONS' \\
				--log-file='$work/valgrind/%p.log' '$bindir/postgres_watched' "\$@" ;;
		esac
		exec '$bindir/postgres_watched' "\$@"
	END
	chmod +x "$bindir/postgres"
}

# Fills the work directory, gives it to the server's user, and sets make to
# the command that builds there, with the caller's choices.
stage() {
	local name
	copy_sources
	copy_postgresql
	[[ -z ${VALGRIND_SUPPRESSIONS-} ]] || watch_memory
	if ((EUID == 0)); then
		user=postgres
		id "$user" > /dev/null 2>&1 || user=nobody
		chown -hR "$user:" "$work"
		# unlike su and runuser, no process in between to pass on signals
		as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --init-groups)
	fi
	make=(make --no-print-directory "PG_CONFIG=$bindir/pg_config")
	for name in CC COPT ISOLATION PG_CFLAGS PROVE_TESTS REGRESS; do
		[[ ! -v $name ]] || make+=("$name=${!name}")
	done
}

# Builds extension and sandbox and installs the extension into the copy.
build() {
	run "${make[@]}" -j "$(nproc)" all sandbox && run "${make[@]}" -s install
}

# start_cluster [SETTING=VALUE]...: starts a server. Any role may log in without
# a password, but only the server's user gets into the directory of its socket.
start_cluster() {
	local settings='' setting
	for setting in "$@"; do
		settings+=" -c $setting"
	done
	if ! run "$bindir/initdb" -D "$work/data" -U postgres -A trust -E UTF8 \
		--locale=C.UTF-8 --no-sync ||
		! run "$bindir/pg_ctl" -D "$work/data" -l "$work/server.log" -o "-c fsync=off \
			-c listen_addresses='' -c unix_socket_directories='$work/socket'$settings" start; then
		cat "$work/server.log"
		return 1
	fi
}

# start_sandbox NAME OPTION...: starts a sandbox and puts its address where
# \getenv finds it by that name.
start_sandbox() {
	local name=$1 port
	shift
	# The sandbox closes its output once it has printed its port.
	# shellcheck disable=SC2016
	port=$(run bash -c 'test/sandbox/rootfi-sandbox --key sandbox-key "$@" \
		< /dev/null 2>> "$ROOTFI_WORK/sandbox.log" &' sandbox "$@")
	if [[ -z $port ]]; then
		cat "$work/sandbox.log" >&2
		fail "the sandbox did not start"
	fi
	environment+=("$name=http://127.0.0.1:$port")
}
