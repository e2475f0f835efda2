// SPDX-License-Identifier: GPL-2.0-only
/* Stand-in; to be written. */
#include "axle_internal.h"

int axle_hwmon_add(struct axle_device *adev)
{
	return 0;
}

void axle_hwmon_remove(struct axle_device *adev)
{
}
