#!/bin/bash
# SPDX-License-Identifier: MIT
#
# layout.sh: compile layout.c with the header of every kernel that the tests of
# qaic run on and that is in the cache; a difference is an error of the compiler.
set -uo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../../..")
series=(6.12 7.2)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

echo 'TAP version 13'
echo "1..${#series[@]}"
for one in "${series[@]}"; do
	name="calls of qaic are those of kernel $one"
	header=
	if root=$("$top/scripts/fetch-kernel" --cached "$one" 2>/dev/null); then
		header=$(find "$root/usr/src" -path '*/include/uapi/drm/qaic_accel.h' -print -quit)
	fi
	if [[ -z $header ]]; then
		echo "ok - $name # SKIP it is not in the cache"
		continue
	fi
	grep -v '^#include' "$header" >"$work/header.h"
	if "${CC:-cc}" -fsyntax-only -I"$top/lib" \
		-DKERNEL_HEADER="\"$work/header.h\"" "$here/layout.c" 2>&1 |
		sed 's/^/# /'; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		failed=1
	fi
done
exit "$failed"
