// SPDX-License-Identifier: MIT
/*
 * What axle run tells programs; the schema is in axle-run(1). The objects own
 * what is added to them, and json_print() frees the document.
 */
#include "run.h"
#include "summary.h"

#include <json-c/json.h>
#include <math.h>

#define FIRST_VALUES 8

/* JSON has no infinity and no NaN. */
static struct json_object *json_number(double value)
{
	char text[32];

	if (!isfinite(value))
		return NULL;
	snprintf(text, sizeof(text), "%.9g", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *json_shape(const struct tensor *tensor)
{
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < tensor->rank; i++)
		json_object_array_add(out,
				      json_object_new_int64(tensor->dims[i]));
	return out;
}

static struct json_object *json_port(const struct port *port)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "name", json_text(port->name));
	json_object_object_add(out, "type",
			       json_text(axt_type_name(port->tensor.type)));
	json_object_object_add(out, "shape", json_shape(&port->tensor));
	return out;
}

static struct json_object *json_network(const struct run *run)
{
	const struct axt_header *header =
		axt_program_header(run->network.program);
	const struct axt_compile_stats *stats = &run->network.report.stats;
	bool compiled = run->network.compiled;
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "file", json_text(run->path));
	json_object_object_add(out, "kind",
			       json_text(compiled ? "onnx" : "program"));
	json_object_object_add(out, "nodes",
			       compiled ? json_u64(stats->file_nodes) : NULL);
	json_object_object_add(out, "macs",
			       compiled ? json_u64(stats->macs) : NULL);
	json_object_object_add(out, "operations", json_u32(header->op_count));
	json_object_object_add(out, "data_bytes", json_u64(header->data_size));
	json_object_object_add(out, "arena_bytes",
			       json_u64(header->arena_size));
	return out;
}

static struct json_object *json_inputs(const struct run *run)
{
	const struct axt_header *header =
		axt_program_header(run->network.program);
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < header->input_count; i++) {
		struct port port = network_input(&run->network, i);
		const struct given *given = run_given(run, port.name);
		struct json_object *input = json_port(&port);

		json_object_object_add(input, "file",
				       given ? json_text(given->path) : NULL);
		json_object_array_add(out, input);
	}
	return out;
}

static void add_values(struct json_object *output, const struct tensor *tensor)
{
	struct summary summary = summary_of(tensor);
	struct json_object *first = json_object_new_array();
	uint64_t count = tensor_elements(tensor);
	bool any = summary.numbers != 0;

	json_object_object_add(output, "min",
			       any ? json_number(summary.min) : NULL);
	json_object_object_add(output, "max",
			       any ? json_number(summary.max) : NULL);
	json_object_object_add(output, "mean",
			       any ? json_number(summary.mean) : NULL);
	json_object_object_add(output, "nans", json_u64(summary.nans));
	for (uint64_t i = 0; i < count && i < FIRST_VALUES; i++)
		json_object_array_add(first,
				      json_number(tensor_value(tensor, i)));
	json_object_object_add(output, "first", first);
}

static struct json_object *json_outputs(const struct run *run)
{
	const struct axt_header *header =
		axt_program_header(run->network.program);
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < header->output_count; i++) {
		struct port port = run_output(run, i);
		struct json_object *output = json_port(&port);

		json_object_object_add(output, "file",
				       run->files ? json_text(run->files[i]) :
						    NULL);
		add_values(output, &port.tensor);
		json_object_array_add(out, output);
	}
	return out;
}

static struct json_object *json_times(const struct run *run)
{
	struct run_times times = run_times(run);
	struct json_object *out = json_object_new_object();
	struct json_object *runs = json_object_new_array();

	json_object_object_add(out, "import_ns", json_u64(run->import_ns));
	json_object_object_add(out, "prepare_ns", json_u64(run->prepare_ns));
	json_object_object_add(out, "run_ns", json_u64(times.median));
	for (uint32_t i = 0; i < run->repeat; i++)
		json_object_array_add(runs, json_u64(run->run_ns[i]));
	json_object_object_add(out, "runs_ns", runs);
	return out;
}

static struct json_object *json_op(const struct run *run, uint32_t number)
{
	const struct axt_program *program = run->network.program;
	struct json_object *out = json_object_new_object();
	const struct axt_tensor *output;
	struct axt_op_view view;
	struct tensor tensor;
	char text[256];

	axt_program_op(program, number, &view);
	output = axt_program_tensor(program, view.outputs[0]);
	tensor_shape(&tensor, output->type, output->rank, output->dims);
	json_object_object_add(
		out, "name",
		json_text(axt_program_name(program, view.op->name)));
	json_object_object_add(out, "code", json_text(view.info->name));
	json_object_object_add(
		out, "operation",
		json_text(run_op_text(run, number, text, sizeof(text))));
	json_object_object_add(out, "type",
			       json_text(axt_type_name(tensor.type)));
	json_object_object_add(out, "shape", json_shape(&tensor));
	json_object_object_add(out, "ns",
			       json_u64(run->op_ns[number] / run->repeat));
	return out;
}

static struct json_object *json_ops(const struct run *run)
{
	uint32_t count = axt_program_header(run->network.program)->op_count;
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < count; i++)
		json_object_array_add(out, json_op(run, i));
	return out;
}

void run_print_json(const struct run *run)
{
	struct json_object *document = json_document();

	json_object_object_add(
		document, "device",
		json_entry(axl_device_entry(run->runner.device)));
	json_object_object_add(document, "network", json_network(run));
	json_object_object_add(document, "inputs", json_inputs(run));
	json_object_object_add(document, "outputs", json_outputs(run));
	json_object_object_add(document, "times", json_times(run));
	if (run->op_ns)
		json_object_object_add(document, "operations", json_ops(run));
	json_print(document);
}
