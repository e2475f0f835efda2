// SPDX-License-Identifier: MIT
/*
 * Operations that only move elements, of any type: AXT_TRANSPOSE, AXT_SLICE,
 * AXT_EXPAND, AXT_REORDER, AXT_CONCAT, AXT_SHUFFLE and AXT_COPY. The first
 * four are one: each row of the result is a run through x at some distance,
 * which may be zero or negative.
 */
#include "index.h"
#include "kernels.h"

#include <string.h>

static size_t size_of(const struct axt_call *call)
{
	return axt_type_size(call->out[0].tensor->type);
}

/* y[coord] = x[first + sum of coord * stride], x being plain. */
static void move(const struct axt_call *call, ptrdiff_t first,
		 const ptrdiff_t *stride, unsigned int part, unsigned int parts)
{
	size_t size = size_of(call), length;
	struct axt_index y;
	struct axt_walk walk;
	unsigned int last;

	axt_index_init(&y, call->out[0].tensor);
	last = y.rank - 1;
	length = axt_index_length(&y);
	for (axt_walk_begin(&walk, &y, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		ptrdiff_t at = first;

		for (unsigned int d = 0; d < last; d++)
			at += (ptrdiff_t)walk.coord[d] * stride[d];
		axt_copy_row(axt_address(call->out[0].data,
					 axt_index_at(&y, walk.coord), size),
			     (ptrdiff_t)axt_index_step(&y),
			     (const char *)call->in[0].data +
				     at * (ptrdiff_t)size,
			     stride[last], length, size);
	}
}

static void transpose_run(const struct axt_call *call, unsigned int part,
			  unsigned int parts)
{
	const struct axt_transpose *a = call->attributes;
	ptrdiff_t stride[AXT_RANK_MAX];
	struct axt_index x;

	axt_index_init(&x, call->in[0].tensor);
	for (unsigned int d = 0; d < x.rank; d++)
		stride[d] = (ptrdiff_t)x.stride[a->perm[d]];
	move(call, 0, stride, part, parts);
}

const struct axt_kernel axt_portable_transpose = {
	.run = transpose_run,
	.parts_max = axt_parts_rows,
};

static void slice_run(const struct axt_call *call, unsigned int part,
		      unsigned int parts)
{
	const struct axt_slice *a = call->attributes;
	const struct axt_tensor *y = call->out[0].tensor;
	ptrdiff_t stride[AXT_RANK_MAX] = { 0 }, first = 0;
	struct axt_index x;

	/* Where no step is made, start and step are not bounded by x. */
	if (axt_element_count(y) == 0)
		return;
	axt_index_init(&x, call->in[0].tensor);
	for (unsigned int d = 0; d < y->rank; d++) {
		first += a->start[d] * (ptrdiff_t)x.stride[d];
		if (y->dims[d] > 1)
			stride[d] = a->step[d] * (ptrdiff_t)x.stride[d];
	}
	/* Rank 0 is one row of one element. */
	move(call, first, stride, part, parts);
}

const struct axt_kernel axt_portable_slice = {
	.run = slice_run,
	.parts_max = axt_parts_rows,
};

static void expand_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	ptrdiff_t stride[AXT_RANK_MAX];
	struct axt_index x, y;

	axt_index_init(&y, call->out[0].tensor);
	axt_index_broadcast(&x, call->in[0].tensor, &y);
	for (unsigned int d = 0; d < y.rank; d++)
		stride[d] = (ptrdiff_t)x.stride[d];
	move(call, 0, stride, part, parts);
}

const struct axt_kernel axt_portable_expand = {
	.run = expand_run,
	.parts_max = axt_parts_rows,
};

