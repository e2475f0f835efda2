// SPDX-License-Identifier: MIT
/* The text that Prometheus gets, and what is left out of it. */
#include "fake-monitor.h"
#include "metrics.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct axl_monitor *start(const char *what, uint32_t flags)
{
	struct axl_monitor *monitor;

	setenv("FAKE_MONITOR", what, 1);
	axl_monitor_create(NULL, &monitor);
	axl_monitor_sample(monitor, flags);
	return monitor;
}

/* All of it; to be freed. */
static char *write_all(const struct axl_monitor *monitor)
{
	struct metrics_self self = {
		5, 1, 1500000, 1700000000250, 2500000, true
	};
	static struct tally tally;
	struct text text = {};

	tally_init(&tally);
	metrics_write(&text, monitor, &tally, &self);
	text_raw(&text, "", 1);
	if (!TAP_CHECK(!text.failed))
		text_release(&text);
	return text.data;
}

/* Lines of a text that begin so, comments left out; to be freed. */
static char *lines_of(const char *text, const char *begin)
{
	struct text out = {};

	while (text && *text) {
		size_t length = strcspn(text, "\n");

		length += text[length] == '\n';
		if (strncmp(text, begin, strlen(begin)) == 0)
			text_raw(&out, text, length);
		text += length;
	}
	text_raw(&out, "", 1);
	return out.data;
}

static void check_lines(const char *all, const char *begin, const char *want)
{
	char *lines = lines_of(all, begin);

	TAP_STRING(lines, want);
	free(lines);
}

static const char of_one[] =
	"axle_device_info{device=\"accel0\",driver=\"vnpu\","
	"product=\"vnpu, datacenter profile\",serial=\"VN000001\","
	"firmware=\"1.1.0\",bus_address=\"0000:01:00.0\"} 1\n"
	"axle_device_up{device=\"accel0\"} 1\n"
	"axle_engine_busy_seconds_total{device=\"accel0\",engine=\"compute\"} "
	"2.500000001\n"
	"axle_engine_busy_seconds_total{device=\"accel0\",engine=\"copy\"} "
	"0.125\n"
	"axle_memory_used_bytes{device=\"accel0\",region=\"host\",kind=\"host\"} "
	"4096\n"
	"axle_memory_used_bytes{device=\"accel0\",region=\"device\","
	"kind=\"device\"} 1073741824\n"
	"axle_memory_size_bytes{device=\"accel0\",region=\"device\","
	"kind=\"device\"} 4294967296\n"
	"axle_temperature_celsius{device=\"accel0\"} 41.25\n"
	"axle_temperature_limit_celsius{device=\"accel0\"} 95\n"
	"axle_power_watts{device=\"accel0\"} 18.5\n"
	"axle_power_limit_watts{device=\"accel0\"} 75\n"
	"axle_energy_joules_total{device=\"accel0\"} 123.456789\n"
	"axle_clock_hertz{device=\"accel0\"} 1000000000\n"
	"axle_clock_limit_hertz{device=\"accel0\"} 1200000000\n"
	"axle_throttled_seconds_total{device=\"accel0\"} 1.5\n"
	"axle_telemetry_rejected_total{device=\"accel0\"} 0\n"
	"axle_contexts{device=\"accel0\"} 3\n"
	"axle_contexts_limit{device=\"accel0\"} 64\n"
	"axle_resets_total{device=\"accel0\"} 1\n"
	"axle_faults_total{device=\"accel0\"} 2\n"
	"axle_pages_retired{device=\"accel0\"} 3\n"
	"axle_pages_pending{device=\"accel0\"} 1\n"
	"axle_throttling{device=\"accel0\",reason=\"temperature\"} 0\n"
	"axle_throttling{device=\"accel0\",reason=\"power\"} 0\n"
	"axle_ras_errors_total{device=\"accel0\",unit=\"memory\","
	"severity=\"corrected\"} 7\n"
	"axle_ras_errors_total{device=\"accel0\",unit=\"memory\","
	"severity=\"uncorrected\"} 1\n"
	"axle_ras_errors_total{device=\"accel0\",unit=\"link\","
	"severity=\"corrected\"} 0\n"
	"axle_ras_errors_total{device=\"accel0\",unit=\"link\","
	"severity=\"uncorrected\"} 0\n";

