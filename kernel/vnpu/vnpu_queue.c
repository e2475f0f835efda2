// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues. The kit writes rings of kernel mode, programs those of user mode;
 * here is what the device wants to be told and asked (sections 5.3 and 5.4).
 *
 * Tail, arm word and wake page of a queue are touched from open to close, by
 * the kit's calls and by interrupt handlers.
 */
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/log2.h>

#include "vnpu.h"

static const struct vnpu_ring_status *vnpu_status(struct axle_queue *queue)
{
	return queue->status;
}

static u64 vnpu_completed(struct axle_queue *queue)
{
	u64 done = le64_to_cpu(READ_ONCE(vnpu_status(queue)->done));

	dma_rmb(); /* before what the jobs have written */
	return done;
}

static u64 vnpu_busy_ns(struct axle_queue *queue)
{
	return le64_to_cpu(READ_ONCE(vnpu_status(queue)->busy_ns));
}

static u64 vnpu_wake_offset(struct axle_queue *queue)
{
	struct vnpu *vnpu = to_vnpu(queue->adev);

	return VNPU_DB_WAKE((u64)vnpu->stride, vnpu->num_queues, queue->id);
}

static void __iomem *vnpu_tail(struct axle_queue *queue)
{
	struct vnpu *vnpu = to_vnpu(queue->adev);

	return vnpu->doorbells + VNPU_DB_TAIL((u64)vnpu->stride, queue->id);
}

/* H4 to H6, which are W3 and W4, too. */
static void vnpu_wake(struct axle_queue *queue)
{
	mb(); /* the tail and the arm word before the flag */
	if (READ_ONCE(vnpu_status(queue)->flags) &
	    cpu_to_le32(VNPU_RING_NEED_WAKEUP))
		iowrite32(1, to_vnpu(queue->adev)->doorbells +
				     vnpu_wake_offset(queue));
}

static void vnpu_ring(struct axle_queue *queue, u64 tail)
{
	/* iowrite32() orders the slots before the tail. */
	iowrite32(tail, vnpu_tail(queue));
	vnpu_wake(queue);
}

/* W1 to W4. */
static void vnpu_arm(struct axle_queue *queue, u64 position)
{
	struct vnpu *vnpu = to_vnpu(queue->adev);
	void __iomem *arm =
		vnpu->doorbells +
		VNPU_DB_ARM((u64)vnpu->stride, vnpu->num_queues, queue->id);

	iowrite64_lo_hi(position, arm);
	ioread32(arm);
	vnpu_wake(queue);
}

/* A tail beyond the ring, or behind what is done, is the device's to punish. */
static u64 vnpu_submitted(struct axle_queue *queue)
{
	u64 done = vnpu_completed(queue);
	u32 pending = vnpu_pending(ioread32(vnpu_tail(queue)), done);

	return done + (pending <= queue->slots ? pending : 0);
}

static int vnpu_queue_tell(struct axle_queue *queue)
{
	struct vnpu *vnpu = to_vnpu(queue->adev);
	u32 vectors = vnpu->num_vectors - VNPU_VECTOR_QUEUES;
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_CREATE,
		.context = cpu_to_le16(queue->ctx->id),
		.object = cpu_to_le32(queue->id),
		.queue = {
			.ring = cpu_to_le64(queue->ring_dma),
			.status = cpu_to_le64(queue->status_dma),
			.timeout_ms = cpu_to_le32(queue->timeout_ms),
			.vector = cpu_to_le16(VNPU_VECTOR_QUEUES +
					      queue->id % vectors),
			.asid = cpu_to_le16(queue->vm ? queue->vm->asid :
							VNPU_ASID_BUS),
			.log2 = ilog2(queue->slots),
			.engine = queue->engine,
			.priority = queue->priority,
		},
	};

	return vnpu_command(vnpu, &cmd, NULL);
}

static int vnpu_queue_open(struct axle_queue *queue)
{
	struct vnpu *vnpu = to_vnpu(queue->adev);
	int err;

	/* Without one, a program's addresses would be the bus's. */
	if (queue->adev->ops->vm && !queue->vm)
		return -EINVAL;
	err = vnpu_queue_tell(queue);
	if (err)
		return err;
	queue->tail_page =
		vnpu->doorbells_at + VNPU_DB_TAIL((u64)vnpu->stride, queue->id);
	queue->wake_page = vnpu->doorbells_at + vnpu_wake_offset(queue);
	return 0;
}

/* An event about it must not be taken for one about the next of its number. */
static int vnpu_queue_stop(struct axle_queue *queue)
{
	struct vnpu *vnpu = to_vnpu(queue->adev);
	int err = vnpu_simple(vnpu, VNPU_CMD_QUEUE_DESTROY, queue->ctx->id,
			      queue->id);

	vnpu_events(vnpu);
	return err;
}

static void vnpu_queue_close(struct axle_queue *queue)
{
	int cookie;

	if (axle_hw_enter(queue->adev, &cookie))
		return;
	if (!queue->stopped)
		vnpu_queue_stop(queue);
	axle_hw_exit(queue->adev, cookie);
}

/* The device ends late jobs itself, unless it is dead, which a command shows. */
static bool vnpu_poll(struct axle_queue *queue)
{
	vnpu_simple(to_vnpu(queue->adev), VNPU_CMD_NOP, 0, 0);
	return false;
}

/* The last descriptor that the device took, for who reads the dump. */
static int vnpu_dump(struct axle_queue *queue, void *dump)
{
	struct vnpu *vnpu = to_vnpu(queue->adev);
	struct vnpu_queue_log *log = &vnpu->shared->log;
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_GET_LOG,
		.object = cpu_to_le32(VNPU_LOG_QUEUE),
		.data.address = cpu_to_le64(vnpu_shared_at(vnpu, log)),
		.data.size = cpu_to_le64(sizeof(*log)),
		.data.item = cpu_to_le32(queue->id),
	};
	int err = vnpu_command(vnpu, &cmd, NULL);

	memcpy(dump, log, sizeof(*log)); /* queues are killed one by one */
	return err;
}

#define VNPU_QUEUE_OPS                                                         \
	.queues_per_context = 16, .slots_min = 16, .slots_max = 4096,          \
	.slots = 256, .slot_size = VNPU_SLOT_SIZE,                             \
	.timeout_ms_max = VNPU_TIMEOUT_MS_MAX, .timeout_ms = 10000,            \
	.open = vnpu_queue_open, .close = vnpu_queue_close, .ring = vnpu_ring, \
	.arm = vnpu_arm, .completed = vnpu_completed, .stop = vnpu_queue_stop, \
	.poll = vnpu_poll, .restart = vnpu_queue_tell, .dump = vnpu_dump,      \
	.dump_size = sizeof(struct vnpu_queue_log)

#define VNPU_COMPUTE BIT(VNPU_ENGINE_COMPUTE)
#define VNPU_BOTH (VNPU_COMPUTE | BIT(VNPU_ENGINE_COPY))

const struct axle_queue_ops vnpu_queue_ops = {
	VNPU_QUEUE_OPS,
	.kernel_engines = VNPU_BOTH,
	.user_engines = VNPU_BOTH,
	.watchdog_engines = VNPU_BOTH,
	.check = vnpu_check,
	.submitted = vnpu_submitted,
	.busy_ns = vnpu_busy_ns,
};

const struct axle_queue_ops vnpu_edge_queue_ops = {
	VNPU_QUEUE_OPS,
	.kernel_engines = VNPU_COMPUTE,
	.watchdog_engines = VNPU_COMPUTE,
	.check = vnpu_edge_check,
};
