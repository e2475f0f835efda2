// SPDX-License-Identifier: MIT
/*
 * Attributes as a file has them, and the value of a Constant. Lists and text
 * stay in the unpacked message; text is copied to get an end.
 */
#include "build.h"
#include "constant.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TYPE(name) ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__##name

/* Files of the first versions leave the type out. */
static int type_of(const Onnx__AttributeProto *a)
{
	if (a->has_type && a->type != TYPE(UNDEFINED))
		return (int)a->type;
	if (a->has_f)
		return TYPE(FLOAT);
	if (a->has_i)
		return TYPE(INT);
	if (a->has_s)
		return TYPE(STRING);
	if (a->t)
		return TYPE(TENSOR);
	if (a->g)
		return TYPE(GRAPH);
	if (a->n_floats)
		return TYPE(FLOATS);
	if (a->n_strings)
		return TYPE(STRINGS);
	return TYPE(INTS);
}

static const char *copy_text(struct axt_onnx_pool *pool,
			     const ProtobufCBinaryData *bytes)
{
	char *text = axt_onnx_pool_array(pool, bytes->len + 1, 1);

	if (text && bytes->len)
		memcpy(text, bytes->data, bytes->len);
	return text;
}

static int read_tensor(struct axt_onnx_pool *pool,
		       const Onnx__TensorProto *tensor,
		       struct axt_onnx_attr *attr, char *reason, size_t size)
{
	struct axt_onnx_value *value =
		axt_onnx_pool_array(pool, 1, sizeof(*value));

	if (!value)
		return -ENOMEM;
	if (!tensor) {
		snprintf(reason, size, "is missing");
		return -EINVAL;
	}
	value->name = "";
	attr->kind = AXT_ONNX_ATTR_TENSOR;
	attr->tensor = value;
	return axt_onnx_constant_read(pool, tensor, value, reason, size);
}

static int too_long(struct axt_onnx_attr *attr, size_t count, uint32_t kind)
{
	if (count > INT32_MAX)
		return -EINVAL;
	attr->kind = kind;
	attr->count = (uint32_t)count;
	return 0;
}

static int read_strings(struct axt_onnx_pool *pool,
			const Onnx__AttributeProto *a,
			struct axt_onnx_attr *attr)
{
	const char **list =
		axt_onnx_pool_array(pool, a->n_strings + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < a->n_strings; i++) {
		list[i] = copy_text(pool, &a->strings[i]);
		if (!list[i])
			return -ENOMEM;
	}
	attr->strings = list;
	return too_long(attr, a->n_strings, AXT_ONNX_ATTR_STRINGS);
}

static int read_attr(struct axt_onnx_pool *pool, const Onnx__AttributeProto *a,
		     struct axt_onnx_attr *attr, char *reason, size_t size)
{
	switch (type_of(a)) {
	case TYPE(INT):
		attr->kind = AXT_ONNX_ATTR_INT;
		attr->i = a->i;
		return 0;
	case TYPE(FLOAT):
		attr->kind = AXT_ONNX_ATTR_FLOAT;
		attr->f = a->f;
		return 0;
	case TYPE(STRING):
		attr->kind = AXT_ONNX_ATTR_STRING;
		attr->s = copy_text(pool, &a->s);
		return attr->s ? 0 : -ENOMEM;
	case TYPE(INTS):
		attr->ints = a->ints;
		/* A list that is there is not NULL, even when it is empty. */
		if (!attr->ints)
			attr->ints = axt_onnx_pool_array(pool, 1, 8);
		if (!attr->ints)
			return -ENOMEM;
		return too_long(attr, a->n_ints, AXT_ONNX_ATTR_INTS);
	case TYPE(FLOATS):
		attr->floats = a->floats;
		return too_long(attr, a->n_floats, AXT_ONNX_ATTR_FLOATS);
	case TYPE(STRINGS):
		return read_strings(pool, a, attr);
	case TYPE(TENSOR):
		return read_tensor(pool, a->t, attr, reason, size);
	case TYPE(GRAPH):
	case TYPE(GRAPHS):
		attr->kind = AXT_ONNX_ATTR_GRAPH;
		return 0;
	}
	attr->kind = AXT_ONNX_ATTR_OTHER;
	return 0;
}

int axt_onnx_build_attrs(struct axt_onnx_graph *graph,
			 const Onnx__NodeProto *proto,
			 struct axt_onnx_node *node,
			 struct axt_onnx_report *report)
{
	struct axt_onnx_pool *pool = &graph->pool;
	char reason[128] = "";
	int err;

	node->attr = axt_onnx_pool_array(pool, proto->n_attribute,
					 sizeof(*node->attr));
	if (!node->attr)
		return axt_onnx_report_full(report, pool);
	for (size_t i = 0; i < proto->n_attribute; i++) {
		const Onnx__AttributeProto *a = proto->attribute[i];
		struct axt_onnx_attr *attr = &node->attr[i];

		attr->name = a->name ? a->name : "";
		err = read_attr(pool, a, attr, reason, sizeof(reason));
		if (err == -ENOMEM)
			return axt_onnx_report_full(report, pool);
		/* Not known is not supported, if somebody asks for it. */
		if (err == -EOPNOTSUPP) {
			attr->kind = AXT_ONNX_ATTR_OTHER;
			continue;
		}
		if (err)
			return axt_onnx_report_fail(
				report, err,
				"node '%s' (%s): attribute '%s' %s", node->name,
				node->type, attr->name, reason);
	}
	node->attr_count = (uint32_t)proto->n_attribute;
	return 0;
}

static int from_list(struct axt_onnx_value *value, uint32_t type,
		     const void *data, size_t count, bool is_list)
{
	static const int64_t nothing;

	if (count > AXT_ONNX_DIM_MAX)
		return -EINVAL;
	value->type = type;
	value->shape.rank = is_list;
	value->shape.dim[0] = (int64_t)count;
	value->data = data ? data : &nothing;
	value->known = true;
	return 0;
}

int axt_onnx_build_constant(struct axt_onnx_graph *graph,
			    const Onnx__NodeProto *proto,
			    struct axt_onnx_value *value, char *reason,
			    size_t size)
{
	const Onnx__AttributeProto *a =
		proto->n_attribute ? proto->attribute[0] : NULL;

	if (proto->n_attribute != 1) {
		snprintf(reason, size, "has %zu values", proto->n_attribute);
		return -EINVAL;
	}
	switch (type_of(a)) {
	case TYPE(TENSOR):
		if (!a->t)
			break;
		return axt_onnx_constant_read(&graph->pool, a->t, value, reason,
					      size);
	case TYPE(FLOAT):
		return from_list(value, AXT_ONNX_F32, &a->f, 1, false);
	case TYPE(INT):
		return from_list(value, AXT_ONNX_I64, &a->i, 1, false);
	case TYPE(FLOATS):
		return from_list(value, AXT_ONNX_F32, a->floats, a->n_floats,
				 true);
	case TYPE(INTS):
		return from_list(value, AXT_ONNX_I64, a->ints, a->n_ints, true);
	}
	snprintf(reason, size, "has a value that is no tensor of numbers");
	return -EOPNOTSUPP;
}
