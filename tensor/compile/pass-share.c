// SPDX-License-Identifier: MIT
/*
 * Operations that compute the same of the same become one. A table of those so
 * far, in the program's pool, at most half full, is dropped at the end.
 */
#include "pass.h"

#include <string.h>

struct table {
	struct axt_ir_op **op;
	size_t mask;
};

static uint64_t mix(uint64_t sum, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3u;
	return sum;
}

static uint64_t hash_of(const struct axt_ir_op *op)
{
	uint64_t sum = 0xcbf29ce484222325u;

	sum = mix(sum, &op->code, sizeof(op->code));
	sum = mix(sum, op->in, op->inputs * sizeof(*op->in));
	sum = mix(sum, &op->attr, sizeof(op->attr));
	return sum ^ sum >> 32;
}

static bool same_output(const struct axt_ir_value *a,
			const struct axt_ir_value *b)
{
	if (!a || !b)
		return a == b;
	return a->tensor.type == b->tensor.type &&
	       a->tensor.layout == b->tensor.layout &&
	       axt_pass_same_shape(a, b);
}

static bool equal(const struct axt_ir_op *a, const struct axt_ir_op *b)
{
	if (a->code != b->code || a->inputs != b->inputs ||
	    a->outputs != b->outputs || a->posts || b->posts ||
	    memcmp(a->in, b->in, a->inputs * sizeof(*a->in)) != 0 ||
	    memcmp(&a->attr, &b->attr, sizeof(a->attr)) != 0)
		return false;
	for (uint32_t i = 0; i < a->outputs; i++)
		if (!same_output(a->out[i], b->out[i]))
			return false;
	return true;
}

/* An operation like this one, or the free place for it. */
static struct axt_ir_op **find(const struct table *table,
			       const struct axt_ir_op *op)
{
	size_t at = hash_of(op) & table->mask;

	while (table->op[at] && !equal(table->op[at], op))
		at = (at + 1) & table->mask;
	return &table->op[at];
}

static void share(struct axt_ir *ir, struct table *table, struct axt_ir_op *op)
{
	struct axt_ir_op **place;

	for (uint32_t i = 0; i < op->inputs; i++)
		op->in[i] = axt_ir_get(op->in[i]);
	place = find(table, op);
	if (!*place) {
		*place = op;
		return;
	}
	for (uint32_t i = 0; i < op->outputs; i++)
		if (op->out[i])
			op->out[i]->same = (*place)->out[i];
	axt_pass_remove(ir, op);
}

void axt_pass_share(struct axt_ir *ir)
{
	struct table table = { .mask = 63 };

	while (table.mask < ir->op_count * 2)
		table.mask = table.mask * 2 + 1;
	table.op = axt_ir_take(ir, table.mask + 1, sizeof(*table.op));
	if (!table.op)
		return;
	for (size_t i = 0; i < ir->op_count; i++)
		share(ir, &table, ir->op[i]);
	axt_onnx_pool_drop(&ir->pool, table.op);
}
