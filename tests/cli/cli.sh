#!/bin/bash
# SPDX-License-Identifier: MIT
#
# cli.sh AXLE MAKE-TREE: run axle(1) on made-up trees and compare what it says
# on both streams, and its exit status, with the files in expected/. With
# UPDATE=1 in the environment, write those files instead: read the diff before
# you commit it.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

axle=$(realpath "$1")
make_tree=$(realpath "$2")
here=$(cd -- "$(dirname -- "$0")" && pwd)
expected=$here/expected
export TMPDIR=$dir
unset AXLE_DEVICE

# A tree per scenario, made when it is first asked for.
tree() {
	local path=$dir/tree-$1

	[[ -d $path ]] || mv "$("$make_tree" "$1")" "$path"
	echo "$path"
}

# Version and path differ between runs; the rest of the output does not.
normalise() {
	sed -e "s|$dir/tree-[a-z-]*|@ROOT@|g" \
		-e 's/^axle [0-9][0-9.]*$/axle @VERSION@/' "$1"
}

# golden FILE SCENARIO ARGUMENT...
golden() {
	local file=$1.txt root status
	root=$(tree "$2")
	shift 2

	"$axle" --root "$root" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	# The spaces of JSON are the business of the library that writes it.
	if [[ $* == *--json* ]]; then
		jq . <"$dir/out" >"$dir/json" && mv "$dir/json" "$dir/out"
	fi
	{
		echo "\$ axle $*"
		normalise "$dir/out"
		echo "--- stderr"
		normalise "$dir/err"
		echo "--- exit status $status"
	} >"$dir/got"
	[[ -z ${UPDATE:-} ]] || cp "$dir/got" "$expected/$file"
	diff -u "$expected/$file" "$dir/got" >"$dir/diff" 2>&1
	result $? "${file%.txt}: axle $*" "$dir/diff"
}

# json SCENARIO FILTER SENTENCE ARGUMENT...: the filter must give true.
json() {
	local root filter=$2 sentence=$3
	root=$(tree "$1")
	shift 3

	# The exit status is a matter of the files in expected/.
	"$axle" --root "$root" "$@" --json >"$dir/out" 2>/dev/null
	jq -e "$filter" <"$dir/out" >"$dir/json" 2>&1
	result $? "$sentence" "$dir/json"
}

full_disk_is_a_failure() {
	"$axle" --root "$(tree edu)" list >/dev/full 2>"$dir/err"
	[[ $? -eq 1 ]] && grep -q 'cannot write' "$dir/err"
}

# Every line fits, and what identifies a device is still there.
narrow_terminals_lose_columns() {
	script -qec "stty cols 50; '$axle' --root '$(tree mainline)' list" \
		/dev/null </dev/null >"$dir/out" 2>&1 || return 1
	tr -d '\r' <"$dir/out" >"$dir/narrow"
	! grep -qE '^.{51}' "$dir/narrow" &&
		grep -q '^accel2  habanalabs0' "$dir/narrow" &&
		! grep -q CAN "$dir/narrow"
}

default_comes_from_the_variable() {
	AXLE_DEVICE=edu3 "$axle" --root "$(tree eight)" info >"$dir/out" &&
		grep -q '^accel3 (edu3)' "$dir/out"
}

# Each sample a line, so that they can be told apart.
samples_are_lines() {
	"$axle" --root "$(tree operators)" stats --interval 0.01 --count 3 \
		--json >"$dir/out" 2>"$dir/err" &&
		[[ $(wc -l <"$dir/out") -eq 3 ]] &&
		jq -e '.devices | length == 8' <"$dir/out" >"$dir/err"
}

