/* SPDX-License-Identifier: MIT */
/* The portable kernels, for the table in kernel.c. */
#ifndef AXT_KERNELS_H
#define AXT_KERNELS_H

#include "kernel.h"

extern const struct axt_kernel axt_portable_conv;
extern const struct axt_kernel axt_portable_conv_transpose;
extern const struct axt_kernel axt_portable_matmul;
extern const struct axt_kernel axt_portable_pool;
extern const struct axt_kernel axt_portable_reduce;
extern const struct axt_kernel axt_portable_unary;
extern const struct axt_kernel axt_portable_binary;
extern const struct axt_kernel axt_portable_select;
extern const struct axt_kernel axt_portable_softmax;
extern const struct axt_kernel axt_portable_normalize;
extern const struct axt_kernel axt_portable_affine;
extern const struct axt_kernel axt_portable_transpose;
extern const struct axt_kernel axt_portable_concat;
extern const struct axt_kernel axt_portable_slice;
extern const struct axt_kernel axt_portable_pad;
extern const struct axt_kernel axt_portable_resize;
extern const struct axt_kernel axt_portable_gather;
extern const struct axt_kernel axt_portable_expand;
extern const struct axt_kernel axt_portable_tile;
extern const struct axt_kernel axt_portable_cast;
extern const struct axt_kernel axt_portable_reorder;
extern const struct axt_kernel axt_portable_shuffle;
extern const struct axt_kernel axt_portable_copy;
extern const struct axt_kernel axt_portable_arg;
extern const struct axt_kernel axt_portable_rnn;

#endif
