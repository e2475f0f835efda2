// SPDX-License-Identifier: MIT
/* See tally.h. */
#include "tally.h"

void tally_init(struct tally *tally)
{
	*tally = (struct tally){ .count = 1 };
	tally->devices[0].index = AXL_UNKNOWN_32;
}

static struct tally_device *find(struct tally *tally, uint32_t index)
{
	if (index == AXL_UNKNOWN_32)
		return &tally->devices[0];
	for (uint32_t i = 1; i < tally->count; i++)
		if (tally->devices[i].index == index)
			return &tally->devices[i];
	if (tally->count == TALLY_DEVICES)
		return &tally->devices[0];
	tally->devices[tally->count].index = index;
	return &tally->devices[tally->count++];
}

void tally_device(struct tally *tally, uint32_t index)
{
	find(tally, index);
}

void tally_event(struct tally *tally, const struct axl_monitor_event *event)
{
	struct tally_device *device = find(tally, event->index);
	uint32_t type = event->type <= AXL_MONITOR_LOST ? event->type : 0;

	/* One message stands for all those that did not arrive. */
	if (type == AXL_MONITOR_LOST)
		device->counts[type] += event->value;
	else
		device->counts[type]++;
}

const char *tally_type_name(uint32_t type)
{
	if (!type)
		return "other";
	return type <= AXL_MONITOR_LOST ? axl_monitor_event_name(type) : NULL;
}
