// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of the hardware, by unit, and the pages that they make unfit for use.
 *
 * A driver tells of errors with axle_ras_report(), from any context; all that
 * is counted is under &axle_ras.lock. A page that has had too many is retired
 * by a work: axle_memory.c takes it out of use, and the device is asked to
 * remember it. A device that cannot do so now is asked again later.
 */
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include <axle/axle_queue.h>
#include <linux/axle_netlink.h>

#include "axle_internal.h"
#include "axle_ras.h"

/* Corrected errors that make an event, or a page bad, if root says nothing. */
#define AXLE_RAS_THRESHOLD 10
/* Until a device is asked once more to remember a page. */
#define AXLE_RAS_RETRY (10 * HZ)

static const char *axle_ras_unit_name(const struct axle_ras *ras,
				      unsigned int unit)
{
	return ras->adev->ops->monitor->ras_units[unit];
}

/* The place of a page, or one for it; what is to be retired keeps its place. */
static struct axle_ras_page *axle_ras_page_place(struct axle_ras *ras,
						 u32 region, u64 address)
{
	struct axle_ras_page *place = NULL;
	unsigned int i;

	for (i = 0; i < AXLE_RAS_PAGES; i++) {
		struct axle_ras_page *page = &ras->pages[i];

		if (page->state != AXLE_RAS_EMPTY && page->region == region &&
		    page->address == address)
			return page;
		if (page->state > AXLE_RAS_COUNTED)
			continue;
		if (!place || page->state < place->state ||
		    page->corrected < place->corrected)
			place = page;
	}
	if (place)
		*place = (struct axle_ras_page){ AXLE_RAS_COUNTED, region,
						 address };
	return place;
}

static void axle_ras_page_report(struct axle_ras *ras, u64 threshold,
				 enum axle_severity severity, u32 count,
				 u64 address)
{
	int region = axle_memory_find(ras->adev, &address);
	struct axle_ras_page *page;

	lockdep_assert_held(&ras->lock);
	if (region < 0)
		return;
	page = axle_ras_page_place(ras, region, address);
	if (!page) {
		dev_err_ratelimited(ras->adev->drm.dev,
				    "too many bad pages: 0x%llx stays in use\n",
				    address);
		return;
	}
	if (severity == AXLE_CORRECTED)
		page->corrected += count;
	if (page->state == AXLE_RAS_COUNTED &&
	    (severity == AXLE_UNCORRECTED ||
	     (threshold && page->corrected >= threshold)))
		page->state = AXLE_RAS_BAD;
	if (page->state != AXLE_RAS_COUNTED)
		mod_delayed_work(axle_compat_unbound_wq, &ras->work, 0);
}

static void axle_ras_tell(struct axle_ras *ras, unsigned int unit,
			  enum axle_severity severity, u64 count, u64 address)
{
	bool memory = ras->adev->ops->monitor->ras_memory & BIT(unit);
	const struct axle_notice notice = {
		.type = severity == AXLE_CORRECTED ? AXLE_EVENT_CORRECTED :
						     AXLE_EVENT_UNCORRECTED,
		.address = address,
		.has_address = memory,
		.value = count,
		.unit = axle_ras_unit_name(ras, unit),
	};

	axle_notify(ras->adev, &notice);
	if (memory)
		axle_event_report(ras->adev, DRM_AXLE_EVENT_MEMORY,
				  severity == AXLE_UNCORRECTED, address, count);
}

/* Returns how many errors are to be told. */
static u64 axle_ras_add_up(struct axle_ras_count *unit,
			   enum axle_severity severity, u32 count)
{
	u64 news;

	if (severity == AXLE_UNCORRECTED) {
		unit->uncorrected += count;
		return count;
	}
	unit->corrected += count;
	news = unit->corrected - unit->told;
	if (!unit->threshold || news < unit->threshold)
		return 0;
	unit->told = unit->corrected;
	return news;
}

/**
 * axle_ras_report() - The hardware has had errors.
 * @adev: the device
 * @unit: whose they are, an index into &axle_monitor_ops.ras_units
 * @severity: how bad they are
 * @count: how many they are
 * @address: where, in the window of a region, if &axle_monitor_ops.ras_memory
 *	has the unit
 *
 * Any context. Counts them, tells of them if they are uncorrected or if enough
 * have come together, and retires the page of memory if need be.
 */
void axle_ras_report(struct axle_device *adev, unsigned int unit,
		     enum axle_severity severity, u32 count, u64 address)
{
	struct axle_ras *ras = adev->ras;
	unsigned long flags;
	u64 told;

