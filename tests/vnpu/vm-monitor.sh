#!/bin/bash
# SPDX-License-Identifier: MIT
#
# vm-monitor.sh VM-RUN VNPU-MKFW VNPU.BIN: what operators see of vnpu, with its
# driver and the tools that everybody has. Starts a virtual machine whose device
# keeps a file, and itself in there, as vm-monitor.sh --inside DIRECTORY.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

more() {
	"${inject[@]}" state
	dmesg | tail -n 5
}

outside() {
	local axle=$dir/axle

	chmod 755 "$dir"
	mkdir "$axle"
	cp "$3" "$axle/vnpu.bin" &&
		"$2" "$axle/two.bin" 2.0.0 4 200000 &&
		"$2" "$axle/three.bin" 3.0.0 4 4194304 &&
		"$2" "$axle/four.bin" 4.0.0 5 1000 &&
		"$2" "$axle/old.bin" 1.9.0 3 200000 &&
		cp "$axle/two.bin" "$axle/broken.bin" &&
		printf x | dd of="$axle/broken.bin" bs=1 seek=150000 \
			conv=notrunc status=none || exit 1
	"$1" --device "vnpu,flash=$dir/flash" --timeout 280 -- \
		"$0" --inside "$dir"
}

# The device that is there now, and not the one of before.
find_device() {
	local inode

	for _ in $(seq 200); do
		for dev in /sys/class/accel/accel[0-9]*; do
			hwmon=$(echo "$dev"/device/hwmon/hwmon*)
			inode=$(stat -L -c %i "$dev" 2>/dev/null)
			[[ $inode != "$before" && -e $dev/state &&
				-e $hwmon/name ]] || continue
			before=$inode
			pci=pci/$(basename "$(readlink -f "$dev/device")")
			echo on >"$dev/device/power/control"
			return 0
		done
		sleep 0.1
	done
	return 1
}

# becomes VALUE FILE: within some updates of telemetry.
becomes() {
	local got

	for _ in $(seq 100); do
		got=$(cat "$2" 2>/dev/null) || got=nothing
		[[ $got != "$1" ]] || return 0
		sleep 0.1
	done
	echo "# $2: $got, not $1"
	return 1
}

state_has() {
	"${inject[@]}" state | grep -qx -- "$1" && return
	echo "# no \"$1\""
	return 1
}

runs() { becomes "$1" "$dev/firmware_version"; }

telemetry_is_the_device_s() {
	"${inject[@]}" temperature 61500 >/dev/null &&
		becomes 61500 "$hwmon/temp1_input" &&
		becomes 0 "$hwmon/temp1_crit_alarm" &&
		becomes 95000 "$hwmon/temp1_crit" &&
		becomes 15000000 "$hwmon/power1_cap_max"
}

heat_slows_it() {
	"${inject[@]}" temperature 96000 >/dev/null &&
		becomes 1 "$hwmon/temp1_crit_alarm" &&
		"${inject[@]}" temperature 60000 >/dev/null &&
		becomes 0 "$hwmon/temp1_crit_alarm"
}

lies_are_not_shown() {
	"${inject[@]}" lie temperature >/dev/null &&
		becomes nothing "$hwmon/temp1_input" &&
		"${inject[@]}" lie sequence >/dev/null &&
		sleep 1 &&
		"${inject[@]}" lie off >/dev/null &&
		becomes 60000 "$hwmon/temp1_input"
}

errors_arrive() {
	"${inject[@]}" ras sram corrected 3 >/dev/null &&
		"${inject[@]}" ras link uncorrected >/dev/null &&
		becomes 3 "$dev/ras/sram/corrected" &&
		becomes 1 "$dev/ras/link/uncorrected" &&
		becomes 0 "$dev/ras/memory/uncorrected"
}

bad_memory_is_retired() {
	"${inject[@]}" ras memory uncorrected 1 8192 >/dev/null &&
		becomes 1 "$dev/ras/memory/uncorrected" &&
		becomes 1 "$dev/ras/pages_retired" &&
		state_has 'pages-retired 1'
}

root_can_inject() {
	local file

	file=$(find /sys/kernel/debug -name ras_inject 2>/dev/null | head -n 1)
	[[ -n $file ]] && echo 'memory uncorrected 0x9000' >"$file" &&
		becomes 2 "$dev/ras/memory/uncorrected" &&
		becomes 2 "$dev/ras/pages_retired" &&
		state_has 'pages-retired 2'
}

pages_survive_the_model() {
	"${inject[@]}" restart >/dev/null && find_device &&
		becomes 2 "$dev/ras/pages_retired" &&
		becomes 0 "$dev/ras/memory/uncorrected"
}

flash() { devlink dev flash "$pci" file "axle/$1.bin" >/dev/null 2>&1; }
reload() { devlink dev reload "$pci" action fw_activate >/dev/null; }

flash_and_reload() {
	flash two && state_has 'slot-0 pending 2.0.0 boots 0' &&
		reload && runs 2.0.0 && state_has 'flash-running 0' &&
		state_has 'slot-0 confirmed 2.0.0 boots 1' &&
		devlink dev info "$pci" | grep -q 2.0.0
}

bad_images_change_nothing() {
	local image

	for image in broken old; do
		! flash "$image" && state_has 'flash-next 0' || return 1
	done
	reload && runs 2.0.0
}

a_bad_start_is_rolled_back() {
	flash three && state_has 'slot-1 pending 3.0.0 boots 0' &&
		"${inject[@]}" boot-fail >/dev/null && reload && runs 2.0.0 &&
		state_has 'slot-1 bad 3.0.0 boots 1'
}

firmware_survives_the_model() {
	flash four && "${inject[@]}" restart >/dev/null && find_device &&
		runs 4.0.0 && state_has 'flash-running 1' &&
		state_has 'slot-1 confirmed 4.0.0 boots 1' &&
		state_has 'flash-security 5'
}

# Opening it sends a command, which nobody answers.
a_hang_is_healed() {
	"${inject[@]}" hang-firmware >/dev/null
	true 2>/dev/null 3<>"/dev/accel/$(basename "$dev")"
	becomes 1 "$dev/resets" && becomes ready "$dev/state" &&
		runs 4.0.0 && true 3<>"/dev/accel/$(basename "$dev")" &&
		becomes 35000 "$hwmon/temp1_input"
}

inside() {
	inject=(vm-inject 0)
	before=
	plan 12
	printf %s "$1" >/sys/module/firmware_class/parameters/path
	find_device || exit 1
	check telemetry_is_the_device_s "telemetry is what the device says"
	check heat_slows_it "heat slows the device, until it is cooler (R71)"
	check lies_are_not_shown "a device that lies is not believed"
	check errors_arrive "errors of units arrive, each once (R85)"
	check bad_memory_is_retired "bad memory is retired, in the device too"
	check root_can_inject "root can inject errors (R86)"
	check pages_survive_the_model "bad pages outlive the model (R84)"
	check flash_and_reload "firmware that is stored runs after a reload (R75)"
	check bad_images_change_nothing "bad and old images are refused (R79, R80)"
	check a_bad_start_is_rolled_back \
		"an image that does not start is rolled back (R78)"
	check firmware_survives_the_model "stored firmware outlives the model (R82)"
	check a_hang_is_healed "a firmware that hangs is reset"
}

if [[ $1 == --inside ]]; then
	inside "$2"
else
	outside "$@"
fi
