// SPDX-License-Identifier: MIT
/*
 * Resize and Upsample. Their form has one input, scales for every dimension,
 * shape, and all of the modes; Upsample and Resize 10 map coordinates
 * asymmetrically and round down. With the mode tf_crop_and_resize there is
 * roi. Owns nothing.
 */
#include "context.h"

#include <math.h>
#include <string.h>

/* A list of numbers from an input that must be a constant; none: 0 of them. */
static int read_floats(struct axt_onnx_context *ctx, uint32_t input,
		       const char *what, float *list, uint32_t *count)
{
	const struct axt_onnx_value *value =
		axt_onnx_node_input(ctx->node, input);
	int64_t elements;

	*count = 0;
	if (!value)
		return 0;
	if (!value->data)
		return axt_onnx_unsupported(ctx, "input %s is no constant",
					    what);
	elements = axt_onnx_elements(&value->shape);
	if (elements == 0)
		return 0;
	if (value->type != AXT_ONNX_F32 || elements > CTX_LIST_MAX)
		return axt_onnx_invalid(ctx, "input %s does not fit", what);
	*count = (uint32_t)elements;
	memcpy(list, value->data, *count * sizeof(*list));
	return 0;
}

static int put_shape(struct axt_onnx_context *ctx, const float *scales,
		     const int64_t *sizes)
{
	const struct axt_onnx_shape *x = &ctx->node->input[0]->shape;
	int64_t shape[AXT_ONNX_RANK_MAX];
	float scale[AXT_ONNX_RANK_MAX];

	for (uint32_t i = 0; i < x->rank; i++) {
		double size;

		scale[i] = sizes && x->dim[i] ?
				   (float)sizes[i] / (float)x->dim[i] :
			   sizes ? 1 :
				   scales[i];
		size = sizes ? (double)sizes[i] :
			       floor((double)(scale[i] * (float)x->dim[i]));
		if (!(scale[i] > 0 && isfinite(scale[i])) || !(size >= 0) ||
		    size > AXT_ONNX_DIM_MAX)
			return axt_onnx_invalid(ctx,
						"dimension %u has scale "
						"%g",
						i, (double)scale[i]);
		shape[i] = (int64_t)size;
	}
	ctx->node->input_count = 1;
	if (axt_onnx_put_floats(ctx, "scales", scale, x->rank))
		return axt_onnx_full(ctx);
	return axt_onnx_put_ints(ctx, "shape", shape, x->rank);
}

/* The part of the input that is taken, in each dimension from 0 to 1. */
static double part(const float *roi, uint32_t count, uint32_t rank, uint32_t i)
{
	return count == 2 * rank ? (double)roi[i + rank] - (double)roi[i] : 1;
}

int axt_onnx_norm_resize(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	uint32_t from = ctx->opset < 11 ? 1 : 2, count, rois = 0, wanted = 0;
	float scales[CTX_LIST_MAX], roi[CTX_LIST_MAX];
	int64_t sizes[CTX_LIST_MAX];
	const char *mode;
	int err;

	err = read_floats(ctx, from, "scales", scales, &count);
	if (!err && count == 0 && axt_onnx_node_input(node, 3))
		err = axt_onnx_const_ints(ctx, 3, "sizes", sizes, &wanted);
	if (!err)
		err = axt_onnx_get_string(ctx, "coordinate_transformation_mode",
					  "half_pixel", &mode);
	if (!err && from == 2 && strcmp(mode, "tf_crop_and_resize") == 0) {
		err = read_floats(ctx, 1, "roi", roi, &rois);
		if (!err && rois != 2 * x->rank)
			err = axt_onnx_invalid(ctx, "roi does not fit");
		if (!err)
			err = axt_onnx_put_floats(ctx, "roi", roi, rois);
	}
	if (err)
		return err;
	if ((count ? count : wanted) != x->rank)
		return axt_onnx_invalid(ctx,
					"has %u scales or sizes for %u "
					"dimensions",
					count ? count : wanted, x->rank);
	if (from == 1) {
		axt_onnx_put_string(ctx, "coordinate_transformation_mode",
				    "asymmetric");
		axt_onnx_put_string(ctx, "nearest_mode", "floor");
	}
	for (uint32_t i = 0; i < count; i++)
		scales[i] *= (float)part(roi, rois, x->rank, i);
	return put_shape(ctx, scales, count ? NULL : sizes);
}

int axt_onnx_norm_upsample(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_attr *attr =
		axt_onnx_node_attr(node, "scales", AXT_ONNX_ATTR_FLOATS);
	float scales[CTX_LIST_MAX];
	uint32_t count = 0;
	const char *mode;
	int err = 0;

	if (ctx->opset >= 9)
		err = read_floats(ctx, 1, "scales", scales, &count);
	else if (attr && attr->count <= CTX_LIST_MAX)
		memcpy(scales, attr->floats,
		       (count = attr->count) * sizeof(*scales));
	if (!err)
		err = axt_onnx_get_string(ctx, "mode", "nearest", &mode);
	if (err)
		return err;
	if (count != node->input[0]->shape.rank)
		return axt_onnx_invalid(ctx, "has %u scales for %u dimensions",
					count, node->input[0]->shape.rank);
	err = axt_onnx_become(ctx, "Resize", node->input[0], NULL);
	if (err)
		return err;
	axt_onnx_put_string(ctx, "mode",
			    strcmp(mode, "bilinear") == 0 ? "linear" : mode);
	axt_onnx_put_string(ctx, "coordinate_transformation_mode",
			    "asymmetric");
	axt_onnx_put_string(ctx, "nearest_mode", "floor");
	axt_onnx_put_float(ctx, "cubic_coeff_a", -0.75f);
	axt_onnx_put_int(ctx, "exclude_outside", 0);
	axt_onnx_put_float(ctx, "extrapolation_value", 0);
	return put_shape(ctx, scales, NULL);
}

int axt_onnx_infer_resize(struct axt_onnx_context *ctx)
{
	static const char *const modes[] = { "nearest", "linear", "cubic" };
	const char *mode = axt_onnx_node_string(ctx->node, "mode", "nearest");

	for (unsigned int i = 0; i < 3; i++)
		if (strcmp(mode, modes[i]) == 0)
			return axt_onnx_infer_shape(ctx);
	return axt_onnx_unsupported(ctx, "mode is \"%s\"", mode);
}
