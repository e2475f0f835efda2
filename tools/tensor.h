/* SPDX-License-Identifier: MIT */
/* A tensor in memory, as the commands read, compare and show it. */
#ifndef AXLE_TOOLS_TENSOR_H
#define AXLE_TOOLS_TENSOR_H

#include "why.h"

#include <axt/format.h>

#include <stdbool.h>
#include <stddef.h>

struct tensor {
	uint32_t type; /* enum axt_type */
	uint32_t rank;
	uint32_t dims[AXT_RANK_MAX];
	size_t size; /* bytes */
	void *data; /* row-major, as malloc() aligns; freed with the tensor */
};

void tensor_fini(struct tensor *tensor);

/* Type and shape, without data; size follows. -EFBIG if that is too much. */
int tensor_shape(struct tensor *tensor, uint32_t type, uint32_t rank,
		 const uint32_t *dims);
uint64_t tensor_elements(const struct tensor *tensor);

/* An element as a number; of int64 that is not exact beyond 2^53. */
double tensor_value(const struct tensor *tensor, uint64_t at);
bool tensor_is_float(const struct tensor *tensor);

/* "f32[1,3,48,320]"; enough for any shape. */
#define TENSOR_TEXT_MAX 128
const char *tensor_text(char *out, const struct tensor *tensor);
/* "1,3,48,320" */
const char *tensor_dims_text(char *out, const struct tensor *tensor);

/* Makes f32 of doubles. */
void tensor_narrow(float *out, const void *doubles, uint64_t count);

/*
 * Values that look random and are the same each time, by the name: of f32, f16
 * and bf16 from -1 to 1, of 8-bit types any, of all others 0 or 1.
 */
void tensor_fill(void *data, const struct tensor *tensor, const char *name);

/*
 * Reads a file by its suffix: .npy, .pb (a TensorProto of ONNX) or .raw, which
 * has no shape of its own, so that "raw" has type and shape for it; or NULL if
 * they are not known yet, -EAGAIN for such a file. Values of f64 become f32.
 */
int tensor_read(const char *path, const struct tensor *raw, struct tensor *out,
		struct why *why);
int tensor_read_pb(const char *path, struct tensor *out, struct why *why);

/* npy.c */
int npy_parse(const void *data, size_t size, struct tensor *out,
	      struct why *why);
/* All up to the data; returns its size. */
#define NPY_HEADER_MAX 512
size_t npy_header(char *out, const struct tensor *tensor);
/* bf16, which the format does not have, is written as f32. */
int npy_write(const char *path, const struct tensor *tensor);

#endif
