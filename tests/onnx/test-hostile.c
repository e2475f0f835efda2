// SPDX-License-Identifier: MIT
/*
 * Files that are made to break the importer, written byte by byte: what must
 * come is an error that says why.
 */
#include "tap.h"
#include "writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t small[] = { 2, 3 };

/* A graph with the input x, 2x3, and the output y. */
static struct wire start(void)
{
	struct wire graph = { .size = 0 };

	wire_value(&graph, 11, "x", small, 2);
	wire_value(&graph, 12, "y", small, 0);
	return graph;
}

static int import_bytes(const struct wire *file, struct axt_onnx_report *report)
{
	/* On the heap, so that a sanitizer sees a read behind it. */
	unsigned char *data = malloc(file->size ? file->size : 1);
	struct axt_onnx_graph *graph = NULL;
	int err;

	memcpy(data, file->data, file->size);
	err = axt_onnx_import(data, file->size, NULL, &graph, report);
	if (!err)
		axt_onnx_graph_free(graph);
	free(data);
	return err;
}

static int import_graph(const struct wire *graph, int64_t opset,
			struct axt_onnx_report *report)
{
	struct wire model = { .size = 0 }, version = { .size = 0 };

	wire_int(&version, 2, (uint64_t)opset);
	wire_int(&model, 1, 8);
	wire_message(&model, 7, graph);
	wire_message(&model, 8, &version);
	return import_bytes(&model, report);
}

/* Error and a part of its text. */
static void expect(const struct wire *graph, int want, const char *text)
{
	struct axt_onnx_report report = { 0 };

	TAP_EQUAL(import_graph(graph, 13, &report), want);
	if (!TAP_CHECK(strstr(report.text, text)))
		tap_note("it says: %s", report.text);
	axt_onnx_report_clear(&report);
}

static void a_good_graph_passes(void)
{
	struct wire graph = start();

	wire_node(&graph, "Relu", "x", "y");
	expect(&graph, 0, "");
}

static void a_cycle_is_refused(void)
{
	struct wire graph = start();

	wire_node(&graph, "Add", "x b", "a");
	wire_node(&graph, "Relu", "a", "b");
	wire_node(&graph, "Relu", "b", "y");
	expect(&graph, -EINVAL, "needs its own result");
}

static void nodes_in_any_order_pass(void)
{
	struct wire graph = start();

	wire_node(&graph, "Relu", "a", "y");
	wire_node(&graph, "Abs", "x", "a");
	expect(&graph, 0, "");
}

static void a_name_given_twice_is_refused(void)
{
	struct wire graph = start();

	wire_node(&graph, "Relu", "x", "y");
	wire_node(&graph, "Abs", "x", "y");
	expect(&graph, -EINVAL, "the name 'y' is given to two values");
}

static void a_missing_input_is_refused(void)
{
	struct wire graph = start();

	wire_node(&graph, "Add", "x nothing", "y");
	expect(&graph, -EINVAL, "'nothing', which nothing makes");
}

static void a_missing_output_is_refused(void)
{
	struct wire graph = start();

	wire_node(&graph, "Relu", "x", "z");
	expect(&graph, -EINVAL, "nothing makes the output 'y'");
}

static void too_few_inputs_are_refused(void)
{
	struct wire graph = start();

	wire_node(&graph, "Conv", "x", "y");
	expect(&graph, -EINVAL, "has 1 inputs, not 2 to 3");
}

static void shapes_that_do_not_fit_are_refused(void)
{
	struct wire graph = start();

	wire_tensor(&graph, "w", 4, 1, 16);
	wire_node(&graph, "Add", "x w", "y");
	expect(&graph, -EINVAL, "shapes 2x3 and 4 do not fit");
}

static void open_dimensions_are_named(void)
{
	static const int64_t open[] = { -1, 3 };
	struct wire graph = { .size = 0 };

	wire_value(&graph, 11, "x", open, 2);
	wire_value(&graph, 12, "y", small, 0);
	wire_node(&graph, "Relu", "x", "y");
	expect(&graph, -EINVAL, "input 'x' is ?x3: its shape must be given");
}

