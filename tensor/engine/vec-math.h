/* SPDX-License-Identifier: MIT */
/*
 * Transcendental functions on vectors, correct to a few units in the last
 * place; what they make of NaN and infinities is what the C library makes.
 */
#ifndef AXT_VEC_MATH_H
#define AXT_VEC_MATH_H

#include "vec.h"

/* Beyond these the result is 0 or infinite anyway. */
#define EXP_LEAST -104.0f
#define EXP_MOST 89.0f
#define LOG2_E 1.44269504088896341f
/* ln 2 in two pieces, the first with few bits. */
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.12194440e-4f
/* Adding it rounds to an integer, which is then in the lowest bits. */
#define ROUND_MAGIC 12582912.0f
#define EXPONENT_BIAS 127
#define MANTISSA_BITS 23

VEC_INLINE vec vec_power_of_2(veci n)
{
	return vec_as_float((n + EXPONENT_BIAS) << MANTISSA_BITS);
}

VEC_INLINE vec vec_exp(vec x)
{
	vec shifted, n, p;
	veci e;

	x = vec_at_most(vec_at_least(x, vec_all(EXP_LEAST)), vec_all(EXP_MOST));
	shifted = x * LOG2_E + ROUND_MAGIC;
	e = vec_as_int(shifted) - vec_as_int(vec_all(ROUND_MAGIC));
	n = shifted - ROUND_MAGIC;
	x = x - n * LN2_HIGH;
	x = x - n * LN2_LOW;
	p = x * 1.9875691500e-4f + 1.3981999507e-3f;
	p = p * x + 8.3334519073e-3f;
	p = p * x + 4.1665795894e-2f;
	p = p * x + 1.6666665459e-1f;
	p = p * x + 5.0000001201e-1f;
	p = p * (x * x) + x;
	p = p + 1.0f;
	/* Twice half the exponent: results may be subnormal. */
	return p * vec_power_of_2(e >> 1) * vec_power_of_2(e - (e >> 1));
}

VEC_INLINE vec vec_sigmoid(vec x)
{
	vec e = vec_exp(-vec_abs(x));
	vec top = vec_select((veci)(x < 0.0f), e, vec_all(1.0f));

	return top / (1.0f + e);
}

VEC_INLINE vec vec_with_sign(vec size, vec sign)
{
	return vec_as_float(vec_as_int(size) | (vec_as_int(sign) & INT32_MIN));
}

VEC_INLINE vec vec_tanh(vec x)
{
	vec a = vec_abs(x), z = x * x;
	vec large = 1.0f - 2.0f / (vec_exp(a + a) + 1.0f);
	vec p = z * -5.70498872745e-3f + 2.06390887954e-2f;

	p = p * z + -5.37397155531e-2f;
	p = p * z + 1.33314422036e-1f;
	p = p * z + -3.33332819422e-1f;
	p = p * z * x + x;
	large = vec_with_sign(large, x);
	return vec_select((veci)(a < 0.625f) | (veci)(x != x), p, large);
}

/* erfc for a >= 1: e^(-a^2) / a times a polynomial in 1 / a^2. */
VEC_INLINE vec vec_erfc_tail(vec a)
{
	vec q = 1.0f / a, y = q * q, near, far;

	near = y * 2.326819970068386e-2f + -1.387039388740657e-1f;
	near = near * y + 3.687424674597105e-1f;
	near = near * y + -5.824733027278666e-1f;
	near = near * y + 6.210004621745983e-1f;
	near = near * y + -4.944515323274145e-1f;
	near = near * y + 3.404879937665872e-1f;
	near = near * y + -2.741127028184656e-1f;
	near = near * y + 5.638259427386472e-1f;
	far = y * -1.047766399936249e+1f + 1.297719955372516e+1f;
	far = far * y + -7.495518717768503f;
	far = far * y + 2.921019019210786f;
	far = far * y + -1.015265279202700f;
	far = far * y + 4.218463358204948e-1f;
	far = far * y + -2.820767439740514e-1f;
	far = far * y + 5.641895067754075e-1f;
	return vec_exp(-a * a) * q * vec_select((veci)(a < 2.0f), near, far);
}

VEC_INLINE vec vec_erf_small(vec x)
{
	vec z = x * x;
	vec p = z * 7.853861353153693e-5f + -8.010193625184903e-4f;

	p = p * z + 5.188327685732524e-3f;
	p = p * z + -2.685381193529856e-2f;
	p = p * z + 1.128358514861418e-1f;
	p = p * z + -3.761262582423300e-1f;
	p = p * z + 1.128379165726710f;
	return p * x;
}

VEC_INLINE vec vec_erf(vec x)
{
	/* At 10 it is 1 long since, and the square is no problem. */
	vec a = vec_at_most(vec_abs(x), vec_all(10.0f));
	vec large = vec_with_sign(1.0f - vec_erfc_tail(a), x);

	return vec_select((veci)(a < 1.0f), vec_erf_small(x), large);
}

/* x (1 + erf(x / sqrt 2)) / 2 = x erfc(-x / sqrt 2) / 2 */
VEC_INLINE vec vec_gelu(vec x)
{
	vec t = x * -0.70710678f;
	vec a = vec_at_most(vec_abs(t), vec_all(10.5f));
	vec tail = vec_erfc_tail(a);

	tail = vec_select((veci)(t < 0.0f), 2.0f - tail, tail);
	tail = vec_select((veci)(a < 1.0f), 1.0f - vec_erf_small(t), tail);
	return 0.5f * x * tail;
}

#endif
