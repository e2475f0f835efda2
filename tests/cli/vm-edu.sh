#!/bin/bash
# SPDX-License-Identifier: MIT
#
# vm-edu.sh AXLE AXLE-FACTORIAL: both programs on the real driver. Runs inside
# a virtual machine that has QEMU's edu device and the module axle_edu.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

# Where a user without privileges can read them, which a build directory may
# not be.
programs=/run/programs
library=$(ldd "$1" | awk '/libaxle/ { print $3 }')
mkdir -p "$programs"
cp "$1" "$2" "$library" "$programs"
export LD_LIBRARY_PATH=$programs
axle=$programs/$(basename "$1")
factorial=$programs/$(basename "$2")

export HOME=$dir
unset AXLE_DEVICE
driver=/sys/bus/pci/drivers/axle_edu
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all)

# run STATUS COMMAND...: leaves both streams in $dir.
run() {
	local want=$1 got
	shift

	"$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[[ $got -eq $want ]] && return
	echo "# exit status $got, not $want, of $*"
	return 1
}

out_has() { grep -q -- "$1" "$dir/out"; }
err_has() { grep -q -- "$1" "$dir/err"; }

json() { jq -e "$1" <"$dir/out" >/dev/null; }

list_has_the_device() {
	run 0 "$axle" list &&
		out_has "^accel0  edu0 .* $address  1234:11e8 .* ok .*QEMU edu"
}

list_json_has_the_device() {
	run 0 "$axle" list --json &&
		json ".devices[0] | .name == \"accel0\" and .alias == \"edu0\"
			and .bus_address == \"$address\"
			and .provider == \"axle\"
			and .access.control == \"ok\""
}

info_has_all_topics() {
	run 0 "$axle" info edu0 && out_has '^accel0 (edu0)' &&
		out_has '^  driver *edu 1' && out_has "$address (pci)" &&
		out_has '^  contexts *0 of 1 in use' &&
		out_has '^  addresses *28 bits' && out_has '^  factorial' &&
		out_has '^  buffer .* of 4 KiB' && out_has '^  state *ready'
}

info_json_has_all_topics() {
	run 0 "$axle" info edu0 --json &&
		json '.schema == 1 and .device.class == "test" and
			.limits.contexts_max == 1 and
			(.engines | map(.name)) == ["factorial", "dma"] and
			.memory[1].size == 4096 and .health.state == "ready"'
}

every_name_is_the_device() {
	local name

	for name in accel0 /dev/accel/accel0 edu0 "$address" "${address#0000:}"
	do
		run 0 "$axle" info "$name" && out_has '^accel0' || return 1
	done
}

factorials_are_right() {
	local want=1 n

	for n in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
		((n < 2)) || want=$((want * n))
		run 0 "$factorial" "$n" && out_has "^$n! = $want computed on \
edu0 (QEMU edu, $address) in [0-9.]* ms\$" || return 1
	done
}

factorial_of_13_is_refused() {
	run 1 "$factorial" 13 && err_has '12! is the largest'
}

busy_time_is_counted() {
	run 0 "$axle" info edu0 --json && json '.engines[0].busy_ns > 0'
}

# The device has one context, and "sleep" keeps it open.
second_context_is_refused() {
	local status

	sleep 1000 3<>/dev/accel/accel0 &
	run 1 "$factorial" 3 && err_has 'no context of accel0 is free, 1 of 1'
	status=$?
	kill $! && wait $! 2>/dev/null
	run 0 "$factorial" 3 || return 1
	return "$status"
}

reset_works_and_counts() {
	run 0 "$axle" reset edu0 && out_has 'accel0 was reset' &&
		run 0 "$axle" info edu0 --json && json '.health.resets >= 1'
}

unprivileged_user_is_told() {
	chmod 0600 /dev/accel/*
	run 4 "${nobody[@]}" "$axle" info edu0 &&
		err_has 'no permission to open /dev/accel/accel_control0: join' &&
		out_has '^  contexts *0 of 1 in use' || return 1
	run 0 "${nobody[@]}" "$axle" list &&
		out_has 'edu0 .*no permission' || return 1
	run 4 "${nobody[@]}" "$axle" reset edu0 || return 1
	run 4 "${nobody[@]}" "$factorial" 3 &&
		err_has 'no permission to open /dev/accel/accel0: join'
}

permitted_user_computes_but_does_not_administer() {
	chmod 0666 /dev/accel/*
	run 0 "${nobody[@]}" "$factorial" 5 &&
		run 0 "${nobody[@]}" "$axle" info edu0 || return 1
	run 4 "${nobody[@]}" "$axle" reset edu0 && err_has CAP_SYS_ADMIN
}

unbound_device_is_told() {
	echo "$address" >"$driver/unbind"
	run 5 "$axle" list && out_has "$address .*no driver" &&
		err_has "$address is an accelerator (1234:11e8, QEMU edu) \
without a driver; try: modprobe axle_edu" || return 1
	run 5 "$axle" info "$address" && err_has 'modprobe axle_edu' || return 1
	run 5 "$factorial" 3 && err_has 'modprobe axle_edu' || return 1
	run 3 "$axle" info edu0 || return 1
	run 5 "$axle" list --json &&
		json '(.devices | map(.name)) == ["soft"] and
			.unbound[0].module == "axle_edu"'
}

rebound_device_is_back() {
	echo "$address" >"$driver/bind"
	run 0 "$factorial" 12 && out_has '479001600'
}

removed_device_is_gone() {
	echo 1 >"/sys/bus/pci/devices/$address/remove"
	run 0 "$axle" list && ! out_has edu && out_has '^soft ' || return 1
	run 3 "$axle" info edu0 || return 1
	run 3 "$factorial" 3
}

[[ -e /sys/class/accel/accel0 ]] || skip_all 'there is no accelerator'
address=$(basename "$(readlink -f /sys/class/accel/accel0/device)")

plan 15
check list_has_the_device 'axle list shows the device'
check list_json_has_the_device 'axle list --json shows the device'
check info_has_all_topics 'axle info shows all topics'
check info_json_has_all_topics 'axle info --json shows all topics'
check every_name_is_the_device 'every kind of name is the device'
check factorials_are_right 'the device computes 0! to 12!'
check factorial_of_13_is_refused '13! is refused'
check busy_time_is_counted 'the busy time of the engine is counted'
check second_context_is_refused 'a context too many is refused, in words'
check reset_works_and_counts 'axle reset works and is counted'
check unprivileged_user_is_told 'a user without permission is told'
check permitted_user_computes_but_does_not_administer \
	'a user with permission computes, but does not reset'
check unbound_device_is_told 'a device without driver is told'
check rebound_device_is_back 'a device with its driver back computes'
check removed_device_is_gone 'a device that was removed is gone'
