// SPDX-License-Identifier: MIT
/* Reductions, and the place of the largest. Owns nothing. */
#include "lower.h"

#define INTEGERS (AXT_BIT(AXT_I32) | AXT_BIT(AXT_I64))
#define BYTES (AXT_BIT(AXT_U8) | AXT_BIT(AXT_I8))

static int check_type(struct axt_lower *l)
{
	uint32_t types = AXT_BIT(AXT_F32), kind = l->row->function;
	bool extreme = kind == AXT_REDUCE_MAX || kind == AXT_REDUCE_MIN;

	if (extreme || kind == AXT_REDUCE_SUM || kind == AXT_REDUCE_PROD)
		types |= INTEGERS;
	/* Wider integers give it exactly. */
	if (extreme)
		types |= BYTES;
	return axt_lower_types(l, types);
}

/* Nothing is the largest or smallest of nothing. */
static int check_empty(struct axt_lower *l, uint32_t axes)
{
	const struct axt_onnx_value *x = l->node->input[0];

	for (uint32_t i = 0; i < x->shape.rank; i++)
		if (axes >> i & 1 && x->shape.dim[i] == 0)
			return axt_lower_unsupported(l, "dimension %u is empty",
						     i);
	return 0;
}

int axt_lower_reduce(struct axt_lower *l)
{
	static const uint32_t one = 1;
	struct axt_ir_value *x = axt_lower_in(l, 0), *y;
	uint32_t count, axes = 0, kind = l->row->function;
	const int64_t *list = axt_onnx_node_ints(l->node, "axes", &count);
	int err = check_type(l);

	for (uint32_t i = 0; i < count; i++)
		axes |= 1u << list[i];
	if (!err && (kind == AXT_REDUCE_MAX || kind == AXT_REDUCE_MIN))
		err = check_empty(l, axes);
	if (err || !x)
		return err;
	y = x;
	if (AXT_BIT(x->tensor.type) & BYTES)
		y = axt_ir_cast(l->ir, x, AXT_I32);
	/* A scalar has no dimension to reduce. */
	if (!x->tensor.rank) {
		y = axt_ir_view(l->ir, y, 1, &one);
		axes = 1;
	}
	y = axt_ir_reduce(l->ir, y, kind, axes);
	axt_lower_set_view(l, 0, axt_ir_cast(l->ir, y, x->tensor.type));
	return 0;
}

int axt_lower_arg(struct axt_lower *l)
{
	struct axt_ir_value *x = axt_lower_in(l, 0), *y;
	uint32_t axis = (uint32_t)axt_lower_int(l, "axis");
	uint32_t dims[AXT_RANK_MAX];
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (!err)
		err = check_empty(l, 1u << axis);
	if (err || !x)
		return err;
	for (uint32_t i = 0; i < x->tensor.rank; i++)
		dims[i] = i == axis ? 1 : x->tensor.dims[i];
	y = axt_ir_value(l->ir, AXT_I64, x->tensor.rank, dims);
	op = axt_ir_add(l->ir, AXT_ARG, 1, x, y);
	if (!op)
		return 0;
	op->attr.arg.axis = axis;
	op->attr.arg.smallest = l->row->function;
	op->attr.arg.last = axt_lower_int(l, "select_last_index") != 0;
	axt_lower_set_view(l, 0, y);
	return 0;
}
