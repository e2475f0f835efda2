/* SPDX-License-Identifier: MIT */
/*
 * Vectors of floats, as wide as the instructions that this object is compiled
 * for have them. Sources that include this are compiled once per instruction
 * set, with AXT_ISA naming it; AXT_ISA_NAME() keeps their symbols apart. All
 * functions here are inline and static, so none leaks into other objects.
 *
 * Products and sums in one expression become one instruction where there is
 * one; lanes never mix but in the sums of a vector, whose order is fixed.
 */
#ifndef AXT_VEC_H
#define AXT_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define AXT_PASTE_(a, b) a##_##b
#define AXT_PASTE(a, b) AXT_PASTE_(a, b)
#define AXT_ISA_NAME(name) AXT_PASTE(name, AXT_ISA)

#define VEC_INLINE static inline __attribute__((always_inline, unused))
#if defined(__clang__)
#define VEC_UNROLL _Pragma("clang loop unroll(full)")
#else
#define VEC_UNROLL _Pragma("GCC unroll 32")
#endif

#if defined(__AVX512F__)
#define VEC 16
#elif defined(__AVX2__)
#define VEC 8
#else
#define VEC 4
#endif

typedef float vec __attribute__((vector_size(4 * VEC)));
typedef int32_t veci __attribute__((vector_size(4 * VEC)));
typedef float vec_anywhere
	__attribute__((vector_size(4 * VEC), aligned(4), may_alias));

VEC_INLINE vec vec_load(const float *p)
{
	return *(const vec_anywhere *)p;
}

VEC_INLINE void vec_store(float *p, vec v)
{
	*(vec_anywhere *)p = v;
}

VEC_INLINE vec vec_all(float x)
{
	return x - (vec){ 0 };
}

VEC_INLINE vec vec_as_float(veci v)
{
	return (vec)v;
}

VEC_INLINE veci vec_as_int(vec v)
{
	return (veci)v;
}

/* mask: all bits or none, per lane */
VEC_INLINE vec vec_select(veci mask, vec yes, vec no)
{
	return (vec)((mask & (veci)yes) | (~mask & (veci)no));
}

VEC_INLINE vec vec_abs(vec v)
{
	return (vec)((veci)v & 0x7fffffff);
}

/* The first n lanes, 1 to VEC; the others are 0 and not touched. */
VEC_INLINE vec vec_load_n(const float *p, size_t n);
VEC_INLINE void vec_store_n(float *p, vec v, size_t n);
/* max(x, low), min(x, high); x if that is NaN. */
VEC_INLINE vec vec_at_least(vec x, vec low);
VEC_INLINE vec vec_at_most(vec x, vec high);
VEC_INLINE vec vec_sqrt(vec v);

#if defined(__AVX512F__)

VEC_INLINE vec vec_load_n(const float *p, size_t n)
{
	return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}

VEC_INLINE void vec_store_n(float *p, vec v, size_t n)
{
	_mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
}

VEC_INLINE vec vec_at_least(vec x, vec low)
{
	return (vec)_mm512_max_ps((__m512)low, (__m512)x);
}

VEC_INLINE vec vec_at_most(vec x, vec high)
{
	return (vec)_mm512_min_ps((__m512)high, (__m512)x);
}

VEC_INLINE vec vec_sqrt(vec v)
{
	return (vec)_mm512_sqrt_ps((__m512)v);
}

#elif defined(__AVX2__)

VEC_INLINE __m256i vec_mask(size_t n)
{
	return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n),
				  _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

VEC_INLINE vec vec_load_n(const float *p, size_t n)
{
	return (vec)_mm256_maskload_ps(p, vec_mask(n));
}

VEC_INLINE void vec_store_n(float *p, vec v, size_t n)
{
	_mm256_maskstore_ps(p, vec_mask(n), (__m256)v);
}

VEC_INLINE vec vec_at_least(vec x, vec low)
{
	return (vec)_mm256_max_ps((__m256)low, (__m256)x);
}

VEC_INLINE vec vec_at_most(vec x, vec high)
{
	return (vec)_mm256_min_ps((__m256)high, (__m256)x);
}

VEC_INLINE vec vec_sqrt(vec v)
{
	return (vec)_mm256_sqrt_ps((__m256)v);
}

#else

