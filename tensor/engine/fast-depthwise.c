// SPDX-License-Identifier: MIT
/*
 * Convolutions of each channel by itself, channels last: lanes are channels,
 * some neighbouring places are computed at once so that a weight is loaded for
 * all of them. Where a window crosses the left or right edge, one place at a
 * time is computed with the taps that are inside; rows of a window outside are
 * left out. A plan owns the weights, tap by tap.
 */
#include <errno.h>
#include <stdlib.h>

#include "fast-finish.h"
#include "fast.h"
#include "side.h"

#define PLACES 8
#define VECS 2
#define SLICES_PER_ROW 4

struct depthwise {
	struct axt_nest nest; /* image, place, channel */
	struct axt_chain chain;
	struct gemm_end end;
	struct axt_side side[2];
	size_t images;
	size_t channels;
	size_t padded; /* to whole vectors */
	size_t x_image;
	bool again; /* the chain does not read what lies where y does */
	const float *bias;
	float weight[] __attribute__((aligned(64)));
};

/* Some places of one row, and the taps that all of them have. */
struct window {
	const struct depthwise *dw;
	const float *x; /* of the image */
	ptrdiff_t top; /* of the first tap, in x */
	ptrdiff_t left;
	ptrdiff_t i_begin;
	ptrdiff_t i_end;
	ptrdiff_t j_begin;
	ptrdiff_t j_end;
	size_t channel;
	size_t left_over; /* channels from there on */
};

VEC_INLINE vec load(const float *p, size_t left, const bool whole)
{
	return whole ? vec_load(p) : vec_load_n(p, left);
}

VEC_INLINE void sum_up(const struct window *at, vec (*sum)[GEMM_VECS_MAX],
		       const int places, const int vecs, const bool whole)
{
	const struct depthwise *dw = at->dw;
	const struct axt_side *v = &dw->side[0], *h = &dw->side[1];
	ptrdiff_t channels = (ptrdiff_t)dw->channels;
	ptrdiff_t next = h->stride * channels;
	size_t part = at->left_over - (size_t)(vecs - 1) * VEC;

	for (ptrdiff_t i = at->i_begin; i < at->i_end; i++) {
		ptrdiff_t y = at->top + i * v->dilation;
		ptrdiff_t x = at->left + at->j_begin * h->dilation;
		const float *from =
			at->x + (y * h->in + x) * channels + at->channel;
		const float *w =
			dw->weight +
			(size_t)(i * h->kernel + at->j_begin) * dw->padded +
			at->channel;

		for (ptrdiff_t j = at->j_begin; j < at->j_end; j++) {
			VEC_UNROLL
			for (int k = 0; k < vecs; k++) {
				vec b = vec_load(w + k * VEC);

				VEC_UNROLL
				for (int m = 0; m < places; m++)
					sum[m][k] +=
						b *
						load(from + m * next + k * VEC,
						     part,
						     whole || k + 1 < vecs);
			}
			from += h->dilation * channels;
			w += dw->padded;
		}
	}
}

VEC_INLINE void places_any(const struct window *at, struct gemm_tile *tile,
			   const int places, const int vecs, const bool whole)
{
	const struct depthwise *dw = at->dw;
	_Alignas(64) float sums[PLACES * VECS * VEC];
	vec sum[PLACES][GEMM_VECS_MAX];
	const int rows = places;

	FINISH_EACH(sum[m][v] = vec_load(dw->bias + at->channel + v * VEC));
	sum_up(at, sum, places, vecs, whole);
	tile->first_col = at->channel;
	tile->cols = at->left_over < (size_t)vecs * VEC ? at->left_over :
							  (size_t)vecs * VEC;
	if (dw->end.in_registers) {
		finish_tile(tile, &dw->end, sum, rows, vecs);
		return;
	}
	FINISH_EACH(vec_store(sums + (m * vecs + v) * VEC, sum[m][v]));
	gemm_finish(&dw->end, tile, sums, (size_t)vecs * VEC);
}

typedef void places_fn(const struct window *at, struct gemm_tile *tile);

#define PLACES_FN(places, vecs, whole, name)                              \
	static void name(const struct window *at, struct gemm_tile *tile) \
	{                                                                 \
		places_any(at, tile, places, vecs, whole);                \
	}

