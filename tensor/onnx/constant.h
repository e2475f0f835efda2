/* SPDX-License-Identifier: MIT */
#ifndef AXT_ONNX_CONSTANT_H
#define AXT_ONNX_CONSTANT_H

#include "proto.h"

/* 0, -EINVAL for a shape that breaks a limit, with the reason. */
int axt_onnx_check_shape(const struct axt_onnx_shape *shape, char *reason,
			 size_t size);

/*
 * A value from a message; its data stays in the message where it can. Returns
 * -EINVAL and -EOPNOTSUPP with the reason, or -ENOMEM.
 */
int axt_onnx_constant_read(struct axt_onnx_pool *pool,
			   const Onnx__TensorProto *tensor,
			   struct axt_onnx_value *value, char *reason,
			   size_t size);

#endif
