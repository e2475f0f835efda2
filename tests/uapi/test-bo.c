// SPDX-License-Identifier: MIT
/*
 * Buffer objects on the test device axle_mock: host memory, device memory and
 * pages of the program. Runs in any VM, as root.
 */
#include "tap.h"
#include "bo.h"
#include "drm_core.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTEXTS 8
#define CPU DRM_AXLE_BO_CPU
#define HOST MOCK_REGION_HOST
#define DEVICE MOCK_REGION_DEVICE

static void test_device_loads(void)
{
	TAP_CHECK(mock_load(CONTEXTS));
}

struct reject {
	unsigned long cmd;
	const void *arg;
	int want;
};

#define CREATE(...)                                                  \
	DRM_IOCTL_AXLE_BO_CREATE, &(const struct drm_axle_bo_create) \
	{                                                            \
		__VA_ARGS__                                          \
	}
#define INFO(...)                                                \
	DRM_IOCTL_AXLE_BO_INFO, &(const struct drm_axle_bo_info) \
	{                                                        \
		__VA_ARGS__                                      \
	}
static void try_reject(int fd, const struct reject *row)
{
	char copy[128];

	memcpy(copy, row->arg, _IOC_SIZE(row->cmd));
	TAP_ERRNO(ioctl(fd, row->cmd, copy), row->want);
}

static void is_refused(void)
{
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	try_reject(fd, tap_data());
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES);
	TAP_EQUAL(mock_used(fd, DEVICE), 0);
	close(fd);
}

static void is_refused_on_the_control_node(void)
{
	int fd = mock_open_control();

	TAP_REQUIRE(fd >= 0);
	try_reject(fd, tap_data());
	close(fd);
}

static void size_is_rounded_up_to_pages(void)
{
	struct drm_axle_bo_create args = { .size = PAGE + 1, .flags = CPU };
	struct drm_axle_bo_info info;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_BO_CREATE, &args), 0);
	TAP_EQUAL(args.size, 2 * PAGE);
	TAP_EQUAL(bo_info(fd, args.handle, &info), 0);
	TAP_EQUAL(info.size, 2 * PAGE);
	TAP_EQUAL(info.flags, CPU);
	TAP_EQUAL(info.region, HOST);
	TAP_CHECK(info.mmap_offset != 0);
	close(fd);
}

static bool is_filled(const uint64_t *words, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size / sizeof(*words); i++)
		if (words[i] != value)
			return false;
	return true;
}

static void fill(uint64_t *words, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size / sizeof(*words); i++)
		words[i] = value;
}

/* Twice, so that the second gets what the first has written. */
static void memory_is_zero(uint32_t region)
{
	const size_t size = 512 * 1024;
	int fd = mock_open();
	uint32_t handle;

	TAP_REQUIRE(fd >= 0);
	for (int i = 0; i < 2; i++) {
		uint64_t *words;

		TAP_EQUAL(bo_create(fd, region, size, CPU, &handle), 0);
		words = bo_map(fd, handle);
		TAP_REQUIRE(words != MAP_FAILED);
		TAP_CHECK(is_filled(words, size, 0));
		fill(words, size, 0x1122334455667788);
		TAP_CHECK(is_filled(words, size, 0x1122334455667788));
		munmap(words, size);
		TAP_EQUAL(bo_close(fd, handle), 0);
	}
	close(fd);
}

/* Nothing pins the pages then, and the kernel drops what it takes for clean. */
static void memory_stays_while_nobody_maps_it(void)
{
	const size_t size = 512 * 1024;
	int fd = mock_open();
	uint32_t handle;
	uint64_t *words;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(bo_create(fd, HOST, size, CPU, &handle), 0);
	words = bo_map(fd, handle);
	TAP_REQUIRE(words != MAP_FAILED);
	fill(words, size, 0x1122334455667788);
	munmap(words, size);
	TAP_CHECK(uapi_write("/proc/sys/vm/drop_caches", "1"));
	words = bo_map(fd, handle);
	TAP_REQUIRE(words != MAP_FAILED);
	TAP_CHECK(is_filled(words, size, 0x1122334455667788));
	munmap(words, size);
	close(fd);
}

