// SPDX-License-Identifier: MIT
/*
 * Computing with constants. f32 is computed as f64 and rounded once, which is
 * the same for the four operations and roots. What has no result (a division
 * of integers by zero) or a type that is not handled is left for the run: the
 * output stays without data. Owns nothing.
 */
#include "fold.h"
#include "number.h"

#include <errno.h>
#include <math.h>
#include <string.h>

typedef double float_unary(double x);
typedef double float_binary(double a, double b);
/* false: no result */
typedef bool int_binary(int64_t a, int64_t b, int64_t *y);

static double f_neg(double x)
{
	return -x;
}

static double f_relu(double x)
{
	return x > 0 ? x : 0;
}

static double f_reciprocal(double x)
{
	return 1 / x;
}

static double f_sign(double x)
{
	return (x > 0) - (x < 0);
}

static double f_sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static const struct {
	const char *name;
	float_unary *f;
} unaries[] = {
	{ "Neg", f_neg },	  { "Abs", fabs },
	{ "Floor", floor },	  { "Ceil", ceil },
	{ "Sqrt", sqrt },	  { "Exp", exp },
	{ "Log", log },		  { "Relu", f_relu },
	{ "Sign", f_sign },	  { "Reciprocal", f_reciprocal },
	{ "Round", rint },	  { "Tanh", tanh },
	{ "Sigmoid", f_sigmoid }, { "Erf", erf },
	{ "Sin", sin },		  { "Cos", cos },
};

static int64_t wrap(uint64_t x)
{
	return (int64_t)x;
}

static bool i_add(int64_t a, int64_t b, int64_t *y)
{
	*y = wrap((uint64_t)a + (uint64_t)b);
	return true;
}

static bool i_sub(int64_t a, int64_t b, int64_t *y)
{
	*y = wrap((uint64_t)a - (uint64_t)b);
	return true;
}

static bool i_mul(int64_t a, int64_t b, int64_t *y)
{
	*y = wrap((uint64_t)a * (uint64_t)b);
	return true;
}

static bool i_div(int64_t a, int64_t b, int64_t *y)
{
	if (b == 0 || (a == INT64_MIN && b == -1))
		return false;
	*y = a / b;
	return true;
}

/* The sign of the dividend. */
static bool i_fmod(int64_t a, int64_t b, int64_t *y)
{
	*y = b && b != -1 ? a % b : 0;
	return b != 0;
}

/* The sign of the divisor. */
static bool i_mod(int64_t a, int64_t b, int64_t *y)
{
	if (b == 0 || b == -1) {
		*y = 0;
		return b != 0;
	}
	*y = a % b;
	if (*y && (*y < 0) != (b < 0))
		*y += b;
	return true;
}

static bool i_min(int64_t a, int64_t b, int64_t *y)
{
	*y = a < b ? a : b;
	return true;
}

static bool i_max(int64_t a, int64_t b, int64_t *y)
{
	*y = a > b ? a : b;
	return true;
}

static bool i_equal(int64_t a, int64_t b, int64_t *y)
{
	*y = a == b;
	return true;
}

static bool i_less(int64_t a, int64_t b, int64_t *y)
{
	*y = a < b;
	return true;
}

static bool i_less_equal(int64_t a, int64_t b, int64_t *y)
{
	*y = a <= b;
	return true;
}

static bool i_greater(int64_t a, int64_t b, int64_t *y)
{
	return i_less(b, a, y);
}

static bool i_greater_equal(int64_t a, int64_t b, int64_t *y)
{
	return i_less_equal(b, a, y);
}

static bool i_and(int64_t a, int64_t b, int64_t *y)
{
	*y = a && b;
	return true;
}

static bool i_or(int64_t a, int64_t b, int64_t *y)
{
	*y = a || b;
	return true;
}

static bool i_xor(int64_t a, int64_t b, int64_t *y)
{
	*y = !a != !b;
	return true;
}

static double f_add(double a, double b)
{
	return a + b;
}

static double f_sub(double a, double b)
{
	return a - b;
}

static double f_mul(double a, double b)
{
	return a * b;
}

static double f_div(double a, double b)
{
	return a / b;
}

/* Not fmin(): a NaN stays one. */
static double f_min(double a, double b)
{
	return isnan(a) || a < b ? a : b;
}

static double f_max(double a, double b)
{
	return isnan(a) || a > b ? a : b;
}

static double f_equal(double a, double b)
{
	return a == b;
}

static double f_less(double a, double b)
{
	return a < b;
}

static double f_less_equal(double a, double b)
{
	return a <= b;
}

static double f_greater(double a, double b)
{
	return a > b;
}

static double f_greater_equal(double a, double b)
{
	return a >= b;
}

static const struct binary {
	const char *name;
	float_binary *f;
	int_binary *i;
} binaries[] = {
	{ "Add", f_add, i_add },
	{ "Sub", f_sub, i_sub },
	{ "Mul", f_mul, i_mul },
	{ "Div", f_div, i_div },
	{ "Min", f_min, i_min },
	{ "Max", f_max, i_max },
	{ "Mod", NULL, i_mod },
	{ "fmod", fmod, i_fmod },
	{ "Pow", pow, NULL },
	{ "And", NULL, i_and },
	{ "Or", NULL, i_or },
	{ "Xor", NULL, i_xor },
	{ "Equal", f_equal, i_equal },
	{ "Less", f_less, i_less },
	{ "LessOrEqual", f_less_equal, i_less_equal },
	{ "Greater", f_greater, i_greater },
	{ "GreaterOrEqual", f_greater_equal, i_greater_equal },
};

