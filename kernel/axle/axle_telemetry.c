// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telemetry: what a device says of itself, as far as it can be.
 *
 * A reading takes what the driver has in memory, so it costs no command and
 * wakes nobody. It is checked when it is new, that is when its sequence has
 * changed; what cannot be is left out, counted, and logged once of each kind.
 * Counters begin anew with a reset, which is made up for. A reader never waits
 * for a reset: it gets what was said before.
 *
 * While the device is awake its sequence is looked at now and then; one that
 * stands still is that of a firmware that hangs.
 *
 * &axle_telemetry_state lives as long as the device's structure; its lock
 * protects what was said.
 */
#include <linux/ktime.h>
#include <linux/pm_runtime.h>
#include <linux/workqueue.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include <linux/axle_netlink.h>

#include "axle_internal.h"

/* What no accelerator is. */
#define AXLE_COLDEST_MC (-100000)
#define AXLE_HOTTEST_MC 300000
#define AXLE_POWER_ABSURD_MW 100000000ull /* 100 kW */
#define AXLE_CLOCK_ABSURD_HZ 100000000000ull /* 100 GHz */
/* How far beyond its largest limit a value may be. */
#define AXLE_BEYOND_FACTOR 10
/* Clocks of device and host are compared. */
#define AXLE_SLACK_NS NSEC_PER_SEC

/*
 * So many updates must be missing before the device counts as silent, and for
 * so long at least: the host may be slow, too.
 */
#define AXLE_STALE_UPDATES 8
#define AXLE_STALE_MS 1000
/* And this many times as long before it counts as hung. */
#define AXLE_HANG_FACTOR 4

/* Next to the bits of &axle_telemetry.valid, in &axle_telemetry_state.logged. */
#define AXLE_LIE_TIME BIT(30)
#define AXLE_LIE_TORN BIT(31)

/**
 * struct axle_telemetry_state - What a device has said.
 *
 * Lifetime: that of the device's structure.
 */
struct axle_telemetry_state {
	/** @adev: The device. */
	struct axle_device *adev;
	/** @temperature_max_mc: Its limit, or zero; constant once registered. */
	s32 temperature_max_mc;
	/** @clock_max_hz: Of the engines, or zero; as above. */
	u64 clock_max_hz;
	/** @watch: Looks at the sequence of an awake device. */
	struct delayed_work watch;

	/** @lock: Protects what follows. */
	spinlock_t lock;
	/**
	 * @last: What was said last and could be; counters since the reset,
	 * the last good ones.
	 */
	struct axle_telemetry last;
	/** @energy_base: Microjoules before the reset. */
	u64 energy_base;
	/** @throttled_base: Nanoseconds before the reset. */
	u64 throttled_base;
	/** @told: &axle_telemetry.sequence of @last is of after the reset. */
	bool told;
	/** @hung: It has stood still for so long that this was reported. */
	bool hung;
	/** @reset_ns: When the counters began. */
	u64 reset_ns;
	/** @moved_ns: When it was seen to go on, woke or was reset. */
	u64 moved_ns;
	/** @rejected: Values that could not be. */
	u64 rejected;
	/** @logged: Kinds of these that the log has. */
	u32 logged;
};

/* As much as can be believed, where that much is called the largest. */
static u64 axle_beyond(u64 max, u64 absurd)
{
	return max && max < absurd / AXLE_BEYOND_FACTOR ?
		       max * AXLE_BEYOND_FACTOR :
		       absurd;
}

static u64 axle_power_limit(const struct axle_telemetry_state *state)
{
	struct axle_bounds bounds;

	axle_limit_bounds(state->adev, DRM_AXLE_LIMIT_POWER, &bounds);
	return axle_beyond(bounds.max, AXLE_POWER_ABSURD_MW);
}

