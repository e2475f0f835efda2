// SPDX-License-Identifier: MIT
/*
 * axle stats: what devices do, a line for each of their engines. What a driver
 * does not tell is said once, on stderr.
 */
#include "operate.h"
#include "options.h"

#include <getopt.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INTERVAL_MAX_S 86400.0

struct settings {
	struct chosen chosen;
	double interval_s;
	uint32_t count; /* 0: without an end */
	bool json;
};

static const struct column columns[] = {
	{ "DEVICE", 0 },       { "ENGINE", 0 },		{ "BUSY", 0, true },
	{ "MEMORY", 3, true }, { "TEMP", 1, true },	{ "POWER", 1, true },
	{ "CLOCK", 2, true },  { "CONTEXTS", 4, true }, { "STATE", 0 },
};

/* Sizes are there for a device's own memory only. */
static bool has_memory(const struct axl_sample *s)
{
	for (uint32_t i = 0; i < s->region_count; i++)
		if (s->region[i].kind == AXL_MEMORY_DEVICE)
			return true;
	return false;
}

/* Of the device if it has some, else what it uses of the host's. */
static const char *cell_memory(char *out, size_t size,
			       const struct axl_sample *s)
{
	bool own = has_memory(s), known = false;
	uint64_t used = 0, whole = 0;
	char a[CELL_MAX], b[CELL_MAX];

	for (uint32_t i = 0; i < s->region_count; i++) {
		const struct axl_memory *region = &s->region[i];

		if ((own && region->kind != AXL_MEMORY_DEVICE) ||
		    region->used == AXL_UNKNOWN_64)
			continue;
		known = true;
		used += region->used;
		whole += region->size;
	}
	text_size(a, sizeof(a), used);
	text_size(b, sizeof(b), whole);
	if (!known)
		snprintf(out, size, "-");
	else if (own)
		snprintf(out, size, "%s/%s", a, b);
	else
		snprintf(out, size, "%s", a);
	return out;
}

static const char *cell_contexts(char *out, size_t size,
				 const struct axl_limits *limits)
{
	if (limits->contexts_used == AXL_UNKNOWN_32)
		snprintf(out, size, "-");
	else if (limits->contexts_max == AXL_UNKNOWN_32)
		snprintf(out, size, "%u", limits->contexts_used);
	else
		snprintf(out, size, "%u/%u", limits->contexts_used,
			 limits->contexts_max);
	return out;
}

static const char *cell_state(char *out, size_t size,
			      const struct axl_sample *s)
{
	char flags[64];
	const char *state = s->health.state == AXL_UNKNOWN_32 ?
				    "-" :
				    axl_state_name(s->health.state);

	text_flags(flags, sizeof(flags), s->telemetry.flags);
	snprintf(out, size, "%s%s%s", state, flags[0] ? ", " : "", flags);
	return out;
}

/* Every line has all, for who picks out one of them. */
static void add_rows(struct table *table, const struct axl_sample *s)
{
	uint32_t rows = s->engine_count ? s->engine_count : 1;
	char busy[CELL_MAX], temperature[CELL_MAX], power[CELL_MAX];
	char clock[CELL_MAX], memory[80], contexts[CELL_MAX], state[96];
	const char *cells[] = {
		s->entry.name,
		"-",
		"-",
		cell_memory(memory, sizeof(memory), s),
		cell_temperature(temperature, s->telemetry.temperature_mc),
		cell_power(power, s->telemetry.power_mw),
		cell_clock(clock, s->telemetry.clock_hz),
		cell_contexts(contexts, sizeof(contexts), &s->limits),
		cell_state(state, sizeof(state), s),
	};

	for (uint32_t i = 0; i < rows; i++) {
		if (i < s->engine_count) {
			cells[1] = s->engine[i].name;
			cells[2] = text_permille(busy, sizeof(busy),
						 s->busy_permille[i]);
		}
		table_add(table, cells);
	}
}

static void print_table(const struct axl_monitor *monitor,
			const struct settings *settings)
{
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	const struct axl_sample *s;

	for (size_t i = 0; (s = axl_monitor_device(monitor, i)); i++)
		if (is_chosen(&settings->chosen, &s->entry))
			add_rows(table, s);
	table_print(table, stdout, terminal_width());
	table_destroy(table);
}

