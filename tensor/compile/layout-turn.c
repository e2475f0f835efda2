// SPDX-License-Identifier: MIT
/*
 * Plain operations on what is channels last: on the same bytes, with their
 * dimensions turned; or by another operation that comes to the same.
 */
#include "layout.h"

#include <axt/shape.h>

#include <string.h>

static void turn_ints(int32_t *list, uint32_t rank)
{
	int32_t old[AXT_RANK_MAX];

	memcpy(old, list, sizeof(old));
	for (uint32_t i = 0; i < rank; i++)
		list[axt_layout_place(rank, i)] = old[i];
}

static void turn_attributes(struct axt_ir_op *op)
{
	uint32_t rank = op->in[0]->tensor.rank, axes = 0;

	switch (op->code) {
	case AXT_SLICE:
		turn_ints(op->attr.slice.start, rank);
		turn_ints(op->attr.slice.step, rank);
		break;
	case AXT_PAD:
		turn_ints(op->attr.pad.begin, rank);
		break;
	case AXT_SOFTMAX:
		op->attr.softmax.axis =
			axt_layout_place(rank, op->attr.softmax.axis);
		break;
	case AXT_ARG:
		op->attr.arg.axis = axt_layout_place(rank, op->attr.arg.axis);
		break;
	case AXT_REDUCE:
		for (uint32_t i = 0; i < rank; i++)
			axes |= (op->attr.reduce.axes >> i & 1)
				<< axt_layout_place(rank, i);
		op->attr.reduce.axes = axes;
		break;
	}
}

static void append_plain(struct axt_ir *ir, struct axt_ir_op *op)
{
	op->in[0] = axt_layout_get(ir, op->in[0], AXT_PLAIN);
	axt_ir_append(ir, op);
}

void axt_layout_turn(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *x = op->in[0], *y = op->out[0], *turned;
	uint32_t dims[AXT_RANK_MAX], rank = x->tensor.rank;

	if (x->tensor.layout != AXT_CHANNELS_LAST) {
		append_plain(ir, op);
		return;
	}
	for (uint32_t i = 0; i < rank; i++)
		dims[axt_layout_place(rank, i)] = y->tensor.dims[i];
	turned = axt_ir_value(ir, y->tensor.type, rank, dims);
	turn_attributes(op);
	op->in[0] = axt_layout_turned(ir, x);
	if (!turned || !op->in[0])
		return;
	axt_ir_set_output(op, 0, turned);
	axt_ir_append(ir, op);
	if (!axt_layout_neutral(&y->tensor))
		y->tensor.layout = AXT_CHANNELS_LAST;
	axt_layout_view(ir, turned, y);
}

/* Over all of both sides: a pool with one window. */
static bool is_global(const struct axt_ir_op *op)
{
	const struct axt_tensor *x = &op->in[0]->tensor;
	uint32_t kind = op->attr.reduce.kind;

	return x->rank == 4 && x->type == AXT_F32 &&
	       op->attr.reduce.axes == 0xc &&
	       (kind == AXT_REDUCE_MEAN || kind == AXT_REDUCE_MAX) &&
	       x->dims[2] && x->dims[3];
}

static void become_pool(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *x = op->in[0], *y = op->out[0], *pooled;
	struct axt_pool *pool = &op->attr.pool;
	bool mean = op->attr.reduce.kind == AXT_REDUCE_MEAN;

	op->code = AXT_POOL;
	memset(&op->attr, 0, sizeof(op->attr));
	pool->kind = mean ? AXT_POOL_AVERAGE : AXT_POOL_MAX;
	pool->spatial = 2;
	for (uint32_t i = 0; i < AXT_SPATIAL_MAX; i++) {
		pool->kernel[i] = i < 2 ? x->tensor.dims[i + 2] : 1;
		pool->stride[i] = 1;
		pool->dilation[i] = 1;
	}
	pooled = axt_ir_like(ir, y);
	if (!pooled)
		return;
	pooled->tensor.layout = AXT_CHANNELS_LAST;
	axt_ir_set_output(op, 0, pooled);
	axt_ir_append(ir, op);
	axt_layout_view(ir, pooled, y);
}

void axt_layout_reduce(struct axt_ir *ir, struct axt_ir_op *op)
{
	if (op->in[0]->tensor.layout == AXT_CHANNELS_LAST && is_global(op))
		become_pool(ir, op);
	else
		axt_layout_turn(ir, op);
}

/* The dimensions of x in the order of its memory, those of 1 left out. */
static uint32_t memory_order(const struct axt_tensor *x, uint8_t *order)
{
	uint32_t count = 0, rank = x->rank;
	uint8_t all[AXT_RANK_MAX];

	for (uint32_t i = 0; i < rank; i++)
		all[i] = (uint8_t)i;
	for (uint32_t i = 2; x->layout == AXT_CHANNELS_LAST && i < rank; i++) {
		all[i - 1] = (uint8_t)i;
		all[i] = 1;
	}
	for (uint32_t i = 0; i < rank; i++)
		if (x->dims[all[i]] != 1)
			order[count++] = all[i];
	return count;
}

/* Whether y = transpose(x) has its bytes in the order that x has, in a layout. */
static bool is_view(const struct axt_ir_op *op, const struct axt_tensor *x,
		    uint32_t layout)
{
	struct axt_tensor y = op->out[0]->tensor;
	uint8_t from[AXT_RANK_MAX], to[AXT_RANK_MAX];
	uint32_t count = memory_order(x, from);

	if (layout != AXT_PLAIN && y.rank < 3)
		return false;
	y.layout = (uint8_t)layout;
	if (memory_order(&y, to) != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (op->attr.transpose.perm[to[i]] != from[i])
			return false;
	return true;
}

static bool try_view(struct axt_ir *ir, struct axt_ir_op *op,
		     struct axt_ir_value *x)
{
	static const uint8_t layouts[] = { AXT_PLAIN, AXT_CHANNELS_LAST };
	struct axt_ir_value *y = op->out[0];

	for (int i = 0; x && i < 2; i++)
		if (is_view(op, &x->tensor, layouts[i])) {
			y->tensor.layout = layouts[i];
			axt_layout_view(ir, x, y);
			return true;
		}
	return false;
}

void axt_layout_transpose(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *x = op->in[0];
	uint8_t *perm = op->attr.transpose.perm;

	if (try_view(ir, op, x) || try_view(ir, op, x->twin))
		return;
	if (x->tensor.layout == AXT_CHANNELS_LAST) {
		for (uint32_t i = 0; i < x->tensor.rank; i++)
			perm[i] = (uint8_t)axt_layout_place(x->tensor.rank,
							    perm[i]);
		op->in[0] = axt_layout_turned(ir, x);
	}
	if (op->in[0])
		axt_ir_append(ir, op);
}

/* A reshape of the inner dimensions alone leaves the channels last. */
void axt_layout_reshape(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *x = op->in[0], *y = op->out[0];

	if (x->tensor.layout == AXT_CHANNELS_LAST && y->tensor.rank >= 3 &&
	    !op->attr.view && y->tensor.dims[0] == x->tensor.dims[0] &&
	    y->tensor.dims[1] == x->tensor.dims[1] &&
	    y->tensor.size == x->tensor.size) {
		if (!axt_layout_neutral(&y->tensor))
			y->tensor.layout = AXT_CHANNELS_LAST;
		axt_ir_append(ir, op);
		return;
	}
	append_plain(ir, op);
}
