// SPDX-License-Identifier: MIT
/* Ten minutes of history, and the JSON that the page gets. */
#include "fake-monitor.h"
#include "history.h"
#include "live.h"
#include "tap.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct setup {
	struct axl_monitor *monitor;
	struct history history;
};

static void begin(struct setup *setup, const char *what, unsigned int interval)
{
	setenv("FAKE_MONITOR", what, 1);
	axl_monitor_create(NULL, &setup->monitor);
	history_init(&setup->history, interval);
}

static void end(struct setup *setup)
{
	history_release(&setup->history);
	axl_monitor_destroy(setup->monitor);
}

static void tick(struct setup *setup)
{
	axl_monitor_sample(setup->monitor, 0);
	history_add(&setup->history, setup->monitor,
		    1000 * (int64_t)(setup->history.count + 1));
}

static struct json_object *ask(struct setup *setup, uint64_t since)
{
	struct live_self self = { 42, 1, true, "host \"x\"" };
	struct json_object *answer;
	struct text text = {};

	live_write(&text, setup->monitor, &setup->history, &self, since);
	text_raw(&text, "", 1);
	answer = text.failed ? NULL : json_tokener_parse(text.data);
	TAP_CHECK(answer);
	text_release(&text);
	return answer;
}

/* A member of a member: "devices", 0, "history", "busy", ... */
static struct json_object *at(struct json_object *object, const char *path)
{
	char name[32];

	while (*path && object) {
		size_t length = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(
				object, strtoul(name, 0, 10));
		else
			object = json_object_object_get(object, name);
		path += length + (path[length] == '.');
	}
	return object;
}

static void history_keeps_ten_minutes(void)
{
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=1", 1);
	for (int i = 0; i < 1500; i++)
		tick(&setup);
	TAP_EQUAL(history_first(&setup.history), 901);
	answer = ask(&setup, 0);
	TAP_EQUAL(json_object_array_length(at(answer, "times")), 600);
	TAP_EQUAL(json_object_get_int64(at(answer, "times.0")), 901000);
	TAP_EQUAL(json_object_get_int64(at(answer, "times.599")), 1500000);
	TAP_EQUAL(
		json_object_array_length(at(answer, "devices.0.history.busy")),
		600);
	json_object_put(answer);
	end(&setup);
}

static void only_what_is_new_is_sent(void)
{
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=2", 1);
	for (int i = 0; i < 10; i++)
		tick(&setup);
	answer = ask(&setup, 8);
	TAP_EQUAL(json_object_get_int64(at(answer, "first")), 9);
	TAP_EQUAL(json_object_get_int64(at(answer, "last")), 10);
	TAP_EQUAL(
		json_object_array_length(at(answer, "devices.1.history.power")),
		2);
	json_object_put(answer);
	answer = ask(&setup, 10);
	TAP_EQUAL(json_object_array_length(at(answer, "times")), 0);
	TAP_EQUAL(json_object_array_length(at(answer, "devices")), 2);
	json_object_put(answer);
	/* Of an exporter that was here before: all, and it says so. */
	answer = ask(&setup, 999);
	TAP_EQUAL(json_object_get_int64(at(answer, "since")), 0);
	TAP_EQUAL(json_object_array_length(at(answer, "times")), 10);
	json_object_put(answer);
	end(&setup);
}

static void figures_are_as_sampled(void)
{
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=1 kind=fixed", 1);
	tick(&setup);
	answer = ask(&setup, 0);
	TAP_STRING(json_object_get_string(at(answer, "host")), "host \"x\"");
	TAP_STRING(json_object_get_string(at(answer, "devices.0.state")),
		   "ready");
	TAP_CHECK(json_object_get_double(
			  at(answer, "devices.0.history.busy.0")) == 43.7);
	TAP_CHECK(json_object_get_double(at(answer, "devices.0.temperature")) ==
		  41.25);
	TAP_CHECK(json_object_get_double(
			  at(answer, "devices.0.engines.1.busy")) == 2.5);
	TAP_EQUAL(json_object_get_int64(at(answer, "devices.0.memory_size")),
		  1ll << 32);
	json_object_put(answer);
	end(&setup);
}

static void what_is_not_known_is_null(void)
{
	static const char *const paths[] = {
		"temperature",	  "power",	    "clock",
		"contexts",	  "resets",	    "memory_used",
		"engines.0.busy", "history.busy.0", "history.power.0",
		"pages_retired",
	};
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=1 kind=unknown", 1);
	tick(&setup);
	answer = ask(&setup, 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct json_object *parent = at(answer, "devices.0");

		if (!TAP_CHECK(parent && !at(parent, paths[i])))
			tap_note("the member was %s", paths[i]);
	}
	json_object_put(answer);
	end(&setup);
}

static void lies_are_valid_json_and_null(void)
{
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=1 kind=lies", 1);
	tick(&setup);
	answer = ask(&setup, 0);
	TAP_CHECK(at(answer, "devices.0") &&
		  !at(answer, "devices.0.engines.0.busy"));
	TAP_CHECK(
		strstr(json_object_get_string(at(answer, "devices.0.product")),
		       "<script>"));
	json_object_put(answer);
	end(&setup);
}

