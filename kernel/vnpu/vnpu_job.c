// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs of kernel-mode queues: from what users submit to descriptors.
 *
 * In the datacenter profile the device checks all but the numbers of programs,
 * by the queue's address space. In the edge profile descriptors have bus
 * addresses, so what a user means by buffer and offset is replaced here by
 * lists of segments (section 14); everything else the device checks. That is
 * done twice: first to learn how much memory the lists take.
 */
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include "vnpu.h"

/**
 * struct vnpu_lists - Lists of segments and bindings of a job; its priv.
 */
struct vnpu_lists {
	/** @at: The memory; NULL while it is measured. */
	void *at;
	/** @dma: Its address for the device. */
	dma_addr_t dma;
	/** @size: Bytes of it. */
	size_t size;
	/** @used: Bytes in use. */
	size_t used;
	/** @count: Descriptors. */
	u32 count;
};

/* The number of the user's becomes the device's; the job keeps the program. */
static int vnpu_set_program(struct axle_job *job, struct vnpu_op_exec *exec)
{
	struct axle_program *program =
		axle_job_program(job, le32_to_cpu(exec->program));

	if (IS_ERR(program))
		return PTR_ERR(program);
	exec->program =
		cpu_to_le32(DRM_AXLE_VNPU_PROGRAM_NUMBER(program->info));
	return 0;
}

int vnpu_check(struct axle_job *job)
{
	struct vnpu_desc *descs;
	u32 i;
	int err = 0;

	job->num_slots = job->command_size / sizeof(*descs);
	if (job->command_size % sizeof(*descs))
		return -EINVAL;
	descs = kvmemdup(job->commands, job->command_size, GFP_KERNEL_ACCOUNT);
	job->slots = descs;
	if (!descs)
		return -ENOMEM;
	for (i = 0; i < job->num_slots && !err; i++)
		if (descs[i].opcode == VNPU_OP_EXEC)
			err = vnpu_set_program(job, &descs[i].exec);
	return err;
}

static struct axle_bo *vnpu_bo(struct axle_job *job, u32 use, u64 offset,
			       u64 size, bool write)
{
	struct axle_bo *bo;

	if (use >= job->num_bos || (write && !job->bos[use].write))
		return NULL;
	bo = job->bos[use].bo;
	return offset <= axle_bo_size(bo) && size <= axle_bo_size(bo) - offset ?
		       bo :
		       NULL;
}

/* A few bytes that do not cross a page. */
static int vnpu_word(struct axle_job *job, u32 use, u32 size, bool write,
		     __le64 *address)
{
	u64 offset = le64_to_cpu(*address);
	struct axle_bo *bo = vnpu_bo(job, use, offset, size, write);

	if (!bo || !IS_ALIGNED(offset, size))
		return -EINVAL;
	*address = cpu_to_le64(axle_bo_address(bo, offset, NULL));
	return 0;
}

static void vnpu_add_segment(struct vnpu_lists *lists, u64 address, u32 size)
{
	struct vnpu_segment *segment = lists->at + lists->used;

	if (lists->at)
		*segment = (struct vnpu_segment){
			.address = cpu_to_le64(address),
			.size = cpu_to_le32(size),
		};
	lists->used += sizeof(*segment);
}

static int vnpu_set_place(struct axle_job *job, u64 size, bool write,
			  struct vnpu_place *place)
{
	u64 offset = le64_to_cpu(place->address), piece;
	struct axle_bo *bo =
		vnpu_bo(job, le32_to_cpu(place->segments), offset, size, write);
	struct vnpu_lists *lists = job->priv;
	u32 count = 0;

	if (!bo || place->flags)
		return -EINVAL;
	place->address = cpu_to_le64(lists->dma + lists->used);
	for (; size; size -= piece, offset += piece, count++) {
		u64 at = axle_bo_address(bo, offset, &piece);

		piece = min3(piece, size, (u64)SZ_1G);
		vnpu_add_segment(lists, at, piece);
	}
	place->segments = cpu_to_le32(count);
	return count <= VNPU_SEGMENTS_MAX ? 0 : -EINVAL;
}

