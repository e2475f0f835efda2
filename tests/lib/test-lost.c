// SPDX-License-Identifier: MIT
/*
 * What only a device behind the kernel can do: have queues of two kinds, be
 * reset under its users, and be taken away. The last case takes it away.
 */
#include "dut.h"
#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONG_JOBS 200

static const struct axl_job nop = { .kind = AXL_JOB_NOP };

/* NULL if the device has none of that mode. */
static struct axl_queue *queue_of_mode(struct dut *dut, uint32_t mode)
{
	const struct axl_queue_config config = { .size = sizeof(config),
						 .mode = mode };
	struct axl_queue *queue = NULL;
	int err = axl_queue_create(dut->context, &config, &queue);

	TAP_CHECK(!err || err == -EOPNOTSUPP);
	if (err)
		TAP_CHECK(axl_error_detail(dut->context)[0]);
	return err ? NULL : queue;
}

static void each_mode_works_or_is_refused(void)
{
	int count = 0;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	for (uint32_t mode = 0; mode <= AXL_QUEUE_USER; mode++) {
		struct axl_queue *queue = queue_of_mode(&dut, mode);

		if (!queue)
			continue;
		for (int i = 0; i < 300; i++)
			TAP_EQUAL(dut_run(queue, &nop), 0);
		axl_queue_destroy(queue);
		count++;
	}
	TAP_CHECK(count >= 2);
	dut_close(&dut);
}

/* The second waits for the first, whichever of both the kernel submits to. */
static void wait_across(struct dut *dut, struct dut_long *load, uint32_t a,
			uint32_t b)
{
	struct axl_job fill = { .kind = AXL_JOB_FILL, .size = 8 };
	struct axl_job wait = { .kind = AXL_JOB_WAIT };
	struct axl_queue *first = queue_of_mode(dut, a);
	struct axl_queue *second = queue_of_mode(dut, b);
	uint64_t *word;

	fill.dst.bo = dut_bo(dut, 64, &word);
	for (uint64_t i = 1; first && second && i <= 20; i++) {
		dut_submit(first, &load->job);
		fill.value = i;
		TAP_EQUAL(axl_fence_create(first, dut_submit(first, &fill),
					   &wait.fence),
			  0);
		dut_submit(second, &wait);
		axl_fence_destroy(wait.fence);
		fill.value = i + 1000;
		TAP_EQUAL(dut_run(second, &fill), 0);
		TAP_EQUAL(*word, i + 1000);
	}
	axl_queue_destroy(first);
	axl_queue_destroy(second);
	axl_bo_destroy(fill.dst.bo);
}

static void jobs_wait_for_queues_of_the_other_mode(void)
{
	struct dut_long load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	wait_across(&dut, &load, AXL_QUEUE_KERNEL, AXL_QUEUE_ANY);
	wait_across(&dut, &load, AXL_QUEUE_ANY, AXL_QUEUE_KERNEL);
	wait_across(&dut, &load, AXL_QUEUE_KERNEL, AXL_QUEUE_KERNEL);
	dut_long_close(&load);
	dut_close(&dut);
}

static void drain(struct dut *dut, uint32_t wanted)
{
	struct axl_event event;
	bool found = false;

	while (axl_context_event(dut->context, &event, sizeof(event)) == 0)
		if (event.type == wanted)
			found = true;
	TAP_CHECK(found);
}

static void reset_under(struct dut *dut, struct axl_queue *queue,
			struct dut_long *load)
{
	uint64_t before, last = 0;

