// SPDX-License-Identifier: MIT
/*
 * Owns names, units and help of all metrics; see docs/exporter.md. A metric is
 * a row of a table where it is one number of the sample, else a function.
 * Lines of one metric have to stand together, so the outer loop is over the
 * metrics. Labels are escaped once, as they say which lines would be the same.
 */
#include "metrics.h"

#include "rows.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static bool is_known_row(const struct rows *rows, const struct row *row)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->row[i].device, row->device) == 0)
			return true;
	return false;
}

static int collect_rows(const struct axl_monitor *monitor, struct rows *rows)
{
	size_t count = axl_monitor_device_count(monitor);

	*rows = (struct rows){ .row = calloc(count + 1, sizeof(struct row)) };
	if (!rows->row)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct row *row = &rows->row[rows->count];

		row->sample = axl_monitor_device(monitor, i);
		text_escape(row->device, sizeof(row->device),
			    sample_name(row->sample),
			    sizeof(row->sample->entry.name));
		if (sample_shown(row->sample) && !is_known_row(rows, row))
			rows->count++;
	}
	return 0;
}

void metrics_head(struct text *text, const char *name, const char *type,
		  const char *help)
{
	text_add(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

enum member_kind {
	MEMBER_U32,
	MEMBER_U64,
	MEMBER_MC,
};

/* A number of struct axl_sample. */
struct member {
	const char *name;
	const char *type;
	const char *help;
	size_t offset;
	enum member_kind kind;
	unsigned int decimals;
	bool fresh; /* holds only while the device tells */
};

#define MEMBER(m) offsetof(struct axl_sample, m)

static const struct member members[] = {
	{ "axle_temperature_celsius", "gauge", "Temperature.",
	  MEMBER(telemetry.temperature_mc), MEMBER_MC, 3, true },
	{ "axle_temperature_limit_celsius", "gauge",
	  "Temperature that the device must not pass.",
	  MEMBER(telemetry.temperature_max_mc), MEMBER_MC, 3 },
	{ "axle_power_watts", "gauge", "Power drawn.",
	  MEMBER(telemetry.power_mw), MEMBER_U32, 3, true },
	{ "axle_power_limit_watts", "gauge", "Limit of the power in force.",
	  MEMBER(telemetry.power_cap_mw), MEMBER_U32, 3 },
	{ "axle_energy_joules_total", "counter",
	  "Energy used since the driver was bound.",
	  MEMBER(telemetry.energy_uj), MEMBER_U64, 6 },
	{ "axle_clock_hertz", "gauge",
	  "Clock of the engines, 0 while nothing runs.",
	  MEMBER(telemetry.clock_hz), MEMBER_U64, 0, true },
	{ "axle_clock_limit_hertz", "gauge", "Limit of the clock in force.",
	  MEMBER(telemetry.clock_limit_hz), MEMBER_U64, 0 },
	{ "axle_throttled_seconds_total", "counter",
	  "Time held down for temperature or power, since the driver was bound.",
	  MEMBER(telemetry.throttled_ns), MEMBER_U64, 9 },
	{ "axle_telemetry_rejected_total", "counter",
	  "Values of the device that could not be and were not taken.",
	  MEMBER(telemetry.rejected), MEMBER_U64, 0 },
	{ "axle_contexts", "gauge", "Hardware contexts in use.",
	  MEMBER(limits.contexts_used), MEMBER_U32, 0 },
	{ "axle_contexts_limit", "gauge", "Hardware contexts that there are.",
	  MEMBER(limits.contexts_max), MEMBER_U32, 0 },
	{ "axle_resets_total", "counter", "Resets since the driver was bound.",
	  MEMBER(health.resets), MEMBER_U64, 0 },
	{ "axle_faults_total", "counter",
	  "Jobs that failed since the driver was bound.", MEMBER(health.faults),
	  MEMBER_U64, 0 },
	{ "axle_pages_retired", "gauge",
	  "Pages of device memory out of use for their errors.",
	  MEMBER(pages.retired), MEMBER_U32, 0 },
	{ "axle_pages_pending", "gauge",
	  "Pages that will be retired once their user lets go.",
	  MEMBER(pages.pending), MEMBER_U32, 0 },
};

/* Whether it is known; *negative only for temperatures. */
static bool read_member(const struct member *member,
			const struct axl_sample *sample, int64_t *mc,
			uint64_t *value)
{
	const char *at = (const char *)sample + member->offset;

	if (member->fresh && sample_stale(sample))
		return false;
	if (member->kind == MEMBER_MC) {
		*mc = *(const int32_t *)at;
		return *mc != AXL_UNKNOWN_MC;
	}
	if (member->kind == MEMBER_U32) {
		*value = *(const uint32_t *)at;
		return *value != AXL_UNKNOWN_32;
	}
	*value = *(const uint64_t *)at;
	return *value != AXL_UNKNOWN_64;
}

static void write_member(struct text *text, const struct member *member,
			 const struct rows *rows)
{
	metrics_head(text, member->name, member->type, member->help);
	for (size_t i = 0; i < rows->count; i++) {
		uint64_t value = 0;
		int64_t mc = 0;

		if (!read_member(member, rows->row[i].sample, &mc, &value))
			continue;
		text_add(text, "%s{device=\"%s\"} ", member->name,
			 rows->row[i].device);
		if (member->kind == MEMBER_MC)
			text_fixed_signed(text, mc, member->decimals);
		else
			text_fixed(text, value, member->decimals);
		text_raw(text, "\n", 1);
	}
}

static void write_label(struct text *text, const char *name, const char *value,
			size_t size)
{
	char escaped[TEXT_ESCAPED(64)];

	text_add(text, ",%s=\"%s\"", name,
		 text_escape(escaped, sizeof(escaped), value, size));
}

static void write_info(struct text *text, const struct rows *rows)
{
	metrics_head(text, "axle_device_info", "gauge",
		     "What the device is; always 1.");
	for (size_t i = 0; i < rows->count; i++) {
		const struct axl_sample *sample = rows->row[i].sample;

		text_add(text, "axle_device_info{device=\"%s\"",
			 rows->row[i].device);
		write_label(text, "driver", sample->entry.driver, 32);
		write_label(text, "product", sample_product(sample), 64);
		write_label(text, "serial", sample->identity.serial, 64);
		write_label(text, "firmware", sample->identity.firmware_version,
			    64);
		write_label(text, "bus_address", sample->entry.bus_address, 32);
		text_add(text, "} 1\n");
	}
}

static void write_up(struct text *text, const struct rows *rows)
{
	metrics_head(
		text, "axle_device_up", "gauge",
		"1 if a driver has the device and nothing is wrong, else 0.");
	for (size_t i = 0; i < rows->count; i++) {
		int up = sample_up(rows->row[i].sample);

		if (up >= 0)
			text_add(text, "axle_device_up{device=\"%s\"} %d\n",
				 rows->row[i].device, up);
	}
}

/* Flags say something only of a device that has such a member. */
static void write_flags(struct text *text, const struct rows *rows)
{
	metrics_head(text, "axle_throttling", "gauge",
		     "1 while the clock is held down for this reason, else 0.");
	for (size_t i = 0; i < rows->count; i++) {
		const struct axl_telemetry *telemetry =
			&rows->row[i].sample->telemetry;

		if (telemetry->throttled_ns == AXL_UNKNOWN_64 ||
		    sample_stale(rows->row[i].sample))
			continue;
		text_add(
			text,
			"axle_throttling{device=\"%s\",reason=\"temperature\"} %d\n"
			"axle_throttling{device=\"%s\",reason=\"power\"} %d\n",
			rows->row[i].device,
			!!(telemetry->flags & AXL_TELEMETRY_HOT),
			rows->row[i].device,
			!!(telemetry->flags & AXL_TELEMETRY_CAPPED));
	}
}

/* Names are words for people; labels have no blanks. */
static bool type_label(char *out, size_t size, uint32_t type)
{
	const char *name = tally_type_name(type);

	if (!name)
		return false;
	snprintf(out, size, "%s", name);
	for (; *out; out++)
		if (*out == ' ')
			*out = '_';
	return true;
}

static void write_events(struct text *text, const struct tally *tally)
{
	metrics_head(text, "axle_events_total", "counter",
		     "Events since the exporter was started.");
	for (uint32_t i = 0; i < tally->count; i++) {
		const struct tally_device *device = &tally->devices[i];
		char name[16] = "";

		if (device->index != AXL_UNKNOWN_32)
			snprintf(name, sizeof(name), "accel%u", device->index);
		for (uint32_t type = 0; type < TALLY_TYPES; type++) {
			char word[32];

			if (type_label(word, sizeof(word), type))
				text_add(text,
					 "axle_events_total{device=\"%s\","
					 "type=\"%s\"} %llu\n",
					 name, word,
					 (unsigned long long)
						 device->counts[type]);
		}
	}
}

static void write_one(struct text *text, const char *name, const char *type,
		      const char *help, uint64_t value, unsigned int decimals)
{
	metrics_head(text, name, type, help);
	text_add(text, "%s ", name);
	text_fixed(text, value, decimals);
	text_raw(text, "\n", 1);
}

static void write_self(struct text *text, const struct metrics_self *self)
{
	metrics_head(text, "axle_exporter_info", "gauge",
		     "What exports these metrics; always 1.");
	text_add(text, "axle_exporter_info{version=\"%s\"} 1\n", axl_version());
	write_one(text, "axle_exporter_samples_total", "counter",
		  "Samples of all devices taken so far; scrapes share them.",
		  self->samples, 0);
	write_one(text, "axle_exporter_sample_failures_total", "counter",
		  "Samples that could not be taken.", self->failures, 0);
	if (self->sampled_ms)
		write_one(text, "axle_exporter_sample_timestamp_seconds",
			  "gauge", "When the devices were last looked at.",
			  (uint64_t)self->sampled_ms, 3);
	write_one(text, "axle_exporter_sample_duration_seconds", "gauge",
		  "Time that looking at all devices took.", self->duration_ns,
		  9);
	write_one(text, "process_cpu_seconds_total", "counter",
		  "CPU time of the exporter.", self->cpu_us, 6);
}

void metrics_write(struct text *text, const struct axl_monitor *monitor,
		   const struct tally *tally, const struct metrics_self *self)
{
	struct rows rows;

	if (collect_rows(monitor, &rows)) {
		text->failed = true;
		return;
	}
	write_info(text, &rows);
	write_up(text, &rows);
	rows_write_engines(text, &rows);
	rows_write_memory(text, &rows);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		write_member(text, &members[i], &rows);
	write_flags(text, &rows);
	rows_write_ras(text, &rows);
	if (self->events)
		write_events(text, tally);
	rows_write_clients(text, monitor, &rows);
	write_self(text, self);
	free(rows.row);
}
