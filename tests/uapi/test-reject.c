// SPDX-License-Identifier: MIT
/*
 * Every way to be refused, as a table: which node, which call, which bytes,
 * which errno. Runs in a VM with QEMU's edu device.
 */
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum node {
	COMPUTE = 1,
	CONTROL = 2,
	BOTH = COMPUTE | CONTROL
};

/* Never mapped, in user space: the first page is closed to mmap. */
#define UNMAPPED ((void *)8)
/* In the kernel's half of the address space. */
#define KERNEL_POINTER ((void *)0xffff888000000000ul)

struct reject {
	unsigned int nodes;
	unsigned long cmd;
	const void *arg; /* NULL is passed as such */
	int want;
	size_t size; /* of the struct at arg, if it is not the call's */
};

#define QUERY DRM_IOCTL_AXLE_QUERY
#define RESET DRM_IOCTL_AXLE_RESET
#define SUBMIT DRM_IOCTL_AXLE_SUBMIT

#define ARG(type, ...) (&(const struct type){ __VA_ARGS__ })
#define QUERY_ARG(...) ARG(drm_axle_query, __VA_ARGS__)
#define SUBMIT_ARG(...) ARG(drm_axle_submit, __VA_ARGS__)

static char bytes[8192];

/* A struct of 24 known bytes and a tail that this kernel does not know. */
struct long_query {
	struct drm_axle_query query;
	uint64_t tail;
};

static void try_node(const struct reject *row, int fd)
{
	unsigned long cmd = row->cmd;
	size_t size = row->size ? row->size : _IOC_SIZE(cmd);
	char copy[256];
	void *arg = (void *)(uintptr_t)row->arg;

	TAP_REQUIRE(fd >= 0);
	if (arg && arg != UNMAPPED && arg != KERNEL_POINTER) {
		memcpy(copy, arg, size);
		arg = copy;
	}
	TAP_ERRNO(uapi_ioctl_sized(fd, cmd, size, arg), row->want);
	close(fd);
}

static void is_refused(void)
{
	const struct reject *row = tap_data();
	int index = uapi_find("edu");

	if (row->nodes & COMPUTE)
		try_node(row, uapi_open_compute(index));
	if (row->nodes & CONTROL)
		try_node(row, uapi_open_control(index));
}

static void the_longer_struct_with_a_zero_tail_is_accepted(void)
{
	struct long_query arg = { .query = { .topic = DRM_AXLE_TOPIC_HEALTH } };
	int fd = uapi_open_control(uapi_find("edu"));

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_ioctl_sized(fd, QUERY, sizeof(arg), &arg), 0);
	TAP_EQUAL(arg.query.size, sizeof(struct drm_axle_query_health));
	close(fd);
}

static void struct_that_runs_off_its_page_faults(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = uapi_open_control(uapi_find("edu"));

	TAP_REQUIRE(fd >= 0 && memory != MAP_FAILED);
	munmap(memory + page, page);
	TAP_ERRNO(ioctl(fd, QUERY, memory + page - 8), EFAULT);
	munmap(memory, page);
	close(fd);
}

static void struct_that_cannot_be_written_back_faults(void)
{
	long page = sysconf(_SC_PAGESIZE);
	void *memory =
		mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = uapi_open_control(uapi_find("edu"));

	TAP_REQUIRE(fd >= 0 && memory != MAP_FAILED);
	TAP_ERRNO(ioctl(fd, QUERY, memory), EFAULT);
	munmap(memory, page);
	close(fd);
}

/* The child gives up every privilege but the open descriptor. */
static void reset_needs_the_capability(void)
{
	int fd = uapi_open_control(uapi_find("edu"));
	int status = -1;
	pid_t child;

	TAP_REQUIRE(fd >= 0);
	child = fork();
	if (child == 0) {
		struct drm_axle_reset reset = { 0 };

		if (setresuid(65534, 65534, 65534))
			_exit(100);
		_exit(ioctl(fd, RESET, &reset) == -1 ? errno : 0);
	}
	TAP_REQUIRE(child > 0);
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), EPERM);
	close(fd);
}

static void stranger_cannot_open(void)
{
	int index = uapi_find("edu");
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (setresuid(65534, 65534, 65534))
			_exit(100);
		if (uapi_open_compute(index) != -1 || errno != EACCES)
			_exit(101);
		if (uapi_open_control(index) != -1)
			_exit(102);
		_exit(errno);
	}
	TAP_REQUIRE(child > 0);
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), EACCES);
}

static void nodes_map_nothing_but_objects(void)
{
	static const int errors[] = { EINVAL, ENODEV };
	int index = uapi_find("edu");
	int fds[] = { uapi_open_compute(index), uapi_open_control(index) };

	for (int i = 0; i < 2; i++) {
		TAP_REQUIRE(fds[i] >= 0);
		TAP_ERRNO((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_SHARED,
					 fds[i], 0),
			  errors[i]);
		close(fds[i]);
	}
}

#define ROW(what, ...)                                   \
	{                                                \
		what, is_refused, &(const struct reject) \
		{                                        \
			__VA_ARGS__                      \
		}                                        \
	}

