// SPDX-License-Identifier: MIT
/*
 * Jobs as descriptors (section 7), each with what its slot has to hold. With
 * the lock of the queue's slots.
 */
#include "axlv.h"

#include <errno.h>

int axlv_write_nop(struct axlv_queue *q, struct axlv_slot *slot,
		   const struct axl_job *job, struct vnpu_desc *desc)
{
	(void)q;
	(void)slot;
	(void)job;
	desc->opcode = VNPU_OP_NOP;
	return 0;
}

int axlv_write_fill(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc)
{
	desc->opcode = VNPU_OP_FILL;
	desc->fill.dst.address = htole64(axlv_address(&job->dst));
	desc->fill.size = htole64(job->size);
	desc->fill.pattern = htole64(job->value);
	return axlv_hold_bo(q, slot, job->dst.bo);
}

int axlv_write_copy(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc)
{
	int err;

	desc->opcode = VNPU_OP_COPY;
	desc->copy.dst.address = htole64(axlv_address(&job->dst));
	desc->copy.src.address = htole64(axlv_address(&job->src));
	desc->copy.size = htole64(job->size);
	err = axlv_hold_bo(q, slot, job->dst.bo);
	return err ? err : axlv_hold_bo(q, slot, job->src.bo);
}

int axlv_write_timestamp(struct axlv_queue *q, struct axlv_slot *slot,
			 const struct axl_job *job, struct vnpu_desc *desc)
{
	desc->opcode = VNPU_OP_TIMESTAMP;
	desc->value.address = htole64(axlv_address(&job->dst));
	return axlv_hold_bo(q, slot, job->dst.bo);
}

int axlv_write_wait(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc)
{
	struct axlv_queue *other = axlv_queue_of(job->fence->queue);

	/* It would wait in vain, or go on as if all were well after a reset. */
	if (axlv_point(other, job->fence->point) < 0)
		return -ECANCELED;
	desc->opcode = VNPU_OP_WAIT;
	desc->value.address = htole64((uintptr_t)&other->status->done);
	desc->value.value = htole64(job->fence->point);
	desc->value.kind = htole32(VNPU_WAIT_GE);
	axlv_hold_queue(q, slot, &other->base);
	return 0;
}

uint16_t axlv_bind_kind(uint32_t kind)
{
	static const uint16_t kinds[] = {
		[AXL_BINDING_INPUT] = VNPU_BIND_INPUT,
		[AXL_BINDING_OUTPUT] = VNPU_BIND_OUTPUT,
		[AXL_BINDING_SPANS] = VNPU_BIND_SPANS,
	};

	return kinds[kind];
}

static void write_binding(struct vnpu_binding *out, uint64_t address,
			  uint64_t size, uint16_t kind, uint32_t index)
{
	*out = (struct vnpu_binding){
		.place.address = htole64(address),
		.size = htole64(size),
		.kind = htole16(kind),
		.index = htole16((uint16_t)index),
	};
}

static int write_bindings(struct axlv_queue *q, struct axlv_slot *slot,
			  const struct axl_job *job, struct vnpu_binding *out)
{
	for (uint32_t i = 0; i < job->binding_count; i++) {
		const struct axl_binding *binding = &job->bindings[i];
		int err = axlv_hold_bo(q, slot, binding->place.bo);

		if (err)
			return err;
		write_binding(&out[i], axlv_address(&binding->place),
			      binding->size, axlv_bind_kind(binding->kind),
			      binding->index);
	}
	return 0;
}

int axlv_write_exec(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc)
{
	const struct axlv_program *program = axlv_program_of(job->program);
	uint32_t count = job->binding_count + (program->scratch ? 1 : 0);
	size_t offset;
	int err = axlv_need_table(q, count);

	if (!err && program->scratch)
		err = axlv_need_scratch(q, program->scratch);
	if (err)
		return err;
	axlv_hold(q, slot)->table = q->table;
	q->table->refs++;
	offset = (size_t)(slot - q->slots) * q->table_room *
		 sizeof(struct vnpu_binding);
	err = write_bindings(q, slot, job,
			     (void *)((uint8_t *)q->table->at + offset));
	if (err)
		return err;
	if (program->scratch) {
		struct vnpu_binding *table =
			(void *)((uint8_t *)q->table->at + offset);

		slot->scratch = q->scratch;
		q->scratch->refs++;
		write_binding(&table[job->binding_count], q->scratch->address,
			      program->scratch, VNPU_BIND_SCRATCH, 0);
	}
	axlp_program_get(job->program);
	slot->program = job->program;
	desc->opcode = VNPU_OP_EXEC;
	desc->exec.bindings.address = htole64(q->table->address + offset);
	desc->exec.program =
		htole32(q->ops->by_handle ? program->handle : program->number);
	desc->exec.count = htole32(count);
	return 0;
}
