// SPDX-License-Identifier: MIT
/*
 * What calls about queues, jobs, programs and positions of rings refuse. For
 * every device; what is in a job is each driver's own to test.
 */
#include "bo.h"
#include "queue.h"
#include "refuse.h"
#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* On a device without address spaces no number of one is a value. */
static int want_of(const struct dut *dut, const struct refuse *row)
{
	if (!refuse_has(dut, row->needs))
		return EOPNOTSUPP;
	return row->want == ENOENT && !refuse_has(dut, NEEDS_VM) ? EINVAL :
								   row->want;
}

/* Added to a queue that could be made. */
static void queue_is_refused(void)
{
	const struct refuse *row = tap_data();
	struct drm_axle_queue_create args;
	struct dut dut;
	int fd;

	DUT_OPEN(&dut);
	fd = refuse_open(&dut);
	TAP_REQUIRE(fd >= 0);
	memcpy(&args, row->arg, sizeof(args));
	args.vm = args.vm ?: dut.driver->addresses;
	args.priority = args.priority ?: 1;
	TAP_ERRNO(queue_create(fd, &args), want_of(&dut, row));
	close(fd);
}

/* What a submission is made of; all zero is one that works. */
struct submit_row {
	struct drm_axle_submit change; /* instead of what works */
	uint32_t use_flags;
	uint32_t sync_handle;
	uint32_t sync_flags;
	uint64_t sync_point;
	int error;
};

static int submit(const struct dut *dut, int fd, const struct submit_row *row)
{
	const struct dut_driver *driver = dut->driver;
	uint64_t commands[16] = { 0 };
	struct dut_command nop = { .op = DUT_NOP };
	struct drm_axle_use uses[2] = {
		{ 1, DRM_AXLE_USE_WRITE ^ row->use_flags },
		{ 1, 0 },
	};
	struct drm_axle_sync sync = { 1 + row->sync_handle, row->sync_flags,
				      row->sync_point };
	struct drm_axle_submit args = row->change;

	if (driver->encode)
		driver->encode(commands, &nop, 0, 0);
	args.queue += 1;
	args.commands = args.commands ?: (uintptr_t)commands;
	args.command_size = args.command_size ?: driver->command_size;
	args.uses = args.uses ?: (uintptr_t)uses;
	args.use_count = args.use_count ?: 1;
	args.in_syncs = args.in_syncs ?: (uintptr_t)&sync;
	args.out_syncs = args.out_syncs ?: (uintptr_t)&sync;
	return ioctl(fd, DRM_IOCTL_AXLE_SUBMIT, &args);
}

static void submit_is_refused(void)
{
	static const struct submit_row right;
	const struct submit_row *row = tap_data();
	struct dut dut;
	int fd;

	DUT_OPEN(&dut);
	fd = refuse_open(&dut);
	TAP_REQUIRE(fd >= 0);
	if (refuse_has(&dut, NEEDS_JOBS)) {
		TAP_EQUAL(submit(&dut, fd, &right), 0);
		TAP_ERRNO(submit(&dut, fd, row), row->error);
	} else {
		TAP_ERRNO(submit(&dut, fd, row), EOPNOTSUPP);
	}
	close(fd);
	TAP_CHECK(dut_nothing_left(&dut));
}

static void program_is_refused(void)
{
	const struct refuse *row = tap_data();
	struct drm_axle_program_create args;
	uint64_t blob[8] = { 0 };
	struct dut dut;
	int fd;

	DUT_OPEN(&dut);
	fd = refuse_open(&dut);
	TAP_REQUIRE(fd >= 0);
	memcpy(&args, row->arg, sizeof(args));
	args.data = args.data ?: (uintptr_t)blob;
	TAP_ERRNO(ioctl(fd, DRM_IOCTL_AXLE_PROGRAM_CREATE, &args),
		  refuse_has(&dut, row->needs) ? row->want : EOPNOTSUPP);
	close(fd);
}

static bool open_ring(struct dut *dut, struct dut_context *ctx,
		      struct dut_ring *ring)
{
	return dut_context_open(ctx, dut) && dut_ring_open(ring, ctx, 0);
}

