// SPDX-License-Identifier: MIT
/*
 * Element-wise operations become post-operations of what makes their operand,
 * if nobody else reads it. The operation then stands where the element-wise
 * one stood: what that reads besides is there by then. Comes after the layouts.
 * Owns nothing.
 */
#include "pass.h"

#include <axt/program.h>

static bool takes_posts(const struct axt_ir_op *op, uint32_t more)
{
	return op && op->code != AXT_IR_VIEW && op->outputs == 1 &&
	       axt_code_takes_posts(axt_code_info(op->code)) &&
	       op->out[0]->tensor.type == AXT_F32 &&
	       op->posts + more <= AXT_POSTS_MAX;
}

static void add_unary(struct axt_ir_op *op, uint32_t function, float alpha,
		      float beta)
{
	op->post[op->posts++] = (struct axt_ir_post){
		.kind = AXT_POST_UNARY,
		.function = (uint16_t)function,
		.alpha = alpha,
		.beta = beta,
	};
}

static void add_binary(struct axt_ir_op *op, uint32_t function,
		       struct axt_ir_value *tensor)
{
	op->post[op->posts++] = (struct axt_ir_post){
		.kind = AXT_POST_BINARY,
		.function = (uint16_t)function,
		.tensor = tensor,
	};
}

static void take_unary(struct axt_ir *ir, struct axt_ir_op *op)
{
	const struct axt_elementwise *attr = &op->attr.element;
	struct axt_ir_op *before = axt_pass_sole(op->in[0]);

	if (attr->function == AXT_NOT || !takes_posts(before, 1))
		return;
	add_unary(before, attr->function, attr->alpha, attr->beta);
	axt_pass_take_over(ir, before, op);
}

/*
 * An early operation that waits for a late operand keeps its own operands in
 * memory in place of its result: not if those are much more.
 */
static bool may_wait(const struct axt_ir_op *op)
{
	uint64_t held = 0;

	for (uint32_t i = 0; i < op->inputs; i++)
		if (op->in[i] && op->in[i]->kind == AXT_IR_RESULT)
			held += op->in[i]->tensor.size;
	return held <= 2 * op->out[0]->tensor.size;
}

/* Where an operand comes from, in the order of operations. */
static size_t made_at(const struct axt_ir_value *value)
{
	return value->kind == AXT_IR_RESULT ? value->producer->index + 1 : 0;
}

/* What makes operand i, if the operation can become posts of that. */
static struct axt_ir_op *target(const struct axt_ir_op *op, uint32_t i)
{
	struct axt_ir_op *before = axt_pass_sole(op->in[i]);
	uint32_t function = op->attr.element.function;
	bool turned = i == 1 && (function == AXT_SUB || function == AXT_DIV);

	if (!takes_posts(before, turned ? 2 : 1) ||
	    !axt_pass_same_shape(op->in[i], op->out[0]) ||
	    op->in[i]->tensor.layout != op->out[0]->tensor.layout)
		return NULL;
	if (i == 1 && !turned && function != AXT_ADD && function != AXT_MUL &&
	    function != AXT_MIN && function != AXT_MAX)
		return NULL;
	if (made_at(op->in[!i]) > before->index && !may_wait(before))
		return NULL;
	return before;
}

static void take_binary(struct axt_ir *ir, struct axt_ir_op *op)
{
	uint32_t function = op->attr.element.function;
	struct axt_ir_op *first, *second, *before;
	bool left;

	if (function >= AXT_EQUAL || op->out[0]->tensor.type != AXT_F32 ||
	    op->in[0] == op->in[1])
		return;
	first = target(op, 0);
	second = target(op, 1);
	/* The later one of two: nothing has to wait then. */
	left = first && (!second || first->index > second->index);
	before = left ? first : second;
	if (!before)
		return;
	if (!left && function == AXT_SUB) {
		add_unary(before, AXT_LINEAR, -1, 0);
		function = AXT_ADD;
	} else if (!left && function == AXT_DIV) {
		add_unary(before, AXT_RECIPROCAL, 0, 0);
		function = AXT_MUL;
	}
	add_binary(before, function, op->in[left]);
	axt_pass_take_over(ir, before, op);
}

/* A row of numbers, one for each channel of y. */
static struct axt_ir_value *per_channel(struct axt_ir *ir,
					const struct axt_ir_value *row,
					const struct axt_ir_value *y)
{
	uint32_t dims[AXT_RANK_MAX], rank = y->tensor.rank - 1;

	dims[0] = y->tensor.dims[1];
	for (uint32_t i = 1; i < rank; i++)
		dims[i] = 1;
	return axt_ir_constant(ir, AXT_F32, rank, dims, row->data, NULL);
}

static void take_affine(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_op *before = axt_pass_sole(op->in[0]);
	struct axt_ir_value *s, *b;

	if (!takes_posts(before, 2) || op->in[1]->kind != AXT_IR_CONSTANT ||
	    op->in[2]->kind != AXT_IR_CONSTANT)
		return;
	s = per_channel(ir, op->in[1], op->out[0]);
	b = per_channel(ir, op->in[2], op->out[0]);
	if (!s || !b)
		return;
	add_binary(before, AXT_MUL, s);
	add_binary(before, AXT_ADD, b);
	axt_pass_take_over(ir, before, op);
}

void axt_pass_post(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count && !ir->err; i++) {
		struct axt_ir_op *op = ir->op[i];

		if (op->code == AXT_UNARY)
			take_unary(ir, op);
		else if (op->code == AXT_BINARY)
			take_binary(ir, op);
		else if (op->code == AXT_AFFINE)
			take_affine(ir, op);
	}
}
