// SPDX-License-Identifier: MIT
/* The JSON of a sample of a device. */
#include "sample.h"

#include <json-c/json.h>

static void add(struct json_object *to, const char *key,
		struct json_object *value)
{
	json_object_object_add(to, key, value);
}

static struct json_object *json_mc(int32_t value)
{
	return value == AXL_UNKNOWN_MC ? NULL : json_object_new_int(value);
}

static struct json_object *json_flag(const struct axl_telemetry *telemetry,
				     uint32_t flag)
{
	return json_object_new_boolean((telemetry->flags & flag) != 0);
}

struct json_object *json_telemetry(const struct axl_telemetry *t)
{
	struct json_object *out = json_object_new_object();

	add(out, "temperature_mc", json_mc(t->temperature_mc));
	add(out, "temperature_max_mc", json_mc(t->temperature_max_mc));
	add(out, "power_mw", json_u32(t->power_mw));
	add(out, "power_cap_mw", json_u32(t->power_cap_mw));
	add(out, "power_cap_min_mw", json_u32(t->power_cap_min_mw));
	add(out, "power_cap_max_mw", json_u32(t->power_cap_max_mw));
	add(out, "energy_uj", json_u64(t->energy_uj));
	add(out, "clock_hz", json_u64(t->clock_hz));
	add(out, "clock_limit_hz", json_u64(t->clock_limit_hz));
	add(out, "clock_limit_min_hz", json_u64(t->clock_limit_min_hz));
	add(out, "clock_limit_max_hz", json_u64(t->clock_limit_max_hz));
	add(out, "throttled_ns", json_u64(t->throttled_ns));
	add(out, "rejected", json_u64(t->rejected));
	add(out, "asleep", json_flag(t, AXL_TELEMETRY_ASLEEP));
	add(out, "stale", json_flag(t, AXL_TELEMETRY_STALE));
	add(out, "hot", json_flag(t, AXL_TELEMETRY_HOT));
	add(out, "capped", json_flag(t, AXL_TELEMETRY_CAPPED));
	return out;
}

static struct json_object *json_engines(const struct axl_sample *sample)
{
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < sample->engine_count; i++) {
		struct json_object *engine = json_object_new_object();

		add(engine, "name", json_text(sample->engine[i].name));
		add(engine, "busy_ns", json_u64(sample->engine[i].busy_ns));
		add(engine, "busy_permille",
		    json_u32(sample->busy_permille[i]));
		json_object_array_add(out, engine);
	}
	return out;
}

static struct json_object *json_memory(const struct axl_sample *sample)
{
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < sample->region_count; i++) {
		const struct axl_memory *region = &sample->region[i];
		struct json_object *one = json_object_new_object();

		add(one, "name", json_text(region->name));
		add(one, "kind", json_text(axl_memory_kind_name(region->kind)));
		add(one, "size_bytes", json_u64(region->size));
		add(one, "used_bytes", json_u64(region->used));
		json_object_array_add(out, one);
	}
	return out;
}

static struct json_object *json_ras(const struct axl_sample *sample)
{
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < sample->ras_count; i++) {
		const struct axl_ras_unit *unit = &sample->ras[i];
		struct json_object *one = json_object_new_object();

		add(one, "unit", json_text(unit->name));
		add(one, "corrected", json_u64(unit->corrected));
		add(one, "uncorrected", json_u64(unit->uncorrected));
		add(one, "threshold", json_u64(unit->threshold));
		json_object_array_add(out, one);
	}
	return out;
}

struct json_object *json_sample(const struct axl_sample *sample)
{
	struct json_object *out = json_object_new_object();

	add(out, "name", json_text(sample->entry.name));
	add(out, "alias", json_text(sample->entry.alias));
	add(out, "driver", json_text(sample->entry.driver));
	add(out, "product", json_text(sample->entry.product));
	add(out, "bus_address", json_text(sample->entry.bus_address));
	add(out, "firmware", json_text(sample->identity.firmware_version));
	add(out, "state",
	    sample->health.state == AXL_UNKNOWN_32 ?
		    NULL :
		    json_text(axl_state_name(sample->health.state)));
	add(out, "resets", json_u64(sample->health.resets));
	add(out, "faults", json_u64(sample->health.faults));
	add(out, "contexts_used", json_u32(sample->limits.contexts_used));
	add(out, "contexts_max", json_u32(sample->limits.contexts_max));
	add(out, "sampled_ns", json_u64(sample->sampled_ns));
	add(out, "engines", json_engines(sample));
	add(out, "memory", json_memory(sample));
	add(out, "telemetry", json_telemetry(&sample->telemetry));
	add(out, "ras", json_ras(sample));
	add(out, "pages_retired", json_u32(sample->pages.retired));
	add(out, "pages_pending", json_u32(sample->pages.pending));
	return out;
}
