// SPDX-License-Identifier: MIT
/*
 * Files that are damaged at random: what comes of them is an error that says
 * why, or a program, which then runs.
 */
#include "data.h"
#include "run.h"
#include "tap.h"
#include "text.h"

#include <axt/compile.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATIONS 1000
/* Programs that are larger are not run. */
#define RUN_MACS 1000000u
#define RUN_BYTES (16u << 20)

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* One to four bytes: replaced, or with one bit turned. */
static void mutate(unsigned char *data, size_t size, uint32_t *state)
{
	for (uint32_t n = next(state) % 4 + 1; n > 0; n--) {
		size_t at = next(state) % size;

		if (next(state) % 2)
			data[at] = (unsigned char)next(state);
		else
			data[at] ^= (unsigned char)(1u << next(state) % 8);
	}
}

static bool is_small(const struct run *run,
		     const struct axt_compile_stats *stats)
{
	uint64_t bytes = run->header->arena_size;

	for (uint32_t i = 0; i < run->header->input_count; i++)
		bytes += run_input(run, i)->size;
	for (uint32_t i = 0; i < run->header->output_count; i++)
		bytes += run_output(run, i)->size;
	return stats->macs < RUN_MACS && bytes < RUN_BYTES;
}

/* Whether the program fits into memory at all, before that is taken. */
static bool fits(const void *blob)
{
	const struct axt_header *header = blob;
	const struct axt_tensor *tensor =
		(const void *)((const char *)blob + header->tensor_offset);
	uint64_t bytes = header->arena_size;

	for (uint32_t i = 0; i < header->tensor_count; i++)
		if (tensor[i].place == AXT_INPUT ||
		    tensor[i].place == AXT_OUTPUT)
			bytes += tensor[i].size;
	return bytes < RUN_BYTES;
}

struct counts {
	unsigned int run;
	unsigned int compiled;
	unsigned int unsupported;
	unsigned int broken;
	unsigned int refused; /* by the validator */
};

static bool try_program(void *blob, size_t size,
			const struct axt_compile_stats *stats,
			struct counts *counts)
{
	struct run run;
	bool fine;

	counts->compiled++;
	if (!fits(blob)) {
		free(blob);
		return true;
	}
	fine = run_open(&run, blob, size) == 0;
	if (fine && is_small(&run, stats)) {
		run_execute(&run);
		counts->run++;
	}
	run_close(&run);
	return fine;
}

static bool try_file(const void *data, size_t size, struct counts *counts)
{
	struct axt_compile_options options = { .size = sizeof(options) };
	struct axt_report report = { 0 };
	size_t blob_size;
	void *blob;
	bool fine;
	int err;

	err = axt_compile_onnx(data, size, &options, &blob, &blob_size,
			       &report);
	fine = err == 0 || err == -EINVAL || err == -EOPNOTSUPP ||
	       err == -EFBIG;
	fine &= !err == !report.text[0];
	counts->unsupported += err == -EOPNOTSUPP;
	counts->broken += err == -EINVAL || err == -EFBIG;
	/* Names are for the validator to judge. */
	if (strstr(report.text, "no valid program: ") &&
	    !strstr(report.text, "name")) {
		counts->refused++;
		tap_note("%s", report.text);
	}
	if (!err)
		fine &= try_program(blob, blob_size, &report.stats, counts);
	if (!fine)
		tap_note("%d: %s", err, report.text);
	axt_report_clear(&report);
	return fine;
}

static void try_mutations(const void *data, size_t size)
{
	unsigned char *copy = malloc(size);
	struct counts counts = { 0 };
	uint32_t state = 1;

	TAP_REQUIRE(copy && size);
	for (unsigned int i = 0; i < MUTATIONS; i++) {
		memcpy(copy, data, size);
		mutate(copy, size, &state);
		if (!TAP_CHECK(try_file(copy, size, &counts)))
			break;
	}
	tap_note("%u compiled, %u of them run; %u broken, %u unsupported",
		 counts.compiled, counts.run, counts.broken,
		 counts.unsupported);
	/* What the compiler lets pass, the validator must, too. */
	TAP_EQUAL(counts.refused, 0);
	free(copy);
}

