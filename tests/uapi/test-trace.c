// SPDX-License-Identifier: MIT
/*
 * The tracepoints of the kit, read through tracefs, on the test device.
 */
#include "bo.h"
#include "power.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define TRACEFS "/sys/kernel/tracing/"
#define WAIT_MS 10000
#define EVENTS 64

/* An event, as far as all of them have the same. */
struct event {
	char name[32];
	unsigned int device;
	uint64_t client;
	unsigned int queue;
	char mode[16];
	uint64_t position;
	char engine[16];
	int error;
};

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(4));
	/* It may be there already. */
	(void)mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	TAP_REQUIRE(access(TRACEFS "events/axle/enable", W_OK) == 0);
}

static bool trace_begin(void)
{
	/* Being truncated empties it. */
	int fd = open(TRACEFS "trace", O_WRONLY | O_TRUNC);

	return TAP_CHECK(fd >= 0 && close(fd) == 0) &&
	       TAP_CHECK(uapi_write(TRACEFS "events/axle/enable", "1"));
}

static bool parse(const char *line, struct event *event)
{
	const char *at = strstr(line, "axle_");
	char *colon;

	if (!at)
		return false;
	*event = (struct event){ 0 };
	snprintf(event->name, sizeof(event->name), "%s", at);
	colon = strchr(event->name, ':');
	if (!colon)
		return false;
	*colon = 0;
	at += colon - event->name + 2;
	if (strcmp(event->name, "axle_reset") == 0)
		return sscanf(at, "device=%u ns=%ju error=%d", &event->device,
			      (uintmax_t *)&event->position,
			      &event->error) == 3;
	return sscanf(at,
		      "device=%u client=%ju queue=%u mode=%15s position=%ju "
		      "engine=%15s error=%d",
		      &event->device, (uintmax_t *)&event->client,
		      &event->queue, event->mode, (uintmax_t *)&event->position,
		      event->engine, &event->error) == 7;
}

/* Ends the trace, and gives its events. */
static int trace_end(struct event *events)
{
	FILE *file;
	char line[512];
	int count = 0;

	TAP_CHECK(uapi_write(TRACEFS "events/axle/enable", "0"));
	file = fopen(TRACEFS "trace", "r");
	if (!TAP_CHECK(file))
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || count == EVENTS)
			continue;
		if (parse(line, &events[count]))
			count++;
		else
			tap_note("no event: %s", line);
	}
	fclose(file);
	return count;
}

static uint64_t client_of(int fd)
{
	struct drm_axle_query_context context = { 0 };

	uapi_query(fd, DRM_AXLE_TOPIC_CONTEXT, &context, sizeof(context));
	return context.client_id;
}

struct expected {
	const char *name;
	const char *mode;
	uint64_t position;
	int error;
};

/* Ends the trace, which is to be this and no more. */
static void check_trace(int fd, uint32_t queue, const struct expected *want,
			int n)
{
	struct event events[EVENTS];
	int count = trace_end(events);

	TAP_EQUAL(count, n);
	for (int i = 0; i < count && i < n; i++) {
		TAP_STRING(events[i].name, want[i].name);
		TAP_STRING(events[i].mode, want[i].mode);
		TAP_STRING(events[i].engine, "rings");
		TAP_EQUAL(events[i].device, uapi_find("mock"));
		TAP_EQUAL(events[i].client, client_of(fd));
		TAP_EQUAL(events[i].queue, queue);
		TAP_EQUAL(events[i].position, want[i].position);
		TAP_EQUAL(events[i].error, want[i].error);
	}
}

static void a_job_is_submitted_run_and_completed(void)
{
	static const struct expected want[] = {
		{ "axle_submit", "kernel", 1, 0 },
		{ "axle_run", "kernel", 1, 0 },
		{ "axle_complete", "kernel", 1, 0 },
		{ "axle_submit", "kernel", 2, 0 },
		{ "axle_run", "kernel", 2, 0 },
		{ "axle_complete", "kernel", 2, 0 },
	};
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS) && trace_begin());
	for (int i = 0; i < 2; i++) {
		TAP_EQUAL(setup_run(&s, MOCK_NOP, 0, 0), 0);
		TAP_CHECK(setup_done(&s));
	}
	check_trace(s.fd, s.queue, want, 6);
	setup_close(&s);
}

static void a_job_that_fails_is_a_fault(void)
{
	static const struct expected want[] = {
		{ "axle_submit", "kernel", 1, 0 },
		{ "axle_run", "kernel", 1, 0 },
		{ "axle_fault", "kernel", 1, -EIO },
		{ "axle_complete", "kernel", 1, -EIO },
	};
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS) && trace_begin());
	TAP_EQUAL(setup_run(&s, MOCK_FAIL, 0, 0), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync, 0, WAIT_MS), 0);
	check_trace(s.fd, s.queue, want, 4);
	setup_close(&s);
}

/* Asks for the fence of a slot that is in the ring, and waits for it. */
static void wait_for_slot(const struct user_queue *queue, uint64_t position)
{
	uint32_t sync = sync_create(queue->fd);

	TAP_EQUAL(queue_fence(queue->fd, queue->info.queue, position, sync, 0),
		  0);
	TAP_EQUAL(sync_wait(queue->fd, sync, 0, WAIT_MS), 0);
}

static void a_slot_shows_when_its_fence_is_asked_for(void)
{
	static const struct expected want[] = {
		{ "axle_submit", "user", 2, 0 },
		{ "axle_complete", "user", 2, 0 },
	};
	struct user_queue queue;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 0) && trace_begin());
	for (int i = 0; i < 3; i++)
		user_queue_put(&queue, MOCK_SLEEP, 50, 0);
	wait_for_slot(&queue, 2);
	check_trace(queue.fd, queue.info.queue, want, 2);
	user_queue_close(&queue);
}

static void a_ring_that_fails_is_a_fault(void)
{
	static const struct expected want[] = {
		{ "axle_submit", "user", 1, 0 },
		{ "axle_fault", "user", 1, -EIO },
		{ "axle_complete", "user", 1, -EIO },
	};
	struct user_queue queue;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 0) && trace_begin());
	user_queue_put(&queue, MOCK_SLEEP, 100, 0);
	user_queue_put(&queue, MOCK_CRASH, 0, 0);
	wait_for_slot(&queue, 1);
	check_trace(queue.fd, queue.info.queue, want, 3);
	user_queue_close(&queue);
}

static void resets_show_with_how_long_they_took(void)
{
	struct event events[EVENTS];
	int count;

	TAP_REQUIRE(trace_begin());
	TAP_EQUAL(mock_reset(), 0);
	mock_set("fail_reset", "1");
	TAP_ERRNO(mock_reset(), EIO);
	mock_set("fail_reset", "0");
	TAP_EQUAL(mock_reset(), 0);
	count = trace_end(events);
	TAP_REQUIRE(count == 3);
	for (int i = 0; i < 3; i++) {
		TAP_STRING(events[i].name, "axle_reset");
		TAP_EQUAL(events[i].device, uapi_find("mock"));
		TAP_CHECK(events[i].position > 0);
		TAP_CHECK((i == 1) == (events[i].error != 0));
	}
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "a job is submitted, run and completed",
	  a_job_is_submitted_run_and_completed },
	{ "a job that fails is a fault", a_job_that_fails_is_a_fault },
	{ "a slot of a ring shows when its fence is asked for",
	  a_slot_shows_when_its_fence_is_asked_for },
	{ "a ring that fails is a fault", a_ring_that_fails_is_a_fault },
	{ "resets show, with how long they took",
	  resets_show_with_how_long_they_took },
};

TAP_MAIN(cases)
