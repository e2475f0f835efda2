// SPDX-License-Identifier: GPL-2.0-only
/*
 * All queues of a device: what a reset and the driver's end mean for them, what
 * the device has for them as long as it lives, and what users are told of them.
 *
 * &axle_device.queues is under queues_lock; a queue in it has not been shut, so
 * what it has is there while the lock is held. Schedulers of serial engines and
 * the workqueues live as long as the device's structure, which open files hold.
 */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include <drm/drm_managed.h>

#include "axle_queue_internal.h"

/**
 * axle_sched_init() - Make a scheduler.
 * @adev: the device
 * @sched: zeroed
 * @priorities: how many it knows
 * @credits: jobs that the driver can have at once
 *
 * Time-outs are the kit's, as they belong to a queue and not to a scheduler,
 * which may serve many.
 *
 * Return: 0 or a negative errno.
 */
int axle_sched_init(struct axle_device *adev, struct drm_gpu_scheduler *sched,
		    u32 priorities, u32 credits)
{
	return axle_compat_sched_init(sched, &axle_sched_ops, adev->queue_wq,
				      priorities, credits, adev->drm.dev);
}

static void axle_queue_reset_dead(struct axle_queue *queue)
{
	axle_queue_condemn(queue, -ECANCELED);
	queue->stopped = true;
	queue->lost = true;
	axle_jobs_end(queue, queue->error, -ECANCELED);
	axle_queue_end_fences(queue);
	axle_queue_unmap_later(queue);
}

static int axle_queues_restart(struct axle_device *adev)
{
	const struct axle_queue_ops *ops = adev->ops->queue;
	struct axle_queue *queue;
	int err = 0;

	list_for_each_entry(queue, &adev->queues, link) {
		if (queue->error)
			continue;
		axle_ring_restart(queue);
		err = ops->restart ? ops->restart(queue) : 0;
		if (err)
			break;
	}
	return err;
}

/**
 * axle_queues_reset() - What a reset means for queues.
 * @adev: a device that has just been reset; &axle_device.reset_sem is held
 * @err: what became of it
 * @replay: run the jobs of live queues again; else they end with ECANCELED
 *
 * User-mode queues end, as nobody knows what their programs have written since.
 *
 * Return: @err, or an error of its own.
 */
int axle_queues_reset(struct axle_device *adev, int err, bool replay)
{
	struct axle_queue *queue;

	mutex_lock(&adev->queues_lock);
	list_for_each_entry(queue, &adev->queues, link)
		if (queue->error || queue->mode == DRM_AXLE_QUEUE_USER)
			axle_queue_reset_dead(queue);
	if (!err)
		err = axle_queues_restart(adev);
	list_for_each_entry(queue, &adev->queues, link) {
		if (queue->error)
			continue;
		if (replay && !err)
			axle_jobs_replay(queue);
		else
			axle_jobs_end(queue, -ECANCELED, -ECANCELED);
	}
	mutex_unlock(&adev->queues_lock);
	return err;
}

/* No more than the engine's clock has had since the queue was made. */
static void axle_queue_account_cycles(struct axle_queue *queue)
{
	const struct axle_monitor_ops *ops = queue->adev->ops->monitor;
	u64 clock = axle_clock_max(queue->adev);
	u64 cycles;

	if (!ops || !ops->cycles)
		return;
	cycles = ops->cycles(queue);
	if (clock)
		cycles = min(cycles, mul_u64_u64_div_u64(ktime_get_ns() -
								 queue->made_ns,
							 clock, NSEC_PER_SEC));
	if (cycles <= queue->cycles)
		return;
	axle_engine_add_cycles(queue->ctx, queue->engine,
			       cycles - queue->cycles);
	queue->cycles = cycles;
}

/**
 * axle_queue_account() - Account what the device says it has worked for a queue.
 * @queue: a queue whose memory is there, its lock held
 */
void axle_queue_account(struct axle_queue *queue)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	u64 busy;

	lockdep_assert_held(&queue->lock);
	axle_queue_account_cycles(queue);
	if (queue->mode != DRM_AXLE_QUEUE_USER || !ops->busy_ns)
		return;
	busy = min(ops->busy_ns(queue), ktime_get_ns() - queue->made_ns);
	if (busy <= queue->busy_ns)
		return;
	axle_engine_add(queue->ctx, queue->engine, busy - queue->busy_ns);
	queue->busy_ns = busy;
}

/**
 * axle_queue_account_last() - The same for the last time.
 * @queue: a queue that the device has let go of, its memory still there
 */
void axle_queue_account_last(struct axle_queue *queue)
{
	spin_lock_irq(&queue->lock);
	axle_queue_account(queue);
	spin_unlock_irq(&queue->lock);
}

/* What died is accounted when the device has let go of it. */
static void axle_queue_account_live(struct axle_queue *queue)
{
	spin_lock_irq(&queue->lock);
	if (!queue->error)
		axle_queue_account(queue);
	spin_unlock_irq(&queue->lock);
}

/**
 * axle_queues_account() - Bring busy times of user-mode queues up to date.
 * @adev: the device
 */
