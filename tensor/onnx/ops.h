/* SPDX-License-Identifier: MIT */
/*
 * The table of operations. A row serves an operation in a range of opsets.
 * Import takes a node through it: the attributes in its table, with their
 * defaults, then normalise(), which may add attributes, put other nodes in
 * front or turn the node into another operation; then, of the operation that
 * it is now, infer(), and fold() when every input is a constant.
 */
#ifndef AXT_ONNX_OPS_H
#define AXT_ONNX_OPS_H

#include "graph.h"

struct axt_onnx_context;

/* An attribute that the form takes over; a list has no default. */
struct axt_onnx_default {
	const char *name;
	uint32_t kind; /* enum axt_onnx_attr_kind */
	int64_t i;
	float f;
	const char *s;
};

enum {
	/* Is the form; other rows are turned into such ones. */
	AXT_ONNX_OP_FORM = 1 << 0,
	/* What comes out is bool. */
	AXT_ONNX_OP_BOOL = 1 << 1,
	/* Element by element: all inputs broadcast to the output. */
	AXT_ONNX_OP_ELEMENT = 1 << 2,
};

struct axt_onnx_op {
	const char *name;
	uint16_t first; /* opset */
	uint16_t last;
	uint16_t inputs_min;
	uint16_t inputs_max;
	uint16_t outputs_max;
	uint16_t constants; /* bit i: input i must be known */
	uint32_t flags;
	const struct axt_onnx_default *defaults; /* up to one without name */
	int (*normalise)(struct axt_onnx_context *ctx);
	int (*infer)(struct axt_onnx_context *ctx);
	int (*fold)(struct axt_onnx_context *ctx);
};

/* By name and opset, NULL if there is none; *any: in some other opset. */
const struct axt_onnx_op *axt_onnx_op_find(const char *name, int64_t opset,
					   bool *any);
/* The form of that name; there is one. */
const struct axt_onnx_op *axt_onnx_op_form(const char *name);

#define AXT_ONNX_STAGE(name) int name(struct axt_onnx_context *ctx)

AXT_ONNX_STAGE(axt_onnx_infer_same);
AXT_ONNX_STAGE(axt_onnx_infer_binary);
AXT_ONNX_STAGE(axt_onnx_infer_where);
AXT_ONNX_STAGE(axt_onnx_infer_cast);
AXT_ONNX_STAGE(axt_onnx_infer_conv);
AXT_ONNX_STAGE(axt_onnx_infer_conv_transpose);
AXT_ONNX_STAGE(axt_onnx_infer_pool);
AXT_ONNX_STAGE(axt_onnx_infer_gemm);
AXT_ONNX_STAGE(axt_onnx_infer_matmul);
AXT_ONNX_STAGE(axt_onnx_infer_shape);
AXT_ONNX_STAGE(axt_onnx_infer_transpose);
AXT_ONNX_STAGE(axt_onnx_infer_concat);
AXT_ONNX_STAGE(axt_onnx_infer_split);
AXT_ONNX_STAGE(axt_onnx_infer_slice);
AXT_ONNX_STAGE(axt_onnx_infer_gather);
AXT_ONNX_STAGE(axt_onnx_infer_gather_elements);
AXT_ONNX_STAGE(axt_onnx_infer_gather_nd);
AXT_ONNX_STAGE(axt_onnx_infer_scatter);
AXT_ONNX_STAGE(axt_onnx_infer_pad);
AXT_ONNX_STAGE(axt_onnx_infer_tile);
AXT_ONNX_STAGE(axt_onnx_infer_reduce);
AXT_ONNX_STAGE(axt_onnx_infer_arg);
AXT_ONNX_STAGE(axt_onnx_infer_topk);
AXT_ONNX_STAGE(axt_onnx_infer_norm);
AXT_ONNX_STAGE(axt_onnx_infer_layer_norm);
AXT_ONNX_STAGE(axt_onnx_infer_rnn);
AXT_ONNX_STAGE(axt_onnx_infer_resize);
AXT_ONNX_STAGE(axt_onnx_infer_depth_to_space);
AXT_ONNX_STAGE(axt_onnx_infer_space_to_depth);

