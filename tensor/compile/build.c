// SPDX-License-Identifier: MIT
/* Operations that are added, by what they make; and small questions. */
#include "ir.h"

#include <axt/shape.h>

#include <errno.h>
#include <string.h>

struct axt_ir_value *axt_ir_unary(struct axt_ir *ir, struct axt_ir_value *x,
				  uint32_t function, float alpha, float beta)
{
	struct axt_ir_value *y = axt_ir_like(ir, x);
	struct axt_ir_op *op = axt_ir_add(ir, AXT_UNARY, 1, x, y);

	if (!op)
		return NULL;
	op->attr.element = (struct axt_elementwise){
		.function = function,
		.alpha = alpha,
		.beta = beta,
	};
	return y;
}

/* Shapes that fit are the caller's matter. */
static struct axt_tensor broadcast(const struct axt_tensor *a,
				   const struct axt_tensor *b)
{
	struct axt_tensor y = a->rank >= b->rank ? *a : *b;
	const struct axt_tensor *less = a->rank >= b->rank ? b : a;
	uint32_t shift = y.rank - less->rank;

	for (uint32_t i = 0; i < less->rank; i++)
		if (y.dims[i + shift] == 1)
			y.dims[i + shift] = less->dims[i];
	y.layout = AXT_PLAIN;
	return y;
}

struct axt_ir_value *axt_ir_binary(struct axt_ir *ir, uint32_t function,
				   struct axt_ir_value *a,
				   struct axt_ir_value *b)
{
	struct axt_tensor shape;
	struct axt_ir_value *y;
	struct axt_ir_op *op;

	if (!a || !b)
		return NULL;
	shape = broadcast(&a->tensor, &b->tensor);
	y = axt_ir_value(ir, function >= AXT_EQUAL ? AXT_BOOL : a->tensor.type,
			 shape.rank, shape.dims);
	op = axt_ir_add(ir, AXT_BINARY, 2, a, y);
	if (!op)
		return NULL;
	op->in[1] = b;
	op->attr.element.function = function;
	return y;
}

struct axt_ir_value *axt_ir_cast(struct axt_ir *ir, struct axt_ir_value *x,
				 uint32_t type)
{
	struct axt_ir_value *y;

	if (!x || x->tensor.type == type)
		return x;
	y = axt_ir_value(ir, type, x->tensor.rank, x->tensor.dims);
	return axt_ir_add(ir, AXT_CAST, 1, x, y) ? y : NULL;
}

struct axt_ir_value *axt_ir_view(struct axt_ir *ir, struct axt_ir_value *x,
				 uint32_t rank, const uint32_t *dims)
{
	struct axt_ir_value *y;

	if (!x)
		return NULL;
	if (x->tensor.rank == rank && x->tensor.layout == AXT_PLAIN &&
	    memcmp(x->tensor.dims, dims, rank * sizeof(*dims)) == 0)
		return x;
	y = axt_ir_value(ir, x->tensor.type, rank, dims);
	return axt_ir_add(ir, AXT_IR_VIEW, 1, x, y) ? y : NULL;
}

struct axt_ir_value *axt_ir_transpose(struct axt_ir *ir, struct axt_ir_value *x,
				      const uint8_t *perm)
{
	uint32_t dims[AXT_RANK_MAX];
	struct axt_ir_value *y;
	struct axt_ir_op *op;

	if (!x)
		return NULL;
	for (uint32_t i = 0; i < x->tensor.rank; i++)
		dims[i] = x->tensor.dims[perm[i]];
	y = axt_ir_value(ir, x->tensor.type, x->tensor.rank, dims);
	op = axt_ir_add(ir, AXT_TRANSPOSE, 1, x, y);
	if (!op)
		return NULL;
	memcpy(op->attr.transpose.perm, perm, x->tensor.rank);
	return y;
}

struct axt_ir_value *axt_ir_reduce(struct axt_ir *ir, struct axt_ir_value *x,
				   uint32_t kind, uint32_t axes)
{
	uint32_t dims[AXT_RANK_MAX];
	struct axt_ir_value *y;
	struct axt_ir_op *op;

	if (!x)
		return NULL;
	for (uint32_t i = 0; i < x->tensor.rank; i++)
		dims[i] = axes >> i & 1 ? 1 : x->tensor.dims[i];
	y = axt_ir_value(ir, x->tensor.type, x->tensor.rank, dims);
	op = axt_ir_add(ir, AXT_REDUCE, 1, x, y);
	if (!op)
		return NULL;
	op->attr.reduce.kind = kind;
	op->attr.reduce.axes = axes;
	return y;
}

uint64_t axt_ir_elements(const struct axt_ir_value *value)
{
	/* Not negative: the value was made with this shape. */
	return (uint64_t)axt_tensor_elements(&value->tensor);
}

bool axt_ir_is_scalar(const struct axt_ir_value *value)
{
	return value && value->kind == AXT_IR_CONSTANT &&
	       value->tensor.type == AXT_F32 && axt_ir_elements(value) == 1;
}

float axt_ir_scalar_of(const struct axt_ir_value *value)
{
	float number;

	memcpy(&number, value->data, sizeof(number));
	return number;
}

bool axt_ir_is_unary(const struct axt_ir_op *op, uint32_t function)
{
	return op && op->code == AXT_UNARY && !op->posts &&
	       op->attr.element.function == function;
}

bool axt_ir_is_binary(const struct axt_ir_op *op, uint32_t function)
{
	return op && op->code == AXT_BINARY && !op->posts &&
	       op->attr.element.function == function;
}
