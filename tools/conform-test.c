// SPDX-License-Identifier: MIT
/*
 * axle conform: one test. The model is compiled again for each data set, with
 * its inputs at hand, because some of them are what other networks have as
 * attributes: shapes, axes, scales.
 */
#include "conform.h"
#include "file.h"
#include "network.h"
#include "summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETS_MAX 1000

/* A test at work. */
struct work {
	const struct runner *runner;
	const struct tolerance *tolerance;
	const char *path;
	char *model_path;
	struct model model;
	struct conform_result *result;
};

static void fail(struct work *work, const char *text)
{
	work->result->verdict = CONFORM_FAILED;
	why_not(&work->result->why, 0, "%s", text);
}

static void skip(struct work *work, const char *op, const char *text)
{
	work->result->verdict = CONFORM_SKIPPED;
	why_not(&work->result->why, 0, "%s: %s", op, text);
}

/* What is no tensor of numbers is skipped by its type, whatever its data. */
static bool skip_ports(struct work *work, const char *what,
		       const struct model_port *ports, size_t count)
{
	char text[256];

	for (size_t i = 0; i < count; i++) {
		if (!ports[i].kind[0])
			continue;
		snprintf(text, sizeof(text), "%s %.100s is of type %s", what,
			 ports[i].name, ports[i].kind);
		skip(work, work->model.first_op, text);
		return true;
	}
	return false;
}

static char *data_path(const struct work *work, unsigned int set,
		       const char *what, size_t number)
{
	char *path;

	if (asprintf(&path, "%s/test_data_set_%u/%s_%zu.pb", work->path, set,
		     what, number) < 0)
		return NULL;
	return path;
}

/* The file's part of the path: the folder stands in front anyway. */
static void fail_data(struct work *work, int err, const struct why *why)
{
	const char *text = why->text;
	size_t length = strlen(work->path);

	if (strncmp(text, work->path, length) == 0 && text[length] == '/')
		text += length + 1;
	if (err == -EOPNOTSUPP)
		skip(work, work->model.first_op, text);
	else
		fail(work, text);
}

static bool read_data(struct work *work, unsigned int set, const char *what,
		      size_t number, struct tensor *out)
{
	char *path = data_path(work, set, what, number);
	struct why why;
	int err;

	memset(out, 0, sizeof(*out));
	if (!path) {
		fail(work, "out of memory");
		return false;
	}
	err = tensor_read_pb(path, out, &why);
	free(path);
	if (err)
		fail_data(work, err, &why);
	return !err;
}

static bool has_data(const struct work *work, unsigned int set,
		     const char *what, size_t number)
{
	char *path = data_path(work, set, what, number);
	bool has = path && access(path, F_OK) == 0;

	free(path);
	return has;
}

/* Files count the inputs that have no value in the model. */
static bool read_inputs(struct work *work, unsigned int set,
			struct network_options *options)
{
	const struct model *model = &work->model;

	for (size_t i = 0; i < model->input_count; i++) {
		size_t number = options->given_count;
		struct given *given = &options->given[number];

		if (model->inputs[i].has_default ||
		    !has_data(work, set, "input", number))
			continue;
		given->name = model->inputs[i].name;
		options->given_count++;
		if (!read_data(work, set, "input", number, &given->tensor))
			return false;
	}
	return true;
}

static void check_output(struct work *work, const struct port *port,
			 const struct tensor *expected)
{
	struct conform_result *result = work->result;
	const struct tensor *got = &port->tensor;
	char is[TENSOR_TEXT_MAX], should[TENSOR_TEXT_MAX];
	struct difference difference;

	if (got->type != expected->type || got->rank != expected->rank ||
	    memcmp(got->dims, expected->dims, sizeof(got->dims)) != 0) {
		result->verdict = CONFORM_FAILED;
		why_not(&result->why, 0, "output %.100s is %s, not %s",
			port->name, tensor_text(is, got),
			tensor_text(should, expected));
		return;
	}
	difference = compare(got, expected, work->tolerance);
	if (difference.error > result->error)
		result->error = difference.error;
	if (!difference.beyond || result->verdict == CONFORM_FAILED)
		return;
	result->verdict = CONFORM_FAILED;
	summary_value(is, sizeof(is), difference.got);
	summary_value(should, sizeof(should), difference.expected);
	why_not(&result->why, 0, "output %.100s: element %llu is %s, not %s",
		port->name, (unsigned long long)difference.at, is, should);
}

