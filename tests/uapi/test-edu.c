// SPDX-License-Identifier: MIT
/*
 * What QEMU's edu device does through its driver, and its one context. Runs
 * in a VM with that device.
 */
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <drm/axle_edu.h>

static int open_compute(void)
{
	return uapi_open_compute(uapi_find("edu"));
}

static int copy(int fd, void *dst, const void *src, uint32_t size)
{
	struct drm_axle_edu_copy args = {
		.src = (uintptr_t)src,
		.dst = (uintptr_t)dst,
		.size = size,
	};

	return ioctl(fd, DRM_IOCTL_AXLE_EDU_COPY, &args);
}

static void factorials_are_right(void)
{
	int fd = open_compute();
	uint32_t want = 1;

	TAP_REQUIRE(fd >= 0);
	for (uint32_t n = 0; n <= DRM_AXLE_EDU_FACTORIAL_MAX; n++) {
		struct drm_axle_edu_factorial args = { .n = n, .result = 7 };

		want *= n ? n : 1;
		TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_EDU_FACTORIAL, &args), 0);
		TAP_EQUAL(args.result, want);
	}
	close(fd);
}

static void copies_are_exact(void)
{
	static const uint32_t sizes[] = { 1, 2, 3, 4, 7, 64, 4095, 4096 };
	unsigned char src[4096], dst[4096 + 16];
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t j = 0; j < sizeof(src); j++)
			src[j] = rand();
		memset(dst, 0x55, sizeof(dst));
		TAP_EQUAL(copy(fd, dst, src, sizes[i]), 0);
		TAP_CHECK(memcmp(dst, src, sizes[i]) == 0);
		TAP_EQUAL(dst[sizes[i]], 0x55);
	}
	close(fd);
}

static void copy_to_bad_memory_faults(void)
{
	char byte = 1;
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(copy(fd, (void *)8, &byte, 1), EFAULT);
	TAP_EQUAL(copy(fd, &byte, &byte, 1), 0);
	close(fd);
}

static void *compute_many(void *arg)
{
	int fd = *(int *)arg;

	for (int i = 0; i < 50; i++) {
		struct drm_axle_edu_factorial args = { .n = 12 };

		TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_EDU_FACTORIAL, &args), 0);
		TAP_EQUAL(args.result, 479001600);
	}
	return NULL;
}

static void threads_share_a_context(void)
{
	pthread_t threads[4];
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, compute_many, &fd);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	close(fd);
}

static void second_open_is_refused_until_the_first_closes(void)
{
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(open_compute(), EUSERS);
	close(fd);
	fd = open_compute();
	TAP_CHECK(fd >= 0);
	close(fd);
}

static void killed_process_gives_its_context_back(void)
{
	int ready[2], status, fd;
	pid_t child;
	char byte;

	TAP_REQUIRE(pipe(ready) == 0);
	child = fork();
	if (child == 0) {
		fd = open_compute();
		if (fd < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	TAP_REQUIRE(child > 0);
	TAP_EQUAL(read(ready[0], &byte, 1), 1);
	TAP_ERRNO(open_compute(), EUSERS);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	fd = open_compute();
	TAP_CHECK(fd >= 0);
	close(fd);
	close(ready[0]);
	close(ready[1]);
}

/* The child opens, sends, and ends: the context goes on in the parent. */
static void passed_descriptor_is_the_same_context(void)
{
	struct drm_axle_edu_factorial args = { .n = 6 };
	int sockets[2], status, fd;
	pid_t child;

	TAP_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = fork();
	if (child == 0) {
		fd = open_compute();
		_exit(fd < 0 || uapi_send_fd(sockets[1], fd));
	}
	TAP_REQUIRE(child > 0);
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	fd = uapi_receive_fd(sockets[0]);
	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(open_compute(), EUSERS);
	TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_EDU_FACTORIAL, &args), 0);
	TAP_EQUAL(args.result, 720);
	close(fd);
	fd = open_compute();
	TAP_CHECK(fd >= 0);
	close(fd);
	close(sockets[0]);
	close(sockets[1]);
}

