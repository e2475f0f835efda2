// SPDX-License-Identifier: MIT
/*
 * Operations that compute, but for convolutions and pools. Where a maximum or
 * a minimum is taken, there has to be something to take it from: an executor
 * begins with the first element.
 */
#include "check.h"

/* Of the dimensions before the last two. */
static bool batch_broadcasts(const struct axt_tensor *from,
			     const struct axt_tensor *to)
{
	struct axt_tensor a = *from, b = *to;

	a.rank -= 2;
	b.rank -= 2;
	return axt_broadcasts(&a, &b);
}

int axt_check_matmul(const struct axt_check *check)
{
	const struct axt_matmul *matmul = check->view.attributes;
	const struct axt_tensor *a = check->in[0], *b = check->in[1];
	const struct axt_tensor *c = check->in[2], *y = check->out[0];
	const uint32_t *am, *bm, *ym;

	if (a->rank < 2 || b->rank < 2 || y->rank < 2)
		return axt_op_fail(check, "rank of less than 2");
	if (!batch_broadcasts(a, y) || !batch_broadcasts(b, y))
		return axt_op_fail(check, "matrices do not broadcast");
	am = a->dims + a->rank - 2;
	bm = b->dims + b->rank - 2;
	ym = y->dims + y->rank - 2;
	if (am[matmul->transpose_a] != ym[0] ||
	    bm[!matmul->transpose_b] != ym[1])
		return axt_op_fail(check, "the result has another shape");
	if (am[!matmul->transpose_a] != bm[matmul->transpose_b])
		return axt_op_fail(check, "inner dimensions differ");
	if (c && !axt_broadcasts(c, y))
		return axt_op_fail(check, "c does not broadcast");
	return 0;
}

/* That y is x but for dimensions of 1. */
static int check_reduced(const struct axt_check *check, uint32_t axes,
			 bool needs_one)
{
	const struct axt_tensor *x = check->in[0], *y = check->out[0];

	if (axes >> x->rank)
		return axt_op_fail(check, "an axis is not below the rank");
	if (x->rank != y->rank)
		return axt_op_fail(check, "ranks differ");
	for (int i = 0; i < x->rank; i++) {
		bool reduced = axes >> i & 1;

		if (y->dims[i] != (reduced ? 1 : x->dims[i]))
			return axt_op_fail(check,
					   "the result has another shape");
		if (reduced && needs_one && !x->dims[i] && y->size)
			return axt_op_fail(check, "the largest or smallest of "
						  "nothing");
	}
	return 0;
}

int axt_check_reduce(const struct axt_check *check)
{
	const struct axt_reduce *reduce = check->view.attributes;
	static const uint32_t integer =
		1u << AXT_REDUCE_SUM | 1u << AXT_REDUCE_MAX |
		1u << AXT_REDUCE_MIN | 1u << AXT_REDUCE_PROD;
	uint32_t type = check->in[0]->type;

	if (type != AXT_F32 && !((type == AXT_I32 || type == AXT_I64) &&
				 integer >> reduce->kind & 1))
		return axt_op_fail(check, "not for this type");
	return check_reduced(check, reduce->axes,
			     reduce->kind == AXT_REDUCE_MAX ||
				     reduce->kind == AXT_REDUCE_MIN);
}

int axt_check_arg(const struct axt_check *check)
{
	const struct axt_arg *arg = check->view.attributes;

	if (check->in[0]->type != AXT_F32 || check->out[0]->type != AXT_I64)
		return axt_op_fail(check, "not from f32 to i64");
	return check_reduced(check, 1u << arg->axis, true);
}

int axt_check_unary(const struct axt_check *check)
{
	const struct axt_elementwise *unary = check->view.attributes;

	if (check->in[0]->type !=
	    (unary->function == AXT_NOT ? AXT_BOOL : AXT_F32))
		return axt_op_fail(check, "not for this type");
	return 0;
}

/* Dimension 1 of y is the only one that x does not have. */
static bool only_channels_stretch(const struct axt_tensor *x,
				  const struct axt_tensor *y)
{
	if (x->rank != y->rank)
		return false;
	for (int i = 0; i < x->rank; i++)
		if (i != 1 && x->dims[i] != y->dims[i])
			return false;
	return true;
}

static int check_binary_operand(const struct axt_check *check,
				const struct axt_tensor *x)
{
	const struct axt_tensor *y = check->out[0];

	if (!axt_broadcasts(x, y))
		return axt_op_fail(check, "an operand does not broadcast");
	if (axt_same_shape(x, y) ?
		    x->layout != y->layout :
		    x->layout != AXT_PLAIN && (x->layout != y->layout ||
					       !only_channels_stretch(x, y)))
		return axt_op_fail(check, "an operand has a wrong layout");
	return 0;
}

