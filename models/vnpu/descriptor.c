// SPDX-License-Identifier: MIT
/*
 * Descriptors: what is checked of all of them, and the small ones. Checks work
 * on the copy in struct vnpu_run, in the order of the members' offsets.
 */
#include "core.h"

#include <time.h>

#define OUTSIDE 0x1u /* may take long: without the engine's lock */
#define STORE_FIRST 0x2u /* done is stored before it starts */
#define COMPUTE 0x4u /* on compute engines only */

#define AT(member) offsetof(struct vnpu_desc, member)
#define NAMED(member)                                            \
	(((1ull << sizeof(((struct vnpu_desc *)0)->member)) - 1) \
	 << offsetof(struct vnpu_desc, member))

static int desc_nop(struct vnpu_run *run)
{
	return VNPU_ERR_OK;
}

static int desc_signal(struct vnpu_run *run)
{
	const struct vnpu_op_value *o = &run->desc.value;

	return vnpu_store64(&run->access, le64toh(o->address),
			    le64toh(o->value));
}

static int desc_timestamp(struct vnpu_run *run)
{
	return vnpu_store64(&run->access, le64toh(run->desc.value.address),
			    vnpu_time(run->e->v));
}

static uint64_t timeout_ns(const struct vnpu_run *run)
{
	uint32_t own = le32toh(run->desc.timeout_ms);
	uint32_t ms = run->q->timeout_ms;

	return (own && own < ms ? own : ms) * 1000000ull;
}

static bool holds(uint32_t kind, uint64_t memory, uint64_t value)
{
	if (kind == VNPU_WAIT_GE)
		return (int64_t)(memory - value) >= 0;
	return (memory == value) == (kind == VNPU_WAIT_EQ);
}

static int desc_wait(struct vnpu_run *run)
{
	const struct vnpu_op_value *o = &run->desc.value;
	uint64_t memory;
	int ret = vnpu_load64(&run->access, le64toh(o->address), &memory);

	if (ret)
		return ret;
	if (holds(le32toh(o->kind), memory, le64toh(o->value)))
		return VNPU_ERR_OK;
	if (run->q->waiting &&
	    run->start - run->q->wait_since >= timeout_ns(run))
		return VNPU_ERR_TIMEOUT;
	return VNPU_LATER;
}

/* Hanging costs no processor; spinning stands for an engine at work. */
static int desc_trap(struct vnpu_run *run)
{
	const struct timespec nap = { .tv_nsec = 100000 };
	uint32_t kind = le32toh(run->desc.value.kind);
	uint64_t end = run->start + le64toh(run->desc.value.value);
	int ret = 0;

	if (kind == VNPU_TRAP_ERROR)
		return VNPU_ERR_TRAP;
	if (kind == VNPU_TRAP_HANG || end < run->start)
		end = UINT64_MAX;
	while (!ret && axm_now_ns() < end) {
		if (kind == VNPU_TRAP_HANG)
			nanosleep(&nap, NULL);
		ret = vnpu_breathe(run);
	}
	return ret;
}

static int check_fill(const struct vnpu_run *run)
{
	return vnpu_place_check(&run->access, &run->desc.fill.dst);
}

static int check_copy(const struct vnpu_run *run)
{
	int ret = vnpu_place_check(&run->access, &run->desc.copy.dst);

	return ret ? ret : vnpu_place_check(&run->access, &run->desc.copy.src);
}

static int check_exec(const struct vnpu_run *run)
{
	const struct vnpu_op_exec *o = &run->desc.exec;
	int ret = vnpu_place_check(&run->access, &o->bindings);

	if (ret)
		return ret;
	if (le64toh(o->bindings.address) % 16)
		return VNPU_ERR_ADDRESS;
	if (le32toh(o->program) >= run->e->v->limits->programs)
		return VNPU_ERR_ID;
	return le32toh(o->count) > VNPU_BINDINGS_MAX ? VNPU_ERR_LIMIT : 0;
}

static int check_address(const struct vnpu_run *run)
{
	uint64_t address = le64toh(run->desc.value.address);

	return address % 8 || address + 7 < address ? VNPU_ERR_ADDRESS : 0;
}

static int check_wait(const struct vnpu_run *run)
{
	int ret = check_address(run);

	if (ret)
		return ret;
	return le32toh(run->desc.value.kind) > VNPU_WAIT_NE ? VNPU_ERR_FIELD :
							      0;
}

static int check_trap(const struct vnpu_run *run)
{
	return le32toh(run->desc.value.kind) > VNPU_TRAP_SPIN ? VNPU_ERR_FIELD :
								0;
}