static void host_memory_is_zero(void)
{
	memory_is_zero(HOST);
}

static void device_memory_is_zero(void)
{
	memory_is_zero(DEVICE);
}

static void memory_beyond_the_window_is_cleared_by_the_device(void)
{
	struct mock_stats before, after;
	int fd = mock_open();
	uint32_t handle;

	TAP_REQUIRE(fd >= 0 && mock_stats(fd, &before));
	TAP_EQUAL(bo_create(fd, DEVICE, PAGE, 0, &handle), 0);
	TAP_CHECK(mock_stats(fd, &after));
	TAP_EQUAL(after.cleared - before.cleared, PAGE);
	close(fd);
}

static void what_was_not_made_for_the_cpu_cannot_be_mapped(void)
{
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	for (uint32_t region = HOST; region <= DEVICE; region++) {
		struct drm_axle_bo_info info;
		uint32_t handle;

		TAP_EQUAL(bo_create(fd, region, PAGE, 0, &handle), 0);
		TAP_EQUAL(bo_info(fd, handle, &info), 0);
		TAP_EQUAL(info.mmap_offset, 0);
	}
	/* DRM core gives host memory an offset all the same; the first. */
	TAP_ERRNO((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd,
				 0x100000000),
		  EINVAL);
	close(fd);
}

static void private_mapping_is_refused(void)
{
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	for (uint32_t region = HOST; region <= DEVICE; region++) {
		struct drm_axle_bo_info info;
		uint32_t handle;

		bo_create(fd, region, PAGE, CPU, &handle);
		bo_info(fd, handle, &info);
		TAP_ERRNO((intptr_t)mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE, fd, info.mmap_offset),
			  EINVAL);
	}
	close(fd);
}

/* A mapping whose middle was taken out still shows the right pages. */
static void mapping_in_pieces_shows_the_right_pages(void)
{
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	for (uint32_t region = HOST; region <= DEVICE; region++) {
		struct drm_axle_bo_info info;
		uint64_t *a, *b;
		uint32_t handle;

		bo_create(fd, region, 8 * PAGE, CPU, &handle);
		bo_info(fd, handle, &info);
		a = bo_map(fd, handle);
		TAP_REQUIRE(a != MAP_FAILED);
		for (int i = 0; i < 8; i++)
			a[i * PAGE / 8] = i;
		b = mmap(NULL, 8 * PAGE, PROT_READ, MAP_SHARED, fd,
			 info.mmap_offset);
		TAP_REQUIRE(b != MAP_FAILED);
		munmap(b, 2 * PAGE);
		munmap(b + 4 * PAGE / 8, PAGE);
		TAP_EQUAL(b[3 * PAGE / 8], 3);
		TAP_EQUAL(b[7 * PAGE / 8], 7);
		munmap(b, 8 * PAGE);
		munmap(a, 8 * PAGE);
		bo_close(fd, handle);
	}
	close(fd);
}

static void handles_belong_to_the_file(void)
{
	struct drm_axle_bo_info info;
	int a = mock_open(), b = mock_open();
	uint32_t handle;

	TAP_REQUIRE(a >= 0 && b >= 0);
	TAP_EQUAL(bo_create(a, HOST, PAGE, CPU, &handle), 0);
	TAP_EQUAL(bo_info(a, handle, &info), 0);
	TAP_ERRNO(bo_export(b, handle), ENOENT);
	/* The offset is known to be good, but not for this file. */
	TAP_ERRNO((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, b,
				 info.mmap_offset),
		  EACCES);
	TAP_ERRNO(bo_info(b, handle, &info), ENOENT);
	TAP_ERRNO(bo_close(b, handle), EINVAL);
	close(a);
	close(b);
}

static void child_reads_and_writes(int fd, volatile uint64_t *word)
{
	uint32_t handle;
	bool ok = word[0] == 1;

	word[0] = 2;
	/* The descriptor is the same context. */
	ok &= bo_create(fd, HOST, PAGE, CPU, &handle) == 0;
	_exit(ok ? 0 : 1);
}

