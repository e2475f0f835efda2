/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffer objects, as far as a driver sees them. Users make them with the
 * BO_* calls; a driver looks them up and asks where they are.
 */
#ifndef _AXLE_BO_H_
#define _AXLE_BO_H_

#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#include <drm/drm_gem.h>
#include <drm/drm_gem_shmem_helper.h>

#include <axle/axle_device.h>

/**
 * struct axle_run - A stretch of a buffer object that is contiguous for the
 * device. It ends where the next begins, the last with the object.
 */
struct axle_run {
	/** @offset: First byte, in the object. */
	u64 offset;
	/** @address: Its address for the device. */
	u64 address;
};

/**
 * struct axle_bo - A buffer object.
 *
 * Lifetime: the GEM object's reference count; handles, address spaces, jobs,
 * CPU mappings and exported dma-bufs hold references. Its addresses for the
 * device end earlier if the device is removed.
 */
struct axle_bo {
	/** @shmem: The GEM object in host memory; for others only its base. */
	struct drm_gem_shmem_object shmem;
	/** @region: Index of its region; constant. */
	u32 region;
	/** @flags: DRM_AXLE_BO_* as BO_INFO shows them; constant. */
	u32 flags;
	/**
	 * @runs: Where it is for the device, or NULL. Written under the GEM
	 * object's reservation, between drm_dev_enter() and drm_dev_exit(), or
	 * when nobody is there any more.
	 */
	struct axle_run *runs;
	/** @num_runs: Elements in @runs. */
	u32 num_runs;
	/** @pinned: Its shmem pages are pinned for @runs; locked as @runs. */
	bool pinned;
	/** @sgt: What is mapped for DMA, or NULL; locked as @runs. */
	struct sg_table *sgt;
	/** @mapped_link: In &axle_device.bos_mapped while @sgt is mapped. */
	struct list_head mapped_link;
	/** @blocks: Device memory: the buddy allocator's blocks; constant. */
	struct list_head blocks;
	/** @pages: User memory: the pinned pages; constant. */
	struct page **pages;
	/** @mm: User memory: who pays for them; a reference is held. */
	struct mm_struct *mm;
	/** @charged: Bytes in &axle_device.mem_used; constant. */
	u64 charged;
	/** @vas_lock: For axle_compat_vas_lock(), before Linux 6.18. */
	struct mutex vas_lock;
};

/**
 * to_axle_bo() - The buffer object around a GEM object.
 * @obj: a GEM object of a device on the kit
 */
static inline struct axle_bo *to_axle_bo(struct drm_gem_object *obj)
{
	return container_of(obj, struct axle_bo, shmem.base);
}

/**
 * axle_bo_size() - Bytes of a buffer object.
 * @bo: the object
 */
static inline u64 axle_bo_size(const struct axle_bo *bo)
{
	return bo->shmem.base.size;
}

struct axle_bo *axle_bo_find(struct axle_context *ctx, u32 handle);
void axle_bo_put(struct axle_bo *bo);
int axle_bo_prepare_locked(struct axle_bo *bo);
int axle_bo_prepare(struct axle_bo *bo);
bool axle_bo_in_device(const struct axle_bo *bo);
u64 axle_bo_address(const struct axle_bo *bo, u64 offset, u64 *size);
bool axle_bo_has_pages(const struct axle_bo *bo);
void axle_bo_write(struct axle_bo *bo, u64 offset, const void *from,
		   size_t size);

/**
 * struct axle_window - Device memory that the kit gives out.
 */
struct axle_window {
	/** @size: Bytes, a multiple of the page size. */
	u64 size;
	/** @address: Address of the first byte for the device. */
	u64 address;
	/** @cpu_size: Bytes from the start that the CPU can map. */
	u64 cpu_size;
	/** @cpu_address: Physical address of the first byte, in a BAR. */
	phys_addr_t cpu_address;
	/**
	 * @map: The first @cpu_size bytes, mapped by the driver, for the kit to
	 * clear memory; NULL if &axle_ops.mem_clear does. Used only between
	 * axle_hw_enter() and axle_hw_exit().
	 */
	void __iomem *map;
};

int axle_memory_init(struct axle_device *adev, unsigned int region,
		     const struct axle_window *window);

#endif
