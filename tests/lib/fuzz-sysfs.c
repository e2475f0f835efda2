// SPDX-License-Identifier: MIT
/* libFuzzer target: the parsers of what sysfs says, on any bytes. */
#include "sysfs.h"
#include "fuzz-text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
