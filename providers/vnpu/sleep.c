// SPDX-License-Identifier: MIT
/*
 * Sleeping for points of queues, where what wakes is in this process.
 *
 * A thread sleeps on a word of its own. Whatever happens in a context wakes all
 * of its sleepers; there are seldom two. So does a sleeper who leaves: what he
 * armed may have been reached before the device saw it, and then nothing is
 * told, on which others relied.
 *
 * A sleeper is in the lists of all contexts that it waits for, from before it
 * arms until after its last look, so no wake-up is lost on it.
 */
#include "axlv.h"

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

int axlv_sleep_on(atomic_uint *word, unsigned int seen, int64_t deadline_ns)
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

void axlv_waiter_add(struct axlv_context *vc, struct axlv_waiter *waiter)
{
	waiter->context = vc;
	pthread_mutex_lock(&vc->waiters.lock);
	waiter->next = vc->waiters.first;
	vc->waiters.first = waiter;
	pthread_mutex_unlock(&vc->waiters.lock);
}

void axlv_waiter_remove(struct axlv_waiter *waiter)
{
	struct axlv_context *vc = waiter->context;
	struct axlv_waiter **at = &vc->waiters.first;

	pthread_mutex_lock(&vc->waiters.lock);
	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
	for (struct axlv_waiter *w = vc->waiters.first; w; w = w->next)
		wake(w->word);
	pthread_mutex_unlock(&vc->waiters.lock);
}

void axlv_wake_all(struct axlv_context *vc)
{
	pthread_mutex_lock(&vc->waiters.lock);
	for (struct axlv_waiter *w = vc->waiters.first; w; w = w->next)
		wake(w->word);
	pthread_mutex_unlock(&vc->waiters.lock);
}

/* In the lists of all contexts that the points are of; returns how many. */
static uint32_t add_waiters(struct axlv_waiter *waiters, atomic_uint *word,
			    const struct axlp_point *points, uint32_t count)
{
	uint32_t there = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct axlv_context *vc =
			axlv_context_of(points[i].queue->context);
		uint32_t j = 0;

		while (j < there && waiters[j].context != vc)
			j++;
		if (j < there)
			continue;
		waiters[there].word = word;
		axlv_waiter_add(vc, &waiters[there++]);
	}
	return there;
}

uint32_t axlv_sleep_for(const struct axlp_point *points, uint32_t count,
			int64_t deadline_ns, int *result,
			void (*arm)(struct axlv_queue *q, uint64_t point))
{
	struct axlv_waiter waiters[AXLV_POINTS_MAX];
	uint32_t contexts;
	uint32_t first;
	atomic_uint word;
	int err = 0;

	atomic_init(&word, 0);
	contexts = add_waiters(waiters, &word, points, count);
	for (;;) {
		unsigned int seen = atomic_load(&word);

		for (uint32_t i = 0; arm && i < count; i++)
			arm(axlv_queue_of(points[i].queue), points[i].point);
		first = axlv_look(points, count, result); /* W5 */
		if (first < count || err)
			break;
		err = axlv_sleep_on(&word, seen, deadline_ns);
	}
	for (uint32_t i = 0; i < contexts; i++)
		axlv_waiter_remove(&waiters[i]);
	return first;
}