static void tensors_with_wrong_dimensions_are_refused(void)
{
	static const struct {
		int64_t dim;
		unsigned int rank;
		size_t raw;
		const char *text;
	} rows[] = {
		{ -1, 1, 4, "dimension 0 is -1" },
		{ INT64_MAX, 2, 4, "dimension 0 is 9223372036854775807" },
		{ INT64_MIN, 1, 4, "dimension 0 is -9223372036854775808" },
		{ INT32_MAX, 8, 4, "more than 2^38 elements" },
		{ 1, 100, 4, "has 100 dimensions, at most 8 work" },
		{ 3, 1, 4, "has data for 4 where its shape wants 12" },
		{ 3, 1, 13, "has data for 13 where its shape wants 12" },
		{ 3, 1, 0, "has data for 0 where its shape wants 3" },
		{ 1 << 30, 1, 0, "has data for 0 where" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wire graph = start();

		wire_tensor(&graph, "w", rows[i].dim, rows[i].rank,
			    rows[i].raw);
		wire_node(&graph, "Add", "x w", "y");
		expect(&graph, -EINVAL, rows[i].text);
	}
}

static void data_in_another_file_is_refused(void)
{
	struct wire graph = start(), tensor = { .size = 0 };

	wire_int(&tensor, 1, 3);
	wire_int(&tensor, 2, AXT_ONNX_F32);
	wire_text(&tensor, 8, "w");
	wire_int(&tensor, 14, 1);
	wire_message(&graph, 5, &tensor);
	wire_node(&graph, "Add", "x w", "y");
	expect(&graph, -EOPNOTSUPP, "data in another file");
}

static void all_unsupported_nodes_are_listed(void)
{
	struct axt_onnx_report report = { 0 };
	struct wire graph = start();

	wire_node(&graph, "Unheard", "x", "a");
	wire_node(&graph, "Relu", "a", "b");
	wire_node(&graph, "NonZero", "b", "c");
	wire_node(&graph, "Einsum", "c", "y");
	wire_node(&graph, "Einsum", "c", "unused");
	TAP_EQUAL(import_graph(&graph, 13, &report), -EOPNOTSUPP);
	TAP_EQUAL(report.count, 3);
	TAP_CHECK(strstr(report.text, "3 nodes are not supported"));
	TAP_REQUIRE(report.count == 3);
	TAP_STRING(report.issues[0].op, "Unheard");
	TAP_STRING(report.issues[1].op, "NonZero");
	TAP_STRING(report.issues[2].node, "y");
	TAP_STRING(report.issues[2].reason, "unknown operation");
	TAP_EQUAL(report.issues[2].opset, 13);
	axt_onnx_report_clear(&report);
}

static void an_opset_out_of_range_is_refused(void)
{
	static const int64_t opsets[] = { 0, -1, 18, INT64_MAX, INT64_MIN };
	struct axt_onnx_report report = { 0 };
	struct wire graph = start();

	wire_node(&graph, "Relu", "x", "y");
	for (size_t i = 0; i < sizeof(opsets) / sizeof(opsets[0]); i++) {
		int err = import_graph(&graph, opsets[i], &report);

		TAP_CHECK(err == -EOPNOTSUPP || err == -EINVAL);
		TAP_CHECK(report.text[0]);
	}
	axt_onnx_report_clear(&report);
}

/* A graph in an attribute of a node of a graph, and so on. */
static void deep_nesting_is_refused(void)
{
	struct axt_onnx_report report = { 0 };
	struct wire inner = { .size = 0 }, outer;
	static const unsigned int fields[] = { 1, 5, 6 };

	for (unsigned int i = 0; i < 300; i++) {
		outer.size = 0;
		wire_message(&outer, fields[2 - i % 3], &inner);
		inner = outer;
	}
	outer.size = 0;
	wire_message(&outer, 7, &inner);
	TAP_EQUAL(import_bytes(&outer, &report), -EINVAL);
	TAP_CHECK(strstr(report.text, "nested too deep"));
	axt_onnx_report_clear(&report);
}

static void broken_bytes_are_refused(void)
{
	static const struct {
		const char *data;
		size_t size;
	} rows[] = {
		{ "", 0 },
		{ "\x3a", 1 },
		{ "\x3a\xff\xff\xff\xff\x7f", 6 }, /* 2^35 bytes of graph */
		{ "\x3a\x05\x0a\xff\xff\xff\xff", 7 },
		{ "\x00\x00", 2 }, /* field 0 */
		{ "\x0b\x0c", 2 }, /* a group */
		{ "\x3a\x00\x3a\x00", 4 }, /* two graphs */
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11 },
		{ "not a model", 11 },
	};
	struct axt_onnx_report report = { 0 };
	struct wire file;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(file.data, rows[i].data, rows[i].size);
		file.size = rows[i].size;
		TAP_EQUAL(import_bytes(&file, &report), -EINVAL);
		TAP_CHECK(report.text[0]);
	}
	axt_onnx_report_clear(&report);
}

