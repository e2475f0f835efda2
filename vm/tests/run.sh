#!/bin/bash
# SPDX-License-Identifier: MIT
#
# vm/run as its users see it.  Starting a machine takes seconds, so every one
# serves several cases, and two run at a time.
#
# The cases are called by name, and code for the guest is in quotes:
# shellcheck disable=SC2317,SC2329,SC2016
set -uo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
run=$top/vm/run
build=${AXLE_BUILD_DIR:-$top/build}
# shellcheck source=vm/tests/tap.sh
. "$here/tap.sh"

if [[ ! -x $build/vm/vmrun ]]; then
	skip_all "vm/run is not built"
fi

work=$dir
mkdir "$work/a dir" "$work/share" "$work/ro"
echo before >"$work/ro/file"

# Files of ours outside of the test's directory, to see that none stays.
leftovers() { ls -d /tmp/axle-vm.* 2>/dev/null; }
leftovers_before=$(leftovers)

# vm NAME ARGUMENT...: run in the background, keep all there is to know.
vm() {
	local name=$1
	shift

	{
		"$run" "$@" >"$work/$name.out" 2>"$work/$name.err"
		echo $? >"$work/$name.status"
	} <&0 & # said aloud, as bash gives such a job /dev/null else
}

status_is() { is "$(cat "$work/$1.status")" "$2"; }
out_is() { is "$(cat "$work/$1.out")" "$2"; }
err_like() { like "$(cat "$work/$1.err")" "$2"; }
value_is() { is "$(sed -n "s/^$2=//p" "$work/$1.out")" "$3"; }

# --- usage: no machine is started
"$run" --device nonesuch -- true >"$work/usage.out" 2>"$work/usage.err"
echo $? >"$work/usage.status"
try "an unknown device is refused with status 2" status_is usage 2
try "... and the known ones are listed" \
	err_like usage '*"nonesuch"*edu*testdev*'
"$run" >/dev/null 2>&1
try "no command is wrong usage" is $? 2
"$run" --timeout x -- true >/dev/null 2>&1
try "a time-out that is no number is wrong usage" is $? 2
"$run" --share /nonexistent -- true >/dev/null 2>&1
try "a share that does not exist is wrong usage" is $? 2
"$run" --iommu=half -- true >"$work/usage.out" 2>"$work/usage.err"
try "an IOMMU of an unknown kind is wrong usage" is $? 2
try "... and the kinds are named" err_like usage '*"half"*full*remap*'
"$run" --load 'a.*' -- true >/dev/null 2>&1
try "what is no name of a module is wrong usage" is $? 2
"$run" --kernel six -- true >"$work/usage.out" 2>"$work/usage.err"
try "a kernel that is no series ends with 126" is $? 126
try "... and is named" err_like usage '*"six"*6.12*'
"$run" --load nonesuch -- true >"$work/usage.out" 2>"$work/usage.err"
try "a module that nobody has ends with 126 before a machine starts" is $? 126
try "... and is named, with the kernel" err_like usage '*nonesuch*6.12.*'
try "--help explains the exit statuses" \
	like "$("$run" --help)" '*--device*124*125*126*'

# --- two machines at once: what the command sees, and bytes
cat >"$work/inside" <<'TEXT'
show() { printf '%s=%s\n' "$1" "$2"; }
show argc $#
show first "$1"
printf 'second=%q\n' "$2"
show third "$3"
show cwd "$PWD"
show path "${PATH%%:*}"
show home "$HOME"
show given "$GIVEN"
show passed "$PASSED"
show hidden "${HIDDEN-unset}"
show stdin "$(wc -c)"
show kernel "$(uname -r)"
show host_file "$(cat "$WORK/ro/file")"
echo inside >"$WORK/ro/file" && echo new >"$WORK/ro/new" && rm "$WORK/inside"
show overlay "$(cat "$WORK/ro/file" "$WORK/ro/new" | tr '\n' ' ')"
echo shared >"$WORK/share/file"
mkdir -p "$WORK/share/deep/er"
show loopback "$(cat /sys/class/net/lo/flags)"
for fs in proc sysfs devtmpfs devpts tmpfs debugfs configfs; do
	grep -q " $fs " /proc/mounts || echo "missing=$fs"
done
modprobe dummy && show modprobe "$(grep -c ^dummy /proc/modules)"
show firmware "$(cat /sys/module/firmware_class/parameters/path)"
echo to-stderr >&2
exit 7
TEXT
cd "$work/a dir" || exit 1
PASSED=on HIDDEN=secret vm inside --share "$work/share" --env GIVEN="a = b" \
	--env PASSED --env WORK="$work" -- \
	bash "$work/inside" "a b" $'c\nd "e" *' "" </dev/null
head -c 5000000 /dev/urandom >"$work/bytes"
vm bytes -- sh -c 'tee /dev/stderr' <"$work/bytes"
wait
cd "$here" || exit 1

try "two machines run at once" status_is bytes 0
try "the command's exit status is returned" status_is inside 7
try "all arguments arrive" value_is inside argc 3
try "... with blanks" value_is inside first "a b"
try "... with newlines, quotes and stars" \
	value_is inside second "\$'c\\nd \"e\" *'"
try "... and empty" value_is inside third ""
try "the working directory is the same" value_is inside cwd "$work/a dir"
try "the build directory comes first in PATH" value_is inside path "$build"
try "HOME is passed on" value_is inside home "$HOME"
try "a variable can be set" value_is inside given "a = b"
try "a variable can be passed on" value_is inside passed on
try "other variables are not passed on" value_is inside hidden unset
try "an empty stdin is at its end" value_is inside stdin 0
try "the kernel is the one asked for" like \
	"$(sed -n 's/^kernel=//p' "$work/inside.out")" '6.12.*'
try "the host's files are there" value_is inside host_file before
try "... and writable in the guest" value_is inside overlay "inside new "
try "... which leaves the host's as they were" \
	is "$(ls "$work/ro"):$(cat "$work/ro/file")" "file:before"
try "... and removes nothing" test -e "$work/inside"
try "--share DIR is written for real" is "$(cat "$work/share/file")" shared
try "... also directories" test -d "$work/share/deep/er"
try "the loopback interface is up" value_is inside loopback 0x9
try "the usual file systems are mounted" value_is inside missing ""
try "modprobe finds the kernel's own modules" value_is inside modprobe 1
try "the kernel looks for firmware where the build has it" \
	value_is inside firmware "$build/firmware"
try "stderr is kept apart from stdout" err_like inside "to-stderr"
try "5 MB of random bytes pass through stdin and stdout unharmed" \
	cmp "$work/bytes" "$work/bytes.out"
try "... and through stderr at the same time" \
	cmp "$work/bytes" "$work/bytes.err"

# --- ends
vm killed -- sh -c 'read -r line; echo "$line"; kill -KILL $$' < <(
	echo "a line"
	sleep 1
)
vm panic -- sh -c 'echo c >/proc/sysrq-trigger'
wait
try "a line of stdin arrives" out_is killed "a line"
try "a command killed by signal 9 ends with 137" status_is killed 137
try "a panic ends with 125" status_is panic 125
try "... and its text is reported" \
	err_like panic '*panicked*sysrq triggered crash*'

vm nothing -- /nonexistent/program </dev/null
vm timeout --timeout 6 -- sleep 100
wait
try "a command that does not exist ends with 127" status_is nothing 127
try "... and is named" err_like nothing '*/nonexistent/program*'
try "--timeout ends with 124" status_is timeout 124

# --- splats: from a module, in a tree as the build makes them
fetch="fetch-kernel"
[[ ${AXLE_VM_KERNEL:-} != debug ]] || fetch="build-debug-kernel"
kernel=$("$top/scripts/$fetch")
read -r release <"$kernel/release"
cp -r "$here/splat" "$work/splat"
if make -s -C "$kernel/headers" M="$work/splat" modules >"$work/make.log" 2>&1
then
	"$top/vm/module-tree" "$work/modules" "$kernel" \
		"$work/splat/vm_splat.ko"
	tree=$work/modules/lib/modules/$release
	known=--allow-splat="a line on purpose"
	vm warning --modules "$tree" "$known" -- modprobe vm_splat kind=warning
	vm allowed --modules "$tree" --allow-splat -- \
		sh -c 'modprobe vm_splat kind=oops; exit 5'
	wait
	vm known --modules "$tree" "$known" -- \
		sh -c 'modprobe vm_splat kind=line; exit 6'
	vm faked --modules "$tree" -- sh -c \
		'echo "<1>WARNING: not the kernel" >/dev/kmsg; modprobe vm_splat'
	try "a WARNING that no --allow-splat=TEXT names ends with 125" \
		status_is warning 125
	try "... and its text is reported" \
		err_like warning '*a warning on purpose*WARNING: *Call Trace*'
	try "--allow-splat returns the command's status in spite of an Oops" \
		status_is allowed 5
	wait
	try "--allow-splat=TEXT lets those with the text pass" \
		status_is known 6
	try "text that a program writes to the log is no splat" \
		status_is faked 0
else
	sed 's/^/# /' "$work/make.log"
	for case in WARNING text --allow-splat TEXT faked; do
		skip "splats: $case" "cannot build a module"
	done
fi

# --- devices
vm edu --device edu --no-driver -- sh -c \
	'grep -l 0x11e8 /sys/bus/pci/devices/*/device | wc -l; lsmod | grep -c axle'
"$run" -- yes </dev/null 2>/dev/null | head -n 1 >"$work/yes.out"
try "a command whose reader goes away ends as it would here" \
	is "${PIPESTATUS[0]} $(cat "$work/yes.out")" "141 y"
wait
try "--device edu plugs it in, --no-driver loads nothing" out_is edu $'1\n0'

# --- IOMMUs: groups are of those that translate
groups='dmesg | grep -c "Enabled IRQ remapping"
	ls /sys/kernel/iommu_groups | wc -l'
vm remap --iommu=remap -- sh -c "$groups"
vm full --iommu=full -- sh -c "$groups"
wait
try "--iommu=remap remaps interrupts and nothing else" out_is remap $'1\n0'
try "--iommu=full translates as well" like "$(cat "$work/full.out")" \
	$'1\n[1-9]*'

# --- drivers of mainline, and the newest kernel, if they are in the cache
loaded='uname -r; test -d /sys/module/mhi && ls /sys/bus/pci/drivers | grep qaic'
if "$top/scripts/build-mainline" qaic --cached >/dev/null 2>&1; then
	vm qaic --load qaic -- sh -c "$loaded" </dev/null
	wait
	try "a driver of mainline is loaded with what it depends on" \
		like "$(cat "$work/qaic.out")" $'6.12.*\nqaic'
else
	skip "a driver of mainline" "not in the cache; make mainline"
fi
# Of what is built only what the machine needs.
mkdir "$work/unbuilt"
ln -s "$build/vm" "$work/unbuilt/vm"
AXLE_BUILD_DIR=$work/unbuilt "$run" --device vnpu -- true 2>"$work/kit.err"
try "a device of the kit is refused where the kit is not built" is $? 126
try "... and the module is named" err_like kit '*axle_vnpu*'
if "$top/scripts/build-mainline" qaic --cached 7.2 >/dev/null 2>&1; then
	vm next --kernel 7.2 --load qaic -- sh -c "$loaded" </dev/null
	vm bare --kernel 7.2 --device edu --no-driver -- true </dev/null
	wait
	try "kernel 7.2 runs a driver of mainline" \
		like "$(cat "$work/next.out")" $'7.2.*\nqaic'
	try "... and with --no-driver any device" status_is bare 0
else
	skip "kernel 7.2" "not in the cache; make kernel-next"
fi

# vmrun is what vm/run turns into, so it is the child of the subshell.
started() {
	until grep -qs ready "$work/$1.out"; do
		[[ ! -s $work/$1.status ]] || return 1
		sleep 0.1
	done
}

family() { pgrep -P "$1" | tr '\n' ' '; }

gone() {
	local pid

	for pid; do
		for _ in {1..50}; do
			[[ -d /proc/$pid ]] || continue 2
			sleep 0.1
		done
		printf '# process %s is still there\n' "$pid"
		return 1
	done
}

interrupted() {
	local name=$1 sig=$2 pid children

	"$run" -- sh -c 'echo ready; sleep 100' \
		>"$work/$name.out" 2>"$work/$name.err" </dev/null &
	pid=$!
	started "$name" || return 1
	children=$(family "$pid")
	kill "-$sig" "$pid"
	wait "$pid" 2>/dev/null
	is $? $((128 + $(kill -l "$sig"))) || return 1
	[[ -n $children ]] || return 1
	# shellcheck disable=SC2086 # one word each
	gone $children
}

try "Ctrl-C ends it all: no process stays" interrupted int INT
try "... and none if vm/run itself is killed" interrupted kill KILL

# --- models
if [[ -x $build/axle-model ]]; then
	vm model --device testdev --device testdev --device edu --no-driver -- \
		sh -c 'grep -lE "0x(11e8|a81e)" /sys/bus/pci/devices/*/device | wc -l'
	mkdir "$work/broken"
	ln -s "$build/vm" "$work/broken/vm"
	printf '#!/bin/sh\n%s "$@"\nexit 3\n' "$build/axle-model" \
		>"$work/broken/axle-model"
	chmod +x "$work/broken/axle-model"
	AXLE_BUILD_DIR=$work/broken vm broken --device testdev --no-driver -- true
	wait
	try "two models and a device of QEMU's are plugged in together" \
		out_is model 3
	try "a model that fails makes the run fail with 125" \
		status_is broken 125
	try "... and is named" err_like broken '*testdev*status 3*'
else
	skip "models" "axle-model is not built"
fi

try "no file stays" is "$(leftovers)" "$leftovers_before"
plan "$number"
