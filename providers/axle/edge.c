// SPDX-License-Identifier: MIT
/*
 * Kernel-mode queues of a device without an MMU: descriptors name buffer
 * objects, which the kernel looks up, keeps and turns into lists of segments. A
 * job is first written as for the others, and then its places are replaced.
 */
#include "kit.h"

#include <errno.h>
#include <stdlib.h>

#define ROOM_MIN 16u

static void *grow(void *old, uint32_t *room, uint32_t needed, size_t size)
{
	uint32_t more = *room ? *room : ROOM_MIN;
	void *new;

	if (needed <= *room)
		return old;
	while (more < needed)
		more *= 2;
	new = reallocarray(old, more, size);
	if (new)
		*room = more;
	return new;
}

/* A submission as it is built; memory is the queue's. */
struct builder {
	struct axle_queue *q;
	struct vnpu_desc *desc;
	uint32_t use_count;
	int err;
};

/* Each buffer object is named once. */
static uint32_t use(struct builder *b, uint32_t handle, bool write)
{
	uint32_t flags = write ? DRM_AXLE_USE_WRITE : 0, i;
	struct drm_axle_use *uses;

	for (i = 0; i < b->use_count; i++) {
		if (b->q->uses[i].handle != handle)
			continue;
		b->q->uses[i].flags |= flags;
		return i;
	}
	uses = grow(b->q->uses, &b->q->use_room, i + 1, sizeof(*uses));
	if (!uses) {
		b->err = -ENOMEM;
		return 0;
	}
	b->q->uses = uses;
	uses[i] = (struct drm_axle_use){ .handle = handle, .flags = flags };
	b->use_count++;
	return i;
}

static uint64_t offset_of(const struct axl_place *from)
{
	return from->offset + axle_bo_of(from->bo)->delta;
}

static uint32_t use_of(struct builder *b, const struct axl_place *from,
		       bool write)
{
	return use(b, axle_bo_of(from->bo)->memory.handle, write);
}

static struct vnpu_place place(struct builder *b, const struct axl_place *from,
			       bool write)
{
	return (struct vnpu_place){
		.address = htole64(offset_of(from)),
		.segments = htole32(use_of(b, from, write)),
	};
}

static void set_copy(struct builder *b, const struct axl_job *job)
{
	b->desc->copy.dst = place(b, &job->dst, true);
	b->desc->copy.src = place(b, &job->src, false);
}

static void set_exec(struct builder *b, const struct axl_job *job,
		     const struct axlv_slot *slot)
{
	struct vnpu_binding *out = (void *)(b->desc + 1);
	const struct axlv_program *program = axlv_program_of(job->program);
	uint32_t i;

	for (i = 0; i < job->binding_count; i++) {
		const struct axl_binding *from = &job->bindings[i];

		out[i] = (struct vnpu_binding){
			.place = place(b, &from->place,
				       from->kind != AXL_BINDING_INPUT),
			.size = htole64(from->size),
			.kind = htole16(axlv_bind_kind(from->kind)),
			.index = htole16((uint16_t)from->index),
		};
	}
	if (slot->scratch) {
		uint32_t handle = axle_block_handle(slot->scratch);

		out[i++] = (struct vnpu_binding){
			.place.segments = htole32(use(b, handle, true)),
			.size = htole64(program->scratch),
			.kind = htole16(VNPU_BIND_SCRATCH),
		};
	}
	b->desc->exec.program = htole32(program->handle);
	b->desc->exec.count = htole32(i);
}

static void set_places(struct builder *b, const struct axl_job *job,
		       const struct axlv_slot *slot)
{
	struct vnpu_desc *desc = b->desc;

	switch (desc->opcode) {
	case VNPU_OP_FILL:
		desc->fill.dst = place(b, &job->dst, true);
		break;
	case VNPU_OP_COPY:
		set_copy(b, job);
		break;
	case VNPU_OP_EXEC:
		set_exec(b, job, slot);
		break;
	case VNPU_OP_TIMESTAMP:
		desc->value.address = htole64(offset_of(&job->dst));
		desc->value.reserved0 = htole32(use_of(b, &job->dst, true));
		break;
	case VNPU_OP_WAIT:
		desc->value.address = 0;
		desc->value.reserved0 =
			htole32(use(b, b->q->word.handle, false));
		break;
	}
	if (job->span.bo) {
		desc->profile = htole64(offset_of(&job->span));
		desc->reserved = htole16((uint16_t)use_of(b, &job->span, true));
	}
}

