// SPDX-License-Identifier: MIT
/*
 * What the calls about queues, jobs and programs refuse, and how many of each
 * there can be, on the test device.
 */
#include "bo.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000
#define CONTEXTS 64
#define NOBODY 65534
#define BAD_POINTER 0x10

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(CONTEXTS));
}

struct create_row {
	struct drm_axle_queue_create args;
	int error;
};

static void create_is_refused(void)
{
	const struct create_row *row = tap_data();
	struct drm_axle_queue_create args = row->args;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(queue_create(fd, &args), row->error);
	/* Nothing of it is left. */
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_RINGS, 0), 1);
	close(fd);
}

/* What a submission is made of; all zero is one that works. */
struct submit_row {
	struct drm_axle_submit change; /* added to the one that works */
	struct mock_command command;
	uint32_t use_flags;
	uint32_t sync_flags;
	uint64_t sync_point;
	int error;
};

static void submit_is_refused(void)
{
	const struct submit_row *row = tap_data();
	int fd = mock_open();
	struct drm_axle_use uses[2] = { 0 };
	struct drm_axle_sync sync = { 0 };
	struct mock_command command = { .op = MOCK_FILL, .size = 8 };
	struct drm_axle_submit args = {
		.queue = 1 + row->change.queue,
		.flags = row->change.flags,
		.sequence = row->change.sequence,
		.commands = row->change.commands ?: (uintptr_t)&command,
		.command_size = row->change.command_size ?: sizeof(command),
		.uses = row->change.uses ?: (uintptr_t)uses,
		.use_count = row->change.use_count ?: 1,
		.in_syncs = row->change.in_syncs ?: (uintptr_t)&sync,
		.in_sync_count = row->change.in_sync_count,
		.out_syncs = row->change.out_syncs ?: (uintptr_t)&sync,
		.out_sync_count = row->change.out_sync_count,
	};

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_SERIAL, 0), 1);
	TAP_EQUAL(bo_create(fd, MOCK_REGION_HOST, PAGE, 0, &uses[0].handle), 0);
	uses[0].flags = DRM_AXLE_USE_WRITE ^ row->use_flags;
	uses[1] = uses[0];
	sync.handle = sync_create(fd) + (row->error == ENOENT);
	sync.flags = row->sync_flags;
	sync.point = row->sync_point;
	if (row->command.op)
		command = row->command;
	TAP_ERRNO(ioctl(fd, DRM_IOCTL_AXLE_SUBMIT, &args), row->error);
	close(fd);
	TAP_CHECK(mock_nothing_left());
}

static void user_mode_queue_takes_no_submission(void)
{
	struct mock_command command = { .op = MOCK_NOP };
	struct user_queue queue;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && user_queue_open(&queue, fd, 0, 0));
	TAP_ERRNO(job_simple(fd, queue.info.queue, &command, 0, 0), EOPNOTSUPP);
	user_queue_unmap(&queue);
	close(fd);
}

static void unknown_buffer_is_enoent(void)
{
	struct mock_command command = { .op = MOCK_NOP };
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_SERIAL, 0), 1);
	TAP_ERRNO(job_simple(fd, 1, &command, 77, 0), ENOENT);
	close(fd);
}

static void readonly_memory_is_not_written(void)
{
	struct mock_command command = { .op = MOCK_FILL, .size = 8 };
	int fd = mock_open();
	void *page = aligned_alloc(PAGE, PAGE);
	uint32_t handle;

	TAP_REQUIRE(fd >= 0 && page);
	memset(page, 0, PAGE);
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_SERIAL, 0), 1);
	TAP_EQUAL(bo_from_user(fd, page, PAGE, DRM_AXLE_BO_READONLY, &handle),
		  0);
	TAP_ERRNO(job_simple(fd, 1, &command, handle, 0), EINVAL);
	close(fd);
	free(page);
}