static const struct op {
	vnpu_desc_fn *run;
	int (*check)(const struct vnpu_run *run);
	uint64_t named;
	uint32_t flags;
} ops[] = {
	[VNPU_OP_NOP] = { desc_nop, NULL, 0, 0 },
	[VNPU_OP_FILL] = { vnpu_desc_fill, check_fill,
			   NAMED(fill.dst) | NAMED(fill.size) |
				   NAMED(fill.pattern),
			   OUTSIDE },
	[VNPU_OP_COPY] = { vnpu_desc_copy, check_copy,
			   NAMED(copy.dst) | NAMED(copy.src) | NAMED(copy.size),
			   OUTSIDE },
	[VNPU_OP_EXEC] = { vnpu_desc_exec, check_exec,
			   NAMED(exec.bindings) | NAMED(exec.program) |
				   NAMED(exec.count),
			   OUTSIDE | STORE_FIRST | COMPUTE },
	[VNPU_OP_SIGNAL] = { desc_signal, check_address,
			     NAMED(value.address) | NAMED(value.value), 0 },
	[VNPU_OP_WAIT] = { desc_wait, check_wait,
			   NAMED(value.address) | NAMED(value.value) |
				   NAMED(value.kind),
			   STORE_FIRST },
	[VNPU_OP_TIMESTAMP] = { desc_timestamp, check_address,
				NAMED(value.address), 0 },
	[VNPU_OP_TRAP] = { desc_trap, check_trap,
			   NAMED(value.value) | NAMED(value.kind),
			   OUTSIDE | STORE_FIRST },
};

static bool known(const struct vnpu_run *run)
{
	uint8_t opcode = run->desc.opcode;

	if (opcode >= sizeof(ops) / sizeof(ops[0]))
		return false;
	if (opcode == VNPU_OP_TRAP &&
	    !atomic_load_explicit(&run->e->v->trap, memory_order_relaxed))
		return false;
	return !(ops[opcode].flags & COMPUTE) ||
	       run->e->kind == VNPU_ENGINE_COMPUTE;
}

static int check_profile(const struct vnpu_desc *d)
{
	uint64_t address = le64toh(d->profile);

	if (d->flags & VNPU_DESC_PROFILE)
		return address % 8 || address + sizeof(struct vnpu_profile) <
					       address ?
			       VNPU_ERR_ADDRESS :
			       0;
	return address ? VNPU_ERR_FIELD : 0;
}

static bool reserved_zero(const struct vnpu_desc *d, uint64_t named)
{
	const uint8_t *byte = (const uint8_t *)d;

	for (size_t i = AT(arg); i < sizeof(*d); i++)
		if (byte[i] && !(named >> i & 1))
			return false;
	return true;
}

/*
 * Members that an opcode does not name lie behind those that it does, so
 * check() comes first.
 */
int vnpu_desc_check(const struct vnpu_run *run)
{
	const struct vnpu_desc *d = &run->desc;
	const struct op *op;
	int ret;

	if (!known(run))
		return VNPU_ERR_OPCODE;
	if (d->flags & ~VNPU_DESC_PROFILE || d->reserved)
		return VNPU_ERR_FIELD;
	op = &ops[d->opcode];
	ret = check_profile(d);
	if (!ret && op->check)
		ret = op->check(run);
	if (!ret && !reserved_zero(d, op->named))
		ret = VNPU_ERR_FIELD;
	return ret;
}

bool vnpu_desc_outside(const struct vnpu_desc *desc)
{
	return ops[desc->opcode].flags & OUTSIDE;
}

bool vnpu_desc_store_first(const struct vnpu_desc *desc)
{
	return ops[desc->opcode].flags & STORE_FIRST;
}

static int put_profile(struct vnpu_run *run, uint64_t start)
{
	uint64_t address = le64toh(run->desc.profile);
	uint64_t end = vnpu_time(run->e->v);
	int ret = vnpu_store64(&run->access, address, start);

	return ret ? ret : vnpu_store64(&run->access, address + 8, end);
}

int vnpu_desc_run(struct vnpu_run *run)
{
	bool profile = run->desc.flags & VNPU_DESC_PROFILE;
	uint64_t start = run->start - atomic_load(&run->e->v->epoch);
	uint64_t begin = run->q->held ? run->q->wait_since : run->start;
	int ret;

	run->deadline = begin + timeout_ns(run);
	ret = ops[run->desc.opcode].run(run);
	if (!ret && profile)
		ret = put_profile(run, start);
	return ret;
}

/* Other queues' conditions are looked at even while a program runs. */
int vnpu_breathe(struct vnpu_run *run)
{
	struct vnpu_engine_state *e = run->e;
	struct vnpu_queue *q = run->q;
	uint64_t now = axm_now_ns();

	if (vnpu_halted(e->v) || atomic_load(&q->stop))
		return VNPU_STOPPED;
	if (atomic_load(&q->flushed)) {
		run->access.fault = (struct vnpu_fault){
			.address = q->flush_address,
			.asid = q->asid,
			.reason = VNPU_FAULT_FLUSHED,
		};
		return VNPU_ERR_FAULT;
	}
	if (now >= run->deadline)
		return VNPU_ERR_TIMEOUT;
	if (now - e->looked >= 100000) {
		pthread_mutex_lock(&e->lock);
		vnpu_wait_look(e, now);
		e->looked = now;
		pthread_mutex_unlock(&e->lock);
	}
	return 0;
}
