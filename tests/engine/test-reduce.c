// SPDX-License-Identifier: MIT
/*
 * Reductions, softmax, normalisations and the place of the largest: each in
 * double precision over a list of a group's members, found by coordinates.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

struct group {
	double value[2000];
	size_t place[2000];
	size_t count;
};

/* The elements that agree with element i in all dimensions not in axes. */
static void group_of(const struct et *x, size_t i, unsigned int axes,
		     struct group *g)
{
	size_t a[8], b[8];

	g->count = 0;
	et_coord(x, i, a);
	for (size_t j = 0; j < x->count; j++) {
		bool same = true;

		et_coord(x, j, b);
		for (size_t d = 0; d < x->tensor.rank; d++)
			same = same && (axes >> d & 1 || a[d] == b[d]);
		if (!same)
			continue;
		g->value[g->count] = et_get(x, j);
		g->place[g->count++] = j;
	}
}

static double reduced(unsigned int kind, const struct group *g)
{
	double sum = 0, l1 = 0, l2 = 0, prod = 1, e = 0;
	double max = -INFINITY, min = INFINITY;

	for (size_t i = 0; i < g->count; i++) {
		double v = g->value[i];

		sum += v;
		l1 += fabs(v);
		l2 += v * v;
		prod *= v;
		e += exp(v);
		max = fmax(max, v);
		min = fmin(min, v);
	}
	switch (kind) {
	case AXT_REDUCE_SUM:
		return sum;
	case AXT_REDUCE_MEAN:
		return sum / (double)g->count;
	case AXT_REDUCE_MAX:
		return max;
	case AXT_REDUCE_MIN:
		return min;
	case AXT_REDUCE_PROD:
		return prod;
	case AXT_REDUCE_L1:
		return l1;
	case AXT_REDUCE_L2:
		return sqrt(l2);
	case AXT_REDUCE_SUM_SQUARE:
		return l2;
	case AXT_REDUCE_LOG_SUM:
		return log(sum);
	case AXT_REDUCE_LOG_SUM_EXP:
		return log(e);
	}
	return NAN;
}

static void check_reduce(struct et *x, unsigned int kind, unsigned int axes)
{
	struct axt_reduce a = { kind, axes };
	struct et *y = et_like(x);
	struct et_call call = { AXT_REDUCE, &a, { x }, 1, { y }, 1 };
	static struct group g;
	double want[300];
	size_t c[8];

	y->count = 1;
	for (size_t d = 0; d < x->tensor.rank; d++) {
		if (axes >> d & 1)
			y->tensor.dims[d] = 1;
		y->count *= y->tensor.dims[d];
	}
	y->tensor.size = y->count * (x->tensor.type == AXT_I64 ? 8 : 4);
	for (size_t i = 0; i < y->count; i++) {
		et_coord(y, i, c);
		group_of(x, et_number(x, c), axes, &g);
		want[i] = reduced(kind, &g);
	}
	et_run(&call);
	if (!ET_EXPECT(y, want, 1e-5))
		tap_note("kind %u, axes %#x", kind, axes);
	et_free(y);
}

static void reductions(void)
{
	static const enum axt_type types[] = { AXT_F32, AXT_I32, AXT_I64 };
	struct et *plain = et_random(ET_DIMS(3, 2, 4, 5), 3);

	for (unsigned int k = 0; k < 3; k++) {
		struct et *x = et_new(types[k], AXT_PLAIN, ET_DIMS(3, 2, 4, 5));

		for (size_t i = 0; i < x->count; i++)
			et_set(x, i,
			       k ? 1 + (double)(i % 3) : et_get(plain, i));
		for (unsigned int axes = 1; axes < 16; axes++)
			for (unsigned int kind = 0;
			     kind < (k ? 5 : AXT_REDUCE_END); kind++)
				/* Of 120 factors, i32 would wrap around. */
				if ((!k || kind != AXT_REDUCE_MEAN) &&
				    (kind != AXT_REDUCE_PROD || axes < 8))
					check_reduce(x, kind, axes);
		et_free(x);
	}
	et_free(plain);
}

static void reduction_of(struct et *x, unsigned int kind, double want)
{
	struct axt_reduce a = { kind, 1 };
	struct et *y = et_new(x->tensor.type, AXT_PLAIN, ET_DIMS(1));
	struct et_call call = { AXT_REDUCE, &a, { x }, 1, { y }, 1 };

	et_run(&call);
	if (!ET_EXPECT(y, &want, 1e-6))
		tap_note("kind %u", kind);
	et_free(y);
}

