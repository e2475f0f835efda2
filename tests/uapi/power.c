// SPDX-License-Identifier: MIT
/*
 * Helpers of the tests about power. They hold no state; whatever they open, the
 * caller closes.
 */
#include <pthread.h>

#include "power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bo.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

/* Pauses are at most so many times as long as steps. */
#define LOAD_PAUSE 6

static bool is_status(const char *want)
{
	char line[32] = "";

	return uapi_read_line(POWER_DIR "runtime_status", line, sizeof(line)) &&
	       strcmp(line, want) == 0;
}

bool power_asleep(void)
{
	return is_status("suspended");
}

static void note_power(void)
{
	static const char *const files[] = { "runtime_status", "runtime_usage",
					     "control",
					     "autosuspend_delay_ms" };
	char path[128], line[32];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), POWER_DIR "%s", files[i]);
		if (uapi_read_line(path, line, sizeof(line)))
			tap_note("%s: %s", files[i], line);
	}
}

bool power_falls_asleep(void)
{
	uint64_t end = uapi_now_ms() + POWER_WAIT_MS;

	while (!power_asleep() && uapi_now_ms() < end)
		usleep(1000);
	if (power_asleep())
		return true;
	note_power();
	return false;
}

struct mock_stats power_stats(void)
{
	struct mock_stats stats = { 0 };
	int fd = mock_open_control();

	if (!mock_stats(fd, &stats))
		memset(&stats, 0, sizeof(stats));
	close(fd);
	return stats;
}

bool power_stays_awake(int ms)
{
	struct mock_stats before = power_stats();
	bool awake = !power_asleep();

	usleep(1000 * ms);
	return awake && power_stats().sleeps == before.sleeps &&
	       !power_asleep();
}

uint64_t power_resets(void)
{
	struct drm_axle_query_health health = { 0 };
	int fd = mock_open_control();

	if (uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health)))
		memset(&health, 0, sizeof(health));
	close(fd);
	return health.resets;
}

bool setup_open(struct setup *s, uint32_t engine)
{
	s->fd = mock_open();
	if (s->fd < 0 ||
	    bo_create(s->fd, MOCK_REGION_HOST, PAGE, DRM_AXLE_BO_CPU, &s->bo))
		return false;
	s->words = bo_map(s->fd, s->bo);
	s->queue = queue_open(s->fd, engine, 5000);
	s->sync = sync_create(s->fd);
	return s->words != MAP_FAILED && s->queue && s->sync;
}

void setup_close(struct setup *s)
{
	munmap((void *)s->words, PAGE);
	close(s->fd);
}

int setup_run(struct setup *s, uint32_t op, uint32_t ms, uint64_t value)
{
	struct mock_command command = {
		.op = op, .ms = ms, .size = 8, .value = value
	};

	return job_simple(s->fd, s->queue, &command, s->bo, s->sync);
}

bool setup_done(struct setup *s)
{
	return sync_wait(s->fd, s->sync, 0, POWER_WAIT_MS) == 0 &&
	       sync_status(s->fd, s->sync) == 0;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

void load_pause(struct load *load)
{
	uint64_t took_us = load->since ? (now_ns() - load->since) / 1000 : 0;

	usleep(rand_r(&load->seed) % (LOAD_PAUSE * took_us + 3000));
	load->since = now_ns();
}

void *load_jobs(void *arg)
{
	struct load *load = arg;
	struct setup s;

	if (!setup_open(&s, load->seed % 2))
		return load->wrong++, NULL;
	for (uint64_t i = 1; !load->stop; i++, load->done++) {
		if (setup_run(&s, MOCK_FILL, 0, i) || !setup_done(&s) ||
		    s.words[0] != i)
			load->wrong++;
		load_pause(load);
	}
	setup_close(&s);
	return NULL;
}
