/* SPDX-License-Identifier: GPL-2.0-only */
/* devlink, between its files. */
#ifndef _AXLE_DEVLINK_H_
#define _AXLE_DEVLINK_H_

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <net/devlink.h>

#include "axle_internal.h"

/**
 * enum axle_reporter_id - The health reporters.
 */
enum axle_reporter_id {
	/** @AXLE_REPORTER_FW: The firmware. */
	AXLE_REPORTER_FW,
	/** @AXLE_REPORTER_HW: The device as a whole. */
	AXLE_REPORTER_HW,
	/** @AXLE_REPORTER_LINK: The way to it. */
	AXLE_REPORTER_LINK,
	/** @AXLE_REPORTERS: How many there are. */
	AXLE_REPORTERS,
};

/**
 * enum axle_report_reason - Why a reporter is told of something.
 */
enum axle_report_reason {
	/** @AXLE_REPORT_FAULT: A fault, whose reset waits for the answer. */
	AXLE_REPORT_FAULT,
	/** @AXLE_REPORT_HANG: The firmware has stopped telling. */
	AXLE_REPORT_HANG,
	/** @AXLE_REPORT_BROKEN: A reset has failed. */
	AXLE_REPORT_BROKEN,
	/** @AXLE_REPORT_LINK: The device is not on its bus. */
	AXLE_REPORT_LINK,
};

/**
 * struct axle_report - What a reporter's calls are about; NULL: an operator's.
 */
struct axle_report {
	/** @reason: Why. */
	enum axle_report_reason reason;
	/** @asked: &axle_devlink.asked, of a fault. */
	u32 asked;
};

/**
 * struct axle_reporter - A health reporter.
 */
struct axle_reporter {
	/** @health: What it belongs to; constant. */
	struct axle_devlink *health;
	/** @reporter: devlink's, from add to remove, or NULL. */
	struct devlink_health_reporter *reporter;
	/**
	 * @bad: It has reported what no reset has healed. Of @health's work
	 * alone, as what follows.
	 */
	bool bad;
	/** @since: Resets there had been when that happened. */
	u64 since;
};

/**
 * struct axle_devlink - devlink's side of a device.
 *
 * Lifetime: from register to the end of &axle_device.drm; the instance of
 * devlink lives from register to unplug.
 *
 * Lock order: the device's lock, that of @devlink, which nobody takes between
 * axle_hw_enter() and axle_hw_exit() or in a reset. A reset is never waited for
 * by what it waits for itself: see axle_health.c.
 */
struct axle_devlink {
	/** @adev: The device; constant. */
	struct axle_device *adev;
	/** @devlink: The instance; constant until it goes. */
	struct devlink *devlink;
	/** @reporters: By &enum axle_reporter_id. */
	struct axle_reporter reporters[AXLE_REPORTERS];
	/** @work: Reports; enabled from add to remove. */
	struct work_struct work;

	/** @lock: Protects what follows, up to @recover; irqs off. */
	spinlock_t lock;
	/** @what: What the device did last that was a fault. */
	char what[64];
	/** @fault_since: Resets there had been before that. */
	u64 fault_since;
	/** @hang: The firmware has stopped telling, which is to be reported. */
	bool hang;
	/** @hang_since: Resets there had been before that. */
	u64 hang_since;
	/** @broken: A reset has failed, which is to be reported. */
	bool broken;
	/** @healed: Resets there had been after the last that succeeded. */
	u64 healed;
	/** @asked: Faults so far; the newest waits for @answered. */
	u32 asked;
	/** @answered: The newest fault that there is an answer for. */
	u32 answered;
	/** @recover: The answer: a reset is to follow. True at first. */
	bool recover;

	/** @held: The last fault was not followed by a reset. */
	bool held;
	/** @hangs: How often the firmware has stopped telling. */
	atomic64_t hangs;
	/** @version: Of the firmware, as last told. Of @work alone. */
	char version[64];
};

/**
 * struct axle_devlink_priv - What the instance of devlink has room for.
 */
struct axle_devlink_priv {
	/** @health: Our side; constant. */
	struct axle_devlink *health;
};

static inline struct axle_devlink *axle_devlink_of(struct devlink *devlink)
{
	struct axle_devlink_priv *priv = devlink_priv(devlink);

	return priv->health;
}

/* axle_devlink.c */
int axle_firmware_stored(struct axle_device *adev, char version[64]);

/* axle_flash.c */
int axle_flash_update(struct devlink *devlink,
		      struct devlink_flash_update_params *params,
		      struct netlink_ext_ack *extack);

/* axle_health.c */
void axle_health_init(struct axle_devlink *health);
void axle_health_start(struct axle_devlink *health);
void axle_health_stop(struct axle_devlink *health);
void axle_health_answer(struct axle_devlink *health, u32 asked, bool recover);

/* axle_reporter.c */
int axle_reporters_add(struct axle_devlink *health);
void axle_reporters_remove(struct axle_devlink *health);

/* axle_health_tell.c */
int axle_health_diagnose_fw(struct devlink_health_reporter *reporter,
			    struct devlink_fmsg *fmsg,
			    struct netlink_ext_ack *extack);
int axle_health_diagnose_hw(struct devlink_health_reporter *reporter,
			    struct devlink_fmsg *fmsg,
			    struct netlink_ext_ack *extack);
int axle_health_diagnose_link(struct devlink_health_reporter *reporter,
			      struct devlink_fmsg *fmsg,
			      struct netlink_ext_ack *extack);
int axle_health_dump(struct devlink_health_reporter *reporter,
		     struct devlink_fmsg *fmsg, void *priv_ctx,
		     struct netlink_ext_ack *extack);

#endif
