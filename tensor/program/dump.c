// SPDX-License-Identifier: MIT
/*
 * The disassembler: a line for the program, one for each tensor and one for
 * each operation, for people and for diff. Names come out as quoted strings, so
 * that whatever they contain stays on its line.
 */
#include "check.h"

#include <errno.h>
#include <string.h>

static void print_string(FILE *out, const char *text)
{
	const uint8_t *at = (const uint8_t *)text;

	fputc('"', out);
	for (; *at; at++) {
		/* Terminals obey U+0080 to U+009F as well. */
		if (at[0] == 0xc2 && at[1] < 0xa0) {
			fprintf(out, "\\x%02x\\x%02x", at[0], at[1]);
			at++;
		} else if (*at == '"' || *at == '\\') {
			fprintf(out, "\\%c", *at);
		} else if (*at < 0x20 || *at == 0x7f) {
			fprintf(out, "\\x%02x", *at);
		} else {
			fputc(*at, out);
		}
	}
	fputc('"', out);
}

static void print_name(FILE *out, const struct axt_program *program,
		       uint32_t name)
{
	if (!name)
		return;
	fputc(' ', out);
	print_string(out, axt_program_name(program, name));
}

static void print_header(FILE *out, const struct axt_header *header)
{
	fprintf(out,
		"program %u.%u: %llu bytes, %u inputs, %u outputs, "
		"%u tensors, %u operations, data %llu, arena %llu\n",
		header->major, header->minor,
		(unsigned long long)header->total_size, header->input_count,
		header->output_count, header->tensor_count, header->op_count,
		(unsigned long long)header->data_size,
		(unsigned long long)header->arena_size);
}

static void print_tensor(FILE *out, const struct axt_program *program,
			 uint32_t number)
{
	const struct axt_tensor *tensor = axt_program_tensor(program, number);

	fprintf(out, "tensor %%%u: %s[", number, axt_type_names[tensor->type]);
	for (int i = 0; i < tensor->rank; i++)
		fprintf(out, "%s%u", i ? "," : "", tensor->dims[i]);
	fprintf(out, "] %s %s %llu, %llu bytes",
		axt_layout_names[tensor->layout],
		axt_place_names[tensor->place],
		(unsigned long long)tensor->offset,
		(unsigned long long)tensor->size);
	if (tensor->scale != 0 || tensor->zero)
		fprintf(out, ", scale %.9g, zero %d", (double)tensor->scale,
			tensor->zero);
	print_name(out, program, tensor->name);
	fputc('\n', out);
}

static void print_value(FILE *out, const struct axt_field *field,
			uint32_t value)
{
	float number;

	memcpy(&number, &value, sizeof(number));
	if (field->names)
		fputs(field->names[value], out);
	else if (field->type == AXT_FIELD_F32)
		fprintf(out, "%.9g", (double)number);
	else if (field->type == AXT_FIELD_I32)
		fprintf(out, "%d", (int32_t)value);
	else
		fprintf(out, "%u", value);
}

static void print_field(FILE *out, const struct axt_field *field,
			const struct axt_check *check)
{
	uint32_t used = axt_field_used(field, check);

	if (strcmp(field->name, "pad") == 0)
		return;
	fprintf(out, " %s=", field->name);
	if (field->count > 1)
		fputc('[', out);
	for (uint32_t i = 0; i < used; i++) {
		if (i)
			fputc(',', out);
		print_value(out, field,
			    axt_field_unsigned(field, check->view.attributes,
					       i));
	}
	if (field->count > 1)
		fputc(']', out);
}

static void print_operands(FILE *out, const uint32_t *operands, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		fputs(i ? ", " : " ", out);
		if (operands[i] == AXT_NONE)
			fputc('-', out);
		else
			fprintf(out, "%%%u", operands[i]);
	}
}

static void print_post(FILE *out, const struct axt_post *post)
{
	if (post->kind == AXT_POST_BINARY)
		fprintf(out, "; %s %%%u", axt_binary_names[post->function],
			post->tensor);
	else
		fprintf(out, "; %s", axt_unary_names[post->function]);
	if (post->alpha != 0 || post->beta != 0)
		fprintf(out, " alpha=%.9g beta=%.9g", (double)post->alpha,
			(double)post->beta);
}

static void print_op(FILE *out, const struct axt_program *program,
		     uint32_t number)
{
	struct axt_check check = { .program = program, .number = number };
	const struct axt_op_view *view = &check.view;
	const struct axt_field *field;

	axt_program_op(program, number, &check.view);
	check.in[0] = axt_program_tensor(program, view->inputs[0]);
	fprintf(out, "%u: %s", number, view->info->name);
	print_operands(out, view->inputs, view->op->inputs);
	fputs(" ->", out);
	print_operands(out, view->outputs, view->op->outputs);
	for (field = view->info->fields; field && field->name; field++)
		print_field(out, field, &check);
	for (uint32_t i = 0; i < view->op->posts; i++)
		print_post(out, &view->posts[i]);
	print_name(out, program, view->op->name);
	fputc('\n', out);
}

int axt_program_dump(const struct axt_program *program, FILE *out)
{
	const struct axt_header *header = axt_program_header(program);

	print_header(out, header);
	for (uint32_t i = 0; i < header->tensor_count; i++)
		print_tensor(out, program, i);
	for (uint32_t i = 0; i < header->op_count; i++)
		print_op(out, program, i);
	return ferror(out) ? -EIO : 0;
}