static void print_json(const struct axl_monitor *monitor,
		       const struct settings *settings)
{
	struct json_object *document = json_document();
	struct json_object *devices = json_object_new_array();
	const struct axl_sample *s;

	for (size_t i = 0; (s = axl_monitor_device(monitor, i)); i++)
		if (is_chosen(&settings->chosen, &s->entry))
			json_object_array_add(devices, json_sample(s));
	json_object_object_add(document, "interval_s",
			       json_object_new_double(settings->interval_s));
	json_object_object_add(document, "devices", devices);
	/* Several documents are told apart by their lines. */
	if (settings->count == 1)
		json_print(document);
	else
		json_print_line(document);
}

static void report_all(const struct axl_monitor *monitor,
		       const struct settings *settings)
{
	const struct axl_sample *s;

	for (size_t i = 0; (s = axl_monitor_device(monitor, i)); i++)
		if (is_chosen(&settings->chosen, &s->entry))
			report_silence(s);
}

static void sleep_until(struct timespec *when, double seconds)
{
	long whole = (long)seconds;

	when->tv_sec += whole;
	when->tv_nsec += (long)((seconds - (double)whole) * 1e9);
	if (when->tv_nsec >= 1000000000) {
		when->tv_sec++;
		when->tv_nsec -= 1000000000;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, when, NULL))
		;
}

static enum status sample(struct axl_monitor *monitor)
{
	int err = axl_monitor_sample(monitor, 0);

	return err ? failed(err, axl_monitor_error_detail(monitor)) : STATUS_OK;
}

/* Busy is of the time between two samples, so that one is before the first. */
static enum status watch(struct axl_monitor *monitor,
			 const struct settings *settings)
{
	struct timespec when;
	enum status status = sample(monitor);

	clock_gettime(CLOCK_MONOTONIC, &when);
	if (!status)
		status = check_chosen(&settings->chosen, monitor);
	if (!status && !axl_monitor_device_count(monitor)) {
		report("there is no accelerator with a node");
		status = STATUS_NO_DEVICE;
	}
	for (uint32_t i = 0; !status; i++) {
		if (settings->count && i == settings->count)
			break;
		sleep_until(&when, settings->interval_s);
		status = sample(monitor);
		if (status)
			break;
		if (settings->json)
			print_json(monitor, settings);
		else
			print_table(monitor, settings);
		if (!i && !settings->json)
			report_all(monitor, settings);
		fflush(stdout);
	}
	return status;
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct settings *settings)
{
	static const struct option options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = opterr = 0;
	while ((option = getopt_long(argc, argv, "i:n:", options, NULL)) !=
	       -1) {
		bool good = true;

		if (option == 'i')
			good = parse_real(optarg, &settings->interval_s) &&
			       settings->interval_s <= INTERVAL_MAX_S;
		else if (option == 'n')
			good = parse_number(optarg, 0, UINT32_MAX,
					    &settings->count);
		else if (option == 'j')
			settings->json = true;
		else
			return refuse_option(self, argc, argv);
		if (!good)
			return usage_error(self,
					   "stats: \"%s\" is no number "
					   "that can be used",
					   optarg);
	}
	settings->chosen.names = argv + optind;
	settings->chosen.count = argc - optind;
	return STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct settings settings = { .interval_s = 1, .count = 1 };
	struct axl_monitor *monitor;
	enum status status = parse(self, argc, argv, &settings);

	if (status)
		return status;
	status = open_monitor(tool, &monitor);
	if (status)
		return status;
	status = watch(monitor, &settings);
	axl_monitor_destroy(monitor);
	return status;
}

const struct command command_stats = {
	.name = "stats",
	.arguments = "[DEVICE...] [OPTION...]",
	.summary = "show what devices do: busy, memory, power",
	.help = "  DEVICE             accelN, alias or PCI address; without, all\n"
		"  -i, --interval S   seconds to measure, 1\n"
		"  -n, --count N      so many times, 0 without an end; 1\n"
		"  --json             machine-readable, see axle-stats(1)\n",
	.run = run,
};
