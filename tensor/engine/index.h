/* SPDX-License-Identifier: MIT */
/*
 * Where the elements of a tensor are, for all layouts, and the walk over its
 * rows. A row is what differs in the last dimension only; its elements are at
 * a constant distance in every layout, so kernels compute one place per row
 * and run along it.
 *
 * An index has a rank of at least 1: a tensor of rank 0 is one of shape (1).
 */
#ifndef AXT_INDEX_H
#define AXT_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include <axt/format.h>

#include "kernel.h"

#define AXT_BLOCK 16

/* Elements of a size, whatever their type is. */
typedef uint8_t axt_bits8 __attribute__((may_alias));
typedef uint16_t axt_bits16 __attribute__((may_alias));
typedef uint32_t axt_bits32 __attribute__((may_alias));
typedef uint64_t axt_bits64 __attribute__((may_alias));

/* All counts are of elements. */
struct axt_index {
	unsigned int rank;
	size_t dim[AXT_RANK_MAX];
	size_t stride[AXT_RANK_MAX];
	size_t jump; /* added for each whole block of dimension 1 */
};

struct axt_range {
	size_t begin;
	size_t end;
};

/* The rows of a shape that are one part's. */
struct axt_walk {
	const struct axt_index *shape;
	size_t row;
	size_t end;
	size_t coord[AXT_RANK_MAX]; /* of the row's first element */
};

size_t axt_type_size(unsigned int type);
size_t axt_element_count(const struct axt_tensor *tensor);

/* The product of the dimensions from first to end - 1. */
size_t axt_span(const struct axt_tensor *tensor, unsigned int first,
		unsigned int end);

void axt_index_init(struct axt_index *index, const struct axt_tensor *tensor);

/* As if it had the shape of y: right-aligned, dimensions of 1 stretched. */
void axt_index_broadcast(struct axt_index *index,
			 const struct axt_tensor *tensor,
			 const struct axt_index *y);

static inline size_t axt_index_at(const struct axt_index *index,
				  const size_t *coord)
{
	size_t at = 0;

	for (unsigned int d = 0; d < index->rank; d++)
		at += coord[d] * index->stride[d];
	if (index->jump)
		at += coord[1] / AXT_BLOCK * index->jump;
	return at;
}

/* Channel c of the first image, at the first place. */
static inline size_t axt_index_channel(const struct axt_index *index, size_t c)
{
	return c * index->stride[1] + c / AXT_BLOCK * index->jump;
}

static inline size_t axt_index_length(const struct axt_index *index)
{
	return index->dim[index->rank - 1];
}

static inline size_t axt_index_step(const struct axt_index *index)
{
	return index->stride[index->rank - 1];
}

size_t axt_index_rows(const struct axt_index *index);

/* The slice of total that is one part's. */
struct axt_range axt_slice_of(size_t total, unsigned int part,
			      unsigned int parts);
unsigned int axt_parts(size_t total);

/* One part for each row, or for each element, of the first output. */
unsigned int axt_parts_rows(const struct axt_call *call);
unsigned int axt_parts_elements(const struct axt_call *call);

/* coord of the number-th of all, the last of the dimensions fastest. */
void axt_coord(const size_t *dims, unsigned int rank, size_t number,
	       size_t *coord);
void axt_coord_next(const size_t *dims, unsigned int rank, size_t *coord);

void axt_walk_begin(struct axt_walk *walk, const struct axt_index *shape,
		    unsigned int part, unsigned int parts);
void axt_walk_next(struct axt_walk *walk);

/* Copies count elements of size bytes; distances in elements. */
void axt_copy_row(void *to, ptrdiff_t to_step, const void *from,
		  ptrdiff_t from_step, size_t count, size_t size);

static inline void *axt_address(void *base, size_t element, size_t size)
{
	return (char *)base + element * size;
}

/* One part's share of the scratch memory. */
void *axt_scratch_of(const struct axt_call *call, unsigned int part,
		     size_t size);
size_t axt_scratch_round(size_t size);

#endif
