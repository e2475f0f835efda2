/* SPDX-License-Identifier: MIT */
/* Events counted since the exporter was started, by device and type. */
#ifndef AXLE_EXPORTER_TALLY_H
#define AXLE_EXPORTER_TALLY_H

#include <axl/monitor.h>

#define TALLY_DEVICES 256
#define TALLY_TYPES 16 /* types of devices are below; 0 is any other */

struct tally_device {
	uint32_t index; /* N of accelN, or AXL_UNKNOWN_32 */
	uint64_t counts[TALLY_TYPES];
};

/*
 * The first is for what has no index, and for all devices beyond the last that
 * there is room for. Devices stay: a counter must not go away and come back.
 */
struct tally {
	struct tally_device devices[TALLY_DEVICES];
	uint32_t count;
};

void tally_init(struct tally *tally);
/* Counters begin with zero, or their first event would not be seen. */
void tally_device(struct tally *tally, uint32_t index);
void tally_event(struct tally *tally, const struct axl_monitor_event *event);
/* The word for a number in counts; NULL if nothing is counted there. */
const char *tally_type_name(uint32_t type);

#endif
