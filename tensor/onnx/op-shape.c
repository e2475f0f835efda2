// SPDX-License-Identifier: MIT
/*
 * Operations about shapes. Reshape, Flatten, Squeeze and Unsqueeze have one
 * form: Reshape with the attribute shape, without -1 or 0 for something else.
 * Shape, Size, ConstantOfShape and Range have none: they become constants.
 * Owns nothing.
 */
#include "context.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define CONSTANT_ELEMENTS_MAX (INT64_C(1) << 24)

int axt_onnx_infer_shape(struct axt_onnx_context *ctx)
{
	struct axt_onnx_shape shape;
	const int64_t *list =
		axt_onnx_node_ints(ctx->node, "shape", &shape.rank);

	if (shape.rank > AXT_ONNX_RANK_MAX)
		return axt_onnx_invalid(ctx, "has %u dimensions", shape.rank);
	for (uint32_t i = 0; i < shape.rank; i++)
		shape.dim[i] = list[i];
	return axt_onnx_set_output(ctx, 0, ctx->node->input[0]->type, &shape);
}

static int check_rank(struct axt_onnx_context *ctx, uint32_t rank)
{
	if (rank > AXT_ONNX_RANK_MAX)
		return axt_onnx_unsupported(ctx,
					    "has %u dimensions, at most "
					    "%d work",
					    rank, AXT_ONNX_RANK_MAX);
	return 0;
}

/* What 0 and -1 in the list mean. */
static int fill_shape(struct axt_onnx_context *ctx, const int64_t *list,
		      bool zero_is_zero, struct axt_onnx_shape *shape)
{
	const struct axt_onnx_shape *x = &ctx->node->input[0]->shape;
	int64_t total = axt_onnx_elements(x), rest = 1;
	int free_dim = -1;

	for (uint32_t i = 0; i < shape->rank; i++) {
		int64_t dim = list[i];

		if (dim == 0 && !zero_is_zero)
			dim = i < x->rank ? x->dim[i] : -2;
		if (dim == -1 && free_dim < 0) {
			free_dim = (int)i;
			continue;
		}
		if (dim < 0 || dim > AXT_ONNX_DIM_MAX ||
		    __builtin_mul_overflow(rest, dim, &rest))
			return axt_onnx_invalid(ctx, "the new shape has %lld",
						(long long)list[i]);
		shape->dim[i] = dim;
	}
	if (free_dim >= 0) {
		if (rest == 0 || total % rest)
			return axt_onnx_invalid(ctx,
						"%lld elements do not "
						"fit the new shape",
						(long long)total);
		shape->dim[free_dim] = total / rest;
		rest = total;
	}
	if (rest != total)
		return axt_onnx_invalid(ctx,
					"%lld elements do not fit the new "
					"shape of %lld",
					(long long)total, (long long)rest);
	return 0;
}

int axt_onnx_norm_reshape(struct axt_onnx_context *ctx)
{
	int64_t list[CTX_LIST_MAX], allow_zero;
	struct axt_onnx_shape shape;
	int err;

	err = axt_onnx_get_int(ctx, "allowzero", 0, &allow_zero);
	if (!err)
		err = axt_onnx_const_ints(ctx, 1, "shape", list, &shape.rank);
	if (!err)
		err = check_rank(ctx, shape.rank);
	if (!err)
		err = fill_shape(ctx, list, allow_zero, &shape);
	if (err)
		return err;
	return axt_onnx_become_reshape(ctx, ctx->node->input[0], &shape);
}

int axt_onnx_norm_flatten(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value *x = ctx->node->input[0];
	struct axt_onnx_shape shape = { 2, { 1, 1 } };
	int64_t axis;
	uint32_t at;
	int err;

	err = axt_onnx_get_int(ctx, "axis", 1, &axis);
	if (!err)
		err = axt_onnx_axis(ctx, axis, x->shape.rank, 1, &at);
	if (err)
		return err;
	for (uint32_t i = 0; i < x->shape.rank; i++)
		shape.dim[i >= at] *= x->shape.dim[i];
	return axt_onnx_become_reshape(ctx, x, &shape);
}

