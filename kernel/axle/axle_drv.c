// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life cycle of a device on the kit.
 *
 * Alloc, register and unplug, plus the door to the hardware: everything that
 * touches registers stands between axle_hw_enter() and axle_hw_exit(), which
 * keeps out both the device's removal and its reset.
 */
#include <linux/module.h>

#include <drm/drm_managed.h>

#include <axle/axle_device.h>

#include "axle_internal.h"

static bool axle_fw_ops_ok(const struct axle_monitor_ops *ops)
{
	return !ops || !ops->fw_begin ||
	       (ops->fw_write && ops->fw_commit && ops->fw_size_max &&
		ops->fw_chunk);
}

static int axle_ops_check(const struct axle_ops *ops)
{
	if (ops->num_engines > AXLE_MAX_ENGINES ||
	    ops->num_regions > AXLE_MAX_REGIONS || !axle_vm_ops_ok(ops) ||
	    !axle_queue_ops_ok(ops) || !axle_fw_ops_ok(ops->monitor) ||
	    !ops->suspend != !ops->resume)
		return -EINVAL;
	return axle_ioctls_check(ops);
}

/*
 * Runs after the driver's remove, or after a probe that failed, once all that
 * the driver had managed since axle_device_alloc() is gone.
 */
static void axle_device_stopped(void *data)
{
	struct axle_device *adev = data;

	complete_all(&adev->stopped);
	axle_queues_release(adev);
	axle_vms_release(adev);
	axle_bos_release(adev);
	axle_power_fini(adev);
}

/**
 * axle_device_init() - Set up the kit's part of a device.
 * @adev: zeroed, its DRM device initialised
 * @ops: what the driver does
 *
 * For axle_device_alloc(); drivers do not call it.
 *
 * Return: 0, or -EINVAL if the driver's tables are wrong.
 */
int axle_device_init(struct axle_device *adev, const struct axle_ops *ops)
{
	int err;

	adev->ops = ops;
	adev->contexts_max = 1;
	INIT_LIST_HEAD(&adev->contexts);
	ida_init(&adev->context_ids); /* empty when the last file is closed */
	ida_init(&adev->program_ids);
	spin_lock_init(&adev->busy_lock);
	spin_lock_init(&adev->bos_lock);
	spin_lock_init(&adev->version_lock);
	INIT_LIST_HEAD(&adev->bos_mapped);
	INIT_LIST_HEAD(&adev->vms);
	INIT_LIST_HEAD(&adev->queues);
	INIT_LIST_HEAD(&adev->programs);
	INIT_LIST_HEAD(&adev->events);
	spin_lock_init(&adev->events_lock);
	init_completion(&adev->stopped);
	err = axle_reset_init(adev);
	if (err)
		return err;
	err = drmm_mutex_init(&adev->drm, &adev->contexts_lock);
	if (err)
		return err;
	err = drmm_mutex_init(&adev->drm, &adev->reset_mutex);
	if (err)
		return err;
	err = drmm_mutex_init(&adev->drm, &adev->vms_lock);
	if (err)
		return err;
	err = drmm_mutex_init(&adev->drm, &adev->queues_lock);
	if (err)
		return err;
	err = drmm_mutex_init(&adev->drm, &adev->programs_lock);
	if (err)
		return err;
	err = axle_ops_check(ops);
	if (err)
		return err;
	err = devm_add_action_or_reset(adev->drm.dev, axle_device_stopped,
				       adev);
	if (!err)
		err = axle_queues_init(adev);
	if (!err)
		err = axle_telemetry_init(adev);
	if (!err)
		err = axle_ras_init(adev);
	return err ?: axle_vms_init(adev);
}
EXPORT_SYMBOL_GPL(axle_device_init);

/**
 * axle_firmware_publish() - Show users which firmware runs.
 * @adev: the device; nobody writes its firmware_version just now
 */
void axle_firmware_publish(struct axle_device *adev)
{
	spin_lock(&adev->version_lock);
	strscpy(adev->version, adev->firmware_version);
	spin_unlock(&adev->version_lock);
}

/**
 * axle_firmware_version() - Which firmware runs.
 * @adev: the device
 * @version: out; empty if there is none
 *
 * Waits for nothing, not even a reset.
 */
void axle_firmware_version(struct axle_device *adev, char version[64])
{
	spin_lock(&adev->version_lock);
	memcpy(version, adev->version, sizeof(adev->version));
	spin_unlock(&adev->version_lock);
}

/* What undoes each of these takes one that was never added, too. */
static int axle_surfaces_add(struct axle_device *adev)
{
	int err = axle_sysfs_add(adev);

	if (!err)
		err = axle_hwmon_add(adev);
	if (!err)
		err = axle_ras_add(adev);
	if (!err)
		err = axle_devlink_add(adev);
	return err ?: axle_netlink_add(adev);
}

static void axle_surfaces_remove(struct axle_device *adev)
{
	axle_netlink_remove(adev);
	axle_devlink_remove(adev);
	axle_ras_remove(adev);
	axle_hwmon_remove(adev);
	axle_sysfs_remove(adev);
}

/**
 * axle_device_register() - Make a device visible to users.
 * @adev: ready to take work, with the members that are the driver's set
 *
 * The last step of probe: users may call before it returns.
 *
 * Return: 0 or a negative errno; nothing is left behind on failure.
 */
