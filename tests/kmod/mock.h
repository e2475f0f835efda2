/* SPDX-License-Identifier: GPL-2.0-only */
/* The test device, between its files. */
#ifndef _MOCK_H_
#define _MOCK_H_

#include <linux/mutex.h>
#include <linux/xarray.h>

#include <axle/axle_device.h>
#include <axle/axle_queue.h>
#include <axle/axle_vm.h>

#include "axle_mock.h"

/**
 * struct mock_fw_slot - A stored image; of a whole one nothing but the version.
 */
struct mock_fw_slot {
	/** @version: Its version. */
	u32 version;
	/** @whole: It was stored and checked. */
	bool whole;
};

/**
 * struct mock_flash - Its firmware. The kit stores an image at a time, and
 * nobody else is there in a reset.
 */
struct mock_flash {
	/** @slots: Where images are stored. */
	struct mock_fw_slot slots[MOCK_FW_SLOTS];
	/** @next: What boots next. */
	unsigned int next;
	/** @running: What has booted. */
	unsigned int running;
	/** @data: The image that is being stored, or NULL. */
	void *data;
	/** @size: Bytes of it. */
	size_t size;
	/** @steps: Of storing it, so far. */
	unsigned int steps;
};

/**
 * struct mock - The device.
 */
struct mock {
	/** @axle: The kit's part. */
	struct axle_device axle;
	/** @lock: Protects what follows. */
	struct mutex lock;
	/** @memory: MOCK_MEMORY bytes, from probe to the driver's end. */
	void *memory;
	/** @roots: Root entries by number of the address space. */
	u64 roots[MOCK_VMS];
	/** @tlb: Translations that the device has kept, by page. */
	struct xarray tlb;
	/** @stats: What it has done. */
	struct mock_stats stats;
	/** @flash: Its firmware, see mock_flash.c. */
	struct mock_flash flash;
	/** @asleep: Whoever touches the device now has forgotten to wake it. */
	bool asleep;
	/** @monitor_lock: Protects what mock_monitor.c has, @told_ns to @limits. */
	spinlock_t monitor_lock;
	/** @told_ns: When @told was. */
	u64 told_ns;
	/** @told: Sequence of the newest update at @told_ns. */
	u64 told;
	/** @said: What the device tells. */
	struct mock_telemetry said;
	/** @limits: What it has been told. */
	struct mock_limits limits;
	/** @queues_lock: Protects @queues. */
	struct mutex queues_lock;
	/** @queues: Its queues, see mock_queue.c. */
	struct list_head queues;
};

#define to_mock(adev) container_of(adev, struct mock, axle)

/* For whatever touches the device. */
#define mock_touch(adev) WARN_ON(READ_ONCE(to_mock(adev)->asleep))

/* In &struct axle_monitor_ops. */
#define MOCK_FLASH_OPS                                         \
	.fw_slots = mock_fw_slots, .fw_size_max = MOCK_FW_MAX, \
	.fw_chunk = MOCK_FW_CHUNK, .fw_begin = mock_fw_begin,  \
	.fw_write = mock_fw_write, .fw_commit = mock_fw_commit

extern const struct axle_monitor_ops mock_monitor_ops;
extern const struct axle_vm_ops mock_vm_ops;
extern const struct axle_queue_ops mock_queue_ops;
extern const struct axle_queue_ops mock_watchdog_queue_ops;
extern const struct axle_program_ops mock_program_ops;
/* In &struct axle_monitor_ops. */
#define MOCK_RAS_OPS                                                \
	.ras_units = mock_units, .num_ras_units = MOCK_UNITS,       \
	.ras_memory = BIT(MOCK_UNIT_MEMORY), .inject = mock_inject, \
	.retire = mock_retire

extern const char *const mock_units[MOCK_UNITS];

void mock_monitor_init(struct mock *mock);
void mock_monitor_reset(struct mock *mock);
void mock_monitor_pause(struct mock *mock, bool asleep);
int mock_query_limits(struct mock *mock, void **data, size_t *size);
int mock_say(struct axle_device *adev, struct axle_context *ctx, void *data);
int mock_fw_slots(struct axle_device *adev,
		  struct axle_fw_slot slots[AXLE_MAX_FW_SLOTS]);
int mock_fw_begin(struct axle_device *adev, size_t size);
int mock_fw_write(struct axle_device *adev, size_t offset, const void *data,
		  size_t size);
int mock_fw_commit(struct axle_device *adev, const char **why);
void mock_flash_init(struct mock *mock);
void mock_flash_boot(struct mock *mock);
void mock_flash_fini(struct mock *mock);
void mock_queues_init(struct mock *mock);
void mock_queues_halt(struct mock *mock);
void mock_queues_sleep(struct mock *mock);
void mock_queues_wake(struct mock *mock);
int mock_ras_init(struct mock *mock);
int mock_inject(struct axle_device *adev, unsigned int unit,
		enum axle_severity severity, u64 address);
int mock_retire(struct axle_device *adev, unsigned int region, u64 address);
int mock_mmu_init(struct mock *mock);
void mock_mmu_reset(struct mock *mock);
int mock_mem_clear(struct axle_device *adev, unsigned int region, u64 address,
		   u64 size);
int mock_query_stats(struct mock *mock, void **data, size_t *size);
int mock_access(struct axle_device *adev, struct axle_context *ctx, void *data);

#endif
