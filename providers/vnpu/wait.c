// SPDX-License-Identifier: MIT
/*
 * Waiting for points of queues, on any thread: the completion records are
 * looked at for a while, then the provider has the thread sleep. What the jobs
 * of a queue held that are done is let go of when one of them was waited for.
 */
#include "axlv.h"

#include <errno.h>
#include <sched.h>

#define SPIN_MAX_NS 50000u /* more than waking the device takes */
#define SPIN_MIN_NS 1000u
#define YIELD_NS 3000 /* of looking, before giving way at every look */
#define LOOKS_BETWEEN_CLOCKS 32u

void axlv_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

uint32_t axlv_look(const struct axlp_point *points, uint32_t count, int *result)
{
	for (uint32_t i = 0; i < count; i++) {
		*result = axlv_point(axlv_queue_of(points[i].queue),
				     points[i].point);
		if (*result != AXLV_PENDING)
			return i;
	}
	return count;
}

/*
 * After a while it gives way: the scheduler may have put the device's thread
 * behind this one, on the same processor.
 */
static uint32_t spin(const struct axlp_point *points, uint32_t count,
		     int64_t start, int64_t end, int *result)
{
	uint32_t first = count;
	int64_t now = start;

	do {
		if (now - start >= YIELD_NS)
			sched_yield();
		for (unsigned int i = 0;
		     first == count && i < LOOKS_BETWEEN_CLOCKS; i++) {
			axlv_pause();
			first = axlv_look(points, count, result);
		}
		now = axlp_now_ns();
	} while (first == count && now < end);
	return first;
}

/*
 * Looking costs a processor: less of it where it has not paid off lately. It
 * would have paid off, too, if the sleep was short.
 */
static void learn(struct axlv_queue *q, unsigned int budget, bool soon)
{
	unsigned int next = soon ? budget * 2 : budget / 2;

	if (next > SPIN_MAX_NS)
		next = SPIN_MAX_NS;
	if (next < SPIN_MIN_NS)
		next = SPIN_MIN_NS;
	if (next != budget)
		atomic_store_explicit(&q->spin_ns, next, memory_order_relaxed);
}

static uint32_t spin_and_sleep(const struct axlp_point *points, uint32_t count,
			       int64_t deadline_ns, int *result,
			       axlv_sleep sleep)
{
	struct axlv_queue *q = axlv_queue_of(points[0].queue);
	unsigned int budget =
		atomic_load_explicit(&q->spin_ns, memory_order_relaxed);
	int64_t start = axlp_now_ns(), end = start + budget;
	uint32_t first;
	bool soon = true;

	if (deadline_ns <= start)
		return count;
	first = spin(points, count, start,
		     end < deadline_ns ? end : deadline_ns, result);
	if (first == count) {
		first = sleep(points, count, deadline_ns, result);
		soon = first < count && axlp_now_ns() - start <= SPIN_MAX_NS;
	}
	learn(q, budget, soon);
	return first;
}

static int finish(const struct axlp_point *points, uint32_t count,
		  uint32_t first, int result)
{
	if (first == count)
		return -ETIME;
	if (!result)
		axlv_retire_queue(axlv_queue_of(points[first].queue));
	return result;
}

int axlv_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first, axlv_sleep sleep)
{
	int result = AXLV_PENDING;

	*first = axlv_look(points, count, &result);
	if (*first == count)
		*first = spin_and_sleep(points, count, deadline_ns, &result,
					sleep);
	return finish(points, count, *first, result);
}

int axlv_wait_asleep(const struct axlp_point *points, uint32_t count,
		     int64_t deadline_ns, uint32_t *first, axlv_sleep sleep)
{
	int result = AXLV_PENDING;

	*first = axlv_look(points, count, &result);
	if (*first == count)
		*first = sleep(points, count, deadline_ns, &result);
	return finish(points, count, *first, result);
}