# What is saved is the dump, byte by byte, and it can be read again.
dumps_are_saved() {
	local root
	root=$(tree operators)
	rm -f "$dir/saved"
	"$axle" --root "$root" dump accel1 -o "$dir/saved" >"$dir/first" \
		2>"$dir/err" &&
		cmp "$dir/saved" "$root/sys/class/devcoredump/devcd3/data" \
			>>"$dir/err" &&
		"$axle" --root "$root" dump "$dir/saved" >"$dir/second" &&
		grep -q 'firmware  *2026.1' "$dir/first" &&
		grep -q 'firmware  *2026.1' "$dir/second" &&
		! "$axle" --root "$root" dump accel1 -o "$dir/saved" \
			2>"$dir/err" && grep -q 'File exists' "$dir/err"
}

# A dump in the layout of hw/vnpu_regs.h: fields as printf writes them.
dumps_of_vnpu_are_words() {
	{
		printf '\5\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0'
		printf '\3\0\0\0\2\0\0\0\12\0\0\0\1\0\377\377'
		printf '\350\3\0\0\0\0\0\0'
		head -c 24 /dev/zero
		printf '\1\0\0\0\0\0\0\0'
		head -c 8 /dev/zero
		printf '\0\20\0\0\0\0\0\0'
		head -c 8 /dev/zero
		printf '\100\0\0\0\0\0\0\0\252\0\0\0\0\0\0\0'
		head -c 16 /dev/zero
	} >"$dir/vnpu"
	"$axle" dump "$dir/vnpu" >"$dir/out" 2>"$dir/err" &&
		grep -q '128 B, a queue of a vnpu' "$dir/out" &&
		grep -q 'error  *the MMU refused an access' "$dir/out" &&
		grep -q 'queue  *3' "$dir/out" &&
		grep -q 'busy  *1000 ns' "$dir/out" &&
		grep -q 'descriptor  *FILL' "$dir/out" &&
		grep -q 'to  *0x1000$' "$dir/out" &&
		grep -q 'bytes  *64' "$dir/out"
}

# Events are of the kernel that runs; nothing happens in so short a time.
waiting_for_events_ends() {
	timeout 20 "$axle" events --timeout 0.01 >"$dir/out" 2>"$dir/err"
	[[ $? -le 1 ]]
}

hostile_trees_give_clean_text() {
	local root
	root=$(tree hostile)

	for command in list 'list --json' 'info accel1' 'info accel2 --json' \
		'info accel5' 'info accel6' 'stats -i 0' 'ras' 'limit accel5' \
		'dump'; do
		# shellcheck disable=SC2086 # words on purpose
		timeout 20 "$axle" --root "$root" $command >>"$dir/out" 2>&1
		[[ $? -lt 6 ]] || return 1
	done
	! LC_ALL=C grep -q '[^[:print:]]' "$dir/out"
}

pci='.vendor == "1234" and .device == "11e8" and .class == "00ff00"'

