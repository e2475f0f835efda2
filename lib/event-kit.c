// SPDX-License-Identifier: MIT
/*
 * Events of the kit. Those of a group are numbered, so that a gap shows that
 * some did not arrive, and how many.
 */
#include "genl.h"
#include "kit-message.h"
#include "listener.h"

#include <linux/axle_netlink.h>
#include <string.h>

static void push_gap(struct axlp_listener *l, uint64_t missing)
{
	const struct axl_monitor_event lost = {
		.type = AXL_MONITOR_LOST,
		.index = AXL_UNKNOWN_32,
		.time_ns = (uint64_t)axlp_now_ns(),
		.value = missing,
	};
	/* What was told once is not told again with its number. */
	bool told = l->overflow && l->told_overflow;

	l->overflow = l->told_overflow = false;
	if (!told)
		axlp_listener_push(l, &lost);
}

static void check_sequence(struct axlp_listener *l,
			   const struct axl_monitor_event *event)
{
	bool is_job = event->type >= AXL_MONITOR_CONTEXT_CREATED;
	uint64_t *last = &l->last[is_job];

	if (*last && event->sequence > *last + 1)
		push_gap(l, event->sequence - *last - 1);
	if (event->sequence)
		*last = event->sequence;
}

static bool is_known_type(uint32_t type)
{
	return (type >= AXL_MONITOR_DEVICE_ADDED && type <= AXL_MONITOR_HANG) ||
	       (type >= AXL_MONITOR_CONTEXT_CREATED &&
		type <= AXL_MONITOR_FAULT);
}

static void take_event(void *data, uint8_t cmd, const void *attrs,
		       size_t length)
{
	struct axlp_listener *l = data;
	const struct axlp_known *known;
	struct axl_monitor_event event;

	if (cmd != AXLE_CMD_EVENT_NTF)
		return;
	axlp_parse_kit_event(attrs, length, &event);
	check_sequence(l, &event);
	/* A newer kernel's kind of event is counted, but means nothing. */
	if (!is_known_type(event.type))
		return;
	if (event.type == AXL_MONITOR_DEVICE_ADDED)
		axlp_listener_scan(l);
	known = axlp_listener_known(l, event.index);
	if (known)
		memcpy(event.driver, known->driver, sizeof(event.driver));
	axlp_listener_push(l, &event);
}

void axlp_listener_kit(struct axlp_listener *l, const void *bytes,
		       size_t length)
{
	axlp_genl_walk(l->family, bytes, length, take_event, l);
}
