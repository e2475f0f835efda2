// SPDX-License-Identifier: MIT
/*
 * The tests of ONNX, from Debian's libonnx-testdata: what the importer says of
 * each output must be what is in output_K.pb, and it must say so for enough of
 * them. Inputs that describe shapes are taken as constants from input_K.pb.
 */
#include "data.h"
#include "tap.h"

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA "/usr/share/libonnx-testdata/data"
#define INPUTS_MAX 16

struct group {
	const char *folder;
	unsigned int least; /* imports that must work */
};

struct counts {
	unsigned int right;
	unsigned int wrong;
	unsigned int unsupported;
};

struct inputs {
	struct axt_onnx_tensor *tensor[INPUTS_MAX];
	struct axt_onnx_binding binding[INPUTS_MAX];
	struct axt_onnx_options options;
};

static void open_inputs(struct inputs *in, const char *folder)
{
	memset(in, 0, sizeof(*in));
	for (unsigned int i = 0; i < INPUTS_MAX; i++) {
		struct axt_onnx_tensor *t = data_tensor(folder, "input", i);

		if (!t)
			continue;
		in->tensor[i] = t;
		in->binding[in->options.binding_count++] =
			(struct axt_onnx_binding){
				.name = t->value.name,
				.type = t->value.type,
				.shape = t->value.shape,
				.data = t->value.data,
				.if_needed = true,
			};
	}
	in->options.bindings = in->binding;
}

static void close_inputs(struct inputs *in)
{
	for (unsigned int i = 0; i < INPUTS_MAX; i++)
		axt_onnx_tensor_close(in->tensor[i]);
}

/* The data of the windows was made with pi = 3.1415, hence 1e-3. */
static bool same_data(const struct axt_onnx_value *got,
		      const struct axt_onnx_value *want)
{
	int64_t count = axt_onnx_elements(&got->shape);
	const float *a = got->data, *b = want->data;

	if (got->type != AXT_ONNX_F32)
		return memcmp(a, b, axt_onnx_value_bytes(got)) == 0;
	for (int64_t i = 0; i < count; i++)
		if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])) ||
		      fabsf(a[i] - b[i]) <= 1e-3f * fabsf(b[i]) + 1e-5f))
			return false;
	return true;
}

static bool check_output(const char *folder, unsigned int number,
			 const struct axt_onnx_result *result)
{
	struct axt_onnx_tensor *want = data_tensor(folder, "output", number);
	const struct axt_onnx_value *got = result->value;
	char a[96], b[96];
	bool equal;

	if (!want)
		return true;
	/* The data has bf16 as u16. */
	equal = (got->type == want->value.type || got->type == AXT_ONNX_BF16) &&
		axt_onnx_shape_equal(&got->shape, &want->value.shape);
	if (!equal)
		tap_note("%s: output %u is %s %s, not %s %s",
			 strrchr(folder, '/') + 1, number,
			 axt_onnx_type_name(got->type),
			 axt_onnx_shape_text(&got->shape, a, sizeof(a)),
			 axt_onnx_type_name(want->value.type),
			 axt_onnx_shape_text(&want->value.shape, b, sizeof(b)));
	/* What was computed on import must be right, too. */
	if (equal && got->data && !same_data(got, &want->value)) {
		tap_note("%s: output %u has another value", folder, number);
		equal = false;
	}
	axt_onnx_tensor_close(want);
	return equal;
}

static void run_folder(const char *folder, struct counts *counts)
{
	struct axt_onnx_report report = { 0 };
	struct axt_onnx_graph *graph;
	struct inputs in;
	char path[PATH_MAX + 64];
	bool right = true;
	int err;

	open_inputs(&in, folder);
	snprintf(path, sizeof(path), "%s/model.onnx", folder);
	err = axt_onnx_import_file(path, &in.options, &graph, &report);
	if (err == -EOPNOTSUPP) {
		counts->unsupported++;
		if (getenv("AXLE_VERBOSE"))
			tap_note("%s: %s", strrchr(folder, '/') + 1,
				 report.text);
	} else if (err && strstr(report.text, "must be given")) {
		/* A shape that not even the data of the test has. */
		counts->unsupported++;
	} else if (err) {
		tap_note("%s: %s", strrchr(folder, '/') + 1, report.text);
		counts->wrong++;
	} else {
		for (unsigned int i = 0; i < graph->output_count; i++)
			right &= check_output(folder, i, &graph->output[i]);
		counts->right += right;
		counts->wrong += !right;
		axt_onnx_graph_free(graph);
	}
	axt_onnx_report_clear(&report);
	close_inputs(&in);
}