/* The table comes first, then the lists that it names. */
static int vnpu_set_bindings(struct axle_job *job, const void **next,
			     struct vnpu_op_exec *exec)
{
	u32 count = le32_to_cpu(exec->count), i;
	size_t size = (size_t)count * sizeof(struct vnpu_binding);
	struct vnpu_lists *lists = job->priv;
	struct vnpu_binding *table = lists->at ? lists->at + lists->used : NULL;
	struct vnpu_binding binding;
	int err = 0;

	if (memchr_inv(&exec->bindings, 0, sizeof(exec->bindings)) ||
	    size > job->commands + job->command_size - *next)
		return -EINVAL;
	exec->bindings.address = cpu_to_le64(lists->dma + lists->used);
	lists->used += size;
	for (i = 0; i < count && !err; i++, *next += sizeof(binding)) {
		memcpy(&binding, *next, sizeof(binding));
		err = vnpu_set_place(job, le64_to_cpu(binding.size),
				     le16_to_cpu(binding.kind) !=
					     VNPU_BIND_INPUT,
				     &binding.place);
		if (table)
			table[i] = binding;
	}
	return err ?: vnpu_set_program(job, exec);
}

static int vnpu_set_value(struct axle_job *job, bool write,
			  struct vnpu_op_value *value)
{
	u32 use = le32_to_cpu(value->reserved0);

	value->reserved0 = 0;
	return vnpu_word(job, use, 8, write, &value->address);
}

static int vnpu_set_desc(struct axle_job *job, const void **next,
			 struct vnpu_desc *desc)
{
	u64 size = le64_to_cpu(desc->copy.size);
	int err;

	switch (desc->opcode) {
	case VNPU_OP_FILL:
		return vnpu_set_place(job, le64_to_cpu(desc->fill.size), true,
				      &desc->fill.dst);
	case VNPU_OP_COPY:
		err = vnpu_set_place(job, size, true, &desc->copy.dst);
		return err ?: vnpu_set_place(job, size, false, &desc->copy.src);
	case VNPU_OP_EXEC:
		return vnpu_set_bindings(job, next, &desc->exec);
	case VNPU_OP_SIGNAL:
	case VNPU_OP_TIMESTAMP:
	case VNPU_OP_WAIT:
		return vnpu_set_value(job, desc->opcode != VNPU_OP_WAIT,
				      &desc->value);
	case VNPU_OP_NOP:
	case VNPU_OP_TRAP:
		return 0;
	}
	return -EINVAL;
}

/* Descriptors go to @descs, if there is memory for them by now. */
static int vnpu_translate(struct axle_job *job, struct vnpu_desc *descs)
{
	const void *next = job->commands, *end = next + job->command_size;
	struct vnpu_lists *lists = job->priv;
	struct vnpu_desc desc;
	int err;

	lists->used = 0;
	for (lists->count = 0; next < end; lists->count++) {
		if (end - next < sizeof(desc))
			return -EINVAL;
		memcpy(&desc, next, sizeof(desc));
		next += sizeof(desc);
		err = vnpu_set_desc(job, &next, &desc);
		if (!err && desc.flags & VNPU_DESC_PROFILE)
			err = vnpu_word(job, le16_to_cpu(desc.reserved), 16,
					true, &desc.profile);
		if (err)
			return err;
		desc.reserved = 0;
		if (descs)
			descs[lists->count] = desc;
	}
	return 0;
}

int vnpu_edge_check(struct axle_job *job)
{
	struct device *dev = job->queue->adev->drm.dev;
	struct vnpu_lists *lists = kzalloc(sizeof(*lists), GFP_KERNEL_ACCOUNT);
	int err;

	job->priv = lists;
	if (!lists)
		return -ENOMEM;
	err = vnpu_translate(job, NULL);
	if (err)
		return err;
	job->num_slots = lists->count;
	job->slots = kvcalloc(lists->count, sizeof(struct vnpu_desc),
			      GFP_KERNEL_ACCOUNT);
	lists->size = lists->used;
	if (lists->size)
		lists->at = dma_alloc_coherent(dev, lists->size, &lists->dma,
					       GFP_KERNEL_ACCOUNT);
	if (!job->slots || (lists->size && !lists->at))
		return -ENOMEM;
	return vnpu_translate(job, job->slots);
}

void vnpu_release(struct axle_job *job)
{
	struct vnpu_lists *lists = job->priv;

	if (lists && lists->at)
		dma_free_coherent(job->queue->adev->drm.dev, lists->size,
				  lists->at, lists->dma);
	kfree(lists);
}
