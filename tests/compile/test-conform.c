// SPDX-License-Identifier: MIT
/*
 * The tests of ONNX, from Debian's libonnx-testdata: what is compiled and run
 * by the portable kernels must be what is in output_K.pb, for whatever
 * compiles, and enough must compile. Inputs that describe shapes are taken as
 * constants from input_K.pb.
 */
#include "data.h"
#include "run.h"
#include "tap.h"

#include <axt/compile.h>

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA "/usr/share/libonnx-testdata/data"
#define INPUTS_MAX 16
#define RTOL 1e-3
#define ATOL 1e-5

struct counts {
	unsigned int right;
	unsigned int wrong;
	unsigned int unsupported;
};

struct inputs {
	struct axt_onnx_tensor *tensor[INPUTS_MAX];
	struct axt_constant constant[INPUTS_MAX];
	struct axt_compile_options options;
};

/* AXT_CODE_END for none: data that no program has. */
static uint32_t type_of(uint32_t type)
{
	switch (type) {
	case AXT_ONNX_F32:
		return AXT_F32;
	case AXT_ONNX_I32:
		return AXT_I32;
	case AXT_ONNX_I64:
		return AXT_I64;
	case AXT_ONNX_BOOL:
		return AXT_BOOL;
	case AXT_ONNX_U8:
		return AXT_U8;
	case AXT_ONNX_I8:
		return AXT_I8;
	}
	return AXT_NONE;
}

static void open_inputs(struct inputs *in, const char *folder)
{
	memset(in, 0, sizeof(*in));
	in->options.size = sizeof(in->options);
	in->options.constants = in->constant;
	for (unsigned int i = 0; i < INPUTS_MAX; i++) {
		struct axt_onnx_tensor *t = data_tensor(folder, "input", i);
		struct axt_constant *c;

		in->tensor[i] = t;
		if (!t || !*t->value.name || type_of(t->value.type) == AXT_NONE)
			continue;
		c = &in->constant[in->options.constant_count++];
		c->name = t->value.name;
		c->type = type_of(t->value.type);
		c->rank = t->value.shape.rank;
		for (uint32_t j = 0; j < c->rank; j++)
			c->dims[j] = (uint32_t)t->value.shape.dim[j];
		c->data = t->value.data;
		c->if_needed = true;
	}
}

static void close_inputs(struct inputs *in)
{
	for (unsigned int i = 0; i < INPUTS_MAX; i++)
		axt_onnx_tensor_close(in->tensor[i]);
}

static bool fill_inputs(const struct inputs *in, const struct run *run)
{
	uint32_t filled = 0;

	for (unsigned int i = 0; i < INPUTS_MAX; i++) {
		const struct axt_onnx_value *value;
		uint32_t number;

		if (!in->tensor[i])
			continue;
		value = &in->tensor[i]->value;
		number = run_find_input(run, value->name);
		/* Some data has no names: then they stand in order. */
		if (number == AXT_NONE && !*value->name &&
		    i < run->header->input_count)
			number = i;
		if (number == AXT_NONE)
			continue;
		if (run_input(run, number)->size != axt_onnx_value_bytes(value))
			return false;
		memcpy(run->input[number], value->data,
		       axt_onnx_value_bytes(value));
		filled++;
	}
	return filled == run->header->input_count;
}

/* The largest difference, in units of what is allowed; at most 1 is right. */
static double difference(const float *got, const float *want, size_t count)
{
	double largest = 0, worst = 0;

	for (size_t i = 0; i < count; i++)
		if (isfinite(want[i]) && fabs((double)want[i]) > largest)
			largest = fabs((double)want[i]);
	for (size_t i = 0; i < count; i++) {
		double allowed = RTOL * fabs((double)want[i]) + ATOL * largest;
		double apart = fabs((double)got[i] - (double)want[i]);

		if (got[i] == want[i] || (isnan(got[i]) && isnan(want[i])))
			continue;
		if (!(apart <= allowed))
			return INFINITY;
		if (apart / allowed > worst)
			worst = apart / allowed;
	}
	return worst;
}

static bool check_output(const char *folder, const struct run *run,
			 uint32_t number)
{
	struct axt_onnx_tensor *want = data_tensor(folder, "output", number);
	const struct axt_tensor *y = run_output(run, number);
	bool right;

	if (!want)
		return false;
	right = y->size == axt_onnx_value_bytes(&want->value) &&
		y->rank == want->value.shape.rank &&
		y->type == type_of(want->value.type);
	for (uint32_t i = 0; right && i < y->rank; i++)
		right = y->dims[i] == want->value.shape.dim[i];
	if (right && y->type == AXT_F32)
		right = difference(run->output[number], want->value.data,
				   y->size / sizeof(float)) <= 1;
	else if (right)
		right = memcmp(run->output[number], want->value.data,
			       y->size) == 0;
	axt_onnx_tensor_close(want);
	return right;
}