static void padding_of_destroy_is_zero(void)
{
	struct drm_axle_queue_destroy queue = { .queue = 1, .pad = 1 };
	struct drm_axle_program_destroy program = { .program = 1, .pad = 1 };
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(ioctl(fd, DRM_IOCTL_AXLE_QUEUE_DESTROY, &queue), EINVAL);
	TAP_ERRNO(ioctl(fd, DRM_IOCTL_AXLE_PROGRAM_DESTROY, &program), EINVAL);
	TAP_ERRNO(queue_destroy(fd, 1), ENOENT);
	TAP_ERRNO(queue_destroy(fd, 0), ENOENT);
	TAP_ERRNO(program_destroy(fd, 1), ENOENT);
	close(fd);
}

static void calls_belong_to_the_compute_node(void)
{
	static const unsigned long calls[] = {
		DRM_IOCTL_AXLE_PROGRAM_CREATE, DRM_IOCTL_AXLE_PROGRAM_DESTROY,
		DRM_IOCTL_AXLE_QUEUE_CREATE,   DRM_IOCTL_AXLE_QUEUE_DESTROY,
		DRM_IOCTL_AXLE_QUEUE_FENCE,    DRM_IOCTL_AXLE_SUBMIT,
	};
	int fd = uapi_open_control(uapi_find("mock"));
	char zeros[128] = { 0 };

	TAP_REQUIRE(fd >= 0);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		TAP_ERRNO(ioctl(fd, calls[i], zeros), EOPNOTSUPP);
	close(fd);
}

static void numbers_belong_to_the_file(void)
{
	struct mock_command command = { .op = MOCK_NOP };
	int first = mock_open(), second = mock_open();

	TAP_REQUIRE(first >= 0 && second >= 0);
	TAP_EQUAL(queue_open(first, MOCK_ENGINE_RINGS, 0), 1);
	TAP_ERRNO(queue_destroy(second, 1), ENOENT);
	TAP_ERRNO(job_simple(second, 1, &command, 0, 0), ENOENT);
	TAP_EQUAL(queue_destroy(first, 1), 0);
	close(first);
	close(second);
}

static void highest_priority_needs_a_capability(void)
{
	struct drm_axle_queue_create args = { .priority = 0 };
	int fd = mock_open(), status;
	pid_t child;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(queue_create(fd, &args), 0);
	child = fork();
	if (child == 0) {
		args = (struct drm_axle_queue_create){ .priority = 0 };
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(queue_create(fd, &args) ? errno : 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), EPERM);
	close(fd);
}

static void defaults_are_told(void)
{
	struct drm_axle_queue_create args = { .priority = 1 };
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(queue_create(fd, &args), 0);
	TAP_EQUAL(args.slots, MOCK_SLOTS);
	TAP_EQUAL(args.timeout_ms, MOCK_TIMEOUT);
	TAP_EQUAL(args.queue, 1);
	TAP_EQUAL(args.ring_offset, 0);
	close(fd);
}

static void an_address_space_in_use_stays(void)
{
	struct drm_axle_queue_create args = { .priority = 1 };
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && vm_create(fd, &args.vm) == 0);
	TAP_EQUAL(queue_create(fd, &args), 0);
	TAP_ERRNO(vm_destroy(fd, args.vm), EBUSY);
	TAP_EQUAL(queue_destroy(fd, args.queue), 0);
	TAP_EQUAL(vm_destroy(fd, args.vm), 0);
	close(fd);
}

struct program_row {
	struct drm_axle_program_create args;
	uint32_t magic;
	int error;
};

static void program_is_refused(void)
{
	const struct program_row *row = tap_data();
	struct mock_program blob = { row->magic, 1 };
	struct drm_axle_program_create args = row->args;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	if (!args.data)
		args.data = (uintptr_t)&blob;
	TAP_ERRNO(ioctl(fd, DRM_IOCTL_AXLE_PROGRAM_CREATE, &args), row->error);
	close(fd);
}

static void programs_run_out(void)
{
	struct mock_program blob = { MOCK_MAGIC, 1 };
	uint32_t program;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	for (int i = 0; i < MOCK_PROGRAMS; i++)
		TAP_EQUAL(program_create(fd, &blob, sizeof(blob), &program), 0);
	TAP_ERRNO(program_create(fd, &blob, sizeof(blob), &program), ENOSPC);
	TAP_EQUAL(program_destroy(fd, 2), 0);
	TAP_EQUAL(program_create(fd, &blob, sizeof(blob), &program), 0);
	TAP_EQUAL(program, 2);
	close(fd);
}