static void corners(void)
{
	static const double large[] = { 1000, 1000 };
	static const double not[] = { 1, NAN, 3 };
	static const double low[] = { -INFINITY, -INFINITY };
	struct et *none = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(0));
	struct et *l = et_values(AXT_F32, large, ET_DIMS(2));
	struct et *n = et_values(AXT_F32, not, ET_DIMS(3));
	struct et *i = et_values(AXT_F32, low, ET_DIMS(2));

	reduction_of(none, AXT_REDUCE_SUM, 0);
	reduction_of(none, AXT_REDUCE_PROD, 1);
	reduction_of(none, AXT_REDUCE_MAX, -INFINITY);
	reduction_of(none, AXT_REDUCE_MEAN, NAN);
	reduction_of(none, AXT_REDUCE_LOG_SUM_EXP, -INFINITY);
	reduction_of(l, AXT_REDUCE_LOG_SUM_EXP, 1000 + log(2));
	reduction_of(n, AXT_REDUCE_MAX, NAN);
	reduction_of(n, AXT_REDUCE_MIN, NAN);
	reduction_of(i, AXT_REDUCE_LOG_SUM_EXP, -INFINITY);
	et_free(none);
	et_free(l);
	et_free(n);
	et_free(i);
}

static void softmaxes(void)
{
	struct et *x = et_random(ET_DIMS(3, 4, 5, 2), 9), *y = et_like(x);
	static struct group g;
	double want[120];

	for (unsigned int n = 0; n < 3 * 4 * 4; n++) {
		struct axt_softmax a = { n / 16, n / 4 % 4, n % 4 + 1, 0 };
		struct et_call call = { AXT_SOFTMAX, &a, { x }, 1, { y }, 1 };

		if (a.axis + a.axes > 4)
			continue;
		for (size_t i = 0; i < x->count; i++) {
			double v = et_get(x, i), sum = 0;
			bool first = true;

			group_of(x, i, ((1u << a.axes) - 1) << a.axis, &g);
			for (size_t k = 0; k < g.count; k++) {
				sum += exp(g.value[k]);
				first = first &&
					(g.value[k] < v ||
					 (g.value[k] == v && g.place[k] >= i));
			}
			want[i] = a.kind == 0 ? exp(v) / sum :
				  a.kind == 1 ? v - log(sum) :
						first;
		}
		et_run(&call);
		ET_EXPECT(y, want, 1e-5);
	}
	et_free(x);
	et_free(y);
}

/* ONNX's softmax_large_number and logsoftmax_large_number. */
static void large_numbers(void)
{
	static const double in[] = { 0, 1, 2, 3, 10000, 10001, 10002, 10003 };
	static const double out[] = { 0.032058604, 0.08714432,	0.23688284,
				      0.6439143,   0.032058604, 0.08714432,
				      0.23688284,  0.6439143 };
	struct axt_softmax a = { 0, 1, 1, 0 };
	struct et *x = et_values(AXT_F32, in, ET_DIMS(2, 4)), *y = et_like(x);
	struct et_call call = { AXT_SOFTMAX, &a, { x }, 1, { y }, 1 };

	et_run(&call);
	ET_EXPECT(y, out, 1e-6);
	et_free(x);
	et_free(y);
}

static double normal(const struct axt_normalize *a, const struct et *x,
		     size_t i, unsigned int axes)
{
	double v = et_get(x, i), mean = 0, var = 0;
	static struct group g;

	group_of(x, i, axes, &g);
	for (size_t k = 0; k < g.count; k++) {
		mean += g.value[k] / (double)g.count;
		if (a->kind == AXT_LP_NORM)
			var += pow(fabs(g.value[k]), a->size);
	}
	if (a->kind == AXT_LP_NORM)
		return v / pow(var, 1.0 / a->size);
	for (size_t k = 0; k < g.count; k++)
		var += pow(g.value[k] - mean, 2) / (double)g.count;
	if (a->kind == AXT_MEAN_VARIANCE)
		return (v - mean) / (sqrt(var) + a->epsilon);
	return (v - mean) / sqrt(var + a->epsilon);
}

