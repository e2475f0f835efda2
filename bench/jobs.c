// SPDX-License-Identifier: MIT
/*
 * jobs [DEVICE [WORD...]]: what an empty job costs, on the embedded device or
 * the one that is named. One line per figure, a median: NAME VALUE UNIT. The
 * yardstick is bench/uring. Words: "kernel", a queue that the kernel submits
 * to, not one that the program writes; "awake", only the first figure; "exec",
 * instead a job that adds two vectors of 4 KiB; "long", instead one rate over
 * seconds, in which what else runs has its share; with "exec", of that job.
 *
 * Awake: submitted as soon as the one before is done. Asleep: the device had
 * nothing to do for long enough to fall asleep. Singly: one job a call, never
 * waited for until the queue is full. Batches: 64 jobs a call.
 */
#include "program.h"
#include "sample.h"

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
#define LONG_US 5e6
#define EXEC_SAMPLES 2000
#define EXEC_FLOATS 1024u
#define EXEC_BYTES (EXEC_FLOATS * 4)

static double samples[SAMPLES_MAX];

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

static uint64_t submit(struct axl_queue *queue, const struct axl_job *jobs,
		       uint32_t count)
{
	uint64_t point;
	int err;

	do {
		err = axl_queue_submit(queue, jobs, count, &point);
	} while (err == -EAGAIN);
	if (err)
		die("submit", err, axl_error_detail(queue));
	return point;
}

static void measure_trips(struct axl_queue *queue, const char *name,
			  const struct axl_job *job, int count, long pause_ns)
{
	const struct timespec pause = { .tv_nsec = pause_ns };

	for (int i = -count / 10; i < count; i++) {
		double start;

		if (pause_ns)
			nanosleep(&pause, NULL);
		start = now_us();
		wait_for(queue, submit(queue, job, 1));
		if (i >= 0)
			samples[i] = now_us() - start;
	}
	printf("%s %.3f us\n", name, sample_median(samples, (size_t)count));
}

static void measure_rate(struct axl_queue *queue, const char *name,
			 uint32_t jobs, uint32_t batch)
{
	static const struct axl_job empty[BATCH];

	for (int i = -1; i < RATE_SAMPLES; i++) {
		double start = now_us();
		uint64_t point = 0;

		for (uint32_t job = 0; job < jobs; job += batch)
			point = submit(queue, empty, batch);
		wait_for(queue, point);
		if (i >= 0)
			samples[i] = jobs / (now_us() - start);
	}
	printf("%s %.3f M/s\n", name, sample_median(samples, RATE_SAMPLES));
}

/* A mean, not a median, which would leave out what happens once a second. */
static void measure_long(struct axl_queue *queue, const char *name,
			 const struct axl_job *job)
{
	double start = now_us(), taken;
	uint64_t point = 0, jobs = 0;

	do {
		for (int i = 0; i < SLOTS; i++)
			point = submit(queue, job, 1);
		jobs += SLOTS;
		taken = now_us() - start;
	} while (taken < LONG_US);
	wait_for(queue, point);
	taken = now_us() - start;
	printf("%s %.5f M/s\n", name, (double)jobs / taken);
}

/* What the words say. */
struct plan {
	bool kernel, awake, exec, over_seconds;
};

static void measure_empty(struct axl_queue *queue, uint32_t jobs,
			  const struct plan *plan)
{
	const struct axl_job empty = { 0 };

	if (plan->over_seconds) {
		measure_long(queue, "jobs-long", &empty);
		return;
	}
	measure_trips(queue, "job-awake", &empty, AWAKE_SAMPLES, 0);
	if (plan->awake)
		return;
	measure_trips(queue, "job-asleep", &empty, ASLEEP_SAMPLES,
		      ASLEEP_PAUSE_NS);
	measure_rate(queue, "jobs-singly", jobs, 1);
	measure_rate(queue, "jobs-in-batches", jobs, BATCH);
}

static struct axl_program *make_program(struct axl_context *context)
{
	struct axl_program *program;
	size_t size;
	void *blob = program_add(EXEC_FLOATS, 1, &size);
	int err;

	if (!blob)
		exit(1);
	err = axl_program_create(context, blob, size, &program);
	if (err)
		die("program", err, axl_error_detail(context));
	free(blob);
	return program;
}

/* A buffer for each port: what suits every device. */
static void measure_exec(struct axl_context *context, struct axl_queue *queue,
			 const struct plan *plan)
{
	struct axl_binding bindings[3] = { 0 };
	const struct axl_job job = { .kind = AXL_JOB_EXEC,
				     .program = make_program(context),
				     .bindings = bindings,
				     .binding_count = 3 };
	int err;

	for (uint32_t i = 0; i < 3; i++) {
		struct axl_binding *binding = &bindings[i];

		err = axl_bo_create(context, EXEC_BYTES, 0, &binding->place.bo);
		if (err)
			die("buffer", err, axl_error_detail(context));
		binding->size = EXEC_BYTES;
		binding->kind = i == 2 ? AXL_BINDING_OUTPUT : AXL_BINDING_INPUT;
		binding->index = i % 2;
	}
	if (plan->over_seconds)
		measure_long(queue, "exec-long", &job);
	else
		measure_trips(queue, "exec-4k", &job, EXEC_SAMPLES, 0);
	for (uint32_t i = 0; i < 3; i++)
		axl_bo_destroy(bindings[i].place.bo);
	axl_program_destroy(job.program);
}

static void measure_device(const char *name, const struct plan *plan)
{
	const struct axl_queue_config config = {
		.size = sizeof(config),
		.slots = SLOTS,
		.mode = plan->kernel ? AXL_QUEUE_KERNEL : AXL_QUEUE_ANY,
	};
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
	if (plan->exec)
		measure_exec(context, queue, plan);
	else
		measure_empty(queue, plan->kernel ? KERNEL_JOBS : RATE_JOBS,
			      plan);
	axl_queue_destroy(queue);
	axl_context_destroy(context);
	axl_device_close(device);
	axl_system_destroy(system);
}

int main(int argc, char **argv)
{
	struct plan plan = { 0 };

	for (int i = 2; i < argc; i++) {
		plan.kernel |= strcmp(argv[i], "kernel") == 0;
		plan.awake |= strcmp(argv[i], "awake") == 0;
		plan.exec |= strcmp(argv[i], "exec") == 0;
		plan.over_seconds |= strcmp(argv[i], "long") == 0;
	}
	measure_device(argc > 1 ? argv[1] : "soft", &plan);
	return 0;
}
