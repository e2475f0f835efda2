/* SPDX-License-Identifier: MIT */
/*
 * Products of matrices, tile by tile: rows are anywhere in memory, weights are
 * packed in panels of some vectors' width.
 */
#ifndef AXT_FAST_GEMM_H
#define AXT_FAST_GEMM_H

#include "fast-chain.h"

#define GEMM_ROWS_MAX 12
#define GEMM_VECS_MAX 4
#define GEMM_WIDTH_MAX (GEMM_VECS_MAX * VEC)

struct gemm_shape {
	unsigned int rows; /* of a whole tile */
	unsigned int vecs; /* of a panel */
	/*
	 * Weights are packed by gemm_pair(): where half of the last vector is
	 * enough for the last panel, one vector serves two rows.
	 */
	bool pairs;
	size_t cols;
	size_t panels;
};

/* How the results leave a tile. */
struct gemm_end {
	const struct axt_chain *chain;
	const struct axt_nest *nest; /* its last two dimensions: row, column */
	/* Steps of the result; the nest has those of the others. */
	size_t y_row;
	size_t y_col;
	bool in_registers; /* of gemm_end_init() */
};

struct gemm_tile {
	/* Of each tap, rows pointers to depth numbers; rows is the shape's. */
	const float *const *row;
	size_t taps;
	size_t depth;
	const float *weight; /* the panel */
	const float *bias; /* of the panel */
	float *y; /* of the outer dimensions */
	const struct axt_bases *bases;
	size_t first_row; /* of the nest */
	size_t first_col;
	size_t rows; /* that are there */
	size_t cols;
};

#define gemm_choose AXT_ISA_NAME(axt_gemm_choose)
#define gemm_pair AXT_ISA_NAME(axt_gemm_pair)
#define gemm_rows_for AXT_ISA_NAME(axt_gemm_rows_for)
#define gemm_end_init AXT_ISA_NAME(axt_gemm_end_init)
#define gemm_run AXT_ISA_NAME(axt_gemm_run)
#define gemm_finish AXT_ISA_NAME(axt_gemm_finish)
#define gemm_compute AXT_ISA_NAME(axt_gemm_compute)

void gemm_choose(struct gemm_shape *shape, size_t rows, size_t cols);
/* Doubles what there is of a last half vector, in a row of a panel. */
void gemm_pair(const struct gemm_shape *shape, float *row, size_t count);
/* Of a tile with so many rows: how many pointers it wants. */
unsigned int gemm_rows_for(const struct gemm_shape *shape, size_t rows);
void gemm_end_init(struct gemm_end *end);

/* One panel for the tile, stored; gemm_rows_for(tile->rows) pointers a tap. */
void gemm_run(const struct gemm_shape *shape, const struct gemm_end *end,
	      const struct gemm_tile *tile);
/* The sums alone, into memory of vecs * VEC columns. */
void gemm_compute(const struct gemm_shape *shape, const struct gemm_tile *tile,
		  float *sums);

/* Post-operations on sums in memory, which they change; then the store. */
void gemm_finish(const struct gemm_end *end, const struct gemm_tile *tile,
		 float *sums, size_t width);

/* Floats of all panels with so many rows of weights; of the biases. */
static inline size_t gemm_weights(const struct gemm_shape *shape, size_t depth)
{
	return shape->panels * shape->vecs * VEC * depth;
}

static inline size_t gemm_width(const struct gemm_shape *shape)
{
	return (size_t)shape->vecs * VEC;
}

#endif
