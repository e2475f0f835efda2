// SPDX-License-Identifier: MIT
/* libFuzzer target: what axle dump says of a core dump, any bytes. */
#include "../../tools/dump.h"
#include "../lib/fuzz-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
