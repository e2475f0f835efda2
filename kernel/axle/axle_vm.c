// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces: their numbers in the file and in the device, their life.
 *
 * An address space ends in axle_vm_kill(), on whichever comes first of
 * VM_DESTROY, the last close of the file and the driver's end: the device lets
 * go of it, and only then is memory freed. A removed device cannot be asked,
 * so then &axle_device.stopped is waited for. What is left is a struct that
 * its references hold. &axle_vm.lock makes the kill and the calls exclusive.
 */
#include <linux/dma-fence.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "axle_bind.h"
#include "axle_internal.h"

/*
 * Tables, with those that waiting changes have reserved, are no program's own
 * memory, so no other limit holds them back: one part in so many of the
 * machine's.
 */
#define AXLE_TABLES_SHARE 16

static void *axle_table_alloc(void *data, dma_addr_t *dma)
{
	struct axle_vm *vm = data;
	void *entries = NULL;

	if (atomic_inc_return(&vm->tables) <
	    totalram_pages() / AXLE_TABLES_SHARE)
		entries =
			dma_pool_zalloc(vm->adev->table_pool, GFP_KERNEL, dma);
	if (!entries)
		atomic_dec(&vm->tables);
	return entries;
}

static void axle_table_free(void *data, void *entries, dma_addr_t dma)
{
	struct axle_vm *vm = data;

	atomic_dec(&vm->tables);
	dma_pool_free(vm->adev->table_pool, entries, dma);
}

static struct axle_vm *axle_vm_alloc(struct axle_context *ctx)
{
	struct axle_device *adev = ctx->adev;
	const struct axle_pt_format *format = adev->ops->vm->format;
	struct drm_gem_object *reservation;
	struct axle_vm *vm;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return NULL;
	reservation = drm_gpuvm_resv_object_alloc(&adev->drm);
	if (!reservation) {
		kfree(vm);
		return NULL;
	}
	drm_gpuvm_init(&vm->gpuvm, "axle", AXLE_COMPAT_GPUVM_FLAGS, &adev->drm,
		       reservation, 0, 1ull << axle_pt_address_bits(format), 0,
		       0, &axle_gpuvm_ops);
	drm_gem_object_put(reservation);
	vm->adev = adev;
	vm->ctx = ctx;
	mutex_init(&vm->lock);
	spin_lock_init(&vm->jobs_lock);
	INIT_LIST_HEAD(&vm->jobs);
	INIT_LIST_HEAD(&vm->done);
	INIT_WORK(&vm->work, axle_vm_work);
	INIT_WORK(&vm->reap, axle_vm_reap);
	vm->fence_context = dma_fence_context_alloc(1);
	return vm;
}

/* Between axle_hw_enter() and axle_hw_exit(). */
static int axle_vm_start(struct axle_vm *vm)
{
	const struct axle_vm_ops *ops = vm->adev->ops->vm;
	const struct axle_pt_memory memory = {
		.alloc = axle_table_alloc,
		.free = axle_table_free,
		.data = vm,
	};
	int err;

	err = axle_pt_init(&vm->pt, ops->format, &memory);
	if (err)
		return err;
	err = ops->open(vm);
	if (err) {
		axle_pt_fini(&vm->pt);
		return err;
	}
	mutex_lock(&vm->adev->vms_lock);
	list_add_tail(&vm->link, &vm->adev->vms);
	mutex_unlock(&vm->adev->vms_lock);
	return 0;
}

static int axle_vm_add(struct axle_vm *vm)
{
	struct axle_device *adev = vm->adev;
	int cookie;
	int err;

	err = ida_alloc_max(&adev->asids, adev->vms_max - 1, GFP_KERNEL);
	if (err < 0)
		return err;
	vm->asid = err;
	err = axle_hw_enter(adev, &cookie);
	if (err)
		goto err_asid;
	err = axle_vm_start(vm);
	axle_hw_exit(adev, cookie);
	if (err)
		goto err_asid;
	return 0;

err_asid:
	ida_free(&adev->asids, vm->asid);
	return err;
}

static void axle_vm_unlink(struct axle_vm *vm)
{
	mutex_lock(&vm->adev->vms_lock);
	list_del_init(&vm->link);
	mutex_unlock(&vm->adev->vms_lock);
}

