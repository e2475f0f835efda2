// SPDX-License-Identifier: MIT
/*
 * Matrix products. Constant right sides are packed into panels once, others
 * by each part for the matrices that it multiplies; transposed left sides are
 * copied tile by tile. Where the right side is one matrix, the matrices of the
 * left side count as one with more rows. A plan does not change after its
 * making.
 */
#include <errno.h>
#include <stdlib.h>

#include "fast-gemm.h"
#include "fast.h"

#define CACHE_BYTES (512u * 1024)
#define UNITS_MIN 8

/* Numbers in the nest; of the result it is 0. */
enum {
	A = 1,
	B = 2
};

struct matmul {
	struct axt_nest nest; /* matrices, row, column */
	struct axt_chain chain;
	struct gemm_end end;
	struct gemm_shape shape;
	size_t matrices;
	size_t rows;
	size_t depth;
	/* Steps along a row and down a column. */
	size_t a_row;
	size_t a_depth;
	size_t b_depth;
	size_t b_col;
	bool by_panel;
	const float *weight; /* packed; NULL: not constant */
	const float *bias; /* zeros */
	float data[] __attribute__((aligned(64)));
};

struct work {
	const struct matmul *mm;
	const float *a; /* of the matrix */
	const float **row;
	float *gathered;
	float *packed;
	size_t panel; /* the first one in packed */
	struct gemm_tile tile;
};

static size_t panel_floats(const struct matmul *mm)
{
	return mm->depth * gemm_width(&mm->shape);
}

static size_t gathered_bytes(const struct matmul *mm)
{
	return mm->a_depth == 1 ? 0 :
				  axt_scratch_round(GEMM_ROWS_MAX * mm->depth *
						    sizeof(float));
}

static size_t packed_bytes(const struct matmul *mm)
{
	return mm->weight ?
		       0 :
		       axt_scratch_round(gemm_weights(&mm->shape, mm->depth) *
					 sizeof(float));
}

static void pack_row(const float *from, size_t step, size_t count, float *to,
		     size_t width)
{
	if (count == width && step == 1) {
		for (size_t i = 0; i < width; i += VEC)
			vec_store(to + i, vec_load(from + i));
		return;
	}
	for (size_t i = 0; i < count; i++)
		to[i] = from[i * step];
	for (size_t i = count; i < width; i++)
		to[i] = 0;
}

static void pack(const struct matmul *mm, const float *b,
		 struct axt_range panels, float *to)
{
	size_t width = gemm_width(&mm->shape);

	for (size_t p = panels.begin; p < panels.end; p++) {
		size_t first = p * width, count = mm->shape.cols - first;

		count = count < width ? count : width;
		for (size_t k = 0; k < mm->depth; k++, to += width)
			pack_row(b + k * mm->b_depth + first * mm->b_col,
				 mm->b_col, count, to, width);
	}
}

static void set_rows(struct work *work, size_t first, size_t count)
{
	const struct matmul *mm = work->mm;
	unsigned int rows = gemm_rows_for(&mm->shape, count);

	for (unsigned int m = 0; m < rows; m++) {
		size_t r = first + (m < count ? m : count - 1);
		const float *from = work->a + r * mm->a_row;
		float *to = work->gathered + m * mm->depth;

		work->row[m] = from;
		if (mm->a_depth == 1)
			continue;
		work->row[m] = m < count ? to : work->row[0];
		for (size_t k = 0; k < mm->depth && m < count; k++)
			to[k] = from[k * mm->a_depth];
	}
	work->tile.first_row = first;
	work->tile.rows = count;
}

static void run_panels(struct work *work, struct axt_range panels)
{
	const struct matmul *mm = work->mm;
	size_t width = gemm_width(&mm->shape);

	for (size_t p = panels.begin; p < panels.end; p++) {
		size_t left = mm->shape.cols - p * width;

		work->tile.weight =
			mm->weight ? mm->weight + p * panel_floats(mm) :
				     work->packed + (p - work->panel) *
							    panel_floats(mm);
		work->tile.first_col = p * width;
		work->tile.cols = left < width ? left : width;
		gemm_run(&mm->shape, &mm->end, &work->tile);
	}
}

static size_t tiles_of(const struct matmul *mm)
{
	return (mm->rows + mm->shape.rows - 1) / mm->shape.rows;
}

