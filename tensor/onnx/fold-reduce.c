// SPDX-License-Identifier: MIT
/*
 * Constants through Where, Cast, Clip and reductions. As in fold-math.c, an
 * output without data means: left for the run.
 */
#include "fold.h"
#include "number.h"

#include <errno.h>
#include <string.h>

int axt_onnx_fold_where(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value **in = ctx->node->input;
	struct axt_onnx_value *y = ctx->node->output[0];
	size_t width = axt_onnx_type_size(y->type);
	int64_t count = axt_onnx_elements(&y->shape);
	char *to = axt_onnx_fold_output(ctx, 0);
	struct axt_onnx_walk walk;

	if (!to)
		return -ENOMEM;
	axt_onnx_walk_init(&walk, &y->shape);
	for (uint32_t i = 0; i < 3; i++)
		axt_onnx_walk_add(&walk, &in[i]->shape);
	for (int64_t i = 0; i < count; i++) {
		const uint8_t *choice = in[0]->data;
		uint32_t from = choice[walk.offset[0]] ? 1 : 2;

		memcpy(to,
		       (const char *)in[from]->data +
			       walk.offset[from] * (int64_t)width,
		       width);
		to += width;
		axt_onnx_walk_next(&walk);
	}
	return 0;
}

/* Towards zero; what does not fit becomes the nearest that does. */
static int64_t to_integer(double f, uint32_t type)
{
	double most = type == AXT_ONNX_I64 ? 0x1p63 :
		      type == AXT_ONNX_I32 ? 0x1p31 :
		      type == AXT_ONNX_U8  ? 0x1p8 :
					     0x1p7;
	double least = type == AXT_ONNX_U8 ? 0 : -most;

	if (f != f)
		return 0;
	if (f >= most)
		return type == AXT_ONNX_I64 ? INT64_MAX : (int64_t)most - 1;
	return f < least ? (int64_t)least : (int64_t)f;
}

int axt_onnx_fold_cast(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	struct axt_onnx_value *y = ctx->node->output[0];
	int64_t count = axt_onnx_elements(&x->shape);
	void *to;

	if (!axt_onnx_is_number(x->type) || !axt_onnx_is_number(y->type))
		return 0;
	to = axt_onnx_fold_output(ctx, 0);
	if (!to)
		return -ENOMEM;
	for (int64_t i = 0; i < count; i++) {
		struct axt_onnx_number n = axt_onnx_load(x->type, x->data, i);

		if (!axt_onnx_is_float(x->type))
			n.f = (double)n.i;
		else if (y->type == AXT_ONNX_BOOL)
			n.i = n.f != 0;
		else if (!axt_onnx_is_float(y->type))
			n.i = to_integer(n.f, y->type);
		axt_onnx_store(y->type, to, i, n);
	}
	return 0;
}

int axt_onnx_fold_clip(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	float min = axt_onnx_node_float(ctx->node, "min", 0);
	float max = axt_onnx_node_float(ctx->node, "max", 0);
	int64_t count = axt_onnx_elements(&x->shape);
	float *to;

	if (x->type != AXT_ONNX_F32)
		return 0;
	to = axt_onnx_fold_output(ctx, 0);
	if (!to)
		return -ENOMEM;
	for (int64_t i = 0; i < count; i++) {
		float v = ((const float *)x->data)[i];

		v = v < min ? min : v;
		to[i] = v > max ? max : v;
	}
	return 0;
}

typedef struct axt_onnx_number step(struct axt_onnx_number sum,
				    struct axt_onnx_number x);

static struct axt_onnx_number add(struct axt_onnx_number sum,
				  struct axt_onnx_number x)
{
	sum.f += x.f;
	sum.i = (int64_t)((uint64_t)sum.i + (uint64_t)x.i);
	return sum;
}

static struct axt_onnx_number multiply(struct axt_onnx_number sum,
				       struct axt_onnx_number x)
{
	sum.f *= x.f;
	sum.i = (int64_t)((uint64_t)sum.i * (uint64_t)x.i);
	return sum;
}

static struct axt_onnx_number larger(struct axt_onnx_number sum,
				     struct axt_onnx_number x)
{
	sum.f = x.f > sum.f || x.f != x.f ? x.f : sum.f;
	sum.i = x.i > sum.i ? x.i : sum.i;
	return sum;
}

static struct axt_onnx_number smaller(struct axt_onnx_number sum,
				      struct axt_onnx_number x)
{
	sum.f = x.f < sum.f || x.f != x.f ? x.f : sum.f;
	sum.i = x.i < sum.i ? x.i : sum.i;
	return sum;
}

static const struct reduction {
	const char *name;
	step *step;
	bool mean;
} reductions[] = {
	{ "ReduceSum", add, false },	{ "ReduceProd", multiply, false },
	{ "ReduceMax", larger, false }, { "ReduceMin", smaller, false },
	{ "ReduceMean", add, true },
};

/* The dimensions that are reduced, as a set of bits. */
static unsigned int reduced(const struct axt_onnx_node *node)
{
	unsigned int set = 0;
	const int64_t *axes;
	uint32_t count;

	axes = axt_onnx_node_ints(node, "axes", &count);
	for (uint32_t i = 0; i < count; i++)
		set |= 1u << axes[i];
	return set;
}

/* One result: all of the inner walk, from an offset of the outer one. */
static struct axt_onnx_number reduce_one(const struct reduction *r,
					 const struct axt_onnx_value *x,
					 struct axt_onnx_walk inner,
					 int64_t from, int64_t count)
{
	struct axt_onnx_number sum = axt_onnx_load(x->type, x->data, from);

	for (int64_t i = 1; i < count; i++) {
		axt_onnx_walk_next(&inner);
		sum = r->step(sum, axt_onnx_load(x->type, x->data,
						 from + inner.offset[0]));
	}
	if (r->mean) {
		sum.f /= (double)count;
		sum.i /= count;
	}
	return sum;
}

static int run_reduction(struct axt_onnx_context *ctx,
			 const struct reduction *r)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	struct axt_onnx_walk outer, inner;
	struct axt_onnx_shape kept = x->shape, gone = x->shape;
	unsigned int set = reduced(ctx->node);
	int64_t results, count;
	void *to;

	for (uint32_t i = 0; i < x->shape.rank; i++) {
		if (set & 1u << i)
			kept.dim[i] = 1;
		else
			gone.dim[i] = 1;
	}
	results = axt_onnx_elements(&kept);
	count = axt_onnx_elements(&gone);
	if (count == 0)
		return 0;
	axt_onnx_walk_init(&outer, &kept);
	axt_onnx_walk_init(&inner, &gone);
	outer.inputs = inner.inputs = 1;
	axt_onnx_strides(&x->shape, outer.stride[0]);
	axt_onnx_strides(&x->shape, inner.stride[0]);
	to = axt_onnx_fold_output(ctx, 0);
	if (!to)
		return -ENOMEM;
	for (int64_t i = 0; i < results; i++) {
		axt_onnx_store(x->type, to, i,
			       reduce_one(r, x, inner, outer.offset[0], count));
		axt_onnx_walk_next(&outer);
	}
	return 0;
}

int axt_onnx_fold_reduce(struct axt_onnx_context *ctx)
{
	const char *name = ctx->node->op->name;

	if (!axt_onnx_is_number(ctx->node->input[0]->type))
		return 0;
	for (size_t i = 0; i < sizeof(reductions) / sizeof(reductions[0]); i++)
		if (strcmp(name, reductions[i].name) == 0)
			return run_reduction(ctx, &reductions[i]);
	return 0;
}
