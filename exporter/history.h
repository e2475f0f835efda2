/* SPDX-License-Identifier: MIT */
/*
 * The last ten minutes, for the page: a ring of points for each device, and one
 * of events. Memory is bounded: HISTORY_DEVICES rings, HISTORY_EVENTS events.
 */
#ifndef AXLE_EXPORTER_HISTORY_H
#define AXLE_EXPORTER_HISTORY_H

#include <axl/monitor.h>

#define HISTORY_SECONDS 600
#define HISTORY_DEVICES 256
#define HISTORY_EVENTS 256

/* NAN: unknown, or the device was not there. */
struct history_point {
	float busy; /* per cent */
	float memory; /* MiB in use */
	float temperature; /* degrees Celsius */
	float power; /* watts */
};

struct history_device {
	char name[32];
	char bus_address[32];
	uint64_t last; /* number of the newest point */
	struct history_point *points; /* as many as history.room */
};

struct history_event {
	uint64_t number; /* of the sample that shows it first */
	int64_t time_ms; /* since 1970 */
	struct axl_monitor_event event;
};

struct history {
	size_t room; /* points of each ring */
	uint64_t count; /* samples so far; the newest is number count */
	int64_t *times_ms; /* ring, as the points */
	size_t device_count;
	struct history_device devices[HISTORY_DEVICES];
	uint64_t event_count; /* so far; ring */
	struct history_event events[HISTORY_EVENTS];
};

int history_init(struct history *history, unsigned int interval_s);
void history_release(struct history *history);

/* A new sample. Devices beyond HISTORY_DEVICES have no history. */
void history_add(struct history *history, const struct axl_monitor *monitor,
		 int64_t time_ms);
void history_event(struct history *history,
		   const struct axl_monitor_event *event, int64_t time_ms);

/* Number of the oldest sample that is still there. */
uint64_t history_first(const struct history *history);
int64_t history_time(const struct history *history, uint64_t number);
/* NULL if there is none. */
const struct history_device *history_find(const struct history *history,
					  const struct axl_sample *sample);
const struct history_point *history_point(const struct history *history,
					  const struct history_device *device,
					  uint64_t number);

#endif
