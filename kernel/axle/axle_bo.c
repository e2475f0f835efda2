// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffer objects: what is common to all kinds, and those in host memory.
 *
 * A kind is a table of GEM functions. Memory is taken when an object is made,
 * in host memory when it is first mapped by the CPU or for the device. Its
 * addresses for the device are &axle_bo.runs, made by axle_bo_prepare() and
 * ended by the object or by the driver's end, whichever is first: DMA mappings
 * must not outlive the driver, objects may. Reservations protect all that
 * changes, &axle_device.bos_lock the list of what is mapped.
 */
#include <linux/dma-buf.h>
#include <linux/dma-map-ops.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "axle_internal.h"

static bool axle_bo_is_import(const struct axle_bo *bo)
{
	return bo->flags & DRM_AXLE_BO_IMPORTED;
}

/**
 * axle_bo_in_device() - Whether a buffer object is in device memory.
 * @bo: the object
 *
 * Return: true if its addresses are those of the device's memory.
 */
bool axle_bo_in_device(const struct axle_bo *bo)
{
	return !list_empty(&bo->blocks);
}
EXPORT_SYMBOL_GPL(axle_bo_in_device);

static enum dma_data_direction axle_bo_direction(const struct axle_bo *bo)
{
	return bo->flags & DRM_AXLE_BO_READONLY ? DMA_TO_DEVICE :
						  DMA_BIDIRECTIONAL;
}

static unsigned int axle_sgt_count_runs(struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i, runs = 0;
	u64 next = 0;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		runs += !runs || sg_dma_address(sg) != next;
		next = sg_dma_address(sg) + sg_dma_len(sg);
	}
	return runs;
}

/**
 * axle_bo_set_sgt() - Make the runs of an object from what DMA-API mapped.
 * @bo: the object, which has none; its reservation is held or it is new
 * @sgt: mapped; becomes &axle_bo.sgt
 *
 * Between drm_dev_enter() and drm_dev_exit().
 *
 * Return: 0, -ENOMEM, or -EINVAL if it does not consist of whole pages or is
 * shorter than the object.
 */
int axle_bo_set_sgt(struct axle_bo *bo, struct sg_table *sgt)
{
	struct axle_device *adev = to_axle_device(bo->shmem.base.dev);
	unsigned int i, n = 0, count = axle_sgt_count_runs(sgt);
	u64 offset = 0, next = 0;
	struct axle_run *runs;
	struct scatterlist *sg;

	runs = kvmalloc_array(count, sizeof(*runs), GFP_KERNEL);
	if (!runs)
		return -ENOMEM;
	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (!PAGE_ALIGNED(sg_dma_address(sg) | sg_dma_len(sg)))
			goto err_free;
		if (!n || sg_dma_address(sg) != next)
			runs[n++] =
				(struct axle_run){ offset, sg_dma_address(sg) };
		offset += sg_dma_len(sg);
		next = sg_dma_address(sg) + sg_dma_len(sg);
	}
	if (offset < axle_bo_size(bo))
		goto err_free;
	bo->runs = runs;
	bo->num_runs = n;
	bo->sgt = sgt;
	spin_lock(&adev->bos_lock);
	list_add(&bo->mapped_link, &adev->bos_mapped);
	spin_unlock(&adev->bos_lock);
	return 0;

err_free:
	kvfree(runs);
	return -EINVAL;
}

static int axle_bo_map_pages(struct axle_bo *bo, struct page **pages)
{
	struct drm_device *drm = bo->shmem.base.dev;
	struct sg_table *sgt;
	int err;

	sgt = drm_prime_pages_to_sg(drm, pages, axle_bo_size(bo) >> PAGE_SHIFT);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	err = dma_map_sgtable(drm->dev, sgt, axle_bo_direction(bo), 0);
	if (err)
		goto err_free;
	err = axle_bo_set_sgt(bo, sgt);
	if (err)
		goto err_unmap;
	return 0;

err_unmap:
	dma_unmap_sgtable(drm->dev, sgt, axle_bo_direction(bo), 0);
err_free:
	sg_free_table(sgt);
	kfree(sgt);
	return err;
}

static int axle_bo_map_host(struct axle_bo *bo)
{
	int err = drm_gem_shmem_pin_locked(&bo->shmem);

	if (err)
		return err;
	err = axle_bo_map_pages(bo, bo->shmem.pages);
	if (err)
		drm_gem_shmem_unpin_locked(&bo->shmem);
	else
		bo->pinned = true;
	return err;
}

