// SPDX-License-Identifier: MIT
/*
 * AXT_CONCAT of numbers of 4 bytes: in the order of memory, the result is rows
 * of a piece from each operand. Some rows are filled at once, operand by
 * operand.
 */
#include <errno.h>
#include <stdlib.h>

#include "fast.h"
#include "index.h"

#define ROWS_AT_ONCE 64

struct concat {
	size_t rows;
	size_t width; /* of a row of the result */
	size_t count; /* of operands */
	size_t piece[]; /* of each */
};

static void copy_piece(float *to, const float *from, size_t count)
{
	size_t i = 0;

	for (; i + VEC <= count; i += VEC)
		vec_store(to + i, vec_load(from + i));
	if (i < count)
		vec_store_n(to + i, vec_load_n(from + i, count - i), count - i);
}

static void concat_rows(const struct concat *c, const struct axt_call *call,
			size_t begin, size_t end)
{
	float *y = (float *)call->out[0].data;
	size_t at = 0;

	for (size_t i = 0; i < c->count; at += c->piece[i++]) {
		const float *x = call->in[i].data;

		for (size_t r = begin; r < end; r++)
			copy_piece(y + r * c->width + at, x + r * c->piece[i],
				   c->piece[i]);
	}
}

static void concat_run(const void *state, const struct axt_call *call,
		       unsigned int part, unsigned int parts)
{
	const struct concat *c = state;
	struct axt_range rows = axt_slice_of(c->rows, part, parts);

	for (size_t r = rows.begin; r < rows.end; r += ROWS_AT_ONCE)
		concat_rows(c, call, r,
			    r + ROWS_AT_ONCE < rows.end ? r + ROWS_AT_ONCE :
							  rows.end);
}

/* Elements of a tensor from dimension axis on, in the order of memory. */
static size_t from_axis(const struct axt_tensor *t, unsigned int axis)
{
	if (t->layout == AXT_PLAIN)
		return axt_span(t, axis, t->rank);
	if (axis == 0)
		return axt_element_count(t);
	if (axis == 1)
		return t->dims[1];
	return axt_span(t, axis, t->rank) * t->dims[1];
}

int fast_concat(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_axis *a = call->attributes;
	const struct axt_tensor *y = call->out[0].tensor;
	size_t count = call->op->inputs, size;
	struct concat *c;

	if (axt_type_size(y->type) != sizeof(float) ||
	    y->layout == AXT_BLOCK16 || !axt_element_count(y))
		return -EOPNOTSUPP;
	size = sizeof(*c) + count * sizeof(c->piece[0]);
	c = malloc(size);
	if (!c)
		return -ENOMEM;
	c->count = count;
	c->width = from_axis(y, a->axis);
	c->rows = axt_element_count(y) / c->width;
	for (size_t i = 0; i < count; i++)
		c->piece[i] = from_axis(call->in[i].tensor, a->axis);
	*plan = (struct axt_plan){
		.run = concat_run,
		.state = c,
		.owned = c,
		.size = size,
		.parts_max = axt_parts(c->rows),
		.cost = FAST_OP_NS + (double)(c->rows * count) * 3 +
			(double)axt_element_count(y) * 4 * FAST_BYTE_NS,
	};
	return 0;
}
