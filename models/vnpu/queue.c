// SPDX-License-Identifier: MIT
/*
 * A queue as its host sees it: status record, completion, error, sleep. All of
 * it is with the lock of the queue's engine, which may do DMA under it.
 */
#include "core.h"

#include <errno.h>

#define RECORD(member) offsetof(struct vnpu_ring_status, member)

uint32_t vnpu_queue_ready(struct vnpu *v, struct vnpu_queue *q)
{
	q->tail = vnpu_tail(v, q->number);
	return vnpu_ready(q->tail, vnpu_armed(v, q->number), q->done,
			  1u << q->log2);
}

static int put64(struct vnpu *v, struct vnpu_queue *q, size_t at,
		 uint64_t value)
{
	return axm_dma_store64(v->dev, q->status + at, htole64(value));
}

static int put_flags(struct vnpu *v, struct vnpu_queue *q)
{
	return axm_dma_store32(v->dev, q->status + RECORD(flags),
			       htole32(q->flags));
}

int vnpu_queue_put_record(struct vnpu *v, struct vnpu_queue *q)
{
	int ret = 0;

	for (size_t at = RECORD(reserved); !ret && at < 64; at += 8)
		ret = put64(v, q, at, 0);
	if (!ret)
		ret = put64(v, q, RECORD(error_position), 0);
	if (!ret)
		ret = put64(v, q, RECORD(busy_ns), q->busy_ns);
	if (!ret)
		ret = put64(v, q, RECORD(cycles), q->cycles);
	if (!ret)
		ret = put64(v, q, RECORD(dropped), 0);
	if (!ret)
		ret = put64(v, q, RECORD(done), q->done);
	if (!ret)
		ret = axm_dma_store32(v->dev, q->status + RECORD(error), 0);
	return ret ? ret : put_flags(v, q);
}

/* One window for all words: this is done for every turn. */
static int put_done(struct vnpu *v, struct vnpu_queue *q, uint64_t done)
{
	struct vnpu_ring_status *record;
	struct axm_dma_window w;
	int ret = axm_dma_map(v->dev, q->status, sizeof(*record), true, &w);

	if (!ret && w.len < sizeof(*record)) {
		axm_dma_unmap(v->dev, &w);
		ret = -EOPNOTSUPP;
	}
	if (ret == -EOPNOTSUPP) {
		ret = put64(v, q, RECORD(busy_ns), q->busy_ns);
		if (!ret)
			ret = put64(v, q, RECORD(cycles), q->cycles);
		return ret ? ret : put64(v, q, RECORD(done), done);
	}
	if (ret)
		return ret;
	record = w.ptr;
	__atomic_store_n(&record->busy_ns, htole64(q->busy_ns),
			 __ATOMIC_RELAXED);
	__atomic_store_n(&record->cycles, htole64(q->cycles), __ATOMIC_RELAXED);
	__atomic_store_n(&record->done, htole64(done), __ATOMIC_RELEASE);
	axm_dma_unmap(v->dev, &w);
	return 0;
}

/* Injected: consumes one completion that lies. */
static bool lies(struct vnpu *v)
{
	unsigned int n =
		atomic_load_explicit(&v->wrong_done, memory_order_relaxed);

	while (n)
		if (atomic_compare_exchange_weak(&v->wrong_done, &n, n - 1))
			return true;
	return axm_fault_corrupt(v->dev);
}

static void fail_record(struct vnpu_engine_state *e, struct vnpu_queue *q)
{
	struct vnpu_fault fault = {
		.address = q->status,
		.asid = VNPU_ASID_BUS,
		.access = VNPU_ACCESS_WRITE,
	};

	vnpu_queue_fail(e, q, VNPU_ERR_DMA, &fault, 0);
}

void vnpu_queue_store_done(struct vnpu_engine_state *e, struct vnpu_queue *q,
			   uint64_t done)
{
	struct vnpu *v = e->v;
	uint64_t before = q->done;

	q->done = done;
	if (put_done(v, q, lies(v) ? done + (2u << q->log2) : done)) {
		fail_record(e, q);
		return;
	}
	/* C2 of section 5.4. */
	atomic_thread_fence(memory_order_seq_cst);
	if (vnpu_crossed(vnpu_armed(v, q->number), before, done))
		vnpu_raise_queue(v, q->vector);
}