/**
 * axle_bo_prepare_locked() - Give an object addresses for the device.
 * @bo: the object, its reservation held
 *
 * To be called between axle_hw_enter() or drm_dev_enter() and its pair. The
 * addresses stay as long as the object is held and the driver is bound.
 *
 * Return: 0 or a negative errno.
 */
int axle_bo_prepare_locked(struct axle_bo *bo)
{
	dma_resv_assert_held(bo->shmem.base.resv);
	if (bo->runs)
		return 0;
	if (bo->pages)
		return axle_bo_map_pages(bo, bo->pages);
	if (axle_bo_is_import(bo))
		return -ENODEV;
	return axle_bo_map_host(bo);
}
EXPORT_SYMBOL_GPL(axle_bo_prepare_locked);

/**
 * axle_bo_prepare() - The same, taking the reservation.
 * @bo: the object
 *
 * Return: 0 or a negative errno; -EINTR if a signal came.
 */
int axle_bo_prepare(struct axle_bo *bo)
{
	int err = dma_resv_lock_interruptible(bo->shmem.base.resv, NULL);

	if (err)
		return err;
	err = axle_bo_prepare_locked(bo);
	dma_resv_unlock(bo->shmem.base.resv);
	return err;
}
EXPORT_SYMBOL_GPL(axle_bo_prepare);

/**
 * axle_bo_address() - Where a byte of an object is for the device.
 * @bo: a prepared object
 * @offset: of the byte; below the object's size
 * @size: out, if not NULL: bytes that are contiguous from there on
 *
 * Return: its address.
 */