int axt_onnx_norm_squeeze(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value *x = ctx->node->input[0];
	bool gone[AXT_ONNX_RANK_MAX] = { false };
	struct axt_onnx_shape shape = { 0 };
	int64_t list[CTX_LIST_MAX];
	uint32_t count, axis;
	int err;

	err = axt_onnx_get_list(ctx, "axes", 13, 1, list, &count);
	if (err && err != -ENODATA)
		return err;
	if (err == -ENODATA)
		for (uint32_t i = 0; i < x->shape.rank; i++)
			gone[i] = x->shape.dim[i] == 1;
	for (uint32_t i = 0; i < count; i++) {
		err = axt_onnx_axis(ctx, list[i], x->shape.rank, 0, &axis);
		if (err)
			return err;
		if (x->shape.dim[axis] != 1)
			return axt_onnx_invalid(ctx, "dimension %u is not 1",
						axis);
		gone[axis] = true;
	}
	for (uint32_t i = 0; i < x->shape.rank; i++)
		if (!gone[i])
			shape.dim[shape.rank++] = x->shape.dim[i];
	return axt_onnx_become_reshape(ctx, x, &shape);
}

int axt_onnx_norm_unsqueeze(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value *x = ctx->node->input[0];
	bool added[AXT_ONNX_RANK_MAX] = { false };
	struct axt_onnx_shape shape = { 0 };
	int64_t list[CTX_LIST_MAX];
	uint32_t count, axis, from = 0;
	int err;

	err = axt_onnx_get_list(ctx, "axes", 13, 1, list, &count);
	if (err)
		return err == -ENODATA ?
			       axt_onnx_invalid(ctx, "axes are missing") :
			       err;
	shape.rank = x->shape.rank + count;
	err = check_rank(ctx, shape.rank);
	for (uint32_t i = 0; i < count && !err; i++) {
		err = axt_onnx_axis(ctx, list[i], shape.rank, 0, &axis);
		if (!err && added[axis])
			err = axt_onnx_invalid(ctx, "axis %u occurs twice",
					       axis);
		if (!err)
			added[axis] = true;
	}
	if (err)
		return err;
	for (uint32_t i = 0; i < shape.rank; i++)
		shape.dim[i] = added[i] ? 1 : x->shape.dim[from++];
	return axt_onnx_become_reshape(ctx, x, &shape);
}

int axt_onnx_norm_expand(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value *x = ctx->node->input[0];
	int64_t list[CTX_LIST_MAX];
	struct axt_onnx_shape shape;
	int err;

	err = axt_onnx_const_ints(ctx, 1, "shape", list, &shape.rank);
	if (!err)
		err = check_rank(ctx, shape.rank);
	if (err)
		return err;
	memcpy(shape.dim, list, shape.rank * sizeof(list[0]));
	err = axt_onnx_broadcast(ctx, &x->shape, &shape, &shape);
	if (err)
		return err;
	ctx->node->input_count = 1;
	return axt_onnx_put_ints(ctx, "shape", shape.dim, shape.rank);
}

int axt_onnx_norm_shape(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_shape *x = &ctx->node->input[0]->shape;
	struct axt_onnx_shape shape = { .rank = 1 };
	int64_t rank = x->rank, start, end;
	struct axt_onnx_value *value;
	void *data;
	int err;

	err = axt_onnx_get_int(ctx, "start", 0, &start);
	if (!err)
		err = axt_onnx_get_int(ctx, "end", rank, &end);
	if (err)
		return err;
	start = start < -rank ? 0 : start < 0 ? start + rank : start;
	end = end < -rank ? 0 : end < 0 ? end + rank : end;
	end = end > rank ? rank : end;
	shape.dim[0] = end > start ? end - start : 0;
	value = axt_onnx_constant(ctx, AXT_ONNX_I64, &shape, &data);
	if (!value)
		return axt_onnx_full(ctx);
	for (int64_t i = 0; i < shape.dim[0]; i++)
		((int64_t *)data)[i] = x->dim[start + i];
	axt_onnx_become_value(ctx, value);
	return 0;
}

int axt_onnx_norm_size(struct axt_onnx_context *ctx)
{
	struct axt_onnx_shape scalar = { 0 };
	struct axt_onnx_value *value;
	void *data;

	value = axt_onnx_constant(ctx, AXT_ONNX_I64, &scalar, &data);
	if (!value)
		return axt_onnx_full(ctx);
	*(int64_t *)data = axt_onnx_elements(&ctx->node->input[0]->shape);
	axt_onnx_become_value(ctx, value);
	return 0;
}

