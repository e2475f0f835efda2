#!/bin/sh
# SPDX-License-Identifier: MIT
#
# factorial.sh AXLE-FACTORIAL: what the example says where there is nothing to
# compute on, or nothing to compute.
set -u

factorial=$1
number=0

# try STATUS SENTENCE ARGUMENT...
try() {
	want=$1
	sentence=$2
	shift 2
	number=$((number + 1))
	"$factorial" "$@" >/dev/null 2>&1
	got=$?
	if [ "$got" -eq "$want" ]; then
		echo "ok $number - $sentence"
	else
		echo "# exit status $got, not $want"
		echo "not ok $number - $sentence"
	fi
}

echo 'TAP version 13'
try 2 'no number is wrong usage'
try 2 'two numbers are wrong usage' 1 2
try 2 'a word is wrong usage' ten
try 2 'a negative number is wrong usage' -- -1
try 2 'a number that is too long is wrong usage' 4294967296
try 2 'an unknown option is wrong usage' --fast 1
try 3 'an unknown device is not found' --device no-such-device 3
echo "1..$number"