static const char of_itself[] =
	"axle_exporter_samples_total 5\n"
	"axle_exporter_sample_failures_total 1\n"
	"axle_exporter_sample_timestamp_seconds 1700000000.25\n"
	"axle_exporter_sample_duration_seconds 0.0015\n";

/* Neither comments nor events, and of itself only what does not change. */
static char *devices_only(const char *all)
{
	struct text out = {};

	while (*all) {
		size_t length = strcspn(all, "\n") + 1;

		if (strncmp(all, "# ", 2) != 0 &&
		    strncmp(all, "axle_e", 6) != 0 &&
		    strncmp(all, "process_", 8) != 0)
			text_raw(&out, all, length);
		else if (strncmp(all, "axle_engine", 11) == 0 ||
			 strncmp(all, "axle_energy", 11) == 0)
			text_raw(&out, all, length);
		all += length;
	}
	text_raw(&out, "", 1);
	return out.data;
}

static void a_device_is_told_exactly(void)
{
	struct axl_monitor *monitor = start("devices=1 kind=fixed", 0);
	char *all = write_all(monitor);
	char *lines = devices_only(all);

	TAP_STRING(lines, of_one);
	free(lines);
	check_lines(all, "axle_exporter_sample", of_itself);
	check_lines(all, "process_cpu_seconds_total",
		    "process_cpu_seconds_total 2.5\n");
	check_lines(all, "# TYPE axle_energy",
		    "# TYPE axle_energy_joules_total counter\n");
	check_lines(all, "# HELP axle_power_watts",
		    "# HELP axle_power_watts Power drawn.\n");
	free(all);
	axl_monitor_destroy(monitor);
}

static void what_is_not_known_is_left_out(void)
{
	struct axl_monitor *monitor = start("devices=1 kind=unknown", 0);
	char *all = write_all(monitor);
	char *lines = devices_only(all);

	TAP_STRING(lines, "axle_device_info{device=\"accel0\",driver=\"vnpu\","
			  "product=\"vnpu, datacenter profile\",serial=\"\","
			  "firmware=\"1.1.0\",bus_address=\"0000:01:00.0\"} 1\n"
			  "axle_device_up{device=\"accel0\"} 1\n");
	free(lines);
	free(all);
	axl_monitor_destroy(monitor);
}

static void a_device_that_lies_makes_no_lines_of_its_own(void)
{
	struct axl_monitor *monitor = start("devices=1 kind=lies", 0);
	char *all = write_all(monitor);

	check_lines(all, "axle_device_up",
		    "axle_device_up{device=\"accel0\"} 1\n");
	check_lines(all, "axle_device_info",
		    "axle_device_info{device=\"accel0\",driver=\"vnpu\","
		    "product=\"a \\\"b\\\" \\\\ c\\nd\xef\xbf\xbd\xef\xbf\xbd"
		    "\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd "
		    "\xc3\xa9<script>\","
		    "serial=\"}\\\" 1\\naxle_device_up{device=\\\"x\","
		    "firmware=\"1.1.0\",bus_address=\"0000:01:00.0\"} 1\n");
	/* Both engines have the same name once it is text. */
	check_lines(all, "axle_engine",
		    "axle_engine_busy_seconds_total{device=\"accel0\","
		    "engine=\"e\xef\xbf\xbd\"} 18446744073.709551614\n");
	/* More in use than there is. */
	check_lines(all, "axle_memory_used",
		    "axle_memory_used_bytes{device=\"accel0\",region=\"host\","
		    "kind=\"host\"} 4096\n");
	free(all);
	axl_monitor_destroy(monitor);
}