/* A constant that is not too big, with the context's budget. */
static int make_constant(struct axt_onnx_context *ctx, uint32_t type,
			 const struct axt_onnx_shape *shape,
			 struct axt_onnx_value **value, void **data)
{
	int64_t count = 1;

	for (uint32_t i = 0; i < shape->rank; i++)
		if (shape->dim[i] < 0 || shape->dim[i] > AXT_ONNX_DIM_MAX ||
		    __builtin_mul_overflow(count, shape->dim[i], &count))
			return axt_onnx_invalid(ctx, "the shape has %lld",
						(long long)shape->dim[i]);
	if (count > CONSTANT_ELEMENTS_MAX || count > ctx->fold_budget)
		return axt_onnx_unsupported(ctx,
					    "makes a constant of %lld elements",
					    (long long)count);
	ctx->fold_budget -= count;
	*value = axt_onnx_constant(ctx, type, shape, data);
	return *value ? 0 : axt_onnx_full(ctx);
}

int axt_onnx_norm_constant_of_shape(struct axt_onnx_context *ctx)
{
	static const float zero;
	const struct axt_onnx_attr *attr =
		axt_onnx_node_attr(ctx->node, "value", AXT_ONNX_ATTR_TENSOR);
	uint32_t type = attr ? attr->tensor->type : AXT_ONNX_F32;
	const void *fill = attr ? attr->tensor->data : &zero;
	size_t width = axt_onnx_type_size(type), count;
	int64_t list[CTX_LIST_MAX];
	struct axt_onnx_shape shape;
	struct axt_onnx_value *value;
	void *data;
	int err;

	if (attr && axt_onnx_elements(&attr->tensor->shape) != 1)
		return axt_onnx_invalid(ctx, "value is not one number");
	err = axt_onnx_const_ints(ctx, 0, "input", list, &shape.rank);
	if (!err)
		err = check_rank(ctx, shape.rank);
	if (err)
		return err;
	memcpy(shape.dim, list, shape.rank * sizeof(list[0]));
	err = make_constant(ctx, type, &shape, &value, &data);
	if (err)
		return err;
	count = (size_t)axt_onnx_elements(&shape);
	for (size_t i = 0; i < count; i++)
		memcpy((char *)data + i * width, fill, width);
	axt_onnx_become_value(ctx, value);
	return 0;
}

int axt_onnx_norm_range(struct axt_onnx_context *ctx)
{
	struct axt_onnx_shape shape = { .rank = 1 };
	uint32_t type = ctx->node->input[0]->type;
	struct axt_onnx_value *value;
	double start, limit, delta, count;
	void *data;
	int err;

	err = axt_onnx_const_number(ctx, 0, "start", &start);
	if (!err)
		err = axt_onnx_const_number(ctx, 1, "limit", &limit);
	if (!err)
		err = axt_onnx_const_number(ctx, 2, "delta", &delta);
	if (err)
		return err;
	if (type != AXT_ONNX_F32 && type != AXT_ONNX_I64 &&
	    type != AXT_ONNX_I32)
		return axt_onnx_unsupported(ctx, "has type %s",
					    axt_onnx_type_name(type));
	count = ceil((limit - start) / delta);
	if (!(fabs(start) < 0x1p53 && fabs(limit) < 0x1p53 && delta != 0 &&
	      fabs(delta) < 0x1p53 && count < 0x1p31))
		return axt_onnx_invalid(ctx, "has no end");
	shape.dim[0] = count > 0 ? (int64_t)count : 0;
	err = make_constant(ctx, type, &shape, &value, &data);
	if (err)
		return err;
	for (int64_t i = 0; i < shape.dim[0]; i++) {
		double at = start + (double)i * delta;

		if (type == AXT_ONNX_F32)
			((float *)data)[i] = (float)at;
		else if (type == AXT_ONNX_I64)
			((int64_t *)data)[i] = (int64_t)at;
		else
			((int32_t *)data)[i] = (int32_t)at;
	}
	axt_onnx_become_value(ctx, value);
	return 0;
}