/* The descriptor and, of EXEC, its bindings. */
static int build(struct builder *b, const struct axl_job *job,
		 uint64_t position, uint32_t *size)
{
	struct axlv_queue *vq = &b->q->vnpu;
	const struct axlv_slot *slot = axlv_slot(vq, position);
	uint64_t needed =
		sizeof(*b->desc) +
		(job->binding_count + 1ull) * sizeof(struct vnpu_binding);
	uint8_t *at;

	if (needed > DRM_AXLE_COMMANDS_MAX)
		return -EINVAL;
	at = grow(b->q->command, &b->q->command_room, (uint32_t)needed, 1);
	if (!at)
		return -ENOMEM;
	b->q->command = at;
	b->desc = (void *)at;
	*b->desc = *axlv_desc(vq, position);
	set_places(b, job, slot);
	*size = sizeof(*b->desc);
	if (b->desc->opcode == VNPU_OP_EXEC)
		*size += le32toh(b->desc->exec.count) *
			 (uint32_t)sizeof(struct vnpu_binding);
	return b->err;
}

static int submit(struct axle_queue *q, const struct axl_job *job,
		  uint64_t position)
{
	struct drm_axle_submit args = { 0 };
	struct builder b = { .q = q };
	int err = build(&b, job, position, &args.command_size);

	if (err)
		return err;
	args.commands = (uintptr_t)q->command;
	args.uses = (uintptr_t)q->uses;
	args.use_count = b.use_count;
	return axle_submit_at(q, &args, position);
}

int axle_edge_signal(struct axle_queue *q, struct drm_axle_submit *args,
		     uint64_t value)
{
	const struct drm_axle_use word = { .handle = q->word.handle,
					   .flags = DRM_AXLE_USE_WRITE };
	const struct vnpu_desc desc = {
		.opcode = VNPU_OP_SIGNAL,
		.value.value = htole64(value),
	};

	args->commands = (uintptr_t)&desc;
	args->command_size = sizeof(desc);
	args->uses = (uintptr_t)&word;
	args->use_count = 1;
	return axle_submit(axle_context_of(q->vnpu.base.context), args);
}

static int kick(struct axlv_queue *vq, const struct axl_job *jobs,
		uint32_t count, uint32_t *told)
{
	int err = 0;

	for (*told = 0; *told < count; ++*told) {
		err = submit((struct axle_queue *)vq, &jobs[*told],
			     vq->position - count + *told);
		if (err)
			break;
	}
	return err;
}

/* As axlv_write_exec(), but that the kernel writes the table. */
static int write_exec(struct axlv_queue *q, struct axlv_slot *slot,
		      const struct axl_job *job, struct vnpu_desc *desc)
{
	const struct axlv_program *program = axlv_program_of(job->program);
	int err = program->scratch ? axlv_need_scratch(q, program->scratch) : 0;

	for (uint32_t i = 0; !err && i < job->binding_count; i++)
		err = axlv_hold_bo(q, slot, job->bindings[i].place.bo);
	if (err)
		return err;
	if (program->scratch) {
		axlv_hold(q, slot)->scratch = q->scratch;
		q->scratch->refs++;
	}
	axlp_program_get(job->program);
	axlv_hold(q, slot)->program = job->program;
	desc->opcode = VNPU_OP_EXEC;
	return 0;
}

static const axlv_writer writers[] = {
	[AXL_JOB_NOP] = axlv_write_nop,
	[AXL_JOB_FILL] = axlv_write_fill,
	[AXL_JOB_COPY] = axlv_write_copy,
	[AXL_JOB_EXEC] = write_exec,
	[AXL_JOB_WAIT] = axle_write_wait,
	[AXL_JOB_TIMESTAMP] = axlv_write_timestamp,
};

const struct axlv_ops axle_edge_ops = {
	.writers = writers,
	.by_handle = true,
	.block_new = axle_block_new,
	.block_free = axle_block_free,
	.kick = kick,
	.update = axle_kernel_update,
};
