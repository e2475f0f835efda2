// SPDX-License-Identifier: MIT
/*
 * axle events: what happens to devices from now on, a line an event. The kernel
 * keeps no events for who comes later.
 */
#include "operate.h"
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <poll.h>
#include <string.h>
#include <time.h>

struct settings {
	bool follow;
	bool jobs;
	bool json;
	double timeout_s; /* negative: none */
};

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Time of day of a time on CLOCK_MONOTONIC, as far as it was not set since. */
static const char *text_when(char *out, size_t size, uint64_t time_ns)
{
	int64_t real = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC) +
		       (int64_t)time_ns;
	time_t seconds = real / 1000000000;
	struct tm local;
	size_t used;

	localtime_r(&seconds, &local);
	used = strftime(out, size, "%Y-%m-%d %H:%M:%S", &local);
	snprintf(out + used, size - used, ".%03d",
		 (int)(real / 1000000 % 1000));
	return out;
}

static void print_text(const struct axl_monitor_event *event)
{
	char when[64], name[32] = "-";

	if (event->index != AXL_UNKNOWN_32)
		snprintf(name, sizeof(name), "accel%u", event->index);
	printf("%s  %s%s%s%s  %s%s%s\n",
	       text_when(when, sizeof(when), event->time_ns), name,
	       event->driver[0] ? " (" : "", event->driver,
	       event->driver[0] ? ")" : "", axl_monitor_event_name(event->type),
	       event->text[0] ? ": " : "", event->text);
}

static void print_json(const struct axl_monitor_event *e)
{
	struct json_object *out = json_document();
	bool is_job = e->type >= AXL_MONITOR_CONTEXT_CREATED;
	char name[32] = "";

	if (e->index != AXL_UNKNOWN_32)
		snprintf(name, sizeof(name), "accel%u", e->index);
	json_object_object_add(out, "event",
			       json_text(axl_monitor_event_name(e->type)));
	json_object_object_add(out, "device", json_text(name));
	json_object_object_add(out, "driver", json_text(e->driver));
	json_object_object_add(out, "time_ns", json_u64(e->time_ns));
	json_object_object_add(out, "sequence",
			       e->sequence ? json_u64(e->sequence) : NULL);
	json_object_object_add(out, "unit", json_text(e->unit));
	json_object_object_add(out, "value", json_u64(e->value));
	json_object_object_add(out, "address",
			       e->address ? json_u64(e->address) : NULL);
	json_object_object_add(out, "code", e->code ? json_u32(e->code) : NULL);
	json_object_object_add(out, "client_id",
			       is_job ? json_u64(e->client_id) : NULL);
	json_object_object_add(out, "pid", is_job ? json_u32(e->pid) : NULL);
	json_object_object_add(out, "uid", is_job ? json_u32(e->uid) : NULL);
	json_object_object_add(out, "queue",
			       e->queue ? json_u32(e->queue) : NULL);
	json_object_object_add(out, "text", json_text(e->text));
	json_print_line(out);
}

/* All that are there; stores how many. */
static int take_events(struct axl_monitor *monitor,
		       const struct settings *settings, uint32_t *count)
{
	struct axl_monitor_event event;
	int err;

	while (!(err = axl_monitor_event(monitor, &event, sizeof(event)))) {
		if (settings->json)
			print_json(&event);
		else
			print_text(&event);
		++*count;
	}
	fflush(stdout);
	return err == -EAGAIN ? 0 : err;
}

/* Milliseconds to the end, -1: there is none. */
static int rest_ms(int64_t end)
{
	int64_t rest;

	if (end < 0)
		return -1;
	rest = (end - now_ns(CLOCK_MONOTONIC) + 999999) / 1000000;
	if (rest > 1000000)
		return 1000000;
	return rest < 0 ? 0 : (int)rest;
}

static enum status listen_on(struct axl_monitor *monitor,
			     const struct settings *settings)
{
	struct pollfd p = { .fd = axl_monitor_event_fd(monitor),
			    .events = POLLIN };
	int64_t end = -1;
	uint32_t count = 0;
	int err, ms;

	if (settings->timeout_s >= 0)
		end = now_ns(CLOCK_MONOTONIC) +
		      (int64_t)(settings->timeout_s * 1e9);
	for (;;) {
		err = take_events(monitor, settings, &count);
		if (err)
			return failed(err, axl_monitor_error_detail(monitor));
		if (count && !settings->follow)
			return STATUS_OK;
		ms = rest_ms(end);
		if (!ms)
			return count ? STATUS_OK : STATUS_FAILURE;
		poll(&p, 1, ms);
	}
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct settings *settings)
{
	static const struct option options[] = {
		{ "follow", no_argument, NULL, 'f' },
		{ "jobs", no_argument, NULL, 'J' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = opterr = 0;
	while ((option = getopt_long(argc, argv, "f", options, NULL)) != -1) {
		if (option == 'f')
			settings->follow = true;
		else if (option == 'J')
			settings->jobs = true;
		else if (option == 'j')
			settings->json = true;
		else if (option != 't')
			return refuse_option(self, argc, argv);
		else if (!parse_real(optarg, &settings->timeout_s) ||
			 settings->timeout_s > 1e9)
			return usage_error(self,
					   "events: \"%s\" is no number of "
					   "seconds",
					   optarg);
	}
	if (optind < argc)
		return usage_error(self, "events: what is \"%s\"?",
				   argv[optind]);
	return STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct settings settings = { .timeout_s = -1 };
	enum status status = parse(self, argc, argv, &settings);
	struct axl_monitor *monitor;
	int err;

	if (status)
		return status;
	status = open_monitor(tool, &monitor);
	if (status)
		return status;
	err = axl_monitor_listen(monitor, settings.jobs ? AXL_MONITOR_JOBS : 0);
	if (err)
		status = failed(err, axl_monitor_error_detail(monitor));
	else
		status = listen_on(monitor, &settings);
	axl_monitor_destroy(monitor);
	return status;
}

const struct command command_events = {
	.name = "events",
	.arguments = "[OPTION...]",
	.summary = "wait for what happens to devices, and show it",
	.help = "  -f, --follow   go on after the first\n"
		"  --jobs         contexts and jobs, too; needs root\n"
		"  --timeout S    end after so many seconds\n"
		"  --json         machine-readable, see axle-events(1)\n",
	.run = run,
};
