// SPDX-License-Identifier: MIT
/*
 * What one context can do to another: nothing. A is the attacker, B the victim.
 * For every device with more than one context.
 */
#include "bo.h"
#include "dut.h"
#include "dut-load.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drm_core.h"

#define NOBODY 65534

struct pair {
	struct dut dut;
	struct dut_context a;
	struct dut_context b;
};

/* What the case needs comes before anything is open. */
#define OPEN_PAIR(pair, needs)                                            \
	do {                                                              \
		DUT_OPEN(&(pair)->dut);                                   \
		DUT_NEEDS_CONTEXTS(&(pair)->dut, 2);                      \
		needs;                                                    \
		TAP_REQUIRE(dut_context_open(&(pair)->a, &(pair)->dut) && \
			    dut_context_open(&(pair)->b, &(pair)->dut));  \
	} while (0)

static void close_pair(struct pair *pair)
{
	dut_context_close(&pair->a);
	dut_context_close(&pair->b);
	TAP_CHECK(dut_nothing_left(&pair->dut));
}

/* B's second buffer has a number that A has not. */
static void memory_of_others_cannot_be_named(void)
{
	struct drm_axle_bo_info info;
	struct dut_memory secret;
	struct pair pair;
	uint32_t vm;

	OPEN_PAIR(&pair, DUT_NEEDS_MEMORY(&pair.dut));
	TAP_REQUIRE(dut_memory_open(&pair.b, &secret, 0, PAGE,
				    DRM_AXLE_BO_CPU | DRM_AXLE_BO_EXPORT) == 0);
	TAP_ERRNO(bo_info(pair.a.fd, secret.handle, &info), ENOENT);
	TAP_ERRNO(bo_export(pair.a.fd, secret.handle), ENOENT);
	TAP_ERRNO(bo_close(pair.a.fd, secret.handle), EINVAL);
	if (dut_has(&pair.dut, DRM_AXLE_FEATURE_VM)) {
		TAP_EQUAL(vm_create(pair.a.fd, &vm), 0);
		TAP_ERRNO(vm_map(pair.a.fd, vm, secret.handle, 0, 0, PAGE, 0),
			  ENOENT);
	}
	TAP_EQUAL(bo_info(pair.b.fd, secret.handle, &info), 0);
	dut_memory_close(&pair.b, &secret);
	close_pair(&pair);
}

