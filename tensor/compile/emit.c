// SPDX-License-Identifier: MIT
/* From a planned program to a blob. Owns the builder while it works. */
#include "emit.h"

#include <string.h>

/* Names of operations are for messages: long or strange ones are left out. */
#define NAME_MOST 256
#define NAMES_MOST ((size_t)1 << 22)

struct emit {
	struct axt_builder *builder;
	size_t name_bytes;
};

static uint32_t op_name(struct emit *emit, const char *name)
{
	size_t length = strlen(name);

	if (!length || length > NAME_MOST ||
	    emit->name_bytes + length > NAMES_MOST)
		return 0;
	for (const char *c = name; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return 0;
	emit->name_bytes += length;
	return axt_builder_add_name(emit->builder, name);
}

static uint32_t number_of(struct emit *emit, struct axt_ir_value *value)
{
	if (!value)
		return AXT_NONE;
	if (value->number == AXT_NONE) {
		if (value->kind == AXT_IR_CONSTANT) {
			value->tensor.place = AXT_DATA;
			value->tensor.offset = axt_builder_add_data(
				emit->builder, value->data, value->tensor.size);
		}
		value->number =
			axt_builder_add_tensor(emit->builder, &value->tensor);
	}
	return value->number;
}

static void emit_port(struct emit *emit, const struct axt_ir_port *port)
{
	port->value->tensor.name =
		axt_builder_add_name(emit->builder, port->name);
	number_of(emit, port->value);
}

static void emit_op(struct emit *emit, struct axt_ir_op *op)
{
	uint32_t in[AXT_OPERANDS_MAX], out[AXT_IR_OUTPUTS_MAX];
	struct axt_post post[AXT_POSTS_MAX];

	for (uint32_t i = 0; i < op->inputs; i++)
		in[i] = number_of(emit, op->in[i]);
	for (uint32_t i = 0; i < op->outputs; i++)
		out[i] = number_of(emit, op->out[i]);
	for (uint32_t i = 0; i < op->posts; i++)
		post[i] = (struct axt_post){
			.kind = op->post[i].kind,
			.function = op->post[i].function,
			.tensor = number_of(emit, op->post[i].tensor),
			.alpha = op->post[i].alpha,
			.beta = op->post[i].beta,
		};
	axt_builder_add_op(emit->builder,
			   &(struct axt_op_parts){
				   .code = op->code,
				   .name = op_name(emit, op->name),
				   .inputs = op->inputs,
				   .outputs = op->outputs,
				   .posts = op->posts,
				   .input = in,
				   .output = out,
				   .post = post,
				   .attributes = &op->attr,
			   });
}

int axt_emit(struct axt_ir *ir, void **blob, size_t *size,
	     struct axt_error *error)
{
	struct emit emit = { 0 };
	int err = axt_builder_create(&emit.builder);

	if (err)
		return err;
	for (size_t i = 0; i < ir->input_count; i++)
		emit_port(&emit, &ir->input[i]);
	for (size_t i = 0; i < ir->output_count; i++)
		emit_port(&emit, &ir->output[i]);
	for (size_t i = 0; i < ir->op_count; i++)
		if (ir->op[i]->code != AXT_IR_VIEW)
			emit_op(&emit, ir->op[i]);
	err = axt_builder_finish(emit.builder, blob, size, error);
	axt_builder_destroy(emit.builder);
	return err;
}