static void queues_run_out(void)
{
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	for (uint32_t i = 1; i <= MOCK_QUEUES; i++)
		TAP_EQUAL(queue_open(fd, i % 2, 0), i);
	errno = 0;
	TAP_EQUAL(queue_open(fd, 0, 0), 0);
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(queue_destroy(fd, 3), 0);
	TAP_EQUAL(queue_open(fd, 0, 0), 3);
	close(fd);
}

/* Every queue of a context adds to a word of its own, in order. */
static bool context_fill(int fd, uint32_t *bo, uint32_t *sync)
{
	*sync = sync_create(fd);
	if (bo_create(fd, MOCK_REGION_HOST, PAGE, DRM_AXLE_BO_CPU, bo))
		return false;
	for (uint32_t i = 1; i <= MOCK_QUEUES; i++) {
		struct mock_command command = {
			.op = MOCK_MIX,
			.dst_offset = 8 * i,
			.size = 8,
			.value = i,
		};
		struct drm_axle_use use = { *bo, DRM_AXLE_USE_WRITE };
		struct drm_axle_sync out = { *sync, DRM_AXLE_SYNC_TIMELINE, i };
		struct job job = { .commands = &command,
				   .count = 1,
				   .uses = &use,
				   .use_count = 1,
				   .out = &out };

		if (queue_open(fd, i % 2, 20000) != i ||
		    job_submit(fd, i, &job))
			return false;
		job.out_count = 1;
		if (job_submit(fd, i, &job))
			return false;
	}
	return true;
}

static bool context_right(int fd, uint32_t bo, uint32_t sync)
{
	uint64_t *words;
	bool right = true;

	/* A point signals when all before it have. */
	if (sync_wait(fd, sync, MOCK_QUEUES, WAIT_MS))
		return false;
	words = bo_map(fd, bo);
	for (uint64_t i = 1; i <= MOCK_QUEUES; i++)
		right = right && words[i] == i * 31 + i;
	munmap(words, PAGE);
	for (uint32_t i = 1; i <= MOCK_QUEUES; i++)
		right = right && queue_destroy(fd, i) == 0;
	return right;
}