static void fork_shares_mappings_and_context(void)
{
	int fd = mock_open(), status = -1;

	TAP_REQUIRE(fd >= 0);
	for (uint32_t region = HOST; region <= DEVICE; region++) {
		volatile uint64_t *word;
		uint32_t handle;
		pid_t child;

		bo_create(fd, region, PAGE, CPU, &handle);
		word = bo_map(fd, handle);
		TAP_REQUIRE(word != MAP_FAILED);
		word[0] = 1;
		child = fork();
		if (child == 0)
			child_reads_and_writes(fd, word);
		waitpid(child, &status, 0);
		TAP_EQUAL(status, 0);
		TAP_EQUAL(word[0], 2);
		munmap((void *)word, PAGE);
	}
	close(fd);
}

static void receiver_uses_the_context(int socket, uint32_t handle)
{
	int fd = uapi_receive_fd(socket);
	uint64_t *word = bo_map(fd, handle);

	_exit(word != MAP_FAILED && word[0] == 77 ? 0 : 1);
}

static void descriptor_over_a_socket_carries_the_objects(void)
{
	int fd = mock_open(), pair[2], status = -1;
	uint32_t handle;
	uint64_t *word;
	pid_t child;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	bo_create(fd, DEVICE, PAGE, CPU, &handle);
	word = bo_map(fd, handle);
	TAP_REQUIRE(word != MAP_FAILED);
	word[0] = 77;
	child = fork();
	if (child == 0) {
		close(fd);
		receiver_uses_the_context(pair[1], handle);
	}
	TAP_EQUAL(uapi_send_fd(pair[0], fd), 0);
	close(fd);
	munmap(word, PAGE);
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	close(pair[0]);
	close(pair[1]);
}

static void device_memory_runs_out_and_comes_back(void)
{
	int fd = mock_open();
	uint32_t handle;
	int count = 0;

	TAP_REQUIRE(fd >= 0);
	while (bo_create(fd, DEVICE, 64 * PAGE, 0, &handle) == 0)
		count++;
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(count, MOCK_MEMORY / (64 * PAGE));
	TAP_EQUAL(mock_used(fd, DEVICE), MOCK_MEMORY);
	TAP_EQUAL(mock_fdinfo_total(fd, "device"), MOCK_MEMORY);
	TAP_EQUAL(bo_close(fd, 1), 0);
	TAP_EQUAL(bo_create(fd, DEVICE, 64 * PAGE, 0, &handle), 0);
	close(fd);
	fd = mock_open();
	TAP_EQUAL(mock_used(fd, DEVICE), 0);
	TAP_EQUAL(mock_fdinfo_total(fd, "device"), 0);
	close(fd);
}

static void window_runs_out_before_the_memory(void)
{
	int fd = mock_open();
	uint32_t handle;
	int count = 0;

	TAP_REQUIRE(fd >= 0);
	while (bo_create(fd, DEVICE, 64 * PAGE, CPU, &handle) == 0)
		count++;
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(count, MOCK_WINDOW / (64 * PAGE));
	TAP_EQUAL(bo_create(fd, DEVICE, 64 * PAGE, 0, &handle), 0);
	close(fd);
}

