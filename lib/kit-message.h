/* SPDX-License-Identifier: MIT */
/*
 * Messages of the kit's netlink family as structs. Parsers: attributes in, any
 * bytes, no system call. Numbers that are not there are unknown.
 */
#ifndef AXLP_KIT_MESSAGE_H
#define AXLP_KIT_MESSAGE_H

#include <axl/monitor.h>

#include <stddef.h>

struct axlp_kit_device {
	uint32_t index;
	uint32_t contexts_max;
	uint32_t state;
	uint64_t resets;
	uint64_t faults;
	char firmware[64];
};

struct axlp_kit_telemetry {
	uint32_t index;
	uint32_t state;
	uint32_t contexts;
	uint32_t engine_count;
	uint32_t region_count;
	struct axl_engine engine[AXL_ENGINES_MAX];
	struct axl_memory region[AXL_REGIONS_MAX];
	struct axl_telemetry telemetry;
};

struct axlp_kit_ras {
	uint32_t index;
	uint32_t count;
	struct axl_ras_pages pages;
	struct axl_ras_unit unit[AXL_RAS_UNITS_MAX];
};

void axlp_parse_kit_device(const void *attrs, size_t length,
			   struct axlp_kit_device *out);
void axlp_parse_kit_telemetry(const void *attrs, size_t length,
			      struct axlp_kit_telemetry *out);
void axlp_parse_kit_ras(const void *attrs, size_t length,
			struct axlp_kit_ras *out);
/* The driver's name is not in it. */
void axlp_parse_kit_event(const void *attrs, size_t length,
			  struct axl_monitor_event *out);

#endif
