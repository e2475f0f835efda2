// SPDX-License-Identifier: MIT
/*
 * The way of each node through the table of operations. A value of the graph
 * remembers what it became (lowered), so that one graph is lowered once, by one
 * thread. Owns nothing: what is made belongs to the program.
 */
#include "lower.h"

#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NO_TYPE 0xff

static uint32_t type_of(uint32_t type)
{
	static const uint8_t types[] = {
		[AXT_ONNX_F32] = AXT_F32 + 1, [AXT_ONNX_U8] = AXT_U8 + 1,
		[AXT_ONNX_I8] = AXT_I8 + 1,   [AXT_ONNX_I32] = AXT_I32 + 1,
		[AXT_ONNX_I64] = AXT_I64 + 1, [AXT_ONNX_BOOL] = AXT_BOOL + 1,
		[AXT_ONNX_F16] = AXT_F16 + 1, [AXT_ONNX_BF16] = AXT_BF16 + 1,
	};

	if (type >= sizeof(types) || !types[type])
		return NO_TYPE;
	return types[type] - 1u;
}

int axt_lower_unsupported(struct axt_lower *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(l->reason, sizeof(l->reason), format, args);
	va_end(args);
	return -EOPNOTSUPP;
}

int axt_lower_invalid(struct axt_lower *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(l->reason, sizeof(l->reason), format, args);
	va_end(args);
	return -EINVAL;
}

static void get_dims(const struct axt_onnx_value *value, uint32_t *dims)
{
	for (uint32_t i = 0; i < value->shape.rank; i++)
		dims[i] = (uint32_t)value->shape.dim[i];
}

static struct axt_ir_value *make(struct axt_ir *ir,
				 const struct axt_onnx_value *value)
{
	uint32_t type = type_of(value->type), dims[AXT_RANK_MAX];

	get_dims(value, dims);
	return axt_ir_value(ir, type, value->shape.rank, dims);
}

/* What a value of the graph became; one that nothing made yet is made here. */
static struct axt_ir_value *lowered(struct axt_ir *ir,
				    struct axt_onnx_value *value)
{
	struct axt_ir_value *made = value->lowered;

	if (made)
		return made;
	made = make(ir, value);
	if (!made)
		return NULL;
	made->name = value->name;
	if (value->data) {
		made->kind = AXT_IR_CONSTANT;
		made->data = value->data;
	}
	value->lowered = made;
	return made;
}

struct axt_ir_value *axt_lower_in(struct axt_lower *l, uint32_t i)
{
	struct axt_onnx_value *value = axt_onnx_node_input(l->node, i);

	return value ? lowered(l->ir, value) : NULL;
}

bool axt_lower_wants(const struct axt_lower *l, uint32_t i)
{
	return i < l->node->output_count && l->node->output[i];
}

void axt_lower_set(struct axt_lower *l, uint32_t i, struct axt_ir_value *y)
{
	if (!y)
		return;
	if (!*y->name)
		y->name = l->node->output[i]->name;
	l->node->output[i]->lowered = y;
}

struct axt_ir_value *axt_lower_result(struct axt_lower *l, uint32_t i)
{
	return make(l->ir, l->node->output[i]);
}

void axt_lower_set_view(struct axt_lower *l, uint32_t i, struct axt_ir_value *y)
{
	uint32_t dims[AXT_RANK_MAX];

	get_dims(l->node->output[i], dims);
	axt_lower_set(l, i,
		      axt_ir_view(l->ir, y, l->node->output[i]->shape.rank,
				  dims));
}

int axt_lower_types(struct axt_lower *l, uint32_t types)
{
	const struct axt_onnx_value *x = l->node->input[0];

	if (AXT_BIT(type_of(x->type)) & types)
		return 0;
	return axt_lower_unsupported(l, "is not there for type %s",
				     axt_onnx_type_name(x->type));
}

int64_t axt_lower_int(const struct axt_lower *l, const char *name)
{
	return axt_onnx_node_int(l->node, name, 0);
}

float axt_lower_float(const struct axt_lower *l, const char *name)
{
	return axt_onnx_node_float(l->node, name, 0);
}

const int64_t *axt_lower_ints(const struct axt_lower *l, const char *name)
{
	uint32_t count;

	return axt_onnx_node_ints(l->node, name, &count);
}

