// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: what read() and poll() of both nodes give.
 *
 * Every open file has a ring of its own. Writers never wait: what does not fit
 * is counted, and the count is an event in its own right, behind those that
 * did. A ring is under its &axle_events.lock, which may be taken anywhere; the
 * device's list of rings is under &axle_device.events_lock, taken outside of
 * it. DRM's own events come from displays, which an accelerator has none of, so
 * nothing is lost by taking read() and poll() for ours.
 */
#include <linux/axle_netlink.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "axle_queue_internal.h"
#include "axle_trace.h"

/* What a file holds; a power of two, part of the contract with users. */
#define AXLE_EVENTS 64

/**
 * struct axle_events - The events of an open file.
 *
 * Lifetime: that of the file.
 */
struct axle_events {
	/** @adev: The device. */
	struct axle_device *adev;
	/** @link: In &axle_device.events, under its events_lock. */
	struct list_head link;
	/** @control: It is of the control node. */
	bool control;
	/** @wait: Readers. */
	wait_queue_head_t wait;
	/** @lock: Protects what follows. */
	spinlock_t lock;
	/** @head: Position of the oldest event. */
	u32 head;
	/** @tail: Position behind the newest. */
	u32 tail;
	/** @lost: Events that did not fit since the newest. */
	u64 lost;
	/** @lost_ns: Time of the first of them. */
	u64 lost_ns;
	/** @ring: The events, by position. */
	struct drm_axle_event ring[AXLE_EVENTS];
};

/**
 * axle_events_alloc() - Make the events of a new file.
 * @adev: the device
 * @control: the file is of the control node
 *
 * Return: the events, or NULL.
 */
struct axle_events *axle_events_alloc(struct axle_device *adev, bool control)
{
	struct axle_events *events;

	events = kzalloc(sizeof(*events), GFP_KERNEL_ACCOUNT);
	if (!events)
		return NULL;
	events->adev = adev;
	events->control = control;
	init_waitqueue_head(&events->wait);
	spin_lock_init(&events->lock);
	spin_lock_irq(&adev->events_lock);
	list_add_tail(&events->link, &adev->events);
	spin_unlock_irq(&adev->events_lock);
	return events;
}

/**
 * axle_events_free() - Free the events of a file that is closed.
 * @events: the events, or NULL
 */
void axle_events_free(struct axle_events *events)
{
	if (!events)
		return;
	spin_lock_irq(&events->adev->events_lock);
	list_del(&events->link);
	spin_unlock_irq(&events->adev->events_lock);
	kfree(events);
}

static void axle_events_put(struct axle_events *events,
			    const struct drm_axle_event *event)
{
	events->ring[events->tail++ % AXLE_EVENTS] = *event;
}

static u32 axle_events_room(const struct axle_events *events)
{
	return AXLE_EVENTS - (events->tail - events->head);
}

/* Takes the place of those that did not fit, in front of what follows. */
static void axle_events_put_lost(struct axle_events *events)
{
	const struct drm_axle_event lost = {
		.type = DRM_AXLE_EVENT_LOST,
		.size = sizeof(lost),
		.time_ns = events->lost_ns,
		.value = events->lost,
	};

	axle_events_put(events, &lost);
	events->lost = 0;
}

static void axle_events_add(struct axle_events *events,
			    const struct drm_axle_event *event)
{
	unsigned long flags;

	spin_lock_irqsave(&events->lock, flags);
	if (axle_events_room(events) < 1 + !!events->lost) {
		if (!events->lost++)
			events->lost_ns = event->time_ns;
	} else {
		if (events->lost)
			axle_events_put_lost(events);
		axle_events_put(events, event);
	}
	spin_unlock_irqrestore(&events->lock, flags);
	wake_up_all(&events->wait);
}

static void axle_event_broadcast(struct axle_device *adev,
				 struct drm_axle_event *event, bool compute)
{
	struct axle_events *events;
	unsigned long flags;

	event->size = sizeof(*event);
	event->time_ns = ktime_get_ns();
	spin_lock_irqsave(&adev->events_lock, flags);
	list_for_each_entry(events, &adev->events, link)
		if (compute || events->control)
			axle_events_add(events, event);
	spin_unlock_irqrestore(&adev->events_lock, flags);
}

/* Memory errors are told by axle_ras_report(), as those of other units. */
static void axle_event_notify(struct axle_device *adev,
			      const struct drm_axle_event *event)
{
	static const u32 types[] = {
		[DRM_AXLE_EVENT_RESET] = AXLE_EVENT_RESET,
		[DRM_AXLE_EVENT_FAILED] = AXLE_EVENT_FAILED,
		[DRM_AXLE_EVENT_THERMAL] = AXLE_EVENT_THERMAL,
	};
	struct axle_notice notice = {
		.code = event->code,
		.value = event->value,
	};

	if (event->type >= ARRAY_SIZE(types) || !types[event->type])
		return;
	notice.type = types[event->type];
	if (event->type == DRM_AXLE_EVENT_RESET)
		notice.value = atomic64_read(&adev->resets);
	axle_notify(adev, &notice);
}

/**
 * axle_event_report() - Tell readers of an event of the device.
 * @adev: the device
 * @type: one of &enum drm_axle_event_type
 * @code: the device's own
 * @address: of a memory error
 * @value: see the type
 *
 * Any context. Resets and their failures are told by the kit, to both nodes;
 * all else is for the control node.
 */
