// SPDX-License-Identifier: MIT
/*
 * Helpers of the tests about queues. They hold no state; whatever they open,
 * the caller closes.
 */
#include "queue.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bo.h"
#include "uapi.h"

#define WAIT_MS 10000

int queue_create(int fd, struct drm_axle_queue_create *args)
{
	return ioctl(fd, DRM_IOCTL_AXLE_QUEUE_CREATE, args);
}

uint32_t queue_open(int fd, uint32_t engine, uint32_t timeout_ms)
{
	struct drm_axle_queue_create args = {
		.engine = engine,
		.priority = 1,
		.timeout_ms = timeout_ms,
	};

	return queue_create(fd, &args) ? 0 : args.queue;
}

int queue_destroy(int fd, uint32_t queue)
{
	struct drm_axle_queue_destroy args = { .queue = queue };

	return ioctl(fd, DRM_IOCTL_AXLE_QUEUE_DESTROY, &args);
}

int program_create(int fd, const void *data, uint64_t size, uint32_t *program)
{
	struct drm_axle_program_create args = {
		.data = (uintptr_t)data,
		.size = size,
	};
	int result = ioctl(fd, DRM_IOCTL_AXLE_PROGRAM_CREATE, &args);

	*program = args.program;
	return result;
}

int program_destroy(int fd, uint32_t program)
{
	struct drm_axle_program_destroy args = { .program = program };

	return ioctl(fd, DRM_IOCTL_AXLE_PROGRAM_DESTROY, &args);
}

int job_submit(int fd, uint32_t queue, const struct job *job)
{
	struct drm_axle_submit args = {
		.queue = queue,
		.commands = (uintptr_t)job->commands,
		.command_size = job->count * sizeof(*job->commands),
		.uses = (uintptr_t)job->uses,
		.use_count = job->use_count,
		.in_syncs = (uintptr_t)job->in,
		.in_sync_count = job->in_count,
		.out_syncs = (uintptr_t)job->out,
		.out_sync_count = job->out_count,
	};

	return ioctl(fd, DRM_IOCTL_AXLE_SUBMIT, &args);
}

int job_simple(int fd, uint32_t queue, const struct mock_command *command,
	       uint32_t handle, uint32_t out)
{
	struct drm_axle_use use = { handle, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync sync = { .handle = out };
	struct job job = {
		.commands = command,
		.count = 1,
		.uses = &use,
		.use_count = handle != 0,
		.out = &sync,
		.out_count = out != 0,
	};

	return job_submit(fd, queue, &job);
}

static void *map(int fd, uint64_t offset, size_t size, int prot)
{
	return mmap(NULL, size, prot, MAP_SHARED, fd, offset);
}

bool user_queue_open(struct user_queue *queue, int fd, uint32_t slots,
		     uint32_t timeout_ms)
{
	struct drm_axle_queue_create *info = &queue->info;
	int both = PROT_READ | PROT_WRITE;

	memset(queue, 0, sizeof(*queue));
	queue->fd = fd;
	*info = (struct drm_axle_queue_create){
		.engine = MOCK_ENGINE_RINGS,
		.mode = DRM_AXLE_QUEUE_USER,
		.priority = 1,
		.slots = slots,
		.timeout_ms = timeout_ms,
	};
	if (queue_create(fd, info))
		return false;
	queue->ring = map(fd, info->ring_offset, info->ring_size, both);
	queue->status =
		map(fd, info->status_offset, info->page_size, PROT_READ);
	queue->tail = map(fd, info->tail_offset, info->page_size, both);
	queue->wake = map(fd, info->wake_offset, info->page_size, both);
	return queue->ring != MAP_FAILED && queue->status != MAP_FAILED &&
	       queue->tail != MAP_FAILED && queue->wake != MAP_FAILED;
}

void user_queue_unmap(struct user_queue *queue)
{
	munmap(queue->ring, queue->info.ring_size);
	munmap((void *)queue->status, queue->info.page_size);
	munmap((void *)queue->tail, queue->info.page_size);
	munmap((void *)queue->wake, queue->info.page_size);
}

bool user_queue_open_alone(struct user_queue *queue, uint32_t slots,
			   uint32_t timeout_ms)
{
	int fd = mock_open();

	return fd >= 0 && user_queue_open(queue, fd, slots, timeout_ms);
}

void user_queue_close(struct user_queue *queue)
{
	user_queue_unmap(queue);
	close(queue->fd);
}

uint64_t user_queue_put(struct user_queue *queue, uint32_t op, uint32_t ms,
			uint64_t value)
{
	uint64_t position = queue->written++;

	queue->ring[position % queue->info.slots] =
		(struct mock_slot){ op, ms, value };
	atomic_thread_fence(memory_order_release);
	*queue->tail = (uint32_t)queue->written;
	return position;
}

bool user_queue_wait(const struct user_queue *queue, uint64_t done)
{
	uint64_t end = uapi_now_ms() + WAIT_MS;

	while (queue->status->done < done) {
		if (uapi_now_ms() > end)
			return false;
		usleep(500);
	}
	return true;
}

int queue_fence(int fd, uint32_t queue, uint64_t position, uint32_t handle,
		uint64_t point)
{
	struct drm_axle_queue_fence args = {
		.queue = queue,
		.position = position,
		.sync = {
			.handle = handle,
			.flags = point ? DRM_AXLE_SYNC_TIMELINE : 0,
			.point = point,
		},
	};

	return ioctl(fd, DRM_IOCTL_AXLE_QUEUE_FENCE, &args);
}

bool event_next(int fd, struct drm_axle_event *event, int timeout_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	if (poll(&ready, 1, timeout_ms) != 1 || !(ready.revents & POLLIN))
		return false;
	return read(fd, event, sizeof(*event)) == sizeof(*event);
}
