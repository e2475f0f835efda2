// SPDX-License-Identifier: MIT
/*
 * AXT_BINARY. f32 results go through the sink; integers and bools are worked
 * on as i64, f32 comparisons write bools. Integer arithmetic wraps around;
 * x / 0 and x mod 0 are 0, so that no data can stop the machine.
 */
#include "convert.h"
#include "function.h"
#include "kernels.h"
#include "sink.h"

typedef void integer_fn(int64_t *a, const int64_t *b, size_t n);
typedef void compare_fn(int64_t *to, const float *a, const float *b, size_t n);

static int64_t wrap_div(int64_t a, int64_t b)
{
	if (b == 0)
		return 0;
	return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

/* The sign of b, as in ONNX Mod of integers. */
static int64_t wrap_mod(int64_t a, int64_t b)
{
	int64_t rest;

	if (b == 0 || b == -1)
		return 0;
	rest = a % b;
	return rest && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* Below 1 is cut off to 0, but for powers of 1 and -1. */
static int64_t wrap_pow(int64_t a, int64_t b)
{
	uint64_t base = (uint64_t)a, result = 1;

	if (b < 0 && a != 1 && a != -1)
		return 0;
	if (b < 0)
		b &= 1;
	for (; b; b >>= 1) {
		if (b & 1)
			result *= base;
		base *= base;
	}
	return (int64_t)result;
}

static int64_t wrap_mul(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

#define INTEGER(name, result)                                          \
	static void name##_i64(int64_t *a, const int64_t *b, size_t n) \
	{                                                              \
		for (size_t i = 0; i < n; i++) {                       \
			int64_t x = a[i], y = b[i];                    \
			a[i] = (result);                               \
		}                                                      \
	}

INTEGER(add, (int64_t)((uint64_t)x + (uint64_t)y))
INTEGER(sub, (int64_t)((uint64_t)x - (uint64_t)y))
INTEGER(mul, wrap_mul(x, y))
INTEGER(div, wrap_div(x, y))
INTEGER(min, x < y ? x : y)
INTEGER(max, x > y ? x : y)
INTEGER(pow, wrap_pow(x, y))
INTEGER(prelu, x < 0 ? wrap_mul(x, y) : x)
INTEGER(mod, wrap_mod(x, y))
INTEGER(equal, x == y)
INTEGER(less, x < y)
INTEGER(less_equal, x <= y)
INTEGER(greater, x > y)
INTEGER(greater_equal, x >= y)
INTEGER(and, x &&y)
INTEGER(or, x || y)
INTEGER(xor, !x != !y)

static integer_fn *const integer[AXT_BINARY_END] = {
	[AXT_ADD] = add_i64,	     [AXT_SUB] = sub_i64,
	[AXT_MUL] = mul_i64,	     [AXT_DIV] = div_i64,
	[AXT_MIN] = min_i64,	     [AXT_MAX] = max_i64,
	[AXT_POW] = pow_i64,	     [AXT_PRELU] = prelu_i64,
	[AXT_MOD] = mod_i64,	     [AXT_EQUAL] = equal_i64,
	[AXT_LESS] = less_i64,	     [AXT_LESS_EQUAL] = less_equal_i64,
	[AXT_GREATER] = greater_i64, [AXT_GREATER_EQUAL] = greater_equal_i64,
	[AXT_AND] = and_i64,	     [AXT_OR] = or_i64,
	[AXT_XOR] = xor_i64,
};

#define COMPARE(name, result)                                               \
	static void name##_f32(int64_t *to, const float *a, const float *b, \
			       size_t n)                                    \
	{                                                                   \
		for (size_t i = 0; i < n; i++) {                            \
			float x = a[i], y = b[i];                           \
			to[i] = (result);                                   \
		}                                                           \
	}

COMPARE(equal, x == y)
COMPARE(less, x < y)
COMPARE(less_equal, x <= y)
COMPARE(greater, x > y)
COMPARE(greater_equal, x >= y)

static compare_fn *const compare[AXT_BINARY_END] = {
	[AXT_EQUAL] = equal_f32,
	[AXT_LESS] = less_f32,
	[AXT_LESS_EQUAL] = less_equal_f32,
	[AXT_GREATER] = greater_f32,
	[AXT_GREATER_EQUAL] = greater_equal_f32,
};

struct binary {
	const struct axt_call *call;
	struct axt_sink sink; /* its index of y serves all */
	struct axt_index a;
	struct axt_index b;
	unsigned int function;
	unsigned int type; /* of the operands */
	unsigned int result;
};

static void load_f32(float *to, const struct axt_view *view,
		     const struct axt_index *index, size_t at, size_t count)
{
	axt_copy_row(to, 1, (const float *)view->data + at,
		     (ptrdiff_t)axt_index_step(index), count, sizeof(float));
}

static void f32_chunk(const struct binary *bin, const size_t *coord,
		      size_t count)
{
	const struct axt_view *in = bin->call->in;
	size_t a = axt_index_at(&bin->a, coord);
	size_t b = axt_index_at(&bin->b, coord);
	float x[AXT_CHUNK];

	load_f32(x, &in[0], &bin->a, a, count);
	axt_binary_run(bin->function, x, (const float *)in[1].data + b,
		       axt_index_step(&bin->b), count);
	axt_sink_put(&bin->sink, coord, x, count);
}

static void compare_chunk(const struct binary *bin, const size_t *coord,
			  size_t count)
{
	const struct axt_index *yi = &bin->sink.y;
	const struct axt_view *in = bin->call->in;
	float a[AXT_CHUNK], b[AXT_CHUNK];
	int64_t y[AXT_CHUNK];

	load_f32(a, &in[0], &bin->a, axt_index_at(&bin->a, coord), count);
	load_f32(b, &in[1], &bin->b, axt_index_at(&bin->b, coord), count);
	compare[bin->function](y, a, b, count);
	axt_store_i64(AXT_BOOL, bin->call->out[0].data, axt_index_at(yi, coord),
		      axt_index_step(yi), y, count);
}

static void integer_chunk(const struct binary *bin, const size_t *coord,
			  size_t count)
{
	const struct axt_index *yi = &bin->sink.y;
	const struct axt_view *in = bin->call->in;
	int64_t a[AXT_CHUNK], b[AXT_CHUNK];

	axt_load_i64(a, bin->type, in[0].data, axt_index_at(&bin->a, coord),
		     axt_index_step(&bin->a), count);
	axt_load_i64(b, bin->type, in[1].data, axt_index_at(&bin->b, coord),
		     axt_index_step(&bin->b), count);
	integer[bin->function](a, b, count);
	if (bin->result == AXT_I32)
		for (size_t i = 0; i < count; i++)
			a[i] = (int32_t)a[i];
	axt_store_i64(bin->result, bin->call->out[0].data,
		      axt_index_at(yi, coord), axt_index_step(yi), a, count);
}

static void binary_chunk(const struct binary *bin, const size_t *coord,
			 size_t count)
{
	if (bin->type != AXT_F32)
		integer_chunk(bin, coord, count);
	else if (bin->result == AXT_F32)
		f32_chunk(bin, coord, count);
	else if (compare[bin->function])
		compare_chunk(bin, coord, count);
}

static void binary_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	const struct axt_elementwise *attr = call->attributes;
	struct binary bin = {
		.call = call,
		.function = attr->function,
		.type = call->in[0].tensor->type,
		.result = call->out[0].tensor->type,
	};
	struct axt_walk walk;
	size_t length, last, count;

	axt_sink_init(&bin.sink, call);
	axt_index_broadcast(&bin.a, call->in[0].tensor, &bin.sink.y);
	axt_index_broadcast(&bin.b, call->in[1].tensor, &bin.sink.y);
	length = axt_index_length(&bin.sink.y);
	last = bin.sink.y.rank - 1;
	for (axt_walk_begin(&walk, &bin.sink.y, part, parts);
	     walk.row < walk.end; axt_walk_next(&walk)) {
		for (size_t i = 0; i < length; i += count) {
			count = length - i < AXT_CHUNK ? length - i : AXT_CHUNK;
			walk.coord[last] = i;
			binary_chunk(&bin, walk.coord, count);
		}
		walk.coord[last] = 0;
	}
}

const struct axt_kernel axt_portable_binary = {
	.run = binary_run,
	.parts_max = axt_parts_rows,
};
