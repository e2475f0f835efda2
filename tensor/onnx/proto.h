/* SPDX-License-Identifier: MIT */
/* The file's messages, checked and unpacked into a pool; never freed singly. */
#ifndef AXT_ONNX_PROTO_H
#define AXT_ONNX_PROTO_H

#include "onnx.h"
#include "onnx-format.pb-c.h"

/*
 * Whether the bytes are a message that protobuf-c can unpack without deep
 * recursion: it has no limit of its own. NULL, or what is wrong.
 */
const char *axt_onnx_wire_check(const void *data, size_t size,
				const ProtobufCMessageDescriptor *type);

int axt_onnx_proto_model(struct axt_onnx_pool *pool, const void *data,
			 size_t size, const Onnx__ModelProto **model,
			 struct axt_onnx_report *report);
int axt_onnx_proto_tensor(struct axt_onnx_pool *pool, const void *data,
			  size_t size, const Onnx__TensorProto **tensor,
			  struct axt_onnx_report *report);

#endif
