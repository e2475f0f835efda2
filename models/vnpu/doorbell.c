// SPDX-License-Identifier: MIT
/*
 * The doorbell BAR. Tails and arm words are memory that the host maps; every
 * look at them is one aligned load.
 */
#include "core.h"

#include <string.h>

static uint32_t *tail_word(struct vnpu *v, uint32_t queue)
{
	return (uint32_t *)(v->doorbells + VNPU_DB_TAIL(VNPU_STRIDE, queue));
}

static uint64_t *arm_word(struct vnpu *v, uint32_t queue)
{
	return (uint64_t *)(v->doorbells +
			    VNPU_DB_ARM(VNPU_STRIDE, v->limits->queues, queue));
}

/* Acquire: the slots below the tail are visible after it. */
uint32_t vnpu_tail(struct vnpu *v, uint32_t queue)
{
	return le32toh(__atomic_load_n(tail_word(v, queue), __ATOMIC_ACQUIRE));
}

uint64_t vnpu_armed(struct vnpu *v, uint32_t queue)
{
	return le64toh(__atomic_load_n(arm_word(v, queue), __ATOMIC_ACQUIRE));
}

void vnpu_doorbell_clear(struct vnpu *v, uint32_t queue)
{
	__atomic_store_n(arm_word(v, queue), 0, __ATOMIC_RELEASE);
	memset(tail_word(v, queue), 0, VNPU_STRIDE);
}

void vnpu_doorbell_set_tail(struct vnpu *v, uint32_t queue, uint32_t tail)
{
	__atomic_store_n(arm_word(v, queue), 0, __ATOMIC_RELEASE);
	__atomic_store_n(tail_word(v, queue), htole32(tail), __ATOMIC_RELEASE);
}

/* The bit stays until the engine's thread has looked: nothing is lost. */
void vnpu_doorbell_write(struct vnpu *v, uint64_t offset)
{
	uint64_t first = VNPU_DB_WAKE(VNPU_STRIDE, v->limits->queues, 0);
	uint64_t queue = (offset - first) / VNPU_STRIDE;
	struct vnpu_engine_state *e;
	int engine;

	if (offset < first || (offset - first) % VNPU_STRIDE ||
	    queue >= v->limits->queues)
		return;
	engine = atomic_load(&v->queues[queue].engine);
	if (engine < 0)
		return;
	e = &v->engine[engine];
	atomic_fetch_or(&v->wake[queue / 64], 1ull << queue % 64);
	atomic_store(&e->wakes, true);
	axm_worker_queue(e->worker, &e->job);
}
