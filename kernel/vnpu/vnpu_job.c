// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs of kernel-mode queues: from what users submit to descriptors.
 *
 * In the datacenter profile the device checks all but the numbers of programs,
 * by the queue's address space. In the edge profile descriptors have bus
 * addresses, so what a user means by buffer and offset is replaced here by
 * lists of segments (section 14); everything else the device checks.
 */
#include "vnpu.h"

/* The number of the user's becomes the device's; the job keeps the program. */
static int vnpu_set_program(struct axle_job *job, struct vnpu_op_exec *exec)
{
	struct axle_program *program =
		axle_job_program(job, le32_to_cpu(exec->program));

	if (IS_ERR(program))
		return PTR_ERR(program);
	exec->program = cpu_to_le32(program->id);
	return 0;
}

int vnpu_check(struct axle_job *job)
{
	struct vnpu_desc *descs = job->commands;
	u32 i;
	int err = 0;

	if (job->command_size % sizeof(*descs))
		return -EINVAL;
	job->slots = descs;
	job->num_slots = job->command_size / sizeof(*descs);
	for (i = 0; i < job->num_slots && !err; i++)
		if (descs[i].opcode == VNPU_OP_EXEC)
			err = vnpu_set_program(job, &descs[i].exec);
	return err;
}

static int vnpu_set_place(struct axle_job *job, __le64 size, bool write,
			  struct vnpu_place *place)
{
	const struct axle_range range = {
		.use = le32_to_cpu(place->segments),
		.write = write,
		.offset = le64_to_cpu(place->address),
		.size = le64_to_cpu(size),
	};
	u64 list;
	int count = axle_job_segments(job, &range, &list);

	if (count < 0 || count > VNPU_SEGMENTS_MAX || place->flags)
		return -EINVAL;
	place->address = cpu_to_le64(list);
	place->segments = cpu_to_le32(count);
	return 0;
}

static int vnpu_set_word(struct axle_job *job, u32 use, u32 size, bool write,
			 __le64 *address)
{
	const struct axle_range range = { use, write, le64_to_cpu(*address),
					  size };
	u64 at = 0;
	int err = axle_job_word(job, &range, &at);

	*address = cpu_to_le64(at);
	return err;
}

/* The table comes first, then the lists that it names. */
static int vnpu_set_bindings(struct axle_job *job, const void **next,
			     struct vnpu_op_exec *exec)
{
	u32 count = le32_to_cpu(exec->count), i;
	size_t size = (size_t)count * sizeof(struct vnpu_binding);
	struct vnpu_binding *table, binding;
	u64 address;
	int err = 0;

	if (memchr_inv(&exec->bindings, 0, sizeof(exec->bindings)) ||
	    size > job->commands + job->command_size - *next)
		return -EINVAL;
	table = axle_job_room(job, size, &address);
	exec->bindings.address = cpu_to_le64(address);
	for (i = 0; i < count && !err; i++, *next += sizeof(binding)) {
		memcpy(&binding, *next, sizeof(binding));
		err = vnpu_set_place(job, binding.size,
				     binding.kind !=
					     cpu_to_le16(VNPU_BIND_INPUT),
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
	return vnpu_set_word(job, use, 8, write, &value->address);
}

static int vnpu_set_desc(struct axle_job *job, const void **next,
			 struct vnpu_desc *desc)
{
	int err;

	switch (desc->opcode) {
	case VNPU_OP_FILL:
		return vnpu_set_place(job, desc->fill.size, true,
				      &desc->fill.dst);
	case VNPU_OP_COPY:
		err = vnpu_set_place(job, desc->copy.size, true,
				     &desc->copy.dst);
		return err   ?:
			       vnpu_set_place(job, desc->copy.size, false,
					      &desc->copy.src);
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

static int vnpu_edge_build(struct axle_job *job)
{
	const void *next = job->commands, *end = next + job->command_size;
	struct vnpu_desc desc;
	int err = 0;

	while (next < end && !err) {
		if (end - next < sizeof(desc))
			return -EINVAL;
		memcpy(&desc, next, sizeof(desc));
		next += sizeof(desc);
		err = vnpu_set_desc(job, &next, &desc);
		if (!err && desc.flags & VNPU_DESC_PROFILE)
			err = vnpu_set_word(job, le16_to_cpu(desc.reserved), 16,
					    true, &desc.profile);
		desc.reserved = 0;
		axle_job_slot(job, &desc);
	}
	return err;
}

int vnpu_edge_check(struct axle_job *job)
{
	return axle_job_build(job, vnpu_edge_build);
}
