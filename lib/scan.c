// SPDX-License-Identifier: MIT
/*
 * Finding devices: every accelN in /sys/class/accel, then PCI functions that
 * are accelerators by their class or id but have no such node, then the one
 * that is always there.
 *
 * A scan is an array on the heap that grows as it goes and belongs to the
 * caller. Entries come out sorted. What cannot be read is left out or left
 * empty; only a lack of memory is an error.
 */
#include "axlp.h"
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PCI base class 12h, subclass 00h: processing accelerator. */
#define PCI_CLASS_ACCELERATOR 0x1200

void axlp_scan_free(struct axlp_scan *scan)
{
	free(scan->found);
	memset(scan, 0, sizeof(*scan));
}

/* A zeroed element at the end. */
static struct axlp_found *scan_add(struct axlp_scan *scan)
{
	struct axlp_found *found = scan->found;
	size_t room = scan->room ? scan->room * 2 : 8;

	if (scan->count == scan->room) {
		found = reallocarray(found, room, sizeof(*found));
		if (!found)
			return NULL;
		scan->found = found;
		scan->room = room;
	}
	found += scan->count++;
	memset(found, 0, sizeof(*found));
	return found;
}

static DIR *open_dir(struct axl_system *sys, const char *path)
{
	char full[PATH_MAX];

	if (axlp_system_path(sys, full, sizeof(full), "%s", path))
		return NULL;
	return opendir(full);
}

uint32_t axlp_node_access(struct axl_system *sys, const char *prefix,
			  uint32_t index)
{
	char path[PATH_MAX];

	if (axlp_system_path(sys, path, sizeof(path), "/dev/accel/%s%u", prefix,
			     index))
		return AXL_ACCESS_ABSENT;
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
		return AXL_ACCESS_OK;
	return errno == ENOENT || errno == ENOTDIR ? AXL_ACCESS_ABSENT :
						     AXL_ACCESS_DENIED;
}

/* The bus device's facts, from its directory in sysfs. */
static void fill_bus(struct axl_entry *entry, const struct axlp_uevent *uevent,
		     int dir)
{
	uint64_t number;

	entry->numa_node = -1;
	if (axlp_read_u64(dir, "numa_node", 10, &number) == 0 &&
	    number <= INT32_MAX)
		entry->numa_node = (int32_t)number;
	if (!uevent->is_pci)
		return;
	entry->bus = AXL_BUS_PCI;
	entry->pci_vendor = uevent->pci_vendor;
	entry->pci_device = uevent->pci_device;
	entry->pci_subsystem_vendor = uevent->pci_subsystem_vendor;
	entry->pci_subsystem_device = uevent->pci_subsystem_device;
	entry->pci_class = uevent->pci_class;
	if (axlp_read_u64(dir, "revision", 0, &number) == 0 && number <= 0xff)
		entry->pci_revision = (uint32_t)number;
}

static void copy_string(char *out, size_t size, const char *text)
{
	axlp_copy_text(out, size, text, strlen(text));
}

/* A driver on the kit that is not known by name: "axle_npu" makes "npu0". */
static const char *stem_of(const char *bus_driver)
{
	static const char prefix[] = "axle_";

	if (strncmp(bus_driver, prefix, sizeof(prefix) - 1) == 0)
		return bus_driver + sizeof(prefix) - 1;
	return bus_driver;
}

static void fill_driver(struct axlp_found *found, const char *bus_driver,
			bool on_kit)
{
	struct axl_entry *entry = &found->entry;
	const struct axlp_driver *driver;
	const char *name;

	driver = axlp_driver_of_device(bus_driver, entry->bus_address, on_kit);
	found->driver = driver;
	/* The tables for "any" driver do not have its name. */
	name = driver->bus_driver ? driver->name : stem_of(bus_driver);
	copy_string(entry->driver, sizeof(entry->driver),
		    name[0] ? name : driver->name);
	copy_string(entry->module, sizeof(entry->module),
		    driver->module ? driver->module : bus_driver);
	copy_string(entry->provider, sizeof(entry->provider),
		    driver->ops->name);
	copy_string(entry->product, sizeof(entry->product),
		    axlp_product(driver, entry->pci_vendor, entry->pci_device));
	entry->capabilities = axlp_capabilities(driver);
}

/*
 * The kit's control node has the same number and the same parent as the
 * compute node; any other accel_controlN is not its.
 */
static bool has_control(int class_dir, const struct axl_entry *entry)
{
	char path[64], parent[sizeof(entry->bus_address)];

	snprintf(path, sizeof(path), "accel_control%u/device", entry->index);
	return axlp_read_link_name(class_dir, path, parent, sizeof(parent)) ==
		       0 &&
	       strcmp(parent, entry->bus_address) == 0;
}

static int scan_add_device(struct axl_system *sys, struct axlp_scan *scan,
			   int class_dir, uint32_t index)
{
	struct axlp_found *found = scan_add(scan);
	struct axlp_uevent uevent = { 0 };
	struct axl_entry *entry;
	bool on_kit;
	char path[64];
	int dir;

	if (!found)
		return -ENOMEM;
	entry = &found->entry;
	entry->kind = AXL_KIND_DEVICE;
	entry->index = index;
	snprintf(entry->name, sizeof(entry->name), "accel%u", index);
	snprintf(path, sizeof(path), "accel%u/device", index);

	axlp_read_link_name(class_dir, path, entry->bus_address,
			    sizeof(entry->bus_address));
	entry->numa_node = -1;
	dir = openat(class_dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		axlp_read_uevent(dir, "uevent", &uevent);
		fill_bus(entry, &uevent, dir);
		close(dir);
	} else {
		axlp_log(sys, AXL_LOG_WARNING, "%s has no device in sysfs",
			 entry->name);
	}
	on_kit = has_control(class_dir, entry);
	fill_driver(found, uevent.driver, on_kit);
	entry->access = axlp_node_access(sys, "accel", index);
	entry->control_access =
		on_kit ? axlp_node_access(sys, "accel_control", index) :
			 (uint32_t)AXL_ACCESS_NONE;
	return 0;
}

