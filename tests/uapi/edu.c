// SPDX-License-Identifier: MIT
/* Helpers of the tests with QEMU's edu device. They hold no state. */
#include "edu.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bo.h"
#include "queue.h"
#include "uapi.h"

#define WAIT_MS 20000

bool edu_use(struct edu *edu, int fd, uint32_t timeout_ms)
{
	void *bytes;

	memset(edu, 0, sizeof(*edu));
	edu->fd = fd;
	for (int i = 0; i < EDU_ENGINES; i++) {
		edu->queues[i] = queue_open(fd, i, timeout_ms);
		if (!edu->queues[i])
			return false;
	}
	edu->sync = sync_create(fd);
	if (!edu->sync || bo_create(fd, 0, EDU_SIZE, DRM_AXLE_BO_CPU, &edu->bo))
		return false;
	bytes = bo_map(fd, edu->bo);
	if (bytes == MAP_FAILED)
		return false;
	edu->bytes = bytes;
	return true;
}

bool edu_open(struct edu *edu, uint32_t timeout_ms)
{
	int fd = uapi_open_compute(uapi_find("edu"));

	if (fd < 0)
		return false;
	if (edu_use(edu, fd, timeout_ms))
		return true;
	edu_close(edu);
	return false;
}

void edu_close(struct edu *edu)
{
	if (edu->bytes)
		munmap(edu->bytes, EDU_SIZE);
	close(edu->fd);
}

int edu_submit(struct edu *edu, uint32_t queue,
	       const struct drm_axle_edu_command *commands, uint32_t count)
{
	struct drm_axle_use use = { edu->bo, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = { .handle = edu->sync };
	struct drm_axle_submit args = {
		.queue = queue,
		.commands = (uintptr_t)commands,
		.command_size = count * sizeof(*commands),
		.uses = (uintptr_t)&use,
		.use_count = 1,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
	};

	return ioctl(edu->fd, DRM_IOCTL_AXLE_SUBMIT, &args);
}

int edu_wait(struct edu *edu)
{
	int status;

	if (sync_wait(edu->fd, edu->sync, 0, WAIT_MS))
		return -errno;
	errno = 0;
	status = sync_status(edu->fd, edu->sync);
	/* What sync_status() says if the call for it failed. */
	return status == -EBADF ? -errno : status;
}

int edu_run(struct edu *edu, enum edu_engine engine,
	    const struct drm_axle_edu_command *commands, uint32_t count)
{
	if (edu_submit(edu, edu->queues[engine], commands, count))
		return -errno;
	return edu_wait(edu);
}

int edu_factorial(struct edu *edu, uint32_t n, uint32_t *result)
{
	struct drm_axle_edu_command command = { .op = DRM_AXLE_EDU_FACTORIAL,
						.value = n };
	int err = edu_run(edu, EDU_FACTORIAL, &command, 1);

	/* The memory of a removed device cannot be read. */
	if (!err)
		memcpy(result, edu->bytes, sizeof(*result));
	return err;
}

int edu_copy(struct edu *edu, uint64_t dst, uint64_t src, uint32_t size)
{
	struct drm_axle_edu_command commands[] = {
		{ .op = DRM_AXLE_EDU_LOAD, .value = size, .offset = src },
		{ .op = DRM_AXLE_EDU_STORE, .value = size, .offset = dst },
	};

	return edu_run(edu, EDU_DMA, commands, 2);
}
