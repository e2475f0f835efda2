// SPDX-License-Identifier: MIT
/*
 * The program while it is made: values, operations, their order. The struct
 * axt_ir owns the pool that all of them live in, until axt_ir_fini(); no locks,
 * as one thread compiles one program.
 */
#include "ir.h"

#include <axt/shape.h>

#include <errno.h>
#include <string.h>

void axt_ir_init(struct axt_ir *ir, size_t memory_max)
{
	memset(ir, 0, sizeof(*ir));
	axt_onnx_pool_init(&ir->pool, memory_max);
	ir->name = "";
}

void axt_ir_fini(struct axt_ir *ir)
{
	axt_onnx_pool_fini(&ir->pool);
}

void *axt_ir_take(struct axt_ir *ir, size_t count, size_t size)
{
	void *memory;

	/* Never nothing: the pool has a pointer for it. */
	memory = axt_onnx_pool_array(&ir->pool, count ? count : 1, size);
	if (!memory && !ir->err)
		ir->err = ir->pool.capped ? -EFBIG : -ENOMEM;
	return memory;
}

struct axt_ir_value *axt_ir_get(struct axt_ir_value *value)
{
	while (value && value->same)
		value = value->same;
	return value;
}

static struct axt_ir_value *new_value(struct axt_ir *ir,
				      const struct axt_tensor *tensor)
{
	struct axt_ir_value *value = axt_ir_take(ir, 1, sizeof(*value));
	int64_t bytes;

	if (!value)
		return NULL;
	value->name = "";
	value->tensor = *tensor;
	value->number = AXT_NONE;
	bytes = axt_tensor_bytes(&value->tensor);
	if (bytes < 0 && !ir->err)
		ir->err = -EFBIG;
	value->tensor.size = bytes < 0 ? 0 : (uint64_t)bytes;
	return bytes < 0 ? NULL : value;
}

struct axt_ir_value *axt_ir_value(struct axt_ir *ir, uint32_t type,
				  uint32_t rank, const uint32_t *dims)
{
	struct axt_tensor tensor = {
		.type = (uint8_t)type,
		.rank = (uint8_t)rank,
	};

	if (rank)
		memcpy(tensor.dims, dims, rank * sizeof(*dims));
	return new_value(ir, &tensor);
}

struct axt_ir_value *axt_ir_like(struct axt_ir *ir,
				 const struct axt_ir_value *value)
{
	return value ? new_value(ir, &value->tensor) : NULL;
}

struct axt_ir_value *axt_ir_constant(struct axt_ir *ir, uint32_t type,
				     uint32_t rank, const uint32_t *dims,
				     const void *data, void **fill)
{
	struct axt_ir_value *value = axt_ir_value(ir, type, rank, dims);

	if (!value)
		return NULL;
	value->kind = AXT_IR_CONSTANT;
	value->data = data;
	if (!data) {
		*fill = axt_ir_take(ir, 1, value->tensor.size);
		value->data = *fill;
	}
	return value->data ? value : NULL;
}

struct axt_ir_value *axt_ir_scalar(struct axt_ir *ir, uint32_t type,
				   double number)
{
	struct axt_ir_value *value;
	void *fill;

	value = axt_ir_constant(ir, type, 0, NULL, NULL, &fill);
	if (!value)
		return NULL;
	if (type == AXT_F32)
		*(float *)fill = (float)number;
	else if (type == AXT_I32)
		*(int32_t *)fill = (int32_t)number;
	else if (type == AXT_I64)
		*(int64_t *)fill = (int64_t)number;
	else
		*(uint8_t *)fill = (uint8_t)(int)number;
	return value;
}

struct axt_ir_op *axt_ir_make(struct axt_ir *ir, uint32_t code, uint32_t inputs)
{
	struct axt_ir_op *op = axt_ir_take(ir, 1, sizeof(*op));

	if (!op)
		return NULL;
	op->in = axt_ir_take(ir, inputs, sizeof(*op->in));
	if (!op->in)
		return NULL;
	op->code = code;
	op->inputs = inputs;
	op->name = ir->name;
	return op;
}