static void damaged_files_give_errors(void)
{
	char path[PATH_MAX];
	size_t size;
	void *data;

	snprintf(path, sizeof(path),
		 "/usr/share/libonnx-testdata/data/%s/model.onnx",
		 (const char *)tap_data());
	data = data_read(path, &size);
	if (!data)
		TAP_SKIP("libonnx-testdata is not installed");
	try_mutations(data, size);
	free(data);
}

static void damaged_networks_give_errors(void)
{
	struct wire model;

	TAP_REQUIRE(text_model(tap_data(), &model));
	try_mutations(model.data, model.size);
}

static void all_unsupported_nodes_are_listed(void)
{
	static const char text[] =
		"in x 2,3; Magic x -> a; TopK x k -> v i; list k 1; Tanh v -> t;"
		"Spell t -> b; ScatterElements x j x -> s; const j 2,3;"
		"Add a b -> c; Add c s -> y; out y";
	struct axt_report report = { 0 };
	struct wire model;
	size_t size;
	void *blob;

	TAP_REQUIRE(text_model(text, &model));
	/* The indices are no integers, but that is for the importer to say. */
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, NULL, &blob, &size,
				   &report),
		  -EINVAL);
	TAP_REQUIRE(text_model("in x 2,3; Magic x -> a; list k 1;"
			       "TopK x k -> v i; Spell a -> b;"
			       "Add v b -> y; out y",
			       &model));
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, NULL, &blob, &size,
				   &report),
		  -EOPNOTSUPP);
	TAP_EQUAL(report.count, 3);
	if (report.count == 3) {
		TAP_STRING(report.issues[0].op, "Magic");
		TAP_STRING(report.issues[1].op, "Spell");
		TAP_STRING(report.issues[2].op, "TopK");
		TAP_STRING(report.issues[2].reason, "has no counterpart");
		TAP_EQUAL(report.issues[2].opset, 13);
	}
	axt_report_clear(&report);
}

static void options_are_checked(void)
{
	static const char *const shapes[] = { "x=1,2,oops" };
	struct axt_constant constant = { .name = "x", .type = AXT_F16 };
	struct axt_compile_options options = { .size = 8 };
	struct axt_report report = { 0 };
	struct wire model;
	size_t size;
	void *blob;

	TAP_REQUIRE(text_model("in x 2,3; Tanh x -> y; out y", &model));
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, &options, &blob,
				   &size, &report),
		  -EINVAL);
	options.size = sizeof(options);
	options.flags = 0x80;
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, &options, &blob,
				   &size, &report),
		  -EINVAL);
	options.flags = 0;
	options.shapes = shapes;
	options.shape_count = 1;
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, &options, &blob,
				   &size, &report),
		  -EINVAL);
	TAP_CHECK(strstr(report.text, "oops"));
	options.shape_count = 0;
	options.constants = &constant;
	options.constant_count = 1;
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, &options, &blob,
				   &size, &report),
		  -EINVAL);
	TAP_EQUAL(axt_compile_onnx_file("/nowhere.onnx", NULL, &blob, &size,
					&report),
		  -ENOENT);
	TAP_CHECK(report.text[0]);
	axt_report_clear(&report);
}

static void equal_files_give_equal_programs(void)
{
	struct axt_report report = { 0 };
	struct wire model;
	size_t size[2] = { 0 };
	void *blob[2] = { NULL };

	TAP_REQUIRE(text_model(
		"in x 1,8,6,6; const w 8,8,3,3; Conv x w -> y pads:1,1,1,1;"
		"Tanh y -> a; Tanh y -> b; Add a b -> c; Relu c -> z; out z",
		&model));
	for (int i = 0; i < 2; i++)
		TAP_EQUAL(axt_compile_onnx(model.data, model.size, NULL,
					   &blob[i], &size[i], &report),
			  0);
	TAP_CHECK(size[0] == size[1] && blob[0] && blob[1] &&
		  memcmp(blob[0], blob[1], size[0]) == 0);
	free(blob[0]);
	free(blob[1]);
	axt_report_clear(&report);
}

#define GRU \
	"in x 3,2,4; const w 1,15,4; const r 1,15,5; GRU x w r -> y hidden_size=5"

