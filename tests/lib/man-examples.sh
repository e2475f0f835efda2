#!/bin/bash
# SPDX-License-Identifier: MIT
#
# man-examples.sh MAN LIBRARY INCLUDE CC: every page of section 3 has ERRORS
# and an EXAMPLE, and the example compiles and links. An example is what stands
# between .Bd and .Ed in the section EXAMPLES.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

man=$1
library=$2
include=$3
cc=$4

# In mdoc a backslash is written \e, and \& stands in front of a leading dot.
example_of() {
	awk '/^\.Sh/ { in_examples = /EXAMPLES/ }
		in_examples && /^\.Ed/ { in_code = 0 }
		in_code { print }
		in_examples && /^\.Bd/ { in_code = 1 }' "$1" |
		sed -e 's/\\&//g' -e 's/\\-/-/g' -e 's/\\e/\\/g' -e 's/\\(dq/"/g'
}

is_whole() {
	grep -q '^\.Sh ERRORS' "$1" && grep -q '^\.Sh EXAMPLES' "$1"
}

compiles() {
	example_of "$1" >"$dir/example.c"
	[[ -s $dir/example.c ]] &&
		"$cc" -std=gnu11 -Wall -Wextra -Werror -I"$include" \
			"$dir/example.c" -o "$dir/example" "$library" \
			-Wl,--unresolved-symbols=ignore-in-shared-libs
}

set -- "$man"/*.3
plan $(($# * 2))
for page; do
	name=${page##*/}
	try "$name has errors and an example" is_whole "$page"
	try "the example of $name compiles" compiles "$page"
done