static void memory_of_others_cannot_be_mapped(void)
{
	struct drm_axle_bo_info info;
	struct dut_memory secret;
	struct pair pair;
	void *map;

	OPEN_PAIR(&pair, DUT_NEEDS_MEMORY(&pair.dut));
	TAP_REQUIRE(dut_memory_open(&pair.b, &secret, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	TAP_EQUAL(bo_info(pair.b.fd, secret.handle, &info), 0);
	errno = 0;
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, pair.a.fd,
		   info.mmap_offset);
	TAP_CHECK(map == MAP_FAILED);
	TAP_EQUAL(errno, EACCES);
	dut_memory_close(&pair.b, &secret);
	close_pair(&pair);
}

static void memory_of_others_cannot_be_used_by_a_job(void)
{
	struct dut_command fill;
	struct dut_memory secret;
	struct pair pair;

	OPEN_PAIR(&pair, DUT_NEEDS_JOBS(&pair.dut));
	TAP_REQUIRE(dut_memory_open(&pair.b, &secret, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	fill = dut_fill(&secret, 0, 666);
	TAP_ERRNO(dut_submit_one(&pair.a, dut_queue(&pair.a, 0), &fill, 0),
		  ENOENT);
	TAP_EQUAL(secret.words[0], 0);
	dut_memory_close(&pair.b, &secret);
	close_pair(&pair);
}

/* The same number in both files is another object in each. */
static void an_address_is_another_place_in_each_context(void)
{
	struct dut_command fills[2];
	struct pair pair;

	OPEN_PAIR(&pair,
		  DUT_NEEDS(pair.dut.driver->addresses,
			    "no job of the device has virtual addresses"));
	TAP_EQUAL(pair.a.page.address, pair.b.page.address);
	fills[0] = dut_fill(&pair.a.page, 0, 1);
	fills[1] = dut_fill(&pair.b.page, 0, 2);
	TAP_EQUAL(dut_run(&pair.a, dut_queue(&pair.a, 0), &fills[0], 1), 0);
	TAP_EQUAL(dut_run(&pair.b, dut_queue(&pair.b, 0), &fills[1], 1), 0);
	TAP_EQUAL(pair.a.page.words[0], 1);
	TAP_EQUAL(pair.b.page.words[0], 2);
	close_pair(&pair);
}

/* B has something there, A has not. */
static void an_address_that_only_another_has_is_a_fault(void)
{
	struct dut_command commands[2];
	struct dut_memory secret;
	struct pair pair;

	OPEN_PAIR(&pair,
		  DUT_NEEDS(pair.dut.driver->addresses,
			    "no job of the device has virtual addresses"));
	TAP_REQUIRE(dut_memory_open(&pair.b, &secret, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	secret.words[0] = 42;
	/* As written by A, with A's own buffer in the list of uses. */
	secret.handle = pair.a.page.handle;
	commands[0] = dut_fill(&secret, 0, 666);
	commands[1] = (struct dut_command){
		.op = DUT_COPY, .dst = &pair.a.page, .src = &secret, .size = 8
	};
	for (int i = 0; i < 2; i++)
		TAP_EQUAL(dut_run(&pair.a, dut_queue(&pair.a, 0), &commands[i],
				  1),
			  -EIO);
	TAP_EQUAL(secret.words[0], 42);
	TAP_EQUAL(pair.a.page.words[0], 0);
	munmap((void *)secret.words, PAGE);
	close_pair(&pair);
}

static void numbers_of_others_mean_nothing(void)
{
	struct drm_axle_vm_destroy vm = { 0 };
	struct dut_command nop = { .op = DUT_NOP };
	const void *blob;
	struct pair pair;
	uint32_t queue, program;
	size_t size;

	OPEN_PAIR(&pair, DUT_NEEDS_JOBS(&pair.dut));
	queue = dut_queue(&pair.b, 0);
	TAP_CHECK(queue > 0);
	TAP_ERRNO(queue_destroy(pair.a.fd, queue), ENOENT);
	TAP_ERRNO(dut_submit_one(&pair.a, queue, &nop, 0), ENOENT);
	if (dut_has(&pair.dut, DRM_AXLE_FEATURE_VM)) {
		TAP_EQUAL(vm_create(pair.b.fd, &vm.vm), 0);
		TAP_ERRNO(ioctl(pair.a.fd, DRM_IOCTL_AXLE_VM_DESTROY, &vm),
			  ENOENT);
		TAP_ERRNO(vm_unmap(pair.a.fd, vm.vm, 0, PAGE), ENOENT);
	}
	if (pair.dut.driver->program) {
		blob = pair.dut.driver->program(&size);
		TAP_EQUAL(program_create(pair.b.fd, blob, size, &program), 0);
		TAP_ERRNO(program_destroy(pair.a.fd, program), ENOENT);
	}
	/* And all of it is still B's. */
	TAP_EQUAL(dut_run(&pair.b, queue, &nop, 1), 0);
	close_pair(&pair);
}

static void fences_of_others_cannot_be_named(void)
{
	struct drm_axle_sync sync = { 0 };
	struct dut_command nop = { .op = DUT_NOP };
	struct pair pair;
	uint32_t queue;

	OPEN_PAIR(&pair, DUT_NEEDS_JOBS(&pair.dut));
	queue = dut_queue(&pair.a, 0);
	sync.handle = sync_create(pair.b.fd);
	TAP_ERRNO(sync_wait(pair.a.fd, sync.handle, 0, 0), ENOENT);
	TAP_ERRNO(sync_signal(pair.a.fd, sync.handle), ENOENT);
	TAP_ERRNO(dut_submit(&pair.a, queue, &nop, 1, &sync, NULL), ENOENT);
	TAP_ERRNO(dut_submit(&pair.a, queue, &nop, 1, NULL, &sync), ENOENT);
	close_pair(&pair);
}

static void rings_of_others_cannot_be_mapped(void)
{
	struct dut_ring ring;
	struct pair pair;
	uint64_t offsets[4];

	OPEN_PAIR(&pair, DUT_NEEDS_RINGS(&pair.dut));
	TAP_REQUIRE(dut_ring_open(&ring, &pair.b, 0));
	offsets[0] = ring.info.ring_offset;
	offsets[1] = ring.info.status_offset;
	offsets[2] = ring.info.tail_offset;
	offsets[3] = ring.info.wake_offset;
	for (int i = 0; i < 4; i++) {
		void *map;

		errno = 0;
		map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, pair.a.fd,
			   offsets[i]);
		TAP_CHECK(map == MAP_FAILED);
		TAP_EQUAL(errno, EINVAL);
	}
	dut_ring_mark(&ring, 3);
	TAP_CHECK(dut_ring_right(&ring));
	dut_ring_close(&ring);
	close_pair(&pair);
}

/* Of both nodes, by a user without privileges who has them open. */
static void nobody_resets_what_others_use(void)
{
	struct drm_axle_reset reset = { 0 };
	struct dut dut;
	int compute, control, status;
	pid_t child;

	DUT_OPEN(&dut);
	compute = dut_open_compute(&dut);
	control = dut_open_control(&dut);
	TAP_REQUIRE(compute >= 0 && control >= 0);
	TAP_ERRNO(ioctl(compute, DRM_IOCTL_AXLE_RESET, &reset), EOPNOTSUPP);
	child = fork();
	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset) ? errno : 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), EPERM);
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_READY);
	close(compute);
	close(control);
}

