// SPDX-License-Identifier: MIT
/*
 * What must hold between operations. A row is a program in letters: each pair
 * is an operation that reads the first and writes the second tensor.
 */
#include "tap.h"

#include <axt/program.h>

#include <stdlib.h>
#include <string.h>

/* Lower case: 16 elements of f32. One byte each says where. */
static const struct {
	char letter;
	uint8_t place;
	uint8_t dims[2];
	uint16_t offset;
} tensors[] = {
	{ 'x', AXT_INPUT, { 16, 4 }, 0 },
	{ 'y', AXT_OUTPUT, { 16, 4 }, 0 },
	{ 'z', AXT_OUTPUT, { 16, 4 }, 1 },
	{ 'd', AXT_DATA, { 16, 4 }, 0 },
	{ 'a', AXT_ARENA, { 16, 4 }, 0 }, /* bytes 0 to 255 */
	{ 'A', AXT_ARENA, { 4, 16 }, 0 }, /* the same, another shape */
	{ 'b', AXT_ARENA, { 16, 4 }, 256 },
	{ 'm', AXT_ARENA, { 16, 4 }, 128 }, /* half of a, half of b */
	{ 'h', AXT_ARENA, { 4, 4 }, 64 }, /* inside of a */
	{ 'w', AXT_ARENA, { 16, 8 }, 0 }, /* a and b */
	{ '0', AXT_ARENA, { 0, 4 }, 128 }, /* nothing */
	{ 'n', AXT_OUTPUT, { 0, 4 }, 2 },
};

struct row {
	const char *program;
	const char *says;
};

static uint32_t number_of(char letter)
{
	for (uint32_t i = 0; i < sizeof(tensors) / sizeof(tensors[0]); i++)
		if (tensors[i].letter == letter)
			return i;
	abort();
}

static void add_tensors(struct axt_builder *builder)
{
	static const uint8_t zeros[256];

	axt_builder_add_data(builder, zeros, sizeof(zeros));
	for (size_t i = 0; i < sizeof(tensors) / sizeof(tensors[0]); i++) {
		const char name[] = { tensors[i].letter, 0 };
		const struct axt_tensor tensor = {
			.rank = 2,
			.place = tensors[i].place,
			.name = axt_builder_add_name(builder, name),
			.dims = { tensors[i].dims[0], tensors[i].dims[1] },
			.offset = tensors[i].offset,
		};

		axt_builder_add_tensor(builder, &tensor);
	}
}

/* A tile takes any shape to a multiple, "!" before it: a function in place. */
static void add_op(struct axt_builder *builder, const char *pair, bool unary)
{
	static const struct axt_elementwise relu = { .function = AXT_RELU };
	static const struct axt_slice slice = {
		.step = { 1, 1, 1, 1, 1, 1, 1, 1 },
	};
	uint32_t from = number_of(pair[0]), to = number_of(pair[1]);
	bool same = tensors[from].dims[0] * tensors[from].dims[1] ==
		    tensors[to].dims[0] * tensors[to].dims[1];
	bool smaller = tensors[to].dims[0] <= tensors[from].dims[0] &&
		       tensors[to].dims[1] <= tensors[from].dims[1];
	const struct axt_op_parts parts = {
		.code = unary	? AXT_UNARY :
			same	? AXT_COPY :
			smaller ? AXT_SLICE :
				  AXT_TILE,
		.inputs = 1,
		.outputs = 1,
		.input = &from,
		.output = &to,
		.attributes = unary ? (const void *)&relu : &slice,
	};

	axt_builder_add_op(builder, &parts);
}

static void run_row(void)
{
	const struct row *row = tap_data();
	struct axt_error error = { "" };
	struct axt_builder *builder;
	const char *at = row->program;
	size_t size;
	void *blob;
	int err;

	TAP_REQUIRE(axt_builder_create(&builder) == 0);
	add_tensors(builder);
	while (*at) {
		bool unary = *at == '!';

		add_op(builder, at + unary, unary);
		at += unary + 2;
		at += *at == ' ';
	}
	err = axt_builder_finish(builder, &blob, &size, &error);
	TAP_EQUAL(err, row->says ? -EINVAL : 0);
	if (!TAP_CHECK(!row->says || strstr(error.text, row->says)) || err)
		tap_note("%s", error.text);
	if (!err)
		free(blob);
	axt_builder_destroy(builder);
}

/* What every program ends with, so that its other outputs are written. */
#define OUTPUTS " dz 0n"
#define VALID(sentence, program)                       \
	{                                              \
		sentence, run_row, &(const struct row) \
		{                                      \
			program OUTPUTS, NULL          \
		}                                      \
	}
#define WRONG(sentence, program, says)                 \
	{                                              \
		sentence, run_row, &(const struct row) \
		{                                      \
			program OUTPUTS, says          \
		}                                      \
	}

static const struct tap_case cases[] = {
	VALID("inputs, data and outputs that are written can be read",
	      "xa ay yb"),
	VALID("a shape can be changed by another tensor of the same bytes",
	      "xa Ab by"),
	VALID("a part of what one operation wrote can be read", "xw by"),
	VALID("an operation on elements may write over what it reads",
	      "xa !aa ay"),
	VALID("memory can be used again", "xa ab xm my"),
	VALID("nothing can be read where nothing was written", "xy"),
	WRONG("what nobody wrote cannot be read", "ay", "is not defined"),
	WRONG("what is only written later cannot be read", "ab xa by",
	      "is not defined"),
	WRONG("an output cannot be read before it is written", "ya xy",
	      "is not defined"),
	WRONG("two operations do not define one interval", "xa xb my",
	      "is not defined"),
	WRONG("more than what was written cannot be read", "xa wy",
	      "is not defined"),
	WRONG("to write over the end undefines the whole", "xa xm ay",
	      "is not defined"),
	WRONG("to write over the begin undefines the whole", "xb xm by",
	      "is not defined"),
	WRONG("to write inside undefines the whole", "xa xh ay",
	      "is not defined"),
	WRONG("to write over all undefines what was inside", "xb dw xa by",
	      "is not defined"),
	WRONG("what was written over is not what is left", "xw xh wy",
	      "is not defined"),
	WRONG("an output is written once", "xy dy", "again"),
	WRONG("every output is written", "xa", "output 0 is never written"),
	WRONG("a copy does not write over what it reads", "xa aA Ay",
	      "writes over tensor"),
	WRONG("elements do not go over a part of what is read", "xa !am my",
	      "writes over tensor"),
};
TAP_MAIN(cases)
