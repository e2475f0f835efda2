// SPDX-License-Identifier: MIT
/* Reading a graph. It owns nothing but what axt_onnx_graph_free() frees. */
#include "ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	size_t size;
} types[] = {
	[AXT_ONNX_F32] = { "f32", 4 },	 [AXT_ONNX_U8] = { "u8", 1 },
	[AXT_ONNX_I8] = { "i8", 1 },	 [AXT_ONNX_U16] = { "u16", 2 },
	[AXT_ONNX_I16] = { "i16", 2 },	 [AXT_ONNX_I32] = { "i32", 4 },
	[AXT_ONNX_I64] = { "i64", 8 },	 [8] = { "string", 0 },
	[AXT_ONNX_BOOL] = { "bool", 1 }, [AXT_ONNX_F16] = { "f16", 2 },
	[AXT_ONNX_F64] = { "f64", 8 },	 [AXT_ONNX_U32] = { "u32", 4 },
	[AXT_ONNX_U64] = { "u64", 8 },	 [14] = { "complex64", 0 },
	[15] = { "complex128", 0 },	 [AXT_ONNX_BF16] = { "bf16", 2 },
};

#define TYPES (sizeof(types) / sizeof(types[0]))

size_t axt_onnx_type_size(uint32_t type)
{
	return type < TYPES ? types[type].size : 0;
}

const char *axt_onnx_type_name(uint32_t type)
{
	return type < TYPES && types[type].name ? types[type].name : "unknown";
}

void axt_onnx_graph_free(struct axt_onnx_graph *graph)
{
	if (!graph)
		return;
	axt_onnx_pool_fini(&graph->pool);
	free(graph);
}

const char *axt_onnx_node_op(const struct axt_onnx_node *node)
{
	return node->op ? node->op->name : node->type;
}

struct axt_onnx_value *axt_onnx_node_input(const struct axt_onnx_node *node,
					   uint32_t i)
{
	return i < node->input_count ? node->input[i] : NULL;
}

const struct axt_onnx_attr *axt_onnx_node_attr(const struct axt_onnx_node *node,
					       const char *name, uint32_t kind)
{
	for (uint32_t i = 0; i < node->attr_count; i++)
		if (node->attr[i].kind == kind &&
		    strcmp(node->attr[i].name, name) == 0)
			return &node->attr[i];
	return NULL;
}

int64_t axt_onnx_node_int(const struct axt_onnx_node *node, const char *name,
			  int64_t fallback)
{
	const struct axt_onnx_attr *attr =
		axt_onnx_node_attr(node, name, AXT_ONNX_ATTR_INT);

	return attr ? attr->i : fallback;
}

float axt_onnx_node_float(const struct axt_onnx_node *node, const char *name,
			  float fallback)
{
	const struct axt_onnx_attr *attr =
		axt_onnx_node_attr(node, name, AXT_ONNX_ATTR_FLOAT);

	return attr ? attr->f : fallback;
}

const char *axt_onnx_node_string(const struct axt_onnx_node *node,
				 const char *name, const char *fallback)
{
	const struct axt_onnx_attr *attr =
		axt_onnx_node_attr(node, name, AXT_ONNX_ATTR_STRING);

	return attr ? attr->s : fallback;
}

const int64_t *axt_onnx_node_ints(const struct axt_onnx_node *node,
				  const char *name, uint32_t *count)
{
	const struct axt_onnx_attr *attr =
		axt_onnx_node_attr(node, name, AXT_ONNX_ATTR_INTS);

	*count = attr ? attr->count : 0;
	return attr ? attr->ints : NULL;
}

const float *axt_onnx_node_floats(const struct axt_onnx_node *node,
				  const char *name, uint32_t *count)
{
	const struct axt_onnx_attr *attr =
		axt_onnx_node_attr(node, name, AXT_ONNX_ATTR_FLOATS);

	*count = attr ? attr->count : 0;
	return attr ? attr->floats : NULL;
}

int64_t axt_onnx_elements(const struct axt_onnx_shape *shape)
{
	int64_t count = 1;

	for (uint32_t i = 0; i < shape->rank; i++)
		count *= shape->dim[i];
	return count;
}

size_t axt_onnx_value_bytes(const struct axt_onnx_value *value)
{
	return (size_t)axt_onnx_elements(&value->shape) *
	       axt_onnx_type_size(value->type);
}

bool axt_onnx_shape_equal(const struct axt_onnx_shape *a,
			  const struct axt_onnx_shape *b)
{
	if (a->rank != b->rank)
		return false;
	for (uint32_t i = 0; i < a->rank; i++)
		if (a->dim[i] != b->dim[i])
			return false;
	return true;
}

const char *axt_onnx_shape_text(const struct axt_onnx_shape *shape, char *text,
				size_t size)
{
	size_t at = 0;

	snprintf(text, size, "%s", shape->rank ? "" : "scalar");
	for (uint32_t i = 0; i < shape->rank && at < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%lld",
				       i ? "x" : "", (long long)shape->dim[i]);
	return text;
}
