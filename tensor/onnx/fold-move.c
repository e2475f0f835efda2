// SPDX-License-Identifier: MIT
/*
 * Moving the elements of constants, whatever their type. An output's data
 * belongs to the graph's pool.
 */
#include "fold.h"

#include <errno.h>
#include <string.h>

void axt_onnx_strides(const struct axt_onnx_shape *shape, int64_t *stride)
{
	int64_t step = 1;

	for (uint32_t i = shape->rank; i-- > 0;) {
		stride[i] = step;
		step *= shape->dim[i];
	}
}

void axt_onnx_walk_init(struct axt_onnx_walk *walk,
			const struct axt_onnx_shape *shape)
{
	memset(walk, 0, sizeof(*walk));
	walk->shape = *shape;
}

void axt_onnx_walk_add(struct axt_onnx_walk *walk,
		       const struct axt_onnx_shape *input)
{
	int64_t *stride = walk->stride[walk->inputs++];
	uint32_t skip = walk->shape.rank - input->rank;
	int64_t own[AXT_ONNX_RANK_MAX];

	axt_onnx_strides(input, own);
	for (uint32_t i = 0; i < input->rank; i++)
		stride[skip + i] = input->dim[i] == 1 ? 0 : own[i];
}

void axt_onnx_walk_next(struct axt_onnx_walk *walk)
{
	for (uint32_t d = walk->shape.rank; d-- > 0;) {
		int64_t back = walk->shape.dim[d];

		walk->at[d]++;
		for (uint32_t i = 0; i < walk->inputs; i++)
			walk->offset[i] += walk->stride[i][d];
		if (walk->at[d] < back)
			return;
		walk->at[d] = 0;
		for (uint32_t i = 0; i < walk->inputs; i++)
			walk->offset[i] -= back * walk->stride[i][d];
	}
}

void *axt_onnx_fold_output(struct axt_onnx_context *ctx, uint32_t number)
{
	struct axt_onnx_value *y = ctx->node->output[number];
	size_t count = (size_t)axt_onnx_elements(&y->shape);
	void *data = axt_onnx_take(ctx, count ? count : 1,
				   axt_onnx_type_size(y->type));

	y->data = data;
	return data;
}

/* Every element of the output from the walk's first offset in the input. */
static int gather(struct axt_onnx_context *ctx, struct axt_onnx_walk *walk)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	size_t width = axt_onnx_type_size(x->type);
	int64_t count = axt_onnx_elements(&walk->shape);
	const char *from = x->data;
	char *to = axt_onnx_fold_output(ctx, 0);

	if (!to)
		return -ENOMEM;
	for (int64_t i = 0; i < count; i++) {
		memcpy(to, from + walk->offset[0] * (int64_t)width, width);
		to += width;
		axt_onnx_walk_next(walk);
	}
	return 0;
}

int axt_onnx_fold_reshape(struct axt_onnx_context *ctx)
{
	ctx->node->output[0]->data = ctx->node->input[0]->data;
	return 0;
}

int axt_onnx_fold_expand(struct axt_onnx_context *ctx)
{
	struct axt_onnx_walk walk;

	axt_onnx_walk_init(&walk, &ctx->node->output[0]->shape);
	axt_onnx_walk_add(&walk, &ctx->node->input[0]->shape);
	return gather(ctx, &walk);
}

int axt_onnx_fold_transpose(struct axt_onnx_context *ctx)
{
	int64_t stride[AXT_ONNX_RANK_MAX];
	struct axt_onnx_walk walk;
	const int64_t *perm;
	uint32_t rank;

	perm = axt_onnx_node_ints(ctx->node, "perm", &rank);
	axt_onnx_strides(&ctx->node->input[0]->shape, stride);
	axt_onnx_walk_init(&walk, &ctx->node->output[0]->shape);
	walk.inputs = 1;
	for (uint32_t i = 0; i < rank; i++)
		walk.stride[0][i] = stride[perm[i]];
	return gather(ctx, &walk);
}

int axt_onnx_fold_slice(struct axt_onnx_context *ctx)
{
	int64_t stride[AXT_ONNX_RANK_MAX];
	const int64_t *starts, *steps;
	struct axt_onnx_walk walk;
	uint32_t rank;

	starts = axt_onnx_node_ints(ctx->node, "starts", &rank);
	steps = axt_onnx_node_ints(ctx->node, "steps", &rank);
	axt_onnx_strides(&ctx->node->input[0]->shape, stride);
	axt_onnx_walk_init(&walk, &ctx->node->output[0]->shape);
	walk.inputs = 1;
	/* A dimension of one element is never stepped over. */
	for (uint32_t i = 0; i < rank; i++) {
		walk.stride[0][i] =
			walk.shape.dim[i] > 1 ? stride[i] * steps[i] : 0;
		walk.offset[0] += starts[i] * stride[i];
	}
	return gather(ctx, &walk);
}