static bool axle_temperature_ok(const struct axle_telemetry_state *state,
				const struct axle_telemetry *said, u64 now)
{
	return said->temperature_mc >= AXLE_COLDEST_MC &&
	       said->temperature_mc <= AXLE_HOTTEST_MC;
}

static bool axle_power_ok(const struct axle_telemetry_state *state,
			  const struct axle_telemetry *said, u64 now)
{
	return said->power_mw <= axle_power_limit(state);
}

/* As much as the most power makes in the time there was. */
static bool axle_energy_ok(const struct axle_telemetry_state *state,
			   const struct axle_telemetry *said, u64 now)
{
	u64 age = now - state->reset_ns + AXLE_SLACK_NS;

	return said->energy_uj >= state->last.energy_uj &&
	       said->energy_uj <=
		       axle_power_limit(state) * div_u64(age, NSEC_PER_MSEC);
}

static bool axle_clock_ok(const struct axle_telemetry_state *state,
			  const struct axle_telemetry *said, u64 now)
{
	struct axle_bounds bounds;

	axle_limit_bounds(state->adev, DRM_AXLE_LIMIT_CLOCK, &bounds);
	return said->clock_hz <=
	       axle_beyond(max(bounds.max, state->clock_max_hz),
			   AXLE_CLOCK_ABSURD_HZ);
}

static bool axle_throttled_ok(const struct axle_telemetry_state *state,
			      const struct axle_telemetry *said, u64 now)
{
	return said->throttled_ns >= state->last.throttled_ns &&
	       said->throttled_ns <= now - state->reset_ns + AXLE_SLACK_NS;
}

static const struct {
	u32 valid;
	const char *what;
	bool (*ok)(const struct axle_telemetry_state *state,
		   const struct axle_telemetry *said, u64 now);
} axle_checks[] = {
	{ DRM_AXLE_TELEMETRY_TEMPERATURE, "temperature out of range",
	  axle_temperature_ok },
	{ DRM_AXLE_TELEMETRY_POWER, "power out of range", axle_power_ok },
	{ DRM_AXLE_TELEMETRY_ENERGY, "energy counts back, or too fast",
	  axle_energy_ok },
	{ DRM_AXLE_TELEMETRY_CLOCK, "clock out of range", axle_clock_ok },
	{ DRM_AXLE_TELEMETRY_THROTTLE,
	  "time held down counts back, or too fast", axle_throttled_ok },
	{ AXLE_LIE_TIME, "time counts back, or is to come", NULL },
	{ AXLE_LIE_TORN, "no consistent copy to be had", NULL },
};

static void axle_telemetry_log(struct axle_device *adev, u32 lies)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(axle_checks); i++)
		if (lies & axle_checks[i].valid)
			drm_warn(&adev->drm,
				 "telemetry is wrong, which is left out: %s\n",
				 axle_checks[i].what);
}

/* Takes out of @said what cannot be, and says what that was. */
static u32 axle_telemetry_check(struct axle_telemetry_state *state,
				struct axle_telemetry *said, u64 now)
{
	u32 known = 0, lies = 0;
	unsigned int i;

	if ((state->told && said->time_ns < state->last.time_ns) ||
	    said->time_ns > now + AXLE_SLACK_NS) {
		said->time_ns = state->last.time_ns;
		said->valid = 0;
		lies = AXLE_LIE_TIME;
	}
	for (i = 0; i < ARRAY_SIZE(axle_checks) && axle_checks[i].ok; i++) {
		known |= axle_checks[i].valid;
		if (said->valid & axle_checks[i].valid &&
		    !axle_checks[i].ok(state, said, now))
			lies |= axle_checks[i].valid;
	}
	said->valid &= known & ~lies;
	if (!(said->valid & DRM_AXLE_TELEMETRY_ENERGY))
		said->energy_uj = state->last.energy_uj;
	if (!(said->valid & DRM_AXLE_TELEMETRY_THROTTLE)) {
		said->throttled_ns = state->last.throttled_ns;
		said->flags = 0;
	}
	said->flags &= DRM_AXLE_TELEMETRY_HOT | DRM_AXLE_TELEMETRY_CAPPED;
	return lies;
}

