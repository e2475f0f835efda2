// SPDX-License-Identifier: MIT
/*
 * The threads of an engine. A run holds the mutex from begin to end, so that
 * threads, job and scratch memory are its own. A job's parts are handed out by
 * the ticket: its number, how many parts it has and which is next. Who claims
 * a part by compare-and-swap of the whole ticket knows that the job cannot end
 * before that part is done, so what he reads of it is not changed under him;
 * who comes too late claims nothing. An idle thread looks out for a new ticket
 * for a while, since the next operation is often there in microseconds, then
 * sleeps in a futex until one is announced.
 */
#include "workers.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How long to look out for work: in a run, and after it. */
#define RUN_SPIN_NS 200000
#define IDLE_SPIN_NS 50000
#define SPINS_PER_LOOK 64
#define CACHE_LINE 64

struct axt_workers {
	pthread_mutex_t lock; /* of a run: job, data, scratch */
	unsigned int count; /* the caller of a run included */
	unsigned int started;
	void *scratch;
	size_t scratch_size;
	axt_work_fn *work;
	void *data;
	/* Number of the job << 32 | parts << 16 | next part. */
	_Alignas(CACHE_LINE) _Atomic uint64_t ticket;
	_Alignas(CACHE_LINE) atomic_uint done; /* parts */
	_Alignas(CACHE_LINE) atomic_uint announced; /* the futex */
	atomic_uint sleepers;
	atomic_bool in_run;
	atomic_bool leave;
	pthread_t thread[AXT_THREADS_MAX];
};

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool parts_left(uint64_t ticket)
{
	return (ticket & 0xffff) < (ticket >> 16 & 0xffff);
}

/* Does parts of the job of the ticket until none is left. */
static void help(struct axt_workers *workers, uint64_t ticket)
{
	uint64_t job = ticket >> 32;

	while (ticket >> 32 == job && parts_left(ticket)) {
		if (!atomic_compare_exchange_weak_explicit(
			    &workers->ticket, &ticket, ticket + 1,
			    memory_order_acquire, memory_order_acquire))
			continue;
		workers->work(workers->data, ticket & 0xffff,
			      ticket >> 16 & 0xffff);
		atomic_fetch_add_explicit(&workers->done, 1,
					  memory_order_release);
		ticket = atomic_load_explicit(&workers->ticket,
					      memory_order_acquire);
	}
}

/* True if there is work, or all shall leave, before the time is over. */
static bool look_out(struct axt_workers *workers)
{
	uint64_t start = now_ns(), patience;

	do {
		for (unsigned int i = 0; i < SPINS_PER_LOOK; i++) {
			if (parts_left(atomic_load_explicit(
				    &workers->ticket, memory_order_relaxed)))
				return true;
			relax();
		}
		if (atomic_load(&workers->leave))
			return true;
		patience = atomic_load_explicit(&workers->in_run,
						memory_order_relaxed) ?
				   RUN_SPIN_NS :
				   IDLE_SPIN_NS;
	} while (now_ns() - start < patience);
	return false;
}

static void sleep_on(struct axt_workers *workers)
{
	unsigned int announced;

	atomic_fetch_add(&workers->sleepers, 1);
	announced = atomic_load(&workers->announced);
	/* What was published before that is seen here, what comes wakes. */
	if (!parts_left(atomic_load(&workers->ticket)) &&
	    !atomic_load(&workers->leave))
		syscall(SYS_futex, &workers->announced, FUTEX_WAIT_PRIVATE,
			announced, NULL, NULL, 0);
	atomic_fetch_sub(&workers->sleepers, 1);
}

static void announce(struct axt_workers *workers, int how_many)
{
	atomic_fetch_add(&workers->announced, 1);
	if (atomic_load(&workers->sleepers))
		syscall(SYS_futex, &workers->announced, FUTEX_WAKE_PRIVATE,
			how_many, NULL, NULL, 0);
}

static void *thread_main(void *data)
{
	struct axt_workers *workers = data;

	while (!atomic_load(&workers->leave)) {
		help(workers, atomic_load_explicit(&workers->ticket,
						   memory_order_acquire));
		if (!look_out(workers))
			sleep_on(workers);
	}
	return NULL;
}

int axt_workers_create(unsigned int threads, struct axt_workers **out)
{
	struct axt_workers *workers;
	int error = 0;

	*out = NULL;
	if (!threads || threads > AXT_THREADS_MAX)
		return -EINVAL;
	workers = aligned_alloc(CACHE_LINE, sizeof(*workers));
	if (!workers)
		return -ENOMEM;
	*workers = (struct axt_workers){ .count = threads, .started = 1 };
	error = pthread_mutex_init(&workers->lock, NULL);
	if (error) {
		free(workers);
		return -error;
	}
	while (!error && workers->started < threads) {
		error = pthread_create(&workers->thread[workers->started], NULL,
				       thread_main, workers);
		if (!error)
			workers->started++;
	}
	if (error) {
		axt_workers_destroy(workers);
		return -error;
	}
	*out = workers;
	return 0;
}

void axt_workers_destroy(struct axt_workers *workers)
{
	if (!workers)
		return;
	atomic_store(&workers->leave, true);
	announce(workers, INT_MAX);
	for (unsigned int i = 1; i < workers->started; i++)
		pthread_join(workers->thread[i], NULL);
	pthread_mutex_destroy(&workers->lock);
	free(workers->scratch);
	free(workers);
}

unsigned int axt_workers_count(const struct axt_workers *workers)
{
	return workers->count;
}

int axt_workers_reserve(struct axt_workers *workers, size_t scratch)
{
	void *larger;
	int error = 0;

	scratch = (scratch + 63) & ~(size_t)63;
	pthread_mutex_lock(&workers->lock);
	if (scratch > workers->scratch_size) {
		larger = aligned_alloc(64, scratch);
		if (larger) {
			free(workers->scratch);
			workers->scratch = larger;
			workers->scratch_size = scratch;
		} else {
			error = -ENOMEM;
		}
	}
	pthread_mutex_unlock(&workers->lock);
	return error;
}

void *axt_workers_begin(struct axt_workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	atomic_store_explicit(&workers->in_run, true, memory_order_relaxed);
	return workers->scratch;
}

void axt_workers_end(struct axt_workers *workers)
{
	atomic_store_explicit(&workers->in_run, false, memory_order_relaxed);
	pthread_mutex_unlock(&workers->lock);
}

static void do_alone(axt_work_fn *work, void *data, unsigned int parts)
{
	for (unsigned int i = 0; i < parts; i++)
		work(data, i, parts);
}

void axt_workers_do(struct axt_workers *workers, axt_work_fn *work, void *data,
		    unsigned int parts)
{
	uint64_t ticket;

	if (parts < 2 || workers->count < 2) {
		do_alone(work, data, parts);
		return;
	}
	workers->work = work;
	workers->data = data;
	atomic_store_explicit(&workers->done, 0, memory_order_relaxed);
	ticket = atomic_load_explicit(&workers->ticket, memory_order_relaxed);
	ticket = ((ticket >> 32) + 1) << 32 | (uint64_t)parts << 16;
	atomic_store(&workers->ticket, ticket);
	announce(workers, (int)parts - 1);
	help(workers, ticket);
	for (unsigned int i = 1;
	     atomic_load_explicit(&workers->done, memory_order_acquire) < parts;
	     i++) {
		if (i % 4096)
			relax();
		else
			sched_yield();
	}
}
