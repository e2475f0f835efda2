// SPDX-License-Identifier: GPL-2.0-only
/* Stand-in; to be written. */
#include "axle_internal.h"

int axle_telemetry_init(struct axle_device *adev)
{
	return 0;
}

void axle_telemetry_start(struct axle_device *adev)
{
}

void axle_telemetry_stop(struct axle_device *adev)
{
}

int axle_telemetry_read(struct axle_device *adev,
			struct drm_axle_query_telemetry *out)
{
	return -EOPNOTSUPP;
}

int axle_limit_set(struct axle_device *adev, u32 limit, u64 value)
{
	return -EOPNOTSUPP;
}

int axle_limits_restore(struct axle_device *adev)
{
	return 0;
}

int axle_set_limit_ioctl(struct axle_device *adev, struct axle_context *ctx,
			 void *data)
{
	return -EOPNOTSUPP;
}
