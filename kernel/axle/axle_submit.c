// SPDX-License-Identifier: GPL-2.0-only
/*
 * SUBMIT: from a user's arrays to a job in the scheduler.
 *
 * In the order of what can fail: copy and look up what is named, have the
 * driver check it, lock the buffer objects, then under &axle_queue.submit_lock
 * give the job its number and publish its fence, which cannot fail. User memory
 * is not touched under a lock.
 */
#include <linux/dma-resv.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_exec.h>

#include "axle_queue_internal.h"
#include "axle_trace.h"

/* What a submission has besides its job. */
struct axle_submission {
	struct axle_job *job;
	struct axle_fence *fence;
	struct axle_fence *gate;
	struct dma_fence **in;
	u32 num_in;
	struct axle_signal *out;
	u32 num_out;
};

static int axle_submit_commands(struct axle_job *job,
				const struct drm_axle_submit *args)
{
	void *commands;

	if (!args->command_size || args->command_size % sizeof(u64) ||
	    args->command_size > DRM_AXLE_COMMANDS_MAX)
		return -EINVAL;
	commands = vmemdup_user(u64_to_user_ptr(args->commands),
				args->command_size);
	if (IS_ERR(commands))
		return PTR_ERR(commands);
	job->commands = commands;
	job->command_size = args->command_size;
	return 0;
}

/* Naming an object twice would make its rights ambiguous. */
static bool axle_submit_used(const struct axle_job *job,
			     const struct axle_bo *bo)
{
	u32 i;

	for (i = 0; i < job->num_bos; i++)
		if (job->bos[i].bo == bo)
			return true;
	return false;
}

static int axle_submit_use(struct axle_job *job, const struct drm_axle_use *use)
{
	struct axle_bo *bo;
	bool write = use->flags & DRM_AXLE_USE_WRITE;

	if (use->flags & ~DRM_AXLE_USE_WRITE)
		return -EINVAL;
	bo = axle_bo_find(job->queue->ctx, use->handle);
	if (!bo)
		return -ENOENT;
	if (axle_submit_used(job, bo) ||
	    (write && bo->flags & DRM_AXLE_BO_READONLY)) {
		axle_bo_put(bo);
		return -EINVAL;
	}
	job->bos[job->num_bos].bo = bo;
	job->bos[job->num_bos++].write = write;
	return 0;
}

static int axle_submit_uses(struct axle_job *job,
			    const struct drm_axle_submit *args)
{
	struct drm_axle_use *uses;
	int err = 0;
	u32 i;

	if (args->use_count > DRM_AXLE_USES_MAX)
		return -EINVAL;
	if (!args->use_count)
		return 0;
	uses = vmemdup_array_user(u64_to_user_ptr(args->uses), args->use_count,
				  sizeof(*uses));
	if (IS_ERR(uses))
		return PTR_ERR(uses);
	job->bos = kvcalloc(args->use_count, sizeof(*job->bos),
			    GFP_KERNEL_ACCOUNT);
	if (!job->bos)
		err = -ENOMEM;
	for (i = 0; i < args->use_count && !err; i++)
		err = axle_submit_use(job, &uses[i]);
	kvfree(uses);
	return err;
}

static int axle_submit_syncs(struct axle_submission *sub,
			     const struct drm_axle_submit *args)
{
	struct axle_context *ctx = sub->job->queue->ctx;
	int err;

	err = axle_syncs_wait(ctx, args->in_syncs, args->in_sync_count,
			      &sub->in);
	if (err)
		return err;
	sub->num_in = args->in_sync_count;
	err = axle_syncs_signal(ctx, args->out_syncs, args->out_sync_count,
				&sub->out);
	if (err)
		return err;
	sub->num_out = args->out_sync_count;
	return 0;
}

/* Others' fences on memory that others have, too; our own are explicit. */
static u32 axle_submit_foreign(struct axle_job *job, struct axle_wait *waits)
{
	struct axle_device *adev = job->queue->adev;
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	u32 i, count = 0;

	for (i = 0; i < job->num_bos; i++) {
		enum dma_resv_usage usage =
			dma_resv_usage_rw(job->bos[i].write);
		struct drm_gem_object *obj = &job->bos[i].bo->shmem.base;

		if (!obj->dma_buf && !obj->import_attach)
			continue;
		dma_resv_for_each_fence(&cursor, obj->resv, usage, fence) {
			if (dma_fence_is_signaled(fence) ||
			    axle_fence_is_of(fence, adev))
				continue;
			if (waits)
				waits[count].fence = dma_fence_get(fence);
			count++;
		}
	}
	return count;
}

