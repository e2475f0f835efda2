// SPDX-License-Identifier: MIT
/*
 * Memory planning: which values share bytes, when those are needed, and where
 * in the arena they lie. A buffer is a value with all its views, and with what
 * is written over it in place (section 3 of docs/tensor-program.md). The list
 * of buffers lives in the program's pool; nothing outlives axt_plan().
 */
#include "plan.h"

#include <axt/shape.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 64
/* Up to here each buffer is compared with all others. */
#define GREEDY_MAX 4096
/* Beyond that, with those that live at the same time, if they are no more. */
#define ACTIVE_MAX 1024

#define NO_BUFFER UINT32_MAX

struct buffer {
	uint64_t size;
	uint64_t offset;
	size_t first; /* operation that writes it */
	size_t last; /* and the last one that reads it */
};

struct plan {
	struct axt_ir *ir;
	struct buffer *buffer;
	uint32_t *order;
	uint32_t *placed; /* by offset */
	uint32_t count;
	uint32_t placed_count;
};

static uint64_t align(uint64_t size)
{
	return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static void find_root(struct axt_ir_value *value)
{
	const struct axt_ir_op *op = value->producer;

	value->root = value;
	value->place = 0;
	value->buffer = NO_BUFFER;
	if (value->kind == AXT_IR_RESULT && op->code == AXT_IR_VIEW) {
		value->root = op->in[0]->root;
		value->place = op->in[0]->place + op->attr.view;
	}
}

static void find_roots(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->input_count; i++)
		find_root(ir->input[i].value);
	for (size_t i = 0; i < ir->op_count; i++) {
		struct axt_ir_op *op = ir->op[i];

		/* Constants are met here for the first time. */
		for (uint32_t j = 0; j < op->inputs; j++)
			if (op->in[j] && op->in[j]->kind == AXT_IR_CONSTANT)
				find_root(op->in[j]);
		for (uint32_t j = 0; j < op->posts; j++)
			if (op->post[j].tensor &&
			    op->post[j].tensor->kind == AXT_IR_CONSTANT)
				find_root(op->post[j].tensor);
		for (uint32_t j = 0; j < op->outputs; j++)
			if (op->out[j])
				find_root(op->out[j]);
	}
}

static void set_ports(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->input_count; i++) {
		struct axt_tensor *tensor = &ir->input[i].value->tensor;

		tensor->place = AXT_INPUT;
		tensor->offset = i;
	}
	for (size_t i = 0; i < ir->output_count; i++) {
		struct axt_tensor *tensor = &ir->output[i].value->tensor;

		tensor->place = AXT_OUTPUT;
		tensor->offset = i;
	}
}

static bool in_arena(const struct axt_ir_value *value)
{
	return value->kind == AXT_IR_RESULT &&
	       value->root->kind == AXT_IR_RESULT &&
	       value->root->tensor.place == AXT_ARENA;
}

static void mark_arena(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count; i++)
		for (uint32_t j = 0; j < ir->op[i]->outputs; j++)
			if (ir->op[i]->out[j])
				ir->op[i]->out[j]->tensor.place = AXT_ARENA;
}

static void reads(struct plan *plan, struct axt_ir_value *value, size_t i)
{
	if (value && in_arena(value))
		plan->buffer[value->root->buffer].last = i;
}

/* One buffer per root, and when it is used. */
static void find_lives(struct plan *plan)
{
	for (size_t i = 0; i < plan->ir->op_count; i++) {
		const struct axt_ir_op *op = plan->ir->op[i];

		for (uint32_t j = 0; j < op->inputs; j++)
			reads(plan, op->in[j], i);
		for (uint32_t j = 0; j < op->posts; j++)
			reads(plan, op->post[j].tensor, i);
		for (uint32_t j = 0; j < op->outputs; j++) {
			struct axt_ir_value *y = op->out[j];

			if (!y || y->root != y || !in_arena(y))
				continue;
			y->buffer = plan->count++;
			plan->buffer[y->buffer] = (struct buffer){
				.size = align(y->tensor.size),
				.first = i,
				.last = i,
			};
		}
	}
}

static bool match(const struct axt_ir_value *x, const struct axt_ir_value *y)
{
	const struct axt_tensor *a = &x->tensor, *b = &y->tensor;

	return x->place == 0 && x->root->tensor.size == a->size &&
	       a->size == b->size && a->type == b->type &&
	       a->layout == b->layout && axt_same_shape(a, b);
}

/* Whether y may be written over x, which op reads for the last time. */
static bool may_overwrite(const struct plan *plan, const struct axt_ir_op *op,
			  const struct axt_ir_value *x)
{
	const struct axt_ir_value *y = op->out[0];
	bool inputs = op->code == AXT_UNARY || op->code == AXT_BINARY ||
		      op->code == AXT_SELECT || op->code == AXT_AFFINE;

	if (!in_arena(x) || plan->buffer[x->root->buffer].last != op->index ||
	    !x->tensor.size || !match(x, y))
		return false;
	for (uint32_t i = 0; i < op->inputs; i++)
		if (op->in[i] && op->in[i]->root == x->root &&
		    !(inputs && match(op->in[i], y)))
			return false;
	for (uint32_t i = 0; i < op->posts; i++)
		if (op->post[i].tensor && op->post[i].tensor->root == x->root &&
		    !match(op->post[i].tensor, y))
			return false;
	return true;
}

