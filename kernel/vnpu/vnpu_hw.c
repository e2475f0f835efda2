// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device itself: boot, admin ring, events, interrupts.
 *
 * One command at a time, under &vnpu.admin_lock. Whoever sends one is between
 * axle_hw_enter() and axle_hw_exit(), or in a reset, so it neither waits for
 * long nor allocates memory.
 */
#include <linux/bitfield.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/pci.h>
#include <linux/timekeeping.h>

#include <drm/drm_print.h>

#include "vnpu.h"

/* How often a waiter looks by itself, if an interrupt was lost. */
#define VNPU_LOOK_MS 20
/* How long a boot or a reset can take, whatever the device says. */
#define VNPU_STATE_MS_MAX 60000u

/* What VNPU_ERR_* is called here. */
int vnpu_errno(u32 code)
{
	static const u8 errnos[VNPU_ERR_COUNT] = {
		[VNPU_ERR_EXISTS] = EBUSY,	[VNPU_ERR_LIMIT] = ENOSPC,
		[VNPU_ERR_TIMEOUT] = ETIMEDOUT, [VNPU_ERR_KILLED] = ECANCELED,
		[VNPU_ERR_PROGRAM] = ENOEXEC,	[VNPU_ERR_NO_MEMORY] = ENOSPC,
		[VNPU_ERR_FIRMWARE] = ENOEXEC,
	};

	if (!code)
		return 0;
	return code < VNPU_ERR_COUNT && errnos[code] ? -errnos[code] : -EIO;
}

static bool vnpu_admin_done(struct vnpu *vnpu)
{
	u64 done = le64_to_cpu(READ_ONCE(vnpu->shared->admin_status.done));

	return done == vnpu->admin_tail;
}

static int vnpu_admin_wait(struct vnpu *vnpu)
{
	u32 looks = vnpu->command_ms / VNPU_LOOK_MS + 2;

	while (looks--)
		if (wait_event_timeout(vnpu->axle.waitq, vnpu_admin_done(vnpu),
				       msecs_to_jiffies(VNPU_LOOK_MS)))
			return 0;
	axle_device_fault(&vnpu->axle, "a command does not end");
	return -EIO;
}

/* Send a command and wait for its end. Stores what it answers, if wanted. */
int vnpu_command(struct vnpu *vnpu, struct vnpu_cmd *cmd,
		 struct vnpu_result *result)
{
	struct vnpu_shared *shared = vnpu->shared;
	u32 slot;
	int err;

	guard(mutex)(&vnpu->admin_lock);
	slot = vnpu->admin_tail++ % VNPU_ADMIN_SLOTS;
	cmd->flags = VNPU_CMD_INTERRUPT;
	shared->admin_ring[slot] = *cmd;
	/* iowrite32() orders what was written before it. */
	vnpu_write(vnpu, VNPU_REG_ADMIN_TAIL, vnpu->admin_tail);
	err = vnpu_admin_wait(vnpu);
	if (err)
		return err;
	dma_rmb();
	if (result)
		*result = shared->results[slot];
	return vnpu_errno(le32_to_cpu(shared->results[slot].status));
}

/* The same for one without data. */
int vnpu_simple(struct vnpu *vnpu, u8 opcode, u16 context, u32 object)
{
	struct vnpu_cmd cmd = {
		.opcode = opcode,
		.context = cpu_to_le16(context),
		.object = cpu_to_le32(object),
	};

	return vnpu_command(vnpu, &cmd, NULL);
}

static u32 vnpu_state(struct vnpu *vnpu)
{
	return FIELD_GET(VNPU_STATUS_STATE, vnpu_read(vnpu, VNPU_REG_STATUS));
}

static bool vnpu_settled(u32 state)
{
	return state != VNPU_STATE_RESET && state != VNPU_STATE_LOADING;
}

/* Until a reset or a boot has ended, with this state if it is right. */
int vnpu_wait_state(struct vnpu *vnpu, u32 state, u32 ms)
{
	u32 now;
	int err;

	err = read_poll_timeout(vnpu_state, now, vnpu_settled(now), 500,
				min(ms, VNPU_STATE_MS_MAX) * 1000, false, vnpu);
	return err || now != state ? -EIO : 0;
}

