// SPDX-License-Identifier: MIT
/*
 * Normalisations, softmax and recurrent operations. Owns nothing.
 */
#include "context.h"

#include <string.h>
#include <strings.h>

/*
 * Until opset 12, everything from axis on was one dimension: where that is
 * more than the last one, the form works on a matrix.
 */
int axt_onnx_norm_softmax(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value *x = ctx->node->input[0];
	const char *op = ctx->node->op->name;
	struct axt_onnx_shape matrix = { 2, { 1, 1 } }, shape = x->shape;
	struct axt_onnx_side side;
	uint32_t at, real = 0;
	int64_t axis;
	int err;

	err = axt_onnx_get_int(ctx, "axis", ctx->opset < 13 ? 1 : -1, &axis);
	if (!err)
		err = axt_onnx_axis(ctx, axis, shape.rank, ctx->opset < 13,
				    &at);
	if (err)
		return err;
	for (uint32_t i = at; i < shape.rank; i++)
		real += shape.dim[i] != 1;
	if (ctx->opset >= 13 || (real <= 1 && shape.rank && at < shape.rank)) {
		/* The one dimension that is more than 1 is the axis. */
		for (uint32_t i = at; ctx->opset < 13 && i < shape.rank; i++)
			if (shape.dim[i] != 1)
				at = i;
		return axt_onnx_put_int(ctx, "axis", at);
	}
	for (uint32_t i = 0; i < shape.rank; i++)
		matrix.dim[i >= at] *= shape.dim[i];
	err = axt_onnx_side_reshape(ctx, x, &matrix, &x);
	if (!err)
		err = axt_onnx_side_begin(ctx, &side, op, x, NULL);
	if (!err)
		err = axt_onnx_put_int(ctx, "axis", 1);
	if (!err)
		err = axt_onnx_side_end(ctx, &side, &x);
	return err ? err : axt_onnx_become_reshape(ctx, x, &shape);
}

int axt_onnx_norm_batch(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	int64_t training, spatial;
	int err;

	err = axt_onnx_get_int(ctx, "training_mode", 0, &training);
	if (!err)
		err = axt_onnx_get_int(ctx, "spatial", 1, &spatial);
	if (err)
		return err;
	for (uint32_t i = 1; i < node->output_count; i++)
		training |= node->output[i] && node->output[i]->uses;
	if (training)
		return axt_onnx_unsupported(ctx, "computes statistics "
						 "(training)");
	if (!spatial && ctx->opset < 9)
		return axt_onnx_unsupported(ctx, "is not spatial");
	node->output_count = 1;
	return 0;
}

/* Per-channel operands, for those operations that have them. */
int axt_onnx_infer_norm(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_value *x = node->input[0];
	int64_t channels = x->shape.rank > 1 ? x->shape.dim[1] : 1;

	if (x->shape.rank < 2)
		return axt_onnx_invalid(ctx, "the input has %u dimensions",
					x->shape.rank);
	for (uint32_t i = 1; i < node->input_count; i++)
		if (!node->input[i] || node->input[i]->shape.rank != 1 ||
		    node->input[i]->shape.dim[0] != channels)
			return axt_onnx_invalid(ctx,
						"input %u does not have "
						"%lld numbers",
						i, (long long)channels);
	return axt_onnx_set_output(ctx, 0, x->type, &x->shape);
}

int axt_onnx_infer_layer_norm(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_value *x = node->input[0];
	struct axt_onnx_shape mean = x->shape, with;
	int err;

	for (uint32_t i = 1; i < node->input_count; i++) {
		if (!node->input[i])
			continue;
		err = axt_onnx_broadcast(ctx, &x->shape, &node->input[i]->shape,
					 &with);
		if (err)
			return err;
		if (!axt_onnx_shape_equal(&with, &x->shape))
			return axt_onnx_invalid(ctx, "input %u is too big", i);
	}
	for (uint32_t i = (uint32_t)axt_onnx_node_int(node, "axis", 0);
	     i < mean.rank; i++)
		mean.dim[i] = 1;
	err = axt_onnx_set_output(ctx, 0, x->type, &x->shape);
	if (!err)
		err = axt_onnx_set_output(ctx, 1, AXT_ONNX_F32, &mean);
	return err ? err : axt_onnx_set_output(ctx, 2, AXT_ONNX_F32, &mean);
}

