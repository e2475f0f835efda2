// SPDX-License-Identifier: MIT
/*
 * Convolutions. Their form has kernel_shape, strides, dilations, pads and
 * group, all of them, and output_padding for a transposed one; auto_pad and
 * output_shape have become pads. Owns nothing.
 */
#include "window.h"

#include <string.h>

int axt_onnx_get_window(struct axt_onnx_context *ctx, const char *name,
			uint32_t count, int64_t least, int64_t fallback,
			int64_t *out)
{
	const int64_t *list;
	uint32_t given;
	int err = axt_onnx_get_ints(ctx, name, &list, &given);

	if (err)
		return err;
	if (list && given != count)
		return axt_onnx_invalid(ctx,
					"attribute %s has %u elements, "
					"not %u",
					name, given, count);
	for (uint32_t i = 0; i < count; i++) {
		out[i] = list ? list[i] : fallback;
		if (out[i] < least || out[i] > AXT_ONNX_DIM_MAX)
			return axt_onnx_invalid(ctx, "attribute %s has %lld",
						name, (long long)out[i]);
	}
	return 0;
}

int axt_onnx_get_auto_pad(struct axt_onnx_context *ctx,
			  enum axt_onnx_auto_pad *pad)
{
	static const char *const names[] = {
		[AXT_ONNX_PAD_NOTSET] = "NOTSET",
		[AXT_ONNX_PAD_VALID] = "VALID",
		[AXT_ONNX_PAD_UPPER] = "SAME_UPPER",
		[AXT_ONNX_PAD_LOWER] = "SAME_LOWER",
	};
	const char *text;
	int err = axt_onnx_get_string(ctx, "auto_pad", "NOTSET", &text);

	if (err)
		return err;
	for (unsigned int i = 0; i < 4; i++)
		if (strcmp(text, names[i]) == 0) {
			*pad = (enum axt_onnx_auto_pad)i;
			return 0;
		}
	return axt_onnx_invalid(ctx, "auto_pad is \"%s\"", text);
}

void axt_onnx_split_pad(struct axt_onnx_window *w, uint32_t i, int64_t total,
			bool more_behind)
{
	int64_t small;

	if (total < 0)
		total = 0;
	small = total / 2;
	w->pads[i] = more_behind ? small : total - small;
	w->pads[i + w->spatial] = total - w->pads[i];
}

int axt_onnx_window_read(struct axt_onnx_context *ctx,
			 const struct axt_onnx_shape *x,
			 struct axt_onnx_window *w)
{
	enum axt_onnx_auto_pad pad = AXT_ONNX_PAD_NOTSET;
	uint32_t n;
	int err;

	if (x->rank < 3)
		return axt_onnx_invalid(ctx,
					"the input has %u dimensions, "
					"not 3 or more",
					x->rank);
	n = x->rank - 2;
	w->spatial = n;
	err = axt_onnx_get_window(ctx, "strides", n, 1, 1, w->strides);
	if (!err)
		err = axt_onnx_get_window(ctx, "dilations", n, 1, 1,
					  w->dilations);
	if (!err)
		err = axt_onnx_get_window(ctx, "pads", 2 * n, 0, 0, w->pads);
	if (!err)
		err = axt_onnx_get_auto_pad(ctx, &pad);
	w->auto_pad = pad;
	if (err || pad == AXT_ONNX_PAD_NOTSET)
		return err;
	memset(w->pads, 0, sizeof(w->pads));
	return 0;
}

void axt_onnx_window_same(const struct axt_onnx_shape *x,
			  struct axt_onnx_window *w)
{
	if (w->auto_pad < AXT_ONNX_PAD_UPPER)
		return;
	for (uint32_t i = 0; i < w->spatial; i++) {
		int64_t in = x->dim[i + 2], stride = w->strides[i];
		int64_t out = (in + stride - 1) / stride;
		int64_t reach = (w->kernel[i] - 1) * w->dilations[i] + 1;

		axt_onnx_split_pad(w, i, (out - 1) * stride + reach - in,
				   w->auto_pad == AXT_ONNX_PAD_UPPER);
	}
}

int axt_onnx_window_write(struct axt_onnx_context *ctx,
			  const struct axt_onnx_window *w)
{
	int err;

	err = axt_onnx_put_ints(ctx, "kernel_shape", w->kernel, w->spatial);
	if (!err)
		err = axt_onnx_put_ints(ctx, "strides", w->strides, w->spatial);
	if (!err)
		err = axt_onnx_put_ints(ctx, "dilations", w->dilations,
					w->spatial);
	if (!err)
		err = axt_onnx_put_ints(ctx, "pads", w->pads, 2 * w->spatial);
	return err;
}

