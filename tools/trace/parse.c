// SPDX-License-Identifier: MIT
/*
 * From text to events of the trace event format. Input is what other programs
 * wrote: whatever is not understood is left out.
 */
#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 4096u

int trace_read_library(FILE *in, struct json_object *events, size_t *bad)
{
	char line[LINE_MAX_BYTES];

	*bad = 0;
	while (fgets(line, sizeof(line), in)) {
		struct json_object *event;
		size_t length = strcspn(line, "\n");

		if (length && line[length - 1] == ',')
			length--;
		line[length] = '\0';
		event = json_tokener_parse(line);
		if (event && json_object_is_type(event, json_type_object)) {
			json_object_array_add(events, event);
			continue;
		}
		json_object_put(event);
		*bad += length > 0;
	}
	return ferror(in) ? -EIO : 0;
}

/* Microseconds of "123.456789", or -1. */
static double parse_time(const char *text, const char *end)
{
	char copy[32], *rest;
	double seconds;

	if (end <= text || (size_t)(end - text) >= sizeof(copy))
		return -1;
	memcpy(copy, text, (size_t)(end - text));
	copy[end - text] = '\0';
	seconds = strtod(copy, &rest);
	return *rest || rest == copy || !(seconds >= 0) ? -1 : seconds * 1e6;
}

static struct json_object *value_of(const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 0);
	if (!errno && end != text && !*end)
		return json_object_new_int64(number);
	return json_object_new_string(text);
}

/* "dev=0 client=5 ..." */
static struct json_object *parse_fields(const char *text)
{
	struct json_object *out = json_object_new_object();
	char copy[LINE_MAX_BYTES], *word, *rest;

	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " \n", &rest); word;
	     word = strtok_r(NULL, " \n", &rest)) {
		char *value = strchr(word, '=');

		if (!value || value == word)
			continue;
		*value++ = '\0';
		json_object_object_add(out, word, value_of(value));
	}
	return out;
}

static int64_t field(struct json_object *event, const char *name)
{
	struct json_object *args, *value;

	if (!json_object_object_get_ex(event, "args", &args) ||
	    !json_object_object_get_ex(args, name, &value))
		return -1;
	return json_object_get_int64(value);
}

static struct json_object *new_event(const char *phase, const char *name,
				     uint32_t pid, double us)
{
	struct json_object *event = json_object_new_object();

	json_object_object_add(event, "ph", json_object_new_string(phase));
	json_object_object_add(event, "name", json_object_new_string(name));
	json_object_object_add(event, "cat", json_object_new_string("kernel"));
	json_object_object_add(event, "pid", json_object_new_int64(pid));
	json_object_object_add(event, "tid", json_object_new_int(0));
	json_object_object_add(event, "ts", json_object_new_double(us));
	return event;
}

/* "  comm-12  [001] d..1.  36.123456: axle_submit: dev=0 ..." */
struct json_object *trace_parse_line(const char *line)
{
	const char *name = strstr(line, ": axle_"), *time, *end;
	struct json_object *event;
	char text[32];
	double us;

	if (!name)
		return NULL;
	for (time = name; time > line && time[-1] != ' ';)
		time--;
	us = parse_time(time, name);
	name += strlen(": axle_");
	end = strchr(name, ':');
	if (us < 0 || !end || end == name ||
	    (size_t)(end - name) >= sizeof(text))
		return NULL;
	memcpy(text, name, (size_t)(end - name));
	text[end - name] = '\0';
	event = new_event("i", text, TRACE_DEVICE_PID, us);
	json_object_object_add(event, "s", json_object_new_string("t"));
	json_object_object_add(event, "args", parse_fields(end + 1));
	if (field(event, "dev") >= 0)
		json_object_object_add(
			event, "pid",
			json_object_new_int64(TRACE_DEVICE_PID +
					      field(event, "dev")));
	return event;
}

static bool is_named(struct json_object *event, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(event, "cat", &value) &&
	       !strcmp(json_object_get_string(value), "kernel") &&
	       json_object_object_get_ex(event, "name", &value) &&
	       !strcmp(json_object_get_string(value), name);
}

static double time_of(struct json_object *event)
{
	struct json_object *value;

	return json_object_object_get_ex(event, "ts", &value) ?
		       json_object_get_double(value) :
		       0;
}

static bool same_job(struct json_object *a, struct json_object *b)
{
	static const char *const keys[] = { "dev", "client", "queue",
					    "sequence" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (field(a, keys[i]) != field(b, keys[i]))
			return false;
	return true;
}

static struct json_object *new_run(struct json_object *run,
				   struct json_object *complete)
{
	struct json_object *event, *args;
	char name[64];

	snprintf(name, sizeof(name), "queue %" PRId64 " job %" PRId64,
		 field(run, "queue"), field(run, "sequence"));
	event = new_event("X", name,
			  (uint32_t)(TRACE_DEVICE_PID + field(run, "dev")),
			  time_of(run));
	json_object_object_add(
		event, "dur",
		json_object_new_double(time_of(complete) - time_of(run)));
	if (json_object_object_get_ex(run, "args", &args))
		json_object_object_add(event, "args", json_object_get(args));
	return event;
}

/* Jobs that run now are few; which they are is kept in the array. */
static void pair_run(struct json_object **running, size_t *count,
		     struct json_object *done, struct json_object *events)
{
	for (size_t i = 0; i < *count; i++) {
		if (!same_job(running[i], done))
			continue;
		json_object_array_add(events, new_run(running[i], done));
		running[i] = running[--*count];
		return;
	}
}

void trace_pair_runs(struct json_object *events)
{
	size_t all = json_object_array_length(events), count = 0;
	struct json_object **running = calloc(all + 1, sizeof(*running));

	for (size_t i = 0; running && i < all; i++) {
		struct json_object *event =
			json_object_array_get_idx(events, i);

		if (is_named(event, "run"))
			running[count++] = event;
		else if (is_named(event, "complete"))
			pair_run(running, &count, event, events);
	}
	free(running);
}
