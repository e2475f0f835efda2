// SPDX-License-Identifier: MIT
/*
 * Sleeping for points of queues, on any thread: the arm words are set (section
 * 5.4), and every interrupt wakes all sleepers of its context. A queue has one
 * arm word: it holds the least point that anybody waits for, and whoever is
 * woken and not yet done sets it again.
 */
#include "soft.h"

#include <errno.h>
#include <unistd.h>

/* A device that has failed completes nothing any more; waiters have to know. */
static void look_at_events(struct soft_context *sc)
{
	const struct soft_shared *shared = sc->shared;
	uint64_t done = axlv_done(&shared->event_status);

	if (done - sc->looked > SOFT_EVENTS)
		sc->looked = done - SOFT_EVENTS;
	for (; sc->looked < done; sc->looked++) {
		uint64_t slot = sc->looked % SOFT_EVENTS;

		if (le16toh(shared->event_ring[slot].type) ==
		    VNPU_EVENT_DEVICE_ERROR)
			atomic_store(&sc->vnpu.broken, -EIO);
	}
}

void soft_interrupt(void *data, unsigned int vector)
{
	struct soft_context *sc = data;

	if (vector == SOFT_VECTOR_EVENTS) {
		const uint64_t one = 1;

		pthread_mutex_lock(&sc->vnpu.waiters.lock);
		look_at_events(sc);
		pthread_mutex_unlock(&sc->vnpu.waiters.lock);
		/* Full means readable, which is all that is wanted. */
		if (write(sc->event_fd, &one, sizeof(one)) < 0)
			errno = 0;
	}
	axlv_wake_all(&sc->vnpu);
}

/*
 * W1 to W3. W4 is for rings whose producer may have left out the wake write;
 * this provider is the producer, and never does.
 */
static void arm(struct axlv_queue *vq, uint64_t point)
{
	struct soft_queue *q = (struct soft_queue *)vq;

	pthread_mutex_lock(&vq->lock);
	if (!vq->closed &&
	    (q->armed > point || q->armed <= axlv_done(vq->status))) {
		q->armed = point;
		atomic_store(q->arm_word, htole64(point));
	}
	pthread_mutex_unlock(&vq->lock);
}

static uint32_t sleep_for(const struct axlp_point *points, uint32_t count,
			  int64_t deadline_ns, int *result)
{
	return axlv_sleep_for(points, count, deadline_ns, result, arm);
}

int soft_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first)
{
	return axlv_wait(points, count, deadline_ns, first, sleep_for);
}
