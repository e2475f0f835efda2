// SPDX-License-Identifier: MIT
/*
 * Operations that move elements. Each element of x is its own number, so the
 * result tells where each of its elements came from.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

static struct et *numbered(enum axt_type type, const uint32_t *dims,
			   size_t rank)
{
	struct et *t = et_new(type, AXT_PLAIN, dims, rank);

	for (size_t i = 0; i < t->count; i++)
		et_set(t, i, (double)i);
	return t;
}

/* Runs code on x, and compares with the given numbers of x's elements. */
static void check(enum axt_code code, const void *attributes, struct et *x,
		  struct et *y, const double *want)
{
	struct et_call call = { code, attributes, { x }, 1, { y }, 1 };

	et_run(&call);
	ET_EXPECT(y, want, 0);
	et_free(y);
}

static const enum axt_type types[] = { AXT_F32, AXT_F16, AXT_I64, AXT_U8 };

static void transposes(void)
{
	struct axt_transpose a = { { 2, 0, 3, 1 } };

	for (unsigned int k = 0; k < 4; k++) {
		struct et *x = numbered(types[k], ET_DIMS(2, 3, 4, 5));
		struct et *y = et_new(types[k], AXT_PLAIN, ET_DIMS(4, 2, 5, 3));
		double want[120];
		size_t c[8];

		for (size_t i = 0; i < 120; i++) {
			et_coord(y, i, c);
			want[i] = (double)et_number(
				x, (size_t[]){ c[1], c[3], c[0], c[2] });
		}
		check(AXT_TRANSPOSE, &a, x, y, want);
		et_free(x);
	}
}

static void slices(void)
{
	static const double want[] = { 29, 27, 25, 9, 7, 5 };
	struct axt_slice a = { { 1, 1, 4 },
			       { -1, INT32_MIN, -2, 1, 1, 1, 1, 1 } };

	for (unsigned int k = 0; k < 4; k++) {
		struct et *x = numbered(types[k], ET_DIMS(2, 4, 5));

		check(AXT_SLICE, &a, x,
		      et_new(types[k], AXT_PLAIN, ET_DIMS(2, 1, 3)), want);
		check(AXT_SLICE, &a, x,
		      et_new(types[k], AXT_PLAIN, ET_DIMS(2, 1, 0)), want);
		et_free(x);
	}
}

static void expansions(void)
{
	struct et *x = numbered(AXT_I32, ET_DIMS(3, 1));
	struct et *one = et_scalar(AXT_I32, 7);
	double want[24], sevens[24];

	for (size_t i = 0; i < 24; i++) {
		want[i] = (double)(i / 4 % 3);
		sevens[i] = 7;
	}
	check(AXT_EXPAND, NULL, x, et_new(AXT_I32, AXT_PLAIN, ET_DIMS(2, 3, 4)),
	      want);
	check(AXT_EXPAND, NULL, one,
	      et_new(AXT_I32, AXT_PLAIN, ET_DIMS(2, 3, 4)), sevens);
	check(AXT_EXPAND, NULL, one, et_new(AXT_I32, AXT_PLAIN, NULL, 0),
	      sevens);
	et_free(x);
	et_free(one);
}

static void tiles(void)
{
	struct et *x = numbered(AXT_U8, ET_DIMS(2, 3));
	double want[4 * 9];

	for (size_t i = 0; i < 36; i++)
		want[i] = (double)(i / 9 % 2 * 3 + i % 9 % 3);
	check(AXT_TILE, NULL, x, et_new(AXT_U8, AXT_PLAIN, ET_DIMS(4, 9)),
	      want);
	et_free(x);
}

