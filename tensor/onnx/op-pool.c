// SPDX-License-Identifier: MIT
/* Pools; the global ones are reductions. */
#include "window.h"

#include <string.h>

int axt_onnx_norm_pool(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_shape *x = &ctx->node->input[0]->shape;
	const int64_t *given;
	struct axt_onnx_window w = { 0 };
	uint32_t count;
	int err = axt_onnx_window_read(ctx, x, &w);

	if (!err)
		err = axt_onnx_get_ints(ctx, "kernel_shape", &given, &count);
	if (err)
		return err;
	if (!given)
		return axt_onnx_invalid(ctx, "kernel_shape is missing");
	err = axt_onnx_get_window(ctx, "kernel_shape", w.spatial, 1, 1,
				  w.kernel);
	if (err)
		return err;
	axt_onnx_window_same(x, &w);
	return axt_onnx_window_write(ctx, &w);
}

int axt_onnx_infer_pool(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	struct axt_onnx_shape y = *x;
	uint32_t n = x->rank - 2, count;
	const int64_t *kernel =
		axt_onnx_node_ints(node, "kernel_shape", &count);
	const int64_t *stride = axt_onnx_node_ints(node, "strides", &count);
	const int64_t *step = axt_onnx_node_ints(node, "dilations", &count);
	const int64_t *pads = axt_onnx_node_ints(node, "pads", &count);
	bool up = axt_onnx_node_int(node, "ceil_mode", 0);
	int err;

	for (uint32_t i = 0; i < n; i++) {
		int64_t in = x->dim[i + 2] + pads[i];
		int64_t reach = (kernel[i] - 1) * step[i] + 1;
		int64_t room = in + pads[i + n] - reach;
		int64_t out;

		if (room < 0)
			return axt_onnx_invalid(ctx, "the window is bigger "
						     "than the padded input");
		out = room / stride[i] + 1;
		/* One more, unless it would begin in the padding behind. */
		if (up && room % stride[i] && out * stride[i] < in)
			out++;
		y.dim[i + 2] = out;
	}
	err = axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
	return err ? err : axt_onnx_set_output(ctx, 1, AXT_ONNX_I64, &y);
}

static int global(struct axt_onnx_context *ctx, const char *op)
{
	struct axt_onnx_value *x = ctx->node->input[0];
	int64_t axes[AXT_ONNX_RANK_MAX];
	int err;

	if (x->shape.rank < 3)
		return axt_onnx_invalid(ctx,
					"the input has %u dimensions, "
					"not 3 or more",
					x->shape.rank);
	for (uint32_t i = 2; i < x->shape.rank; i++)
		axes[i - 2] = i;
	err = axt_onnx_become(ctx, op, x, NULL);
	if (!err)
		err = axt_onnx_put_ints(ctx, "axes", axes, x->shape.rank - 2);
	return err ? err : axt_onnx_put_int(ctx, "keepdims", 1);
}

int axt_onnx_norm_global_average(struct axt_onnx_context *ctx)
{
	return global(ctx, "ReduceMean");
}

int axt_onnx_norm_global_max(struct axt_onnx_context *ctx)
{
	return global(ctx, "ReduceMax");
}
