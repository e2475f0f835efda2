// SPDX-License-Identifier: MIT
/*
 * axle run: a network once or many times, and what comes out. The steps are
 * those of anybody who uses the library: compile, open a device, load, bind,
 * submit, wait.
 */
#include "progress.h"
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMEOUT_MS_DEFAULT 60000

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* What has no shape of its own waits for the network. */
static int read_given(struct run *run, struct why *why)
{
	for (size_t i = 0; i < run->options.given_count; i++) {
		struct given *given = &run->options.given[i];
		int err = tensor_read(given->path, NULL, &given->tensor, why);

		if (err && err != -EAGAIN)
			return err;
	}
	return 0;
}

static int check_given(const struct given *given, const struct port *port,
		       struct why *why)
{
	const struct tensor *has = &given->tensor;
	const struct tensor *takes = &port->tensor;
	char is[TENSOR_TEXT_MAX], should[TENSOR_TEXT_MAX];

	if (has->type == takes->type && has->rank == takes->rank &&
	    memcmp(has->dims, takes->dims, sizeof(has->dims)) == 0)
		return 0;
	return why_not(why, -EINVAL, "input \"%s\": %s has %s, not %s",
		       given->name, given->path, tensor_text(is, has),
		       tensor_text(should, takes));
}

/* What became a constant of the program is none of its inputs. */
static int bind_given(struct run *run, struct given *given, struct why *why)
{
	uint32_t number = network_find_input(&run->network, given->name);
	struct port port;
	int err = 0;

	if (number == AXT_NONE && run->network.compiled && given->tensor.data)
		return 0;
	if (number == AXT_NONE)
		return why_not(why, -EINVAL, "the program has no input \"%s\"",
			       given->name);
	port = network_input(&run->network, number);
	if (!given->tensor.data)
		err = tensor_read(given->path, &port.tensor, &given->tensor,
				  why);
	if (!err)
		err = check_given(given, &port, why);
	if (!err)
		memcpy(loaded_input(&run->loaded, number), given->tensor.data,
		       given->tensor.size);
	return err;
}

static int bind_inputs(struct run *run, struct why *why)
{
	const struct axt_header *header =
		axt_program_header(run->network.program);
	int err = 0;

	for (uint32_t i = 0; i < header->input_count; i++) {
		struct port port = network_input(&run->network, i);

		if (!run_given(run, port.name))
			tensor_fill(loaded_input(&run->loaded, i), &port.tensor,
				    port.name);
	}
	for (size_t i = 0; i < run->options.given_count && !err; i++)
		err = bind_given(run, &run->options.given[i], why);
	return err;
}

static void add_spans(struct run *run)
{
	const struct axl_span *spans = loaded_spans(&run->loaded);
	uint32_t count = axt_program_header(run->network.program)->op_count;

	for (uint32_t i = 0; spans && i < count; i++)
		if (spans[i].end_ns > spans[i].start_ns)
			run->op_ns[i] += spans[i].end_ns - spans[i].start_ns;
}

static int make_room(struct run *run)
{
	uint32_t count = axt_program_header(run->network.program)->op_count;

	run->run_ns = calloc(run->repeat, sizeof(*run->run_ns));
	if (run->time)
		run->op_ns = calloc((size_t)count + 1, sizeof(*run->op_ns));
	return run->run_ns && (run->op_ns || !run->time) ? 0 : -ENOMEM;
}

static int repeat(struct run *run, struct why *why)
{
	int err = make_room(run);

	if (err)
		return why_not(why, err, "out of memory");
	for (uint32_t i = 0; i < run->repeat; i++) {
		uint64_t start = now_ns();

		progress_set(run->progress, i, run->repeat);
		err = loaded_run(&run->loaded, why);
		if (err)
			return err;
		run->run_ns[i] = now_ns() - start;
		add_spans(run);
	}
	return 0;
}

/* Before anything is printed: both would be on one line. */
static void end_progress(struct run *run)
{
	progress_end(run->progress);
	run->progress = NULL;
}

static enum status give_up(struct run *run, enum status status,
			   const struct why *why)
{
	end_progress(run);
	report("%s", why->text);
	return status;
}

static enum status open_network(struct run *run)
{
	uint64_t start = now_ns();
	struct why why;
	int err = read_given(run, &why);

