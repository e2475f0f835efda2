// SPDX-License-Identifier: MIT
/*
 * Uevents of accelerators whose drivers are not on the kit, and what the kit
 * does not tell: core dumps. While its family is there, its devices' own
 * uevents are left out, or else each would come twice.
 */
#include "listener.h"
#include "sysfs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void tell(struct axlp_listener *l, uint32_t type,
		 const struct axlp_known *known, const char *driver,
		 const char *text)
{
	struct axl_monitor_event event = {
		.type = type,
		.index = known ? known->index : AXL_UNKNOWN_32,
		.time_ns = (uint64_t)axlp_now_ns(),
	};

	snprintf(event.driver, sizeof(event.driver), "%.31s",
		 known ? known->driver : driver);
	snprintf(event.text, sizeof(event.text), "%.95s", text);
	axlp_listener_push(l, &event);
}

static bool is_of_kit(const struct axlp_listener *l,
		      const struct axlp_known *known)
{
	return l->family && known && known->on_kit;
}

/* Without a node that is known: the number alone. */
static void tell_node(struct axlp_listener *l, uint32_t type, uint32_t index,
		      const char *text)
{
	const struct axlp_known *known = axlp_listener_known(l, index);
	struct axlp_known unknown = { .index = index };

	/* The kit tells of its own devices itself. */
	if (is_of_kit(l, known))
		return;
	tell(l, type, known ? known : &unknown, "", text);
}

static void take_accel(struct axlp_listener *l,
		       const struct axlp_kobject_event *uevent)
{
	bool is_new = strcmp(uevent->action, "add") == 0;
	char text[128];
	uint32_t index;

	if (axlp_parse_node(uevent->name, "accel_control", &index) && is_new) {
		axlp_listener_scan(l);
		axlp_listener_join(l);
		return;
	}
	if (!axlp_parse_node(uevent->name, "accel", &index))
		return;
	if (is_new) {
		axlp_listener_scan(l);
		tell_node(l, AXL_MONITOR_DEVICE_ADDED, index, "");
	} else if (strcmp(uevent->action, "remove") == 0) {
		tell_node(l, AXL_MONITOR_DEVICE_REMOVED, index, "");
	} else {
		snprintf(text, sizeof(text), "%s%s%s", uevent->action,
			 uevent->more[0] ? ": " : "", uevent->more);
		tell_node(l, AXL_MONITOR_CHANGED, index, text);
	}
}

static const struct axlp_known *known_in(const struct axlp_listener *l,
					 const char *path)
{
	for (size_t i = 0; i < l->known_count; i++)
		if (axlp_path_has(path, l->known[i].address))
			return &l->known[i];
	return NULL;
}

/* Of a node that the same device has beside: wedged, and the like. */
static void take_drm(struct axlp_listener *l,
		     const struct axlp_kobject_event *uevent)
{
	const struct axlp_known *known = known_in(l, uevent->path);

	if (known && !is_of_kit(l, known) && uevent->more[0])
		tell(l, AXL_MONITOR_CHANGED, known, "", uevent->more);
}

static void take_pci(struct axlp_listener *l,
		     const struct axlp_kobject_event *uevent)
{
	const struct axlp_driver *driver =
		axlp_driver_of_id(uevent->pci_vendor, uevent->pci_device);
	char text[128];

	if (!uevent->is_pci || driver == &axlp_unknown_driver)
		return;
	if (l->family && strncmp(driver->module, "axle_", 5) == 0)
		return;
	snprintf(text, sizeof(text), "%s %s%s%s", uevent->action,
		 uevent->address, uevent->driver[0] ? ", driver " : "",
		 uevent->driver);
	tell(l, AXL_MONITOR_CHANGED, known_in(l, uevent->path), driver->name,
	     text);
}

static void take_dump(struct axlp_listener *l,
		      const struct axlp_kobject_event *uevent)
{
	const char *name = strrchr(uevent->path, '/');
	char path[PATH_MAX], device[NAME_MAX + 1], text[96];

	if (!name || strcmp(uevent->action, "add") != 0 ||
	    axlp_system_path(l->monitor->system, path, sizeof(path),
			     "/sys/class/devcoredump%s/failing_device", name) ||
	    axlp_read_link_name(AT_FDCWD, path, device, sizeof(device)))
		return;
	for (size_t i = 0; i < l->known_count; i++) {
		if (strcmp(l->known[i].address, device) != 0)
			continue;
		snprintf(text, sizeof(text), "there is a core dump, %.32s",
			 name + 1);
		tell(l, AXL_MONITOR_CHANGED, &l->known[i], "", text);
		return;
	}
}

static const struct {
	const char *subsystem;
	void (*take)(struct axlp_listener *l,
		     const struct axlp_kobject_event *uevent);
} subsystems[] = {
	{ "accel", take_accel },
	{ "drm", take_drm },
	{ "pci", take_pci },
	{ "devcoredump", take_dump },
};

void axlp_listener_kobject(struct axlp_listener *l,
			   const struct axlp_kobject_event *uevent)
{
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(subsystems); i++)
		if (strcmp(subsystems[i].subsystem, uevent->subsystem) == 0)
			subsystems[i].take(l, uevent);
}
