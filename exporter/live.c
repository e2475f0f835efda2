// SPDX-License-Identifier: MIT
/* See live.h. Unknown numbers are null, unknown strings too. */
#include "live.h"

#include "sample.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool live_parse_since(const char *text, uint64_t *number)
{
	unsigned long long value;
	char *end;

	if (!text) {
		*number = 0;
		return true;
	}
	/* No sign and no blanks, which strtoull() would take. */
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*number = value;
	return true;
}

static void add_name(struct text *text, const char *name)
{
	text_add(text, ",\"%s\":", name);
}

static void add_string(struct text *text, const char *name, const char *value)
{
	add_name(text, name);
	if (value[0])
		text_json(text, value);
	else
		text_add(text, "null");
}

static void add_u64(struct text *text, const char *name, uint64_t value)
{
	add_name(text, name);
	if (value == AXL_UNKNOWN_64)
		text_add(text, "null");
	else
		text_fixed(text, value, 0);
}

static void add_u32(struct text *text, const char *name, uint32_t value)
{
	add_u64(text, name, value == AXL_UNKNOWN_32 ? AXL_UNKNOWN_64 : value);
}

/* Thousandths. */
static void add_milli(struct text *text, const char *name, bool known,
		      int64_t value)
{
	add_name(text, name);
	if (known)
		text_fixed_signed(text, value, 3);
	else
		text_add(text, "null");
}

static void write_engines(struct text *text, const struct axl_sample *sample)
{
	add_name(text, "engines");
	text_add(text, "[");
	for (uint32_t i = 0; i < sample->engine_count; i++) {
		uint32_t busy = sample->busy_permille[i];

		text_add(text, "%s{\"name\":", i ? "," : "");
		text_json(text, sample->engine[i].name);
		add_name(text, "busy");
		if (busy <= 1000)
			text_fixed(text, busy, 1);
		else
			text_add(text, "null");
		text_add(text, "}");
	}
	text_add(text, "]");
}

static void write_memory(struct text *text, const struct axl_sample *sample)
{
	uint64_t used, size;

	sample_memory(sample, &used, &size);
	add_u64(text, "memory_used", used);
	add_u64(text, "memory_size", size ? size : AXL_UNKNOWN_64);
}

static void write_telemetry(struct text *text, const struct axl_sample *sample)
{
	const struct axl_telemetry *telemetry = &sample->telemetry;
	bool fresh = !sample_stale(sample);

	add_milli(text, "temperature",
		  fresh && telemetry->temperature_mc != AXL_UNKNOWN_MC,
		  telemetry->temperature_mc);
	add_milli(text, "temperature_limit",
		  telemetry->temperature_max_mc != AXL_UNKNOWN_MC,
		  telemetry->temperature_max_mc);
	add_milli(text, "power", fresh && telemetry->power_mw != AXL_UNKNOWN_32,
		  telemetry->power_mw);
	add_milli(text, "power_limit",
		  telemetry->power_cap_mw != AXL_UNKNOWN_32,
		  telemetry->power_cap_mw);
	add_u64(text, "clock", fresh ? telemetry->clock_hz : AXL_UNKNOWN_64);
	add_u64(text, "clock_limit", telemetry->clock_limit_hz);
	text_add(text, ",\"asleep\":%s,\"stale\":%s,\"hot\":%s,\"capped\":%s",
		 telemetry->flags & AXL_TELEMETRY_ASLEEP ? "true" : "false",
		 telemetry->flags & AXL_TELEMETRY_STALE ? "true" : "false",
		 telemetry->flags & AXL_TELEMETRY_HOT ? "true" : "false",
		 telemetry->flags & AXL_TELEMETRY_CAPPED ? "true" : "false");
}

static void write_errors(struct text *text, const struct axl_sample *sample)
{
	uint64_t corrected = 0, uncorrected = 0;

	for (uint32_t i = 0; i < sample->ras_count; i++) {
		if (sample->ras[i].corrected != AXL_UNKNOWN_64)
			corrected += sample->ras[i].corrected;
		if (sample->ras[i].uncorrected != AXL_UNKNOWN_64)
			uncorrected += sample->ras[i].uncorrected;
	}
	add_u64(text, "corrected",
		sample->ras_count ? corrected : AXL_UNKNOWN_64);
	add_u64(text, "uncorrected",
		sample->ras_count ? uncorrected : AXL_UNKNOWN_64);
	add_u32(text, "pages_retired", sample->pages.retired);
	add_u64(text, "resets", sample->health.resets);
	add_u64(text, "faults", sample->health.faults);
}

/* In words; drivers that tell no state are taken to be ready. */
static const char *state_word(const struct axl_sample *sample)
{
	if (sample->entry.kind != AXL_KIND_DEVICE)
		return axl_kind_name(sample->entry.kind);
	if (sample->health.state == AXL_UNKNOWN_32)
		return "";
	return axl_state_name(sample->health.state);
}

/* A float with five digits, which is what a chart can show. */
static void write_number(struct text *text, float value, bool first)
{
	if (isfinite(value))
		text_add(text, "%s%.5g", first ? "" : ",", (double)value);
	else
		text_add(text, "%snull", first ? "" : ",");
}

