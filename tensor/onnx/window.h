/* SPDX-License-Identifier: MIT */
/* What convolutions and pools have in common. */
#ifndef AXT_ONNX_WINDOW_H
#define AXT_ONNX_WINDOW_H

#include "context.h"

enum axt_onnx_auto_pad {
	AXT_ONNX_PAD_NOTSET,
	AXT_ONNX_PAD_VALID,
	AXT_ONNX_PAD_UPPER, /* from here on: padded to the same size */
	AXT_ONNX_PAD_LOWER,
};

struct axt_onnx_window {
	uint32_t spatial;
	enum axt_onnx_auto_pad auto_pad;
	int64_t kernel[AXT_ONNX_RANK_MAX];
	int64_t strides[AXT_ONNX_RANK_MAX];
	int64_t dilations[AXT_ONNX_RANK_MAX];
	int64_t pads[2 * AXT_ONNX_RANK_MAX]; /* all begins, then all ends */
};

/* A list of that many numbers from least up, all fallback if not given. */
int axt_onnx_get_window(struct axt_onnx_context *ctx, const char *name,
			uint32_t count, int64_t least, int64_t fallback,
			int64_t *out);
int axt_onnx_get_auto_pad(struct axt_onnx_context *ctx,
			  enum axt_onnx_auto_pad *pad);
/* All but the kernel; pads are 0 where auto_pad says so. */
int axt_onnx_window_read(struct axt_onnx_context *ctx,
			 const struct axt_onnx_shape *x,
			 struct axt_onnx_window *w);
/* The pads that SAME_UPPER and SAME_LOWER mean. */
void axt_onnx_window_same(const struct axt_onnx_shape *x,
			  struct axt_onnx_window *w);
void axt_onnx_split_pad(struct axt_onnx_window *w, uint32_t i, int64_t total,
			bool more_behind);
int axt_onnx_window_write(struct axt_onnx_context *ctx,
			  const struct axt_onnx_window *w);

#endif
