// SPDX-License-Identifier: MIT
/*
 * Resize: the values of the examples of ONNX's operator, and all modes against
 * a recursion over the dimensions in double precision.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

struct known {
	struct axt_resize a;
	uint32_t in[2], out[2];
	double want[40];
};

/* Attributes in the order of struct axt_resize. */
#define UP { 1, 1, 2, 2, 1, 1, 1, 1 }
#define DOWN(s) { 1, 1, s, s, 1, 1, 1, 1 }

/* x is 1, 2, 3, ... in each. */
static const struct known knowns[] = {
	/* upsample_scales_nearest */
	{ { 0, AXT_HALF_PIXEL, 0, 0, 0, 0, { 1, 1, 2, 3, 1, 1, 1, 1 } },
	  { 2, 2 },
	  { 4, 6 },
	  { 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2,
	    3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4 } },
	/* downsample_scales_nearest */
	{ { 0, AXT_HALF_PIXEL, 0, 0, 0, 0, DOWN(0.6f) },
	  { 2, 4 },
	  { 1, 2 },
	  { 1, 3 } },
	/* upsample_scales_linear */
	{ { 1, AXT_HALF_PIXEL, 0, 0, 0, 0, UP },
	  { 2, 2 },
	  { 4, 4 },
	  { 1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3,
	    3.25, 3.75, 4 } },
	/* upsample_scales_linear_align_corners */
	{ { 1, AXT_ALIGN_CORNERS, 0, 0, 0, 0, UP },
	  { 2, 2 },
	  { 4, 4 },
	  { 1, 1.33333333, 1.66666667, 2, 1.66666667, 2, 2.33333333, 2.66666667,
	    2.33333333, 2.66666667, 3, 3.33333333, 3, 3.33333333, 3.66666667,
	    4 } },
	/* downsample_scales_linear */
	{ { 1, AXT_HALF_PIXEL, 0, 0, 0, 0, DOWN(0.6f) },
	  { 2, 4 },
	  { 1, 2 },
	  { 2.6666665, 4.3333331 } },
	/* downsample_sizes_linear_pytorch_half_pixel */
	{ { 1,
	    AXT_PYTORCH_HALF_PIXEL,
	    0,
	    0,
	    0,
	    0,
	    { 1, 1, 0.75f, 0.25f, 1, 1, 1, 1 } },
	  { 4, 4 },
	  { 3, 1 },
	  { 1.6666666, 7, 12.333333 } },
	/* downsample_scales_cubic */
	{ { 2, AXT_HALF_PIXEL, 0, 0, -0.75f, 0, DOWN(0.8f) },
	  { 4, 4 },
	  { 3, 3 },
	  { 1.47119141, 2.78125, 4.08251953, 6.71142578, 8.02148438, 9.32275391,
	    11.91650391, 13.2265625, 14.52783203 } },
	/* downsample_scales_cubic_A_n0p5_exclude_outside */
	{ { 2, AXT_HALF_PIXEL, 0, 1, -0.5f, 0, DOWN(0.8f) },
	  { 4, 4 },
	  { 3, 3 },
	  { 1.36812675, 2.6695014, 4.0133367, 6.57362535, 7.875, 9.2188353,
	    11.94896657, 13.25034122, 14.59417652 } },
	/* upsample_sizes_nearest_floor_align_corners, with scales */
	{ { 0, AXT_ALIGN_CORNERS, 2, 0, 0, 0, UP },
	  { 4, 4 },
	  { 8, 4 },
	  { 1, 2, 3, 4, 1, 2,  3,  4,  1, 2,  3,  4,  5,  6,  7,  8,
	    5, 6, 7, 8, 9, 10, 11, 12, 9, 10, 11, 12, 13, 14, 15, 16 } },
	/* tf_crop_and_resize */
	{ { 1,
	    AXT_CROP_AND_RESIZE,
	    0,
	    0,
	    0,
	    10,
	    { 1, 1, 0.75f, 0.75f, 1, 1, 1, 1 },
	    { 0, 0, 0.4f, 0.6f },
	    { 1, 1, 0.6f, 0.8f } },
	  { 4, 4 },
	  { 3, 3 },
	  { 7.6000004, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6 } },
	/* tf_crop_and_resize_extrapolation_value */
	{ { 1,
	    AXT_CROP_AND_RESIZE,
	    0,
	    0,
	    0,
	    10,
	    { 1, 1, 0.75f, 0.75f, 1, 1, 1, 1 },
	    { 0, 0, 0.4f, 0.6f },
	    { 1, 1, 1.2f, 1.7f } },
	  { 4, 4 },
	  { 3, 3 },
	  { 7.6000004, 10, 10, 12.400001, 10, 10, 10, 10, 10 } },
};

static void known(void)
{
	for (size_t n = 0; n < sizeof(knowns) / sizeof(knowns[0]); n++) {
		const struct known *row = &knowns[n];
		struct et *x = et_new(AXT_F32, AXT_PLAIN,
				      ET_DIMS(1, 1, row->in[0], row->in[1]));
		struct et *y = et_new(AXT_F32, AXT_PLAIN,
				      ET_DIMS(1, 1, row->out[0], row->out[1]));
		struct et_call call = {
			AXT_RESIZE, &row->a, { x }, 1, { y }, 1
		};

		for (size_t i = 0; i < x->count; i++)
			et_set(x, i, (double)i + 1);
		et_run(&call);
		if (!ET_EXPECT(y, row->want, 2e-6))
			tap_note("row %zu", n);
		et_free(x);
		et_free(y);
	}
}

