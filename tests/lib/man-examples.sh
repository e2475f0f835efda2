#!/bin/sh
# SPDX-License-Identifier: MIT
#
# man-examples.sh MAN LIBRARY INCLUDE CC: every page of section 3 has ERRORS
# and an EXAMPLE, and the example compiles and links. An example is what stands
# between .Bd and .Ed in the section EXAMPLES.
set -eu

man=$1
library=$2
include=$3
cc=$4
number=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In mdoc a backslash is written \e, and \& stands in front of a leading dot.
example_of() {
	awk '/^\.Sh/ { in_examples = /EXAMPLES/ }
		in_examples && /^\.Ed/ { in_code = 0 }
		in_code { print }
		in_examples && /^\.Bd/ { in_code = 1 }' "$1" |
		sed -e 's/\\&//g' -e 's/\\-/-/g' -e 's/\\e/\\/g' -e 's/\\(dq/"/g'
}

report() {
	number=$((number + 1))
	echo "$([ "$1" -eq 0 ] || echo 'not ')ok $number - $2"
}

set -- "$man"/*.3
echo 'TAP version 13'
echo "1..$(($# * 2))"
for page; do
	name=${page##*/}
	status=0
	grep -q '^\.Sh ERRORS' "$page" && grep -q '^\.Sh EXAMPLES' "$page" ||
		status=1
	report "$status" "$name has errors and an example"

	example_of "$page" >"$work/example.c"
	status=0
	[ -s "$work/example.c" ] &&
		"$cc" -std=gnu11 -Wall -Wextra -Werror -I"$include" \
			"$work/example.c" -o "$work/example" "$library" \
			-Wl,--unresolved-symbols=ignore-in-shared-libs \
			>"$work/log" 2>&1 || status=1
	[ "$status" -eq 0 ] || sed 's/^/# /' "$work/log"
	report "$status" "the example of $name compiles"
done
