// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kit's fences: of jobs, and of positions of user-mode queues.
 *
 * A fence knows nothing of its queue, since syncobjs and other drivers may keep
 * it longer than any device; it holds this module, which has its functions.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "axle_queue_internal.h"

static const char *axle_fence_driver(struct dma_fence *fence)
{
	return "axle";
}

static const char *axle_fence_timeline(struct dma_fence *fence)
{
	return "queue";
}

static void axle_fence_release(struct dma_fence *fence)
{
	/* Unloading waits for RCU, and so for the way out of here. */
	rcu_read_lock();
	dma_fence_free(fence);
	module_put(THIS_MODULE);
	rcu_read_unlock();
}

static const struct dma_fence_ops axle_fence_ops = {
	.get_driver_name = axle_fence_driver,
	.get_timeline_name = axle_fence_timeline,
	.release = axle_fence_release,
};

/* A gate is signalled from the callback of another fence, under its lock. */
static struct lock_class_key axle_gate_key;

/**
 * axle_fence_alloc() - Allocate a fence.
 * @adev: the device that will signal it; only for comparison
 * @gate: it may be signalled from callbacks of other fences
 *
 * It must be given to dma_fence_init() by axle_fence_init(), or to kfree().
 *
 * Return: the fence, or NULL.
 */
struct axle_fence *axle_fence_alloc(struct axle_device *adev, bool gate)
{
	struct axle_fence *fence;

	fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);
	if (!fence)
		return NULL;
	spin_lock_init(&fence->lock);
	if (gate)
		lockdep_set_class(&fence->lock, &axle_gate_key);
	fence->adev = adev;
	INIT_LIST_HEAD(&fence->link);
	return fence;
}

/**
 * axle_fence_init() - Make a fence ready to be published.
 * @fence: the fence
 * @context: its context
 * @seqno: in the context
 *
 * Return: the fence, with one reference.
 */
struct dma_fence *axle_fence_init(struct axle_fence *fence, u64 context,
				  u64 seqno)
{
	__module_get(THIS_MODULE);
	dma_fence_init(&fence->base, &axle_fence_ops, &fence->lock, context,
		       seqno);
	return &fence->base;
}

/**
 * axle_fence_is_of() - Whether a fence is one of a device's queues.
 * @fence: any fence
 * @adev: the device
 *
 * Return: true if the device signals it.
 */
bool axle_fence_is_of(struct dma_fence *fence, struct axle_device *adev)
{
	return axle_compat_fence_ops(fence) == &axle_fence_ops &&
	       container_of(fence, struct axle_fence, base)->adev == adev;
}

/**
 * axle_fence_end() - Signal a fence.
 * @fence: the fence; the reference is taken over
 * @error: 0 or a negative errno
 */
void axle_fence_end(struct dma_fence *fence, int error)
{
	if (error)
		dma_fence_set_error(fence, error);
	dma_fence_signal(fence);
	dma_fence_put(fence);
}
