// SPDX-License-Identifier: GPL-2.0-only
/*
 * The call that changes an address space.
 *
 * In the order of what can fail: read and check the arrays, look up what they
 * name, then under &axle_vm.lock get all that the change needs, then make it.
 * User memory is not touched under the lock.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "axle_bind.h"
#include "axle_internal.h"

/* Bytes that an element may have from one to the next. */
#define AXLE_BIND_STRIDE_MAX 4096

/* What is to be waited for and signalled, besides the changes. */
struct axle_bind_syncs {
	struct dma_fence **waits;
	u32 num_waits;
	struct axle_signal *signals;
	u32 num_signals;
};

static int axle_bind_check_call(const struct drm_axle_vm_bind *args)
{
	bool async = args->flags & DRM_AXLE_VM_BIND_ASYNC;

	if (args->flags & ~DRM_AXLE_VM_BIND_ASYNC)
		return -EINVAL;
	if (!async && (args->in_sync_count || args->out_sync_count))
		return -EINVAL;
	if (!args->bind_count || args->bind_count > DRM_AXLE_BINDS_MAX)
		return -EINVAL;
	if (args->bind_stride < sizeof(struct drm_axle_bind) ||
	    args->bind_stride > AXLE_BIND_STRIDE_MAX ||
	    args->bind_stride % sizeof(u64))
		return -EINVAL;
	return 0;
}

static int axle_bind_check_range(const struct axle_vm *vm,
				 const struct drm_axle_bind *bind)
{
	const struct axle_pt_format *format = vm->pt.format;
	u64 limit = 1ull << axle_pt_address_bits(format);
	u64 page = 1ull << format->page_shift;

	if (!bind->size || !IS_ALIGNED(bind->address | bind->size, page) ||
	    bind->address >= limit || bind->size > limit - bind->address)
		return -EINVAL;
	return 0;
}

static int axle_bind_check_bo(const struct axle_vm *vm,
			      const struct drm_axle_bind *bind,
			      const struct axle_bo *bo)
{
	u64 size = axle_bo_size(bo);

	if (!IS_ALIGNED(bind->offset, 1ull << vm->pt.format->page_shift) ||
	    bind->offset >= size || bind->size > size - bind->offset)
		return -EINVAL;
	/* Pages that the program itself may not write. */
	if (bo->flags & ~bind->flags & DRM_AXLE_BO_READONLY)
		return -EINVAL;
	return 0;
}

static int axle_bind_read_map(struct axle_context *ctx, struct axle_vm *vm,
			      const struct drm_axle_bind *bind,
			      struct axle_bind_op *op)
{
	if (bind->flags & ~DRM_AXLE_BO_READONLY)
		return -EINVAL;
	op->bo = axle_bo_find(ctx, bind->handle);
	if (!op->bo)
		return -ENOENT;
	op->offset = bind->offset;
	op->readonly = bind->flags & DRM_AXLE_BO_READONLY;
	return axle_bind_check_bo(vm, bind, op->bo);
}

static int axle_bind_read_op(struct axle_context *ctx, struct axle_vm *vm,
			     const struct drm_axle_bind *bind,
			     struct axle_bind_op *op)
{
	int err = axle_bind_check_range(vm, bind);

	if (err)
		return err;
	if (bind->pad || bind->op > DRM_AXLE_BIND_UNMAP)
		return -EINVAL;
	op->address = bind->address;
	op->size = bind->size;
	if (bind->op == DRM_AXLE_BIND_MAP)
		return axle_bind_read_map(ctx, vm, bind, op);
	return bind->flags || bind->handle || bind->offset ? -EINVAL : 0;
}

static int axle_bind_read(struct axle_context *ctx, struct axle_bind_job *job,
			  const struct drm_axle_vm_bind *args)
{
	const char __user *from = u64_to_user_ptr(args->binds);
	struct drm_axle_bind bind;
	int err = 0;
	u32 i;

	for (i = 0; i < args->bind_count && !err; i++) {
		err = copy_struct_from_user(&bind, sizeof(bind), from,
					    args->bind_stride);
		if (!err)
			err = axle_bind_read_op(ctx, job->vm, &bind,
						&job->ops[i]);
		from += args->bind_stride;
	}
	return err;
}

