// SPDX-License-Identifier: MIT
/*
 * Checks of the operations: that each record is whole and of the size that
 * follows from its counts, that its operands exist, and the rules that many
 * codes share. Fills in the index of the program.
 */
#include "check.h"

#include <errno.h>
#include <string.h>

/* Operands take a multiple of 8 bytes. */
static uint32_t operand_bytes(const struct axt_op *op)
{
	return (op->inputs + op->outputs + 1u) / 2 * 8;
}

void axt_op_split(const struct axt_op *op, struct axt_op_view *out)
{
	const uint8_t *at = (const uint8_t *)(op + 1);

	out->info = axt_code_info(op->code);
	out->op = op;
	out->inputs = (const void *)at;
	out->outputs = out->inputs + op->inputs;
	at += operand_bytes(op);
	out->attributes = at;
	out->posts = (const void *)(at + out->info->attribute_size);
}

static int check_counts(const struct axt_check *check)
{
	const struct axt_code_info *info = check->view.info;
	const struct axt_op *op = check->view.op;

	if (op->flags || op->pad)
		return axt_op_fail(check, "flags or padding are not zero");
	if (op->inputs < info->inputs_min || op->inputs > info->inputs_max)
		return axt_op_fail(check, "%u inputs, not %u to %u", op->inputs,
				   info->inputs_min, info->inputs_max);
	if (op->outputs < info->outputs_min || op->outputs > info->outputs_max)
		return axt_op_fail(check, "%u outputs, not %u to %u",
				   op->outputs, info->outputs_min,
				   info->outputs_max);
	if (op->posts && !axt_code_takes_posts(info))
		return axt_op_fail(check, "it takes no post-operations");
	if (op->posts > AXT_POSTS_MAX)
		return axt_op_fail(check, "more than %u post-operations",
				   AXT_POSTS_MAX);
	if (!axt_name_begins(check->program, op->name))
		return axt_op_fail(check, "no name begins there");
	return 0;
}

/* That the record is as long as it says, and not longer than what is left. */
static int check_record(struct axt_check *check, const struct axt_op *op,
			uint64_t left)
{
	uint64_t size;
	int err;

	check->view.info = NULL;
	if (left < sizeof(*op))
		return axt_op_fail(check, "the section ends before it");
	check->view.op = op;
	check->view.info = axt_code_info(op->code);
	if (!check->view.info)
		return axt_op_fail(check, "there is no code %u", op->code);
	err = check_counts(check);
	if (err)
		return err;
	size = sizeof(*op) + operand_bytes(op) +
	       check->view.info->attribute_size +
	       op->posts * sizeof(struct axt_post);
	if (op->size != size)
		return axt_op_fail(check, "%u bytes, not %llu", op->size,
				   (unsigned long long)size);
	if (size > left)
		return axt_op_fail(check, "the section ends inside of it");
	axt_op_split(op, &check->view);
	return 0;
}

static int check_operand(const struct axt_check *check, uint32_t number,
			 bool optional, const struct axt_tensor **out)
{
	const struct axt_program *program = check->program;

	*out = NULL;
	if (number == AXT_NONE && optional)
		return 0;
	if (number == AXT_NONE)
		return axt_op_fail(check, "an operand is missing");
	if (number >= program->header->tensor_count)
		return axt_op_fail(check, "there is no tensor %u", number);
	*out = &program->tensors[number];
	return 0;
}

static int check_operands(struct axt_check *check)
{
	const struct axt_code_info *info = check->view.info;
	const struct axt_op *op = check->view.op;
	const struct axt_tensor *out;
	int err = 0;

	for (uint32_t i = 0; i < op->inputs && !err; i++)
		err = check_operand(check, check->view.inputs[i],
				    i >= info->inputs_min &&
					    op->code != AXT_CONCAT,
				    &check->in[i]);
	for (uint32_t i = 0; i < op->outputs && !err; i++) {
		err = check_operand(check, check->view.outputs[i],
				    i >= info->outputs_min, &check->out[i]);
		out = check->out[i];
		if (!err && out && out->place != AXT_OUTPUT &&
		    out->place != AXT_ARENA)
			err = axt_op_fail(check,
					  "it writes to tensor %u, which"
					  " is an input or data",
					  check->view.outputs[i]);
	}
	if (!err && (op->inputs + op->outputs) % 2 &&
	    check->view.inputs[op->inputs + op->outputs])
		err = axt_op_fail(check, "padding of operands is not zero");
	return err;
}

/* Optional operands that are not there are like those that are missing. */
static void clear_absent(struct axt_check *check)
{
	const struct axt_code_info *info = check->view.info;

	for (uint32_t i = check->view.op->inputs; i < info->inputs_max; i++)
		check->in[i] = NULL;
	for (uint32_t i = check->view.op->outputs; i < info->outputs_max; i++)
		check->out[i] = NULL;
}

static int check_operand_rules(const struct axt_check *check,
			       const struct axt_tensor *tensor)
{
	uint32_t rules = check->view.info->rules;
	const struct axt_tensor *x = check->in[0];

	if (!tensor)
		return 0;
	if (rules & AXT_RULE_F32 && tensor->type != AXT_F32)
		return axt_op_fail(check, "an operand is not f32");
	if (rules & AXT_RULE_TYPE && tensor->type != x->type)
		return axt_op_fail(check, "operands differ in type");
	if (rules & AXT_RULE_PLAIN && tensor->layout != AXT_PLAIN)
		return axt_op_fail(check, "an operand is not plain");
	if (rules & AXT_RULE_LAYOUT && tensor->layout != x->layout)
		return axt_op_fail(check, "operands differ in layout");
	return 0;
}

static int check_rules(const struct axt_check *check)
{
	int err = 0;

	for (uint32_t i = 0; i < check->view.op->inputs && !err; i++)
		err = check_operand_rules(check, check->in[i]);
	for (uint32_t i = 0; i < check->view.op->outputs && !err; i++)
		err = check_operand_rules(check, check->out[i]);
	if (err)
		return err;
	if (check->view.info->rules & AXT_RULE_SHAPE &&
	    !axt_same_shape(check->in[0], check->out[0]))
		return axt_op_fail(check, "the result has another shape");
	return 0;
}

static int check_op(struct axt_check *check, const struct axt_op *op,
		    uint64_t left)
{
	int err = check_record(check, op, left);

	if (err)
		return err;
	err = check_operands(check);
	if (err)
		return err;
	clear_absent(check);
	err = check_rules(check);
	if (!err)
		err = axt_check_fields(check);
	if (!err)
		err = check->view.info->check(check);
	if (!err)
		err = axt_check_posts(check);
	return err;
}

int axt_check_ops(struct axt_program *program, struct axt_error *error)
{
	const struct axt_header *header = program->header;
	const uint8_t *at = program->blob + header->op_offset;
	uint64_t left = header->op_size;
	struct axt_check check = { .program = program, .error = error };
	struct axt_order *order;
	int err = axt_order_create(program, &order);

	if (err)
		return axt_fail(error, ENOMEM, "out of memory");
	for (uint32_t i = 0; i < header->op_count && !err; i++) {
		check.number = i;
		err = check_op(&check, (const void *)at, left);
		if (!err)
			err = axt_order_op(order, &check);
		if (err)
			break;
		program->ops[i] = check.view.op;
		at += check.view.op->size;
		left -= check.view.op->size;
	}
	if (!err && left)
		err = axt_fail(error, EINVAL,
			       "%llu bytes behind the last operation",
			       (unsigned long long)left);
	if (!err)
		err = axt_order_end(order, program, error);
	axt_order_destroy(order);
	return err;
}
