// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storing a firmware image in a device.
 *
 * Under devlink's lock, so one at a time. Between two pieces others have the
 * hardware, as jobs go on meanwhile, and so may come a reset or the end of the
 * device: both end the flash. What the device boots changes with the commit
 * alone.
 */
#include <linux/axle_netlink.h>
#include <linux/firmware.h>
#include <linux/sched/signal.h>

#include "axle_devlink.h"

/**
 * struct axle_flash - A flash under way.
 */
struct axle_flash {
	/** @adev: The device. */
	struct axle_device *adev;
	/** @image: What is stored. */
	const struct firmware *image;
	/** @offset: How much of it the device has. */
	size_t offset;
	/** @resets: Resets there had been at the start. */
	u64 resets;
	/** @why: What the device has against the image, or NULL. */
	const char *why;
};

static int axle_flash_begin(struct axle_flash *flash)
{
	flash->resets = atomic64_read(&flash->adev->resets);
	return flash->adev->ops->monitor->fw_begin(flash->adev,
						   flash->image->size);
}

static int axle_flash_write(struct axle_flash *flash)
{
	const struct axle_monitor_ops *ops = flash->adev->ops->monitor;
	size_t size = min(ops->fw_chunk, flash->image->size - flash->offset);
	int err;

	err = ops->fw_write(flash->adev, flash->offset,
			    flash->image->data + flash->offset, size);
	if (!err)
		flash->offset += size;
	return err;
}

static int axle_flash_commit(struct axle_flash *flash)
{
	return flash->adev->ops->monitor->fw_commit(flash->adev, &flash->why);
}

/* A step of it, if nothing has come between. */
static int axle_flash_step(struct axle_flash *flash,
			   int (*step)(struct axle_flash *flash))
{
	struct axle_device *adev = flash->adev;
	int cookie;
	int err;

	if (READ_ONCE(adev->gone))
		return -ENODEV;
	if (axle_device_stopping(adev))
		return -ECANCELED;
	if (fatal_signal_pending(current))
		return -EINTR;
	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	if (step != axle_flash_begin &&
	    flash->resets != atomic64_read(&adev->resets))
		err = -ECANCELED;
	else
		err = step(flash);
	axle_hw_exit(adev, cookie);
	return err;
}

static int axle_flash_image(struct axle_flash *flash, struct devlink *devlink)
{
	size_t size = flash->image->size;
	int err;

	devlink_flash_update_status_notify(devlink, "Preparing to flash", NULL,
					   0, 0);
	err = axle_flash_step(flash, axle_flash_begin);
	while (!err && flash->offset < size) {
		devlink_flash_update_status_notify(devlink, "Flashing", NULL,
						   flash->offset, size);
		err = axle_flash_step(flash, axle_flash_write);
	}
	if (err)
		return err;
	devlink_flash_update_status_notify(devlink, "Flashing", NULL, size,
					   size);
	devlink_flash_update_status_notify(devlink, "Checking", NULL, 0, 0);
	return axle_flash_step(flash, axle_flash_commit);
}

/* devlink cuts what is longer than 80 characters. */
static void axle_flash_explain(const struct axle_flash *flash, int err,
			       struct netlink_ext_ack *extack)
{
	switch (err) {
	case -ENODEV:
		NL_SET_ERR_MSG_MOD(extack, "the device has gone away");
		break;
	case -ECANCELED:
		NL_SET_ERR_MSG_MOD(extack, "the device was reset meanwhile");
		break;
	case -EINTR:
		NL_SET_ERR_MSG_MOD(extack, "interrupted");
		break;
	case -EPERM:
		NL_SET_ERR_MSG_FMT_MOD(extack, "image refused: %.50s",
				       flash->why ?:
					       "older than the device allows");
		break;
	case -ENOEXEC:
		NL_SET_ERR_MSG_FMT_MOD(extack, "image refused: %.50s",
				       flash->why ?:
						    "no firmware of this device");
		break;
	default:
		NL_SET_ERR_MSG_FMT_MOD(extack, "failed after %zu of %zu bytes",
				       flash->offset, flash->image->size);
	}
}

static void axle_flash_tell(struct axle_device *adev)
{
	struct axle_notice notice = { .type = AXLE_EVENT_FIRMWARE };
	char text[80] = "stored", version[64];

	if (adev->ops->monitor->fw_slots &&
	    !axle_firmware_stored(adev, version))
		snprintf(text, sizeof(text), "stored %s", version);
	notice.text = text;
	axle_notify(adev, &notice);
}

/**
 * axle_flash_update() - &devlink_ops.flash_update.
 * @devlink: the instance
 * @params: the image; devlink has refused all else
 * @extack: for an error in words
 *
 * Return: 0; -EFBIG if the image is too large, -ENODEV or -ECANCELED if the
 * device went away or was reset meanwhile, or what the driver says.
 */
int axle_flash_update(struct devlink *devlink,
		      struct devlink_flash_update_params *params,
		      struct netlink_ext_ack *extack)
{
	struct axle_device *adev = axle_devlink_of(devlink)->adev;
	struct axle_flash flash = { .adev = adev, .image = params->fw };
	size_t max = adev->ops->monitor->fw_size_max;
	int err;

	if (params->fw->size > max) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "image of %zu bytes, the limit is %zu",
				       params->fw->size, max);
		return -EFBIG;
	}
	err = axle_flash_image(&flash, devlink);
	if (err) {
		axle_flash_explain(&flash, err, extack);
		return err;
	}
	axle_flash_tell(adev);
	return 0;
}
