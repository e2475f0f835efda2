// SPDX-License-Identifier: MIT
/* axle top: options, and the loop of looking, showing and asking for keys. */
#include "top.h"
#include "../options.h"

#include <axl/monitor.h>

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct options {
	bool batch;
	bool json;
	bool colour;
	double interval; /* seconds */
	uint32_t count; /* samples; 0: no end */
	enum top_sort sort;
	const char *filter;
};

struct top {
	struct axl_monitor *monitor;
	struct top_sample sample;
	struct top_rows rows;
	struct top_view view;
	struct top_canvas canvas;
};

static int take_objects(struct top *top)
{
	struct top_sample *s = &top->sample;

	free(s->devices);
	free(s->clients);
	s->device_count = axl_monitor_device_count(top->monitor);
	s->client_count = axl_monitor_client_count(top->monitor);
	s->devices = calloc(s->device_count + 1, sizeof(*s->devices));
	s->clients = calloc(s->client_count + 1, sizeof(*s->clients));
	if (!s->devices || !s->clients) {
		s->device_count = s->client_count = 0;
		return -ENOMEM;
	}
	for (size_t i = 0; i < s->device_count; i++)
		s->devices[i] = axl_monitor_device(top->monitor, i);
	for (size_t i = 0; i < s->client_count; i++)
		s->clients[i] = axl_monitor_client(top->monitor, i);
	return 0;
}

static int make_rows(struct top *top)
{
	top_rows_free(&top->rows);
	return top_rows_build(&top->sample, top->view.filter, top->view.sort,
			      &top->rows);
}

static enum status look(struct top *top)
{
	int err = axl_monitor_sample(top->monitor, AXL_MONITOR_CLIENTS);

	if (err)
		return failed(err, axl_monitor_error_detail(top->monitor));
	err = take_objects(top);
	if (!err)
		err = make_rows(top);
	return err ? failed(err, strerror(-err)) : STATUS_OK;
}

