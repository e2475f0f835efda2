// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test device's firmware: two slots, of which one boots next, and the ways
 * in which storing an image goes wrong. It keeps what it has over resets, which
 * are what its power cycles are.
 */
#include <linux/crc32.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "mock.h"

static uint flash_ms;
module_param(flash_ms, uint, 0644);
MODULE_PARM_DESC(flash_ms, "how long a piece of an image takes");

static uint flash_lose;
module_param(flash_lose, uint, 0644);
MODULE_PARM_DESC(flash_lose, "pieces after which the device loses power");

static uint flash_steps;
module_param(flash_steps, uint, 0444);
MODULE_PARM_DESC(flash_steps, "pieces that have been begun so far");

static uint flash_floor = MOCK_FW_VERSION(1, 0, 0);
module_param(flash_floor, uint, 0644);
MODULE_PARM_DESC(flash_floor, "oldest firmware that the device takes");

static bool flash_refuse_boot;
module_param(flash_refuse_boot, bool, 0644);
MODULE_PARM_DESC(flash_refuse_boot, "what is flashed does not start");

/* Whether the device has lost power now, which a fault tells. */
static bool mock_flash_step(struct mock *mock)
{
	mock_touch(&mock->axle);
	WRITE_ONCE(flash_steps, flash_steps + 1);
	msleep(flash_ms);
	return READ_ONCE(flash_lose) &&
	       ++mock->flash.steps > READ_ONCE(flash_lose);
}

static int mock_flash_lost(struct mock *mock)
{
	WRITE_ONCE(flash_lose, 0);
	return axle_device_fault(&mock->axle, "power lost");
}

static struct mock_fw_slot *mock_flash_target(struct mock *mock)
{
	return &mock->flash.slots[!mock->flash.next];
}

int mock_fw_begin(struct axle_device *adev, size_t size)
{
	struct mock *mock = to_mock(adev);
	struct mock_fw_slot *slot = mock_flash_target(mock);

	mock->flash.steps = 0;
	if (mock_flash_step(mock))
		return mock_flash_lost(mock);
	memset(slot, 0, sizeof(*slot));
	kvfree(mock->flash.data);
	mock->flash.data = kvzalloc(size, GFP_KERNEL);
	mock->flash.size = size;
	return mock->flash.data ? 0 : -ENOMEM;
}

int mock_fw_write(struct axle_device *adev, size_t offset, const void *data,
		  size_t size)
{
	struct mock *mock = to_mock(adev);

	if (mock_flash_step(mock))
		return mock_flash_lost(mock);
	/* The kit writes all of it, in order. */
	if (WARN_ON(!mock->flash.data || size > MOCK_FW_CHUNK ||
		    offset + size > mock->flash.size))
		return -EINVAL;
	memcpy(mock->flash.data + offset, data, size);
	return 0;
}

static const char *mock_flash_check(struct mock *mock)
{
	struct mock_image *image = mock->flash.data;
	u32 crc;

	if (mock->flash.size < sizeof(*image) || image->magic != MOCK_FW_MAGIC)
		return "not a firmware image";
	if (image->device != MOCK_FW_DEVICE)
		return "it is for another device";
	if (image->size != mock->flash.size)
		return "it is truncated";
	crc = image->crc;
	image->crc = 0;
	return crc32_le(~0, mock->flash.data, mock->flash.size) == crc ?
		       NULL :
		       "its digest is wrong";
}

int mock_fw_commit(struct axle_device *adev, const char **why)
{
	struct mock *mock = to_mock(adev);
	const struct mock_image *image = mock->flash.data;
	struct mock_fw_slot *slot = mock_flash_target(mock);

	if (mock_flash_step(mock))
		return mock_flash_lost(mock);
	if (!image)
		return -EIO;
	*why = mock_flash_check(mock);
	if (*why)
		return -ENOEXEC;
	if (image->version < READ_ONCE(flash_floor))
		return -EPERM;
	slot->whole = true;
	slot->version = image->version;
	mock->flash.next = !mock->flash.next;
	/* It has changed, but nobody hears of it. */
	return mock_flash_step(mock) ? mock_flash_lost(mock) : 0;
}

static void mock_version(char *to, u32 version)
{
	snprintf(to, 64, "%u.%u.%u", version >> 16, version >> 8 & 0xff,
		 version & 0xff);
}

int mock_fw_slots(struct axle_device *adev,
		  struct axle_fw_slot slots[AXLE_MAX_FW_SLOTS])
{
	struct mock *mock = to_mock(adev);
	int i;

	mock_touch(adev);
	for (i = 0; i < MOCK_FW_SLOTS; i++) {
		if (mock->flash.slots[i].whole)
			mock_version(slots[i].version,
				     mock->flash.slots[i].version);
		slots[i].running = i == mock->flash.running;
		slots[i].next = i == mock->flash.next;
	}
	return MOCK_FW_SLOTS;
}

/* Boots what is next, or else the other. */
void mock_flash_boot(struct mock *mock)
{
	struct mock_flash *flash = &mock->flash;

	kvfree(flash->data);
	flash->data = NULL;
	if (flash_refuse_boot && flash->next != flash->running)
		flash->slots[flash->next].whole = false;
	if (!flash->slots[flash->next].whole)
		flash->next = !flash->next;
	flash->running = flash->next;
	mock_version(mock->axle.firmware_version,
		     flash->slots[flash->running].version);
}

void mock_flash_init(struct mock *mock)
{
	mock->flash.slots[0].whole = true;
	mock->flash.slots[0].version = MOCK_FW_VERSION(1, 2, 3);
	mock_flash_boot(mock);
}

void mock_flash_fini(struct mock *mock)
{
	kvfree(mock->flash.data);
	mock->flash.data = NULL;
}