void axle_queues_account(struct axle_device *adev)
{
	struct axle_queue *queue;

	mutex_lock(&adev->queues_lock);
	list_for_each_entry(queue, &adev->queues, link)
		axle_queue_account_live(queue);
	mutex_unlock(&adev->queues_lock);
}

/**
 * axle_context_account() - The same for one context.
 * @ctx: the context
 */
void axle_context_account(struct axle_context *ctx)
{
	struct axle_queue *queue;
	unsigned long number;

	xa_lock(&ctx->queues);
	xa_for_each(&ctx->queues, number, queue)
		axle_queue_account_live(queue);
	xa_unlock(&ctx->queues);
}

/* Whether the device has work of it, or had some since the last look. */
static bool axle_queue_busy(struct axle_queue *queue)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	u64 completed;
	bool busy;

	spin_lock_irq(&queue->lock);
	completed = queue->error ? queue->seen : ops->completed(queue);
	busy = completed != queue->seen ||
	       (!queue->error && ops->submitted(queue) != completed);
	queue->seen = completed;
	spin_unlock_irq(&queue->lock);
	return busy;
}

static bool axle_queues_busy(struct axle_device *adev)
{
	struct axle_queue *queue;

	lockdep_assert_held(&adev->queues_lock);
	list_for_each_entry(queue, &adev->queues, link)
		if (queue->mode == DRM_AXLE_QUEUE_USER &&
		    axle_queue_busy(queue))
			return true;
	return false;
}

/**
 * axle_queues_park() - Keep programs from the doorbells of a device.
 * @adev: an awake device that nothing else uses
 *
 * Programs that ring meanwhile wait in a fault until the device wakes, or has
 * refused to sleep.
 *
 * Return: 0, or -EBUSY if there is work.
 */
int axle_queues_park(struct axle_device *adev)
{
	struct axle_queue *queue;
	bool busy;

	mutex_lock(&adev->queues_lock);
	busy = axle_queues_busy(adev);
	if (!busy) {
		list_for_each_entry(queue, &adev->queues, link)
			if (queue->mode == DRM_AXLE_QUEUE_USER)
				axle_queue_park(queue);
		/* Again, now that nobody can ring behind the look. */
		busy = axle_queues_busy(adev);
	}
	mutex_unlock(&adev->queues_lock);
	return busy ? -EBUSY : 0;
}

static void axle_queue_tell(struct axle_queue *queue,
			    struct drm_axle_queue_state *state)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;

	*state = (struct drm_axle_queue_state){
		.queue = queue->number,
		.mode = queue->mode,
		.engine = queue->engine,
		.priority = queue->priority,
	};
	spin_lock_irq(&queue->lock);
	if (queue->error) {
		state->error = -queue->error;
		state->code = queue->fault.code;
		state->address = queue->fault.address;
	}
	state->done = queue->done;
	/* Of a dead queue the memory may be gone. */
	if (!queue->error && queue->mode == DRM_AXLE_QUEUE_USER)
		state->done = ops->completed(queue);
	spin_unlock_irq(&queue->lock);
}

/**
 * axle_context_tell_queues() - What became of a context's queues.
 * @ctx: a context of a device with queues
 * @out: room for as many as a context can have
 */
void axle_context_tell_queues(struct axle_context *ctx,
			      struct drm_axle_query_queues *out)
{
	struct axle_queue *queue;
	unsigned long number;

	out->stride = sizeof(out->queues[0]);
	xa_lock(&ctx->queues);
	xa_for_each(&ctx->queues, number, queue)
		axle_queue_tell(queue, &out->queues[out->count++]);
	xa_unlock(&ctx->queues);
}

/**
 * axle_queues_progress() - Queues with rings may have got ahead.
 * @adev: the device
 * @first: &axle_queue.id of the first
 * @step: from one to the next; a device that has a vector for some of its
 *	queues gives out numbers modulo its vectors
 *
 * For interrupt handlers. axle_queue_progress() for each queue that is open.
 * What comes during a reset is made up for at its end: rings are written anew
 * meanwhile.
 */
void axle_queues_progress(struct axle_device *adev, u32 first, u32 step)
{
	struct axle_queue *queue;
	unsigned long flags, id;

	if (READ_ONCE(adev->resetting))
		return;
	xa_lock_irqsave(&adev->queues_open, flags);
	xa_for_each_start(&adev->queues_open, id, queue, first)
		if ((id - first) % step == 0)
			axle_queue_progress(queue);
	xa_unlock_irqrestore(&adev->queues_open, flags);
}
EXPORT_SYMBOL_GPL(axle_queues_progress);

/**
 * axle_queue_error() - The device has given up a queue with a ring.
 * @adev: the device
 * @id: &axle_queue.id, as the device has it; may be any number
 * @error: as for axle_queue_fail()
 * @code: as for axle_queue_fail()
 * @address: as for axle_queue_fail()
 *
 * For interrupt handlers.
 */
