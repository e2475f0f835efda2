// SPDX-License-Identifier: MIT
/* libFuzzer target: the parsers of what sysfs says, on any bytes. */
#include "sysfs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Text that leaves the parsers must end and be printable. */
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
	struct axlp_uevent uevent;
	uint64_t number;
	int64_t sensor;
	uint32_t index;
	char *text;

	axlp_parse_uevent((const char *)data, size, &uevent);
	check_text(uevent.driver, sizeof(uevent.driver));
	check_text(uevent.pci_slot, sizeof(uevent.pci_slot));

	text = strndup((const char *)data, size);
	if (!text)
		return 0;
	axlp_parse_u64(text, 0, &number);
	axlp_parse_u64(text, 16, &number);
	axlp_parse_s64(text, &sensor);
	axlp_parse_node(text, "accel", &index);
	free(text);
	return 0;
}
