// SPDX-License-Identifier: MIT
/*
 * Programs on the card: a job's buffers are sliced if they are not yet, given to
 * the driver in one call, and waited for one by one. The card is given some jobs
 * ahead, as long as they are of one program and none needs what another writes.
 *
 * A buffer of the caller's is used as it is if it is not yet in use, which it is
 * when it is bound twice or another queue has it. Else, and for memory of the
 * program, there is a staging buffer for each port, to or from which it is
 * copied.
 */
#include "qaic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000

static const struct vnpu_binding *
bindings_of(const struct axlq_queue *q, uint64_t position, uint32_t *count)
{
	const struct vnpu_desc *desc = axlv_desc(&q->vnpu, position);

	*count = le32toh(desc->exec.count);
	return (const void *)(uintptr_t)le64toh(desc->exec.bindings.address);
}

static uint32_t port_of(const struct axlq_program *program,
			const struct vnpu_binding *binding)
{
	uint32_t index = le16toh(binding->index);

	return le16toh(binding->kind) == VNPU_BIND_INPUT ?
		       index :
		       axlq_inputs(program) + index;
}

static void *memory_of(const struct vnpu_binding *binding)
{
	return (void *)(uintptr_t)le64toh(binding->place.address);
}

static struct axlq_program *program_at(const struct axlq_queue *q,
				       uint64_t position)
{
	return axlq_program_of(axlv_slot(&q->vnpu, position)->program);
}

static struct axlq_lane *lane_at(struct axlq_queue *q, uint32_t number)
{
	struct axlq_activation *a = q->current;

	return &a->lanes[(q->lane + number) % a->program->depth];
}

static bool overlap(const struct vnpu_binding *x, const struct vnpu_binding *y,
		    const struct axlq_program *program)
{
	const uint64_t *sizes = program->vnpu.base.port_sizes;
	uint64_t a = le64toh(x->place.address), b = le64toh(y->place.address);

	return a < b + sizes[port_of(program, y)] &&
	       b < a + sizes[port_of(program, x)];
}

/* Objects of dma-bufs may be the same memory at two addresses. */
static bool may_alias(const struct axl_bo *x, const struct axl_bo *y)
{
	return atomic_load_explicit(&x->shared, memory_order_relaxed) &&
	       atomic_load_explicit(&y->shared, memory_order_relaxed);
}

/* Whether a job reads or writes what one before it writes. */
static bool depends(const struct axlq_queue *q, uint64_t position,
		    uint64_t before)
{
	const struct axlq_program *program = program_at(q, position);
	struct axl_bo **bos = axlv_slot(&q->vnpu, position)->bos;
	struct axl_bo **theirs = axlv_slot(&q->vnpu, before)->bos;
	uint32_t count, others;
	const struct vnpu_binding *mine = bindings_of(q, position, &count);
	const struct vnpu_binding *its = bindings_of(q, before, &others);

	for (uint32_t i = 0; i < others; i++) {
		if (le16toh(its[i].kind) != VNPU_BIND_OUTPUT)
			continue;
		for (uint32_t j = 0; j < count; j++)
			if (overlap(&mine[j], &its[i], program) ||
			    may_alias(bos[j], theirs[i]))
				return true;
	}
	return false;
}

static bool may_join(struct axlq_queue *q, uint64_t position)
{
	struct axlq_program *program = program_at(q, position);

	if (!q->flying)
		return true;
	if (q->current->program != program || q->flying == program->depth)
		return false;
	for (uint32_t i = 0; i < q->flying; i++)
		if (depends(q, position, lane_at(q, i)->position))
			return false;
	return true;
}

/* With the context's lock. */
static int use_staging(struct axlq_activation *a, struct axlq_lane *lane,
		       uint32_t port)
{
	struct axlq_buffer *staging = &lane->staging[port];
	int err = axlq_slice_attach(a, staging, port, 0);

	if (err)
		return err;
	staging->busy = true;
	lane->used[port] = staging;
	return 0;
}

static int use_directly(struct axlq_activation *a, struct axlq_lane *lane,
			uint32_t port, struct axlq_bo *bo,
			const struct vnpu_binding *binding)
{
	uint64_t offset = le64toh(binding->place.address) - bo->base.address;
	int err = axlq_slice_attach(a, &bo->buffer, port, offset);

	if (err)
		return err;
	bo->buffer.busy = true;
	lane->used[port] = &bo->buffer;
	return 0;
}

