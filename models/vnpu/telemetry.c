// SPDX-License-Identifier: MIT
/*
 * The watching worker: telemetry, temperature, memory errors. A timer queues
 * its job; what the job changes is under watch.lock, held over its DMA so that
 * nothing is written once the feature is off.
 */
#include "core.h"

#include <string.h>

#define THERMAL_PERIOD_MS 100u
#define HYSTERESIS_MC 2000
#define LIE_MC 1000000 /* nothing is as hot as that */

static void timer_due(struct axm_device *dev, struct axm_timer *timer)
{
	struct vnpu *v = axm_priv(dev);

	axm_worker_queue(v->watch.worker, &v->watch.job);
}

void vnpu_watch_init(struct vnpu *v)
{
	v->watch.timer.run = timer_due;
	vnpu_physics_init(v);
}

void vnpu_watch_reset(struct vnpu *v)
{
	struct vnpu_watch *w = &v->watch;

	pthread_mutex_lock(&w->lock);
	w->page = 0;
	w->limit_mc = 0;
	w->hot = false;
	vnpu_physics_reset(v);
	pthread_mutex_unlock(&w->lock);
	axm_lock(v->dev);
	axm_timer_cancel(v->dev, &w->timer);
	axm_unlock(v->dev);
}

void vnpu_watch_start(struct vnpu *v)
{
	axm_worker_queue(v->watch.worker, &v->watch.job);
}

void vnpu_watch_force(struct vnpu *v, int32_t millidegrees)
{
	atomic_store(&v->forced_mc, millidegrees);
	atomic_store(&v->forced, true);
	vnpu_watch_start(v);
}

static uint64_t engine_usage(struct vnpu *v, uint32_t i, uint64_t now,
			     struct vnpu_telemetry *t)
{
	struct vnpu_engine_state *e = &v->engine[i];
	uint64_t busy, running = 0;

	vnpu_engine_lock(e);
	if (e->running && now > e->run_start)
		running = now - e->run_start;
	busy = e->busy_ns + running;
	t->engine[i].busy_ns = htole64(busy);
	t->engine[i].descriptors = htole64(e->descriptors);
	t->engine[i].errors = htole64(e->errors);
	t->wakeups = htole64(le64toh(t->wakeups) + e->wakeups);
	if (e->running) {
		struct vnpu_usage *u = &t->context[e->running->context];

		u->busy_ns = htole64(le64toh(u->busy_ns) + running);
	}
	vnpu_engine_unlock(e);
	return busy;
}

static uint64_t usage(struct vnpu *v, uint64_t now, struct vnpu_telemetry *t)
{
	uint64_t busy = 0;

	for (uint32_t i = 0; i < v->limits->engines; i++)
		busy += engine_usage(v, i, now, t);
	for (uint32_t i = 0; i < v->limits->contexts; i++) {
		struct vnpu_context *c = &v->contexts[i];
		struct vnpu_usage *u = &t->context[i];

		u->busy_ns =
			htole64(le64toh(u->busy_ns) + atomic_load(&c->busy_ns));
		u->descriptors = htole64(atomic_load(&c->descriptors));
		u->errors = htole64(atomic_load(&c->errors));
		u->memory = htole64(atomic_load(&c->memory));
	}
	return busy;
}

static void rest(struct vnpu *v, uint64_t now, struct vnpu_telemetry *t)
{
	struct vnpu_watch *w = &v->watch;
	unsigned int awake = atomic_load(&v->awake);
	uint64_t asleep = atomic_load(&v->asleep_ns);

	if (!awake)
		asleep += now - atomic_load(&v->asleep_since);
	t->version = htole16(VNPU_TELEMETRY_VERSION);
	t->size = htole16(sizeof(*t));
	t->time_ns = htole64(now - atomic_load(&v->epoch));
	t->period_ms = htole32(w->period_ms);
	t->temperature_mc = htole32((uint32_t)w->temperature_mc);
	t->power_mw = htole32(w->power_mw);
	t->clock_khz = htole32(awake ? atomic_load(&v->clock.khz) : 0);
	t->energy_uj = htole64(w->energy_uj);
	t->private_used = htole64(atomic_load(&v->private_used));
	t->interrupts = htole64(atomic_load(&v->interrupts));
	t->asleep_ns = htole64(asleep);
	t->queues_awake = htole32(awake);
	if (!(v->limits->cap & VNPU_CAP_LIMITS))
		return;
	t->flags = htole32(w->flags);
	t->throttled_ns = htole64(w->throttled_ns);
	t->power_limit_mw = htole32(w->power_limit_mw);
	t->clock_limit_khz = htole32(w->clock_limit_khz);
}

