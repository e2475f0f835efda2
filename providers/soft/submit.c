// SPDX-License-Identifier: MIT
/*
 * From jobs to descriptors: fills slots of the ring, then stores the tail and
 * wakes the device if it sleeps (section 5.3).
 *
 * Runs on the thread that has the queue, with the lock of its slots. What a job
 * uses is held by its slot until the slot is retired (queue.c).
 */
#include "soft.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define TABLE_ROOM_MIN 8u
#define BOS_ROOM_MIN 4u
/* More than are submitted: a backlog melts away, and no call takes long. */
#define RETIRED_BESIDES 2u

static uint64_t address_of(const struct axl_place *place)
{
	return htole64((uintptr_t)place->bo->memory + place->offset);
}

static struct soft_slot *hold(struct soft_queue *q, struct soft_slot *slot)
{
	if (!slot->holds) {
		slot->holds = true;
		atomic_fetch_add(&q->holding, 1);
	}
	return slot;
}

static int hold_bo(struct soft_queue *q, struct soft_slot *slot,
		   struct axl_bo *bo)
{
	uint32_t room = slot->bo_room ? slot->bo_room * 2 : BOS_ROOM_MIN;
	struct axl_bo **bos = slot->bos;

	if (slot->bo_count == slot->bo_room) {
		bos = reallocarray(bos, room, sizeof(struct axl_bo *));
		if (!bos)
			return -ENOMEM;
		slot->bos = bos;
		slot->bo_room = room;
	}
	axlp_bo_get(bo);
	hold(q, slot)->bos[slot->bo_count++] = bo;
	return 0;
}

static int write_nop(struct soft_queue *q, struct soft_slot *slot,
		     const struct axl_job *job, struct vnpu_desc *desc)
{
	(void)q;
	(void)slot;
	(void)job;
	desc->opcode = VNPU_OP_NOP;
	return 0;
}

static int write_fill(struct soft_queue *q, struct soft_slot *slot,
		      const struct axl_job *job, struct vnpu_desc *desc)
{
	desc->opcode = VNPU_OP_FILL;
	desc->fill.dst.address = address_of(&job->dst);
	desc->fill.size = htole64(job->size);
	desc->fill.pattern = htole64(job->value);
	return hold_bo(q, slot, job->dst.bo);
}

static int write_copy(struct soft_queue *q, struct soft_slot *slot,
		      const struct axl_job *job, struct vnpu_desc *desc)
{
	int err;

	desc->opcode = VNPU_OP_COPY;
	desc->copy.dst.address = address_of(&job->dst);
	desc->copy.src.address = address_of(&job->src);
	desc->copy.size = htole64(job->size);
	err = hold_bo(q, slot, job->dst.bo);
	return err ? err : hold_bo(q, slot, job->src.bo);
}

static int write_timestamp(struct soft_queue *q, struct soft_slot *slot,
			   const struct axl_job *job, struct vnpu_desc *desc)
{
	desc->opcode = VNPU_OP_TIMESTAMP;
	desc->value.address = address_of(&job->dst);
	return hold_bo(q, slot, job->dst.bo);
}

/* The record of the other queue is memory like any other to the device. */
static int write_wait(struct soft_queue *q, struct soft_slot *slot,
		      const struct axl_job *job, struct vnpu_desc *desc)
{
	struct soft_queue *other = soft_queue_of(job->fence->queue);

	/* It would wait in vain, or go on as if all were well after a reset. */
	if (soft_point(other, job->fence->point) < 0)
		return -ECANCELED;
	desc->opcode = VNPU_OP_WAIT;
	desc->value.address = htole64((uintptr_t)&other->status->done);
	desc->value.value = htole64(job->fence->point);
	desc->value.kind = htole32(VNPU_WAIT_GE);
	/* Its own status needs no reference, which would never end. */
	if (other == q)
		return 0;
	axlp_queue_get(&other->base);
	hold(q, slot)->waits_for = &other->base;
	return 0;
}

/* At least size bytes, for all jobs of the queue: they run one by one. */
static int need_scratch(struct soft_queue *q, uint64_t size)
{
	struct soft_context *sc = soft_context_of(q->base.context);
	struct soft_block *block;
	int err;

	if (q->scratch && q->scratch->size >= size)
		return 0;
	err = soft_block_new(sc, size, &block);
	if (err)
		return err;
	soft_block_put(sc, q->scratch);
	q->scratch = block;
	return 0;
}

