// SPDX-License-Identifier: MIT
/* The kit's messages by their tables; uapi/linux/axle_netlink.h has numbers. */
#include "axlp.h"
#include "kit-message.h"
#include "netlink.h"

#include <linux/axle_netlink.h>
#include <string.h>

#define MEMBER(type, member) (((struct type *)0)->member)
#define FIELD_U32(type, attr_, member) \
	{ .attr = (attr_),             \
	  .kind = AXLP_U32,            \
	  .offset = offsetof(struct type, member) }
#define FIELD_U64(type, attr_, member) \
	{ .attr = (attr_),             \
	  .kind = AXLP_U64,            \
	  .offset = offsetof(struct type, member) }
#define FIELD_TEXT(type, attr_, member)            \
	{ .attr = (attr_),                         \
	  .kind = AXLP_TEXT,                       \
	  .offset = offsetof(struct type, member), \
	  .size = sizeof(MEMBER(type, member)) }
#define FIELD_ARRAY(type, attr_, member, count_, shape_) \
	{ .attr = (attr_),                               \
	  .kind = AXLP_ARRAY,                            \
	  .offset = offsetof(struct type, member),       \
	  .size = sizeof(MEMBER(type, member)[0]),       \
	  .room = AXLP_ARRAY_SIZE(MEMBER(type, member)), \
	  .count = offsetof(struct type, count_),        \
	  .shape = &(shape_) }

static const struct axlp_field device_fields[] = {
	FIELD_U32(axlp_kit_device, AXLE_A_DEV_INDEX, index),
	FIELD_TEXT(axlp_kit_device, AXLE_A_DEV_FIRMWARE, firmware),
	FIELD_U32(axlp_kit_device, AXLE_A_DEV_CONTEXTS_MAX, contexts_max),
	FIELD_U32(axlp_kit_device, AXLE_A_DEV_STATE, state),
	FIELD_U64(axlp_kit_device, AXLE_A_DEV_RESETS, resets),
	FIELD_U64(axlp_kit_device, AXLE_A_DEV_FAULTS, faults),
};

static const struct axlp_field engine_fields[] = {
	FIELD_TEXT(axl_engine, AXLE_A_ENGINE_NAME, name),
	FIELD_U64(axl_engine, AXLE_A_ENGINE_BUSY, busy_ns),
};

static const struct axlp_field region_fields[] = {
	FIELD_TEXT(axl_memory, AXLE_A_REGION_NAME, name),
	FIELD_U32(axl_memory, AXLE_A_REGION_KIND, kind),
	FIELD_U64(axl_memory, AXLE_A_REGION_SIZE, size),
	FIELD_U64(axl_memory, AXLE_A_REGION_USED, used),
};

static const struct axlp_field unit_fields[] = {
	FIELD_TEXT(axl_ras_unit, AXLE_A_UNIT_NAME, name),
	FIELD_U64(axl_ras_unit, AXLE_A_UNIT_CORRECTED, corrected),
	FIELD_U64(axl_ras_unit, AXLE_A_UNIT_UNCORRECTED, uncorrected),
	FIELD_U64(axl_ras_unit, AXLE_A_UNIT_THRESHOLD, threshold),
};

static const struct axlp_shape device_shape = AXLP_SHAPE(device_fields);
static const struct axlp_shape engine_shape = AXLP_SHAPE(engine_fields);
static const struct axlp_shape region_shape = AXLP_SHAPE(region_fields);
static const struct axlp_shape unit_shape = AXLP_SHAPE(unit_fields);

