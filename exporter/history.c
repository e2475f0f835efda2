// SPDX-License-Identifier: MIT
/* See history.h. */
#include "history.h"

#include "sample.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct history_point nothing = { NAN, NAN, NAN, NAN };

int history_init(struct history *history, unsigned int interval_s)
{
	*history = (struct history){ .room = HISTORY_SECONDS / interval_s };
	history->times_ms = calloc(history->room, sizeof(history->times_ms[0]));
	return history->times_ms ? 0 : -ENOMEM;
}

void history_release(struct history *history)
{
	for (size_t i = 0; i < history->device_count; i++)
		free(history->devices[i].points);
	free(history->times_ms);
	*history = (struct history){};
}

uint64_t history_first(const struct history *history)
{
	if (history->count <= history->room)
		return 1;
	return history->count - history->room + 1;
}

int64_t history_time(const struct history *history, uint64_t number)
{
	return history->times_ms[number % history->room];
}

const struct history_device *history_find(const struct history *history,
					  const struct axl_sample *sample)
{
	for (size_t i = 0; i < history->device_count; i++) {
		const struct history_device *device = &history->devices[i];

		if (strcmp(device->name, sample->entry.name) == 0 &&
		    strcmp(device->bus_address, sample->entry.bus_address) == 0)
			return device;
	}
	return NULL;
}

const struct history_point *history_point(const struct history *history,
					  const struct history_device *device,
					  uint64_t number)
{
	if (!device || number > device->last)
		return &nothing;
	return &device->points[number % history->room];
}

/* Those whose last point is out of the window by now. */
static void drop_old(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->device_count; i++) {
		struct history_device *device = &history->devices[i];

		if (device->last < history_first(history))
			free(device->points);
		else
			history->devices[kept++] = *device;
	}
	history->device_count = kept;
}

static struct history_device *add_device(struct history *history,
					 const struct axl_sample *sample)
{
	struct history_device *device;

	if (history->device_count == HISTORY_DEVICES)
		return NULL;
	device = &history->devices[history->device_count];
	*device = (struct history_device){ .last = 0 };
	device->points = calloc(history->room, sizeof(device->points[0]));
	if (!device->points)
		return NULL;
	for (size_t i = 0; i < history->room; i++)
		device->points[i] = nothing;
	snprintf(device->name, sizeof(device->name), "%s", sample->entry.name);
	snprintf(device->bus_address, sizeof(device->bus_address), "%s",
		 sample->entry.bus_address);
	history->device_count++;
	return device;
}

static struct history_point point_of(const struct axl_sample *sample)
{
	const struct axl_telemetry *telemetry = &sample->telemetry;
	struct history_point point = nothing;
	uint32_t busy = sample_busy(sample);
	uint64_t used, size;

	if (busy != AXL_UNKNOWN_32)
		point.busy = (float)busy / 10;
	sample_memory(sample, &used, &size);
	if (used != AXL_UNKNOWN_64)
		point.memory = (float)((double)used / (1 << 20));
	if (sample_stale(sample))
		return point;
	if (telemetry->temperature_mc != AXL_UNKNOWN_MC)
		point.temperature = (float)telemetry->temperature_mc / 1000;
	if (telemetry->power_mw != AXL_UNKNOWN_32)
		point.power = (float)telemetry->power_mw / 1000;
	return point;
}

static void add_point(struct history *history, const struct axl_sample *sample)
{
	struct history_device *device =
		(struct history_device *)history_find(history, sample);
	uint64_t number;

	if (!device)
		device = add_device(history, sample);
	if (!device)
		return;
	/* Where it was away; a ring that is older than all has nothing left. */
	number = device->last + 1;
	if (number < history_first(history))
		number = history_first(history);
	for (; number < history->count; number++)
		device->points[number % history->room] = nothing;
	device->points[history->count % history->room] = point_of(sample);
	device->last = history->count;
}

void history_add(struct history *history, const struct axl_monitor *monitor,
		 int64_t time_ms)
{
	history->count++;
	history->times_ms[history->count % history->room] = time_ms;
	drop_old(history);
	for (size_t i = 0; i < axl_monitor_device_count(monitor); i++) {
		const struct axl_sample *sample =
			axl_monitor_device(monitor, i);

		if (sample_shown(sample))
			add_point(history, sample);
	}
}

void history_event(struct history *history,
		   const struct axl_monitor_event *event, int64_t time_ms)
{
	history->events[history->event_count++ % HISTORY_EVENTS] =
		(struct history_event){
			.number = history->count + 1,
			.time_ms = time_ms,
			.event = *event,
		};
}
