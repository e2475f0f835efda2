// SPDX-License-Identifier: MIT
/*
 * Pooling against windows over a padded picture, known values of the ONNX
 * operator's examples, and matrix products against sums by coordinates.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

static const struct axt_pool pools[] = {
	{ 0,
	  2,
	  { 3, 2, 1 },
	  { 2, 1, 1 },
	  { 1, 1, 1 },
	  { 1, 1, 0 },
	  { 1, 0, 0 },
	  0,
	  0,
	  0 },
	{ 0,
	  2,
	  { 2, 2, 1 },
	  { 3, 2, 1 },
	  { 2, 3, 1 },
	  { 0, 1, 0 },
	  { 1, 2, 0 },
	  0,
	  0,
	  0 },
	{ 0,
	  1,
	  { 3, 1, 1 },
	  { 2, 1, 1 },
	  { 1, 1, 1 },
	  { 1, 0, 0 },
	  { 1, 0, 0 },
	  0,
	  0,
	  0 },
	{ 0,
	  3,
	  { 2, 3, 2 },
	  { 1, 2, 2 },
	  { 1, 1, 2 },
	  { 1, 0, 1 },
	  { 0, 1, 1 },
	  0,
	  0,
	  0 },
};

/* x at padded place c; NaN outside, infinity beyond the padding. */
static double padded(const struct axt_pool *a, const struct et *x,
		     const size_t *image, const long *place, bool *beyond)
{
	size_t c[8] = { image[0], image[1] };
	bool outside = false;

	*beyond = false;
	for (unsigned int d = 0; d < a->spatial; d++) {
		long side = x->tensor.dims[2 + d];
		long i = place[d] - a->pad_begin[d];

		*beyond = *beyond || i >= side + (long)a->pad_end[d];
		outside = outside || i < 0 || i >= side;
		c[2 + d] = (size_t)i;
	}
	return outside ? NAN : et_get(x, et_number(x, c));
}

static double window(const struct axt_pool *a, const struct et *x,
		     const size_t *y, double *index)
{
	double sum = 0, max = -INFINITY;
	long k[3], place[3], inside = 0, counted = 0;
	size_t strides[3] = { 1, 1, 1 };

	for (unsigned int d = a->spatial; d-- > 1;)
		strides[d - 1] = strides[d] * x->tensor.dims[2 + d];
	for (long n = 0; n < (long)a->kernel[0] * a->kernel[1] * a->kernel[2];
	     n++) {
		double v, at = 0;
		bool beyond;

		k[0] = n / (a->kernel[1] * a->kernel[2]);
		k[1] = n / a->kernel[2] % a->kernel[1];
		k[2] = n % a->kernel[2];
		for (unsigned int d = 0; d < a->spatial; d++) {
			place[d] = (long)y[2 + d] * a->stride[d] +
				   k[d] * a->dilation[d];
			at += (double)(place[d] - (long)a->pad_begin[d]) *
			      (double)strides[d];
		}
		v = padded(a, x, y, place, &beyond);
		counted += !beyond;
		if (isnan(v))
			continue;
		inside++;
		sum += a->kind == AXT_POOL_LP ? pow(fabs(v), a->p) : v;
		if (v > max) {
			max = v;
			*index = at;
		}
	}
	*index += (double)(y[0] * x->tensor.dims[1] + y[1]) *
		  (double)(strides[0] * x->tensor.dims[2]);
	switch (a->kind) {
	case AXT_POOL_MAX:
		return max;
	case AXT_POOL_AVERAGE:
		return sum / (double)inside;
	case AXT_POOL_AVERAGE_PADDED:
		return sum / (double)counted;
	}
	return pow(sum, 1 / a->p);
}

static void check_pool(const struct axt_pool *a, bool ceiling)
{
	uint32_t dims[5] = { 2, 18, 6, 9, 5 }, yd[5] = { 2, 18 };
	unsigned int rank = a->spatial + 2;
	struct et *x = et_random(dims, rank, 5);
	double *want, *index;
	struct et *y, *i;
	size_t c[8];

	for (unsigned int d = 0; d < a->spatial; d++) {
		uint32_t room = dims[2 + d] + a->pad_begin[d] + a->pad_end[d] -
				a->dilation[d] * (a->kernel[d] - 1) - 1;

		yd[2 + d] = room / a->stride[d] + 1;
		if (ceiling && room % a->stride[d] &&
		    yd[2 + d] * a->stride[d] < dims[2 + d] + a->pad_begin[d])
			yd[2 + d]++;
	}
	for (unsigned int layout = 0; layout < 3; layout++) {
		struct et *xl = et_relaid(x, layout);
		struct et_call call = { AXT_POOL, a, { xl }, 1 };

		y = et_new(AXT_F32, layout, yd, rank);
		i = et_new(AXT_I64, layout, yd, rank);
		want = calloc(2 * y->count, sizeof(*want));
		index = want + y->count;
		for (size_t n = 0; n < y->count; n++) {
			et_coord(y, n, c);
			want[n] = window(a, x, c, &index[n]);
		}
		call.out[0] = y;
		call.out[1] = i;
		call.outputs = a->kind == AXT_POOL_MAX ? 2 : 1;
		et_run(&call);
		ET_EXPECT(y, want, 1e-6);
		if (a->kind == AXT_POOL_MAX)
			ET_EXPECT(i, index, 0);
		free(want);
		et_free(xl);
		et_free(y);
		et_free(i);
	}
	et_free(x);
}

