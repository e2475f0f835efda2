// SPDX-License-Identifier: MIT
/*
 * Slots of a queue, what they hold, and when they let go of it.
 *
 * Slots are retired by whoever waited for one of their queue with success, by
 * a few when jobs are submitted, at a reset, at the end, and in all queues when
 * the context has no room for a program. Hence the lock of the slots: the
 * queue's owner is one thread, those who wait for its fences are others.
 */
#include "axlv.h"

#include <errno.h>
#include <stdlib.h>

#define SPIN_NS 20000u
#define BOS_ROOM_MIN 4u

void axlv_context_init(struct axlv_context *vc)
{
	pthread_mutex_init(&vc->open_queues.lock, NULL);
	pthread_mutex_init(&vc->waiters.lock, NULL);
}

void axlv_context_fini(struct axlv_context *vc)
{
	pthread_mutex_destroy(&vc->waiters.lock);
	pthread_mutex_destroy(&vc->open_queues.lock);
}

int axlv_queue_init(struct axlv_queue *q)
{
	pthread_mutex_init(&q->lock, NULL);
	pthread_mutex_init(&q->slots_lock, NULL);
	atomic_init(&q->spin_ns, SPIN_NS);
	q->slots = calloc(q->slot_count, sizeof(*q->slots));
	q->spare = calloc(1, sizeof(*q->spare));
	return q->slots && q->spare ? 0 : -ENOMEM;
}

void axlv_queue_fini(struct axlv_queue *q)
{
	struct axlv_failure *next;

	free(q->spare);
	for (struct axlv_failure *f = q->failures; f; f = next) {
		next = f->next;
		free(f);
	}
	free(q->slots);
	pthread_mutex_destroy(&q->slots_lock);
	pthread_mutex_destroy(&q->lock);
}

uint64_t axlv_queue_point(const struct axl_queue *queue)
{
	return ((const struct axlv_queue *)queue)->position;
}

struct axlv_slot *axlv_hold(struct axlv_queue *q, struct axlv_slot *slot)
{
	if (!slot->holds) {
		slot->holds = true;
		atomic_fetch_add(&q->holding, 1);
	}
	return slot;
}

int axlv_hold_bo(struct axlv_queue *q, struct axlv_slot *slot,
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
	axlv_hold(q, slot)->bos[slot->bo_count++] = bo;
	return 0;
}

/* Its own needs no reference, which would never end. */
void axlv_hold_queue(struct axlv_queue *q, struct axlv_slot *slot,
		     struct axl_queue *other)
{
	if (other == &q->base)
		return;
	axlp_queue_get(other);
	axlv_hold(q, slot)->waits_for = other;
}

static void release(struct axlv_queue *q, struct axlv_slot *slot)
{
	for (uint32_t i = 0; i < slot->bo_count; i++)
		axlp_bo_put(slot->bos[i]);
	slot->bo_count = 0;
	if (slot->program)
		axlp_program_put(slot->program);
	slot->program = NULL;
	if (slot->waits_for)
		axlp_queue_put(slot->waits_for);
	slot->waits_for = NULL;
	axlv_block_put(q, slot->scratch);
	slot->scratch = NULL;
	axlv_block_put(q, slot->table);
	slot->table = NULL;
	slot->holds = false;
	atomic_fetch_sub(&q->holding, 1);
}

void axlv_retire(struct axlv_queue *q, uint64_t point, uint32_t most)
{
	for (; atomic_load(&q->holding) && q->retired < point; q->retired++) {
		struct axlv_slot *slot = axlv_slot(q, q->retired);

		if (!slot->holds)
			continue;
		if (!most--)
			return;
		release(q, slot);
	}
	q->retired = point;
}

int axlv_retire_done(struct axlv_queue *q, uint32_t most)
{
	uint64_t point = axlv_reached(q);

	/* Nothing that the device says is used unchecked. */
	if (point > q->position || point < q->retired)
		return -EIO;
	axlv_retire(q, point, most);
	return 0;
}

void axlv_retire_queue(struct axlv_queue *q)
{
	if (!atomic_load(&q->holding))
		return;
	pthread_mutex_lock(&q->slots_lock);
	axlv_retire_done(q, UINT32_MAX);
	pthread_mutex_unlock(&q->slots_lock);
}

static void update(struct axlv_queue *q)
{
	if (!q->ops->update)
		return;
	pthread_mutex_lock(&q->lock);
	q->ops->update(q);
	pthread_mutex_unlock(&q->lock);
}

void axlv_retire_context(struct axlv_context *vc)
{
	pthread_mutex_lock(&vc->open_queues.lock);
	for (struct axlv_queue *q = vc->open_queues.first; q; q = q->next) {
		update(q);
		axlv_retire_queue(q);
	}
	pthread_mutex_unlock(&vc->open_queues.lock);
}

void axlv_retire_all(struct axlv_queue *q)
{
	pthread_mutex_lock(&q->slots_lock);
	axlv_retire(q, q->position, UINT32_MAX);
	pthread_mutex_unlock(&q->slots_lock);
}

void axlv_queue_list(struct axlv_queue *q)
{
	struct axlv_context *vc = axlv_context_of(q->base.context);

	pthread_mutex_lock(&vc->open_queues.lock);
	q->next = vc->open_queues.first;
	vc->open_queues.first = q;
	pthread_mutex_unlock(&vc->open_queues.lock);
}

void axlv_queue_unlist(struct axlv_queue *q)
{
	struct axlv_context *vc = axlv_context_of(q->base.context);
	struct axlv_queue **at = &vc->open_queues.first;

	pthread_mutex_lock(&vc->open_queues.lock);
	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	pthread_mutex_unlock(&vc->open_queues.lock);
}

void axlv_queue_empty(struct axlv_queue *q)
{
	axlv_retire_all(q);
	for (uint32_t i = 0; i < q->slot_count; i++)
		free(q->slots[i].bos);
	pthread_mutex_lock(&q->slots_lock);
	axlv_block_put(q, q->scratch);
	axlv_block_put(q, q->table);
	pthread_mutex_unlock(&q->slots_lock);
}
