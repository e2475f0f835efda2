// SPDX-License-Identifier: MIT
/*
 * Kernel-mode queues: one SUBMIT a job, which signals a point of the queue's
 * timeline. Ring and record are this library's own: the ring is where jobs are
 * written before they are submitted, the record is what the kernel said last.
 */
#include "kit.h"

#include <errno.h>
#include <stdlib.h>

int axle_submit(struct axle_context *ac, struct drm_axle_submit *args)
{
	return axle_call(ac, DRM_IOCTL_AXLE_SUBMIT, args);
}

int axle_submit_at(struct axle_queue *q, struct drm_axle_submit *args,
		   uint64_t position)
{
	struct axle_context *ac = axle_context_of(q->vnpu.base.context);
	uint32_t *result = &q->results[position & (q->vnpu.slot_count - 1)];
	int err = *result ? 0 : axle_sync_new(ac, result);
	const struct drm_axle_sync out[] = {
		{ .handle = q->timeline,
		  .flags = DRM_AXLE_SYNC_TIMELINE,
		  .point = position + 1 },
		{ .handle = *result },
	};

	if (err)
		return err;
	args->queue = q->number;
	args->out_syncs = (uintptr_t)out;
	args->out_sync_count = AXLP_ARRAY_SIZE(out);
	err = axle_submit(ac, args);
	if (!err)
		atomic_store(&q->submitted, position + 1);
	return err;
}

static int submit(struct axle_queue *q, uint64_t position)
{
	struct drm_axle_submit args = {
		.commands = (uintptr_t)axlv_desc(&q->vnpu, position),
		.command_size = sizeof(struct vnpu_desc),
	};

	return axle_submit_at(q, &args, position);
}

static int kick(struct axlv_queue *vq, const struct axl_job *jobs,
		uint32_t count, uint32_t *told)
{
	struct axle_queue *q = (struct axle_queue *)vq;
	int err = 0;

	(void)jobs;
	for (*told = 0; *told < count; ++*told) {
		err = submit(q, vq->position - count + *told);
		if (err)
			break;
	}
	return err;
}

void axle_kernel_update(struct axlv_queue *vq)
{
	uint64_t done;

	if (axle_queue_ask((struct axle_queue *)vq, &done) == 0)
		__atomic_store_n(&vq->status->done, htole64(done),
				 __ATOMIC_SEQ_CST);
}

const axlv_writer axle_writers[] = {
	[AXL_JOB_NOP] = axlv_write_nop,
	[AXL_JOB_FILL] = axlv_write_fill,
	[AXL_JOB_COPY] = axlv_write_copy,
	[AXL_JOB_EXEC] = axlv_write_exec,
	[AXL_JOB_WAIT] = axle_write_wait,
	[AXL_JOB_TIMESTAMP] = axlv_write_timestamp,
};

const struct axlv_ops axle_kernel_ops = {
	.writers = axle_writers,
	.by_handle = true,
	.block_new = axle_block_new,
	.block_free = axle_block_free,
	.kick = kick,
	.update = axle_kernel_update,
};

int axle_kernel_init(struct axle_queue *q)
{
	struct axlv_queue *vq = &q->vnpu;

	vq->ring = calloc(vq->slot_count, sizeof(*vq->ring));
	vq->status = calloc(1, sizeof(*vq->status));
	q->results = calloc(vq->slot_count, sizeof(*q->results));
	if (!vq->ring || !vq->status || !q->results)
		return -ENOMEM;
	return axle_sync_new(axle_context_of(vq->base.context), &q->timeline);
}

void axle_kernel_fini(struct axle_queue *q)
{
	struct axle_context *ac = axle_context_of(q->vnpu.base.context);

	for (uint32_t i = 0; q->results && i < q->vnpu.slot_count; i++)
		axle_sync_free(ac, q->results[i]);
	axle_sync_free(ac, q->timeline);
	free(q->results);
	free(q->vnpu.ring);
	free(q->vnpu.status);
	free(q->command);
	free(q->uses);
}