/* The shapes of x, weights and bias against each other. */
static int check_weights(struct axt_onnx_context *ctx, int64_t group,
			 bool transposed)
{
	struct axt_onnx_value **in = ctx->node->input;
	const struct axt_onnx_shape *x = &in[0]->shape, *w = &in[1]->shape;
	const struct axt_onnx_value *bias = axt_onnx_node_input(ctx->node, 2);
	int64_t channels, features;
	char p[96], q[96];

	if (in[0]->type != in[1]->type || (bias && bias->type != in[0]->type))
		return axt_onnx_invalid(ctx, "has inputs of different types");
	if (x->rank < 3 || w->rank != x->rank || group < 1 ||
	    group > AXT_ONNX_DIM_MAX)
		return axt_onnx_invalid(
			ctx, "input %s, weights %s and group %lld do not fit",
			axt_onnx_shape_text(x, p, sizeof(p)),
			axt_onnx_shape_text(w, q, sizeof(q)), (long long)group);
	channels = transposed ? w->dim[0] : w->dim[1] * group;
	features = transposed ? w->dim[1] * group : w->dim[0];
	if (channels != x->dim[1] || w->dim[0] % group ||
	    (bias && axt_onnx_elements(&bias->shape) != features))
		return axt_onnx_invalid(
			ctx, "input %s, weights %s and group %lld do not fit",
			axt_onnx_shape_text(x, p, sizeof(p)),
			axt_onnx_shape_text(w, q, sizeof(q)), (long long)group);
	for (uint32_t i = 2; i < w->rank; i++)
		if (w->dim[i] < 1)
			return axt_onnx_invalid(ctx, "the kernel is empty");
	return 0;
}

/* What both kinds have: group, and the window with the weights' kernel. */
static int read_conv(struct axt_onnx_context *ctx, bool transposed,
		     struct axt_onnx_window *w)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	const struct axt_onnx_shape *weights = &ctx->node->input[1]->shape;
	int64_t group;
	int err;

	err = axt_onnx_get_int(ctx, "group", 1, &group);
	if (!err)
		err = check_weights(ctx, group, transposed);
	if (!err)
		err = axt_onnx_window_read(ctx, &x->shape, w);
	if (!err)
		err = axt_onnx_get_window(ctx, "kernel_shape", w->spatial, 1, 1,
					  w->kernel);
	for (uint32_t i = 0; i < w->spatial && !err; i++)
		w->kernel[i] = weights->dim[i + 2];
	return err ? err : axt_onnx_put_int(ctx, "group", group);
}

int axt_onnx_norm_conv(struct axt_onnx_context *ctx)
{
	struct axt_onnx_window w = { 0 };
	int err = read_conv(ctx, false, &w);

	if (err)
		return err;
	axt_onnx_window_same(&ctx->node->input[0]->shape, &w);
	return axt_onnx_window_write(ctx, &w);
}

int axt_onnx_infer_conv(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	struct axt_onnx_shape y = { .rank = x->rank };
	uint32_t n = x->rank - 2, count;
	const int64_t *kernel =
		axt_onnx_node_ints(node, "kernel_shape", &count);
	const int64_t *stride = axt_onnx_node_ints(node, "strides", &count);
	const int64_t *step = axt_onnx_node_ints(node, "dilations", &count);
	const int64_t *pads = axt_onnx_node_ints(node, "pads", &count);

	y.dim[0] = x->dim[0];
	y.dim[1] = node->input[1]->shape.dim[0];
	for (uint32_t i = 0; i < n; i++) {
		int64_t room = x->dim[i + 2] + pads[i] + pads[i + n] -
			       ((kernel[i] - 1) * step[i] + 1);

		if (room < 0)
			return axt_onnx_invalid(ctx, "the kernel is bigger "
						     "than the padded input");
		y.dim[i + 2] = room / stride[i] + 1;
	}
	return axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
}

int axt_onnx_norm_conv_transpose(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_shape *x = &ctx->node->input[0]->shape;
	int64_t extra[AXT_ONNX_RANK_MAX], wanted[AXT_ONNX_RANK_MAX];
	struct axt_onnx_window w = { 0 };
	int err = read_conv(ctx, true, &w);

	if (!err)
		err = axt_onnx_get_window(ctx, "output_padding", w.spatial, 0,
					  0, extra);
	/* 0 where there is none. */
	if (!err)
		err = axt_onnx_get_window(ctx, "output_shape", w.spatial, 0, 0,
					  wanted);
	for (uint32_t i = 0; i < w.spatial && !err; i++) {
		int64_t full = w.strides[i] * (x->dim[i + 2] - 1) + extra[i] +
			       (w.kernel[i] - 1) * w.dilations[i] + 1;
		int64_t want = wanted[i];

		if (!want && w.auto_pad < AXT_ONNX_PAD_UPPER)
			continue;
		if (!want)
			want = x->dim[i + 2] * w.strides[i];
		axt_onnx_split_pad(&w, i, full - want,
				   w.auto_pad == AXT_ONNX_PAD_UPPER);
		if (want > full)
			extra[i] += want - full;
	}
	if (!err)
		err = axt_onnx_window_write(ctx, &w);
	if (err)
		return err;
	return axt_onnx_put_ints(ctx, "output_padding", extra, w.spatial);
}

int axt_onnx_infer_conv_transpose(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	struct axt_onnx_shape y = { .rank = x->rank };
	uint32_t n = x->rank - 2, count;
	const int64_t *kernel =
		axt_onnx_node_ints(node, "kernel_shape", &count);
	const int64_t *stride = axt_onnx_node_ints(node, "strides", &count);
	const int64_t *step = axt_onnx_node_ints(node, "dilations", &count);
	const int64_t *pads = axt_onnx_node_ints(node, "pads", &count);
	const int64_t *more =
		axt_onnx_node_ints(node, "output_padding", &count);

	y.dim[0] = x->dim[0];
	y.dim[1] = node->input[1]->shape.dim[1] *
		   axt_onnx_node_int(node, "group", 1);
	for (uint32_t i = 0; i < n; i++)
		y.dim[i + 2] = stride[i] * (x->dim[i + 2] - 1) +
			       (kernel[i] - 1) * step[i] + 1 + more[i] -
			       pads[i] - pads[i + n];
	return axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
}
