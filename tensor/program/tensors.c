// SPDX-License-Identifier: MIT
/*
 * Checks of the names and the tensors. They fill in the lists of inputs and
 * outputs of the program.
 */
#include "check.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of one UTF-8 character; 0 if it is none (RFC 3629, section 4). */
static int utf8_length(const uint8_t *s, uint64_t left)
{
	static const struct {
		uint8_t first, last; /* of the first byte */
		uint8_t low, high; /* of the second */
		uint8_t length;
	} forms[] = {
		{ 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (forms[i].length > left)
			return 0;
		for (int j = 1; j < forms[i].length; j++)
			if (s[j] < (j == 1 ? forms[i].low : 0x80) ||
			    s[j] > (j == 1 ? forms[i].high : 0xbf))
				return 0;
		return forms[i].length;
	}
	return 0;
}

int axt_check_names(const struct axt_program *program, struct axt_error *error)
{
	const uint8_t *names = (const uint8_t *)program->names;
	uint64_t size = program->header->name_size;

	if (names[0] || names[size - 1])
		return axt_fail(error, EINVAL,
				"names: the first or the last byte is not NUL");
	for (uint64_t i = 0; i < size;) {
		int length = utf8_length(names + i, size - i);

		if (!length)
			return axt_fail(error, EINVAL,
					"names: byte %llu is not UTF-8",
					(unsigned long long)i);
		i += length;
	}
	return 0;
}

bool axt_name_begins(const struct axt_program *program, uint32_t offset)
{
	return offset < program->header->name_size &&
	       (!offset || !program->names[offset - 1]);
}

static int tensor_fail(struct axt_error *error, uint32_t number,
		       const char *text)
{
	return axt_fail(error, EINVAL, "tensor %u: %s", number, text);
}

static bool scale_is_right(const struct axt_tensor *tensor)
{
	if (tensor->type == AXT_I8 || tensor->type == AXT_U8) {
		int32_t low = tensor->type == AXT_I8 ? INT8_MIN : 0;
		int32_t high = tensor->type == AXT_I8 ? INT8_MAX : UINT8_MAX;

		return isfinite(tensor->scale) && tensor->scale >= 0 &&
		       tensor->zero >= low && tensor->zero <= high;
	}
	return tensor->scale == 0 && tensor->zero == 0;
}

static int check_shape(const struct axt_tensor *tensor, uint32_t number,
		       struct axt_error *error)
{
	if (!axt_type_bytes(tensor->type))
		return tensor_fail(error, number, "there is no such type");
	if (tensor->rank > AXT_RANK_MAX)
		return tensor_fail(error, number, "the rank exceeds 8");
	if (tensor->layout > AXT_BLOCK16)
		return tensor_fail(error, number, "there is no such layout");
	if (tensor->layout != AXT_PLAIN && tensor->rank < 3)
		return tensor_fail(error, number,
				   "such a layout needs rank 3 or more");
	for (int i = 0; i < AXT_RANK_MAX; i++)
		if (tensor->dims[i] > (i < tensor->rank ? AXT_DIM_MAX : 0))
			return tensor_fail(error, number,
					   "a dimension is out of range");
	if (axt_tensor_bytes(tensor) < 0)
		return tensor_fail(error, number, "it is too large");
	if (tensor->size != (uint64_t)axt_tensor_bytes(tensor))
		return tensor_fail(error, number,
				   "the size does not follow from the shape");
	if (!scale_is_right(tensor))
		return tensor_fail(error, number,
				   "scale and zero do not suit the type");
	return 0;
}

static int check_memory(const struct axt_tensor *tensor, uint32_t number,
			uint64_t size, struct axt_error *error)
{
	if (tensor->offset % 64)
		return tensor_fail(error, number,
				   "the offset is no multiple of 64");
	if (tensor->offset > size || tensor->size > size - tensor->offset)
		return tensor_fail(error, number, "it does not lie inside");
	return 0;
}

static int check_port(const struct axt_tensor *tensor, uint32_t number,
		      uint32_t *list, uint32_t count, struct axt_error *error)
{
	if (tensor->offset >= count)
		return tensor_fail(error, number,
				   "there is no such input or output");
	if (list[tensor->offset] != AXT_NONE)
		return tensor_fail(error, number,
				   "its input or output has one already");
	if (tensor->layout != AXT_PLAIN)
		return tensor_fail(error, number,
				   "inputs and outputs are plain");
	list[tensor->offset] = number;
	return 0;
}

static int check_tensor(struct axt_program *program, uint32_t number,
			struct axt_error *error)
{
	const struct axt_tensor *tensor = &program->tensors[number];
	const struct axt_header *header = program->header;
	int err = check_shape(tensor, number, error);

	if (err)
		return err;
	if (!axt_name_begins(program, tensor->name))
		return tensor_fail(error, number, "no name begins there");
	if (tensor->place == AXT_INPUT)
		return check_port(tensor, number, program->inputs,
				  header->input_count, error);
	if (tensor->place == AXT_OUTPUT)
		return check_port(tensor, number, program->outputs,
				  header->output_count, error);
	if (tensor->place == AXT_DATA)
		return check_memory(tensor, number, header->data_size, error);
	if (tensor->place == AXT_ARENA)
		return check_memory(tensor, number, header->arena_size, error);
	return tensor_fail(error, number, "there is no such place");
}

static int compare_pointers(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return (*x > *y) - (*x < *y);
}

static int compare_strings(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/*
 * First the places of the names are compared: different ones are no longer
 * than the section together, so that the time stays in bounds.
 */
static bool all_different(const char **names, uint32_t count)
{
	if (count)
		qsort(names, count, sizeof(*names), compare_pointers);
	for (uint32_t i = 1; i < count; i++)
		if (names[i] == names[i - 1])
			return false;
	if (count)
		qsort(names, count, sizeof(*names), compare_strings);
	for (uint32_t i = 1; i < count; i++)
		if (strcmp(names[i], names[i - 1]) == 0)
			return false;
	return true;
}

static int check_ports(const struct axt_program *program, const uint32_t *list,
		       uint32_t count, const char *what,
		       struct axt_error *error)
{
	const char **names = calloc(count + 1ul, sizeof(*names));
	int err = 0;

	if (!names)
		return axt_fail(error, ENOMEM, "out of memory");
	for (uint32_t i = 0; i < count && !err; i++) {
		if (list[i] == AXT_NONE)
			err = axt_fail(error, EINVAL, "%s %u has no tensor",
				       what, i);
		else
			names[i] =
				program->names + program->tensors[list[i]].name;
		if (!err && !names[i][0])
			err = axt_fail(error, EINVAL, "%s %u has no name", what,
				       i);
	}
	if (!err && !all_different(names, count))
		err = axt_fail(error, EINVAL, "two %ss have the same name",
			       what);
	free(names);
	return err;
}

int axt_check_tensors(struct axt_program *program, struct axt_error *error)
{
	const struct axt_header *header = program->header;
	int err = 0;

	for (uint32_t i = 0; i < header->input_count; i++)
		program->inputs[i] = AXT_NONE;
	for (uint32_t i = 0; i < header->output_count; i++)
		program->outputs[i] = AXT_NONE;
	for (uint32_t i = 0; i < header->tensor_count && !err; i++)
		err = check_tensor(program, i, error);
	if (!err)
		err = check_ports(program, program->inputs, header->input_count,
				  "input", error);
	if (!err)
		err = check_ports(program, program->outputs,
				  header->output_count, "output", error);
	return err;
}
