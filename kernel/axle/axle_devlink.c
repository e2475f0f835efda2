// SPDX-License-Identifier: GPL-2.0-only
/* Stand-in; to be written. */
#include "axle_internal.h"

int axle_devlink_add(struct axle_device *adev)
{
	return 0;
}

void axle_devlink_remove(struct axle_device *adev)
{
}

void axle_devlink_fault(struct axle_device *adev, const char *what)
{
}

void axle_devlink_hang(struct axle_device *adev)
{
}
