#!/bin/bash
# SPDX-License-Identifier: MIT
#
# unit.sh UNIT EXPORTER: what systemd says of the unit, with this program in it.
# shellcheck disable=SC2317 # called by name
set -uo pipefail

command -v systemd-analyze >/dev/null || {
	echo "1..0 # SKIP systemd-analyze is not installed"
	exit 0
}
program=$(realpath -- "$2")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
unit=$work/axle-exporter.service
sed "s|^ExecStart=[^ ]*|ExecStart=$program|" "$1" >"$unit"
failed=0

# ok SENTENCE COMMAND...
ok() {
	local sentence=$1

	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok $sentence"
	else
		sed 's/^/# /' "$work/log"
		echo "not ok $sentence"
		failed=1
	fi
}

# It is no failure to complain, so complaints are counted.
verify() {
	systemd-analyze verify --man=no "$unit" 2>&1 | tee "$work/verify" &&
		! grep -q axle-exporter.service "$work/verify"
}

echo "TAP version 13"
echo "1..2"
ok "1 - systemd takes the unit without a complaint" verify
# Of 10; 0 would be no access to anything.
ok "2 - what the unit may do is rated at most 2.0" \
	systemd-analyze security --offline=true --threshold=20 "$unit"
exit "$failed"
