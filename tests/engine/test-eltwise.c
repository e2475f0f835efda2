// SPDX-License-Identifier: MIT
/*
 * Element-wise operations: functions in double precision by their definitions
 * in the format, broadcasting by coordinates, integers, casts, and what NaN
 * and infinity come to.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

/* What the C library has. */
static double (*const of_libm[AXT_UNARY_END])(double) = {
	[AXT_EXP] = exp,	 [AXT_LOG] = log,     [AXT_SQRT] = sqrt,
	[AXT_ABS] = fabs,	 [AXT_FLOOR] = floor, [AXT_CEIL] = ceil,
	[AXT_ROUND] = nearbyint, [AXT_ERF] = erf,     [AXT_SIN] = sin,
	[AXT_COS] = cos,	 [AXT_TAN] = tan,     [AXT_ASIN] = asin,
	[AXT_ACOS] = acos,	 [AXT_ATAN] = atan,   [AXT_SINH] = sinh,
	[AXT_COSH] = cosh,	 [AXT_ASINH] = asinh, [AXT_ACOSH] = acosh,
	[AXT_ATANH] = atanh,	 [AXT_TANH] = tanh,
};

static double unary(unsigned int f, double x, double a, double b)
{
	double half = fmin(fmax(x / 6 + 0.5, 0), 1);

	if (of_libm[f])
		return of_libm[f](x);
	switch (f) {
	case AXT_RELU:
		return fmax(x, 0);
	case AXT_LEAKY_RELU:
		return x < 0 ? a * x : x;
	case AXT_CLIP:
		return fmin(fmax(x, a), b);
	case AXT_SIGMOID:
		return 1 / (1 + exp(-x));
	case AXT_HARD_SIGMOID:
		return fmin(fmax(a * x + b, 0), 1);
	case AXT_HARD_SWISH:
		return x * half;
	case AXT_ELU:
		return x < 0 ? a * (exp(x) - 1) : x;
	case AXT_SELU:
		return b * (x < 0 ? a * (exp(x) - 1) : x);
	case AXT_SOFTPLUS:
		return x > 50 ? x : log(1 + exp(x));
	case AXT_SOFTSIGN:
		return x / (1 + fabs(x));
	case AXT_RECIPROCAL:
		return 1 / x;
	case AXT_NEG:
		return -x;
	case AXT_SIGN:
		return (x > 0) - (x < 0);
	case AXT_THRESHOLDED_RELU:
		return x > a ? x : 0;
	case AXT_LINEAR:
		return a * x + b;
	case AXT_SHRINK:
		return x < -b ? x + a : x > b ? x - a : 0;
	case AXT_CELU:
		return fmax(0, x) + fmin(0, a * (exp(x / a) - 1));
	case AXT_NOT:
		return x == 0;
	case AXT_GELU:
		return x * (1 + erf(x / sqrt(2))) / 2;
	}
	return NAN;
}

static void unaries(void)
{
	struct et *x = et_random(ET_DIMS(2, 19, 3, 5), 7);

	for (unsigned int f = 0; f < AXT_UNARY_END; f++)
		for (unsigned int layout = 0; layout < 3; layout++) {
			struct axt_elementwise a = { f, 0.75f, 1.25f, 0 };
			struct et *xl = et_relaid(x, layout), *y;
			double *want = calloc(x->count, sizeof(*want));
			struct et_call call = { AXT_UNARY, &a, { xl }, 1 };

			if (f == AXT_NOT)
				xl->tensor.type = AXT_BOOL;
			for (size_t i = 0; i < x->count && f == AXT_NOT; i++)
				et_set(xl, i, et_get(x, i) > 0);
			y = et_like(xl);
			for (size_t i = 0; i < x->count; i++)
				want[i] = unary(f, et_get(xl, i), 0.75, 1.25);
			call.out[0] = y;
			call.outputs = 1;
			et_run(&call);
			if (!ET_EXPECT(y, want, 2e-5))
				tap_note("function %u", f);
			free(want);
			et_free(xl);
			et_free(y);
		}
	et_free(x);
}

