// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a device, its faults and its reset.
 *
 * A reset first tells the sleepers of axle_wait() to give up, then takes
 * reset_sem for writing, which waits until all have left the hardware. That
 * is bounded, because whoever is between axle_hw_enter() and axle_hw_exit()
 * sleeps only in axle_wait().
 */
#include <linux/kobject.h>
#include <linux/sched/mm.h>
#include <linux/timekeeping.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include <axle/axle_queue.h>

#include "axle_internal.h"
#include "axle_trace.h"

/**
 * axle_device_stopping() - Whether sleepers are to give up.
 * @adev: the device
 *
 * Return: true from a fault to the end of the reset it brings, during any
 * other reset, and once the device is going away.
 */
bool axle_device_stopping(struct axle_device *adev)
{
	return READ_ONCE(adev->gone) || READ_ONCE(adev->resetting) ||
	       READ_ONCE(adev->failed);
}
EXPORT_SYMBOL_GPL(axle_device_stopping);

/**
 * axle_wait_result() - Why a sleeper woke; for axle_wait().
 * @adev: the device
 * @done: what it slept for has happened
 *
 * A device that stops is not believed: what looks like the end of this job may
 * be that of an earlier one.
 *
 * Return: as axle_wait().
 */
int axle_wait_result(struct axle_device *adev, bool done)
{
	if (READ_ONCE(adev->gone))
		return -ENODEV;
	if (axle_device_stopping(adev))
		return -ECANCELED;
	return done ? 0 : -ETIME;
}
EXPORT_SYMBOL_GPL(axle_wait_result);

/*
 * DRM core's own event is sent from a display's node, which accelerators do not
 * have; the text is the same.
 */
static void axle_reset_uevent(struct axle_device *adev, int err)
{
	char wedged[32];
	char *env[2] = { wedged };
	unsigned int flags;

	snprintf(wedged, sizeof(wedged), "WEDGED=%s", err ? "rebind" : "none");
	/* Fences may wait for the caller. */
	flags = memalloc_noreclaim_save();
	kobject_uevent_env(&adev->drm.accel->kdev->kobj, KOBJ_CHANGE, env);
	memalloc_noreclaim_restore(flags);
}

/* Empties the device, and gives it back all that it knew. */
static int axle_reset_hardware(struct axle_device *adev, bool replay)
{
	bool empty;
	int err;

	axle_telemetry_reset(adev);
	err = adev->ops->reset(adev);
	empty = !err;
	if (!err) {
		WRITE_ONCE(adev->failed, false);
		err = axle_limits_restore(adev);
	}
	if (!err)
		err = axle_contexts_reopen(adev);
	if (!err)
		err = axle_vms_reopen(adev);
	if (!err)
		err = axle_programs_reload(adev);
	err = axle_queues_reset(adev, err, replay);
	/* What it has got so far is memory that others may have soon. */
	if (err && empty)
		adev->ops->reset(adev);
	return err;
}

static int axle_reset_locked(struct axle_device *adev, bool replay)
{
	u64 start = ktime_get_ns();
	int err;

	WRITE_ONCE(adev->resetting, true);
	wake_up_all(&adev->waitq);
	down_write(&adev->reset_sem);
	err = axle_reset_hardware(adev, replay);
	if (err)
		WRITE_ONCE(adev->failed, true);
	axle_firmware_publish(adev);
	/* Whoever uses the hardware next sees that there was one. */
	atomic64_inc(&adev->resets);
	WRITE_ONCE(adev->resetting, false);
	/*
	 * It has failed anew meanwhile; pairs with axle_device_fault(). Before
	 * anybody is let in, who would look for that reset.
	 */
	smp_mb();
	if (!err && READ_ONCE(adev->failed))
		queue_work(adev->reset_wq, &adev->reset_work);
	if (!err && adev->ops->queue && adev->ops->queue->slot_size)
		axle_queues_progress(adev, 0, 1);
	up_write(&adev->reset_sem);

	trace_axle_reset(adev, ktime_get_ns() - start, err);
	axle_reset_uevent(adev, err);
	axle_event_report(adev,
			  err ? DRM_AXLE_EVENT_FAILED : DRM_AXLE_EVENT_RESET, 0,
			  0, 0);
	axle_devlink_reset_done(adev, err); /* tells of what has changed */
	if (err)
		drm_err(&adev->drm, "reset failed: %d\n", err);
	return err ? -EIO : 0;
}

/**
 * axle_halted_wait() - Wait until the system is awake.
 * @adev: the device
 *
 * Return: 0, or -ENODEV if the device did not outlive the system's sleep.
 */
int axle_halted_wait(struct axle_device *adev)
{
	wait_event(adev->waitq,
		   !READ_ONCE(adev->halted) || READ_ONCE(adev->gone));
	return READ_ONCE(adev->gone) ? -ENODEV : 0;
}