PLACES_FN(PLACES, 2, true, eight_wide)
PLACES_FN(PLACES, 2, false, eight_wide_tail)
PLACES_FN(PLACES, 1, true, eight)
PLACES_FN(PLACES, 1, false, eight_tail)
PLACES_FN(4, 2, true, four_wide)
PLACES_FN(4, 2, false, four_wide_tail)
PLACES_FN(4, 1, true, four)
PLACES_FN(4, 1, false, four_tail)
PLACES_FN(1, 2, true, one_wide)
PLACES_FN(1, 2, false, one_wide_tail)
PLACES_FN(1, 1, true, one)
PLACES_FN(1, 1, false, one_tail)

/* For so many places: two vectors, the second in part; one, in part. */
struct by_width {
	ptrdiff_t places;
	places_fn *run[4];
};

static const struct by_width by_width[] = {
	{ PLACES, { eight_wide, eight_wide_tail, eight, eight_tail } },
	{ 4, { four_wide, four_wide_tail, four, four_tail } },
	{ 1, { one_wide, one_wide_tail, one, one_tail } },
};

static unsigned int kind_for(size_t channels)
{
	if (channels > VEC)
		return channels < 2 * VEC;
	return channels < VEC ? 3 : 2;
}

static void all_channels(struct window *at, struct gemm_tile *tile,
			 const struct by_width *width)
{
	size_t channels = at->dw->channels;

	tile->rows = (size_t)width->places;
	for (size_t c = 0; c < channels; c += 2 * VEC) {
		at->channel = c;
		at->left_over = channels - c;
		width->run[kind_for(channels - c)](at, tile);
	}
}

/* Of a window that starts at "at": the taps inside. */
static void inside(const struct axt_side *side, ptrdiff_t at, ptrdiff_t *begin,
		   ptrdiff_t *end)
{
	*begin = at < 0 ? (-at + side->dilation - 1) / side->dilation : 0;
	*end = (side->in - at + side->dilation - 1) / side->dilation;
	if (*end > side->kernel)
		*end = side->kernel;
	if (*end < *begin)
		*end = *begin;
}

/* How many of the next places may be computed at once. */
static const struct by_width *width_for(const struct axt_side *h, ptrdiff_t j,
					ptrdiff_t end)
{
	const struct by_width *width = by_width;
	ptrdiff_t left = j * h->stride - h->pad;
	ptrdiff_t reach = (h->kernel - 1) * h->dilation;

	for (; width->places > 1; width++)
		if (j + width->places <= end && left >= 0 &&
		    left + (width->places - 1) * h->stride + reach < h->in)
			break;
	return width;
}

static void run_places(struct window *at, struct gemm_tile *tile, ptrdiff_t i,
		       ptrdiff_t j, const struct by_width *width)
{
	const struct axt_side *h = &at->dw->side[1];

	at->left = j * h->stride - h->pad;
	inside(h, at->left, &at->j_begin, &at->j_end);
	tile->first_row = (size_t)(i * h->out + j);
	all_channels(at, tile, width);
}

/* The end of the places from which on windows cross the right edge. */
static ptrdiff_t whole_end(const struct axt_side *h, ptrdiff_t end)
{
	ptrdiff_t room = h->in + h->pad - (h->kernel - 1) * h->dilation;

	room = room > 0 ? (room - 1) / h->stride + 1 : 0;
	return room < end ? room : end;
}

/*
 * Where the last whole windows are too few for a step, it begins earlier, and
 * some places are computed twice.
 */
static void run_row(struct window *at, struct gemm_tile *tile, ptrdiff_t i,
		    ptrdiff_t begin, ptrdiff_t end)
{
	const struct axt_side *v = &at->dw->side[0], *h = &at->dw->side[1];
	ptrdiff_t last = whole_end(h, end), j = begin;

	at->top = i * v->stride - v->pad;
	inside(v, at->top, &at->i_begin, &at->i_end);
	while (j < end) {
		const struct by_width *width = width_for(h, j, end);
		ptrdiff_t back = last - PLACES;

		if (at->dw->again && width->places < PLACES && j + 1 < last &&
		    back >= begin && back * h->stride >= h->pad &&
		    j * h->stride >= h->pad) {
			run_places(at, tile, i, back, by_width);
			j = last;
			continue;
		}
		run_places(at, tile, i, j, width);
		j += width->places;
	}
}

