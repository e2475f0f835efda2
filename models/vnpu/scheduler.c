// SPDX-License-Identifier: MIT
/*
 * An engine: one thread that looks at the tails of its queues that are awake,
 * and executes what it finds. It holds the engine's lock all the time, but for
 * descriptors that take long and when somebody wants it (wanted). The job ends
 * every few ms and queues itself again, so that a reset gets through, and for
 * good when all queues sleep.
 *
 * Queues are chosen by stride: each has a position that grows by its stride for
 * every descriptor, and the least is next. Alone it may do a whole batch.
 */
#include "core.h"
#include "relax.h"

#include <sched.h>
#include <time.h>

#define SLICE_NS 4000000u
#define LOOK_NS 100000u /* between two looks at conditions */
#define SPIN_NS 50000u /* without work, before sleeping between looks */
#define YIELD_NS 3000u /* without work, before giving way at every look */

/* 64 : 16 : 4 : 1 */
static const uint64_t strides[VNPU_PRIORITY_MAX + 1] = { 1, 4, 16, 64 };

void vnpu_engine_lock(struct vnpu_engine_state *e)
{
	atomic_fetch_add(&e->wanted, 1);
	pthread_mutex_lock(&e->lock);
	atomic_fetch_sub(&e->wanted, 1);
}

void vnpu_engine_unlock(struct vnpu_engine_state *e)
{
	pthread_mutex_unlock(&e->lock);
}

static void give_way(struct vnpu_engine_state *e)
{
	if (!atomic_load_explicit(&e->wanted, memory_order_relaxed))
		return;
	pthread_mutex_unlock(&e->lock);
	while (atomic_load(&e->wanted))
		sched_yield();
	pthread_mutex_lock(&e->lock);
}

/*
 * Those who wait are wanted too: else the engine's thread, which holds the lock
 * nearly always, would not let them look.
 */
bool vnpu_engine_wait(struct vnpu_engine_state *e)
{
	uint64_t run = e->runs, ns = e->v->stop_ms * 1000000ull;
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	ns += (uint64_t)until.tv_nsec;
	until.tv_sec += (time_t)(ns / 1000000000);
	until.tv_nsec = (long)(ns % 1000000000);
	atomic_fetch_add(&e->wanted, 1);
	while (e->running && e->runs == run && !ret)
		ret = pthread_cond_timedwait(&e->changed, &e->lock, &until);
	atomic_fetch_sub(&e->wanted, 1);
	if (!e->running || e->runs != run)
		return true;
	pthread_mutex_unlock(&e->lock);
	vnpu_broken(e->v, VNPU_ERR_INTERNAL);
	pthread_mutex_lock(&e->lock);
	return false;
}

bool vnpu_engine_stop(struct vnpu_engine_state *e, struct vnpu_queue *q)
{
	bool stopped = true;

	atomic_store(&q->stop, 1);
	if (e->running == q)
		stopped = vnpu_engine_wait(e);
	if (!stopped)
		return false;
	atomic_store(&q->stop, 0);
	q->waiting = q->held = false;
	vnpu_exec_let_go(q);
	return true;
}

static void take_wakes(struct vnpu_engine_state *e)
{
	struct vnpu *v = e->v;

	if (!atomic_load_explicit(&e->wakes, memory_order_relaxed))
		return;
	atomic_store(&e->wakes, false);
	for (uint32_t i = 0; i < v->limits->queues; i += 64) {
		uint64_t bits = atomic_load(&v->wake[i / 64]);

		while (bits) {
			uint32_t n = i + (uint32_t)__builtin_ctzll(bits);
			struct vnpu_queue *q = &v->queues[n];

			bits &= bits - 1;
			if (atomic_load(&q->engine) != (int)e->number)
				continue;
			atomic_fetch_and(&v->wake[i / 64], ~(1ull << n % 64));
			vnpu_queue_wake(e, q);
		}
	}
}

/* Up to as many descriptors as the queue may do now. */
static unsigned int budget(const struct vnpu_queue *q, uint64_t next)
{
	uint64_t ahead = (next - q->pass) / strides[q->priority];

	return ahead < VNPU_BATCH ? (unsigned int)ahead + 1 : VNPU_BATCH;
}

static struct vnpu_queue *pick(struct vnpu_engine_state *e, unsigned int *may)
{
	struct vnpu_queue *best = NULL;
	uint64_t next = UINT64_MAX;

