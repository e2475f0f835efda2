// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs of kernel-mode queues, from the scheduler to the device and back.
 *
 * A job's fence is the kit's own, and so is the gate through which a job waits
 * for others: a queue that is killed opens its gates, whereupon the scheduler
 * runs the jobs into their end. So the scheduler never has to throw a job away,
 * never times one out, and is empty soon after its queue has died.
 *
 * &axle_queue.lock protects the lists and &axle_job.given. Who takes a job off
 * the lists ends it. A job is freed by the scheduler after its fence.
 */
#include <linux/slab.h>

#include "axle_queue_internal.h"
#include "axle_trace.h"

/**
 * axle_job_open_gate() - Let a job go, whatever it waits for.
 * @job: the job
 */
void axle_job_open_gate(struct axle_job *job)
{
	if (job->gate)
		dma_fence_signal(job->gate);
}

static void axle_job_put_waits(struct axle_job *job)
{
	struct axle_wait *wait;

	for (wait = job->waits; wait < job->waits + job->num_waits; wait++) {
		if (wait->added)
			dma_fence_remove_callback(wait->fence, &wait->cb);
		dma_fence_put(wait->fence);
	}
	kvfree(job->waits);
}

/**
 * axle_job_free() - Free a job.
 * @job: a job that has ended, or was never submitted
 *
 * May sleep.
 */
void axle_job_free(struct axle_job *job)
{
	struct axle_queue *queue = job->queue;
	u32 i;

	if (queue->adev->ops->queue->release)
		queue->adev->ops->queue->release(job);
	axle_job_put_waits(job);
	dma_fence_put(job->gate);
	dma_fence_put(job->fence);
	for (i = 0; i < job->num_programs; i++)
		axle_program_put(job->programs[i]);
	for (i = 0; i < job->num_bos; i++)
		axle_bo_put(job->bos[i].bo);
	kvfree(job->bos);
	axle_job_free_lists(job);
	kvfree(job->commands);
	kfree(job);
}

static struct axle_job *to_axle_job(struct drm_sched_job *base)
{
	return container_of(base, struct axle_job, base);
}

/* Whoever signals the fence still is in the scheduler's callback, maybe. */
static void axle_job_wait_signaller(struct axle_job *job)
{
	spin_lock_irq(axle_compat_fence_lock(job->fence));
	spin_unlock_irq(axle_compat_fence_lock(job->fence));
}

static void axle_sched_free(struct drm_sched_job *base)
{
	struct axle_job *job = to_axle_job(base);
	struct axle_queue *queue = job->queue;
	struct axle_device *adev = queue->adev;

	axle_job_wait_signaller(job);
	drm_sched_job_cleanup(base);
	axle_job_free(job);
	atomic_dec(&queue->num_jobs);
	wake_up_all(&adev->waitq);
}

/* Takes a job off its list; false if somebody else has. */
static bool axle_job_take(struct axle_job *job)
{
	struct axle_queue *queue = job->queue;
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&queue->lock, flags);
	taken = !list_empty(&job->queue_link);
	list_del_init(&job->queue_link);
	queue->since = jiffies;
	spin_unlock_irqrestore(&queue->lock, flags);
	return taken;
}

static void axle_queue_advance(struct axle_queue *queue, u64 sequence)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	queue->done = max(queue->done, sequence);
	spin_unlock_irqrestore(&queue->lock, flags);
}

/**
 * axle_job_end() - End a job.
 * @job: a job that the caller has taken off its list; it may be freed before
 *	this returns
 * @error: 0 or a negative errno
 */
void axle_job_end(struct axle_job *job, int error)
{
	struct axle_queue *queue = job->queue;
	struct axle_device *adev = queue->adev;

	if (!error)
		axle_queue_advance(queue, job->sequence);
	if (job->given) {
		axle_engine_end(queue->ctx, queue->engine);
		axle_power_put(adev);
	}
	if (job->given && error && error != -ECANCELED && error != -ENODEV)
		axle_event_queue(queue, job->sequence, error);
	trace_axle_complete(queue, job->sequence, error);
	atomic_dec(&queue->waiting);
	axle_fence_end(dma_fence_get(job->fence), error);
	wake_up_all(&adev->waitq);
}

/**
 * axle_job_done() - A job has ended.
 * @job: a job that &axle_queue_ops.run got, and that has not ended
 * @error: 0, or a negative errno if it failed while its queue goes on
 *
 * Any context. The job may be freed at once.
 */
void axle_job_done(struct axle_job *job, int error)
{
	if (axle_job_take(job))
		axle_job_end(job, error);
}
EXPORT_SYMBOL_GPL(axle_job_done);

/* Marks the job as the driver's, unless the queue has died. */
static int axle_job_give(struct axle_job *job)
{
	struct axle_queue *queue = job->queue;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&queue->lock, flags);
	if (queue->error) {
		err = -ECANCELED;
	} else {
		if (list_empty(&queue->running))
			queue->since = jiffies;
		list_move_tail(&job->queue_link, &queue->running);
		job->given = true;
		axle_power_hold(queue->adev);
		axle_engine_begin(queue->ctx, queue->engine);
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	return err;
}

