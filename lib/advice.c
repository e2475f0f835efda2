// SPDX-License-Identifier: MIT
/* What stands between the user and a device, in words. */
#include "axlp.h"

#include <stdio.h>

static void advise_function(const struct axl_entry *entry, char *out,
			    size_t size)
{
	char what[128];

	snprintf(what, sizeof(what), "%04x:%04x%s%s", entry->pci_vendor,
		 entry->pci_device, entry->product[0] ? ", " : "",
		 entry->product);
	if (entry->kind == AXL_KIND_FOREIGN)
		snprintf(out, size,
			 "%s is an accelerator (%s) held by the driver %s, "
			 "which gives it no node in /dev/accel",
			 entry->bus_address, what, entry->driver);
	else if (entry->module[0])
		snprintf(out, size,
			 "%s is an accelerator (%s) without a driver; try: "
			 "modprobe %s",
			 entry->bus_address, what, entry->module);
	else
		snprintf(out, size,
			 "%s is an accelerator (%s) without a driver, and none "
			 "is known for it",
			 entry->bus_address, what);
}

static void advise_device(const struct axl_entry *entry, char *out, size_t size)
{
	if (entry->access == AXL_ACCESS_ABSENT)
		snprintf(out, size,
			 "there is no /dev/accel/%s: the container was not "
			 "given it, or udev has not made it",
			 entry->name);
	else if (entry->access == AXL_ACCESS_DENIED)
		snprintf(out, size,
			 "no permission to open /dev/accel/%s: join group "
			 "render or run as root",
			 entry->name);
	else if (entry->control_access == AXL_ACCESS_DENIED)
		snprintf(out, size,
			 "no permission to open /dev/accel/accel_control%u: "
			 "join group render or run as root",
			 entry->index);
	else if (entry->control_access == AXL_ACCESS_ABSENT)
		snprintf(out, size,
			 "there is no /dev/accel/accel_control%u: the "
			 "container was not given it, or udev has not made it",
			 entry->index);
}

void axl_entry_advice(const struct axl_entry *entry, char *out, size_t size)
{
	if (size)
		out[0] = '\0';
	if (entry->kind == AXL_KIND_DEVICE)
		advise_device(entry, out, size);
	else if (entry->kind != AXL_KIND_EMBEDDED)
		advise_function(entry, out, size);
}
