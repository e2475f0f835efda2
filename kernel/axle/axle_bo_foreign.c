// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffer objects of memory that is not the kit's: pages of a program, and
 * dma-bufs of other drivers.
 *
 * Pages of a program are pinned for as long as the object lives and count
 * against the RLIMIT_MEMLOCK of who asked, also if another process holds the
 * object last. A dma-buf is attached and mapped from import on, until the
 * object goes, or the driver.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_prime.h>

#include "axle_internal.h"

/* Pages that are pinned at once: the call can be killed in between. */
#define AXLE_PIN_PAGES 4096

/*
 * Memory that others have chosen may be out of the device's reach. DMA-API would
 * then use bounce buffers, see axle_bo_limit_pages(), or fail with a warning.
 */
static bool axle_bo_takes_foreign(struct drm_device *drm)
{
	return !dma_addressing_limited(drm->dev);
}

static unsigned long axle_bo_num_pages(const struct axle_bo *bo)
{
	return axle_bo_size(bo) >> PAGE_SHIFT;
}

static void axle_unpin(struct axle_bo *bo, unsigned long count)
{
	unpin_user_pages_dirty_lock(bo->pages, count,
				    !(bo->flags & DRM_AXLE_BO_READONLY));
}

static int axle_pin(struct axle_bo *bo, unsigned long address)
{
	unsigned int flags = FOLL_LONGTERM;
	unsigned long done = 0;
	long n;

	if (!(bo->flags & DRM_AXLE_BO_READONLY))
		flags |= FOLL_WRITE;
	while (done < axle_bo_num_pages(bo)) {
		n = min(axle_bo_num_pages(bo) - done, AXLE_PIN_PAGES);
		n = pin_user_pages_fast(address + (done << PAGE_SHIFT), n,
					flags, bo->pages + done);
		if (n > 0)
			done += n;
		if (n > 0 && !fatal_signal_pending(current))
			continue;
		if (done == axle_bo_num_pages(bo))
			break;
		axle_unpin(bo, done);
		return n > 0 ? -EINTR : n == -ENOMEM ? -ENOMEM : -EFAULT;
	}
	return 0;
}

static void axle_bo_user_free(struct drm_gem_object *obj)
{
	struct axle_bo *bo = to_axle_bo(obj);

	axle_bo_fini(bo);
	axle_unpin(bo, axle_bo_num_pages(bo));
	account_locked_vm(bo->mm, axle_bo_num_pages(bo), false);
	mmdrop(bo->mm);
	kvfree(bo->pages);
	drm_gem_object_release(obj);
	kfree(bo);
}

static const struct drm_gem_object_funcs axle_bo_user_funcs = {
	.free = axle_bo_user_free,
	.export = axle_bo_export,
	.status = axle_bo_status,
};

/* Takes the pages; on failure nothing is left of it. */
static int axle_bo_user_fill(struct axle_bo *bo, unsigned long address)
{
	unsigned long count = axle_bo_num_pages(bo);
	int err;

	err = account_locked_vm(current->mm, count, true);
	if (err)
		return err;
	bo->pages = kvmalloc_array(count, sizeof(*bo->pages),
				   GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!bo->pages) {
		err = -ENOMEM;
		goto err_account;
	}
	err = axle_pin(bo, address);
	if (err)
		goto err_pages;
	bo->mm = current->mm;
	mmgrab(bo->mm);
	return 0;

err_pages:
	kvfree(bo->pages);
err_account:
	account_locked_vm(current->mm, count, false);
	return err;
}

static struct axle_bo *
axle_bo_create_user(struct axle_device *adev, u32 region,
		    const struct drm_axle_bo_from_user *args)
{
	u32 flags = args->flags | DRM_AXLE_BO_USER;
	struct axle_bo *bo;
	int err;

	bo = axle_bo_create_private(adev, args->size, &axle_bo_user_funcs);
	if (IS_ERR(bo))
		return bo;
	bo->flags = flags;
	err = axle_bo_user_fill(bo, args->address);
	if (err) {
		drm_gem_object_release(&bo->shmem.base);
		kfree(bo);
		return ERR_PTR(err);
	}
	axle_bo_init(bo, region, flags, args->size);
	return bo;
}

/**
 * axle_bo_from_user_ioctl() - %DRM_IOCTL_AXLE_BO_FROM_USER.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_bo_from_user
 *
 * Return: 0 or a negative errno.
 */
