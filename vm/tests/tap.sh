# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# TAP for these tests: "check SENTENCE COMMAND..." is one case.
tap_count=0
tap_failed=0

check() {
	local sentence=$1
	shift

	tap_count=$((tap_count + 1))
	if "$@"; then
		printf 'ok %d - %s\n' "$tap_count" "$sentence"
	else
		printf 'not ok %d - %s\n' "$tap_count" "$sentence"
		printf '# failed: %q' "$1"
		shift
		(($# == 0)) || printf ' %q' "$@"
		printf '\n'
		tap_failed=1
	fi
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

is() {
	[[ $1 == "$2" ]] && return
	printf '# got      %q\n# expected %q\n' "$1" "$2"
	return 1
}

# like TEXT GLOB
like() {
	# shellcheck disable=SC2053 # a glob is what is wanted
	[[ $1 == $2 ]] && return
	printf '# got      %q\n# expected %q\n' "$1" "$2"
	return 1
}

tap_end() {
	printf '1..%d\n' "$tap_count"
	exit "$tap_failed"
}