bool axt_lower_is(const struct axt_lower *l, const char *name, const char *text)
{
	return strcmp(axt_onnx_node_string(l->node, name, ""), text) == 0;
}

static int check_values(struct axt_lower *l, struct axt_onnx_value **values,
			uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (values[i] && type_of(values[i]->type) == NO_TYPE)
			return axt_lower_unsupported(
				l, "has a value of type %s",
				axt_onnx_type_name(values[i]->type));
	return 0;
}

static int lower_node(struct axt_lower *l)
{
	int err;

	err = check_values(l, l->node->input, l->node->input_count);
	if (!err)
		err = check_values(l, l->node->output, l->node->output_count);
	if (err)
		return err;
	l->row = axt_lower_find(axt_onnx_node_op(l->node));
	if (!l->row)
		return axt_lower_unsupported(l, "has no counterpart");
	l->ir->name = l->node->name;
	return l->row->run(l);
}

/* After an import that was not whole there are values without a shape. */
static bool is_known(const struct axt_onnx_node *node)
{
	for (uint32_t i = 0; i < node->input_count; i++)
		if (node->input[i] && !node->input[i]->known)
			return false;
	for (uint32_t i = 0; i < node->output_count; i++)
		if (node->output[i] && !node->output[i]->known)
			return false;
	return true;
}

static int lower_nodes(struct axt_ir *ir, const struct axt_onnx_graph *graph,
		       struct axt_onnx_report *report)
{
	struct axt_lower l = { .ir = ir };
	int err = 0;

	for (size_t i = 0; i < graph->node_count && !err && !ir->err; i++) {
		const struct axt_onnx_node *node = graph->node[i];

		l.node = node;
		if (!is_known(node))
			continue;
		err = lower_node(&l);
		if (err == -EOPNOTSUPP)
			err = axt_onnx_report_add(report, node->name,
						  node->type, graph->opset,
						  l.reason);
		else if (err == -EINVAL)
			axt_onnx_report_fail(report, err,
					     "node '%s' (%s, opset %lld): %s",
					     node->name, node->type,
					     (long long)graph->opset, l.reason);
	}
	ir->name = "";
	return err;
}

static int lower_port(struct axt_ir *ir, struct axt_ir_port *port,
		      const char *name, struct axt_onnx_value *value,
		      struct axt_onnx_report *report)
{
	if (type_of(value->type) == NO_TYPE)
		return axt_onnx_report_fail(report, -EOPNOTSUPP,
					    "'%s' is of type %s, which no "
					    "program has",
					    name,
					    axt_onnx_type_name(value->type));
	port->name = name;
	port->value = lowered(ir, value);
	return 0;
}

static int lower_inputs(struct axt_ir *ir, const struct axt_onnx_graph *graph,
			struct axt_onnx_report *report)
{
	ir->input = axt_ir_take(ir, graph->input_count, sizeof(*ir->input));
	for (size_t i = 0; i < graph->input_count && !ir->err; i++) {
		struct axt_ir_port *port = &ir->input[i];
		int err = lower_port(ir, port, graph->input[i]->name,
				     graph->input[i], report);

		if (err)
			return err;
		if (port->value)
			port->value->kind = AXT_IR_INPUT;
		ir->input_count++;
	}
	return 0;
}

static int lower_outputs(struct axt_ir *ir, const struct axt_onnx_graph *graph,
			 struct axt_onnx_report *report)
{
	int err = 0;

	ir->output = axt_ir_take(ir, graph->output_count, sizeof(*ir->output));
	for (size_t i = 0; i < graph->output_count && !err && !ir->err; i++) {
		err = lower_port(ir, &ir->output[i], graph->output[i].name,
				 graph->output[i].value, report);
		ir->output_count++;
	}
	return err;
}

int axt_lower_graph(struct axt_ir *ir, const struct axt_onnx_graph *graph,
		    struct axt_onnx_report *report)
{
	bool partial = report->count;
	int err = 0;

	if (!partial)
		err = lower_inputs(ir, graph, report);
	if (!err && !ir->err)
		err = lower_nodes(ir, graph, report);
	if (err || ir->err)
		return err ? err : ir->err;
	if (report->count) {
		report->text[0] = '\0';
		return axt_onnx_report_close(report);
	}
	err = lower_outputs(ir, graph, report);
	return err ? err : ir->err;
}