	for (unsigned int i = 0; i < e->count; i++) {
		struct vnpu_queue *q = e->awake[i];

		if (q->waiting || atomic_load(&q->stop) ||
		    (!q->held && !vnpu_queue_ready(e->v, q)))
			continue;
		/* Credit is not saved up by having nothing to do. */
		if (q->pass < e->pass)
			q->pass = e->pass;
		if (best && q->pass >= best->pass) {
			next = q->pass < next ? q->pass : next;
			continue;
		}
		if (best)
			next = best->pass;
		best = q;
	}
	if (best)
		*may = budget(best, next);
	return best;
}

/* Slots of one turn into the batch; their number, or a negative error. */
static int fetch(struct vnpu_engine_state *e, struct vnpu_queue *q,
		 unsigned int may)
{
	uint32_t slots = 1u << q->log2, slot = q->done & (slots - 1);
	uint32_t n = vnpu_queue_ready(e->v, q);

	if (q->held) {
		e->batch[0] = q->desc;
		return 1;
	}
	if (n > slots)
		return -VNPU_ERR_OVERRUN;
	n = n < may ? n : may;
	n = n < slots - slot ? n : slots - slot;
	if (axm_dma_read(e->v->dev, q->ring + slot * VNPU_SLOT_SIZE, e->batch,
			 n * VNPU_SLOT_SIZE))
		return -VNPU_ERR_DMA;
	return (int)n;
}

static int run_outside(struct vnpu_engine_state *e, struct vnpu_queue *q,
		       struct vnpu_run *run)
{
	int ret;

	e->run_start = run->start = axm_now_ns();
	e->running = q;
	e->runs++;
	pthread_mutex_unlock(&e->lock);
	ret = vnpu_desc_run(run);
	pthread_mutex_lock(&e->lock);
	e->running = NULL;
	e->note_count = 0;
	atomic_store(&q->flushed, false);
	pthread_cond_broadcast(&e->changed);
	return atomic_load(&q->stop) ? VNPU_STOPPED : ret;
}

/* One descriptor, at position. 0 or why it is not done. */
static int run_one(struct vnpu_engine_state *e, struct vnpu_queue *q,
		   struct vnpu_run *run, uint64_t position)
{
	int ret;

	q->desc = run->desc;
	q->has_desc = true;
	ret = vnpu_desc_check(run);
	if (ret)
		return ret;
	if (vnpu_desc_store_first(&run->desc) && position != q->done)
		vnpu_queue_store_done(e, q, position);
	if (q->flags & VNPU_RING_ERROR)
		return VNPU_STOPPED;
	if (run->desc.opcode == VNPU_OP_EXEC)
		ret = vnpu_exec_hold(run);
	if (ret)
		return ret;
	if (vnpu_desc_outside(&run->desc))
		ret = run_outside(e, q, run);
	else
		ret = vnpu_desc_run(run);
	return ret;
}

static void account(struct vnpu_engine_state *e, struct vnpu_queue *q,
		    uint64_t done, uint64_t start, uint64_t cycles)
{
	struct vnpu_context *c = &e->v->contexts[q->context];
	uint64_t now = axm_now_ns();

	q->last_work = e->served = now;
	q->busy_ns += now - start;
	q->cycles += vnpu_cycles(e->v, now) - cycles;
	e->busy_ns += now - start;
	e->descriptors += done;
	atomic_fetch_add_explicit(&c->busy_ns, now - start,
				  memory_order_relaxed);
	atomic_fetch_add_explicit(&c->descriptors, done, memory_order_relaxed);
	e->pass = q->pass;
	q->pass += (done ? done : 1) * strides[q->priority];
}

static void wait_begin(struct vnpu_queue *q, uint64_t now)
{
	if (!q->held)
		q->wait_since = now;
	q->waiting = q->held = true;
}

static void settle(struct vnpu_engine_state *e, struct vnpu_queue *q,
		   struct vnpu_run *run, int ret, uint64_t position)
{
	if (ret != VNPU_LATER)
		vnpu_exec_let_go(q);
	if (q->flags & VNPU_RING_ERROR || ret == VNPU_STOPPED)
		return;
	if (position != q->done)
		vnpu_queue_store_done(e, q, position);
	if (q->flags & VNPU_RING_ERROR)
		return;
	if (ret == VNPU_LATER)
		wait_begin(q, run->start);
	else if (ret)
		vnpu_queue_fail(e, q, ret, &run->access.fault,
				run->desc.opcode);
	else
		q->held = q->has_desc = false;
}