static int axle_submit_waits(struct axle_submission *sub)
{
	struct axle_job *job = sub->job;
	u32 i, count = sub->num_in + axle_submit_foreign(job, NULL);

	if (!count)
		return 0;
	sub->gate = axle_fence_alloc(job->queue->adev, true);
	job->waits = kvcalloc(count, sizeof(*job->waits), GFP_KERNEL_ACCOUNT);
	if (!job->waits || !sub->gate)
		return -ENOMEM;
	for (i = 0; i < sub->num_in; i++)
		job->waits[i].fence = dma_fence_get(sub->in[i]);
	/* The same as were counted: all reservations are held. */
	job->num_waits = i + axle_submit_foreign(job, &job->waits[i]);
	return 0;
}

static void axle_wait_over(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct axle_job *job = container_of(cb, struct axle_wait, cb)->job;

	if (atomic_dec_and_test(&job->pending))
		dma_fence_signal(job->gate);
}

static void axle_job_wait(struct axle_job *job)
{
	u32 i;

	if (!job->gate)
		return;
	for (i = 0; i < job->num_waits; i++) {
		struct axle_wait *wait = &job->waits[i];

		wait->job = job;
		atomic_inc(&job->pending);
		wait->added = !dma_fence_add_callback(wait->fence, &wait->cb,
						      axle_wait_over);
		if (!wait->added)
			atomic_dec(&job->pending);
	}
	if (atomic_dec_and_test(&job->pending))
		dma_fence_signal(job->gate);
}

/* Puts the job into the queue; it is the last step that can fail. */
static int axle_submit_enter(struct axle_submission *sub)
{
	struct axle_job *job = sub->job;
	struct axle_queue *queue = job->queue;
	int err;

	if (sub->gate) {
		struct dma_fence *gate =
			axle_fence_init(sub->gate, queue->fence_context + 1,
					queue->sequence + 1);

		sub->gate = NULL;
		job->gate = gate;
		err = drm_sched_job_add_dependency(&job->base,
						   dma_fence_get(gate));
		if (err)
			return err;
	}
	spin_lock_irq(&queue->lock);
	err = queue->error ? -EIO : 0;
	if (!err) {
		job->sequence = ++queue->sequence;
		list_add_tail(&job->queue_link, &queue->jobs);
		atomic_inc(&queue->num_jobs);
		atomic_inc(&queue->waiting);
	}
	spin_unlock_irq(&queue->lock);
	if (err && READ_ONCE(queue->adev->gone))
		err = -ENODEV;
	return err;
}

static void axle_submit_publish(struct axle_submission *sub)
{
	struct axle_job *job = sub->job;
	u32 i;

	job->fence = axle_fence_init(sub->fence, job->queue->fence_context,
				     job->sequence);
	sub->fence = NULL;
	drm_sched_job_arm(&job->base);
	for (i = 0; i < job->num_bos; i++)
		dma_resv_add_fence(job->bos[i].bo->shmem.base.resv, job->fence,
				   job->bos[i].write ? DMA_RESV_USAGE_WRITE :
						       DMA_RESV_USAGE_READ);
	axle_signals_set(sub->out, sub->num_out, job->fence);
	axle_job_wait(job);
}

static int axle_submit_push(struct axle_submission *sub, u64 *sequence)
{
	struct axle_job *job = sub->job;
	struct axle_queue *queue = job->queue;
	int err;

	err = axle_compat_job_init(&job->base, &queue->entity, queue->ctx,
				   queue->ctx->file->client_id);
	if (err)
		return err;
	mutex_lock(&queue->submit_lock);
	err = axle_submit_enter(sub);
	if (!err) {
		axle_submit_publish(sub);
		*sequence = job->sequence;
		/* It is the scheduler's now, and may end at once. */
		sub->job = NULL;
		trace_axle_submit(queue, job->sequence, 0);
		drm_sched_entity_push_job(&job->base);
	}
	mutex_unlock(&queue->submit_lock);
	if (err)
		drm_sched_job_cleanup(&job->base);
	return err;
}

static int axle_submit_lock(struct drm_exec *exec, struct axle_job *job)
{
	struct drm_gem_object *obj;
	int err = 0;
	u32 i;

	drm_exec_until_all_locked(exec) {
		err = 0; /* of the round before */
		for (i = 0; i < job->num_bos && !err; i++) {
			obj = &job->bos[i].bo->shmem.base;
			err = drm_exec_prepare_obj(exec, obj, 1);
			drm_exec_retry_on_contention(exec);
		}
	}
	return err;
}

static int axle_submit_locked(struct axle_submission *sub, u64 *sequence)
{
	int err = axle_submit_waits(sub);

	return err ?: axle_submit_push(sub, sequence);
}

