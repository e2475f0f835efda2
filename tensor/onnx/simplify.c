// SPDX-License-Identifier: MIT
/*
 * The pass over one node (form, shapes, folding, identities), and what is left
 * of the graph at the end. Nodes that a form needs in front pass through the
 * same functions, so that constants fold through them as well.
 */
#include "simplify.h"

#include <errno.h>
#include <string.h>

/* No constant that is computed here gets bigger. */
#define FOLD_ELEMENTS_MAX (INT64_C(1) << 24)

#define MARK_LIVE 1

struct axt_onnx_value *axt_onnx_resolve(struct axt_onnx_value *value)
{
	while (value && value->same)
		value = value->same;
	return value;
}

bool axt_onnx_is_identity(const struct axt_onnx_node *node)
{
	static const char *const copies[] = { "Identity", "Reshape", "Expand",
					      "Cast",	  "Tile",    "Slice" };
	const struct axt_onnx_value *x = node->input_count ? node->input[0] :
							     NULL;
	const struct axt_onnx_value *y = node->output[0];
	const int64_t *perm;
	uint32_t count;

	if (!x || !y || !x->known || !y->known || x->type != y->type ||
	    !axt_onnx_shape_equal(&x->shape, &y->shape))
		return false;
	if (strcmp(node->op->name, "Transpose") == 0) {
		perm = axt_onnx_node_ints(node, "perm", &count);
		for (uint32_t i = 0; i < count; i++)
			if (perm[i] != i)
				return false;
		return true;
	}
	if (strcmp(node->op->name, "Slice") == 0) {
		/* Same size and whole steps: only a reversal is no copy. */
		perm = axt_onnx_node_ints(node, "steps", &count);
		for (uint32_t i = 0; i < count; i++)
			if (perm[i] < 0)
				return false;
	}
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		if (strcmp(node->op->name, copies[i]) == 0)
			return true;
	return false;
}

static int append(struct axt_onnx_context *ctx, struct axt_onnx_node *node)
{
	size_t room = ctx->done_room ? ctx->done_room * 2 : 64;
	struct axt_onnx_node **done = ctx->done;

	if (ctx->done_count == ctx->done_room) {
		done = axt_onnx_take(ctx, room, sizeof(*done));
		if (!done)
			return -ENOMEM;
		if (ctx->done_count)
			memcpy(done, ctx->done,
			       ctx->done_count * sizeof(*done));
		axt_onnx_pool_drop(&ctx->graph->pool, ctx->done);
		ctx->done = done;
		ctx->done_room = room;
	}
	done[ctx->done_count++] = node;
	return 0;
}

static int take_fresh(struct axt_onnx_context *ctx, struct axt_onnx_node *node)
{
	struct axt_onnx_attr *attr =
		axt_onnx_take(ctx, ctx->fresh_count, sizeof(*attr));

	if (!attr)
		return -ENOMEM;
	memcpy(attr, ctx->fresh, ctx->fresh_count * sizeof(*attr));
	node->attr = attr;
	node->attr_count = ctx->fresh_count;
	ctx->fresh_count = 0;
	return 0;
}

static int put_default(struct axt_onnx_context *ctx,
		       const struct axt_onnx_default *d)
{
	const int64_t *ints;
	const char *s;
	uint32_t count;
	int64_t i;
	float f;
	int err;

	switch (d->kind) {
	case AXT_ONNX_ATTR_INT:
		err = axt_onnx_get_int(ctx, d->name, d->i, &i);
		return err ? err : axt_onnx_put_int(ctx, d->name, i);
	case AXT_ONNX_ATTR_FLOAT:
		err = axt_onnx_get_float(ctx, d->name, d->f, &f);
		return err ? err : axt_onnx_put_float(ctx, d->name, f);
	case AXT_ONNX_ATTR_STRING:
		err = axt_onnx_get_string(ctx, d->name, d->s, &s);
		return err ? err : axt_onnx_put_string(ctx, d->name, s);
	}
	err = axt_onnx_get_ints(ctx, d->name, &ints, &count);
	return err || !ints ? err :
			      axt_onnx_put_ints(ctx, d->name, ints, count);
}

static int normalise(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_op *op = ctx->node->op;
	int err = 0;

	ctx->fresh_count = 0;
	ctx->drop = false;
	for (uint32_t i = 0; op->defaults && op->defaults[i].name && !err; i++)
		err = put_default(ctx, &op->defaults[i]);
	if (!err && op->normalise)
		err = op->normalise(ctx);
	return err;
}

/* The values of all outputs, if they can be computed now and are small. */
static int fold(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	int64_t elements = 0;

	if (!node->op->fold || (node->output_count == 1 && !node->output[0]))
		return 0;
	for (uint32_t i = 0; i < node->input_count; i++)
		if (node->input[i] && !node->input[i]->data)
			return 0;
	for (uint32_t i = 0; i < node->output_count; i++)
		if (node->output[i])
			elements += axt_onnx_elements(&node->output[i]->shape);
	for (uint32_t i = 0; i < node->input_count; i++)
		if (node->input[i])
			elements += axt_onnx_elements(&node->input[i]->shape);
	if (elements > FOLD_ELEMENTS_MAX || elements > ctx->fold_budget)
		return 0;
	ctx->fold_budget -= elements + 1;
	return node->op->fold(ctx);
}