static void a_device_that_was_away_has_a_gap(void)
{
	struct setup setup;
	const struct history_device *device;
	struct axl_sample *sample;

	begin(&setup, "devices=1", 1);
	tick(&setup);
	sample = fake_monitor_sample(setup.monitor, 0);
	sample->entry.kind = AXL_KIND_EMBEDDED;
	tick(&setup);
	tick(&setup);
	sample->entry.kind = AXL_KIND_DEVICE;
	tick(&setup);
	device = history_find(&setup.history, sample);
	TAP_REQUIRE(device);
	for (uint64_t i = 1; i <= 4; i++)
		TAP_EQUAL(isnan(history_point(&setup.history, device, i)->busy),
			  i == 2 || i == 3);
	end(&setup);
}

static void a_device_that_stays_away_is_forgotten(void)
{
	struct setup setup;

	begin(&setup, "devices=1", 60);
	tick(&setup);
	TAP_EQUAL(setup.history.device_count, 1);
	fake_monitor_sample(setup.monitor, 0)->entry.kind = AXL_KIND_EMBEDDED;
	for (int i = 0; i < 9; i++)
		tick(&setup);
	TAP_EQUAL(setup.history.device_count, 1);
	tick(&setup);
	TAP_EQUAL(setup.history.device_count, 0);
	fake_monitor_sample(setup.monitor, 0)->entry.kind = AXL_KIND_DEVICE;
	tick(&setup);
	TAP_EQUAL(setup.history.device_count, 1);
	end(&setup);
}

static void more_devices_than_there_is_room_for_are_still_shown(void)
{
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=300", 60);
	tick(&setup);
	tick(&setup);
	TAP_EQUAL(setup.history.device_count, HISTORY_DEVICES);
	answer = ask(&setup, 0);
	TAP_EQUAL(json_object_array_length(at(answer, "devices")), 300);
	TAP_CHECK(!at(answer, "devices.299.history.busy.1"));
	json_object_put(answer);
	end(&setup);
}

static void events_are_sent_once_in_order(void)
{
	struct axl_monitor_event event = { .type = AXL_MONITOR_RESET };
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=1", 1);
	tick(&setup);
	for (uint32_t i = 0; i < 3; i++) {
		event.index = i;
		history_event(&setup.history, &event, 5000 + i);
	}
	answer = ask(&setup, 0);
	TAP_EQUAL(json_object_array_length(at(answer, "events")), 0);
	json_object_put(answer);
	tick(&setup);
	answer = ask(&setup, 1);
	TAP_EQUAL(json_object_array_length(at(answer, "events")), 3);
	TAP_STRING(json_object_get_string(at(answer, "events.0.device")),
		   "accel0");
	TAP_STRING(json_object_get_string(at(answer, "events.2.device")),
		   "accel2");
	TAP_EQUAL(json_object_get_int64(at(answer, "events.2.time")), 5002);
	TAP_STRING(json_object_get_string(at(answer, "events.2.type")),
		   "reset");
	json_object_put(answer);
	answer = ask(&setup, 2);
	TAP_EQUAL(json_object_array_length(at(answer, "events")), 0);
	json_object_put(answer);
	end(&setup);
}

static void a_flood_of_events_leaves_the_newest(void)
{
	struct axl_monitor_event event = { .type = AXL_MONITOR_CORRECTED };
	struct setup setup;
	struct json_object *answer;

	begin(&setup, "devices=1", 1);
	for (event.value = 0; event.value < 100000; event.value++)
		history_event(&setup.history, &event, 1);
	tick(&setup);
	answer = ask(&setup, 0);
	TAP_EQUAL(json_object_array_length(at(answer, "events")),
		  HISTORY_EVENTS);
	TAP_EQUAL(json_object_get_int64(at(answer, "events.255.value")), 99999);
	json_object_put(answer);
	end(&setup);
}

struct since_row {
	const char *text;
	bool valid;
	uint64_t number;
};

static void only_numbers_are_numbers(void)
{
	static const struct since_row rows[] = {
		{ NULL, true, 0 },
		{ "0", true, 0 },
		{ "42", true, 42 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616" },
		{ "" },
		{ "-1" },
		{ "+1" },
		{ " 1" },
		{ "1 " },
		{ "0x1" },
		{ "1e3" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t number = 0;

		if (!TAP_EQUAL(live_parse_since(rows[i].text, &number),
			       rows[i].valid))
			tap_note("the text was \"%s\"", rows[i].text);
		TAP_EQUAL(number, rows[i].number);
	}
}

static const struct tap_case cases[] = {
	{ "history keeps ten minutes", history_keeps_ten_minutes },
	{ "only what is new is sent", only_what_is_new_is_sent },
	{ "figures are as sampled", figures_are_as_sampled },
	{ "what is not known is null", what_is_not_known_is_null },
	{ "lies are valid JSON and null", lies_are_valid_json_and_null },
	{ "a device that was away has a gap",
	  a_device_that_was_away_has_a_gap },
	{ "a device that stays away is forgotten",
	  a_device_that_stays_away_is_forgotten },
	{ "more devices than there is room for are still shown",
	  more_devices_than_there_is_room_for_are_still_shown },
	{ "events are sent once, in order", events_are_sent_once_in_order },
	{ "a flood of events leaves the newest",
	  a_flood_of_events_leaves_the_newest },
	{ "only numbers are numbers", only_numbers_are_numbers },
};
TAP_MAIN(cases)
