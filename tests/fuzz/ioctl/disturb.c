// SPDX-License-Identifier: MIT
/*
 * What happens to a device while programs use it. That the whole machine sleeps
 * is not among it: the VM's root directory, 9p over virtio, does not survive
 * that in 6.12.
 */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "uapi.h"

static void write_driver_file(const struct fuzz_device *device,
			      const char *file)
{
	char path[PATH_MAX + 16], bus[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", device->driver_path, file);
	snprintf(bus, sizeof(bus), "%s", device->bus_path);
	uapi_write(path, basename(bus));
}

static void unbind(struct fuzz_process *process, struct fuzz_thread *t)
{
	fuzz_enter(t, "unbind");
	write_driver_file(process->device, "unbind");
	fuzz_leave(t);
	usleep(rng_below(&t->rng, 300000));
	fuzz_enter(t, "bind");
	write_driver_file(process->device, "bind");
	fuzz_leave(t);
}

static void reset(struct fuzz_process *process, struct fuzz_thread *t)
{
	struct drm_axle_reset args = { 0 };
	int fd = uapi_open_control(fuzz_device_index(process->device));

	if (fd < 0)
		return;
	fuzz_enter(t, "RESET");
	ioctl(fd, DRM_IOCTL_AXLE_RESET, &args);
	fuzz_leave(t);
	close(fd);
}

static void set_switch(const struct fuzz_device *device, const char *name,
		       const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s",
		 device->module, name);
	uapi_write(path, value);
}

/* The device itself fails for a while. */
static void fail(struct fuzz_process *process, struct fuzz_thread *t)
{
	const char *const *switches = process->device->driver->switches;
	uint32_t count = 0;
	const char *name;

	while (switches && switches[count])
		count++;
	if (!count)
		return;
	name = switches[rng_below(&t->rng, count)];
	set_switch(process->device, name, "1");
	usleep(rng_below(&t->rng, 300000));
	set_switch(process->device, name, "0");
	reset(process, t);
}

void fuzz_disturb(struct fuzz_process *process, struct fuzz_thread *t)
{
	static void (*const ways[])(struct fuzz_process *,
				    struct fuzz_thread *) = {
		reset, reset, unbind, unbind, fail, fail,
	};

	usleep(500000 + rng_below(&t->rng, 1500000));
	ways[rng_below(&t->rng, sizeof(ways) / sizeof(ways[0]))](process, t);
}

/* However the last one was interrupted, the device is whole again. */
void fuzz_settle(const struct fuzz_device *device)
{
	const char *const *name = device->driver->switches;

	for (; name && *name; name++)
		set_switch(device, *name, "0");
	if (fuzz_device_index(device) < 0)
		write_driver_file(device, "bind");
}

bool fuzz_reload(const struct fuzz_device *device, const char *load)
{
	if (uapi_shell("modprobe -r %s", device->module) ||
	    uapi_shell("modprobe %s", load ? load : device->module))
		return false;
	return fuzz_device_index(device) >= 0;
}