static void every_prefix_of_a_file_is_handled(void)
{
	struct axt_onnx_report report = { 0 };
	struct wire graph = start(), model = { .size = 0 };

	wire_tensor(&graph, "w", 3, 1, 12);
	wire_node(&graph, "Add", "x w", "y");
	wire_text(&model, 2, "a producer");
	wire_message(&model, 7, &graph);
	for (size_t size = 0; size < model.size; size++) {
		struct wire cut = model;

		cut.size = size;
		TAP_CHECK(import_bytes(&cut, &report) < 0);
		TAP_CHECK(report.text[0]);
	}
	axt_onnx_report_clear(&report);
}

static void memory_has_a_cap(void)
{
	struct axt_onnx_options options = { .memory_max = 4096 };
	struct axt_onnx_report report = { 0 };
	struct wire graph = start(), model = { .size = 0 };
	struct axt_onnx_graph *got;

	for (unsigned int i = 0; i < 100; i++)
		wire_bytes(&graph, 1, "", 0);
	wire_message(&model, 7, &graph);
	TAP_EQUAL(axt_onnx_import(model.data, model.size, &options, &got,
				  &report),
		  -EFBIG);
	TAP_CHECK(report.text[0]);
	axt_onnx_report_clear(&report);
}

static void shapes_are_parsed_strictly(void)
{
	static const char *const bad[] = { "x",
					   "=1",
					   "x=1,",
					   "x=,1",
					   "x=-1",
					   "x=1 ",
					   "x=1,2,3,4,5,6,7,8,9",
					   "x=2147483648",
					   "x=0x10" };
	struct axt_onnx_shape_option option;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		TAP_EQUAL(axt_onnx_parse_shape(bad[i], &option), -EINVAL);
	TAP_EQUAL(axt_onnx_parse_shape("a=b=1,3,48,320", &option), 0);
	TAP_STRING(option.name, "a=b");
	TAP_EQUAL(option.shape.rank, 4);
	TAP_EQUAL(option.shape.dim[3], 320);
	TAP_EQUAL(axt_onnx_parse_shape("x=", &option), 0);
	TAP_EQUAL(option.shape.rank, 0);
}

static const struct tap_case cases[] = {
	{ "a good graph passes", a_good_graph_passes },
	{ "nodes in any order pass", nodes_in_any_order_pass },
	{ "a cycle is refused", a_cycle_is_refused },
	{ "a name given twice is refused", a_name_given_twice_is_refused },
	{ "a missing input is refused", a_missing_input_is_refused },
	{ "a missing output is refused", a_missing_output_is_refused },
	{ "too few inputs are refused", too_few_inputs_are_refused },
	{ "shapes that do not fit are refused",
	  shapes_that_do_not_fit_are_refused },
	{ "open dimensions are named", open_dimensions_are_named },
	{ "tensors with wrong dimensions are refused",
	  tensors_with_wrong_dimensions_are_refused },
	{ "data in another file is refused", data_in_another_file_is_refused },
	{ "all unsupported nodes are listed",
	  all_unsupported_nodes_are_listed },
	{ "an opset out of range is refused",
	  an_opset_out_of_range_is_refused },
	{ "deep nesting is refused", deep_nesting_is_refused },
	{ "broken bytes are refused", broken_bytes_are_refused },
	{ "every prefix of a file is handled",
	  every_prefix_of_a_file_is_handled },
	{ "memory has a cap", memory_has_a_cap },
	{ "shapes are parsed strictly", shapes_are_parsed_strictly },
};
TAP_MAIN(cases)
