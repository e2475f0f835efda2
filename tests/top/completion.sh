#!/bin/bash
# SPDX-License-Identifier: MIT
#
# completion.sh AXLE FILE: what bash offers behind "axle".
set -uo pipefail

dir=$(mktemp -d)
trap 'rm -rf -- "$dir"' EXIT
ln -s "$(realpath -- "$1")" "$dir/axle"
PATH=$dir:$PATH
# shellcheck source=/dev/null
. "$2"
number=0

# offers SENTENCE WANTED WORD...: the last word is what has been typed of it.
offers() {
	local sentence=$1 wanted=$2

	shift 2
	COMP_WORDS=(axle "$@")
	COMP_CWORD=$#
	_axle
	((number++))
	if [[ " ${COMPREPLY[*]} " == *" $wanted "* ]]; then
		echo "ok $number - $sentence"
	else
		echo "not ok $number - $sentence"
		echo "# offered: ${COMPREPLY[*]}"
	fi
}

echo "TAP version 13"
echo "1..6"
offers "a command is completed" list li
offers "and is found behind global options" top --debug to
offers "the options of a command are completed" --batch top --ba
offers "a device is completed" soft info so
offers "the columns to sort by are completed" memory top --sort me
offers "help knows the commands" reset help re