/* Stop all that the device does; it waits for firmware then. */
int vnpu_halt(struct vnpu *vnpu)
{
	u32 bounds = vnpu_read(vnpu, VNPU_REG_BOUNDS);

	/* A card that was pulled out has no bounds to wait for. */
	if (vnpu_read(vnpu, VNPU_REG_ID) != VNPU_ID_VALUE)
		return -EIO;
	vnpu_write(vnpu, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	return vnpu_wait_state(vnpu, VNPU_STATE_WAIT_FW,
			       FIELD_GET(VNPU_BOUNDS_RESET_MS, bounds));
}

static int vnpu_enable_admin(struct vnpu *vnpu)
{
	struct vnpu_shared *shared = vnpu->shared;

	memset(shared, 0, sizeof(*shared));
	vnpu->admin_tail = 0;
	vnpu->events_seen = 0;
	iowrite64_lo_hi(vnpu_shared_at(vnpu, shared->admin_ring),
			vnpu->regs + VNPU_REG_ADMIN_RING);
	iowrite64_lo_hi(vnpu_shared_at(vnpu, shared->results),
			vnpu->regs + VNPU_REG_ADMIN_RESULTS);
	iowrite64_lo_hi(vnpu_shared_at(vnpu, &shared->admin_status),
			vnpu->regs + VNPU_REG_ADMIN_STATUS);
	vnpu_write(vnpu, VNPU_REG_ADMIN_LOG2, VNPU_ADMIN_LOG2);
	vnpu_write(vnpu, VNPU_REG_ADMIN_VECTOR, VNPU_VECTOR_ADMIN);
	vnpu_write(vnpu, VNPU_REG_CONTROL, VNPU_CONTROL_ENABLE);
	return vnpu_read(vnpu, VNPU_REG_STATUS) & VNPU_STATUS_ENABLED ? 0 :
									-EIO;
}

static int vnpu_identify(struct vnpu *vnpu, u32 what, const void *to, u64 size)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_IDENTIFY,
		.object = cpu_to_le32(what),
		.data.address = cpu_to_le64(vnpu_shared_at(vnpu, to)),
		.data.size = cpu_to_le64(size),
	};

	return vnpu_command(vnpu, &cmd, NULL);
}

int vnpu_set_feature(struct vnpu *vnpu, u32 feature, u64 a, u64 b, u64 c, u64 d)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_SET_FEATURE,
		.object = cpu_to_le32(feature),
		.feature.value = { cpu_to_le64(a), cpu_to_le64(b),
				   cpu_to_le64(c), cpu_to_le64(d) },
	};

	return vnpu_command(vnpu, &cmd, NULL);
}

/* From there to work. */
int vnpu_boot(struct vnpu *vnpu)
{
	struct vnpu_shared *shared = vnpu->shared;
	int err;

	/* What the device told before is of no interest any more. */
	synchronize_irq(pci_irq_vector(to_pci_dev(vnpu->axle.drm.dev),
				       VNPU_VECTOR_EVENTS));
	err = vnpu_load_firmware(vnpu);
	if (!err)
		err = vnpu_enable_admin(vnpu);
	if (!err)
		err = vnpu_identify(vnpu, VNPU_IDENTIFY_DEVICE,
				    &shared->identify,
				    sizeof(shared->identify));
	if (!err)
		err = vnpu_identify(vnpu, VNPU_IDENTIFY_FIRMWARE,
				    &shared->firmware,
				    sizeof(shared->firmware));
	if (!err)
		err = vnpu_set_feature(vnpu, VNPU_FEATURE_EVENTS,
				       vnpu_shared_at(vnpu, shared->event_ring),
				       vnpu_shared_at(vnpu,
						      &shared->event_status),
				       VNPU_EVENTS_LOG2, VNPU_VECTOR_EVENTS);
	if (!err && vnpu->trap)
		err = vnpu_set_feature(vnpu, VNPU_FEATURE_TRAP, 1, 0, 0, 0);
	return err ?: vnpu_monitor_start(vnpu);
}

static void vnpu_event(struct axle_device *adev, const struct vnpu_event *event)
{
	u32 code = le32_to_cpu(event->code);

	switch (le16_to_cpu(event->type)) {
	case VNPU_EVENT_QUEUE_ERROR:
		axle_queue_error(adev, le32_to_cpu(event->queue),
				 vnpu_errno(code) ?: -EIO, code,
				 le64_to_cpu(event->address));
		break;
	case VNPU_EVENT_DEVICE_ERROR:
		axle_device_fault(adev, "it says so itself");
		break;
	default:
		vnpu_monitor_event(adev, event);
	}
}

/* Take all events that there are. Any context. */
void vnpu_events(struct vnpu *vnpu)
{
	struct vnpu_event event;
	unsigned long flags;
	u64 done;

	spin_lock_irqsave(&vnpu->events_lock, flags);
	done = le64_to_cpu(READ_ONCE(vnpu->shared->event_status.done));
	dma_rmb();
	/* More than fit is nonsense; commands will tell. */
	if (done - vnpu->events_seen - 1 < VNPU_EVENTS) {
		for (; vnpu->events_seen < done; vnpu->events_seen++) {
			event = vnpu->shared->event_ring[vnpu->events_seen %
							 VNPU_EVENTS];
			vnpu_event(&vnpu->axle, &event);
		}
		vnpu_write(vnpu, VNPU_REG_EVENT_HEAD, done);
	}
	spin_unlock_irqrestore(&vnpu->events_lock, flags);
}

/* All vectors. */
void vnpu_irq(struct axle_device *adev, unsigned int vector)
{
	struct vnpu *vnpu = to_vnpu(adev);

	if (vector == VNPU_VECTOR_ADMIN)
		wake_up_all(&adev->waitq);
	else if (vector == VNPU_VECTOR_EVENTS)
		vnpu_events(vnpu);
	else
		axle_queues_progress(adev, vector - VNPU_VECTOR_QUEUES,
				     vnpu->num_vectors - VNPU_VECTOR_QUEUES);
}
