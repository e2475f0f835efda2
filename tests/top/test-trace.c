// SPDX-License-Identifier: MIT
/* axle trace's parsers, on text that was made up. */
#include "tap.h"
#include "trace/trace.h"

#include <json-c/json.h>
#include <string.h>

static const char *text_of(struct json_object *event, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(event, key, &value) ?
		       json_object_get_string(value) :
		       "";
}

static struct json_object *args_of(struct json_object *event)
{
	struct json_object *args = NULL;

	json_object_object_get_ex(event, "args", &args);
	return args;
}

static void a_line_of_the_kernel_becomes_an_event(void)
{
	struct json_object *event = trace_parse_line(
		"        axle-ocr-123   [001] d..1.    36.123456: axle_submit: "
		"dev=2 client=5 queue=1 sequence=7 engine=compute\n");

	TAP_REQUIRE(event);
	TAP_CHECK(!strcmp(text_of(event, "name"), "submit"));
	TAP_CHECK(!strcmp(text_of(event, "pid"), "1073741826"));
	TAP_CHECK(!strncmp(text_of(event, "ts"), "36123456", 8));
	TAP_CHECK(!strcmp(text_of(args_of(event), "sequence"), "7"));
	TAP_CHECK(!strcmp(text_of(args_of(event), "engine"), "compute"));
	json_object_put(event);
}

static void other_lines_are_left_out(void)
{
	static const char *const lines[] = {
		"",
		"# tracer: nop",
		"x-1 [000] ..... 1.5: sched_switch: a=1",
		"x-1 [000] ..... now: axle_submit: dev=0",
		"x-1 [000] ..... 1.5: axle_",
		"x-1 [000] ..... 1.5: axle_: dev=0",
		": axle_submit: dev=0",
		"x-1 [0] . 1.5: axle_a_name_that_is_far_too_long_to_be: d=0",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct json_object *event = trace_parse_line(lines[i]);

		if (!TAP_CHECK(!event))
			tap_note("%s", lines[i]);
		json_object_put(event);
	}
}

static void a_job_lasts_from_run_to_complete(void)
{
	static const char *const lines[] = {
		"a-1 [0] . 1.000010: axle_run: dev=0 client=5 queue=1 "
		"sequence=1",
		"a-1 [0] . 1.000020: axle_run: dev=0 client=6 queue=1 "
		"sequence=1",
		"a-1 [0] . 1.000030: axle_complete: dev=0 client=6 queue=1 "
		"sequence=1",
		"a-1 [0] . 1.000050: axle_complete: dev=0 client=5 queue=1 "
		"sequence=1",
		"a-1 [0] . 1.000060: axle_complete: dev=0 client=7 queue=1 "
		"sequence=1",
	};
	struct json_object *events = json_object_new_array(), *job;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		json_object_array_add(events, trace_parse_line(lines[i]));
	trace_pair_runs(events);
	TAP_EQUAL(json_object_array_length(events), 7);
	job = json_object_array_get_idx(events, 5);
	TAP_CHECK(!strcmp(text_of(job, "ph"), "X"));
	TAP_CHECK(!strncmp(text_of(job, "dur"), "10.0", 4) ||
		  !strncmp(text_of(job, "dur"), "9.99", 4));
	json_object_put(events);
}

static void half_a_line_of_the_library_is_counted(void)
{
	char text[] = "{\"ph\":\"X\",\"name\":\"exec\"},\n"
		      "{\"ph\":\"X\",\"na\n"
		      "\n"
		      "7,\n"
		      "{\"ph\":\"M\"},";
	struct json_object *events = json_object_new_array();
	FILE *in = fmemopen(text, strlen(text), "r");
	size_t bad = 0;

	TAP_REQUIRE(in);
	TAP_EQUAL(trace_read_library(in, events, &bad), 0);
	TAP_EQUAL(json_object_array_length(events), 2);
	TAP_EQUAL(bad, 2);
	fclose(in);
	json_object_put(events);
}

static const struct tap_case cases[] = {
	{ "a line of the kernel's trace becomes an event",
	  a_line_of_the_kernel_becomes_an_event },
	{ "lines that are none of ours are left out",
	  other_lines_are_left_out },
	{ "a job lasts from its run to its completion",
	  a_job_lasts_from_run_to_complete },
	{ "a line of the library that is not whole is counted and left out",
	  half_a_line_of_the_library_is_counted },
};
TAP_MAIN(cases)
