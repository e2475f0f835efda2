#!/bin/sh
# SPDX-License-Identifier: MIT
#
# symbols.sh LIBRARY HEADER...: the library exports what its headers declare,
# and nothing else.
set -eu

library=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" | sed -n 's/.* T \([a-z0-9_]*\).*/\1/p' |
	sort -u >"$work/exported"
# A call in a comment has nothing or a section between its parentheses.
cat "$@" | grep -o '\baxl_[a-z0-9_]*([^0-9)]' | sed 's/(.*//' |
	grep -v '^axl_error_detail$' | sort -u >"$work/declared"
nm -D --defined-only "$library" | grep -v ' [TA] ' >"$work/other" || :

echo 'TAP version 13'
echo '1..2'
if diff "$work/declared" "$work/exported" >"$work/diff"; then
	echo 'ok 1 - exported is what the headers declare'
else
	sed 's/^/# /' "$work/diff"
	echo 'not ok 1 - exported is what the headers declare'
fi
# The sanitizers of a developer's build export marks of their own.
if grep -v '__\(asan\|ubsan\|odr_asan\|start\|stop\)' "$work/other" \
	>"$work/data"; then
	sed 's/^/# /' "$work/data"
	echo 'not ok 2 - no data is exported'
else
	echo 'ok 2 - no data is exported'
fi