	before = dut_submit(queue, &nop);
	TAP_EQUAL(axl_queue_wait(queue, before, axl_deadline(PATIENCE)), 0);
	for (int i = 0; i < LONG_JOBS; i++)
		last = dut_submit(queue, &load->job);
	TAP_EQUAL(axl_device_reset(dut->device), 0);
	TAP_EQUAL(axl_queue_wait(queue, last, axl_deadline(PATIENCE)),
		  -ECANCELED);
	if (!TAP_CHECK(strstr(axl_error_detail(queue), "the device was reset")))
		tap_note("%s", axl_error_detail(queue));
	TAP_EQUAL(axl_queue_wait(queue, before, 0), 0);
	TAP_EQUAL(axl_queue_submit(queue, &nop, 1, NULL), -EIO);
	TAP_CHECK(strstr(axl_error_detail(queue), "until it is reset"));
	TAP_EQUAL(axl_queue_reset(queue), 0);
	TAP_EQUAL(dut_run(queue, &nop), 0);
	TAP_EQUAL(dut_run(queue, &load->job), 0);
	TAP_EQUAL(axl_queue_wait(queue, last, 0), -ECANCELED);
	TAP_EQUAL(axl_queue_wait(queue, before, 0), 0);
	drain(dut, AXL_EVENT_DEVICE_RESET);
}

static void a_device_reset_ends_jobs_not_queues(void)
{
	for (uint32_t mode = 0; mode <= AXL_QUEUE_USER; mode++) {
		struct axl_queue *queue;
		struct dut_long load;
		struct dut dut;

		TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
		queue = queue_of_mode(&dut, mode);
		for (int i = 0; queue && i < 3; i++)
			reset_under(&dut, queue, &load);
		axl_queue_destroy(queue);
		dut_long_close(&load);
		dut_close(&dut);
	}
}

/* Nobody waits: the next submissions have to find out, sooner or later. */
static void a_reset_that_nobody_saw_is_found_out(void)
{
	for (uint32_t mode = 0; mode <= AXL_QUEUE_USER; mode++) {
		struct axl_queue *queue;
		uint64_t point = 0;
		struct dut dut;
		int err = 0;

		TAP_REQUIRE(dut_open(&dut));
		queue = queue_of_mode(&dut, mode);
		if (!queue) {
			dut_close(&dut);
			continue;
		}
		TAP_EQUAL(dut_run(queue, &nop), 0);
		TAP_EQUAL(axl_device_reset(dut.device), 0);
		for (int i = 0; i < 1000 && err >= 0; i++) {
			err = axl_queue_submit(queue, &nop, 1, &point);
			if (err == -EAGAIN)
				err = 0;
		}
		/* A queue that the kernel submits to goes on. */
		if (!err)
			err = axl_queue_wait(queue, point,
					     axl_deadline(PATIENCE));
		TAP_CHECK(err == 0 || err == -EIO || err == -ECANCELED);
		TAP_EQUAL(axl_queue_reset(queue), 0);
		TAP_EQUAL(dut_run(queue, &nop), 0);
		axl_queue_destroy(queue);
		dut_close(&dut);
	}
}

struct waiter {
	pthread_t thread;
	struct axl_fence *fence;
	int result;
};

static void *wait_for(void *data)
{
	struct waiter *waiter = data;

	waiter->result = axl_fence_wait(waiter->fence, axl_deadline(PATIENCE));
	return NULL;
}

static bool remove_device(const struct dut *dut)
{
	char path[128];
	bool done;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove",
		 axl_device_entry(dut->device)->bus_address);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, "1", 1) == 1;
	if (fd >= 0)
		close(fd);
	return done;
}

static void everything_says_that_it_is_gone(struct dut *dut,
					    struct axl_queue *queue)
{
	struct axl_program *program;
	struct axl_event event;
	struct axl_bo *bo;
	size_t size;
	void *blob = program_add(16, 1, &size);

	TAP_EQUAL(axl_bo_create(dut->context, 4096, 0, &bo), -ENODEV);
	TAP_CHECK(strstr(axl_error_detail(dut->context), "gone"));
	TAP_EQUAL(axl_program_create(dut->context, blob, size, &program),
		  -ENODEV);
	free(blob);
	TAP_EQUAL(axl_queue_submit(queue, &nop, 1, NULL), -ENODEV);
	TAP_CHECK(strstr(axl_error_detail(queue), "gone"));
	TAP_EQUAL(axl_queue_reset(queue), -ENODEV);
	while (axl_context_event(dut->context, &event, sizeof(event)) == 0)
		;
	TAP_EQUAL(axl_context_event(dut->context, &event, sizeof(event)),
		  -ENODEV);
}