static void sleep_for(double seconds)
{
	struct timespec ts = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Busy times are of the time between two looks, so the first says nothing. */
static enum status run_batch(struct top *top, const struct options *options)
{
	enum status status = look(top);

	for (uint32_t i = 0; !status; i++) {
		if (options->count && i == options->count)
			break;
		sleep_for(options->interval);
		status = look(top);
		if (status)
			break;
		if (options->json)
			json_print(top_json(&top->sample, &top->rows));
		else
			top_print_text(&top->sample, &top->rows, stdout);
		if (fflush(stdout))
			return STATUS_FAILURE; /* main() says why */
	}
	return status;
}

static void kill_process(struct top_view *view)
{
	if (kill((pid_t)view->confirm_pid, view->confirm_signal))
		snprintf(view->message, sizeof(view->message),
			 "Process %u was not ended: %s", view->confirm_pid,
			 strerror(errno));
	else
		snprintf(view->message, sizeof(view->message),
			 "Process %u was asked to end.", view->confirm_pid);
	view->confirm_signal = 0;
}

static enum status show(struct top *top, struct top_screen *screen)
{
	unsigned int width, height;

	top_screen_size(&width, &height);
	if (top_canvas_resize(&top->canvas, width, height))
		return failed(-ENOMEM, strerror(ENOMEM));
	top_draw(&top->canvas, &top->sample, &top->rows, &top->view);
	top_screen_show(screen, &top->canvas);
	return STATUS_OK;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Keys until it is time to look again; true to leave. */
static bool take_keys(struct top *top, struct top_screen *screen,
		      int64_t until_ms, enum status *status)
{
	for (;;) {
		int64_t left = until_ms - now_ms();
		enum top_action action;
		int key;

		if (left <= 0)
			return false;
		key = top_screen_key(screen, (int)left);
		if (key == -1)
			continue;
		action = top_key(&top->view, &top->rows, key);
		if (action == TOP_QUIT)
			return true;
		if (action == TOP_KILL)
			kill_process(&top->view);
		if (make_rows(top)) {
			*status = failed(-ENOMEM, strerror(ENOMEM));
			return true;
		}
		*status = show(top, screen);
		if (*status)
			return true;
	}
}

static enum status run_screen(struct top *top, const struct options *options)
{
	struct top_screen *screen = top_screen_open(options->colour);
	enum status status = screen ? STATUS_OK : STATUS_FAILURE;
	double wait = 0.3; /* so that the second look comes soon */

	while (!status) {
		status = look(top);
		if (!status)
			status = show(top, screen);
		if (status ||
		    take_keys(top, screen, now_ms() + (int64_t)(wait * 1000),
			      &status))
			break;
		wait = top->view.interval;
	}
	top_screen_close(screen);
	return status;
}

static bool parse_sort(const char *text, enum top_sort *sort)
{
	for (unsigned int i = 0; i < TOP_SORTS; i++)
		if (!strcmp(text, top_sort_name((enum top_sort)i))) {
			*sort = (enum top_sort)i;
			return true;
		}
	return false;
}

/* NULL, or what is wrong with the argument. */
static const char *take_option(void *to, int option, char *argument)
{
	struct options *options = to;

	switch (option) {
	case 'b':
		options->batch = true;
		return NULL;
	case 'j':
		options->json = true;
		options->batch = true;
		return NULL;
	case 'c':
		options->colour = false;
		return NULL;
	case 'f':
		options->filter = argument;
		return NULL;
	case 'i':
		if (parse_real(argument, &options->interval) &&
		    options->interval >= 0.01 && options->interval <= 3600)
			return NULL;
		return "--interval is 0.01 to 3600 seconds";
	case 'n':
		if (parse_number(argument, 1, UINT32_MAX, &options->count))
			return NULL;
		return "--count is a number above 0";
	default: /* 's' */
		if (parse_sort(argument, &options->sort))
			return NULL;
		return "--sort is busy, memory, pid, device or command";
	}
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct options *options)
{
	static const struct option names[] = {
		{ "batch", no_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "no-color", no_argument, NULL, 'c' },
		{ "filter", required_argument, NULL, 'f' },
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ "sort", required_argument, NULL, 's' },
		{},
	};
	static const struct option_set set = { "", names, take_option };
	const char *no_color = getenv("NO_COLOR");
	enum status status;

	options->interval = 0;
	options->colour = !no_color || !no_color[0];
	status = take_options(self, argc, argv, &set, options);
	if (status)
		return status;
	if (optind < argc)
		return usage_error(self, "top: what is \"%s\"?", argv[optind]);
	if (options->interval == 0)
		options->interval = options->batch ? 1 : 2;
	if (options->batch && !options->count)
		options->count = 1;
	if (!options->batch && options->count)
		return usage_error(self, "top: --count is for --batch");
	return STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct options options = { 0 };
	struct top top = { 0 };
	enum status status = parse(self, argc, argv, &options);

	if (status)
		return status;
	status = open_monitor(tool, &top.monitor);
	if (status)
		return status;
	top.view.sort = options.sort;
	top.view.interval = options.interval;
	if (options.filter)
		snprintf(top.view.filter, sizeof(top.view.filter), "%s",
			 options.filter);
	status = options.batch ? run_batch(&top, &options) :
				 run_screen(&top, &options);
	top_rows_free(&top.rows);
	top_canvas_free(&top.canvas);
	free(top.sample.devices);
	free(top.sample.clients);
	axl_monitor_destroy(top.monitor);
	return status;
}

const struct command command_top = {
	.name = "top",
	.arguments = "[--batch] [--json] ...",
	.summary = "watch devices, and who uses them",
	.help = "  --batch         print instead of drawing, then end\n"
		"  --json          the same, machine-readable, see axle-top(1)\n"
		"  --count N       print N times (1)\n"
		"  --interval S    seconds between two looks (2; --batch: 1)\n"
		"  --sort COLUMN   busy, memory, pid, device or command (busy)\n"
		"  --filter TEXT   only what has the text in a name\n"
		"  --no-color      without colours, as with NO_COLOR set\n"
		"Press h in it for the keys.\n",
	.run = run,
};
