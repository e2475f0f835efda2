/* SPDX-License-Identifier: MIT */
/*
 * The way of a tile of sums from the registers into the result. Functions are
 * inline, with the tile's size constant at each use, so that the array of sums
 * is registers.
 */
#ifndef AXT_FAST_FINISH_H
#define AXT_FAST_FINISH_H

#include "fast-gemm.h"

VEC_INLINE vec finish_clamp(vec x, vec low, vec high)
{
	return vec_at_most(vec_at_least(x, low), high);
}

#define FINISH_EACH(statement)                         \
	do {                                           \
		VEC_UNROLL                             \
		for (int m = 0; m < rows; m++) {       \
			VEC_UNROLL                     \
			for (int v = 0; v < vecs; v++) \
				statement;             \
		}                                      \
	} while (0)

VEC_INLINE void finish_unary(const struct axt_link *link,
			     vec (*sum)[GEMM_VECS_MAX], const int rows,
			     const int vecs)
{
	vec zero = vec_all(0), one = vec_all(1);
	vec alpha = vec_all(link->alpha), beta = vec_all(link->beta);

	if (link->function == AXT_RELU)
		FINISH_EACH(sum[m][v] = vec_at_least(sum[m][v], zero));
	else if (link->function == AXT_CLIP)
		FINISH_EACH(sum[m][v] = finish_clamp(sum[m][v], alpha, beta));
	else if (link->function == AXT_LINEAR)
		FINISH_EACH(sum[m][v] = sum[m][v] * alpha + beta);
	else if (link->function == AXT_HARD_SIGMOID)
		FINISH_EACH(sum[m][v] = finish_clamp(sum[m][v] * alpha + beta,
						     zero, one));
	else
		FINISH_EACH(sum[m][v] *= finish_clamp(
				    sum[m][v] * (1.0f / 6) + 0.5f, zero, one));
}

VEC_INLINE void finish_binary(const struct axt_link *link,
			      const struct gemm_tile *tile,
			      const struct axt_nest *nest, const float *b,
			      vec (*sum)[GEMM_VECS_MAX], const int rows,
			      const int vecs)
{
	const size_t *stride = nest->stride[link->tensor];
	size_t row_step = stride[nest->rank - 2];
	size_t col_step = stride[nest->rank - 1];
	const bool add = link->function == AXT_ADD;

	b += tile->first_row * row_step + tile->first_col * col_step;
	VEC_UNROLL
	for (int m = 0; m < rows; m++) {
		/* Rows that are not there repeat the last one. */
		const float *at =
			b +
			((size_t)m < tile->rows ? (size_t)m : tile->rows - 1) *
				row_step;

		VEC_UNROLL
		for (int v = 0; v < vecs; v++) {
			size_t col = (size_t)v * VEC;
			vec y;

			if (v && col >= tile->cols)
				break;
			y = col_step ?
				    vec_load_tail(at + col, tile->cols - col) :
				    vec_all(*at);
			sum[m][v] = add ? sum[m][v] + y : sum[m][v] * y;
		}
	}
}

VEC_INLINE void finish_tile(const struct gemm_tile *tile,
			    const struct gemm_end *end,
			    vec (*sum)[GEMM_VECS_MAX], const int rows,
			    const int vecs)
{
	float *y = tile->y + tile->first_row * end->y_row + tile->first_col;

	for (unsigned int i = 0; i < end->chain->count; i++) {
		const struct axt_link *link = &end->chain->link[i];

		if (link->source == AXT_LINK_UNARY)
			finish_unary(link, sum, rows, vecs);
		else
			finish_binary(link, tile, end->nest,
				      tile->bases->base[i], sum, rows, vecs);
	}
	VEC_UNROLL
	for (int m = 0; m < rows; m++) {
		if ((size_t)m >= tile->rows)
			break;
		VEC_UNROLL
		for (int v = 0; v < vecs; v++) {
			size_t col = (size_t)v * VEC;

			if (v && col >= tile->cols)
				break;
			vec_store_tail(y + (size_t)m * end->y_row + col,
				       sum[m][v], tile->cols - col);
		}
	}
}

#endif
