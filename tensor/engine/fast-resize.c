// SPDX-License-Identifier: MIT
/*
 * Resizing of the spatial dimensions, channels last: lanes are channels, each
 * place of the result is a weighted sum of some places. Which ones is worked
 * out when the plan is made.
 */
#include <errno.h>
#include <stdlib.h>

#include "fast.h"
#include "index.h"
#include "resize.h"

#define FROM_MAX (AXT_TAPS * AXT_TAPS)

struct resize {
	size_t images;
	size_t in[2];
	size_t out[2];
	size_t channels;
	float outside;
	const struct axt_tap *taps[2];
	struct axt_tap data[];
};

struct source {
	unsigned int count;
	const float *from[FROM_MAX];
	float weight[FROM_MAX];
};

static void source_of(const struct resize *rs, const float *x,
		      const struct axt_tap *v, const struct axt_tap *h,
		      struct source *source)
{
	source->count = 0;
	for (uint32_t i = 0; i < v->count; i++)
		for (uint32_t j = 0; j < h->count; j++) {
			unsigned int n = source->count++;

			source->from[n] =
				x + (v->place[i] * rs->in[1] + h->place[j]) *
					    rs->channels;
			source->weight[n] = v->weight[i] * h->weight[j];
		}
}

static void resize_place(const struct resize *rs, const struct source *source,
			 float *y)
{
	for (size_t c = 0; c < rs->channels; c += VEC) {
		size_t left = rs->channels - c;
		vec sum = vec_all(rs->outside);

		/* A single one is taken as it is. */
		if (source->count == 1)
			sum = vec_load_tail(source->from[0] + c, left);
		else if (source->count)
			sum = vec_load_tail(source->from[0] + c, left) *
			      source->weight[0];
		for (unsigned int i = 1; i < source->count; i++)
			sum += vec_load_tail(source->from[i] + c, left) *
			       source->weight[i];
		vec_store_tail(y + c, sum, left);
	}
}

static void resize_run(const void *state, const struct axt_call *call,
		       unsigned int part, unsigned int parts)
{
	const struct resize *rs = state;
	struct axt_range rows =
		axt_slice_of(rs->images * rs->out[0], part, parts);
	size_t row_size = rs->out[1] * rs->channels;
	struct source source;

	for (size_t r = rows.begin; r < rows.end; r++) {
		const float *x =
			(const float *)call->in[0].data +
			r / rs->out[0] * rs->in[0] * rs->in[1] * rs->channels;
		float *y = (float *)call->out[0].data + r * row_size;

		for (size_t j = 0; j < rs->out[1]; j++) {
			source_of(rs, x, &rs->taps[0][r % rs->out[0]],
				  &rs->taps[1][j], &source);
			resize_place(rs, &source, y + j * rs->channels);
		}
	}
}

static bool takes(const struct axt_call *call)
{
	const struct axt_resize *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	const struct axt_tensor *y = call->out[0].tensor;

	if (x->type != AXT_F32 || x->rank != 4 ||
	    x->layout != AXT_CHANNELS_LAST || !axt_element_count(x) ||
	    !axt_element_count(y))
		return false;
	for (unsigned int d = 0; d < 2; d++)
		if (a->scale[d] != 1 || x->dims[d] != y->dims[d])
			return false;
	return a->coordinates != AXT_CROP_AND_RESIZE;
}

int fast_resize(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_resize *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	const struct axt_tensor *y = call->out[0].tensor;
	struct resize *rs;
	size_t size;

	if (!takes(call))
		return -EOPNOTSUPP;
	size = sizeof(*rs) +
	       ((size_t)y->dims[2] + y->dims[3]) * sizeof(struct axt_tap);
	rs = malloc(size);
	if (!rs)
		return -ENOMEM;
	*rs = (struct resize){
		.images = y->dims[0],
		.in = { x->dims[2], x->dims[3] },
		.out = { y->dims[2], y->dims[3] },
		.channels = y->dims[1],
		.outside = a->extrapolation,
		.taps = { rs->data, rs->data + y->dims[2] },
	};
	axt_resize_taps(call, 2, rs->data);
	axt_resize_taps(call, 3, rs->data + y->dims[2]);
	*plan = (struct axt_plan){
		.run = resize_run,
		.state = rs,
		.owned = rs,
		.size = size,
		.parts_max = axt_parts(rs->images * rs->out[0]),
		.cost = FAST_OP_NS +
			(double)axt_element_count(y) * 8 * FAST_BYTE_NS,
	};
	return 0;
}