static int need_table(struct soft_queue *q, uint32_t count)
{
	struct soft_context *sc = soft_context_of(q->base.context);
	uint32_t room = TABLE_ROOM_MIN;
	struct soft_block *block;
	int err;

	if (q->table && q->table_room >= count)
		return 0;
	while (room < count)
		room *= 2;
	err = soft_block_new(
		sc, (size_t)q->slot_count * room * sizeof(struct vnpu_binding),
		&block);
	if (err)
		return err;
	soft_block_put(sc, q->table);
	q->table = block;
	q->table_room = room;
	return 0;
}

static void write_binding(struct vnpu_binding *out, uint64_t address,
			  uint64_t size, uint32_t kind, uint32_t index)
{
	*out = (struct vnpu_binding){
		.place.address = address,
		.size = htole64(size),
		.kind = htole16((uint16_t)kind),
		.index = htole16((uint16_t)index),
	};
}

static int write_bindings(struct soft_queue *q, struct soft_slot *slot,
			  const struct axl_job *job, struct vnpu_binding *out)
{
	static const uint16_t kinds[] = {
		[AXL_BINDING_INPUT] = VNPU_BIND_INPUT,
		[AXL_BINDING_OUTPUT] = VNPU_BIND_OUTPUT,
		[AXL_BINDING_SPANS] = VNPU_BIND_SPANS,
	};

	for (uint32_t i = 0; i < job->binding_count; i++) {
		const struct axl_binding *binding = &job->bindings[i];
		int err = hold_bo(q, slot, binding->place.bo);

		if (err)
			return err;
		write_binding(&out[i], address_of(&binding->place),
			      binding->size, kinds[binding->kind],
			      binding->index);
	}
	return 0;
}

static int write_exec(struct soft_queue *q, struct soft_slot *slot,
		      const struct axl_job *job, struct vnpu_desc *desc)
{
	const struct soft_program *program = soft_program_of(job->program);
	uint32_t count = job->binding_count + (program->scratch ? 1 : 0);
	struct vnpu_binding *table;
	int err = need_table(q, count);

	if (!err && program->scratch)
		err = need_scratch(q, program->scratch);
	if (err)
		return err;
	hold(q, slot)->table = q->table;
	q->table->refs++;
	table = (struct vnpu_binding *)q->table->at +
		(size_t)(slot - q->slots) * q->table_room;
	err = write_bindings(q, slot, job, table);
	if (err)
		return err;
	if (program->scratch) {
		slot->scratch = q->scratch;
		q->scratch->refs++;
		write_binding(&table[job->binding_count],
			      htole64((uintptr_t)q->scratch->at),
			      program->scratch, VNPU_BIND_SCRATCH, 0);
	}
	axlp_program_get(job->program);
	slot->program = job->program;
	desc->opcode = VNPU_OP_EXEC;
	desc->exec.bindings.address = htole64((uintptr_t)table);
	desc->exec.program = htole32(program->number);
	desc->exec.count = htole32(count);
	return 0;
}

static int write_job(struct soft_queue *q, uint64_t position,
		     const struct axl_job *job)
{
	static int (*const writers[])(struct soft_queue *q,
				      struct soft_slot *slot,
				      const struct axl_job *job,
				      struct vnpu_desc *desc) = {
		[AXL_JOB_NOP] = write_nop,
		[AXL_JOB_FILL] = write_fill,
		[AXL_JOB_COPY] = write_copy,
		[AXL_JOB_EXEC] = write_exec,
		[AXL_JOB_WAIT] = write_wait,
		[AXL_JOB_TIMESTAMP] = write_timestamp,
	};
	uint64_t number = position & (q->slot_count - 1);
	struct vnpu_desc desc = { 0 };
	int err = writers[job->kind](q, &q->slots[number], job, &desc);

	if (err)
		return err;
	desc.timeout_ms = htole32(job->timeout_ms);
	if (job->span.bo) {
		desc.flags = VNPU_DESC_PROFILE;
		desc.profile = address_of(&job->span);
		err = hold_bo(q, &q->slots[number], job->span.bo);
	}
	q->ring[number] = desc; /* H1 */
	return err;
}