static u32 axle_telemetry_take(struct axle_telemetry_state *state, int err,
			       struct axle_telemetry *said)
{
	bool old = state->told && said->sequence == state->last.sequence;
	u64 now = ktime_get_ns();
	u32 lies;

	lockdep_assert_held(&state->lock);
	if (err ? err != -EAGAIN : old)
		return 0;
	if (err) {
		state->last.valid = 0;
		lies = AXLE_LIE_TORN;
	} else {
		lies = axle_telemetry_check(state, said, now);
		state->last = *said;
		state->told = true;
		state->hung = false;
		state->moved_ns = now;
	}
	state->rejected += hweight32(lies);
	lies &= ~state->logged;
	state->logged |= lies;
	return lies;
}

/* Between axle_hw_hold() and axle_hw_release(), or while it is reset. */
static void axle_telemetry_ask(struct axle_telemetry_state *state)
{
	struct axle_device *adev = state->adev;
	struct axle_telemetry said = {};
	u32 lies;
	int err;

	spin_lock(&state->lock);
	err = adev->ops->monitor->telemetry(adev, &said);
	lies = axle_telemetry_take(state, err, &said);
	spin_unlock(&state->lock);
	axle_telemetry_log(adev, lies);
}

/* As axle_hw_hold(), but what would have to be waited for is left alone. */
static int axle_telemetry_look(struct axle_telemetry_state *state)
{
	struct axle_device *adev = state->adev;
	int cookie;

	if (!drm_dev_enter(&adev->drm, &cookie))
		return -ENODEV;
	if (down_read_trylock(&adev->reset_sem)) {
		if (!READ_ONCE(adev->failed) && !READ_ONCE(adev->halted))
			axle_telemetry_ask(state);
		up_read(&adev->reset_sem);
	}
	drm_dev_exit(cookie);
	return 0;
}

static bool axle_telemetry_asleep(struct axle_device *adev)
{
	return READ_ONCE(adev->sleeps) && pm_runtime_suspended(adev->drm.dev);
}

static u64 axle_stale_ns(const struct axle_device *adev)
{
	u64 ms = adev->ops->monitor->telemetry_ms;

	return max(ms * AXLE_STALE_UPDATES, AXLE_STALE_MS) * NSEC_PER_MSEC;
}

/* Whether it said something once, and nothing for so long. */
static bool axle_telemetry_silent(const struct axle_telemetry_state *state,
				  u64 ns)
{
	return state->last.time_ns && ktime_get_ns() - state->moved_ns > ns;
}

static u32 axle_telemetry_flags(const struct axle_telemetry_state *state)
{
	struct axle_device *adev = state->adev;
	u32 flags = state->last.flags;

	if (axle_telemetry_asleep(adev))
		return flags | DRM_AXLE_TELEMETRY_ASLEEP;
	if (READ_ONCE(adev->failed) ||
	    axle_telemetry_silent(state, axle_stale_ns(adev)))
		flags |= DRM_AXLE_TELEMETRY_STALE;
	return flags;
}

static void axle_telemetry_tell_limits(struct axle_device *adev,
				       struct drm_axle_query_telemetry *out)
{
	struct axle_bounds bounds;

	out->temperature_max_mc = axle_temperature_max(adev);
	axle_limit_bounds(adev, DRM_AXLE_LIMIT_POWER, &bounds);
	out->power_cap_mw = axle_limit_get(adev, DRM_AXLE_LIMIT_POWER);
	out->power_cap_min_mw = bounds.min;
	out->power_cap_max_mw = bounds.max;
	axle_limit_bounds(adev, DRM_AXLE_LIMIT_CLOCK, &bounds);
	out->clock_limit_hz = axle_limit_get(adev, DRM_AXLE_LIMIT_CLOCK);
	out->clock_limit_min_hz = bounds.min;
	out->clock_limit_max_hz = bounds.max;
}

