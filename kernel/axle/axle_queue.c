// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues: their numbers, their memory, their life.
 *
 * A queue is in &axle_context.queues by its number, which holds a reference,
 * and in &axle_device.queues until it is shut. Being shut is its end: the
 * device lets go, all fences signal, the scheduler runs empty, and only then is
 * memory freed. A removed device cannot be asked, so then &axle_device.stopped
 * is waited for. What is left is a structure that mappings and calls hold.
 */
#include <linux/capability.h>
#include <linux/dma-mapping.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "axle_queue_internal.h"

/* Queues of a device that sets no limit; bounds the offsets of mappings. */
#define AXLE_QUEUES_MAX 65536

static const struct axle_queue_ops *axle_queue_ops(const struct axle_queue *q)
{
	return q->adev->ops->queue;
}

static bool axle_queue_serial(const struct axle_queue *queue)
{
	return axle_queue_ops(queue)->serial_engines & BIT(queue->engine);
}

/**
 * axle_queue_get() - Take a reference to a queue's structure.
 * @queue: the queue
 */
void axle_queue_get(struct axle_queue *queue)
{
	kref_get(&queue->ref);
}

static void axle_queue_free(struct kref *ref)
{
	struct axle_queue *queue = container_of(ref, struct axle_queue, ref);

	mutex_destroy(&queue->submit_lock);
	mutex_destroy(&queue->run_lock);
	mutex_destroy(&queue->map_lock);
	mutex_destroy(&queue->shut_lock);
	if (queue->dead_page)
		__free_page(queue->dead_page);
	kfree(queue);
}

/**
 * axle_queue_put() - Drop a reference to a queue's structure.
 * @queue: the queue
 */
void axle_queue_put(struct axle_queue *queue)
{
	kref_put(&queue->ref, axle_queue_free);
}

/**
 * axle_queue_find() - Look up a queue.
 * @ctx: the context
 * @number: as QUEUE_CREATE gave it
 *
 * Return: the queue, to be given back with axle_queue_put(), or NULL.
 */
struct axle_queue *axle_queue_find(struct axle_context *ctx, u32 number)
{
	struct axle_queue *queue;

	xa_lock(&ctx->queues);
	queue = xa_load(&ctx->queues, number);
	if (queue)
		axle_queue_get(queue);
	xa_unlock(&ctx->queues);
	return queue;
}

/**
 * axle_queue_find_id() - Look up a queue by its number in the device.
 * @ctx: the context that it must belong to
 * @id: &axle_queue.id
 *
 * Return: the queue, to be given back with axle_queue_put(), or NULL.
 */
struct axle_queue *axle_queue_find_id(struct axle_context *ctx, u32 id)
{
	struct axle_queue *queue, *found = NULL;
	unsigned long number;

	xa_lock(&ctx->queues);
	xa_for_each(&ctx->queues, number, queue)
		if (queue->id == id) {
			axle_queue_get(queue);
			found = queue;
			break;
		}
	xa_unlock(&ctx->queues);
	return found;
}

static int axle_queue_alloc_memory(struct axle_queue *queue)
{
	struct device *dev = queue->adev->drm.dev;
	u32 slot_size = axle_queue_ops(queue)->slot_size;

	if (!slot_size)
		return 0;
	queue->ring_size = PAGE_ALIGN(queue->slots * slot_size);
	queue->ring = dma_alloc_coherent(dev, queue->ring_size,
					 &queue->ring_dma, GFP_KERNEL_ACCOUNT);
	if (!queue->ring)
		return -ENOMEM;
	queue->status = dma_alloc_coherent(dev, PAGE_SIZE, &queue->status_dma,
					   GFP_KERNEL_ACCOUNT);
	return queue->status ? 0 : -ENOMEM;
}

static void axle_queue_free_memory(struct axle_queue *queue)
{
	struct device *dev = queue->adev->drm.dev;

	if (queue->status)
		dma_free_coherent(dev, PAGE_SIZE, queue->status,
				  queue->status_dma);
	if (queue->ring)
		dma_free_coherent(dev, queue->ring_size, queue->ring,
				  queue->ring_dma);
	queue->status = NULL;
	queue->ring = NULL;
}

