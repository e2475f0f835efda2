// SPDX-License-Identifier: MIT
/*
 * One node on its way to its form. The context belongs to the import; nodes,
 * values and attributes that are made here belong to the graph's pool.
 */
#include "constant.h"
#include "context.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int axt_onnx_invalid(struct axt_onnx_context *ctx, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ctx->reason, sizeof(ctx->reason), format, args);
	va_end(args);
	return -EINVAL;
}

int axt_onnx_unsupported(struct axt_onnx_context *ctx, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ctx->reason, sizeof(ctx->reason), format, args);
	va_end(args);
	return -EOPNOTSUPP;
}

int axt_onnx_full(struct axt_onnx_context *ctx)
{
	ctx->full = true;
	return -ENOMEM;
}

void *axt_onnx_take(struct axt_onnx_context *ctx, size_t count, size_t size)
{
	void *memory = axt_onnx_pool_array(&ctx->graph->pool, count, size);

	ctx->full |= !memory;
	return memory;
}

int axt_onnx_axis(struct axt_onnx_context *ctx, int64_t axis, uint32_t rank,
		  uint32_t end, uint32_t *out)
{
	if (axis < -(int64_t)rank || axis >= (int64_t)rank + end)
		return axt_onnx_invalid(ctx, "axis %lld of %u dimensions",
					(long long)axis, rank);
	*out = (uint32_t)(axis < 0 ? axis + rank : axis);
	return 0;
}

int axt_onnx_set_output(struct axt_onnx_context *ctx, uint32_t number,
			uint32_t type, const struct axt_onnx_shape *shape)
{
	struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_value *value;
	char reason[128];

	if (number >= node->output_count || !node->output[number])
		return 0;
	if (axt_onnx_check_shape(shape, reason, sizeof(reason)))
		return axt_onnx_invalid(ctx, "output %u: %s", number, reason);
	value = node->output[number];
	value->type = type;
	value->shape = *shape;
	value->known = true;
	return 0;
}

int axt_onnx_broadcast(struct axt_onnx_context *ctx,
		       const struct axt_onnx_shape *a,
		       const struct axt_onnx_shape *b,
		       struct axt_onnx_shape *out)
{
	struct axt_onnx_shape result;
	char x[96], y[96];

	result.rank = a->rank > b->rank ? a->rank : b->rank;
	for (uint32_t i = 1; i <= result.rank; i++) {
		int64_t p = i <= a->rank ? a->dim[a->rank - i] : 1;
		int64_t q = i <= b->rank ? b->dim[b->rank - i] : 1;

		if (p != q && p != 1 && q != 1)
			return axt_onnx_invalid(
				ctx, "shapes %s and %s do not fit",
				axt_onnx_shape_text(a, x, sizeof(x)),
				axt_onnx_shape_text(b, y, sizeof(y)));
		result.dim[result.rank - i] = p == 1 ? q : p;
	}
	*out = result;
	return 0;
}

struct axt_onnx_value *axt_onnx_constant(struct axt_onnx_context *ctx,
					 uint32_t type,
					 const struct axt_onnx_shape *shape,
					 void **data)
{
	struct axt_onnx_value *value = axt_onnx_take(ctx, 1, sizeof(*value));
	size_t count = (size_t)axt_onnx_elements(shape);

	*data = axt_onnx_take(ctx, count ? count : 1, axt_onnx_type_size(type));
	if (!value || !*data)
		return NULL;
	value->name = "";
	value->type = type;
	value->shape = *shape;
	value->known = true;
	value->data = *data;
	return value;
}

struct axt_onnx_value *axt_onnx_scalar(struct axt_onnx_context *ctx,
				       uint32_t type, double number)
{
	static const struct axt_onnx_shape scalar = { 0 };
	struct axt_onnx_value *value;
	void *data;

	value = axt_onnx_constant(ctx, type, &scalar, &data);
	if (!value)
		return NULL;
	if (type == AXT_ONNX_F32)
		*(float *)data = (float)number;
	else if (type == AXT_ONNX_F64)
		*(double *)data = number;
	else if (type == AXT_ONNX_I64)
		*(int64_t *)data = (int64_t)number;
	else if (type == AXT_ONNX_I32)
		*(int32_t *)data = (int32_t)number;
	return value;
}

static int set_inputs(struct axt_onnx_context *ctx, struct axt_onnx_node *node,
		      struct axt_onnx_value *a, struct axt_onnx_value *b)
{
	struct axt_onnx_value **input = axt_onnx_take(ctx, 2, sizeof(*input));

	if (!input)
		return -ENOMEM;
	input[0] = a;
	input[1] = b;
	node->input = input;
	node->input_count = b ? 2 : 1;
	return 0;
}

int axt_onnx_become(struct axt_onnx_context *ctx, const char *op,
		    struct axt_onnx_value *a, struct axt_onnx_value *b)
{
	ctx->node->op = axt_onnx_op_form(op);
	ctx->fresh_count = 0;
	return set_inputs(ctx, ctx->node, a, b);
}

int axt_onnx_become_reshape(struct axt_onnx_context *ctx,
			    struct axt_onnx_value *x,
			    const struct axt_onnx_shape *shape)
{
	int err = axt_onnx_become(ctx, "Reshape", x, NULL);

	if (err)
		return err;
	return axt_onnx_put_ints(ctx, "shape", shape->dim, shape->rank);
}

void axt_onnx_become_value(struct axt_onnx_context *ctx,
			   struct axt_onnx_value *value)
{
	if (ctx->node->output[0])
		ctx->node->output[0]->same = value;
	ctx->drop = true;
}

int axt_onnx_side_begin(struct axt_onnx_context *ctx,
			struct axt_onnx_side *side, const char *op,
			struct axt_onnx_value *a, struct axt_onnx_value *b)
{
	struct axt_onnx_node *node = axt_onnx_take(ctx, 1, sizeof(*node));
	struct axt_onnx_value *out = axt_onnx_take(ctx, 1, sizeof(*out));
	struct axt_onnx_value **output = axt_onnx_take(ctx, 1, sizeof(*output));

	if (!node || !out || !output || set_inputs(ctx, node, a, b))
		return -ENOMEM;
	out->name = "";
	out->producer = node;
	output[0] = out;
	node->output = output;
	node->output_count = 1;
	node->name = ctx->origin->name;
	node->type = ctx->origin->type;
	node->domain = ctx->origin->domain;
	node->op = axt_onnx_op_form(op);
	side->node = node;
	memcpy(side->kept, ctx->fresh, sizeof(side->kept));
	side->kept_count = ctx->fresh_count;
	ctx->fresh_count = 0;
	return 0;
}

int axt_onnx_side_reshape(struct axt_onnx_context *ctx,
			  struct axt_onnx_value *x,
			  const struct axt_onnx_shape *shape,
			  struct axt_onnx_value **out)
{
	struct axt_onnx_side side;
	int err = axt_onnx_side_begin(ctx, &side, "Reshape", x, NULL);

	if (!err)
		err = axt_onnx_put_ints(ctx, "shape", shape->dim, shape->rank);
	if (!err)
		err = axt_onnx_side_end(ctx, &side, out);
	return err;
}

int axt_onnx_side_binary(struct axt_onnx_context *ctx, const char *op,
			 struct axt_onnx_value *a, struct axt_onnx_value *b,
			 struct axt_onnx_value **out)
{
	struct axt_onnx_side side;
	int err = axt_onnx_side_begin(ctx, &side, op, a, b);

	if (!err)
		err = axt_onnx_side_end(ctx, &side, out);
	return err;
}
