// SPDX-License-Identifier: MIT
/*
 * Element-wise functions on tiles. A function is chosen once for a tile; those
 * that are rare run through the portable ones. Nothing here has state.
 */
#include "fast-chain.h"

#include "function.h"
#include "vec-math.h"

#define CHUNK 64

#define UNARY_LOOP(result)                                   \
	do {                                                 \
		for (size_t i_ = 0; i_ < count; i_ += VEC) { \
			vec x = vec_load(value + i_);        \
			vec_store(value + i_, (result));     \
		}                                            \
	} while (0)

VEC_INLINE vec clamp(vec x, float low, float high)
{
	return vec_at_most(vec_at_least(x, vec_all(low)), vec_all(high));
}

static void unary_simple(unsigned int function, float alpha, float beta,
			 float *value, size_t count)
{
	if (function == AXT_RELU)
		UNARY_LOOP(vec_at_least(x, vec_all(0)));
	else if (function == AXT_CLIP)
		UNARY_LOOP(clamp(x, alpha, beta));
	else if (function == AXT_LINEAR)
		UNARY_LOOP(x * alpha + beta);
	else if (function == AXT_HARD_SIGMOID)
		UNARY_LOOP(clamp(x * alpha + beta, 0, 1));
	else if (function == AXT_HARD_SWISH)
		UNARY_LOOP(x * clamp(x * (1.0f / 6) + 0.5f, 0, 1));
	else
		UNARY_LOOP(vec_select((veci)(x < 0.0f), x * alpha, x));
}

static void unary_other(unsigned int function, float alpha, float beta,
			float *value, size_t count)
{
	if (function == AXT_SIGMOID)
		UNARY_LOOP(vec_sigmoid(x));
	else if (function == AXT_TANH)
		UNARY_LOOP(vec_tanh(x));
	else if (function == AXT_EXP)
		UNARY_LOOP(vec_exp(x));
	else if (function == AXT_ERF)
		UNARY_LOOP(vec_erf(x));
	else if (function == AXT_GELU)
		UNARY_LOOP(vec_gelu(x));
	else if (function == AXT_SQRT)
		UNARY_LOOP(vec_sqrt(x));
	else if (function == AXT_RECIPROCAL)
		UNARY_LOOP(1.0f / x);
	else if (function == AXT_ABS)
		UNARY_LOOP(vec_abs(x));
	else if (function == AXT_NEG)
		UNARY_LOOP(-x);
	else
		axt_unary_run(function, alpha, beta, value, count);
}

void fast_unary(unsigned int function, float alpha, float beta, float *value,
		size_t count)
{
	static const uint64_t simple = 1u << AXT_RELU | 1u << AXT_LEAKY_RELU |
				       1u << AXT_CLIP | 1u << AXT_HARD_SIGMOID |
				       1u << AXT_HARD_SWISH |
				       1ull << AXT_LINEAR;

	if (simple >> function & 1)
		unary_simple(function, alpha, beta, value, count);
	else
		unary_other(function, alpha, beta, value, count);
}

/* y: the other operand, one number for the row or one per column. */
#define BINARY_LOOP(result)                                                \
	do {                                                               \
		for (size_t i_ = 0; i_ < count; i_ += VEC) {               \
			vec x = vec_load(value + i_);                      \
			vec y = step ? vec_load_tail(b + i_, count - i_) : \
				       all;                                \
			vec_store(value + i_, (result));                   \
		}                                                          \
	} while (0)

static void binary_row(unsigned int function, float *value, const float *b,
		       size_t step, size_t count)
{
	vec all = vec_all(*b);

	if (function == AXT_ADD)
		BINARY_LOOP(x + y);
	else if (function == AXT_MUL)
		BINARY_LOOP(x * y);
	else if (function == AXT_SUB)
		BINARY_LOOP(x - y);
	else if (function == AXT_DIV)
		BINARY_LOOP(x / y);
	else if (function == AXT_MIN)
		BINARY_LOOP(vec_min(x, y));
	else if (function == AXT_MAX)
		BINARY_LOOP(vec_max(x, y));
	else if (function == AXT_PRELU)
		BINARY_LOOP(vec_select((veci)(x < 0.0f), x * y, x));
	else
		axt_binary_run(function, value, b, step, count);
}

/* Columns at a distance are first put together. */
static void binary_apart(unsigned int function, float *value, const float *b,
			 size_t step, size_t count)
{
	float near[CHUNK];
	size_t n;

	for (size_t i = 0; i < count; i += n) {
		n = count - i < CHUNK ? count - i : CHUNK;
		for (size_t j = 0; j < n; j++)
			near[j] = b[(i + j) * step];
		binary_row(function, value + i, near, 1, n);
	}
}

void fast_link(const struct axt_link *link, const struct fast_tile *tile,
	       const float *b, size_t row_step, size_t col_step)
{
	if (link->source == AXT_LINK_UNARY) {
		if (tile->rows)
			fast_unary(link->function, link->alpha, link->beta,
				   tile->value,
				   (tile->rows - 1) * tile->width + tile->cols);
		return;
	}
	for (size_t r = 0; r < tile->rows; r++) {
		float *value = tile->value + r * tile->width;

		if (col_step > 1)
			binary_apart(link->function, value, b, col_step,
				     tile->cols);
		else
			binary_row(link->function, value, b, col_step,
				   tile->cols);
		b += row_step;
	}
}

void fast_chain(const struct axt_chain *chain, const struct axt_nest *nest,
		const struct axt_bases *bases, size_t row, size_t col,
		const struct fast_tile *tile)
{
	unsigned int last = nest->rank - 1;

	for (unsigned int i = 0; i < chain->count; i++) {
		const struct axt_link *link = &chain->link[i];
		const size_t *stride = nest->stride[link->tensor];
		size_t row_step = last ? stride[last - 1] : 0;
		const float *b = bases->base[i];

		if (b)
			b += row * row_step + col * stride[last];
		fast_link(link, tile, b, row_step, stride[last]);
	}
}
