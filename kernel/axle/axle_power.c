// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power: an idle device sleeps, the first use wakes it.
 *
 * What uses the device holds a reference of runtime PM: whoever is between
 * axle_hw_enter() and axle_hw_exit(), a job that the driver has, a fence of a
 * position, a reset. So while axle_runtime_suspend() runs, the hardware is its
 * own, and all others wait for its end and then wake the device again. What
 * programs can reach without a call, doorbells and device memory, is taken from
 * them first and comes back by a fault, which holds a reference, too.
 *
 * Lock order: a wake-up waits for the suspend, which takes
 * &axle_device.queues_lock and takes mappings away; so nobody wakes the device
 * under that lock or under &axle_queue.map_lock. Fences wait for wake-ups.
 */
#include <linux/mm.h>
#include <linux/pm_runtime.h>
#include <linux/workqueue.h>

#include "axle_queue_internal.h"

/**
 * axle_power_get() - Wake the device and keep it awake.
 * @adev: the device
 *
 * May sleep, as long as the driver takes to wake the device.
 *
 * Return: 0, or -EIO if it does not wake.
 */
int axle_power_get(struct axle_device *adev)
{
	axle_power_hold(adev);
	if (!READ_ONCE(adev->sleeps) || pm_runtime_resume(adev->drm.dev) >= 0)
		return 0;
	pm_runtime_put_noidle(adev->drm.dev);
	return -EIO;
}

/**
 * axle_power_hold() - Keep the device awake.
 * @adev: a device that something else keeps awake now
 *
 * Any context.
 */
void axle_power_hold(struct axle_device *adev)
{
	pm_runtime_get_noresume(adev->drm.dev);
}

/**
 * axle_power_put() - End what axle_power_get() or axle_power_hold() began.
 * @adev: the device
 *
 * Any context.
 */
void axle_power_put(struct axle_device *adev)
{
	struct device *dev = adev->drm.dev;

	if (!READ_ONCE(adev->sleeps)) {
		pm_runtime_put_noidle(dev);
		return;
	}
	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
}

/* The CPU's mappings of device memory; they come back by faults. */
static void axle_memory_park(struct axle_device *adev)
{
	bool mapped = false;
	u32 i;

	for (i = 0; i < AXLE_MAX_REGIONS; i++)
		mapped = mapped || adev->memory[i];
	if (mapped)
		unmap_mapping_range(adev->drm.anon_inode->i_mapping, 0,
				    AXLE_QUEUE_OFFSET, 1);
}

static int axle_runtime_suspend(struct device *dev)
{
	struct axle_device *adev = dev_get_drvdata(dev);
	int err;

	/* Not tried again before the reset that it needs. */
	if (!READ_ONCE(adev->sleeps) || READ_ONCE(adev->failed))
		return -EBUSY;
	err = axle_queues_park(adev);
	if (!err) {
		axle_memory_park(adev);
		err = adev->ops->suspend(adev);
	}
	if (!err)
		return 0;
	/*
	 * The core tries again only while the delay runs, which may be over, and
	 * its own timer does nothing where it is over before this has returned.
	 */
	queue_delayed_work(pm_wq, &adev->sleep_work,
			   msecs_to_jiffies(adev->autosuspend_ms));
	return -EBUSY;
}

/* Waits for the suspend that has asked for it, and so is never in vain. */
static void axle_power_sleep_again(struct work_struct *work)
{
	struct axle_device *adev = container_of(to_delayed_work(work),
						struct axle_device, sleep_work);

	pm_runtime_autosuspend(adev->drm.dev);
}

static int axle_runtime_resume(struct device *dev)
{
	struct axle_device *adev = dev_get_drvdata(dev);

	/* An error would be for ever; a reset may help. */
	if (adev->ops->resume(adev))
		axle_device_fault(adev, "device does not wake");
	axle_telemetry_woke(adev);
	return 0;
}

static int axle_system_suspend(struct device *dev)
{
	struct axle_device *adev = dev_get_drvdata(dev);
	int err;

	if (!adev->ops->reset)
		return -EOPNOTSUPP;
	err = axle_power_get(adev);
	if (err)
		return err;
	err = axle_device_halt(adev);
	axle_power_put(adev);
	return err;
}

static int axle_system_resume(struct device *dev)
{
	return axle_device_go_on(dev_get_drvdata(dev));
}

/*
 * Power management of a driver on the kit.
 *
 * For &device_driver.pm of a driver whose bus device has its &struct axle_device
 * as driver data. With &axle_ops.suspend and &axle_device.autosuspend_ms an idle
 * device sleeps; with &axle_ops.reset the device survives a sleep of the whole
 * system, which is a reset for it after which jobs of kernel-mode queues run
 * again.
 */
EXPORT_GPL_DEV_PM_OPS(axle_pm_ops) = {
	SYSTEM_SLEEP_PM_OPS(axle_system_suspend, axle_system_resume)
		RUNTIME_PM_OPS(axle_runtime_suspend, axle_runtime_resume, NULL)
};

/**
 * axle_power_start() - From now on the device sleeps when it is idle.
 * @adev: a registered device
 *
 * Return: 0 or a negative errno.
 */
int axle_power_start(struct axle_device *adev)
{
	struct device *dev = adev->drm.dev;
	int err;

	if (!adev->ops->suspend || !adev->autosuspend_ms)
		return 0;
	/* PCI has enabled it, and holds the reference that is dropped here. */
	if (!pm_runtime_enabled(dev)) {
		err = pm_runtime_set_active(dev);
		if (err)
			return err;
		pm_runtime_get_noresume(dev);
		pm_runtime_enable(dev);
		adev->power_enabled = true;
	}
	INIT_DELAYED_WORK(&adev->sleep_work, axle_power_sleep_again);
	pm_runtime_set_memalloc_noio(dev, true);
	pm_runtime_set_autosuspend_delay(dev, adev->autosuspend_ms);
	pm_runtime_use_autosuspend(dev);
	WRITE_ONCE(adev->sleeps, true);
	pm_runtime_allow(dev);
	axle_power_put(adev);
	return 0;
}

/**
 * axle_power_stop() - Wake the device for good.
 * @adev: a device that is about to be unplugged
 */
void axle_power_stop(struct axle_device *adev)
{
	if (!READ_ONCE(adev->sleeps))
		return;
	pm_runtime_get_sync(adev->drm.dev);
	cancel_delayed_work_sync(&adev->sleep_work);
}

/**
 * axle_power_fini() - Undo axle_power_start().
 * @adev: a device whose driver has ended; nothing of it is in use
 */
void axle_power_fini(struct axle_device *adev)
{
	struct device *dev = adev->drm.dev;

	if (!READ_ONCE(adev->sleeps))
		return;
	WRITE_ONCE(adev->sleeps, false);
	pm_runtime_dont_use_autosuspend(dev);
	pm_runtime_set_memalloc_noio(dev, false);
	if (!adev->power_enabled)
		return;
	pm_runtime_disable(dev);
	pm_runtime_put_noidle(dev);
}