static void activations_are_those_that_are_named(void)
{
	static const char *const texts[] = {
		GRU "; out y",
		GRU " activations%sigmoid,Tanh; out y",
		GRU " activations%Sigmoid,Relu; out y",
	};
	struct axt_report report = { 0 };
	size_t size[3] = { 0 };
	void *blob[3] = { NULL };
	struct wire model;

	for (int i = 0; i < 3; i++) {
		TAP_REQUIRE(text_model(texts[i], &model));
		TAP_EQUAL(axt_compile_onnx(model.data, model.size, NULL,
					   &blob[i], &size[i], &report),
			  0);
	}
	if (blob[0] && blob[1] && blob[2]) {
		TAP_CHECK(size[0] == size[1] &&
			  memcmp(blob[0], blob[1], size[0]) == 0);
		TAP_CHECK(memcmp(blob[0], blob[2], size[0]) != 0);
	}
	for (int i = 0; i < 3; i++)
		free(blob[i]);
	TAP_REQUIRE(text_model(GRU " activations%Sigmoid; out y", &model));
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, NULL, &blob[0],
				   &size[0], &report),
		  -EINVAL);
	TAP_REQUIRE(
		text_model(GRU " activations%Sigmoid,Affine; out y", &model));
	TAP_EQUAL(axt_compile_onnx(model.data, model.size, NULL, &blob[0],
				   &size[0], &report),
		  -EOPNOTSUPP);
	axt_report_clear(&report);
}

#define NETWORK                                                           \
	"in x 1,4,8,8; const w 8,4,3,3; const b 8; const u 8,1,3,3;"      \
	"Conv x w b -> c pads:1,1,1,1; const s 8,1,1; Mul c s -> d;"      \
	"Relu d -> e; Conv e u -> f group=8 strides:2,2 pads:1,1,1,1;"    \
	"GlobalAveragePool f -> g; Sigmoid g -> h; Mul f h -> i;"         \
	"Concat i f -> j axis=1; MaxPool j -> k kernel_shape:2,2;"        \
	"Transpose k -> l perm:0,2,3,1; list r 1,9,16; Reshape l r -> m;" \
	"const v 16,5; MatMul m v -> n; Softmax n -> o axis=2; out o"

#define NORMALISED                                                         \
	"in x 2,5,12; const g 12; num e 0.001; num two 2;"                 \
	"ReduceMean x -> m axes:2; Sub x m -> d; Pow d two -> q;"          \
	"ReduceMean q -> v axes:2; Add v e -> w; Sqrt w -> r;"             \
	"Div d r -> n; Mul n g -> s; list b 1; list f 4; list a 1;"        \
	"Slice s b f a -> t; list p 0,1,0,0,2,0; Pad t p -> u;"            \
	"Transpose u -> y perm:0,2,1; Gather y i -> z axis=1; list i 3,1;" \
	"list k 1,2,1; Tile z k -> o; out o; out y"

static const struct tap_case cases[] = {
	{ "damaged files give errors: convolution", damaged_files_give_errors,
	  "node/test_conv_with_strides_padding" },
	{ "damaged files give errors: transposed convolution",
	  damaged_files_give_errors, "node/test_convtranspose_output_shape" },
	{ "damaged files give errors: pool", damaged_files_give_errors,
	  "node/test_averagepool_2d_ceil" },
	{ "damaged files give errors: LSTM", damaged_files_give_errors,
	  "node/test_lstm_with_peepholes" },
	{ "damaged files give errors: normalisation", damaged_files_give_errors,
	  "node/test_layer_normalization_4d_axis_negative_1_expanded" },
	{ "damaged files give errors: gather", damaged_files_give_errors,
	  "node/test_gathernd_example_int32_batch_dim1" },
	{ "damaged files give errors: batch normalisation",
	  damaged_files_give_errors,
	  "pytorch-converted/test_BatchNorm2d_eval" },
	{ "damaged files give errors: pixel shuffle", damaged_files_give_errors,
	  "pytorch-converted/test_PixelShuffle" },
	{ "damaged networks give errors: an image to a row",
	  damaged_networks_give_errors, NETWORK },
	{ "damaged networks give errors: a sequence",
	  damaged_networks_give_errors, NORMALISED },
	{ "all unsupported nodes are listed",
	  all_unsupported_nodes_are_listed },
	{ "options are checked", options_are_checked },
	{ "activations are those that are named",
	  activations_are_those_that_are_named },
	{ "equal files give equal programs", equal_files_give_equal_programs },
};
TAP_MAIN(cases)