static void all_queues_of_all_contexts_work(void)
{
	uint32_t bos[CONTEXTS], syncs[CONTEXTS];
	int fds[CONTEXTS], right = 0;

	for (int i = 0; i < CONTEXTS; i++) {
		fds[i] = mock_open();
		TAP_REQUIRE(fds[i] >= 0);
		TAP_REQUIRE(context_fill(fds[i], &bos[i], &syncs[i]));
	}
	for (int i = 0; i < CONTEXTS; i++)
		right += context_right(fds[i], bos[i], syncs[i]);
	TAP_EQUAL(right, CONTEXTS);
	for (int i = 0; i < CONTEXTS; i++)
		close(fds[i]);
	TAP_CHECK(mock_nothing_left());
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const struct create_row create_rows[] = {
	{ { .engine = 2, .priority = 1 }, EINVAL },
	{ { .mode = 2, .priority = 1 }, EINVAL },
	{ { .priority = 4 }, EINVAL },
	{ { .priority = 1, .flags = 1 }, EINVAL },
	{ { .priority = 1, .slots = 3 }, EINVAL },
	{ { .priority = 1, .slots = 2 * MOCK_SLOTS_MAX }, EINVAL },
	{ { .priority = 1, .timeout_ms = MOCK_SLEEP_MAX + 1 }, EINVAL },
	{ { .priority = 1, .vm = 1 }, ENOENT },
	{ { .priority = 1, .queue = 1 }, EINVAL },
	{ { .priority = 1, .wake_offset = 1 }, EINVAL },
	{ { .priority = 1, .page_size = 1 }, EINVAL },
	{ { .priority = 1, .mode = DRM_AXLE_QUEUE_USER }, EOPNOTSUPP },
};

static const struct submit_row submit_rows[] = {
	{ .change.queue = 1, .error = ENOENT },
	{ .change.flags = 1, .error = EINVAL },
	{ .change.sequence = 1, .error = EINVAL },
	{ .change.commands = BAD_POINTER, .error = EFAULT },
	{ .change.command_size = 4, .error = EINVAL },
	{ .change.command_size = 8, .error = EINVAL },
	{ .change.command_size = DRM_AXLE_COMMANDS_MAX + 8, .error = EINVAL },
	{ .change.uses = BAD_POINTER, .error = EFAULT },
	{ .change.use_count = DRM_AXLE_USES_MAX + 1, .error = EINVAL },
	{ .change.use_count = 2, .error = EINVAL },
	{ .use_flags = 2, .error = EINVAL },
	{ .use_flags = DRM_AXLE_USE_WRITE, .error = EINVAL },
	{ .change.in_sync_count = 1, .error = EINVAL },
	{ .change = { .in_sync_count = 1, .in_syncs = BAD_POINTER },
	  .error = EFAULT },
	{ .change.in_sync_count = DRM_AXLE_SYNCS_MAX + 1, .error = EINVAL },
	{ .change.in_sync_count = 1, .error = ENOENT },
	{ .change.out_sync_count = 1, .error = ENOENT },
	{ .change = { .out_sync_count = 1, .out_syncs = BAD_POINTER },
	  .error = EFAULT },
	{ .change.out_sync_count = DRM_AXLE_SYNCS_MAX + 1, .error = EINVAL },
	{ .change.out_sync_count = 1, .sync_flags = 2, .error = EINVAL },
	{ .change.out_sync_count = 1, .sync_point = 1, .error = EINVAL },
	{ .change.out_sync_count = 1,
	  .sync_flags = DRM_AXLE_SYNC_TIMELINE,
	  .error = EINVAL },
	{ .command = { .op = 99 }, .error = EINVAL },
	{ .command = { .op = MOCK_FILL, .size = 8, .dst = 1 },
	  .error = EINVAL },
	{ .command = { .op = MOCK_FILL, .size = 2 * PAGE }, .error = EINVAL },
	{ .command = { .op = MOCK_FILL, .size = 8, .dst_offset = PAGE },
	  .error = EINVAL },
	{ .command = { .op = MOCK_FILL, .size = 8, .dst_offset = -8ull },
	  .error = EINVAL },
	{ .command = { .op = MOCK_COPY, .size = 8, .src = 1 },
	  .error = EINVAL },
	{ .command = { .op = MOCK_EXEC, .size = 8, .value = 1 },
	  .error = ENOENT },
};

static const struct program_row program_rows[] = {
	{ { .size = 0 }, MOCK_MAGIC, EINVAL },
	{ { .size = PAGE + 1 }, MOCK_MAGIC, EINVAL },
	{ { .size = 8, .flags = 1 }, MOCK_MAGIC, EINVAL },
	{ { .size = 8, .program = 1 }, MOCK_MAGIC, EINVAL },
	{ { .size = 8, .info = 1 }, MOCK_MAGIC, EINVAL },
	{ { .size = 8, .data = BAD_POINTER }, MOCK_MAGIC, EFAULT },
	{ { .size = 8 }, MOCK_MAGIC + 1, ENOEXEC },
	{ { .size = 4 }, MOCK_MAGIC, ENOEXEC },
};

#define CREATE(i, text) { text, create_is_refused, &create_rows[i] }
#define SUBMIT(i, text) { text, submit_is_refused, &submit_rows[i] }
#define PROGRAM(i, text) { text, program_is_refused, &program_rows[i] }

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	CREATE(0, "a queue of an unknown engine is EINVAL"),
	CREATE(1, "a queue of an unknown mode is EINVAL"),
	CREATE(2, "a queue of an unknown priority is EINVAL"),
	CREATE(3, "a queue with a flag is EINVAL"),
	CREATE(4, "slots that are no power of two are EINVAL"),
	CREATE(5, "more slots than can be are EINVAL"),
	CREATE(6, "a longer time-out than can be is EINVAL"),
	CREATE(7, "a queue of an unknown address space is ENOENT"),
	CREATE(8, "a queue whose number is not zero is EINVAL"),
	CREATE(9, "a queue whose offset is not zero is EINVAL"),
	CREATE(10, "a queue whose page size is not zero is EINVAL"),
	CREATE(11, "a mode that the engine does not have is EOPNOTSUPP"),
	SUBMIT(0, "a job of an unknown queue is ENOENT"),
	SUBMIT(1, "a job with a flag is EINVAL"),
	SUBMIT(2, "a job whose sequence is not zero is EINVAL"),
	SUBMIT(3, "commands that cannot be read are EFAULT"),
	SUBMIT(4, "commands that are no multiple of eight bytes are EINVAL"),
	SUBMIT(5, "commands that the driver refuses are EINVAL"),
	SUBMIT(6, "more commands than can be are EINVAL"),
	SUBMIT(7, "uses that cannot be read are EFAULT"),
	SUBMIT(8, "more uses than can be are EINVAL"),
	SUBMIT(9, "a buffer that is used twice is EINVAL"),
	SUBMIT(10, "a use with an unknown flag is EINVAL"),
	SUBMIT(11,
	       "a command that writes what the job may only read is EINVAL"),
	SUBMIT(12, "waiting for a syncobj without a fence is EINVAL"),
	SUBMIT(13, "in-syncs that cannot be read are EFAULT"),
	SUBMIT(14, "more in-syncs than can be are EINVAL"),
	SUBMIT(15, "waiting for an unknown syncobj is ENOENT"),
	SUBMIT(16, "signalling an unknown syncobj is ENOENT"),
	SUBMIT(17, "out-syncs that cannot be read are EFAULT"),
	SUBMIT(18, "more out-syncs than can be are EINVAL"),
	SUBMIT(19, "a sync with an unknown flag is EINVAL"),
	SUBMIT(20, "a point of a binary syncobj is EINVAL"),
	SUBMIT(21, "a timeline without a point is EINVAL"),
	SUBMIT(22, "an unknown command is EINVAL"),
	SUBMIT(23, "a command on a buffer that is not used is EINVAL"),
	SUBMIT(24, "a command beyond its buffer is EINVAL"),
	SUBMIT(25, "a command behind its buffer is EINVAL"),
	SUBMIT(26, "a command whose range wraps is EINVAL"),
	SUBMIT(27, "a copy from a buffer that is not used is EINVAL"),
	SUBMIT(28, "an unknown program is ENOENT"),
	{ "a user-mode queue takes no submission",
	  user_mode_queue_takes_no_submission },
	{ "an unknown buffer is ENOENT", unknown_buffer_is_enoent },
	{ "read-only memory is not written", readonly_memory_is_not_written },
	{ "padding of the calls that destroy must be zero",
	  padding_of_destroy_is_zero },
	{ "the calls belong to the compute node",
	  calls_belong_to_the_compute_node },
	{ "numbers belong to the file", numbers_belong_to_the_file },
	{ "the highest priority needs CAP_SYS_NICE",
	  highest_priority_needs_a_capability },
	{ "defaults are told", defaults_are_told },
	{ "an address space that a queue has is EBUSY",
	  an_address_space_in_use_stays },
	PROGRAM(0, "an empty program is EINVAL"),
	PROGRAM(1, "a program that is too long is EINVAL"),
	PROGRAM(2, "a program with a flag is EINVAL"),
	PROGRAM(3, "a program whose number is not zero is EINVAL"),
	PROGRAM(4, "a program whose info is not zero is EINVAL"),
	PROGRAM(5, "a program that cannot be read is EFAULT"),
	PROGRAM(6, "a program that the device refuses is ENOEXEC"),
	PROGRAM(7, "a program cut short is ENOEXEC"),
	{ "programs run out with ENOSPC", programs_run_out },
	{ "queues run out with ENOSPC", queues_run_out },
	{ "64 contexts with 16 queues each all work",
	  all_queues_of_all_contexts_work },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
