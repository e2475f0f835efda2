// SPDX-License-Identifier: MIT
/*
 * Operations that move elements. In their forms axes count from 0, perm,
 * split and repeats are there, and are attributes. Owns nothing.
 */
#include "context.h"

#include <errno.h>
#include <string.h>

/* An axis of the first input, in place of one that may be negative. */
int axt_onnx_norm_axis(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_default *d = ctx->node->op->defaults;
	int64_t axis;
	uint32_t at;
	int err;

	while (strcmp(d->name, "axis") != 0)
		d++;
	err = axt_onnx_get_int(ctx, "axis", d->i, &axis);
	if (!err)
		err = axt_onnx_axis(ctx, axis, ctx->node->input[0]->shape.rank,
				    0, &at);
	return err ? err : axt_onnx_put_int(ctx, "axis", at);
}

int axt_onnx_norm_transpose(struct axt_onnx_context *ctx)
{
	uint32_t rank = ctx->node->input[0]->shape.rank, count;
	int64_t reversed[AXT_ONNX_RANK_MAX];
	unsigned int seen = 0;
	const int64_t *perm;
	int err;

	err = axt_onnx_get_ints(ctx, "perm", &perm, &count);
	if (err)
		return err;
	for (uint32_t i = 0; i < rank; i++)
		reversed[i] = rank - 1 - i;
	if (!perm) {
		perm = reversed;
		count = rank;
	}
	for (uint32_t i = 0; i < count && i < rank; i++)
		if (perm[i] >= 0 && perm[i] < rank)
			seen |= 1u << perm[i];
	if (count != rank || seen != (1u << rank) - 1)
		return axt_onnx_invalid(ctx,
					"perm does not order %u "
					"dimensions",
					rank);
	return axt_onnx_put_ints(ctx, "perm", perm, rank);
}

int axt_onnx_infer_transpose(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	struct axt_onnx_shape y = { 0 };
	const int64_t *perm = axt_onnx_node_ints(ctx->node, "perm", &y.rank);

	for (uint32_t i = 0; i < y.rank; i++)
		y.dim[i] = x->shape.dim[perm[i]];
	return axt_onnx_set_output(ctx, 0, x->type, &y);
}

int axt_onnx_infer_concat(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	uint32_t axis = (uint32_t)axt_onnx_node_int(node, "axis", 0);
	const struct axt_onnx_value *x = node->input[0];
	struct axt_onnx_shape y = x->shape, other;

	for (uint32_t i = 1; i < node->input_count; i++) {
		if (!node->input[i] || node->input[i]->type != x->type)
			return axt_onnx_invalid(ctx,
						"input %u is missing or "
						"has another type",
						i);
		other = node->input[i]->shape;
		if (other.rank == y.rank) {
			y.dim[axis] += other.dim[axis];
			other.dim[axis] = y.dim[axis];
		}
		if (!axt_onnx_shape_equal(&other, &y))
			return axt_onnx_invalid(ctx,
						"input %u does not fit "
						"the first one",
						i);
	}
	return axt_onnx_set_output(ctx, 0, x->type, &y);
}

/* Equal parts where nothing else is said; the attribute is "split". */
int axt_onnx_norm_split(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	uint32_t parts = node->output_count, count, axis;
	int64_t list[CTX_LIST_MAX], total = 0, given;
	int err;

	err = axt_onnx_get_int(ctx, "axis", 0, &given);
	if (!err)
		err = axt_onnx_axis(ctx, given, x->rank, 0, &axis);
	if (err)
		return err;
	if (parts > CTX_LIST_MAX)
		return axt_onnx_unsupported(ctx, "has %u outputs", parts);
	err = axt_onnx_get_list(ctx, "split", 13, 1, list, &count);
	if (err == -ENODATA) {
		if (x->dim[axis] % parts)
			return axt_onnx_invalid(ctx,
						"%lld do not make %u "
						"equal parts",
						(long long)x->dim[axis], parts);
		for (count = 0; count < parts; count++)
			list[count] = x->dim[axis] / parts;
	} else if (err) {
		return err;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (list[i] < 0 || list[i] > x->dim[axis])
			return axt_onnx_invalid(ctx, "part %u has %lld", i,
						(long long)list[i]);
		total += list[i];
	}
	if (count != parts || total != x->dim[axis])
		return axt_onnx_invalid(ctx, "the parts do not make the whole");
	node->input_count = 1;
	err = axt_onnx_put_int(ctx, "axis", axis);
	return err ? err : axt_onnx_put_ints(ctx, "split", list, count);
}

int axt_onnx_infer_split(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_shape y = node->input[0]->shape;
	uint32_t axis = (uint32_t)axt_onnx_node_int(node, "axis", 0), count;
	const int64_t *split = axt_onnx_node_ints(node, "split", &count);
	int err = 0;

	for (uint32_t i = 0; i < count && !err; i++) {
		y.dim[axis] = split[i];
		err = axt_onnx_set_output(ctx, i, node->input[0]->type, &y);
	}
	return err;
}

static bool is_index(const struct axt_onnx_value *value)
{
	return value->type == AXT_ONNX_I64 || value->type == AXT_ONNX_I32;
}

