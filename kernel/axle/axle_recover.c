// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues that hang or fail: find them, stop them, spare the others.
 *
 * All of it runs on &axle_device.recover_wq, one after the other, and fences
 * depend on it: nothing here waits for memory. A queue is condemned first, so
 * that no job starts on it, then the device lets go of it, and only then do its
 * fences signal. If the device cannot let go of one queue it is reset, and
 * the jobs of the other queues are run again.
 */
#include <linux/devcoredump.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/vmalloc.h>

#include "axle_queue_internal.h"

/*
 * How much longer than its time-out a job may take on a device that ends late
 * jobs itself: its queue may have waited for others.
 */
#define AXLE_WATCHDOG_FACTOR 16

static unsigned long axle_queue_patience(const struct axle_queue *queue)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	u64 ms = queue->timeout_ms;

	if (ops->watchdog_engines & BIT(queue->engine))
		ms *= AXLE_WATCHDOG_FACTOR;
	return msecs_to_jiffies(min_t(u64, ms, INT_MAX));
}

/**
 * axle_queue_watch() - See to it that a queue which does not get ahead ends.
 * @queue: a queue that has got work
 *
 * Any context.
 */
void axle_queue_watch(struct axle_queue *queue)
{
	/* Looks at the clock when it runs, so one timer serves many jobs. */
	queue_delayed_work(queue->adev->recover_wq, &queue->timeout,
			   msecs_to_jiffies(queue->timeout_ms) + 1);
}

/**
 * axle_queue_condemn() - Keep a queue from getting work.
 * @queue: the queue
 * @error: why; not zero
 *
 * Jobs that the device does not have yet end soon, with ECANCELED.
 *
 * Return: false if it was condemned before.
 */
bool axle_queue_condemn(struct axle_queue *queue, int error)
{
	struct axle_job *job;
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&queue->lock, flags);
	first = !queue->error;
	if (first)
		WRITE_ONCE(queue->error, error);
	list_for_each_entry(job, &queue->jobs, queue_link)
		axle_job_open_gate(job);
	spin_unlock_irqrestore(&queue->lock, flags);
	wake_up_all(&queue->adev->waitq);
	return first;
}

/* A queue of a device that has not begun anything of it needs no stopping. */
static bool axle_queue_untouched(struct axle_queue *queue)
{
	bool empty;

	spin_lock_irq(&queue->lock);
	empty = list_empty(&queue->running);
	spin_unlock_irq(&queue->lock);
	return empty && queue->mode == DRM_AXLE_QUEUE_KERNEL;
}

static int axle_queue_stop(struct axle_queue *queue)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	int err;

	if (queue->stopped)
		return 0;
	/* Whoever has not seen the end gives the driver a job just now. */
	mutex_lock(&queue->run_lock);
	mutex_unlock(&queue->run_lock);
	if (axle_queue_untouched(queue))
		return 0;
	err = ops->stop ? ops->stop(queue) : -EOPNOTSUPP;
	queue->stopped = !err;
	return err;
}

/**
 * axle_queue_let_go() - Make the device let go of a queue.
 * @queue: a condemned queue
 *
 * Return: 0, or -ENODEV if the device is gone and may still use memory until
 * &axle_device.stopped.
 */
int axle_queue_let_go(struct axle_queue *queue)
{
	struct axle_device *adev = queue->adev;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (!err) {
		err = axle_queue_stop(queue);
		axle_hw_exit(adev, cookie);
		if (err)
			err = axle_device_recover(adev);
	}
	/* Else it has failed, and its reset has kept it from memory. */
	return err == -ENODEV ? err : 0;
}

static int axle_queue_fill_dump(struct axle_queue *queue, void *dump)
{
	int cookie;
	int err;

	err = axle_hw_enter(queue->adev, &cookie);
	if (err)
		return err;
	err = queue->adev->ops->queue->dump(queue, dump);
	axle_hw_exit(queue->adev, cookie);
	return err;
}

static void axle_queue_dump(struct axle_queue *queue)
{
	size_t size = queue->adev->ops->queue->dump_size;
	unsigned int flags;
	void *dump;

	if (!size)
		return;
	/* All that this calls would wait for memory, whatever it is told. */
	flags = memalloc_noreclaim_save();
	dump = vzalloc(size);
	if (dump && !axle_queue_fill_dump(queue, dump))
		dev_coredumpv(queue->adev->drm.dev, dump, size, GFP_NOWAIT);
	else
		vfree(dump);
	memalloc_noreclaim_restore(flags);
}