/* What A writes is not there when B gets the same memory. */
static void freed_memory_is_zero_for_the_next(void)
{
	const uint32_t *device = tap_data();
	const uint64_t size = 256 * PAGE;
	struct dut_memory memory;
	uint64_t dirty = 0;
	struct pair pair;
	int region = 0;

	OPEN_PAIR(&pair, {
		DUT_NEEDS_MEMORY(&pair.dut);
		if (*device)
			region = dut_device_region(&pair.dut);
		DUT_NEEDS(region >= 0, "the device has no memory of its own");
	});
	for (int round = 0; round < 4; round++) {
		struct dut_context *ctx = round % 2 ? &pair.b : &pair.a;

		TAP_REQUIRE(dut_memory_open(ctx, &memory, region, size,
					    DRM_AXLE_BO_CPU) == 0);
		for (uint64_t i = 0; i < size / 8; i++) {
			dirty += memory.words[i] != 0;
			memory.words[i] = ~0ull;
		}
		dut_memory_close(ctx, &memory);
	}
	TAP_EQUAL(dirty, 0);
	close_pair(&pair);
}

static void failures_are_told_to_their_file_only(void)
{
	struct dut_command crash = { .op = DUT_CRASH };
	struct drm_axle_event event;
	struct pair pair;
	int control;

	OPEN_PAIR(&pair, DUT_NEEDS_OP(&pair.dut, DUT_CRASH));
	control = dut_open_control(&pair.dut);
	TAP_EQUAL(dut_run(&pair.a, dut_queue(&pair.a, 0), &crash, 1), -EIO);
	TAP_REQUIRE(event_next(pair.a.fd, &event, DUT_PATIENCE_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_FAULT);
	TAP_CHECK(!event_next(pair.b.fd, &event, 100));
	TAP_CHECK(!event_next(control, &event, 0));
	close(control);
	close_pair(&pair);
}

/* One kind of misbehaviour after the other, while B's results are checked. */
static void misbehave(struct dut_context *a, enum dut_op op, int want)
{
	struct dut_command bad = { .op = op };

	if (!dut_can(a->dut, op))
		return;
	for (int i = 0; i < 4; i++) {
		uint32_t queue = dut_queue(a, op == DUT_HANG ? 50 : 0);

		TAP_EQUAL(dut_run(a, queue, &bad, 1), want);
		TAP_EQUAL(queue_destroy(a->fd, queue), 0);
	}
}

static void failures_of_one_leave_others_jobs_right(void)
{
	struct dut_load load;
	struct pair pair;

	OPEN_PAIR(&pair, DUT_NEEDS_JOBS(&pair.dut));
	TAP_REQUIRE(dut_load_start(&load, &pair.b));
	misbehave(&pair.a, DUT_FAIL, -EIO);
	misbehave(&pair.a, DUT_CRASH, -EIO);
	misbehave(&pair.a, DUT_FAULT, -EIO);
	misbehave(&pair.a, DUT_HANG, -ETIMEDOUT);
	dut_load_stop(&load);
	TAP_EQUAL(load.error, 0);
	TAP_EQUAL(load.cancelled, 0);
	TAP_EQUAL(load.wrong, 0);
	TAP_CHECK(load.done > 0);
	close_pair(&pair);
}

static void the_end_of_one_leaves_others_jobs_right(void)
{
	struct dut_command hang = { .op = DUT_HANG };
	struct dut_load load;
	struct pair pair;

	OPEN_PAIR(&pair, DUT_NEEDS_OP(&pair.dut, DUT_HANG));
	TAP_REQUIRE(dut_load_start(&load, &pair.b));
	for (int i = 0; i < 4; i++) {
		struct dut_context ctx;

		TAP_REQUIRE(dut_context_open(&ctx, &pair.dut));
		TAP_EQUAL(dut_submit_one(&ctx, dut_queue(&ctx, DUT_LONG_MS),
					 &hang, 0),
			  0);
		usleep(20000);
		dut_context_close(&ctx);
	}
	dut_load_stop(&load);
	TAP_EQUAL(load.error, 0);
	TAP_EQUAL(load.cancelled, 0);
	TAP_EQUAL(load.wrong, 0);
	TAP_CHECK(load.done > 0);
	close_pair(&pair);
}

/* A writes what it likes to its own ring and doorbells. */
static void a_wild_ring_leaves_others_rings_right(void)
{
	struct dut_ring wild, ring;
	struct pair pair;

	OPEN_PAIR(&pair, DUT_NEEDS_RINGS(&pair.dut));
	TAP_REQUIRE(dut_ring_open(&ring, &pair.b, DUT_LONG_MS));
	for (uint32_t seed = 1; seed <= 8; seed++) {
		TAP_REQUIRE(dut_ring_open(&wild, &pair.a, 100));
		for (uint32_t i = 0; i < wild.info.ring_size; i++)
			wild.ring[i] = (i * 2654435761u + seed * 40503u) >> 13;
		*wild.tail = seed % 2 ? wild.info.slots : seed * 0x10000001u;
		*wild.wake = seed;
		dut_ring_mark(&ring, seed);
		TAP_CHECK(dut_ring_right(&ring));
		dut_ring_close(&wild);
	}
	dut_ring_mark(&ring, 99);
	TAP_CHECK(dut_ring_right(&ring));
	dut_ring_close(&ring);
	close_pair(&pair);
}

static const uint32_t host, device = 1;

static const struct tap_case cases[] = {
	{ "memory of another context cannot be named",
	  memory_of_others_cannot_be_named },
	{ "memory of another context cannot be mapped by the CPU",
	  memory_of_others_cannot_be_mapped },
	{ "memory of another context cannot be used by a job",
	  memory_of_others_cannot_be_used_by_a_job },
	{ "an address is another place in each context",
	  an_address_is_another_place_in_each_context },
	{ "an address that only another context has is a fault, and untouched",
	  an_address_that_only_another_has_is_a_fault },
	{ "numbers of queues, address spaces and programs of another context mean nothing",
	  numbers_of_others_mean_nothing },
	{ "fences of another context can be neither waited for nor signalled",
	  fences_of_others_cannot_be_named },
	{ "rings and doorbells of another context cannot be mapped",
	  rings_of_others_cannot_be_mapped },
	{ "nobody without CAP_SYS_ADMIN resets what others use",
	  nobody_resets_what_others_use },
	{ "freed host memory is zero for the next",
	  freed_memory_is_zero_for_the_next, &host },
	{ "freed device memory is zero for the next",
	  freed_memory_is_zero_for_the_next, &device },
	{ "a failure is told to its file only",
	  failures_are_told_to_their_file_only },
	{ "failures, faults and hangs of one context leave another's jobs right",
	  failures_of_one_leave_others_jobs_right },
	{ "the end of a busy context leaves another's jobs right",
	  the_end_of_one_leaves_others_jobs_right },
	{ "garbage in a ring and its doorbells leaves another's ring right",
	  a_wild_ring_leaves_others_rings_right },
};

TAP_MAIN(cases)
