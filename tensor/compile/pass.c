// SPDX-License-Identifier: MIT
/* What several passes need. Owns nothing. */
#include "pass.h"

#include <axt/shape.h>

#include <math.h>
#include <string.h>

struct axt_ir_op *axt_pass_sole(const struct axt_ir_value *value)
{
	return value && value->kind == AXT_IR_RESULT && value->uses == 1 ?
		       value->producer :
		       NULL;
}

struct axt_ir_op *axt_pass_reader(const struct axt_ir_value *value)
{
	return value && value->uses == 1 ? value->user : NULL;
}

void axt_pass_become_unary(struct axt_ir_op *op, struct axt_ir_value *x,
			   uint32_t function, float alpha, float beta)
{
	op->code = AXT_UNARY;
	op->inputs = 1;
	op->in[0] = x;
	memset(&op->attr, 0, sizeof(op->attr));
	op->attr.element.function = function;
	op->attr.element.alpha = alpha;
	op->attr.element.beta = beta;
}

void axt_pass_remove(struct axt_ir *ir, struct axt_ir_op *op)
{
	ir->op[op->index] = NULL;
}

void axt_pass_take_over(struct axt_ir *ir, struct axt_ir_op *op,
			struct axt_ir_op *later)
{
	ir->op[op->index] = NULL;
	ir->op[later->index] = op;
	op->index = later->index;
	op->out[0] = later->out[0];
	op->out[0]->producer = op;
}

bool axt_pass_near(float a, double b)
{
	return fabs((double)a - b) <= 1e-6 * fabs(b);
}

bool axt_pass_same_shape(const struct axt_ir_value *a,
			 const struct axt_ir_value *b)
{
	return axt_same_shape(&a->tensor, &b->tensor);
}

bool axt_pass_per_channel(const struct axt_ir_value *constant,
			  const struct axt_ir_value *y)
{
	const struct axt_tensor *c = &constant->tensor;
	uint32_t rank = y->tensor.rank, channels;

	if (constant->kind != AXT_IR_CONSTANT || c->type != AXT_F32 ||
	    rank < 2 || c->rank > rank || c->rank + 1u < rank)
		return false;
	channels = c->rank + 1 - rank; /* where dimension 1 of y is in c */
	for (uint32_t i = 0; i < c->rank; i++)
		if (c->dims[i] != (i == channels ? y->tensor.dims[1] : 1))
			return false;
	return true;
}