/* Of a ring whose first slot is done. */
static void position_is_refused(void)
{
	const struct refuse *row = tap_data();
	struct drm_axle_queue_fence args;
	struct dut_context ctx;
	struct dut_ring ring;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	TAP_REQUIRE(open_ring(&dut, &ctx, &ring));
	dut_ring_mark(&ring, 1);
	TAP_CHECK(dut_ring_right(&ring));
	memcpy(&args, row->arg, sizeof(args));
	args.queue = args.queue ?: ring.info.queue;
	args.sync.handle = args.sync.handle ?: sync_create(ctx.fd);
	TAP_ERRNO(ioctl(ctx.fd, DRM_IOCTL_AXLE_QUEUE_FENCE, &args), row->want);
	dut_ring_close(&ring);
	dut_context_close(&ctx);
}

static void each_mode_has_its_calls(void)
{
	struct dut_command nop = { .op = DUT_NOP };
	struct dut_context ctx;
	struct dut_ring ring;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	DUT_NEEDS_JOBS(&dut);
	TAP_REQUIRE(open_ring(&dut, &ctx, &ring));
	TAP_ERRNO(dut_submit_one(&ctx, ring.info.queue, &nop, 0), EOPNOTSUPP);
	TAP_ERRNO(queue_fence(ctx.fd, dut_queue(&ctx, 0), 0,
			      sync_create(ctx.fd), 0),
		  EOPNOTSUPP);
	dut_ring_close(&ring);
	dut_context_close(&ctx);
}

struct map_row {
	uint32_t part; /* 0 ring, 1 status, 2 tail, 3 wake */
	uint64_t offset;
	uint64_t more;
	int prot;
	int flags;
	int error;
};

static void mapping_is_refused(void)
{
	const struct map_row *row = tap_data();
	struct dut_context ctx;
	struct dut_ring ring;
	uint64_t offsets[4];
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	TAP_REQUIRE(open_ring(&dut, &ctx, &ring));
	offsets[0] = ring.info.ring_offset;
	offsets[1] = ring.info.status_offset;
	offsets[2] = ring.info.tail_offset;
	offsets[3] = ring.info.wake_offset;
	TAP_ERRNO((intptr_t)mmap(NULL, PAGE + row->more, row->prot, row->flags,
				 ctx.fd, offsets[row->part] + row->offset),
		  row->error);
	TAP_ERRNO(mprotect((void *)ring.status, PAGE, PROT_READ | PROT_WRITE),
		  EACCES);
	dut_ring_close(&ring);
	dut_context_close(&ctx);
}

static void the_highest_priority_needs_the_capability(void)
{
	struct drm_axle_queue_create args = { 0 };
	struct dut dut;
	int fd, status;
	pid_t child;

	DUT_OPEN(&dut);
	DUT_NEEDS_JOBS(&dut);
	fd = refuse_open(&dut);
	TAP_REQUIRE(fd >= 0);
	args.vm = dut.driver->addresses;
	child = fork();
	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(queue_create(fd, &args) ? errno : 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), EPERM);
	TAP_EQUAL(queue_create(fd, &args), 0);
	close(fd);
}

#define QUEUE(sentence, error, ...)                                           \
	{                                                                     \
		"a queue " sentence, queue_is_refused, &(const struct refuse) \
		{                                                             \
			NEEDS_QUEUES, 0,                                      \
				REFUSE_ARG(drm_axle_queue_create,             \
					   __VA_ARGS__),                      \
				error                                         \
		}                                                             \
	}
#define SUBMIT(sentence, ...)                         \
	{                                             \
		"a job " sentence, submit_is_refused, \
			&(const struct submit_row)    \
		{                                     \
			__VA_ARGS__                   \
		}                                     \
	}
#define PROGRAM(sentence, want, ...)                                \
	{                                                           \
		"a program " sentence, program_is_refused,          \
			&(const struct refuse)                      \
		{                                                   \
			NEEDS_PROGRAMS, 0,                          \
				REFUSE_ARG(drm_axle_program_create, \
					   __VA_ARGS__),            \
				want                                \
		}                                                   \
	}
#define POSITION(sentence, want, ...)                                          \
	{                                                                      \
		"a position " sentence, position_is_refused,                   \
			&(const struct refuse)                                 \
		{                                                              \
			NEEDS_RINGS, 0,                                        \
				REFUSE_ARG(drm_axle_queue_fence, __VA_ARGS__), \
				want                                           \
		}                                                              \
	}
#define DESTROY(sentence, want, what, number, type, ...) \
	REFUSE(sentence, want, what, number, REFUSE_ARG(type, __VA_ARGS__))
