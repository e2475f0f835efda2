// SPDX-License-Identifier: MIT
#include "convert.h"

#include <axt/format.h>

#define LOAD(ctype)                        \
	for (size_t i = 0; i < count; i++) \
		to[i] = ((const ctype *)base)[at + i * step];

#define STORE(ctype, low, high)                                          \
	for (size_t i = 0; i < count; i++)                               \
		((ctype *)base)[at + i * step] =                         \
			(ctype)(from[i]<(low) ? (low) : from[i]>(high) ? \
					(high) :                         \
					from[i]);

void axt_load_i64(int64_t *to, unsigned int type, const void *base, size_t at,
		  size_t step, size_t count)
{
	switch (type) {
	case AXT_I8:
		LOAD(int8_t)
		break;
	case AXT_I32:
		LOAD(int32_t)
		break;
	case AXT_I64:
		LOAD(int64_t)
		break;
	default:
		LOAD(uint8_t)
	}
}

void axt_store_i64(unsigned int type, void *base, size_t at, size_t step,
		   const int64_t *from, size_t count)
{
	switch (type) {
	case AXT_I8:
		STORE(int8_t, INT8_MIN, INT8_MAX)
		break;
	case AXT_I32:
		STORE(int32_t, INT32_MIN, INT32_MAX)
		break;
	case AXT_I64:
		STORE(int64_t, INT64_MIN, INT64_MAX)
		break;
	case AXT_BOOL:
		for (size_t i = 0; i < count; i++)
			((uint8_t *)base)[at + i * step] = from[i] != 0;
		break;
	default:
		STORE(uint8_t, 0, UINT8_MAX)
	}
}

int64_t axt_to_i64(float value)
{
	/* 2^63, the first that does not fit; its negative does. */
	const float limit = 9223372036854775808.0f;

	if (value >= limit)
		return INT64_MAX;
	if (value < -limit)
		return INT64_MIN;
	return value == value ? (int64_t)value : 0;
}
