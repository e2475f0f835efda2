// SPDX-License-Identifier: MIT
/* Threads: what the header allows at once. For a race detector, too. */
#include "dut.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define THREADS 4
#define ROUNDS 300

static const struct axl_job nop = { .kind = AXL_JOB_NOP };

/* Objects are made before, by the thread that has the context. */
struct lane {
	pthread_t thread;
	struct axl_queue *queue;
	struct axl_bo *bo;
	uint64_t *word;
};

static void *use_queue(void *data)
{
	struct lane *lane = data;
	struct axl_job job = { .kind = AXL_JOB_FILL,
			       .size = 64,
			       .dst = { .bo = lane->bo } };

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		struct axl_fence *fence;
		uint64_t point;

		job.value = i;
		dut_submit(lane->queue, &nop);
		point = dut_submit(lane->queue, &job);
		TAP_EQUAL(axl_fence_create(lane->queue, point, &fence), 0);
		TAP_EQUAL(axl_fence_wait(fence, axl_deadline(PATIENCE)), 0);
		TAP_EQUAL(lane->word[7], i);
		axl_fence_destroy(fence);
		if (i % 100 == 0)
			TAP_EQUAL(axl_queue_reset(lane->queue), 0);
	}
	axl_queue_destroy(lane->queue);
	axl_bo_destroy(lane->bo);
	return NULL;
}

static void threads_use_queues_of_one_context(void)
{
	struct lane lanes[THREADS];
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	for (unsigned int i = 0; i < THREADS; i++) {
		lanes[i].bo = dut_bo(&dut, 64, &lanes[i].word);
		TAP_REQUIRE(lanes[i].bo);
		TAP_REQUIRE(axl_queue_create(dut.context, NULL,
					     &lanes[i].queue) == 0);
	}
	for (unsigned int i = 0; i < THREADS; i++)
		TAP_REQUIRE(pthread_create(&lanes[i].thread, NULL, use_queue,
					   &lanes[i]) == 0);
	/* The context is another object. */
	for (unsigned int i = 0; i < 50; i++) {
		struct axl_program *program = dut_program_add(&dut, 64, 2);
		void *memory;

		axl_bo_destroy(dut_bo(&dut, 100, &memory));
		axl_program_destroy(program);
	}
	dut_close(&dut);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(lanes[i].thread, NULL);
}

/* All wait for the same fences, again and again. */
static void *watch(void *data)
{
	struct axl_fence *const *fences = data;

	for (unsigned int i = 0; i < 50; i++) {
		struct axl_fence *fence = fences[i];
		uint32_t first;

		TAP_EQUAL(axl_fence_wait(fence, axl_deadline(PATIENCE)), 0);
		TAP_EQUAL(axl_fence_wait_any(&fence, 1, 0, &first), 0);
		TAP_STRING(axl_error_detail(fence), "");
	}
	return NULL;
}

static void threads_wait_for_the_same_fences(void)
{
	struct axl_fence *fences[50];
	pthread_t threads[THREADS];
	struct dut_long load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	for (unsigned int i = 0; i < 50; i++) {
		const struct axl_job *job = i % 16 ? &nop : &load.job;

		TAP_EQUAL(axl_fence_create(dut.queue,
					   dut_submit(dut.queue, job),
					   &fences[i]),
			  0);
	}
	for (unsigned int i = 0; i < THREADS; i++)
		TAP_REQUIRE(pthread_create(&threads[i], NULL, watch, fences) ==
			    0);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (unsigned int i = 0; i < 50; i++)
		axl_fence_destroy(fences[i]);
	dut_long_close(&load);
	dut_close(&dut);
}

static void *make_context(void *data)
{
	for (unsigned int i = 0; i < 5; i++) {
		struct dut own;

		if (!dut_open(&own))
			return NULL;
		TAP_EQUAL(dut_run(own.queue, &nop), 0);
		dut_close(&own);
	}
	return data;
}

static void threads_have_contexts_of_their_own(void)
{
	pthread_t threads[THREADS];
	bool enough;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	enough = dut_has_contexts(&dut, THREADS);
	dut_close(&dut);
	if (!enough)
		TAP_SKIP("the device has too few contexts");
	for (unsigned int i = 0; i < THREADS; i++)
		TAP_REQUIRE(pthread_create(&threads[i], NULL, make_context,
					   NULL) == 0);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* One context more, which runs a program; the result is the second sum. */
static void add_up(struct dut *dut, float number)
{
	struct axl_binding bindings[3] = { { .size = 64 },
					   { .size = 64, .index = 1 },
					   { .size = 64,
					     .kind = AXL_BINDING_OUTPUT } };
	struct axl_job job = { .kind = AXL_JOB_EXEC,
			       .bindings = bindings,
			       .binding_count = 3 };
	struct axl_bo *bo;
	float *memory;

	job.program = dut_program_add(dut, 16, 2);
	bo = dut_bo(dut, 3 * 64, &memory);
	TAP_REQUIRE(job.program && bo);
	for (uint32_t i = 0; i < 3; i++)
		bindings[i].place = (struct axl_place){ bo, i * 64 };
	memory[0] = number;
	memory[16] = 1;
	TAP_EQUAL(dut_run(dut->queue, &job), 0);
	TAP_CHECK(memory[32] == number + 2);
	axl_program_destroy(job.program);
	axl_bo_destroy(bo);
}

/* More than any device of these tests has queues; memory is the limit. */
static void many_contexts_can_be_open(void)
{
	enum {
		COUNT = 64
	};
	struct dut *duts;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	if (!dut_is_soft(&dut)) {
		dut_close(&dut);
		TAP_SKIP("a device has as many contexts as it has");
	}
	duts = calloc(COUNT, sizeof(*duts));
	TAP_REQUIRE(duts);
	for (int i = 0; i < COUNT; i++) {
		duts[i] = (struct dut){ .device = dut.device };
		TAP_REQUIRE(axl_context_create(dut.device, &duts[i].context) ==
			    0);
		TAP_REQUIRE(axl_queue_create(duts[i].context, NULL,
					     &duts[i].queue) == 0);
	}
	for (int i = 0; i < COUNT; i++)
		add_up(&duts[i], (float)i);
	for (int i = 0; i < COUNT; i++) {
		axl_queue_destroy(duts[i].queue);
		axl_context_destroy(duts[i].context);
	}
	free(duts);
	dut_close(&dut);
}

/* A submission is never lost on a device that is just falling asleep. */
static void no_submission_is_lost(void)
{
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	for (unsigned int i = 0; i < 3000; i++) {
		const struct timespec pause = { .tv_nsec = i % 100 * 1000 };

		if (!TAP_EQUAL(dut_run(dut.queue, &nop), 0))
			break;
		nanosleep(&pause, NULL);
	}
	dut_close(&dut);
}

static const struct tap_case cases[] = {
	{ "threads use queues of one context at once",
	  threads_use_queues_of_one_context },
	{ "threads wait for the same fences at once",
	  threads_wait_for_the_same_fences },
	{ "threads have contexts of their own",
	  threads_have_contexts_of_their_own },
	{ "many contexts are open at once", many_contexts_can_be_open },
	{ "no submission is lost between awake and asleep",
	  no_submission_is_lost },
};
TAP_MAIN(cases)