static int function_of(const char *name)
{
	/* In the order of AXT_ONNX_RNN_*. */
	static const char *const names[AXT_ONNX_RNN_FUNCTIONS] = {
		"Relu",	    "Tanh",	 "Sigmoid",	    "Softsign",
		"Softplus", "LeakyRelu", "ThresholdedRelu", "HardSigmoid",
		"Elu",
	};

	for (int i = 0; i < AXT_ONNX_RNN_FUNCTIONS; i++)
		if (strcasecmp(name, names[i]) == 0)
			return i;
	return -1;
}

/* Activations by name become numbers; with parameters of their own, nothing. */
static int put_functions(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_attr *attr = axt_onnx_node_attr(
		ctx->node, "activations", AXT_ONNX_ATTR_STRINGS);
	int64_t list[CTX_LIST_MAX];

	if (!attr)
		return 0;
	for (uint32_t i = 0; i < attr->count && i < CTX_LIST_MAX; i++) {
		list[i] = function_of(attr->strings[i]);
		if (list[i] < 0)
			return axt_onnx_unsupported(ctx, "has activation '%s'",
						    attr->strings[i]);
	}
	for (uint32_t i = 0; i < ctx->node->attr_count; i++)
		if (strncmp(ctx->node->attr[i].name, "activation_", 11) == 0)
			return axt_onnx_unsupported(ctx, "has %s",
						    ctx->node->attr[i].name);
	return axt_onnx_put_ints(ctx, "functions", list,
				 attr->count < CTX_LIST_MAX ? attr->count :
							      CTX_LIST_MAX);
}

int axt_onnx_norm_rnn(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *recurrence = ctx->node->input[2];
	const char *direction;
	int64_t hidden;
	int err;

	err = axt_onnx_get_string(ctx, "direction", "forward", &direction);
	if (err)
		return err;
	if (strcmp(direction, "forward") != 0 &&
	    strcmp(direction, "reverse") != 0 &&
	    strcmp(direction, "bidirectional") != 0)
		return axt_onnx_invalid(ctx, "direction is \"%s\"", direction);
	if (recurrence->shape.rank != 3 || ctx->node->input[0]->shape.rank != 3)
		return axt_onnx_invalid(ctx, "has inputs without three "
					     "dimensions");
	err = axt_onnx_get_int(ctx, "hidden_size", recurrence->shape.dim[2],
			       &hidden);
	if (err)
		return err;
	if (hidden != recurrence->shape.dim[2])
		return axt_onnx_invalid(ctx, "hidden_size does not fit the "
					     "weights");
	err = put_functions(ctx);
	return err ? err : axt_onnx_put_int(ctx, "hidden_size", hidden);
}

int axt_onnx_infer_rnn(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	uint32_t type = node->input[0]->type;
	bool batch_first = axt_onnx_node_int(node, "layout", 0);
	bool both = strcmp(axt_onnx_node_string(node, "direction", "forward"),
			   "bidirectional") == 0;
	int64_t hidden = axt_onnx_node_int(node, "hidden_size", 0);
	int64_t steps = x->dim[batch_first], batch = x->dim[!batch_first];
	struct axt_onnx_shape all = { 4, { steps, 1 + both, batch, hidden } };
	struct axt_onnx_shape last = { 3, { 1 + both, batch, hidden } };
	int err;

	if (node->input[1]->shape.rank != 3 ||
	    node->input[1]->shape.dim[0] != 1 + both ||
	    node->input[2]->shape.dim[0] != 1 + both ||
	    node->input[1]->shape.dim[2] != x->dim[2])
		return axt_onnx_invalid(ctx, "the weights do not fit");
	if (batch_first) {
		all = (struct axt_onnx_shape){
			4, { batch, steps, 1 + both, hidden }
		};
		last = (struct axt_onnx_shape){ 3,
						{ batch, 1 + both, hidden } };
	}
	err = axt_onnx_set_output(ctx, 0, type, &all);
	for (uint32_t i = 1; i < 3 && !err; i++)
		err = axt_onnx_set_output(ctx, i, type, &last);
	return err;
}
