/* SPDX-License-Identifier: MIT */
/* What a monitor that listens has; the thread of the monitor, all of it. */
#ifndef AXLP_LISTENER_H
#define AXLP_LISTENER_H

#include "uevent.h"
#include "watch.h"

#define AXLP_PENDING_MAX 64u

/* Events that name a device by its number tell of its driver by this. */
struct axlp_known {
	uint32_t index;
	bool on_kit;
	char driver[32];
	char address[32];
};

struct axlp_listener {
	struct axl_monitor *monitor;
	uint32_t flags; /* AXL_MONITOR_* of listen */
	int epoll; /* what the user waits for: the three below */
	int kit; /* socket, a member of the kit's groups; */
	uint32_t family; /* ... while it is there, else 0 */
	int uevents;
	int wake; /* eventfd, readable while events are pending */

	/* Of the last event of each group; 0: there was none. */
	uint64_t last[2];
	bool overflow; /* the kernel dropped some; how many shows later */
	bool told_overflow; /* ... and that was told without a number */

	/* Devices that are there, or were. */
	struct axlp_known *known;
	size_t known_count;

	struct axl_monitor_event pending[AXLP_PENDING_MAX];
	uint32_t first, count;
	uint64_t dropped; /* that did not fit there */
};

/* monitor-events.c */
void axlp_listener_push(struct axlp_listener *l,
			const struct axl_monitor_event *event);
const struct axlp_known *axlp_listener_known(const struct axlp_listener *l,
					     uint32_t index);
/* Looks for devices; those that are gone stay known. */
void axlp_listener_scan(struct axlp_listener *l);
/* The kit has come (again): be a member of its groups. */
int axlp_listener_join(struct axlp_listener *l);

/* event-kit.c: an event as it came, what is lost in front of it included. */
void axlp_listener_kit(struct axlp_listener *l, const void *bytes,
		       size_t length);
/* event-kobject.c */
void axlp_listener_kobject(struct axlp_listener *l,
			   const struct axlp_kobject_event *uevent);
/* event-text.c: words for an event that has none. */
void axlp_event_text(struct axl_monitor_event *event);

#endif
