// SPDX-License-Identifier: MIT
/*
 * Transposed convolutions whose windows do not overlap: each input place makes
 * a block of output places by itself, so they are one matrix product with a
 * column for each tap and channel, whose results are then spread. A plan owns
 * the packed weights and does not change after its making.
 */
#include <errno.h>
#include <stdlib.h>

#include "fast-gemm.h"
#include "fast.h"
#include "side.h"

/* Input places whose sums are spread at once, so that functions of few columns
 * have whole vectors; a multiple of all tiles' rows. */
#define BLOCK_ROWS 96

struct deconv {
	struct axt_nest nest; /* image, place, channel */
	struct axt_chain chain;
	struct gemm_shape shape;
	struct axt_side side[2];
	size_t images;
	size_t depth;
	size_t outputs;
	size_t taps;
	size_t x_image;
	bool unary; /* nothing in the chain knows its place */
	const float *bias;
	float weight[] __attribute__((aligned(64)));
};

/* The sums of some tiles, without gaps between rows. */
struct block {
	const struct deconv *dc;
	struct axt_bases bases;
	float *y; /* of the image */
	size_t first_row; /* input place */
	size_t rows;
	size_t first_col;
	size_t cols;
	float sums[BLOCK_ROWS * GEMM_WIDTH_MAX] __attribute__((aligned(64)));
};

/* The first output place of an input place. */
static size_t place_of(const struct deconv *dc, size_t from)
{
	const struct axt_side *v = &dc->side[0], *h = &dc->side[1];
	size_t width = (size_t)h->in;

	return from / width * (size_t)(v->kernel * h->out) +
	       from % width * (size_t)h->kernel;
}

/* How many places further that of a tap is. */
static size_t tap_place(const struct deconv *dc, size_t tap)
{
	size_t kernel = (size_t)dc->side[1].kernel;

	return tap / kernel * (size_t)dc->side[1].out + tap % kernel;
}

/* Columns of one tap, and where they go. */
struct run {
	size_t col; /* in the panel */
	size_t count;
	size_t channel;
	size_t place;
};

static struct run run_at(const struct block *b, size_t col)
{
	const struct deconv *dc = b->dc;
	size_t number = b->first_col + col;
	size_t channel = number % dc->outputs;
	size_t left = dc->outputs - channel;

	return (struct run){
		.col = col,
		.count = left < b->cols - col ? left : b->cols - col,
		.channel = channel,
		.place = tap_place(dc, number / dc->outputs),
	};
}

static void store_run(float *y, size_t step, const float *value, size_t count)
{
	size_t i = 0;

	if (step == 1 && count >= VEC / 2)
		for (; i < count; i += VEC)
			vec_store_tail(y + i,
				       vec_load_tail(value + i, count - i),
				       count - i);
	for (; i < count; i++)
		y[i * step] = value[i];
}

/* One run of all rows; place[] of their first ones. */
static void spread_run(struct block *b, const size_t *place,
		       const struct run *run)
{
	const struct deconv *dc = b->dc;
	size_t row = dc->nest.stride[0][1];
	size_t col = dc->outputs > 1 ? dc->nest.stride[0][2] : 1;
	_Alignas(64) float value[GEMM_WIDTH_MAX];
	struct fast_tile tile = { value, GEMM_WIDTH_MAX, 1, run->count };

	if (dc->unary && run->count == 1) {
		float *y = b->y + run->place * row + run->channel * col;

		for (size_t r = 0; r < b->rows; r++)
			y[place[r] * row] = b->sums[r * b->cols + run->col];
		return;
	}
	for (size_t r = 0; r < b->rows; r++) {
		float *sums = b->sums + r * b->cols + run->col;
		size_t at = place[r] + run->place;

		if (!dc->unary) {
			memcpy(value, sums, run->count * sizeof(float));
			fast_chain(&dc->chain, &dc->nest, &b->bases, at,
				   run->channel, &tile);
			sums = value;
		}
		store_run(b->y + at * row + run->channel * col, col, sums,
			  run->count);
	}
}

static void set_places(const struct block *b, size_t *place)
{
	const struct axt_side *h = &b->dc->side[1];
	size_t column = b->first_row % (size_t)h->in;

	place[0] = place_of(b->dc, b->first_row);
	for (size_t r = 1; r < b->rows; r++) {
		/* Divisions are for the starts of lines. */
		if (++column < (size_t)h->in) {
			place[r] = place[r - 1] + (size_t)h->kernel;
		} else {
			place[r] = place_of(b->dc, b->first_row + r);
			column = 0;
		}
	}
}

static void spread(struct block *b, const size_t *place)
{
	for (size_t c = 0; c < b->cols;) {
		struct run run = run_at(b, c);

		spread_run(b, place, &run);
		c += run.count;
	}
}

/* The sums of a panel for all rows. */
static void sum_up(struct block *b, const float *x)
{
	const struct deconv *dc = b->dc;
	size_t width = gemm_width(&dc->shape), count;
	_Alignas(64) float sums[GEMM_ROWS_MAX * GEMM_WIDTH_MAX];
	const float *row[GEMM_ROWS_MAX];
	struct gemm_tile tile = {
		.row = row,
		.taps = 1,
		.depth = dc->depth,
		.weight = dc->weight + b->first_col * dc->depth,
		.bias = dc->bias + b->first_col,
	};

	for (size_t r = 0; r < b->rows; r += count) {
		float *to = b->sums + r * b->cols;

		count = b->rows - r < dc->shape.rows ? b->rows - r :
						       dc->shape.rows;
		tile.rows = count;
		for (size_t m = 0; m < GEMM_ROWS_MAX; m++)
			row[m] = x + (r + (m < count ? m : 0)) * dc->depth;
		if (b->cols == width && count == dc->shape.rows) {
			gemm_compute(&dc->shape, &tile, to);
			continue;
		}
		gemm_compute(&dc->shape, &tile, sums);
		for (size_t m = 0; m < count; m++)
			for (size_t c = 0; c < b->cols; c++)
				*to++ = sums[m * width + c];
	}
}

