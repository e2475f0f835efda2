// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits that an administrator gives a device: of its power, of its clock.
 *
 * They are set between axle_hw_enter() and axle_hw_exit(), one at a time, which
 * keeps out the reset that restores them. So whoever sets one has the values
 * for itself; others read them to report.
 */
#include <linux/nospec.h>

#include <drm/drm_managed.h>

#include "axle_internal.h"

#define AXLE_LIMITS (DRM_AXLE_LIMIT_CLOCK + 1)

/**
 * struct axle_limits - The limits of a device.
 *
 * Lifetime: that of the device's structure.
 */
struct axle_limits {
	/** @bounds: What they can be; constant once registered. */
	struct axle_bounds bounds[AXLE_LIMITS];
	/** @lock: Held while one is set, inside of &axle_device.reset_sem. */
	struct mutex lock;
	/** @values: In force. Read without lock to report. */
	u64 values[AXLE_LIMITS];
};

/**
 * axle_limits_init() - Set up what this file owns.
 * @adev: a device whose driver has &axle_ops.monitor
 *
 * Return: 0 or -ENOMEM.
 */
int axle_limits_init(struct axle_device *adev)
{
	adev->limits =
		drmm_kzalloc(&adev->drm, sizeof(*adev->limits), GFP_KERNEL);
	if (!adev->limits)
		return -ENOMEM;
	return drmm_mutex_init(&adev->drm, &adev->limits->lock);
}

/**
 * axle_limits_learn() - Ask the driver what the limits can be.
 * @adev: a device that is about to be registered, with &axle_device.limits
 */
void axle_limits_learn(struct axle_device *adev)
{
	const struct axle_monitor_ops *ops = adev->ops->monitor;
	struct axle_limits *limits = adev->limits;
	struct axle_bounds bounds = {};
	u32 i;

	if (!ops->bounds || !ops->set_limit)
		return;
	for (i = 0; i < AXLE_LIMITS; i++) {
		ops->bounds(adev, i, &bounds);
		/* Milliwatts are told in 32 bits. */
		if (bounds.min > bounds.max ||
		    (i == DRM_AXLE_LIMIT_POWER && bounds.max > U32_MAX))
			continue;
		limits->bounds[i] = bounds;
		limits->values[i] = bounds.max;
	}
}

/**
 * axle_limit_bounds() - What a limit can be.
 * @adev: a registered device
 * @limit: one of &enum drm_axle_limit
 * @out: the bounds, zeros if there is no such limit
 */
void axle_limit_bounds(const struct axle_device *adev, u32 limit,
		       struct axle_bounds *out)
{
	*out = (struct axle_bounds){};
	if (adev->limits)
		*out = adev->limits->bounds[limit];
}

/**
 * axle_limit_get() - The limit in force.
 * @adev: a registered device
 * @limit: one of &enum drm_axle_limit
 *
 * Return: in the limit's unit, zero if there is no such limit.
 */
u64 axle_limit_get(const struct axle_device *adev, u32 limit)
{
	return adev->limits ? READ_ONCE(adev->limits->values[limit]) : 0;
}

static int axle_limit_apply(struct axle_device *adev, u32 limit, u64 value)
{
	struct axle_limits *limits = adev->limits;
	int err;

	mutex_lock(&limits->lock);
	err = adev->ops->monitor->set_limit(adev, limit, value);
	if (!err)
		WRITE_ONCE(limits->values[limit], value);
	mutex_unlock(&limits->lock);
	return err;
}

/**
 * axle_limit_set() - Set a limit of a device.
 * @adev: the device, which is woken for it
 * @limit: one of &enum drm_axle_limit, or anything
 * @value: in the limit's unit; zero for the largest there is
 *
 * Return: 0, -EINVAL for an unknown limit or a value out of range, -EOPNOTSUPP
 * if the device has no such limit, or what axle_hw_enter() or the driver says.
 */
int axle_limit_set(struct axle_device *adev, u32 limit, u64 value)
{
	struct axle_bounds bounds;
	int cookie;
	int err;

	if (limit >= AXLE_LIMITS)
		return -EINVAL;
	limit = array_index_nospec(limit, AXLE_LIMITS);
	axle_limit_bounds(adev, limit, &bounds);
	if (!bounds.max)
		return -EOPNOTSUPP;
	value = value ?: bounds.max;
	if (value < bounds.min || value > bounds.max)
		return -EINVAL;
	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	err = axle_limit_apply(adev, limit, value);
	axle_hw_exit(adev, cookie);
	return err;
}

/**
 * axle_limits_restore() - Give a device its limits again.
 * @adev: a device that has just been reset; &axle_device.reset_sem is held
 *
 * Return: 0 or what the driver says.
 */
int axle_limits_restore(struct axle_device *adev)
{
	struct axle_limits *limits = adev->limits;
	int err = 0;
	u32 i;

	/* What was never set is in force anyway. */
	for (i = 0; limits && i < AXLE_LIMITS && !err; i++)
		if (limits->values[i] != limits->bounds[i].max)
			err = adev->ops->monitor->set_limit(adev, i,
							    limits->values[i]);
	return err;
}

/**
 * axle_set_limit_ioctl() - %DRM_IOCTL_AXLE_SET_LIMIT.
 * @adev: the device
 * @ctx: NULL
 * @data: &struct drm_axle_set_limit
 *
 * Return: 0 or a negative errno.
 */
int axle_set_limit_ioctl(struct axle_device *adev, struct axle_context *ctx,
			 void *data)
{
	const struct drm_axle_set_limit *args = data;

	if (args->pad)
		return -EINVAL;
	return axle_limit_set(adev, args->limit, args->value);
}
