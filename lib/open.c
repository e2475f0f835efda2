// SPDX-License-Identifier: MIT
/*
 * Opening a device by name: scan, choose, and where nothing can be chosen say
 * what there is instead.
 */
#include "axlp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* As lspci prints it, without the domain: "00:04.0". */
static bool is_short_address(const struct axl_entry *entry, const char *name)
{
	char full[sizeof(entry->bus_address)];

	if (entry->bus != AXL_BUS_PCI)
		return false;
	snprintf(full, sizeof(full), "0000:%.20s", name);
	return strcmp(entry->bus_address, full) == 0;
}

static bool is_called(const struct axl_entry *entry, const char *name)
{
	static const char dev[] = "/dev/accel/";

	if (strncmp(name, dev, sizeof(dev) - 1) == 0)
		name += sizeof(dev) - 1;
	return name[0] && (strcmp(entry->name, name) == 0 ||
			   strcmp(entry->alias, name) == 0 ||
			   strcmp(entry->bus_address, name) == 0 ||
			   is_short_address(entry, name));
}

static const struct axlp_found *find_named(const struct axlp_scan *scan,
					   const char *name)
{
	for (size_t i = 0; i < scan->count; i++)
		if (is_called(&scan->found[i].entry, name))
			return &scan->found[i];
	return NULL;
}

#define NEEDED \
	(AXL_CAN_CONTEXTS | AXL_CAN_MEMORY | AXL_CAN_PROGRAMS | AXL_CAN_JOBS)

/* Without a name: the first that can run programs and lets this user. */
static const struct axlp_found *find_default(const struct axlp_scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		const struct axl_entry *entry = &scan->found[i].entry;

		if ((entry->capabilities & NEEDED) == NEEDED &&
		    entry->access == AXL_ACCESS_OK)
			return &scan->found[i];
	}
	return NULL;
}

/* "accel0 (edu0), 0000:00:05.0", as far as it fits. */
static void write_names(char *out, size_t size, const struct axlp_scan *scan)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < scan->count && used < size; i++) {
		const struct axl_entry *entry = &scan->found[i].entry;
		const char *comma = i ? ", " : "";
		int n;

		if (entry->kind == AXL_KIND_DEVICE)
			n = snprintf(out + used, size - used, "%s%s (%s)",
				     comma, entry->name, entry->alias);
		else
			n = snprintf(out + used, size - used, "%s%s", comma,
				     entry->name[0] ? entry->name :
						      entry->bus_address);
		used += (size_t)n;
	}
}

static int fail_none(struct axl_system *sys, const struct axlp_scan *scan,
		     const char *name)
{
	char names[256];

	write_names(names, sizeof(names), scan);
	return axlp_fail(&sys->error, -ENOENT,
			 "no accelerator is called \"%.64s\"; there is %s",
			 name, names);
}

static int fail_unbound(struct axl_system *sys, const struct axl_entry *entry)
{
	axl_entry_advice(entry, sys->error.text, sizeof(sys->error.text));
	return -ENXIO;
}

/*
 * On failure scan is still the caller's to free. Reading all of PCI pays off
 * only for a name that nothing else has.
 */
static int choose(struct axl_system *sys, struct axlp_scan *scan,
		  const char *name, const struct axlp_found **found)
{
	int err = axlp_scan_devices(sys, scan);

	*found = NULL;
	if (!err && name)
		*found = find_named(scan, name);
	if (err || *found)
		return err;
	if (name && strcmp(name, axlp_soft_driver.name) != 0)
		err = axlp_scan_pci(sys, scan);
	if (!err)
		err = axlp_scan_embedded(scan);
	if (err)
		return err;
	*found = name ? find_named(scan, name) : find_default(scan);
	return 0;
}

int axl_device_open(struct axl_system *system, const char *name,
		    struct axl_device **device)
{
	const struct axlp_found *found = NULL;
	struct axlp_scan scan = { 0 };
	struct axl_device *dev;
	int err;

	system->error.text[0] = '\0';
	if (!name)
		name = system->default_device;
	err = choose(system, &scan, name, &found);
	if (err)
		axlp_fail(&system->error, err, "cannot look for devices: %s",
			  axlp_explain(err));
	else if (!found)
		err = fail_none(system, &scan, name);
	else if (found->entry.kind != AXL_KIND_DEVICE &&
		 found->entry.kind != AXL_KIND_EMBEDDED)
		err = fail_unbound(system, &found->entry);
	if (err)
		goto out;

	dev = axlp_device_new(system, found);
	if (dev)
		*device = dev;
	else
		err = axlp_fail(&system->error, -ENOMEM, "out of memory");
out:
	axlp_scan_free(&scan);
	return err;
}
