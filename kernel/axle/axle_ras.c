// SPDX-License-Identifier: GPL-2.0-only
/* Stand-in; to be written. */
#include "axle_internal.h"

int axle_ras_init(struct axle_device *adev)
{
	return 0;
}

int axle_ras_add(struct axle_device *adev)
{
	return 0;
}

void axle_ras_remove(struct axle_device *adev)
{
}

size_t axle_ras_answer(struct axle_device *adev, struct drm_axle_query_ras *out)
{
	return 0;
}

void axle_ras_report(struct axle_device *adev, unsigned int unit,
		     enum axle_severity severity, u32 count, u64 address)
{
}
EXPORT_SYMBOL_GPL(axle_ras_report);

int axle_ras_retired(struct axle_device *adev, unsigned int region, u64 address)
{
	return 0;
}
EXPORT_SYMBOL_GPL(axle_ras_retired);
