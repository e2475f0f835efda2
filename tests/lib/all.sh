#!/bin/bash
# SPDX-License-Identifier: MIT
#
# all.sh PROGRAM...: several TAP programs as one. Their cases are numbered
# through, with the program's name in front; one that ends badly is a case more.
set -uo pipefail

number=0
for program in "$@"; do
	name=$(basename "$program")
	name=${name#test-lib-}
	while IFS= read -r line; do
		case $line in
		'TAP version'* | 1..*) ;;
		'ok '* | 'not ok '*)
			echo "${line%%ok *}ok $((++number)) - $name: ${line#* - }"
			;;
		'exit status 0') ;;
		'exit status '*)
			echo "not ok $((++number)) - $name: ends with $line" ;;
		*) echo "# $line" ;;
		esac
	done < <("$program" 2>&1; echo "exit status $?")
done
echo "1..$number"