static void a_silent_device_is_down_and_has_no_temperature(void)
{
	struct axl_monitor *monitor = start("devices=1 kind=fixed", 0);
	char *all;

	fake_monitor_sample(monitor, 0)->telemetry.flags = AXL_TELEMETRY_STALE;
	all = write_all(monitor);
	check_lines(all, "axle_device_up",
		    "axle_device_up{device=\"accel0\"} 0\n");
	check_lines(all, "axle_temperature_celsius", "");
	check_lines(all, "axle_power_watts", "");
	check_lines(all, "axle_clock_hertz", "");
	check_lines(all, "axle_throttling", "");
	check_lines(all, "axle_resets_total",
		    "axle_resets_total{device=\"accel0\"} 1\n");
	free(all);
	axl_monitor_destroy(monitor);
}

struct up_row {
	uint32_t kind;
	uint32_t state;
	const char *line;
};

static void up_says_what_the_driver_says(void)
{
	static const struct up_row rows[] = {
		{ AXL_KIND_DEVICE, AXL_STATE_READY,
		  "axle_device_up{device=\"accel0\"} 1\n" },
		{ AXL_KIND_DEVICE, AXL_UNKNOWN_32,
		  "axle_device_up{device=\"accel0\"} 1\n" },
		{ AXL_KIND_DEVICE, AXL_STATE_RESETTING,
		  "axle_device_up{device=\"accel0\"} 0\n" },
		{ AXL_KIND_DEVICE, AXL_STATE_FAILED,
		  "axle_device_up{device=\"accel0\"} 0\n" },
		{ AXL_KIND_UNBOUND, AXL_UNKNOWN_32,
		  "axle_device_up{device=\"accel0\"} 0\n" },
		{ AXL_KIND_FOREIGN, AXL_UNKNOWN_32, "" },
		{ AXL_KIND_EMBEDDED, AXL_STATE_READY, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct axl_monitor *monitor = start("devices=1", 0);
		char *all;

		fake_monitor_sample(monitor, 0)->entry.kind = rows[i].kind;
		fake_monitor_sample(monitor, 0)->health.state = rows[i].state;
		all = write_all(monitor);
		check_lines(all, "axle_device_up", rows[i].line);
		free(all);
		axl_monitor_destroy(monitor);
	}
}

static void what_has_no_node_goes_by_its_address(void)
{
	struct axl_monitor *monitor = start("devices=1", 0);
	char *all;

	fake_monitor_sample(monitor, 0)->entry.name[0] = 0;
	fake_monitor_sample(monitor, 0)->entry.kind = AXL_KIND_UNBOUND;
	all = write_all(monitor);
	check_lines(all, "axle_device_up",
		    "axle_device_up{device=\"0000:01:00.0\"} 0\n");
	free(all);
	axl_monitor_destroy(monitor);
}

static void equal_names_are_told_once(void)
{
	struct axl_monitor *monitor = start("devices=2 kind=fixed", 0);
	struct axl_sample *first = fake_monitor_sample(monitor, 0);
	char *all;

	fake_monitor_sample(monitor, 1)->entry = first->entry;
	strcpy(first->region[1].name, "host");
	strcpy(first->ras[1].name, "memory");
	all = write_all(monitor);
	check_lines(all, "axle_power_watts",
		    "axle_power_watts{device=\"accel0\"} 18.5\n");
	check_lines(all, "axle_memory_used",
		    "axle_memory_used_bytes{device=\"accel0\",region=\"host\","
		    "kind=\"host\"} 4096\n");
	check_lines(all, "axle_ras",
		    "axle_ras_errors_total{device=\"accel0\",unit=\"memory\","
		    "severity=\"corrected\"} 7\n"
		    "axle_ras_errors_total{device=\"accel0\",unit=\"memory\","
		    "severity=\"uncorrected\"} 1\n");
	free(all);
	axl_monitor_destroy(monitor);
}

static void processes_are_told_only_when_looked_at(void)
{
	struct axl_monitor *monitor = start("devices=1 clients=1", 0);
	char *all = write_all(monitor);

	check_lines(all, "axle_client", "");
	check_lines(all, "# HELP axle_client", "");
	free(all);
	axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS);
	all = write_all(monitor);
	check_lines(all, "axle_client",
		    "axle_client_busy_seconds_total{device=\"accel0\","
		    "pid=\"1000\",fd=\"5\",comm=\"a \\\"job\\\"\","
		    "engine=\"compute\"} 0.75\n"
		    "axle_client_memory_used_bytes{device=\"accel0\","
		    "pid=\"1000\",fd=\"5\",comm=\"a \\\"job\\\"\","
		    "region=\"device\"} 4096\n");
	free(all);
	axl_monitor_destroy(monitor);
}

