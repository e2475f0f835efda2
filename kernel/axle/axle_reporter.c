// SPDX-License-Identifier: GPL-2.0-only
/*
 * The health reporters that a device has, and how each recovers. All of it runs
 * under devlink's lock, or before the instance is registered.
 */
#include <linux/pci.h>

#include <axle/axle_compat.h>

#include "axle_devlink.h"

/* The reset is another's to make; devlink is told what became of it. */
static int axle_reporter_await(struct axle_devlink *health, u32 asked)
{
	struct axle_device *adev = health->adev;

	axle_health_answer(health, asked, true);
	flush_work(&adev->reset_work);
	if (!READ_ONCE(adev->failed))
		return 0;
	/* We were late. */
	if (READ_ONCE(health->held))
		return axle_device_reset(adev);
	return -EIO;
}

static int axle_reporter_recover(struct devlink_health_reporter *reporter,
				 void *priv_ctx, struct netlink_ext_ack *extack)
{
	struct axle_reporter *mine = devlink_health_reporter_priv(reporter);
	struct axle_device *adev = mine->health->adev;
	const struct axle_report *report = priv_ctx;
	int err;

	if (report && report->reason == AXLE_REPORT_FAULT)
		return axle_reporter_await(mine->health, report->asked);
	/* It has just been tried. */
	if (report && report->reason == AXLE_REPORT_BROKEN)
		return -EIO;
	err = axle_device_reset(adev);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "the device does not come back");
	return err;
}

static const struct devlink_health_reporter_ops axle_fw_reporter = {
	.name = "fw",
	.recover = axle_reporter_recover,
	.dump = axle_health_dump,
	.diagnose = axle_health_diagnose_fw,
};

static const struct devlink_health_reporter_ops axle_hw_reporter = {
	.name = "hw",
	.recover = axle_reporter_recover,
	.dump = axle_health_dump,
	.diagnose = axle_health_diagnose_hw,
};

/* Of a device without reset. */
static const struct devlink_health_reporter_ops axle_fw_watcher = {
	.name = "fw",
	.dump = axle_health_dump,
	.diagnose = axle_health_diagnose_fw,
};

static const struct devlink_health_reporter_ops axle_hw_watcher = {
	.name = "hw",
	.dump = axle_health_dump,
	.diagnose = axle_health_diagnose_hw,
};

static const struct devlink_health_reporter_ops axle_link_reporter = {
	.name = "link",
	.diagnose = axle_health_diagnose_link,
};

static int axle_reporter_add(struct axle_devlink *health,
			     enum axle_reporter_id id,
			     const struct devlink_health_reporter_ops *ops)
{
	struct axle_reporter *mine = &health->reporters[id];
	struct devlink_health_reporter *reporter;

	mine->health = health;
	reporter = axle_compat_reporter_create(health->devlink, ops, mine);
	if (IS_ERR(reporter))
		return PTR_ERR(reporter);
	mine->reporter = reporter;
	return 0;
}

/**
 * axle_reporters_add() - Add the reporters of a device.
 * @health: its instance is not registered yet
 *
 * Return: 0 or a negative errno; axle_reporters_remove() undoes it in either case.
 */
int axle_reporters_add(struct axle_devlink *health)
{
	const struct axle_ops *ops = health->adev->ops;
	int err;

	err = axle_reporter_add(health, AXLE_REPORTER_HW,
				ops->reset ? &axle_hw_reporter :
					     &axle_hw_watcher);
	if (!err && ops->monitor)
		err = axle_reporter_add(health, AXLE_REPORTER_FW,
					ops->reset ? &axle_fw_reporter :
						     &axle_fw_watcher);
	if (!err && dev_is_pci(health->adev->drm.dev))
		err = axle_reporter_add(health, AXLE_REPORTER_LINK,
					&axle_link_reporter);
	return err;
}

/**
 * axle_reporters_remove() - Undo axle_reporters_add().
 * @health: nothing of it runs
 */
void axle_reporters_remove(struct axle_devlink *health)
{
	struct axle_reporter *mine;
	int i;

	for (i = 0; i < AXLE_REPORTERS; i++) {
		mine = &health->reporters[i];
		if (mine->reporter)
			devlink_health_reporter_destroy(mine->reporter);
		mine->reporter = NULL;
	}
}