static int axle_queue_init_sched(struct axle_queue *queue)
{
	struct axle_device *adev = queue->adev;
	struct drm_gpu_scheduler *sched = adev->engine_sched[queue->engine];
	u32 priority = queue->priority;
	int err;

	if (queue->mode != DRM_AXLE_QUEUE_KERNEL)
		return 0;
	if (!axle_queue_serial(queue)) {
		sched = kzalloc(sizeof(*sched), GFP_KERNEL_ACCOUNT);
		if (!sched)
			return -ENOMEM;
		err = axle_sched_init(adev, sched, 1, queue->slots);
		if (err) {
			kfree(sched);
			return err;
		}
		queue->sched = sched;
		priority = 0; /* the device's matter */
	}
	return drm_sched_entity_init(&queue->entity, priority, &sched, 1, NULL);
}

static void axle_queue_fini_sched(struct axle_queue *queue)
{
	if (queue->mode != DRM_AXLE_QUEUE_KERNEL)
		return;
	if (queue->entity.rq)
		drm_sched_entity_fini(&queue->entity);
	if (!queue->sched)
		return;
	drm_sched_fini(queue->sched);
	kfree(queue->sched);
	queue->sched = NULL;
}

static void axle_queue_fini(struct axle_queue *queue)
{
	axle_queue_fini_sched(queue);
	axle_queue_free_memory(queue);
	if (queue->vm) {
		axle_vm_unuse(queue->vm);
		axle_vm_put(queue->vm);
	}
	xa_erase(&queue->adev->queue_ids, queue->id);
}

static void axle_queue_link(struct axle_queue *queue)
{
	mutex_lock(&queue->adev->queues_lock);
	list_add_tail(&queue->link, &queue->adev->queues);
	mutex_unlock(&queue->adev->queues_lock);
	/* The place was reserved. */
	xa_store_irq(&queue->adev->queues_open, queue->id, queue, GFP_KERNEL);
}

static void axle_queue_unlink(struct axle_queue *queue)
{
	xa_erase_irq(&queue->adev->queues_open, queue->id);
	mutex_lock(&queue->adev->queues_lock);
	list_del_init(&queue->link);
	mutex_unlock(&queue->adev->queues_lock);
}

static int axle_queue_open(struct axle_queue *queue)
{
	struct axle_device *adev = queue->adev;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	if (adev->ops->queue->open)
		err = adev->ops->queue->open(queue);
	if (!err)
		axle_queue_link(queue);
	axle_hw_exit(adev, cookie);
	return err;
}

static int axle_queue_get_vm(struct axle_queue *queue, u32 number)
{
	struct axle_vm *vm;
	int err;

	if (!number)
		return 0;
	if (!queue->adev->ops->vm)
		return -EINVAL;
	vm = axle_vm_find(queue->ctx, number);
	if (!vm)
		return -ENOENT;
	err = axle_vm_use(vm);
	if (err)
		axle_vm_put(vm);
	else
		queue->vm = vm;
	return err;
}

static int axle_queue_init(struct axle_queue *queue, u32 vm)
{
	struct axle_device *adev = queue->adev;
	u32 max = adev->queues_max ?: AXLE_QUEUES_MAX;
	int err;

	err = xa_alloc(&adev->queue_ids, &queue->id, queue,
		       XA_LIMIT(0, max - 1), GFP_KERNEL);
	if (err)
		return err == -EBUSY ? -ENOSPC : err;
	err = xa_reserve_irq(&adev->queues_open, queue->id, GFP_KERNEL);
	if (!err)
		err = axle_queue_get_vm(queue, vm);
	if (!err)
		err = axle_queue_alloc_memory(queue);
	if (!err)
		err = axle_queue_init_sched(queue);
	if (!err)
		err = axle_queue_open(queue);
	if (err) {
		xa_erase_irq(&adev->queues_open, queue->id);
		axle_queue_fini(queue);
	}
	return err;
}