int axt_check_binary(const struct axt_check *check)
{
	const struct axt_elementwise *binary = check->view.attributes;
	const struct axt_tensor *a = check->in[0], *b = check->in[1];
	const struct axt_tensor *y = check->out[0];
	bool number = a->type == AXT_F32 || a->type == AXT_I32 ||
		      a->type == AXT_I64;
	int err;

	if (a->type != b->type)
		return axt_op_fail(check, "operands differ in type");
	if (binary->function >= AXT_AND ? a->type != AXT_BOOL : !number)
		return axt_op_fail(check, "not for this type");
	if (y->type != (binary->function >= AXT_EQUAL ? AXT_BOOL : a->type))
		return axt_op_fail(check, "the result has another type");
	err = check_binary_operand(check, a);
	return err ? err : check_binary_operand(check, b);
}

int axt_check_select(const struct axt_check *check)
{
	const struct axt_tensor *y = check->out[0];

	if (check->in[0]->type != AXT_BOOL)
		return axt_op_fail(check, "the condition is not bool");
	if (check->in[1]->type != y->type || check->in[2]->type != y->type)
		return axt_op_fail(check, "operands differ in type");
	for (int i = 0; i < 3; i++)
		if (!axt_broadcasts(check->in[i], y))
			return axt_op_fail(check,
					   "an operand does not broadcast");
	return 0;
}

int axt_check_softmax(const struct axt_check *check)
{
	const struct axt_softmax *softmax = check->view.attributes;

	if (softmax->axis + softmax->axes > check->in[0]->rank)
		return axt_op_fail(check, "axes are not below the rank");
	return 0;
}

int axt_check_affine(const struct axt_check *check)
{
	const struct axt_tensor *y = check->out[0];

	if (y->rank < 2)
		return axt_op_fail(check, "rank of less than 2");
	if (check->in[0]->layout != y->layout)
		return axt_op_fail(check, "operands differ in layout");
	for (int i = 1; i < 3; i++)
		if (check->in[i]->layout != AXT_PLAIN ||
		    axt_tensor_elements(check->in[i]) != y->dims[1])
			return axt_op_fail(check, "not a plain element for "
						  "each channel");
	return 0;
}

/* Whether the shape is that of y from one dimension up to another. */
static bool is_part(const struct axt_tensor *tensor, const struct axt_tensor *y,
		    uint32_t from, uint32_t to)
{
	if (tensor->rank != to - from)
		return false;
	for (uint32_t i = from; i < to; i++)
		if (tensor->dims[i - from] != y->dims[i])
			return false;
	return true;
}

int axt_check_normalize(const struct axt_check *check)
{
	const struct axt_normalize *normalize = check->view.attributes;
	const struct axt_tensor *y = check->out[0];
	static const struct {
		uint8_t rank; /* at least */
		bool axis, axes, size, scale;
	} kinds[AXT_NORMALIZE_END] = {
		[AXT_LAYER_NORM] = { .rank = 1, .axis = true, .scale = true },
		[AXT_INSTANCE_NORM] = { .rank = 3, .scale = true },
		[AXT_LOCAL_RESPONSE] = { .rank = 2, .size = true },
		[AXT_LP_NORM] = { .rank = 1, .axis = true, .size = true },
		[AXT_MEAN_VARIANCE] = { .rank = 1, .axes = true },
	};
	uint32_t kind = normalize->kind, from = 1, to = 2;

	if (y->rank < kinds[kind].rank)
		return axt_op_fail(check, "rank of less than %u",
				   kinds[kind].rank);
	if (kinds[kind].axis && normalize->axis >= y->rank)
		return axt_op_fail(check, "the axis is not below the rank");
	if (kinds[kind].axes &&
	    (!normalize->axes || normalize->axes >> y->rank))
		return axt_op_fail(check, "the axes are not below the rank");
	if (kinds[kind].size && !normalize->size)
		return axt_op_fail(check, "attribute size is zero");
	if (kind == AXT_LAYER_NORM) {
		from = normalize->axis;
		to = y->rank;
	}
	for (int i = 1; i < 3; i++) {
		if (check->in[i] && !kinds[kind].scale)
			return axt_op_fail(check, "it takes no scale and bias");
		if (check->in[i] && !is_part(check->in[i], y, from, to))
			return axt_op_fail(check,
					   "scale or bias has a wrong shape");
	}
	return 0;
}
