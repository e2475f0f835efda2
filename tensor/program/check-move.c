// SPDX-License-Identifier: MIT
/* Operations that move elements, and change at most their type. */
#include "check.h"

static int wrong_shape(const struct axt_check *check)
{
	return axt_op_fail(check, "the result has another shape");
}

int axt_check_transpose(const struct axt_check *check)
{
	const struct axt_transpose *transpose = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *y = check->out[0];
	uint32_t seen = 0;

	if (x->rank != y->rank)
		return wrong_shape(check);
	for (int i = 0; i < x->rank; i++)
		seen |= 1u << transpose->perm[i];
	if (seen != (1u << x->rank) - 1)
		return axt_op_fail(check, "perm is no permutation");
	for (int i = 0; i < x->rank; i++)
		if (y->dims[i] != x->dims[transpose->perm[i]])
			return wrong_shape(check);
	return 0;
}

static int check_concat_input(const struct axt_check *check,
			      const struct axt_tensor *x, bool last)
{
	const struct axt_axis *concat = check->view.attributes;
	const struct axt_tensor *y = check->out[0];

	if (x->rank != y->rank)
		return axt_op_fail(check, "ranks differ");
	for (uint32_t i = 0; i < y->rank; i++)
		if (i != concat->axis && x->dims[i] != y->dims[i])
			return axt_op_fail(check, "dimension %u differs", i);
	if (y->layout == AXT_BLOCK16 && concat->axis == 1 && !last &&
	    x->dims[1] % 16)
		return axt_op_fail(check, "a block of 16 has two parts");
	return 0;
}

int axt_check_concat(const struct axt_check *check)
{
	const struct axt_axis *concat = check->view.attributes;
	const struct axt_tensor *y = check->out[0];
	uint32_t count = check->view.op->inputs;
	uint64_t sum = 0;
	int err = 0;

	if (concat->axis >= y->rank)
		return axt_op_fail(check, "the axis is not below the rank");
	for (uint32_t i = 0; i < count && !err; i++) {
		err = check_concat_input(check, check->in[i], i == count - 1);
		sum += check->in[i]->dims[concat->axis];
	}
	if (!err && sum != y->dims[concat->axis])
		err = axt_op_fail(check, "parts do not add up");
	return err;
}

int axt_check_slice(const struct axt_check *check)
{
	const struct axt_slice *slice = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *y = check->out[0];

	if (x->rank != y->rank)
		return wrong_shape(check);
	for (int i = 0; i < x->rank; i++) {
		int64_t first = slice->start[i], last = first;

		if (y->dims[i])
			last += (int64_t)slice->step[i] *
				((int64_t)y->dims[i] - 1);
		/* Without elements, one behind the end is in order. */
		if (first < 0 || last < 0 ||
		    first >= (int64_t)x->dims[i] + !y->dims[i] ||
		    last >= (int64_t)x->dims[i] + !y->dims[i])
			return axt_op_fail(check,
					   "dimension %d: not inside of x", i);
	}
	return 0;
}

int axt_check_pad(const struct axt_check *check)
{
	const struct axt_pad *pad = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *y = check->out[0];

	if (pad->mode && x->type != AXT_F32)
		return axt_op_fail(check, "not for this type");
	if (x->rank != y->rank)
		return wrong_shape(check);
	for (int i = 0; i < x->rank; i++) {
		int64_t size = x->dims[i], begin = pad->begin[i];
		int64_t end = (int64_t)y->dims[i] - size - begin;

		if (begin < -size || end < -size)
			return axt_op_fail(check,
					   "dimension %d: more is cut than "
					   "there is",
					   i);
		if (pad->mode && !size && y->dims[i])
			return axt_op_fail(check, "dimension %d is empty", i);
		if (pad->mode == 1 && size && (begin >= size || end >= size))
			return axt_op_fail(check,
					   "dimension %d is too small to "
					   "reflect",
					   i);
	}
	return 0;
}

int axt_check_resize(const struct axt_check *check)
{
	const struct axt_resize *resize = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *y = check->out[0];

	if (x->rank != y->rank)
		return axt_op_fail(check, "ranks differ");
	for (int i = 0; i < x->rank; i++)
		if (!x->dims[i] && y->dims[i])
			return axt_op_fail(check, "dimension %d is empty", i);
	for (int i = 0; i < 2 && x->layout != AXT_PLAIN; i++)
		if (resize->scale[i] != 1 || x->dims[i] != y->dims[i])
			return axt_op_fail(check,
					   "only plain tensors change "
					   "in dimension %d",
					   i);
	return 0;
}

