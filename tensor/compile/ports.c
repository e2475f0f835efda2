// SPDX-License-Identifier: MIT
/*
 * The ends of the network. An input and an output have one tensor each, so that
 * no view can be made of them; views of constants are constants. Owns nothing.
 */
#include "plan.h"

/* In axt_ir_value.mark. */
enum {
	IS_VIEWED = 1,
	IS_OUTPUT = 2,
};

/* The input's bytes in the arena, one copy for all views. */
static struct axt_ir_value *copy_of(struct axt_ir *ir, struct axt_ir_value *x)
{
	if (!x->twin) {
		x->twin = axt_ir_like(ir, x);
		axt_ir_add(ir, AXT_COPY, 1, x, x->twin);
	}
	return x->twin;
}

static void settle_view(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *x = op->in[0], *y = op->out[0];

	if (x->kind == AXT_IR_CONSTANT) {
		y->kind = AXT_IR_CONSTANT;
		y->data = (const char *)x->data + op->attr.view;
		y->producer = NULL;
		return;
	}
	if (x->kind == AXT_IR_INPUT)
		op->in[0] = copy_of(ir, x);
	if (op->in[0])
		op->in[0]->mark |= IS_VIEWED;
	axt_ir_append(ir, op);
}

static void settle_views(struct axt_ir *ir)
{
	struct axt_ir_op **list;
	size_t count;

	list = axt_ir_reopen(ir, &count);
	for (size_t i = 0; i < count && !ir->err; i++)
		if (list[i]->code == AXT_IR_VIEW)
			settle_view(ir, list[i]);
		else
			axt_ir_append(ir, list[i]);
}

static bool can_be_output(const struct axt_ir_value *value)
{
	return value->kind == AXT_IR_RESULT && !value->mark &&
	       value->tensor.layout == AXT_PLAIN &&
	       value->producer->code != AXT_IR_VIEW;
}

void axt_plan_ports(struct axt_ir *ir)
{
	axt_ir_sweep(ir);
	settle_views(ir);
	for (size_t i = 0; i < ir->output_count && !ir->err; i++) {
		struct axt_ir_value *x = ir->output[i].value, *y = x;

		if (!can_be_output(x)) {
			y = axt_ir_like(ir, x);
			if (!y)
				return;
			y->tensor.layout = AXT_PLAIN;
			y->tensor.size = x->tensor.size;
			axt_ir_add(ir,
				   x->tensor.layout == AXT_PLAIN ? AXT_COPY :
								   AXT_REORDER,
				   1, x, y);
		}
		y->mark |= IS_OUTPUT;
		ir->output[i].value = y;
	}
	if (!ir->err)
		axt_ir_sweep(ir);
}