int axle_device_register(struct axle_device *adev)
{
	int err;

	if (adev->ops->vm && (!adev->vms_max || !adev->vms_per_context))
		return -EINVAL;
	axle_telemetry_learn(adev);
	axle_firmware_publish(adev);
	err = drm_dev_register(&adev->drm, 0);
	if (err)
		return err;
	axle_reset_start(adev);
	err = axle_control_add(adev);
	if (err)
		goto err_unplug;
	axle_debugfs_add(adev);
	err = axle_surfaces_add(adev);
	if (err)
		goto err_unplug;
	err = axle_power_start(adev);
	if (err)
		goto err_unplug;
	axle_telemetry_start(adev);
	return 0;

err_unplug:
	/* A user may have opened the compute node already. */
	axle_device_unplug(adev);
	return err;
}
EXPORT_SYMBOL_GPL(axle_device_register);

/**
 * axle_device_unplug() - Take a device away from its users.
 * @adev: a registered device
 *
 * The first step of remove. Sleeping calls return -ENODEV, and so does every
 * later one. When it returns nobody is between axle_hw_enter() and
 * axle_hw_exit() and nobody will be; the driver can then stop the hardware,
 * which is awake.
 */
void axle_device_unplug(struct axle_device *adev)
{
	axle_telemetry_stop(adev);
	axle_power_stop(adev);
	WRITE_ONCE(adev->gone, true);
	wake_up_all(&adev->waitq);
	axle_events_wake(adev);
	axle_surfaces_remove(adev);
	axle_control_remove(adev);
	drm_dev_unplug(&adev->drm);
	axle_reset_stop(adev);
}
EXPORT_SYMBOL_GPL(axle_device_unplug);

static int axle_hw_try(struct axle_device *adev)
{
	int err;

	if (READ_ONCE(adev->failed))
		flush_work(&adev->reset_work);
	down_read(&adev->reset_sem);
	while (READ_ONCE(adev->halted)) {
		up_read(&adev->reset_sem);
		err = axle_halted_wait(adev);
		if (err)
			return err;
		down_read(&adev->reset_sem);
	}
	if (!READ_ONCE(adev->failed))
		return 0;
	up_read(&adev->reset_sem);
	return -EIO;
}

static int axle_hw_lock(struct axle_device *adev)
{
	int err = axle_hw_try(adev);

	/* A fault may have come since it was looked at: a reset follows. */
	return err == -EIO ? axle_hw_try(adev) : err;
}

/**
 * axle_hw_enter() - Begin to use the hardware.
 * @adev: the device
 * @cookie: for axle_hw_exit()
 *
 * Wakes the device, and waits for the end of a running or an expected reset.
 * Until axle_hw_exit() the device is neither removed nor reset nor put to
 * sleep, so the caller must not sleep for long but in axle_wait(), and not
 * touch user memory, whose owner can delay it forever.
 *
 * Return: 0, -ENODEV if the device is gone, -EIO if it has failed and no reset
 * has brought it back.
 */
int axle_hw_enter(struct axle_device *adev, int *cookie)
{
	int err;

	if (!drm_dev_enter(&adev->drm, cookie))
		return -ENODEV;
	err = axle_power_get(adev);
	if (err)
		goto err_exit;
	err = axle_hw_lock(adev);
	if (err)
		goto err_put;
	return 0;

err_put:
	axle_power_put(adev);
err_exit:
	drm_dev_exit(*cookie);
	return err;
}
EXPORT_SYMBOL_GPL(axle_hw_enter);

/**
 * axle_hw_exit() - End what axle_hw_enter() began.
 * @adev: the device
 * @cookie: from axle_hw_enter()
 */
void axle_hw_exit(struct axle_device *adev, int cookie)
{
	up_read(&adev->reset_sem);
	axle_power_put(adev);
	drm_dev_exit(cookie);
}
EXPORT_SYMBOL_GPL(axle_hw_exit);

/**
 * axle_hw_settle() - Wait for a reset that runs or that a fault has asked for.
 * @adev: the device
 *
 * For whoever frees what the device was told to let go of, as it need not have
 * obeyed. Not between axle_hw_enter() and axle_hw_exit().
 *
 * Return: 0, -EIO if it has failed for good, which has kept it from memory, or
 * -ENODEV if it is gone and may use memory until &axle_device.stopped.
 */
int axle_hw_settle(struct axle_device *adev)
{
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (!err)
		axle_hw_exit(adev, cookie);
	return err;
}

/**
 * axle_hw_hold() - Keep removal and reset out, but let the device sleep.
 * @adev: the device
 * @cookie: for axle_hw_release()
 *
 * For whoever reads what the driver has in memory, such as telemetry, and does
 * not want to wake the device for it. Else as axle_hw_enter().
 *
 * Return: as axle_hw_enter().
 */
int axle_hw_hold(struct axle_device *adev, int *cookie)
{
	int err;

	if (!drm_dev_enter(&adev->drm, cookie))
		return -ENODEV;
	err = axle_hw_lock(adev);
	if (err)
		drm_dev_exit(*cookie);
	return err;
}
EXPORT_SYMBOL_GPL(axle_hw_hold);

/**
 * axle_hw_release() - End what axle_hw_hold() began.
 * @adev: the device
 * @cookie: from axle_hw_hold()
 */
void axle_hw_release(struct axle_device *adev, int cookie)
{
	up_read(&adev->reset_sem);
	drm_dev_exit(cookie);
}
EXPORT_SYMBOL_GPL(axle_hw_release);

static int __init axle_init(void)
{
	int err = axle_control_init();

	if (err)
		return err;
	err = axle_netlink_init();
	if (err)
		axle_control_exit();
	return err;
}
module_init(axle_init);

static void __exit axle_exit(void)
{
	axle_netlink_exit();
	axle_control_exit();
}
module_exit(axle_exit);

MODULE_AUTHOR("The Axle developers");
AXLE_COMPAT_IMPORT_DMA_BUF;
MODULE_DESCRIPTION("Accelerator driver kit on top of DRM accel");
MODULE_LICENSE("GPL");
