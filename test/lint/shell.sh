# shellcheck shell=bash
#
# Scripts have no warning of shellcheck's.
#
# needs shellcheck

set -euo pipefail

xargs awk 'FNR > 1 { nextfile } /^#!.*[\/ ](ba)?sh( |$)/ || /^# shellcheck shell=/ { print FILENAME }' |
	xargs shellcheck --external-sources --source-path=SCRIPTDIR --format=gcc || true
