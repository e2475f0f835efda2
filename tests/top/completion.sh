#!/bin/bash
# SPDX-License-Identifier: MIT
#
# completion.sh AXLE FILE: what bash offers behind "axle".
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

ln -s "$(realpath -- "$1")" "$dir/axle"
PATH=$dir:$PATH
# shellcheck source=/dev/null
. "$2"

# offers SENTENCE WANTED WORD...: the last word is what has been typed of it.
offers() {
	local sentence=$1 wanted=$2

	shift 2
	COMP_WORDS=(axle "$@")
	COMP_CWORD=$#
	_axle
	echo "${COMPREPLY[*]}" >"$dir/offered"
	[[ " ${COMPREPLY[*]} " == *" $wanted "* ]]
	result $? "$sentence" "$dir/offered"
}

plan 6
offers "a command is completed" list li
offers "and is found behind global options" top --debug to
offers "the options of a command are completed" --batch top --ba
offers "a device is completed" soft info so
offers "the columns to sort by are completed" memory top --sort me
offers "help knows the commands" reset help re
