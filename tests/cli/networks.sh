#!/bin/bash
# SPDX-License-Identifier: MIT
#
# networks.sh AXLE: axle run, compile and conform on the embedded device, with
# models of Debian's libonnx-testdata.
# shellcheck disable=SC2317 # cases are called by name
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

axle=$(realpath "$1")
data=/usr/share/libonnx-testdata/data
unset AXLE_THREADS
export AXLE_DEVICE=soft
cd "$dir" || exit 1

# In and output of this one are known: [1,1,7,5] and [1,1,3,3] to [1,1,4,3].
conv=$data/node/test_conv_with_strides_padding
conv_x=$conv/test_data_set_0/input_0.pb
conv_w=$conv/test_data_set_0/input_1.pb

# gives STATUS ARGUMENT...: the command ends like that, and says why if it is
# not 0.
gives() {
	local want=$1 got
	shift
	"$axle" "$@" >out 2>err
	got=$?
	[[ $got -eq $want ]] || { echo "exit status $got: axle $*" >>err; return 1; }
	[[ $want -eq 0 || -s err ]]
}

says() { grep -q -e "$1" out; }
complains() { grep -q -e "$1" err; }
json() { jq -e "$1" <out >json 2>>err; }

# npy FILE TYPE SHAPE, the values from standard input.
npy() {
	local header="{'descr': '$2', 'fortran_order': ${4:-False}, 'shape': $3, }"
	{
		printf '\x93NUMPY\x01\x00%b\x00%s\n' \
			"\\x$(printf %02x $((${#header} + 1)))" "$header"
		cat
	} >"$1"
}

# f32 VALUE...: of 0, 1, -1 and 2 only.
f32() {
	local value
	for value; do
		case $value in
		0) printf '\x00\x00\x00\x00' ;;
		1) printf '\x00\x00\x80\x3f' ;;
		-1) printf '\x00\x00\x80\xbf' ;;
		2) printf '\x00\x00\x00\x40' ;;
		esac
	done
}

relu=$data/node/test_relu/model.onnx # [3,4,5]
relu_values() {
	for _ in {1..15}; do f32 0 1 -1 2; done
}

wrong_usage() {
	gives 2 run && gives 2 run a b && gives 2 run --input x a &&
		gives 2 run --shape x a && gives 2 run --shape x=1,,2 a &&
		gives 2 run --repeat 0 a && gives 2 run --repeat x a &&
		gives 2 run --threads 0 a && gives 2 run --timeout -1 a &&
		gives 2 run --input x=a.npy --input x=b.npy a &&
		gives 2 run --frobnicate a && gives 2 compile &&
		gives 2 compile a && gives 2 compile -o b &&
		gives 2 compile a b -o c && gives 2 compile --shape =1 a -o b &&
		gives 2 conform && gives 2 conform --rtol -1 a &&
		gives 2 conform --atol one a && gives 2 conform --json a
}

missing_files() {
	gives 1 run nothing && complains 'nothing: No such file' &&
		gives 1 compile nothing -o a && [[ ! -e a ]] &&
		gives 1 conform nothing && complains 'nothing: No such file' &&
		gives 1 run "$conv/model.onnx" --input x=nothing.npy &&
		complains 'nothing.npy: No such file' && gives 1 run . &&
		mkdir empty && gives 1 conform empty &&
		complains 'empty: neither a test folder'
}

unknown_device() {
	gives 3 run "$relu" --device npu7 && gives 3 conform --device npu7 \
		"$conv"
}

results_are_shown() {
	gives 0 run "$conv/model.onnx" --input "x=$conv_x" \
		--input "W=$conv_w" &&
		says '^device   soft ' && says '^output   y f32\[1,1,4,3\]$' &&
		says 'min 12, max 198, mean 99.167' &&
		says 'first 12 27 24 63 \.\.\.' && says '^time     import '
}

