// SPDX-License-Identifier: MIT
/* Operations that work element by element. Owns nothing. */
#include "context.h"

#include <float.h>
#include <string.h>

int axt_onnx_infer_same(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	bool to_bool = ctx->node->op->flags & AXT_ONNX_OP_BOOL;

	return axt_onnx_set_output(ctx, 0, to_bool ? AXT_ONNX_BOOL : x->type,
				   &x->shape);
}

int axt_onnx_infer_binary(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *a = ctx->node->input[0];
	const struct axt_onnx_value *b = ctx->node->input[1];
	bool to_bool = ctx->node->op->flags & AXT_ONNX_OP_BOOL;
	struct axt_onnx_shape shape;
	int err;

	/* The exponent may have a type of its own. */
	if (a->type != b->type && strcmp(ctx->node->op->name, "Pow") != 0)
		return axt_onnx_invalid(ctx, "has inputs of types %s and %s",
					axt_onnx_type_name(a->type),
					axt_onnx_type_name(b->type));
	err = axt_onnx_broadcast(ctx, &a->shape, &b->shape, &shape);
	if (err)
		return err;
	return axt_onnx_set_output(ctx, 0, to_bool ? AXT_ONNX_BOOL : a->type,
				   &shape);
}

int axt_onnx_infer_where(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value **in = ctx->node->input;
	struct axt_onnx_shape shape;
	int err;

	if (in[0]->type != AXT_ONNX_BOOL || in[1]->type != in[2]->type)
		return axt_onnx_invalid(ctx, "has inputs of the wrong types");
	err = axt_onnx_broadcast(ctx, &in[1]->shape, &in[2]->shape, &shape);
	if (!err)
		err = axt_onnx_broadcast(ctx, &in[0]->shape, &shape, &shape);
	if (err)
		return err;
	return axt_onnx_set_output(ctx, 0, in[1]->type, &shape);
}

int axt_onnx_infer_cast(struct axt_onnx_context *ctx)
{
	return axt_onnx_set_output(
		ctx, 0, (uint32_t)axt_onnx_node_int(ctx->node, "to", 0),
		&ctx->node->input[0]->shape);
}

/*
 * Until opset 6, an operand only stretched when "broadcast" said so, and
 * "axis" where it began: ones behind it make that the later rule.
 */
int axt_onnx_norm_binary(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value **in = ctx->node->input;
	struct axt_onnx_shape shape;
	int64_t stretch, axis;
	uint32_t at;
	int err;

	if (ctx->opset > 6)
		return 0;
	shape = in[1]->shape;
	err = axt_onnx_get_int(ctx, "broadcast", 0, &stretch);
	if (err)
		return err;
	/* Slopes are one for each channel, without being asked to. */
	if (strcmp(ctx->node->op->name, "PRelu") == 0) {
		axis = 1;
		stretch = shape.rank == 1 && in[0]->shape.rank > 1;
	} else {
		err = axt_onnx_get_int(ctx, "axis",
				       (int64_t)in[0]->shape.rank - shape.rank,
				       &axis);
	}
	if (err || !stretch)
		return err;
	err = axt_onnx_axis(ctx, axis, in[0]->shape.rank, 1, &at);
	if (err)
		return err;
	if (at + shape.rank > in[0]->shape.rank)
		return axt_onnx_invalid(ctx, "axis %u is too far", at);
	while (at + shape.rank < in[0]->shape.rank)
		shape.dim[shape.rank++] = 1;
	if (shape.rank == in[1]->shape.rank)
		return 0;
	return axt_onnx_side_reshape(ctx, in[1], &shape, &in[1]);
}

/* Sum, Max and Min of any number: in pairs, from the left. */
static int chain(struct axt_onnx_context *ctx, const char *op)
{
	struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_value *left = node->input[0];
	uint32_t last = node->input_count - 1;
	int err = 0;

	for (uint32_t i = 1; i < node->input_count; i++)
		if (!node->input[i])
			return axt_onnx_invalid(ctx, "input %u is missing", i);
	if (last == 0)
		return axt_onnx_become(ctx, "Identity", left, NULL);
	for (uint32_t i = 1; i < last && !err; i++)
		err = axt_onnx_side_binary(ctx, op, left, node->input[i],
					   &left);
	if (err)
		return err;
	return axt_onnx_become(ctx, op, left, node->input[last]);
}

int axt_onnx_norm_chain(struct axt_onnx_context *ctx)
{
	const char *op = ctx->node->op->name;

	return chain(ctx, strcmp(op, "Sum") == 0 ? "Add" : op);
}