/* Takes all memory, maps it, tells its parent, and waits to be killed. */
static void hog(int pipe_fd)
{
	int fd = mock_open();
	uint32_t handle;
	char *map;

	while (bo_create(fd, DEVICE, 64 * PAGE, CPU, &handle) == 0) {
		map = bo_map(fd, handle);
		map[0] = 1;
	}
	if (write(pipe_fd, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(1);
}

static void killed_program_gives_its_memory_back(void)
{
	int fd = mock_open(), pipe_fd[2], status;
	uint32_t handle;
	pid_t child;
	char byte;

	TAP_REQUIRE(fd >= 0 && pipe(pipe_fd) == 0);
	child = fork();
	if (child == 0)
		hog(pipe_fd[1]);
	TAP_EQUAL(read(pipe_fd[0], &byte, 1), 1);
	TAP_ERRNO(bo_create(fd, DEVICE, PAGE, CPU, &handle), ENOSPC);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	TAP_EQUAL(mock_used(fd, DEVICE), 0);
	TAP_EQUAL(bo_create(fd, DEVICE, PAGE, CPU, &handle), 0);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	close(fd);
}

static void mapping_keeps_memory_after_close(void)
{
	int fd = mock_open(), other = mock_open();
	uint32_t handle;
	uint64_t *word;

	TAP_REQUIRE(fd >= 0 && other >= 0);
	bo_create(fd, DEVICE, PAGE, CPU, &handle);
	word = bo_map(fd, handle);
	TAP_REQUIRE(word != MAP_FAILED);
	word[0] = 5;
	TAP_EQUAL(bo_close(fd, handle), 0);
	close(fd);
	TAP_EQUAL(word[0], 5);
	TAP_EQUAL(mock_used(other, DEVICE), PAGE);
	munmap(word, PAGE);
	TAP_EQUAL(mock_used(other, DEVICE), 0);
	close(other);
}

static void objects_are_counted_by_region(void)
{
	int a = mock_open(), b = mock_open();
	uint32_t handle;

	TAP_REQUIRE(a >= 0 && b >= 0);
	bo_create(a, HOST, 3 * PAGE, 0, &handle);
	bo_create(b, DEVICE, 5 * PAGE, 0, &handle);
	TAP_EQUAL(mock_fdinfo_total(a, "host"), MOCK_CONTEXT_BYTES + 3 * PAGE);
	TAP_EQUAL(mock_fdinfo_total(a, "device"), 0);
	TAP_EQUAL(mock_fdinfo_total(b, "device"), 5 * PAGE);
	TAP_EQUAL(mock_used(a, HOST), 2 * MOCK_CONTEXT_BYTES + 3 * PAGE);
	TAP_EQUAL(mock_used(a, DEVICE), 5 * PAGE);
	close(a);
	close(b);
}

/* How a child that touches the address ends: a signal, or zero. */
static int touch(volatile char *address)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		/* A sanitizer has a handler of its own. */
		signal(SIGBUS, SIG_DFL);
		address[0] = 1;
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void mappings_of_a_removed_device_are_sigbus(void)
{
	char *host, *device;
	struct drm_axle_bo_info info;
	uint32_t handle;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	bo_create(fd, HOST, 4 * PAGE, CPU, &handle);
	host = bo_map(fd, handle);
	bo_create(fd, DEVICE, 4 * PAGE, CPU, &handle);
	device = bo_map(fd, handle);
	TAP_REQUIRE(host != MAP_FAILED && device != MAP_FAILED);
	TAP_EQUAL(touch(host), 0);
	TAP_EQUAL(touch(device), 0);
	TAP_CHECK(mock_unbind());
	TAP_EQUAL(touch(host), SIGBUS);
	TAP_EQUAL(touch(device), SIGBUS);
	/* Never touched before. */
	TAP_EQUAL(touch(host + 2 * PAGE), SIGBUS);
	TAP_ERRNO(bo_info(fd, handle, &info), ENODEV);
	TAP_ERRNO(bo_create(fd, HOST, PAGE, 0, &handle), ENODEV);
	TAP_ERRNO((intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd,
				 0x100000000),
		  ENODEV);
	munmap(host, 4 * PAGE);
	munmap(device, 4 * PAGE);
	close(fd);
	TAP_CHECK(mock_bind());
}

static void objects_survive_a_reset(void)
{
	struct drm_axle_reset reset = { 0 };
	int fd = mock_open(), control = mock_open_control();
	uint32_t handle;
	uint64_t *word;

	TAP_REQUIRE(fd >= 0 && control >= 0);
	bo_create(fd, HOST, PAGE, CPU, &handle);
	word = bo_map(fd, handle);
	TAP_REQUIRE(word != MAP_FAILED);
	word[0] = 9;
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	TAP_EQUAL(word[0], 9);
	munmap(word, PAGE);
	close(fd);
	close(control);
}

static void nothing_is_left(void)
{
	TAP_CHECK(mock_nothing_left());
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
}

#define ROW(sentence, want, ...)                                   \
	{                                                          \
		"BO " sentence, is_refused, &(const struct reject) \
		{                                                  \
			__VA_ARGS__, want                          \
		}                                                  \
	}

static const struct tap_case cases[] = {
	{ "the test device loads", test_device_loads },
	ROW("create: size zero is EINVAL", EINVAL, CREATE(.size = 0)),
	ROW("create: size that wraps is EINVAL", EINVAL, CREATE(.size = ~0ull)),
	ROW("create: padding is EINVAL", EINVAL, CREATE(.size = 1, .pad = 1)),
	ROW("create: unknown flag is EINVAL", EINVAL,
	    CREATE(.size = 1, .flags = 1u << 31)),
	ROW("create: READONLY is EINVAL", EINVAL,
	    CREATE(.size = 1, .flags = DRM_AXLE_BO_READONLY)),
	ROW("create: unknown region is EINVAL", EINVAL,
	    CREATE(.size = 1, .region = 2)),
	ROW("create: more than the region has is EINVAL", EINVAL,
	    CREATE(.size = MOCK_MEMORY + 1, .region = DEVICE)),
	ROW("create: more than the window has is ENOSPC", ENOSPC,
	    CREATE(.size = MOCK_WINDOW + 1, .region = DEVICE, .flags = CPU)),
	ROW("create: more than the machine has is ENOMEM", ENOMEM,
	    CREATE(.size = 1ull << 40)),
	ROW("create: device memory to be exported is EOPNOTSUPP", EOPNOTSUPP,
	    CREATE(.size = 1, .region = DEVICE, .flags = DRM_AXLE_BO_EXPORT)),
	ROW("info: unknown handle is ENOENT", ENOENT, INFO(.handle = 1)),
	ROW("info: handle zero is ENOENT", ENOENT, INFO(.handle = 0)),
	ROW("info: a flag is EINVAL", EINVAL, INFO(.handle = 1, .flags = 1)),
	ROW("info: padding is EINVAL", EINVAL, INFO(.handle = 1, .pad = 1)),
	{ "BO create: the control node is EOPNOTSUPP",
	  is_refused_on_the_control_node,
	  &(const struct reject){ CREATE(.size = 1), EOPNOTSUPP } },
	{ "a size is rounded up to whole pages", size_is_rounded_up_to_pages },
	{ "memory stays what it is while nobody maps it",
	  memory_stays_while_nobody_maps_it },
	{ "host memory is zero, also the second time", host_memory_is_zero },
	{ "device memory is zero, also the second time",
	  device_memory_is_zero },
	{ "memory beyond the CPU's window is cleared by the device",
	  memory_beyond_the_window_is_cleared_by_the_device },
	{ "what was not made for the CPU cannot be mapped",
	  what_was_not_made_for_the_cpu_cannot_be_mapped },
	{ "a private mapping is refused", private_mapping_is_refused },
	{ "a mapping cut into pieces shows the right pages",
	  mapping_in_pieces_shows_the_right_pages },
	{ "handles and offsets belong to the file",
	  handles_belong_to_the_file },
	{ "fork shares mappings and context",
	  fork_shares_mappings_and_context },
	{ "a descriptor sent over a socket carries the objects",
	  descriptor_over_a_socket_carries_the_objects },
	{ "device memory runs out with ENOSPC and comes back",
	  device_memory_runs_out_and_comes_back },
	{ "the CPU's window runs out before the memory",
	  window_runs_out_before_the_memory },
	{ "a killed program gives its memory back",
	  killed_program_gives_its_memory_back },
	{ "a CPU mapping keeps the memory after close",
	  mapping_keeps_memory_after_close },
	{ "objects are counted by region, per context and in all",
	  objects_are_counted_by_region },
	{ "objects survive a reset", objects_survive_a_reset },
	{ "mappings of a removed device are SIGBUS",
	  mappings_of_a_removed_device_are_sigbus },
	{ "nothing is left when all is closed", nothing_is_left },
};

TAP_MAIN(cases)
