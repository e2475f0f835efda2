// SPDX-License-Identifier: MIT
/*
 * See tensor.h. A tensor owns its data, unless who made it says otherwise; its
 * size follows from type and shape, and is computed in one place.
 */
#include "tensor.h"

#include <axt/program.h>
#include <axt/shape.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tensor_fini(struct tensor *tensor)
{
	free(tensor->data);
	memset(tensor, 0, sizeof(*tensor));
}

int tensor_shape(struct tensor *tensor, uint32_t type, uint32_t rank,
		 const uint32_t *dims)
{
	struct axt_tensor like = { .type = (uint8_t)type,
				   .rank = (uint8_t)rank };
	int64_t bytes;

	memset(tensor, 0, sizeof(*tensor));
	if (rank > AXT_RANK_MAX)
		return -EFBIG;
	memcpy(like.dims, dims, rank * sizeof(*dims));
	bytes = axt_tensor_bytes(&like);
	if (bytes < 0)
		return -EFBIG;
	tensor->type = type;
	tensor->rank = rank;
	memcpy(tensor->dims, dims, rank * sizeof(*dims));
	tensor->size = (size_t)bytes;
	return 0;
}

uint64_t tensor_elements(const struct tensor *tensor)
{
	return tensor->size / axt_type_bytes(tensor->type);
}

bool tensor_is_float(const struct tensor *tensor)
{
	return tensor->type == AXT_F32 || tensor->type == AXT_F16 ||
	       tensor->type == AXT_BF16;
}

static double half_value(uint16_t half)
{
	int exponent = half >> 10 & 31;
	double fraction = half & 1023;
	double value;

	if (exponent == 31)
		value = fraction != 0 ? (double)NAN : (double)INFINITY;
	else if (exponent == 0)
		value = ldexp(fraction, -24);
	else
		value = ldexp(fraction + 1024, exponent - 25);
	return half & 0x8000 ? -value : value;
}

static double bfloat_value(uint16_t bits)
{
	uint32_t wide = (uint32_t)bits << 16;
	float value;

	memcpy(&value, &wide, sizeof(value));
	return (double)value;
}

double tensor_value(const struct tensor *tensor, uint64_t at)
{
	const void *data = tensor->data;

	if (tensor->type == AXT_F32)
		return (double)((const float *)data)[at];
	if (tensor->type == AXT_F16)
		return half_value(((const uint16_t *)data)[at]);
	if (tensor->type == AXT_BF16)
		return bfloat_value(((const uint16_t *)data)[at]);
	if (tensor->type == AXT_I64)
		return (double)((const int64_t *)data)[at];
	if (tensor->type == AXT_I32)
		return ((const int32_t *)data)[at];
	if (tensor->type == AXT_I8)
		return ((const int8_t *)data)[at];
	return ((const uint8_t *)data)[at];
}

const char *tensor_dims_text(char *out, const struct tensor *tensor)
{
	size_t used = 0;

	out[0] = 0;
	for (uint32_t i = 0; i < tensor->rank; i++)
		used += (size_t)snprintf(out + used, TENSOR_TEXT_MAX - used,
					 "%s%u", i ? "," : "", tensor->dims[i]);
	return out;
}

const char *tensor_text(char *out, const struct tensor *tensor)
{
	char dims[TENSOR_TEXT_MAX];

	snprintf(out, TENSOR_TEXT_MAX, "%s[%.110s]",
		 axt_type_name(tensor->type), tensor_dims_text(dims, tensor));
	return out;
}

void tensor_narrow(float *out, const void *doubles, uint64_t count)
{
	const char *at = doubles;

	for (uint64_t i = 0; i < count; i++) {
		double value;

		memcpy(&value, at + i * sizeof(value), sizeof(value));
		out[i] = (float)value;
	}
}

/* FNV-1a, so that inputs of one network differ. */
static uint64_t seed_of(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
	return hash;
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* The bits of a number from -1 to 1, in steps that each type has. */
static uint32_t float_bits(uint32_t type, uint64_t random)
{
	static const uint16_t half_ones[] = { 0x3c00, 0xbc00 };
	float value = (float)(random >> 40) / (float)(1 << 23) - 1;
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	if (type == AXT_F32)
		return bits;
	if (type == AXT_BF16)
		return bits >> 16;
	if (fabsf(value) >= 1)
		return half_ones[value < 0];
	if (fabsf(value) < 0x1p-14f)
		return 0;
	return (bits >> 16 & 0x8000) | ((bits >> 13 & 0x3ffff) - (112 << 10));
}

void tensor_fill(void *data, const struct tensor *tensor, const char *name)
{
	uint64_t count = tensor_elements(tensor);
	uint32_t bytes = axt_type_bytes(tensor->type);
	uint64_t state = seed_of(name);
	char *out = data;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t value = next_random(&state);

		if (tensor_is_float(tensor))
			value = float_bits(tensor->type, value);
		else if (tensor->type == AXT_BOOL || bytes > 1)
			value >>= 63;
		/* Little endian, so that the low bytes come first. */
		memcpy(out + i * bytes, &value, bytes);
	}
}
