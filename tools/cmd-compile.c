// SPDX-License-Identifier: MIT
/*
 * axle compile: from an ONNX model to a tensor program. No device is asked, as
 * programs are the same for all of them.
 */
#include "file.h"
#include "network.h"
#include "options.h"
#include "progress.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

struct request {
	const char *path;
	const char *out;
	struct network_options options;
	bool json;
};

/* NULL, or what is wrong with the argument. */
static const char *take_option(void *to, int option, char *argument)
{
	struct request *request = to;
	struct network_options *options = &request->options;

	if (option == 'o')
		request->out = argument;
	else if (option == 'n')
		options->flags |= AXT_COMPILE_NO_FUSION;
	else if (option == 'j')
		request->json = true;
	else if (!is_shape(argument))
		return "--shape takes NAME=N,N,...";
	else
		options->shapes[options->shape_count++] = argument;
	return NULL;
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct request *request)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "shape", required_argument, NULL, 's' },
		{ "no-fusion", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	static const struct option_set set = { "o:", options, take_option };
	enum status status = take_options(self, argc, argv, &set, request);

	if (status)
		return status;
	if (argc - optind != 1)
		return usage_error(self, "compile: name one model");
	if (!request->out)
		return usage_error(self, "compile: say where to, with -o");
	request->path = argv[optind];
	return STATUS_OK;
}

static void print_json(const struct request *request,
		       const struct network *network)
{
	const struct axt_compile_stats *stats = &network->report.stats;
	struct json_object *document = json_document();

	json_object_object_add(document, "file", json_text(request->path));
	json_object_object_add(document, "program", json_text(request->out));
	json_object_object_add(document, "bytes", json_u64(network->blob_size));
	json_object_object_add(document, "file_nodes",
			       json_u64(stats->file_nodes));
	json_object_object_add(document, "nodes", json_u64(stats->nodes));
	json_object_object_add(document, "operations", json_u64(stats->ops));
	json_object_object_add(document, "macs", json_u64(stats->macs));
	json_object_object_add(document, "data_bytes",
			       json_u64(stats->data_bytes));
	json_object_object_add(document, "arena_bytes",
			       json_u64(stats->arena_bytes));
	json_print(document);
}

static void print_text(const struct request *request,
		       const struct network *network)
{
	const struct axt_compile_stats *stats = &network->report.stats;
	char blob[32], data[32], arena[32], macs[32];

	printf("%s: %s\n", request->out,
	       text_size(blob, sizeof(blob), network->blob_size));
	printf("  nodes       %llu, %llu after folding\n",
	       (unsigned long long)stats->file_nodes,
	       (unsigned long long)stats->nodes);
	printf("  operations  %llu, multiply-adds %s\n",
	       (unsigned long long)stats->ops,
	       text_count(macs, sizeof(macs), stats->macs));
	printf("  memory      weights %s, arena %s\n",
	       text_size(data, sizeof(data), stats->data_bytes),
	       text_size(arena, sizeof(arena), stats->arena_bytes));
}

static enum status write_program(const struct request *request,
				 const struct network *network)
{
	const struct file_part part = { network->blob, network->blob_size };
	int err = file_write(request->out, &part, 1);

	if (err) {
		report("%s: %s", request->out, strerror(-err));
		return STATUS_FAILURE;
	}
	if (request->json)
		print_json(request, network);
	else
		print_text(request, network);
	return STATUS_OK;
}

static enum status compile(const struct request *request)
{
	struct progress *progress = progress_begin("compiling");
	struct network network;
	enum status status;
	struct why why;
	int err;

	err = network_open(request->path, &request->options, &network, &why);
	progress_end(progress);
	if (err) {
		status = network_failed(request->path, &network, err, &why,
					request->json);
	} else if (!network.compiled) {
		report("%s: is a tensor program already", request->path);
		status = STATUS_FAILURE;
	} else {
		status = write_program(request, &network);
	}
	network_close(&network);
	return status;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct request request = { 0 };
	enum status status;

	request.options.shapes =
		calloc((size_t)argc, sizeof(*request.options.shapes));
	if (!request.options.shapes)
		return failed(-ENOMEM, "out of memory");
	status = parse(self, argc, argv, &request);
	if (!status)
		status = compile(&request);
	free(request.options.shapes);
	return status;
}

const struct command command_compile = {
	.name = "compile",
	.arguments = "MODEL -o FILE [OPTION...]",
	.summary = "make a tensor program of an ONNX model",
	.help = "  MODEL               ONNX file\n"
		"  -o, --output FILE   the program, for \"axle run\"\n"
		"  --shape NAME=N,...  fix the shape of an input\n"
		"  --no-fusion         an operation per node, to compare\n"
		"  --json              machine-readable, see axle-compile(1)\n"
		"Exit status 6: the model needs what is not supported.\n",
	.run = run,
};
