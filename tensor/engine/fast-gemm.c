// SPDX-License-Identifier: MIT
/*
 * The inner loops of convolutions and matrix products. A tile of sums stays in
 * registers: some rows by a panel of 1 to 4 vectors, as many as the registers
 * hold. Each sum is one chain of additions in the order of the weights, in all
 * tile shapes, so the results do not depend on how work is divided. Common
 * post-operations are done in the registers, others in a copy of the tile on
 * the stack.
 */
#include "fast-finish.h"

#include <limits.h>

typedef void tile_fn(const struct gemm_tile *tile, const struct gemm_end *end,
		     float *sums);

/* Which links the registers suffice for. */
static bool link_in_registers(const struct axt_link *link,
			      const struct axt_nest *nest)
{
	static const uint64_t unary = 1u << AXT_RELU | 1u << AXT_CLIP |
				      1u << AXT_HARD_SIGMOID |
				      1u << AXT_HARD_SWISH | 1ull << AXT_LINEAR;

	if (link->source == AXT_LINK_UNARY)
		return unary >> link->function & 1;
	return (link->function == AXT_ADD || link->function == AXT_MUL) &&
	       nest->stride[link->tensor][nest->rank - 1] <= 1;
}

void gemm_end_init(struct gemm_end *end)
{
	end->in_registers = end->y_col == 1;
	for (unsigned int i = 0; i < end->chain->count; i++)
		end->in_registers &=
			link_in_registers(&end->chain->link[i], end->nest);
}

/* sums: where they go as they are; NULL: end. */
VEC_INLINE void tile_any(const struct gemm_tile *tile,
			 const struct gemm_end *end, float *sums,
			 const int rows, const int vecs)
{
	vec sum[GEMM_ROWS_MAX][GEMM_VECS_MAX];
	const float *const *row = tile->row;
	const float *w = tile->weight;

	FINISH_EACH(sum[m][v] = vec_load(tile->bias + v * VEC));
	for (size_t tap = 0; tap < tile->taps; tap++, row += rows) {
		const float *a[GEMM_ROWS_MAX];

		VEC_UNROLL
		for (int m = 0; m < rows; m++)
			a[m] = row[m];
		for (size_t k = 0; k < tile->depth; k++, w += vecs * VEC) {
			vec b[GEMM_VECS_MAX];

			VEC_UNROLL
			for (int v = 0; v < vecs; v++)
				b[v] = vec_load(w + v * VEC);
			FINISH_EACH(sum[m][v] += a[m][k] * b[v]);
		}
	}
	if (sums)
		FINISH_EACH(vec_store(sums + (m * vecs + v) * VEC, sum[m][v]));
	else
		finish_tile(tile, end, sum, rows, vecs);
}

#if VEC == 16

/* Two halves of other vectors; the lower one of each. */
VEC_INLINE vec join_halves(vec low, vec high)
{
	return (vec)_mm512_shuffle_f32x4((__m512)low, (__m512)high, 0x44);
}

VEC_INLINE vec upper_half(vec v)
{
	return (vec)_mm512_shuffle_f32x4((__m512)v, (__m512)v, 0xee);
}

VEC_INLINE vec blend_halves(vec low, vec high)
{
	return (vec)_mm512_mask_blend_ps(0xff00, (__m512)low, (__m512)high);
}

#define PAIR_ROWS 12

/* One and a half vectors of columns: the halves of two rows share one. */
static void tile_pairs(const struct gemm_tile *tile, const struct gemm_end *end,
		       float *sums)
{
	const int rows = PAIR_ROWS, vecs = 2;
	vec sum[GEMM_ROWS_MAX][GEMM_VECS_MAX], pair[PAIR_ROWS / 2];
	const float *const *row = tile->row;
	const float *w = tile->weight;
	vec half = vec_load(tile->bias + VEC);

	VEC_UNROLL
	for (int m = 0; m < rows; m++)
		sum[m][0] = vec_load(tile->bias);
	VEC_UNROLL
	for (int m = 0; m < rows / 2; m++)
		pair[m] = join_halves(half, half);
	for (size_t tap = 0; tap < tile->taps; tap++, row += rows) {
		const float *a[PAIR_ROWS];

		VEC_UNROLL
		for (int m = 0; m < rows; m++)
			a[m] = row[m];
		for (size_t k = 0; k < tile->depth; k++, w += 2 * VEC) {
			vec b = vec_load(w), both = vec_load(w + VEC);

			VEC_UNROLL
			for (int m = 0; m < rows; m += 2) {
				vec x = vec_all(a[m][k]);
				vec y = vec_all(a[m + 1][k]);

				sum[m][0] += x * b;
				sum[m + 1][0] += y * b;
				pair[m / 2] += blend_halves(x, y) * both;
			}
		}
	}
	VEC_UNROLL
	for (int m = 0; m < rows; m += 2) {
		sum[m][1] = pair[m / 2];
		sum[m + 1][1] = upper_half(pair[m / 2]);
	}
	if (sums)
		FINISH_EACH(vec_store(sums + (m * vecs + v) * VEC, sum[m][v]));
	else
		finish_tile(tile, end, sum, rows, vecs);
}

static bool takes_pairs(const struct gemm_shape *shape,
			const struct gemm_tile *tile)
{
	return shape->pairs && shape->vecs == 2 && tile->cols > VEC &&
	       tile->cols <= VEC + VEC / 2 && tile->rows > PAIR_ROWS / 2;
}

#else

static bool takes_pairs(const struct gemm_shape *shape,
			const struct gemm_tile *tile)
{
	return false;
}

#define tile_pairs NULL

#endif

