// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs of devices without MMU: from buffers and offsets to addresses.
 *
 * What a driver writes for a job, slots of a ring and lists of segments, is
 * written twice by the same function: first to nowhere, to learn how much it
 * is, then into memory of that size. The memory is the job's.
 */
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include "axle_queue_internal.h"

/**
 * axle_job_build() - Write what the device gets of a job.
 * @job: a job that &axle_queue_ops.check looks at
 * @build: writes it with the functions below; called twice, and does the same
 *	both times
 *
 * Return: 0, -ENOMEM, -EINVAL for more slots than the queue has, or what @build
 * says.
 */
int axle_job_build(struct axle_job *job, int (*build)(struct axle_job *job))
{
	struct axle_queue *queue = job->queue;
	/* More than the allocator has is no reason for a warning. */
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN;
	int err;

	err = build(job);
	if (err)
		return err;
	if (job->num_slots > queue->slots)
		return -EINVAL;
	job->slots = kvcalloc(job->num_slots,
			      queue->adev->ops->queue->slot_size, gfp);
	if (!job->slots)
		return -ENOMEM;
	job->lists_size = job->lists_used;
	if (job->lists_size)
		job->lists = dma_alloc_coherent(queue->adev->drm.dev,
						job->lists_size,
						&job->lists_dma, gfp);
	if (job->lists_size && !job->lists)
		return -ENOMEM;
	job->num_slots = 0;
	job->lists_used = 0;
	return build(job);
}
EXPORT_SYMBOL_GPL(axle_job_build);

/**
 * axle_job_free_lists() - Free what axle_job_build() has allocated.
 * @job: the job
 */
void axle_job_free_lists(struct axle_job *job)
{
	if (job->lists)
		dma_free_coherent(job->queue->adev->drm.dev, job->lists_size,
				  job->lists, job->lists_dma);
	if (job->slots != job->commands)
		kvfree(job->slots);
}

/**
 * axle_job_slot() - Add a slot.
 * @job: a job that is being built
 * @slot: what goes into the ring
 */
void axle_job_slot(struct axle_job *job, const void *slot)
{
	u32 size = job->queue->adev->ops->queue->slot_size;

	if (job->slots)
		memcpy(job->slots + (size_t)job->num_slots * size, slot, size);
	job->num_slots++;
}
EXPORT_SYMBOL_GPL(axle_job_slot);

/**
 * axle_job_room() - Get memory that the device reads.
 * @job: a job that is being built
 * @size: bytes, a multiple of 16
 * @address: out: its address for the device
 *
 * Return: the memory, zeroed; NULL while it is only counted.
 */
void *axle_job_room(struct axle_job *job, size_t size, u64 *address)
{
	void *room = job->lists ? job->lists + job->lists_used : NULL;

	*address = job->lists_dma + job->lists_used;
	job->lists_used += size;
	return room;
}
EXPORT_SYMBOL_GPL(axle_job_room);

static struct axle_bo *axle_job_bo(struct axle_job *job,
				   const struct axle_range *range)
{
	u64 size;

	if (range->use >= job->num_bos ||
	    (range->write && !job->bos[range->use].write))
		return NULL;
	size = axle_bo_size(job->bos[range->use].bo);
	if (range->offset > size || range->size > size - range->offset)
		return NULL;
	return job->bos[range->use].bo;
}

/**
 * axle_job_word() - Where a few bytes of a buffer object are.
 * @job: a job that is being built
 * @range: which; aligned to its size, a power of two up to a page
 * @address: out: their address for the device
 *
 * Return: 0, or -EINVAL for a range that the job may not use.
 */
int axle_job_word(struct axle_job *job, const struct axle_range *range,
		  u64 *address)
{
	struct axle_bo *bo = axle_job_bo(job, range);

	if (!bo || !IS_ALIGNED(range->offset, range->size))
		return -EINVAL;
	*address = axle_bo_address(bo, range->offset, NULL);
	return 0;
}
EXPORT_SYMBOL_GPL(axle_job_word);

/**
 * axle_job_segments() - Write the list of segments of a range.
 * @job: a job that is being built
 * @range: which
 * @list: out: address of the list, of &struct axle_segment
 *
 * Return: how many segments, or -EINVAL for a range that the job may not use.
 */
int axle_job_segments(struct axle_job *job, const struct axle_range *range,
		      u64 *list)
{
	struct axle_bo *bo = axle_job_bo(job, range);
	u64 offset = range->offset, left = range->size, piece, at;
	struct axle_segment *segment;
	int count = 0;

	if (!bo)
		return -EINVAL;
	axle_job_room(job, 0, list);
	for (; left; left -= piece, offset += piece, count++) {
		u64 address = axle_bo_address(bo, offset, &piece);

		piece = min3(piece, left, (u64)SZ_1G);
		segment = axle_job_room(job, sizeof(*segment), &at);
		if (segment)
			*segment = (struct axle_segment){
				.address = cpu_to_le64(address),
				.size = cpu_to_le32(piece),
			};
	}
	return count;
}
EXPORT_SYMBOL_GPL(axle_job_segments);
