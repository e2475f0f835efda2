// SPDX-License-Identifier: MIT
/*
 * AXT_UNARY, AXT_BINARY and AXT_AFFINE: chains without a sum in front. The
 * loops over the result, as few as the tensors allow, are walked in its memory
 * order; a block of the innermost two is copied, changed and stored. The
 * result may lie over an operand: a stretch is read before it is written.
 */
#include <errno.h>
#include <stdlib.h>

#include "fast-chain.h"
#include "fast.h"

#define CHUNK 1024

struct element {
	struct axt_nest nest; /* the result, its first operand, ... */
	struct axt_chain chain;
	size_t planes;
	size_t rows; /* of a plane */
	size_t length; /* of a row */
	size_t block_rows;
	size_t row_blocks;
	size_t col_blocks;
};

static void load_chunk(float *value, const float *from, size_t step,
		       size_t count)
{
	if (step == 1) {
		for (size_t i = 0; i < count; i += VEC)
			vec_store(value + i,
				  vec_load_tail(from + i, count - i));
		return;
	}
	if (!step) {
		for (size_t i = 0; i < count; i += VEC)
			vec_store(value + i, vec_all(*from));
		return;
	}
	for (size_t i = 0; i < count; i++)
		value[i] = from[i * step];
}

static void store_chunk(float *to, const float *value, size_t count)
{
	for (size_t i = 0; i < count; i += VEC)
		vec_store_tail(to + i, vec_load(value + i), count - i);
}

/* Some columns of some rows, which are neighbours in the nest. */
struct area {
	size_t row; /* along the dimension of rows */
	size_t rows;
	struct axt_range cols;
};

static void run_tile(const struct element *e, const float *x, float *y,
		     const struct axt_bases *bases, const struct area *area)
{
	const struct axt_nest *nest = &e->nest;
	unsigned int last = nest->rank - 1;
	size_t cols = area->cols.end - area->cols.begin;
	_Alignas(64) float value[CHUNK + VEC];
	struct fast_tile tile = {
		.value = value,
		.width = (cols + VEC - 1) / VEC * VEC,
		.rows = area->rows,
		.cols = cols,
	};
	size_t x_row = last ? nest->stride[1][last - 1] : 0;
	size_t y_row = last ? nest->stride[0][last - 1] : 0;
	size_t x_col = nest->stride[1][last];

	x += area->row * x_row + area->cols.begin * x_col;
	y += area->row * y_row + area->cols.begin;
	for (size_t r = 0; r < area->rows; r++)
		load_chunk(value + r * tile.width, x + r * x_row, x_col, cols);
	fast_chain(&e->chain, nest, bases, area->row, area->cols.begin, &tile);
	for (size_t r = 0; r < area->rows; r++)
		store_chunk(y + r * y_row, value + r * tile.width, cols);
}

/* A block: as many rows as fit, or a stretch of one. */
static void run_block(const struct element *e, const struct axt_call *call,
		      size_t number)
{
	const struct axt_nest *nest = &e->nest;
	unsigned int outer = nest->rank > 1 ? nest->rank - 2 : 0;
	size_t per_plane = e->row_blocks * e->col_blocks;
	size_t block = number % per_plane, coord[AXT_RANK_MAX];
	size_t col = block % e->col_blocks * CHUNK;
	size_t row = block / e->col_blocks * e->block_rows;
	struct axt_bases bases;
	struct area area = {
		.row = row,
		.rows = e->rows - row < e->block_rows ? e->rows - row :
							e->block_rows,
		.cols = { col,
			  e->length - col < CHUNK ? e->length : col + CHUNK },
	};

	axt_coord(nest->dim, outer, number / per_plane, coord);
	axt_chain_bases(&e->chain, nest, call, coord, outer, &bases);
	run_tile(e,
		 (const float *)call->in[0].data +
			 axt_nest_at(nest, 1, coord, outer),
		 (float *)call->out[0].data +
			 axt_nest_at(nest, 0, coord, outer),
		 &bases, &area);
}

static void element_run(const void *state, const struct axt_call *call,
			unsigned int part, unsigned int parts)
{
	const struct element *e = state;
	struct axt_range blocks = axt_slice_of(
		e->planes * e->row_blocks * e->col_blocks, part, parts);

	for (size_t i = blocks.begin; i < blocks.end; i++)
		run_block(e, call, i);
}

