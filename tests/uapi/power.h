/* SPDX-License-Identifier: MIT */
/*
 * Short forms for the tests about power: whether the test device is asleep, and
 * a queue, a buffer and a syncobj to give it work.
 */
#ifndef AXLE_TESTS_POWER_H
#define AXLE_TESTS_POWER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "axle_mock.h"

#define POWER_DIR "/sys/devices/platform/axle_mock/power/"
/* Longer than anything takes, also on a kernel that watches itself. */
#define POWER_WAIT_MS 60000

bool power_asleep(void);
/* Wait for it; false, and a note of what the kernel says, if it does not come. */
bool power_falls_asleep(void);
/* Whether it is awake, and does not fall asleep for so long. */
bool power_stays_awake(int ms);

/* Both by the control node, which wakes nobody. */
struct mock_stats power_stats(void);
uint64_t power_resets(void);

/* A kernel-mode queue, a buffer of one page, and a syncobj. */
struct setup {
	int fd;
	uint32_t queue;
	uint32_t bo;
	uint32_t sync;
	volatile uint64_t *words;
};

bool setup_open(struct setup *s, uint32_t engine);
void setup_close(struct setup *s);
/* Submit one command on the first word; 0, or -1 with errno set. */
int setup_run(struct setup *s, uint32_t op, uint32_t ms, uint64_t value);
/* Wait for it; whether it ended without an error. */
bool setup_done(struct setup *s);

/* Jobs on an engine, with pauses, until told to stop; wrong results count. */
struct load {
	pthread_t thread;
	unsigned int seed;
	uint64_t since; /* ns: end of the last pause */
	volatile bool stop;
	int done;
	int wrong;
};

/*
 * Pause, mostly for longer than the step before took: on a slow machine, too,
 * there are to be moments in which all pause.
 */
void load_pause(struct load *load);
void *load_jobs(void *load);

#endif
