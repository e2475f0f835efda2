// SPDX-License-Identifier: MIT
/*
 * Matrix products take in what stands around them: transposes of their
 * operands, factors, and a constant that is added. Owns nothing.
 */
#include "pass.h"

#include <math.h>

/* A transpose of the last two dimensions. */
static bool swaps_last(const struct axt_ir_op *op)
{
	const uint8_t *perm = op->attr.transpose.perm;
	uint32_t rank = op->in[0]->tensor.rank;

	for (uint32_t i = 0; i + 2 < rank; i++)
		if (perm[i] != i)
			return false;
	return rank >= 2 && perm[rank - 1] == rank - 2;
}

/*
 * A matrix that was made channels last at no cost and then plain again, which
 * transposes it: before all that, it was there as it is needed.
 */
static struct axt_ir_value *before_reorder(const struct axt_ir_op *op)
{
	const struct axt_ir_op *view = op->in[0]->producer;
	struct axt_ir_value *x;

	if (op->in[0]->kind != AXT_IR_RESULT || view->code != AXT_IR_VIEW ||
	    op->in[0]->tensor.rank != 3 ||
	    op->in[0]->tensor.layout != AXT_CHANNELS_LAST)
		return NULL;
	x = view->in[0];
	return x->tensor.rank == 3 && x->tensor.layout == AXT_PLAIN &&
			       x->tensor.dims[0] ==
				       op->out[0]->tensor.dims[0] &&
			       x->tensor.dims[1] ==
				       op->out[0]->tensor.dims[2] &&
			       x->tensor.size == op->out[0]->tensor.size ?
		       x :
		       NULL;
}

static void take_transpose(struct axt_ir_op *op, uint32_t i, uint32_t *flag)
{
	struct axt_ir_value *x = op->in[i], *before = NULL;

	if (x->kind != AXT_IR_RESULT)
		return;
	if (x->producer->code == AXT_TRANSPOSE && swaps_last(x->producer))
		before = x->producer->in[0];
	else if (x->producer->code == AXT_REORDER)
		before = before_reorder(x->producer);
	if (!before)
		return;
	/* What is left stays if it has other readers. */
	op->in[i] = before;
	before->uses++;
	*flag ^= 1;
}

static bool times(float *to, double factor)
{
	float product = (float)((double)*to * factor);

	if (!isnormal(product))
		return false;
	*to = product;
	return true;
}

static bool is_factor(const struct axt_ir_op *op)
{
	return axt_ir_is_unary(op, AXT_LINEAR) && op->attr.element.beta == 0;
}

static void take_factor(struct axt_ir_op *op, uint32_t i)
{
	const struct axt_ir_op *before = axt_pass_sole(op->in[i]);

	if (is_factor(before) &&
	    times(&op->attr.matmul.alpha, (double)before->attr.element.alpha))
		op->in[i] = before->in[0];
}

static void take_factor_behind(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_op *next = axt_pass_reader(op->out[0]);

	if (op->inputs == 2 && is_factor(next) &&
	    times(&op->attr.matmul.alpha, (double)next->attr.element.alpha))
		axt_pass_take_over(ir, op, next);
}

/* Fits c: a row, which is added to each. */
static bool is_row(const struct axt_ir_value *value,
		   const struct axt_ir_value *y)
{
	const struct axt_tensor *c = &value->tensor;

	return value->kind == AXT_IR_CONSTANT && c->rank >= 1 &&
	       c->rank <= y->tensor.rank &&
	       c->dims[c->rank - 1] == y->tensor.dims[y->tensor.rank - 1] &&
	       axt_ir_elements(value) == c->dims[c->rank - 1];
}

static void take_bias(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *y = op->out[0], *c, **in;
	struct axt_ir_op *next = axt_pass_reader(y);

	if (op->inputs > 2 || !axt_ir_is_binary(next, AXT_ADD))
		return;
	c = next->in[next->in[0] == y];
	if (!is_row(c, y) || !axt_pass_same_shape(y, next->out[0]))
		return;
	in = axt_ir_take(ir, 3, sizeof(*in));
	if (!in)
		return;
	in[0] = op->in[0];
	in[1] = op->in[1];
	in[2] = c;
	op->in = in;
	op->inputs = 3;
	op->attr.matmul.beta = 1;
	axt_pass_take_over(ir, op, next);
}

void axt_pass_matmul(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count && !ir->err; i++) {
		struct axt_ir_op *op = ir->op[i];

		if (!op || op->code != AXT_MATMUL || op->posts)
			continue;
		take_transpose(op, 0, &op->attr.matmul.transpose_a);
		take_transpose(op, 1, &op->attr.matmul.transpose_b);
		take_factor(op, 0);
		take_factor(op, 1);
		take_factor_behind(ir, op);
		take_bias(ir, op);
	}
}
