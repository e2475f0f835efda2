// SPDX-License-Identifier: MIT
/* Attributes of the node at hand: read from the file's, put into the form's. */
#include "context.h"

#include <errno.h>
#include <string.h>

static const struct axt_onnx_attr *find(const struct axt_onnx_node *node,
					const char *name)
{
	for (uint32_t i = 0; i < node->attr_count; i++)
		if (strcmp(node->attr[i].name, name) == 0)
			return &node->attr[i];
	return NULL;
}

/* 1 if it is there, 0 if not. */
static int get(struct axt_onnx_context *ctx, const char *name, uint32_t kind,
	       const struct axt_onnx_attr **attr)
{
	*attr = find(ctx->node, name);
	if (!*attr)
		return 0;
	if ((*attr)->kind != kind)
		return axt_onnx_invalid(
			ctx, "attribute %s has another type than it should",
			name);
	return 1;
}

int axt_onnx_get_int(struct axt_onnx_context *ctx, const char *name,
		     int64_t fallback, int64_t *value)
{
	const struct axt_onnx_attr *attr;
	int got = get(ctx, name, AXT_ONNX_ATTR_INT, &attr);

	*value = got > 0 ? attr->i : fallback;
	return got < 0 ? got : 0;
}

int axt_onnx_get_float(struct axt_onnx_context *ctx, const char *name,
		       float fallback, float *value)
{
	const struct axt_onnx_attr *attr;
	int got = get(ctx, name, AXT_ONNX_ATTR_FLOAT, &attr);

	*value = got > 0 ? attr->f : fallback;
	return got < 0 ? got : 0;
}

int axt_onnx_get_string(struct axt_onnx_context *ctx, const char *name,
			const char *fallback, const char **value)
{
	const struct axt_onnx_attr *attr;
	int got = get(ctx, name, AXT_ONNX_ATTR_STRING, &attr);

	*value = got > 0 ? attr->s : fallback;
	return got < 0 ? got : 0;
}

int axt_onnx_get_ints(struct axt_onnx_context *ctx, const char *name,
		      const int64_t **list, uint32_t *count)
{
	const struct axt_onnx_attr *attr;
	int got = get(ctx, name, AXT_ONNX_ATTR_INTS, &attr);

	*list = got > 0 ? attr->ints : NULL;
	*count = got > 0 ? attr->count : 0;
	return got < 0 ? got : 0;
}

/* A slot for it: that of the same name, or a new one. */
static struct axt_onnx_attr *put(struct axt_onnx_context *ctx, const char *name,
				 uint32_t kind)
{
	struct axt_onnx_attr *attr = ctx->fresh;
	uint32_t i = 0;

	while (i < ctx->fresh_count && strcmp(attr[i].name, name) != 0)
		i++;
	if (i == CTX_ATTRS_MAX)
		return NULL;
	if (i == ctx->fresh_count)
		ctx->fresh_count++;
	attr[i] = (struct axt_onnx_attr){ .name = name, .kind = kind };
	return &attr[i];
}

int axt_onnx_put_int(struct axt_onnx_context *ctx, const char *name,
		     int64_t value)
{
	struct axt_onnx_attr *attr = put(ctx, name, AXT_ONNX_ATTR_INT);

	if (!attr)
		return -ENOSPC;
	attr->i = value;
	return 0;
}

int axt_onnx_put_float(struct axt_onnx_context *ctx, const char *name,
		       float value)
{
	struct axt_onnx_attr *attr = put(ctx, name, AXT_ONNX_ATTR_FLOAT);

	if (!attr)
		return -ENOSPC;
	attr->f = value;
	return 0;
}

int axt_onnx_put_string(struct axt_onnx_context *ctx, const char *name,
			const char *value)
{
	struct axt_onnx_attr *attr = put(ctx, name, AXT_ONNX_ATTR_STRING);

	if (!attr)
		return -ENOSPC;
	attr->s = value;
	return 0;
}