/* Where there is none, one is made without the lock. */
static int make_staging(struct axlq_context *ac, struct axlq_activation *a,
			struct axlq_lane *lane, uint32_t port)
{
	uint64_t size = port < axlq_ports(a->program) ?
				a->program->vnpu.base.port_sizes[port] :
				AXLQ_PAGE;

	if (lane->staging[port].handle)
		return 0;
	return axlq_buffer_new(ac, size, &lane->staging[port]);
}

static int use_buffer(struct axlq_queue *q, struct axlq_lane *lane,
		      const struct vnpu_binding *binding, struct axlq_bo *bo)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	struct axlq_activation *a = q->current;
	uint32_t port = port_of(a->program, binding);
	int err = -ECANCELED;
	bool direct;

	pthread_mutex_lock(&ac->lock);
	direct = bo->buffer.handle && !bo->buffer.busy;
	if (direct && !a->dead)
		err = use_directly(a, lane, port, bo, binding);
	pthread_mutex_unlock(&ac->lock);
	if (direct && err != -EBUSY)
		return err;
	err = make_staging(ac, a, lane, port);
	if (err)
		return err;
	pthread_mutex_lock(&ac->lock);
	err = a->dead ? -ECANCELED : use_staging(a, lane, port);
	pthread_mutex_unlock(&ac->lock);
	if (err || le16toh(binding->kind) != VNPU_BIND_INPUT)
		return err;
	err = axlp_bo_access(&bo->base);
	if (err)
		return err;
	memcpy(lane->staging[port].at, memory_of(binding),
	       a->program->vnpu.base.port_sizes[port]);
	axlp_bo_access_end(&bo->base);
	return 0;
}

/* A program without inputs is started by the handshake alone. */
static int use_handshake(struct axlq_queue *q, struct axlq_lane *lane)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	struct axlq_activation *a = q->current;
	uint32_t port = axlq_ports(a->program);
	int err;

	if (axlq_inputs(a->program))
		return 0;
	err = make_staging(ac, a, lane, port);
	if (err)
		return err;
	pthread_mutex_lock(&ac->lock);
	err = a->dead ? -ECANCELED : use_staging(a, lane, port);
	pthread_mutex_unlock(&ac->lock);
	return err;
}

static void let_go(struct axlq_queue *q, struct axlq_lane *lane)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	uint32_t count = axlq_ports(q->current->program) + 1;

	pthread_mutex_lock(&ac->lock);
	for (uint32_t i = 0; i < count; i++) {
		if (lane->used[i])
			lane->used[i]->busy = false;
		lane->used[i] = NULL;
	}
	pthread_mutex_unlock(&ac->lock);
}

static int use_buffers(struct axlq_queue *q, struct axlq_lane *lane,
		       uint64_t position)
{
	struct axl_bo **bos = axlv_slot(&q->vnpu, position)->bos;
	uint32_t count;
	const struct vnpu_binding *bindings = bindings_of(q, position, &count);
	int err = use_handshake(q, lane);

	for (uint32_t i = 0; !err && i < count; i++)
		err = use_buffer(q, lane, &bindings[i], axlq_bo_of(bos[i]));
	return err;
}

/* In the order of ports: the last of either direction has the handshake. */
static int execute(struct axlq_queue *q, struct axlq_lane *lane)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	struct axlq_activation *a = q->current;
	uint32_t ports = axlq_ports(a->program);
	struct qaicu_execute_entry *entries =
		calloc(ports + 1ul, sizeof(*entries));
	struct qaicu_execute args = { .dbc = a->dbc,
				      .data = (uintptr_t)entries };
	int err = -ECANCELED;

	if (!entries)
		return -ENOMEM;
	if (lane->used[ports])
		entries[args.count++] =
			(struct qaicu_execute_entry){ lane->used[ports]->handle,
						      QAICU_TO_DEVICE };
	for (uint32_t i = 0; i < ports; i++)
		entries[args.count++] = (struct qaicu_execute_entry){
			lane->used[i]->handle, i < axlq_inputs(a->program) ?
						       QAICU_TO_DEVICE :
						       QAICU_FROM_DEVICE
		};
	pthread_mutex_lock(&ac->lock);
	if (!a->dead)
		err = axlq_call(ac, QAICU_EXECUTE, &args);
	pthread_mutex_unlock(&ac->lock);
	free(entries);
	/* The channel's ring is full: those that are in it make room. */
	return err == -EAGAIN && q->flying ? AXLQ_LATER : err;
}