/* docs/findings.md#files-and-bindings: what the kernel has freed by then. */
static bool files_outlive_the_card(const struct dut *dut)
{
	return strcmp(axl_device_entry(dut->device)->driver, "qaic") != 0;
}

struct shared {
	struct axl_bo *bo, *other;
	int dmabuf;
};

static bool shared_open(struct dut *dut, struct shared *s)
{
	return TAP_EQUAL(axl_bo_create(dut->context, 4096, AXL_BO_EXPORT,
				       &s->bo),
			 0) &&
	       TAP_EQUAL(axl_bo_export(s->bo, 0, &s->dmabuf), 0) &&
	       TAP_EQUAL(axl_bo_import(dut->context, s->dmabuf, 0, &s->other),
			 0);
}

/* Its mappings are not there any more, like all of the device. */
static void shared_memory_can_only_be_let_go(struct dut *dut, struct shared *s)
{
	struct axl_bo *bo;
	int dmabuf = -1;

	TAP_EQUAL(axl_bo_import(dut->context, s->dmabuf, 0, &bo), -ENODEV);
	TAP_CHECK(strstr(axl_error_detail(dut->context), "gone"));
	TAP_EQUAL(axl_bo_export(s->bo, 0, &dmabuf), -ENODEV);
	axl_bo_destroy(s->bo);
	axl_bo_destroy(s->other);
	close(s->dmabuf);
}

static void a_removed_device_keeps_nobody_waiting(void)
{
	const struct timespec rest = { .tv_nsec = 20 * MS };
	struct waiter waiters[3];
	struct axl_queue *queues[3];
	struct shared shared;
	struct dut_long load;
	int count = 0;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	if (!files_outlive_the_card(&dut)) {
		dut_close(&dut);
		TAP_SKIP(
			"the driver uses freed memory at the close that follows");
	}
	TAP_REQUIRE(dut_long_open(&dut, &load) && shared_open(&dut, &shared));
	for (uint32_t mode = 0; mode <= AXL_QUEUE_USER; mode++) {
		struct axl_queue *queue = queue_of_mode(&dut, mode);
		uint64_t point = 0;

		if (!queue)
			continue;
		for (int i = 0; i < LONG_JOBS; i++)
			point = dut_submit(queue, &load.job);
		TAP_EQUAL(axl_fence_create(queue, point, &waiters[count].fence),
			  0);
		TAP_REQUIRE(pthread_create(&waiters[count].thread, NULL,
					   wait_for, &waiters[count]) == 0);
		queues[count++] = queue;
	}
	nanosleep(&rest, NULL);
	TAP_CHECK(remove_device(&dut));
	for (int i = 0; i < count; i++) {
		pthread_join(waiters[i].thread, NULL);
		if (!TAP_EQUAL(waiters[i].result, -ENODEV))
			tap_note("%s", axl_error_detail(waiters[i].fence));
		TAP_CHECK(axl_error_detail(waiters[i].fence)[0]);
		everything_says_that_it_is_gone(&dut, queues[i]);
		axl_fence_destroy(waiters[i].fence);
		axl_queue_destroy(queues[i]);
	}
	shared_memory_can_only_be_let_go(&dut, &shared);
	dut_long_close(&load);
	dut_close(&dut);
}

static const struct tap_case cases[] = {
	{ "a queue of each mode works or is refused in words",
	  each_mode_works_or_is_refused },
	{ "jobs wait for jobs of queues of the other mode",
	  jobs_wait_for_queues_of_the_other_mode },
	{ "a reset of the device ends jobs, and queues go on after theirs",
	  a_device_reset_ends_jobs_not_queues },
	{ "a reset that nobody saw is found out",
	  a_reset_that_nobody_saw_is_found_out },
	{ "a removed device keeps nobody waiting",
	  a_removed_device_keeps_nobody_waiting },
};
TAP_MAIN(cases)