static void axle_queue_kill(struct axle_queue *queue, int error)
{
	struct axle_device *adev = queue->adev;
	/* Else somebody wanted it. */
	bool fault = error != -ECANCELED;

	if (!axle_queue_condemn(queue, error))
		return;
	if (fault) {
		atomic64_inc(&adev->faults);
		atomic64_set(&adev->last_fault_ns, ktime_get_ns());
	}
	if (queue->mode == DRM_AXLE_QUEUE_USER)
		axle_event_queue(queue, adev->ops->queue->completed(queue),
				 error);
	if (fault)
		axle_queue_dump(queue);
	if (axle_queue_let_go(queue) == -ENODEV)
		return; /* axle_queues_release() goes on */
	axle_jobs_end(queue, error, -ECANCELED);
	axle_queue_end_fences(queue);
	axle_queue_unmap_later(queue);
}

/* Whether it has work, and has not got ahead for too long. */
static bool axle_queue_hangs(struct axle_queue *queue, bool *busy)
{
	unsigned long limit;
	bool hangs;

	spin_lock_irq(&queue->lock);
	*busy = !queue->error &&
		(!list_empty(&queue->running) || !list_empty(&queue->fences));
	limit = queue->since + axle_queue_patience(queue);
	hangs = *busy && time_after_eq(jiffies, limit);
	spin_unlock_irq(&queue->lock);
	return hangs;
}

static void axle_queue_moved(struct axle_queue *queue)
{
	spin_lock_irq(&queue->lock);
	queue->since = jiffies;
	spin_unlock_irq(&queue->lock);
}

/* An interrupt may have been lost. */
static int axle_queue_poll(struct axle_queue *queue)
{
	struct axle_device *adev = queue->adev;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	if (queue->mode == DRM_AXLE_QUEUE_USER || !adev->ops->queue->run)
		axle_queue_progress(queue);
	if (adev->ops->queue->poll && adev->ops->queue->poll(queue))
		axle_queue_moved(queue);
	axle_hw_exit(adev, cookie);
	return 0;
}

/**
 * axle_queue_timeout() - Look whether a queue gets ahead.
 * @work: &axle_queue.timeout
 */
void axle_queue_timeout(struct work_struct *work)
{
	struct axle_queue *queue =
		container_of(to_delayed_work(work), struct axle_queue, timeout);
	unsigned long limit = msecs_to_jiffies(queue->timeout_ms);
	long ahead;
	bool busy;

	/* Or this would wake a device that sleeps, for nothing. */
	axle_queue_hangs(queue, &busy);
	if (!busy || axle_queue_poll(queue))
		return;
	if (axle_queue_hangs(queue, &busy)) {
		axle_queue_kill(queue, -ETIMEDOUT);
		return;
	}
	if (!busy)
		return;
	ahead = READ_ONCE(queue->since) + limit + 1 - jiffies;
	queue_delayed_work(queue->adev->recover_wq, &queue->timeout,
			   ahead > 0 ? ahead : limit);
}

/**
 * axle_queue_kill_work() - Kill a queue that the device has given up.
 * @work: &axle_queue.kill
 */
void axle_queue_kill_work(struct work_struct *work)
{
	struct axle_queue *queue = container_of(work, struct axle_queue, kill);

	axle_queue_kill(queue, -(int)queue->fault.value);
}

/**
 * axle_queue_fail() - The device has given up a queue.
 * @queue: a queue that has been opened and not closed
 * @error: a negative errno, for the oldest of its jobs
 * @code: the device's own, for the event
 * @address: of a memory fault, for the event
 *
 * Kills the queue, soon and from elsewhere, so it may be called anywhere. What
 * has been done is to be reported before.
 */
void axle_queue_fail(struct axle_queue *queue, int error, u32 code, u64 address)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	if (!queue->fault.value) {
		queue->fault.value = -error;
		queue->fault.code = code;
		queue->fault.address = address;
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	queue_work(queue->adev->recover_wq, &queue->kill);
}
EXPORT_SYMBOL_GPL(axle_queue_fail);
