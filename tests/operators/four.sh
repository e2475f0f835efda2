#!/bin/bash
# SPDX-License-Identifier: MIT
#
# four.sh BUILD: in a virtual machine with two vnpu devices, four
# processes read text, two on each, and whoever watches has to see the same:
# axle top, the device itself, sensors, Prometheus.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

build=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/axle
page=$cache/pictures/python3-skimage/page.png
window=8 # seconds between two looks
models=$cache/npm
PATH=$build:$build/exporter:$build/vm:$PATH

[[ -e $page && -d $models ]] ||
	skip_all "the networks and pictures were not fetched"
plan 7
cat /sys/class/accel/accel{0,1}/serial >"$dir/serials"
[[ $(sort -u "$dir/serials" | wc -l) -eq 2 ]]
result $? "two devices have serial numbers of their own" "$dir/serials"

# Many times the same page, so that the work lasts; a job takes long enough.
pages=()
for _ in {1..100}; do pages+=("$page"); done
for device in vnpu0 vnpu1 vnpu0 vnpu1; do
	axle-ocr --device "$device" "${pages[@]}" >/dev/null \
		2>"$dir/errors.${#pids[@]}" &
	pids+=($!)
done

top() { axle top --batch --json --interval 0.1; }

# All four have done some work.
for _ in {1..100}; do
	top >"$dir/top"
	busy=$(jq '[.processes[] | select(any(.engines[]; .busy_ns > 0))] |
		length' "$dir/top")
	[[ $busy -ge 4 ]] && break
	sleep 0.5
done

# Models are numbered as their slots are, nodes as drivers found them.
model_of=()
slots=$(readlink -f /sys/class/accel/accel{0,1}/device | sort)
for i in 0 1; do
	slot=$(readlink -f "/sys/class/accel/accel$i/device")
	model_of[i]=$(grep -nxF "$slot" <<<"$slots")
	model_of[i]=$((${model_of[i]%%:*} - 1))
done
address() { basename "$(readlink -f "/sys/class/accel/accel$1/device")"; }

# The models' own counts, by device and number of the context.
counts() {
	local i

	for i in 0 1; do
		vm-inject "${model_of[i]}" state |
			sed -n "s/^context \([0-9]*\) busy-ns/$i \1/p"
	done
}

# PID and number of the context, of each device.
owners() {
	local i

	for i in 0 1; do
		sed -n "s/^[0-9]*: context \([0-9]*\) uid [0-9]* pid \([0-9]*\) .*/$i \1 \2/p" \
			"/sys/kernel/debug/accel/$(address "$i")/contexts"
	done
}

# Jobs are counted when they end, so both look when none is under way.
pause() {
	local i

	kill -STOP "${pids[@]}"
	for i in 0 1; do
		for _ in {1..100}; do
			vm-inject "$i" state | grep -qx "queues-awake 0" && break
			sleep 0.3
		done
	done
}

pause
counts >"$dir/count1"
top >"$dir/top1"
kill -CONT "${pids[@]}"
sleep "$window"
pause
counts >"$dir/count2"
top >"$dir/top2"
kill -CONT "${pids[@]}"
owners >"$dir/owners"

# DEVICE PID NS of work between the two looks, as axle top has it...
for n in 1 2; do
	jq -r '.processes[] | "\(.device[5:]) \(.pid) \(
		[.engines[].busy_ns] | add)"' "$dir/top$n" | sort >"$dir/by-top$n"
	# ... and as the device has it.
	awk 'NR == FNR { pid[$1, $2] = $3; next }
		($1, $2) in pid { print $1, pid[$1, $2], $3 }' \
		"$dir/owners" "$dir/count$n" | sort >"$dir/by-device$n"
done
for by in top device; do
	awk 'NR == FNR { before[$1, $2] = $3; next }
		{ print $1, $2, $3 - before[$1, $2] }' \
		"$dir/by-${by}1" "$dir/by-${by}2" | sort >"$dir/work-$by"
done
join -j 1 <(sed 's/ /:/' "$dir/work-top") <(sed 's/ /:/' "$dir/work-device") \
	>"$dir/both"
