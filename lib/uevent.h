/* SPDX-License-Identifier: MIT */
/* Uevents as the kernel sends them. Parser: any bytes in, no system call. */
#ifndef AXLP_UEVENT_H
#define AXLP_UEVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct axlp_kobject_event {
	char action[16]; /* "add", "remove", "change", "bind", "unbind", ... */
	char subsystem[16];
	char path[256]; /* below /sys; empty if it does not fit */
	char name[32]; /* of the node, "accel0"; else empty */
	char driver[32];
	char address[32]; /* PCI_SLOT_NAME */
	bool is_pci;
	uint16_t pci_vendor;
	uint16_t pci_device;
	/* The keys that are not everybody's: "DBC_ID=0 DBC_STATE=1". */
	char more[96];
};

/* False: it is no event of the kernel. */
bool axlp_parse_kobject_event(const char *text, size_t length,
			      struct axlp_kobject_event *out);

/* Whether one of the directories of the path has this name. */
bool axlp_path_has(const char *path, const char *name);

#endif