static void extremes(void)
{
	static const struct {
		unsigned int function;
		double x, want, tolerance;
	} rows[] = {
		{ AXT_SIGMOID, 200, 1, 0 },
		{ AXT_SIGMOID, -200, 0, 1e-30 },
		{ AXT_SIGMOID, -INFINITY, 0, 0 },
		{ AXT_SIGMOID, INFINITY, 1, 0 },
		{ AXT_SOFTPLUS, 300, 300, 0 },
		{ AXT_SOFTPLUS, -300, 0, 0 },
		{ AXT_SOFTPLUS, -INFINITY, 0, 0 },
		{ AXT_SOFTPLUS, INFINITY, INFINITY, 0 },
		{ AXT_TANH, 1000, 1, 0 },
		{ AXT_TANH, -INFINITY, -1, 0 },
		{ AXT_ELU, -1000, -0.75, 0 },
		{ AXT_GELU, 100, 100, 0 },
		{ AXT_GELU, -100, 0, 0 },
		{ AXT_ROUND, 2.5, 2, 0 },
		{ AXT_ROUND, -3.5, -4, 0 },
		{ AXT_EXP, 1000, INFINITY, 0 },
		{ AXT_LOG, 0, -INFINITY, 0 },
		{ AXT_LOG, -1, NAN, 0 },
		{ AXT_SQRT, -1, NAN, 0 },
		{ AXT_RECIPROCAL, 0, INFINITY, 0 },
		{ AXT_RELU, NAN, NAN, 0 },
		{ AXT_CLIP, NAN, NAN, 0 },
		{ AXT_CLIP, -INFINITY, 0.75, 0 },
		{ AXT_SIGN, NAN, NAN, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct axt_elementwise a = { rows[i].function, 0.75f, 2, 0 };
		struct et *x = et_scalar(AXT_F32, rows[i].x);
		struct et *y = et_like(x);
		struct et_call call = { AXT_UNARY, &a, { x }, 1, { y }, 1 };

		et_run(&call);
		if (!ET_EXPECT(y, &rows[i].want, rows[i].tolerance))
			tap_note("row %zu", i);
		et_free(x);
		et_free(y);
	}
}

static double binary(unsigned int f, double a, double b, bool integer)
{
	double rest = integer && b ? a - b * floor(a / b) : 0;

	switch (f) {
	case AXT_ADD:
		return a + b;
	case AXT_SUB:
		return a - b;
	case AXT_MUL:
		return a * b;
	case AXT_DIV:
		return integer ? (b ? trunc(a / b) : 0) : a / b;
	case AXT_MIN:
		return a < b ? a : b;
	case AXT_MAX:
		return a > b ? a : b;
	case AXT_POW:
		if (integer && a == 0 && b < 0)
			return 0;
		return integer ? trunc(pow(a, b)) : pow(a, b);
	case AXT_PRELU:
		return a < 0 ? a * b : a;
	case AXT_MOD:
		return integer ? rest : fmod(a, b);
	case AXT_EQUAL:
		return a == b;
	case AXT_LESS:
		return a < b;
	case AXT_LESS_EQUAL:
		return a <= b;
	case AXT_GREATER:
		return a > b;
	case AXT_GREATER_EQUAL:
		return a >= b;
	case AXT_AND:
		return a && b;
	case AXT_OR:
		return a || b;
	case AXT_XOR:
		return !a != !b;
	}
	return NAN;
}

/* The number in t of the element that meets coord of y. */
static size_t broadcast(const struct et *t, const struct et *y,
			const size_t *coord)
{
	size_t lead = y->tensor.rank - t->tensor.rank, own[8];

	for (size_t d = 0; d < t->tensor.rank; d++)
		own[d] = t->tensor.dims[d] == 1 ? 0 : coord[lead + d];
	return et_number(t, own);
}

static void check_binary(unsigned int f, enum axt_type type, struct et *a,
			 struct et *b, struct et *y)
{
	struct axt_elementwise attr = { f, 0, 0, 0 };
	struct et_call call = { AXT_BINARY, &attr, { a, b }, 2, { y }, 1 };
	double *want = calloc(y->count + 1, sizeof(*want));
	size_t coord[8];

	for (size_t i = 0; i < y->count; i++) {
		et_coord(y, i, coord);
		want[i] = binary(f, et_get(a, broadcast(a, y, coord)),
				 et_get(b, broadcast(b, y, coord)),
				 type != AXT_F32);
	}
	et_run(&call);
	if (!ET_EXPECT(y, want, 1e-5))
		tap_note("function %u, type %d", f, type);
	free(want);
}

static struct et *retyped(const struct et *t, enum axt_type type)
{
	struct et *new =
		et_new(type, t->tensor.layout, t->tensor.dims, t->tensor.rank);

	for (size_t i = 0; i < t->count; i++)
		et_set(new, i,
		       type == AXT_BOOL ? et_get(t, i) > 0 :
		       type == AXT_F32	? et_get(t, i) :
					  trunc(et_get(t, i)));
	return new;
}

static void binaries_with(const struct et *a, const struct et *b,
			  enum axt_layout layout, const uint32_t *dims,
			  size_t rank)
{
	static const enum axt_type types[] = { AXT_F32, AXT_I32, AXT_I64,
					       AXT_BOOL };

	for (unsigned int f = 0; f < AXT_BINARY_END; f++)
		for (size_t k = 0; k < 4; k++) {
			bool logic = f >= AXT_AND;
			struct et *x, *z, *y;

			if ((types[k] == AXT_BOOL) != logic)
				continue;
			x = retyped(a, types[k]);
			z = retyped(b, types[k]);
			y = et_new(f >= AXT_EQUAL ? AXT_BOOL : types[k], layout,
				   dims, rank);
			check_binary(f, types[k], x, z, y);
			et_free(x);
			et_free(z);
			et_free(y);
		}
}

static void binaries(void)
{
	static const uint32_t dims[] = { 2, 18, 3, 300 };
	struct et *full = et_random(dims, 4, 1), *one = et_scalar(AXT_F32, 3);
	struct et *row = et_random(ET_DIMS(300), 2);
	struct et *channel = et_random(ET_DIMS(18, 1, 1), 3);
	struct et *cross = et_random(ET_DIMS(2, 1, 3, 1), 4);
	struct et *mono = et_random(ET_DIMS(2, 1, 3, 300), 5);

	binaries_with(full, one, AXT_PLAIN, dims, 4);
	binaries_with(row, full, AXT_PLAIN, dims, 4);
	binaries_with(cross, channel, AXT_PLAIN, ET_DIMS(2, 18, 3, 1));
	for (unsigned int layout = 0; layout < 3; layout++) {
		struct et *a = et_relaid(full, layout);
		struct et *b = et_relaid(mono, layout);

		binaries_with(a, channel, layout, dims, 4);
		binaries_with(a, b, layout, dims, 4);
		et_free(a);
		et_free(b);
	}
	et_free(full);
	et_free(one);
	et_free(row);
	et_free(channel);
	et_free(cross);
	et_free(mono);
}

static void integers(void)
{
	static const struct {
		unsigned int f;
		int32_t a, b, want;
	} rows[] = {
		{ AXT_ADD, INT32_MAX, 1, INT32_MIN },
		{ AXT_MUL, INT32_MIN, -1, INT32_MIN },
		{ AXT_DIV, INT32_MIN, -1, INT32_MIN },
		{ AXT_DIV, 7, 0, 0 },
		{ AXT_DIV, -7, 2, -3 },
		{ AXT_MOD, -7, 3, 2 },
		{ AXT_MOD, 7, -3, -2 },
		{ AXT_MOD, 7, 0, 0 },
		{ AXT_MOD, INT32_MIN, -1, 0 },
		{ AXT_POW, 3, 4, 81 },
		{ AXT_POW, -1, -3, -1 },
		{ AXT_POW, 2, -1, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct axt_elementwise attr = { rows[i].f, 0, 0, 0 };
		struct et *a = et_scalar(AXT_I32, rows[i].a);
		struct et *b = et_scalar(AXT_I32, rows[i].b);
		struct et *y = et_like(a);
		struct et_call call = {
			AXT_BINARY, &attr, { a, b }, 2, { y }, 1
		};

		et_run(&call);
		TAP_EQUAL(et_get(y, 0), rows[i].want);
		et_free(a);
		et_free(b);
		et_free(y);
	}
}

static void in_place(void)
{
	struct axt_elementwise attr = { AXT_SUB, 0, 0, 0 };

	for (unsigned int over = 0; over < 2; over++) {
		struct et *a = et_random(ET_DIMS(4, 500), 1);
		struct et *b = et_random(ET_DIMS(4, 500), 2);
		struct et *y = over ? b : a;
		struct et_call call = {
			AXT_BINARY, &attr, { a, b }, 2, { y }, 1
		};
		double want[2000];

		for (size_t i = 0; i < 2000; i++)
			want[i] = et_get(a, i) - et_get(b, i);
		et_run_parts(&call, 3);
		ET_EXPECT(y, want, 0);
		et_free(a);
		et_free(b);
	}
}

static void selects(void)
{
	static const enum axt_type types[] = { AXT_F32, AXT_I64, AXT_U8,
					       AXT_F16 };

	for (size_t k = 0; k < 4; k++) {
		static const double flags[] = { 1, 0, 0, 1, 1, 0 };
		struct et *c = et_values(AXT_BOOL, flags, ET_DIMS(2, 3, 1));
		struct et *a = et_new(types[k], AXT_PLAIN, ET_DIMS(3, 4));
		struct et *b = et_scalar(types[k], 77);
		struct et *y = et_new(types[k], AXT_PLAIN, ET_DIMS(2, 3, 4));
		struct et_call call = { AXT_SELECT, NULL,  { c, a, b },
					3,	    { y }, 1 };
		double want[24];

		for (size_t i = 0; i < 12; i++)
			et_set(a, i, (double)i);
		for (size_t i = 0; i < 24; i++)
			want[i] = flags[i / 4] ? (double)(i % 12) : 77;
		et_run(&call);
		ET_EXPECT(y, want, 0);
		et_free(c);
		et_free(a);
		et_free(b);
		et_free(y);
	}
}

static void affines(void)
{
	struct et *s = et_random(ET_DIMS(18), 1),
		  *b = et_random(ET_DIMS(18), 2);

	for (unsigned int k = 0; k < 4; k++) {
		struct et *plain = k == 3 ? et_random(ET_DIMS(300, 18), 3) :
					    et_random(ET_DIMS(2, 18, 3, 4), 3);
		struct et *x = et_relaid(plain, k % 3), *y = et_like(x);
		struct et_call call = { AXT_AFFINE, NULL,  { x, s, b },
					3,	    { y }, 1 };
		double *want = calloc(x->count, sizeof(*want));
		size_t c[8];

		for (size_t i = 0; i < x->count; i++) {
			et_coord(x, i, c);
			want[i] = et_get(x, i) * et_get(s, c[1]) +
				  et_get(b, c[1]);
		}
		et_run(&call);
		ET_EXPECT(y, want, 0);
		free(want);
		et_free(plain);
		et_free(x);
		et_free(y);
	}
	et_free(s);
	et_free(b);
}

static void cast(enum axt_type from, double x, enum axt_type to, double want)
{
	struct et *a = et_scalar(from, x);
	struct et *y = et_scalar(to, 0);
	struct et_call call = { AXT_CAST, NULL, { a }, 1, { y }, 1 };

	et_run(&call);
	if (!TAP_CHECK(et_get(y, 0) == want))
		tap_note("%d %g to %d", from, x, to);
	et_free(a);
	et_free(y);
}

static void casts(void)
{
	cast(AXT_F32, -2.9, AXT_I32, -2);
	cast(AXT_F32, 3e9, AXT_I32, INT32_MAX);
	cast(AXT_F32, -INFINITY, AXT_I32, INT32_MIN);
	cast(AXT_F32, NAN, AXT_I64, 0);
	cast(AXT_F32, NAN, AXT_U8, 0);
	cast(AXT_F32, 1e30, AXT_I64, 9223372036854775807.0);
	cast(AXT_F32, -1e30, AXT_I64, -9223372036854775808.0);
	cast(AXT_F32, 200, AXT_I8, 127);
	cast(AXT_F32, -5, AXT_U8, 0);
	cast(AXT_F32, 0.25, AXT_BOOL, 1);
	cast(AXT_F32, -0.0, AXT_BOOL, 0);
	cast(AXT_I64, 1e12, AXT_I32, INT32_MAX);
	cast(AXT_I64, 16777217, AXT_F32, 16777216);
	cast(AXT_I32, -300, AXT_I8, -128);
	cast(AXT_I32, 256, AXT_BOOL, 1);
	cast(AXT_BOOL, 1, AXT_F32, 1);
	cast(AXT_U8, 255, AXT_I8, 127);
	cast(AXT_I8, -1, AXT_U8, 0);
	cast(AXT_F32, 1.5, AXT_F32, 1.5);
}

static void nothing(void)
{
	struct axt_elementwise attr = { AXT_ADD, 0, 0, 0 };
	struct et *a = et_random(ET_DIMS(3, 0), 1), *y = et_like(a);
	struct et *b = et_random(ET_DIMS(1, 1), 1);
	struct et_call call = { AXT_BINARY, &attr, { a, b }, 2, { y }, 1 };

	et_run(&call);
	call.code = AXT_UNARY;
	call.inputs = 1;
	et_run(&call);
	call.code = AXT_CAST;
	et_run(&call);
	TAP_CHECK(axt_kernel_portable(0) == NULL);
	TAP_CHECK(axt_kernel_portable(AXT_CODE_END) == NULL);
	et_free(a);
	et_free(b);
	et_free(y);
}

static const struct tap_case cases[] = {
	{ "every unary function is its formula, in all layouts", unaries },
	{ "functions are sane far out, at infinity and at NaN", extremes },
	{ "every binary function broadcasts, in all layouts", binaries },
	{ "integers wrap around and nothing divides by zero", integers },
	{ "a result may lie over either operand", in_place },
	{ "select picks from tensors of any type", selects },
	{ "affine scales and shifts channels", affines },
	{ "casts cut off, saturate and turn NaN into 0", casts },
	{ "empty tensors and unknown codes are no trouble", nothing },
};
TAP_MAIN(cases)
