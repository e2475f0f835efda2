// SPDX-License-Identifier: MIT
/*
 * What the kernel says of a queue: how far it is, and what killed it. For
 * user-mode queues it is asked when the record in memory says nothing, for
 * kernel-mode ones there is no other way. With the queue's lock.
 *
 * A reset of the device cancels jobs of kernel-mode queues, which then take
 * others as if nothing had been. So if there was one, their fences are looked
 * at one by one, and the library's queue is in error as after any failure.
 */
#include "kit.h"

#include <errno.h>
#include <time.h>

#define QUEUES_MAX 64u /* more than any context has */
#define SETTLE_TRIES 50
#define SETTLE_PAUSE_NS 200000

struct answer {
	uint32_t count, stride;
	struct drm_axle_queue_state states[QUEUES_MAX];
};

/* The kernel's own words for a queue that it has killed. */
static void note(struct axle_queue *q, const struct drm_axle_queue_state *state)
{
	struct axlv_queue *vq = &q->vnpu;
	uint64_t point = atomic_load(&vq->origin) + state->done;

	if (state->code)
		axlv_note_fault(vq, point, state->code);
	else if (state->error == ETIMEDOUT)
		axlv_note_fault(vq, point, VNPU_ERR_TIMEOUT);
	else if (state->error == ECANCELED)
		axlv_note_kill(vq, point, -ECANCELED, "the device was reset");
	else if (state->error == ENODEV)
		axlv_note_kill(vq, point, -ENODEV, "the device was removed");
	else
		axlv_note_kill(vq, point, -EIO, "the device failed");
}

static uint32_t result_of(const struct axle_queue *q, uint64_t point)
{
	return q->results[(point - 1) & (q->vnpu.slot_count - 1)];
}

/* Points that were cancelled although the queue lives on. */
static void look_for_lost(struct axle_queue *q, uint64_t *done)
{
	struct axle_context *ac = axle_context_of(q->vnpu.base.context);
	struct drm_axle_query_health health = { 0 };
	uint64_t submitted = atomic_load(&q->submitted);
	uint64_t point = q->sure;
	int err = 0;

	if (axle_query(ac, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health)))
		return;
	if (health.resets != q->resets) {
		while (point < submitted && !err)
			err = axle_sync_status(ac, result_of(q, ++point));
		if (err < 0) {
			axlv_note_kill(&q->vnpu, point - 1, err,
				       "the device was reset");
			*done = point - 1 - atomic_load(&q->vnpu.origin);
			return;
		}
		q->resets = health.resets;
	}
	q->sure = atomic_load(&q->vnpu.origin) + *done;
}

static const struct drm_axle_queue_state *find(const struct answer *answer,
					       uint32_t number)
{
	for (uint32_t i = 0; i < answer->count; i++) {
		uint64_t at = (uint64_t)i * answer->stride;
		const struct drm_axle_queue_state *state =
			(const void *)((const uint8_t *)answer->states + at);

		if (at + sizeof(*state) > sizeof(answer->states))
			return NULL;
		if (state->queue == number)
			return state;
	}
	return NULL;
}

static int query(struct axle_queue *q, struct drm_axle_queue_state *out)
{
	struct axle_context *ac = axle_context_of(q->vnpu.base.context);
	const struct drm_axle_queue_state *state;
	struct answer answer = { 0 };
	int err =
		axle_query(ac, DRM_AXLE_TOPIC_QUEUES, &answer, sizeof(answer));

	if (err)
		return err;
	state = find(&answer, q->number);
	if (state)
		*out = *state;
	return state ? 0 : -EIO;
}

void axle_queue_settle(struct axle_queue *q)
{
	const struct timespec pause = { .tv_nsec = SETTLE_PAUSE_NS };
	struct drm_axle_queue_state state;

	if (!q->user || !q->number || !axlv_failure(&q->vnpu))
		return;
	for (int i = 0; i < SETTLE_TRIES; i++) {
		if (query(q, &state) || state.error)
			return;
		nanosleep(&pause, NULL);
	}
}

int axle_queue_ask(struct axle_queue *q, uint64_t *done)
{
	struct drm_axle_queue_state state;
	uint64_t good;
	int err;

	/* Whatever it was is noted. */
	if (!q->number || axlv_failure(&q->vnpu))
		return -EIO;
	err = query(q, &state);
	if (err)
		return err;
	good = state.done;
	if (state.error)
		note(q, &state);
	else if (!q->user)
		look_for_lost(q, &good);
	if (done)
		*done = good;
	return 0;
}
