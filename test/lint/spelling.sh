# shellcheck shell=bash
#
# Words are spelled as they should be. Those in test/lint/words are no mistakes.
#
# needs codespell

set -euo pipefail

# inputs of the fuzzers are full of them
grep -vE '^(test/fuzz/(corpus/|words\.dict)|src/typedefs\.list$|test/lint/words$)' |
	xargs codespell --ignore-words=test/lint/words || true
