// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the test device tells operators: a test says what, lies included.
 *
 * The device updates its telemetry every MOCK_TELEMETRY_MS while it is awake,
 * that is, its sequence says so: nothing else changes but what a test sets. All
 * of it is under &mock.monitor_lock, as telemetry is read under a spinlock.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "mock.h"

static bool fail_limit;
module_param(fail_limit, bool, 0644);
MODULE_PARM_DESC(fail_limit, "the device refuses limits");

static const struct axle_bounds mock_bounds_of[] = {
	[DRM_AXLE_LIMIT_POWER] = { MOCK_POWER_MIN, MOCK_POWER_MAX },
	[DRM_AXLE_LIMIT_CLOCK] = { MOCK_CLOCK_MIN, MOCK_CLOCK_MAX },
};

static u64 mock_sequence(const struct mock *mock)
{
	u64 age = ktime_get_ns() - mock->told_ns;

	if (mock->said.frozen || READ_ONCE(mock->asleep))
		return mock->told;
	return mock->told + div_u64(age, MOCK_TELEMETRY_MS * NSEC_PER_MSEC);
}

/* An update out of its turn. */
static void mock_monitor_update(struct mock *mock)
{
	lockdep_assert_held(&mock->monitor_lock);
	mock->told = mock_sequence(mock) + 1;
	mock->told_ns = ktime_get_ns();
}

static int mock_telemetry(struct axle_device *adev, struct axle_telemetry *out)
{
	struct mock *mock = to_mock(adev);
	const struct mock_telemetry *said = &mock->said;
	int err;

	spin_lock(&mock->monitor_lock);
	*out = (struct axle_telemetry){
		.time_ns = ktime_get_ns() + said->time_ns,
		.sequence = mock_sequence(mock),
		.valid = said->valid,
		.flags = said->flags,
		.temperature_mc = said->temperature_mc,
		.power_mw = said->power_mw,
		.energy_uj = said->energy_uj,
		.clock_hz = said->clock_hz,
		.throttled_ns = said->throttled_ns,
	};
	err = -(int)said->error;
	spin_unlock(&mock->monitor_lock);
	return err;
}

static s32 mock_temperature_max(struct axle_device *adev)
{
	return MOCK_TEMPERATURE_MAX;
}

static void mock_bounds(struct axle_device *adev, u32 limit,
			struct axle_bounds *out)
{
	*out = mock_bounds_of[limit];
}

static u64 mock_clock_max(struct axle_device *adev)
{
	return MOCK_CLOCK_MAX;
}

static int mock_set_limit(struct axle_device *adev, u32 limit, u64 value)
{
	struct mock *mock = to_mock(adev);

	mock_touch(adev);
	if (READ_ONCE(fail_limit))
		return -EIO;
	spin_lock(&mock->monitor_lock);
	mock->limits.value[limit] = value;
	mock->limits.sets++;
	spin_unlock(&mock->monitor_lock);
	return 0;
}

static u64 mock_cycles(struct axle_queue *queue)
{
	const struct mock_status *status = queue->status;

	return READ_ONCE(status->cycles);
}

const struct axle_monitor_ops mock_monitor_ops = {
	.telemetry = mock_telemetry,
	.telemetry_ms = MOCK_TELEMETRY_MS,
	.temperature_max_mc = mock_temperature_max,
	.bounds = mock_bounds,
	.clock_max_hz = mock_clock_max,
	.set_limit = mock_set_limit,
	.cycles = mock_cycles,
	MOCK_RAS_OPS,
	MOCK_FLASH_OPS,
};

/**
 * mock_say() - %MOCK_IOCTL_SAY: what the device tells from now on.
 * @adev: the device
 * @ctx: NULL
 * @data: &struct mock_telemetry
 *
 * Return: 0 or -EINVAL.
 */
int mock_say(struct axle_device *adev, struct axle_context *ctx, void *data)
{
	const struct mock_telemetry *args = data;
	struct mock *mock = to_mock(adev);

	if (args->error > MAX_ERRNO)
		return -EINVAL;
	spin_lock(&mock->monitor_lock);
	mock_monitor_update(mock);
	mock->said = *args;
	spin_unlock(&mock->monitor_lock);
	return 0;
}

/**
 * mock_query_limits() - Answer %MOCK_TOPIC_LIMITS.
 * @mock: the device
 * @data: the answer
 * @size: bytes of it
 *
 * Return: 0 or -ENOMEM.
 */
int mock_query_limits(struct mock *mock, void **data, size_t *size)
{
	struct mock_limits *answer = kvzalloc(sizeof(*answer), GFP_KERNEL);

	if (!answer)
		return -ENOMEM;
	spin_lock(&mock->monitor_lock);
	*answer = mock->limits;
	spin_unlock(&mock->monitor_lock);
	*data = answer;
	*size = sizeof(*answer);
	return 0;
}

/**
 * mock_monitor_pause() - The device falls asleep or wakes.
 * @mock: the device
 * @asleep: which of both
 */
void mock_monitor_pause(struct mock *mock, bool asleep)
{
	spin_lock(&mock->monitor_lock);
	mock_monitor_update(mock);
	WRITE_ONCE(mock->asleep, asleep);
	spin_unlock(&mock->monitor_lock);
}

/**
 * mock_monitor_reset() - The device forgets counters and limits, and tells on.
 * @mock: the device
 */
void mock_monitor_reset(struct mock *mock)
{
	u32 i;

	spin_lock(&mock->monitor_lock);
	mock_monitor_update(mock);
	mock->said.frozen = 0;
	mock->said.energy_uj = 0;
	mock->said.throttled_ns = 0;
	for (i = 0; i < ARRAY_SIZE(mock_bounds_of); i++)
		mock->limits.value[i] = mock_bounds_of[i].max;
	spin_unlock(&mock->monitor_lock);
}

/**
 * mock_monitor_init() - Set up what this file owns.
 * @mock: the device
 */
void mock_monitor_init(struct mock *mock)
{
	spin_lock_init(&mock->monitor_lock);
	mock->said.valid =
		DRM_AXLE_TELEMETRY_TEMPERATURE | DRM_AXLE_TELEMETRY_POWER |
		DRM_AXLE_TELEMETRY_ENERGY | DRM_AXLE_TELEMETRY_CLOCK |
		DRM_AXLE_TELEMETRY_THROTTLE;
	mock->said.temperature_mc = 41000;
	mock->said.power_mw = 12500;
	mock->said.clock_hz = MOCK_CLOCK_MAX / 2;
	mock_monitor_reset(mock);
}
