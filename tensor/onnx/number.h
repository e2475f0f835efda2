/* SPDX-License-Identifier: MIT */
/* One element of a constant, as the interpreter computes with it. */
#ifndef AXT_ONNX_NUMBER_H
#define AXT_ONNX_NUMBER_H

#include "graph.h"

/* Which member counts follows from the type. */
struct axt_onnx_number {
	double f;
	int64_t i;
};

static inline bool axt_onnx_is_float(uint32_t type)
{
	return type == AXT_ONNX_F32 || type == AXT_ONNX_F64;
}

/* The types that the interpreter computes with. */
static inline bool axt_onnx_is_number(uint32_t type)
{
	return axt_onnx_is_float(type) || type == AXT_ONNX_I32 ||
	       type == AXT_ONNX_I64 || type == AXT_ONNX_BOOL ||
	       type == AXT_ONNX_U8 || type == AXT_ONNX_I8;
}

static inline struct axt_onnx_number axt_onnx_load(uint32_t type,
						   const void *data, int64_t at)
{
	struct axt_onnx_number n = { 0 };

	if (type == AXT_ONNX_F32)
		n.f = ((const float *)data)[at];
	else if (type == AXT_ONNX_F64)
		n.f = ((const double *)data)[at];
	else if (type == AXT_ONNX_I64)
		n.i = ((const int64_t *)data)[at];
	else if (type == AXT_ONNX_I32)
		n.i = ((const int32_t *)data)[at];
	else if (type == AXT_ONNX_I8)
		n.i = ((const int8_t *)data)[at];
	else if (type == AXT_ONNX_BOOL)
		n.i = ((const uint8_t *)data)[at] != 0;
	else
		n.i = ((const uint8_t *)data)[at];
	return n;
}

/* Integers wrap around. */
static inline void axt_onnx_store(uint32_t type, void *data, int64_t at,
				  struct axt_onnx_number n)
{
	if (type == AXT_ONNX_F32)
		((float *)data)[at] = (float)n.f;
	else if (type == AXT_ONNX_F64)
		((double *)data)[at] = n.f;
	else if (type == AXT_ONNX_I64)
		((int64_t *)data)[at] = n.i;
	else if (type == AXT_ONNX_I32)
		((uint32_t *)data)[at] = (uint32_t)n.i;
	else if (type == AXT_ONNX_BOOL)
		((uint8_t *)data)[at] = n.i != 0;
	else
		((uint8_t *)data)[at] = (uint8_t)n.i;
}

#endif
