// SPDX-License-Identifier: MIT
#include "program.h"

#include <axt/program.h>

#include <stdio.h>

static uint32_t add_tensor(struct axt_builder *builder, uint32_t count,
			   enum axt_place place, uint64_t offset,
			   const char *name)
{
	const struct axt_tensor tensor = {
		.type = AXT_F32,
		.rank = 1,
		.place = place,
		.dims = { count },
		.offset = offset,
		.name = name ? axt_builder_add_name(builder, name) : 0,
	};

	return axt_builder_add_tensor(builder, &tensor);
}

/* One of the arena, which holds vectors of count elements. */
static uint32_t add_arena(struct axt_builder *builder, uint32_t count,
			  uint32_t number)
{
	uint64_t step = ((uint64_t)count * sizeof(float) + 63) / 64 * 64;

	return add_tensor(builder, count, AXT_ARENA, number * step, NULL);
}

static void add_binary(struct axt_builder *builder, const uint32_t in[2],
		       uint32_t out)
{
	const struct axt_elementwise attributes = { .function = AXT_ADD };

	axt_builder_add_op(builder, &(struct axt_op_parts){
					    .code = AXT_BINARY,
					    .inputs = 2,
					    .outputs = 1,
					    .input = in,
					    .output = &out,
					    .attributes = &attributes,
				    });
}

static void add_unary(struct axt_builder *builder, uint32_t function,
		      uint32_t in, uint32_t out)
{
	const struct axt_elementwise attributes = { .function = function };

	axt_builder_add_op(builder, &(struct axt_op_parts){
					    .code = AXT_UNARY,
					    .inputs = 1,
					    .outputs = 1,
					    .input = &in,
					    .output = &out,
					    .attributes = &attributes,
				    });
}

static void *finish(struct axt_builder *builder, size_t *size)
{
	struct axt_error error = { "" };
	void *blob = NULL;

	if (axt_builder_finish(builder, &blob, size, &error)) {
		fprintf(stderr, "program: %s\n", error.text);
		blob = NULL;
	}
	axt_builder_destroy(builder);
	return blob;
}

void *program_add(uint32_t count, uint32_t additions, size_t *size)
{
	struct axt_builder *builder;
	uint32_t in[2], out;

	if (axt_builder_create(&builder))
		return NULL;
	in[0] = add_tensor(builder, count, AXT_INPUT, 0, "x0");
	in[1] = add_tensor(builder, count, AXT_INPUT, 1, "x1");
	/* Sums alternate between two places. */
	for (uint32_t i = 0; i + 1 < additions; i++) {
		out = add_arena(builder, count, i % 2);
		add_binary(builder, in, out);
		in[0] = out;
	}
	out = add_tensor(builder, count, AXT_OUTPUT, 0, "y0");
	add_binary(builder, in, out);
	return finish(builder, size);
}

void *program_relu(uint32_t count, uint32_t steps, size_t *size)
{
	struct axt_builder *builder;
	uint32_t in[2], sum, neg, out;

	if (axt_builder_create(&builder))
		return NULL;
	in[0] = add_tensor(builder, count, AXT_INPUT, 0, "x0");
	in[1] = add_tensor(builder, count, AXT_INPUT, 1, "x1");
	sum = add_arena(builder, count, 0);
	neg = add_arena(builder, count, 1);
	out = add_tensor(builder, count, AXT_OUTPUT, 0, "y0");
	add_binary(builder, in, sum);
	for (uint32_t i = 0; i < steps; i++) {
		add_unary(builder, AXT_NEG, sum, neg);
		add_unary(builder, AXT_NEG, neg, sum);
	}
	if (!steps)
		add_unary(builder, AXT_NEG, sum, neg);
	add_unary(builder, AXT_RELU, sum, out);
	return finish(builder, size);
}
