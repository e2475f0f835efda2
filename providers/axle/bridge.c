// SPDX-License-Identifier: MIT
/*
 * Jobs that wait for jobs of other queues. A program cannot have the device
 * look at the record of another queue, which is the kernel's memory. So a queue
 * gets a second one when it first waits, a kernel-mode queue: its jobs wait for
 * a fence and then store a number into a word, and the queue's own job waits
 * for that number. One a queue, because what waits in one queue is in order.
 *
 * On the thread that has the queue, with the lock of its slots. The lock of the
 * other queue is taken with it; nobody holds that and wants slots.
 */
#include "kit.h"

#include <errno.h>

void axle_bridge_cut(struct axle_queue *q)
{
	axle_number_free(axle_context_of(q->vnpu.base.context), q->bridge);
	q->bridge = 0;
}

void axle_bridge_fini(struct axle_queue *q)
{
	axle_bridge_cut(q);
	axle_memory_free(axle_context_of(q->vnpu.base.context), &q->word);
}

static int build(struct axle_context *ac, struct axle_queue *q)
{
	struct drm_axle_queue_create args = {
		.engine = AXLE_ENGINE,
		.mode = DRM_AXLE_QUEUE_KERNEL,
		.slots = q->vnpu.slot_count,
	};
	int err = 0;

	if (!q->word.handle)
		err = axle_memory_new(ac, sizeof(uint64_t), 0, true, &q->word);
	if (err || q->bridge)
		return err;
	err = axle_number_new(ac, &args, q->config.priority);
	if (!err)
		q->bridge = args.queue;
	return err == -ENOSPC ? -EBUSY : err;
}

static int signal_ring(struct axle_context *ac, struct axle_queue *q,
		       struct drm_axle_submit *args, uint64_t value)
{
	const struct vnpu_desc desc = {
		.opcode = VNPU_OP_SIGNAL,
		.value = { .address = htole64(q->word.range.start),
			   .value = htole64(value) },
	};

	args->commands = (uintptr_t)&desc;
	args->command_size = sizeof(desc);
	return axle_submit(ac, args);
}

/* The word becomes value once the point is decided. 1: it is already. */
static int cross(struct axle_context *ac, struct axle_queue *q,
		 struct axle_queue *other, uint64_t point)
{
	struct drm_axle_submit args = { .in_sync_count = 1 };
	struct drm_axle_sync in = { 0 };
	struct axle_sync sync;
	int err = build(ac, q);

	if (err)
		return err;
	err = axle_sync_of(other, point, &sync);
	if (err)
		return err;
	in.handle = sync.handle;
	in.point = sync.point;
	in.flags = sync.point ? DRM_AXLE_SYNC_TIMELINE : 0;
	args.queue = q->bridge;
	args.in_syncs = (uintptr_t)&in;
	err = ac->has_vm ? signal_ring(ac, q, &args, q->bridged + 1) :
			   axle_edge_signal(q, &args, q->bridged + 1);
	axle_sync_done(&sync);
	if (!err)
		q->bridged++;
	return err;
}

int axle_write_wait(struct axlv_queue *vq, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc)
{
	struct axle_queue *q = (struct axle_queue *)vq;
	struct axle_queue *other = axle_queue_of(job->fence->queue);
	int err = axlv_point(&other->vnpu, job->fence->point);

	/* It would go on as if all were well. */
	if (err < 0)
		return -ECANCELED;
	desc->opcode = VNPU_OP_NOP;
	/* What is before it in the same queue is done by then. */
	if (err == 0 || other == q)
		return 0;
	err = cross(axle_context_of(vq->base.context), q, other,
		    job->fence->point);
	if (err == 1)
		return 0;
	if (err)
		return err;
	desc->opcode = VNPU_OP_WAIT;
	desc->value.address = htole64(q->word.range.start);
	desc->value.value = htole64(q->bridged);
	desc->value.kind = htole32(VNPU_WAIT_GE);
	axlv_hold_queue(vq, slot, &other->vnpu.base);
	return 0;
}