static struct axle_queue *
axle_queue_alloc(struct axle_context *ctx,
		 const struct drm_axle_queue_create *args)
{
	const struct axle_queue_ops *ops = ctx->adev->ops->queue;
	struct axle_queue *queue;

	queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	if (!queue)
		return NULL;
	queue->ctx = ctx;
	queue->adev = ctx->adev;
	queue->engine = args->engine;
	queue->mode = args->mode;
	queue->priority = args->priority;
	queue->slots = max(args->slots ?: ops->slots, ops->slots_min);
	queue->timeout_ms = args->timeout_ms ?: ops->timeout_ms;
	queue->made_ns = ktime_get_ns();
	queue->fence_context = dma_fence_context_alloc(2);
	kref_init(&queue->ref);
	INIT_LIST_HEAD(&queue->link);
	mutex_init(&queue->submit_lock);
	mutex_init(&queue->run_lock);
	mutex_init(&queue->map_lock);
	mutex_init(&queue->shut_lock);
	spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->jobs);
	INIT_LIST_HEAD(&queue->running);
	INIT_LIST_HEAD(&queue->fences);
	INIT_DELAYED_WORK(&queue->timeout, axle_queue_timeout);
	INIT_WORK(&queue->kill, axle_queue_kill_work);
	INIT_WORK(&queue->unmap, axle_queue_unmap_work);
	return queue;
}

/* Nothing of it is used any more but the structure. */
static void axle_queue_shut_locked(struct axle_queue *queue, int error)
{
	struct axle_device *adev = queue->adev;

	axle_queue_condemn(queue, error);
	axle_queue_unmap(queue);
	if (axle_queue_let_go(queue) == -ENODEV)
		wait_for_completion(&adev->stopped);
	axle_jobs_end(queue, error, error);
	axle_queue_end_fences(queue);
	axle_queue_account_last(queue);
	wait_event(adev->waitq, !atomic_read(&queue->num_jobs));
	axle_queue_unlink(queue);
	cancel_work_sync(&queue->unmap);
	if (adev->ops->queue->close)
		adev->ops->queue->close(queue);
	/* One that did not answer lets go when it is reset. */
	if (axle_hw_settle(adev) == -ENODEV)
		wait_for_completion(&adev->stopped);
	axle_queue_fini(queue);
	queue->shut = true;
}

/**
 * axle_queue_shut() - End a queue and free all but its structure.
 * @queue: the queue
 * @error: for the fences of what is not done
 *
 * May sleep until the driver has ended, if the device is gone.
 */
void axle_queue_shut(struct axle_queue *queue, int error)
{
	/* They use the queue but must not wait for this. */
	disable_delayed_work_sync(&queue->timeout);
	disable_work_sync(&queue->kill);
	mutex_lock(&queue->shut_lock);
	if (!queue->shut)
		axle_queue_shut_locked(queue, error);
	mutex_unlock(&queue->shut_lock);
}

static int axle_queue_check_size(const struct axle_queue_ops *ops,
				 const struct drm_axle_queue_create *args)
{
	if (args->slots &&
	    (!is_power_of_2(args->slots) || args->slots > ops->slots_max))
		return -EINVAL;
	return args->timeout_ms > ops->timeout_ms_max ? -EINVAL : 0;
}

static int axle_queue_check_args(const struct axle_device *adev,
				 const struct drm_axle_queue_create *args)
{
	const struct axle_queue_ops *ops = adev->ops->queue;
	u32 engines[] = {
		[DRM_AXLE_QUEUE_KERNEL] = ops->kernel_engines,
		[DRM_AXLE_QUEUE_USER] = ops->user_engines,
	};

	if (args->flags || args->engine >= adev->ops->num_engines ||
	    args->mode >= ARRAY_SIZE(engines) ||
	    args->priority >= AXLE_PRIORITIES)
		return -EINVAL;
	if (args->queue || args->ring_offset || args->status_offset ||
	    args->tail_offset || args->wake_offset || args->ring_size ||
	    args->page_size)
		return -EINVAL;
	if (axle_queue_check_size(ops, args))
		return -EINVAL;
	if (!(engines[args->mode] & BIT(args->engine)))
		return -EOPNOTSUPP;
	return args->priority || capable(CAP_SYS_NICE) ? 0 : -EPERM;
}

