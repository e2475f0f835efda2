// SPDX-License-Identifier: MIT
/* libFuzzer target: what axle dump says of a core dump, any bytes. */
#include "../../tools/dump.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == size)
		abort();
	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dump dump = {
		.head = data,
		.head_size = size < DUMP_HEAD_MAX ? size : DUMP_HEAD_MAX,
		.size = size,
	};
	struct dump_report report;

	dump_describe(&dump, &report);
	if (!report.format || report.count > DUMP_FIELDS_MAX)
		abort();
	for (size_t i = 0; i < report.count; i++) {
		check_text(report.fields[i].label,
			   sizeof(report.fields[i].label));
		check_text(report.fields[i].text,
			   sizeof(report.fields[i].text));
	}
	return 0;
}
