#!/bin/bash
# SPDX-License-Identifier: MIT
#
# vm-operators.sh AXLE: the operators' commands on a real driver.
# Runs inside a virtual machine that has one vnpu.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

# Where a user without privileges can read them.
programs=/run/programs
library=$(ldd "$1" | awk '/libaxle/ { print $3 }')
mkdir -p "$programs"
cp "$1" "$library" "$programs"
export LD_LIBRARY_PATH=$programs
axle=$programs/$(basename "$1")

export HOME=$dir
unset AXLE_DEVICE
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all)
address=$(basename "$(readlink /sys/class/accel/accel0/device)")
debugfs=/sys/kernel/debug/accel/$address
driver=/sys/bus/pci/drivers/axle_vnpu
firmware=$(cat /sys/module/firmware_class/parameters/path)

more() { sed 's/^/event: /' "$dir/events"; }

listen() {
	"$axle" events --follow --jobs --json >"$dir/events" 2>&1 &
	pids+=($!)
	sleep 2
}

# wait_for N NAME: until so many events of this name are there.
wait_for() {
	local i

	for ((i = 0; i < 100; i++)); do
		[[ $(names | grep -cx "$2") -ge $1 ]] && return
		sleep 0.1
	done
	return 1
}

names() { jq -r .event <"$dir/events"; }
# event NAME CONDITION: there is one of the name, and this is true of it.
event() {
	jq -es "map(select(.event == \"$1\")) | length == 1 and all($2)" \
		<"$dir/events" >"$dir/out"
}

# The values themselves are not to be had there while the device sleeps.
limits_are_what_hwmon_has() {
	local mc uw
	"$axle" stats --interval 0.1 --json >"$dir/out" 2>"$dir/err" &&
		mc=$(cat /sys/class/hwmon/hwmon*/temp1_crit) &&
		uw=$(cat /sys/class/hwmon/hwmon*/power1_cap) &&
		jq -e ".devices[0].telemetry | .temperature_max_mc == $mc and
			.power_cap_mw * 1000 == $uw" <"$dir/out" >"$dir/err"
}

users_see_as_much() {
	"${nobody[@]}" "$axle" stats --interval 0.1 --json >"$dir/out" \
		2>"$dir/err" &&
		jq -e '.devices[0] | .telemetry.temperature_mc > 0 and
			.engines[0].busy_permille == 0 and .state == "ready"' \
			<"$dir/out" >"$dir/err"
}

users_get_no_jobs() {
	"${nobody[@]}" "$axle" events --jobs >"$dir/out" 2>"$dir/err"
	[[ $? -eq 4 ]] && grep -q 'run as root' "$dir/err"
}

users_set_no_limit() {
	"${nobody[@]}" "$axle" limit vnpu0 power=10W >"$dir/out" 2>"$dir/err"
	[[ $? -eq 4 ]]
}

limits_hold() {
	"$axle" limit vnpu0 power=10W clock=500MHz >"$dir/out" 2>"$dir/err" &&
		grep -q 'power  10.0 W' "$dir/out" &&
		grep -q 'clock  500 MHz' "$dir/out" &&
		"$axle" limit vnpu0 power=max clock=max >"$dir/out"
}

contexts_are_told() {
	exec 3<>/dev/accel/accel0
	wait_for 1 'context created' || return 1
	exec 3>&-
	wait_for 1 'context destroyed' &&
		event 'context created' ".pid == $$ and .uid == 0"
}

resets_are_told_once() {
	"$axle" reset vnpu0 >"$dir/out" 2>"$dir/err" &&
		wait_for 1 reset && sleep 1 &&
		[[ $(names | grep -cx reset) -eq 1 ]] &&
		event reset '.value == 1 and .device == "accel0"'
}

errors_are_told_once() {
	echo "link uncorrected" >"$debugfs/ras_inject" || return 1
	wait_for 1 uncorrected && sleep 1 &&
		[[ $(names | grep -cx uncorrected) -eq 1 ]] &&
		event uncorrected '.unit == "link" and .value == 1' &&
		"$axle" ras --json >"$dir/out" 2>"$dir/err" &&
		jq -e '.devices[0].ras.units[] | select(.name == "link") |
			.uncorrected == 1' <"$dir/out" >"$dir/err"
}

devices_come_and_go() {
	echo "$address" >"$driver/unbind" && wait_for 1 'device removed' &&
		echo "$address" >"$driver/bind" && wait_for 1 'device added' &&
		sleep 1 && [[ $(names | grep -cx 'device removed') -eq 1 ]] &&
		[[ $(names | grep -cx 'device added') -eq 1 ]]
}

# In the order in which it was done, with numbers that have no gap.
nothing_is_lost() {
	names | grep -v changed >"$dir/out"
	printf '%s\n' 'context created' 'context destroyed' reset uncorrected \
		'device removed' 'device added' >"$dir/want"
	diff "$dir/want" "$dir/out" >"$dir/err" &&
		! names | grep -qx lost
}

# By its path, which the kernel knows by another name.
firmware_is_stored() {
	"$axle" flash vnpu0 "$firmware/axle/vnpu.bin" --activate \
		>"$dir/out" 2>"$dir/err" &&
		grep -q Flashing "$dir/err" && grep -q 'stored  *0' "$dir/out" &&
		wait_for 1 firmware
}

bad_images_are_refused() {
	head -c 100000 /dev/urandom >"$dir/bad.bin"
	echo -n "$dir" >/sys/module/firmware_class/parameters/path
	"$axle" flash vnpu0 bad.bin >"$dir/out" 2>"$dir/err"
	[[ $? -eq 1 ]] && grep -q 'image refused' "$dir/err" &&
		"$axle" flash vnpu0 >"$dir/out" && grep -q 'stored  *0' "$dir/out"
}

listen
plan 12
check limits_are_what_hwmon_has 'axle stats has the limits of hwmon'
check users_see_as_much 'a user without privileges sees as much'
check users_get_no_jobs 'events of jobs are for root'
check users_set_no_limit 'limits are for root'
check limits_hold 'limits are what they were set to'
check contexts_are_told 'contexts are told with their process'
check resets_are_told_once 'a reset is told once'
check errors_are_told_once 'an error of the hardware is told once, and counted'
check devices_come_and_go 'a device that comes and goes is told once each'
check nothing_is_lost 'events come in their order, and none is lost'
check firmware_is_stored 'firmware is stored, booted, and told of'
check bad_images_are_refused 'an image that is none is refused, what was stays'
