// SPDX-License-Identifier: MIT
/* What axle top --batch prints: tables, or JSON. */
#include "top.h"
#include "../sample.h"

#include <json-c/json.h>
#include <string.h>
#include <time.h>

static const struct column device_columns[] = {
	{ "DEVICE", 0 },       { "ENGINE", 0 },		{ "BUSY", 0, true },
	{ "MEMORY", 0, true }, { "TEMP", 0, true },	{ "POWER", 0, true },
	{ "CLOCK", 0, true },  { "CONTEXTS", 0, true }, { "STATE", 0 },
};

static const struct column process_columns[] = {
	{ "PID", 0, true }, { "USER", 0 },	 { "DEVICE", 0 },
	{ "ENGINE", 0 },    { "BUSY", 0, true }, { "MEMORY", 0, true },
	{ "CTX", 0, true }, { "COMMAND", 0 },
};

static void add_engine(struct table *table, const struct axl_sample *device,
		       uint32_t i)
{
	char busy[16], memory[40], temperature[16], power[16], clock[24];
	char contexts[16] = "-";
	const char *cells[ARRAY_SIZE(device_columns)] = {
		top_device_name(device),
		i < device->engine_count ? device->engine[i].name : "-",
		text_permille(busy, sizeof(busy),
			      i < device->engine_count ?
				      device->busy_permille[i] :
				      AXL_UNKNOWN_32),
		top_memory(memory, sizeof(memory), device),
		top_temperature(temperature, sizeof(temperature),
				&device->telemetry),
		top_power(power, sizeof(power), &device->telemetry),
		top_clock(clock, sizeof(clock), &device->telemetry),
		contexts,
		top_state(device),
	};

	if (device->limits.contexts_used != AXL_UNKNOWN_32)
		snprintf(contexts, sizeof(contexts), "%u",
			 device->limits.contexts_used);
	table_add(table, cells);
}

static void print_devices(const struct top_sample *sample, FILE *out)
{
	struct table *table =
		table_create(device_columns, ARRAY_SIZE(device_columns));

	for (size_t i = 0; i < sample->device_count; i++) {
		const struct axl_sample *device = sample->devices[i];
		uint32_t n = 0;

		do
			add_engine(table, device, n);
		while (++n < device->engine_count);
	}
	table_print(table, out, SIZE_MAX);
	table_destroy(table);
}

static void add_process(struct table *table, const struct top_process *p,
			uint32_t i)
{
	char pid[16], busy[16], memory[16], contexts[16];
	const char *cells[ARRAY_SIZE(process_columns)] = {
		pid,
		p->user,
		top_device_name(p->device),
		i < p->device->engine_count ? p->device->engine[i].name : "-",
		text_permille(busy, sizeof(busy), p->busy_permille[i]),
		top_bytes(memory, sizeof(memory), p->memory),
		contexts,
		p->comm,
	};

	snprintf(pid, sizeof(pid), "%u", p->pid);
	snprintf(contexts, sizeof(contexts), "%u", p->contexts);
	table_add(table, cells);
}

static void print_processes(const struct top_rows *rows, FILE *out)
{
	struct table *table =
		table_create(process_columns, ARRAY_SIZE(process_columns));

	for (size_t i = 0; i < rows->count; i++) {
		uint32_t n = 0;

		do
			add_process(table, &rows->process[i], n);
		while (++n < rows->process[i].device->engine_count);
	}
	table_print(table, out, SIZE_MAX);
	table_destroy(table);
}

void top_print_text(const struct top_sample *sample,
		    const struct top_rows *rows, FILE *out)
{
	time_t now = time(NULL);
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(out, "%s  devices: %zu  processes: %zu\n\n", text,
		sample->device_count, rows->count);
	if (sample->device_count)
		print_devices(sample, out);
	else
		fputs("There is no accelerator here.\n", out);
	if (rows->count) {
		fputc('\n', out);
		print_processes(rows, out);
	}
	fputc('\n', out);
}

static struct json_object *json_process(const struct top_process *p)
{
	struct json_object *out = json_object_new_object();
	struct json_object *engines = json_object_new_array();

	json_object_object_add(out, "pid", json_u32(p->pid));
	json_object_object_add(out, "uid", json_u32(p->uid));
	json_object_object_add(out, "command", json_text(p->comm));
	json_object_object_add(out, "device", json_text(p->device->entry.name));
	json_object_object_add(out, "contexts", json_u32(p->contexts));
	json_object_object_add(out, "memory_bytes", json_u64(p->memory));
	for (uint32_t i = 0; i < p->device->engine_count; i++) {
		struct json_object *engine = json_object_new_object();

		json_object_object_add(engine, "name",
				       json_text(p->device->engine[i].name));
		json_object_object_add(engine, "busy_ns",
				       json_u64(p->busy_ns[i]));
		json_object_object_add(engine, "busy_permille",
				       json_u32(p->busy_permille[i]));
		json_object_array_add(engines, engine);
	}
	json_object_object_add(out, "engines", engines);
	return out;
}

struct json_object *top_json(const struct top_sample *sample,
			     const struct top_rows *rows)
{
	struct json_object *out = json_document();
	struct json_object *devices = json_object_new_array();
	struct json_object *processes = json_object_new_array();

	for (size_t i = 0; i < sample->device_count; i++)
		json_object_array_add(devices, json_sample(sample->devices[i]));
	for (size_t i = 0; i < rows->count; i++)
		json_object_array_add(processes,
				      json_process(&rows->process[i]));
	json_object_object_add(out, "devices", devices);
	json_object_object_add(out, "processes", processes);
	return out;
}
