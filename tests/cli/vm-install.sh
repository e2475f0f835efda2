#!/bin/bash
# SPDX-License-Identifier: MIT
#
# vm-install.sh TREE: copy an installed tree into the virtual machine's own
# throw-away file system, start udev, and see that a member of the group
# "render" can use the device. Runs inside a virtual machine with QEMU's edu
# device; install.sh starts it.
set -uo pipefail

tree=$1
udevd=/lib/systemd/systemd-udevd
number=0
# What runs must be what was installed.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
member=(setpriv --reuid 65534 --regid 65534 --inh-caps=-all --groups)

check() {
	local sentence=$1
	shift

	if "$@" >/run/out 2>&1; then
		echo "ok $((++number)) - $sentence"
	else
		sed 's/^/# /' /run/out
		stat -c '# %A %U %G %n' /dev/accel/*
		echo "not ok $((++number)) - $sentence"
	fi
}

if [[ ! -x $udevd ]]; then
	echo "1..0 # SKIP udev is not installed"
	exit 0
fi

node_is() { [[ $(stat -c '%G %a' "/dev/accel/$1") == "$2" ]]; }

install_tree() {
	cp -a "$tree/." / && ldconfig && axle --version
}

start_udev() {
	mkdir -p /run/udev
	"$udevd" --daemon && udevadm control --reload &&
		udevadm trigger --subsystem-match=accel &&
		udevadm settle --timeout 60
}

rebind() {
	local driver=/sys/bus/pci/drivers/axle_edu address

	address=$(basename "$(realpath /sys/class/accel/accel0/device)")
	echo "$address" >"$driver/unbind" && echo "$address" >"$driver/bind" &&
		udevadm settle --timeout 60
}

groupadd -f -r render
group=$(getent group render | cut -d: -f3)

echo "TAP version 13"
echo "1..10"
check "what was installed runs" install_tree
check "the headers and the netlink family's specification are there" \
	ls /usr/local/include/{drm/axle_drm,linux/axle_netlink,axl/axle}.h \
	/usr/local/share/ynl/specs/axle.yaml
check "the firmware is where the kernel looks for it" \
	test -s /lib/firmware/axle/vnpu.bin
check "udev takes the rule" start_udev
check "the compute node goes to render" node_is accel0 "render 660"
check "the control node goes to render" node_is accel_control0 "render 660"
check "a device that comes back is treated the same" rebind
check "its node goes to render" node_is accel0 "render 660"
check "a member of render sees the device" \
	"${member[@]}" "$group" axle info edu0
check "a stranger does not" \
	bash -c '"$@"; [[ $? -eq 4 ]]' - \
	"${member[@]}" 65534 axle info edu0
