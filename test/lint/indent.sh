# shellcheck shell=bash
#
# The C sources are laid out as test/bin/indent does it. Newer versions indent
# what follows a "?" otherwise.
#
# needs pg_bsd_indent 2.1.1

set -euo pipefail

test/bin/indent --check || true
