// SPDX-License-Identifier: MIT
/* What jobs held is let go of once they are done: programs and memory. */
#include "dut.h"
#include "program.h"

#include <pthread.h>
#include <stdlib.h>

#define COUNT 16u
#define PLACE 64u
#define PROGRAMS 200
#define LARGE (1u << 20)

/* A program and a job of it, in memory that all of them share. */
struct load {
	struct axl_binding bindings[3];
	struct axl_job job;
	uint8_t *memory; /* x0, x1, y; then a word */
};

static bool load_open(struct dut *dut, struct load *load)
{
	struct axl_bo *bo = dut_bo(dut, 4 * PLACE, &load->memory);

	if (!bo)
		return false;
	for (uint32_t i = 0; i < 3; i++)
		load->bindings[i] =
			(struct axl_binding){ .place = { bo, i * PLACE },
					      .size = PLACE };
	load->bindings[1].index = 1;
	load->bindings[2].kind = AXL_BINDING_OUTPUT;
	load->job = (struct axl_job){ .kind = AXL_JOB_EXEC,
				      .bindings = load->bindings,
				      .binding_count = 3 };
	((float *)load->memory)[0] = 3;
	((float *)(load->memory + PLACE))[0] = 4;
	return true;
}

static void load_close(struct load *load)
{
	axl_bo_destroy(load->bindings[0].place.bo);
}

static int create(struct dut *dut, struct axl_program **program)
{
	size_t size;
	void *blob = program_add(COUNT, 1, &size);
	int err;

	if (!TAP_CHECK(blob))
		return -1;
	err = axl_program_create(dut->context, blob, size, program);
	free(blob);
	return err;
}

typedef int (*wait_fn)(struct axl_queue *queue, uint64_t point);

static int wait_for_queue(struct axl_queue *queue, uint64_t point)
{
	return axl_queue_wait(queue, point, axl_deadline(PATIENCE));
}

static int wait_for_fence(struct axl_queue *queue, uint64_t point)
{
	struct axl_fence *fence;
	int err = axl_fence_create(queue, point, &fence);

	if (err)
		return err;
	err = axl_fence_wait(fence, axl_deadline(PATIENCE));
	axl_fence_destroy(fence);
	return err;
}

static void run_one_by_one(wait_fn wait)
{
	struct axl_program *program;
	struct load load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && load_open(&dut, &load));
	for (int i = 0; i < PROGRAMS; i++) {
		float *y = (float *)(load.memory + 2 * PLACE);
		uint64_t point;

		TAP_REQUIRE(TAP_EQUAL(create(&dut, &program), 0));
		load.job.program = program;
		*y = 0;
		point = dut_submit(dut.queue, &load.job);
		TAP_EQUAL(wait(dut.queue, point), 0);
		TAP_CHECK(*y == 7);
		axl_program_destroy(program);
	}
	load_close(&load);
	dut_close(&dut);
}

static void programs_come_run_and_go(void)
{
	run_one_by_one(wait_for_queue);
}

static void programs_come_run_and_go_with_fences(void)
{
	run_one_by_one(wait_for_fence);
}

/* So that nobody waits for a point of the queue itself. */
static int wait_from_another(struct axl_queue *queue, uint64_t point,
			     struct axl_queue *another)
{
	struct axl_job job = { .kind = AXL_JOB_WAIT };
	int err = axl_fence_create(queue, point, &job.fence);

	if (err)
		return err;
	err = dut_run(another, &job);
	axl_fence_destroy(job.fence);
	return err;
}

/* As many as there is room for, at most PROGRAMS; submits a job of each. */
static int submit_all(struct dut *dut, struct load *load)
{
	struct axl_program *programs[PROGRAMS];
	int count = 0;

	while (count < PROGRAMS && create(dut, &programs[count]) == 0)
		count++;
	for (int i = 0; i < count; i++) {
		load->job.program = programs[i];
		dut_submit(dut->queue, &load->job);
		axl_program_destroy(programs[i]);
	}
	return count;
}

static void programs_that_nobody_waited_for_make_room(void)
{
	/* A wait of its is as long as all jobs of a round take together. */
	const struct axl_queue_config config = { .size = sizeof(config),
						 .timeout_ms = 60000 };
	struct axl_queue *another;
	struct load load;
	struct dut dut;
	int count;

	TAP_REQUIRE(dut_open(&dut) && load_open(&dut, &load));
	TAP_REQUIRE(axl_queue_create(dut.context, &config, &another) == 0);
	count = submit_all(&dut, &load);
	TAP_CHECK(count > 0);
	for (int i = 1; i <= 3; i++) {
		TAP_EQUAL(wait_from_another(dut.queue, (uint64_t)(i * count),
					    another),
			  0);
		TAP_EQUAL(submit_all(&dut, &load), count);
	}
	axl_queue_destroy(another);
	load_close(&load);
	dut_close(&dut);
}

/* Those who wait for fences let go of what the owner's jobs held. */
struct other {
	pthread_t thread;
	struct axl_fence *fence;
};

