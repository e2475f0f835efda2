#!/bin/bash
# SPDX-License-Identifier: MIT
#
# unit.sh UNIT EXPORTER: what systemd says of the unit, with this program in it.
# shellcheck disable=SC2317 # called by name
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

command -v systemd-analyze >/dev/null ||
	skip_all "systemd-analyze is not installed"
program=$(realpath -- "$2")
unit=$dir/axle-exporter.service
sed "s|^ExecStart=[^ ]*|ExecStart=$program|" "$1" >"$unit"

# It is no failure to complain, so complaints are counted.
verify() {
	systemd-analyze verify --man=no "$unit" >"$dir/out" 2>&1 &&
		! grep -q axle-exporter.service "$dir/out"
}

plan 2
check verify "systemd takes the unit without a complaint"
# Of 10; 0 would be no access to anything.
try "what the unit may do is rated at most 2.0" \
	systemd-analyze security --offline=true --threshold=20 "$unit"
