/* SPDX-License-Identifier: MIT */
/* What the interpreter of constants has in common. */
#ifndef AXT_ONNX_FOLD_H
#define AXT_ONNX_FOLD_H

#include "context.h"

#define WALK_INPUTS 3

/* Over all elements of a shape, row-major, with an offset into each input. */
struct axt_onnx_walk {
	struct axt_onnx_shape shape;
	uint32_t inputs;
	int64_t stride[WALK_INPUTS][AXT_ONNX_RANK_MAX];
	int64_t at[AXT_ONNX_RANK_MAX];
	int64_t offset[WALK_INPUTS];
};

void axt_onnx_walk_init(struct axt_onnx_walk *walk,
			const struct axt_onnx_shape *shape);
/* An input that broadcasts to the shape. */
void axt_onnx_walk_add(struct axt_onnx_walk *walk,
		       const struct axt_onnx_shape *input);
void axt_onnx_walk_next(struct axt_onnx_walk *walk);

/* Row-major strides in elements. */
void axt_onnx_strides(const struct axt_onnx_shape *shape, int64_t *stride);

/* Memory for the data of an output of the node at hand; NULL: ctx->full. */
void *axt_onnx_fold_output(struct axt_onnx_context *ctx, uint32_t number);

#endif
