// SPDX-License-Identifier: MIT
/*
 * Layouts. Convolutions of rank 4 work channels last, and what can follow does;
 * the rest is plain, and REORDERs stand between. Goes through the program once,
 * in order: the values in front have their layouts then. The twin of a value is
 * the same one in another layout, once somebody has needed it.
 *
 * Channels last is plain with dimension 1 moved to the end, so that several
 * plain operations work on the same bytes with their dimensions turned, and
 * many a transpose is a view. Where either the channels or all others are 1,
 * both layouts are the same bytes: such values are called plain.
 */
#include "layout.h"

#include <axt/shape.h>

#include <string.h>

bool axt_layout_neutral(const struct axt_tensor *t)
{
	uint32_t large = 0;

	for (uint32_t i = 2; i < t->rank; i++)
		large += t->dims[i] != 1;
	return t->rank < 3 || t->dims[1] == 1 || !large;
}

uint32_t axt_layout_place(uint32_t rank, uint32_t dimension)
{
	if (dimension == 0)
		return 0;
	return dimension == 1 ? rank - 1 : dimension - 1;
}

struct axt_ir_value *axt_layout_view(struct axt_ir *ir, struct axt_ir_value *x,
				     struct axt_ir_value *y)
{
	return axt_ir_add(ir, AXT_IR_VIEW, 1, x, y) ? y : NULL;
}

struct axt_ir_value *axt_layout_turned(struct axt_ir *ir,
				       struct axt_ir_value *x)
{
	uint32_t dims[AXT_RANK_MAX], rank = x->tensor.rank;

	for (uint32_t i = 0; i < rank; i++)
		dims[axt_layout_place(rank, i)] = x->tensor.dims[i];
	return axt_layout_view(ir, x,
			       axt_ir_value(ir, x->tensor.type, rank, dims));
}

/* A constant in another layout; the size of an element is 1, 2, 4 or 8. */
static struct axt_ir_value *
turn_constant(struct axt_ir *ir, const struct axt_ir_value *x, uint32_t layout)
{
	const struct axt_tensor *t = &x->tensor;
	uint64_t channels = t->dims[1], inner = 1, batch = t->dims[0];
	size_t width = axt_type_bytes(t->type);
	bool last = layout == AXT_CHANNELS_LAST;
	struct axt_ir_value *y;
	const char *from = x->data;
	char *to;
	void *fill;

	y = axt_ir_constant(ir, t->type, t->rank, t->dims, NULL, &fill);
	if (!y)
		return NULL;
	y->tensor.layout = (uint8_t)layout;
	to = fill;
	for (uint32_t i = 2; i < t->rank; i++)
		inner *= t->dims[i];
	for (uint64_t n = 0; n < batch; n++)
		for (uint64_t c = 0; c < channels; c++)
			for (uint64_t s = 0; s < inner; s++) {
				uint64_t p = (n * channels + c) * inner + s;
				uint64_t q = (n * inner + s) * channels + c;

				memcpy(to + (last ? q : p) * width,
				       from + (last ? p : q) * width, width);
			}
	return y;
}

struct axt_ir_value *axt_layout_get(struct axt_ir *ir, struct axt_ir_value *x,
				    uint32_t layout)
{
	struct axt_ir_value *y = NULL;

	if (!x || x->tensor.layout == layout)
		return x;
	if (x->twin)
		return x->twin;
	if (x->kind == AXT_IR_CONSTANT) {
		y = turn_constant(ir, x, layout);
	} else {
		y = axt_ir_like(ir, x);
		if (!y)
			return NULL;
		y->tensor.layout = (uint8_t)layout;
		axt_ir_add(ir,
			   axt_layout_neutral(&x->tensor) ? AXT_IR_VIEW :
							    AXT_REORDER,
			   1, x, y);
	}
	x->twin = y;
	if (y)
		y->twin = x;
	return y;
}

bool axt_layout_is_last(const struct axt_ir_value *x)
{
	return x->tensor.layout == AXT_CHANNELS_LAST ||
	       (x->twin && x->twin->tensor.layout == AXT_CHANNELS_LAST);
}

/* What stretches to the result is plain anyway. */
static bool is_stretched(const struct axt_ir_op *op, uint32_t i)
{
	return op->code == AXT_BINARY &&
	       !axt_same_shape(&op->in[i]->tensor, &op->out[0]->tensor);
}

/* All operands in one layout, but those that are stretched: plain. */
static void follow(struct axt_ir *ir, struct axt_ir_op *op, uint32_t layout)
{
	for (uint32_t i = 0; i < op->inputs; i++)
		op->in[i] = axt_layout_get(ir, op->in[i],
					   is_stretched(op, i) ? AXT_PLAIN :
								 layout);
	for (uint32_t i = 0; i < op->outputs; i++)
		if (op->out[i])
			op->out[i]->tensor.layout = (uint8_t)layout;
	axt_ir_append(ir, op);
}