static void run_block(struct block *b, const float *x)
{
	const struct deconv *dc = b->dc;
	size_t width = gemm_width(&dc->shape), place[BLOCK_ROWS];

	set_places(b, place);
	for (size_t p = 0; p < dc->shape.panels; p++) {
		size_t left = dc->shape.cols - p * width;

		b->first_col = p * width;
		b->cols = left < width ? left : width;
		sum_up(b, x);
		for (unsigned int i = 0; dc->unary && i < dc->chain.count; i++)
			fast_unary(dc->chain.link[i].function,
				   dc->chain.link[i].alpha,
				   dc->chain.link[i].beta, b->sums,
				   b->rows * b->cols);
		spread(b, place);
	}
}

static void deconv_run(const void *state, const struct axt_call *call,
		       unsigned int part, unsigned int parts)
{
	const struct deconv *dc = state;
	size_t places = (size_t)(dc->side[0].in * dc->side[1].in);
	size_t blocks = (places + BLOCK_ROWS - 1) / BLOCK_ROWS;
	struct axt_range units = axt_slice_of(dc->images * blocks, part, parts);
	struct block b;

	b.dc = dc;
	for (size_t u = units.begin; u < units.end; u++) {
		size_t image = u / blocks, first = u % blocks * BLOCK_ROWS;
		size_t left = places - first;

		axt_chain_bases(&dc->chain, &dc->nest, call, &image, 1,
				&b.bases);
		b.y = (float *)call->out[0].data +
		      image * dc->nest.stride[0][0];
		b.first_row = first;
		b.rows = left < BLOCK_ROWS ? left : BLOCK_ROWS;
		run_block(&b, (const float *)call->in[0].data +
				      image * dc->x_image + first * dc->depth);
	}
}

static bool is_simple(const struct axt_conv *a, const struct axt_side *side)
{
	if (a->spatial > 2 || a->groups != 1)
		return false;
	for (unsigned int i = 0; i < a->spatial; i++)
		if (a->pad_end[i])
			return false;
	for (unsigned int i = 0; i < 2; i++)
		if (side[i].stride != side[i].kernel || side[i].pad ||
		    side[i].dilation != 1 ||
		    side[i].out != side[i].in * side[i].kernel)
			return false;
	return true;
}

static bool describe(struct deconv *dc, const struct axt_call *call)
{
	const struct axt_conv *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	const struct axt_tensor *y = call->out[0].tensor;

	if (a->spatial > 2 || !axt_element_count(x) || !axt_element_count(y) ||
	    !axt_channels_last(x))
		return false;
	axt_sides_init(dc->side, a, call);
	if (!is_simple(a, dc->side) || !axt_nest_init(&dc->nest, y, true) ||
	    !axt_chain_posts(&dc->chain, &dc->nest, call, true) ||
	    !axt_nest_merge(&dc->nest, 1, y->rank - 1u))
		return false;
	dc->images = y->dims[0];
	dc->depth = x->dims[1];
	dc->outputs = y->dims[1];
	dc->taps = (size_t)(dc->side[0].kernel * dc->side[1].kernel);
	dc->x_image = axt_span(x, 1, x->rank);
	dc->unary = true;
	for (unsigned int i = 0; i < dc->chain.count; i++)
		dc->unary &= dc->chain.link[i].source == AXT_LINK_UNARY;
	gemm_choose(&dc->shape, axt_span(x, 2, x->rank),
		    dc->taps * dc->outputs);
	return true;
}

static void pack(const struct deconv *dc, const struct axt_call *call,
		 float *weight, float *bias)
{
	const float *w = call->in[1].data;
	const float *b = call->op->inputs > 2 ? call->in[2].data : NULL;
	size_t width = gemm_width(&dc->shape);

	for (size_t col = 0; col < dc->shape.cols; col++) {
		size_t tap = col / dc->outputs, o = col % dc->outputs;
		float *to =
			weight + col / width * width * dc->depth + col % width;

		if (b)
			bias[col] = b[o];
		for (size_t c = 0; c < dc->depth; c++)
			to[c * width] =
				w[(c * dc->outputs + o) * dc->taps + tap];
	}
}

int fast_conv_transpose(const struct axt_call *call, struct axt_plan *plan)
{
	bool has_bias = call->op->inputs > 2 && call->in[2].tensor;
	struct deconv from = { 0 }, *dc;
	size_t weights, size;

	if (!call->in[1].data || (has_bias && !call->in[2].data) ||
	    !describe(&from, call))
		return -EOPNOTSUPP;
	weights = gemm_weights(&from.shape, from.depth);
	size = axt_scratch_round(sizeof(from) +
				 (weights + gemm_weights(&from.shape, 1)) *
					 sizeof(float));
	dc = aligned_alloc(64, size);
	if (!dc)
		return -ENOMEM;
	memset(dc, 0, size);
	*dc = from;
	dc->bias = dc->weight + weights;
	pack(dc, call, dc->weight, dc->weight + weights);
	*plan = (struct axt_plan){
		.run = deconv_run,
		.state = dc,
		.owned = dc,
		.size = size,
		.parts_max = axt_parts(axt_element_count(call->in[0].tensor) /
					       dc->depth / BLOCK_ROWS +
				       1),
		.cost = FAST_OP_NS +
			(double)axt_element_count(call->out[0].tensor) *
				((double)dc->depth * FAST_MAC_NS + 0.5),
	};
	return 0;
}
