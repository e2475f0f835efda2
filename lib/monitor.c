// SPDX-License-Identifier: MIT
/*
 * struct axl_monitor: which devices are there. Device objects stay open from
 * sample to sample, as opening them costs more than asking; /sys/class/accel is
 * read each time, and only when that has changed, all of it is scanned again.
 * A device is known by its directory's inode, which a new one never shares with
 * the one before, though they may share their name.
 */
#include "sysfs.h"
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int axl_monitor_create(struct axl_system *system, struct axl_monitor **monitor)
{
	struct axl_monitor *new = calloc(1, sizeof(*new));

	system->error.text[0] = '\0';
	if (!new)
		return axlp_fail(&system->error, -ENOMEM, "out of memory");
	new->system = axlp_system_get(system);
	*monitor = new;
	return 0;
}

static void forget_devices(struct axlp_watched *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		axl_device_close(devices[i].dev);
	free(devices);
}

void axl_monitor_destroy(struct axl_monitor *monitor)
{
	if (!monitor)
		return;
	axlp_listener_close(monitor);
	axlp_kit_close(monitor);
	forget_devices(monitor->devices, monitor->count);
	axlp_clients_free(&monitor->clients);
	axlp_clients_free(&monitor->before);
	axl_system_destroy(monitor->system);
	free(monitor);
}

static uint64_t node_number(struct axl_system *sys, uint32_t index)
{
	char path[PATH_MAX];
	uint64_t number;

	if (axlp_system_path(sys, path, sizeof(path),
			     "/sys/class/accel/accel%u", index) ||
	    axlp_file_number(path, &number))
		return 0;
	return number;
}

static struct axlp_watched *find_device(struct axl_monitor *monitor,
					uint32_t index)
{
	for (size_t i = 0; i < monitor->count; i++)
		if (monitor->devices[i].found.entry.index == index)
			return &monitor->devices[i];
	return NULL;
}

/* Whether all that is known is there, and nothing else. */
static bool is_unchanged(struct axl_monitor *monitor)
{
	struct axl_system *sys = monitor->system;
	struct dirent *node;
	char path[PATH_MAX];
	size_t count = 0;
	uint32_t index;
	DIR *class;

	if (axlp_system_path(sys, path, sizeof(path), "/sys/class/accel"))
		return false;
	class = opendir(path);
	if (!class)
		return monitor->count == 0;
	while ((node = readdir(class))) {
		struct axlp_watched *known;

		if (!axlp_parse_node(node->d_name, "accel", &index))
			continue;
		known = find_device(monitor, index);
		if (!known || known->number != node_number(sys, index))
			break;
		count++;
	}
	closedir(class);
	return !node && count == monitor->count;
}

/* udev, or a container's owner, may make a node later, or let somebody in. */
static void renew_access(struct axl_system *sys, struct axlp_watched *watched)
{
	struct axl_entry *entry = &watched->found.entry;
	struct axl_device *dev;

	entry->access = axlp_node_access(sys, "accel", entry->index);
	if (entry->control_access == AXL_ACCESS_NONE)
		return;
	entry->control_access =
		axlp_node_access(sys, "accel_control", entry->index);
	if (entry->control_access != AXL_ACCESS_OK ||
	    watched->dev->control >= 0)
		return;
	dev = axlp_device_watch(sys, &watched->found);
	if (!dev)
		return;
	axl_device_close(watched->dev);
	watched->dev = dev;
}

static void take_known(struct axl_monitor *monitor, struct axlp_watched *new)
{
	struct axlp_watched *known =
		find_device(monitor, new->found.entry.index);

	if (!known || !known->dev || known->number != new->number)
		return;
	/* The entry may have changed: another alias, another access. */
	known->found = new->found;
	*new = *known;
	known->dev = NULL;
}

/* With an error, what was there before is gone as well. */
static int take_scan(struct axl_monitor *monitor, const struct axlp_scan *scan)
{
	struct axlp_watched *devices =
		calloc(scan->count ? scan->count : 1, sizeof(*devices));
	size_t count = 0;

	if (!devices)
		return -ENOMEM;
	for (; count < scan->count; count++) {
		struct axlp_watched *new = &devices[count];

		new->found = scan->found[count];
		new->number =
			node_number(monitor->system, new->found.entry.index);
		take_known(monitor, new);
		if (!new->dev)
			new->dev =
				axlp_device_watch(monitor->system, &new->found);
		if (!new->dev)
			break;
	}
	forget_devices(monitor->devices, monitor->count);
	monitor->devices = devices;
	monitor->count = count;
	return count < scan->count ? -ENOMEM : 0;
}

static int find_devices(struct axl_monitor *monitor)
{
	struct axlp_scan scan = { 0 };
	int err;

	if (is_unchanged(monitor))
		return 0;
	err = axlp_scan_devices(monitor->system, &scan);
	if (!err)
		err = take_scan(monitor, &scan);
	axlp_scan_free(&scan);
	return err;
}

int axl_monitor_sample(struct axl_monitor *monitor, uint32_t flags)
{
	int err;

	monitor->error.text[0] = '\0';
	if (flags & ~AXL_MONITOR_CLIENTS)
		return axlp_fail(&monitor->error, -EINVAL, "unknown flags %#x",
				 flags);
	err = find_devices(monitor);
	for (size_t i = 0; i < monitor->count; i++) {
		renew_access(monitor->system, &monitor->devices[i]);
		axlp_watched_begin(&monitor->devices[i]);
	}
	axlp_kit_sample(monitor);
	for (size_t i = 0; i < monitor->count; i++)
		axlp_watched_finish(&monitor->devices[i]);
	if (!err && flags & AXL_MONITOR_CLIENTS)
		err = axlp_clients_sample(monitor);
	else
		monitor->clients.count = 0;
	if (err)
		return axlp_fail(&monitor->error, err,
				 "cannot look at all devices: %s",
				 axlp_explain(err));
	return 0;
}

size_t axl_monitor_device_count(const struct axl_monitor *monitor)
{
	return monitor->count;
}

const struct axl_sample *axl_monitor_device(const struct axl_monitor *monitor,
					    size_t i)
{
	return i < monitor->count ? &monitor->devices[i].sample : NULL;
}

size_t axl_monitor_client_count(const struct axl_monitor *monitor)
{
	return monitor->clients.count;
}

const struct axl_client *axl_monitor_client(const struct axl_monitor *monitor,
					    size_t i)
{
	return i < monitor->clients.count ?
		       &monitor->clients.clients[i].client :
		       NULL;
}

const char *axl_monitor_error_detail(const struct axl_monitor *monitor)
{
	return monitor->error.text;
}
