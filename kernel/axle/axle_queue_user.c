// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences of user-mode queues.
 *
 * A position that was rung becomes a fence; &axle_queue.fences has them in
 * order, one a position, under &axle_queue.lock. The device is armed for the
 * least, and axle_queue_progress() signals what is done. What a program does to
 * its ring meanwhile does not matter: the slots end within their time-outs, or
 * the queue is killed.
 */
#include <linux/slab.h>

#include "axle_queue_internal.h"
#include "axle_trace.h"

static struct axle_fence *axle_queue_first_fence(struct axle_queue *queue)
{
	return list_first_entry_or_null(&queue->fences, struct axle_fence,
					link);
}

/* Moves what is done to @done; arms the device for the least of the rest. */
static void axle_queue_collect(struct axle_queue *queue, struct list_head *done)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	struct axle_fence *fence, *armed = NULL;
	u64 completed;

	lockdep_assert_held(&queue->lock);
	do {
		completed = ops->completed(queue);
		if (completed != queue->done) {
			queue->done = completed;
			queue->since = jiffies;
		}
		while ((fence = axle_queue_first_fence(queue)) &&
		       fence->position < completed)
			list_move_tail(&fence->link, done);
		if (!fence || fence == armed || queue->error)
			break;
		/* It may be done by the time the device is armed. */
		ops->arm(queue, fence->position + 1);
		armed = fence;
	} while (true);
}

/* Fences that were in &axle_queue.fences. */
static void axle_fences_signal(struct axle_queue *queue, struct list_head *done,
			       int error)
{
	struct axle_fence *fence;

	while (!list_empty(done)) {
		fence = list_first_entry(done, struct axle_fence, link);
		list_del_init(&fence->link);
		trace_axle_complete(queue, fence->position, error);
		axle_fence_end(&fence->base, error);
		axle_power_put(queue->adev);
	}
}

/**
 * axle_queue_progress() - A queue with a ring may have got ahead.
 * @queue: a queue that has been opened and not closed
 *
 * Any context where the hardware is there, as in the handler of the interrupt
 * that &axle_queue_ops.arm has asked for.
 */
void axle_queue_progress(struct axle_queue *queue)
{
	unsigned long flags;
	LIST_HEAD(done);

	if (queue->mode == DRM_AXLE_QUEUE_KERNEL) {
		if (!queue->adev->ops->queue->run)
			axle_ring_progress(queue);
		return;
	}
	spin_lock_irqsave(&queue->lock, flags);
	axle_queue_collect(queue, &done);
	spin_unlock_irqrestore(&queue->lock, flags);
	axle_fences_signal(queue, &done, 0);
}
EXPORT_SYMBOL_GPL(axle_queue_progress);

/**
 * axle_queue_end_fences() - End all fences of a queue.
 * @queue: a condemned queue that the device has let go of
 */
void axle_queue_end_fences(struct axle_queue *queue)
{
	struct axle_fence *fence;
	LIST_HEAD(failed);
	LIST_HEAD(rest);
	LIST_HEAD(done);
	u64 position;

	if (queue->mode != DRM_AXLE_QUEUE_USER)
		return;
	spin_lock_irq(&queue->lock);
	/* Once more: nobody looks at a dead queue's memory again. */
	axle_queue_collect(queue, &done);
	axle_queue_account(queue);
	position = queue->done;
	fence = axle_queue_first_fence(queue);
	if (fence && fence->position == position)
		list_move_tail(&fence->link, &failed);
	list_splice_init(&queue->fences, &rest);
	spin_unlock_irq(&queue->lock);
	axle_fences_signal(queue, &done, 0);
	axle_fences_signal(queue, &failed, queue->error);
	axle_fences_signal(queue, &rest,
			   queue->error == -ENODEV ? -ENODEV : -ECANCELED);
}

/*
 * Puts @fence into its place; a fence of the same position serves for both. Its
 * number in the context is that of the position, as fences signal in that order.
 */
static struct dma_fence *axle_queue_insert_fence(struct axle_queue *queue,
						 struct axle_fence **fence)
{
	struct axle_fence *made = *fence;
	struct axle_fence *other;