#define TILE(r, v)                                                          \
	static void tile_##r##x##v(const struct gemm_tile *tile,            \
				   const struct gemm_end *end, float *sums) \
	{                                                                   \
		tile_any(tile, end, sums, r, v);                            \
	}

/* For each panel width the heights, the whole tile's last. */
#define HEIGHTS 3
struct family {
	unsigned int rows[HEIGHTS];
	tile_fn *run[HEIGHTS];
};

#if VEC == 16
TILE(1, 1)
TILE(4, 1)
TILE(12, 1)
TILE(1, 2)
TILE(4, 2)
TILE(12, 2)
TILE(1, 3)
TILE(4, 3)
TILE(8, 3)
TILE(1, 4)
TILE(3, 4)
TILE(6, 4)
static const struct family families[] = {
	{ { 1, 4, 12 }, { tile_1x1, tile_4x1, tile_12x1 } },
	{ { 1, 4, 12 }, { tile_1x2, tile_4x2, tile_12x2 } },
	{ { 1, 4, 8 }, { tile_1x3, tile_4x3, tile_8x3 } },
	{ { 1, 3, 6 }, { tile_1x4, tile_3x4, tile_6x4 } },
};
/* Percent of time per vector of a panel, by measurement. */
static const unsigned int price[] = { 112, 100, 102, 104 };
#else
TILE(1, 1)
TILE(4, 1)
TILE(8, 1)
TILE(1, 2)
TILE(3, 2)
TILE(6, 2)
TILE(1, 3)
TILE(2, 3)
TILE(4, 3)
static const struct family families[] = {
	{ { 1, 4, 8 }, { tile_1x1, tile_4x1, tile_8x1 } },
	{ { 1, 3, 6 }, { tile_1x2, tile_3x2, tile_6x2 } },
	{ { 1, 2, 4 }, { tile_1x3, tile_2x3, tile_4x3 } },
};
static const unsigned int price[] = { 112, 100, 102 };
#endif

/* Of the price of a vector, where half of it does. */
#define PAIR_SAVES 45

#define FAMILIES (sizeof(families) / sizeof(families[0]))

void gemm_choose(struct gemm_shape *shape, size_t rows, size_t cols)
{
	size_t vecs = (cols + VEC - 1) / VEC, best = SIZE_MAX;

	for (unsigned int i = 0; i < FAMILIES; i++) {
		size_t panels = (vecs + i) / (i + 1);
		/* One row has nothing to share; wide panels hide latency. */
		size_t cost = panels * (i + 1) * (rows > 1 ? price[i] : 100);
		size_t rest = cols - (panels - 1) * (i + 1) * VEC;

		if (VEC == 16 && shape->pairs && i == 1 && rest > VEC &&
		    rest <= VEC + VEC / 2)
			cost -= PAIR_SAVES;

		if (cost > best || (cost == best && rows > 1))
			continue;
		best = cost;
		shape->vecs = i + 1;
		shape->panels = panels;
		shape->rows = families[i].rows[HEIGHTS - 1];
	}
	shape->cols = cols;
}

static unsigned int height_for(const struct gemm_shape *shape, size_t rows)
{
	const struct family *family = &families[shape->vecs - 1];
	unsigned int i = 0;

	while (i < HEIGHTS - 1 && family->rows[i] < rows)
		i++;
	return i;
}

void gemm_pair(const struct gemm_shape *shape, float *row, size_t count)
{
	if (shape->pairs && VEC == 16 && shape->vecs == 2 && count > VEC &&
	    count <= VEC + VEC / 2)
		memcpy(row + VEC + VEC / 2, row + VEC, VEC / 2 * sizeof(float));
}

unsigned int gemm_rows_for(const struct gemm_shape *shape, size_t rows)
{
	return families[shape->vecs - 1].rows[height_for(shape, rows)];
}

void gemm_compute(const struct gemm_shape *shape, const struct gemm_tile *tile,
		  float *sums)
{
	families[shape->vecs - 1].run[height_for(shape, tile->rows)](tile, NULL,
								     sums);
}

static void store(const struct gemm_tile *tile, const struct gemm_end *end,
		  const struct fast_tile *from)
{
	float *y = tile->y + tile->first_row * end->y_row +
		   tile->first_col * end->y_col;

	for (size_t r = 0; r < from->rows; r++) {
		const float *value = from->value + r * from->width;
		float *to = y + r * end->y_row;

		if (end->y_col == 1) {
			for (size_t i = 0; i < from->cols; i += VEC)
				vec_store_tail(to + i, vec_load(value + i),
					       from->cols - i);
			continue;
		}
		for (size_t i = 0; i < from->cols; i++)
			to[i * end->y_col] = value[i];
	}
}

void gemm_finish(const struct gemm_end *end, const struct gemm_tile *tile,
		 float *sums, size_t width)
{
	struct fast_tile local = { sums, width, tile->rows, tile->cols };

	fast_chain(end->chain, end->nest, tile->bases, tile->first_row,
		   tile->first_col, &local);
	store(tile, end, &local);
}

void gemm_run(const struct gemm_shape *shape, const struct gemm_end *end,
	      const struct gemm_tile *tile)
{
	unsigned int height = height_for(shape, tile->rows);
	tile_fn *run = families[shape->vecs - 1].run[height];
	_Alignas(64) float sums[GEMM_ROWS_MAX * GEMM_WIDTH_MAX];

	if (takes_pairs(shape, tile))
		run = tile_pairs;
	if (end->in_registers) {
		run(tile, end, NULL);
		return;
	}
	run(tile, NULL, sums);
	gemm_finish(end, tile, sums, gemm_width(shape));
}