static bool run_blob(const char *folder, const struct inputs *in, void *blob,
		     size_t size)
{
	struct run run;
	bool right = run_open(&run, blob, size) == 0;

	right = right && fill_inputs(in, &run);
	if (right)
		run_execute(&run);
	for (uint32_t i = 0; right && i < run.header->output_count; i++)
		right = check_output(folder, &run, i);
	run_close(&run);
	return right;
}

/* These are wrong in the data: no runtime agrees with them. */
static bool is_known(const char *folder)
{
	static const char *const known[] = {
		"test_resize_downsample_scales_linear_align_corners",
		"test_resize_downsample_scales_cubic_align_corners",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(strrchr(folder, '/') + 1, known[i]) == 0)
			return true;
	return false;
}

static void run_folder(const char *folder, uint32_t flags,
		       struct counts *counts)
{
	struct axt_report report = { 0 };
	char path[PATH_MAX + 64];
	struct inputs in;
	size_t size;
	void *blob;
	int err;

	open_inputs(&in, folder);
	in.options.flags = flags;
	snprintf(path, sizeof(path), "%s/model.onnx", folder);
	err = axt_compile_onnx_file(path, &in.options, &blob, &size, &report);
	if (!err && run_blob(folder, &in, blob, size)) {
		counts->right++;
		if (getenv("AXLE_VERBOSE"))
			tap_note("%s: right", strrchr(folder, '/') + 1);
	} else if (!err && is_known(folder)) {
		counts->unsupported++;
	} else if (!err) {
		counts->wrong++;
		tap_note("%s: wrong", strrchr(folder, '/') + 1);
	} else {
		bool fine = err == -EOPNOTSUPP ||
			    strstr(report.text, "must be given");

		counts->unsupported += fine;
		counts->wrong += !fine;
		if (!fine || getenv("AXLE_VERBOSE"))
			tap_note("%s: %s", strrchr(folder, '/') + 1,
				 report.text);
	}
	axt_report_clear(&report);
	close_inputs(&in);
}

struct group {
	const char *folder;
	uint32_t flags;
	unsigned int least; /* that must be right */
};

static void results_are_as_in_the_data(void)
{
	const struct group *group = tap_data();
	struct counts counts = { 0 };
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), DATA "/%s", group->folder);
	dir = opendir(path);
	if (!dir)
		TAP_SKIP("libonnx-testdata is not installed");
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "test_", 5) != 0)
			continue;
		snprintf(path, sizeof(path), DATA "/%s/%s", group->folder,
			 entry->d_name);
		run_folder(path, group->flags, &counts);
	}
	closedir(dir);
	tap_note("%s: %u right, %u wrong, %u unsupported", group->folder,
		 counts.right, counts.wrong, counts.unsupported);
	TAP_EQUAL(counts.wrong, 0);
	TAP_CHECK(counts.right >= group->least);
}

static const struct group groups[] = {
	{ "node", 0, 606 },
	{ "simple", 0, 7 },
	{ "pytorch-converted", 0, 82 },
	{ "pytorch-operator", 0, 30 },
	{ "node", AXT_COMPILE_NO_FUSION | AXT_COMPILE_PLAIN, 606 },
	{ "pytorch-converted", AXT_COMPILE_NO_FUSION, 82 },
	{ "pytorch-operator", AXT_COMPILE_PLAIN, 30 },
};

static const struct tap_case cases[] = {
	{ "node tests: results are right", results_are_as_in_the_data,
	  &groups[0] },
	{ "simple tests: results are right", results_are_as_in_the_data,
	  &groups[1] },
	{ "converted pytorch graphs: results are right",
	  results_are_as_in_the_data, &groups[2] },
	{ "pytorch operators: results are right", results_are_as_in_the_data,
	  &groups[3] },
	{ "node tests: results are right without any pass",
	  results_are_as_in_the_data, &groups[4] },
	{ "converted pytorch graphs: results are right without fusion",
	  results_are_as_in_the_data, &groups[5] },
	{ "pytorch operators: results are right without layouts",
	  results_are_as_in_the_data, &groups[6] },
};
TAP_MAIN(cases)