static void windows(void)
{
	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++)
		for (uint32_t kind = 0; kind < 4; kind++) {
			struct axt_pool a = pools[i];

			a.kind = kind;
			a.p = kind == AXT_POOL_LP ? 3 : 0;
			check_pool(&a, false);
			check_pool(&a, true);
		}
}

/* ONNX's maxpool_2d_ceil, averagepool_2d_ceil and column-major example. */
static void known(void)
{
	struct axt_pool a = {
		AXT_POOL_MAX, 2,     { 3, 3, 1 }, { 2, 2, 1 }, { 1, 1, 1 },
		{ 0 },	      { 0 }, 0,		  0,	       0
	};
	static const double max[] = { 11, 12, 15, 16 };
	static const double average[] = { 6, 7.5, 12, 13.5 };
	static const double picked[] = { 7, 9, 17, 19 };
	static const double column[] = { 6, 16, 8, 18 };
	struct et *x = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(1, 1, 4, 4));
	struct et *z = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(1, 1, 5, 5));
	struct et *y = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(1, 1, 2, 2));
	struct et *i = et_new(AXT_I64, AXT_PLAIN, ET_DIMS(1, 1, 2, 2));
	struct et_call call = { AXT_POOL, &a, { x }, 1, { y, i }, 1 };

	for (size_t n = 0; n < 16; n++)
		et_set(x, n, (double)n + 1);
	for (size_t n = 0; n < 25; n++)
		et_set(z, n, (double)n + 1);
	et_run(&call);
	ET_EXPECT(y, max, 0);
	a.kind = AXT_POOL_AVERAGE;
	et_run(&call);
	ET_EXPECT(y, average, 0);
	a.kind = AXT_POOL_MAX;
	a.kernel[0] = a.kernel[1] = 2;
	a.column_major = 1;
	call.in[0] = z;
	call.outputs = 2;
	et_run(&call);
	ET_EXPECT(y, picked, 0);
	ET_EXPECT(i, column, 0);
	et_free(x);
	et_free(z);
	et_free(y);
	et_free(i);
}

static size_t pick(const struct et *t, const struct et *y, const size_t *c,
		   size_t row, size_t column)
{
	size_t lead = y->tensor.rank - t->tensor.rank, own[8] = { 0 };
	size_t rank = t->tensor.rank;

	for (size_t d = 0; d + 2 < rank; d++)
		own[d] = t->tensor.dims[d] == 1 ? 0 : c[lead + d];
	own[rank - 2] = row;
	own[rank - 1] = column;
	return et_number(t, own);
}

static void check_product(unsigned int ta, unsigned int tb, size_t depth,
			  const struct et *c, struct et *y)
{
	struct axt_matmul attr = { ta, tb, 0.5f, 2 };
	uint32_t n = (uint32_t)depth;
	struct et *a = ta ? et_random(ET_DIMS(3, 1, n, 5), 1) :
			    et_random(ET_DIMS(3, 1, 5, n), 1);
	struct et *b = tb ? et_random(ET_DIMS(2, 300, n), 2) :
			    et_random(ET_DIMS(2, n, 300), 2);
	struct et_call call = { AXT_MATMUL, &attr, { a, b, (struct et *)c },
				3,	    { y }, 1 };
	double *want = calloc(y->count, sizeof(*want));
	size_t at[8];

	for (size_t i = 0; i < y->count; i++) {
		et_coord(y, i, at);
		for (size_t k = 0; k < depth; k++)
			want[i] += 0.5 *
				   et_get(a, pick(a, y, at, ta ? k : at[2],
						  ta ? at[2] : k)) *
				   et_get(b, pick(b, y, at, tb ? at[3] : k,
						  tb ? k : at[3]));
		want[i] += c ? 2 * et_get(c, i % 300) : 0;
	}
	et_run(&call);
	ET_EXPECT(y, want, 1e-6);
	free(want);
	et_free(a);
	et_free(b);
}

static void products(void)
{
	struct et *y = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(3, 2, 5, 300));
	struct et *c = et_random(ET_DIMS(300), 3);

	for (unsigned int i = 0; i < 4; i++) {
		check_product(i & 1, i >> 1, 7, NULL, y);
		check_product(i & 1, i >> 1, 1, c, y);
		check_product(i & 1, i >> 1, 0, c, y);
	}
	et_free(y);
	et_free(c);
}

static const struct tap_case cases[] = {
	{ "pooling looks at windows of a padded picture", windows },
	{ "pooling gives the values of ONNX's examples", known },
	{ "matrix products broadcast and transpose", products },
};
TAP_MAIN(cases)