/* A device that is halted is reset anyway. */
static int axle_reset_lock(struct axle_device *adev)
{
	int err;

	mutex_lock(&adev->reset_mutex);
	while (adev->halted) {
		mutex_unlock(&adev->reset_mutex);
		err = axle_halted_wait(adev);
		if (err)
			return err;
		mutex_lock(&adev->reset_mutex);
	}
	return 0;
}

/* What becomes of jobs, and of the device. */
enum axle_reset_how {
	AXLE_RESET_CANCEL,
	AXLE_RESET_REPLAY,
	AXLE_RESET_HOLD, /* out of use */
};

/*
 * A device that has failed and is not to be reset: it is emptied, so that it
 * cannot write to what others get, but given nothing back.
 */
static int axle_hold_locked(struct axle_device *adev)
{
	/* Somebody has reset it meanwhile. */
	if (!READ_ONCE(adev->failed))
		return 0;
	WRITE_ONCE(adev->resetting, true);
	wake_up_all(&adev->waitq);
	down_write(&adev->reset_sem);
	axle_telemetry_reset(adev);
	adev->ops->reset(adev);
	axle_queues_reset(adev, -EIO, false);
	axle_firmware_publish(adev);
	WRITE_ONCE(adev->resetting, false);
	up_write(&adev->reset_sem);
	axle_reset_uevent(adev, -EIO);
	axle_event_report(adev, DRM_AXLE_EVENT_FAILED, 0, 0, 0);
	drm_err(&adev->drm, "out of use until it is reset\n");
	return -EIO;
}

static int axle_device_do_reset(struct axle_device *adev,
				enum axle_reset_how how)
{
	int cookie;
	int err;

	if (!adev->ops->reset)
		return -EOPNOTSUPP;
	if (!drm_dev_enter(&adev->drm, &cookie))
		return -ENODEV;
	err = axle_power_get(adev);
	if (err)
		goto err_exit;
	err = axle_reset_lock(adev);
	if (!err) {
		err = how == AXLE_RESET_HOLD ?
			      axle_hold_locked(adev) :
			      axle_reset_locked(adev, how == AXLE_RESET_REPLAY);
		mutex_unlock(&adev->reset_mutex);
	}
	axle_power_put(adev);
err_exit:
	drm_dev_exit(cookie);
	return err;
}

/**
 * axle_device_reset() - Reset a device.
 * @adev: the device
 *
 * Sleeping calls return -ECANCELED, new ones wait for the end. Must not be
 * called between axle_hw_enter() and axle_hw_exit().
 *
 * Return: 0, -EOPNOTSUPP if the driver has no reset, -ENODEV if the device is
 * gone, -EIO if it does not come back; work gets -EIO until a later reset
 * succeeds.
 */
int axle_device_reset(struct axle_device *adev)
{
	return axle_device_do_reset(adev, AXLE_RESET_CANCEL);
}
EXPORT_SYMBOL_GPL(axle_device_reset);

/**
 * axle_device_recover() - Reset a device that cannot stop one of its queues.
 * @adev: the device
 *
 * As axle_device_reset(), but the jobs of queues that have not been condemned
 * are run again.
 *
 * Return: as axle_device_reset().
 */
int axle_device_recover(struct axle_device *adev)
{
	return axle_device_do_reset(adev, AXLE_RESET_REPLAY);
}

static int axle_halt_locked(struct axle_device *adev)
{
	int err = 0;

	WRITE_ONCE(adev->resetting, true);
	wake_up_all(&adev->waitq);
	down_write(&adev->reset_sem);
	axle_telemetry_reset(adev);
	/* A device that fails now is kept from memory, and tried again later. */
	WRITE_ONCE(adev->failed, adev->ops->reset(adev) != 0);
	if (!adev->failed && adev->ops->suspend)
		err = adev->ops->suspend(adev);
	WRITE_ONCE(adev->halted, !err);
	WRITE_ONCE(adev->resetting, false);
	up_write(&adev->reset_sem);
	return err;
}

/**
 * axle_device_halt() - Quiesce a device, because the whole system sleeps.
 * @adev: an awake device with &axle_ops.reset
 *
 * Until axle_device_go_on(), whoever wants to use the hardware waits.
 *
 * Return: 0, or an error, and then the device works as before.
 */
int axle_device_halt(struct axle_device *adev)
{
	int err;

	mutex_lock(&adev->reset_mutex);
	err = axle_halt_locked(adev);
	if (err)
		axle_reset_locked(adev, true);
	mutex_unlock(&adev->reset_mutex);
	return err;
}

/**
 * axle_device_go_on() - The system is awake again.
 * @adev: a device that was halted
 *
 * The device may have lost everything: it is reset, and jobs run again.
 *
 * Return: 0, or -EIO if it does not come back.
 */