/* Injected: what a driver has to see through. */
static void lie(struct vnpu *v, struct vnpu_telemetry *t)
{
	uint64_t back = UINT32_MAX - (uint64_t)v->watch.sequence;

	switch (atomic_load(&v->lie)) {
	case VNPU_LIE_TEMPERATURE:
		t->temperature_mc = htole32(LIE_MC);
		break;
	case VNPU_LIE_COUNTERS:
		t->energy_uj = htole64(back);
		t->throttled_ns = htole64(back);
		for (unsigned int i = 0; i < VNPU_ENGINES_MAX; i++)
			t->engine[i].busy_ns = htole64(back);
		break;
	}
}

/* The words are stored one by one: a reader looks at the same time. */
static void publish(struct vnpu *v, struct vnpu_telemetry *t)
{
	struct vnpu_watch *w = &v->watch;
	const uint64_t *from = (const uint64_t *)t;
	struct axm_dma_window window;
	uint64_t *to;

	t->sequence = htole32(w->sequence + 1);
	if (axm_dma_store32(v->dev, w->page, t->sequence))
		return;
	atomic_thread_fence(memory_order_release);
	if (axm_dma_map(v->dev, w->page, sizeof(*t), true, &window) ||
	    window.len < sizeof(*t)) {
		axm_dma_write(v->dev, w->page, t, sizeof(*t));
	} else {
		to = window.ptr;
		for (size_t i = 0; i < sizeof(*t) / sizeof(*from); i++)
			__atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
		axm_dma_unmap(v->dev, &window);
	}
	w->sequence += 2;
	if (atomic_load(&v->lie) != VNPU_LIE_SEQUENCE)
		axm_dma_store32(v->dev, w->page, htole32(w->sequence));
}

/* One event each way across the limit. */
static bool crossed(struct vnpu_watch *w, struct vnpu_event *event)
{
	bool hot = w->hot;

	if (!w->limit_mc)
		return false;
	if (w->temperature_mc >= w->limit_mc)
		w->hot = true;
	else if (w->temperature_mc < w->limit_mc - HYSTERESIS_MC)
		w->hot = false;
	if (w->hot == hot)
		return false;
	vnpu_event_init(event, VNPU_EVENT_THERMAL);
	event->value = htole64((uint64_t)w->temperature_mc);
	return true;
}

static void next_time(struct vnpu *v, uint32_t period_ms, uint64_t taken)
{
	uint64_t period = period_ms * 1000000ull;

	axm_lock(v->dev);
	if (v->state != VNPU_STATE_RESET && v->state != VNPU_STATE_FAILED)
		axm_timer_arm(v->dev, &v->watch.timer,
			      taken < period ? period - taken : 0);
	axm_unlock(v->dev);
}

/* The period until the next look, 0: none is needed. */
static uint32_t look(struct vnpu *v)
{
	struct vnpu_watch *w = &v->watch;
	struct vnpu_telemetry t = { 0 };
	struct vnpu_event event;
	uint64_t now = axm_now_ns();
	uint32_t period = 0;
	bool thermal;

	pthread_mutex_lock(&w->lock);
	vnpu_physics(v, now, usage(v, now, &t));
	rest(v, now, &t);
	vnpu_ras_usage(v, &t);
	lie(v, &t);
	pthread_mutex_lock(&v->events.lock);
	t.events = htole64(v->events.sequence);
	pthread_mutex_unlock(&v->events.lock);
	thermal = crossed(w, &event);
	if (w->limit_mc || vnpu_physics_busy(v) || vnpu_ras_waiting(v))
		period = THERMAL_PERIOD_MS;
	if (w->page) {
		publish(v, &t);
		if (!period || w->period_ms < period)
			period = w->period_ms;
	}
	pthread_mutex_unlock(&w->lock);
	if (thermal)
		vnpu_event(v, &event);
	return period;
}

void vnpu_watch_job(struct axm_device *dev, struct axm_job *job)
{
	struct vnpu *v = axm_priv(dev);
	uint64_t start = axm_now_ns();
	uint32_t period;

	if (atomic_exchange(&v->break_now, false))
		vnpu_broken(v, VNPU_ERR_INTERNAL);
	if (vnpu_halted(v) || atomic_load(&v->hung))
		return;
	vnpu_ras_report(v);
	period = look(v);
	if (period)
		next_time(v, period, axm_now_ns() - start);
}