static struct axt_ir_value *find_overwritten(const struct plan *plan,
					     const struct axt_ir_op *op)
{
	for (uint32_t i = 0; i < op->inputs; i++)
		if (op->in[i] && may_overwrite(plan, op, op->in[i]))
			return op->in[i];
	for (uint32_t i = 0; i < op->posts; i++)
		if (op->post[i].tensor &&
		    may_overwrite(plan, op, op->post[i].tensor))
			return op->post[i].tensor;
	return NULL;
}

/* Results that take the buffer of an operand; their own gets empty. */
static void merge(struct plan *plan)
{
	for (size_t i = 0; i < plan->ir->op_count; i++) {
		const struct axt_ir_op *op = plan->ir->op[i];
		struct axt_ir_value *y = op->out[0], *x;
		struct buffer *own;

		if (op->code == AXT_IR_VIEW || !y || !in_arena(y))
			continue;
		x = find_overwritten(plan, op);
		if (!x)
			continue;
		own = &plan->buffer[y->buffer];
		plan->buffer[x->root->buffer].last = own->last;
		own->size = 0;
		y->buffer = x->root->buffer;
	}
}

/* The lowest gap between those placed that live at the same time. */
static uint64_t find_gap(const struct plan *plan, const struct buffer *b)
{
	uint64_t at = 0;

	for (uint32_t i = 0; i < plan->placed_count; i++) {
		const struct buffer *other = &plan->buffer[plan->placed[i]];

		if (other->last < b->first || other->first > b->last)
			continue;
		if (other->offset >= at && other->offset - at >= b->size)
			break;
		if (other->offset + other->size > at)
			at = other->offset + other->size;
	}
	return at;
}

/* Into the list of those placed, which is in order of offsets. */
static void insert(struct plan *plan, uint32_t number)
{
	uint64_t offset = plan->buffer[number].offset;
	uint32_t at = plan->placed_count++;

	while (at > 0 && plan->buffer[plan->placed[at - 1]].offset > offset) {
		plan->placed[at] = plan->placed[at - 1];
		at--;
	}
	plan->placed[at] = number;
}

static int by_size(const void *a, const void *b, void *data)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct buffer *x = (const struct buffer *)data + i;
	const struct buffer *y = (const struct buffer *)data + j;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return (i > j) - (i < j);
}

static void place_greedy(struct plan *plan, uint32_t count)
{
	qsort_r(plan->order, count, sizeof(*plan->order), by_size,
		plan->buffer);
	for (uint32_t i = 0; i < count; i++) {
		struct buffer *b = &plan->buffer[plan->order[i]];

		b->offset = find_gap(plan, b);
		insert(plan, plan->order[i]);
	}
}

/* Drops those that are not needed at this time any more. */
static void expire(struct plan *plan, size_t now)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < plan->placed_count; i++)
		if (plan->buffer[plan->placed[i]].last >= now)
			plan->placed[kept++] = plan->placed[i];
	plan->placed_count = kept;
}

/*
 * In order of time, for many buffers. With too many at once, nothing is used
 * again from there on: the time stays in bounds.
 */
static void place_in_turn(struct plan *plan, uint32_t count)
{
	uint64_t end = 0;
	bool full = false;

	for (uint32_t i = 0; i < count; i++) {
		struct buffer *b = &plan->buffer[plan->order[i]];

		expire(plan, b->first);
		full |= plan->placed_count == ACTIVE_MAX;
		b->offset = full ? end : find_gap(plan, b);
		if (!full)
			insert(plan, plan->order[i]);
		if (b->offset + b->size > end)
			end = b->offset + b->size;
	}
}

static void place(struct plan *plan)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < plan->count; i++)
		if (plan->buffer[i].size)
			plan->order[count++] = i;
	if (count <= GREEDY_MAX)
		place_greedy(plan, count);
	else
		place_in_turn(plan, count);
}

static int set_offsets(const struct plan *plan)
{
	for (size_t i = 0; i < plan->ir->op_count; i++) {
		const struct axt_ir_op *op = plan->ir->op[i];

		for (uint32_t j = 0; j < op->outputs; j++) {
			struct axt_ir_value *y = op->out[j];

			if (!y || !in_arena(y))
				continue;
			y->tensor.offset =
				plan->buffer[y->root->buffer].offset + y->place;
			if (y->tensor.offset + y->tensor.size > AXT_BYTES_MAX)
				return -EFBIG;
		}
	}
	return 0;
}

int axt_plan(struct axt_ir *ir)
{
	struct plan plan = { .ir = ir };
	size_t most = ir->op_count * AXT_IR_OUTPUTS_MAX;

	if (most >= NO_BUFFER)
		return -EFBIG;
	plan.buffer = axt_ir_take(ir, most, sizeof(*plan.buffer));
	plan.order = axt_ir_take(ir, most, sizeof(*plan.order));
	plan.placed = axt_ir_take(ir, most, sizeof(*plan.placed));
	if (ir->err)
		return ir->err;
	mark_arena(ir);
	set_ports(ir);
	find_roots(ir);
	find_lives(&plan);
	merge(&plan);
	place(&plan);
	return set_offsets(&plan);
}
