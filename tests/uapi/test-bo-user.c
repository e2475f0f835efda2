// SPDX-License-Identifier: MIT
/*
 * Buffer objects made of a program's own pages, on the test device axle_mock.
 * Runs in any VM, as root.
 */
#include "tap.h"
#include "bo.h"
#include "uapi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTEXTS 8
#define NOBODY 65534
#define HOST MOCK_REGION_HOST

static void test_device_loads(void)
{
	TAP_CHECK(mock_load(CONTEXTS));
}

struct reject {
	struct drm_axle_bo_from_user args;
	int want;
};

static void is_refused(void)
{
	const struct reject *row = tap_data();
	struct drm_axle_bo_from_user args = row->args;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(ioctl(fd, DRM_IOCTL_AXLE_BO_FROM_USER, &args), row->want);
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES);
	close(fd);
}

static void *anonymous(size_t size, int prot)
{
	return mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void pages_of_a_program_are_the_object(void)
{
	struct drm_axle_bo_info info;
	int fd = mock_open();
	uint32_t handle;
	void *memory;

	memory = anonymous(16 * PAGE, PROT_READ | PROT_WRITE);
	TAP_REQUIRE(fd >= 0 && memory != MAP_FAILED);
	TAP_EQUAL(bo_from_user(fd, memory, 16 * PAGE, 0, &handle), 0);
	TAP_EQUAL(bo_info(fd, handle, &info), 0);
	TAP_EQUAL(info.flags, DRM_AXLE_BO_USER);
	TAP_EQUAL(info.size, 16 * PAGE);
	TAP_EQUAL(info.mmap_offset, 0);
	TAP_ERRNO(bo_export(fd, handle), EOPNOTSUPP);
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES + 16 * PAGE);
	TAP_EQUAL(bo_close(fd, handle), 0);
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES);
	munmap(memory, 16 * PAGE);
	close(fd);
}

static void pages_that_may_not_be_written_must_be_readonly(void)
{
	struct drm_axle_bo_info info;
	int fd = mock_open();
	uint32_t handle;
	void *memory;

	memory = anonymous(4 * PAGE, PROT_READ | PROT_WRITE);
	TAP_REQUIRE(fd >= 0 && memory != MAP_FAILED);
	memset(memory, 1, 4 * PAGE);
	mprotect(memory, 4 * PAGE, PROT_READ);
	TAP_ERRNO(bo_from_user(fd, memory, 4 * PAGE, 0, &handle), EFAULT);
	TAP_EQUAL(bo_from_user(fd, memory, 4 * PAGE, DRM_AXLE_BO_READONLY,
			       &handle),
		  0);
	TAP_EQUAL(bo_info(fd, handle, &info), 0);
	TAP_EQUAL(info.flags, DRM_AXLE_BO_USER | DRM_AXLE_BO_READONLY);
	munmap(memory, 4 * PAGE);
	close(fd);
}

static void range_with_a_hole_faults_and_pins_nothing(void)
{
	int fd = mock_open();
	uint32_t handle;
	char *memory;

	memory = anonymous(4 * PAGE, PROT_READ | PROT_WRITE);
	TAP_REQUIRE(fd >= 0 && memory != MAP_FAILED);
	munmap(memory + 2 * PAGE, PAGE);
	TAP_ERRNO(bo_from_user(fd, memory, 4 * PAGE, 0, &handle), EFAULT);
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES);
	munmap(memory, 4 * PAGE);
	close(fd);
}

/* Bytes that the kernel says this process has locked. */
static long locked_bytes(void)
{
	char line[128];
	FILE *file = fopen("/proc/self/status", "r");
	long kib = -1;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "VmLck: %ld", &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

/* Exit status: the check that failed, or zero. */
static int limited_child(void)
{
	const struct rlimit limit = { 8 * PAGE, 8 * PAGE };
	char *memory = anonymous(16 * PAGE, PROT_READ | PROT_WRITE);
	uint32_t first, second;
	int fd = mock_open();

	if (setrlimit(RLIMIT_MEMLOCK, &limit) ||
	    setresuid(NOBODY, NOBODY, NOBODY) || fd < 0)
		return 1;
	if (!bo_from_user(fd, memory, 9 * PAGE, 0, &first) || errno != ENOMEM)
		return 2;
	if (locked_bytes() != 0)
		return 3;
	if (bo_from_user(fd, memory, 8 * PAGE, 0, &first))
		return 4;
	if (locked_bytes() != 8 * (long)PAGE)
		return 5;
	if (!bo_from_user(fd, memory + 8 * PAGE, PAGE, 0, &second) ||
	    errno != ENOMEM)
		return 6;
	if (bo_close(fd, first) || locked_bytes() != 0)
		return 7;
	return bo_from_user(fd, memory + 8 * PAGE, PAGE, 0, &second) ? 8 : 0;
}

static void pinned_pages_count_against_the_limit(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(limited_child());
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), 0);
}

static void pinned_pages_outlive_the_program(void)
{
	int fd = mock_open(), status;
	uint32_t handle = 0;
	pid_t child;

	TAP_REQUIRE(fd >= 0);
	child = fork();
	if (child == 0) {
		void *memory = anonymous(4 * PAGE, PROT_READ | PROT_WRITE);

		_exit(bo_from_user(fd, memory, 4 * PAGE, 0, &handle) ? 1 : 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES + 4 * PAGE);
	TAP_EQUAL(bo_close(fd, 1), 0);
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES);
	close(fd);
}

static void nothing_is_left(void)
{
	TAP_CHECK(mock_nothing_left());
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
}

#define USER(...) { __VA_ARGS__ }

#define ROW(sentence, want, ...)                                   \
	{                                                          \
		"BO " sentence, is_refused, &(const struct reject) \
		{                                                  \
			__VA_ARGS__, want                          \
		}                                                  \
	}

static const struct tap_case cases[] = {
	{ "the test device loads", test_device_loads },
	ROW("from user: size zero is EINVAL", EINVAL, USER(.address = PAGE)),
	ROW("from user: odd address is EINVAL", EINVAL,
	    USER(.address = PAGE + 8, .size = PAGE)),
	ROW("from user: odd size is EINVAL", EINVAL,
	    USER(.address = PAGE, .size = PAGE + 8)),
	ROW("from user: unknown flag is EINVAL", EINVAL,
	    USER(.address = PAGE, .size = PAGE, .flags = 1)),
	ROW("from user: no pages there is EFAULT", EFAULT,
	    USER(.address = PAGE, .size = PAGE)),
	ROW("from user: the kernel's addresses are EFAULT", EFAULT,
	    USER(.address = 0xffff888000000000, .size = PAGE)),
	ROW("from user: a range that wraps is EFAULT", EFAULT,
	    USER(.address = PAGE, .size = 0xfffffffffffff000)),
	{ "pages of a program become an object",
	  pages_of_a_program_are_the_object },
	{ "pages that may not be written must be READONLY",
	  pages_that_may_not_be_written_must_be_readonly },
	{ "a range with a hole is EFAULT and pins nothing",
	  range_with_a_hole_faults_and_pins_nothing },
	{ "pinned pages count against RLIMIT_MEMLOCK",
	  pinned_pages_count_against_the_limit },
	{ "pinned pages outlive the program that had them",
	  pinned_pages_outlive_the_program },
	{ "nothing is left when all is closed", nothing_is_left },
};

TAP_MAIN(cases)
