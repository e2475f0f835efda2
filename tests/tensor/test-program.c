// SPDX-License-Identifier: MIT
/* The life of a blob: made, damaged, large, opened, asked and printed. */
#include "base.h"
#include "sample.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void truncated_blobs_are_refused(void)
{
	struct axt_program *program;
	struct axt_error error;
	size_t size;
	uint8_t *blob = base_make(&size);

	TAP_REQUIRE(blob);
	for (size_t i = 8; i < size; i += 1 + i / 16)
		TAP_EQUAL(axt_program_open(blob, i, &program, &error),
			  -EBADMSG);
	TAP_EQUAL(axt_program_open(blob, 0, &program, NULL), -EBADMSG);
	free(blob);
}

static void bytes_behind_the_end_are_refused(void)
{
	struct axt_program *program;
	struct axt_error error;
	size_t size;
	uint8_t *blob = base_make(&size);
	uint8_t *longer = realloc(blob, size + 8);

	TAP_REQUIRE(longer);
	memset(longer + size, 0, 8);
	TAP_EQUAL(axt_program_open(longer, size + 8, &program, &error),
		  -EINVAL);
	TAP_CHECK(strstr(error.text, "behind the end"));
	free(longer);
}

static void a_blob_that_is_not_aligned_is_refused(void)
{
	struct axt_program *program;
	struct axt_error error;
	size_t size;
	uint8_t *blob = base_make(&size);
	uint8_t *longer = realloc(blob, size + 4);

	TAP_REQUIRE(longer);
	memmove(longer + 4, longer, size);
	TAP_EQUAL(axt_program_open(longer + 4, size, &program, &error),
		  -EINVAL);
	TAP_CHECK(strstr(error.text, "aligned"));
	free(longer);
}

static uint32_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

/* One to four bytes each time, mostly in front of the data. */
static void damage(uint8_t *blob, size_t size, uint64_t *state)
{
	size_t end = ((struct axt_header *)blob)->data_offset;

	for (uint32_t i = next_random(state) % 4 + 1; i; i--)
		blob[next_random(state) % (end < size ? end : size)] =
			next_random(state) % 4 ? next_random(state) % 16 :
						 next_random(state) % 256;
}

static void random_damage_is_harmless(void)
{
	uint64_t state = 0x2545f4914f6cdd1du;
	FILE *null = fopen("/dev/null", "w");
	size_t size, valid = 0;
	uint8_t *blob = base_make(&size);
	uint8_t *copy = malloc(size);
	struct axt_program *program;
	struct axt_error error;

	TAP_REQUIRE(null && blob && copy);
	for (int i = 0; i < 20000; i++) {
		memcpy(copy, blob, size);
		damage(copy, size, &state);
		base_fix_crc(copy, size);
		if (axt_program_open(copy, size, &program, &error))
			continue;
		valid++;
		axt_program_dump(program, null);
		axt_program_close(program);
	}
	tap_note("%zu of 20000 were still valid", valid);
	fclose(null);
	free(copy);
	free(blob);
}

static uint32_t add_plain(struct axt_builder *builder, uint8_t place,
			  uint64_t offset, const char *name)
{
	const struct axt_tensor tensor = {
		.rank = 1,
		.place = place,
		.dims = { 16 },
		.offset = offset,
		.name = name[0] ? axt_builder_add_name(builder, name) : 0,
	};

	return axt_builder_add_tensor(builder, &tensor);
}

static void add_copy(struct axt_builder *builder, uint32_t from, uint32_t to)
{
	const struct axt_op_parts parts = {
		.code = AXT_COPY,
		.inputs = 1,
		.outputs = 1,
		.input = &from,
		.output = &to,
	};

	axt_builder_add_op(builder, &parts);
}

static void a_program_of_many_operations_opens(void)
{
	struct axt_builder *builder;
	struct axt_error error = { "" };
	uint32_t last, next;
	size_t size;
	void *blob;

	TAP_REQUIRE(axt_builder_create(&builder) == 0);
	last = add_plain(builder, AXT_INPUT, 0, "x");
	for (uint64_t i = 0; i < 100000; i++) {
		next = add_plain(builder, AXT_ARENA, i * 37 % 100000 * 64, "");
		add_copy(builder, last, next);
		last = next;
	}
	add_copy(builder, last, add_plain(builder, AXT_OUTPUT, 0, "y"));
	if (TAP_CHECK(!axt_builder_finish(builder, &blob, &size, &error)))
		free(blob);
	else
		tap_note("%s", error.text);
	axt_builder_destroy(builder);
}