static int fold_not(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	int64_t count = axt_onnx_elements(&x->shape);
	uint8_t *to;

	if (x->type != AXT_ONNX_BOOL)
		return 0;
	to = axt_onnx_fold_output(ctx, 0);
	if (!to)
		return -ENOMEM;
	for (int64_t i = 0; i < count; i++)
		to[i] = !((const uint8_t *)x->data)[i];
	return 0;
}

/* Wraps, as the hardware does. */
static int64_t i_neg(int64_t x)
{
	return (int64_t)(0 - (uint64_t)x);
}

/* Those of integers. */
static int fold_integer(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	int64_t count = axt_onnx_elements(&x->shape);
	bool neg = strcmp(ctx->node->op->name, "Neg") == 0;
	struct axt_onnx_number n;
	void *to;

	if (!neg && strcmp(ctx->node->op->name, "Abs") != 0)
		return 0;
	to = axt_onnx_fold_output(ctx, 0);
	if (!to)
		return -ENOMEM;
	for (int64_t i = 0; i < count; i++) {
		n = axt_onnx_load(x->type, x->data, i);
		if (neg || n.i < 0)
			n.i = i_neg(n.i);
		axt_onnx_store(x->type, to, i, n);
	}
	return 0;
}

int axt_onnx_fold_unary(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *x = ctx->node->input[0];
	int64_t count = axt_onnx_elements(&x->shape);
	const char *op = ctx->node->op->name;
	struct axt_onnx_number n;
	size_t row = 0;
	void *to;

	if (strcmp(op, "Not") == 0)
		return fold_not(ctx);
	if (x->type == AXT_ONNX_I64 || x->type == AXT_ONNX_I32)
		return fold_integer(ctx);
	while (row < sizeof(unaries) / sizeof(unaries[0]) &&
	       strcmp(op, unaries[row].name) != 0)
		row++;
	if (row == sizeof(unaries) / sizeof(unaries[0]) ||
	    !axt_onnx_is_float(x->type))
		return 0;
	to = axt_onnx_fold_output(ctx, 0);
	if (!to)
		return -ENOMEM;
	for (int64_t i = 0; i < count; i++) {
		n = axt_onnx_load(x->type, x->data, i);
		n.f = unaries[row].f(n.f);
		axt_onnx_store(x->type, to, i, n);
	}
	return 0;
}

/* One element; false: there is no result. */
static bool compute(const struct binary *op, bool is_float, bool to_bool,
		    struct axt_onnx_number a, struct axt_onnx_number b,
		    struct axt_onnx_number *y)
{
	if (!is_float)
		return op->i(a.i, b.i, &y->i);
	y->f = op->f(a.f, b.f);
	if (to_bool)
		y->i = y->f != 0;
	return true;
}

static int run_binary(struct axt_onnx_context *ctx, const struct binary *op)
{
	const struct axt_onnx_value *a = ctx->node->input[0];
	const struct axt_onnx_value *b = ctx->node->input[1];
	struct axt_onnx_value *y = ctx->node->output[0];
	bool is_float = axt_onnx_is_float(a->type);
	int64_t count = axt_onnx_elements(&y->shape);
	struct axt_onnx_number n = { 0 };
	struct axt_onnx_walk walk;
	void *to = axt_onnx_fold_output(ctx, 0);

	if (!to)
		return -ENOMEM;
	axt_onnx_walk_init(&walk, &y->shape);
	axt_onnx_walk_add(&walk, &a->shape);
	axt_onnx_walk_add(&walk, &b->shape);
	for (int64_t i = 0; i < count; i++) {
		if (!compute(op, is_float, y->type == AXT_ONNX_BOOL,
			     axt_onnx_load(a->type, a->data, walk.offset[0]),
			     axt_onnx_load(b->type, b->data, walk.offset[1]),
			     &n)) {
			y->data = NULL;
			return 0;
		}
		axt_onnx_store(y->type, to, i, n);
		axt_onnx_walk_next(&walk);
	}
	return 0;
}

int axt_onnx_fold_binary(struct axt_onnx_context *ctx)
{
	uint32_t a = ctx->node->input[0]->type, b = ctx->node->input[1]->type;
	const char *name = ctx->node->op->name;
	size_t row = 0;

	if (axt_onnx_node_int(ctx->node, "fmod", 0))
		name = "fmod";
	while (row < sizeof(binaries) / sizeof(binaries[0]) &&
	       strcmp(name, binaries[row].name) != 0)
		row++;
	if (row == sizeof(binaries) / sizeof(binaries[0]) || a != b ||
	    !axt_onnx_is_number(a))
		return 0;
	if (axt_onnx_is_float(a) ? !binaries[row].f : !binaries[row].i)
		return 0;
	return run_binary(ctx, &binaries[row]);
}
