// SPDX-License-Identifier: GPL-2.0-only
/*
 * Health reporters of devlink: what has failed, and whether it is recovered.
 *
 * Only devlink knows whether an operator wants recovery by itself, and it says
 * so by calling us, or not, during a report. So the work that resets a device
 * after a fault, which fences wait for, has the fault reported by another work
 * and waits for the answer; but never for longer than AXLE_ANSWER_MS, as a
 * report allocates memory and takes devlink's lock, and either may wait for
 * fences. Without an answer the last one stands.
 *
 * Whatever has been reported is healed by a reset, whoever wanted it, that
 * succeeds later.
 */
#include <linux/axle_netlink.h>
#include <linux/pci.h>

#include "axle_devlink.h"

#define AXLE_ANSWER_MS 1000

/**
 * axle_health_answer() - A fault has been reported.
 * @health: the device's
 * @asked: which fault; it may have an answer already
 * @recover: the device is to be reset
 */
void axle_health_answer(struct axle_devlink *health, u32 asked, bool recover)
{
	spin_lock_irq(&health->lock);
	if (health->answered != asked) {
		health->answered = asked;
		health->recover = recover;
	}
	spin_unlock_irq(&health->lock);
	wake_up_all(&health->adev->waitq);
}

static void axle_health_report(struct axle_devlink *health,
			       enum axle_reporter_id id, const char *what,
			       struct axle_report *report, u64 since)
{
	struct axle_reporter *mine = &health->reporters[id];

	if (!mine->reporter)
		return;
	mine->bad = true;
	mine->since = since;
	devlink_health_report(mine->reporter, what, report);
}

/* What was wrong with a device before a reset that succeeded is over. */
static void axle_health_settle(struct axle_devlink *health)
{
	const int good = DEVLINK_HEALTH_REPORTER_STATE_HEALTHY;
	struct axle_reporter *mine;
	u64 healed;
	int i;

	spin_lock_irq(&health->lock);
	healed = health->healed;
	spin_unlock_irq(&health->lock);
	for (i = 0; i < AXLE_REPORTERS; i++) {
		mine = &health->reporters[i];
		if (!mine->bad || healed <= mine->since)
			continue;
		mine->bad = false;
		devlink_health_reporter_state_update(mine->reporter, good);
	}
}

/* A device that has fallen off its bus shows up as any kind of fault. */
static void axle_health_report_link(struct axle_devlink *health, u64 since)
{
	struct axle_report report = { AXLE_REPORT_LINK };
	struct device *dev = health->adev->drm.dev;

	if (dev_is_pci(dev) && !pci_device_is_present(to_pci_dev(dev)))
		axle_health_report(health, AXLE_REPORTER_LINK,
				   "no answer on the bus", &report, since);
}

static void axle_health_report_fault(struct axle_devlink *health)
{
	struct axle_report report = { AXLE_REPORT_FAULT };
	char what[sizeof(health->what)];
	bool pending;
	u64 since;

	spin_lock_irq(&health->lock);
	pending = health->asked != health->answered;
	report.asked = health->asked;
	since = health->fault_since;
	memcpy(what, health->what, sizeof(what));
	spin_unlock_irq(&health->lock);
	if (!pending)
		return;
	axle_health_report_link(health, since);
	axle_health_report(health, AXLE_REPORTER_HW, what, &report, since);
	/* Unless it was called, nobody wants a reset. */
	axle_health_answer(health, report.asked, false);
}

static void axle_health_report_hang(struct axle_devlink *health)
{
	struct axle_report report = { AXLE_REPORT_HANG };
	bool pending;
	u64 since;

	spin_lock_irq(&health->lock);
	pending = health->hang;
	health->hang = false;
	since = health->hang_since;
	spin_unlock_irq(&health->lock);
	if (pending)
		axle_health_report(health, AXLE_REPORTER_FW,
				   "the firmware has stopped telling", &report,
				   since);
}

static void axle_health_report_broken(struct axle_devlink *health)
{
	struct axle_report report = { AXLE_REPORT_BROKEN };
	u64 since = atomic64_read(&health->adev->resets);
	bool pending;

	spin_lock_irq(&health->lock);
	pending = health->broken;
	health->broken = false;
	spin_unlock_irq(&health->lock);
	/* Else devlink knows: it was its own. */
	if (!pending || health->reporters[AXLE_REPORTER_HW].bad)
		return;
	axle_health_report_link(health, since);
	axle_health_report(health, AXLE_REPORTER_HW, "reset failed", &report,
			   since);
}

