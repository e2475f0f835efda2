// SPDX-License-Identifier: MIT
/*
 * Element-wise functions in single precision, each as one loop, so that the
 * choice of the function is made once a run. Formulas are written so that no
 * intermediate result overflows where the final one would not.
 */
#include "function.h"

#include <math.h>

typedef void unary_fn(float *value, size_t count, float alpha, float beta);
typedef void binary_fn(float *a, const float *b, size_t step, size_t count);

#define UNARY(name, result)                                         \
	static void name##_run(float *value, size_t n, float alpha, \
			       float beta)                          \
	{                                                           \
		(void)alpha, (void)beta;                            \
		for (size_t i = 0; i < n; i++) {                    \
			float x = value[i];                         \
			value[i] = (result);                        \
		}                                                   \
	}

#define BINARY(name, result)                                              \
	static void name##_run(float *value, const float *b, size_t step, \
			       size_t n)                                  \
	{                                                                 \
		for (size_t i = 0; i < n; i++) {                          \
			float x = value[i], y = b[i * step];              \
			value[i] = (result);                              \
		}                                                         \
	}

/* With NaN a comparison is false, and the argument comes out. */
static inline float clamp(float x, float low, float high)
{
	x = x < low ? low : x;
	return x > high ? high : x;
}

static inline float sigmoid(float x)
{
	float e = expf(-fabsf(x));

	return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

static inline float softplus(float x)
{
	return (x < 0 ? 0 : x) + log1pf(expf(-fabsf(x)));
}

static inline float celu(float x, float alpha)
{
	float low = alpha * expm1f(x / alpha);

	return (x < 0 ? 0 : x) + (low > 0 ? 0 : low);
}

static inline float sign(float x)
{
	return x > 0 ? 1 : x < 0 ? -1 : x;
}

/* 1 + erf(-x) loses what erfc(x) keeps for large x. */
static inline float gelu(float x)
{
	return 0.5f * x * erfcf(-x * 0.70710678f);
}

UNARY(relu, x < 0 ? 0 : x)
UNARY(leaky_relu, x < 0 ? alpha * x : x)
UNARY(clip, clamp(x, alpha, beta))
UNARY(sigmoid, sigmoid(x))
UNARY(hard_sigmoid, clamp(alpha *x + beta, 0, 1))
UNARY(hard_swish, x *clamp(x / 6 + 0.5f, 0, 1))
UNARY(tanh, tanhf(x))
UNARY(elu, x < 0 ? alpha * expm1f(x) : x)
UNARY(selu, beta *(x < 0 ? alpha * expm1f(x) : x))
UNARY(softplus, softplus(x))
UNARY(softsign, x / (1 + fabsf(x)))
UNARY(exp, expf(x))
UNARY(log, logf(x))
UNARY(sqrt, sqrtf(x))
UNARY(reciprocal, 1 / x)
UNARY(abs, fabsf(x))
UNARY(neg, -x)
UNARY(floor, floorf(x))
UNARY(ceil, ceilf(x))
UNARY(round, rintf(x))
UNARY(sign, sign(x))
UNARY(erf, erff(x))
UNARY(sin, sinf(x))
UNARY(cos, cosf(x))
UNARY(tan, tanf(x))
UNARY(asin, asinf(x))
UNARY(acos, acosf(x))
UNARY(atan, atanf(x))
UNARY(sinh, sinhf(x))
UNARY(cosh, coshf(x))
UNARY(asinh, asinhf(x))
UNARY(acosh, acoshf(x))
UNARY(atanh, atanhf(x))
UNARY(thresholded_relu, x > alpha ? x : 0)
UNARY(linear, alpha *x + beta)
UNARY(shrink, fabsf(x) > beta ? x - sign(x) * alpha : 0)
UNARY(celu, celu(x, alpha))
UNARY(gelu, gelu(x))

static unary_fn *const unary[AXT_UNARY_END] = {
	[AXT_RELU] = relu_run,
	[AXT_LEAKY_RELU] = leaky_relu_run,
	[AXT_CLIP] = clip_run,
	[AXT_SIGMOID] = sigmoid_run,
	[AXT_HARD_SIGMOID] = hard_sigmoid_run,
	[AXT_HARD_SWISH] = hard_swish_run,
	[AXT_TANH] = tanh_run,
	[AXT_ELU] = elu_run,
	[AXT_SELU] = selu_run,
	[AXT_SOFTPLUS] = softplus_run,
	[AXT_SOFTSIGN] = softsign_run,
	[AXT_EXP] = exp_run,
	[AXT_LOG] = log_run,
	[AXT_SQRT] = sqrt_run,
	[AXT_RECIPROCAL] = reciprocal_run,
	[AXT_ABS] = abs_run,
	[AXT_NEG] = neg_run,
	[AXT_FLOOR] = floor_run,
	[AXT_CEIL] = ceil_run,
	[AXT_ROUND] = round_run,
	[AXT_SIGN] = sign_run,
	[AXT_ERF] = erf_run,
	[AXT_SIN] = sin_run,
	[AXT_COS] = cos_run,
	[AXT_TAN] = tan_run,
	[AXT_ASIN] = asin_run,
	[AXT_ACOS] = acos_run,
	[AXT_ATAN] = atan_run,
	[AXT_SINH] = sinh_run,
	[AXT_COSH] = cosh_run,
	[AXT_ASINH] = asinh_run,
	[AXT_ACOSH] = acosh_run,
	[AXT_ATANH] = atanh_run,
	[AXT_THRESHOLDED_RELU] = thresholded_relu_run,
	[AXT_LINEAR] = linear_run,
	[AXT_SHRINK] = shrink_run,
	[AXT_CELU] = celu_run,
	[AXT_GELU] = gelu_run,
};

void axt_unary_run(unsigned int function, float alpha, float beta, float *value,
		   size_t count)
{
	if (function < AXT_UNARY_END && unary[function])
		unary[function](value, count, alpha, beta);
}

/* A NaN on either side comes out. */
BINARY(add, x + y)
BINARY(sub, x - y)
BINARY(mul, x *y)
BINARY(div, x / y)
BINARY(min, x < y || isnan(x) ? x : y)
BINARY(max, x > y || isnan(x) ? x : y)
BINARY(pow, powf(x, y))
BINARY(prelu, x < 0 ? x * y : x)
BINARY(mod, fmodf(x, y))

static binary_fn *const binary[AXT_EQUAL] = {
	[AXT_ADD] = add_run, [AXT_SUB] = sub_run,     [AXT_MUL] = mul_run,
	[AXT_DIV] = div_run, [AXT_MIN] = min_run,     [AXT_MAX] = max_run,
	[AXT_POW] = pow_run, [AXT_PRELU] = prelu_run, [AXT_MOD] = mod_run,
};

void axt_binary_run(unsigned int function, float *a, const float *b,
		    size_t b_step, size_t count)
{
	if (function < AXT_EQUAL)
		binary[function](a, b, b_step, count);
}