sed 's/^/# device:pid, ns by axle top, ns by the device: /' "$dir/both"

[[ $(wc -l <"$dir/both") -eq 4 ]]
result $? "axle top shows the four processes on their devices" \
	"$dir/both" "$dir/owners" "$dir/count2" "$dir/top2"
awk -v window="$window" '
	{ d = $2 > $3 ? $2 - $3 : $3 - $2; if (d > 0.02 * window * 1e9) bad = 1 }
	END { exit bad || !NR }' "$dir/both"
result $? "and their work as the device counts it, within 2 % of the time" \
	"$dir/both"

axle top --batch --interval 1 >"$dir/table"
sed 's/^/# /' "$dir/table"
if command -v sensors >/dev/null; then
	sensors >"$dir/sensors" 2>&1
	[[ $(grep -c '^vnpu-pci' "$dir/sensors") -eq 2 &&
		$(grep -c '[0-9.]*.C  (crit' "$dir/sensors") -eq 2 &&
		$(grep -c '[0-9.]* W  (cap' "$dir/sensors") -eq 2 ]]
	result $? "sensors shows temperature and power of both" \
		"$dir/sensors" "$dir"/errors.*
else
	skip "sensors shows temperature and power of both" "no lm-sensors here"
fi

# A hung firmware is told by devlink, and recovered without being asked.
devlink=$(command -v devlink || echo /sbin/devlink)
first=pci/$(address 0)
if [[ -x $devlink ]]; then
	vm-inject "${model_of[0]}" hang-firmware
	# Its telemetry stops, or a command of the busy device does not end.
	for _ in {1..60}; do
		for reporter in fw hw; do
			"$devlink" health show "$first" reporter "$reporter"
		done >"$dir/health"
		grep -q "error [1-9].* recover [1-9]" "$dir/health" && break
		sleep 0.5
	done
	grep -q "error [1-9].* recover [1-9]" "$dir/health"
	result $? "devlink tells of a hung firmware, and that it was recovered" \
		"$dir/health"
	axle top --batch --json --interval 0.5 |
		jq -e '.devices[0].state == "ready"' >"$dir/state"
	result $? "the device is ready then" "$dir/state"
else
	skip "devlink tells of a hung firmware" "no devlink here"
	skip "the device is ready then" "no devlink here"
fi

if ! command -v prometheus >/dev/null; then
	skip "Prometheus holds the same figures" "no prometheus here"
	exit 0
fi
ip link set lo up 2>/dev/null
axle-exporter --listen 127.0.0.1:9101 >"$dir/exporter" 2>&1 &
pids+=($!)
cat >"$dir/prometheus.yml" <<'YML'
scrape_configs:
  - job_name: axle
    scrape_interval: 1s
    static_configs: [{ targets: ["127.0.0.1:9101"] }]
YML
prometheus --config.file="$dir/prometheus.yml" \
	--storage.tsdb.path="$dir/tsdb" --web.listen-address=127.0.0.1:9191 \
	>"$dir/prometheus" 2>&1 &
pids+=($!)

query() {
	curl -sG --data-urlencode "query=$1" \
		http://127.0.0.1:9191/api/v1/query
}

# What it holds of the busy time lies between two looks of ours.
busy() {
	axle top --batch --json --interval 0.1 |
		jq '.devices[1].engines[0].busy_ns / 1e9'
}
seconds='axle_engine_busy_seconds_total{device="accel1",engine="compute"}'
for _ in {1..60}; do
	before=$(busy)
	sleep 3
	query "$seconds" >"$dir/answer"
	after=$(busy)
	value=$(jq -r '.data.result[0].value[1] // empty' "$dir/answer")
	[[ -n $value ]] && break
done
awk -v a="$before" -v v="${value:-0}" -v b="$after" \
	'BEGIN { exit !(v + 0 >= a - 3 && v + 0 <= b + 0) }'
status=$?
echo "# $before s before, $value s in Prometheus, $after s after"
result "$status" "Prometheus holds the same figures" "$dir/answer" \
	"$dir/exporter"