static void take_from_awake(struct vnpu_engine_state *e, struct vnpu_queue *q)
{
	unsigned int i = 0;

	if (!q->awake)
		return;
	q->awake = false;
	while (e->awake[i] != q)
		i++;
	e->awake[i] = e->awake[--e->count];
	if (atomic_fetch_sub(&e->v->awake, 1) == 1)
		atomic_store(&e->v->asleep_since, axm_now_ns());
}

static void post_error(struct vnpu *v, const struct vnpu_queue *q,
		       const struct vnpu_fault *fault, uint64_t opcode)
{
	struct vnpu_event event;

	vnpu_event_init(&event, VNPU_EVENT_QUEUE_ERROR);
	event.context = htole16(q->context);
	event.queue = htole32(q->number);
	event.position = htole64(q->done);
	event.code = htole32(q->error);
	event.value = htole64(opcode);
	if (fault) {
		event.asid = htole16(fault->asid);
		event.access = fault->access;
		event.reason = fault->reason;
		event.address = htole64(fault->address);
	}
	vnpu_event(v, &event);
}

void vnpu_queue_fail(struct vnpu_engine_state *e, struct vnpu_queue *q,
		     int error, const struct vnpu_fault *fault, uint64_t opcode)
{
	struct vnpu *v = e->v;

	if (vnpu_halted(v))
		return;
	q->error = (uint32_t)error;
	q->flags = VNPU_RING_ERROR;
	q->waiting = q->held = false;
	vnpu_exec_let_go(q);
	take_from_awake(e, q);
	e->errors++;
	atomic_fetch_add(&v->contexts[q->context].errors, 1);
	/* The order is R57; a record that is gone leaves the event. */
	axm_dma_store32(v->dev, q->status + RECORD(error), htole32(q->error));
	put64(v, q, RECORD(error_position), q->done);
	put_done(v, q, q->done);
	put_flags(v, q);
	post_error(v, q, fault, opcode);
}

bool vnpu_wake_pending(struct vnpu *v, uint32_t queue)
{
	return atomic_load(&v->wake[queue / 64]) >> queue % 64 & 1;
}

/* Clear the flag, then look: the caller reads the tail after this. */
void vnpu_queue_wake(struct vnpu_engine_state *e, struct vnpu_queue *q)
{
	struct vnpu *v = e->v;
	uint64_t now = axm_now_ns();

	if (q->awake || q->flags & VNPU_RING_ERROR)
		return;
	q->flags = 0;
	q->awake = true;
	q->last_work = e->served = now;
	if (q->pass < e->pass)
		q->pass = e->pass;
	e->awake[e->count++] = q;
	e->wakeups++;
	if (!atomic_fetch_add(&v->awake, 1))
		atomic_fetch_add(&v->asleep_ns,
				 now - atomic_load(&v->asleep_since));
	if (put_flags(v, q))
		fail_record(e, q);
	atomic_thread_fence(memory_order_seq_cst);
}

/* D1 to D4 of section 5.3. */
void vnpu_queue_fall_asleep(struct vnpu_engine_state *e, struct vnpu_queue *q)
{
	struct vnpu *v = e->v;

	q->flags = VNPU_RING_NEED_WAKEUP;
	if (put_flags(v, q)) {
		fail_record(e, q);
		return;
	}
	atomic_thread_fence(memory_order_seq_cst);
	if (!vnpu_queue_ready(v, q) && !vnpu_wake_pending(v, q->number)) {
		take_from_awake(e, q);
		return;
	}
	q->flags = 0;
	q->last_work = axm_now_ns();
	if (put_flags(v, q))
		fail_record(e, q);
}

void vnpu_queue_forget(struct vnpu_engine_state *e, struct vnpu_queue *q)
{
	take_from_awake(e, q);
	q->waiting = q->held = q->has_desc = false;
	vnpu_exec_let_go(q);
	q->flags = 0;
	atomic_store(&q->engine, -1);
}