	lockdep_assert_held(&queue->lock);
	list_for_each_entry_reverse(other, &queue->fences, link) {
		if (other->position == made->position)
			return dma_fence_get(&other->base);
		if (other->position < made->position)
			break;
	}
	*fence = NULL;
	axle_fence_init(made, queue->fence_context, made->position + 1);
	if (list_empty(&queue->fences))
		queue->since = jiffies;
	/* Behind the one before it, or at the head of the list. */
	list_add(&made->link, &other->link);
	axle_power_hold(queue->adev);
	return dma_fence_get(&made->base);
}

/* A fence that tells what has become of a position already. */
static struct dma_fence *axle_queue_over(struct axle_queue *queue,
					 struct axle_fence **fence)
{
	struct dma_fence *over;
	int error = 0;

	if (queue->error && (*fence)->position >= queue->done)
		error = (*fence)->position == queue->done ? queue->error :
							    -ECANCELED;
	over = axle_fence_init(*fence, queue->fence_context,
			       (*fence)->position + 1);
	*fence = NULL;
	axle_fence_end(dma_fence_get(over), error);
	return over;
}

static struct dma_fence *axle_queue_make_fence(struct axle_queue *queue,
					       struct axle_fence **fence)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	struct dma_fence *made;
	u64 submitted;
	LIST_HEAD(done);

	spin_lock_irq(&queue->lock);
	if (queue->error) {
		made = axle_queue_over(queue, fence);
		goto out;
	}
	submitted = ops->submitted(queue);
	if ((*fence)->position >= submitted) {
		made = ERR_PTR(-EINVAL);
		goto out;
	}
	made = axle_queue_insert_fence(queue, fence);
	axle_queue_collect(queue, &done);
out:
	spin_unlock_irq(&queue->lock);
	axle_fences_signal(queue, &done, 0);
	return made;
}

static struct dma_fence *axle_queue_fence(struct axle_queue *queue,
					  u64 position)
{
	struct axle_fence *fence = axle_fence_alloc(queue->adev, false);
	struct dma_fence *made;
	int cookie;
	int err;

	if (!fence)
		return ERR_PTR(-ENOMEM);
	fence->position = position;
	err = axle_hw_enter(queue->adev, &cookie);
	if (err) {
		kfree(fence);
		return ERR_PTR(err);
	}
	made = axle_queue_make_fence(queue, &fence);
	trace_axle_submit(queue, position, PTR_ERR_OR_ZERO(made));
	if (!IS_ERR(made))
		axle_queue_watch(queue);
	axle_hw_exit(queue->adev, cookie);
	kfree(fence);
	return made;
}

static int axle_queue_fence_run(struct axle_context *ctx,
				struct axle_queue *queue,
				const struct drm_axle_queue_fence *args)
{
	struct axle_signal signal = {};
	struct dma_fence *fence;
	int err;

	if (queue->mode != DRM_AXLE_QUEUE_USER)
		return -EOPNOTSUPP;
	err = axle_sync_check(&args->sync);
	if (err)
		return err;
	err = axle_signal_init(ctx, &args->sync, &signal);
	if (err)
		goto out;
	fence = axle_queue_fence(queue, args->position);
	err = PTR_ERR_OR_ZERO(fence);
	if (err)
		goto out;
	axle_signals_set(&signal, 1, fence);
	dma_fence_put(fence);
out:
	axle_signal_fini(&signal);
	return err;
}

/**
 * axle_queue_fence_ioctl() - %DRM_IOCTL_AXLE_QUEUE_FENCE.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_queue_fence
 *
 * Return: 0 or a negative errno.
 */
int axle_queue_fence_ioctl(struct axle_device *adev, struct axle_context *ctx,
			   void *data)
{
	const struct drm_axle_queue_fence *args = data;
	struct axle_queue *queue;
	int err;

	if (!adev->ops->queue || !adev->ops->queue->user_engines)
		return -EOPNOTSUPP;
	if (args->flags)
		return -EINVAL;
	queue = axle_queue_find(ctx, args->queue);
	if (!queue)
		return -ENOENT;
	err = axle_queue_fence_run(ctx, queue, args);
	axle_queue_put(queue);
	return err;
}
