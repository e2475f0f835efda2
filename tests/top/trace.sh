#!/bin/bash
# SPDX-License-Identifier: MIT
#
# trace.sh AXLE DIGITS: axle trace on the embedded device.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

axle=$1
# A program that needs nothing but itself.
program=$2

has() {
	jq -e "$@" "$dir/out.json" >/dev/null
}

plan 7

"$axle" trace --no-kernel -o "$dir/out.json" -- "$program" >"$dir/out" \
	2>"$dir/err"
result $? "a program is run and its timeline written"
has '.traceEvents | map(select(.cat == "device" and .ph == "X")) | length > 0'
result $? "jobs are on the device's track"
has '[.traceEvents[] | select(.cat == "device") | .dur > 0] | all'
result $? "each of them took time"
# Clocks may differ by what comparing them takes.
# shellcheck disable=SC2016
has '(.traceEvents | map(select(.name == "submit").ts) | min) as $first |
	[.traceEvents[] | select(.cat == "device") | .ts > $first - 1000] | all'
result $? "none began before the first was submitted"
# shellcheck disable=SC2016
has '(.traceEvents | map(select(.ph == "s").id)) as $from |
	[.traceEvents[] | select(.ph == "f").id | IN($from[])] | all'
result $? "each is tied to the call that submitted it"

"$axle" trace --no-kernel -o "$dir/out.json" -- sh -c 'exit 7' >"$dir/out" \
	2>"$dir/err"
[[ $? -eq 7 ]] && has '.traceEvents == []'
result $? "it ends as the command ends, with a document all the same"

"$axle" trace --no-kernel -o "$dir/no/such.json" -- true >"$dir/out" \
	2>"$dir/err"
[[ $? -eq 1 && -s $dir/err ]]
result $? "a document that cannot be written is an error"