static void write_series(struct text *text, const struct history *history,
			 const struct history_device *device, const char *name,
			 size_t offset, uint64_t first)
{
	add_name(text, name);
	text_add(text, "[");
	for (uint64_t i = first; i <= history->count; i++) {
		const struct history_point *point =
			history_point(history, device, i);

		write_number(text,
			     *(const float *)((const char *)point + offset),
			     i == first);
	}
	text_add(text, "]");
}

static void write_history(struct text *text, const struct history *history,
			  const struct axl_sample *sample, uint64_t first)
{
	const struct history_device *device = history_find(history, sample);

	text_add(text, ",\"history\":{\"first\":%llu",
		 (unsigned long long)first);
	write_series(text, history, device, "busy",
		     offsetof(struct history_point, busy), first);
	write_series(text, history, device, "memory",
		     offsetof(struct history_point, memory), first);
	write_series(text, history, device, "temperature",
		     offsetof(struct history_point, temperature), first);
	write_series(text, history, device, "power",
		     offsetof(struct history_point, power), first);
	text_add(text, "}");
}

static void write_device(struct text *text, const struct history *history,
			 const struct axl_sample *sample, uint64_t first)
{
	int up = sample_up(sample);

	text_add(text, "{\"name\":");
	text_json(text, sample_name(sample));
	add_string(text, "alias", sample->entry.alias);
	add_string(text, "product", sample_product(sample));
	add_string(text, "driver", sample->entry.driver);
	add_string(text, "bus_address", sample->entry.bus_address);
	add_string(text, "serial", sample->identity.serial);
	add_string(text, "firmware", sample->identity.firmware_version);
	add_string(text, "state", state_word(sample));
	add_name(text, "up");
	text_add(text, up < 0 ? "null" : up ? "true" : "false");
	add_u32(text, "contexts", sample->limits.contexts_used);
	add_u32(text, "contexts_limit", sample->limits.contexts_max);
	write_engines(text, sample);
	write_memory(text, sample);
	write_telemetry(text, sample);
	write_errors(text, sample);
	write_history(text, history, sample, first);
	text_add(text, "}");
}

static void write_devices(struct text *text, const struct axl_monitor *monitor,
			  const struct history *history, uint64_t first)
{
	bool more = false;

	add_name(text, "devices");
	text_add(text, "[");
	for (size_t i = 0; i < axl_monitor_device_count(monitor); i++) {
		const struct axl_sample *sample =
			axl_monitor_device(monitor, i);

		if (!sample_shown(sample))
			continue;
		if (more)
			text_add(text, ",");
		write_device(text, history, sample, first);
		more = true;
	}
	text_add(text, "]");
}

static void write_event(struct text *text, const struct history_event *event,
			bool more)
{
	const struct axl_monitor_event *of = &event->event;
	const char *type = axl_monitor_event_name(of->type);
	char name[16] = "";

	if (of->index != AXL_UNKNOWN_32)
		snprintf(name, sizeof(name), "accel%u", of->index);
	text_add(text, "%s{\"time\":%lld", more ? "," : "",
		 (long long)event->time_ms);
	add_string(text, "device", name);
	add_string(text, "driver", of->driver);
	add_string(text, "type", type ? type : "");
	add_string(text, "unit", of->unit);
	add_string(text, "text", of->text);
	add_u64(text, "value", of->value);
	text_add(text, "}");
}

/* Events that the next sample will show are left for then. */
static void write_events(struct text *text, const struct history *history,
			 uint64_t since)
{
	uint64_t i = history->event_count > HISTORY_EVENTS ?
			     history->event_count - HISTORY_EVENTS :
			     0;
	bool more = false;

	add_name(text, "events");
	text_add(text, "[");
	for (; i < history->event_count; i++) {
		const struct history_event *event =
			&history->events[i % HISTORY_EVENTS];

		if (event->number <= since || event->number > history->count ||
		    event->number < history_first(history))
			continue;
		write_event(text, event, more);
		more = true;
	}
	text_add(text, "]");
}

static void write_times(struct text *text, const struct history *history,
			uint64_t first)
{
	add_name(text, "times");
	text_add(text, "[");
	for (uint64_t i = first; i <= history->count; i++)
		text_add(text, "%s%lld", i == first ? "" : ",",
			 (long long)history_time(history, i));
	text_add(text, "]");
}

void live_write(struct text *text, const struct axl_monitor *monitor,
		const struct history *history, const struct live_self *self,
		uint64_t since)
{
	uint64_t first = history_first(history);

	/* A number of the time to come is one of another exporter: all. */
	if (since > history->count)
		since = 0;
	if (since >= first)
		first = since + 1;
	text_add(text, "{\"schema\":1,\"version\":\"%s\"", axl_version());
	add_string(text, "host", self->host);
	text_add(text, ",\"started\":%lld,\"interval\":%u,\"window\":%d",
		 (long long)self->started_ms, self->interval_s,
		 HISTORY_SECONDS);
	text_add(text, ",\"since\":%llu,\"first\":%llu,\"last\":%llu",
		 (unsigned long long)since, (unsigned long long)first,
		 (unsigned long long)history->count);
	text_add(text, ",\"events_known\":%s", self->events ? "true" : "false");
	write_times(text, history, first);
	write_devices(text, monitor, history, first);
	write_events(text, history, since);
	text_add(text, "}\n");
}