static void check_outputs(struct work *work, unsigned int set,
			  const struct network *network,
			  const struct loaded *loaded)
{
	uint32_t count = axt_program_header(network->program)->output_count;

	for (uint32_t i = 0; i < count; i++) {
		struct port port = network_output(network, i);
		struct tensor expected;

		port.tensor.data = loaded_output(loaded, i);
		if (!read_data(work, set, "output", i, &expected))
			return;
		check_output(work, &port, &expected);
		tensor_fini(&expected);
	}
}

static bool bind_inputs(struct work *work, const struct network *network,
			const struct network_options *options,
			const struct loaded *loaded)
{
	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];
		uint32_t number = network_find_input(network, given->name);

		/* A constant now, or of no use. */
		if (number == AXT_NONE)
			continue;
		if (network_input(network, number).tensor.size !=
		    given->tensor.size) {
			fail(work, "an input has not the model's shape");
			return false;
		}
		memcpy(loaded_input(loaded, number), given->tensor.data,
		       given->tensor.size);
	}
	return true;
}

static void execute(struct work *work, unsigned int set,
		    const struct network *network,
		    const struct network_options *options)
{
	struct loaded loaded;
	struct why why;
	int err;

	err = runner_load(work->runner, network->blob, network->blob_size,
			  network->program, false, &loaded, &why);
	if (err) {
		fail(work, why.text);
		return;
	}
	if (bind_inputs(work, network, options, &loaded)) {
		err = loaded_run(&loaded, &why);
		if (err)
			fail(work, why.text);
		else
			check_outputs(work, set, network, &loaded);
	}
	runner_unload(&loaded);
}

static void compile_failed(struct work *work, const struct network *network,
			   int err, const struct why *why)
{
	const struct axt_report *report = &network->report;
	const struct axt_issue *first = report->issues;

	if (err != -EOPNOTSUPP)
		fail(work, why->text);
	else if (report->count)
		skip(work, first->op, first->reason);
	else
		skip(work, work->model.first_op, why->text);
}

static void run_set(struct work *work, unsigned int set)
{
	struct network_options options = { 0 };
	struct network network;
	struct why why;
	int err;

	options.given =
		calloc(work->model.input_count + 1, sizeof(*options.given));
	if (!options.given) {
		fail(work, "out of memory");
		return;
	}
	if (read_inputs(work, set, &options)) {
		err = network_open(work->model_path, &options, &network, &why);
		if (err)
			compile_failed(work, &network, err, &why);
		else
			execute(work, set, &network, &options);
		network_close(&network);
	}
	for (size_t i = 0; i < options.given_count; i++)
		tensor_fini(&options.given[i].tensor);
	free(options.given);
}

static void run_sets(struct work *work)
{
	unsigned int set = 0;

	while (set < SETS_MAX && work->result->verdict == CONFORM_PASSED &&
	       has_data(work, set, "output", 0))
		run_set(work, set++);
	if (!set)
		fail(work, "there is no test_data_set_0/output_0.pb");
}

static int read_model(struct work *work, struct why *why)
{
	size_t size;
	char *data;
	int err;

	err = file_read(work->model_path, &data, &size);
	if (err)
		why_not(why, err, "model.onnx: %s", strerror(-err));
	else
		err = model_read(data, size, &work->model, why);
	free(data);
	return err;
}

void conform_run(const struct runner *runner, const char *path,
		 const struct tolerance *tolerance, struct conform_result *out)
{
	struct work work = {
		.runner = runner,
		.tolerance = tolerance,
		.path = path,
		.result = out,
	};
	struct why why;

	memset(out, 0, sizeof(*out));
	if (asprintf(&work.model_path, "%s/model.onnx", path) < 0) {
		fail(&work, "out of memory");
		return;
	}
	if (read_model(&work, &why) != 0)
		fail(&work, why.text);
	else if (!skip_ports(&work, "input", work.model.inputs,
			     work.model.input_count) &&
		 !skip_ports(&work, "output", work.model.outputs,
			     work.model.output_count))
		run_sets(&work);
	model_fini(&work.model);
	free(work.model_path);
}