void axt_ir_append(struct axt_ir *ir, struct axt_ir_op *op)
{
	size_t room = ir->op_room ? ir->op_room * 2 : 64;
	struct axt_ir_op **list;

	if (!op)
		return;
	if (ir->op_count == ir->op_room) {
		list = axt_ir_take(ir, room, sizeof(*list));
		if (!list)
			return;
		if (ir->op_count)
			memcpy(list, ir->op, ir->op_count * sizeof(*list));
		axt_onnx_pool_drop(&ir->pool, ir->op);
		ir->op = list;
		ir->op_room = room;
	}
	op->index = ir->op_count;
	ir->op[ir->op_count++] = op;
}

void axt_ir_set_output(struct axt_ir_op *op, uint32_t i, struct axt_ir_value *y)
{
	if (!op)
		return;
	op->out[i] = y;
	if (op->outputs <= i)
		op->outputs = i + 1;
	if (y)
		y->producer = op;
}

struct axt_ir_op *axt_ir_add(struct axt_ir *ir, uint32_t code, uint32_t inputs,
			     struct axt_ir_value *x, struct axt_ir_value *y)
{
	struct axt_ir_op *op;

	if (!x || !y)
		return NULL;
	op = axt_ir_make(ir, code, inputs);
	if (!op)
		return NULL;
	op->in[0] = x;
	axt_ir_set_output(op, 0, y);
	axt_ir_append(ir, op);
	return op;
}

static struct axt_ir_value *use(struct axt_ir_value *value,
				struct axt_ir_op *op)
{
	value = axt_ir_get(value);
	if (!value)
		return NULL;
	value->uses++;
	value->user = op;
	if (value->producer)
		value->producer->live = true;
	return value;
}

static void forget(struct axt_ir_value *value)
{
	value = axt_ir_get(value);
	if (value) {
		value->uses = 0;
		value->user = NULL;
		value->twin = NULL;
		value->mark = 0;
	}
}

static void forget_op(struct axt_ir_op *op)
{
	op->live = false;
	for (uint32_t i = 0; i < op->inputs; i++)
		forget(op->in[i]);
	for (uint32_t i = 0; i < op->posts; i++)
		forget(op->post[i].tensor);
	for (uint32_t i = 0; i < op->outputs; i++)
		forget(op->out[i]);
}

static void use_operands(struct axt_ir_op *op)
{
	for (uint32_t i = 0; i < op->inputs; i++)
		op->in[i] = use(op->in[i], op);
	for (uint32_t i = 0; i < op->posts; i++)
		op->post[i].tensor = use(op->post[i].tensor, op);
}

void axt_ir_sweep(struct axt_ir *ir)
{
	size_t kept = 0;

	for (size_t i = 0; i < ir->op_count; i++)
		if (ir->op[i])
			forget_op(ir->op[i]);
	for (size_t i = 0; i < ir->input_count; i++)
		forget(ir->input[i].value);
	for (size_t i = 0; i < ir->output_count; i++)
		forget(ir->output[i].value);
	for (size_t i = 0; i < ir->output_count; i++)
		ir->output[i].value = use(ir->output[i].value, NULL);
	/* Backwards, users come before producers. */
	for (size_t i = ir->op_count; i-- > 0;)
		if (ir->op[i] && ir->op[i]->live)
			use_operands(ir->op[i]);
	for (size_t i = 0; i < ir->op_count; i++) {
		struct axt_ir_op *op = ir->op[i];

		if (!op || !op->live)
			continue;
		op->index = kept;
		ir->op[kept++] = op;
	}
	ir->op_count = kept;
}

struct axt_ir_op **axt_ir_reopen(struct axt_ir *ir, size_t *count)
{
	struct axt_ir_op **list = ir->op;

	*count = ir->op_count;
	ir->op = NULL;
	ir->op_count = 0;
	ir->op_room = 0;
	return list;
}
