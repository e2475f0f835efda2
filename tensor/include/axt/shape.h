/* SPDX-License-Identifier: MIT */
/* Sizes and shapes of tensors, as docs/tensor-program.md fixes them. */
#ifndef AXT_SHAPE_H
#define AXT_SHAPE_H

#include <axt/format.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of one element; 0 if there is no such type. */
uint32_t axt_type_bytes(uint32_t type);

/*
 * Elements of a tensor, and its bytes in its layout. -1 if that exceeds
 * AXT_BYTES_MAX, or if type, rank or a dimension are out of range.
 */
int64_t axt_tensor_elements(const struct axt_tensor *tensor);
int64_t axt_tensor_bytes(const struct axt_tensor *tensor);

bool axt_same_shape(const struct axt_tensor *a, const struct axt_tensor *b);

/* Whether "from" broadcasts to "to": aligned right, and 1 stretches. */
bool axt_broadcasts(const struct axt_tensor *from, const struct axt_tensor *to);

/* One dimension of a convolution or a pool. No member exceeds AXT_DIM_MAX. */
struct axt_window {
	uint32_t size; /* of the input */
	uint32_t kernel;
	uint32_t stride; /* not zero */
	uint32_t dilation;
	uint32_t pad_begin;
	uint32_t pad_end;
};

/* Size of the result, rounded down; negative where nothing fits at all. */
int64_t axt_conv_size(const struct axt_window *window);

/* The least size of the result of a transposed convolution. */
int64_t axt_conv_transpose_size(const struct axt_window *window);

/*
 * Whether a pool may have a result of this size: axt_conv_size() or one more,
 * and no window lies wholly in the padding.
 */
bool axt_pool_fits(const struct axt_window *window, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
