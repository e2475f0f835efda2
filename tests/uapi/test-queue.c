// SPDX-License-Identifier: MIT
/*
 * What the test device's own commands and programs are refused for; what holds
 * for every device is in test-refuse-queue.c and test-exhaustion.c.
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
#include <unistd.h>

#define WAIT_MS 20000
#define CONTEXTS 64
#define NOBODY 65534
#define BAD_POINTER 0x10

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(CONTEXTS));
}

static void an_engine_without_rings_has_no_user_mode(void)
{
	struct drm_axle_queue_create args = {
		.engine = MOCK_ENGINE_SERIAL,
		.mode = DRM_AXLE_QUEUE_USER,
		.priority = 1,
	};
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(queue_create(fd, &args), EOPNOTSUPP);
	/* Nothing of it is left. */
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_RINGS, 0), 1);
	close(fd);
}

/* A command on one buffer of one page, which may be written. */
struct submit_row {
	struct mock_command command;
	bool readonly; /* or not */
	int error;
};

static void command_is_refused(void)
{
	const struct submit_row *row = tap_data();
	struct drm_axle_use use = { 0 };
	struct job job = { .commands = &row->command,
			   .count = 1,
			   .uses = &use,
			   .use_count = 1 };
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_SERIAL, 0), 1);
	TAP_EQUAL(bo_create(fd, MOCK_REGION_HOST, PAGE, 0, &use.handle), 0);
	use.flags = row->readonly ? 0 : DRM_AXLE_USE_WRITE;
	TAP_ERRNO(job_submit(fd, 1, &job), row->error);
	close(fd);
	TAP_CHECK(mock_nothing_left());
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

struct program_row {
	uint64_t size;
	uint32_t magic;
	int error;
};

static void program_is_refused(void)
{
	const struct program_row *row = tap_data();
	struct mock_program blob = { row->magic, 1 };
	uint32_t program;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(program_create(fd, &blob, row->size, &program), row->error);
	close(fd);
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const struct submit_row submit_rows[] = {
	{ { .op = MOCK_FILL, .size = 8 }, true, EINVAL },
	{ { .op = 99 }, false, EINVAL },
	{ { .op = MOCK_FILL, .size = 8, .dst = 1 }, false, EINVAL },
	{ { .op = MOCK_FILL, .size = 2 * PAGE }, false, EINVAL },
	{ { .op = MOCK_FILL, .size = 8, .dst_offset = PAGE }, false, EINVAL },
	{ { .op = MOCK_FILL, .size = 8, .dst_offset = -8ull }, false, EINVAL },
	{ { .op = MOCK_COPY, .size = 8, .src = 1 }, false, EINVAL },
	{ { .op = MOCK_EXEC, .size = 8, .value = 1 }, false, ENOENT },
};

static const struct program_row program_rows[] = {
	{ PAGE + 1, MOCK_MAGIC, EINVAL },
	{ 8, MOCK_MAGIC + 1, ENOEXEC },
	{ 4, MOCK_MAGIC, ENOEXEC },
};

#define SUBMIT(i, text) { text, command_is_refused, &submit_rows[i] }
#define PROGRAM(i, text) { text, program_is_refused, &program_rows[i] }

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "a mode that the engine does not have is EOPNOTSUPP",
	  an_engine_without_rings_has_no_user_mode },
	SUBMIT(0, "a command that writes what the job may only read is EINVAL"),
	SUBMIT(1, "an unknown command is EINVAL"),
	SUBMIT(2, "a command on a buffer that is not used is EINVAL"),
	SUBMIT(3, "a command beyond its buffer is EINVAL"),
	SUBMIT(4, "a command behind its buffer is EINVAL"),
	SUBMIT(5, "a command whose range wraps is EINVAL"),
	SUBMIT(6, "a copy from a buffer that is not used is EINVAL"),
	SUBMIT(7, "an unknown program is ENOENT"),
	{ "an unknown buffer is ENOENT", unknown_buffer_is_enoent },
	{ "read-only memory is not written", readonly_memory_is_not_written },
	{ "defaults are told", defaults_are_told },
	PROGRAM(0, "a program that is too long is EINVAL"),
	PROGRAM(1, "a program that the device refuses is ENOEXEC"),
	PROGRAM(2, "a program cut short is ENOEXEC"),
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