/* With every input known, all that the interpreter can is computed. */
static void run_constant(const char *folder, struct counts *counts)
{
	struct axt_onnx_report report = { 0 };
	char path[PATH_MAX + 64];
	struct axt_onnx_graph *graph;
	struct inputs in;
	bool right = true;

	open_inputs(&in, folder);
	for (size_t i = 0; i < in.options.binding_count; i++)
		in.binding[i].if_needed = false;
	snprintf(path, sizeof(path), "%s/model.onnx", folder);
	if (!axt_onnx_import_file(path, &in.options, &graph, &report)) {
		for (unsigned int i = 0; i < graph->output_count; i++)
			right &= check_output(folder, i, &graph->output[i]);
		counts->right += right && graph->node_count == 0;
		counts->wrong += !right;
		axt_onnx_graph_free(graph);
	}
	axt_onnx_report_clear(&report);
	close_inputs(&in);
}

static void constants_are_computed(void)
{
	struct counts counts = { 0 };
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(DATA "/node");

	if (!dir)
		TAP_SKIP("libonnx-testdata is not installed");
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "test_", 5) != 0)
			continue;
		snprintf(path, sizeof(path), DATA "/node/%s", entry->d_name);
		run_constant(path, &counts);
	}
	closedir(dir);
	tap_note("%u computed, %u wrong", counts.right, counts.wrong);
	TAP_EQUAL(counts.wrong, 0);
	TAP_CHECK(counts.right >= 310);
}

static void shapes_are_as_in_the_data(void)
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
		run_folder(path, &counts);
	}
	closedir(dir);
	tap_note("%s: %u right, %u wrong, %u unsupported", group->folder,
		 counts.right, counts.wrong, counts.unsupported);
	TAP_EQUAL(counts.wrong, 0);
	TAP_CHECK(counts.right >= group->least);
}

/* Each cap lets one more allocation work. */
static void any_lack_of_memory_is_an_error(void)
{
	struct axt_onnx_options options = { 0 };
	struct axt_onnx_report report = { 0 };
	struct axt_onnx_graph *graph;
	const char *path = tap_data();
	unsigned int tries = 0;
	size_t size;
	void *data = data_read(path, &size);
	int err;

	if (!data)
		TAP_SKIP("libonnx-testdata is not installed");
	do {
		options.memory_max += 48;
		err = axt_onnx_import(data, size, &options, &graph, &report);
		if (err && !TAP_CHECK(err == -EFBIG && report.text[0]))
			break;
		tries++;
	} while (err);
	TAP_CHECK(tries > 50);
	if (!err)
		axt_onnx_graph_free(graph);
	axt_onnx_report_clear(&report);
	free(data);
}

static const struct group groups[] = {
	{ "node", 678 },
	{ "simple", 7 },
	{ "pytorch-converted", 82 },
	{ "pytorch-operator", 35 },
};

static const struct tap_case cases[] = {
	{ "node tests: shapes are right", shapes_are_as_in_the_data,
	  &groups[0] },
	{ "simple tests: shapes are right", shapes_are_as_in_the_data,
	  &groups[1] },
	{ "converted pytorch graphs: shapes are right",
	  shapes_are_as_in_the_data, &groups[2] },
	{ "pytorch operators: shapes are right", shapes_are_as_in_the_data,
	  &groups[3] },
	{ "constants are computed as in the data", constants_are_computed },
	{ "any lack of memory is an error, many nodes",
	  any_lack_of_memory_is_an_error,
	  DATA "/node/test_layer_normalization_4d_axis1_expanded/model.onnx" },
	{ "any lack of memory is an error, old forms",
	  any_lack_of_memory_is_an_error,
	  DATA "/pytorch-operator/test_operator_addmm/model.onnx" },
	{ "any lack of memory is an error, softmax",
	  any_lack_of_memory_is_an_error,
	  DATA "/node/test_softmax_axis_1_expanded/model.onnx" },
};
TAP_MAIN(cases)