int axle_bo_from_user_ioctl(struct axle_device *adev, struct axle_context *ctx,
			    void *data)
{
	struct drm_axle_bo_from_user *args = data;
	int region = axle_bo_host_region(adev);
	struct axle_bo *bo;

	if (region < 0)
		return region;
	if (!axle_bo_takes_foreign(&adev->drm))
		return -EOPNOTSUPP;
	if (args->flags & ~DRM_AXLE_BO_READONLY || !args->size ||
	    !PAGE_ALIGNED(args->address | args->size))
		return -EINVAL;
	if (!access_ok(u64_to_user_ptr(args->address), args->size))
		return -EFAULT;
	bo = axle_bo_create_user(adev, region, args);
	if (IS_ERR(bo))
		return PTR_ERR(bo);
	return axle_bo_publish(ctx, bo, &args->handle);
}

static void axle_bo_import_free(struct drm_gem_object *obj)
{
	struct axle_bo *bo = to_axle_bo(obj);

	axle_bo_fini(bo);
	drm_prime_gem_destroy(obj, NULL);
	drm_gem_object_release(obj);
	kfree(bo);
}

/* Without export: DRM core passes on the dma-buf that it was made of. */
static const struct drm_gem_object_funcs axle_bo_import_funcs = {
	.free = axle_bo_import_free,
	.status = axle_bo_status,
};

/* DRM core frees nothing of an object but what it sets after this. */
static struct drm_gem_object *
axle_bo_import_new(struct axle_device *adev, u32 region,
		   struct dma_buf_attachment *attach, struct sg_table *sgt)
{
	struct axle_bo *bo;
	int err;

	bo = axle_bo_create_private(adev, PAGE_ALIGN(attach->dmabuf->size),
				    &axle_bo_import_funcs);
	if (IS_ERR(bo))
		return ERR_CAST(bo);
	/* The driver's end may unmap it before DRM core has set these. */
	bo->shmem.base.import_attach = attach;
	bo->shmem.base.resv = attach->dmabuf->resv;
	bo->flags = DRM_AXLE_BO_IMPORTED;
	err = axle_bo_set_sgt(bo, sgt);
	if (err) {
		drm_gem_object_release(&bo->shmem.base);
		kfree(bo);
		return ERR_PTR(err);
	}
	axle_bo_init(bo, region, DRM_AXLE_BO_IMPORTED, 0);
	return &bo->shmem.base;
}

/* An object that comes home is no import; DRM core passes the object itself. */
static bool axle_dma_buf_is_of(struct dma_buf *dmabuf, struct drm_device *drm)
{
	struct drm_gem_object *obj = dmabuf->priv;

	return dmabuf->ops->map_dma_buf == drm_gem_map_dma_buf &&
	       obj->dev == drm;
}

/**
 * axle_prime_import() - Take a dma-buf.
 * @drm: the DRM device
 * @dmabuf: the dma-buf
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: the object, or an ERR_PTR; -EOPNOTSUPP if the device does not reach
 * all memory.
 */
struct drm_gem_object *axle_prime_import(struct drm_device *drm,
					 struct dma_buf *dmabuf)
{
	struct drm_gem_object *obj;
	int cookie;

	if (!axle_bo_takes_foreign(drm) && !axle_dma_buf_is_of(dmabuf, drm))
		return ERR_PTR(-EOPNOTSUPP);
	/* Its memory is mapped for the device, which the driver's end undoes. */
	if (!drm_dev_enter(drm, &cookie))
		return ERR_PTR(-ENODEV);
	obj = drm_gem_prime_import(drm, dmabuf);
	drm_dev_exit(cookie);
	return obj;
}
EXPORT_SYMBOL_GPL(axle_prime_import);

/**
 * axle_bo_import() - Make an object of a dma-buf.
 * @drm: the DRM device
 * @attach: its attachment to the dma-buf
 * @sgt: the dma-buf, mapped
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it. Within axle_prime_import(),
 * so the driver is there.
 *
 * Return: the object, or an ERR_PTR.
 */
struct drm_gem_object *axle_bo_import(struct drm_device *drm,
				      struct dma_buf_attachment *attach,
				      struct sg_table *sgt)
{
	struct axle_device *adev = to_axle_device(drm);
	int region = axle_bo_host_region(adev);

	if (region < 0)
		return ERR_PTR(region);
	return axle_bo_import_new(adev, region, attach, sgt);
}
EXPORT_SYMBOL_GPL(axle_bo_import);
