// SPDX-License-Identifier: MIT
/*
 * AXT_RESIZE, as ONNX Resize. The operation is separable: for each place of y
 * along each dimension there are up to four places of x with weights, the
 * taps. They are worked out first, into scratch memory; then each row of y is
 * a sum over all combinations of the taps of the outer dimensions. Coordinates
 * are in single precision: 1 / (float)(1.0 / 3) is 3 there, not a bit less.
 */
#include "kernels.h"
#include "resize.h"
#include "sink.h"

#include <math.h>

enum {
	NEAREST = 0,
	LINEAR = 1,
	CUBIC = 2
};
enum {
	HALF_DOWN = 0,
	HALF_UP = 1,
	FLOOR = 2,
	CEIL = 3
};

struct resize {
	const struct axt_resize *attr;
	struct axt_sink sink;
	struct axt_index x;
	const float *data;
	struct axt_tap *taps[AXT_RANK_MAX]; /* of each dimension, one per place */
};

/* Where place i of y is in x. */
static float source_of(const struct resize *rs, unsigned int d, size_t i)
{
	float x = (float)i, scale = rs->attr->scale[d];
	float in = (float)rs->x.dim[d] - 1;
	float out = (float)rs->sink.y.dim[d] - 1;
	float begin = rs->attr->roi_begin[d], end = rs->attr->roi_end[d];

	switch (rs->attr->coordinates) {
	case AXT_PYTORCH_HALF_PIXEL:
		return out > 0 ? (x + 0.5f) / scale - 0.5f : 0;
	case AXT_ALIGN_CORNERS:
		return out > 0 ? x * in / out : 0;
	case AXT_ASYMMETRIC:
		return x / scale;
	case AXT_CROP_AND_RESIZE:
		if (out > 0)
			return begin * in + x * (end - begin) * in / out;
		return 0.5f * (begin + end) * in;
	}
	/* x may be exact where the sum would not be. */
	return scale == 1 ? x : (x + 0.5f) / scale - 0.5f;
}

static float nearest(unsigned int mode, float x)
{
	switch (mode) {
	case HALF_DOWN:
		return ceilf(x - 0.5f);
	case HALF_UP:
		return floorf(x + 0.5f);
	case FLOOR:
		return floorf(x);
	}
	return ceilf(x);
}

static uint32_t inside(float place, size_t length)
{
	float last = (float)length - 1;

	/* Catches NaN, too. */
	if (!(place > 0))
		return 0;
	return place < last ? (uint32_t)place : (uint32_t)(length - 1);
}

/* The weight at distance t, of the cubic convolution with parameter a. */
static float cubic(float a, float t)
{
	t = fabsf(t);
	if (t <= 1)
		return ((a + 2) * t - (a + 3)) * t * t + 1;
	return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
}

static void interpolate(const struct resize *rs, struct axt_tap *tap, float x,
			size_t length)
{
	bool is_cubic = rs->attr->mode == CUBIC;
	float base = floorf(x), rest = x - base, sum = 0;

	tap->count = is_cubic ? 4 : 2;
	for (uint32_t k = 0; k < tap->count; k++) {
		float shift = (float)k - (is_cubic ? 1 : 0);
		float place = base + shift;
		float w = is_cubic ? cubic(rs->attr->cubic, rest - shift) :
			  k	   ? rest :
				     1 - rest;

		if (rs->attr->exclude_outside &&
		    (place < 0 || place > (float)length - 1))
			w = 0;
		tap->place[k] = inside(place, length);
		tap->weight[k] = w;
		sum += w;
	}
	for (uint32_t k = 0; rs->attr->exclude_outside && k < tap->count; k++)
		tap->weight[k] /= sum;
}

static void tap_of(const struct resize *rs, unsigned int d, size_t i,
		   struct axt_tap *tap)
{
	size_t length = rs->x.dim[d];
	float x = source_of(rs, d, i);

	*tap = (struct axt_tap){ .count = 1, .weight[0] = 1 };
	if (rs->attr->coordinates == AXT_CROP_AND_RESIZE &&
	    !(x >= 0 && x <= (float)length - 1)) {
		tap->count = 0;
		return;
	}
	if (rs->attr->mode != NEAREST && x != floorf(x))
		interpolate(rs, tap, x, length);
	else
		tap->place[0] = inside(rs->attr->mode == NEAREST ?
					       nearest(rs->attr->nearest, x) :
					       x,
				       length);
}

