/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors of the hardware, between axle_ras.c and what shows them. */
#ifndef _AXLE_RAS_H_
#define _AXLE_RAS_H_

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <axle/axle_device.h>

struct axle_ras_drm;
struct axle_ras_show;

/* Pages whose errors are remembered, and that wait to be retired. */
#define AXLE_RAS_PAGES 64

/**
 * struct axle_ras_count - Errors of a unit since bind.
 */
struct axle_ras_count {
	/** @corrected: Those that did no harm. */
	u64 corrected;
	/** @uncorrected: Those that did. */
	u64 uncorrected;
	/** @told: Part of @corrected that events have told. */
	u64 told;
	/** @threshold: So many more are told; zero: never. */
	u64 threshold;
};

/**
 * enum axle_ras_state - What becomes of a page.
 */
enum axle_ras_state {
	/** @AXLE_RAS_EMPTY: There is no page here. */
	AXLE_RAS_EMPTY,
	/** @AXLE_RAS_COUNTED: It has had errors. */
	AXLE_RAS_COUNTED,
	/** @AXLE_RAS_BAD: It is to be retired. */
	AXLE_RAS_BAD,
	/** @AXLE_RAS_UNSTORED: Retired; the device has not remembered it yet. */
	AXLE_RAS_UNSTORED,
};

/**
 * struct axle_ras_page - A page of device memory that has had errors.
 */
struct axle_ras_page {
	/** @state: What becomes of it. */
	enum axle_ras_state state;
	/** @region: Index of the region. */
	u32 region;
	/** @address: In the region's window. */
	u64 address;
	/** @corrected: Errors that did no harm. */
	u64 corrected;
};

/**
 * struct axle_ras - Errors of the hardware of a device.
 *
 * Lifetime: from axle_ras_init() to that of the DRM device.
 */
struct axle_ras {
	/** @adev: The device. */
	struct axle_device *adev;
	/** @lock: Protects @units and @pages; irqs off. */
	spinlock_t lock;
	/** @units: By number of the unit. */
	struct axle_ras_count units[AXLE_MAX_RAS_UNITS];
	/** @pages: In no order. */
	struct axle_ras_page pages[AXLE_RAS_PAGES];
	/** @work: Retires pages; between register and unplug. */
	struct delayed_work work;
	/** @complained: The device does not remember; only @work uses it. */
	bool complained;
	/** @show: What sysfs has, between register and unplug. */
	struct axle_ras_show *show;
	/** @drm: DRM's own nodes, the same. */
	struct axle_ras_drm *drm;
};

/* axle_ras.c */
void axle_ras_count(struct axle_ras *ras, unsigned int unit,
		    struct axle_ras_count *out);
void axle_ras_set_threshold(struct axle_ras *ras, unsigned int unit,
			    u64 threshold);
int axle_ras_inject(struct axle_ras *ras, unsigned int unit,
		    enum axle_severity severity, u64 address);

/* axle_ras_show.c */
int axle_ras_show_add(struct axle_ras *ras);
void axle_ras_show_remove(struct axle_ras *ras);

/* axle_ras_drm.c */
int axle_ras_drm_add(struct axle_ras *ras);
void axle_ras_drm_remove(struct axle_ras *ras);

#endif
