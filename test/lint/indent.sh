# shellcheck shell=bash
#
# The C sources are laid out as test/bin/indent does it.
#
# needs pg_bsd_indent

set -euo pipefail

test/bin/indent --check || true
