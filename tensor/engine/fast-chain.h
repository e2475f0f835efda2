/* SPDX-License-Identifier: MIT */
/* Chains on values that a kernel has in its own memory. */
#ifndef AXT_FAST_CHAIN_H
#define AXT_FAST_CHAIN_H

#include "chain.h"
#include "vec.h"

/* Rows of values; each is followed by room up to a whole vector. */
struct fast_tile {
	float *value;
	size_t width; /* from row to row, a multiple of VEC */
	size_t rows;
	size_t cols;
};

#define fast_unary AXT_ISA_NAME(axt_fast_unary)
#define fast_link AXT_ISA_NAME(axt_fast_link)
#define fast_chain AXT_ISA_NAME(axt_fast_chain)

/* Any function but AXT_NOT; the room behind count is changed as well. */
void fast_unary(unsigned int function, float alpha, float beta, float *value,
		size_t count);

/* One link; b at the first value, with its steps. */
void fast_link(const struct axt_link *link, const struct fast_tile *tile,
	       const float *b, size_t row_step, size_t col_step);

/*
 * A whole chain, where the last two dimensions of the nest are rows and
 * columns and the tile begins at these.
 */
void fast_chain(const struct axt_chain *chain, const struct axt_nest *nest,
		const struct axt_bases *bases, size_t row, size_t col,
		const struct fast_tile *tile);

#endif