static void axle_telemetry_tell(const struct axle_telemetry_state *state,
				struct drm_axle_query_telemetry *out)
{
	const struct axle_telemetry *last = &state->last;

	lockdep_assert_held(&state->lock);
	*out = (struct drm_axle_query_telemetry){
		.time_ns = last->time_ns,
		.valid = last->valid,
		.flags = axle_telemetry_flags(state),
		.rejected = state->rejected,
	};
	if (last->valid & DRM_AXLE_TELEMETRY_TEMPERATURE)
		out->temperature_mc = last->temperature_mc;
	if (last->valid & DRM_AXLE_TELEMETRY_POWER)
		out->power_mw = last->power_mw;
	if (last->valid & DRM_AXLE_TELEMETRY_ENERGY)
		out->energy_uj = state->energy_base + last->energy_uj;
	if (last->valid & DRM_AXLE_TELEMETRY_CLOCK)
		out->clock_hz = last->clock_hz;
	if (last->valid & DRM_AXLE_TELEMETRY_THROTTLE)
		out->throttled_ns = state->throttled_base + last->throttled_ns;
}

/**
 * axle_telemetry_read() - What a device says of itself.
 * @adev: the device
 * @out: the answer
 *
 * Neither asks the device nor wakes it, and does not wait for a reset.
 *
 * Return: 0, -EOPNOTSUPP if it says nothing, -ENODEV if it is gone.
 */
int axle_telemetry_read(struct axle_device *adev,
			struct drm_axle_query_telemetry *out)
{
	struct axle_telemetry_state *state = adev->telemetry;
	int err;

	if (!axle_telemetry_supported(adev))
		return -EOPNOTSUPP;
	err = axle_telemetry_look(state);
	if (err)
		return err;
	spin_lock(&state->lock);
	axle_telemetry_tell(state, out);
	spin_unlock(&state->lock);
	axle_telemetry_tell_limits(adev, out);
	return 0;
}

/**
 * axle_telemetry_supported() - Whether a device says anything of itself.
 * @adev: the device
 *
 * Return: true if its driver has telemetry.
 */
bool axle_telemetry_supported(const struct axle_device *adev)
{
	return adev->telemetry && adev->ops->monitor->telemetry;
}

/**
 * axle_clock_max() - Clock of a device's engines at full speed.
 * @adev: a registered device
 *
 * Return: hertz, or zero if it is not known.
 */
u64 axle_clock_max(const struct axle_device *adev)
{
	return adev->telemetry ? adev->telemetry->clock_max_hz : 0;
}

/**
 * axle_temperature_max() - What a device calls its limit.
 * @adev: a registered device
 *
 * Return: millidegrees, or zero if it is not known.
 */
s32 axle_temperature_max(const struct axle_device *adev)
{
	return adev->telemetry ? adev->telemetry->temperature_max_mc : 0;
}

static void axle_telemetry_hangs(struct axle_device *adev)
{
	const struct axle_notice notice = {
		.type = AXLE_EVENT_HANG,
		.text = "telemetry has stopped",
	};

	drm_err(&adev->drm, "firmware hangs: telemetry has stopped\n");
	axle_notify(adev, &notice);
	axle_devlink_hang(adev);
}

static void axle_telemetry_watch_later(struct axle_telemetry_state *state)
{
	u64 ms = div_u64(axle_stale_ns(state->adev), NSEC_PER_MSEC);

	queue_delayed_work(system_power_efficient_wq, &state->watch,
			   msecs_to_jiffies(min_t(u64, ms, INT_MAX)));
}

