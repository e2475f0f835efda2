// SPDX-License-Identifier: MIT
/*
 * Elements that need not be moved: transposes that cancel out or only turn
 * dimensions of 1, parts that lie in one piece, views of views, padding in
 * front of a convolution. Works on plain tensors. Owns nothing.
 */
#include "pass.h"

#include <axt/shape.h>

#include <string.h>

#define ALIGN 64

static void become_same(struct axt_ir *ir, struct axt_ir_op *op)
{
	op->out[0]->same = op->in[0];
	axt_pass_remove(ir, op);
}

static void become_view(struct axt_ir_op *op, uint64_t offset)
{
	op->code = AXT_IR_VIEW;
	memset(&op->attr, 0, sizeof(op->attr));
	op->attr.view = offset;
}

static struct axt_ir_op *producer(const struct axt_ir_value *value,
				  uint32_t code)
{
	return value->kind == AXT_IR_RESULT && value->producer->code == code ?
		       value->producer :
		       NULL;
}

/* Whether the dimensions that are more than 1 stay in order. */
static bool keeps_order(const struct axt_ir_op *op)
{
	const struct axt_tensor *x = &op->in[0]->tensor;
	int last = -1;

	for (uint32_t i = 0; i < x->rank; i++) {
		int from = op->attr.transpose.perm[i];

		if (x->dims[from] == 1)
			continue;
		if (from < last)
			return false;
		last = from;
	}
	return true;
}

static void transpose(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_op *before = producer(op->in[0], AXT_TRANSPOSE);
	uint8_t *perm = op->attr.transpose.perm;
	bool same = true;

	if (before) {
		for (uint32_t i = 0; i < op->in[0]->tensor.rank; i++)
			perm[i] = before->attr.transpose.perm[perm[i]];
		op->in[0] = before->in[0];
	}
	for (uint32_t i = 0; i < op->in[0]->tensor.rank; i++)
		same &= perm[i] == i;
	if (same)
		become_same(ir, op);
	else if (keeps_order(op))
		become_view(op, 0);
}

/* In one piece: ones, then a part of one dimension, then whole ones. */
static bool is_piece(const struct axt_ir_op *op, uint64_t *offset)
{
	const struct axt_tensor *x = &op->in[0]->tensor;
	const struct axt_tensor *y = &op->out[0]->tensor;
	const struct axt_slice *slice = &op->attr.slice;
	uint64_t stride = axt_type_bytes(x->type);
	bool whole = true;

	*offset = 0;
	for (uint32_t i = x->rank; i-- > 0;) {
		if (y->dims[i] != 1 && (!whole || slice->step[i] != 1))
			return false;
		whole &= y->dims[i] == x->dims[i];
		*offset += (uint64_t)slice->start[i] * stride;
		stride *= x->dims[i];
	}
	return y->size > 0;
}

static bool of_input(const struct axt_ir_value *value)
{
	const struct axt_ir_op *view = producer(value, AXT_IR_VIEW);

	return value->kind == AXT_IR_INPUT || (view && of_input(view->in[0]));
}

static void slice(struct axt_ir_op *op)
{
	uint64_t offset;

	if (is_piece(op, &offset) && offset % ALIGN == 0 &&
	    !of_input(op->in[0]))
		become_view(op, offset);
}

static void view(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_op *before = producer(op->in[0], AXT_IR_VIEW);

	if (before) {
		op->attr.view += before->attr.view;
		op->in[0] = before->in[0];
	}
	if (op->attr.view == 0 && axt_pass_same_shape(op->in[0], op->out[0]))
		become_same(ir, op);
}

/* Zeros around the spatial dimensions, and no more than a pad can be. */
static bool adds_zeros(const struct axt_ir_op *pad)
{
	const struct axt_tensor *x = &pad->in[0]->tensor;
	const struct axt_tensor *y = &pad->out[0]->tensor;

	if (pad->attr.pad.mode != 0 || pad->attr.pad.value != 0 ||
	    x->type != AXT_F32)
		return false;
	for (uint32_t i = 0; i < x->rank; i++) {
		int64_t begin = pad->attr.pad.begin[i];
		int64_t end = (int64_t)y->dims[i] - x->dims[i] - begin;

		if (begin < 0 || end < 0 || (i < 2 && begin + end > 0))
			return false;
	}
	return true;
}

static void conv(struct axt_ir_op *op)
{
	struct axt_ir_op *pad = producer(op->in[0], AXT_PAD);
	struct axt_conv *conv = &op->attr.conv, wider = *conv;

	if (!pad || !adds_zeros(pad))
		return;
	for (uint32_t i = 0; i < conv->spatial; i++) {
		uint32_t begin = (uint32_t)pad->attr.pad.begin[i + 2];
		uint64_t both = pad->out[0]->tensor.dims[i + 2] -
				pad->in[0]->tensor.dims[i + 2];

		if (both + conv->pad_begin[i] + conv->pad_end[i] > AXT_DIM_MAX)
			return;
		wider.pad_begin[i] += begin;
		wider.pad_end[i] += (uint32_t)both - begin;
	}
	*conv = wider;
	op->in[0] = pad->in[0];
}

void axt_pass_move(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count; i++) {
		struct axt_ir_op *op = ir->op[i];

		for (uint32_t j = 0; j < op->inputs; j++)
			op->in[j] = axt_ir_get(op->in[j]);
		if (op->code == AXT_TRANSPOSE)
			transpose(ir, op);
		else if (op->code == AXT_SLICE)
			slice(op);
		else if (op->code == AXT_CONV)
			conv(op);
		else if (op->code == AXT_CONCAT && op->inputs == 1)
			become_same(ir, op);
		if (op->code == AXT_IR_VIEW)
			view(ir, op);
	}
}
