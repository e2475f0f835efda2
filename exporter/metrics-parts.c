// SPDX-License-Identifier: MIT
/*
 * Metrics of the parts of devices, engines, regions of memory and units with
 * errors, and of the processes that use them.
 */
#include "rows.h"

#include "sample.h"

#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Names of the parts of a device; what has a name twice is told once. */
#define PART_NAME 16
#define PARTS_MAX 8

struct parts {
	char name[PARTS_MAX][TEXT_ESCAPED(PART_NAME)];
	uint32_t count;
};

/* The escaped name, or NULL if it was there before. */
static const char *part_name(struct parts *parts, const char *name)
{
	char *escaped = parts->name[parts->count];

	if (parts->count == PARTS_MAX)
		return NULL;
	text_escape(escaped, sizeof(parts->name[0]), name, PART_NAME);
	for (uint32_t i = 0; i < parts->count; i++)
		if (strcmp(parts->name[i], escaped) == 0)
			return NULL;
	parts->count++;
	return escaped;
}

void rows_write_engines(struct text *text, const struct rows *rows)
{
	metrics_head(
		text, "axle_engine_busy_seconds_total", "counter",
		"Time that the engine was busy since the driver was bound.");
	for (size_t i = 0; i < rows->count; i++) {
		const struct axl_sample *sample = rows->row[i].sample;
		struct parts parts = {};

		for (uint32_t k = 0; k < sample->engine_count; k++) {
			const struct axl_engine *engine = &sample->engine[k];
			const char *name = part_name(&parts, engine->name);

			if (!name || engine->busy_ns == AXL_UNKNOWN_64)
				continue;
			text_add(text,
				 "axle_engine_busy_seconds_total"
				 "{device=\"%s\",engine=\"%s\"} ",
				 rows->row[i].device, name);
			text_fixed(text, engine->busy_ns, 9);
			text_raw(text, "\n", 1);
		}
	}
}

/* One of the two metrics of memory. */
struct memory_metric {
	const char *name;
	const char *help;
	uint64_t (*value)(const struct axl_memory *region);
};

static uint64_t memory_used(const struct axl_memory *region)
{
	return sample_memory_valid(region) ? region->used : AXL_UNKNOWN_64;
}

static uint64_t memory_size(const struct axl_memory *region)
{
	return region->size ? region->size : AXL_UNKNOWN_64;
}

static const struct memory_metric memory_metrics[] = {
	{ "axle_memory_used_bytes", "Memory in use.", memory_used },
	{ "axle_memory_size_bytes",
	  "Memory that there is; host memory has no size of its own.",
	  memory_size },
};

static void write_regions(struct text *text, const struct row *row,
			  const struct memory_metric *metric)
{
	const struct axl_sample *sample = row->sample;
	struct parts parts = {};

	for (uint32_t k = 0; k < sample->region_count; k++) {
		const struct axl_memory *region = &sample->region[k];
		const char *name = part_name(&parts, region->name);
		uint64_t value = metric->value(region);

		if (!name || value == AXL_UNKNOWN_64)
			continue;
		text_add(text, "%s{device=\"%s\",region=\"%s\",kind=\"%s\"} ",
			 metric->name, row->device, name,
			 axl_memory_kind_name(region->kind));
		text_fixed(text, value, 0);
		text_raw(text, "\n", 1);
	}
}

void rows_write_memory(struct text *text, const struct rows *rows)
{
	for (size_t m = 0; m < ARRAY_SIZE(memory_metrics); m++) {
		const struct memory_metric *metric = &memory_metrics[m];

		metrics_head(text, metric->name, "gauge", metric->help);
		for (size_t i = 0; i < rows->count; i++)
			write_regions(text, &rows->row[i], metric);
	}
}

static void write_errors(struct text *text, const char *device,
			 const char *unit, const char *severity, uint64_t count)
{
	if (count == AXL_UNKNOWN_64)
		return;
	text_add(text,
		 "axle_ras_errors_total"
		 "{device=\"%s\",unit=\"%s\",severity=\"%s\"} ",
		 device, unit, severity);
	text_fixed(text, count, 0);
	text_raw(text, "\n", 1);
}