/* Ends with the device's sleep; axle_telemetry_woke() begins it anew. */
static void axle_telemetry_watch(struct work_struct *work)
{
	struct delayed_work *watch = to_delayed_work(work);
	struct axle_telemetry_state *state =
		container_of(watch, struct axle_telemetry_state, watch);
	struct axle_device *adev = state->adev;
	u64 patience = axle_stale_ns(adev) * AXLE_HANG_FACTOR;
	bool hangs;

	if (axle_telemetry_asleep(adev) || axle_telemetry_look(state))
		return;
	spin_lock(&state->lock);
	/* What is being reset, or has failed, is known to be out of order. */
	if (axle_device_state(adev) != DRM_AXLE_STATE_READY ||
	    READ_ONCE(adev->halted))
		state->moved_ns = ktime_get_ns();
	hangs = !state->hung && axle_telemetry_silent(state, patience);
	state->hung |= hangs;
	spin_unlock(&state->lock);
	if (hangs)
		axle_telemetry_hangs(adev);
	axle_telemetry_watch_later(state);
}

/**
 * axle_telemetry_woke() - The device has just woken, or will any moment.
 * @adev: the device
 */
void axle_telemetry_woke(struct axle_device *adev)
{
	struct axle_telemetry_state *state = adev->telemetry;

	if (!axle_telemetry_supported(adev))
		return;
	spin_lock(&state->lock);
	state->moved_ns = ktime_get_ns();
	spin_unlock(&state->lock);
	axle_telemetry_watch_later(state);
}

/**
 * axle_telemetry_reset() - The device is about to be reset.
 * @adev: the device; &axle_device.reset_sem is held for writing
 *
 * Its counters go on where they are now.
 */
void axle_telemetry_reset(struct axle_device *adev)
{
	struct axle_telemetry_state *state = adev->telemetry;

	if (!axle_telemetry_supported(adev))
		return;
	axle_telemetry_ask(state);
	spin_lock(&state->lock);
	state->energy_base += state->last.energy_uj;
	state->throttled_base += state->last.throttled_ns;
	state->last.energy_uj = 0;
	state->last.throttled_ns = 0;
	state->last.flags = 0;
	state->told = false;
	state->reset_ns = ktime_get_ns();
	state->moved_ns = state->reset_ns;
	spin_unlock(&state->lock);
}

/**
 * axle_telemetry_init() - Set up what this file owns.
 * @adev: the device
 *
 * Return: 0 or -ENOMEM.
 */
int axle_telemetry_init(struct axle_device *adev)
{
	struct axle_telemetry_state *state;

	if (!adev->ops->monitor)
		return 0;
	state = drmm_kzalloc(&adev->drm, sizeof(*state), GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	state->adev = adev;
	spin_lock_init(&state->lock);
	INIT_DELAYED_WORK(&state->watch, axle_telemetry_watch);
	state->reset_ns = ktime_get_ns();
	state->moved_ns = state->reset_ns;
	adev->telemetry = state;
	return axle_limits_init(adev);
}

/**
 * axle_telemetry_learn() - Ask the driver for what does not change.
 * @adev: a device that is about to be registered
 */
void axle_telemetry_learn(struct axle_device *adev)
{
	const struct axle_monitor_ops *ops = adev->ops->monitor;
	struct axle_telemetry_state *state = adev->telemetry;

	if (!state)
		return;
	if (ops->temperature_max_mc)
		state->temperature_max_mc = ops->temperature_max_mc(adev);
	if (ops->clock_max_hz)
		state->clock_max_hz = ops->clock_max_hz(adev);
	axle_limits_learn(adev);
}

/**
 * axle_telemetry_start() - From now on the device must go on telling.
 * @adev: a registered device
 */
void axle_telemetry_start(struct axle_device *adev)
{
	axle_telemetry_woke(adev);
}

/**
 * axle_telemetry_stop() - The device need not tell any more.
 * @adev: a device that is about to be unplugged
 */
void axle_telemetry_stop(struct axle_device *adev)
{
	if (adev->telemetry)
		disable_delayed_work_sync(&adev->telemetry->watch);
}