	if (err)
		return give_up(run, STATUS_FAILURE, &why);
	err = network_open(run->path, &run->options, &run->network, &why);
	run->import_ns = now_ns() - start;
	if (!err)
		return STATUS_OK;
	end_progress(run);
	return network_failed(run->path, &run->network, err, &why, run->json);
}

static enum status load(struct run *run, struct axl_system *system)
{
	uint64_t start;
	struct why why;
	int err;

	err = runner_open(system, run->device, run->timeout_ms, &run->runner,
			  &why);
	if (err)
		return give_up(run, status_of(err), &why);
	start = now_ns();
	err = runner_load(&run->runner, run->network.blob,
			  run->network.blob_size, run->network.program,
			  run->time, &run->loaded, &why);
	run->prepare_ns = now_ns() - start;
	if (!err)
		err = bind_inputs(run, &why);
	return err ? give_up(run, STATUS_FAILURE, &why) : STATUS_OK;
}

static enum status execute(struct run *run)
{
	struct why why;
	int err = repeat(run, &why);

	if (!err && run->output)
		err = run_write_outputs(run, &why);
	return err ? give_up(run, STATUS_FAILURE, &why) : STATUS_OK;
}

static enum status run_all(struct run *run, struct axl_system *system)
{
	enum status status;

	run->progress = progress_begin("compiling");
	status = open_network(run);
	if (!status) {
		progress_next(run->progress, "preparing");
		status = load(run, system);
	}
	if (!status) {
		progress_next(run->progress, "running");
		status = execute(run);
	}
	end_progress(run);
	if (!status && run->json)
		run_print_json(run);
	else if (!status)
		run_print_text(run);
	return status;
}

static void clean_up(struct run *run)
{
	uint32_t count =
		run->files ?
			axt_program_header(run->network.program)->output_count :
			0;

	for (uint32_t i = 0; i < count; i++)
		free(run->files[i]);
	free(run->files);
	free(run->run_ns);
	free(run->op_ns);
	runner_unload(&run->loaded);
	runner_close(&run->runner);
	network_close(&run->network);
	for (size_t i = 0; i < run->options.given_count; i++)
		tensor_fini(&run->options.given[i].tensor);
	free(run->options.given);
	free(run->options.shapes);
}

/* The number of threads is a matter of the system object. */
static enum status run_with_threads(const struct tool *tool, struct run *run)
{
	struct axl_config config = *tool->config;
	struct axl_system *system;
	enum status status;
	int err;

	if (!run->threads)
		return run_all(run, tool->system);
	config.threads = run->threads;
	err = axl_system_create(&config, &system);
	if (err)
		return failed(err, strerror(-err));
	status = run_all(run, system);
	axl_system_destroy(system);
	return status;
}

static enum status run_command(struct tool *tool, const struct command *self,
			       int argc, char **argv)
{
	struct run run = { .repeat = 1, .timeout_ms = TIMEOUT_MS_DEFAULT };
	enum status status;

	run.options.given = calloc((size_t)argc, sizeof(*run.options.given));
	run.options.shapes = calloc((size_t)argc, sizeof(*run.options.shapes));
	if (run.options.given && run.options.shapes) {
		status = run_parse(self, argc, argv, &run);
		if (!status)
			status = run_with_threads(tool, &run);
	} else {
		status = failed(-ENOMEM, "out of memory");
	}
	clean_up(&run);
	return status;
}

const struct command command_run = {
	.name = "run",
	.arguments = "FILE [OPTION...]",
	.summary = "run a neural network and show the results",
	.help = "  FILE               ONNX model or tensor program\n"
		"  --device NAME      without it AXLE_DEVICE, or the first that "
		"can run\n"
		"                     programs, or the embedded one, \"soft\"\n"
		"  --input NAME=FILE  values: .npy, .pb (TensorProto) or .raw; "
		"inputs not\n"
		"                     given get pseudo-random ones, always the "
		"same\n"
		"  --output DIR       write each output to DIR/NAME.npy\n"
		"  --shape NAME=N,... fix the shape of an input of a model\n"
		"  --repeat N         run N times\n"
		"  --threads N        that the embedded device computes with\n"
		"  --timeout S        give up a run after S seconds (60)\n"
		"  --time             table of the time that each operation "
		"took\n"
		"  --json             machine-readable, see axle-run(1)\n"
		"Exit status 6: the model needs what is not supported.\n",
	.run = run_command,
};