/* H2 to H6. Both are sequentially consistent, which has the barriers in it. */
static void ring_doorbell(struct soft_queue *q)
{
	atomic_store(q->tail_page, htole32((uint32_t)q->position));
	if (SOFT_LOAD32(q->status->flags, __ATOMIC_SEQ_CST) &
	    VNPU_RING_NEED_WAKEUP)
		axm_inproc_write(soft_context_of(q->base.context)->bus,
				 VNPU_BAR_DOORBELL, q->wake_page, 4, 1);
}

static const char *explain(const struct axl_job *job, int err)
{
	if (err == -ECANCELED && job->kind == AXL_JOB_WAIT)
		return axl_fence_error_detail(job->fence);
	return axlp_explain(err);
}

/* Slots that nobody got to see hold nothing. */
static int take_back(struct soft_queue *q, const struct axl_job *job,
		     uint32_t number, int err)
{
	uint64_t end = q->position + number + 1;
	uint64_t retired = q->retired;

	/* Only those of this submission: the ones before may be running. */
	q->retired = q->position;
	soft_retire(q, end, UINT32_MAX);
	q->retired = retired;
	return axlp_fail(&q->base.error, err, "job %u (%s): %s", number,
			 axlp_job_name(job->kind), explain(job, err));
}

static int check_state(struct soft_queue *q)
{
	struct soft_context *sc = soft_context_of(q->base.context);
	const struct soft_failure *failure;

	if (atomic_load_explicit(&sc->broken, memory_order_relaxed))
		return axlp_fail(&q->base.error, -EIO, "the device has failed");
	if (!(SOFT_LOAD32(q->status->flags, __ATOMIC_RELAXED) &
	      VNPU_RING_ERROR))
		return 0;
	pthread_mutex_lock(&q->lock);
	failure = soft_note_error(q);
	pthread_mutex_unlock(&q->lock);
	return axlp_fail(&q->base.error, -EIO,
			 "the queue is in error until it is reset: %s",
			 failure ? failure->text : "");
}

static bool has_room(const struct soft_queue *q, uint32_t count)
{
	return q->position - q->retired + count <= q->limit;
}

static int make_room(struct soft_queue *q, uint32_t count)
{
	uint32_t most = UINT32_MAX;

	if (count > q->limit)
		return axlp_fail(&q->base.error, -EINVAL,
				 "%u jobs never fit into the %u slots of the "
				 "queue",
				 count, q->limit);
	if (has_room(q, count)) {
		if (!atomic_load(&q->holding))
			return 0;
		most = count + RETIRED_BESIDES;
	}
	if (soft_retire_done(q, most))
		return axlp_fail(&q->base.error, -EIO,
				 "the device says that %" PRIu64
				 " jobs are done, of %" PRIu64,
				 soft_done(q->status), q->position);
	if (has_room(q, count))
		return 0;
	return axlp_fail(&q->base.error, -EAGAIN,
			 "the queue has room for %" PRIu64 " of the %u jobs",
			 q->limit - (q->position - q->retired), count);
}

/* With the lock of the slots. */
static int write_jobs(struct soft_queue *q, const struct axl_job *jobs,
		      uint32_t count)
{
	uint64_t end = q->position + count;
	int err = make_room(q, count);

	if (err)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t position = q->position + i;

		err = write_job(q, position, &jobs[i]);
		if (err)
			return take_back(q, &jobs[i], i, err);
		q->slots[position & (q->slot_count - 1)].end = end;
	}
	q->position = end;
	return 0;
}

int soft_queue_submit(struct axl_queue *queue, const struct axl_job *jobs,
		      uint32_t count, uint64_t *point)
{
	struct soft_queue *q = soft_queue_of(queue);
	int err = check_state(q);

	if (err)
		return err;
	pthread_mutex_lock(&q->slots_lock);
	err = write_jobs(q, jobs, count);
	pthread_mutex_unlock(&q->slots_lock);
	if (err)
		return err;
	ring_doorbell(q);
	*point = q->position;
	return 0;
}
