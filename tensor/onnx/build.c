// SPDX-License-Identifier: MIT
/*
 * From the unpacked message to nodes and values. All of it is in the graph's
 * pool, names included, which stay where the message has them. The table of
 * names only lives while it is built; it is sorted and searched by halves, so
 * that no choice of names makes it slow.
 */
#include "build.h"
#include "constant.h"
#include "ops.h"
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct name {
	const char *name;
	struct axt_onnx_value *value;
};

struct builder {
	struct axt_onnx_graph *graph;
	const Onnx__GraphProto *proto;
	const struct axt_onnx_options *options;
	struct axt_onnx_report *report;
	struct name *names;
	size_t count;
};

static int full(struct builder *b)
{
	return axt_onnx_report_full(b->report, &b->graph->pool);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name,
		      ((const struct name *)b)->name);
}

/* Among the first ones, which are sorted. */
static struct name *find_among(struct builder *b, size_t count,
			       const char *name)
{
	struct name key = { .name = name };

	if (!count)
		return NULL;
	return bsearch(&key, b->names, count, sizeof(key), compare);
}

static struct name *find(struct builder *b, const char *name)
{
	return find_among(b, b->count, name);
}

static struct axt_onnx_value *add(struct builder *b, const char *name)
{
	struct axt_onnx_value *value =
		axt_onnx_pool_array(&b->graph->pool, 1, sizeof(*value));

	if (!value)
		return NULL;
	value->name = name;
	b->names[b->count++] = (struct name){ name, value };
	return value;
}

/* Sorts the names so far; one that occurs twice is an error. */
static int sort_names(struct builder *b)
{
	qsort(b->names, b->count, sizeof(*b->names), compare);
	for (size_t i = 1; i < b->count; i++)
		if (strcmp(b->names[i].name, b->names[i - 1].name) == 0)
			return axt_onnx_report_fail(
				b->report, -EINVAL,
				"the name '%s' is given to two values",
				b->names[i].name);
	return 0;
}

static const char *text(const char *string)
{
	return string ? string : "";
}

static int add_initializers(struct builder *b)
{
	char reason[256];

	for (size_t i = 0; i < b->proto->n_initializer; i++) {
		const Onnx__TensorProto *t = b->proto->initializer[i];
		struct axt_onnx_value *value = add(b, text(t->name));
		int err;

		if (!value)
			return full(b);
		reason[0] = '\0';
		err = axt_onnx_constant_read(&b->graph->pool, t, value, reason,
					     sizeof(reason));
		if (err == -EOPNOTSUPP)
			err = axt_onnx_report_add(b->report, value->name,
						  "initializer",
						  b->graph->opset, reason);
		else if (err == -EINVAL)
			return axt_onnx_report_fail(b->report, err,
						    "initializer '%s' %s",
						    value->name, reason);
		if (err)
			return full(b);
	}
	return sort_names(b);
}

/* Old files list their initializers as inputs, too. */
static int add_inputs(struct builder *b)
{
	struct axt_onnx_graph *graph = b->graph;
	size_t initializers = b->count;
	int err = 0;

	graph->input = axt_onnx_pool_array(&graph->pool, b->proto->n_input,
					   sizeof(*graph->input));
	if (!graph->input)
		return full(b);
	for (size_t i = 0; i < b->proto->n_input && !err; i++) {
		const Onnx__ValueInfoProto *info = b->proto->input[i];
		const struct axt_onnx_binding *binding;
		struct axt_onnx_value *value;

		if (find_among(b, initializers, text(info->name)))
			continue;
		value = add(b, text(info->name));
		if (!value)
			return full(b);
		binding = axt_onnx_find_binding(b->options, value->name);
		if (binding && !binding->if_needed)
			err = axt_onnx_bind(value, binding, b->report);
		else
			err = axt_onnx_build_input(value, info, b->options,
						   b->report);
		graph->input[graph->input_count++] = value;
	}
	return err;
}

