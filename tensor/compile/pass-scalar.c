// SPDX-License-Identifier: MIT
/*
 * Operations of a tensor and a number become functions of one operand, LINEAR
 * above all; neighbours of those become one, and those that do nothing go.
 * Owns nothing.
 */
#include "pass.h"

#include <math.h>

struct unary {
	uint32_t function;
	float alpha;
	float beta;
};

static bool linear(struct unary *to, double alpha, double beta)
{
	to->function = AXT_LINEAR;
	to->alpha = (float)alpha;
	to->beta = (float)beta;
	return isfinite(to->alpha) && isfinite(to->beta);
}

/* x and then the number. */
static bool right_scalar(uint32_t function, double c, struct unary *to)
{
	*to = (struct unary){ .alpha = -INFINITY, .beta = INFINITY };
	switch (function) {
	case AXT_ADD:
		return linear(to, 1, c);
	case AXT_SUB:
		return linear(to, 1, -c);
	case AXT_MUL:
		return linear(to, c, 0);
	case AXT_DIV:
		return c != 0 && isnormal((float)(1 / c)) &&
		       linear(to, 1 / c, 0);
	case AXT_MIN:
		to->function = AXT_CLIP;
		to->beta = (float)c;
		return !isnan(c);
	case AXT_MAX:
		to->function = c == 0 ? AXT_RELU : AXT_CLIP;
		to->alpha = (float)c;
		return !isnan(c);
	case AXT_POW:
		/* 0.5 is no SQRT: the root of -inf is NaN, its power inf. */
		to->function = AXT_RECIPROCAL;
		return c == -1;
	case AXT_PRELU:
		to->function = AXT_LEAKY_RELU;
		to->alpha = (float)c;
		to->beta = 0;
		return isfinite(c);
	}
	return false;
}

/* The number first. */
static bool left_scalar(uint32_t function, double c, struct unary *to)
{
	switch (function) {
	case AXT_ADD:
	case AXT_MUL:
	case AXT_MIN:
	case AXT_MAX:
		return right_scalar(function, c, to);
	case AXT_SUB:
		return linear(to, -1, c);
	case AXT_DIV:
		to->function = AXT_RECIPROCAL;
		to->alpha = 0;
		to->beta = 0;
		return c == 1;
	}
	return false;
}

static void take_scalar(struct axt_ir_op *op)
{
	struct axt_ir_value *a = op->in[0], *b = op->in[1], *x = a;
	struct unary to = { 0 };
	bool can;

	if (axt_ir_is_scalar(b)) {
		can = right_scalar(op->attr.element.function,
				   (double)axt_ir_scalar_of(b), &to);
	} else if (axt_ir_is_scalar(a)) {
		can = left_scalar(op->attr.element.function,
				  (double)axt_ir_scalar_of(a), &to);
		x = b;
	} else {
		return;
	}
	if (!can || !axt_pass_same_shape(x, op->out[0]))
		return;
	if (to.function == AXT_RELU || to.function == AXT_RECIPROCAL)
		to.alpha = to.beta = 0;
	axt_pass_become_unary(op, x, to.function, to.alpha, to.beta);
}

/* A square is a product: of two operands, both of them x. */
static void take_square(struct axt_ir_op *op)
{
	if (axt_ir_is_scalar(op->in[1]) && axt_ir_scalar_of(op->in[1]) == 2 &&
	    axt_pass_same_shape(op->in[0], op->out[0])) {
		op->attr.element.function = AXT_MUL;
		op->in[1] = op->in[0];
		/* Read twice from now on. */
		op->in[0]->uses++;
	}
}

/* a2 (a1 x + b1) + b2 */
static void merge_linear(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_op *before = axt_pass_sole(op->in[0]);
	double a, b;

	if (!axt_ir_is_unary(before, AXT_LINEAR))
		return;
	a = (double)op->attr.element.alpha * (double)before->attr.element.alpha;
	b = (double)op->attr.element.alpha * (double)before->attr.element.beta +
	    (double)op->attr.element.beta;
	if (!isfinite((float)a) || !isfinite((float)b) ||
	    (a != 0 && !isnormal((float)a)))
		return;
	op->attr.element.alpha = (float)a;
	op->attr.element.beta = (float)b;
	op->in[0] = before->in[0];
	axt_pass_remove(ir, before);
}

static void drop_identity(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *x = op->in[0], *y = op->out[0];

	if (op->attr.element.alpha != 1 || op->attr.element.beta != 0)
		return;
	y->same = x;
	x->uses += y->uses - 1;
	x->user = y->user;
	axt_pass_remove(ir, op);
}

static void get_operands(struct axt_ir_op *op)
{
	for (uint32_t i = 0; i < op->inputs; i++)
		op->in[i] = axt_ir_get(op->in[i]);
}

void axt_pass_scalar(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count; i++) {
		struct axt_ir_op *op = ir->op[i];

		if (!op)
			continue;
		get_operands(op);
		if (op->code == AXT_BINARY &&
		    op->out[0]->tensor.type == AXT_F32)
			take_scalar(op);
		if (axt_ir_is_binary(op, AXT_POW) &&
		    op->out[0]->tensor.type == AXT_F32)
			take_square(op);
		if (!axt_ir_is_unary(op, AXT_LINEAR))
			continue;
		merge_linear(ir, op);
		drop_identity(ir, op);
	}
}