static void depthwise_run(const void *state, const struct axt_call *call,
			  unsigned int part, unsigned int parts)
{
	const struct depthwise *dw = state;
	size_t height = (size_t)dw->side[0].out;
	struct axt_range rows =
		axt_slice_of(dw->images * height * SLICES_PER_ROW, part, parts);
	const float *x = call->in[0].data;
	float *y = call->out[0].data;
	struct window at = { .dw = dw };
	struct axt_bases bases;
	struct gemm_tile tile = { .bases = &bases };

	for (size_t r = rows.begin; r < rows.end; r++) {
		size_t row = r / SLICES_PER_ROW, image = row / height;
		struct axt_range places = axt_slice_of((size_t)dw->side[1].out,
						       r % SLICES_PER_ROW,
						       SLICES_PER_ROW);

		if (r == rows.begin || (row % height == 0))
			axt_chain_bases(&dw->chain, &dw->nest, call, &image, 1,
					&bases);
		/* The rest of a row in one go. */
		while (r % SLICES_PER_ROW < SLICES_PER_ROW - 1 &&
		       r + 1 < rows.end) {
			r++;
			places.end = axt_slice_of((size_t)dw->side[1].out,
						  r % SLICES_PER_ROW,
						  SLICES_PER_ROW)
					     .end;
		}
		at.x = x + image * dw->x_image;
		tile.y = y + image * dw->nest.stride[0][0];
		run_row(&at, &tile, (ptrdiff_t)(row % height),
			(ptrdiff_t)places.begin, (ptrdiff_t)places.end);
	}
}

static bool describe(struct depthwise *dw, const struct axt_call *call)
{
	const struct axt_conv *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	const struct axt_tensor *y = call->out[0].tensor;

	if (a->spatial > 2 || a->groups != x->dims[1] ||
	    x->dims[1] != y->dims[1] || !axt_channels_last(x) ||
	    !axt_channels_last(y) || !axt_element_count(x) ||
	    !axt_element_count(y))
		return false;
	if (!axt_nest_init(&dw->nest, y, true) ||
	    !axt_chain_posts(&dw->chain, &dw->nest, call, true) ||
	    !axt_nest_merge(&dw->nest, 1, y->rank - 1u))
		return false;
	axt_sides_init(dw->side, a, call);
	dw->images = y->dims[0];
	dw->channels = y->dims[1];
	dw->padded = (dw->channels + 2 * VEC - 1) / VEC * VEC;
	dw->x_image = axt_span(x, 1, x->rank);
	dw->again = true;
	for (unsigned int i = 0; i < dw->chain.count; i++) {
		const struct axt_link *link = &dw->chain.link[i];

		dw->again &= link->source == AXT_LINK_UNARY ||
			     dw->nest.stride[link->tensor][1] == 0;
	}
	dw->end.y_row = dw->channels;
	dw->end.y_col = 1;
	return true;
}

static void pack(const struct depthwise *dw, const struct axt_call *call,
		 float *to)
{
	size_t taps = (size_t)(dw->side[0].kernel * dw->side[1].kernel);
	const float *w = call->in[1].data;
	const float *b = call->op->inputs > 2 ? call->in[2].data : NULL;

	for (size_t t = 0; t < taps; t++, to += dw->padded)
		for (size_t c = 0; c < dw->channels; c++)
			to[c] = w[c * taps + t];
	if (b)
		memcpy(to, b, dw->channels * sizeof(float));
}

static int make(const struct axt_call *call, struct axt_plan *plan,
		const struct depthwise *from)
{
	size_t taps = (size_t)(from->side[0].kernel * from->side[1].kernel);
	size_t floats = (taps + 1) * from->padded;
	size_t size = axt_scratch_round(sizeof(*from) + floats * sizeof(float));
	struct depthwise *dw = aligned_alloc(64, size);
	double count = (double)axt_element_count(call->out[0].tensor);

	if (!dw)
		return -ENOMEM;
	memset(dw, 0, size);
	*dw = *from;
	dw->end.chain = &dw->chain;
	dw->end.nest = &dw->nest;
	gemm_end_init(&dw->end);
	dw->bias = dw->weight + taps * dw->padded;
	pack(dw, call, dw->weight);
	*plan = (struct axt_plan){
		.run = depthwise_run,
		.state = dw,
		.owned = dw,
		.size = size,
		.parts_max = axt_parts(dw->images * (size_t)dw->side[0].out *
				       SLICES_PER_ROW),
		.cost = FAST_OP_NS +
			count * (double)(taps + 4) * 2 * FAST_MAC_NS,
	};
	return 0;
}

int fast_depthwise(const struct axt_call *call, struct axt_plan *plan)
{
	bool has_bias = call->op->inputs > 2 && call->in[2].tensor;
	struct depthwise dw = { 0 };

	if (!call->in[1].data || (has_bias && !call->in[2].data) ||
	    !describe(&dw, call))
		return -EOPNOTSUPP;
	return make(call, plan, &dw);
}