void axle_queue_error(struct axle_device *adev, u32 id, int error, u32 code,
		      u64 address)
{
	struct axle_queue *queue;
	unsigned long flags;

	xa_lock_irqsave(&adev->queues_open, flags);
	queue = xa_load(&adev->queues_open, id);
	if (queue) {
		if (!READ_ONCE(adev->resetting))
			axle_queue_progress(queue);
		axle_queue_fail(queue, error, code, address);
	}
	xa_unlock_irqrestore(&adev->queues_open, flags);
}
EXPORT_SYMBOL_GPL(axle_queue_error);

static struct axle_queue *axle_queues_first(struct axle_device *adev)
{
	struct axle_queue *queue;

	mutex_lock(&adev->queues_lock);
	queue = list_first_entry_or_null(&adev->queues, struct axle_queue,
					 link);
	if (queue)
		axle_queue_get(queue);
	mutex_unlock(&adev->queues_lock);
	return queue;
}

/**
 * axle_queues_release() - End all queues.
 * @adev: a device whose driver has ended
 */
void axle_queues_release(struct axle_device *adev)
{
	struct axle_queue *queue;

	while ((queue = axle_queues_first(adev))) {
		axle_queue_shut(queue, -ENODEV);
		axle_queue_put(queue);
	}
}

static void axle_queues_fini(struct drm_device *drm, void *data)
{
	struct axle_device *adev = data;
	u32 i;

	for (i = 0; i < AXLE_MAX_ENGINES; i++)
		if (adev->engine_sched[i]) {
			drm_sched_fini(adev->engine_sched[i]);
			kfree(adev->engine_sched[i]);
		}
	if (adev->recover_wq)
		destroy_workqueue(adev->recover_wq);
	if (adev->queue_wq)
		destroy_workqueue(adev->queue_wq);
	xa_destroy(&adev->queues_open);
	xa_destroy(&adev->queue_ids);
}

static int axle_engines_init(struct axle_device *adev)
{
	const struct axle_queue_ops *ops = adev->ops->queue;
	struct drm_gpu_scheduler *sched;
	u32 i;
	int err;

	for (i = 0; i < adev->ops->num_engines; i++) {
		if (!(ops->kernel_engines & ops->serial_engines & BIT(i)))
			continue;
		sched = kzalloc(sizeof(*sched), GFP_KERNEL);
		if (!sched)
			return -ENOMEM;
		err = axle_sched_init(adev, sched, AXLE_PRIORITIES, 1);
		if (err) {
			kfree(sched);
			return err;
		}
		adev->engine_sched[i] = sched;
	}
	return 0;
}

/* Interrupts take it; all other arrays made in this file are one class. */
static struct lock_class_key axle_queues_open_key;

/**
 * axle_queues_init() - Set up what the files about queues own of a device.
 * @adev: a device whose tables were checked
 *
 * Return: 0 or a negative errno.
 */
int axle_queues_init(struct axle_device *adev)
{
	int err;

	xa_init_flags(&adev->queue_ids, XA_FLAGS_ALLOC);
	xa_init_flags(&adev->queues_open, XA_FLAGS_LOCK_IRQ);
	lockdep_set_class(&adev->queues_open.xa_lock, &axle_queues_open_key);
	err = drmm_add_action_or_reset(&adev->drm, axle_queues_fini, adev);
	if (err || !adev->ops->queue)
		return err;
	adev->queue_wq =
		alloc_workqueue("axle-queue", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	adev->recover_wq =
		alloc_ordered_workqueue("axle-recover", WQ_MEM_RECLAIM);
	if (!adev->queue_wq || !adev->recover_wq)
		return -ENOMEM;
	return axle_engines_init(adev);
}

static bool axle_user_ops_ok(const struct axle_queue_ops *ops)
{
	return !ops->user_engines ||
	       (ops->open && ops->stop && ops->submitted && ops->completed &&
		ops->arm && ops->slot_size);
}

static bool axle_kernel_ops_ok(const struct axle_queue_ops *ops)
{
	return !ops->kernel_engines ||
	       (ops->check && (ops->run || (ops->ring && ops->completed &&
					    ops->arm && ops->slot_size)));
}

/**
 * axle_queue_ops_ok() - Check a driver's table.
 * @ops: the driver's
 *
 * Return: false if something that must be there is missing.
 */
bool axle_queue_ops_ok(const struct axle_ops *ops)
{
	const struct axle_queue_ops *queue = ops->queue;
	const struct axle_program_ops *program = ops->program;

	if (program &&
	    (!program->load || !program->size_max || !program->per_context))
		return false;
	if (!queue)
		return true;
	/* What cannot be stopped is reset, or memory would be given away. */
	if (!ops->reset)
		return false;
	return axle_kernel_ops_ok(queue) && axle_user_ops_ok(queue) &&
	       queue->queues_per_context && is_power_of_2(queue->slots) &&
	       is_power_of_2(queue->slots_max) &&
	       queue->slots <= queue->slots_max && queue->timeout_ms &&
	       queue->timeout_ms <= queue->timeout_ms_max &&
	       (u64)queue->slots_max * queue->slot_size <= AXLE_PART_SIZE;
}