/* Changes that are waiting come first; nothing has been done so far. */
static int axle_bind_wait_turn(struct axle_vm *vm)
{
	if (wait_event_interruptible(vm->adev->waitq, axle_vm_idle(vm)))
		return -EINTR;
	return READ_ONCE(vm->adev->gone) ? -ENODEV : 0;
}

static int axle_bind_prepare(struct axle_bind_job *job)
{
	int cookie;
	int err;

	if (!drm_dev_enter(&job->vm->adev->drm, &cookie))
		return -ENODEV;
	err = axle_bind_job_prepare(job);
	drm_dev_exit(cookie);
	return err;
}

static int axle_bind_sync(struct axle_bind_job *job)
{
	int err = axle_bind_wait_turn(job->vm);

	if (!err)
		err = axle_bind_prepare(job);
	if (err)
		return err;
	axle_bind_job_commit(job);
	axle_bind_job_run(job);
	return job->err;
}

static int axle_bind_async(struct axle_bind_job *job,
			   struct axle_bind_syncs *syncs)
{
	int err;

	err = axle_bind_job_add_waits(job, syncs->waits, syncs->num_waits);
	if (err)
		return err;
	syncs->waits = NULL;
	syncs->num_waits = 0;
	err = axle_bind_prepare(job);
	if (!err)
		err = axle_bind_job_add_fence(job);
	if (err)
		return err;
	axle_bind_job_commit(job);
	axle_signals_set(syncs->signals, syncs->num_signals, job->fence);
	axle_bind_job_push(job);
	return 0;
}

/* Of a synchronous job, and of an asynchronous one that failed. */
static int axle_bind_make(struct axle_bind_job *job,
			  const struct drm_axle_vm_bind *args,
			  struct axle_bind_syncs *syncs)
{
	bool async = args->flags & DRM_AXLE_VM_BIND_ASYNC;
	struct axle_vm *vm = job->vm;
	int err;

	if (mutex_lock_interruptible(&vm->lock)) {
		axle_bind_job_free(job);
		return -EINTR;
	}
	if (vm->dead)
		err = READ_ONCE(vm->adev->gone) ? -ENODEV : -ENOENT;
	else if (async)
		err = axle_bind_async(job, syncs);
	else
		err = axle_bind_sync(job);
	/* Under the lock: the tables go back to a pool that may not be there
	 * once the address space is dead.
	 */
	if (err || !async)
		axle_bind_job_free(job);
	mutex_unlock(&vm->lock);
	return err;
}

static int axle_bind_run(struct axle_context *ctx, struct axle_vm *vm,
			 const struct drm_axle_vm_bind *args,
			 struct axle_bind_syncs *syncs)
{
	struct axle_bind_job *job = axle_bind_job_alloc(vm, args->bind_count);
	int err;

	if (!job)
		return -ENOMEM;
	err = axle_bind_read(ctx, job, args);
	if (err) {
		axle_bind_job_free(job);
		return err;
	}
	return axle_bind_make(job, args, syncs);
}

/**
 * axle_vm_bind_ioctl() - %DRM_IOCTL_AXLE_VM_BIND.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_vm_bind
 *
 * Return: 0 or a negative errno.
 */
int axle_vm_bind_ioctl(struct axle_device *adev, struct axle_context *ctx,
		       void *data)
{
	const struct drm_axle_vm_bind *args = data;
	struct axle_bind_syncs syncs = {
		.num_waits = args->in_sync_count,
		.num_signals = args->out_sync_count,
	};
	struct axle_vm *vm;
	int err;

	if (!adev->ops->vm)
		return -EOPNOTSUPP;
	err = axle_bind_check_call(args);
	if (err)
		return err;
	vm = axle_vm_find(ctx, args->vm);
	if (!vm)
		return -ENOENT;
	err = axle_syncs_wait(ctx, args->in_syncs, args->in_sync_count,
			      &syncs.waits);
	if (err)
		goto err_vm;
	err = axle_syncs_signal(ctx, args->out_syncs, args->out_sync_count,
				&syncs.signals);
	if (!err)
		err = axle_bind_run(ctx, vm, args, &syncs);
	axle_signals_free(syncs.signals, syncs.num_signals);
	axle_fences_put(syncs.waits, syncs.num_waits);
err_vm:
	axle_vm_put(vm);
	return err;
}