int axt_onnx_put_ints(struct axt_onnx_context *ctx, const char *name,
		      const int64_t *list, uint32_t count)
{
	struct axt_onnx_attr *attr;
	int64_t *copy = axt_onnx_take(ctx, count, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, list, count * sizeof(*copy));
	attr = put(ctx, name, AXT_ONNX_ATTR_INTS);
	if (!attr)
		return -ENOSPC;
	attr->ints = copy;
	attr->count = count;
	return 0;
}

int axt_onnx_put_floats(struct axt_onnx_context *ctx, const char *name,
			const float *list, uint32_t count)
{
	struct axt_onnx_attr *attr;
	float *copy = axt_onnx_take(ctx, count, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, list, count * sizeof(*copy));
	attr = put(ctx, name, AXT_ONNX_ATTR_FLOATS);
	if (!attr)
		return -ENOSPC;
	attr->floats = copy;
	attr->count = count;
	return 0;
}

int axt_onnx_const_ints(struct axt_onnx_context *ctx, uint32_t input,
			const char *what, int64_t *list, uint32_t *count)
{
	const struct axt_onnx_value *value =
		axt_onnx_node_input(ctx->node, input);
	int64_t elements;

	if (!value)
		return axt_onnx_invalid(ctx, "input %s is missing", what);
	if (!value->data)
		return axt_onnx_unsupported(ctx, "input %s is no constant",
					    what);
	if (value->type != AXT_ONNX_I64 && value->type != AXT_ONNX_I32)
		return axt_onnx_invalid(ctx, "input %s has no integers", what);
	elements = axt_onnx_elements(&value->shape);
	if (elements > CTX_LIST_MAX)
		return axt_onnx_invalid(ctx, "input %s has too many elements",
					what);
	*count = (uint32_t)elements;
	for (uint32_t i = 0; i < *count; i++)
		list[i] = value->type == AXT_ONNX_I64 ?
				  ((const int64_t *)value->data)[i] :
				  ((const int32_t *)value->data)[i];
	return 0;
}

int axt_onnx_const_number(struct axt_onnx_context *ctx, uint32_t input,
			  const char *what, double *number)
{
	const struct axt_onnx_value *value =
		axt_onnx_node_input(ctx->node, input);

	if (!value)
		return axt_onnx_invalid(ctx, "input %s is missing", what);
	if (!value->data)
		return axt_onnx_unsupported(ctx, "input %s is no constant",
					    what);
	if (axt_onnx_elements(&value->shape) != 1)
		return axt_onnx_invalid(ctx, "input %s is not one number",
					what);
	switch (value->type) {
	case AXT_ONNX_F32:
		*number = *(const float *)value->data;
		return 0;
	case AXT_ONNX_F64:
		*number = *(const double *)value->data;
		return 0;
	case AXT_ONNX_I32:
		*number = *(const int32_t *)value->data;
		return 0;
	case AXT_ONNX_I64:
		*number = (double)*(const int64_t *)value->data;
		return 0;
	case AXT_ONNX_BOOL:
		*number = *(const uint8_t *)value->data != 0;
		return 0;
	}
	return axt_onnx_unsupported(ctx, "input %s has type %s", what,
				    axt_onnx_type_name(value->type));
}

int axt_onnx_get_list(struct axt_onnx_context *ctx, const char *name,
		      int64_t since, uint32_t input, int64_t *list,
		      uint32_t *count)
{
	const int64_t *ints;
	int err;

	*count = 0;
	if (ctx->opset >= since) {
		if (!axt_onnx_node_input(ctx->node, input))
			return -ENODATA;
		return axt_onnx_const_ints(ctx, input, name, list, count);
	}
	err = axt_onnx_get_ints(ctx, name, &ints, count);
	if (err)
		return err;
	if (!ints)
		return -ENODATA;
	if (*count > CTX_LIST_MAX)
		return axt_onnx_invalid(ctx, "attribute %s is too long", name);
	memcpy(list, ints, *count * sizeof(*list));
	return 0;
}
