// SPDX-License-Identifier: MIT
/*
 * Reset and its opposite, breaking for good. A reset is begun by whoever holds
 * the device lock and ended by a job of the admin worker: it waits until no
 * engine works any more, forgets everything, and lets the driver load firmware.
 * A reset begun meanwhile queues the job again, and only the last one ends it.
 */
#include "core.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

void vnpu_reset_begin(struct vnpu *v, bool power)
{
	atomic_store(&v->halt, true);
	v->state = VNPU_STATE_RESET;
	v->power |= power;
	v->resets++;
	vnpu_regs_reset(v);
	axm_worker_queue(v->admin_worker, &v->reset_job);
}

/* False: this job has to end first. */
static bool wait_for_engine(struct vnpu_engine_state *e)
{
	bool idle;

	pthread_mutex_lock(&e->lock);
	while (e->active && !axm_cancelled(e->v->dev)) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 20000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&e->changed, &e->lock, &until);
	}
	idle = !e->active;
	pthread_mutex_unlock(&e->lock);
	return idle;
}

static void forget_queues(struct vnpu *v)
{
	for (uint32_t i = 0; i < v->limits->engines; i++) {
		struct vnpu_engine_state *e = &v->engine[i];

		pthread_mutex_lock(&e->lock);
		e->count = 0;
		e->pass = 0;
		e->busy_ns = e->descriptors = e->errors = 0;
		e->wakeups = 0;
		pthread_mutex_unlock(&e->lock);
	}
	for (uint32_t i = 0; i < v->limits->queues; i++) {
		vnpu_exec_let_go(&v->queues[i]);
		atomic_store(&v->queues[i].engine, -1);
	}
	for (unsigned int i = 0; i < VNPU_QUEUES_MAX / 64; i++)
		atomic_store(&v->wake[i], 0);
	atomic_store(&v->awake, 0);
	atomic_store(&v->asleep_ns, 0);
	atomic_store(&v->asleep_since, axm_now_ns());
}

static void forget_contexts(struct vnpu *v)
{
	vnpu_programs_drop(v, -1);
	for (uint32_t i = 0; i < v->limits->contexts; i++) {
		struct vnpu_context *c = &v->contexts[i];

		c->used = false;
		atomic_store(&c->busy_ns, 0);
		atomic_store(&c->descriptors, 0);
		atomic_store(&c->errors, 0);
	}
	for (uint32_t i = 0; i < v->limits->asids; i++) {
		struct vnpu_asid *a = &v->asids[i];

		pthread_rwlock_wrlock(&a->lock);
		a->used = false;
		a->root = 0;
		pthread_rwlock_unlock(&a->lock);
	}
}

static void forget_events(struct vnpu *v)
{
	struct vnpu_events *e = &v->events;

	pthread_mutex_lock(&e->lock);
	e->ring = e->status = 0;
	e->done = e->sequence = e->dropped = 0;
	e->total = 0;
	pthread_mutex_unlock(&e->lock);
}

/* Punching a hole gives the pages back; they read as zero afterwards. */
static void clear(uint8_t *memory, uint64_t size)
{
	if (madvise(memory, size, MADV_REMOVE))
		memset(memory, 0, size);
}

static void forget_memory(struct vnpu *v, bool power)
{
	clear(v->doorbells, v->area.size);
	if (!power)
		return;
	if (v->memory)
		clear(v->memory, v->memory_size);
	atomic_store(&v->poison.count, 0);
	vnpu_ras_forget(v);
	v->firmware.boots = 0;
}

void vnpu_reset_job(struct axm_device *dev, struct axm_job *job)
{
	struct vnpu *v = axm_priv(dev);
	uint64_t resets;
	bool power;

	axm_lock(dev);
	resets = v->resets;
	power = v->power;
	axm_unlock(dev);
	for (uint32_t i = 0; i < v->limits->engines; i++)
		if (!wait_for_engine(&v->engine[i]))
			return;
	vnpu_watch_reset(v);
	forget_queues(v);
	forget_contexts(v);
	forget_events(v);
	forget_memory(v, power);
	vnpu_flash_reset(v);
	vnpu_features_reset(v);
	vnpu_vectors_reset(v);
	atomic_store(&v->interrupts, 0);
	atomic_store(&v->hung, false);
	axm_lock(dev);
	if (v->resets == resets && v->state == VNPU_STATE_RESET) {
		atomic_store(&v->epoch, axm_now_ns());
		v->power = false;
		v->state = VNPU_STATE_WAIT_FW;
		atomic_store(&v->halt, false);
	}
	axm_unlock(dev);
}

void vnpu_broken(struct vnpu *v, uint32_t error)
{
	struct vnpu_event event;
	bool first;

	axm_lock(v->dev);
	first = v->state != VNPU_STATE_FAILED && v->state != VNPU_STATE_RESET;
	if (first) {
		v->state = VNPU_STATE_FAILED;
		v->error = error;
		atomic_store(&v->halt, true);
	}
	axm_unlock(v->dev);
	if (!first)
		return;
	vnpu_event_init(&event, VNPU_EVENT_DEVICE_ERROR);
	event.code = htole32(error);
	vnpu_event(v, &event);
}