/* Holds the reservations of what the job uses; most use none. */
static int axle_submit_reserve(struct axle_submission *sub, u64 *sequence)
{
	struct drm_exec exec;
	int err;

	if (!sub->job->num_bos)
		return axle_submit_locked(sub, sequence);
	drm_exec_init(&exec,
		      DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      sub->job->num_bos);
	err = axle_submit_lock(&exec, sub->job);
	if (!err)
		err = axle_submit_locked(sub, sequence);
	drm_exec_fini(&exec);
	return err == -ERESTARTSYS ? -EINTR : err;
}

static bool axle_queue_has_room(struct axle_queue *queue)
{
	return atomic_read(&queue->waiting) < queue->slots ||
	       READ_ONCE(queue->error) || READ_ONCE(queue->adev->gone);
}

static int axle_submit_wait_room(struct axle_queue *queue)
{
	if (wait_event_interruptible(queue->adev->waitq,
				     axle_queue_has_room(queue)))
		return -EINTR;
	if (READ_ONCE(queue->adev->gone))
		return -ENODEV;
	return READ_ONCE(queue->error) ? -EIO : 0;
}

/* What has addresses for the device keeps them. */
static int axle_submit_prepare(struct axle_job *job)
{
	int err = 0;
	u32 i;

	for (i = 0; i < job->num_bos && !err; i++)
		err = axle_bo_prepare(job->bos[i].bo);
	return err;
}

static int axle_submit_check(struct axle_job *job)
{
	const struct axle_queue_ops *ops = job->queue->adev->ops->queue;
	int err = ops->check(job);

	if (err || ops->run)
		return err;
	return job->num_slots - 1 < job->queue->slots ? 0 : -EINVAL;
}

/* Copies all that is the user's. */
static int axle_submit_build(struct axle_submission *sub,
			     const struct drm_axle_submit *args)
{
	struct axle_job *job = sub->job;
	int err;

	err = axle_submit_commands(job, args);
	if (!err)
		err = axle_submit_uses(job, args);
	if (!err)
		err = axle_submit_syncs(sub, args);
	return err;
}

static int axle_submit_bound(struct axle_submission *sub, u64 *sequence)
{
	struct axle_job *job = sub->job;
	struct axle_queue *queue = job->queue;
	int err;

	err = axle_submit_prepare(job);
	if (!err)
		err = axle_submit_check(job);
	if (!err)
		err = axle_submit_wait_room(queue);
	if (!err)
		err = axle_submit_reserve(sub, sequence);
	if (sub->job)
		axle_job_free(sub->job);
	sub->job = NULL;
	return err;
}

/* What the job has of the device's is had and freed while the driver is there. */
static int axle_submit_give(struct axle_submission *sub, u64 *sequence)
{
	struct axle_device *adev = sub->job->queue->adev;
	int cookie;
	int err;

	if (!drm_dev_enter(&adev->drm, &cookie))
		return -ENODEV;
	err = axle_submit_bound(sub, sequence);
	drm_dev_exit(cookie);
	return err;
}

static int axle_submit_run(struct axle_queue *queue,
			   struct drm_axle_submit *args)
{
	struct axle_submission sub = {};
	int err = -ENOMEM;

	sub.job = kzalloc(sizeof(*sub.job), GFP_KERNEL_ACCOUNT);
	if (!sub.job)
		return err;
	sub.job->queue = queue;
	INIT_LIST_HEAD(&sub.job->queue_link);
	INIT_LIST_HEAD(&sub.job->link);
	atomic_set(&sub.job->pending, 1);
	sub.fence = axle_fence_alloc(queue->adev, false);
	if (sub.fence)
		err = axle_submit_build(&sub, args);
	if (!err)
		err = axle_submit_give(&sub, &args->sequence);
	if (sub.job)
		axle_job_free(sub.job);
	kfree(sub.fence);
	kfree(sub.gate);
	axle_signals_free(sub.out, sub.num_out);
	axle_fences_put(sub.in, sub.num_in);
	return err;
}

/**
 * axle_submit_ioctl() - %DRM_IOCTL_AXLE_SUBMIT.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_submit
 *
 * Return: 0 or a negative errno.
 */
int axle_submit_ioctl(struct axle_device *adev, struct axle_context *ctx,
		      void *data)
{
	struct drm_axle_submit *args = data;
	struct axle_queue *queue;
	int err;

	if (!adev->ops->queue || !adev->ops->queue->kernel_engines)
		return -EOPNOTSUPP;
	if (args->flags || args->sequence)
		return -EINVAL;
	queue = axle_queue_find(ctx, args->queue);
	if (!queue)
		return -ENOENT;
	if (queue->mode == DRM_AXLE_QUEUE_KERNEL)
		err = axle_submit_run(queue, args);
	else
		err = -EOPNOTSUPP;
	axle_queue_put(queue);
	return err;
}