int axt_onnx_infer_gather(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_value *x = node->input[0];
	const struct axt_onnx_shape *index = &node->input[1]->shape;
	uint32_t axis = (uint32_t)axt_onnx_node_int(node, "axis", 0);
	struct axt_onnx_shape y = { 0 };

	if (!is_index(node->input[1]))
		return axt_onnx_invalid(ctx, "the indices are no integers");
	if (x->shape.rank - 1 + index->rank > AXT_ONNX_RANK_MAX)
		return axt_onnx_unsupported(ctx, "has too many dimensions");
	for (uint32_t i = 0; i < axis; i++)
		y.dim[y.rank++] = x->shape.dim[i];
	for (uint32_t i = 0; i < index->rank; i++)
		y.dim[y.rank++] = index->dim[i];
	for (uint32_t i = axis + 1; i < x->shape.rank; i++)
		y.dim[y.rank++] = x->shape.dim[i];
	return axt_onnx_set_output(ctx, 0, x->type, &y);
}

int axt_onnx_infer_gather_elements(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;

	if (!is_index(node->input[1]) ||
	    node->input[1]->shape.rank != node->input[0]->shape.rank)
		return axt_onnx_invalid(ctx, "the indices do not fit");
	return axt_onnx_set_output(ctx, 0, node->input[0]->type,
				   &node->input[1]->shape);
}

int axt_onnx_infer_gather_nd(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	const struct axt_onnx_shape *index = &node->input[1]->shape;
	int64_t batch = axt_onnx_node_int(node, "batch_dims", 0), depth;
	struct axt_onnx_shape y = { 0 };

	if (!is_index(node->input[1]) || index->rank < 1 || batch < 0 ||
	    batch >= index->rank || batch >= x->rank)
		return axt_onnx_invalid(ctx, "the indices do not fit");
	depth = index->dim[index->rank - 1];
	if (depth < 1 || depth > x->rank - batch)
		return axt_onnx_invalid(ctx, "an index has %lld numbers",
					(long long)depth);
	if (index->rank - 1 + x->rank - batch - depth > AXT_ONNX_RANK_MAX)
		return axt_onnx_unsupported(ctx, "has too many dimensions");
	for (uint32_t i = 0; i + 1 < index->rank; i++)
		y.dim[y.rank++] = index->dim[i];
	for (uint32_t i = (uint32_t)(batch + depth); i < x->rank; i++)
		y.dim[y.rank++] = x->dim[i];
	return axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
}

int axt_onnx_infer_scatter(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;

	if (!is_index(node->input[1]) ||
	    node->input[2]->type != node->input[0]->type)
		return axt_onnx_invalid(ctx, "has inputs of the wrong types");
	return axt_onnx_set_output(ctx, 0, node->input[0]->type,
				   &node->input[0]->shape);
}

int axt_onnx_norm_tile(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_shape *x = &node->input[0]->shape;
	int64_t list[CTX_LIST_MAX];
	uint32_t count;
	int err = axt_onnx_const_ints(ctx, 1, "repeats", list, &count);

	if (err)
		return err;
	if (count != x->rank)
		return axt_onnx_invalid(ctx, "has %u repeats for %u dimensions",
					count, x->rank);
	for (uint32_t i = 0; i < count; i++)
		if (list[i] < 0 || list[i] > AXT_ONNX_DIM_MAX)
			return axt_onnx_invalid(ctx, "repeats %lld times",
						(long long)list[i]);
	node->input_count = 1;
	return axt_onnx_put_ints(ctx, "repeats", list, count);
}

int axt_onnx_infer_tile(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_shape y = node->input[0]->shape;
	const int64_t *repeats;
	uint32_t count;

	repeats = axt_onnx_node_ints(node, "repeats", &count);
	for (uint32_t i = 0; i < count; i++)
		y.dim[i] *= repeats[i];
	return axt_onnx_set_output(ctx, 0, node->input[0]->type, &y);
}

/* The block, of an input with four dimensions. */
static int get_block(struct axt_onnx_context *ctx, int64_t *block)
{
	*block = axt_onnx_node_int(ctx->node, "blocksize", 0);
	if (*block < 1 || *block > 32767 ||
	    ctx->node->input[0]->shape.rank != 4)
		return axt_onnx_invalid(ctx, "has block %lld and %u dimensions",
					(long long)*block,
					ctx->node->input[0]->shape.rank);
	return 0;
}

int axt_onnx_infer_depth_to_space(struct axt_onnx_context *ctx)
{
	struct axt_onnx_shape y = ctx->node->input[0]->shape;
	int64_t block;
	int err = get_block(ctx, &block);

	if (err)
		return err;
	if (y.dim[1] % (block * block))
		return axt_onnx_invalid(ctx, "the channels do not divide");
	y.dim[1] /= block * block;
	y.dim[2] *= block;
	y.dim[3] *= block;
	return axt_onnx_set_output(ctx, 0, ctx->node->input[0]->type, &y);
}

int axt_onnx_infer_space_to_depth(struct axt_onnx_context *ctx)
{
	struct axt_onnx_shape y = ctx->node->input[0]->shape;
	int64_t block;
	int err = get_block(ctx, &block);

	if (err)
		return err;
	if (y.dim[2] % block || y.dim[3] % block)
		return axt_onnx_invalid(ctx, "the sides do not divide");
	y.dim[1] *= block * block;
	y.dim[2] /= block;
	y.dim[3] /= block;
	return axt_onnx_set_output(ctx, 0, ctx->node->input[0]->type, &y);
}
