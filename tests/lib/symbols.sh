#!/bin/bash
# SPDX-License-Identifier: MIT
#
# symbols.sh LIBRARY HEADER...: the library exports what its headers declare,
# and nothing else.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

library=$1
shift

nm -D --defined-only "$library" | sed -n 's/.* T \([a-z0-9_]*\).*/\1/p' |
	sort -u >"$dir/exported"
# A call in a comment has nothing or a section between its parentheses.
cat "$@" | grep -o '\baxl_[a-z0-9_]*([^0-9)]' | sed 's/(.*//' |
	grep -v '^axl_error_detail$' | sort -u >"$dir/declared"
nm -D --defined-only "$library" | grep -v ' [TA] ' >"$dir/other"

# The sanitizers of a developer's build export marks of their own.
no_data() {
	! grep -v '__\(asan\|ubsan\|odr_asan\|start\|stop\)' "$dir/other"
}

plan 2
try "exported is what the headers declare" \
	diff "$dir/declared" "$dir/exported"
try "no data is exported" no_data
