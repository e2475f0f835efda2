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
	/** @asleep: Whoever touches the device now has forgotten to wake it. */
	bool asleep;
	/** @queues_lock: Protects @queues. */
	struct mutex queues_lock;
	/** @queues: Its queues, see mock_queue.c. */
	struct list_head queues;
};

#define to_mock(adev) container_of(adev, struct mock, axle)

/* For whatever touches the device. */
#define mock_touch(adev) WARN_ON(READ_ONCE(to_mock(adev)->asleep))

extern const struct axle_vm_ops mock_vm_ops;
extern const struct axle_queue_ops mock_queue_ops;
extern const struct axle_queue_ops mock_watchdog_queue_ops;
extern const struct axle_program_ops mock_program_ops;

void mock_queues_init(struct mock *mock);
void mock_queues_halt(struct mock *mock);
void mock_queues_sleep(struct mock *mock);
void mock_queues_wake(struct mock *mock);
int mock_mmu_init(struct mock *mock);
void mock_mmu_reset(struct mock *mock);
int mock_mem_clear(struct axle_device *adev, unsigned int region, u64 address,
		   u64 size);
int mock_query_stats(struct mock *mock, void **data, size_t *size);
int mock_access(struct axle_device *adev, struct axle_context *ctx, void *data);

#endif
