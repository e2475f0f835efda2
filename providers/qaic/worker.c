// SPDX-License-Identifier: MIT
/*
 * The worker: a queue's thread, which takes jobs in their order. Programs run on
 * the card; what moves bytes in the host's memory, waits or tells the time is
 * done here, because the card has nothing for it.
 *
 * A job that fails is always the first that is not done: those before it are
 * waited for. Then the worker takes nothing until it was parked, which is how
 * others have it drop everything (queue.c).
 */
#include "qaic.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MS 1000000ll

int64_t axlq_deadline(const struct axlq_queue *q, uint64_t position,
		      int64_t start_ns)
{
	uint32_t own = le32toh(axlv_desc(&q->vnpu, position)->timeout_ms);
	uint32_t timeout = own && own < q->timeout_ms ? own : q->timeout_ms;

	return start_ns + (int64_t)timeout * MS;
}

static void end_access(const struct axlv_slot *slot, uint32_t count)
{
	while (count--)
		axlp_bo_access_end(slot->bos[count]);
}

/* All that the job has; on failure none. */
static int begin_access(const struct axlv_slot *slot)
{
	for (uint32_t i = 0; i < slot->bo_count; i++) {
		int err = axlp_bo_access(slot->bos[i]);

		if (!err)
			continue;
		end_access(slot, i);
		return err;
	}
	return 0;
}

/* It is for those who look; a job does not fail for it. */
static void write_span(struct axlq_queue *q, uint64_t position,
		       int64_t start_ns)
{
	const struct vnpu_desc *desc = axlv_desc(&q->vnpu, position);
	const struct axlv_slot *slot = axlv_slot(&q->vnpu, position);
	const struct axl_span span = {
		.start_ns = (uint64_t)start_ns,
		.end_ns = (uint64_t)axlp_now_ns(),
	};

	if (!(desc->flags & VNPU_DESC_PROFILE) || begin_access(slot))
		return;
	memcpy((void *)(uintptr_t)le64toh(desc->profile), &span, sizeof(span));
	end_access(slot, slot->bo_count);
}

void axlq_done(struct axlq_queue *q, uint64_t position, int64_t start_ns)
{
	write_span(q, position, start_ns);
	__atomic_store_n(&q->vnpu.status->done, htole64(position + 1),
			 __ATOMIC_SEQ_CST);
	axlv_wake_all(axlv_context_of(q->vnpu.base.context));
}

static int run_fill(struct axlq_queue *q, const struct vnpu_desc *desc)
{
	uint8_t *to = (void *)(uintptr_t)le64toh(desc->fill.dst.address);
	uint64_t size = le64toh(desc->fill.size);
	uint64_t value = le64toh(desc->fill.pattern);

	(void)q;
	value = htole64(value);
	for (uint64_t at = 0; at < size; at += sizeof(value))
		memcpy(to + at, &value,
		       size - at < sizeof(value) ? size - at : sizeof(value));
	return 0;
}

static int run_copy(struct axlq_queue *q, const struct vnpu_desc *desc)
{
	(void)q;
	memcpy((void *)(uintptr_t)le64toh(desc->copy.dst.address),
	       (void *)(uintptr_t)le64toh(desc->copy.src.address),
	       le64toh(desc->copy.size));
	return 0;
}

static int run_timestamp(struct axlq_queue *q, const struct vnpu_desc *desc)
{
	uint64_t now = (uint64_t)axlp_now_ns();

	(void)q;
	memcpy((void *)(uintptr_t)le64toh(desc->value.address), &now,
	       sizeof(now));
	return 0;
}

static int run_nop(struct axlq_queue *q, const struct vnpu_desc *desc)
{
	(void)q;
	(void)desc;
	return 0;
}

/* The other queue's worker, who resets or destroys it, and stop wake. */
static int run_wait(struct axlq_queue *q, const struct vnpu_desc *desc)
{
	const uint64_t *word =
		(const void *)(uintptr_t)le64toh(desc->value.address);
	uint64_t point = le64toh(desc->value.value);
	int64_t deadline = axlq_deadline(q, q->begun, axlp_now_ns());
	struct axlv_waiter waiter;
	atomic_uint slept;
	int err = 0;

	atomic_init(&slept, 0);
	waiter.word = &slept;
	axlv_waiter_add(axlv_context_of(q->vnpu.base.context), &waiter);
	while (!err) {
		unsigned int seen = atomic_load(&slept);

		if (AXLV_LOAD64(*word, __ATOMIC_SEQ_CST) >= point ||
		    atomic_load(&q->stop))
			break;
		err = axlv_sleep_on(&slept, seen, deadline);
	}
	axlv_waiter_remove(&waiter);
	return err ? VNPU_ERR_TIMEOUT : 0;
}

static int (*const runs[])(struct axlq_queue *q,
			   const struct vnpu_desc *desc) = {
	[VNPU_OP_NOP] = run_nop,
	[VNPU_OP_FILL] = run_fill,
	[VNPU_OP_COPY] = run_copy,
	[VNPU_OP_WAIT] = run_wait,
	[VNPU_OP_TIMESTAMP] = run_timestamp,
};

/* An activation that is not needed now can be another queue's. */
static void let_activation_go(struct axlq_queue *q)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	bool dead;

	pthread_mutex_lock(&ac->lock);
	dead = q->current && q->current->dead;
	pthread_mutex_unlock(&ac->lock);
	if (dead)
		axlq_activation_drop(q);
	else
		axlq_activation_put(q);
}