void rows_write_ras(struct text *text, const struct rows *rows)
{
	metrics_head(text, "axle_ras_errors_total", "counter",
		     "Errors of the hardware since the driver was bound.");
	for (size_t i = 0; i < rows->count; i++) {
		const struct axl_sample *sample = rows->row[i].sample;
		struct parts parts = {};

		for (uint32_t k = 0; k < sample->ras_count; k++) {
			const struct axl_ras_unit *unit = &sample->ras[k];
			const char *name = part_name(&parts, unit->name);

			if (!name)
				continue;
			write_errors(text, rows->row[i].device, name,
				     "corrected", unit->corrected);
			write_errors(text, rows->row[i].device, name,
				     "uncorrected", unit->uncorrected);
		}
	}
}

/* Processes come and go, and each is a set of series in the scraper. */
#define CLIENTS_MAX 1024

static bool client_label(char *out, size_t size, const struct rows *rows,
			 const struct axl_monitor *monitor,
			 const struct axl_client *client)
{
	const struct axl_sample *sample =
		axl_monitor_device(monitor, client->device);
	char comm[TEXT_ESCAPED(sizeof(client->comm))];

	for (size_t i = 0; sample && i < rows->count; i++) {
		if (rows->row[i].sample != sample)
			continue;
		text_escape(comm, sizeof(comm), client->comm,
			    sizeof(client->comm));
		snprintf(out, size,
			 "device=\"%s\",pid=\"%u\",fd=\"%u\",comm=\"%s\"",
			 rows->row[i].device, client->pid, client->fd, comm);
		return true;
	}
	return false;
}

static void write_client_busy(struct text *text, const char *label,
			      const struct axl_client *client)
{
	struct parts parts = {};

	for (uint32_t i = 0; i < client->engine_count; i++) {
		const struct axl_engine *engine = &client->engine[i];
		const char *name = part_name(&parts, engine->name);

		if (!name || engine->busy_ns == AXL_UNKNOWN_64)
			continue;
		text_add(text,
			 "axle_client_busy_seconds_total{%s,engine=\"%s\"} ",
			 label, name);
		text_fixed(text, engine->busy_ns, 9);
		text_raw(text, "\n", 1);
	}
}

static void write_client_memory(struct text *text, const char *label,
				const struct axl_client *client)
{
	struct parts parts = {};

	for (uint32_t i = 0; i < client->region_count; i++) {
		const struct axl_memory *region = &client->region[i];
		const char *name = part_name(&parts, region->name);

		if (!name || region->used == AXL_UNKNOWN_64)
			continue;
		text_add(text,
			 "axle_client_memory_used_bytes{%s,region=\"%s\"} ",
			 label, name);
		text_fixed(text, region->used, 0);
		text_raw(text, "\n", 1);
	}
}

static void each_client(struct text *text, const struct axl_monitor *monitor,
			const struct rows *rows,
			void (*write)(struct text *text, const char *label,
				      const struct axl_client *client))
{
	size_t count = axl_monitor_client_count(monitor);

	for (size_t i = 0; i < count && i < CLIENTS_MAX; i++) {
		const struct axl_client *client =
			axl_monitor_client(monitor, i);
		char label[256];

		if (client_label(label, sizeof(label), rows, monitor, client))
			write(text, label, client);
	}
}

void rows_write_clients(struct text *text, const struct axl_monitor *monitor,
			const struct rows *rows)
{
	if (!axl_monitor_client_count(monitor))
		return;
	metrics_head(text, "axle_client_busy_seconds_total", "counter",
		     "Time that the engine was busy for an open file.");
	each_client(text, monitor, rows, write_client_busy);
	metrics_head(text, "axle_client_memory_used_bytes", "gauge",
		     "Memory resident for an open file.");
	each_client(text, monitor, rows, write_client_memory);
}