/* What lies inside of one index of the axis, in bytes, and how many outside. */
static size_t inner_bytes(const struct axt_onnx_value *x, uint32_t axis)
{
	size_t bytes = axt_onnx_type_size(x->type);

	for (uint32_t i = axis + 1; i < x->shape.rank; i++)
		bytes *= (size_t)x->shape.dim[i];
	return bytes;
}

static size_t outer_count(const struct axt_onnx_value *x, uint32_t axis)
{
	size_t count = 1;

	for (uint32_t i = 0; i < axis; i++)
		count *= (size_t)x->shape.dim[i];
	return count;
}

int axt_onnx_fold_concat(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	uint32_t axis = (uint32_t)axt_onnx_node_int(node, "axis", 0);
	size_t outer = outer_count(node->input[0], axis);
	char *to = axt_onnx_fold_output(ctx, 0);

	if (!to)
		return -ENOMEM;
	for (size_t o = 0; o < outer; o++)
		for (uint32_t i = 0; i < node->input_count; i++) {
			const struct axt_onnx_value *x = node->input[i];
			size_t bytes = inner_bytes(x, axis) *
				       (size_t)x->shape.dim[axis];

			memcpy(to, (const char *)x->data + o * bytes, bytes);
			to += bytes;
		}
	return 0;
}

int axt_onnx_fold_split(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	uint32_t axis = (uint32_t)axt_onnx_node_int(node, "axis", 0), count;
	const int64_t *split = axt_onnx_node_ints(node, "split", &count);
	const struct axt_onnx_value *x = node->input[0];
	size_t inner = inner_bytes(x, axis), outer = outer_count(x, axis);
	size_t whole = inner * (size_t)x->shape.dim[axis];
	const char *from = x->data;

	for (uint32_t i = 0; i < count; i++) {
		size_t bytes = inner * (size_t)split[i];
		char *to;

		if (i >= node->output_count || !node->output[i]) {
			from += bytes;
			continue;
		}
		to = axt_onnx_fold_output(ctx, i);
		if (!to)
			return -ENOMEM;
		for (size_t o = 0; o < outer; o++)
			memcpy(to + o * bytes, from + o * whole, bytes);
		from += bytes;
	}
	return 0;
}

int axt_onnx_fold_gather(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	uint32_t axis = (uint32_t)axt_onnx_node_int(node, "axis", 0);
	const struct axt_onnx_value *x = node->input[0],
				    *index = node->input[1];
	size_t inner = inner_bytes(x, axis), outer = outer_count(x, axis);
	int64_t dim = x->shape.dim[axis], count;
	char *to;

	count = axt_onnx_elements(&index->shape);
	to = axt_onnx_fold_output(ctx, 0);
	if (!to)
		return -ENOMEM;
	for (size_t o = 0; o < outer; o++)
		for (int64_t i = 0; i < count; i++) {
			int64_t at = index->type == AXT_ONNX_I64 ?
					     ((const int64_t *)index->data)[i] :
					     ((const int32_t *)index->data)[i];

			if (at < -dim || at >= dim)
				return axt_onnx_invalid(ctx,
							"index %lld of "
							"%lld",
							(long long)at,
							(long long)dim);
			at = at < 0 ? at + dim : at;
			memcpy(to,
			       (const char *)x->data +
				       (o * (size_t)dim + (size_t)at) * inner,
			       inner);
			to += inner;
		}
	return 0;
}

int axt_onnx_fold_tile(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	size_t width = axt_onnx_type_size(x->type);
	int64_t stride[AXT_ONNX_RANK_MAX], count;
	struct axt_onnx_walk walk;
	char *to = axt_onnx_fold_output(ctx, 0);

	if (!to)
		return -ENOMEM;
	axt_onnx_strides(&x->shape, stride);
	axt_onnx_walk_init(&walk, &ctx->node->output[0]->shape);
	count = axt_onnx_elements(&walk.shape);
	for (int64_t i = 0; i < count; i++) {
		int64_t from = 0;

		for (uint32_t d = 0; d < x->shape.rank; d++)
			from += walk.at[d] % x->shape.dim[d] * stride[d];
		memcpy(to, (const char *)x->data + from * (int64_t)width,
		       width);
		to += width;
		axt_onnx_walk_next(&walk);
	}
	return 0;
}