static void *wait_elsewhere(void *data)
{
	struct other *other = data;

	TAP_EQUAL(axl_fence_wait(other->fence, axl_deadline(PATIENCE)), 0);
	axl_fence_destroy(other->fence);
	return NULL;
}

static void others_may_wait_while_the_owner_submits(void)
{
	struct axl_program *program;
	struct load load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && load_open(&dut, &load));
	for (int i = 0; i < PROGRAMS; i++) {
		struct other others[2];
		uint64_t point;

		TAP_REQUIRE(TAP_EQUAL(create(&dut, &program), 0));
		load.job.program = program;
		point = dut_submit(dut.queue, &load.job);
		axl_program_destroy(program);
		for (int j = 0; j < 2; j++) {
			TAP_EQUAL(axl_fence_create(dut.queue, point,
						   &others[j].fence),
				  0);
			TAP_REQUIRE(pthread_create(&others[j].thread, NULL,
						   wait_elsewhere,
						   &others[j]) == 0);
		}
		TAP_REQUIRE(TAP_EQUAL(create(&dut, &program), 0));
		load.job.program = program;
		for (int j = 0; j < 4; j++)
			dut_submit(dut.queue, &load.job);
		axl_program_destroy(program);
		for (int j = 0; j < 2; j++)
			pthread_join(others[j].thread, NULL);
		if (!TAP_EQUAL(wait_for_queue(dut.queue, point + 4), 0)) {
			tap_note("round %d: %s", i,
				 axl_error_detail(dut.queue));
			break;
		}
	}
	load_close(&load);
	dut_close(&dut);
}

static uint64_t used(struct dut *dut)
{
	struct axl_memory memory[4];
	uint32_t count = 4;

	TAP_EQUAL(axl_device_memory(dut->device, memory, sizeof(memory[0]),
				    &count),
		  0);
	return memory[0].used;
}

static void memory_comes_back(wait_fn wait)
{
	struct axl_job fill = { .kind = AXL_JOB_FILL, .size = LARGE };
	uint64_t before;
	struct dut dut;
	void *memory;

	TAP_REQUIRE(dut_open(&dut));
	if (!dut_is_soft(&dut)) {
		dut_close(&dut);
		TAP_SKIP("others use the memory of a device at the same time");
	}
	before = used(&dut);
	for (int i = 0; i < 20; i++) {
		uint64_t point = 0;

		for (int j = 0; j < 3; j++) {
			fill.dst.bo = dut_bo(&dut, LARGE, &memory);
			point = dut_submit(dut.queue, &fill);
			axl_bo_destroy(fill.dst.bo);
		}
		TAP_CHECK(used(&dut) <= before + 3ull * LARGE);
		TAP_EQUAL(wait(dut.queue, point), 0);
		TAP_EQUAL(used(&dut), before);
	}
	dut_close(&dut);
}

static void a_wait_for_a_queue_gives_memory_back(void)
{
	memory_comes_back(wait_for_queue);
}

static void a_wait_for_a_fence_gives_memory_back(void)
{
	memory_comes_back(wait_for_fence);
}

/* With nobody who waits, the memory of all jobs would add up. */
static void a_queue_that_is_not_waited_for_keeps_little(void)
{
	struct axl_job fill = { .kind = AXL_JOB_FILL, .size = LARGE };
	struct axl_queue *another;
	uint64_t before, last = 0;
	struct dut dut;
	void *memory;

	TAP_REQUIRE(dut_open(&dut));
	if (!dut_is_soft(&dut)) {
		dut_close(&dut);
		TAP_SKIP("others use the memory of a device at the same time");
	}
	TAP_REQUIRE(axl_queue_create(dut.context, NULL, &another) == 0);
	before = used(&dut);
	for (int i = 0; i < 100; i++) {
		fill.dst.bo = dut_bo(&dut, LARGE, &memory);
		last = dut_submit(dut.queue, &fill);
		axl_bo_destroy(fill.dst.bo);
		TAP_EQUAL(wait_from_another(dut.queue, last, another), 0);
		TAP_CHECK(used(&dut) <= before + 2ull * LARGE);
	}
	TAP_EQUAL(wait_for_queue(dut.queue, last), 0);
	TAP_EQUAL(used(&dut), before);
	axl_queue_destroy(another);
	dut_close(&dut);
}

static const struct tap_case cases[] = {
	{ "programs come, run and go without end", programs_come_run_and_go },
	{ "the same with waits for fences",
	  programs_come_run_and_go_with_fences },
	{ "programs whose jobs are done make room for others",
	  programs_that_nobody_waited_for_make_room },
	{ "others wait for fences while the owner submits",
	  others_may_wait_while_the_owner_submits },
	{ "a wait for a queue gives memory back",
	  a_wait_for_a_queue_gives_memory_back },
	{ "a wait for a fence gives memory back",
	  a_wait_for_a_fence_gives_memory_back },
	{ "a queue that nobody waits for keeps little",
	  a_queue_that_is_not_waited_for_keeps_little },
};
TAP_MAIN(cases)
