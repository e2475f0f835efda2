// SPDX-License-Identifier: MIT
/*
 * jobs [DEVICE [kernel|awake]]: what an empty job costs, on the embedded device or
 * the one that is named, with a queue that the program writes or that the
 * kernel submits to. One line per figure, a median: NAME VALUE UNIT. The
 * yardstick is bench/uring. With "awake" only the first of them.
 *
 * Awake: submitted as soon as the one before is done. Asleep: the device had
 * nothing to do for long enough to fall asleep. Singly: one job a call, never
 * waited for until the queue is full. Batches: 64 jobs a call.
 */
#include <axl/axle.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES_MAX 20000
#define AWAKE_SAMPLES 20000
#define ASLEEP_SAMPLES 300
#define RATE_SAMPLES 7
#define BATCH 64
#define RATE_JOBS (BATCH * 4000)
#define KERNEL_JOBS (BATCH * 100) /* each is a call */
#define SLOTS 1024
#define ASLEEP_PAUSE_NS 2000000

static double samples[SAMPLES_MAX];

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(int count)
{
	qsort(samples, (size_t)count, sizeof(samples[0]), compare);
	return samples[count / 2];
}

static void die(const char *what, int err, const char *detail)
{
	fprintf(stderr, "jobs: %s: %s %s\n", what, strerror(-err), detail);
	exit(1);
}

static void wait_for(struct axl_queue *queue, uint64_t point)
{
	int err = axl_queue_wait(queue, point, INT64_MAX);

	if (err)
		die("wait", err, axl_error_detail(queue));
}

static uint64_t submit(struct axl_queue *queue, uint32_t count)
{
	static const struct axl_job jobs[BATCH];
	uint64_t point;
	int err;

	do {
		err = axl_queue_submit(queue, jobs, count, &point);
	} while (err == -EAGAIN);
	if (err)
		die("submit", err, axl_error_detail(queue));
	return point;
}

static void measure_trips(struct axl_queue *queue, const char *name, int count,
			  long pause_ns)
{
	const struct timespec pause = { .tv_nsec = pause_ns };

	for (int i = -count / 10; i < count; i++) {
		double start;

		if (pause_ns)
			nanosleep(&pause, NULL);
		start = now_ns();
		wait_for(queue, submit(queue, 1));
		if (i >= 0)
			samples[i] = now_ns() - start;
	}
	printf("%s %.3f us\n", name, median(count) / 1e3);
}

static void measure_rate(struct axl_queue *queue, const char *name,
			 uint32_t jobs, uint32_t batch)
{
	for (int i = -1; i < RATE_SAMPLES; i++) {
		double start = now_ns();
		uint64_t point = 0;

		for (uint32_t job = 0; job < jobs; job += batch)
			point = submit(queue, batch);
		wait_for(queue, point);
		if (i >= 0)
			samples[i] = jobs * 1e3 / (now_ns() - start);
	}
	printf("%s %.3f M/s\n", name, median(RATE_SAMPLES));
}

static void measure_device(const char *name, uint32_t mode, bool trips_only)
{
	const struct axl_queue_config config = { .size = sizeof(config),
						 .slots = SLOTS,
						 .mode = mode };
	uint32_t jobs = mode == AXL_QUEUE_KERNEL ? KERNEL_JOBS : RATE_JOBS;
	struct axl_context *context;
	struct axl_device *device;
	struct axl_system *system;
	struct axl_queue *queue;
	int err = axl_system_create(NULL, &system);

	if (err)
		die("system", err, "");
	err = axl_device_open(system, name, &device);
	if (err)
		die("open", err, axl_error_detail(system));
	err = axl_context_create(device, &context);
	if (err)
		die("context", err, axl_error_detail(device));
	err = axl_queue_create(context, &config, &queue);
	if (err)
		die("queue", err, axl_error_detail(context));
	measure_trips(queue, "job-awake", AWAKE_SAMPLES, 0);
	if (!trips_only) {
		measure_trips(queue, "job-asleep", ASLEEP_SAMPLES,
			      ASLEEP_PAUSE_NS);
		measure_rate(queue, "jobs-singly", jobs, 1);
		measure_rate(queue, "jobs-in-batches", jobs, BATCH);
	}
	axl_queue_destroy(queue);
	axl_context_destroy(context);
	axl_device_close(device);
	axl_system_destroy(system);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";

	measure_device(argc > 1 ? argv[1] : "soft",
		       strcmp(what, "kernel") ? AXL_QUEUE_ANY :
						AXL_QUEUE_KERNEL,
		       strcmp(what, "awake") == 0);
	return 0;
}