static void tell(struct axlq_queue *q, uint64_t position,
		 const struct axlq_fault *fault)
{
	struct axl_event event = {
		.type = AXL_EVENT_FAULT,
		.code = fault->code,
		.time_ns = (uint64_t)axlp_now_ns(),
		.queue = q->vnpu.base.id,
		.point = position + 1,
	};

	if (fault->code)
		axlv_event_text(&event);
	else
		snprintf(event.text, sizeof(event.text),
			 "%.48s before the job at point %llu was done",
			 fault->how, (unsigned long long)position + 1);
	axlq_event_add(axlq_context_of(q->vnpu.base.context), &event);
}

/* Whoever has stopped the queue says himself what became of its jobs. */
static void fail(struct axlq_queue *q, const struct axlq_fault *fault)
{
	struct axlv_queue *vq = &q->vnpu;
	uint64_t position = axlv_done(vq->status);

	axlq_exec_abandon(q);
	let_activation_go(q);
	q->failed = true;
	if (atomic_load(&q->stop))
		return;
	/* Of all points, which a failure of one job would not say. */
	if (atomic_load(&axlv_context_of(vq->base.context)->broken)) {
		axlv_wake_all(axlv_context_of(vq->base.context));
		return;
	}
	pthread_mutex_lock(&vq->lock);
	if (fault->code)
		axlv_note_fault(vq, position, fault->code);
	else
		axlv_note_kill(vq, position, fault->err, fault->how);
	pthread_mutex_unlock(&vq->lock);
	/* A reset is told by itself. */
	if (fault->code || (fault->err != -ECANCELED && fault->err != -ENODEV))
		tell(q, position, fault);
	axlv_wake_all(axlv_context_of(vq->base.context));
}

static void finish(struct axlq_queue *q)
{
	struct axlq_fault fault = { 0 };

	if (axlq_exec_finish(q, &fault))
		fail(q, &fault);
}

static void begin_exec(struct axlq_queue *q)
{
	struct axlq_fault fault = { 0 };
	struct axlp_error error = { "" };
	int err = axlq_exec_begin(q, q->begun, &fault, &error);

	if (err == AXLQ_LATER) {
		finish(q);
		return;
	}
	if (!err) {
		q->begun++;
		return;
	}
	while (q->flying && !q->failed)
		finish(q);
	if (!q->failed)
		fail(q, &fault);
}

static uint32_t run(struct axlq_queue *q, const struct vnpu_desc *desc)
{
	const struct axlv_slot *slot = axlv_slot(&q->vnpu, q->begun);
	int code;

	if (begin_access(slot))
		return VNPU_ERR_DMA;
	code = runs[desc->opcode](q, desc);
	end_access(slot, slot->bo_count);
	return (uint32_t)code;
}

static void begin_other(struct axlq_queue *q, const struct vnpu_desc *desc)
{
	struct axlq_fault fault = { 0 };
	int64_t start = axlp_now_ns();

	if (q->flying) {
		finish(q);
		return;
	}
	let_activation_go(q);
	fault.code = run(q, desc);
	if (fault.code)
		fail(q, &fault);
	else if (!atomic_load(&q->stop))
		axlq_done(q, q->begun++, start);
}

static void begin(struct axlq_queue *q)
{
	const struct vnpu_desc *desc = axlv_desc(&q->vnpu, q->begun);

	if (desc->opcode == VNPU_OP_EXEC)
		begin_exec(q);
	else
		begin_other(q, desc);
}

/* With the lock of the work; it is let go of meanwhile. */
static void park(struct axlq_queue *q)
{
	pthread_mutex_unlock(&q->work.lock);
	axlq_exec_abandon(q);
	let_activation_go(q);
	pthread_mutex_lock(&q->work.lock);
	q->work.parked = true;
	pthread_cond_broadcast(&q->work.done);
	while (atomic_load(&q->stop) && !q->work.ends)
		pthread_cond_wait(&q->work.more, &q->work.lock);
	q->work.parked = false;
}

/* Likewise. Others may want what has not been used for long. */
static void rest(struct axlq_queue *q)
{
	int64_t until = axlp_now_ns() + AXLQ_IDLE_NS;
	const struct timespec time = { .tv_sec = until / 1000000000,
				       .tv_nsec = until % 1000000000 };

	if (pthread_cond_timedwait(&q->work.more, &q->work.lock, &time) !=
	    ETIMEDOUT)
		return;
	pthread_mutex_unlock(&q->work.lock);
	axlq_activations_end(axlq_context_of(q->vnpu.base.context), q, NULL);
	pthread_mutex_lock(&q->work.lock);
}

enum next {
	NEXT_BEGIN,
	NEXT_FINISH,
	NEXT_END,
};

static enum next look(struct axlq_queue *q)
{
	enum next next = NEXT_END;

	pthread_mutex_lock(&q->work.lock);
	while (!q->work.ends) {
		if (atomic_load(&q->stop)) {
			park(q);
		} else if (!q->failed && q->begun < q->work.tail) {
			next = NEXT_BEGIN;
			break;
		} else if (q->flying) {
			next = NEXT_FINISH;
			break;
		} else {
			pthread_mutex_unlock(&q->work.lock);
			let_activation_go(q);
			pthread_mutex_lock(&q->work.lock);
			if (!atomic_load(&q->stop) && !q->work.ends &&
			    (q->failed || q->begun >= q->work.tail))
				rest(q);
		}
	}
	pthread_mutex_unlock(&q->work.lock);
	return next;
}

void *axlq_worker(void *queue)
{
	struct axlq_queue *q = queue;
	enum next next;

	while ((next = look(q)) != NEXT_END) {
		if (next == NEXT_BEGIN)
			begin(q);
		else
			finish(q);
	}
	return NULL;
}
