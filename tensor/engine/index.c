// SPDX-License-Identifier: MIT
/*
 * Shapes, layouts and walks of index.h. Everything here is arithmetic on the
 * caller's structs; products cannot overflow because a validated tensor has
 * at most 2^40 bytes.
 */
#include "index.h"

#include <limits.h>
#include <string.h>

#define SCRATCH_ALIGN 64

size_t axt_type_size(unsigned int type)
{
	static const unsigned char sizes[] = {
		[AXT_F32] = 4, [AXT_F16] = 2, [AXT_BF16] = 2, [AXT_I8] = 1,
		[AXT_I32] = 4, [AXT_I64] = 8, [AXT_BOOL] = 1, [AXT_U8] = 1,
	};

	return type < sizeof(sizes) ? sizes[type] : 0;
}

/* A product with a 0 is 0, even if the others would not fit. */
size_t axt_span(const struct axt_tensor *tensor, unsigned int first,
		unsigned int end)
{
	size_t count = 1;

	for (unsigned int d = first; d < end; d++)
		count *= tensor->dims[d];
	return count;
}

size_t axt_element_count(const struct axt_tensor *tensor)
{
	return axt_span(tensor, 0, tensor->rank);
}

static void set_strides(struct axt_index *index, unsigned int layout)
{
	unsigned int rank = index->rank;
	size_t stride = 1;

	index->jump = 0;
	if (layout == AXT_CHANNELS_LAST) {
		index->stride[1] = 1;
		stride = index->dim[1];
	} else if (layout == AXT_BLOCK16) {
		index->stride[1] = 1;
		stride = AXT_BLOCK;
	}
	for (unsigned int d = rank; d-- > 0;) {
		if (layout != AXT_PLAIN && d == 1)
			continue;
		if (layout == AXT_BLOCK16 && d == 0) {
			index->jump = stride - AXT_BLOCK;
			stride *= (index->dim[1] + AXT_BLOCK - 1) / AXT_BLOCK;
		}
		index->stride[d] = stride;
		stride *= index->dim[d];
	}
}

void axt_index_init(struct axt_index *index, const struct axt_tensor *tensor)
{
	memset(index, 0, sizeof(*index));
	index->rank = tensor->rank ? tensor->rank : 1;
	index->dim[0] = 1;
	for (unsigned int d = 0; d < tensor->rank; d++)
		index->dim[d] = tensor->dims[d];
	set_strides(index, index->rank < 3 ? AXT_PLAIN : tensor->layout);
}

void axt_index_broadcast(struct axt_index *index,
			 const struct axt_tensor *tensor,
			 const struct axt_index *y)
{
	struct axt_index own;
	unsigned int lead;

	axt_index_init(&own, tensor);
	*index = *y;
	index->jump = 0;
	memset(index->stride, 0, sizeof(index->stride));
	/* A tensor of rank 0 has become one of rank 1, which is no more. */
	lead = y->rank - own.rank;
	for (unsigned int d = 0; d < own.rank; d++)
		if (own.dim[d] != 1)
			index->stride[lead + d] = own.stride[d];
	/* Blocks imply the rank of y; see the table of operations. */
	if (own.rank > 1 && own.dim[1] != 1)
		index->jump = own.jump;
}

size_t axt_index_rows(const struct axt_index *index)
{
	size_t rows = 1;

	for (unsigned int d = 0; d + 1 < index->rank; d++)
		rows *= index->dim[d];
	return rows;
}

struct axt_range axt_slice_of(size_t total, unsigned int part,
			      unsigned int parts)
{
	size_t each = total / parts, rest = total % parts;
	struct axt_range range;

	/* The first parts have one of the rest each. */
	range.begin = part * each + (part < rest ? part : rest);
	range.end = range.begin + each + (part < rest);
	return range;
}

unsigned int axt_parts(size_t total)
{
	if (total > UINT_MAX)
		return UINT_MAX;
	return total ? (unsigned int)total : 1;
}

unsigned int axt_parts_rows(const struct axt_call *call)
{
	struct axt_index y;

	axt_index_init(&y, call->out[0].tensor);
	return axt_parts(axt_index_rows(&y));
}

unsigned int axt_parts_elements(const struct axt_call *call)
{
	return axt_parts(axt_element_count(call->out[0].tensor));
}

void axt_coord(const size_t *dims, unsigned int rank, size_t number,
	       size_t *coord)
{
	for (unsigned int d = rank; d-- > 0;) {
		coord[d] = dims[d] ? number % dims[d] : 0;
		number = dims[d] ? number / dims[d] : 0;
	}
}

void axt_coord_next(const size_t *dims, unsigned int rank, size_t *coord)
{
	for (unsigned int d = rank; d-- > 0;) {
		if (++coord[d] < dims[d])
			return;
		coord[d] = 0;
	}
}

void axt_walk_begin(struct axt_walk *walk, const struct axt_index *shape,
		    unsigned int part, unsigned int parts)
{
	struct axt_range range =
		axt_slice_of(axt_index_rows(shape), part, parts);

	walk->shape = shape;
	walk->row = range.begin;
	walk->end = axt_index_length(shape) ? range.end : range.begin;
	memset(walk->coord, 0, sizeof(walk->coord));
	axt_coord(shape->dim, shape->rank - 1, range.begin, walk->coord);
}

void axt_walk_next(struct axt_walk *walk)
{
	walk->row++;
	axt_coord_next(walk->shape->dim, walk->shape->rank - 1, walk->coord);
}

#define COPY_LOOP(type)                                        \
	do {                                                   \
		const type *f_ = from;                         \
		type *t_ = to;                                 \
		for (ptrdiff_t i_ = 0; i_ < n; i_++)           \
			t_[i_ * to_step] = f_[i_ * from_step]; \
	} while (0)

void axt_copy_row(void *to, ptrdiff_t to_step, const void *from,
		  ptrdiff_t from_step, size_t count, size_t size)
{
	ptrdiff_t n = (ptrdiff_t)count;

	if (n == 0)
		return;
	if (to_step == 1 && from_step == 1)
		memcpy(to, from, count * size);
	else if (size == 4)
		COPY_LOOP(axt_bits32);
	else if (size == 8)
		COPY_LOOP(axt_bits64);
	else if (size == 2)
		COPY_LOOP(axt_bits16);
	else
		COPY_LOOP(axt_bits8);
}

void *axt_scratch_of(const struct axt_call *call, unsigned int part,
		     size_t size)
{
	return (char *)call->scratch + part * size;
}

size_t axt_scratch_round(size_t size)
{
	return (size + SCRATCH_ALIGN - 1) / SCRATCH_ALIGN * SCRATCH_ALIGN;
}