/* Tiles of one matrix. */
static void run_tiles(struct work *work, const struct axt_call *call,
		      size_t matrix, struct axt_range tiles,
		      struct axt_range panels)
{
	const struct matmul *mm = work->mm;
	size_t coord[AXT_RANK_MAX], outer = mm->nest.rank - 2;
	struct axt_bases bases;

	axt_coord(mm->nest.dim, (unsigned int)outer, matrix, coord);
	axt_chain_bases(&mm->chain, &mm->nest, call, coord, (unsigned int)outer,
			&bases);
	work->tile.bases = &bases;
	work->a = (const float *)call->in[0].data +
		  axt_nest_at(&mm->nest, A, coord, (unsigned int)outer);
	work->tile.y = (float *)call->out[0].data +
		       axt_nest_at(&mm->nest, 0, coord, (unsigned int)outer);
	if (!mm->weight) {
		const float *b =
			(const float *)call->in[1].data +
			axt_nest_at(&mm->nest, B, coord, (unsigned int)outer);

		work->panel = panels.begin;
		pack(mm, b, panels, work->packed);
	}
	for (size_t t = tiles.begin; t < tiles.end; t++) {
		size_t first = t * mm->shape.rows, left = mm->rows - first;

		set_rows(work, first,
			 left < mm->shape.rows ? left : mm->shape.rows);
		run_panels(work, panels);
	}
}

/* Units are the tiles of all matrices. */
static void run_units(struct work *work, const struct axt_call *call,
		      struct axt_range units, struct axt_range panels)
{
	size_t tiles = tiles_of(work->mm), next;

	for (size_t u = units.begin; u < units.end; u = next) {
		size_t matrix = u / tiles;
		struct axt_range some = { u % tiles, tiles };

		next = (matrix + 1) * tiles;
		if (next > units.end)
			next = units.end;
		some.end = next - matrix * tiles;
		run_tiles(work, call, matrix, some, panels);
	}
}

static size_t scratch_of(const struct matmul *mm)
{
	return axt_scratch_round(GEMM_ROWS_MAX * sizeof(float *)) +
	       gathered_bytes(mm) + packed_bytes(mm);
}

static void matmul_run(const void *state, const struct axt_call *call,
		       unsigned int part, unsigned int parts)
{
	const struct matmul *mm = state;
	char *scratch = (char *)call->scratch + part * scratch_of(mm);
	char *after =
		scratch + axt_scratch_round(GEMM_ROWS_MAX * sizeof(float *));
	struct axt_range units = { 0, mm->matrices * tiles_of(mm) };
	struct axt_range panels = { 0, mm->shape.panels };
	size_t block = CACHE_BYTES / (panel_floats(mm) * sizeof(float) + 1) + 1;
	struct work work = {
		.mm = mm,
		.row = (const float **)scratch,
		.gathered = (float *)after,
		.packed = (float *)(after + gathered_bytes(mm)),
		.tile.row = (const float **)scratch,
		.tile.taps = 1,
		.tile.depth = mm->depth,
		.tile.bias = mm->bias,
	};

	if (mm->by_panel)
		panels = axt_slice_of(panels.end, part, parts);
	else
		units = axt_slice_of(units.end, part, parts);
	for (size_t p = panels.begin; p < panels.end; p += block) {
		struct axt_range some = { p, p + block < panels.end ?
						     p + block :
						     panels.end };

		run_units(&work, call, units, some);
	}
}

/*
 * A side's steps over the matrices, as those of the result; the last two
 * dimensions are not comparable, and set elsewhere.
 */
static void add_side(struct axt_nest *nest, const struct axt_tensor *t,
		     unsigned int y_rank)
{
	size_t *stride = nest->stride[nest->tensors++];
	struct axt_index index;

	axt_index_init(&index, t);
	memset(stride, 0, AXT_RANK_MAX * sizeof(*stride));
	for (unsigned int d = 0; d + 2 < t->rank; d++)
		if (t->dims[d] > 1)
			stride[y_rank - t->rank + d] = index.stride[d];
}