u64 axle_bo_address(const struct axle_bo *bo, u64 offset, u64 *size)
{
	u32 low = 0, high = bo->num_runs;
	u64 end = axle_bo_size(bo);

	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (bo->runs[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	if (low + 1 < bo->num_runs)
		end = bo->runs[low + 1].offset;
	if (size)
		*size = end - offset;
	return bo->runs[low].address + offset - bo->runs[low].offset;
}
EXPORT_SYMBOL_GPL(axle_bo_address);

static struct page **axle_bo_pages(const struct axle_bo *bo)
{
	/* Others are not in step with what the CPU has in its cache. */
	if (!dev_is_dma_coherent(bo->shmem.base.dev->dev))
		return NULL;
	return bo->pages ?: bo->shmem.pages;
}

/**
 * axle_bo_has_pages() - Whether axle_bo_write() can write an object.
 * @bo: a prepared object
 *
 * Return: false for what is in device memory or belongs to another driver.
 */
bool axle_bo_has_pages(const struct axle_bo *bo)
{
	return axle_bo_pages(bo);
}
EXPORT_SYMBOL_GPL(axle_bo_has_pages);

/**
 * axle_bo_write() - Write some bytes of an object by CPU.
 * @bo: a prepared object that has pages
 * @offset: first byte in the object
 * @from: what to write
 * @size: bytes, which end in the object
 *
 * For results that the device leaves in its registers. Any context.
 */
void axle_bo_write(struct axle_bo *bo, u64 offset, const void *from,
		   size_t size)
{
	struct page **pages = axle_bo_pages(bo);

	while (size) {
		size_t n = min(size, PAGE_SIZE - offset_in_page(offset));

		memcpy_to_page(pages[offset >> PAGE_SHIFT],
			       offset_in_page(offset), from, n);
		offset += n;
		from += n;
		size -= n;
	}
}
EXPORT_SYMBOL_GPL(axle_bo_write);

static void axle_bo_unmap_sgt(struct axle_bo *bo)
{
	struct drm_gem_object *obj = &bo->shmem.base;

	if (axle_bo_is_import(bo)) {
		dma_buf_unmap_attachment(obj->import_attach, bo->sgt,
					 DMA_BIDIRECTIONAL);
	} else {
		dma_unmap_sgtable(obj->dev->dev, bo->sgt, axle_bo_direction(bo),
				  0);
		sg_free_table(bo->sgt);
		kfree(bo->sgt);
	}
	bo->sgt = NULL;
	kvfree(bo->runs);
	bo->runs = NULL;
	bo->num_runs = 0;
}

/**
 * axle_bo_unmap_dma() - End what DMA-API mapped for an object.
 * @bo: the object; nobody uses its runs any more
 */
void axle_bo_unmap_dma(struct axle_bo *bo)
{
	struct axle_device *adev = to_axle_device(bo->shmem.base.dev);

	dma_resv_lock(bo->shmem.base.resv, NULL);
	if (bo->sgt) {
		axle_bo_unmap_sgt(bo);
		if (bo->pinned)
			drm_gem_shmem_unpin_locked(&bo->shmem);
		bo->pinned = false;
		spin_lock(&adev->bos_lock);
		list_del_init(&bo->mapped_link);
		spin_unlock(&adev->bos_lock);
		wake_up_all(&adev->waitq); /* axle_bos_release() */
	}
	dma_resv_unlock(bo->shmem.base.resv);
}

/* Any object that is mapped for DMA and not about to be freed. */
static struct axle_bo *axle_bos_get_mapped(struct axle_device *adev)
{
	struct axle_bo *bo, *found = NULL;

	spin_lock(&adev->bos_lock);
	list_for_each_entry(bo, &adev->bos_mapped, mapped_link)
		if (kref_get_unless_zero(&bo->shmem.base.refcount)) {
			found = bo;
			break;
		}
	spin_unlock(&adev->bos_lock);
	return found;
}

static bool axle_bos_none_mapped(struct axle_device *adev)
{
	bool none;

	spin_lock(&adev->bos_lock);
	none = list_empty(&adev->bos_mapped);
	spin_unlock(&adev->bos_lock);
	return none;
}

/**
 * axle_bos_release() - End all DMA mappings of a device.
 * @adev: a device whose driver has ended
 */
void axle_bos_release(struct axle_device *adev)
{
	struct axle_bo *bo;

	while ((bo = axle_bos_get_mapped(adev))) {
		axle_bo_unmap_dma(bo);
		axle_bo_put(bo);
	}
	/* What is left is being freed by others. */
	wait_event(adev->waitq, axle_bos_none_mapped(adev));
}

/**
 * axle_bo_fini() - The part of freeing that all kinds have.
 * @bo: the object, without references
 */
void axle_bo_fini(struct axle_bo *bo)
{
	struct axle_device *adev = to_axle_device(bo->shmem.base.dev);

	axle_bo_unmap_dma(bo);
	atomic64_sub(bo->charged, &adev->mem_used[bo->region]);
}

static void axle_bo_host_free(struct drm_gem_object *obj)
{
	struct axle_bo *bo = to_axle_bo(obj);

	axle_bo_fini(bo);
	drm_gem_shmem_free(&bo->shmem);
}

/**
 * axle_bo_export() - Export an object as a dma-buf.
 * @obj: the GEM object
 * @flags: of the new descriptor
 *
 * Return: the dma-buf, or -EOPNOTSUPP if it was not made to be exported.
 */
struct dma_buf *axle_bo_export(struct drm_gem_object *obj, int flags)
{
	if (!(to_axle_bo(obj)->flags & DRM_AXLE_BO_EXPORT))
		return ERR_PTR(-EOPNOTSUPP);
	return drm_gem_prime_export(obj, flags);
}

/**
 * axle_bo_status() - For fdinfo: whether an object has memory.
 * @obj: the GEM object
 *
 * Return: %DRM_GEM_OBJECT_RESIDENT or zero.
 */
enum drm_gem_object_status axle_bo_status(struct drm_gem_object *obj)
{
	struct axle_bo *bo = to_axle_bo(obj);

	return READ_ONCE(bo->shmem.pages) || bo->charged == 0 || bo->pages ||
			       axle_bo_in_device(bo) ?
		       DRM_GEM_OBJECT_RESIDENT :
		       0;
}

static const struct drm_gem_object_funcs axle_bo_host_funcs = {
	.free = axle_bo_host_free,
	.export = axle_bo_export,
	.pin = drm_gem_shmem_object_pin,
	.unpin = drm_gem_shmem_object_unpin,
	.get_sg_table = drm_gem_shmem_object_get_sg_table,
	.vmap = drm_gem_shmem_object_vmap,
	.vunmap = drm_gem_shmem_object_vunmap,
	.mmap = axle_bo_host_mmap,
	.vm_ops = &axle_bo_host_vm_ops,
	.status = axle_bo_status,
};

/**
 * axle_bo_gem_create() - Allocate a GEM object for the shmem helper.
 * @drm: the DRM device
 * @size: bytes
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: the object, or an ERR_PTR.
 */
struct drm_gem_object *axle_bo_gem_create(struct drm_device *drm, size_t size)
{
	struct axle_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);

	if (!bo)
		return ERR_PTR(-ENOMEM);
	/* The helper frees the object by the address of its own part. */
	BUILD_BUG_ON(offsetof(struct axle_bo, shmem.base) != 0);
	INIT_LIST_HEAD(&bo->mapped_link);
	INIT_LIST_HEAD(&bo->blocks);
	mutex_init(&bo->vas_lock);
	bo->shmem.base.funcs = &axle_bo_host_funcs;
	return &bo->shmem.base;
}
EXPORT_SYMBOL_GPL(axle_bo_gem_create);

/**
 * axle_bo_init() - Set what all new objects have.
 * @bo: an object whose GEM part is initialised
 * @region: index of its region
 * @flags: DRM_AXLE_BO_*
 * @charge: bytes that count as used in the region
 */
void axle_bo_init(struct axle_bo *bo, u32 region, u32 flags, u64 charge)
{
	struct axle_device *adev = to_axle_device(bo->shmem.base.dev);

	bo->region = region;
	bo->flags = flags;
	bo->charged = charge;
	atomic64_add(charge, &adev->mem_used[region]);
	axle_compat_vas_init(bo);
}

/**
 * axle_bo_create_private() - Make an object that is not in shmem.
 * @adev: the device
 * @size: bytes, whole pages
 * @funcs: its kind
 *
 * Return: an object for axle_bo_init(), or an ERR_PTR.
 */
struct axle_bo *axle_bo_create_private(struct axle_device *adev, u64 size,
				       const struct drm_gem_object_funcs *funcs)
{
	struct drm_gem_object *obj = axle_bo_gem_create(&adev->drm, size);

	if (IS_ERR(obj))
		return ERR_CAST(obj);
	obj->funcs = funcs;
	drm_gem_private_object_init(&adev->drm, obj, size);
	return to_axle_bo(obj);
}

/*
 * A bounce buffer would be a copy, and an object is seen by both sides at any
 * time. So a device that does not reach all memory gets pages that it reaches.
 */
static void axle_bo_limit_pages(struct axle_bo *bo)
{
	struct address_space *mapping = bo->shmem.base.filp->f_mapping;
	struct device *dev = bo->shmem.base.dev->dev;
	gfp_t mask = mapping_gfp_mask(mapping) & ~__GFP_HIGHMEM;

	if (!dma_addressing_limited(dev))
		return;
	mask |= dma_get_mask(dev) < DMA_BIT_MASK(32) ? GFP_DMA : GFP_DMA32;
	mapping_set_gfp_mask(mapping, mask);
}

/**
 * axle_bo_create_host() - Make an object in host memory.
 * @adev: the device
 * @region: index of the region
 * @size: bytes, whole pages
 * @flags: DRM_AXLE_BO_*
 *
 * Return: the object, or an ERR_PTR.
 */
struct axle_bo *axle_bo_create_host(struct axle_device *adev, u32 region,
				    u64 size, u32 flags)
{
	struct drm_gem_shmem_object *shmem;
	struct axle_bo *bo;

	if (size > (u64)totalram_pages() << PAGE_SHIFT)
		return ERR_PTR(-ENOMEM);
	shmem = drm_gem_shmem_create(&adev->drm, size);
	if (IS_ERR(shmem))
		return ERR_CAST(shmem);
	/* What the device does not snoop must not stay in the cache. */
	shmem->map_wc = !dev_is_dma_coherent(adev->drm.dev);
	/* Else pages that nobody holds for a while are dropped as clean. */
	shmem->pages_mark_dirty_on_put = true;
	shmem->pages_mark_accessed_on_put = true;
	bo = to_axle_bo(&shmem->base);
	axle_bo_limit_pages(bo);
	axle_bo_init(bo, region, flags, size);
	return bo;
}

/**
 * axle_bo_find() - Look up a buffer object.
 * @ctx: the context
 * @handle: GEM handle
 *
 * Return: the object, to be given back with axle_bo_put(), or NULL.
 */
struct axle_bo *axle_bo_find(struct axle_context *ctx, u32 handle)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(ctx->file, handle);

	return obj ? to_axle_bo(obj) : NULL;
}
EXPORT_SYMBOL_GPL(axle_bo_find);

/**
 * axle_bo_put() - Drop a reference to a buffer object.
 * @bo: the object
 *
 * May sleep.
 */
void axle_bo_put(struct axle_bo *bo)
{
	drm_gem_object_put(&bo->shmem.base);
}
EXPORT_SYMBOL_GPL(axle_bo_put);
