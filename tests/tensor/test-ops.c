// SPDX-License-Identifier: MIT
/*
 * Every rule of an operation, one program for each, and valid programs of every
 * code: those are printed as well, twice the same.
 */
#include "sample.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static const struct sample *const lists[] = { samples_window, samples_math,
					      samples_move };

static char *dump(const struct axt_program *program)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	TAP_EQUAL(axt_program_dump(program, out), 0);
	fclose(out);
	return text;
}

static uint32_t count_lines(const char *text)
{
	uint32_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void check_dump(const struct sample *sample, const void *blob,
		       size_t size)
{
	const struct axt_header *header;
	struct axt_program *program;
	struct axt_error error;
	char code[40], *text;

	TAP_REQUIRE(axt_program_open(blob, size, &program, &error) == 0);
	TAP_STRING(error.text, "");
	header = axt_program_header(program);
	text = dump(program);
	if (TAP_CHECK(text)) {
		TAP_EQUAL(count_lines(text),
			  1 + header->tensor_count + header->op_count);
		snprintf(code, sizeof(code), ": %s ",
			 axt_code_info(sample->code)->name);
		TAP_CHECK(strstr(text, code));
		TAP_CHECK(strstr(text, " \"the operation\"\n"));
	}
	free(text);
	axt_program_close(program);
}

static void run_sample(void)
{
	const struct sample *sample = tap_data();
	struct axt_error error = { "" };
	void *blob, *again;
	size_t size, size_again;
	int err = sample_make(sample, &blob, &size, &error);

	if (sample->says) {
		TAP_EQUAL(err, -EINVAL);
		if (!TAP_CHECK(strstr(error.text, sample->says)))
			tap_note("it says: %s", error.text);
		if (!err)
			free(blob);
		return;
	}
	if (err)
		tap_note("%s", error.text);
	TAP_REQUIRE(err == 0);
	check_dump(sample, blob, size);
	TAP_REQUIRE(sample_make(sample, &again, &size_again, &error) == 0);
	TAP_EQUAL(size_again, size);
	TAP_CHECK(memcmp(blob, again, size) == 0);
	free(again);
	free(blob);
}

static void every_code_is_there(void)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < 3; i++)
		for (const struct sample *s = lists[i]; s->sentence; s++)
			seen |= s->says ? 0 : 1u << s->code;
	TAP_EQUAL(seen, (1u << AXT_CODE_END) - 2);
}

int main(int argc, char **argv)
{
	static struct tap_case cases[1024] = {
		{ "every code has a valid program", every_code_is_there, NULL },
	};
	size_t count = 1;

	for (size_t i = 0; i < 3; i++)
		for (const struct sample *s = lists[i]; s->sentence; s++)
			cases[count++] =
				(struct tap_case){ s->sentence, run_sample, s };
	return tap_run(cases, count, argc, argv);
}