static bool add_links(struct matmul *mm, const struct axt_call *call)
{
	const struct axt_matmul *a = call->attributes;
	bool has_c = call->op->inputs > 2 && call->in[2].tensor;

	/* NaN times 0 is for the portable kernel to make. */
	if (has_c && a->beta != 1)
		return false;
	if (a->alpha != 1)
		axt_chain_unary(&mm->chain, AXT_LINEAR, a->alpha, 0);
	if (has_c &&
	    !axt_chain_input(&mm->chain, &mm->nest, call, 2, AXT_ADD, false))
		return false;
	return axt_chain_posts(&mm->chain, &mm->nest, call, false);
}

/* One right side: as many rows as all matrices of the left one have. */
static void join_rows(struct matmul *mm)
{
	unsigned int row = mm->nest.rank - 2;

	mm->nest.stride[A][row] = mm->a_row;
	for (unsigned int d = 0; d < row; d++)
		if (mm->nest.stride[B][d])
			return;
	if (!axt_nest_merge(&mm->nest, 0, row + 1))
		return;
	mm->rows = mm->nest.dim[0];
	mm->a_row = mm->nest.stride[A][0];
	mm->matrices = 1;
}

static bool describe(struct matmul *mm, const struct axt_call *call)
{
	const struct axt_matmul *m = call->attributes;
	const struct axt_tensor *a = call->in[0].tensor;
	const struct axt_tensor *b = call->in[1].tensor;
	const struct axt_tensor *y = call->out[0].tensor;
	size_t a_cols = a->dims[a->rank - 1], b_cols = b->dims[b->rank - 1];

	if (!axt_element_count(a) || !axt_element_count(b) ||
	    !axt_element_count(y) || !axt_nest_init(&mm->nest, y, false))
		return false;
	add_side(&mm->nest, a, y->rank);
	add_side(&mm->nest, b, y->rank);
	if (!add_links(mm, call))
		return false;
	mm->rows = y->dims[y->rank - 2];
	mm->depth = m->transpose_a ? a->dims[a->rank - 2] : a_cols;
	mm->a_row = m->transpose_a ? 1 : a_cols;
	mm->a_depth = m->transpose_a ? a_cols : 1;
	mm->b_depth = m->transpose_b ? 1 : b_cols;
	mm->b_col = m->transpose_b ? b_cols : 1;
	mm->matrices = axt_span(y, 0, y->rank - 2u);
	join_rows(mm);
	gemm_choose(&mm->shape, mm->rows, y->dims[y->rank - 1]);
	mm->end.y_row = mm->nest.stride[0][mm->nest.rank - 2];
	mm->end.y_col = 1;
	return true;
}

static void set_plan(struct axt_plan *plan, struct matmul *mm, size_t size)
{
	size_t units = mm->matrices * tiles_of(mm), most = units;
	double macs = (double)mm->matrices * (double)mm->rows *
		      (double)mm->depth * (double)mm->shape.cols;

	mm->by_panel = units < UNITS_MIN && mm->shape.panels > units;
	if (mm->by_panel)
		most = mm->shape.panels;
	*plan = (struct axt_plan){
		.run = matmul_run,
		.state = mm,
		.owned = mm,
		.size = size,
		.scratch = scratch_of(mm),
		.parts_max = axt_parts(most),
		.cost = FAST_OP_NS + macs * FAST_MAC_NS,
	};
}

int fast_matmul(const struct axt_call *call, struct axt_plan *plan)
{
	struct matmul from = { 0 }, *mm;
	const float *b = call->in[1].data;
	size_t packed, size;
	bool constant;

	if (!describe(&from, call))
		return -EOPNOTSUPP;
	constant = b && from.matrices == 1;
	packed = constant ? gemm_weights(&from.shape, from.depth) : 0;
	size = axt_scratch_round(sizeof(from) +
				 (packed + GEMM_WIDTH_MAX) * sizeof(float));
	mm = aligned_alloc(64, size);
	if (!mm)
		return -ENOMEM;
	memset(mm, 0, size);
	*mm = from;
	mm->end.chain = &mm->chain;
	mm->end.nest = &mm->nest;
	gemm_end_init(&mm->end);
	mm->bias = mm->data + packed;
	if (constant) {
		mm->weight = mm->data;
		pack(mm, b, (struct axt_range){ 0, mm->shape.panels },
		     mm->data);
	}
	set_plan(plan, mm, size);
	return 0;
}
