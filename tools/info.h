/* SPDX-License-Identifier: MIT */
/*
 * What axle info has learnt of a device: the answers, each with the error that
 * came instead. Printing does not ask the device any more.
 */
#ifndef AXLE_TOOLS_INFO_H
#define AXLE_TOOLS_INFO_H

#include "operate.h"

#define ELEMENTS_MAX 32

struct info {
	const struct axl_entry *entry;
	struct axl_identity identity;
	struct axl_limits limits;
	struct axl_health health;
	struct axl_engine engines[ELEMENTS_MAX];
	struct axl_memory memory[ELEMENTS_MAX];
	uint32_t num_engines;
	struct axl_telemetry telemetry;
	struct axl_ras_unit units[ELEMENTS_MAX];
	struct axl_ras_pages pages; /* unknown if not told */
	uint32_t num_memory;
	uint32_t num_units;
	/* 0, or the -errno that came in place of the answer */
	int no_identity;
	int no_limits;
	int no_health;
	int no_engines;
	int no_memory;
	int no_telemetry;
	int no_ras;
};

void info_print_text(const struct info *info);
void info_print_json(const struct info *info);

#endif
