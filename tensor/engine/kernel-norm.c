// SPDX-License-Identifier: MIT
/*
 * AXT_NORMALIZE. Four of its kinds take a mean and a factor out of a group of
 * members (lanes.h) and apply them to each; the fifth looks at the channels
 * around. Sums are in double precision.
 */
#include "kernels.h"
#include "lanes.h"
#include "sink.h"

#include <math.h>

struct norm {
	struct axt_sink sink;
	struct axt_lanes lanes;
	const struct axt_normalize *attr;
	const float *x;
	const float *scale; /* or NULL */
	const float *bias; /* or NULL */
};

static const float *optional(const struct axt_call *call, unsigned int i)
{
	return call->op->inputs > i ? call->in[i].data : NULL;
}

static unsigned int axes_of(const struct axt_normalize *a, unsigned int rank)
{
	switch (a->kind) {
	case AXT_LAYER_NORM:
		return ~0u << a->axis;
	case AXT_INSTANCE_NORM:
		return ~0u << 2;
	case AXT_LP_NORM:
		return 1u << a->axis;
	case AXT_MEAN_VARIANCE:
		return a->axes;
	}
	return 1u << (rank - 1); /* rows, of AXT_LOCAL_RESPONSE */
}

static void norm_init(struct norm *norm, const struct axt_call *call)
{
	norm->attr = call->attributes;
	norm->x = call->in[0].data;
	norm->scale = optional(call, 1);
	norm->bias = optional(call, 2);
	axt_sink_init(&norm->sink, call);
	axt_lanes_init(&norm->lanes, call->in[0].tensor,
		       axes_of(norm->attr, norm->sink.y.rank));
}

/* The sum of |x - mean|^power over a group; of x itself for power 0. */
static double power_sum(const struct norm *norm, size_t group, double mean,
			unsigned int power)
{
	struct axt_lane lane;
	double sum = 0;

	if (!axt_lane_first(&norm->lanes, group, &lane))
		return 0;
	do {
		const float *x = norm->x + lane.at;

		for (size_t i = 0; i < lane.length; i++) {
			double v = x[i * lane.step] - mean;

			if (power == 2)
				sum += v * v;
			else if (power == 1)
				sum += fabs(v);
			else
				sum += power ? pow(fabs(v), power) : v;
		}
	} while (axt_lane_next(&norm->lanes, &lane));
	return sum;
}

/* What a group is multiplied with, after its mean is gone. */
static double factor_of(const struct norm *norm, size_t group, double *mean)
{
	double members = (double)norm->lanes.members, sum, var;
	unsigned int p = norm->attr->size;

	*mean = 0;
	if (norm->attr->kind == AXT_LP_NORM) {
		sum = power_sum(norm, group, 0, p);
		/* Of zeros only: they stay. */
		return sum > 0 ? pow(sum, -1.0 / p) : sum;
	}
	*mean = power_sum(norm, group, 0, 0) / members;
	var = power_sum(norm, group, *mean, 2) / members;
	if (norm->attr->kind == AXT_MEAN_VARIANCE)
		return 1 / (sqrt(var) + norm->attr->epsilon);
	return 1 / sqrt(var + norm->attr->epsilon);
}

/* Which elements of scale and bias belong to a lane. */
static void parameters(const struct norm *norm, const struct axt_lane *lane,
		       size_t *first, size_t *step)
{
	bool layer = norm->attr->kind == AXT_LAYER_NORM;

	*first = layer ? lane->number : lane->coord[1];
	*step = layer;
}

/* count members of a lane from i on. */
static void norm_chunk(const struct norm *norm, const struct axt_lane *lane,
		       size_t i, size_t count, double mean, double factor,
		       float *value)
{
	const float *x = norm->x + lane->at + i * lane->step;
	size_t first, step;

	for (size_t j = 0; j < count; j++)
		value[j] = (float)((x[j * lane->step] - mean) * factor);
	if (!norm->scale && !norm->bias)
		return;
	parameters(norm, lane, &first, &step);
	for (size_t j = 0; j < count; j++) {
		size_t k = first + (i + j) * step;

		if (norm->scale)
			value[j] *= norm->scale[k];
		if (norm->bias)
			value[j] += norm->bias[k];
	}
}

static void norm_group(const struct norm *norm, size_t group)
{
	const struct axt_lanes *lanes = &norm->lanes;
	size_t axis = lanes->inner ? lanes->inner_axis[lanes->inner - 1] : 0;
	/* The sink takes runs along the last dimension only. */
	size_t most = lanes->inner && axis + 1 == lanes->x.rank ? AXT_CHUNK : 1;
	double mean, factor = factor_of(norm, group, &mean);
	struct axt_lane lane;
	float value[AXT_CHUNK];
	size_t count;

	if (!axt_lane_first(lanes, group, &lane))
		return;
	do {
		for (size_t i = 0; i < lane.length; i += count) {
			count = lane.length - i < most ? lane.length - i : most;
			norm_chunk(norm, &lane, i, count, mean, factor, value);
			if (lanes->inner)
				lane.coord[axis] = i;
			axt_sink_put(&norm->sink, lane.coord, value, count);
		}
		if (lanes->inner)
			lane.coord[axis] = 0;
	} while (axt_lane_next(lanes, &lane));
}

/* y = x / (k + alpha / size * sum)^beta, the sum of squares around c. */
static void response_row(const struct norm *norm, size_t row)
{
	const struct axt_normalize *a = norm->attr;
	const struct axt_index *xi = &norm->lanes.x;
	size_t channels = xi->dim[1], low, high, fill = 0;
	unsigned int last = xi->rank - 1;
	float value[AXT_CHUNK];
	struct axt_lane lane;

	if (!axt_lane_first(&norm->lanes, row, &lane))
		return;
	for (size_t i = 0; i < lane.length; i++) {
		const float *x = norm->x + lane.at + i * lane.step;
		size_t c = last == 1 ? i : lane.coord[1];
		double sum = 0;

		low = c < (a->size - 1) / 2 ? 0 : c - (a->size - 1) / 2;
		high = c + a->size / 2;
		for (size_t k = low; k <= high && k < channels; k++) {
			double v = x[((ptrdiff_t)k - (ptrdiff_t)c) *
				     (ptrdiff_t)xi->stride[1]];

			sum += v * v;
		}
		value[fill++] =
			(float)(*x / pow(a->epsilon + a->alpha / a->size * sum,
					 a->beta));
		if (fill < AXT_CHUNK && i + 1 < lane.length)
			continue;
		lane.coord[last] = i + 1 - fill;
		axt_sink_put(&norm->sink, lane.coord, value, fill);
		fill = 0;
		lane.coord[last] = 0;
	}
}

static void norm_run(const struct axt_call *call, unsigned int part,
		     unsigned int parts)
{
	struct axt_range range;
	struct norm norm;

	norm_init(&norm, call);
	range = axt_slice_of(norm.lanes.groups, part, parts);
	for (size_t i = range.begin; i < range.end; i++)
		if (norm.attr->kind == AXT_LOCAL_RESPONSE)
			response_row(&norm, i);
		else
			norm_group(&norm, i);
}

static unsigned int norm_parts(const struct axt_call *call)
{
	struct norm norm;

	norm_init(&norm, call);
	return axt_parts(norm.lanes.groups);
}

const struct axt_kernel axt_portable_normalize = {
	.run = norm_run,
	.parts_max = norm_parts,
};
