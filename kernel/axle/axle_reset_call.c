// SPDX-License-Identifier: GPL-2.0-only
/*
 * The call by which an administrator resets a device or a part of it.
 *
 * A part is one queue, or all that have work on an engine; they end as queues
 * that fail do, see axle_recover.c, but it is no fault of theirs.
 */
#include "axle_queue_internal.h"

static bool axle_queue_has_work(struct axle_queue *queue)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	bool work;

	if (queue->mode == DRM_AXLE_QUEUE_KERNEL)
		return atomic_read(&queue->waiting);
	spin_lock_irq(&queue->lock);
	work = !queue->error && ops->submitted(queue) != ops->completed(queue);
	spin_unlock_irq(&queue->lock);
	return work;
}

static int axle_reset_engine(struct axle_device *adev,
			     const struct drm_axle_reset *args)
{
	struct axle_queue *queue;
	int cookie;
	int err;

	if (args->client || args->queue ||
	    args->engine >= adev->ops->num_engines)
		return -EINVAL;
	if (!adev->ops->queue)
		return -EOPNOTSUPP;
	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	mutex_lock(&adev->queues_lock);
	list_for_each_entry(queue, &adev->queues, link)
		if (queue->engine == args->engine && axle_queue_has_work(queue))
			axle_queue_fail(queue, -ECANCELED, 0, 0);
	mutex_unlock(&adev->queues_lock);
	axle_hw_exit(adev, cookie);
	flush_workqueue(adev->recover_wq);
	return axle_hw_settle(adev);
}

/* A context is in the list until its file is closed for the last time. */
static struct axle_queue *axle_reset_find(struct axle_device *adev, u64 client,
					  u32 number)
{
	struct axle_queue *queue = NULL;
	struct axle_context *ctx;

	mutex_lock(&adev->contexts_lock);
	list_for_each_entry(ctx, &adev->contexts, link)
		if (ctx->file->client_id == client) {
			queue = axle_queue_find(ctx, number);
			break;
		}
	mutex_unlock(&adev->contexts_lock);
	return queue;
}

static int axle_reset_queue(struct axle_device *adev,
			    const struct drm_axle_reset *args)
{
	struct axle_queue *queue;

	if (args->engine)
		return -EINVAL;
	if (!adev->ops->queue)
		return -EOPNOTSUPP;
	queue = axle_reset_find(adev, args->client, args->queue);
	if (!queue)
		return -ENOENT;
	axle_queue_fail(queue, -ECANCELED, 0, 0);
	flush_work(&queue->kill);
	axle_queue_put(queue);
	return axle_hw_settle(adev);
}

static int axle_reset_device(struct axle_device *adev,
			     const struct drm_axle_reset *args)
{
	if (args->engine || args->client || args->queue)
		return -EINVAL;
	return axle_device_reset(adev);
}

/**
 * axle_reset_ioctl() - %DRM_IOCTL_AXLE_RESET.
 * @adev: the device
 * @ctx: NULL
 * @data: &struct drm_axle_reset
 *
 * Return: 0 or a negative errno.
 */
int axle_reset_ioctl(struct axle_device *adev, struct axle_context *ctx,
		     void *data)
{
	const struct drm_axle_reset *args = data;

	if (args->pad)
		return -EINVAL;
	switch (args->scope) {
	case DRM_AXLE_RESET_DEVICE:
		return axle_reset_device(adev, args);
	case DRM_AXLE_RESET_ENGINE:
		return axle_reset_engine(adev, args);
	case DRM_AXLE_RESET_QUEUE:
		return axle_reset_queue(adev, args);
	}
	return -EINVAL;
}