static void pads(void)
{
	static const double value[] = { 7, 7, 7, 7, 7, 1, 2, 3, 7, 4, 5, 6 };
	static const double reflect[] = { 3, 2, 1, 2, 3, 2, 1, 6, 5, 4, 5,
					  6, 5, 4, 3, 2, 1, 2, 3, 2, 1 };
	static const double edge[] = { 1, 1, 1, 2, 3, 4, 4, 4, 5, 6 };
	static const double x_edge[] = { 1, 2, 3, 4, 5, 6 };
	static const double cut[] = { 5, 6, 7, 8, 9, 7, 7, 7, 7 };
	struct axt_pad a = { 0, 7.9f, { 1, 1 } };
	struct et *x = numbered(AXT_I32, ET_DIMS(3, 3));
	struct et *z = et_values(AXT_F32, x_edge, ET_DIMS(2, 3));

	for (size_t i = 0; i < 9; i++)
		et_set(x, i, (double)i + 1);
	check(AXT_PAD, &a, x, et_new(AXT_I32, AXT_PLAIN, ET_DIMS(3, 4)), value);
	a.begin[0] = a.begin[1] = -1;
	check(AXT_PAD, &a, x, et_new(AXT_I32, AXT_PLAIN, ET_DIMS(3, 3)), cut);
	a = (struct axt_pad){ 1, 0, { 0, 2 } };
	check(AXT_PAD, &a, z, et_new(AXT_F32, AXT_PLAIN, ET_DIMS(3, 7)),
	      reflect);
	a = (struct axt_pad){ 2, 0, { 0, 2 } };
	check(AXT_PAD, &a, z, et_new(AXT_F32, AXT_PLAIN, ET_DIMS(2, 5)), edge);
	et_free(x);
	et_free(z);
}

static void gathers(void)
{
	static const double rows[] = { 0, -1, 99, -99, 1, 2 };
	static const double row_want[] = { 0,  1,  4, 5, 4, 5, 0,  1,
					   2,  3,  4, 5, 6, 7, 10, 11,
					   10, 11, 6, 7, 8, 9, 10, 11 };
	static const double places[] = { 1, 0, -1, -7, 2, 9 };
	static const double place_want[] = { 2, 1, 4, 1, 4, 5 };
	struct axt_axis a = { 1, 0 };
	struct et *x = numbered(AXT_F32, ET_DIMS(2, 3, 2));
	struct et *z = numbered(AXT_I64, ET_DIMS(3, 2));

	for (unsigned int k = 0; k < 2; k++) {
		enum axt_type type = k ? AXT_I64 : AXT_I32;
		struct et *i = et_values(type, rows, ET_DIMS(2, 3));
		struct et *j = et_values(type, places, ET_DIMS(3, 2));
		struct et *y = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(2, 2, 3, 2));
		struct et *w = et_like(z);
		struct et_call call = { AXT_GATHER, &a, { x, i }, 2, { y }, 1 };

		a = (struct axt_axis){ 1, 0 };
		et_run(&call);
		ET_EXPECT(y, row_want, 0);
		a = (struct axt_axis){ 0, 1 };
		call.in[0] = z;
		call.in[1] = j;
		call.out[0] = w;
		et_run(&call);
		ET_EXPECT(w, place_want, 0);
		et_free(i);
		et_free(j);
		et_free(y);
		et_free(w);
	}
	et_free(x);
	et_free(z);
}

static void layouts(void)
{
	struct et *x = numbered(AXT_F16, ET_DIMS(2, 35, 3, 4));
	double *want = calloc(x->count, sizeof(*want));

	for (size_t i = 0; i < x->count; i++)
		want[i] = (double)i;
	for (unsigned int n = 0; n < 9; n++) {
		struct et *xl = et_relaid(x, n % 3);

		check(AXT_REORDER, NULL, xl,
		      et_new(AXT_F16, n / 3, x->tensor.dims, 4), want);
		et_free(xl);
	}
	free(want);
	et_free(x);
}