#define QUEUE_DESTROY(sentence, want, ...)                            \
	DESTROY("the end of a queue " sentence, want, NEEDS_QUEUES,   \
		DRM_IOCTL_AXLE_QUEUE_DESTROY, drm_axle_queue_destroy, \
		__VA_ARGS__)
#define PROGRAM_DESTROY(sentence, want, ...)                              \
	DESTROY("the end of a program " sentence, want, NEEDS_PROGRAMS,   \
		DRM_IOCTL_AXLE_PROGRAM_DESTROY, drm_axle_program_destroy, \
		__VA_ARGS__)
#define MAP(sentence, ...)                                 \
	{                                                  \
		"a mapping " sentence, mapping_is_refused, \
			&(const struct map_row)            \
		{                                          \
			__VA_ARGS__                        \
		}                                          \
	}
#define RW (PROT_READ | PROT_WRITE)

static const struct tap_case cases[] = {
	QUEUE("of an unknown engine is EINVAL", EINVAL, .engine = 31),
	QUEUE("of an unknown mode is EINVAL", EINVAL, .mode = 2),
	QUEUE("of an unknown priority is EINVAL", EINVAL, .priority = 4),
	QUEUE("with a flag is EINVAL", EINVAL, .flags = 1),
	QUEUE("whose slots are no power of two is EINVAL", EINVAL, .slots = 3),
	QUEUE("with more slots than can be is EINVAL", EINVAL,
	      .slots = 1u << 30),
	QUEUE("with a longer time-out than can be is EINVAL", EINVAL,
	      .timeout_ms = ~0u),
	QUEUE("of an unknown address space is ENOENT", ENOENT, .vm = 99),
	QUEUE("whose number is not zero is EINVAL", EINVAL, .queue = 1),
	QUEUE("whose ring's offset is not zero is EINVAL", EINVAL,
	      .ring_offset = 1),
	QUEUE("whose status record's offset is not zero is EINVAL", EINVAL,
	      .status_offset = 1),
	QUEUE("whose tail's offset is not zero is EINVAL", EINVAL,
	      .tail_offset = 1),
	QUEUE("whose wake page's offset is not zero is EINVAL", EINVAL,
	      .wake_offset = 1),
	QUEUE("whose ring's size is not zero is EINVAL", EINVAL,
	      .ring_size = 1),
	QUEUE("whose page size is not zero is EINVAL", EINVAL, .page_size = 1),
	{ "a queue of the highest priority needs CAP_SYS_NICE",
	  the_highest_priority_needs_the_capability },
	QUEUE_DESTROY("with padding is EINVAL", EINVAL, .queue = 1, .pad = 1),
	QUEUE_DESTROY("that is unknown is ENOENT", ENOENT, .queue = 9),
	QUEUE_DESTROY("of number zero is ENOENT", ENOENT, 0),

	SUBMIT("of an unknown queue is ENOENT", .change.queue = 8,
	       .error = ENOENT),
	SUBMIT("with a flag is EINVAL", .change.flags = 1, .error = EINVAL),
	SUBMIT("whose sequence is not zero is EINVAL", .change.sequence = 1,
	       .error = EINVAL),
	SUBMIT("whose commands cannot be read is EFAULT",
	       .change.commands = BAD_POINTER, .error = EFAULT),
	SUBMIT("whose commands are no multiple of eight bytes is EINVAL",
	       .change.command_size = 4, .error = EINVAL),
	SUBMIT("whose commands are cut short is EINVAL",
	       .change.command_size = 8, .error = EINVAL),
	SUBMIT("with more commands than can be is EINVAL",
	       .change.command_size = DRM_AXLE_COMMANDS_MAX + 8,
	       .error = EINVAL),
	SUBMIT("whose uses cannot be read is EFAULT",
	       .change.uses = BAD_POINTER, .error = EFAULT),
	SUBMIT("with more uses than can be is EINVAL",
	       .change.use_count = DRM_AXLE_USES_MAX + 1, .error = EINVAL),
	SUBMIT("that uses a buffer twice is EINVAL", .change.use_count = 2,
	       .error = EINVAL),
	SUBMIT("with an unknown flag of a use is EINVAL", .use_flags = 2,
	       .error = EINVAL),
	SUBMIT("that waits for a syncobj without a fence is EINVAL",
	       .change.in_sync_count = 1, .error = EINVAL),
	SUBMIT("whose in-syncs cannot be read is EFAULT",
	       .change = { .in_sync_count = 1, .in_syncs = BAD_POINTER },
	       .error = EFAULT),
	SUBMIT("with more in-syncs than can be is EINVAL",
	       .change.in_sync_count = DRM_AXLE_SYNCS_MAX + 1, .error = EINVAL),
	SUBMIT("that waits for an unknown syncobj is ENOENT",
	       .change.in_sync_count = 1, .sync_handle = 8, .error = ENOENT),
	SUBMIT("that signals an unknown syncobj is ENOENT",
	       .change.out_sync_count = 1, .sync_handle = 8, .error = ENOENT),
	SUBMIT("whose out-syncs cannot be read is EFAULT",
	       .change = { .out_sync_count = 1, .out_syncs = BAD_POINTER },
	       .error = EFAULT),
	SUBMIT("with more out-syncs than can be is EINVAL",
	       .change.out_sync_count = DRM_AXLE_SYNCS_MAX + 1,
	       .error = EINVAL),
	SUBMIT("with an unknown flag of a sync is EINVAL",
	       .change.out_sync_count = 1, .sync_flags = 2, .error = EINVAL),
	SUBMIT("with a point of a binary syncobj is EINVAL",
	       .change.out_sync_count = 1, .sync_point = 1, .error = EINVAL),
	SUBMIT("with a timeline without a point is EINVAL",
	       .change.out_sync_count = 1, .sync_flags = DRM_AXLE_SYNC_TIMELINE,
	       .error = EINVAL),

	PROGRAM("of no bytes is EINVAL", EINVAL, .size = 0),
	PROGRAM("longer than can be is EINVAL", EINVAL, .size = 1ull << 62),
	PROGRAM("with a flag is EINVAL", EINVAL, .size = 8, .flags = 1),
	PROGRAM("whose number is not zero is EINVAL", EINVAL, .size = 8,
		.program = 1),
	PROGRAM("whose info is not zero is EINVAL", EINVAL, .size = 8,
		.info = 1),
	PROGRAM("that cannot be read is EFAULT", EFAULT, .size = 8,
		.data = BAD_POINTER),
	PROGRAM("of nothing but zeros is ENOEXEC", ENOEXEC, .size = 64),
	PROGRAM("of a few bytes is ENOEXEC", ENOEXEC, .size = 4),
	PROGRAM_DESTROY("with padding is EINVAL", EINVAL, .program = 1,
			.pad = 1),
	PROGRAM_DESTROY("that is unknown is ENOENT", ENOENT, .program = 9),
	PROGRAM_DESTROY("of number zero is ENOENT", ENOENT, 0),

	POSITION("of an unknown queue is ENOENT", ENOENT, .queue = 9),
	POSITION("with a flag is EINVAL", EINVAL, .flags = 1),
	POSITION("that was not rung is EINVAL", EINVAL, .position = 1),
	POSITION("that is the last of all is EINVAL", EINVAL,
		 .position = ~0ull),
	POSITION("for an unknown syncobj is ENOENT", ENOENT, .sync.handle = 99),
	POSITION("for a syncobj with an unknown flag is EINVAL", EINVAL,
		 .sync.flags = 2),
	POSITION("for a point of a binary syncobj is EINVAL", EINVAL,
		 .sync.point = 1),
	POSITION("for a timeline without a point is EINVAL", EINVAL,
		 .sync.flags = DRM_AXLE_SYNC_TIMELINE),
	{ "each mode of queues has its calls, the others' are EOPNOTSUPP",
	  each_mode_has_its_calls },
	MAP("of the status record that could be written is EACCES", 1, 0, 0, RW,
	    MAP_SHARED, EACCES),
	MAP("longer than the status record is EINVAL", 1, 0, PAGE, PROT_READ,
	    MAP_SHARED, EINVAL),
	MAP("longer than the tail page is EINVAL", 2, 0, PAGE, RW, MAP_SHARED,
	    EINVAL),
	MAP("that begins inside of the ring is EINVAL", 0, PAGE, 0, RW,
	    MAP_SHARED, EINVAL),
	MAP("longer than the ring is EINVAL", 0, 0, 1 << 24, RW, MAP_SHARED,
	    EINVAL),
	MAP("that is private is EINVAL", 2, 0, 0, RW, MAP_PRIVATE, EINVAL),
	MAP("that can be executed is EINVAL", 0, 0, 0, PROT_READ | PROT_EXEC,
	    MAP_SHARED, EINVAL),
};

TAP_MAIN(cases)