/* Copies x into y, to where coordinates are larger by shift. */
static void copy_rows(const struct axt_view *x, const struct axt_view *y,
		      const size_t *shift, unsigned int part,
		      unsigned int parts)
{
	size_t size = axt_type_size(x->tensor->type), base;
	size_t coord[AXT_RANK_MAX];
	struct axt_index xi, yi;
	struct axt_walk walk;

	axt_index_init(&xi, x->tensor);
	axt_index_init(&yi, y->tensor);
	for (axt_walk_begin(&walk, &xi, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		for (unsigned int d = 0; d < xi.rank; d++)
			coord[d] = walk.coord[d] + shift[d];
		base = axt_index_at(&yi, coord);
		axt_copy_row(axt_address(y->data, base, size),
			     (ptrdiff_t)axt_index_step(&yi),
			     axt_address(x->data, axt_index_at(&xi, walk.coord),
					 size),
			     (ptrdiff_t)axt_index_step(&xi),
			     axt_index_length(&xi), size);
	}
}

static void reorder_run(const struct axt_call *call, unsigned int part,
			unsigned int parts)
{
	static const size_t none[AXT_RANK_MAX];

	copy_rows(&call->in[0], &call->out[0], none, part, parts);
}

const struct axt_kernel axt_portable_reorder = {
	.run = reorder_run,
	.parts_max = axt_parts_rows,
};

/* Each part copies its share of each operand. */
static void concat_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	const struct axt_axis *a = call->attributes;
	size_t shift[AXT_RANK_MAX] = { 0 };

	for (unsigned int i = 0; i < call->op->inputs; i++) {
		copy_rows(&call->in[i], &call->out[0], shift, part, parts);
		shift[a->axis] += call->in[i].tensor->dims[a->axis];
	}
}

const struct axt_kernel axt_portable_concat = {
	.run = concat_run,
	.parts_max = axt_parts_rows,
};

/*
 * Depth to space and back: a row of the deep tensor is every block-th element
 * of one of the wide tensor.
 */
static void shuffle_row(const struct axt_call *call, const struct axt_index *di,
			const struct axt_index *wi, const size_t *deep)
{
	const struct axt_shuffle *a = call->attributes;
	size_t block = a->block, channels = wi->dim[1], cell, wide[4];
	size_t size = size_of(call), length = axt_index_length(di);
	ptrdiff_t deep_step = 1, wide_step = (ptrdiff_t)block;
	char *x = call->in[0].data, *y = call->out[0].data;

	cell = a->column ? deep[1] % (block * block) : deep[1] / channels;
	wide[0] = deep[0];
	wide[1] = a->column ? deep[1] / (block * block) : deep[1] % channels;
	wide[2] = deep[2] * block + cell / block;
	wide[3] = cell % block;
	if (a->kind == 0)
		axt_copy_row(y + axt_index_at(wi, wide) * size, wide_step,
			     x + axt_index_at(di, deep) * size, deep_step,
			     length, size);
	else
		axt_copy_row(y + axt_index_at(di, deep) * size, deep_step,
			     x + axt_index_at(wi, wide) * size, wide_step,
			     length, size);
}

static void shuffle_run(const struct axt_call *call, unsigned int part,
			unsigned int parts)
{
	const struct axt_shuffle *a = call->attributes;
	struct axt_index deep, wide;
	struct axt_walk walk;

	axt_index_init(a->kind == 0 ? &deep : &wide, call->in[0].tensor);
	axt_index_init(a->kind == 0 ? &wide : &deep, call->out[0].tensor);
	for (axt_walk_begin(&walk, &deep, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk))
		shuffle_row(call, &deep, &wide, walk.coord);
}

const struct axt_kernel axt_portable_shuffle = {
	.run = shuffle_run,
	.parts_max = axt_parts_rows,
};

static void copy_run(const struct axt_call *call, unsigned int part,
		     unsigned int parts)
{
	size_t size = size_of(call);
	struct axt_range range = axt_slice_of(
		axt_element_count(call->out[0].tensor), part, parts);

	if (range.begin < range.end)
		memcpy(axt_address(call->out[0].data, range.begin, size),
		       axt_address(call->in[0].data, range.begin, size),
		       (range.end - range.begin) * size);
}

const struct axt_kernel axt_portable_copy = {
	.run = copy_run,
	.parts_max = axt_parts_elements,
};