int axt_onnx_norm_mean(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_value *sum = node->input[0];
	struct axt_onnx_value *count;
	int err = 0;

	for (uint32_t i = 1; i < node->input_count && !err; i++) {
		if (!node->input[i])
			return axt_onnx_invalid(ctx, "input %u is missing", i);
		err = axt_onnx_side_binary(ctx, "Add", sum, node->input[i],
					   &sum);
	}
	if (err)
		return err;
	count = axt_onnx_scalar(ctx, sum->type, node->input_count);
	if (!count)
		return axt_onnx_full(ctx);
	return axt_onnx_become(ctx, "Div", sum, count);
}

/* A bound from input 1 or 2; *known is false for one that is no constant. */
static int get_bound(struct axt_onnx_context *ctx, uint32_t input,
		     const char *name, float fallback, float *bound,
		     bool *known)
{
	const struct axt_onnx_value *value =
		axt_onnx_node_input(ctx->node, input);
	double number;
	int err;

	if (ctx->opset < 11)
		return axt_onnx_get_float(ctx, name, fallback, bound);
	*bound = fallback;
	if (!value)
		return 0;
	if (!value->data || value->type != AXT_ONNX_F32) {
		*known = false;
		return 0;
	}
	err = axt_onnx_const_number(ctx, input, name, &number);
	*bound = (float)number;
	return err;
}

/* Bounds that are only known when it runs make a Max and a Min of it. */
int axt_onnx_norm_clip(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value *x = ctx->node->input[0];
	struct axt_onnx_value *min, *max;
	float low, high;
	bool known = true;
	int err;

	err = get_bound(ctx, 1, "min", -FLT_MAX, &low, &known);
	if (!err)
		err = get_bound(ctx, 2, "max", FLT_MAX, &high, &known);
	if (err)
		return err;
	min = axt_onnx_node_input(ctx->node, 1);
	max = axt_onnx_node_input(ctx->node, 2);
	if (!min && !max && ctx->opset >= 11)
		return axt_onnx_become(ctx, "Identity", x, NULL);
	if (known) {
		ctx->node->input_count = 1;
		err = axt_onnx_put_float(ctx, "min", low);
		return err ? err : axt_onnx_put_float(ctx, "max", high);
	}
	if (!max)
		return axt_onnx_become(ctx, "Max", x, min);
	if (min)
		err = axt_onnx_side_binary(ctx, "Max", x, min, &x);
	return err ? err : axt_onnx_become(ctx, "Min", x, max);
}

int axt_onnx_norm_cast(struct axt_onnx_context *ctx)
{
	int64_t to;
	int err = axt_onnx_get_int(ctx, "to", 0, &to);

	if (err)
		return err;
	if (to < 0 || to > UINT32_MAX || !axt_onnx_type_size((uint32_t)to))
		return axt_onnx_unsupported(ctx, "casts to type %lld",
					    (long long)to);
	return axt_onnx_put_int(ctx, "to", to);
}

int axt_onnx_norm_cast_like(struct axt_onnx_context *ctx)
{
	uint32_t to = ctx->node->input[1]->type;
	int err = axt_onnx_become(ctx, "Cast", ctx->node->input[0], NULL);

	return err ? err : axt_onnx_put_int(ctx, "to", to);
}

/* Nothing is dropped when a network runs: a copy, and a mask of ones. */
int axt_onnx_norm_dropout(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_value *x = node->input[0];
	struct axt_onnx_value *mask = node->output_count > 1 ? node->output[1] :
							       NULL;
	double training = 0, ratio = 0.5;
	void *ones;
	int err = 0;

	if (axt_onnx_node_input(node, 1) && node->input[1]->data)
		err = axt_onnx_const_number(ctx, 1, "ratio", &ratio);
	if (!err && ratio != 0 && axt_onnx_node_input(node, 2))
		err = axt_onnx_const_number(ctx, 2, "training_mode", &training);
	if (err)
		return err;
	if (training != 0)
		return axt_onnx_unsupported(ctx, "drops at random (training)");
	if (mask && axt_onnx_elements(&x->shape) > INT64_C(1) << 24)
		return axt_onnx_unsupported(ctx, "has too big a mask");
	if (mask) {
		if (!axt_onnx_constant(ctx, AXT_ONNX_BOOL, &x->shape, &ones))
			return axt_onnx_full(ctx);
		memset(ones, 1, (size_t)axt_onnx_elements(&x->shape));
		axt_onnx_set_output(ctx, 1, AXT_ONNX_BOOL, &x->shape);
		mask->data = ones;
		mask->producer = NULL;
	}
	axt_onnx_become_value(ctx, node->input[0]);
	return 0;
}