	if (!ras || unit >= adev->ops->monitor->num_ras_units || !count ||
	    severity > AXLE_UNCORRECTED) {
		dev_err_once(adev->drm.dev,
			     "errors of hardware that do not make sense\n");
		return;
	}
	spin_lock_irqsave(&ras->lock, flags);
	told = axle_ras_add_up(&ras->units[unit], severity, count);
	if (told)
		axle_ras_tell(ras, unit, severity, told, address);
	if (adev->ops->monitor->ras_memory & BIT(unit))
		axle_ras_page_report(ras, ras->units[unit].threshold, severity,
				     count, address);
	spin_unlock_irqrestore(&ras->lock, flags);
}
EXPORT_SYMBOL_GPL(axle_ras_report);

/**
 * axle_ras_retired() - The device knows of a bad page from earlier.
 * @adev: the device, after axle_memory_init() and before
 *	axle_device_register()
 * @region: index of the region
 * @address: of the page, in the region's window
 *
 * Return: 0, also if the page has been told already; -EINVAL if there is no
 * such page, -ENOSPC if there are too many, -ENOMEM.
 */
int axle_ras_retired(struct axle_device *adev, unsigned int region, u64 address)
{
	int err = axle_memory_retire(adev, region, address, true);

	return err == -EEXIST ? 0 : err;
}
EXPORT_SYMBOL_GPL(axle_ras_retired);

/**
 * axle_ras_page_retired() - A page is out of use now.
 * @adev: the device
 * @address: of the page
 */
void axle_ras_page_retired(struct axle_device *adev, u64 address)
{
	const struct axle_notice notice = {
		.type = AXLE_EVENT_PAGE_RETIRED,
		.address = address,
		.has_address = true,
	};

	drm_info(&adev->drm, "page 0x%llx of the memory is retired\n", address);
	axle_notify(adev, &notice);
}

/* The device is to remember; without a way to, the kit does while bound. */
static int axle_ras_page_store(struct axle_ras *ras,
			       const struct axle_ras_page *page)
{
	struct axle_device *adev = ras->adev;
	int cookie;
	int err;

	if (!adev->ops->monitor->retire)
		return 0;
	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	err = adev->ops->monitor->retire(adev, page->region, page->address);
	axle_hw_exit(adev, cookie);
	if (err == -EOPNOTSUPP)
		return 0; /* it has no place to remember such */
	if (err && !ras->complained)
		drm_err(&adev->drm,
			"the device does not remember page 0x%llx: %d\n",
			page->address, err);
	ras->complained = err;
	return err;
}

static enum axle_ras_state
axle_ras_page_retire(struct axle_ras *ras, const struct axle_ras_page *page)
{
	int err = 0;

	if (page->state == AXLE_RAS_BAD)
		err = axle_memory_retire(ras->adev, page->region, page->address,
					 false);
	if (err == -ENOMEM)
		return AXLE_RAS_BAD;
	if (err == -ENOSPC)
		drm_err_ratelimited(&ras->adev->drm,
				    "too many bad pages: 0x%llx stays in use\n",
				    page->address);
	/* Or it was retired before. */
	if (err)
		return AXLE_RAS_EMPTY;
	return axle_ras_page_store(ras, page) ? AXLE_RAS_UNSTORED :
						AXLE_RAS_EMPTY;
}

/* Only the work changes a page that is to be retired. */
static bool axle_ras_page_settle(struct axle_ras *ras,
				 struct axle_ras_page *place)
{
	struct axle_ras_page page;
	enum axle_ras_state state;

	spin_lock_irq(&ras->lock);
	page = *place;
	spin_unlock_irq(&ras->lock);
	if (page.state <= AXLE_RAS_COUNTED)
		return true;
	state = axle_ras_page_retire(ras, &page);
	spin_lock_irq(&ras->lock);
	place->state = state;
	if (state == AXLE_RAS_EMPTY)
		place->corrected = 0;
	spin_unlock_irq(&ras->lock);
	return state == AXLE_RAS_EMPTY;
}

static void axle_ras_work(struct work_struct *work)
{
	struct axle_ras *ras =
		container_of(to_delayed_work(work), struct axle_ras, work);
	bool settled = true;
	unsigned int i;

	for (i = 0; i < AXLE_RAS_PAGES; i++)
		if (!axle_ras_page_settle(ras, &ras->pages[i]))
			settled = false;
	if (!settled)
		queue_delayed_work(axle_compat_unbound_wq, &ras->work,
				   AXLE_RAS_RETRY);
}

/**
 * axle_ras_count() - What a unit has had so far.
 * @ras: the device's
 * @unit: its number
 * @out: filled in
 */
void axle_ras_count(struct axle_ras *ras, unsigned int unit,
		    struct axle_ras_count *out)
{
	spin_lock_irq(&ras->lock);
	*out = ras->units[unit];
	spin_unlock_irq(&ras->lock);
}

/**
 * axle_ras_set_threshold() - Say how many corrected errors of a unit matter.
 * @ras: the device's
 * @unit: its number
 * @threshold: so many; zero: none
 */
