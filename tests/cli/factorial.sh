#!/bin/bash
# SPDX-License-Identifier: MIT
#
# factorial.sh AXLE-FACTORIAL: what the example says where there is nothing to
# compute on, or nothing to compute.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

factorial=$1

# ends STATUS SENTENCE ARGUMENT...
ends() {
	local got

	"$factorial" "${@:3}" >"$dir/out" 2>"$dir/err"
	got=$?
	echo "exit status $got, not $1" >>"$dir/err"
	[[ $got -eq $1 ]]
	result $? "$2"
}

plan 7
ends 2 'no number is wrong usage'
ends 2 'two numbers are wrong usage' 1 2
ends 2 'a word is wrong usage' ten
ends 2 'a negative number is wrong usage' -- -1
ends 2 'a number that is too long is wrong usage' 4294967296
ends 2 'an unknown option is wrong usage' --fast 1
ends 3 'an unknown device is not found' --device no-such-device 3