fillers_are_the_same() {
	gives 0 run "$relu" --json && json '.outputs[0].first' &&
		cp json first && says '"file": null' &&
		gives 0 run "$relu" --json && json '.outputs[0].first' &&
		cmp first json && gives 0 run "$relu" &&
		says '^input    x f32\[3,4,5\], not given: pseudo-random'
}

npy_goes_in_and_out() {
	relu_values | npy x.npy '<f4' '(3, 4, 5)' &&
		gives 0 run "$relu" --input x=x.npy --output results &&
		says '^output   y f32\[3,4,5\], results/y.npy$' &&
		gives 0 run "$relu" --input x=results/y.npy --json &&
		json '.outputs[0] | .first == [0,1,0,2,0,1,0,2] and .max == 2'
}

doubles_are_converted() {
	for _ in {1..60}; do printf '\0\0\0\0\0\0\xf8\x3f'; done |
		npy d.npy '<f8' '(3, 4, 5)' &&
		gives 0 run "$relu" --input x=d.npy --json &&
		json '.outputs[0] | .min == 1.5 and .max == 1.5'
}

raw_goes_in() {
	relu_values >x.raw && gives 0 run "$relu" --input x=x.raw --json &&
		json '.outputs[0] | .first == [0,1,0,2,0,1,0,2]' &&
		head -c 239 x.raw >short.raw &&
		gives 1 run "$relu" --input x=short.raw &&
		complains 'short.raw: has 239 bytes, f32\[3,4,5\] needs 240'
}

misfits_are_explained() {
	f32 1 2 | npy two.npy '<f4' '(2,)' &&
		gives 1 run "$relu" --input x=two.npy &&
		complains 'two.npy has f32\[2\], not f32\[3,4,5\]' &&
		printf '\1%.0s' {1..60} | npy u1.npy '|u1' '(3, 4, 5)' &&
		gives 1 run "$relu" --input x=u1.npy && complains u8 &&
		complains f32 && gives 1 run "$relu" --input q=two.npy &&
		complains 'there is no input "q"; inputs: x' &&
		gives 1 run "$relu" --shape x=1,2 && complains "'x'" &&
		gives 1 run "$relu" --input x=x.txt && complains '\.npy'
}

bad_npy_is_refused() {
	f32 1 2 | npy f.npy '<f4' '(1, 2)' True &&
		gives 1 run "$relu" --input x=f.npy &&
		complains 'Fortran order' && f32 1 | npy b.npy '>f4' '(1,)' &&
		gives 1 run "$relu" --input x=b.npy && complains 'big endian' &&
		f32 1 | npy s.npy '<f4' '(2,)' &&
		gives 1 run "$relu" --input x=s.npy &&
		complains 'has 4 bytes of data, its shape needs 8' &&
		f32 1 | npy c.npy '<c8' '(1,)' &&
		gives 1 run "$relu" --input x=c.npy && complains 'type <c8' &&
		echo hello >t.npy && gives 1 run "$relu" --input x=t.npy &&
		complains 'not a .npy file'
}

constant_inputs_come_from_files() {
	local test=$data/node/test_reshape_reordered_all_dims
	gives 6 run "$test/model.onnx" && complains 'Reshape' &&
		gives 0 run "$test/model.onnx" \
			--input "shape=$test/test_data_set_0/input_1.pb" &&
		says '^output   reshaped f32\[4,2,3\]$'
}

programs_give_the_same() {
	gives 0 compile "$conv/model.onnx" -o conv.axtp && [[ -s conv.axtp ]] &&
		says '^conv.axtp: ' && says 'nodes       1, 1 after' &&
		gives 0 run conv.axtp --input "x=$conv_x" \
			--input "W=$conv_w" --output a &&
		gives 0 run "$conv/model.onnx" --input "x=$conv_x" \
			--input "W=$conv_w" --output b && cmp a/y.npy b/y.npy &&
		gives 1 compile conv.axtp -o again.axtp && [[ ! -e again.axtp ]] &&
		gives 1 run conv.axtp --shape x=1 &&
		gives 1 run conv.axtp --input "q=$conv_x" &&
		complains 'no input "q"'
}

