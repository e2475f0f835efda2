// SPDX-License-Identifier: MIT
/*
 * Running out of memory on the embedded device: every allocation of library,
 * provider and model fails once, on whatever thread it is made. Nothing may
 * crash, hang or leak, and a call that succeeds has done what it says.
 */
#include "dut.h"
#include "program.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define COUNT 64u
#define TRIES_MAX 2000

/* Allocations that still succeed before one fails; negative: none fails. */
static atomic_int countdown = -1;

static bool fails(void)
{
	return atomic_load(&countdown) >= 0 &&
	       atomic_fetch_sub(&countdown, 1) == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__real_mmap(void *at, size_t size, int prot, int flags, int fd,
		  off_t offset);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd,
		  off_t offset);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, count, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __real_aligned_alloc(align, size);
}

void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd,
		  off_t offset)
{
	if (!fails())
		return __real_mmap(at, size, prot, flags, fd, offset);
	errno = ENOMEM;
	return MAP_FAILED;
}

/* Everything that a program does, as far as it gets. */
struct use {
	struct axl_system *system;
	struct axl_device *device;
	struct axl_context *context;
	struct axl_queue *queue;
	struct axl_program *program;
	struct axl_bo *bo;
	struct axl_fence *fence;
	float *memory;
};

static int submit(struct use *use, uint64_t *point)
{
	const struct axl_binding bindings[] = {
		{ { use->bo, 0 }, 256, AXL_BINDING_INPUT, 0 },
		{ { use->bo, 256 }, 256, AXL_BINDING_INPUT, 1 },
		{ { use->bo, 512 }, 256, AXL_BINDING_OUTPUT, 0 },
	};
	const struct axl_job jobs[] = {
		{ .kind = AXL_JOB_NOP },
		{ .kind = AXL_JOB_EXEC,
		  .program = use->program,
		  .bindings = bindings,
		  .binding_count = 3 },
	};

	return axl_queue_submit(use->queue, jobs, 2, point);
}

static int run(struct use *use)
{
	uint64_t point;
	void *memory;
	int err = axl_bo_map(use->bo, &memory);

	use->memory = memory;
	for (unsigned int i = 0; i < 2 * COUNT; i++)
		use->memory[i] = 1;
	err = submit(use, &point);
	if (!err)
		err = axl_fence_create(use->queue, point, &use->fence);
	if (!err)
		err = axl_fence_wait(use->fence, axl_deadline(PATIENCE));
	if (!err)
		TAP_CHECK(use->memory[2 * COUNT + COUNT - 1] == 4);
	return err ? err : axl_queue_reset(use->queue);
}

static int use_all(struct use *use, const void *blob, size_t size)
{
	const struct axl_config config = { .size = sizeof(config),
					   .threads = 2 };
	int err = axl_system_create(&config, &use->system);

	if (!err)
		err = axl_device_open(use->system, "soft", &use->device);
	if (!err)
		err = axl_context_create(use->device, &use->context);
	if (!err)
		err = axl_queue_create(use->context, NULL, &use->queue);
	if (!err)
		err = axl_bo_create(use->context, 1024, 0, &use->bo);
	if (!err)
		err = axl_program_create(use->context, blob, size,
					 &use->program);
	return err ? err : run(use);
}

static int use_once(const void *blob, size_t size)
{
	struct use use = { 0 };
	int err = use_all(&use, blob, size);

	axl_fence_destroy(use.fence);
	axl_program_destroy(use.program);
	axl_bo_destroy(use.bo);
	axl_queue_destroy(use.queue);
	axl_context_destroy(use.context);
	axl_device_close(use.device);
	axl_system_destroy(use.system);
	return err;
}

static void every_allocation_may_fail(void)
{
	int reached = 0, failed = 0;
	size_t size;
	void *blob = program_add(COUNT, 3, &size);

	TAP_REQUIRE(blob);
	for (int n = 0; n < TRIES_MAX; n++) {
		int err;

		atomic_store(&countdown, n);
		err = use_once(blob, size);
		if (atomic_exchange(&countdown, -1) >= 0)
			break;
		reached = n + 1;
		failed += err != 0;
		if (!TAP_CHECK(err == 0 || err == -ENOMEM || err == -EIO ||
			       err == -ECANCELED))
			tap_note("allocation %d: %d", n, err);
	}
	tap_note("%d allocations, %d of them needed", reached, failed);
	TAP_CHECK(reached >= 30 && failed >= 20 && reached < TRIES_MAX);
	TAP_EQUAL(use_once(blob, size), 0);
	free(blob);
}

static const struct tap_case cases[] = {
	{ "every allocation of the embedded device may fail",
	  every_allocation_may_fail },
};
TAP_MAIN(cases)
