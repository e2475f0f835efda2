// SPDX-License-Identifier: MIT
#include "refuse.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bo.h"
#include "queue.h"

bool refuse_has(const struct dut *dut, enum refuse_needs needs)
{
	static const uint64_t features[] = {
		[NEEDS_VM] = DRM_AXLE_FEATURE_VM,
		[NEEDS_PROGRAMS] = DRM_AXLE_FEATURE_PROGRAMS,
		[NEEDS_QUEUES] = DRM_AXLE_FEATURE_SUBMIT |
				 DRM_AXLE_FEATURE_USER_QUEUES,
		[NEEDS_JOBS] = DRM_AXLE_FEATURE_SUBMIT,
		[NEEDS_RINGS] = DRM_AXLE_FEATURE_USER_QUEUES,
	};

	if (needs == NEEDS_NOTHING)
		return true;
	if (needs == NEEDS_BUFFERS)
		return dut->driver->buffers;
	if (needs == NEEDS_FOREIGN)
		return dut->driver->foreign;
	return dut_has(dut, features[needs]);
}

/* The pages are pinned, and need no mapping of the program. */
static bool fill_foreign(int fd)
{
	void *page =
		mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t handle;
	bool ok = page != MAP_FAILED &&
		  bo_from_user(fd, page, PAGE, DRM_AXLE_BO_READONLY, &handle) ==
			  0;

	munmap(page, PAGE);
	return ok && handle == 2;
}

static bool fill_buffers(const struct dut *dut, int fd)
{
	uint32_t handle;

	return bo_create(fd, 0, 4 * PAGE, DRM_AXLE_BO_CPU, &handle) == 0 &&
	       handle == 1 &&
	       (!refuse_has(dut, NEEDS_FOREIGN) || fill_foreign(fd));
}

static bool fill_file(const struct dut *dut, int fd)
{
	struct drm_axle_queue_create queue = {
		.engine = dut->driver->engine,
		.priority = 1,
	};
	uint32_t vm;

	if (refuse_has(dut, NEEDS_BUFFERS) && !fill_buffers(dut, fd))
		return false;
	if (refuse_has(dut, NEEDS_VM) && (vm_create(fd, &vm) || vm != 1))
		return false;
	queue.vm = dut->driver->addresses;
	if (refuse_has(dut, NEEDS_JOBS) &&
	    (queue_create(fd, &queue) || queue.queue != 1))
		return false;
	return sync_create(fd) == 1;
}

int refuse_open(const struct dut *dut)
{
	int fd = dut_open_compute(dut);

	if (fd >= 0 && fill_file(dut, fd))
		return fd;
	close(fd);
	return -1;
}

/* Numbers that are given out next tell what a call has left behind. */
static void check_unchanged(const struct dut *dut, int fd)
{
	uint32_t number;

	if (refuse_has(dut, NEEDS_BUFFERS)) {
		TAP_EQUAL(bo_create(fd, 0, PAGE, 0, &number), 0);
		TAP_EQUAL(number, 2 + refuse_has(dut, NEEDS_FOREIGN));
	}
	if (refuse_has(dut, NEEDS_VM)) {
		TAP_EQUAL(vm_create(fd, &number), 0);
		TAP_EQUAL(number, 2);
	}
}

void refuse_run(void)
{
	const struct refuse *row = tap_data();
	char copy[256];
	struct dut dut;
	int fd;

	DUT_OPEN(&dut);
	fd = refuse_open(&dut);
	TAP_REQUIRE(fd >= 0);
	memcpy(copy, row->arg, _IOC_SIZE(row->cmd));
	TAP_ERRNO(ioctl(fd, row->cmd, copy),
		  refuse_has(&dut, row->needs) ? row->want : EOPNOTSUPP);
	check_unchanged(&dut, fd);
	close(fd);
}
