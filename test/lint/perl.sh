# shellcheck shell=bash
#
# Perl is valid, and tells of nothing when it is compiled.
#
# needs perl

set -euo pipefail

pgxs=$("${PG_CONFIG:-pg_config}" --pgxs)
# Tells what perl says of a file, one line for each place.
# shellcheck disable=SC2016
grep -E '\.p[lm]$' |
	xargs -P "$(nproc)" -n 1 sh -c 'perl -w -I test/perl -I "$0" -c "$1" || true' \
		"${pgxs%/makefiles/*}/test/perl" 2>&1 |
	sed -E '/ syntax OK$/d; / had compilation errors\.$/d; /^BEGIN failed/d
		s/^(.*) at (.*) line ([0-9]+)(.*)$/\2:\3: \1\4/'