plan 105
golden list-none none list
golden list-edu edu list
golden list-eight eight list
golden list-mainline mainline list
golden list-unbound unbound list
golden list-one-unbound one-unbound list
golden list-denied denied list
golden list-container container list
golden info-container container info edu0
golden list-json-none none list --json
golden list-json-edu edu list --json
golden list-json-unbound one-unbound list --json
golden info-edu edu info edu0
golden info-json-edu edu info edu0 --json
golden info-json-ivpu mainline info ivpu0 --json
golden info-denied denied info edu0
golden info-json-denied denied info edu0 --json
golden info-ivpu mainline info ivpu0
golden info-qaic mainline info qaic0
golden info-habanalabs mainline info habanalabs0
golden info-rocket mainline info rknn
golden info-newnpu mainline info accel4
golden info-none none info
golden info-unbound one-unbound info 00:04.0
golden info-unknown edu info npu7
golden info-foreign unbound info 00:07.0
golden reset-edu edu reset edu0
golden reset-nothing edu reset
golden reset-mainline mainline reset ivpu0
golden reset-qaic mainline reset qaic0
golden reset-denied denied reset accel0
golden reset-engine edu reset edu0 --engine dma
golden reset-engine-none edu reset edu0 --engine npu
golden reset-engine-ivpu mainline reset ivpu0 --engine 0
golden reset-queue edu reset edu0 --queue 7:2
golden reset-queue-none edu reset edu0 --queue 7:3
golden reset-queue-usage edu reset edu0 --queue seven
golden reset-scopes edu reset edu0 --device --engine 0
golden reset-json edu reset edu0 --queue 7:2 --json
golden list-operators operators list
golden info-operators operators info edu0
golden info-hwmon operators info habanalabs0
golden info-json-operators operators info edu0 --json
golden stats operators stats --interval 0.01
golden stats-one operators stats accel9 ivpu0 --interval 0.01
golden stats-none none stats
golden stats-unknown operators stats npu7
golden stats-denied denied stats --interval 0
golden stats-usage none stats --interval never
golden ras operators ras
golden ras-one operators ras edu0
golden ras-json operators ras edu0 ivpu0 --json
golden limit operators limit ivpu0
golden limit-set operators limit edu0 power=12.5W
golden limit-max operators limit edu0 power=max
golden limit-range operators limit edu0 power=4W
golden limit-none operators limit qaic0 power=4W
golden limit-clock operators limit edu0 clock=1GHz
golden limit-unit operators limit edu0 power=12V
golden limit-usage operators limit
golden flash-none operators flash soft
golden flash-usage operators flash
golden dump operators dump
golden dump-json operators dump ivpu0 --json
golden dump-none operators dump edu0
golden dump-unknown operators dump npu7
golden events-root operators events
golden events-usage none events accel0
golden help-stats none help stats
golden help-dump none dump --help
# By a path that is the same everywhere.
cd "$here/../fuzz/fuzz-program-corpus" || exit 1
golden tensor-dump none tensor dump CONV
golden tensor-none none tensor dump /dev/null
golden tensor-broken none tensor dump ../fuzz-program.c
golden tensor-missing none tensor dump nothing
golden tensor-usage none tensor
golden usage-nothing none
golden usage-command none frobnicate
golden usage-option none list --jsno
golden usage-letters none top --batch -xq
golden usage-extra none list edu0
golden usage-two none info a b
golden help none help
golden help-info none help info
golden help-run none help run
golden help-compile none compile --help
golden help-conform none help conform
golden help-unknown none help me
golden version none --version
json edu '.schema == 1' 'the schema of a list has a version' list
json edu '.schema == 1' 'the schema of info has a version' info
json eight '[.devices[].name] == ["accel0","accel1","accel2","accel3",
	"accel5","accel7","accel10","accel12","soft"]' \
	'a JSON list is in the order of the numbers' list
json edu ".devices[0].pci | $pci" 'JSON ids are hexadecimal text' list
json mainline '.devices | length == 8 and all((.alias and .bus_address or
	.name == "soft") and (.capabilities | index("list")))' \
	'every device in a JSON list can be named' list
json mainline '.devices[5].pci == null and .devices[5].numa_node == null' \
	'what does not apply is null' list
json unbound '(.devices | map(.name)) == ["soft"] and (.unbound | length) == 4' \
	'functions without driver are apart in a JSON list' list
json hostile '.devices | length == 8' 'a JSON list of an odd tree is JSON' list
json edu '.limits.contexts_max == 4 and .engines[0].busy_ns == 1500000 and
	.memory[1].size == 4096 and .health.state == "ready"' \
	'JSON numbers have the units of the manual' info edu0
check samples_are_lines 'several samples are a line of JSON each'
check dumps_are_saved 'a dump is saved as it is, and never over another file'
check dumps_of_vnpu_are_words 'a dump of a vnpu is told in words'
check waiting_for_events_ends 'waiting for events ends in time'
check full_disk_is_a_failure 'output that cannot be written is a failure'
check narrow_terminals_lose_columns 'a narrow terminal gets fewer columns'
check default_comes_from_the_variable 'AXLE_DEVICE names the default device'
check hostile_trees_give_clean_text 'odd trees give clean text'