void axle_event_report(struct axle_device *adev, u32 type, u32 code,
		       u64 address, u64 value)
{
	struct drm_axle_event event = {
		.type = type,
		.code = code,
		.address = address,
		.value = value,
	};

	axle_event_broadcast(adev, &event,
			     type == DRM_AXLE_EVENT_RESET ||
				     type == DRM_AXLE_EVENT_FAILED);
	axle_event_notify(adev, &event);
}
EXPORT_SYMBOL_GPL(axle_event_report);

/**
 * axle_event_queue() - Tell the owner of a queue that a job failed.
 * @queue: the queue
 * @position: of the slot, or sequence of the job
 * @error: what its fence says
 */
void axle_event_queue(struct axle_queue *queue, u64 position, int error)
{
	const struct drm_axle_event event = {
		.type = DRM_AXLE_EVENT_FAULT,
		.size = sizeof(event),
		.time_ns = ktime_get_ns(),
		.queue = queue->number,
		.position = position,
		.code = queue->fault.code,
		.address = queue->fault.address,
		.value = -error,
	};
	const struct axle_notice notice = {
		.type = AXLE_EVENT_FAULT,
		.code = queue->fault.code,
		.address = queue->fault.address,
		.has_address = queue->fault.address,
		.value = -error,
		.ctx = queue->ctx,
		.queue = queue->number,
	};

	trace_axle_fault(queue, position, error);
	axle_events_add(queue->ctx->events, &event);
	axle_notify(queue->adev, &notice);
}

/**
 * axle_events_wake() - Tell all readers that the device goes away.
 * @adev: the device, marked as gone
 */
void axle_events_wake(struct axle_device *adev)
{
	struct axle_events *events;

	spin_lock_irq(&adev->events_lock);
	list_for_each_entry(events, &adev->events, link)
		wake_up_all(&events->wait);
	spin_unlock_irq(&adev->events_lock);
}

static bool axle_events_take(struct axle_events *events,
			     struct drm_axle_event *event)
{
	bool taken;

	spin_lock_irq(&events->lock);
	if (events->head == events->tail && events->lost)
		axle_events_put_lost(events);
	taken = events->head != events->tail;
	if (taken)
		*event = events->ring[events->head++ % AXLE_EVENTS];
	spin_unlock_irq(&events->lock);
	return taken;
}

static bool axle_events_ready(struct axle_events *events)
{
	bool ready;

	spin_lock_irq(&events->lock);
	ready = events->head != events->tail || events->lost;
	spin_unlock_irq(&events->lock);
	return ready || READ_ONCE(events->adev->gone);
}

static int axle_events_wait(struct axle_events *events, bool block)
{
	if (READ_ONCE(events->adev->gone))
		return -ENODEV;
	if (!block)
		return -EAGAIN;
	if (wait_event_interruptible(events->wait, axle_events_ready(events)))
		return -ERESTARTSYS;
	return READ_ONCE(events->adev->gone) ? -ENODEV : 0;
}

/**
 * axle_events_read() - read() of a node.
 * @events: of the file
 * @filp: the file
 * @to: the user's buffer
 * @size: bytes of it
 *
 * An event that cannot be copied is lost.
 *
 * Return: bytes, or a negative errno.
 */
ssize_t axle_events_read(struct axle_events *events, struct file *filp,
			 char __user *to, size_t size)
{
	struct drm_axle_event event;
	ssize_t done = 0;
	int err;

	if (size < sizeof(event))
		return -EINVAL;
	while (size - done >= sizeof(event)) {
		if (axle_events_take(events, &event)) {
			if (copy_to_user(to + done, &event, sizeof(event)))
				return done ?: -EFAULT;
			done += sizeof(event);
			continue;
		}
		if (done)
			break;
		err = axle_events_wait(events, !(filp->f_flags & O_NONBLOCK));
		if (err)
			return err;
	}
	return done;
}

/**
 * axle_events_poll() - poll() of a node.
 * @events: of the file
 * @filp: the file
 * @wait: the poll's table
 *
 * Return: EPOLLIN if there is an event, EPOLLHUP if the device is gone.
 */
__poll_t axle_events_poll(struct axle_events *events, struct file *filp,
			  poll_table *wait)
{
	poll_wait(filp, &events->wait, wait);
	if (READ_ONCE(events->adev->gone))
		return EPOLLHUP | EPOLLERR;
	return axle_events_ready(events) ? EPOLLIN | EPOLLRDNORM : 0;
}

/**
 * axle_compute_read() - read of the compute node.
 * @filp: the file
 * @to: the user's buffer
 * @size: bytes of it
 * @offset: unused
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: bytes, or a negative errno.
 */
ssize_t axle_compute_read(struct file *filp, char __user *to, size_t size,
			  loff_t *offset)
{
	struct drm_file *file = filp->private_data;
	struct axle_context *ctx = file->driver_priv;

	return axle_events_read(ctx->events, filp, to, size);
}
EXPORT_SYMBOL_GPL(axle_compute_read);

/**
 * axle_compute_poll() - poll of the compute node.
 * @filp: the file
 * @wait: the poll's table
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: what is ready.
 */
__poll_t axle_compute_poll(struct file *filp, poll_table *wait)
{
	struct drm_file *file = filp->private_data;
	struct axle_context *ctx = file->driver_priv;

	return axle_events_poll(ctx->events, filp, wait);
}
EXPORT_SYMBOL_GPL(axle_compute_poll);