static int axle_job_run(struct axle_job *job)
{
	const struct axle_queue_ops *ops = job->queue->adev->ops->queue;

	return ops->run ? ops->run(job) : axle_ring_run(job);
}

static int axle_job_start(struct axle_job *job)
{
	struct axle_device *adev = job->queue->adev;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	mutex_lock(&job->queue->run_lock);
	err = axle_job_give(job);
	if (!err) {
		axle_queue_watch(job->queue);
		trace_axle_run(job->queue, job->sequence, 0);
		err = axle_job_run(job);
	}
	mutex_unlock(&job->queue->run_lock);
	axle_hw_exit(adev, cookie);
	return err;
}

static struct dma_fence *axle_sched_run(struct drm_sched_job *base)
{
	struct axle_job *job = to_axle_job(base);
	struct dma_fence *fence = dma_fence_get(job->fence);
	int err = axle_job_start(job);

	/* The scheduler learns of the end, like everybody, by the fence. */
	if (err)
		axle_job_done(job, err);
	return fence;
}

const struct drm_sched_backend_ops axle_sched_ops = {
	.run_job = axle_sched_run,
	.free_job = axle_sched_free,
};

static struct axle_job *axle_queue_first_running(struct axle_queue *queue)
{
	struct axle_job *job;

	spin_lock_irq(&queue->lock);
	job = list_first_entry_or_null(&queue->running, struct axle_job,
				       queue_link);
	if (job)
		list_del_init(&job->queue_link);
	spin_unlock_irq(&queue->lock);
	return job;
}

/**
 * axle_jobs_end() - End all jobs that the driver has.
 * @queue: a queue that the device has let go of
 * @first: for the oldest of them
 * @error: for the others
 */
void axle_jobs_end(struct axle_queue *queue, int first, int error)
{
	struct axle_job *job;

	while ((job = axle_queue_first_running(queue))) {
		axle_job_end(job, first);
		first = error;
	}
}

/**
 * axle_jobs_replay() - Run all jobs that the driver had once more.
 * @queue: a live queue of a device that has just been reset; the caller holds
 *	&axle_device.reset_sem for writing, so that nobody else gives it jobs
 */
void axle_jobs_replay(struct axle_queue *queue)
{
	struct axle_job *job;
	LIST_HEAD(again);
	int err;

	spin_lock_irq(&queue->lock);
	list_splice_init(&queue->running, &again);
	spin_unlock_irq(&queue->lock);
	while (!list_empty(&again)) {
		job = list_first_entry(&again, struct axle_job, queue_link);
		spin_lock_irq(&queue->lock);
		list_move_tail(&job->queue_link, &queue->running);
		queue->since = jiffies;
		spin_unlock_irq(&queue->lock);
		trace_axle_run(queue, job->sequence, 0);
		err = axle_job_run(job);
		if (err)
			axle_job_done(job, err);
	}
}

/**
 * axle_job_may_use() - Check what a command says of memory.
 * @job: a job that &axle_queue_ops.check looks at
 * @use: number of the buffer object in &axle_job.bos
 * @offset: first byte in the object
 * @size: bytes
 * @write: whether they are written
 *
 * All but @job may come from the user as it is.
 *
 * Return: true if it is at least one byte, all are in an object of the job, and
 * the job may write that object if it wants to.
 */
bool axle_job_may_use(const struct axle_job *job, u32 use, u64 offset, u64 size,
		      bool write)
{
	u64 limit;

	if (use >= job->num_bos || (write && !job->bos[use].write))
		return false;
	limit = axle_bo_size(job->bos[use].bo);
	return size && offset <= limit && size <= limit - offset;
}
EXPORT_SYMBOL_GPL(axle_job_may_use);

/**
 * axle_job_program() - Look up a program that a job uses.
 * @job: a job that &axle_queue_ops.check looks at
 * @number: as PROGRAM_CREATE gave it
 *
 * The job keeps the program until it is freed.
 *
 * Return: the program, or an ERR_PTR: -ENOENT, or -EINVAL for more than
 * %AXLE_JOB_PROGRAMS different ones.
 */
struct axle_program *axle_job_program(struct axle_job *job, u32 number)
{
	struct axle_program *program;
	u32 i;

	program = axle_program_find(job->queue->ctx, number);
	if (!program)
		return ERR_PTR(-ENOENT);
	for (i = 0; i < job->num_programs; i++)
		if (job->programs[i] == program) {
			axle_program_put(program);
			return program;
		}
	if (i == AXLE_JOB_PROGRAMS) {
		axle_program_put(program);
		return ERR_PTR(-EINVAL);
	}
	job->programs[job->num_programs++] = program;
	return program;
}
EXPORT_SYMBOL_GPL(axle_job_program);
