// SPDX-License-Identifier: MIT
/*
 * Helpers of the tests about power. They hold no state; whatever they open, the
 * caller closes.
 */
#include <pthread.h>

#include "power.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bo.h"
#include "queue.h"
#include "uapi.h"

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

bool power_falls_asleep(void)
{
	uint64_t end = uapi_now_ms() + POWER_WAIT_MS;

	while (!power_asleep() && uapi_now_ms() < end)
		usleep(1000);
	return power_asleep();
}

struct mock_stats power_stats(void)
{
	struct mock_stats stats = { 0 };
	int fd = uapi_open_control(uapi_find("mock"));

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
	int fd = uapi_open_control(uapi_find("mock"));

	if (uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health)))
		memset(&health, 0, sizeof(health));
	close(fd);
	return health.resets;
}

int power_reset(void)
{
	struct drm_axle_reset reset = { 0 };
	int fd = uapi_open_control(uapi_find("mock"));
	int result = ioctl(fd, DRM_IOCTL_AXLE_RESET, &reset);

	close(fd);
	return result;
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

void load_pause(struct load *load)
{
	usleep(rand_r(&load->seed) % 3000);
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
