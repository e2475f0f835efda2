// SPDX-License-Identifier: MIT
/*
 * AXT_REDUCE and AXT_ARG. One result is one group of members (lanes.h), read
 * in the order they have in memory. f32 sums are in double precision; integer
 * ones wrap around. Nothing at all has the sum 0, the product 1, and the
 * extreme that every number is beyond.
 */
#include "convert.h"
#include "kernels.h"
#include "lanes.h"

#include <math.h>

/* The maximum or minimum; a NaN is both. */
static double extreme(const struct axt_lanes *lanes, size_t group,
		      const float *x, bool max)
{
	double best = max ? -INFINITY : INFINITY;
	struct axt_lane lane;

	if (!axt_lane_first(lanes, group, &lane))
		return best;
	do {
		const float *from = x + lane.at;

		for (size_t i = 0; i < lane.length; i++) {
			float v = from[i * lane.step];

			if ((max ? v > best : v < best) || isnan(v))
				best = v;
			/* No comparison with NaN holds: it stays. */
		}
	} while (axt_lane_next(lanes, &lane));
	return best;
}

#define SUM_LOOP(total, term)                      \
	for (size_t i = 0; i < lane.length; i++) { \
		double v = from[i * lane.step];    \
		total = (term);                    \
	}

/* The sum or product that a kind is built on. */
static double total_of(const struct axt_lanes *lanes, size_t group,
		       const float *x, unsigned int kind, double max)
{
	double total = kind == AXT_REDUCE_PROD;
	struct axt_lane lane;

	if (!axt_lane_first(lanes, group, &lane))
		return total;
	do {
		const float *from = x + lane.at;

		switch (kind) {
		case AXT_REDUCE_PROD:
			SUM_LOOP(total, total * v)
			break;
		case AXT_REDUCE_L1:
			SUM_LOOP(total, total + fabs(v))
			break;
		case AXT_REDUCE_L2:
		case AXT_REDUCE_SUM_SQUARE:
			SUM_LOOP(total, total + v * v)
			break;
		case AXT_REDUCE_LOG_SUM_EXP:
			SUM_LOOP(total, total + exp(v - max))
			break;
		default:
			SUM_LOOP(total, total + v)
		}
	} while (axt_lane_next(lanes, &lane));
	return total;
}

static double reduce_f32(const struct axt_lanes *lanes, size_t group,
			 const float *x, unsigned int kind)
{
	double max = 0, total;

	if (kind == AXT_REDUCE_MAX || kind == AXT_REDUCE_MIN)
		return extreme(lanes, group, x, kind == AXT_REDUCE_MAX);
	if (kind == AXT_REDUCE_LOG_SUM_EXP) {
		max = extreme(lanes, group, x, true);
		if (!isfinite(max))
			return max;
	}
	total = total_of(lanes, group, x, kind, max);
	switch (kind) {
	case AXT_REDUCE_MEAN:
		return lanes->members ? total / (double)lanes->members : NAN;
	case AXT_REDUCE_L2:
		return sqrt(total);
	case AXT_REDUCE_LOG_SUM:
		return log(total);
	case AXT_REDUCE_LOG_SUM_EXP:
		return max + log(total);
	}
	return total;
}

static int64_t combine(unsigned int kind, int64_t a, int64_t b)
{
	switch (kind) {
	case AXT_REDUCE_MAX:
		return a > b ? a : b;
	case AXT_REDUCE_MIN:
		return a < b ? a : b;
	case AXT_REDUCE_PROD:
		return (int64_t)((uint64_t)a * (uint64_t)b);
	}
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t reduce_integer(const struct axt_lanes *lanes, size_t group,
			      const struct axt_view *x, unsigned int kind)
{
	unsigned int type = x->tensor->type;
	int64_t total = kind == AXT_REDUCE_PROD, value;
	struct axt_lane lane;

	if (kind == AXT_REDUCE_MAX)
		total = type == AXT_I32 ? INT32_MIN : INT64_MIN;
	if (kind == AXT_REDUCE_MIN)
		total = type == AXT_I32 ? INT32_MAX : INT64_MAX;
	if (!axt_lane_first(lanes, group, &lane))
		return total;
	do {
		for (size_t i = 0; i < lane.length; i++) {
			axt_load_i64(&value, type, x->data,
				     lane.at + i * lane.step, 0, 1);
			total = combine(kind, total, value);
		}
	} while (axt_lane_next(lanes, &lane));
	return type == AXT_I32 ? (int32_t)total : total;
}

/* y is plain and has the groups in order. */
static void reduce_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	const struct axt_reduce *a = call->attributes;
	const struct axt_view *x = &call->in[0], *y = &call->out[0];
	struct axt_lanes lanes;
	struct axt_range range;

	axt_lanes_init(&lanes, x->tensor, a->axes);
	range = axt_slice_of(lanes.groups, part, parts);
	for (size_t i = range.begin; i < range.end; i++) {
		int64_t value;

		if (x->tensor->type == AXT_F32) {
			((float *)y->data)[i] =
				(float)reduce_f32(&lanes, i, x->data, a->kind);
			continue;
		}
		value = reduce_integer(&lanes, i, x, a->kind);
		axt_store_i64(y->tensor->type, y->data, i, 0, &value, 1);
	}
}

const struct axt_kernel axt_portable_reduce = {
	.run = reduce_run,
	.parts_max = axt_parts_elements,
};

/* Whether v takes the place of best. A NaN is beyond every number. */
static bool beats(const struct axt_arg *a, float v, float best)
{
	if (isnan(best))
		return a->last && isnan(v);
	if (isnan(v) || (a->last && v == best))
		return true;
	return a->smallest ? v < best : v > best;
}

static void arg_run(const struct axt_call *call, unsigned int part,
		    unsigned int parts)
{
	const struct axt_arg *a = call->attributes;
	const float *x = call->in[0].data;
	int64_t *y = call->out[0].data;
	struct axt_lanes lanes;
	struct axt_lane lane;
	struct axt_range range;

	axt_lanes_init(&lanes, call->in[0].tensor, 1u << a->axis);
	range = axt_slice_of(lanes.groups, part, parts);
	for (size_t g = range.begin; g < range.end; g++) {
		size_t best = 0;

		axt_lane_first(&lanes, g, &lane);
		for (size_t i = 1; i < lane.length; i++)
			if (beats(a, x[lane.at + i * lane.step],
				  x[lane.at + best * lane.step]))
				best = i;
		y[g] = (int64_t)best;
	}
}

const struct axt_kernel axt_portable_arg = {
	.run = arg_run,
	.parts_max = axt_parts_elements,
};
