// SPDX-License-Identifier: MIT
/* Unpacking with protobuf-c; all that it allocates comes from the pool. */
#include "proto.h"
#include "report.h"

#include <errno.h>

struct source {
	struct axt_onnx_pool *pool;
	bool full;
};

static void *take(void *data, size_t size)
{
	struct source *source = data;
	void *memory = axt_onnx_pool_take(source->pool, size);

	source->full |= !memory;
	return memory;
}

static void drop(void *data, void *memory)
{
	struct source *source = data;

	axt_onnx_pool_drop(source->pool, memory);
}

static int unpack(struct axt_onnx_pool *pool, const void *data, size_t size,
		  const ProtobufCMessageDescriptor *type,
		  const ProtobufCMessage **message,
		  struct axt_onnx_report *report)
{
	struct source source = { .pool = pool };
	ProtobufCAllocator allocator = { take, drop, &source };
	const char *wrong;

	if (size == 0)
		return axt_onnx_report_fail(report, -EINVAL,
					    "the file is empty");
	wrong = axt_onnx_wire_check(data, size, type);
	if (wrong)
		return axt_onnx_report_fail(report, -EINVAL,
					    "not an ONNX file, or damaged: %s",
					    wrong);
	*message = protobuf_c_message_unpack(type, &allocator, size, data);
	if (*message)
		return 0;
	if (source.full)
		return axt_onnx_report_full(report, pool);
	return axt_onnx_report_fail(report, -EINVAL,
				    "not an ONNX file, or damaged");
}

int axt_onnx_proto_model(struct axt_onnx_pool *pool, const void *data,
			 size_t size, const Onnx__ModelProto **model,
			 struct axt_onnx_report *report)
{
	const ProtobufCMessage *message;
	int err = unpack(pool, data, size, &onnx__model_proto__descriptor,
			 &message, report);

	if (!err)
		*model = (const void *)message;
	return err;
}

int axt_onnx_proto_tensor(struct axt_onnx_pool *pool, const void *data,
			  size_t size, const Onnx__TensorProto **tensor,
			  struct axt_onnx_report *report)
{
	const ProtobufCMessage *message;
	int err = unpack(pool, data, size, &onnx__tensor_proto__descriptor,
			 &message, report);

	if (!err)
		*tensor = (const void *)message;
	return err;
}