VEC_INLINE vec vec_load_n(const float *p, size_t n)
{
	vec v = { 0 };

	memcpy(&v, p, n * sizeof(float));
	return v;
}

VEC_INLINE void vec_store_n(float *p, vec v, size_t n)
{
	memcpy(p, &v, n * sizeof(float));
}

#if defined(__SSE2__)

VEC_INLINE vec vec_at_least(vec x, vec low)
{
	return (vec)_mm_max_ps((__m128)low, (__m128)x);
}

VEC_INLINE vec vec_at_most(vec x, vec high)
{
	return (vec)_mm_min_ps((__m128)high, (__m128)x);
}

VEC_INLINE vec vec_sqrt(vec v)
{
	return (vec)_mm_sqrt_ps((__m128)v);
}

#else

VEC_INLINE vec vec_at_least(vec x, vec low)
{
	return vec_select((veci)(x < low), low, x);
}

VEC_INLINE vec vec_at_most(vec x, vec high)
{
	return vec_select((veci)(x > high), high, x);
}

VEC_INLINE vec vec_sqrt(vec v)
{
	for (unsigned int i = 0; i < VEC; i++)
		v[i] = __builtin_sqrtf(v[i]);
	return v;
}

#endif
#endif

/* As max and min of two numbers, NaN if one of them is. */
VEC_INLINE vec vec_max(vec a, vec b)
{
	return vec_select((veci)(a != a), a, vec_at_least(b, a));
}

VEC_INLINE vec vec_min(vec a, vec b)
{
	return vec_select((veci)(a != a), a, vec_at_most(b, a));
}

/* How many lanes there are for i, of count in all. */
VEC_INLINE vec vec_load_tail(const float *p, size_t left)
{
	return left >= VEC ? vec_load(p) : vec_load_n(p, left);
}

VEC_INLINE void vec_store_tail(float *p, vec v, size_t left)
{
	if (left >= VEC)
		vec_store(p, v);
	else
		vec_store_n(p, v, left);
}

/* Of all lanes; the order of additions is fixed. */
VEC_INLINE float vec_sum(vec v);
/* NaN if a lane is. */
VEC_INLINE float vec_largest(vec v);

#if defined(__AVX2__)

VEC_INLINE float vec_sum_4(__m128 v)
{
	v = _mm_add_ps(v, _mm_movehl_ps(v, v));
	return _mm_cvtss_f32(_mm_add_ss(v, _mm_movehdup_ps(v)));
}

VEC_INLINE float vec_largest_4(__m128 v)
{
	v = _mm_max_ps(v, _mm_movehl_ps(v, v));
	return _mm_cvtss_f32(_mm_max_ss(v, _mm_movehdup_ps(v)));
}

VEC_INLINE __m256 vec_upper(__m256 v)
{
	return _mm256_permute2f128_ps(v, v, 1);
}

#if VEC == 16
#define VEC_FOLD(v, op)                         \
	op(_mm512_castps512_ps256((__m512)(v)), \
	   _mm256_castpd_ps(                    \
		   _mm512_extractf64x4_pd(_mm512_castps_pd((__m512)(v)), 1)))
#else
#define VEC_FOLD(v, op) (__m256)(v)
#endif

VEC_INLINE float vec_sum(vec v)
{
	__m256 half = VEC_FOLD(v, _mm256_add_ps);

	return vec_sum_4(
		_mm256_castps256_ps128(_mm256_add_ps(half, vec_upper(half))));
}

VEC_INLINE bool vec_any_nan(vec v)
{
	vec bad = (vec)(veci)(v != v);
	__m256 half = VEC_FOLD(bad, _mm256_or_ps);

	return _mm256_movemask_ps(half);
}

VEC_INLINE float vec_largest(vec v)
{
	__m256 half = VEC_FOLD(v, _mm256_max_ps);

	if (vec_any_nan(v))
		return __builtin_nanf("");
	return vec_largest_4(
		_mm256_castps256_ps128(_mm256_max_ps(half, vec_upper(half))));
}

#else

VEC_INLINE float vec_sum(vec v)
{
	return (v[0] + v[2]) + (v[1] + v[3]);
}

VEC_INLINE float vec_largest(vec v)
{
	float most = v[0];

	for (unsigned int i = 1; i < VEC; i++)
		if (v[i] > most || v[i] != v[i])
			most = v[i];
	return most;
}

#endif

#endif
