// SPDX-License-Identifier: MIT
/* User-mode queues of the device under test. */
#include "dut.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bo.h"
#include "queue.h"
#include "uapi.h"

static void *map(int fd, uint64_t offset, size_t size, int prot)
{
	void *address = mmap(NULL, size, prot, MAP_SHARED, fd, offset);

	return address == MAP_FAILED ? NULL : address;
}

bool dut_ring_open(struct dut_ring *ring, const struct dut_context *ctx,
		   uint32_t timeout_ms)
{
	struct drm_axle_queue_create *info = &ring->info;
	int both = PROT_READ | PROT_WRITE;

	*ring = (struct dut_ring){ .ctx = ctx };
	*info = (struct drm_axle_queue_create){
		.engine = ctx->dut->driver->engine,
		.mode = DRM_AXLE_QUEUE_USER,
		.vm = ctx->vm,
		.priority = 1,
		.timeout_ms = timeout_ms,
	};
	if (queue_create(ctx->fd, info))
		return false;
	ring->ring = map(ctx->fd, info->ring_offset, info->ring_size, both);
	ring->status =
		map(ctx->fd, info->status_offset, info->page_size, PROT_READ);
	ring->tail = map(ctx->fd, info->tail_offset, info->page_size, both);
	ring->wake = map(ctx->fd, info->wake_offset, info->page_size, both);
	return ring->ring && ring->status && ring->tail && ring->wake;
}

void dut_ring_unmap(struct dut_ring *ring)
{
	munmap(ring->ring, ring->info.ring_size);
	munmap((void *)ring->status, ring->info.page_size);
	munmap((void *)ring->tail, ring->info.page_size);
	munmap((void *)ring->wake, ring->info.page_size);
}

void dut_ring_close(struct dut_ring *ring)
{
	dut_ring_unmap(ring);
	queue_destroy(ring->ctx->fd, ring->info.queue);
}

static uint64_t done(const struct dut_ring *ring)
{
	return ring->ctx->dut->driver->done(ring->status);
}

/* The slot is written; the order is that of docs/vnpu.md, section 5.3. */
static uint64_t ring_it(struct dut_ring *ring)
{
	uint64_t position = ring->written++;

	atomic_thread_fence(memory_order_release);
	*ring->tail = (uint32_t)ring->written;
	atomic_thread_fence(memory_order_seq_cst);
	if (ring->ctx->dut->driver->asleep(ring->status))
		*ring->wake = 1;
	return position;
}

/* Slots are overwritten once they are done, and not before. */
static void make_room(const struct dut_ring *ring)
{
	uint64_t end = uapi_now_ms() + DUT_PATIENCE_MS;

	while (ring->written - done(ring) >= ring->info.slots &&
	       uapi_now_ms() < end)
		usleep(200);
}

uint64_t dut_ring_put(struct dut_ring *ring, const struct dut_command *command)
{
	const struct dut_driver *driver = ring->ctx->dut->driver;

	make_room(ring);
	driver->slot(ring->ring + ring->written % ring->info.slots *
					  driver->slot_size,
		     command);
	return ring_it(ring);
}

void dut_ring_mark(struct dut_ring *ring, uint64_t value)
{
	make_room(ring);
	ring->ctx->dut->driver->mark(ring, value);
	ring_it(ring);
}

bool dut_ring_right(struct dut_ring *ring)
{
	uint64_t end = uapi_now_ms() + DUT_PATIENCE_MS;

	while (done(ring) < ring->written) {
		if (uapi_now_ms() > end)
			return false;
		usleep(200);
	}
	return ring->ctx->dut->driver->marked(ring) == ring->expected;
}

int dut_ring_fence(const struct dut_ring *ring, uint64_t position)
{
	uint32_t sync = sync_create(ring->ctx->fd);
	int result;

	if (queue_fence(ring->ctx->fd, ring->info.queue, position, sync, 0))
		result = -errno;
	else
		result = dut_fence(ring->ctx, sync);
	sync_destroy(ring->ctx->fd, sync);
	return result;
}