void axle_ras_set_threshold(struct axle_ras *ras, unsigned int unit,
			    u64 threshold)
{
	spin_lock_irq(&ras->lock);
	ras->units[unit].threshold = threshold;
	spin_unlock_irq(&ras->lock);
}

/**
 * axle_ras_answer() - Errors of a device, for %DRM_AXLE_TOPIC_RAS.
 * @adev: the device
 * @out: zeroed, with room for %AXLE_MAX_RAS_UNITS
 *
 * Return: bytes of the answer, or zero if the device tells of no errors.
 */
size_t axle_ras_answer(struct axle_device *adev, struct drm_axle_query_ras *out)
{
	struct axle_ras *ras = adev->ras;
	struct axle_ras_count unit;
	unsigned int i;

	if (!ras)
		return 0;
	out->count = adev->ops->monitor->num_ras_units;
	out->stride = sizeof(out->units[0]);
	axle_memory_bad_pages(adev, &out->pages_retired, &out->pages_pending);
	for (i = 0; i < out->count; i++) {
		axle_ras_count(ras, i, &unit);
		strscpy(out->units[i].name, axle_ras_unit_name(ras, i));
		out->units[i].corrected = unit.corrected;
		out->units[i].uncorrected = unit.uncorrected;
		out->units[i].threshold = unit.threshold;
	}
	return struct_size(out, units, out->count);
}

/**
 * axle_ras_inject() - Have the device meet an error.
 * @ras: the device's
 * @unit: the unit's number
 * @severity: how bad it is
 * @address: where, if the unit is memory
 *
 * Return: 0, -EOPNOTSUPP if the device cannot, -EINVAL if it has no such
 * memory, or what the driver says.
 */
int axle_ras_inject(struct axle_ras *ras, unsigned int unit,
		    enum axle_severity severity, u64 address)
{
	const struct axle_monitor_ops *ops = ras->adev->ops->monitor;
	u64 page = address;
	int cookie;
	int err;

	if (!ops->inject)
		return -EOPNOTSUPP;
	if (ops->ras_memory & BIT(unit) &&
	    axle_memory_find(ras->adev, &page) < 0)
		return -EINVAL;
	err = axle_hw_enter(ras->adev, &cookie);
	if (err)
		return err;
	err = ops->inject(ras->adev, unit, severity, address);
	axle_hw_exit(ras->adev, cookie);
	return err;
}

static int axle_ras_check(const struct axle_monitor_ops *ops)
{
	unsigned int i;

	if (ops->num_ras_units > AXLE_MAX_RAS_UNITS ||
	    ops->ras_memory >= BIT(ops->num_ras_units))
		return -EINVAL;
	for (i = 0; i < ops->num_ras_units; i++)
		if (!ops->ras_units[i] || !ops->ras_units[i][0] ||
		    strchr(ops->ras_units[i], '/'))
			return -EINVAL;
	return 0;
}

/**
 * axle_ras_init() - Errors of the device can be reported from now on.
 * @adev: the device
 *
 * Return: 0, -ENOMEM, or -EINVAL if the driver's table is wrong.
 */
int axle_ras_init(struct axle_device *adev)
{
	const struct axle_monitor_ops *ops = adev->ops->monitor;
	struct axle_ras *ras;
	unsigned int i;
	int err;

	if (!ops || !ops->num_ras_units)
		return 0;
	err = axle_ras_check(ops);
	if (err)
		return err;
	ras = drmm_kzalloc(&adev->drm, sizeof(*ras), GFP_KERNEL);
	if (!ras)
		return -ENOMEM;
	ras->adev = adev;
	spin_lock_init(&ras->lock);
	for (i = 0; i < ops->num_ras_units; i++)
		ras->units[i].threshold = AXLE_RAS_THRESHOLD;
	INIT_DELAYED_WORK(&ras->work, axle_ras_work);
	disable_delayed_work(&ras->work); /* until axle_ras_add() */
	adev->ras = ras;
	return 0;
}

/**
 * axle_ras_add() - Show errors, and retire pages from now on.
 * @adev: a registered device
 *
 * Return: 0 or a negative errno.
 */
int axle_ras_add(struct axle_device *adev)
{
	struct axle_ras *ras = adev->ras;
	int err;

	if (!ras)
		return 0;
	err = axle_ras_show_add(ras);
	if (!err)
		err = axle_ras_drm_add(ras);
	if (err)
		return err;
	enable_delayed_work(&ras->work);
	mod_delayed_work(axle_compat_unbound_wq, &ras->work, 0);
	return 0;
}

/**
 * axle_ras_remove() - Undo axle_ras_add(), as far as it has come.
 * @adev: the device
 */
void axle_ras_remove(struct axle_device *adev)
{
	struct axle_ras *ras = adev->ras;

	if (!ras)
		return;
	axle_ras_drm_remove(ras);
	axle_ras_show_remove(ras);
	disable_delayed_work_sync(&ras->work);
}