static void plain(struct axt_ir *ir, struct axt_ir_op *op)
{
	for (uint32_t i = 0; i < op->inputs; i++)
		op->in[i] = axt_layout_get(ir, op->in[i], AXT_PLAIN);
	axt_ir_append(ir, op);
}

/* The first layer takes an image as it comes. */
#define IMAGE_CHANNELS 4

/* Their layouts need not be the same. */
static void conv(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *x = op->in[0], *y = op->out[0];

	if (y->tensor.rank != 4) {
		plain(ir, op);
		return;
	}
	if (!axt_layout_neutral(&x->tensor) &&
	    (x->kind != AXT_IR_INPUT || x->tensor.dims[1] > IMAGE_CHANNELS))
		op->in[0] = axt_layout_get(ir, x, AXT_CHANNELS_LAST);
	if (!axt_layout_neutral(&y->tensor))
		y->tensor.layout = AXT_CHANNELS_LAST;
	axt_ir_append(ir, op);
}

/* Whether most of what is read is channels last already. */
static bool mostly_last(const struct axt_ir_op *op)
{
	uint64_t last = 0, other = 0;

	for (uint32_t i = 0; i < op->inputs; i++) {
		const struct axt_ir_value *x = op->in[i];

		if (x->kind == AXT_IR_CONSTANT || is_stretched(op, i) ||
		    axt_layout_neutral(&x->tensor))
			continue;
		if (axt_layout_is_last(x))
			last += x->tensor.size;
		else
			other += x->tensor.size;
	}
	return last && last >= other;
}

/* Element by element, and CONCAT: as most of the operands. */
static void any(struct axt_ir *ir, struct axt_ir_op *op)
{
	bool last = mostly_last(op) && op->out[0]->tensor.rank >= 3 &&
		    !axt_layout_neutral(&op->out[0]->tensor);

	if (op->code == AXT_AFFINE) {
		op->in[0] = axt_layout_get(
			ir, op->in[0], last ? AXT_CHANNELS_LAST : AXT_PLAIN);
		op->out[0]->tensor.layout =
			op->in[0] ? op->in[0]->tensor.layout : AXT_PLAIN;
		axt_ir_append(ir, op);
	} else {
		follow(ir, op, last ? AXT_CHANNELS_LAST : AXT_PLAIN);
	}
}

/* Any of both, but their result may have the same bytes in both. */
static void window(struct axt_ir *ir, struct axt_ir_op *op)
{
	bool last = mostly_last(op) && op->outputs == 1;

	if (op->code == AXT_RESIZE)
		for (int i = 0; i < 2; i++)
			last &= op->attr.resize.scale[i] == 1 &&
				op->in[0]->tensor.dims[i] ==
					op->out[0]->tensor.dims[i];
	follow(ir, op, last ? AXT_CHANNELS_LAST : AXT_PLAIN);
}

typedef void layout_fn(struct axt_ir *ir, struct axt_ir_op *op);

static layout_fn *const layouts[AXT_CODE_END + 1] = {
	[AXT_CONV] = conv,
	[AXT_CONV_TRANSPOSE] = conv,
	[AXT_POOL] = window,
	[AXT_RESIZE] = window,
	[AXT_UNARY] = any,
	[AXT_BINARY] = any,
	[AXT_AFFINE] = any,
	[AXT_CONCAT] = any,
	[AXT_CAST] = any,
	[AXT_REDUCE] = axt_layout_reduce,
	[AXT_SLICE] = axt_layout_turn,
	[AXT_PAD] = axt_layout_turn,
	[AXT_TILE] = axt_layout_turn,
	[AXT_SOFTMAX] = axt_layout_turn,
	[AXT_ARG] = axt_layout_turn,
	[AXT_TRANSPOSE] = axt_layout_transpose,
	[AXT_IR_VIEW] = axt_layout_reshape,
};

void axt_pass_layout(struct axt_ir *ir)
{
	struct axt_ir_op **list;
	size_t count;

	list = axt_ir_reopen(ir, &count);
	for (size_t i = 0; i < count && !ir->err; i++) {
		layout_fn *run = layouts[list[i]->code];

		ir->name = list[i]->name;
		(run ? run : plain)(ir, list[i]);
	}
	ir->name = "";
	/* Those that have both are read as they should be. */
	for (size_t i = 0; i < ir->output_count && !ir->err; i++)
		ir->output[i].value =
			axt_layout_get(ir, ir->output[i].value, AXT_PLAIN);
}
