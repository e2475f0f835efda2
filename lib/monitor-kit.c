// SPDX-License-Identifier: MIT
/*
 * Samples of devices on the kit by its netlink family: three requests for all of
 * them together, where the control nodes would be six calls for each. Nothing
 * here is an error: whatever was not told, the control node is asked for.
 */
#include "genl.h"
#include "kit-message.h"
#include "watch.h"

#include <errno.h>
#include <linux/axle_netlink.h>
#include <linux/netlink.h>
#include <string.h>

static struct axlp_watched *find_kit(struct axl_monitor *monitor,
				     uint32_t index)
{
	for (size_t i = 0; i < monitor->count; i++) {
		const struct axl_entry *entry =
			&monitor->devices[i].found.entry;

		if (entry->index == index &&
		    entry->control_access != AXL_ACCESS_NONE)
			return &monitor->devices[i];
	}
	return NULL;
}

static void take_device(void *data, uint8_t cmd, const void *attrs,
			size_t length)
{
	struct axlp_kit_device message;
	struct axlp_watched *watched;
	struct axl_sample *s;

	axlp_parse_kit_device(attrs, length, &message);
	watched = find_kit(data, message.index);
	if (!watched)
		return;
	s = &watched->sample;
	s->limits.contexts_max = message.contexts_max;
	s->health.state = message.state;
	s->health.resets = message.resets;
	s->health.faults = message.faults;
	memcpy(watched->firmware, message.firmware, sizeof(watched->firmware));
	watched->told |= AXLP_TOLD_DEVICE;
}

static void take_telemetry(void *data, uint8_t cmd, const void *attrs,
			   size_t length)
{
	struct axlp_kit_telemetry message;
	struct axlp_watched *watched;
	struct axl_sample *s;

	axlp_parse_kit_telemetry(attrs, length, &message);
	watched = find_kit(data, message.index);
	if (!watched)
		return;
	s = &watched->sample;
	s->limits.contexts_used = message.contexts;
	s->engine_count = message.engine_count;
	s->region_count = message.region_count;
	memcpy(s->engine, message.engine, sizeof(s->engine));
	memcpy(s->region, message.region, sizeof(s->region));
	s->telemetry = message.telemetry;
	s->sampled_ns = (uint64_t)axlp_now_ns();
	watched->told |= AXLP_TOLD_TELEMETRY;
}

static void take_ras(void *data, uint8_t cmd, const void *attrs, size_t length)
{
	struct axlp_watched *watched;
	struct axlp_kit_ras message;

	axlp_parse_kit_ras(attrs, length, &message);
	watched = find_kit(data, message.index);
	if (!watched)
		return;
	watched->sample.ras_count = message.count;
	watched->sample.pages = message.pages;
	memcpy(watched->sample.ras, message.unit, sizeof(message.unit));
}

static int dump(struct axl_monitor *monitor, uint8_t cmd, axlp_genl_each each)
{
	struct nlmsghdr *message = axlp_genl_message(
		monitor->kit, cmd, AXLE_GENL_VERSION, NLM_F_DUMP);

	return axlp_genl_request(monitor->kit, message, each, monitor);
}

static bool has_kit(const struct axl_monitor *monitor)
{
	for (size_t i = 0; i < monitor->count; i++)
		if (monitor->devices[i].found.entry.control_access !=
		    AXL_ACCESS_NONE)
			return true;
	return false;
}

void axlp_kit_close(struct axl_monitor *monitor)
{
	axlp_genl_close(monitor->kit);
	monitor->kit = NULL;
}

/* A family that is gone comes again with its module, as another number. */
void axlp_kit_sample(struct axl_monitor *monitor)
{
	if (monitor->system->root[0] || !has_kit(monitor))
		return;
	if (!monitor->kit && axlp_genl_open(AXLE_GENL_NAME, &monitor->kit))
		return;
	if (dump(monitor, AXLE_CMD_DEVICE_GET, take_device) ||
	    dump(monitor, AXLE_CMD_TELEMETRY_GET, take_telemetry) ||
	    dump(monitor, AXLE_CMD_RAS_GET, take_ras))
		axlp_kit_close(monitor);
}