compile_tells_in_json() {
	gives 0 compile "$conv/model.onnx" -o j.axtp --json &&
		json '.schema == 1 and .program == "j.axtp" and .macs == 108 and
			.operations == 1 and .bytes > 0'
}

failed_compile_leaves_nothing() {
	local before after
	echo old >kept.axtp
	before=$(ls -A)
	gives 6 compile "$data/node/test_einsum_sum/model.onnx" \
		-o kept.axtp || return 1
	gives 1 compile "$relu" -o no-such-dir/x.axtp || return 1
	complains 'no-such-dir/x.axtp: No such file' || return 1
	gives 1 compile "$relu" -o /dev/full || return 1
	after=$(ls -A)
	[[ $before == "$after" && $(cat kept.axtp) == old ]]
}

# Its input is 3x4x5; the same file with one of these dimensions by name.
open_shapes_can_be_fixed() {
	sed 's/\x08\x05/\x12\x00/' "$relu" >open.onnx &&
		! cmp -s open.onnx "$relu" && gives 1 run open.onnx &&
		complains 'try --shape x=N,N,' &&
		gives 0 run open.onnx --shape x=3,4,7 &&
		says 'output   y f32\[3,4,7\]' && relu_values |
		npy x.npy '<f4' '(3, 4, 5)' &&
		gives 0 run open.onnx --input x=x.npy &&
		says 'output   y f32\[3,4,5\]'
}

unsupported_is_listed() {
	gives 6 run "$data/node/test_einsum_sum/model.onnx" &&
		complains '^axle: node "y": Einsum (opset 12): ' &&
		complains ': 1 node is not supported$' &&
		gives 6 run --json "$data/node/test_einsum_sum/model.onnx" &&
		json '.unsupported | length == 1 and
			.[0].operation == "Einsum" and .[0].opset == 12'
}

broken_models_are_failures() {
	head -c 60 "$conv/model.onnx" >cut.onnx && gives 1 run cut.onnx &&
		complains '^axle: cut.onnx: ' && gives 1 run /dev/null &&
		complains 'empty' && gives 1 compile cut.onnx -o x.axtp &&
		[[ ! -e x.axtp ]] && printf AXTPgarbage >bad.axtp &&
		gives 1 run bad.axtp && complains '^axle: bad.axtp: '
}

times_are_shown() {
	local model=$data/pytorch-converted/test_Conv2d_no_bias/model.onnx
	gives 0 run "$model" --time --repeat 3 &&
		says '^ *#  NAME .*OPERATION .*OUTPUT .*TIME .*SHARE$' &&
		says '^0 .*CONV .*f32\[.*s  *[0-9.]* %$' &&
		says '^OPERATION  COUNT .*TIME .*SHARE$' &&
		says 'median of 3 runs' &&
		gives 0 run "$model" --time --repeat 3 --json &&
		json '(.operations | length) == .network.operations and
			.operations[0].code == "CONV" and
			(.times.runs_ns | length) == 3 and
			.device.name == "soft"'
}

# Every line fits; the end of the name is still there.
times_fit_a_terminal() {
	local model=$data/pytorch-converted/test_Conv2d_no_bias/model.onnx
	script -qec "stty cols 50; '$axle' run --time '$model'" /dev/null \
		</dev/null >narrow 2>&1 || return 1
	tr -d '\r' <narrow | sed -n '/#/,$p' >out
	! grep -qE '^.{51}' out && says CONV && says SHARE
}

threads_can_be_chosen() {
	gives 0 run "$relu" --threads 1 --output one &&
		gives 0 run "$relu" --threads 2 --output two &&
		cmp one/y.npy two/y.npy
}

