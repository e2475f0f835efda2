// SPDX-License-Identifier: MIT
/* libaxt as an application has it: the library, and no other header of ours. */
#include "tap.h"

#include <axt/compile.h>
#include <axt/program.h>
#include <axt/shape.h>

#include <stdlib.h>
#include <string.h>

/* y = tanh(x), of shape 2: a file of opset 13, byte by byte. */
static const unsigned char file[] =
	"\x08\x08" /* version of the format */
	"\x3a\x36" /* graph */
	"\x0a\x0c\x0a\x01x\x12\x01y\x22\x04Tanh" /* node */
	"\x5a\x13\x0a\x01x\x12\x0e\x0a\x0c\x08\x01\x12\x08\x0a\x02"
	"\x08\x02\x0a\x02\x08\x01" /* input, 2x1 */
	"\x62\x11\x0a\x01y\x12\x0c\x0a\x0a\x08\x01\x12\x06\x0a\x04"
	"\x12\x02yy" /* output */
	"\x42\x02\x10\x0d"; /* opset */

static void a_file_becomes_a_program(void)
{
	struct axt_report report = { 0 };
	struct axt_program *program = NULL;
	struct axt_error error;
	const struct axt_tensor *x;
	struct axt_op_view op;
	size_t size;
	void *blob;
	int err;

	err = axt_compile_onnx(file, sizeof(file) - 1, NULL, &blob, &size,
			       &report);
	if (err)
		tap_note("%s", report.text);
	TAP_REQUIRE(!err);
	TAP_EQUAL(report.stats.ops, 1);
	TAP_EQUAL(axt_program_open(blob, size, &program, &error), 0);
	TAP_REQUIRE(program);
	x = axt_program_tensor(program, axt_program_input(program, 0));
	TAP_STRING(axt_program_name(program, x->name), "x");
	TAP_EQUAL(axt_tensor_elements(x), 2);
	TAP_STRING(axt_type_name(x->type), "f32");
	TAP_EQUAL(axt_program_op(program, 0, &op), 0);
	TAP_STRING(axt_code_info(op.op->code)->name, "UNARY");
	axt_program_close(program);
	axt_report_clear(&report);
	free(blob);
}

static void what_is_no_file_is_refused_with_words(void)
{
	struct axt_report report = { 0 };
	size_t size;
	void *blob;

	TAP_EQUAL(axt_compile_onnx("nonsense", 8, NULL, &blob, &size, &report),
		  -EINVAL);
	TAP_CHECK(strlen(report.text) > 0);
	axt_report_clear(&report);
	TAP_EQUAL(strlen(report.text), 0);
}

static const struct tap_case cases[] = {
	{ "a file becomes a program", a_file_becomes_a_program },
	{ "what is no file is refused with words",
	  what_is_no_file_is_refused_with_words },
};
TAP_MAIN(cases)