static char *dump(const void *blob, size_t size)
{
	struct axt_program *program;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	if (TAP_CHECK(!axt_program_open(blob, size, &program, NULL))) {
		axt_program_dump(program, out);
		axt_program_close(program);
	}
	fclose(out);
	return text;
}

/* Two inputs, two outputs, with these names: NULL for none. */
static int make_ports(const char *const names[4], struct axt_error *error,
		      char **text)
{
	struct axt_builder *builder;
	uint32_t port[4];
	size_t size;
	void *blob;
	int err;

	if (axt_builder_create(&builder))
		return -ENOMEM;
	for (uint32_t i = 0; i < 4; i++)
		port[i] = add_plain(builder, i < 2 ? AXT_INPUT : AXT_OUTPUT,
				    i % 2, names[i]);
	add_copy(builder, port[0], port[2]);
	add_copy(builder, port[1], port[3]);
	err = axt_builder_finish(builder, &blob, &size, error);
	if (!err) {
		*text = dump(blob, size);
		free(blob);
	}
	axt_builder_destroy(builder);
	return err;
}

static void ports_have_different_names(void)
{
	static const struct {
		const char *names[4];
		const char *says;
	} rows[] = {
		{ { "a", "b", "a", "b" }, "" },
		{ { "a", "a", "c", "d" }, "two inputs have the same name" },
		{ { "a", "b", "c", "c" }, "two outputs have the same name" },
		{ { "", "b", "c", "d" }, "input 0 has no name" },
		{ { "a", "b", "c", "" }, "output 1 has no name" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct axt_error error = { "" };
		char *text = NULL;

		TAP_EQUAL(make_ports(rows[i].names, &error, &text),
			  rows[i].says[0] ? -EINVAL : 0);
		TAP_STRING(error.text, rows[i].says);
		free(text);
	}
}

static void names_are_utf8_and_escaped(void)
{
	static const char *const wrong[] = {
		"\xff",		"\xc0\x80",	    "\xe2\x82",
		"\xed\xa0\x80", "\xf4\x90\x80\x80",
	};
	static const char *const right[4] = {
		"\xe2\x82\xac \"\\\n",
		"\xf0\x9f\x98\x80",
		"\xc2\x9b",
		"d",
	};
	struct axt_error error;
	char *text = NULL;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		TAP_EQUAL(make_ports((const char *const[]){ wrong[i], "b", "c",
							    "d" },
				     &error, &text),
			  -EINVAL);
	TAP_REQUIRE(make_ports(right, &error, &text) == 0 && text);
	TAP_CHECK(strstr(text, " \"\xe2\x82\xac \\\"\\\\\\x0a\"\n"));
	TAP_CHECK(strstr(text, " \"\xf0\x9f\x98\x80\"\n"));
	TAP_CHECK(strstr(text, " \"\\xc2\\x9b\"\n"));
	free(text);
}

static void padding_of_operands_is_zero(void)
{
	static const struct sample sum = {
		"sum",
		AXT_BINARY,
		"input:f32[2] input:f32[2]",
		"output:f32[2]",
	};
	struct axt_program *program;
	struct axt_error error;
	uint8_t *blob, *op;
	size_t size;
	void *made;

	TAP_REQUIRE(sample_make(&sum, &made, &size, &error) == 0);
	blob = made;
	op = blob + ((struct axt_header *)made)->op_offset;
	op[sizeof(struct axt_op) + 12] = 1;
	base_fix_crc(blob, size);
	TAP_EQUAL(axt_program_open(blob, size, &program, &error), -EINVAL);
	TAP_CHECK(strstr(error.text, "padding of operands is not zero"));
	free(blob);
}

static void scale_and_zero_suit_the_type(void)
{
	static const struct {
		uint8_t type;
		float scale;
		int32_t zero;
		int err;
	} rows[] = {
		{ AXT_I8, 0.5f, -128, 0 },
		{ AXT_U8, 0, 0, 0 },
		{ AXT_U8, 1, 255, 0 },
		{ AXT_I8, -1, 0, -EINVAL },
		{ AXT_I8, 1, -129, -EINVAL },
		{ AXT_U8, 1, -1, -EINVAL },
		{ AXT_U8, 1, 256, -EINVAL },
		{ AXT_BOOL, 1, 0, -EINVAL },
		{ AXT_I8, __builtin_inff(), 0, -EINVAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct axt_tensor tensor = {
			.type = rows[i].type,
			.place = AXT_DATA,
			.scale = rows[i].scale,
			.zero = rows[i].zero,
		};
		struct axt_builder *builder;
		size_t size;
		void *blob = NULL;

		TAP_REQUIRE(axt_builder_create(&builder) == 0);
		axt_builder_add_data(builder, "x", 1);
		axt_builder_add_tensor(builder, &tensor);
		TAP_EQUAL(axt_builder_finish(builder, &blob, &size, NULL),
			  rows[i].err);
		free(blob);
		axt_builder_destroy(builder);
	}
}

static void equal_data_are_stored_once(void)
{
	struct axt_builder *builder;

	TAP_REQUIRE(axt_builder_create(&builder) == 0);
	TAP_EQUAL(axt_builder_add_data(builder, "12345678", 8), 0);
	TAP_EQUAL(axt_builder_add_data(builder, "12345679", 8), 64);
	TAP_EQUAL(axt_builder_add_data(builder, "12345678", 8), 0);
	TAP_EQUAL(axt_builder_add_data(builder, "12345678", 7), 128);
	axt_builder_destroy(builder);
}

static void accessors_tell_what_is_there(void)
{
	struct axt_program *program;
	struct axt_op_view view;
	size_t size;
	void *blob = base_make(&size);

	TAP_REQUIRE(blob);
	TAP_REQUIRE(axt_program_open(blob, size, &program, NULL) == 0);
	TAP_EQUAL(axt_program_input(program, 1), 3);
	TAP_EQUAL(axt_program_input(program, 2), AXT_NONE);
	TAP_EQUAL(axt_program_output(program, 0), 5);
	TAP_EQUAL(axt_program_output(program, 1), AXT_NONE);
	TAP_CHECK(axt_program_data(program, axt_program_tensor(program, 1)));
	TAP_CHECK(!axt_program_data(program, axt_program_tensor(program, 0)));
	TAP_CHECK(!axt_program_tensor(program, 6));
	TAP_EQUAL(axt_program_op(program, 2, &view), -ENOENT);
	TAP_REQUIRE(axt_program_op(program, 1, &view) == 0);
	TAP_STRING(view.info->name, "CONV");
	TAP_STRING(axt_program_name(program, view.op->name), "the operation");
	TAP_EQUAL(view.inputs[2], 2);
	TAP_EQUAL(view.outputs[0], 5);
	TAP_EQUAL(((const struct axt_conv *)view.attributes)->spatial, 2);
	TAP_EQUAL(view.posts[0].tensor, 4);
	TAP_CHECK(!axt_code_info(0) && !axt_code_info(AXT_CODE_END));
	axt_program_close(program);
	free(blob);
}

static const struct tap_case cases[] = {
	{ "operand: padding is not zero", padding_of_operands_is_zero },
	{ "scale and zero suit the type", scale_and_zero_suit_the_type },
	{ "truncated blobs are refused", truncated_blobs_are_refused },
	{ "bytes behind the end are refused",
	  bytes_behind_the_end_are_refused },
	{ "a blob that is not aligned is refused",
	  a_blob_that_is_not_aligned_is_refused },
	{ "random damage is harmless", random_damage_is_harmless },
	{ "a program of 100,000 operations opens",
	  a_program_of_many_operations_opens },
	{ "inputs and outputs have different names",
	  ports_have_different_names },
	{ "names are UTF-8, and escaped in print", names_are_utf8_and_escaped },
	{ "equal data are stored once", equal_data_are_stored_once },
	{ "accessors tell what is there", accessors_tell_what_is_there },
};
TAP_MAIN(cases)