#define TELEMETRY_U32(name, member) \
	FIELD_U32(axlp_kit_telemetry, AXLE_A_TELEMETRY_##name, member)
#define TELEMETRY_U64(name, member) \
	FIELD_U64(axlp_kit_telemetry, AXLE_A_TELEMETRY_##name, member)

static const struct axlp_field telemetry_fields[] = {
	TELEMETRY_U32(INDEX, index),
	TELEMETRY_U32(STATE, state),
	TELEMETRY_U32(CONTEXTS, contexts),
	FIELD_ARRAY(axlp_kit_telemetry, AXLE_A_TELEMETRY_ENGINE, engine,
		    engine_count, engine_shape),
	FIELD_ARRAY(axlp_kit_telemetry, AXLE_A_TELEMETRY_REGION, region,
		    region_count, region_shape),
	TELEMETRY_U64(TIME, telemetry.time_ns),
	TELEMETRY_U32(FLAGS, telemetry.flags),
	TELEMETRY_U32(TEMPERATURE, telemetry.temperature_mc),
	TELEMETRY_U32(TEMPERATURE_MAX, telemetry.temperature_max_mc),
	TELEMETRY_U32(POWER, telemetry.power_mw),
	TELEMETRY_U32(POWER_CAP, telemetry.power_cap_mw),
	TELEMETRY_U32(POWER_CAP_MIN, telemetry.power_cap_min_mw),
	TELEMETRY_U32(POWER_CAP_MAX, telemetry.power_cap_max_mw),
	TELEMETRY_U64(ENERGY, telemetry.energy_uj),
	TELEMETRY_U64(CLOCK, telemetry.clock_hz),
	TELEMETRY_U64(CLOCK_LIMIT, telemetry.clock_limit_hz),
	TELEMETRY_U64(CLOCK_LIMIT_MIN, telemetry.clock_limit_min_hz),
	TELEMETRY_U64(CLOCK_LIMIT_MAX, telemetry.clock_limit_max_hz),
	TELEMETRY_U64(THROTTLED, telemetry.throttled_ns),
	TELEMETRY_U64(REJECTED, telemetry.rejected),
};

static const struct axlp_shape telemetry_shape = AXLP_SHAPE(telemetry_fields);

static const struct axlp_field ras_fields[] = {
	FIELD_U32(axlp_kit_ras, AXLE_A_RAS_INDEX, index),
	FIELD_ARRAY(axlp_kit_ras, AXLE_A_RAS_UNIT, unit, count, unit_shape),
	FIELD_U32(axlp_kit_ras, AXLE_A_RAS_PAGES_RETIRED, pages.retired),
	FIELD_U32(axlp_kit_ras, AXLE_A_RAS_PAGES_PENDING, pages.pending),
};

static const struct axlp_shape ras_shape = AXLP_SHAPE(ras_fields);

#define EVENT_U32(name, member) \
	FIELD_U32(axl_monitor_event, AXLE_A_EVENT_##name, member)
#define EVENT_U64(name, member) \
	FIELD_U64(axl_monitor_event, AXLE_A_EVENT_##name, member)

static const struct axlp_field event_fields[] = {
	EVENT_U32(INDEX, index),
	EVENT_U32(TYPE, type),
	EVENT_U64(TIME, time_ns),
	EVENT_U64(SEQUENCE, sequence),
	EVENT_U32(CODE, code),
	EVENT_U64(ADDRESS, address),
	EVENT_U64(VALUE, value),
	FIELD_TEXT(axl_monitor_event, AXLE_A_EVENT_UNIT, unit),
	FIELD_TEXT(axl_monitor_event, AXLE_A_EVENT_TEXT, text),
	EVENT_U64(CLIENT, client_id),
	EVENT_U32(PID, pid),
	EVENT_U32(UID, uid),
	EVENT_U32(QUEUE, queue),
};

static const struct axlp_shape event_shape = AXLP_SHAPE(event_fields);

void axlp_parse_kit_device(const void *attrs, size_t length,
			   struct axlp_kit_device *out)
{
	*out = (struct axlp_kit_device){
		.index = AXL_UNKNOWN_32,
		.contexts_max = AXL_UNKNOWN_32,
		.state = AXL_UNKNOWN_32,
		.resets = AXL_UNKNOWN_64,
		.faults = AXL_UNKNOWN_64,
	};
	axlp_decode(&device_shape, attrs, length, out);
}

#define KNOWN_FLAGS                                                       \
	(AXL_TELEMETRY_ASLEEP | AXL_TELEMETRY_STALE | AXL_TELEMETRY_HOT | \
	 AXL_TELEMETRY_CAPPED)

void axlp_parse_kit_telemetry(const void *attrs, size_t length,
			      struct axlp_kit_telemetry *out)
{
	memset(out, 0, sizeof(*out));
	out->index = out->state = out->contexts = AXL_UNKNOWN_32;
	for (size_t i = 0; i < AXL_ENGINES_MAX; i++)
		out->engine[i].busy_ns = AXL_UNKNOWN_64;
	for (size_t i = 0; i < AXL_REGIONS_MAX; i++)
		out->region[i].used = AXL_UNKNOWN_64;
	axlp_telemetry_unknown(&out->telemetry);
	axlp_decode(&telemetry_shape, attrs, length, out);
	out->telemetry.flags &= KNOWN_FLAGS;
}

void axlp_parse_kit_ras(const void *attrs, size_t length,
			struct axlp_kit_ras *out)
{
	memset(out, 0, sizeof(*out));
	out->index = AXL_UNKNOWN_32;
	out->pages.retired = out->pages.pending = AXL_UNKNOWN_32;
	axlp_decode(&ras_shape, attrs, length, out);
}

void axlp_parse_kit_event(const void *attrs, size_t length,
			  struct axl_monitor_event *out)
{
	memset(out, 0, sizeof(*out));
	out->index = AXL_UNKNOWN_32;
	axlp_decode(&event_shape, attrs, length, out);
}