/*
 * One combination of taps of the outer dimensions, of which there is none
 * where a place is outside. The number counts the combinations.
 */
static bool combine(const struct resize *rs, const size_t *coord, size_t number,
		    size_t *at, float *weight)
{
	unsigned int last = rs->x.rank - 1;
	size_t place[AXT_RANK_MAX] = { 0 };

	*weight = 1;
	for (unsigned int d = 0; d < last; d++) {
		const struct axt_tap *tap = &rs->taps[d][coord[d]];

		if (tap->count == 0)
			return false;
		place[d] = tap->place[number % tap->count];
		*weight *= tap->weight[number % tap->count];
		number /= tap->count;
	}
	*at = axt_index_at(&rs->x, place);
	return number == 0;
}

void axt_resize_taps(const struct axt_call *call, unsigned int d,
		     struct axt_tap *taps)
{
	struct resize rs = { .attr = call->attributes };

	axt_index_init(&rs.x, call->in[0].tensor);
	axt_index_init(&rs.sink.y, call->out[0].tensor);
	for (size_t i = 0; i < rs.sink.y.dim[d]; i++)
		tap_of(&rs, d, i, &taps[i]);
}

static void resize_chunk(const struct resize *rs, const size_t *coord,
			 size_t count)
{
	unsigned int last = rs->x.rank - 1;
	const struct axt_tap *taps = rs->taps[last] + coord[last];
	size_t step = axt_index_step(&rs->x), at;
	float sum[AXT_CHUNK] = { 0 }, weight;
	size_t number;

	for (number = 0; combine(rs, coord, number, &at, &weight); number++)
		for (size_t j = 0; j < count; j++) {
			const struct axt_tap *tap = &taps[j];
			float v = 0;

			/* A single tap takes the value as it is. */
			for (uint32_t k = 0; k < tap->count; k++)
				v += tap->weight[k] *
				     rs->data[at + tap->place[k] * step];
			sum[j] += weight * v;
		}
	for (size_t j = 0; j < count; j++)
		if (number == 0 || taps[j].count == 0)
			sum[j] = rs->attr->extrapolation;
	axt_sink_put(&rs->sink, coord, sum, count);
}

static void resize_init(struct resize *rs, const struct axt_call *call,
			unsigned int part, size_t size)
{
	struct axt_tap *tap = axt_scratch_of(call, part, size);

	rs->attr = call->attributes;
	rs->data = call->in[0].data;
	axt_sink_init(&rs->sink, call);
	axt_index_init(&rs->x, call->in[0].tensor);
	for (unsigned int d = 0; d < rs->x.rank; d++) {
		rs->taps[d] = tap;
		for (size_t i = 0; i < rs->sink.y.dim[d]; i++)
			tap_of(rs, d, i, tap++);
	}
}

static size_t resize_scratch(const struct axt_call *call)
{
	struct axt_index y;
	size_t count = 0;

	axt_index_init(&y, call->out[0].tensor);
	for (unsigned int d = 0; d < y.rank; d++)
		count += y.dim[d];
	return axt_scratch_round(count * sizeof(struct axt_tap));
}

static void resize_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	size_t length, last, count;
	struct resize rs;
	struct axt_walk walk;

	/* An empty x has nothing to give; a validated y is empty, too. */
	if (axt_element_count(call->out[0].tensor) == 0 ||
	    axt_element_count(call->in[0].tensor) == 0)
		return;
	resize_init(&rs, call, part, resize_scratch(call));
	length = axt_index_length(&rs.sink.y);
	last = rs.x.rank - 1;
	for (axt_walk_begin(&walk, &rs.sink.y, part, parts);
	     walk.row < walk.end; axt_walk_next(&walk)) {
		for (size_t i = 0; i < length; i += count) {
			count = length - i < AXT_CHUNK ? length - i : AXT_CHUNK;
			walk.coord[last] = i;
			resize_chunk(&rs, walk.coord, count);
		}
		walk.coord[last] = 0;
	}
}

const struct axt_kernel axt_portable_resize = {
	.run = resize_run,
	.scratch = resize_scratch,
	.parts_max = axt_parts_rows,
};
