// SPDX-License-Identifier: MIT
/*
 * Worker threads and their queues of jobs. Everything is under the pool lock,
 * which is never held while a job runs.
 *
 * The gate is what makes a reset safe: it is closed first, so that DMA and
 * interrupts of running jobs fail from that moment; then the queues are
 * emptied, and the reset waits until the workers are idle. A job that does not
 * return in time keeps the gate closed until it does: the device is dead for
 * its driver, but memory of the next user is never written by an old job.
 */
#include "device.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The host side gives up on a reply after 5 s. */
#define QUIESCE_SECONDS 2

static void deadline(struct timespec *when, unsigned int seconds)
{
	clock_gettime(CLOCK_MONOTONIC, when);
	when->tv_sec += seconds;
}

/*
 * Each worker sleeps on its own: a job wakes the thread that runs it only. Not by
 * a condition, which takes the lock for the thread that wakes up as if others
 * waited for it, so that letting it go is one more call of the kernel.
 */
static void nudge(struct axm_worker *w)
{
	syscall(SYS_futex, &w->woken, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* With the lock. */
static void wake_all(struct axm_pool *pool)
{
	for (unsigned int i = 0; i < pool->count; i++) {
		atomic_fetch_add(&pool->worker[i].woken, 1);
		nudge(&pool->worker[i]);
	}
}

/* Lock held, and let go of meanwhile. */
static void sleep_until_woken(struct axm_worker *w)
{
	unsigned int seen = atomic_load(&w->woken);

	w->asleep = true;
	pthread_mutex_unlock(&w->dev->pool.lock);
	syscall(SYS_futex, &w->woken, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
	pthread_mutex_lock(&w->dev->pool.lock);
	w->asleep = false;
}

static void run_one(struct axm_worker *w)
{
	struct axm_pool *pool = &w->dev->pool;
	struct axm_job *job = w->head;

	w->head = job->next;
	if (!w->head)
		w->tail = &w->head;
	job->queued = false;
	w->running = true;
	pool->running++;
	pthread_mutex_unlock(&pool->lock);

	axm_count(w->dev, AXM_COUNT_JOB, 1);
	axm_trace(w->dev, "job", "worker=%s", w->name);
	job->run(w->dev, job);

	pthread_mutex_lock(&pool->lock);
	w->running = false;
	if (!--pool->running)
		pthread_cond_broadcast(&pool->idle);
}

static void *worker_main(void *arg)
{
	struct axm_worker *w = arg;
	struct axm_pool *pool = &w->dev->pool;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stop) {
		if (w->head && !pool->hang && !atomic_load(&pool->gate))
			run_one(w);
		else
			sleep_until_woken(w);
		/* A late job of before a reset has ended: open again. */
		if (!pool->running && atomic_load(&pool->gate) &&
		    !pool->quiescing) {
			atomic_store(&pool->gate, false);
			wake_all(pool);
		}
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

int axm_pool_init(struct axm_device *dev)
{
	struct axm_pool *pool = &dev->pool;
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->idle, &attr);
	pthread_condattr_destroy(&attr);
	return 0;
}

int axm_worker_create(struct axm_device *dev, const char *name,
		      struct axm_worker **worker)
{
	struct axm_pool *pool = &dev->pool;
	struct axm_worker *w = &pool->worker[pool->count];
	int ret;

	if (pool->count == AXM_WORKERS)
		return -EUSERS;
	w->dev = dev;
	w->tail = &w->head;
	strncpy(w->name, name, sizeof(w->name) - 1);
	ret = pthread_create(&w->thread, NULL, worker_main, w);
	if (ret)
		return -ret;
	pthread_setname_np(w->thread, w->name);
	/* Those that run look at the others. */
	pthread_mutex_lock(&pool->lock);
	pool->count++;
	pthread_mutex_unlock(&pool->lock);
	*worker = w;
	return 0;
}

bool axm_worker_queue(struct axm_worker *w, struct axm_job *job)
{
	struct axm_pool *pool = &w->dev->pool;
	bool queued = false, asleep = false;

	pthread_mutex_lock(&pool->lock);
	/* Behind a closed gate a job that queues itself again is dropped. */
	if (!job->queued && !(pool->quiescing && w->running)) {
		job->queued = queued = true;
		job->next = NULL;
		*w->tail = job;
		w->tail = &job->next;
		atomic_fetch_add(&w->woken, 1);
		asleep = w->asleep;
	}
	pthread_mutex_unlock(&pool->lock);
	/* Without the lock, which the worker wants first of all. */
	if (asleep)
		nudge(w);
	return queued;
}

bool axm_cancelled(struct axm_device *dev)
{
	return atomic_load(&dev->pool.gate) || !axm_device_present(dev);
}

static void empty_queues(struct axm_pool *pool)
{
	for (unsigned int i = 0; i < pool->count; i++) {
		struct axm_worker *w = &pool->worker[i];

		for (; w->head; w->head = w->head->next)
			w->head->queued = false;
		w->tail = &w->head;
	}
}

void axm_pool_quiesce(struct axm_device *dev)
{
	struct axm_pool *pool = &dev->pool;
	struct timespec until;
	int ret = 0;

	deadline(&until, QUIESCE_SECONDS);
	pthread_mutex_lock(&pool->lock);
	pool->quiescing = true;
	atomic_store(&pool->gate, true);
	pool->hang = false;
	empty_queues(pool);
	dev->bus_ops->dma_cancel(dev->bus);
	while (pool->running && ret != ETIMEDOUT)
		ret = pthread_cond_timedwait(&pool->idle, &pool->lock, &until);
	empty_queues(pool);
	pool->quiescing = false;
	if (!pool->running)
		atomic_store(&pool->gate, false);
	wake_all(pool);
	pthread_mutex_unlock(&pool->lock);
	if (ret == ETIMEDOUT)
		axm_trace(dev, "stuck", "a job ignored the reset");
}

void axm_pool_hang(struct axm_device *dev, bool hang)
{
	struct axm_pool *pool = &dev->pool;

	pthread_mutex_lock(&pool->lock);
	pool->hang = hang;
	wake_all(pool);
	pthread_mutex_unlock(&pool->lock);
}

bool axm_pool_hanging(struct axm_device *dev)
{
	bool hang;

	pthread_mutex_lock(&dev->pool.lock);
	hang = dev->pool.hang;
	pthread_mutex_unlock(&dev->pool.lock);
	return hang;
}

void axm_pool_fini(struct axm_device *dev)
{
	struct axm_pool *pool = &dev->pool;

	pthread_mutex_lock(&pool->lock);
	pool->quiescing = true;
	pool->stop = true;
	atomic_store(&pool->gate, true);
	wake_all(pool);
	pthread_mutex_unlock(&pool->lock);
	dev->bus_ops->dma_cancel(dev->bus);
	for (unsigned int i = 0; i < pool->count; i++)
		pthread_join(pool->worker[i].thread, NULL);
	pthread_cond_destroy(&pool->idle);
	pthread_mutex_destroy(&pool->lock);
}
