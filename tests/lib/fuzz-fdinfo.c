// SPDX-License-Identifier: MIT
/* libFuzzer target: the parsers of fdinfo and of a process's status. */
#include "fdinfo.h"
#include "fuzz-text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct axlp_fdinfo info;
	struct axlp_status status;

	axlp_parse_fdinfo((const char *)data, size, &info);
	check_text(info.driver, sizeof(info.driver));
	check_text(info.bus_address, sizeof(info.bus_address));
	if (info.engine_count > AXL_ENGINES_MAX ||
	    info.region_count > AXL_REGIONS_MAX)
		abort();
	for (uint32_t i = 0; i < info.engine_count; i++)
		check_text(info.engine[i].name, sizeof(info.engine[i].name));
	for (uint32_t i = 0; i < info.region_count; i++)
		check_text(info.region[i].name, sizeof(info.region[i].name));
	axlp_parse_status((const char *)data, size, &status);
	check_text(status.name, sizeof(status.name));
	return 0;
}
