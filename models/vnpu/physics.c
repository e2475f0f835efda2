// SPDX-License-Identifier: MIT
/*
 * What the device would do to itself: power follows load, temperature follows
 * power, and the clock gives way to both (section 11). Programs do not run any
 * slower for it: how long they take is the host's doing, so what a lower clock
 * costs is accounted in cycles.
 *
 * The watching worker changes all of this, under watch.lock; engines read the
 * clock.
 */
#include "core.h"

#define HYSTERESIS_MC 2000
#define AMBIENT_MC 35000
#define LOAD_MC 30000 /* warmer than that under full load */
#define IDLE_MW 1500u

static uint64_t cycles_of(uint64_t ns, uint32_t khz)
{
	return ns / 1000000 * khz + ns % 1000000 * khz / 1000000;
}

/* What the clock has counted; time of before a change counts as that. */
uint64_t vnpu_cycles(struct vnpu *v, uint64_t now)
{
	struct vnpu_clock *c = &v->clock;
	uint64_t since, cycles;
	unsigned int changes;
	uint32_t khz;

	do {
		changes =
			atomic_load_explicit(&c->changes, memory_order_acquire);
		since = atomic_load_explicit(&c->since, memory_order_relaxed);
		cycles = atomic_load_explicit(&c->cycles, memory_order_relaxed);
		khz = atomic_load_explicit(&c->khz, memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
	} while (changes & 1 ||
		 changes != atomic_load_explicit(&c->changes,
						 memory_order_relaxed));
	return now > since ? cycles + cycles_of(now - since, khz) : cycles;
}

static void set_clock(struct vnpu *v, uint64_t now, uint32_t khz)
{
	struct vnpu_clock *c = &v->clock;
	uint64_t cycles = vnpu_cycles(v, now);

	if (khz == atomic_load(&c->khz))
		return;
	atomic_fetch_add(&c->changes, 1);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&c->since, now, memory_order_relaxed);
	atomic_store_explicit(&c->cycles, cycles, memory_order_relaxed);
	atomic_store_explicit(&c->khz, khz, memory_order_relaxed);
	atomic_fetch_add_explicit(&c->changes, 1, memory_order_release);
}

/* What it draws at a clock, with a load in permille. */
static uint32_t power_at(uint64_t load, uint32_t khz)
{
	return IDLE_MW + (uint32_t)(load * (VNPU_POWER_MAX_MW - IDLE_MW) /
				    1000 * khz / VNPU_CLOCK_KHZ);
}

static uint64_t load_since(struct vnpu *v, uint64_t span, uint64_t busy)
{
	struct vnpu_watch *w = &v->watch;
	uint64_t load;

	if (!span || busy < w->last_busy)
		return 0;
	load = (busy - w->last_busy) * 1000 / (span * v->limits->engines);
	return load < 1000 ? load : 1000;
}

/* The clock that the power limit leaves; at the least one it is kept. */
static uint32_t capped_clock(struct vnpu_watch *w, uint64_t load)
{
	uint32_t khz = w->clock_limit_khz;
	uint32_t wanted = power_at(load, khz);

	if (wanted <= w->power_limit_mw)
		return khz;
	khz = (uint32_t)((uint64_t)khz * (w->power_limit_mw - IDLE_MW) /
			 (wanted - IDLE_MW));
	return khz > VNPU_CLOCK_MIN_KHZ ? khz : VNPU_CLOCK_MIN_KHZ;
}

/* Too hot, it goes as slow as it can, until it is cooler by the hysteresis. */
static void throttle(struct vnpu *v, uint64_t now, uint64_t load)
{
	struct vnpu_watch *w = &v->watch;
	uint32_t khz = capped_clock(w, load);
	bool hot = w->flags & VNPU_TELEMETRY_HOT;

	if (w->temperature_mc >= VNPU_TEMPERATURE_MAX_MC)
		hot = true;
	else if (w->temperature_mc < VNPU_TEMPERATURE_MAX_MC - HYSTERESIS_MC)
		hot = false;
	w->flags = khz < w->clock_limit_khz ? VNPU_TELEMETRY_CAPPED : 0;
	if (hot) {
		w->flags |= VNPU_TELEMETRY_HOT;
		khz = VNPU_CLOCK_MIN_KHZ;
	}
	set_clock(v, now, khz);
	w->power_mw = power_at(load, khz);
}

/* A tenth of the way a step. */
static void warm(struct vnpu *v)
{
	struct vnpu_watch *w = &v->watch;
	uint64_t extra = w->power_mw - IDLE_MW;
	int32_t aim = AMBIENT_MC + (int32_t)(extra * LOAD_MC /
					     (VNPU_POWER_MAX_MW - IDLE_MW));

	w->temperature_mc += (aim - w->temperature_mc) / 10;
	if (atomic_load(&v->forced))
		w->temperature_mc = atomic_load(&v->forced_mc);
}

void vnpu_physics(struct vnpu *v, uint64_t now, uint64_t busy)
{
	struct vnpu_watch *w = &v->watch;
	uint64_t span = w->last ? now - w->last : 0;
	uint64_t load = load_since(v, span, busy);

	if (w->flags)
		w->throttled_ns += span;
	warm(v);
	throttle(v, now, load);
	w->energy_uj += (uint64_t)w->power_mw * (span / 1000) / 1000;
	w->last = now;
	w->last_busy = busy;
}

/* With watch.lock, by a reset: the temperature is as it was. */
void vnpu_physics_reset(struct vnpu *v)
{
	struct vnpu_watch *w = &v->watch;

	w->power_limit_mw = VNPU_POWER_MAX_MW;
	w->clock_limit_khz = VNPU_CLOCK_KHZ;
	w->power_mw = IDLE_MW;
	w->flags = 0;
	w->throttled_ns = 0;
	w->energy_uj = 0;
	w->last = 0;
	w->last_busy = 0;
	set_clock(v, axm_now_ns(), VNPU_CLOCK_KHZ);
}

void vnpu_physics_init(struct vnpu *v)
{
	v->watch.temperature_mc = AMBIENT_MC;
	vnpu_physics_reset(v);
}

/* Whether somebody has to look, even if nobody is told. */
bool vnpu_physics_busy(struct vnpu *v)
{
	const struct vnpu_watch *w = &v->watch;

	return w->flags || atomic_load(&v->forced) ||
	       w->power_limit_mw < VNPU_POWER_MAX_MW ||
	       w->clock_limit_khz < VNPU_CLOCK_KHZ;
}
