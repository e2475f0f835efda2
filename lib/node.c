// SPDX-License-Identifier: MIT
/* Opening the nodes of a device, and why that failed. */
#include "axlp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int axlp_node_open(const struct axl_system *sys, const char *prefix,
		   uint32_t index)
{
	char path[PATH_MAX];
	int err, fd;

	err = axlp_system_path(sys, path, sizeof(path), "/dev/accel/%s%u",
			       prefix, index);
	if (err)
		return err;
	do {
		/* Events are read from it, which must not wait. */
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		fd = -errno;
	axlp_log(sys, AXL_LOG_DEBUG, "%s: %s", path,
		 fd < 0 ? strerrordesc_np(-fd) : "opened");
	return fd;
}

static bool is_in_sysfs(const struct axl_system *sys, const char *prefix,
			uint32_t index)
{
	char path[PATH_MAX];

	return axlp_system_path(sys, path, sizeof(path),
				"/sys/class/accel/%s%u", prefix, index) == 0 &&
	       access(path, F_OK) == 0;
}

/* ENXIO is what a character device without a driver behind it says. */
static const struct {
	int err;
	int as;
	const char *what;
	const char *next;
} reasons[] = {
	{ -EACCES, -EACCES, "no permission to open",
	  "join group render or run as root" },
	{ -EPERM, -EPERM, "not allowed to open",
	  "the container or its device cgroup forbids it" },
	{ -ENOENT, -ENODEV, "there is no", "the device has gone" },
	{ -ENXIO, -ENODEV, "nothing is behind", "the device has gone" },
};

int axlp_node_fail(const struct axl_system *sys, struct axlp_error *error,
		   const char *prefix, uint32_t index, int err)
{
	char path[512];

	snprintf(path, sizeof(path), "%.400s/dev/accel/%s%u", sys->root, prefix,
		 index);
	if (err == -ENOENT && is_in_sysfs(sys, prefix, index))
		return axlp_fail(error, -EPERM,
				 "there is no %s: the container was not given "
				 "it, or udev has not made it",
				 path);
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(reasons); i++)
		if (reasons[i].err == err)
			return axlp_fail(error, reasons[i].as, "%s %s: %s",
					 reasons[i].what, path,
					 reasons[i].next);
	return axlp_fail(error, err, "cannot open %s: %s", path,
			 axlp_explain(err));
}
