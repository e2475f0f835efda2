// SPDX-License-Identifier: MIT
/* See watch.h. */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* At one time, so that events cannot keep requests waiting. */
#define EVENTS_AT_ONCE 256

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int64_t now_ms(void)
{
	return (int64_t)(now_ns(CLOCK_REALTIME) / 1000000);
}

static void warn(const char *what, const char *detail)
{
	fprintf(stderr, "axle-exporter: %s: %s\n", what, detail);
}

static void write_log(void *data, enum axl_log_level level, const char *text)
{
	if (level == AXL_LOG_WARNING)
		warn("warning", text);
}

static int create_monitor(struct watch *watch)
{
	struct axl_config config = {
		.size = sizeof(config),
		.root = watch->config.root,
		.log = write_log,
	};
	int err = axl_system_create(&config, &watch->system);

	if (err) {
		warn("cannot begin", strerror(-err));
		return err;
	}
	err = axl_monitor_create(watch->system, &watch->monitor);
	if (err) {
		warn("cannot begin", axl_system_error_detail(watch->system));
		return err;
	}
	err = axl_monitor_listen(watch->monitor, 0);
	if (err)
		warn("no events", axl_monitor_error_detail(watch->monitor));
	watch->live.events = watch->self.events = !err;
	return 0;
}

int watch_create(const struct watch_config *config, struct watch **watch)
{
	struct watch *made = calloc(1, sizeof(*made));

	if (!made || history_init(&made->history, config->interval_s)) {
		free(made);
		warn("cannot begin", strerror(ENOMEM));
		return -ENOMEM;
	}
	made->config = *config;
	tally_init(&made->tally);
	gethostname(made->host, sizeof(made->host) - 1);
	made->live.host = made->host;
	made->live.interval_s = config->interval_s;
	made->live.started_ms = now_ms();
	if (create_monitor(made)) {
		watch_destroy(made);
		return -EIO;
	}
	*watch = made;
	return 0;
}

void watch_destroy(struct watch *watch)
{
	if (!watch)
		return;
	axl_monitor_destroy(watch->monitor);
	axl_system_destroy(watch->system);
	history_release(&watch->history);
	free(watch);
}

static void count_devices(struct watch *watch)
{
	for (size_t i = 0; i < axl_monitor_device_count(watch->monitor); i++) {
		const struct axl_sample *sample =
			axl_monitor_device(watch->monitor, i);

		if (sample->entry.kind == AXL_KIND_DEVICE)
			tally_device(&watch->tally, sample->entry.index);
	}
}

void watch_sample(struct watch *watch)
{
	uint64_t start = now_ns(CLOCK_MONOTONIC);
	struct rusage usage;
	int err;

	err = axl_monitor_sample(watch->monitor, watch->config.clients ?
							 AXL_MONITOR_CLIENTS :
							 0);
	watch->self.duration_ns = now_ns(CLOCK_MONOTONIC) - start;
	if (err && err != watch->error)
		warn("cannot look at devices",
		     axl_monitor_error_detail(watch->monitor));
	watch->error = err;
	watch->self.failures += !!err;
	if (!err) {
		watch->self.samples++;
		watch->self.sampled_ms = now_ms();
		count_devices(watch);
	}
	/* After a failure it has no devices: a gap. */
	history_add(&watch->history, watch->monitor, now_ms());
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		watch->self.cpu_us = (uint64_t)(usage.ru_utime.tv_sec +
						usage.ru_stime.tv_sec) *
					     1000000 +
				     (uint64_t)(usage.ru_utime.tv_usec +
						usage.ru_stime.tv_usec);
}

int watch_fd(const struct watch *watch)
{
	return watch->live.events ? axl_monitor_event_fd(watch->monitor) : -1;
}

/* From the clock of the kernel's events to the one of people. */
static int64_t event_ms(const struct axl_monitor_event *event)
{
	uint64_t now = now_ns(CLOCK_MONOTONIC);
	uint64_t age = event->time_ns < now ? now - event->time_ns : 0;

	return now_ms() - (int64_t)(age / 1000000);
}

bool watch_events(struct watch *watch)
{
	struct axl_monitor_event event;
	int err = 0;

	for (int i = 0; i < EVENTS_AT_ONCE && !err; i++) {
		err = axl_monitor_event(watch->monitor, &event, sizeof(event));
		if (err)
			break;
		tally_event(&watch->tally, &event);
		history_event(&watch->history, &event, event_ms(&event));
	}
	if (!err || err == -EAGAIN)
		return true;
	warn("no more events", axl_monitor_error_detail(watch->monitor));
	watch->live.events = false;
	return false;
}
