// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls about buffer objects, and what fdinfo tells of them.
 *
 * A new object gets a handle as its last step; the handle then holds the only
 * reference. fdinfo counts by handle, the device's total by object.
 */
#include <linux/dma-resv.h>
#include <linux/overflow.h>

#include <drm/drm_vma_manager.h>

#include "axle_internal.h"

/**
 * axle_bo_host_region() - The region that host memory belongs to.
 * @adev: the device
 *
 * Return: index of the first region in host memory that has buffer objects, or
 * -EOPNOTSUPP.
 */
int axle_bo_host_region(const struct axle_device *adev)
{
	const struct axle_ops *ops = adev->ops;
	unsigned int i;

	for (i = 0; i < ops->num_regions; i++)
		if (ops->regions[i].kind == DRM_AXLE_MEMORY_HOST &&
		    ops->regions[i].buffers)
			return i;
	return -EOPNOTSUPP;
}

/**
 * axle_bo_supported() - Whether a device has buffer objects.
 * @adev: the device
 *
 * Return: true if one of its regions has.
 */
bool axle_bo_supported(const struct axle_device *adev)
{
	const struct axle_ops *ops = adev->ops;
	unsigned int i;

	for (i = 0; i < ops->num_regions; i++)
		if (ops->regions[i].buffers)
			return true;
	return false;
}

/**
 * axle_bo_publish() - Give a new object its handle.
 * @ctx: the context
 * @bo: the object, whose only reference is taken over, also on failure
 * @handle: out
 *
 * Return: 0 or a negative errno.
 */
int axle_bo_publish(struct axle_context *ctx, struct axle_bo *bo, u32 *handle)
{
	int err = drm_gem_handle_create(ctx->file, &bo->shmem.base, handle);

	axle_bo_put(bo);
	return err;
}

static int axle_bo_create_check(const struct axle_device *adev,
				const struct drm_axle_bo_create *args)
{
	if (!axle_bo_supported(adev))
		return -EOPNOTSUPP;
	if (args->pad || args->region >= adev->ops->num_regions ||
	    args->flags & ~(DRM_AXLE_BO_CPU | DRM_AXLE_BO_EXPORT))
		return -EINVAL;
	if (!args->size || args->size > SIZE_MAX - PAGE_SIZE)
		return -EINVAL;
	return adev->ops->regions[args->region].buffers ? 0 : -EOPNOTSUPP;
}

/**
 * axle_bo_create_ioctl() - %DRM_IOCTL_AXLE_BO_CREATE.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_bo_create
 *
 * Return: 0 or a negative errno.
 */
int axle_bo_create_ioctl(struct axle_device *adev, struct axle_context *ctx,
			 void *data)
{
	struct drm_axle_bo_create *args = data;
	int err = axle_bo_create_check(adev, args);
	struct axle_bo *bo;
	u64 size;

	if (err)
		return err;
	size = PAGE_ALIGN(args->size);
	if (adev->ops->regions[args->region].kind == DRM_AXLE_MEMORY_HOST)
		bo = axle_bo_create_host(adev, args->region, size, args->flags);
	else
		bo = axle_bo_create_device(adev, args->region, size,
					   args->flags);
	if (IS_ERR(bo))
		return PTR_ERR(bo);
	args->size = size;
	return axle_bo_publish(ctx, bo, &args->handle);
}

static u64 axle_bo_mmap_offset(struct axle_bo *bo)
{
	if (!(bo->flags & DRM_AXLE_BO_CPU))
		return 0;
	return drm_vma_node_offset_addr(&bo->shmem.base.vma_node);
}

/**
 * axle_bo_info_ioctl() - %DRM_IOCTL_AXLE_BO_INFO.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_bo_info
 *
 * Return: 0 or a negative errno.
 */
int axle_bo_info_ioctl(struct axle_device *adev, struct axle_context *ctx,
		       void *data)
{
	struct drm_axle_bo_info *args = data;
	struct axle_bo *bo;

	if (!axle_bo_supported(adev))
		return -EOPNOTSUPP;
	if (args->flags || args->pad)
		return -EINVAL;
	bo = axle_bo_find(ctx, args->handle);
	if (!bo)
		return -ENOENT;
	args->flags = bo->flags;
	args->size = axle_bo_size(bo);
	args->region = bo->region;
	args->mmap_offset = axle_bo_mmap_offset(bo);
	axle_bo_put(bo);
	return 0;
}

static void axle_bo_add_stats(struct axle_bo *bo,
			      struct drm_memory_stats *stats)
{
	struct drm_gem_object *obj = &bo->shmem.base;

	if (drm_gem_object_is_shared_for_memory_stats(obj))
		stats->shared += obj->size;
	else
		stats->private += obj->size;
	if (axle_bo_status(obj) & DRM_GEM_OBJECT_RESIDENT)
		stats->resident += obj->size;
	if (!dma_resv_test_signaled(obj->resv, dma_resv_usage_rw(true)))
		stats->active += obj->size;
}

/**
 * axle_context_memory() - What a context has of a region.
 * @ctx: the context
 * @region: index of the region
 * @stats: out
 */
void axle_context_memory(struct axle_context *ctx, u32 region,
			 struct drm_memory_stats *stats)
{
	u64 own = atomic64_read(&ctx->mem[region]);
	struct drm_gem_object *obj;
	int id;

	*stats = (struct drm_memory_stats){ .private = own, .resident = own };
	spin_lock(&ctx->file->table_lock);
	idr_for_each_entry(&ctx->file->object_idr, obj, id)
		if (to_axle_bo(obj)->region == region)
			axle_bo_add_stats(to_axle_bo(obj), stats);
	spin_unlock(&ctx->file->table_lock);
}