static void axle_queue_answer(const struct axle_queue *queue,
			      struct drm_axle_queue_create *args)
{
	args->slots = queue->slots;
	args->timeout_ms = queue->timeout_ms;
	args->queue = queue->number;
	if (queue->mode != DRM_AXLE_QUEUE_USER)
		return;
	args->ring_offset = axle_queue_offset(queue, AXLE_PART_RING);
	args->status_offset = axle_queue_offset(queue, AXLE_PART_STATUS);
	args->tail_offset = axle_queue_offset(queue, AXLE_PART_TAIL);
	args->wake_offset = axle_queue_offset(queue, AXLE_PART_WAKE);
	args->ring_size = queue->ring_size;
	args->page_size = PAGE_SIZE;
}

/**
 * axle_queue_create_ioctl() - %DRM_IOCTL_AXLE_QUEUE_CREATE.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_queue_create
 *
 * Return: 0 or a negative errno.
 */
int axle_queue_create_ioctl(struct axle_device *adev, struct axle_context *ctx,
			    void *data)
{
	const struct axle_queue_ops *ops = adev->ops->queue;
	struct drm_axle_queue_create *args = data;
	struct axle_queue *queue;
	int err;

	if (!ops)
		return -EOPNOTSUPP;
	err = axle_queue_check_args(adev, args);
	if (err)
		return err;
	queue = axle_queue_alloc(ctx, args);
	if (!queue)
		return -ENOMEM;
	/* The number is taken, but finds nothing before all is there. */
	err = xa_alloc(&ctx->queues, &queue->number, NULL,
		       XA_LIMIT(1, ops->queues_per_context), GFP_KERNEL);
	if (err)
		goto err_put;
	err = axle_queue_init(queue, args->vm);
	if (err)
		goto err_number;
	axle_queue_answer(queue, args);
	xa_store(&ctx->queues, queue->number, queue, GFP_KERNEL);
	return 0;

err_number:
	xa_erase(&ctx->queues, queue->number);
err_put:
	axle_queue_put(queue);
	return err == -EBUSY ? -ENOSPC : err;
}

/**
 * axle_queue_destroy_ioctl() - %DRM_IOCTL_AXLE_QUEUE_DESTROY.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_queue_destroy
 *
 * Return: 0 or a negative errno.
 */
int axle_queue_destroy_ioctl(struct axle_device *adev, struct axle_context *ctx,
			     void *data)
{
	const struct drm_axle_queue_destroy *args = data;
	struct axle_queue *queue;

	if (!adev->ops->queue)
		return -EOPNOTSUPP;
	if (args->pad)
		return -EINVAL;
	queue = axle_queue_find(ctx, args->queue);
	if (!queue)
		return -ENOENT;
	/* Shut first: the number bounds how many the device has. */
	axle_queue_shut(queue, -ECANCELED);
	if (xa_cmpxchg(&ctx->queues, args->queue, queue, NULL, 0) == queue)
		axle_queue_put(queue); /* the number's */
	axle_queue_put(queue);
	return 0;
}

/**
 * axle_context_close_queues() - Destroy the queues of a context.
 * @ctx: a context that nobody uses any more
 */
void axle_context_close_queues(struct axle_context *ctx)
{
	struct axle_queue *queue;
	unsigned long number;

	/* All at once, so that none waits for jobs of another. */
	xa_for_each(&ctx->queues, number, queue)
		axle_queue_condemn(queue, -ECANCELED);
	xa_for_each(&ctx->queues, number, queue) {
		axle_queue_shut(queue, -ECANCELED);
		axle_queue_put(queue);
	}
	xa_destroy(&ctx->queues);
}
