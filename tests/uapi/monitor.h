/* SPDX-License-Identifier: MIT */
/*
 * Short forms for the tests about what operators see, on the test device. Each
 * opens the control node for itself.
 */
#ifndef AXLE_TESTS_MONITOR_H
#define AXLE_TESTS_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/axle_drm.h>

#include "axle_mock.h"

#define MONITOR_ALL                                                  \
	(DRM_AXLE_TELEMETRY_TEMPERATURE | DRM_AXLE_TELEMETRY_POWER | \
	 DRM_AXLE_TELEMETRY_ENERGY | DRM_AXLE_TELEMETRY_CLOCK |      \
	 DRM_AXLE_TELEMETRY_THROTTLE)

/* Values that can be, counters of a device that has worked for a while. */
struct mock_telemetry monitor_usual(void);
/* Have the device tell this; 0, or -1 with errno set, as the next two. */
int monitor_say(const struct mock_telemetry *said);
int monitor_read(struct drm_axle_query_telemetry *out);
int monitor_set_limit(uint32_t limit, uint64_t value);
/* What the device has been told of limits. */
struct mock_limits monitor_limits(void);

/* Unbind and bind, so that nothing has been told or logged yet. */
bool monitor_afresh(void);
/* Lines of the kernel's log since the last monitor_afresh() that have @text. */
int monitor_logged(const char *text);

/* A file of the node's device, or of the only hwmon device below the device. */
void monitor_sysfs_path(const char *name, char *path, size_t size);
void monitor_hwmon_path(const char *name, char *path, size_t size);
/* First line of a file of the node's device, or of hwmon; errno if -1. */
int monitor_sysfs(const char *name, char *line, size_t size);
int monitor_hwmon(const char *name, char *line, size_t size);
/* The same as a number; -1 if it cannot be read, with errno. */
long long monitor_sysfs_number(const char *name);
long long monitor_hwmon_number(const char *name);
/* Write to it; 0, or -1 with errno set. */
int monitor_sysfs_write(const char *name, const char *text);
int monitor_hwmon_write(const char *name, const char *text);

#endif
