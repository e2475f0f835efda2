// SPDX-License-Identifier: MIT
/*
 * Every allocation that the kernel makes for a call fails once. Binding is not
 * among them: DRM core 6.12 and ACPI do not survive it. Needs a kernel
 * with fault injection (CONFIG_FAILSLAB); on others the cases are skipped.
 * Runs in a VM with QEMU's edu device.
 */
#include "edu.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ALLOCATIONS_MAX 200

static int compute = -1, control = -1;

/* The n-th allocation of this thread from now on fails; 0: none does. */
static bool fail_nth(int fd, int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", n);

	return pwrite(fd, text, length, 0) == length;
}

/* Whether the failure that was asked for has come. */
static bool has_failed(int fd)
{
	char text[16] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;
}

static int do_open(void)
{
	int fd = uapi_open_compute(0);

	if (fd < 0)
		return -1;
	return close(fd);
}

static int do_open_control(void)
{
	int fd = uapi_open_control(0);

	if (fd < 0)
		return -1;
	return close(fd);
}

static int do_query(void)
{
	struct drm_axle_query_device device;

	return uapi_query(control, DRM_AXLE_TOPIC_DEVICE, &device,
			  sizeof(device));
}

/* All that a job needs is made anew. */
static int do_copy(void)
{
	struct edu edu;
	int err = ENOMEM;

	if (edu_open(&edu, 0)) {
		err = edu_copy(&edu, 4096, 0, 4096);
		edu_close(&edu);
	}
	return err;
}

/* Fails the first allocation, then the second, until none is left to fail. */
static void each_allocation_fails(int (*action)(void))
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	int failures = 0;

	/* By default allocations that may wait, so nearly all, do not fail. */
	if (fd < 0 ||
	    !uapi_write("/sys/kernel/debug/failslab/ignore-gfp-wait", "N"))
		TAP_SKIP("the kernel has no fault injection");
	for (int n = 1; n < ALLOCATIONS_MAX; n++) {
		bool failed;
		int result;

		TAP_REQUIRE(fail_nth(fd, n));
		result = action();
		failed = has_failed(fd);
		fail_nth(fd, 0);
		if (!failed) {
			TAP_EQUAL(result, 0);
			break;
		}
		failures++; /* some are not needed, so success is no mistake */
	}
	tap_note("%d allocations failed", failures);
	TAP_CHECK(failures < ALLOCATIONS_MAX - 1);
	close(fd);
	TAP_EQUAL(action(), 0);
}

static void open_nodes(void)
{
	compute = uapi_open_compute(0);
	control = uapi_open_control(0);
}

static void close_nodes(void)
{
	close(compute);
	close(control);
}

static void open_without_memory(void)
{
	each_allocation_fails(do_open);
}

static void open_control_without_memory(void)
{
	each_allocation_fails(do_open_control);
}

static void query_without_memory(void)
{
	open_nodes();
	each_allocation_fails(do_query);
	close_nodes();
}

static void copy_without_memory(void)
{
	each_allocation_fails(do_copy);
}

static const struct tap_case cases[] = {
	{ "open survives any failing allocation", open_without_memory },
	{ "open of the control node survives any failing allocation",
	  open_control_without_memory },
	{ "a query survives any failing allocation", query_without_memory },
	{ "a copy survives any failing allocation", copy_without_memory },
};

TAP_MAIN(cases)
