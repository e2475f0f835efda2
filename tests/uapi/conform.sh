#!/bin/bash
# SPDX-License-Identifier: MIT
#
# conform.sh DEVICE PROGRAM...: run the conformance tests one after the other
# on one device, in one machine, and make one TAP of what they say. Each case
# gets the name of its program; a program that dies is a case that failed, and
# so is one that is known to fail (tap.h) and does not.
set -uo pipefail

export AXLE_DEVICE=$1
shift
total=0
failed=0

# Of one program: what it says comes in, its status last.
relay() {
	local name=$1 want=1 seen=0 status='' line

	while IFS= read -r line; do
		case $line in
		'TAP version '*) continue ;;
		1..[0-9]*) want=${line#1..} && continue ;;
		'@ '*) status=${line#@ } && continue ;;
		'not ok '* | 'ok '*'# TODO '*)
			[[ $line == not*'# TODO '* ]] || ((failed++))
			;;&
		'not ok '* | 'ok '*)
			((seen++))
			line=${line%%ok *}"ok - $name: ${line#* - }"
			;;
		esac
		printf '%s\n' "$line"
	done
	((total += seen))
	if ((seen != want || status > 1)); then
		printf '# ended with status %s\n' "$status"
		printf 'not ok - %s: runs to its end\n' "$name"
		((++total, ++failed))
	fi
}

echo 'TAP version 13'
for program in "$@"; do
	relay "${program##*/test-}" < <(
		"$program"
		echo "@ $?"
	)
done
echo "1..$total"
((failed == 0))
