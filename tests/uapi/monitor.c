// SPDX-License-Identifier: MIT
#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bo.h"
#include "tap.h"
#include "uapi.h"

#define MARK "axle test: from here on"

struct mock_telemetry monitor_usual(void)
{
	return (struct mock_telemetry){
		.valid = MONITOR_ALL,
		.temperature_mc = 52000,
		.power_mw = 31000,
		.energy_uj = 5000000,
		.clock_hz = 800000000,
		.throttled_ns = 3000000,
	};
}

int monitor_say(const struct mock_telemetry *said)
{
	struct mock_telemetry copy = *said;
	int fd = mock_open_control();
	int result = ioctl(fd, MOCK_IOCTL_SAY, &copy);
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

int monitor_read(struct drm_axle_query_telemetry *out)
{
	int fd = mock_open_control();
	int result =
		uapi_query(fd, DRM_AXLE_TOPIC_TELEMETRY, out, sizeof(*out));
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

int monitor_set_limit(uint32_t limit, uint64_t value)
{
	struct drm_axle_set_limit args = { .limit = limit, .value = value };
	int fd = mock_open_control();
	int result = ioctl(fd, DRM_IOCTL_AXLE_SET_LIMIT, &args);
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

struct mock_limits monitor_limits(void)
{
	struct mock_limits limits = { 0 };
	int fd = mock_open_control();

	if (uapi_query(fd, MOCK_TOPIC_LIMITS, &limits, sizeof(limits)))
		memset(&limits, 0, sizeof(limits));
	close(fd);
	return limits;
}

bool monitor_afresh(void)
{
	/* Without a newline it would show with the next line only. */
	return mock_unbind() && mock_bind() &&
	       uapi_write("/dev/kmsg", MARK "\n");
}

int monitor_logged(const char *text)
{
	FILE *log = popen("dmesg", "r");
	char line[512];
	int count = 0;

	if (!log)
		return -1;
	while (fgets(line, sizeof(line), log)) {
		if (strstr(line, MARK))
			count = 0;
		else if (strstr(line, text))
			count++;
	}
	pclose(log);
	return count;
}

static int read_file(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, line, size - 1) : -1;
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	if (n < 0)
		return -1;
	line[n] = 0;
	line[strcspn(line, "\n")] = 0;
	return 0;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? write(fd, text, strlen(text)) : -1;
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

static long long read_number(int result, const char *line)
{
	return result ? -1 : strtoll(line, NULL, 10);
}

void monitor_sysfs_path(const char *name, char *path, size_t size)
{
	snprintf(path, size, "/sys/class/accel/accel%d/%s", uapi_find("mock"),
		 name);
}

void monitor_hwmon_path(const char *name, char *path, size_t size)
{
	glob_t found = { 0 };

	path[0] = 0;
	if (glob("/sys/devices/platform/axle_mock/hwmon/hwmon*", 0, NULL,
		 &found) == 0 &&
	    found.gl_pathc == 1)
		snprintf(path, size, "%s/%s", found.gl_pathv[0], name);
	globfree(&found);
}

int monitor_sysfs(const char *name, char *line, size_t size)
{
	char path[256];

	monitor_sysfs_path(name, path, sizeof(path));
	return read_file(path, line, size);
}

int monitor_hwmon(const char *name, char *line, size_t size)
{
	char path[256];

	monitor_hwmon_path(name, path, sizeof(path));
	return read_file(path, line, size);
}

long long monitor_sysfs_number(const char *name)
{
	char line[64];

	return read_number(monitor_sysfs(name, line, sizeof(line)), line);
}

long long monitor_hwmon_number(const char *name)
{
	char line[64];

	return read_number(monitor_hwmon(name, line, sizeof(line)), line);
}

int monitor_sysfs_write(const char *name, const char *text)
{
	char path[256];

	monitor_sysfs_path(name, path, sizeof(path));
	return write_file(path, text);
}

int monitor_hwmon_write(const char *name, const char *text)
{
	char path[256];

	monitor_hwmon_path(name, path, sizeof(path));
	return write_file(path, text);
}
