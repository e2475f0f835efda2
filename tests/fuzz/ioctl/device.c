// SPDX-License-Identifier: MIT
/* The device under test: where it is, and whether it is well. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "uapi.h"

#define INDEX_MAX 64
#define SETTLE_MS 60000

static bool bus_path(int index, char *path)
{
	char link[128];

	snprintf(link, sizeof(link), "/sys/class/accel/accel_control%d/device",
		 index);
	return realpath(link, path);
}

/* Numbers change when a device is bound again while the old one is open. */
int fuzz_device_index(const struct fuzz_device *device)
{
	char path[PATH_MAX];

	for (int i = 0; i < INDEX_MAX; i++)
		if (bus_path(i, path) && !strcmp(path, device->bus_path))
			return i;
	return -1;
}

static uint32_t query_count(int fd, uint32_t topic)
{
	struct drm_axle_query_engines *list;
	char data[4096] = "";

	/* Both lists begin with their count. */
	list = (void *)data;
	return uapi_query(fd, topic, data, sizeof(data)) ? 0 : list->count;
}

static void find_paths(struct fuzz_device *device)
{
	char link[PATH_MAX + 32], path[PATH_MAX];

	snprintf(link, sizeof(link), "%s/driver", device->bus_path);
	if (realpath(link, device->driver_path) == NULL)
		device->driver_path[0] = '\0';
	snprintf(link, sizeof(link), "%s/driver/module", device->bus_path);
	if (realpath(link, path))
		snprintf(device->module, sizeof(device->module), "%s",
			 basename(path));
}

static bool device_open(struct fuzz_device *device, int index)
{
	struct drm_axle_query_device answer;
	int fd = uapi_open_control(index);
	bool ok;

	if (fd < 0)
		return false;
	ok = !uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &answer, sizeof(answer));
	device->driver = ok ? fuzz_driver_find(answer.driver) : NULL;
	device->features = answer.features;
	device->regions = query_count(fd, DRM_AXLE_TOPIC_MEMORY);
	device->engines = query_count(fd, DRM_AXLE_TOPIC_ENGINES);
	close(fd);
	return device->driver;
}

bool fuzz_device_find(struct fuzz_device *device, int nth)
{
	for (int i = 0; i < INDEX_MAX; i++) {
		memset(device, 0, sizeof(*device));
		if (!bus_path(i, device->bus_path) || !device_open(device, i) ||
		    nth--)
			continue;
		find_paths(device);
		return true;
	}
	return false;
}

static bool nothing_used(int fd, bool say)
{
	struct drm_axle_query_limits limits = { 0 };
	char data[4096] = "";
	struct drm_axle_query_memory *memory = (void *)data;

	if (uapi_query(fd, DRM_AXLE_TOPIC_LIMITS, &limits, sizeof(limits)))
		return false;
	uapi_query(fd, DRM_AXLE_TOPIC_MEMORY, data, sizeof(data));
	if (say && limits.contexts_used)
		printf("# %u contexts are still in use\n",
		       limits.contexts_used);
	if (limits.contexts_used)
		return false;
	for (uint32_t i = 0; i < memory->count; i++) {
		if (say && memory->regions[i].used)
			printf("# %llu bytes of %s are still in use\n",
			       (unsigned long long)memory->regions[i].used,
			       memory->regions[i].name);
		if (memory->regions[i].used)
			return false;
	}
	return true;
}

/* What was open is closed by workers of the kernel, too. */
static bool becomes_unused(int fd)
{
	uint64_t end = uapi_now_ms() + SETTLE_MS;

	while (!nothing_used(fd, false)) {
		if (uapi_now_ms() > end)
			return nothing_used(fd, true);
		usleep(100000);
	}
	return true;
}

bool fuzz_device_idle(const struct fuzz_device *device)
{
	struct drm_axle_query_health health = { 0 };
	struct drm_axle_reset reset = { 0 };
	int fd = uapi_open_control(fuzz_device_index(device));
	bool ok;

	if (fd < 0) {
		printf("# the device is not there: %s\n", strerror(errno));
		return false;
	}
	ok = ioctl(fd, DRM_IOCTL_AXLE_RESET, &reset) == 0 ||
	     errno == EOPNOTSUPP;
	if (!ok)
		printf("# RESET fails: %s\n", strerror(errno));
	ok &= !uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health));
	ok &= health.state == DRM_AXLE_STATE_READY;
	ok &= becomes_unused(fd);
	close(fd);
	if (ok && !device->driver->works(device)) {
		printf("# the device does not work: %s\n", strerror(errno));
		return false;
	}
	return ok;
}
