# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# tap.sh: what a test written for the shell needs to speak TAP. To be sourced:
#
#	. "$(dirname "$0")/../harness/tap.sh"
#	plan 2
#	axle list >"$dir/out" 2>"$dir/err"
#	result $? "devices are listed"
#	sleep 600 & pids+=($!)
#
# It gives a directory $dir and a list pids; at the end those processes are
# ended and the directory is gone. The exit status is 1 if a case failed. What
# a function more() of the test says is shown of each case that fails.

dir=$(mktemp -d)
pids=()
number=0
failed=0

tap_finish() {
	if [[ ${#pids[@]} -gt 0 ]]; then
		# Some may be gone already; ended by us is no failure.
		kill "${pids[@]}" || :
		wait "${pids[@]}" || :
	fi 2>/dev/null
	rm -rf -- "$dir"
	[[ $failed -eq 0 ]] || exit 1
}
trap tap_finish EXIT

# plan COUNT: first of all; or last, where there are not always as many.
plan() {
	[[ $number -gt 0 ]] || echo "TAP version 13"
	echo "1..$1"
}

# skip_all REASON: there is nothing to test here.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# result STATUS SENTENCE [FILE...]: one case. The files tell more of a failure,
# $dir/out and $dir/err without any.
result() {
	local status=$1 sentence=$2 file

	shift 2
	((++number))
	if [[ $status -eq 0 ]]; then
		echo "ok $number - $sentence"
		return
	fi
	failed=1
	[[ $# -gt 0 ]] || set -- "$dir/out" "$dir/err"
	for file; do
		# The last line may have no end.
		[[ ! -f $file ]] || sed "s|^|# ${file##*/}: |;\$a\\" "$file"
	done
	[[ $(type -t more) != function ]] || { more || :; } | sed 's/^/# /'
	echo "not ok $number - $sentence"
}

# check FUNCTION SENTENCE [FILE...]: one case, which the function decides.
check() {
	local status=0

	: >"$dir/out"
	: >"$dir/err"
	"$1" || status=$?
	result "$status" "${@:2}"
}

# try SENTENCE COMMAND...: one case, which the command decides.
try() {
	local status=0

	"${@:2}" >"$dir/out" 2>"$dir/err" || status=$?
	result "$status" "$1"
}

# skip SENTENCE REASON
skip() {
	((++number))
	echo "ok $number - $1 # SKIP $2"
}
