#!/bin/bash
# SPDX-License-Identifier: MIT
#
# prometheus.sh EXPORTER GRAFANA: Debian's own Prometheus scrapes the exporter
# and has the same figures afterwards; promtool finds nothing to complain of;
# and the queries of the dashboard are queries.
# shellcheck disable=SC2317 # called by name
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

exporter=$1
grafana=$2

for tool in prometheus promtool curl jq; do
	command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done

# start MONITOR: an exporter on a free port; sets url.
start() {
	local log=$dir/exporter.log line

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
		curl -sS "$url/metrics" >"$dir/metrics" || return 1
		promtool check metrics <"$dir/metrics" >"$dir/lint" 2>&1 &&
			[[ ! -s $dir/lint ]] || return 1
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
	cat >"$dir/prometheus.yml" <<-EOF
		global: { scrape_interval: 1s, scrape_timeout: 1s }
		scrape_configs:
		  - job_name: axle
		    static_configs: [ { targets: [ "${url#http://}" ] } ]
	EOF
	prometheus --config.file="$dir/prometheus.yml" \
		--storage.tsdb.path="$dir/data-${#pids[@]}" \
		--web.listen-address="127.0.0.1:$port" \
		>"$dir/prometheus.log" 2>&1 &
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
	[[ $up == 1 ]] && ! grep -qE 'level=(warn|error)' "$dir/prometheus.log"
}

# Every line that does not change by itself, name, labels and value, is in
# Prometheus as it is here.
same_figures() {
	curl -sS "$url/metrics" | grep -E '^axle_' | grep -v ^axle_exporter_s |
		sed -E 's/^([a-z_]+)\{(.*)\} ([^ ]*)$/\1 \3 \2/' |
		sort >"$dir/want"
	query '{__name__=~"axle_.*",__name__!~"axle_exporter_s.*"}' | jq -r '
		.data.result[] | .metric.__name__ as $name |
		.value[1] as $value | .metric |
		del(.__name__, .instance, .job) |
		to_entries | sort_by(.key) |
		[$name, $value] + map("\(.key)=\(.value)") | @json' |
		sort >"$dir/have"
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
		[$n, ($v | tonumber)] + .' "$dir/want" | sort >"$dir/want.json"
	jq -c '[.[0], (.[1] | tonumber)] + .[2:]' "$dir/have" | sort \
		>"$dir/have.json"
	[[ $(wc -l <"$dir/want.json") -gt 100 ]] &&
		diff "$dir/want.json" "$dir/have.json" >"$dir/out"
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
			echo "$status: $expression" >"$dir/out"
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

plan 7
complains_not "devices=2 kind=fixed" "devices=64 kind=moving clients=2" \
	"devices=2 kind=unknown" "devices=2 kind=lies" "devices=0" \
	"devices=2 fail=1"
result $? "promtool finds nothing to complain of" "$dir/lint"
start "devices=3 kind=fixed clients=1 events=5"
sleep 1.5 # its events are counted
start_prometheus
check scraped "Prometheus scrapes it without a complaint" \
	"$dir/prometheus.log"
sleep 3
check same_figures "Prometheus holds the same figures"
check dashboard_is_one "the dashboard is one of Grafana's"
check dashboard_queries "each query of the dashboard finds something"
start "devices=2 kind=lies"
kill "${pids[-2]}"
wait "${pids[-2]}"
start_prometheus
check scraped "Prometheus scrapes devices that lie without a complaint" \
	"$dir/prometheus.log"
sleep 1
query 'axle_device_info{device="accel1"}' |
	jq -r '.data.result[0].metric.serial' >"$dir/serial"
[[ $(<"$dir/serial") == $'}" 1\naxle_device_up{device="x' ]]
result $? "Prometheus has what a device says as it says it" "$dir/serial"
