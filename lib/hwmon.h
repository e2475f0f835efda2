/* SPDX-License-Identifier: MIT */
/*
 * hwmon of a device, whoever its driver is: all chips below its directory in
 * sysfs, with the names and units that the kernel's document of hwmon has.
 */
#ifndef AXLP_HWMON_H
#define AXLP_HWMON_H

#include "axlp.h"

/*
 * Fills what there is: the hottest temperature, with its own limit, and the
 * first of all others. -ENOENT: the device has no hwmon.
 */
int axlp_hwmon_read(struct axl_device *dev, struct axl_telemetry *out);
/*
 * All that is told of any device, whoever its driver is: hwmon, and whether it
 * sleeps. -EOPNOTSUPP: nothing of that, and nothing in out already.
 */
int axlp_sysfs_telemetry(struct axl_device *dev, struct axl_telemetry *out);

#endif
