// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test device's errors. It meets those that it is asked to, and tells of
 * them from an interrupt, as devices do.
 *
 * What it remembers of bad pages is the module's and not the device's: a device
 * that is unbound, and bound again, knows them.
 */
#include <linux/bits.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "mock.h"

static uint ras_count = 1;
module_param(ras_count, uint, 0644);
MODULE_PARM_DESC(ras_count, "errors in a report");

static uint ras_reports = 1;
module_param(ras_reports, uint, 0644);
MODULE_PARM_DESC(ras_reports, "reports of an injected error");

static uint ras_unit_add;
module_param(ras_unit_add, uint, 0644);
MODULE_PARM_DESC(ras_unit_add, "the device names a unit so much too high");

static bool fail_retire;
module_param(fail_retire, bool, 0644);
MODULE_PARM_DESC(fail_retire, "the device does not remember bad pages");

static uint ras_known;
module_param(ras_known, uint, 0444);
MODULE_PARM_DESC(ras_known, "bad pages that the device remembers");

static uint ras_retires;
module_param(ras_retires, uint, 0444);
MODULE_PARM_DESC(ras_retires, "how often it was asked to");

const char *const mock_units[MOCK_UNITS] = {
	[MOCK_UNIT_MEMORY] = "memory",
	[MOCK_UNIT_LINK] = "link",
};

/* The device's own storage: a bit a page. */
static DECLARE_BITMAP(mock_bad, MOCK_MEMORY / PAGE_SIZE);

struct mock_error {
	struct irq_work work;
	struct axle_device *adev;
	unsigned int unit;
	enum axle_severity severity;
	u64 address;
};

static void mock_error_interrupt(struct irq_work *work)
{
	const struct mock_error *error =
		container_of(work, struct mock_error, work);
	unsigned int i;

	for (i = 0; i < READ_ONCE(ras_reports); i++)
		axle_ras_report(error->adev,
				error->unit + READ_ONCE(ras_unit_add),
				error->severity, READ_ONCE(ras_count),
				error->address);
}

/**
 * mock_inject() - Meet an error.
 * @adev: the device
 * @unit: whose it is
 * @severity: how bad it is
 * @address: where in the device's memory
 *
 * Return: 0.
 */
int mock_inject(struct axle_device *adev, unsigned int unit,
		enum axle_severity severity, u64 address)
{
	struct mock_error error = {
		.work = IRQ_WORK_INIT_HARD(mock_error_interrupt),
		.adev = adev,
		.unit = unit,
		.severity = severity,
		.address = address,
	};

	mock_touch(adev);
	irq_work_queue(&error.work);
	irq_work_sync(&error.work);
	return 0;
}

/**
 * mock_retire() - Remember a bad page.
 * @adev: the device
 * @region: MOCK_REGION_DEVICE
 * @address: of the page in the device's memory
 *
 * Return: 0 or -EIO.
 */
int mock_retire(struct axle_device *adev, unsigned int region, u64 address)
{
	mock_touch(adev);
	if (WARN_ON(region != MOCK_REGION_DEVICE || address >= MOCK_MEMORY))
		return -EINVAL;
	ras_retires++;
	if (READ_ONCE(fail_retire))
		return -EIO;
	if (!test_and_set_bit(address / PAGE_SIZE, mock_bad))
		ras_known++;
	return 0;
}

/**
 * mock_ras_init() - Tell the kit what the device remembers.
 * @mock: the device, with its memory
 *
 * Return: 0 or a negative errno.
 */
int mock_ras_init(struct mock *mock)
{
	unsigned long page;
	int err;

	for (page = 0; page < MOCK_MEMORY / PAGE_SIZE; page++) {
		if (!test_bit(page, mock_bad))
			continue;
		err = axle_ras_retired(&mock->axle, MOCK_REGION_DEVICE,
				       page * PAGE_SIZE);
		if (err)
			return err;
	}
	return 0;
}
