// SPDX-License-Identifier: MIT
/* Fences: waited for by threads, by jobs, and without their queue. */
#include "dut.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

static const struct axl_job nop = { .kind = AXL_JOB_NOP };

static struct axl_fence *fence_of(struct axl_queue *queue, uint64_t point)
{
	struct axl_fence *fence = NULL;

	TAP_EQUAL(axl_fence_create(queue, point, &fence), 0);
	return fence;
}

static void a_fence_is_reached_with_its_point(void)
{
	struct axl_fence *early, *late, *none;
	struct dut_long load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	early = fence_of(dut.queue, dut_submit(dut.queue, &nop));
	late = fence_of(dut.queue, dut_submit(dut.queue, &load.job));
	TAP_EQUAL(axl_fence_create(dut.queue, 3, &none), -EINVAL);
	TAP_CHECK(strstr(axl_error_detail(dut.queue), "point 3"));
	TAP_EQUAL(axl_fence_wait(late, 0), -ETIME);
	TAP_STRING(axl_error_detail(late), "");
	TAP_EQUAL(axl_fence_wait(early, axl_deadline(PATIENCE)), 0);
	TAP_EQUAL(axl_fence_wait(late, INT64_MAX), 0);
	TAP_STRING(axl_error_detail(late), "");
	axl_fence_destroy(early);
	axl_fence_destroy(late);
	axl_fence_destroy(NULL);
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_fence_outlives_its_queue(void)
{
	struct axl_fence *done, *killed;
	struct dut_long load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	done = fence_of(dut.queue, dut_submit(dut.queue, &nop));
	TAP_EQUAL(axl_fence_wait(done, axl_deadline(PATIENCE)), 0);
	for (int i = 0; i < 50; i++)
		dut_submit(dut.queue, &load.job);
	killed = fence_of(dut.queue, dut_submit(dut.queue, &nop));
	dut_long_close(&load);
	dut_close(&dut);
	TAP_EQUAL(axl_fence_wait(done, 0), 0);
	TAP_EQUAL(axl_fence_wait(killed, 0), -ECANCELED);
	TAP_CHECK(strstr(axl_error_detail(killed), "was destroyed before"));
	TAP_STRING(axl_error_detail(done), "");
	axl_fence_destroy(killed);
	axl_fence_destroy(done);
}

struct waiter {
	struct axl_fence *fence;
	int64_t deadline;
	int result;
	pthread_t thread;
};

static void *wait_for(void *data)
{
	struct waiter *waiter = data;

	waiter->result = axl_fence_wait(waiter->fence, waiter->deadline);
	return NULL;
}

/* Far longer than anybody looks before he sleeps. */
static void rest(void)
{
	const struct timespec time = { .tv_nsec = 20 * MS };

	nanosleep(&time, NULL);
}

static void sleepers_are_woken_by_what_ends_their_point(void)
{
	struct waiter waiters[6];
	struct dut_long load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	for (unsigned int how = 0; how < 3; how++) {
		static const int results[] = { 0, -ECANCELED, -ECANCELED };
		unsigned int jobs = how ? 20 : 1;

		for (unsigned int i = 0; i < 6; i++) {
			for (unsigned int j = 0; j < jobs; j++)
				dut_submit(dut.queue, &load.job);
			waiters[i].fence = fence_of(
				dut.queue, dut_submit(dut.queue, &nop));
			waiters[i].deadline = axl_deadline(PATIENCE);
			TAP_REQUIRE(pthread_create(&waiters[i].thread, NULL,
						   wait_for, &waiters[i]) == 0);
		}
		rest();
		if (how == 1)
			TAP_EQUAL(axl_queue_reset(dut.queue), 0);
		if (how == 2) {
			axl_queue_destroy(dut.queue);
			dut.queue = NULL;
		}
		for (unsigned int i = 0; i < 6; i++) {
			pthread_join(waiters[i].thread, NULL);
			TAP_CHECK(waiters[i].result == results[how] ||
				  (how && i == 0 && !waiters[i].result));
			axl_fence_destroy(waiters[i].fence);
		}
		/* A wake-up that is lost shows as a wait to the end. */
		TAP_CHECK(axl_deadline(0) < waiters[0].deadline);
	}
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_failure_wakes_and_explains(void)
{
	struct dut_long load;
	struct waiter waiter;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	load.job.timeout_ms = 1;
	waiter.fence = fence_of(dut.queue, dut_submit(dut.queue, &load.job));
	waiter.deadline = INT64_MAX;
	TAP_REQUIRE(pthread_create(&waiter.thread, NULL, wait_for, &waiter) ==
		    0);
	pthread_join(waiter.thread, NULL);
	TAP_EQUAL(waiter.result, -ETIMEDOUT);
	TAP_STRING(axl_error_detail(waiter.fence),
		   "the job at point 2 (exec) failed: it took longer than its "
		   "time-out");
	TAP_EQUAL(axl_queue_reset(dut.queue), 0);
	TAP_EQUAL(axl_fence_wait(waiter.fence, 0), -ETIMEDOUT);
	axl_fence_destroy(waiter.fence);
	dut_long_close(&load);
	dut_close(&dut);
}

static void the_first_of_many_is_told(void)
{
	struct axl_fence *fences[64];
	struct axl_queue *queues[3];
	struct dut_long load;
	uint32_t first = 99;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	for (int i = 0; i < 3; i++)
		TAP_REQUIRE(axl_queue_create(dut.context, NULL, &queues[i]) ==
			    0);
	/* So many that none of the others is done before all are there. */
	for (int i = 0; i < 30; i++)
		dut_submit(queues[i % 3], &load.job);
	for (int i = 0; i < 64; i++)
		fences[i] = fence_of(queues[i % 3],
				     dut_submit(queues[i % 3], &load.job));
	TAP_EQUAL(axl_fence_wait_any(fences, 0, 0, &first), -EINVAL);
	TAP_EQUAL(axl_fence_wait_any(fences, 65, 0, &first), -EINVAL);
	TAP_EQUAL(axl_fence_wait_any(fences, 64, 0, &first), -ETIME);
	TAP_EQUAL(first, 99);
	TAP_EQUAL(axl_fence_wait_any(fences, 64, axl_deadline(PATIENCE),
				     &first),
		  0);
	TAP_CHECK(first < 3);
	TAP_EQUAL(axl_queue_reset(queues[1]), 0);
	TAP_EQUAL(axl_fence_wait_any(fences + 61, 1, 0, &first), -ECANCELED);
	TAP_EQUAL(first, 0);
	for (int i = 0; i < 64; i++)
		axl_fence_destroy(fences[i]);
	for (int i = 0; i < 3; i++)
		axl_queue_destroy(queues[i]);
	dut_long_close(&load);
	dut_close(&dut);
}

static void fences_of_two_contexts_are_waited_for_at_once(void)
{
	struct axl_fence *fences[2];
	struct dut_long load;
	struct dut a, b;
	uint32_t first;

	TAP_REQUIRE(dut_open(&a));
	if (!dut_has_contexts(&a, 2)) {
		dut_close(&a);
		TAP_SKIP("the device has one context");
	}
	TAP_REQUIRE(dut_open(&b) && dut_long_open(&a, &load));
	for (int i = 0; i < 50; i++)
		dut_submit(a.queue, &load.job);
	fences[0] = fence_of(a.queue, dut_submit(a.queue, &nop));
	fences[1] = fence_of(b.queue, dut_submit(b.queue, &nop));
	TAP_EQUAL(axl_fence_wait_any(fences, 2, axl_deadline(PATIENCE), &first),
		  0);
	TAP_EQUAL(first, 1);
	axl_fence_destroy(fences[0]);
	axl_fence_destroy(fences[1]);
	dut_long_close(&load);
	dut_close(&b);
	dut_close(&a);
}

static void a_job_waits_for_another_queue(void)
{
	struct axl_job fill = { .kind = AXL_JOB_FILL, .size = 8 };
	struct axl_job wait = { .kind = AXL_JOB_WAIT };
	struct axl_queue *second;
	struct dut_long load;
	struct dut dut;
	uint64_t *word, point;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_REQUIRE(axl_queue_create(dut.context, NULL, &second) == 0);
	fill.dst.bo = dut_bo(&dut, 64, &word);
	for (uint64_t i = 1; i <= 20; i++) {
		dut_submit(dut.queue, &load.job);
		fill.value = i;
		wait.fence = fence_of(dut.queue, dut_submit(dut.queue, &fill));
		dut_submit(second, &wait);
		axl_fence_destroy(wait.fence);
		fill.value = i + 1000;
		point = dut_submit(second, &fill);
		TAP_EQUAL(axl_queue_wait(second, point, axl_deadline(PATIENCE)),
			  0);
		TAP_EQUAL(*word, i + 1000);
	}
	axl_queue_destroy(second);
	axl_bo_destroy(fill.dst.bo);
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_job_that_waits_in_vain_times_out(void)
{
	struct axl_job wait = { .kind = AXL_JOB_WAIT, .timeout_ms = 5 };
	struct axl_queue *second;
	struct dut_long load;
	struct dut dut;
	uint64_t point;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_REQUIRE(axl_queue_create(dut.context, NULL, &second) == 0);
	for (int i = 0; i < 100; i++)
		dut_submit(dut.queue, &load.job);
	wait.fence = fence_of(dut.queue, dut_submit(dut.queue, &nop));
	point = dut_submit(second, &wait);
	TAP_EQUAL(axl_queue_wait(second, point, axl_deadline(PATIENCE)),
		  -ETIMEDOUT);
	TAP_CHECK(strstr(axl_error_detail(second), "(wait) failed"));
	/* What is reset or destroyed does not keep others waiting. */
	TAP_EQUAL(axl_queue_reset(second), 0);
	wait.timeout_ms = 0;
	point = dut_submit(second, &wait);
	axl_queue_destroy(dut.queue);
	dut.queue = NULL;
	TAP_EQUAL(axl_queue_wait(second, point, axl_deadline(PATIENCE)), 0);
	axl_fence_destroy(wait.fence);
	axl_queue_destroy(second);
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_job_for_what_never_comes_is_refused(void)
{
	struct axl_job jobs[2] = { { .kind = AXL_JOB_FILL, .size = 8 },
				   { .kind = AXL_JOB_WAIT } };
	struct axl_queue *second;
	struct dut_long load;
	uint64_t *word, point;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_REQUIRE(axl_queue_create(dut.context, NULL, &second) == 0);
	jobs[0].dst.bo = dut_bo(&dut, 64, &word);
	jobs[0].value = 1;
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	load.job.timeout_ms = 1;
	point = dut_submit(dut.queue, &load.job);
	jobs[1].fence = fence_of(dut.queue, point);
	TAP_EQUAL(axl_fence_wait(jobs[1].fence, axl_deadline(PATIENCE)),
		  -ETIMEDOUT);
	for (int i = 0; i < 3; i++) {
		TAP_EQUAL(axl_queue_submit(second, jobs, 2, &point),
			  -ECANCELED);
		TAP_STRING(axl_error_detail(second),
			   "job 1 (wait): the job at point 2 (exec) failed: it "
			   "took longer than its time-out");
		TAP_EQUAL(dut_run(second, &nop), 0);
		TAP_EQUAL(*word, 0);
		if (i == 0)
			TAP_EQUAL(axl_queue_reset(dut.queue), 0);
		if (i == 1) {
			axl_queue_destroy(dut.queue);
			dut.queue = NULL;
		}
	}
	axl_fence_destroy(jobs[1].fence);
	axl_bo_destroy(jobs[0].dst.bo);
	axl_queue_destroy(second);
	dut_long_close(&load);
	dut_close(&dut);
}

static const struct tap_case cases[] = {
	{ "a fence is reached with its point",
	  a_fence_is_reached_with_its_point },
	{ "a fence outlives queue, context and device",
	  a_fence_outlives_its_queue },
	{ "sleepers are woken by completion, reset and destruction",
	  sleepers_are_woken_by_what_ends_their_point },
	{ "a failure wakes who sleeps, and explains itself",
	  a_failure_wakes_and_explains },
	{ "the first of many fences is told", the_first_of_many_is_told },
	{ "fences of two contexts are waited for at once",
	  fences_of_two_contexts_are_waited_for_at_once },
	{ "a job waits for a job of another queue",
	  a_job_waits_for_another_queue },
	{ "a job that waits in vain ends by time-out",
	  a_job_that_waits_in_vain_times_out },
	{ "a job that waits for what has failed is refused",
	  a_job_for_what_never_comes_is_refused },
};
TAP_MAIN(cases)