int axlq_exec_begin(struct axlq_queue *q, uint64_t position,
		    struct axlq_fault *fault, struct axlp_error *error)
{
	struct axlq_activation *a;
	struct axlq_lane *lane;
	int64_t now = axlp_now_ns();
	int err;

	if (!may_join(q, position))
		return AXLQ_LATER;
	if (!q->flying) {
		axlq_activation_put(q);
		err = axlq_activation_get(q, program_at(q, position),
					  axlq_deadline(q, position, now), &a,
					  error);
		if (err)
			return axlq_fail_get(q, fault, err, error);
		q->since_ns = now;
		/* Its staging buffers are there already, others' may not be. */
		q->lane = 0;
	}
	lane = lane_at(q, q->flying);
	lane->position = position;
	lane->start_ns = now;
	err = use_buffers(q, lane, position);
	if (!err)
		err = execute(q, lane);
	if (err)
		let_go(q, lane);
	if (err == AXLQ_LATER)
		return err;
	if (err)
		return axlq_fail_call(q, fault, err);
	q->flying++;
	return 0;
}

/* Rounded up: the driver takes 0 for seconds. */
static int wait_buffer(struct axlq_queue *q, const struct axlq_buffer *buffer,
		       int64_t deadline_ns)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	int64_t rest = deadline_ns - axlp_now_ns();
	struct qaicu_wait args = {
		.handle = buffer->handle,
		.dbc = q->current->dbc,
		.timeout = rest > 0 ? (uint32_t)((rest + MS - 1) / MS) : 1,
	};

	return axlq_call(ac, QAICU_WAIT, &args);
}

/* The last of the outputs is the last of all; the others are done with it. */
static int wait_lane(struct axlq_queue *q, struct axlq_lane *lane)
{
	int64_t start = lane->start_ns > q->since_ns ? lane->start_ns :
						       q->since_ns;
	int64_t deadline = axlq_deadline(q, lane->position, start);
	int err = 0;

	for (uint32_t i = axlq_ports(q->current->program) + 1; !err && i--;)
		if (lane->used[i])
			err = wait_buffer(q, lane->used[i], deadline);
	return err;
}

static int copy_outputs(struct axlq_queue *q, struct axlq_lane *lane)
{
	const struct axlq_program *program = q->current->program;
	struct axl_bo **bos = axlv_slot(&q->vnpu, lane->position)->bos;
	uint32_t count;
	const struct vnpu_binding *bindings =
		bindings_of(q, lane->position, &count);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t port = port_of(program, &bindings[i]);
		int err;

		if (le16toh(bindings[i].kind) != VNPU_BIND_OUTPUT ||
		    lane->used[port] != &lane->staging[port])
			continue;
		err = axlp_bo_access(bos[i]);
		if (err)
			return err;
		memcpy(memory_of(&bindings[i]), lane->staging[port].at,
		       program->vnpu.base.port_sizes[port]);
		axlp_bo_access_end(bos[i]);
	}
	return 0;
}

int axlq_exec_finish(struct axlq_queue *q, struct axlq_fault *fault)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	struct axlq_lane *lane = lane_at(q, 0);
	int err = wait_lane(q, lane);
	bool dead;

	if (err == -ETIMEDOUT) {
		fault->code = VNPU_ERR_TIMEOUT;
		return err;
	}
	if (err)
		return axlq_fail_call(q, fault, err);
	/* The driver lets all go, as if done, of a channel that is ended. */
	pthread_mutex_lock(&ac->lock);
	dead = q->current->dead;
	pthread_mutex_unlock(&ac->lock);
	if (dead)
		return axlq_fail_loss(q, fault);
	err = copy_outputs(q, lane);
	if (err)
		return axlq_fail_access(fault, err);
	let_go(q, lane);
	q->lane = (q->lane + 1) % q->current->program->depth;
	q->flying--;
	q->since_ns = axlp_now_ns();
	axlq_done(q, lane->position, lane->start_ns);
	return 0;
}

void axlq_exec_abandon(struct axlq_queue *q)
{
	bool had_some = q->flying;

	while (q->flying)
		let_go(q, lane_at(q, --q->flying));
	q->lane = 0;
	if (had_some)
		axlq_activation_kill(q);
}
