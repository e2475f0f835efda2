// SPDX-License-Identifier: MIT
/* libFuzzer target: the importer, on any bytes. */
#include "onnx.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever comes out has shapes and constants that can be read. */
static void check_value(const struct axt_onnx_value *value)
{
	volatile unsigned char sink;
	size_t bytes;

	if (!value)
		return;
	if (!value->known || !axt_onnx_type_size(value->type) ||
	    value->shape.rank > AXT_ONNX_RANK_MAX)
		abort();
	for (uint32_t i = 0; i < value->shape.rank; i++)
		if (value->shape.dim[i] < 0)
			abort();
	bytes = axt_onnx_value_bytes(value);
	if (value->data && bytes) {
		sink = *(const unsigned char *)value->data;
		sink = ((const unsigned char *)value->data)[bytes - 1];
		(void)sink;
	}
}

static void check_graph(const struct axt_onnx_graph *graph)
{
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct axt_onnx_node *node = graph->node[i];

		for (uint32_t j = 0; j < node->input_count; j++)
			check_value(node->input[j]);
		for (uint32_t j = 0; j < node->output_count; j++)
			check_value(node->output[j]);
	}
	for (size_t i = 0; i < graph->output_count; i++)
		check_value(graph->output[i].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct axt_onnx_options options = { .memory_max = (size_t)16 << 20 };
	struct axt_onnx_report report = { 0 };
	struct axt_onnx_graph *graph;

	if (axt_onnx_import(data, size, &options, &graph, &report) == 0) {
		check_graph(graph);
		axt_onnx_graph_free(graph);
	} else if (!report.text[0]) {
		abort();
	}
	axt_onnx_report_clear(&report);
	return 0;
}
