// SPDX-License-Identifier: MIT
/*
 * libFuzzer target: the compiler, on any bytes. What it makes was validated by
 * the builder, which may only refuse names; what it refuses comes with words.
 */
#include <axt/compile.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* By the validator, and for something else than a name. */
static int is_refused(const char *text)
{
	static const char prefix[] = "it makes no valid program: ";

	return strncmp(text, prefix, sizeof(prefix) - 1) == 0 &&
	       !strstr(text, "name");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct axt_compile_options options = { .size = sizeof(options) };
	struct axt_report report = { 0 };
	size_t blob_size;
	void *blob;
	int err;

	/* The first byte chooses the passes. */
	if (!size)
		return 0;
	options.flags = data[0] % 4;
	err = axt_compile_onnx(data + 1, size - 1, &options, &blob, &blob_size,
			       &report);
	if (!err)
		free(blob);
	else if (!report.text[0] || is_refused(report.text))
		abort();
	axt_report_clear(&report);
	return 0;
}
