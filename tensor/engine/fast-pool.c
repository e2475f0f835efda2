// SPDX-License-Identifier: MIT
/*
 * Maxima and averages of windows, channels last: lanes are channels. A window
 * is summed row by row and then the rows, which keeps sums of large windows
 * exact enough. Parts share places, and channels where places are few.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "fast-chain.h"
#include "fast.h"
#include "side.h"

/* Channels computed at once. */
#define VECS 4
#define BLOCK (VECS * VEC)

struct pool {
	struct axt_nest nest; /* image, place, channel */
	struct axt_chain chain;
	struct axt_side side[2];
	size_t images;
	size_t places;
	size_t channels;
	size_t blocks; /* of channels */
	bool max;
	bool padded; /* averages over padding, too */
};

struct window {
	ptrdiff_t i_begin; /* places of x, by dilation */
	ptrdiff_t i_end;
	ptrdiff_t j_begin;
	ptrdiff_t j_end;
	float factor;
};

static ptrdiff_t clip(const struct axt_side *side, ptrdiff_t place,
		      ptrdiff_t *begin, ptrdiff_t *end)
{
	ptrdiff_t first = place * side->stride - side->pad;
	ptrdiff_t last = first + side->kernel * side->dilation;

	if (first < 0)
		first += (-first + side->dilation - 1) / side->dilation *
			 side->dilation;
	*begin = first;
	*end = last < side->in ? last : side->in;
	return (*end - *begin + side->dilation - 1) / side->dilation;
}

static void window_of(const struct pool *pool, size_t place, struct window *w)
{
	const struct axt_side *v = &pool->side[0], *h = &pool->side[1];
	ptrdiff_t i = (ptrdiff_t)place / h->out, j = (ptrdiff_t)place % h->out;
	ptrdiff_t count = clip(v, i, &w->i_begin, &w->i_end);

	count *= clip(h, j, &w->j_begin, &w->j_end);
	if (pool->padded)
		count = v->kernel * h->kernel;
	w->factor = 1 / (float)count;
}

VEC_INLINE vec load(const float *p, size_t left, const bool whole)
{
	return whole ? vec_load(p) : vec_load_tail(p, left);
}

VEC_INLINE void pool_block(const struct pool *pool, const float *x,
			   const struct window *w, size_t left, float *value,
			   const int vecs, const bool whole, const bool max)
{
	const struct axt_side *v = &pool->side[0], *h = &pool->side[1];
	ptrdiff_t step = h->dilation * (ptrdiff_t)pool->channels;
	vec total[VECS], row[VECS];
	const float empty = max ? -INFINITY : 0;

	VEC_UNROLL
	for (int k = 0; k < vecs; k++)
		total[k] = vec_all(empty);
	for (ptrdiff_t i = w->i_begin; i < w->i_end; i += v->dilation) {
		const float *from = x + (i * h->in + w->j_begin) *
						(ptrdiff_t)pool->channels;

		VEC_UNROLL
		for (int k = 0; k < vecs; k++)
			row[k] = vec_all(empty);
		for (ptrdiff_t j = w->j_begin; j < w->j_end;
		     j += h->dilation, from += step) {
			VEC_UNROLL
			for (int k = 0; k < vecs; k++) {
				vec at = load(from + k * VEC,
					      left - (size_t)k * VEC, whole);

				row[k] = max ? vec_max(row[k], at) :
					       row[k] + at;
			}
		}
		VEC_UNROLL
		for (int k = 0; k < vecs; k++)
			total[k] = max ? vec_max(total[k], row[k]) :
					 total[k] + row[k];
	}
	VEC_UNROLL
	for (int k = 0; k < vecs; k++)
		vec_store(value + k * VEC,
			  max ? total[k] : total[k] * w->factor);
}

static void pool_max(const struct pool *pool, const float *x,
		     const struct window *w, size_t left, float *value)
{
	if (left >= BLOCK)
		pool_block(pool, x, w, left, value, VECS, true, true);
	else if (left >= VEC)
		pool_block(pool, x, w, left, value, 1, true, true);
	else
		pool_block(pool, x, w, left, value, 1, false, true);
}

static void pool_sum(const struct pool *pool, const float *x,
		     const struct window *w, size_t left, float *value)
{
	if (left >= BLOCK)
		pool_block(pool, x, w, left, value, VECS, true, false);
	else if (left >= VEC)
		pool_block(pool, x, w, left, value, 1, true, false);
	else
		pool_block(pool, x, w, left, value, 1, false, false);
}

