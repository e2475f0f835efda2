// SPDX-License-Identifier: MIT
#include "card.h"

#include <axt/program.h>

#include <stdio.h>

static uint32_t add_tensor(struct axt_builder *builder, uint8_t place,
			   uint64_t offset, uint32_t count)
{
	char name[] = { 't', (char)('0' + place), (char)('a' + offset % 16),
			'\0' };
	struct axt_tensor tensor = {
		.type = AXT_F32,
		.rank = 1,
		.place = place,
		.name = axt_builder_add_name(builder, name),
		.dims = { count },
		.offset = offset,
	};

	return axt_builder_add_tensor(builder, &tensor);
}

static void add_op(struct axt_builder *builder, uint32_t code,
		   uint32_t function, const uint32_t *in, uint32_t inputs,
		   uint32_t out)
{
	struct axt_elementwise attributes = { .function = function };
	struct axt_op_parts parts = {
		.code = code,
		.inputs = inputs,
		.outputs = 1,
		.input = in,
		.output = &out,
		.attributes = &attributes,
	};

	axt_builder_add_op(builder, &parts);
}

bool program_make(uint32_t count, unsigned int steps, void **blob, size_t *size)
{
	struct axt_error error = { "" };
	struct axt_builder *builder;
	uint32_t in[2], sum, neg, out;
	int ret;

	if (axt_builder_create(&builder))
		return false;
	in[0] = add_tensor(builder, AXT_INPUT, 0, count);
	in[1] = add_tensor(builder, AXT_INPUT, 1, count);
	sum = add_tensor(builder, AXT_ARENA, 0, count);
	neg = add_tensor(builder, AXT_ARENA,
			 (count * sizeof(float) + 63) & ~63ull, count);
	out = add_tensor(builder, AXT_OUTPUT, 0, count);
	add_op(builder, AXT_BINARY, AXT_ADD, in, 2, sum);
	for (unsigned int i = 0; i < steps; i++) {
		add_op(builder, AXT_UNARY, AXT_NEG, &sum, 1, neg);
		add_op(builder, AXT_UNARY, AXT_NEG, &neg, 1, sum);
	}
	if (!steps)
		add_op(builder, AXT_UNARY, AXT_NEG, &sum, 1, neg);
	add_op(builder, AXT_UNARY, AXT_RELU, &sum, 1, out);
	ret = axt_builder_finish(builder, blob, size, &error);
	axt_builder_destroy(builder);
	if (ret)
		printf("# %s\n", error.text);
	return !ret;
}
