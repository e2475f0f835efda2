#!/bin/bash
# SPDX-License-Identifier: MIT
#
# prometheus.sh EXPORTER GRAFANA: Debian's own Prometheus scrapes the exporter
# and has the same figures afterwards; promtool finds nothing to complain of;
# and the queries of the dashboard are queries.
# shellcheck disable=SC2317 # cleanup is called by the trap
set -uo pipefail

exporter=$1
grafana=$2
work=$(mktemp -d)
pids=()
number=0
failed=0

cleanup() {
	[[ ${#pids[@]} -eq 0 ]] || kill "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf -- "$work"
}
trap cleanup EXIT

ok() {
	local result=$1 sentence=$2

	number=$((number + 1))
	if [[ $result -eq 0 ]]; then
		echo "ok $number - $sentence"
	else
		echo "not ok $number - $sentence"
		failed=1
	fi
}

for tool in prometheus promtool curl jq; do
	command -v "$tool" >/dev/null || {
		echo "1..0 # SKIP $tool is not installed"
		exit 0
	}
done

# start MONITOR: an exporter on a free port; sets url.
start() {
	local log=$work/exporter.log line

	: >"$log"
	FAKE_MONITOR=$1 "$exporter" --listen 127.0.0.1:0 --clients 2>"$log" &
	pids+=($!)
	for _ in {1..100}; do
		line=$(sed -n 's/.*listening on //p' "$log")
		[[ -z $line ]] || break
		sleep 0.1
	done
	url=${line%/}
}

complains_not() {
	local monitor

	for monitor in "$@"; do
		start "$monitor"
		curl -sS "$url/metrics" >"$work/metrics" || return 1
		promtool check metrics <"$work/metrics" >"$work/lint" 2>&1 &&
			[[ ! -s $work/lint ]] && continue
		sed 's/^/# /' "$work/lint"
		return 1
	done
}

# The first port that is free now.
free_port() {
	local port

	for port in {19410..19490}; do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

query() {
	curl -sS -G "$prometheus/api/v1/query" --data-urlencode "query=$1"
}

start_prometheus() {
	local port

	port=$(free_port)
	prometheus=http://127.0.0.1:$port
	cat >"$work/prometheus.yml" <<-EOF
		global: { scrape_interval: 1s, scrape_timeout: 1s }
		scrape_configs:
		  - job_name: axle
		    static_configs: [ { targets: [ "${url#http://}" ] } ]
	EOF
	prometheus --config.file="$work/prometheus.yml" \
		--storage.tsdb.path="$work/data-$number" \
		--web.listen-address="127.0.0.1:$port" \
		>"$work/prometheus.log" 2>&1 &
	pids+=($!)
}

# Once it has scraped, and without a complaint.
scraped() {
	local up

	for _ in {1..60}; do
		up=$(query 'up{job="axle"}' 2>/dev/null |
			jq -r '.data.result[0].value[1]' 2>/dev/null)
		[[ $up != 1 ]] || break
		sleep 0.5
	done
	[[ $up == 1 ]] || { sed 's/^/# /' "$work/prometheus.log"; return 1; }
	! grep -E 'level=(warn|error)' "$work/prometheus.log"
}

# Every line that does not change by itself, name, labels and value, is in
# Prometheus as it is here.
same_figures() {
	curl -sS "$url/metrics" | grep -E '^axle_' | grep -v ^axle_exporter_s |
		sed -E 's/^([a-z_]+)\{(.*)\} ([^ ]*)$/\1 \3 \2/' |
		sort >"$work/want"
	query '{__name__=~"axle_.*",__name__!~"axle_exporter_s.*"}' | jq -r '
		.data.result[] | .metric.__name__ as $name |
		.value[1] as $value | .metric |
		del(.__name__, .instance, .job) |
		to_entries | sort_by(.key) |
		[$name, $value] + map("\(.key)=\(.value)") | @json' |
		sort >"$work/have"
	compare_figures
}

# Both as NAME VALUE and sorted labels; numbers as numbers.
compare_figures() {
	jq -R -c '
		capture("^(?<n>[a-z_]+) (?<v>[^ ]*) (?<l>.*)$") |
		.n as $n | .v as $v |
		[.l | match("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\""; "g") |
			.captures | .[0].string + "=" + (.[1].string |
				gsub("\\\\n"; "\n") | gsub("\\\\\""; "\"") |
				gsub("\\\\\\\\"; "\\"))] |
		map(select(endswith("=") | not)) | sort |
		[$n, ($v | tonumber)] + .' "$work/want" | sort >"$work/want.json"
	jq -c '[.[0], (.[1] | tonumber)] + .[2:]' "$work/have" | sort \
		>"$work/have.json"
	[[ $(wc -l <"$work/want.json") -gt 100 ]] &&
		diff "$work/want.json" "$work/have.json" | sed 's/^/# /' |
		tee "$work/diff" && [[ ! -s $work/diff ]]
}

# With the dashboard's variables filled in.
dashboard_queries() {
	local expression status

	while read -r expression; do
		expression=${expression//\$__rate_interval/5s}
		expression=${expression//\$__range/5s}
		expression=${expression//\$instance/.*}
		expression=${expression//\$device/.*}
		status=$(query "$expression" | jq -r '.status + " " +
			(.data.result | length | tostring)')
		# Rates need two scrapes; "> 0" may have nothing.
		[[ $status == "success "[1-9]* || $expression == *'> 0' ||
			$expression == *'== 0)'* ]] || {
			echo "# $status: $expression"
			return 1
		}
	done < <(jq -r '.panels[].targets[]?.expr,
		(.annotations.list[].expr // empty)' "$grafana")
}

dashboard_is_one() {
	jq -e '.schemaVersion >= 36 and (.uid | length > 0) and
		(.panels | length > 5) and
		([.panels[].id] | length == (unique | length)) and
		all(.panels[]; .type and .title and .gridPos and .targets) and
		any(.templating.list[]; .type == "datasource")' \
		"$grafana" >/dev/null
}

echo "TAP version 13"
complains_not "devices=2 kind=fixed" "devices=64 kind=moving clients=2" \
	"devices=2 kind=unknown" "devices=2 kind=lies" "devices=0" \
	"devices=2 fail=1"
ok $? "promtool finds nothing to complain of"
start "devices=3 kind=fixed clients=1 events=5"
sleep 1.5 # its events are counted
start_prometheus
scraped
ok $? "Prometheus scrapes it without a complaint"
sleep 3
same_figures
ok $? "Prometheus holds the same figures"
dashboard_is_one
ok $? "the dashboard is one of Grafana's"
dashboard_queries
ok $? "each query of the dashboard finds something"
start "devices=2 kind=lies"
kill "${pids[-2]}"
wait "${pids[-2]}"
start_prometheus
scraped
ok $? "Prometheus scrapes devices that lie without a complaint"
sleep 1
same="$(query 'axle_device_info{device="accel1"}' |
	jq -r '.data.result[0].metric.serial')"
[[ $same == $'}" 1\naxle_device_up{device="x' ]]
result=$?
[[ $result -eq 0 ]] || echo "# it is: $same"
ok $result "Prometheus has what a device says as it says it"
echo "1..$number"
exit "$failed"