static bool rows_fit(const struct axt_check *check, uint32_t axis)
{
	const struct axt_tensor *x = check->in[0], *i = check->in[1];
	const struct axt_tensor *y = check->out[0];

	if (y->rank != x->rank - 1 + i->rank)
		return false;
	for (uint32_t j = 0; j < y->rank; j++) {
		uint32_t dim = x->dims[j < axis ? j : 0];

		if (j >= axis && j < axis + i->rank)
			dim = i->dims[j - axis];
		else if (j >= axis)
			dim = x->dims[j + 1 - i->rank];
		if (y->dims[j] != dim)
			return false;
	}
	return true;
}

static bool elements_fit(const struct axt_check *check, uint32_t axis)
{
	const struct axt_tensor *x = check->in[0], *i = check->in[1];

	if (i->rank != x->rank || !axt_same_shape(i, check->out[0]))
		return false;
	for (uint32_t j = 0; j < x->rank; j++)
		if (j != axis && i->dims[j] > x->dims[j])
			return false;
	return true;
}

int axt_check_gather(const struct axt_check *check)
{
	const struct axt_axis *gather = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *i = check->in[1];
	const struct axt_tensor *y = check->out[0];
	uint32_t axis = gather->axis;

	if (x->type != y->type)
		return axt_op_fail(check, "x and y differ in type");
	if (i->type != AXT_I32 && i->type != AXT_I64)
		return axt_op_fail(check, "indices are not i32 or i64");
	if (axis >= x->rank)
		return axt_op_fail(check, "the axis is not below the rank");
	if (gather->kind ? !elements_fit(check, axis) : !rows_fit(check, axis))
		return wrong_shape(check);
	if (!x->dims[axis] && y->size)
		return axt_op_fail(check, "there is nothing to take");
	return 0;
}

int axt_check_expand(const struct axt_check *check)
{
	if (!axt_broadcasts(check->in[0], check->out[0]))
		return axt_op_fail(check, "x does not broadcast to y");
	return 0;
}

int axt_check_tile(const struct axt_check *check)
{
	const struct axt_tensor *x = check->in[0], *y = check->out[0];

	if (x->rank != y->rank)
		return wrong_shape(check);
	for (int i = 0; i < x->rank; i++)
		if (x->dims[i] ? y->dims[i] % x->dims[i] : y->dims[i])
			return axt_op_fail(check, "dimension %d is no multiple",
					   i);
	return 0;
}

int axt_check_cast(const struct axt_check *check)
{
	static const uint32_t types = 1u << AXT_F32 | 1u << AXT_I32 |
				      1u << AXT_I64 | 1u << AXT_BOOL |
				      1u << AXT_I8 | 1u << AXT_U8;

	if (!(types >> check->in[0]->type & 1) ||
	    !(types >> check->out[0]->type & 1))
		return axt_op_fail(check, "not for this type");
	return 0;
}

int axt_check_reorder(const struct axt_check *check)
{
	if (check->in[0]->layout == check->out[0]->layout)
		return axt_op_fail(check, "the layouts are the same");
	return 0;
}

int axt_check_shuffle(const struct axt_check *check)
{
	const struct axt_shuffle *shuffle = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *y = check->out[0];
	/* Space to depth is depth to space backwards. */
	const uint32_t *deep = shuffle->kind ? y->dims : x->dims;
	const uint32_t *wide = shuffle->kind ? x->dims : y->dims;
	uint64_t block = shuffle->block;

	if (x->rank != 4 || y->rank != 4)
		return axt_op_fail(check, "rank is not 4");
	/* What fits into 64 bits: block is below 2^31, and so are dimensions. */
	if (deep[0] != wide[0] || deep[2] * block != wide[2] ||
	    deep[3] * block != wide[3] || deep[1] % (block * block) ||
	    deep[1] / (block * block) != wide[1])
		return wrong_shape(check);
	return 0;
}

int axt_check_copy(const struct axt_check *check)
{
	if (axt_tensor_elements(check->in[0]) !=
	    axt_tensor_elements(check->out[0]))
		return axt_op_fail(check, "numbers of elements differ");
	return 0;
}