static void concats(void)
{
	for (unsigned int n = 0; n < 12; n++) {
		uint32_t axis = n / 3, da[] = { 2, 16, 3, 5 };
		uint32_t db[] = { 2, 16, 3, 5 }, dy[] = { 2, 16, 3, 5 };
		struct axt_axis attr = { axis, 0 };
		struct et *a, *b, *none, *al, *y;
		struct et_call call = { AXT_CONCAT, &attr };
		size_t c[8];
		double *want;

		db[axis] = 7;
		dy[axis] = da[axis] + 7;
		a = et_random(da, 4, 1);
		b = et_random(db, 4, 2);
		al = et_relaid(a, n % 3);
		y = et_new(AXT_F32, n % 3, dy, 4);
		want = calloc(y->count, sizeof(*want));
		for (size_t i = 0; i < y->count; i++) {
			et_coord(y, i, c);
			if (c[axis] < da[axis]) {
				want[i] = et_get(a, et_number(a, c));
				continue;
			}
			c[axis] -= da[axis];
			want[i] = et_get(b, et_number(b, c));
		}
		da[axis] = 0;
		none = et_new(AXT_F32, n % 3, da, 4);
		call.in[0] = al;
		call.in[1] = none;
		call.in[2] = et_relaid(b, n % 3);
		call.inputs = 3;
		call.out[0] = y;
		call.outputs = 1;
		et_run(&call);
		ET_EXPECT(y, want, 0);
		free(want);
		et_free(a);
		et_free(b);
		et_free(none);
		et_free(al);
		et_free(call.in[2]);
		et_free(y);
	}
}

/* Through six and five dimensions, as ONNX writes it down. */
static void shuffles(void)
{
	for (unsigned int column = 0; column < 2; column++) {
		struct axt_shuffle a = { 0, 2, column, 0 };
		struct et *deep = numbered(AXT_F32, ET_DIMS(2, 12, 2, 3));
		struct et *wide =
			et_new(AXT_F32, AXT_PLAIN, ET_DIMS(2, 3, 4, 6));
		struct et *back = et_like(deep);
		struct et_call call = { AXT_SHUFFLE, &a,       { wide },
					1,	     { back }, 1 };
		double want[144], own[144];
		size_t c[8];

		for (size_t i = 0; i < 144; i++) {
			size_t v, u, s;

			own[i] = (double)i;
			et_coord(wide, i, c);
			v = c[2] % 2;
			u = c[3] % 2;
			s = column ? (c[1] * 2 + v) * 2 + u :
				     (v * 2 + u) * 3 + c[1];
			want[i] =
				(double)(((c[0] * 12 + s) * 2 + c[2] / 2) * 3 +
					 c[3] / 2);
			et_set(wide, i, want[i]);
		}
		check(AXT_SHUFFLE, &a, deep, et_like(wide), want);
		a.kind = 1;
		et_run(&call);
		ET_EXPECT(back, own, 0);
		et_free(deep);
		et_free(wide);
		et_free(back);
	}
}

static void copies(void)
{
	static const double want[] = { 0, 1, 2, 3, 4, 5 };
	struct et *x = numbered(AXT_I64, ET_DIMS(2, 3));
	struct et *none = et_new(AXT_I64, AXT_PLAIN, ET_DIMS(0, 3));

	check(AXT_COPY, NULL, x, et_new(AXT_I64, AXT_PLAIN, ET_DIMS(6)), want);
	check(AXT_COPY, NULL, none, et_like(none), want);
	et_free(x);
	et_free(none);
}

static const struct tap_case cases[] = {
	{ "transpose moves elements of any size", transposes },
	{ "slices step backward and may be empty", slices },
	{ "expand stretches, a scalar as well", expansions },
	{ "tile repeats in every dimension", tiles },
	{ "pad has three modes and cuts where it is negative", pads },
	{ "gather counts from the end and clamps", gathers },
	{ "reorder goes from every layout to every other", layouts },
	{ "concat joins on every axis, in all layouts", concats },
	{ "depth to space and back, both ways to count", shuffles },
	{ "copy only copies", copies },
};
TAP_MAIN(cases)