static double source(const struct axt_resize *a, unsigned int d, double i,
		     double in, double out)
{
	double s = a->scale[d], b = a->roi_begin[d], e = a->roi_end[d];

	switch (a->coordinates) {
	case AXT_HALF_PIXEL:
		return (i + 0.5) / s - 0.5;
	case AXT_PYTORCH_HALF_PIXEL:
		return out > 1 ? (i + 0.5) / s - 0.5 : 0;
	case AXT_ALIGN_CORNERS:
		return out > 1 ? i * (in - 1) / (out - 1) : 0;
	case AXT_ASYMMETRIC:
		return i / s;
	}
	return out > 1 ? (b + i * (e - b) / (out - 1)) * (in - 1) :
			 0.5 * (b + e) * (in - 1);
}

static double rounded(const struct axt_resize *a, double x)
{
	double down = floor(x), rest = x - down;

	switch (a->nearest) {
	case 0:
		return rest > 0.5 ? down + 1 : down;
	case 1:
		return rest >= 0.5 ? down + 1 : down;
	case 2:
		return down;
	}
	return ceil(x);
}

/* The weight of the tap at distance t. */
static double weight(const struct axt_resize *a, double t)
{
	double p = a->cubic;

	t = fabs(t);
	if (a->mode == 1)
		return t < 1 ? 1 - t : 0;
	if (t < 1)
		return (p + 2) * t * t * t - (p + 3) * t * t + 1;
	return t < 2 ? p * t * t * t - 5 * p * t * t + 8 * p * t - 4 * p : 0;
}

/* Dimension d and those behind it, at coordinates c of x in front of it. */
static double resized(const struct axt_resize *a, const struct et *x,
		      const struct et *y, const size_t *at, unsigned int d,
		      size_t *c)
{
	double in, v, sum = 0, total = 0;

	if (d == x->tensor.rank)
		return et_get(x, et_number(x, c));
	in = x->tensor.dims[d];
	v = source(a, d, (double)at[d], in, y->tensor.dims[d]);
	if (a->coordinates == AXT_CROP_AND_RESIZE && (v < 0 || v > in - 1))
		return a->extrapolation;
	if (a->mode == 0) {
		c[d] = (size_t)fmin(fmax(rounded(a, v), 0), in - 1);
		return resized(a, x, y, at, d + 1, c);
	}
	for (double tap = floor(v) - 1; tap <= floor(v) + 2; tap++) {
		double w = weight(a, v - tap);

		if (a->exclude_outside && (tap < 0 || tap > in - 1))
			continue;
		c[d] = (size_t)fmin(fmax(tap, 0), in - 1);
		sum += w * resized(a, x, y, at, d + 1, c);
		total += w;
	}
	return a->exclude_outside ? sum / total : sum;
}

static void check_all(const struct et *x, const struct et *plain,
		      struct axt_resize *a)
{
	double *want = calloc(plain->count, sizeof(*want));
	size_t at[8], c[8];

	for (size_t i = 0; i < plain->count; i++) {
		et_coord(plain, i, at);
		want[i] = resized(a, x, plain, at, 0, c);
	}
	for (unsigned int layout = 0; layout < 3; layout++) {
		struct et *xl = et_relaid(x, layout);
		struct et *y = et_new(AXT_F32, layout, plain->tensor.dims, 4);
		struct et_call call = { AXT_RESIZE, a, { xl }, 1, { y }, 1 };

		et_run(&call);
		if (!ET_EXPECT(y, want, 1e-4))
			tap_note("mode %u, coordinates %u, nearest %u", a->mode,
				 a->coordinates, a->nearest);
		et_free(xl);
		et_free(y);
	}
	free(want);
}

/* Where a coordinate is a tie, both precisions must see the tie. */
static void all_modes(void)
{
	struct et *x = et_random(ET_DIMS(2, 17, 6, 8), 4);
	struct et *y = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(2, 17, 9, 4));

	for (unsigned int n = 0; n < 3 * 5 * 4 * 2; n++) {
		struct axt_resize a = {
			n % 3,
			n / 3 % 5,
			n / 15 % 4,
			n / 60,
			-0.75f,
			9,
			{ 1, 1, 1.5f, 0.5f, 1, 1, 1, 1 },
			{ 0, 0, 0.25f, -0.5f },
			{ 1, 1, 0.75f, 1.5f },
		};

		/* There, ties are computed and not exact. */
		if (a.mode == 0)
			a.scale[2] = 2;
		if (a.mode == 0 && (a.coordinates == AXT_ALIGN_CORNERS ||
				    a.coordinates == AXT_CROP_AND_RESIZE))
			continue;
		check_all(x, y, &a);
	}
	et_free(x);
	et_free(y);
}

static const struct tap_case cases[] = {
	{ "resize gives the values of ONNX's examples", known },
	{ "all modes, coordinates and layouts", all_modes },
};
TAP_MAIN(cases)
