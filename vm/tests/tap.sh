# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# TAP for these tests, and comparisons that say what there is instead.
# shellcheck source=tests/harness/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../tests/harness/tap.sh"

is() {
	[[ $1 == "$2" ]] && return
	printf 'got      %q\nexpected %q\n' "$1" "$2"
	return 1
}

# like TEXT GLOB
like() {
	# shellcheck disable=SC2053 # a glob is what is wanted
	[[ $1 == $2 ]] && return
	printf 'got      %q\nexpected %q\n' "$1" "$2"
	return 1
}
