// SPDX-License-Identifier: MIT
/* The JSON of a device as the monitor saw it; the schema is in axle-stats(1). */
#include "operate.h"

#include <json-c/json.h>

static struct json_object *json_engines(const struct axl_sample *s)
{
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < s->engine_count; i++) {
		struct json_object *engine = json_object_new_object();

		json_object_object_add(engine, "name",
				       json_text(s->engine[i].name));
		json_object_object_add(engine, "busy_ns",
				       json_u64(s->engine[i].busy_ns));
		json_object_object_add(engine, "busy_permille",
				       json_u32(s->busy_permille[i]));
		json_object_array_add(out, engine);
	}
	return out;
}

static struct json_object *json_memory(const struct axl_sample *s)
{
	struct json_object *out = json_object_new_array();

	for (uint32_t i = 0; i < s->region_count; i++) {
		const struct axl_memory *memory = &s->region[i];
		struct json_object *region = json_object_new_object();

		json_object_object_add(region, "name", json_text(memory->name));
		json_object_object_add(
			region, "kind",
			json_text(axl_memory_kind_name(memory->kind)));
		json_object_object_add(region, "size",
				       memory->size ? json_u64(memory->size) :
						      NULL);
		json_object_object_add(region, "used", json_u64(memory->used));
		json_object_array_add(out, region);
	}
	return out;
}

struct json_object *json_sample(const struct axl_sample *s)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "name", json_text(s->entry.name));
	json_object_object_add(out, "alias", json_text(s->entry.alias));
	json_object_object_add(out, "driver", json_text(s->entry.driver));
	json_object_object_add(out, "bus_address",
			       json_text(s->entry.bus_address));
	json_object_object_add(out, "product", json_text(s->identity.product));
	json_object_object_add(
		out, "state",
		s->health.state == AXL_UNKNOWN_32 ?
			NULL :
			json_text(axl_state_name(s->health.state)));
	json_object_object_add(out, "resets", json_u64(s->health.resets));
	json_object_object_add(out, "faults", json_u64(s->health.faults));
	json_object_object_add(out, "contexts_max",
			       json_u32(s->limits.contexts_max));
	json_object_object_add(out, "contexts_used",
			       json_u32(s->limits.contexts_used));
	json_object_object_add(out, "firmware",
			       json_text(s->identity.firmware_version));
	json_object_object_add(out, "sampled_ns", json_u64(s->sampled_ns));
	json_object_object_add(out, "engines", json_engines(s));
	json_object_object_add(out, "memory", json_memory(s));
	json_object_object_add(out, "telemetry", json_telemetry(&s->telemetry));
	json_object_object_add(out, "ras",
			       json_ras(s->ras, s->ras_count, &s->pages));
	return out;
}
