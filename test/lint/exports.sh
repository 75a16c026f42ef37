# shellcheck shell=bash
#
# What the library's parts export begins with rootfi_, but for what PostgreSQL
# asks for: up to version 15 libraries share all names with the whole server.
#
# The library is that of the tree if it is up to date, else one that is built
# for this; LINT_BUILD is a directory where what is built may stay.
#
# needs make
# needs nm

set -euo pipefail

make=(make -s "PG_CONFIG=${PG_CONFIG:-pg_config}" -j "$(nproc)")
# not those of a make that runs this
unset MAKEFLAGS MAKELEVEL
library=$PWD
if ! "${make[@]}" -q all 2> /dev/null; then
	library=${LINT_BUILD-}
	if [[ -z $library ]]; then
		library=$(mktemp -d)
		trap 'rm -rf "$library"' EXIT
	fi
	if ! said=$("${make[@]}" -C "$library" -f "$PWD/Makefile" all 2>&1); then
		# what the compiler tells of names the place
		sed -En "s|^($PWD/)?([^ :]+:[0-9]+):[0-9]+: ((fatal )?error: .*)|\2: \3|p" <<< "$said"
		echo "Makefile:1: make fails"
		exit
	fi
fi
find "$library/src" -name '*.o' -exec nm --extern-only --defined-only --line-numbers {} + |
	awk -v top="$PWD/" '
		NF > 2 && $3 !~ /^(rootfi_|pg_finfo_rootfi_|Pg_magic_func$|_PG_init$)/ {
			place = NF > 3 ? $4 : "Makefile:1"
			sub("^" top, "", place)
			print place ": exports " $3 ", which does not begin with rootfi_"
		}'