static void serve(struct vnpu_engine_state *e, struct vnpu_queue *q,
		  unsigned int may, uint64_t now)
{
	uint64_t position = q->done, first = position;
	uint64_t cycles = vnpu_cycles(e->v, now);
	struct vnpu_run run = { .e = e, .q = q, .start = now };
	int n = fetch(e, q, may), ret = n < 0 ? -n : 0;

	run.access.v = e->v;
	run.access.asid = q->asid;
	if (ret == VNPU_ERR_DMA)
		run.access.fault = (struct vnpu_fault){
			.address = q->ring,
			.asid = VNPU_ASID_BUS,
		};
	for (int i = 0; i < n && !ret; i++) {
		run.desc = e->batch[i];
		ret = run_one(e, q, &run, position);
		position += !ret;
		/* What takes long is done one at a time: others may wait. */
		if (!ret && vnpu_desc_outside(&run.desc))
			break;
	}
	if (vnpu_halted(e->v))
		return;
	account(e, q, position - first, now, cycles);
	settle(e, q, &run, ret, position);
}

/* The condition of a WAIT, or whether a program is ready by now. */
static void look_at(struct vnpu_engine_state *e, struct vnpu_queue *q,
		    uint64_t now)
{
	struct vnpu_run run = {
		.e = e,
		.q = q,
		.start = now,
		.desc = q->desc,
		.access = { .v = e->v, .asid = q->asid },
	};
	int ret;

	if (q->desc.opcode != VNPU_OP_WAIT) {
		q->waiting = false;
		return;
	}
	ret = vnpu_desc_run(&run);
	if (ret == VNPU_LATER)
		return;
	q->waiting = false;
	q->last_work = e->served = now;
	if (!ret) {
		e->descriptors++;
		atomic_fetch_add(&e->v->contexts[q->context].descriptors, 1);
	}
	settle(e, q, &run, ret, q->done + !ret);
}

void vnpu_wait_look(struct vnpu_engine_state *e, uint64_t now)
{
	if (now - e->looked < LOOK_NS && now - e->served >= SPIN_NS)
		return;
	e->looked = now;
	for (unsigned int i = e->count; i-- > 0;)
		if (e->awake[i]->waiting && e->awake[i] != e->running)
			look_at(e, e->awake[i], now);
}

/*
 * Whoever looks for work must not keep the processor from those who have some:
 * the scheduler may have put the host's thread behind this one.
 */
static void rest(struct vnpu_engine_state *e, uint64_t now, bool waits)
{
	const struct timespec nap = { .tv_nsec = LOOK_NS };

	if (now - e->served < YIELD_NS) {
		vnpu_relax();
		return;
	}
	pthread_mutex_unlock(&e->lock);
	if (waits && now - e->served >= SPIN_NS)
		nanosleep(&nap, NULL);
	else
		sched_yield();
	pthread_mutex_lock(&e->lock);
}

static void idle(struct vnpu_engine_state *e, uint64_t now)
{
	uint64_t limit = atomic_load(&e->v->idle_us) * 1000ull;
	bool waits = false;

	for (unsigned int i = e->count; i-- > 0;) {
		struct vnpu_queue *q = e->awake[i];

		if (q->waiting)
			waits = true;
		else if (now - q->last_work >= limit)
			vnpu_queue_fall_asleep(e, q);
	}
	if (waits)
		vnpu_wait_look(e, now);
	rest(e, now, waits);
}

void vnpu_engine_job(struct axm_device *dev, struct axm_job *job)
{
	struct vnpu_engine_state *e =
		(struct vnpu_engine_state *)((char *)job -
					     offsetof(struct vnpu_engine_state,
						      job));
	uint64_t now = axm_now_ns(), until = now + SLICE_NS;
	bool again;

	pthread_mutex_lock(&e->lock);
	e->active = true;
	take_wakes(e);
	while (e->count && now < until && !vnpu_halted(e->v)) {
		unsigned int may = 0;
		struct vnpu_queue *q = pick(e, &may);

		if (q)
			serve(e, q, may, now);
		else
			idle(e, now);
		give_way(e);
		take_wakes(e);
		now = axm_now_ns();
	}
	again = e->count && !vnpu_halted(e->v);
	e->active = false;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
	if (again)
		axm_worker_queue(e->worker, &e->job);
}
