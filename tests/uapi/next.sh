#!/bin/bash
# SPDX-License-Identifier: MIT
#
# next.sh ARGUMENT...: vm/run on the newest kernel, with modules of ours for it.
# Without them, which make kernel-next builds, there is nothing to test.
set -euo pipefail

top=$(dirname "$(readlink -f "$0")")/../..
build=${AXLE_BUILD_DIR:-$top/build}
series=7.2

if ! "$top/scripts/fetch-kernel" --cached "$series" >/dev/null ||
	[[ ! -d $build/kernel-$series/modules/lib ]]; then
	echo "1..0 # SKIP no modules for kernel $series; make kernel-next"
	exit 0
fi
exec "$top/vm/run" --kernel "$series" "$@"
