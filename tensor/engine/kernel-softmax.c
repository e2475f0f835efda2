// SPDX-License-Identifier: MIT
#include "index.h"
#include "kernels.h"

#include <math.h>

enum {
	SOFTMAX = 0,
	LOG_SOFTMAX = 1,
	HARDMAX = 2
};

struct lane {
	const float *x;
	float *y;
	size_t length;
	size_t step;
};

/* A NaN is larger than all; of equals the first counts. */
static size_t largest(const struct lane *lane)
{
	size_t best = 0;

	for (size_t i = 1; i < lane->length; i++) {
		float v = lane->x[i * lane->step];
		float max = lane->x[best * lane->step];

		if (v > max || (isnan(v) && !isnan(max)))
			best = i;
	}
	return best;
}

static void softmax_lane(const struct lane *lane, unsigned int kind)
{
	size_t best = largest(lane), step = lane->step;
	float max = lane->x[best * step];
	double sum = 0;

	if (kind == HARDMAX) {
		for (size_t i = 0; i < lane->length; i++)
			lane->y[i * step] = i == best;
		return;
	}
	for (size_t i = 0; i < lane->length; i++) {
		float d = lane->x[i * step] - max, e = expf(d);

		lane->y[i * step] = kind == SOFTMAX ? e : d;
		sum += e;
	}
	for (size_t i = 0; i < lane->length; i++)
		if (kind == SOFTMAX)
			lane->y[i * step] = (float)(lane->y[i * step] / sum);
		else
			lane->y[i * step] -= (float)log(sum);
}

static size_t lane_count(const struct axt_call *call)
{
	const struct axt_softmax *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;

	return axt_span(x, 0, a->axis) *
	       axt_span(x, a->axis + a->axes, x->rank);
}

static void softmax_run(const struct axt_call *call, unsigned int part,
			unsigned int parts)
{
	const struct axt_softmax *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	struct axt_range range = axt_slice_of(lane_count(call), part, parts);
	struct lane lane = {
		.length = axt_span(x, a->axis, a->axis + a->axes),
		.step = axt_span(x, a->axis + a->axes, x->rank),
	};

	if (lane.length == 0)
		return;
	for (size_t i = range.begin; i < range.end; i++) {
		size_t at =
			i / lane.step * lane.length * lane.step + i % lane.step;

		lane.x = (const float *)call->in[0].data + at;
		lane.y = (float *)call->out[0].data + at;
		softmax_lane(&lane, a->kind);
	}
}

static unsigned int softmax_parts(const struct axt_call *call)
{
	return axt_parts(lane_count(call));
}

const struct axt_kernel axt_portable_softmax = {
	.run = softmax_run,
	.parts_max = softmax_parts,
};
