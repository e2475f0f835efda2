// SPDX-License-Identifier: MIT
/*
 * LayerNormalization as files of older opsets have it: mean, difference, mean
 * of the squares, root, quotient; then scale and bias. Owns nothing.
 */
#include "pass.h"

#include <string.h>

/* Whether a value is the mean of x over its last dimensions, from axis on. */
static bool is_mean(const struct axt_ir_op *op, const struct axt_ir_value *x,
		    uint32_t *axis)
{
	uint32_t rank, axes;

	if (!op || op->code != AXT_REDUCE || op->in[0] != x ||
	    op->attr.reduce.kind != AXT_REDUCE_MEAN)
		return false;
	rank = x->tensor.rank;
	axes = op->attr.reduce.axes;
	*axis = (uint32_t)__builtin_ctz(axes);
	return axes == (1u << rank) - (1u << *axis);
}

/* d = x - mean(x) */
static bool is_centred(const struct axt_ir_value *d, struct axt_ir_value **x,
		       uint32_t *axis)
{
	const struct axt_ir_op *op = d->producer;

	if (d->kind != AXT_IR_RESULT || !axt_ir_is_binary(op, AXT_SUB))
		return false;
	*x = op->in[0];
	return is_mean(axt_pass_sole(op->in[1]), *x, axis);
}

/* q = sqrt(mean(d d) + epsilon) */
static bool is_deviation(const struct axt_ir_value *q,
			 const struct axt_ir_value *d, uint32_t axis,
			 float *epsilon)
{
	const struct axt_ir_op *op = axt_pass_sole(q), *mean, *square;
	uint32_t at;

	if (!axt_ir_is_unary(op, AXT_SQRT))
		return false;
	op = axt_pass_sole(op->in[0]);
	if (!axt_ir_is_unary(op, AXT_LINEAR) || op->attr.element.alpha != 1)
		return false;
	*epsilon = op->attr.element.beta;
	mean = axt_pass_sole(op->in[0]);
	if (!mean || !is_mean(mean, mean->in[0], &at) || at != axis)
		return false;
	square = axt_pass_sole(mean->in[0]);
	return axt_ir_is_binary(square, AXT_MUL) && square->in[0] == d &&
	       square->in[1] == d;
}

static bool match(struct axt_ir_op *op)
{
	struct axt_ir_value *d = op->in[0], *x;
	uint32_t axis;
	float epsilon;

	if (!axt_ir_is_binary(op, AXT_DIV) || !is_centred(d, &x, &axis) ||
	    !is_deviation(op->in[1], d, axis, &epsilon))
		return false;
	op->code = AXT_NORMALIZE;
	op->inputs = 1;
	op->in[0] = x;
	memset(&op->attr, 0, sizeof(op->attr));
	op->attr.normalize.kind = AXT_LAYER_NORM;
	op->attr.normalize.axis = axis;
	op->attr.normalize.epsilon = epsilon;
	return true;
}

/* Whether an operand has just the dimensions that are normalised. */
static bool is_tail(const struct axt_ir_value *value,
		    const struct axt_ir_value *x, uint32_t axis)
{
	uint32_t rank = x->tensor.rank - axis;

	return value->kind == AXT_IR_CONSTANT && value->tensor.rank == rank &&
	       memcmp(value->tensor.dims, x->tensor.dims + axis,
		      rank * sizeof(value->tensor.dims[0])) == 0;
}

/* The operation that reads y takes a constant of that shape as well. */
static struct axt_ir_value *find_operand(const struct axt_ir_op *op,
					 uint32_t function,
					 struct axt_ir_op **reader)
{
	struct axt_ir_value *y = op->out[0], *other;
	struct axt_ir_op *next = axt_pass_reader(y);

	if (!axt_ir_is_binary(next, function))
		return NULL;
	other = next->in[next->in[0] == y];
	if (other == y || !is_tail(other, y, op->attr.normalize.axis))
		return NULL;
	*reader = next;
	return other;
}

static void take_operands(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value **in = axt_ir_take(ir, 3, sizeof(*in));
	struct axt_ir_op *next;
	struct axt_ir_value *value;

	if (!in)
		return;
	in[0] = op->in[0];
	op->in = in;
	value = find_operand(op, AXT_MUL, &next);
	if (value) {
		in[1] = value;
		op->inputs = 2;
		axt_pass_take_over(ir, op, next);
	}
	value = find_operand(op, AXT_ADD, &next);
	if (value) {
		in[2] = value;
		op->inputs = 3;
		axt_pass_take_over(ir, op, next);
	}
}

void axt_pass_norm(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count && !ir->err; i++)
		if (ir->op[i] && ir->op[i]->code == AXT_BINARY &&
		    match(ir->op[i]))
			take_operands(ir, ir->op[i]);
}
