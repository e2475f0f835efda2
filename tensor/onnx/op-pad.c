// SPDX-License-Identifier: MIT
/* Pad. Its form: mode, value and pads, all begins, then all ends. */
#include "context.h"

#include <errno.h>
#include <string.h>

int axt_onnx_norm_pad(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	uint32_t rank = node->input[0]->shape.rank, count;
	int64_t list[CTX_LIST_MAX];
	double number = 0;
	float value;
	int err;

	err = axt_onnx_get_list(ctx, "pads", 11, 1, list, &count);
	if (err == -ENODATA)
		return axt_onnx_invalid(ctx, "pads are missing");
	if (!err)
		err = axt_onnx_get_float(ctx, "value", 0, &value);
	if (!err && ctx->opset >= 11 && axt_onnx_node_input(node, 2)) {
		err = axt_onnx_const_number(ctx, 2, "constant_value", &number);
		value = (float)number;
	}
	if (err)
		return err;
	if (count != 2 * rank)
		return axt_onnx_invalid(ctx, "has %u pads for %u dimensions",
					count, rank);
	node->input_count = 1;
	err = axt_onnx_put_ints(ctx, "pads", list, count);
	return err ? err : axt_onnx_put_float(ctx, "value", value);
}

int axt_onnx_infer_pad(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const char *mode = axt_onnx_node_string(node, "mode", "constant");
	struct axt_onnx_shape y = node->input[0]->shape;
	bool reflect = strcmp(mode, "reflect") == 0;
	bool edge = strcmp(mode, "edge") == 0;
	const int64_t *pads;
	uint32_t count;

	if (!reflect && !edge && strcmp(mode, "constant") != 0)
		return axt_onnx_unsupported(ctx, "mode is \"%s\"", mode);
	pads = axt_onnx_node_ints(node, "pads", &count);
	for (uint32_t i = 0; i < y.rank; i++) {
		int64_t in = y.dim[i],
			most = reflect ? in - 1 : AXT_ONNX_DIM_MAX;
		int64_t before = pads[i], behind = pads[i + y.rank];

		if (before > most || behind > most ||
		    before < -AXT_ONNX_DIM_MAX || behind < -AXT_ONNX_DIM_MAX ||
		    (in == 0 && edge && before + behind > 0))
			return axt_onnx_invalid(ctx,
						"dimension %u cannot be "
						"padded so much",
						i);
		y.dim[i] += before + behind;
	}
	return axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
}