static const struct tap_case cases[] = {
	ROW("an unknown call of the kit is ENOTTY", BOTH,
	    _IOWR('d', 0x5f, struct drm_axle_query), bytes, ENOTTY),
	ROW("an unknown call of the driver is ENOTTY", BOTH,
	    _IOWR('d', 0x9f, struct drm_axle_query), bytes, ENOTTY),
	ROW("a call with the wrong direction is ENOTTY", BOTH,
	    _IOW('d', 0x40, struct drm_axle_query), bytes, ENOTTY),
	ROW("a call of another type is ENOTTY on the control node", CONTROL,
	    _IOWR('x', 0x40, struct drm_axle_query), bytes, ENOTTY),
	ROW("a call behind the driver's range is DRM's EINVAL", COMPUTE,
	    _IOWR('d', 0xf0, struct drm_axle_query), bytes, EINVAL),
	ROW("a call of DRM core is ENOTTY on the control node", CONTROL,
	    _IOWR('d', 0x00, char[64]), bytes, ENOTTY),

	ROW("a query at NULL faults", BOTH, QUERY, NULL, EFAULT),
	ROW("a query at an unmapped address faults", BOTH, QUERY, UNMAPPED,
	    EFAULT),
	ROW("a query at a kernel address faults", BOTH, QUERY, KERNEL_POINTER,
	    EFAULT),
	ROW("a query of an unknown topic is EINVAL", BOTH, QUERY,
	    QUERY_ARG(.topic = 7), EINVAL),
	ROW("a query of the last topic below the driver's is EINVAL", BOTH,
	    QUERY, QUERY_ARG(.topic = DRM_AXLE_TOPIC_DRIVER - 1), EINVAL),
	ROW("a driver topic of a driver without topics is EOPNOTSUPP", BOTH,
	    QUERY, QUERY_ARG(.topic = DRM_AXLE_TOPIC_DRIVER), EOPNOTSUPP),
	ROW("the context topic is EOPNOTSUPP on the control node", CONTROL,
	    QUERY, QUERY_ARG(.topic = DRM_AXLE_TOPIC_CONTEXT), EOPNOTSUPP),
	ROW("a query with a flag is EINVAL", BOTH, QUERY, QUERY_ARG(.flags = 1),
	    EINVAL),
	ROW("a query with its highest flag is EINVAL", BOTH, QUERY,
	    QUERY_ARG(.flags = 1u << 31), EINVAL),
	ROW("a query with padding is EINVAL", BOTH, QUERY, QUERY_ARG(.pad = 1),
	    EINVAL),
	ROW("a query into NULL faults", BOTH, QUERY, QUERY_ARG(.size = 8),
	    EFAULT),
	ROW("a query into a kernel address faults", BOTH, QUERY,
	    QUERY_ARG(.size = 8, .data = (uintptr_t)KERNEL_POINTER), EFAULT),
	ROW("a query into the last page of the address space faults", BOTH,
	    QUERY, QUERY_ARG(.size = 8, .data = ~0ull - 3), EFAULT),
	ROW("a query one byte short is EINVAL", BOTH, QUERY, bytes, EINVAL,
	    sizeof(struct drm_axle_query) - 1),
	ROW("a query of one byte is EINVAL", BOTH, QUERY, bytes, EINVAL, 1),
	ROW("a longer query with something in its tail is E2BIG", BOTH, QUERY,
	    ARG(long_query, .tail = 1ull << 63), E2BIG,
	    sizeof(struct long_query)),

	ROW("a reset is EOPNOTSUPP on the compute node", COMPUTE, RESET,
	    ARG(drm_axle_reset, 0), EOPNOTSUPP),
	ROW("a reset with a flag is EINVAL", CONTROL, RESET,
	    ARG(drm_axle_reset, .flags = 1), EINVAL),
	ROW("a reset with padding is EINVAL", CONTROL, RESET,
	    ARG(drm_axle_reset, .pad = 1), EINVAL),
	ROW("a short reset is EINVAL", CONTROL, RESET, bytes, EINVAL, 4),
	ROW("a reset at NULL faults", CONTROL, RESET, NULL, EFAULT),

	ROW("a job is EOPNOTSUPP on the control node", CONTROL, SUBMIT,
	    SUBMIT_ARG(.queue = 1), EOPNOTSUPP),
	ROW("a job for no queue is ENOENT", COMPUTE, SUBMIT,
	    SUBMIT_ARG(.queue = 1), ENOENT),
	ROW("a job with a flag is EINVAL", COMPUTE, SUBMIT,
	    SUBMIT_ARG(.queue = 1, .flags = 1), EINVAL),
	ROW("a short job is EINVAL", COMPUTE, SUBMIT, bytes, EINVAL, 8),
	ROW("a job at an unmapped address faults", COMPUTE, SUBMIT, UNMAPPED,
	    EFAULT),

	{ "a longer query with a zero tail is accepted",
	  the_longer_struct_with_a_zero_tail_is_accepted },
	{ "a struct that runs off its page faults",
	  struct_that_runs_off_its_page_faults },
	{ "a struct that cannot be written back faults",
	  struct_that_cannot_be_written_back_faults },
	{ "a reset without CAP_SYS_ADMIN is EPERM",
	  reset_needs_the_capability },
	{ "a stranger's open is EACCES on both nodes", stranger_cannot_open },
	{ "the nodes map nothing but buffer objects",
	  nodes_map_nothing_but_objects },
};

TAP_MAIN(cases)
