// SPDX-License-Identifier: MIT
/*
 * The compiler with less and less memory: each cap of its pool lets a few more
 * allocations work, and every one that does not is an error, not a crash.
 */
#include "compile.h"
#include "emit.h"
#include "lower.h"
#include "plan.h"
#include "tap.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>

static int stages(struct axt_ir *ir, const struct axt_onnx_graph *graph,
		  struct axt_onnx_report *report)
{
	int err = axt_lower_graph(ir, graph, report);

	if (err)
		return err;
	axt_optimise(ir, 0);
	axt_plan_ports(ir);
	return ir->err ? ir->err : axt_plan(ir);
}

static int compile(const struct wire *model, size_t most)
{
	struct axt_onnx_report report = { 0 };
	struct axt_onnx_graph *graph;
	struct axt_error error;
	struct axt_ir ir;
	size_t size;
	void *blob;
	int err;

	err = axt_onnx_import(model->data, model->size, NULL, &graph, &report);
	if (!TAP_CHECK(!err)) {
		tap_note("%s", report.text);
		axt_onnx_report_clear(&report);
		return -EINVAL;
	}
	axt_ir_init(&ir, most);
	err = stages(&ir, graph, &report);
	if (!err) {
		err = axt_emit(&ir, &blob, &size, &error);
		if (TAP_CHECK(!err))
			free(blob);
	}
	axt_ir_fini(&ir);
	axt_onnx_graph_free(graph);
	axt_onnx_report_clear(&report);
	return err;
}

static void any_lack_of_memory_is_an_error(void)
{
	unsigned int tries = 0;
	struct wire model;
	size_t most = 0;
	int err;

	TAP_REQUIRE(text_model(tap_data(), &model));
	do {
		most += 64;
		err = compile(&model, most);
		if (err && !TAP_CHECK(err == -EFBIG))
			break;
		tries++;
	} while (err && most < 1 << 20);
	TAP_EQUAL(err, 0);
	TAP_CHECK(tries > 20);
	tap_note("%u tries", tries);
}

static const struct tap_case cases[] = {
	{ "any lack of memory is an error, an image to a row",
	  any_lack_of_memory_is_an_error,
	  "in x 1,4,8,8; const w 8,4,3,3; const b 8; const u 8,1,3,3;"
	  "Conv x w b -> c pads:1,1,1,1; const s 8,1,1; Mul c s -> d;"
	  "Relu d -> e; Conv e u -> f group=8 strides:2,2 pads:1,1,1,1;"
	  "GlobalAveragePool f -> g; Sigmoid g -> h; Mul f h -> i;"
	  "Add f i -> q; Concat q f -> j axis=1;"
	  "MaxPool j -> k kernel_shape:2,2; Softmax k -> t axis=1;"
	  "Transpose t -> l perm:0,2,3,1; list r 1,9,16; Reshape l r -> m;"
	  "const v 16,5; const p 5; MatMul m v -> n; Add n p -> o; out o" },
	{ "any lack of memory is an error, normalised sequences",
	  any_lack_of_memory_is_an_error,
	  "in x 2,5,12; const g 12; const h 12; num e 0.001; num two 2;"
	  "ReduceMean x -> m axes:2; Sub x m -> d; Pow d two -> q;"
	  "ReduceMean q -> v axes:2; Add v e -> w; Sqrt w -> r;"
	  "Div d r -> n; Mul n g -> s; Add s h -> t; Trilu t -> u;"
	  "Split u -> y z axis=2; GatherND y i -> o; list j 1,2;"
	  "list k 1,2; Reshape j k -> i; out o; out z; opset 14" },
	{ "any lack of memory is an error, batch normalisation and a GRU",
	  any_lack_of_memory_is_an_error,
	  "in x 1,4,6; in s 4; const p 4; const m 4; const v 4; Abs v -> w;"
	  "BatchNormalization x s p m w -> y; Relu y -> z;"
	  "LayerNormalization z g -> l a d axis=1; const g 1,6;"
	  "const a1 2,15,6; const a2 2,15,5;"
	  "GRU l a1 a2 -> o hidden_size=5 layout=1 direction=bidirectional;"
	  "out o; out a; out d; opset 17" },
};
TAP_MAIN(cases)
