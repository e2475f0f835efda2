#!/bin/bash
# SPDX-License-Identifier: MIT
#
# layout.sh: compile layout.c with the header of every kernel that the tests of
# qaic run on and that is in the cache; a difference is an error of the compiler.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../../harness/tap.sh"

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../../..")
series=(6.12 7.2)

# compiles HEADER
compiles() {
	grep -v '^#include' "$1" >"$dir/header.h" &&
		"${CC:-cc}" -fsyntax-only -I"$top/lib" \
			-DKERNEL_HEADER="\"$dir/header.h\"" "$here/layout.c"
}

plan ${#series[@]}
for one in "${series[@]}"; do
	name="calls of qaic are those of kernel $one"
	header=
	if root=$("$top/scripts/fetch-kernel" --cached "$one" 2>/dev/null); then
		header=$(find "$root/usr/src" -path '*/include/uapi/drm/qaic_accel.h' -print -quit)
	fi
	if [[ -z $header ]]; then
		skip "$name" "it is not in the cache"
	else
		try "$name" compiles "$header"
	fi
done
