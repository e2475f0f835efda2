// SPDX-License-Identifier: GPL-2.0-only
/* Stand-in; to be written. */
#include "axle_internal.h"

int axle_netlink_init(void)
{
	return 0;
}

void axle_netlink_exit(void)
{
}

int axle_netlink_add(struct axle_device *adev)
{
	return 0;
}

void axle_netlink_remove(struct axle_device *adev)
{
}

void axle_notify(struct axle_device *adev, const struct axle_notice *notice)
{
}