static int add_constant(struct builder *b, const Onnx__NodeProto *proto)
{
	struct axt_onnx_value *value;
	char reason[256] = "";
	int err;

	if (proto->n_output != 1 || proto->n_input)
		return axt_onnx_report_fail(b->report, -EINVAL,
					    "node '%s' (Constant) has not one "
					    "output",
					    text(proto->name));
	value = add(b, proto->output[0]);
	if (!value)
		return full(b);
	err = axt_onnx_build_constant(b->graph, proto, value, reason,
				      sizeof(reason));
	if (err == -EOPNOTSUPP)
		err = axt_onnx_report_add(b->report, value->name, "Constant",
					  b->graph->opset, reason);
	else if (err == -EINVAL)
		return axt_onnx_report_fail(b->report, err,
					    "node '%s' (Constant) %s",
					    value->name, reason);
	return err ? full(b) : 0;
}

/* Its outputs and attributes; its inputs may not have been seen yet. */
static int add_node(struct builder *b, const Onnx__NodeProto *proto)
{
	struct axt_onnx_graph *graph = b->graph;
	struct axt_onnx_node *node =
		axt_onnx_pool_array(&graph->pool, 1, sizeof(*node));

	if (!node)
		return full(b);
	node->type = text(proto->op_type);
	node->domain = axt_onnx_is_domain(proto->domain) ? "" : proto->domain;
	node->name = text(proto->name);
	if (!*node->name && proto->n_output)
		node->name = proto->output[0];
	if (proto->n_input > UINT16_MAX || proto->n_output > UINT16_MAX)
		return axt_onnx_report_fail(b->report, -EINVAL,
					    "node '%s' (%s) has too many "
					    "inputs or outputs",
					    node->name, node->type);
	node->input_count = (uint32_t)proto->n_input;
	node->output_count = (uint32_t)proto->n_output;
	node->input = axt_onnx_pool_array(&graph->pool, proto->n_input,
					  sizeof(*node->input));
	node->output = axt_onnx_pool_array(&graph->pool, proto->n_output,
					   sizeof(*node->output));
	if (!node->input || !node->output)
		return full(b);
	for (uint32_t i = 0; i < node->output_count; i++) {
		if (!*proto->output[i])
			continue;
		node->output[i] = add(b, proto->output[i]);
		if (!node->output[i])
			return full(b);
		node->output[i]->producer = node;
	}
	graph->node[graph->node_count++] = node;
	return axt_onnx_build_attrs(graph, proto, node, b->report);
}

static int add_nodes(struct builder *b)
{
	struct axt_onnx_graph *graph = b->graph;
	int err = 0;

	graph->file_node_count = b->proto->n_node;
	graph->node = axt_onnx_pool_array(&graph->pool, b->proto->n_node,
					  sizeof(*graph->node));
	if (!graph->node)
		return full(b);
	for (size_t i = 0; i < b->proto->n_node && !err; i++) {
		const Onnx__NodeProto *proto = b->proto->node[i];

		if (axt_onnx_is_domain(proto->domain) &&
		    strcmp(text(proto->op_type), "Constant") == 0)
			err = add_constant(b, proto);
		else
			err = add_node(b, proto);
	}
	return err;
}

/* An input that a binding offers, and that the operation must know. */
static int bind_needed(struct builder *b, struct axt_onnx_node *node,
		       uint32_t input)
{
	struct axt_onnx_value *value = node->input[input];
	const struct axt_onnx_binding *binding;
	bool any;
	const struct axt_onnx_op *op;

	if (value->producer || value->data || *node->domain || input > 15)
		return 0;
	op = axt_onnx_op_find(node->type, b->graph->opset, &any);
	if (!op || !(op->constants & 1u << input))
		return 0;
	binding = axt_onnx_find_binding(b->options, value->name);
	return binding && binding->if_needed ?
		       axt_onnx_bind(value, binding, b->report) :
		       0;
}

