// SPDX-License-Identifier: MIT
/*
 * Kernel-mode queues of a device without an MMU: commands name buffer objects,
 * which the kernel looks up, keeps and turns into lists of segments. A job is
 * first written as a descriptor, as for the others, of which here only what is
 * not a place is used.
 */
#include "kit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	struct drm_axle_vnpu_command *command;
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

static struct drm_axle_vnpu_place
place(struct builder *b, const struct axl_place *from, bool write)
{
	const struct axle_bo *ab = axle_bo_of(from->bo);

	return (struct drm_axle_vnpu_place){
		.offset = from->offset + ab->delta,
		.use = use(b, ab->memory.handle, write),
	};
}

static struct drm_axle_vnpu_binding *bindings(struct builder *b)
{
	return (void *)(b->command + 1);
}

static void add_bindings(struct builder *b, const struct axl_job *job,
			 const struct axlv_slot *slot)
{
	struct drm_axle_vnpu_binding *out = bindings(b);
	const struct axlv_program *program = axlv_program_of(job->program);
	uint32_t i;

	for (i = 0; i < job->binding_count; i++) {
		const struct axl_binding *from = &job->bindings[i];

		out[i] = (struct drm_axle_vnpu_binding){
			.place = place(b, &from->place,
				       from->kind != AXL_BINDING_INPUT),
			.size = from->size,
			.kind = axlv_bind_kind(from->kind),
			.index = (uint16_t)from->index,
		};
	}
	if (slot->scratch)
		out[i++] = (struct drm_axle_vnpu_binding){
			.place.use =
				use(b, axle_block_handle(slot->scratch), true),
			.size = program->scratch,
			.kind = VNPU_BIND_SCRATCH,
		};
	b->command->program = program->handle;
	b->command->binding_count = i;
}

static void add_places(struct builder *b, const struct axl_job *job)
{
	struct drm_axle_vnpu_command *command = b->command;

	if (job->dst.bo)
		command->dst = place(b, &job->dst, true);
	if (job->src.bo)
		command->src = place(b, &job->src, false);
	if (job->span.bo) {
		command->flags = VNPU_DESC_PROFILE;
		command->profile = place(b, &job->span, true);
	}
	command->size = job->size;
	command->value = job->value;
}

/* Waits for what a bridge stores; the descriptor has the value. */
static void add_word(struct builder *b, const struct vnpu_desc *desc)
{
	b->command->kind = (uint16_t)le32toh(desc->value.kind);
	b->command->value = le64toh(desc->value.value);
	b->command->dst.use = use(b, b->q->word.handle, true);
}

static int build(struct builder *b, const struct axl_job *job,
		 uint64_t position, uint32_t *size)
{
	struct axlv_queue *vq = &b->q->vnpu;
	const struct axlv_slot *slot = axlv_slot(vq, position);
	const struct vnpu_desc *desc = axlv_desc(vq, position);
	uint32_t room = job->binding_count + 1;
	uint8_t *at;

	*size = sizeof(*b->command) +
		room * (uint32_t)sizeof(struct drm_axle_vnpu_binding);
	if (*size > DRM_AXLE_COMMANDS_MAX)
		return -EINVAL;
	at = grow(b->q->command, &b->q->command_room, *size, 1);
	if (!at)
		return -ENOMEM;
	b->q->command = at;
	b->command = memset(at, 0, *size);
	b->command->opcode = desc->opcode;
	b->command->timeout_ms = job->timeout_ms;
	add_places(b, job);
	if (desc->opcode == VNPU_OP_EXEC)
		add_bindings(b, job, slot);
	if (desc->opcode == VNPU_OP_WAIT)
		add_word(b, desc);
	*size = sizeof(*b->command) +
		b->command->binding_count *
			(uint32_t)sizeof(struct drm_axle_vnpu_binding);
	return b->err;
}

static int submit(struct axle_queue *q, const struct axl_job *job,
		  uint64_t position)
{
	const struct drm_axle_sync out = {
		.handle = q->timeline,
		.flags = DRM_AXLE_SYNC_TIMELINE,
		.point = position + 1,
	};
	struct drm_axle_submit args = {
		.queue = q->number,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
	};
	struct builder b = { .q = q };
	int err = build(&b, job, position, &args.command_size);

	if (err)
		return err;
	args.commands = (uintptr_t)q->command;
	args.uses = (uintptr_t)q->uses;
	args.use_count = b.use_count;
	return axle_submit(axle_context_of(q->vnpu.base.context), &args);
}

int axle_edge_signal(struct axle_queue *q, struct drm_axle_submit *args,
		     uint64_t value)
{
	const struct drm_axle_use uses = { .handle = q->word.handle,
					   .flags = DRM_AXLE_USE_WRITE };
	const struct drm_axle_vnpu_command command = {
		.opcode = VNPU_OP_SIGNAL,
		.value = value,
	};

	args->commands = (uintptr_t)&command;
	args->command_size = sizeof(command);
	args->uses = (uintptr_t)&uses;
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
