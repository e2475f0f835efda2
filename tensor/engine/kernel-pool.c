// SPDX-License-Identifier: MIT
/*
 * AXT_POOL, window by window. A window is clipped to x before it is read, and
 * to x with its padding where padding counts; what a last window covers
 * beyond that counts nowhere. Sums are in double precision.
 */
#include "kernels.h"
#include "sink.h"

#include <math.h>

#define DIMS AXT_SPATIAL_MAX

struct side {
	ptrdiff_t in;
	ptrdiff_t kernel;
	ptrdiff_t stride;
	ptrdiff_t dilation;
	ptrdiff_t pad;
	ptrdiff_t pad_end;
	ptrdiff_t step; /* of x, in elements */
	ptrdiff_t index_step; /* of the indices that come out */
};

struct pool {
	struct axt_sink sink;
	struct axt_index x;
	const struct axt_pool *attr;
	struct side side[DIMS];
	ptrdiff_t plane; /* elements of one channel */
	struct axt_index index;
	int64_t *indices; /* or NULL */
};

/* What is inside of x of one window. */
struct window {
	ptrdiff_t from[DIMS];
	ptrdiff_t end[DIMS];
	ptrdiff_t counted; /* places with the padding */
};

static void pool_init(struct pool *pool, const struct axt_call *call)
{
	const struct axt_pool *a = call->attributes;
	ptrdiff_t row_major = 1, column_major = 1;

	axt_sink_init(&pool->sink, call);
	axt_index_init(&pool->x, call->in[0].tensor);
	pool->attr = a;
	pool->indices = call->op->outputs > 1 ? call->out[1].data : NULL;
	if (pool->indices)
		axt_index_init(&pool->index, call->out[1].tensor);
	for (unsigned int d = 0; d < DIMS; d++)
		pool->side[d] = (struct side){ 1, 1, 1, 1, 0, 0, 0, 0 };
	for (unsigned int d = 0; d < a->spatial; d++) {
		struct side *side = &pool->side[DIMS - a->spatial + d];

		side->in = (ptrdiff_t)pool->x.dim[2 + d];
		side->kernel = a->kernel[d];
		side->stride = a->stride[d];
		side->dilation = a->dilation[d];
		side->pad = a->pad_begin[d];
		side->pad_end = a->pad_end[d];
		side->step = (ptrdiff_t)pool->x.stride[2 + d];
		side->index_step = column_major;
		column_major *= side->in;
	}
	pool->plane = column_major;
	for (unsigned int d = DIMS; !a->column_major && d-- > 0;) {
		pool->side[d].index_step = row_major;
		row_major *= pool->side[d].in;
	}
}

static void window_of(const struct pool *pool, const ptrdiff_t *place,
		      struct window *window)
{
	window->counted = 1;
	for (unsigned int d = 0; d < DIMS; d++) {
		const struct side *s = &pool->side[d];
		ptrdiff_t first = place[d] * s->stride - s->pad;
		ptrdiff_t room = s->in + s->pad_end - first;
		ptrdiff_t end = first + s->kernel * s->dilation;
		ptrdiff_t covered = (room + s->dilation - 1) / s->dilation;

		window->counted *= covered < s->kernel ? covered : s->kernel;
		if (first < 0)
			first += (-first + s->dilation - 1) / s->dilation *
				 s->dilation;
		window->from[d] = first;
		window->end[d] = end < s->in ? end : s->in;
	}
}

struct pooled {
	double value;
	ptrdiff_t at; /* of the maximum, as an index */
	ptrdiff_t inside;
};

static void take(const struct pool *pool, struct pooled *p, float v,
		 ptrdiff_t at)
{
	switch (pool->attr->kind) {
	case AXT_POOL_MAX:
		if (p->inside == 0 || v > p->value ||
		    (isnan(v) && !isnan(p->value))) {
			p->value = v;
			p->at = at;
		}
		break;
	case AXT_POOL_LP:
		p->value += pow(fabsf(v), pool->attr->p);
		break;
	default:
		p->value += v;
	}
	p->inside++;
}

static void pool_window(const struct pool *pool, const struct window *w,
			const float *x, struct pooled *p)
{
	const struct side *s = pool->side;

	for (ptrdiff_t i = w->from[0]; i < w->end[0]; i += s[0].dilation)
		for (ptrdiff_t j = w->from[1]; j < w->end[1];
		     j += s[1].dilation) {
			const float *row = x + i * s[0].step + j * s[1].step;
			ptrdiff_t at =
				i * s[0].index_step + j * s[1].index_step;

			for (ptrdiff_t k = w->from[2]; k < w->end[2];
			     k += s[2].dilation)
				take(pool, p, row[k * s[2].step],
				     at + k * s[2].index_step);
		}
}

static float pool_finish(const struct pool *pool, const struct window *w,
			 const struct pooled *p)
{
	switch (pool->attr->kind) {
	case AXT_POOL_AVERAGE:
		return (float)(p->value / (double)p->inside);
	case AXT_POOL_AVERAGE_PADDED:
		return (float)(p->value / (double)w->counted);
	case AXT_POOL_LP:
		return (float)pow(p->value, 1.0 / pool->attr->p);
	}
	return (float)p->value;
}

static void pool_row(const struct pool *pool, const float *x, size_t *coord)
{
	unsigned int spatial = pool->attr->spatial, last = pool->x.rank - 1;
	size_t length = pool->sink.y.dim[last], fill = 0;
	ptrdiff_t image = (ptrdiff_t)(coord[0] * pool->x.dim[1] + coord[1]);
	ptrdiff_t place[DIMS] = { 0 };
	float value[AXT_CHUNK];
	struct window window;

	for (unsigned int d = 0; d + 1 < spatial; d++)
		place[DIMS - spatial + d] = (ptrdiff_t)coord[2 + d];
	for (size_t t = 0; t < length; t++) {
		struct pooled p = { 0 };

		place[DIMS - 1] = (ptrdiff_t)t;
		window_of(pool, place, &window);
		pool_window(pool, &window, x, &p);
		value[fill++] = pool_finish(pool, &window, &p);
		coord[last] = t;
		if (pool->indices)
			pool->indices[axt_index_at(&pool->index, coord)] =
				image * pool->plane + p.at;
		if (fill == AXT_CHUNK || t + 1 == length) {
			coord[last] = t + 1 - fill;
			axt_sink_put(&pool->sink, coord, value, fill);
			fill = 0;
		}
	}
	coord[last] = 0;
}

static void pool_run(const struct axt_call *call, unsigned int part,
		     unsigned int parts)
{
	const float *x = call->in[0].data;
	struct axt_walk walk;
	struct pool pool;

	pool_init(&pool, call);
	for (axt_walk_begin(&walk, &pool.sink.y, part, parts);
	     walk.row < walk.end; axt_walk_next(&walk))
		pool_row(&pool,
			 x + walk.coord[0] * pool.x.stride[0] +
				 axt_index_channel(&pool.x, walk.coord[1]),
			 walk.coord);
}

const struct axt_kernel axt_portable_pool = {
	.run = pool_run,
	.parts_max = axt_parts_rows,
};
