// SPDX-License-Identifier: GPL-2.0-only
/* Stand-in; to be written. */
#include "axle_internal.h"

int axle_sysfs_add(struct axle_device *adev)
{
	return 0;
}

void axle_sysfs_remove(struct axle_device *adev)
{
}