AXT_ONNX_STAGE(axt_onnx_norm_same);
AXT_ONNX_STAGE(axt_onnx_norm_binary);
AXT_ONNX_STAGE(axt_onnx_norm_chain);
AXT_ONNX_STAGE(axt_onnx_norm_mean);
AXT_ONNX_STAGE(axt_onnx_norm_clip);
AXT_ONNX_STAGE(axt_onnx_norm_cast);
AXT_ONNX_STAGE(axt_onnx_norm_cast_like);
AXT_ONNX_STAGE(axt_onnx_norm_dropout);
AXT_ONNX_STAGE(axt_onnx_norm_conv);
AXT_ONNX_STAGE(axt_onnx_norm_conv_transpose);
AXT_ONNX_STAGE(axt_onnx_norm_pool);
AXT_ONNX_STAGE(axt_onnx_norm_global_average);
AXT_ONNX_STAGE(axt_onnx_norm_global_max);
AXT_ONNX_STAGE(axt_onnx_norm_gemm);
AXT_ONNX_STAGE(axt_onnx_norm_matmul);
AXT_ONNX_STAGE(axt_onnx_norm_reshape);
AXT_ONNX_STAGE(axt_onnx_norm_flatten);
AXT_ONNX_STAGE(axt_onnx_norm_squeeze);
AXT_ONNX_STAGE(axt_onnx_norm_unsqueeze);
AXT_ONNX_STAGE(axt_onnx_norm_expand);
AXT_ONNX_STAGE(axt_onnx_norm_shape);
AXT_ONNX_STAGE(axt_onnx_norm_size);
AXT_ONNX_STAGE(axt_onnx_norm_constant_of_shape);
AXT_ONNX_STAGE(axt_onnx_norm_range);
AXT_ONNX_STAGE(axt_onnx_norm_transpose);
AXT_ONNX_STAGE(axt_onnx_norm_axis);
AXT_ONNX_STAGE(axt_onnx_norm_split);
AXT_ONNX_STAGE(axt_onnx_norm_slice);
AXT_ONNX_STAGE(axt_onnx_norm_pad);
AXT_ONNX_STAGE(axt_onnx_norm_tile);
AXT_ONNX_STAGE(axt_onnx_norm_reduce);
AXT_ONNX_STAGE(axt_onnx_norm_topk);
AXT_ONNX_STAGE(axt_onnx_norm_softmax);
AXT_ONNX_STAGE(axt_onnx_norm_batch);
AXT_ONNX_STAGE(axt_onnx_norm_rnn);
AXT_ONNX_STAGE(axt_onnx_norm_resize);
AXT_ONNX_STAGE(axt_onnx_norm_upsample);

AXT_ONNX_STAGE(axt_onnx_fold_unary);
AXT_ONNX_STAGE(axt_onnx_fold_binary);
AXT_ONNX_STAGE(axt_onnx_fold_clip);
AXT_ONNX_STAGE(axt_onnx_fold_where);
AXT_ONNX_STAGE(axt_onnx_fold_cast);
AXT_ONNX_STAGE(axt_onnx_fold_reshape);
AXT_ONNX_STAGE(axt_onnx_fold_expand);
AXT_ONNX_STAGE(axt_onnx_fold_transpose);
AXT_ONNX_STAGE(axt_onnx_fold_slice);
AXT_ONNX_STAGE(axt_onnx_fold_concat);
AXT_ONNX_STAGE(axt_onnx_fold_split);
AXT_ONNX_STAGE(axt_onnx_fold_gather);
AXT_ONNX_STAGE(axt_onnx_fold_tile);
AXT_ONNX_STAGE(axt_onnx_fold_reduce);

#endif
