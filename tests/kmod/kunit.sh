#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The results of the tests inside of the kernel, as TAP. In a VM; only the debug
# kernel can run them.
set -u

results=/sys/kernel/debug/kunit

if [[ ! -d /sys/module/kunit ]]; then
	echo "1..0 # SKIP the kernel has no KUnit"
	exit 0
fi
modprobe axle_kunit || exit 1

# The cases are those that are indented; a case that did not end has no line,
# so the plan of its suite, which comes first, is what counts.
cat "$results"/*/results 2>/dev/null | awk '
	BEGIN { print "TAP version 13" }
	/^ +1\.\.[0-9]+$/ { sub(/^ +1\.\./, ""); planned += $0; next }
	/^ +(not )?ok [0-9]+/ {
		verdict = /^ +not ok/ ? "not ok" : "ok"
		failed += verdict != "ok"
		sub(/^ +(not )?ok [0-9]+ (- )?/, "")
		printf "%s %d - %s\n", verdict, ++count, $0
		next
	}
	/^ +# .*(EXPECTATION|ASSERTION)/, /^ +(not )?ok/ { print "#" $0 }
	END {
		printf "1..%d\n", planned ? planned : 1
		exit failed || !planned || planned != count
	}'
