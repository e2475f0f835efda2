#!/bin/bash
# SPDX-License-Identifier: MIT
#
# aic100.sh BUILD: in a virtual machine with a Cloud AI 100, what an operator's
# commands show of a driver of mainline, and how they say what it does not tell.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

build=$1
PATH=$build:$build/exporter:$PATH

# says SENTENCE STATUS TEXT COMMAND...: it ends so and says so.
says() {
	local sentence=$1 status=$2 text=$3 rc

	shift 3
	"$@" >"$dir/out" 2>&1
	rc=$?
	echo "status $rc of: $*" >>"$dir/out"
	[[ $rc -eq $status ]] && grep -qF -- "$text" "$dir/out"
	result $? "$sentence"
}

plan 13

says "the card is listed" 0 "Qualcomm Cloud AI 100" axle list
says "its serial number and firmware are shown" 0 "AXLE0001" axle info qaic0

# A descriptor is what a driver without fdinfo shows of its users.
sleep 600 3<>/dev/accel/accel0 &
pids+=($!)
axle top --batch --json --interval 0.2 >"$dir/out"
jq -e --argjson pid "${pids[0]}" \
	'.devices[0].state == "ready" and .devices[0].alias == "qaic0" and
	[.processes[] | select(.device == "accel0").pid] == [$pid]' \
	"$dir/out" >/dev/null
result $? "axle top shows the card, and who has it open"
kill "${pids[0]}"
pids=()

says "axle stats names what the driver does not tell" 0 \
	"the driver qaic tells no busy time" axle stats qaic0
if [[ -e $(echo /sys/bus/pci/drivers/qaic/*/ce_count) ]]; then
	says "axle ras shows the driver's counts" 0 "accel0" axle ras qaic0
else
	says "axle ras says that the driver counts no errors" 0 \
		"the driver qaic counts no hardware errors" axle ras qaic0
fi
says "axle limit says that there are none" 1 \
	"tells no temperature, power or clock of accel0" axle limit qaic0
says "and that none can be set" 1 "cannot set limits" \
	axle limit qaic0 power=10W
says "axle flash shows the firmware that runs" 0 "axle aic100 model" \
	axle flash qaic0
says "axle dump says that there is none" 1 "there is no core dump" \
	axle dump qaic0
says "no single engine can be reset" 1 "cannot reset single engines" \
	axle reset qaic0 --engine 0

axle events --follow --timeout 60 >"$dir/events" 2>&1 &
pids+=($!)
sleep 2
says "the card can be reset" 0 "accel0 was reset" axle reset qaic0
for _ in {1..100}; do
	grep -q online "$dir/events" && break
	sleep 0.2
done
[[ $(sed -n 's/.*changed: //p' "$dir/events") == $'offline\nonline' ]]
result $? "axle events tells of it, once each, in order" "$dir/events"

ip link set lo up
axle-exporter --listen 127.0.0.1:9101 >"$dir/exporter" 2>&1 &
pids+=($!)
for _ in {1..100}; do
	curl -s http://127.0.0.1:9101/metrics >"$dir/out" && break
	sleep 0.2
done
grep -q '^axle_device_up{device="accel0"} 1' "$dir/out" &&
	! grep -q '^axle_device_temperature' "$dir/out"
result $? "the exporter has the card, and makes up no figures" \
	"$dir/out" "$dir/exporter"
