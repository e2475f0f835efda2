#!/bin/bash
# SPDX-License-Identifier: MIT
#
# mutants.sh AXLE MUTATE: run damaged models and programs; each gives a result
# or a clean error, and no sanitizer has anything to say. MUTANTS of them, 200
# if that is not in the environment; 1,000 take about a minute with sanitizers:
#
#	MUTANTS=1000 tests/cli/mutants.sh build/dev/axle \
#		build/dev/tests/cli/mutate
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

axle=$(realpath "$1")
mutate=$(realpath "$2")
top=$(cd -- "$(dirname -- "$0")/../.." && pwd)
mutants=${MUTANTS:-200}
seed=${SEED:-1}
data=/usr/share/libonnx-testdata/data
export AXLE_DEVICE=soft AXLE_THREADS=2
# A status that axle(1) does not have; and a size is refused that no test has
# any need for, as malloc() does it where memory is short.
export ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1
export ASAN_OPTIONS=$ASAN_OPTIONS:max_allocation_size_mb=2048
export UBSAN_OPTIONS=print_stacktrace=1
cd "$dir" || exit 1

models=(
	node/test_conv_with_autopad_same
	node/test_resize_upsample_scales_linear
	node/test_lstm_with_peepholes
	node/test_reduce_sum_keepdims_example
	node/test_slice
	node/test_gather_elements_1
	node/test_softmax_axis_1
	pytorch-converted/test_Conv2d_groups
	pytorch-converted/test_BatchNorm2d_eval
	pytorch-converted/test_MaxPool2d_stride_padding_dilation
	pytorch-converted/test_PixelShuffle
	pytorch-operator/test_operator_concat2
	simple/test_expand_shape_model1
)

[[ -d $data ]] || skip_all 'libonnx-testdata is missing'
plan 1

shopt -s nullglob
sources=()
for model in "${models[@]/#/"$data/"}" "$top"/examples/digits/*.onnx; do
	name=$(basename "${model%.onnx}")
	[[ -f $model ]] || model=$model/model.onnx
	[[ -f $model ]] || continue
	cp "$model" "$name.onnx"
	sources+=("$name.onnx")
	if "$axle" compile "$name.onnx" -o "$name.axtp" >/dev/null 2>&1; then
		sources+=("$name.axtp")
	fi
done

mkdir mutants
each=$((mutants / ${#sources[@]} + 1))
for source in "${sources[@]}"; do
	"$mutate" "$source" "$each" $((seed++)) mutants || exit 1
done

# What is wrong with how the run of a mutant went, if anything is.
verdict() {
	local status=$1

	case $status in
	0 | 1 | 6) ;;
	124 | 137) echo 'takes too long' ;;
	*) echo "exit status $status" ;;
	esac
	grep -qE 'Sanitizer|runtime error' err && echo 'a sanitizer complains'
	[[ $status -eq 0 || -s err ]] || echo 'no message'
	if LC_ALL=C.UTF-8 grep -qv '^axle: ' err; then
		echo 'a message is not like one'
	fi
}

run=0
bad=0
declare -A counts=([0]=0 [1]=0 [6]=0)
for mutant in mutants/*; do
	[[ $run -lt $mutants ]] || break
	timeout -k 2 20 "$axle" run --timeout 10 "$mutant" >out 2>err
	status=$?
	run=$((run + 1))
	counts[$status]=$((${counts[$status]:-0} + 1))
	wrong=$(verdict "$status")
	[[ -n $wrong ]] || continue
	bad=$((bad + 1))
	[[ -z ${KEEP:-} ]] || cp "$mutant" "$KEEP"
	echo "# $mutant: ${wrong//$'\n'/, }"
	head -n 20 err | sed 's/^/#   /'
done

for status in "${!counts[@]}"; do
	echo "# exit status $status: ${counts[$status]}"
done
rm -f out err # of the last one
[[ $bad -eq 0 && $run -eq $mutants ]]
result $? "$run damaged files give clean errors"