/* Makes the device let go; it may not be there, or not work any more. */
static void axle_vm_stop(struct axle_vm *vm)
{
	struct axle_device *adev = vm->adev;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (!err) {
		adev->ops->vm->close(vm);
		axle_hw_exit(adev, cookie);
		/* One that did not answer lets go when it is reset. */
		err = axle_hw_settle(adev);
	}
	if (err == -ENODEV)
		wait_for_completion(&adev->stopped);
	/* Else it has failed, and its reset has kept it from memory. */
}

static void axle_vm_kill_locked(struct axle_vm *vm, int error)
{
	LIST_HEAD(cancelled);

	lockdep_assert_held(&vm->lock);
	WRITE_ONCE(vm->dead, true);
	axle_vm_cancel(vm, error, &cancelled);
	axle_vm_stop(vm);
	axle_bind_jobs_free(&cancelled);
	axle_vm_reap(&vm->reap);
	cancel_work_sync(&vm->reap);
	axle_vm_unmap_all(vm);
	axle_pt_fini(&vm->pt);
	axle_vm_unlink(vm);
	ida_free(&vm->adev->asids, vm->asid);
	vm->ctx = NULL;
}

/**
 * axle_vm_kill() - Take an address space from the device and free its memory.
 * @vm: the address space
 * @error: for the fences of changes that were not made
 */
void axle_vm_kill(struct axle_vm *vm, int error)
{
	mutex_lock(&vm->lock);
	if (!vm->dead)
		axle_vm_kill_locked(vm, error);
	mutex_unlock(&vm->lock);
}

static int axle_vm_kill_unused(struct axle_vm *vm)
{
	int err = 0;

	mutex_lock(&vm->lock);
	if (vm->dead)
		err = -ENOENT;
	else if (atomic_read(&vm->users))
		err = -EBUSY;
	else
		axle_vm_kill_locked(vm, -ECANCELED);
	mutex_unlock(&vm->lock);
	return err;
}

/**
 * axle_vm_find() - Look up an address space.
 * @ctx: the context
 * @number: as VM_CREATE gave it
 *
 * Return: the address space, to be given back with axle_vm_put(), or NULL.
 */
struct axle_vm *axle_vm_find(struct axle_context *ctx, u32 number)
{
	struct axle_vm *vm;

	xa_lock(&ctx->vms);
	vm = xa_load(&ctx->vms, number);
	if (vm)
		drm_gpuvm_get(&vm->gpuvm);
	xa_unlock(&ctx->vms);
	return vm;
}
EXPORT_SYMBOL_GPL(axle_vm_find);

/**
 * axle_vm_put() - Drop a reference to an address space.
 * @vm: the address space
 */
void axle_vm_put(struct axle_vm *vm)
{
	drm_gpuvm_put(&vm->gpuvm);
}
EXPORT_SYMBOL_GPL(axle_vm_put);

/**
 * axle_vm_use() - Keep an address space from being destroyed.
 * @vm: the address space
 *
 * Every user ends with axle_vm_unuse() before the file is closed.
 *
 * Return: 0, or -ENOENT if it has been destroyed already.
 */
int axle_vm_use(struct axle_vm *vm)
{
	int err = 0;

	mutex_lock(&vm->lock);
	if (vm->dead)
		err = -ENOENT;
	else
		atomic_inc(&vm->users);
	mutex_unlock(&vm->lock);
	return err;
}
EXPORT_SYMBOL_GPL(axle_vm_use);

/**
 * axle_vm_unuse() - End what axle_vm_use() began.
 * @vm: the address space
 */
void axle_vm_unuse(struct axle_vm *vm)
{
	atomic_dec(&vm->users);
}
EXPORT_SYMBOL_GPL(axle_vm_unuse);

/**
 * axle_vm_create_ioctl() - %DRM_IOCTL_AXLE_VM_CREATE.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_vm_create
 *
 * Return: 0 or a negative errno.
 */
int axle_vm_create_ioctl(struct axle_device *adev, struct axle_context *ctx,
			 void *data)
{
	struct drm_axle_vm_create *args = data;
	struct axle_vm *vm;
	int err;

	if (!adev->ops->vm)
		return -EOPNOTSUPP;
	if (args->flags)
		return -EINVAL;
	vm = axle_vm_alloc(ctx);
	if (!vm)
		return -ENOMEM;
	err = axle_vm_add(vm);
	if (err)
		goto err_put;
	err = xa_alloc(&ctx->vms, &args->vm, vm,
		       XA_LIMIT(1, adev->vms_per_context), GFP_KERNEL);
	if (err)
		goto err_kill;
	return 0;

err_kill:
	axle_vm_kill(vm, -ECANCELED);
err_put:
	axle_vm_put(vm);
	return err == -EBUSY ? -ENOSPC : err;
}