static void store(float *to, const float *value, size_t count)
{
	for (size_t i = 0; i < count; i += VEC)
		vec_store_tail(to + i, vec_load(value + i), count - i);
}

/* Some channels of one place. */
static void run_place(const struct pool *pool, const struct axt_call *call,
		      size_t number, struct axt_range channels)
{
	size_t image = number / pool->places, place = number % pool->places;
	const float *x = (const float *)call->in[0].data +
			 image * (size_t)(pool->side[0].in * pool->side[1].in) *
				 pool->channels;
	float *y = (float *)call->out[0].data + number * pool->channels;
	_Alignas(64) float value[BLOCK];
	struct axt_bases bases;
	struct window w;
	size_t count;

	axt_chain_bases(&pool->chain, &pool->nest, call, &image, 1, &bases);
	window_of(pool, place, &w);
	for (size_t c = channels.begin; c < channels.end; c += count) {
		size_t left = channels.end - c;
		struct fast_tile tile = { value, BLOCK, 1, 0 };

		count = left >= BLOCK ? BLOCK : left < VEC ? left : VEC;
		tile.cols = count;
		if (pool->max)
			pool_max(pool, x + c, &w, left, value);
		else
			pool_sum(pool, x + c, &w, left, value);
		fast_chain(&pool->chain, &pool->nest, &bases, place, c, &tile);
		store(y + c, value, count);
	}
}

static void pool_run(const void *state, const struct axt_call *call,
		     unsigned int part, unsigned int parts)
{
	const struct pool *pool = state;
	size_t total = pool->images * pool->places * pool->blocks;
	struct axt_range units = axt_slice_of(total, part, parts);

	for (size_t u = units.begin; u < units.end; u++) {
		size_t block = u % pool->blocks * BLOCK;
		size_t end = block + BLOCK;
		struct axt_range channels = { block, end < pool->channels ?
							     end :
							     pool->channels };

		run_place(pool, call, u / pool->blocks, channels);
	}
}

static bool describe(struct pool *pool, const struct axt_call *call)
{
	const struct axt_pool *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	const struct axt_tensor *y = call->out[0].tensor;
	bool has_padding = false;

	if (a->spatial > 2 || a->kind == AXT_POOL_LP || call->op->outputs > 1 ||
	    !axt_channels_last(x) || !axt_channels_last(y) ||
	    !axt_element_count(x) || !axt_element_count(y) ||
	    !axt_nest_init(&pool->nest, y, true) ||
	    !axt_chain_posts(&pool->chain, &pool->nest, call, true) ||
	    !axt_nest_merge(&pool->nest, 1, y->rank - 1u))
		return false;
	for (unsigned int i = 0; i < 2; i++)
		pool->side[i] = (struct axt_side){ 1, 1, 1, 1, 1, 0 };
	for (unsigned int i = 0; i < a->spatial; i++) {
		struct axt_side *side = &pool->side[2 - a->spatial + i];

		*side = (struct axt_side){ x->dims[2 + i], y->dims[2 + i],
					   a->kernel[i],   a->stride[i],
					   a->dilation[i], a->pad_begin[i] };
		/* A size that was rounded up reaches beyond the padding. */
		has_padding |= (side->out - 1) * side->stride - side->pad +
				       (side->kernel - 1) * side->dilation >=
			       side->in + a->pad_end[i];
	}
	pool->padded = a->kind == AXT_POOL_AVERAGE_PADDED;
	pool->max = a->kind == AXT_POOL_MAX;
	pool->images = y->dims[0];
	pool->channels = y->dims[1];
	pool->places = axt_span(y, 2, y->rank);
	pool->blocks = (pool->channels + BLOCK - 1) / BLOCK;
	return !(pool->padded && has_padding);
}

int fast_pool(const struct axt_call *call, struct axt_plan *plan)
{
	struct pool from = { 0 }, *pool;
	double taps;

	if (!describe(&from, call))
		return -EOPNOTSUPP;
	pool = malloc(sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	*pool = from;
	taps = (double)(pool->side[0].kernel * pool->side[1].kernel);
	*plan = (struct axt_plan){
		.run = pool_run,
		.state = pool,
		.owned = pool,
		.size = sizeof(*pool),
		.parts_max =
			axt_parts(pool->images * pool->places * pool->blocks),
		.cost = FAST_OP_NS +
			(double)axt_element_count(call->out[0].tensor) *
				(0.5 + taps * 0.5 * FAST_BYTE_NS),
	};
	return 0;
}
