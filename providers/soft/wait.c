// SPDX-License-Identifier: MIT
/*
 * Sleeping for points of queues, on any thread.
 *
 * The arm words are set (section 5.4) and the thread sleeps on a word of its
 * own. A queue has one arm word: it holds the least point that anybody waits
 * for, and whoever is woken and not yet done sets it again. Every interrupt
 * wakes all sleepers of its context; there are seldom two. So does a sleeper
 * who leaves: what he armed may have been reached before the device saw it, and
 * then there is no interrupt, on which others relied.
 *
 * A sleeper is in the lists of all contexts that it waits for, from before it
 * arms until after its last look, so no interrupt is lost on it.
 */
#include "soft.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wake(atomic_uint *word)
{
	atomic_fetch_add(word, 1);
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

int soft_sleep(atomic_uint *word, unsigned int seen, int64_t deadline_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(deadline_ns / 1000000000),
		.tv_nsec = (long)(deadline_ns % 1000000000),
	};

	while (atomic_load(word) == seen) {
		/* With a bitset, the time is absolute, CLOCK_MONOTONIC. */
		if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, seen,
			    deadline_ns == INT64_MAX ? NULL : &until, NULL,
			    FUTEX_BITSET_MATCH_ANY) == -1 &&
		    errno == ETIMEDOUT)
			return -ETIME;
	}
	return 0;
}

void soft_waiter_add(struct soft_context *sc, struct soft_waiter *waiter)
{
	waiter->context = sc;
	pthread_mutex_lock(&sc->waiters.lock);
	waiter->next = sc->waiters.first;
	sc->waiters.first = waiter;
	pthread_mutex_unlock(&sc->waiters.lock);
}

void soft_waiter_remove(struct soft_waiter *waiter)
{
	struct soft_context *sc = waiter->context;
	struct soft_waiter **at = &sc->waiters.first;

	pthread_mutex_lock(&sc->waiters.lock);
	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
	for (struct soft_waiter *w = sc->waiters.first; w; w = w->next)
		wake(w->word);
	pthread_mutex_unlock(&sc->waiters.lock);
}

void soft_wake_all(struct soft_context *sc)
{
	pthread_mutex_lock(&sc->waiters.lock);
	for (struct soft_waiter *w = sc->waiters.first; w; w = w->next)
		wake(w->word);
	pthread_mutex_unlock(&sc->waiters.lock);
}

/* A device that has failed completes nothing any more; waiters have to know. */
static void look_at_events(struct soft_context *sc)
{
	const struct soft_shared *shared = sc->shared;
	uint64_t done = axlv_done(&shared->event_status);

	if (done - sc->waiters.looked > SOFT_EVENTS)
		sc->waiters.looked = done - SOFT_EVENTS;
	for (; sc->waiters.looked < done; sc->waiters.looked++) {
		uint64_t slot = sc->waiters.looked % SOFT_EVENTS;

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

		pthread_mutex_lock(&sc->waiters.lock);
		look_at_events(sc);
		pthread_mutex_unlock(&sc->waiters.lock);
		/* Full means readable, which is all that is wanted. */
		if (write(sc->event_fd, &one, sizeof(one)) < 0)
			errno = 0;
	}
	soft_wake_all(sc);
}

/*
 * W1 to W3. W4 is for rings whose producer may have left out the wake write;
 * this provider is the producer, and never does.
 */
static void arm(struct soft_queue *q, uint64_t point)
{
	struct axlv_queue *vq = &q->vnpu;

	pthread_mutex_lock(&vq->lock);
	if (!vq->closed &&
	    (q->armed > point || q->armed <= axlv_done(vq->status))) {
		q->armed = point;
		atomic_store(q->arm_word, htole64(point));
	}
	pthread_mutex_unlock(&vq->lock);
}

/* In the lists of all contexts that the points are of; returns how many. */
static uint32_t add_waiters(struct soft_waiter *waiters, atomic_uint *word,
			    const struct axlp_point *points, uint32_t count)
{
	uint32_t there = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct soft_context *sc =
			soft_context_of(points[i].queue->context);
		uint32_t j = 0;

		while (j < there && waiters[j].context != sc)
			j++;
		if (j < there)
			continue;
		waiters[there].word = word;
		soft_waiter_add(sc, &waiters[there++]);
	}
	return there;
}

static uint32_t sleep_for(const struct axlp_point *points, uint32_t count,
			  int64_t deadline_ns, int *result)
{
	struct soft_waiter waiters[AXLV_POINTS_MAX];
	uint32_t contexts;
	uint32_t first;
	atomic_uint word;
	int err = 0;

	atomic_init(&word, 0);
	contexts = add_waiters(waiters, &word, points, count);
	for (;;) {
		unsigned int seen = atomic_load(&word);

		for (uint32_t i = 0; i < count; i++)
			arm(soft_queue_of(points[i].queue), points[i].point);
		first = axlv_look(points, count, result); /* W5 */
		if (first < count || err)
			break;
		err = soft_sleep(&word, seen, deadline_ns);
	}
	for (uint32_t i = 0; i < contexts; i++)
		soft_waiter_remove(&waiters[i]);
	return first;
}

int soft_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first)
{
	return axlv_wait(points, count, deadline_ns, first, sleep_for);
}