static double response(const struct axt_normalize *a, const struct et *x,
		       size_t i)
{
	double sum = 0, v = et_get(x, i);
	size_t c[8];
	long own;

	et_coord(x, i, c);
	own = (long)c[1];
	for (long k = 0; k < (long)x->tensor.dims[1]; k++)
		if (k >= own - (long)((a->size - 1) / 2) &&
		    k <= own + (long)ceil((a->size - 1) / 2.0)) {
			c[1] = (size_t)k;
			sum += pow(et_get(x, et_number(x, c)), 2);
		}
	return v / pow(a->epsilon + a->alpha / a->size * sum, a->beta);
}

static void normalisations(void)
{
	static const struct {
		struct axt_normalize a;
		unsigned int axes;
	} rows[] = {
		{ { AXT_LAYER_NORM, 3, 0, 0, 0.01f, 0, 0, 0 }, 8 },
		{ { AXT_LAYER_NORM, 1, 0, 0, 0.01f, 0, 0, 0 }, 14 },
		{ { AXT_LAYER_NORM, 0, 0, 0, 0.01f, 0, 0, 0 }, 15 },
		{ { AXT_INSTANCE_NORM, 0, 0, 0, 0.1f, 0, 0, 0 }, 12 },
		{ { AXT_LOCAL_RESPONSE, 0, 0, 3, 2, 0.5f, 0.75f, 0 }, 0 },
		{ { AXT_LOCAL_RESPONSE, 0, 0, 4, 2, 0.5f, 0.75f, 0 }, 0 },
		{ { AXT_LP_NORM, 1, 0, 1, 0, 0, 0, 0 }, 2 },
		{ { AXT_LP_NORM, 3, 0, 2, 0, 0, 0, 0 }, 8 },
		{ { AXT_MEAN_VARIANCE, 0, 13, 0, 1e-9f, 0, 0, 0 }, 13 },
	};
	struct et *x = et_random(ET_DIMS(2, 6, 4, 5), 5), *y = et_like(x);

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		const struct axt_normalize *a = &rows[n].a;
		struct et *s =
			et_random(x->tensor.dims + a->axis, 4 - a->axis, 1);
		struct et *c = et_random(ET_DIMS(6), 2);
		bool layer = a->kind == AXT_LAYER_NORM;
		bool scaled = a->kind <= AXT_INSTANCE_NORM;
		struct et_call call = { AXT_NORMALIZE,
					a,
					{ x, layer ? s : c, layer ? s : c },
					scaled ? 3 : 1,
					{ y },
					1 };
		double want[240];

		for (size_t i = 0; i < x->count; i++) {
			double f = layer ? et_get(s, i % s->count) :
					   et_get(c, i / 20 % 6);

			want[i] = a->kind == AXT_LOCAL_RESPONSE ?
					  response(a, x, i) :
					  normal(a, x, i, rows[n].axes);
			if (scaled)
				want[i] = want[i] * f + f;
		}
		et_run(&call);
		if (!ET_EXPECT(y, want, 1e-5))
			tap_note("row %zu", n);
		et_free(s);
		et_free(c);
	}
	et_free(x);
	et_free(y);
}

static void arguments(void)
{
	static const double in[] = { 2, 1, 2, NAN, 5, NAN, 1, 3, 1 };
	static const double want[][3] = {
		{ 0, 0, 1 },
		{ 2, 2, 1 },
		{ 1, 0, 0 },
		{ 1, 2, 2 },
	};
	struct et *x = et_values(AXT_F32, in, ET_DIMS(3, 3));
	struct et *y = et_new(AXT_I64, AXT_PLAIN, ET_DIMS(3, 1));

	for (unsigned int i = 0; i < 4; i++) {
		struct axt_arg a = { 1, i >> 1, i & 1, 0 };
		struct et_call call = { AXT_ARG, &a, { x }, 1, { y }, 1 };

		et_run(&call);
		ET_EXPECT(y, want[i], 0);
	}
	et_free(x);
	et_free(y);
}

static const struct tap_case cases[] = {
	{ "every reduction over every set of dimensions", reductions },
	{ "reductions of nothing, of NaN and of large numbers", corners },
	{ "softmax, its logarithm and hardmax on any dimensions", softmaxes },
	{ "softmax of large numbers does not overflow", large_numbers },
	{ "the five normalisations are their formulas", normalisations },
	{ "the largest and smallest, first and last, NaN first", arguments },
};
TAP_MAIN(cases)