/**
 * axle_vm_destroy_ioctl() - %DRM_IOCTL_AXLE_VM_DESTROY.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_vm_destroy
 *
 * Return: 0 or a negative errno.
 */
int axle_vm_destroy_ioctl(struct axle_device *adev, struct axle_context *ctx,
			  void *data)
{
	const struct drm_axle_vm_destroy *args = data;
	struct axle_vm *vm;
	int err;

	if (!adev->ops->vm)
		return -EOPNOTSUPP;
	if (args->pad)
		return -EINVAL;
	vm = axle_vm_find(ctx, args->vm);
	if (!vm)
		return -ENOENT;
	err = axle_vm_kill_unused(vm);
	if (!err) {
		xa_erase(&ctx->vms, args->vm);
		axle_vm_put(vm); /* the number's */
	}
	axle_vm_put(vm);
	return err;
}

/**
 * axle_context_close_vms() - Destroy the address spaces of a context.
 * @ctx: a context that nobody uses any more
 */
void axle_context_close_vms(struct axle_context *ctx)
{
	unsigned long number;
	struct axle_vm *vm;

	xa_for_each(&ctx->vms, number, vm) {
		drm_WARN_ON(&ctx->adev->drm, atomic_read(&vm->users));
		axle_vm_kill(vm, -ECANCELED);
		axle_vm_put(vm);
	}
	xa_destroy(&ctx->vms);
}

/**
 * axle_vms_reopen() - Tell a device about its address spaces again.
 * @adev: a device that has just been reset; &axle_device.reset_sem is held
 *
 * Return: 0 or what the driver says.
 */
int axle_vms_reopen(struct axle_device *adev)
{
	struct axle_vm *vm;
	int err = 0;

	mutex_lock(&adev->vms_lock);
	list_for_each_entry(vm, &adev->vms, link) {
		/* It stays until its tables are freed, see axle_vms_release(). */
		if (!READ_ONCE(vm->dead))
			err = adev->ops->vm->open(vm);
		if (err)
			break;
	}
	mutex_unlock(&adev->vms_lock);
	return err;
}

/* It is in the list, so its number or whoever kills it holds it. */
static struct axle_vm *axle_vms_first(struct axle_device *adev)
{
	struct axle_vm *vm;

	mutex_lock(&adev->vms_lock);
	vm = list_first_entry_or_null(&adev->vms, struct axle_vm, link);
	if (vm)
		drm_gpuvm_get(&vm->gpuvm);
	mutex_unlock(&adev->vms_lock);
	return vm;
}

/**
 * axle_vms_release() - End all address spaces and their page tables.
 * @adev: a device whose driver has ended
 */
void axle_vms_release(struct axle_device *adev)
{
	struct axle_vm *vm;

	while ((vm = axle_vms_first(adev))) {
		axle_vm_kill(vm, -ENODEV);
		axle_vm_put(vm);
	}
	dma_pool_destroy(adev->table_pool);
	adev->table_pool = NULL;
}

static void axle_vms_fini(struct drm_device *drm, void *data)
{
	struct axle_device *adev = data;

	if (adev->reap_wq)
		destroy_workqueue(adev->reap_wq);
	ida_destroy(&adev->asids);
}

/**
 * axle_vms_init() - Set up what this file owns of a device.
 * @adev: a device whose tables were checked
 *
 * Return: 0 or a negative errno.
 */
int axle_vms_init(struct axle_device *adev)
{
	const struct axle_vm_ops *ops = adev->ops->vm;
	size_t size;
	int err;

	ida_init(&adev->asids);
	err = drmm_add_action_or_reset(&adev->drm, axle_vms_fini, adev);
	if (err || !ops)
		return err;
	size = axle_pt_table_size(ops->format);
	adev->reap_wq = alloc_workqueue("axle-reap", WQ_UNBOUND, 0);
	adev->table_pool =
		dma_pool_create("axle-tables", adev->drm.dev, size, size, 0);
	return adev->reap_wq && adev->table_pool ? 0 : -ENOMEM;
}

/**
 * axle_vm_ops_ok() - Check a driver's table.
 * @ops: the driver's
 *
 * Return: false if something that must be there is missing.
 */
bool axle_vm_ops_ok(const struct axle_ops *ops)
{
	const struct axle_vm_ops *vm = ops->vm;

	return !vm || (ops->reset && vm->open && vm->close && vm->flush &&
		       vm->format && axle_pt_format_ok(vm->format));
}