static void set_blocks(struct element *e)
{
	unsigned int last = e->nest.rank - 1;
	size_t width;

	e->length = e->nest.dim[last];
	e->rows = last ? e->nest.dim[last - 1] : 1;
	e->planes = 1;
	for (unsigned int i = 0; i + 1 < last; i++)
		e->planes *= e->nest.dim[i];
	width = (e->length + VEC - 1) / VEC * VEC;
	e->block_rows = width < CHUNK ? CHUNK / width : 1;
	e->row_blocks = (e->rows + e->block_rows - 1) / e->block_rows;
	e->col_blocks = (e->length + CHUNK - 1) / CHUNK;
}

static int make(const struct axt_call *call, struct axt_plan *plan,
		struct element *from)
{
	double count = (double)axt_element_count(call->out[0].tensor);
	unsigned int last;
	struct element *e;

	axt_nest_collapse(&from->nest);
	last = from->nest.rank - 1;
	if (from->nest.dim[last] > 1 && from->nest.stride[0][last] != 1)
		return -EOPNOTSUPP;
	set_blocks(from);
	e = malloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	*e = *from;
	*plan = (struct axt_plan){
		.run = element_run,
		.state = e,
		.owned = e,
		.size = sizeof(*e),
		.parts_max =
			axt_parts(e->planes * e->row_blocks * e->col_blocks),
		.cost = FAST_OP_NS +
			(double)(e->planes * e->rows) * 4 * e->chain.count +
			count * FAST_BYTE_NS * 2 * (1 + e->chain.count),
	};
	return 0;
}

/* The nest with the result and the first operand. */
static bool begin(struct element *e, const struct axt_call *call)
{
	const struct axt_tensor *y = call->out[0].tensor;
	const struct axt_tensor *x = call->in[0].tensor;

	return y->type == AXT_F32 && x->type == AXT_F32 &&
	       axt_element_count(y) &&
	       axt_nest_init(&e->nest, y, y->layout == AXT_CHANNELS_LAST) &&
	       axt_nest_add(&e->nest, y, x, y->layout == AXT_CHANNELS_LAST);
}

static bool end(struct element *e, const struct axt_call *call)
{
	bool last = call->out[0].tensor->layout == AXT_CHANNELS_LAST;

	return axt_chain_posts(&e->chain, &e->nest, call, last);
}

int fast_unary_op(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_elementwise *a = call->attributes;
	struct element e = { 0 };

	if (a->function == AXT_NOT || !begin(&e, call))
		return -EOPNOTSUPP;
	axt_chain_unary(&e.chain, a->function, a->alpha, a->beta);
	if (!end(&e, call))
		return -EOPNOTSUPP;
	return make(call, plan, &e);
}

int fast_binary_op(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_elementwise *a = call->attributes;
	bool last = call->out[0].tensor->layout == AXT_CHANNELS_LAST;
	struct element e = { 0 };

	if (a->function >= AXT_EQUAL || !begin(&e, call) ||
	    !axt_chain_input(&e.chain, &e.nest, call, 1, a->function, last) ||
	    !end(&e, call))
		return -EOPNOTSUPP;
	return make(call, plan, &e);
}

/* s and b lie along the channels: as tensors of shape c, 1, 1... */
static bool add_along(struct element *e, const struct axt_tensor *y,
		      const struct axt_tensor *t)
{
	bool last = y->layout == AXT_CHANNELS_LAST;
	struct axt_tensor shaped = *t;

	shaped.rank = (uint8_t)(y->rank - 1);
	for (unsigned int d = 0; d < AXT_RANK_MAX; d++)
		shaped.dims[d] = d < shaped.rank;
	shaped.dims[0] = y->dims[1];
	return axt_nest_add(&e->nest, y, &shaped, last);
}

int fast_affine(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_tensor *y = call->out[0].tensor;
	struct element e = { 0 };

	if (y->rank < 2 || !begin(&e, call))
		return -EOPNOTSUPP;
	for (unsigned int i = 1; i < 3; i++) {
		e.chain.link[e.chain.count++] = (struct axt_link){
			.source = AXT_LINK_INPUT,
			.function = i == 1 ? AXT_MUL : AXT_ADD,
			.operand = (uint8_t)i,
			.tensor = (uint8_t)e.nest.tensors,
		};
		if (!add_along(&e, y, call->in[i].tensor))
			return -EOPNOTSUPP;
	}
	if (!end(&e, call))
		return -EOPNOTSUPP;
	return make(call, plan, &e);
}
