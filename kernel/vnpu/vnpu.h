/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Driver for vnpu, the reference accelerator: what its files share. Sections
 * are of docs/vnpu.md.
 */
#ifndef _VNPU_H_
#define _VNPU_H_

#include <linux/mutex.h>

#include <axle/axle_device.h>
#include <axle/axle_pci.h>
#include <axle/axle_queue.h>
#include <drm/axle_vnpu.h>
#include <vnpu_regs.h>

#include "vnpu_monitor.h"

#define VNPU_REGION_HOST 0
#define VNPU_REGION_DEVICE 1

#define VNPU_ADMIN_LOG2 4
#define VNPU_ADMIN_SLOTS BIT(VNPU_ADMIN_LOG2)
#define VNPU_EVENTS_LOG2 8
#define VNPU_EVENTS BIT(VNPU_EVENTS_LOG2)

#define VNPU_VECTOR_ADMIN 0
#define VNPU_VECTOR_EVENTS 1
#define VNPU_VECTOR_QUEUES 2 /* and up */

/* Memory that the device and the driver share, until the driver's end. */
struct vnpu_shared {
	struct vnpu_telemetry telemetry; /* first, for its alignment */
	struct vnpu_cmd admin_ring[VNPU_ADMIN_SLOTS];
	struct vnpu_event event_ring[VNPU_EVENTS];
	struct vnpu_ring_status admin_status;
	struct vnpu_ring_status event_status;
	struct vnpu_result results[VNPU_ADMIN_SLOTS];
	struct vnpu_identify identify;
	struct vnpu_fw_info firmware;
	struct vnpu_queue_log log;
	struct vnpu_flash_log flash;
	__le64 retired[VNPU_PAGES_RETIRED];
	u8 piece[VNPU_FLASH_PIECE];
};

/**
 * struct vnpu - A device.
 *
 * Lifetime: the kit's. The hardware is used between axle_hw_enter() and
 * axle_hw_exit(), and by interrupt handlers.
 */
struct vnpu {
	/** @axle: The kit's part. */
	struct axle_device axle;
	/** @regs: BAR 0. */
	void __iomem *regs;
	/** @doorbells: BAR 2. */
	void __iomem *doorbells;
	/** @doorbells_at: Physical address of the same; constant. */
	phys_addr_t doorbells_at;
	/** @cap: VNPU_CAP_*; constant, as all that follows up to @trap. */
	u32 cap;
	/** @stride: Bytes from one doorbell to the next. */
	u32 stride;
	/** @num_queues: Queues of the device, which doorbells are laid out by. */
	u32 num_queues;
	/** @num_vectors: Interrupt vectors. */
	u32 num_vectors;
	/** @stop_ms: Stopping a descriptor takes no longer. */
	u32 stop_ms;
	/** @command_ms: No command takes longer. */
	u32 command_ms;
	/** @name: What the device calls itself. */
	char name[sizeof_field(struct vnpu_identify, name) + 1];
	/** @trap: Descriptors for tests are allowed. */
	bool trap;
	/** @stored: The firmware is one that the device stores. */
	bool stored;
	/** @epoch_ns: CLOCK_MONOTONIC when the device's time was 0. */
	u64 epoch_ns;
	/** @firmware: The image; constant. */
	struct axle_firmware firmware;
	/** @shared: Rings and answers. */
	struct vnpu_shared *shared;
	/** @shared_dma: Address of @shared for the device. */
	dma_addr_t shared_dma;
	/** @admin_lock: Held for a command; protects all admin members. */
	struct mutex admin_lock;
	/** @admin_tail: Commands so far. */
	u64 admin_tail;
	/** @events_lock: Protects @events_seen; irqs off. */
	spinlock_t events_lock;
	/** @events_seen: Events so far. */
	u64 events_seen;
};

#define to_vnpu(adev) container_of(adev, struct vnpu, axle)

static inline u32 vnpu_read(struct vnpu *vnpu, u32 reg)
{
	return ioread32(vnpu->regs + reg);
}

static inline void vnpu_write(struct vnpu *vnpu, u32 reg, u32 value)
{
	iowrite32(value, vnpu->regs + reg);
}

/* Where the device finds a member of &vnpu.shared. */
static inline u64 vnpu_shared_at(struct vnpu *vnpu, const void *member)
{
	return vnpu->shared_dma + (member - (const void *)vnpu->shared);
}

/* vnpu_hw.c */
int vnpu_boot(struct vnpu *vnpu);
int vnpu_halt(struct vnpu *vnpu);
int vnpu_command(struct vnpu *vnpu, struct vnpu_cmd *cmd,
		 struct vnpu_result *result);
int vnpu_simple(struct vnpu *vnpu, u8 opcode, u16 context, u32 object);
int vnpu_wait_state(struct vnpu *vnpu, u32 state, u32 ms);
int vnpu_set_feature(struct vnpu *vnpu, u32 feature, u64 a, u64 b, u64 c,
		     u64 d);
int vnpu_errno(u32 code);
void vnpu_events(struct vnpu *vnpu);
void vnpu_irq(struct axle_device *adev, unsigned int vector);

/* vnpu_mem.c */
extern const struct axle_vm_ops vnpu_vm_ops;
extern const struct axle_program_ops vnpu_program_ops;

/* vnpu_queue.c */
extern const struct axle_queue_ops vnpu_queue_ops;
extern const struct axle_queue_ops vnpu_edge_queue_ops;

/* vnpu_job.c */
int vnpu_check(struct axle_job *job);
int vnpu_edge_check(struct axle_job *job);

#endif
