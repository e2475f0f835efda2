// SPDX-License-Identifier: MIT
/* See operate.h. */
#include "operate.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

static bool is_called(const struct axl_entry *entry, const char *name)
{
	static const char dev[] = "/dev/accel/";

	if (strncmp(name, dev, sizeof(dev) - 1) == 0)
		name += sizeof(dev) - 1;
	if (!name[0])
		return false;
	if (strcmp(entry->name, name) == 0 || strcmp(entry->alias, name) == 0 ||
	    strcmp(entry->bus_address, name) == 0)
		return true;
	/* As lspci prints it. */
	return entry->bus == AXL_BUS_PCI &&
	       strncmp(entry->bus_address, "0000:", 5) == 0 &&
	       strcmp(entry->bus_address + 5, name) == 0;
}

bool is_chosen(const struct chosen *chosen, const struct axl_entry *entry)
{
	for (int i = 0; i < chosen->count; i++)
		if (is_called(entry, chosen->names[i]))
			return true;
	return !chosen->count;
}

enum status check_chosen(const struct chosen *chosen,
			 const struct axl_monitor *monitor)
{
	for (int i = 0; i < chosen->count; i++) {
		const struct axl_sample *s;
		size_t at = 0;

		while ((s = axl_monitor_device(monitor, at)) &&
		       !is_called(&s->entry, chosen->names[i]))
			at++;
		if (s)
			continue;
		report("no accelerator with a node is called \"%.64s\"",
		       chosen->names[i]);
		return STATUS_NO_DEVICE;
	}
	return STATUS_OK;
}

const char *cell_temperature(char *out, int32_t mc)
{
	if (mc == AXL_UNKNOWN_MC)
		return text_dash(out, CELL_MAX);
	snprintf(out, CELL_MAX, "%.1f C", mc / 1000.0);
	return out;
}

const char *cell_power(char *out, uint32_t mw)
{
	if (mw == AXL_UNKNOWN_32)
		return text_dash(out, CELL_MAX);
	snprintf(out, CELL_MAX, "%.1f W", mw / 1000.0);
	return out;
}

const char *cell_clock(char *out, uint64_t hz)
{
	if (hz == AXL_UNKNOWN_64)
		return text_dash(out, CELL_MAX);
	snprintf(out, CELL_MAX, "%.0f MHz", (double)hz / 1e6);
	return out;
}

const char *cell_count(char *out, uint64_t count)
{
	if (count == AXL_UNKNOWN_64)
		return text_dash(out, CELL_MAX);
	snprintf(out, CELL_MAX, "%" PRIu64, count);
	return out;
}

static const char *const flag_names[] = { "asleep", "stale", "hot", "capped" };

const char *text_flags(char *out, size_t size, uint32_t flags)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flag_names) && used < size; i++)
		if (flags & 1u << i)
			used += (size_t)snprintf(out + used, size - used,
						 "%s%s", used ? ", " : "",
						 flag_names[i]);
	return out;
}

static struct json_object *json_unit(const struct axl_ras_unit *unit)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "name", json_text(unit->name));
	json_object_object_add(out, "corrected", json_u64(unit->corrected));
	json_object_object_add(out, "uncorrected", json_u64(unit->uncorrected));
	json_object_object_add(out, "threshold",
			       unit->threshold ? json_u64(unit->threshold) :
						 NULL);
	return out;
}

struct json_object *json_ras(const struct axl_ras_unit *units, uint32_t count,
			     const struct axl_ras_pages *pages)
{
	struct json_object *out = json_object_new_object();
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < count; i++)
		json_object_array_add(array, json_unit(&units[i]));
	json_object_object_add(out, "units", array);
	json_object_object_add(out, "pages_retired", json_u32(pages->retired));
	json_object_object_add(out, "pages_pending", json_u32(pages->pending));
	return out;
}

void json_print_line(struct json_object *document)
{
	puts(json_object_to_json_string_ext(document,
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
}

static bool tells_busy(const struct axl_sample *s)
{
	for (uint32_t i = 0; i < s->engine_count; i++)
		if (s->engine[i].busy_ns != AXL_UNKNOWN_64)
			return true;
	return false;
}

void report_silence(const struct axl_sample *s)
{
	const struct {
		const char *what;
		bool told;
	} facts[] = {
		{ "busy time", tells_busy(s) },
		{ "memory", s->region_count != 0 },
		{ "temperature",
		  s->telemetry.temperature_mc != AXL_UNKNOWN_MC },
		{ "power", s->telemetry.power_mw != AXL_UNKNOWN_32 },
		{ "clock", s->telemetry.clock_hz != AXL_UNKNOWN_64 },
	};
	char text[128];
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(facts) && used < sizeof(text); i++)
		if (!facts[i].told)
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used, "%s%s",
						 used ? ", " : "",
						 facts[i].what);
	if (!used)
		return;
	if (s->entry.control_access == AXL_ACCESS_DENIED ||
	    s->entry.control_access == AXL_ACCESS_ABSENT)
		report("%s: without its control node there is no %s: %s",
		       s->entry.name, text,
		       axl_access_name(s->entry.control_access));
	else
		report("%s: the driver %s tells no %s", s->entry.name,
		       s->entry.driver, text);
}
