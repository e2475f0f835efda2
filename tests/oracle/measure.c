// SPDX-License-Identifier: MIT
/*
 * oracle time: how long a run takes, with all peers in one process. They take
 * turns, so that what else the machine does hits all of them. Each turn begins
 * with a pause, in which the threads of the one before fall asleep, and a run
 * that does not count.
 *
 * oracle once: what one peer costs in time and memory, alone in a process.
 */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAUSE_NS (5 * 1000 * 1000)
#define TURN_US 25000.0 /* as many runs as fit in, from 3 to 20 */
#define TURN_RUNS_MIN 3
#define TURN_RUNS_MAX 20
#define TRIAL_RUNS 3
#define ONCE_RUNS 5

struct samples {
	double *us;
	size_t count;
	unsigned int runs; /* in a turn */
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void sleep_a_bit(void)
{
	struct timespec t = { .tv_nsec = PAUSE_NS };

	nanosleep(&t, NULL);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int timed_run(struct contender *c, double *us)
{
	double start = now_us();
	int rc = contender_run(c);

	*us = now_us() - start;
	return rc;
}

static int take_turn(struct contender *c, struct samples *s)
{
	double us;
	int rc;

	sleep_a_bit();
	rc = timed_run(c, &us);
	for (unsigned int i = 0; i < s->runs && !rc; i++)
		rc = timed_run(c, &s->us[s->count++]);
	return rc;
}

/* How many runs fit in a turn; the first run may prepare, others be disturbed. */
static int samples_create(struct samples *s, struct contender *c,
			  unsigned int turns)
{
	double us, best;

	if (timed_run(c, &best))
		return -1;
	for (int i = 0; i < TRIAL_RUNS; i++) {
		if (timed_run(c, &us))
			return -1;
		best = us < best ? us : best;
	}
	s->count = 0;
	s->runs = TURN_RUNS_MIN;
	while (s->runs < TURN_RUNS_MAX && s->runs * best < TURN_US)
		s->runs++;
	s->us = calloc((size_t)turns * s->runs, sizeof(*s->us));
	return s->us ? 0 : -1;
}

static void print_samples(const struct options *options,
			  const struct contender *c, struct samples *s)
{
	qsort(s->us, s->count, sizeof(*s->us), ascending);
	printf("%s %s %u %.1f %.1f %zu\n", options->network.name, c->ops->name,
	       c->threads, s->us[s->count / 2], s->us[0], s->count);
}

int command_time(const struct options *options)
{
	struct samples samples[ORACLE_PEERS_MAX * ORACLE_THREADS_MAX];
	struct field field;
	int rc = field_open(&field, options);

	memset(samples, 0, sizeof(samples));
	for (size_t i = 0; i < field.count && !rc; i++)
		rc = samples_create(&samples[i], &field.of[i], options->turns);
	for (unsigned int turn = 0; turn < options->turns; turn++) {
		for (size_t i = 0; i < field.count && !rc; i++)
			rc = take_turn(&field.of[i], &samples[i]);
	}
	for (size_t i = 0; i < field.count; i++) {
		if (!rc)
			print_samples(options, &field.of[i], &samples[i]);
		free(samples[i].us);
	}
	field_close(&field);
	return rc ? 1 : 0;
}

/* The most that this process had in memory, in KiB. */
static long peak_kib(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	long value = -1;

	while (file && value < 0 && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "VmHWM:", 6))
			value = strtol(line + 6, NULL, 10);
	}
	if (file)
		fclose(file);
	return value;
}

int command_once(const struct options *options)
{
	struct contender c = { .threads = options->threads[0] };
	long before = peak_kib();
	double start = now_us(), loaded, opened, first;
	int rc;

	c.ops = peer_load(options->modules[0]);
	if (!c.ops)
		return 1;
	loaded = now_us();
	if (contender_open(&c, options))
		return 1;
	opened = now_us();
	rc = timed_run(&c, &first);
	for (int i = 0; i < ONCE_RUNS && !rc; i++)
		rc = contender_run(&c);
	if (!rc)
		printf("%s %s %u %.0f %.0f %.0f %ld\n", options->network.name,
		       c.ops->name, c.threads, loaded - start, opened - loaded,
		       first, peak_kib() - before);
	contender_close(&c);
	return rc ? 1 : 0;
}
