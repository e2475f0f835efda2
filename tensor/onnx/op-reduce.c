// SPDX-License-Identifier: MIT
/*
 * Reductions, ArgMax and ArgMin, TopK. A reduction's form has axes, sorted and
 * from 0 up, and keepdims; TopK's has k. Owns nothing.
 */
#include "context.h"

#include <errno.h>
#include <string.h>

/* The axes as a set, or -EINVAL. */
static int read_axes(struct axt_onnx_context *ctx, uint32_t rank,
		     const int64_t *list, uint32_t count, bool *set)
{
	uint32_t axis;

	for (uint32_t i = 0; i < count; i++) {
		int err = axt_onnx_axis(ctx, list[i], rank, 0, &axis);

		if (err)
			return err;
		if (set[axis])
			return axt_onnx_invalid(ctx, "axis %u occurs twice",
						axis);
		set[axis] = true;
	}
	return 0;
}

int axt_onnx_norm_reduce(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	uint32_t rank = node->input[0]->shape.rank, count, n = 0;
	int64_t since = strcmp(node->op->name, "ReduceSum") == 0 ? 13 : 18;
	int64_t list[CTX_LIST_MAX], axes[AXT_ONNX_RANK_MAX], keep, noop;
	bool set[AXT_ONNX_RANK_MAX] = { false };
	int err;

	err = axt_onnx_get_list(ctx, "axes", since, 1, list, &count);
	if (err && err != -ENODATA)
		return err;
	err = axt_onnx_get_int(ctx, "noop_with_empty_axes", 0, &noop);
	if (!err)
		err = axt_onnx_get_int(ctx, "keepdims", 1, &keep);
	if (err)
		return err;
	if (count == 0 && noop)
		return axt_onnx_become(ctx, "Identity", node->input[0], NULL);
	err = read_axes(ctx, rank, list, count, set);
	for (uint32_t i = 0; i < rank; i++)
		if (set[i] || count == 0)
			axes[n++] = i;
	node->input_count = 1;
	if (!err)
		err = axt_onnx_put_ints(ctx, "axes", axes, n);
	return err ? err : axt_onnx_put_int(ctx, "keepdims", keep != 0);
}

/* Without the dimension, or with 1 in its place. */
static void reduce_dim(struct axt_onnx_shape *y, uint32_t axis, bool keep)
{
	if (keep) {
		y->dim[axis] = 1;
		return;
	}
	y->rank--;
	for (uint32_t i = axis; i < y->rank; i++)
		y->dim[i] = y->dim[i + 1];
}

int axt_onnx_infer_reduce(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_shape y = node->input[0]->shape;
	bool keep = axt_onnx_node_int(node, "keepdims", 1);
	const int64_t *axes;
	uint32_t count;

	axes = axt_onnx_node_ints(node, "axes", &count);
	while (count-- > 0)
		reduce_dim(&y, (uint32_t)axes[count], keep);
	return axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
}

int axt_onnx_infer_arg(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_shape y = node->input[0]->shape;
	uint32_t axis = (uint32_t)axt_onnx_node_int(node, "axis", 0);

	reduce_dim(&y, axis, axt_onnx_node_int(node, "keepdims", 1));
	return axt_onnx_set_output(ctx, 0, AXT_ONNX_I64, &y);
}

int axt_onnx_norm_topk(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	int64_t list[CTX_LIST_MAX], axis;
	uint32_t count = 1, at;
	int err;

	if (ctx->opset < 10)
		err = axt_onnx_get_int(ctx, "k", -1, list);
	else
		err = axt_onnx_const_ints(ctx, 1, "k", list, &count);
	if (!err)
		err = axt_onnx_get_int(ctx, "axis", -1, &axis);
	if (!err)
		err = axt_onnx_axis(ctx, axis, node->input[0]->shape.rank, 0,
				    &at);
	if (err)
		return err;
	if (count != 1 || list[0] < 0 ||
	    list[0] > node->input[0]->shape.dim[at])
		return axt_onnx_invalid(ctx, "k does not fit the input");
	node->input_count = 1;
	err = axt_onnx_put_int(ctx, "axis", at);
	return err ? err : axt_onnx_put_int(ctx, "k", list[0]);
}

int axt_onnx_infer_topk(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_shape y = node->input[0]->shape;
	int err;

	y.dim[axt_onnx_node_int(node, "axis", 0)] =
		axt_onnx_node_int(node, "k", 1);
	err = axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
	return err ? err : axt_onnx_set_output(ctx, 1, AXT_ONNX_I64, &y);
}