static void forked_child_keeps_the_context_open(void)
{
	int fd = open_compute();
	int hold[2], status;
	pid_t child;
	char byte;

	TAP_REQUIRE(fd >= 0 && pipe(hold) == 0);
	child = fork();
	if (child == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	TAP_REQUIRE(child > 0);
	close(fd);
	TAP_ERRNO(open_compute(), EUSERS);
	close(hold[1]);
	waitpid(child, &status, 0);
	fd = open_compute();
	TAP_CHECK(fd >= 0);
	close(fd);
	close(hold[0]);
}

static uint64_t busy_ns(int fd, const char *key)
{
	char value[64];

	if (!uapi_fdinfo(fd, key, value, sizeof(value)))
		return UINT64_MAX;
	return strtoull(value, NULL, 10);
}

static void fdinfo_names_driver_and_device(void)
{
	char value[64], *path = uapi_bus_device(uapi_find("edu"));
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0 && path);
	TAP_CHECK(uapi_fdinfo(fd, "drm-driver", value, sizeof(value)));
	TAP_STRING(value, "edu");
	TAP_CHECK(uapi_fdinfo(fd, "drm-pdev", value, sizeof(value)));
	TAP_STRING(value, strrchr(path, '/') + 1);
	TAP_CHECK(uapi_fdinfo(fd, "drm-client-id", value, sizeof(value)));
	free(path);
	close(fd);
}

static void fdinfo_counts_the_time_of_each_engine(void)
{
	uint64_t before, after, start, elapsed;
	int fd = open_compute();
	char byte = 3;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(busy_ns(fd, "drm-engine-factorial"), 0);
	before = busy_ns(fd, "drm-engine-dma");
	start = uapi_now_ms();
	TAP_EQUAL(copy(fd, &byte, &byte, 1), 0);
	elapsed = uapi_now_ms() - start + 1;
	after = busy_ns(fd, "drm-engine-dma");
	/* The device takes 100 ms for a transfer, and there are two. */
	TAP_CHECK(after - before > 100 * 1000000ull);
	TAP_CHECK(after - before <= elapsed * 1000000ull);
	TAP_EQUAL(busy_ns(fd, "drm-engine-factorial"), 0);
	close(fd);
}

static void fdinfo_counts_memory(void)
{
	int fd = open_compute();
	char value[64];

	TAP_REQUIRE(fd >= 0);
	TAP_CHECK(uapi_fdinfo(fd, "drm-total-host", value, sizeof(value)));
	TAP_STRING(value, "4 KiB");
	TAP_CHECK(uapi_fdinfo(fd, "drm-resident-buffer", value, sizeof(value)));
	TAP_STRING(value, "4 KiB");
	close(fd);
}

static void debugfs_lists_contexts(void)
{
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_shell("cat /sys/kernel/debug/accel/*/contexts | "
			     "grep -q '^1 of 1 contexts in use'"),
		  0);
	TAP_EQUAL(uapi_shell("cat /sys/kernel/debug/accel/*/contexts | "
			     "grep -q 'uid 0 pid %d '",
			     getpid()),
		  0);
	TAP_EQUAL(uapi_shell("grep -q '^faults: 0' "
			     "/sys/kernel/debug/accel/*/state"),
		  0);
	close(fd);
}

static void reset_while_copying_cancels_the_copy(void)
{
	int control = uapi_open_control(uapi_find("edu"));
	struct drm_axle_query_health health;
	struct drm_axle_reset reset = { 0 };
	int fd = open_compute(), status = -1;
	pid_t child;
	char byte = 9;

	TAP_REQUIRE(fd >= 0 && control >= 0);
	child = fork();
	if (child == 0)
		_exit(copy(fd, &byte, &byte, 1) == -1 ? errno : 0);
	TAP_REQUIRE(child > 0);
	usleep(50000);
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), ECANCELED);
	TAP_EQUAL(copy(fd, &byte, &byte, 1), 0);
	TAP_EQUAL(byte, 9);
	uapi_query(control, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health));
	TAP_CHECK(health.resets > 0);
	TAP_EQUAL(health.faults, 0);
	close(fd);
	close(control);
}

static const struct tap_case cases[] = {
	{ "the device computes the factorials of 0 to 12",
	  factorials_are_right },
	{ "a copy through the device is exact at every size",
	  copies_are_exact },
	{ "a copy to bad memory faults and leaves the device usable",
	  copy_to_bad_memory_faults },
	{ "threads share a context", threads_share_a_context },
	{ "a second open is EUSERS until the first closes",
	  second_open_is_refused_until_the_first_closes },
	{ "a killed process gives its context back",
	  killed_process_gives_its_context_back },
	{ "a descriptor passed over a socket is the same context",
	  passed_descriptor_is_the_same_context },
	{ "a forked child keeps the context open",
	  forked_child_keeps_the_context_open },
	{ "fdinfo names the driver and the device",
	  fdinfo_names_driver_and_device },
	{ "fdinfo counts the time of each engine",
	  fdinfo_counts_the_time_of_each_engine },
	{ "fdinfo counts memory", fdinfo_counts_memory },
	{ "debugfs lists the contexts", debugfs_lists_contexts },
	{ "a reset cancels the copy that runs, and the device works again",
	  reset_while_copying_cancels_the_copy },
};

TAP_MAIN(cases)