int axle_device_go_on(struct axle_device *adev)
{
	int err;

	mutex_lock(&adev->reset_mutex);
	/* One that does not wake may still hear of the reset. */
	if (adev->ops->resume && !READ_ONCE(adev->failed))
		adev->ops->resume(adev);
	err = axle_reset_locked(adev, true);
	WRITE_ONCE(adev->halted, false);
	mutex_unlock(&adev->reset_mutex);
	wake_up_all(&adev->waitq);
	return err;
}

static void axle_reset_work(struct work_struct *work)
{
	struct axle_device *adev =
		container_of(work, struct axle_device, reset_work);

	axle_device_do_reset(adev, axle_devlink_may_reset(adev) ?
					   AXLE_RESET_CANCEL :
					   AXLE_RESET_HOLD);
}

/**
 * axle_device_fault() - Report that the device has failed.
 * @adev: the device
 * @what: what it did, for the kernel log
 *
 * Counts the fault, ends every wait with -ECANCELED, keeps users out and
 * resets the device, soon and from elsewhere, so it may be called anywhere.
 * Without a reset, or if an operator wants none by itself, the device stays out
 * of use.
 *
 * Return: -EIO, for the caller to pass on.
 */
int axle_device_fault(struct axle_device *adev, const char *what)
{
	dev_err_ratelimited(adev->drm.dev, "device fault: %s\n", what);
	atomic64_inc(&adev->faults);
	atomic64_set(&adev->last_fault_ns, ktime_get_ns());
	axle_devlink_fault(adev, what);
	WRITE_ONCE(adev->failed, true);
	/* A reset that fails is not repeated for what it has met itself. */
	smp_mb();
	if (!READ_ONCE(adev->resetting))
		queue_work(adev->reset_wq, &adev->reset_work);
	wake_up_all(&adev->waitq);
	return -EIO;
}
EXPORT_SYMBOL_GPL(axle_device_fault);

/**
 * axle_engine_fault() - An engine was not done in time.
 * @ctx: the context it worked for
 * @engine: index into &axle_ops.engines
 *
 * For axle_engine_wait().
 *
 * Return: -EIO.
 */
int axle_engine_fault(struct axle_context *ctx, unsigned int engine)
{
	struct axle_device *adev = ctx->adev;
	char what[64];

	snprintf(what, sizeof(what), "engine %s does not end its work",
		 adev->ops->engines[engine]);
	return axle_device_fault(adev, what);
}
EXPORT_SYMBOL_GPL(axle_engine_fault);

/**
 * axle_device_state() - What the device is doing, seen from outside.
 * @adev: the device
 *
 * Return: one of &enum drm_axle_state.
 */
u32 axle_device_state(struct axle_device *adev)
{
	if (READ_ONCE(adev->resetting))
		return DRM_AXLE_STATE_RESETTING;
	if (READ_ONCE(adev->failed))
		return DRM_AXLE_STATE_FAILED;
	return DRM_AXLE_STATE_READY;
}

/**
 * axle_state_name() - The same in a word.
 * @adev: the device
 *
 * Return: the word, for sysfs.
 */
const char *axle_state_name(struct axle_device *adev)
{
	static const char *const names[] = {
		[DRM_AXLE_STATE_READY] = "ready",
		[DRM_AXLE_STATE_RESETTING] = "resetting",
		[DRM_AXLE_STATE_FAILED] = "failed",
	};

	return names[axle_device_state(adev)];
}

static void axle_reset_fini(struct drm_device *drm, void *data)
{
	struct axle_device *adev = data;

	if (adev->reset_wq)
		destroy_workqueue(adev->reset_wq);
	if (adev->fence_wq)
		destroy_workqueue(adev->fence_wq);
}

/**
 * axle_reset_init() - Set up what this file owns.
 * @adev: the device
 *
 * Return: 0 or -ENOMEM.
 */
int axle_reset_init(struct axle_device *adev)
{
	int err;

	init_waitqueue_head(&adev->waitq);
	init_rwsem(&adev->reset_sem);
	INIT_WORK(&adev->reset_work, axle_reset_work);
	disable_work(&adev->reset_work); /* until axle_reset_start() */
	err = drmm_add_action_or_reset(&adev->drm, axle_reset_fini, adev);
	if (err)
		return err;
	adev->fence_wq =
		alloc_workqueue("axle-fence", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	adev->reset_wq = alloc_ordered_workqueue("axle-reset", WQ_MEM_RECLAIM);
	return adev->fence_wq && adev->reset_wq ? 0 : -ENOMEM;
}

/**
 * axle_reset_start() - Faults bring a reset from now on.
 * @adev: a registered device
 *
 * Before, they are for probe to see: a reset would run behind its back.
 */
void axle_reset_start(struct axle_device *adev)
{
	enable_work(&adev->reset_work);
	if (READ_ONCE(adev->failed))
		queue_work(adev->reset_wq, &adev->reset_work);
}

/**
 * axle_reset_stop() - No reset runs after this.
 * @adev: an unplugged device
 */
void axle_reset_stop(struct axle_device *adev)
{
	disable_work_sync(&adev->reset_work);
}