/* A reset is how another firmware starts. */
static void axle_health_tell_version(struct axle_devlink *health)
{
	struct axle_notice notice = { .type = AXLE_EVENT_FIRMWARE };
	char version[64];
	char text[80];

	axle_firmware_version(health->adev, version);
	if (!strcmp(version, health->version))
		return;
	strscpy(health->version, version);
	snprintf(text, sizeof(text), "running %s", version);
	notice.text = text;
	axle_notify(health->adev, &notice);
}

static void axle_health_work(struct work_struct *work)
{
	struct axle_devlink *health =
		container_of(work, struct axle_devlink, work);

	axle_health_settle(health);
	axle_health_report_fault(health);
	axle_health_report_hang(health);
	axle_health_report_broken(health);
	axle_health_settle(health);
	axle_health_tell_version(health);
}

/**
 * axle_health_init() - Set up what this file owns.
 * @health: zeroed, but for the device
 */
void axle_health_init(struct axle_devlink *health)
{
	spin_lock_init(&health->lock);
	health->recover = true;
	INIT_WORK(&health->work, axle_health_work);
	disable_work(&health->work); /* until axle_health_start() */
}

/**
 * axle_health_start() - Reports can be made from now on.
 * @health: its instance is registered
 */
void axle_health_start(struct axle_devlink *health)
{
	axle_firmware_version(health->adev, health->version);
	enable_work(&health->work);
}

/**
 * axle_health_stop() - No report is under way after this.
 * @health: of a device with &axle_device.gone set
 */
void axle_health_stop(struct axle_devlink *health)
{
	disable_work_sync(&health->work);
}

static void axle_health_queue(struct axle_devlink *health)
{
	queue_work(axle_compat_unbound_wq, &health->work);
}

static struct axle_devlink *axle_health_of(struct axle_device *adev)
{
	/* Pairs with axle_devlink_add(). */
	return smp_load_acquire(&adev->devlink);
}

/**
 * axle_devlink_fault() - Remember what a device did.
 * @adev: the device
 * @what: for people
 *
 * For axle_device_fault(), whose reset then asks axle_devlink_may_reset(). Any
 * context.
 */
void axle_devlink_fault(struct axle_device *adev, const char *what)
{
	struct axle_devlink *health = axle_health_of(adev);
	unsigned long flags;

	if (!health)
		return;
	spin_lock_irqsave(&health->lock, flags);
	strscpy(health->what, what);
	health->fault_since = atomic64_read(&adev->resets);
	spin_unlock_irqrestore(&health->lock, flags);
}

/**
 * axle_devlink_may_reset() - Report a fault; is the device to be reset?
 * @adev: the device
 *
 * For &axle_device.reset_work alone. Sleeps AXLE_ANSWER_MS at most.
 *
 * Return: false if an operator wants to recover the device himself.
 */
bool axle_devlink_may_reset(struct axle_device *adev)
{
	struct axle_devlink *health = axle_health_of(adev);
	bool recover;
	u32 asked;

	if (!health)
		return true;
	spin_lock_irq(&health->lock);
	asked = ++health->asked;
	spin_unlock_irq(&health->lock);
	axle_health_queue(health);
	wait_event_timeout(adev->waitq,
			   READ_ONCE(health->answered) == asked ||
				   READ_ONCE(adev->gone),
			   msecs_to_jiffies(AXLE_ANSWER_MS));
	spin_lock_irq(&health->lock);
	recover = health->recover;
	WRITE_ONCE(health->held, !recover);
	spin_unlock_irq(&health->lock);
	return recover || READ_ONCE(adev->gone);
}

/**
 * axle_devlink_hang() - The firmware has stopped telling.
 * @adev: the device
 *
 * Any context. Nothing is waited for: the report brings a reset, unless an
 * operator wants none; then the device goes on as far as it can.
 */
void axle_devlink_hang(struct axle_device *adev)
{
	struct axle_devlink *health = axle_health_of(adev);
	unsigned long flags;

	if (!health)
		return;
	atomic64_inc(&health->hangs);
	spin_lock_irqsave(&health->lock, flags);
	health->hang = true;
	health->hang_since = atomic64_read(&adev->resets);
	spin_unlock_irqrestore(&health->lock, flags);
	axle_health_queue(health);
}

/**
 * axle_devlink_reset_done() - A reset has ended.
 * @adev: the device, under its reset_mutex
 * @err: how
 */
void axle_devlink_reset_done(struct axle_device *adev, int err)
{
	struct axle_devlink *health = axle_health_of(adev);

	if (!health)
		return;
	spin_lock_irq(&health->lock);
	health->broken = err != 0;
	if (!err)
		health->healed = atomic64_read(&adev->resets);
	spin_unlock_irq(&health->lock);
	axle_health_queue(health);
}