static void write_tally(const struct tally *tally, char **all)
{
	struct axl_monitor *monitor = start("devices=0", 0);
	struct metrics_self self = { .events = true };
	struct text text = {};

	metrics_write(&text, monitor, tally, &self);
	text_raw(&text, "", 1);
	*all = text.data;
	axl_monitor_destroy(monitor);
}

static void events_are_counted_from_zero(void)
{
	static struct tally tally;
	struct axl_monitor_event event = { .type = AXL_MONITOR_RESET };
	char *all;

	tally_init(&tally);
	tally_device(&tally, 7);
	write_tally(&tally, &all);
	check_lines(all, "axle_events_total{device=\"accel7\",type=\"reset\"",
		    "axle_events_total{device=\"accel7\",type=\"reset\"} 0\n");
	free(all);
	event = (struct axl_monitor_event){ .type = AXL_MONITOR_PAGE_RETIRED,
					    .index = 7 };
	tally_event(&tally, &event);
	event.type = AXL_MONITOR_RESET;
	tally_event(&tally, &event);
	tally_event(&tally, &event);
	event = (struct axl_monitor_event){ .type = AXL_MONITOR_LOST,
					    .index = AXL_UNKNOWN_32,
					    .value = 40 };
	tally_event(&tally, &event);
	event.type = 12345; /* of a library that knows more */
	tally_event(&tally, &event);
	write_tally(&tally, &all);
	check_lines(all, "axle_events_total{device=\"accel7\",type=\"reset\"",
		    "axle_events_total{device=\"accel7\",type=\"reset\"} 2\n");
	check_lines(
		all, "axle_events_total{device=\"accel7\",type=\"page",
		"axle_events_total{device=\"accel7\",type=\"page_retired\"} "
		"1\n");
	check_lines(all, "axle_events_total{device=\"\",type=\"lost\"",
		    "axle_events_total{device=\"\",type=\"lost\"} 40\n");
	check_lines(all, "axle_events_total{device=\"\",type=\"other\"",
		    "axle_events_total{device=\"\",type=\"other\"} 1\n");
	free(all);
}

static void more_devices_than_there_is_room_for_are_counted_together(void)
{
	static struct tally tally;
	struct axl_monitor_event event = { .type = AXL_MONITOR_RESET };

	tally_init(&tally);
	for (event.index = 0; event.index < 2 * TALLY_DEVICES; event.index++)
		tally_event(&tally, &event);
	TAP_EQUAL(tally.count, TALLY_DEVICES);
	TAP_EQUAL(tally.devices[0].counts[AXL_MONITOR_RESET],
		  TALLY_DEVICES + 1);
	TAP_EQUAL(tally.devices[1].counts[AXL_MONITOR_RESET], 1);
}

static const struct tap_case cases[] = {
	{ "a device is told exactly", a_device_is_told_exactly },
	{ "what is not known is left out", what_is_not_known_is_left_out },
	{ "a device that lies makes no lines of its own",
	  a_device_that_lies_makes_no_lines_of_its_own },
	{ "a silent device is down and has no temperature",
	  a_silent_device_is_down_and_has_no_temperature },
	{ "up says what the driver says", up_says_what_the_driver_says },
	{ "what has no node goes by its address",
	  what_has_no_node_goes_by_its_address },
	{ "equal names are told once", equal_names_are_told_once },
	{ "processes are told only when looked at",
	  processes_are_told_only_when_looked_at },
	{ "events are counted from zero", events_are_counted_from_zero },
	{ "more devices than there is room for are counted together",
	  more_devices_than_there_is_room_for_are_counted_together },
};
TAP_MAIN(cases)
