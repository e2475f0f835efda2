// SPDX-License-Identifier: MIT
/* What axle info has learnt, as JSON; the schema is in axle-info(1). */
#include "info.h"

#include <json-c/json.h>

/* The same shape with and without an answer: null where there is none. */
static void add_identity(struct json_object *device, const struct info *info)
{
	const struct axl_identity *identity = &info->identity;
	uint32_t class = info->no_identity ? AXL_UNKNOWN_32 :
					     identity->device_class;
	uint32_t uapi = info->no_identity ? AXL_UNKNOWN_32 :
					    identity->uapi_version;
	char version[32] = "";

	if (uapi != AXL_UNKNOWN_32)
		snprintf(version, sizeof(version), "%u.%u", uapi >> 16,
			 uapi & 0xffff);
	if (identity->product[0])
		json_object_object_add(device, "product",
				       json_text(identity->product));
	json_object_object_add(device, "class",
			       class == AXL_UNKNOWN_32 ?
				       NULL :
				       json_text(axl_class_name(class)));
	json_object_object_add(device, "driver_version",
			       json_text(identity->driver_version));
	json_object_object_add(device, "uapi_version", json_text(version));
	json_object_object_add(device, "firmware_version",
			       json_text(identity->firmware_version));
	json_object_object_add(device, "serial", json_text(identity->serial));
}

static struct json_object *json_limits(const struct info *info)
{
	const struct axl_limits *limits = &info->limits;
	struct json_object *out;

	if (info->no_limits)
		return NULL;
	out = json_object_new_object();
	json_object_object_add(out, "contexts_max",
			       json_u32(limits->contexts_max));
	json_object_object_add(out, "contexts_used",
			       json_u32(limits->contexts_used));
	json_object_object_add(out, "contexts_per_user",
			       json_u32(limits->contexts_per_user));
	json_object_object_add(out, "dma_address_bits",
			       json_u32(limits->dma_address_bits));
	return out;
}

static struct json_object *json_engines(const struct info *info)
{
	struct json_object *out;

	if (info->no_engines)
		return NULL;
	out = json_object_new_array();
	for (uint32_t i = 0; i < info->num_engines; i++) {
		struct json_object *engine = json_object_new_object();

		json_object_object_add(engine, "name",
				       json_text(info->engines[i].name));
		json_object_object_add(engine, "busy_ns",
				       json_u64(info->engines[i].busy_ns));
		json_object_array_add(out, engine);
	}
	return out;
}

static struct json_object *json_memory(const struct info *info)
{
	struct json_object *out;

	if (info->no_memory)
		return NULL;
	out = json_object_new_array();
	for (uint32_t i = 0; i < info->num_memory; i++) {
		const struct axl_memory *memory = &info->memory[i];
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

static struct json_object *json_health(const struct info *info)
{
	const struct axl_health *health = &info->health;
	struct json_object *out;

	if (info->no_health)
		return NULL;
	out = json_object_new_object();
	json_object_object_add(
		out, "state",
		health->state == AXL_UNKNOWN_32 ?
			NULL :
			json_text(axl_state_name(health->state)));
	json_object_object_add(out, "resets", json_u64(health->resets));
	json_object_object_add(out, "faults", json_u64(health->faults));
	json_object_object_add(
		out, "last_fault_ns",
		health->last_fault_ns ? json_u64(health->last_fault_ns) : NULL);
	return out;
}

void info_print_json(const struct info *info)
{
	struct json_object *document = json_document();
	struct json_object *device = json_entry(info->entry);

	add_identity(device, info);
	json_object_object_add(document, "device", device);
	json_object_object_add(document, "limits", json_limits(info));
	json_object_object_add(document, "engines", json_engines(info));
	json_object_object_add(document, "memory", json_memory(info));
	json_object_object_add(document, "health", json_health(info));
	json_object_object_add(
		document, "telemetry",
		info->no_telemetry ? NULL : json_telemetry(&info->telemetry));
	json_object_object_add(document, "ras",
			       info->no_ras ?
				       NULL :
				       json_ras(info->units, info->num_units,
						&info->pages));
	json_print(document);
}
