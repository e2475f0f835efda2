#!/bin/bash
# SPDX-License-Identifier: MIT
#
# vm-install.sh TREE: copy an installed tree into the virtual machine's own
# throw-away file system, start udev, and see that a member of the group
# "render" can use the device. Runs inside a virtual machine with QEMU's edu
# device; install.sh starts it.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

tree=$1
udevd=/lib/systemd/systemd-udevd
# What runs must be what was installed.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
member=(setpriv --reuid 65534 --regid 65534 --inh-caps=-all --groups)

more() { stat -c '%A %U %G %n' /dev/accel/*; }

[[ -x $udevd ]] || skip_all "udev is not installed"

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

plan 10
try "what was installed runs" install_tree
try "the headers and the netlink family's specification are there" \
	ls /usr/local/include/{drm/axle_drm,linux/axle_netlink,axl/axle}.h \
	/usr/local/share/ynl/specs/axle.yaml
try "the firmware is where the kernel looks for it" \
	test -s /lib/firmware/axle/vnpu.bin
try "udev takes the rule" start_udev
try "the compute node goes to render" node_is accel0 "render 660"
try "the control node goes to render" node_is accel_control0 "render 660"
try "a device that comes back is treated the same" rebind
try "its node goes to render" node_is accel0 "render 660"
try "a member of render sees the device" \
	"${member[@]}" "$group" axle info edu0
try "a stranger does not" \
	bash -c '"$@"; [[ $? -eq 4 ]]' - \
	"${member[@]}" 65534 axle info edu0