static int connect(struct builder *b)
{
	size_t number = 0;
	int err = 0;

	for (size_t i = 0; i < b->proto->n_node; i++) {
		const Onnx__NodeProto *proto = b->proto->node[i];
		struct axt_onnx_node *node = b->graph->node[number];

		if (axt_onnx_is_domain(proto->domain) &&
		    strcmp(text(proto->op_type), "Constant") == 0)
			continue;
		number++;
		for (uint32_t j = 0; j < node->input_count && !err; j++) {
			struct name *name;

			if (!*proto->input[j])
				continue;
			name = find(b, proto->input[j]);
			if (!name)
				return axt_onnx_report_fail(
					b->report, -EINVAL,
					"node '%s' (%s) uses '%s', which "
					"nothing makes",
					node->name, node->type,
					proto->input[j]);
			node->input[j] = name->value;
			err = bind_needed(b, node, j);
		}
		if (err)
			return err;
	}
	return 0;
}

static int add_outputs(struct builder *b)
{
	struct axt_onnx_graph *graph = b->graph;

	graph->output = axt_onnx_pool_array(&graph->pool, b->proto->n_output,
					    sizeof(*graph->output));
	if (!graph->output)
		return full(b);
	for (size_t i = 0; i < b->proto->n_output; i++) {
		const char *wanted = text(b->proto->output[i]->name);
		struct name *name = find(b, wanted);

		if (!name)
			return axt_onnx_report_fail(b->report, -EINVAL,
						    "nothing makes the output "
						    "'%s'",
						    wanted);
		graph->output[i].name = wanted;
		graph->output[i].value = name->value;
	}
	graph->output_count = b->proto->n_output;
	if (!graph->output_count)
		return axt_onnx_report_fail(b->report, -EINVAL,
					    "the graph has no output");
	return 0;
}

/* Inputs that are constants now are none. */
static void drop_bound(struct axt_onnx_graph *graph)
{
	size_t kept = 0;

	for (size_t i = 0; i < graph->input_count; i++)
		if (!graph->input[i]->data)
			graph->input[kept++] = graph->input[i];
	graph->input_count = kept;
}

static int check_options(struct builder *b)
{
	for (size_t i = 0; i < b->options->shape_count; i++) {
		const char *name = b->options->shapes[i].name;
		bool found = false;

		for (size_t j = 0; j < b->proto->n_input && !found; j++)
			found = strcmp(text(b->proto->input[j]->name), name) ==
				0;
		if (!found)
			return axt_onnx_report_fail(
				b->report, -EINVAL,
				"there is no input '%s' to give a shape to",
				name);
	}
	return 0;
}

static int build_all(struct builder *b)
{
	int err = check_options(b);

	if (!err)
		err = add_initializers(b);
	if (!err)
		err = add_inputs(b);
	if (!err)
		err = add_nodes(b);
	if (!err)
		err = sort_names(b);
	if (!err)
		err = connect(b);
	if (!err)
		err = add_outputs(b);
	if (!err)
		drop_bound(b->graph);
	return err;
}

int axt_onnx_build(struct axt_onnx_graph *graph, const Onnx__ModelProto *model,
		   const struct axt_onnx_options *options,
		   struct axt_onnx_report *report)
{
	struct builder b = { graph, model->graph, options, report, NULL, 0 };
	size_t names;
	int err;

	if (b.proto->n_sparse_initializer)
		return axt_onnx_report_fail(report, -EOPNOTSUPP,
					    "the file has sparse "
					    "initializers");
	names = b.proto->n_initializer + b.proto->n_input;
	for (size_t i = 0; i < b.proto->n_node; i++)
		names += b.proto->node[i]->n_output;
	b.names = axt_onnx_pool_array(&graph->pool, names, sizeof(*b.names));
	if (!b.names)
		return full(&b);
	err = build_all(&b);
	axt_onnx_pool_drop(&graph->pool, b.names);
	return err ? err : axt_onnx_sort(graph, report);
}