conform_counts() {
	gives 0 conform "$conv" "$data/node/test_einsum_sum" \
		"$data/node/test_relu" && [[ $(wc -l <out) -eq 6 ]] &&
		says '^ok 1 - test_conv_with_strides_padding: error ' &&
		says '^ok 2 - test_einsum_sum # SKIP Einsum: ' &&
		says '^1\.\.3$' && says '^# 2 passed, 0 failed, 1 skipped$'
}

conform_walks_in_order() {
	gives 0 conform --only 'test_relu*' "$data/node/" &&
		says '^ok 1 - node/test_relu: error 0$' &&
		gives 0 conform --only 'test_re[ls]*u' "$data" &&
		says '^ok 1 - data/node/test_relu: ' &&
		gives 1 conform --only 'nothing*' "$data" &&
		complains 'no test has a name like "nothing\*"'
}

conform_skips_what_is_no_tensor() {
	gives 0 conform "$data/node/test_identity_sequence" &&
		says '# SKIP Identity: input x is of type sequence$' &&
		gives 0 conform "$data/simple/test_strnorm_model_monday_empty_output" &&
		says 'of type string$'
}

conform_sees_what_is_wrong() {
	mkdir -p bad/test_data_set_0 &&
		cp "$data/node/test_relu/model.onnx" bad &&
		cp "$data/node/test_relu/test_data_set_0/input_0.pb" \
			bad/test_data_set_0 &&
		cp bad/test_data_set_0/{input,output}_0.pb &&
		gives_only 1 conform bad && says '^not ok 1 - bad: error ' &&
		says 'output y: element [0-9]* is 0, not -' &&
		says '^# 0 passed, 1 failed, 0 skipped$' &&
		gives 0 conform --atol 2 bad && head -c 40 "$conv/model.onnx" \
		>bad/model.onnx && gives_only 1 conform bad &&
		rm -r bad/test_data_set_0 &&
		cp "$data/node/test_relu/model.onnx" bad &&
		gives_only 1 conform bad && says 'test_data_set_0'
}

# TAP says it, not a message.
gives_only() {
	local want=$1
	shift
	"$axle" "$@" >out 2>err
	[[ $? -eq $want && ! -s err ]]
}

# The words of a terminal are for a terminal.
no_progress_in_a_pipe() {
	gives 0 run "$relu" --repeat 20000 && [[ ! -s err ]]
}

[[ -d $data ]] || skip_all 'libonnx-testdata is missing'
plan 25
check wrong_usage 'wrong usage is told apart'
check missing_files 'files that are not there are named'
check unknown_device 'an unknown device is not found'
check results_are_shown 'a model is run on values from .pb files'
check fillers_are_the_same 'inputs that are not given are always the same'
check npy_goes_in_and_out 'outputs in .npy files are inputs again'
check doubles_are_converted '.npy files may have double precision'
check raw_goes_in '.raw files have exactly the bytes of an input'
check misfits_are_explained 'wrong types and shapes say what was expected'
check bad_npy_is_refused '.npy files that cannot be used say why'
check constant_inputs_come_from_files 'an input can give a shape'
check programs_give_the_same 'a program gives the same as its model'
check compile_tells_in_json 'compile says in JSON what it made'
check failed_compile_leaves_nothing 'a failed compile leaves no file behind'
check open_shapes_can_be_fixed 'an open shape is given by option or by a file'
check unsupported_is_listed 'what is not supported is listed, exit status 6'
check broken_models_are_failures 'broken files are failures'
check times_are_shown 'each operation has its time in a table'
check times_fit_a_terminal 'the table of times fits a narrow terminal'
check threads_can_be_chosen 'the number of threads changes no result'
check conform_counts 'conform passes, skips and counts'
check conform_walks_in_order 'conform finds tests below a folder, by name'
check conform_skips_what_is_no_tensor 'conform skips sequences and strings'
check conform_sees_what_is_wrong 'conform fails what is wrong or broken'
check no_progress_in_a_pipe 'there is no progress where there is no terminal'
