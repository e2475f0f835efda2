/* SPDX-License-Identifier: MIT */
#ifndef AXT_ONNX_SIMPLIFY_H
#define AXT_ONNX_SIMPLIFY_H

#include "context.h"

/* What a value stands for, after nodes have been dropped. */
struct axt_onnx_value *axt_onnx_resolve(struct axt_onnx_value *value);

/* Whether the node, whose outputs are inferred, copies its input. */
bool axt_onnx_is_identity(const struct axt_onnx_node *node);

/* Only what the outputs need stays; counts the uses. */
void axt_onnx_sweep(struct axt_onnx_graph *graph);

#endif
