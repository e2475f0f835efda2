// SPDX-License-Identifier: MIT
/*
 * Constants from TensorProto. Data in the form that a value has, little endian
 * and packed, is pointed at in the unpacked message, which lives as long as
 * the graph; anything else is converted into the graph's pool.
 */
#include "constant.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "raw_data is little endian");

/* Which of the message's arrays holds a type; they are never packed below. */
enum field {
	FIELD_NONE,
	FIELD_F32,
	FIELD_I32,
	FIELD_I64,
	FIELD_F64,
	FIELD_U64,
};

static const uint8_t fields[] = {
	[AXT_ONNX_F32] = FIELD_F32,  [AXT_ONNX_U8] = FIELD_I32,
	[AXT_ONNX_I8] = FIELD_I32,   [AXT_ONNX_U16] = FIELD_I32,
	[AXT_ONNX_I16] = FIELD_I32,  [AXT_ONNX_I32] = FIELD_I32,
	[AXT_ONNX_I64] = FIELD_I64,  [AXT_ONNX_BOOL] = FIELD_I32,
	[AXT_ONNX_F16] = FIELD_I32,  [AXT_ONNX_F64] = FIELD_F64,
	[AXT_ONNX_U32] = FIELD_U64,  [AXT_ONNX_U64] = FIELD_U64,
	[AXT_ONNX_BF16] = FIELD_I32,
};

struct array {
	const void *data;
	size_t count;
	size_t width; /* bytes of an element */
};

int axt_onnx_check_shape(const struct axt_onnx_shape *shape, char *reason,
			 size_t size)
{
	int64_t count = 1;

	for (uint32_t i = 0; i < shape->rank; i++) {
		int64_t dim = shape->dim[i];

		if (dim < 0 || dim > AXT_ONNX_DIM_MAX) {
			snprintf(reason, size,
				 "dimension %u is %" PRId64
				 ", not 0 to 2147483647",
				 i, dim);
			return -EINVAL;
		}
		/* As if 0 were 1, so that no order of factors overflows. */
		count *= dim ? dim : 1;
		if (count > AXT_ONNX_ELEMENTS_MAX) {
			snprintf(reason, size, "has more than 2^38 elements");
			return -EINVAL;
		}
	}
	return 0;
}

static int read_shape(const Onnx__TensorProto *tensor,
		      struct axt_onnx_shape *shape, char *reason, size_t size)
{
	if (tensor->n_dims > AXT_ONNX_RANK_MAX) {
		snprintf(reason, size, "has %zu dimensions, at most %d work",
			 tensor->n_dims, AXT_ONNX_RANK_MAX);
		return -EINVAL;
	}
	shape->rank = (uint32_t)tensor->n_dims;
	for (uint32_t i = 0; i < shape->rank; i++)
		shape->dim[i] = tensor->dims[i];
	return axt_onnx_check_shape(shape, reason, size);
}

static struct array find_array(const Onnx__TensorProto *tensor, uint32_t type)
{
	switch (fields[type]) {
	case FIELD_F32:
		return (struct array){ tensor->float_data, tensor->n_float_data,
				       sizeof(float) };
	case FIELD_I32:
		return (struct array){ tensor->int32_data, tensor->n_int32_data,
				       sizeof(int32_t) };
	case FIELD_I64:
		return (struct array){ tensor->int64_data, tensor->n_int64_data,
				       sizeof(int64_t) };
	case FIELD_F64:
		return (struct array){ tensor->double_data,
				       tensor->n_double_data, sizeof(double) };
	case FIELD_U64:
		return (struct array){ tensor->uint64_data,
				       tensor->n_uint64_data,
				       sizeof(uint64_t) };
	}
	return (struct array){ 0 };
}

/* Little endian: the first bytes of an element are its low ones. */
static void narrow(const struct array *array, void *out, size_t width)
{
	const unsigned char *from = array->data;
	unsigned char *to = out;

	for (size_t i = 0; i < array->count; i++)
		memcpy(to + i * width, from + i * array->width, width);
}

static int wrong_length(char *reason, size_t size, size_t got, size_t want)
{
	snprintf(reason, size, "has data for %zu where its shape wants %zu",
		 got, want);
	return -EINVAL;
}

static int read_data(struct axt_onnx_pool *pool,
		     const Onnx__TensorProto *tensor,
		     struct axt_onnx_value *value, char *reason, size_t size)
{
	size_t count = (size_t)axt_onnx_elements(&value->shape);
	size_t width = axt_onnx_type_size(value->type);
	struct array array = find_array(tensor, value->type);
	void *copy;

	if (tensor->has_raw_data && (tensor->raw_data.len || !count)) {
		if (tensor->raw_data.len != count * width)
			return wrong_length(reason, size, tensor->raw_data.len,
					    count * width);
		value->data = tensor->raw_data.data;
	} else if (array.count != count) {
		return wrong_length(reason, size, array.count, count);
	} else if (array.width == width) {
		value->data = array.data;
	} else {
		copy = axt_onnx_pool_array(pool, count, width);
		if (!copy)
			return -ENOMEM;
		narrow(&array, copy, width);
		value->data = copy;
	}
	/* A constant without elements is one still. */
	if (!value->data)
		value->data = axt_onnx_pool_array(pool, 1, width);
	return value->data ? 0 : -ENOMEM;
}

int axt_onnx_constant_read(struct axt_onnx_pool *pool,
			   const Onnx__TensorProto *tensor,
			   struct axt_onnx_value *value, char *reason,
			   size_t size)
{
	int err;

	value->type = (uint32_t)tensor->data_type;
	if (tensor->data_location ==
		    ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL ||
	    tensor->n_external_data) {
		snprintf(reason, size, "has its data in another file");
		return -EOPNOTSUPP;
	}
	if (tensor->segment) {
		snprintf(reason, size, "is a segment of a tensor");
		return -EOPNOTSUPP;
	}
	if (!axt_onnx_type_size(value->type)) {
		snprintf(reason, size, "has elements of type %s (%d)",
			 axt_onnx_type_name(value->type), tensor->data_type);
		return -EOPNOTSUPP;
	}
	err = read_shape(tensor, &value->shape, reason, size);
	if (!err)
		err = read_data(pool, tensor, value, reason, size);
	value->known = !err;
	return err;
}

int axt_onnx_tensor_open(const void *data, size_t size,
			 struct axt_onnx_tensor **out,
			 struct axt_onnx_report *report)
{
	struct axt_onnx_tensor *tensor = calloc(1, sizeof(*tensor));
	const Onnx__TensorProto *message;
	char reason[256];
	int err;

	axt_onnx_report_clear(report);
	if (!tensor)
		return -ENOMEM;
	axt_onnx_pool_init(&tensor->pool, size * 8 + (1 << 20));
	err = axt_onnx_proto_tensor(&tensor->pool, data, size, &message,
				    report);
	if (!err) {
		reason[0] = '\0';
		err = axt_onnx_constant_read(&tensor->pool, message,
					     &tensor->value, reason,
					     sizeof(reason));
		if (err)
			snprintf(report->text, sizeof(report->text),
				 "the tensor %s", reason);
	}
	if (err) {
		axt_onnx_tensor_close(tensor);
		return err;
	}
	tensor->value.name = message->name ? message->name : "";
	*out = tensor;
	return 0;
}

void axt_onnx_tensor_close(struct axt_onnx_tensor *tensor)
{
	if (!tensor)
		return;
	axt_onnx_pool_fini(&tensor->pool);
	free(tensor);
}