static int compare_index(const void *a, const void *b)
{
	const struct axlp_found *x = a, *y = b;

	return (x->entry.index > y->entry.index) -
	       (x->entry.index < y->entry.index);
}

/* The index counts the devices of one driver in the order of N. */
static void fill_aliases(struct axlp_scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		struct axl_entry *entry = &scan->found[i].entry;
		unsigned int number = 0;

		for (size_t j = 0; j < i; j++)
			number += strcmp(scan->found[j].entry.driver,
					 entry->driver) == 0;
		snprintf(entry->alias, sizeof(entry->alias), "%s%u",
			 entry->driver, number);
	}
}

int axlp_scan_devices(struct axl_system *sys, struct axlp_scan *scan)
{
	DIR *class = open_dir(sys, "/sys/class/accel");
	struct dirent *node;
	uint32_t index;
	int err = 0;

	if (!class) {
		axlp_log(sys, AXL_LOG_DEBUG, "no /sys/class/accel: %s",
			 strerrordesc_np(errno));
		return 0;
	}
	while (!err && (node = readdir(class)))
		if (axlp_parse_node(node->d_name, "accel", &index))
			err = scan_add_device(sys, scan, dirfd(class), index);
	closedir(class);
	if (err)
		return err;
	if (scan->count)
		qsort(scan->found, scan->count, sizeof(*scan->found),
		      compare_index);
	fill_aliases(scan);
	return 0;
}

static bool has_device(const struct axlp_scan *scan, size_t count,
		       const char *address)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(scan->found[i].entry.bus_address, address) == 0)
			return true;
	return false;
}

static void fill_function(struct axlp_found *found, const char *slot,
			  const struct axlp_driver *driver,
			  const struct axlp_uevent *uevent, int dir)
{
	struct axl_entry *entry = &found->entry;

	found->driver = driver;
	entry->kind = uevent->driver[0] ? AXL_KIND_FOREIGN : AXL_KIND_UNBOUND;
	entry->index = AXL_UNKNOWN_32;
	entry->access = AXL_ACCESS_NONE;
	entry->control_access = AXL_ACCESS_NONE;
	fill_bus(entry, uevent, dir);
	copy_string(entry->bus_address, sizeof(entry->bus_address), slot);
	copy_string(entry->driver, sizeof(entry->driver), uevent->driver);
	copy_string(entry->module, sizeof(entry->module),
		    driver->module ? driver->module : "");
	copy_string(entry->provider, sizeof(entry->provider),
		    driver->ops->name);
	copy_string(entry->product, sizeof(entry->product),
		    axlp_product(driver, uevent->pci_vendor,
				 uevent->pci_device));
}

/* One file tells about a function all that decides. */
static int scan_add_function(struct axlp_scan *scan, size_t devices, int bus,
			     const char *slot)
{
	const struct axlp_driver *driver;
	struct axlp_uevent uevent;
	struct axlp_found *found;
	char path[NAME_MAX + 16];
	int dir;

	snprintf(path, sizeof(path), "%s/uevent", slot);
	if (axlp_read_uevent(bus, path, &uevent) || !uevent.is_pci)
		return 0;
	driver = axlp_driver_of_id(uevent.pci_vendor, uevent.pci_device);
	if (driver == &axlp_unknown_driver &&
	    uevent.pci_class >> 8 != PCI_CLASS_ACCELERATOR)
		return 0;
	if (has_device(scan, devices, slot))
		return 0;
	dir = openat(bus, slot, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0;
	found = scan_add(scan);
	if (found)
		fill_function(found, slot, driver, &uevent, dir);
	close(dir);
	return found ? 0 : -ENOMEM;
}

static int compare_address(const void *a, const void *b)
{
	const struct axlp_found *x = a, *y = b;

	return strcmp(x->entry.bus_address, y->entry.bus_address);
}

int axlp_scan_pci(struct axl_system *sys, struct axlp_scan *scan)
{
	DIR *bus = open_dir(sys, "/sys/bus/pci/devices");
	size_t devices = scan->count;
	struct dirent *function;
	int err = 0;

	if (!bus)
		return 0;
	while (!err && (function = readdir(bus)))
		if (function->d_name[0] != '.')
			err = scan_add_function(scan, devices, dirfd(bus),
						function->d_name);
	closedir(bus);
	if (!err && scan->count > devices)
		qsort(scan->found + devices, scan->count - devices,
		      sizeof(*scan->found), compare_address);
	return err;
}

int axlp_scan_embedded(struct axlp_scan *scan)
{
	const struct axlp_driver *driver = &axlp_soft_driver;
	struct axlp_found *found = scan_add(scan);
	struct axl_entry *entry;

	if (!found)
		return -ENOMEM;
	found->driver = driver;
	entry = &found->entry;
	entry->kind = AXL_KIND_EMBEDDED;
	entry->index = AXL_UNKNOWN_32;
	entry->access = AXL_ACCESS_OK;
	entry->control_access = AXL_ACCESS_NONE;
	entry->bus = AXL_BUS_PROCESS;
	entry->numa_node = -1;
	entry->capabilities = axlp_capabilities(driver);
	copy_string(entry->name, sizeof(entry->name), driver->name);
	copy_string(entry->driver, sizeof(entry->driver), driver->name);
	copy_string(entry->provider, sizeof(entry->provider),
		    driver->ops->name);
	copy_string(entry->product, sizeof(entry->product), driver->product);
	return 0;
}