static bool all_constant(const struct axt_onnx_node *node)
{
	for (uint32_t i = 0; i < node->output_count; i++)
		if (node->output[i] && !node->output[i]->data)
			return false;
	return true;
}

/* From its attributes on: the node is in its form. */
static int finish(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	int err = take_fresh(ctx, node);

	if (!err)
		err = node->op->infer(ctx);
	if (!err)
		err = fold(ctx);
	if (err)
		return err;
	if (all_constant(node)) {
		for (uint32_t i = 0; i < node->output_count; i++)
			if (node->output[i])
				node->output[i]->producer = NULL;
		return 0;
	}
	if (axt_onnx_is_identity(node)) {
		node->output[0]->same = node->input[0];
		return 0;
	}
	return append(ctx, node);
}

int axt_onnx_side_end(struct axt_onnx_context *ctx, struct axt_onnx_side *side,
		      struct axt_onnx_value **out)
{
	struct axt_onnx_node *node = ctx->node;
	int err;

	ctx->node = side->node;
	err = finish(ctx);
	ctx->node = node;
	memcpy(ctx->fresh, side->kept, sizeof(side->kept));
	ctx->fresh_count = side->kept_count;
	*out = axt_onnx_resolve(side->node->output[0]);
	return err;
}

static int check_count(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_op *op = node->op;

	if (node->input_count < op->inputs_min ||
	    node->input_count > op->inputs_max)
		return axt_onnx_invalid(ctx, "has %u inputs, not %u to %u",
					node->input_count, op->inputs_min,
					op->inputs_max);
	for (uint32_t i = 0; i < op->inputs_min; i++)
		if (!node->input[i])
			return axt_onnx_invalid(ctx, "input %u is missing", i);
	if (node->output_count < 1 || node->output_count > op->outputs_max)
		return axt_onnx_invalid(ctx, "has %u outputs, not 1 to %u",
					node->output_count, op->outputs_max);
	return 0;
}

int axt_onnx_process(struct axt_onnx_context *ctx, struct axt_onnx_node *node)
{
	int err;

	ctx->node = node;
	ctx->origin = node;
	err = check_count(ctx);
	/* What comes from an unsupported node has no shape. */
	for (uint32_t i = 0; i < node->input_count && !err; i++) {
		node->input[i] = axt_onnx_resolve(node->input[i]);
		if (node->input[i] && !node->input[i]->known)
			return 0;
	}
	if (!err)
		err = normalise(ctx);
	if (err || ctx->drop)
		return err;
	return finish(ctx);
}

static void reset(struct axt_onnx_node *node)
{
	node->mark = 0;
	for (uint32_t i = 0; i < node->input_count; i++)
		if (node->input[i])
			node->input[i]->uses = 0;
	for (uint32_t i = 0; i < node->output_count; i++)
		if (node->output[i])
			node->output[i]->uses = 0;
}

/* Backwards, users come before producers. */
static void mark_live(struct axt_onnx_graph *graph)
{
	for (size_t i = 0; i < graph->output_count; i++) {
		struct axt_onnx_value *value = graph->output[i].value;

		value->uses++;
		if (value->producer)
			value->producer->mark = MARK_LIVE;
	}
	for (size_t i = graph->node_count; i-- > 0;) {
		struct axt_onnx_node *node = graph->node[i];

		if (node->mark != MARK_LIVE)
			continue;
		for (uint32_t j = 0; j < node->input_count; j++) {
			struct axt_onnx_value *value = node->input[j];

			if (!value)
				continue;
			value->uses++;
			if (value->producer)
				value->producer->mark = MARK_LIVE;
		}
	}
}

/* Outputs but the first that nobody reads: an index, a mask, statistics. */
static void drop_outputs(struct axt_onnx_node *node)
{
	for (uint32_t i = 1; i < node->output_count; i++)
		if (node->output[i] && !node->output[i]->uses)
			node->output[i] = NULL;
	while (node->output_count > 1 && !node->output[node->output_count - 1])
		node->output_count--;
}

void axt_onnx_sweep(struct axt_onnx_graph *graph)
{
	size_t kept = 0;

	for (size_t i = 0; i < graph->output_count; i++)
		graph->output[i].value =
			axt_onnx_resolve(graph->output[i].value);
	for (size_t i = 0; i < graph->node_count; i++)
		reset(graph->node[i]);
	for (size_t i = 0; i < graph->input_count; i++)
		graph->input[i]->uses = 0;
	for (size_t i = 0; i < graph->output_count; i++)
		graph->output[i].value->uses = 0;
	mark_live(graph);
	for (size_t i = 0; i < graph->node_count; i++)
		if (graph->node[i]->mark == MARK_LIVE)
			graph->node[kept++] = graph->node[i];
	graph->node_count = kept;
	for (size_t i = 0; i < kept; i++)
		drop_outputs(graph->node[i]);
}
