// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory, and buffer objects in it.
 *
 * A region is given out by gpu_buddy under &axle_memory.lock. Objects that the
 * CPU maps come from the window that it sees, the others from the far end, so
 * that the window stays free. Memory is zeroed before it changes hands, by the
 * CPU or, where that does not reach, by the driver. The region lives as long
 * as the DRM device, as objects do; the memory behind it is touched only
 * between axle_hw_enter() and axle_hw_exit().
 *
 * A bad page is taken from gpu_buddy for good, like an object that nobody
 * frees; one in use, when the object that has it is freed, before anybody else
 * can get it.
 */
#include <linux/io.h>
#include <linux/slab.h>

#include <drm/drm_buddy.h>
#include <drm/drm_managed.h>

#include "axle_internal.h"

/* Bad pages that a region can have; a device with more is to be replaced. */
#define AXLE_BAD_PAGES 4096

/**
 * struct axle_bad_page - A page that nobody is to have any more.
 *
 * Lifetime: that of the region.
 */
struct axle_bad_page {
	/** @link: In &axle_memory.bad. */
	struct list_head link;
	/** @offset: Of the page in the window. */
	u64 offset;
	/** @blocks: The page; empty while somebody has it. */
	struct list_head blocks;
	/** @told: Nobody needs to hear of it. */
	bool told;
};

/**
 * struct axle_memory - Device memory of one region.
 *
 * Lifetime: from axle_memory_init() to that of the DRM device.
 */
struct axle_memory {
	/** @window: What the driver said; constant. */
	struct axle_window window;
	/** @region: Index of the region; constant. */
	u32 region;
	/** @lock: Protects what follows. */
	struct mutex lock;
	/** @buddy: Offsets in the window that are free or in use. */
	struct gpu_buddy buddy;
	/** @bad: Bad pages. */
	struct list_head bad;
	/** @retired: Those that are out of use; read without lock to report. */
	u32 retired;
	/** @pending: Those that are in use; the same. */
	u32 pending;
};

static void axle_memory_fini(struct drm_device *drm, void *data)
{
	struct axle_memory *memory = data;
	struct axle_bad_page *page, *next;

	list_for_each_entry_safe(page, next, &memory->bad, link) {
		gpu_buddy_free_list(&memory->buddy, &page->blocks, 0);
		kfree(page);
	}
	gpu_buddy_fini(&memory->buddy);
	kfree(memory);
}

static int axle_memory_check(const struct axle_device *adev,
			     unsigned int region,
			     const struct axle_window *window)
{
	const struct axle_ops *ops = adev->ops;
	bool all_by_cpu = window->map && window->cpu_size == window->size;

	if (region >= ops->num_regions || !ops->regions[region].buffers ||
	    ops->regions[region].kind != DRM_AXLE_MEMORY_DEVICE ||
	    adev->memory[region])
		return -EINVAL;
	if (!window->size || window->cpu_size > window->size ||
	    !PAGE_ALIGNED(window->size | window->cpu_size | window->address |
			  window->cpu_address))
		return -EINVAL;
	return all_by_cpu || ops->mem_clear ? 0 : -EINVAL;
}

/**
 * axle_memory_init() - Let users have device memory.
 * @adev: the device, before axle_device_register()
 * @region: index of a region with &axle_region.buffers
 * @window: where the memory is; copied
 *
 * Return: 0, -ENOMEM, or -EINVAL if @window does not make sense.
 */
int axle_memory_init(struct axle_device *adev, unsigned int region,
		     const struct axle_window *window)
{
	int err = axle_memory_check(adev, region, window);
	struct axle_memory *memory;

	if (err)
		return err;
	memory = kzalloc(sizeof(*memory), GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	memory->window = *window;
	memory->region = region;
	mutex_init(&memory->lock);
	INIT_LIST_HEAD(&memory->bad);
	err = gpu_buddy_init(&memory->buddy, window->size, PAGE_SIZE);
	if (err) {
		kfree(memory);
		return err;
	}
	adev->memory[region] = memory;
	return drmm_add_action_or_reset(&adev->drm, axle_memory_fini, memory);
}
EXPORT_SYMBOL_GPL(axle_memory_init);

/**
 * axle_memory_size() - Bytes of a region.
 * @adev: the device
 * @region: index of the region
 *
 * Return: what the driver found, or else what its table says.
 */
u64 axle_memory_size(const struct axle_device *adev, u32 region)
{
	const struct axle_memory *memory = adev->memory[region];

	return memory ? memory->window.size : adev->ops->regions[region].size;
}

static int axle_memory_take(struct axle_memory *memory, u64 size, u32 flags,
			    struct list_head *blocks)
{
	const struct axle_window *window = &memory->window;
	unsigned long how = GPU_BUDDY_TOPDOWN_ALLOCATION;
	u64 end = window->size;
	int err;

	if (flags & DRM_AXLE_BO_CPU) {
		end = window->cpu_size;
		how = end < window->size ? GPU_BUDDY_RANGE_ALLOCATION : 0;
	}
	if (size > end)
		return -ENOSPC;
	mutex_lock(&memory->lock);
	err = gpu_buddy_alloc_blocks(&memory->buddy, 0, end, size, PAGE_SIZE,
				     blocks, how);
	mutex_unlock(&memory->lock);
	/* It calls a request that no block can hold invalid. */
	return err == -EINVAL ? -ENOSPC : err;
}

/* Take a page out of use, if nobody has it. */
static bool axle_bad_page_take(struct axle_memory *memory,
			       struct axle_bad_page *page)
{
	lockdep_assert_held(&memory->lock);
	if (gpu_buddy_alloc_blocks(&memory->buddy, page->offset,
				   page->offset + PAGE_SIZE, PAGE_SIZE,
				   PAGE_SIZE, &page->blocks,
				   GPU_BUDDY_RANGE_ALLOCATION))
		return false;
	WRITE_ONCE(memory->retired, memory->retired + 1);
	return true;
}

static void axle_bad_pages_take(struct axle_device *adev,
				struct axle_memory *memory)
{
	struct axle_bad_page *page;

	list_for_each_entry(page, &memory->bad, link) {
		if (!memory->pending)
			return;
		if (!list_empty(&page->blocks) ||
		    !axle_bad_page_take(memory, page))
			continue;
		WRITE_ONCE(memory->pending, memory->pending - 1);
		if (!page->told)
			axle_ras_page_retired(adev, memory->window.address +
							    page->offset);
		page->told = true;
	}
}

static void axle_memory_give(struct axle_device *adev,
			     struct axle_memory *memory,
			     struct list_head *blocks)
{
	mutex_lock(&memory->lock);
	gpu_buddy_free_list(&memory->buddy, blocks, 0);
	axle_bad_pages_take(adev, memory);
	mutex_unlock(&memory->lock);
}

static struct axle_bad_page *axle_bad_page_find(struct axle_memory *memory,
						u64 offset)
{
	struct axle_bad_page *page;

	list_for_each_entry(page, &memory->bad, link)
		if (page->offset == offset)
			return page;
	return NULL;
}

static int axle_bad_page_add(struct axle_device *adev,
			     struct axle_memory *memory,
			     struct axle_bad_page *page)
{
	lockdep_assert_held(&memory->lock);
	if (axle_bad_page_find(memory, page->offset))
		return -EEXIST;
	if (memory->retired + memory->pending >= AXLE_BAD_PAGES)
		return -ENOSPC;
	list_add_tail(&page->link, &memory->bad);
	WRITE_ONCE(memory->pending, memory->pending + 1);
	axle_bad_pages_take(adev, memory);
	return 0;
}

static bool axle_memory_covers(const struct axle_memory *memory, u64 address)
{
	const struct axle_window *window = &memory->window;

	return address >= window->address &&
	       address - window->address < window->size;
}

/**
 * axle_memory_find() - The region and the page of an address.
 * @adev: the device
 * @address: of its memory; that of the page is stored here
 *
 * Any context.
 *
 * Return: index of the region, or -ENOENT if there is no such memory.
 */
int axle_memory_find(const struct axle_device *adev, u64 *address)
{
	unsigned int i;

	for (i = 0; i < adev->ops->num_regions; i++) {
		if (!adev->memory[i] ||
		    !axle_memory_covers(adev->memory[i], *address))
			continue;
		*address &= PAGE_MASK;
		return i;
	}
	return -ENOENT;
}

/**
 * axle_memory_retire() - Take a page of device memory out of use.
 * @adev: the device
 * @region: index of the region
 * @address: of the page
 * @told: nobody needs to hear of it
 *
 * When the page is out of use, axle_ras_page_retired() is called, unless @told.
 * That is at once, or when the object is freed that has the page.
 *
 * Return: 0, -EINVAL if there is no such page, -EEXIST if it is known to be bad
 * already, -ENOSPC if there are too many, -ENOMEM.
 */
int axle_memory_retire(struct axle_device *adev, unsigned int region,
		       u64 address, bool told)
{
	struct axle_bad_page *page;
	struct axle_memory *memory;
	int err;

	if (region >= adev->ops->num_regions)
		return -EINVAL;
	memory = adev->memory[region];
	if (!memory || !axle_memory_covers(memory, address))
		return -EINVAL;
	page = kzalloc(sizeof(*page), GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	INIT_LIST_HEAD(&page->blocks);
	page->offset = (address & PAGE_MASK) - memory->window.address;
	page->told = told;
	mutex_lock(&memory->lock);
	err = axle_bad_page_add(adev, memory, page);
	mutex_unlock(&memory->lock);
	if (err)
		kfree(page);
	return err;
}

/**
 * axle_memory_bad_pages() - Count the bad pages of a device.
 * @adev: the device
 * @retired: those that are out of use
 * @pending: those that are in use
 */
void axle_memory_bad_pages(const struct axle_device *adev, u32 *retired,
			   u32 *pending)
{
	unsigned int i;

	*retired = 0;
	*pending = 0;
	for (i = 0; i < adev->ops->num_regions; i++) {
		if (!adev->memory[i])
			continue;
		*retired += READ_ONCE(adev->memory[i]->retired);
		*pending += READ_ONCE(adev->memory[i]->pending);
	}
}

/* What address spaces have let go of may not have been freed yet. */
static int axle_memory_alloc(struct axle_device *adev,
			     struct axle_memory *memory, u64 size, u32 flags,
			     struct list_head *blocks)
{
	int err = axle_memory_take(memory, size, flags, blocks);

	if (err != -ENOSPC || !adev->reap_wq)
		return err;
	flush_workqueue(adev->reap_wq);
	return axle_memory_take(memory, size, flags, blocks);
}

/* One block at a time, so that removal and reset need not wait for long. */
static int axle_memory_clear(struct axle_device *adev,
			     struct axle_memory *memory, u64 offset, u64 size)
{
	const struct axle_window *window = &memory->window;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	if (window->map && offset + size <= window->cpu_size)
		memset_io(window->map + offset, 0, size);
	else
		err = adev->ops->mem_clear(adev, memory->region,
					   window->address + offset, size);
	axle_hw_exit(adev, cookie);
	return err;
}

static int axle_memory_clear_blocks(struct axle_device *adev,
				    struct axle_memory *memory,
				    struct list_head *blocks)
{
	struct gpu_buddy_block *block;

	list_for_each_entry(block, blocks, link) {
		u64 offset = gpu_buddy_block_offset(block);
		u64 size = gpu_buddy_block_size(&memory->buddy, block);
		int err = axle_memory_clear(adev, memory, offset, size);

		if (err)
			return err;
	}
	return 0;
}

static int axle_bo_set_blocks(struct axle_bo *bo, struct axle_memory *memory)
{
	struct gpu_buddy_block *block;
	u64 offset = 0, next = 0;
	size_t count;
	u32 n = 0;

	count = list_count_nodes(&bo->blocks);
	bo->runs = kvmalloc_array(count, sizeof(*bo->runs), GFP_KERNEL);
	if (!bo->runs)
		return -ENOMEM;
	list_for_each_entry(block, &bo->blocks, link) {
		u64 address =
			memory->window.address + gpu_buddy_block_offset(block);

		if (!n || address != next)
			bo->runs[n++] = (struct axle_run){ offset, address };
		next = address + gpu_buddy_block_size(&memory->buddy, block);
		offset += gpu_buddy_block_size(&memory->buddy, block);
	}
	bo->num_runs = n;
	return 0;
}

/**
 * axle_bo_device_pfn() - Physical page of an object in device memory.
 * @bo: an object in the CPU's window
 * @page: which
 *
 * Return: its page frame number.
 */
unsigned long axle_bo_device_pfn(const struct axle_bo *bo, pgoff_t page)
{
	struct axle_device *adev = to_axle_device(bo->shmem.base.dev);
	const struct axle_window *window = &adev->memory[bo->region]->window;
	u64 address = axle_bo_address(bo, (u64)page << PAGE_SHIFT, NULL);

	return PHYS_PFN(window->cpu_address + address - window->address);
}

static void axle_bo_device_free(struct drm_gem_object *obj)
{
	struct axle_device *adev = to_axle_device(obj->dev);
	struct axle_bo *bo = to_axle_bo(obj);

	axle_bo_fini(bo);
	axle_memory_give(adev, adev->memory[bo->region], &bo->blocks);
	kvfree(bo->runs);
	drm_gem_object_release(obj);
	kfree(bo);
}

static const struct drm_gem_object_funcs axle_bo_device_funcs = {
	.free = axle_bo_device_free,
	.export = axle_bo_export,
	.mmap = axle_bo_device_mmap,
	.vm_ops = &axle_bo_device_vm_ops,
	.status = axle_bo_status,
};

static int axle_bo_device_fill(struct axle_bo *bo, struct axle_memory *memory,
			       u64 size, u32 flags)
{
	struct axle_device *adev = to_axle_device(bo->shmem.base.dev);
	int err;

	err = axle_memory_alloc(adev, memory, size, flags, &bo->blocks);
	if (err)
		return err;
	err = axle_memory_clear_blocks(adev, memory, &bo->blocks);
	if (err)
		return err;
	err = axle_bo_set_blocks(bo, memory);
	if (err || !(flags & DRM_AXLE_BO_CPU))
		return err;
	return drm_gem_create_mmap_offset(&bo->shmem.base);
}

/**
 * axle_bo_create_device() - Make an object in device memory.
 * @adev: the device
 * @region: index of the region
 * @size: bytes, whole pages
 * @flags: DRM_AXLE_BO_*; such memory cannot be exported
 *
 * Return: the object, or an ERR_PTR.
 */
struct axle_bo *axle_bo_create_device(struct axle_device *adev, u32 region,
				      u64 size, u32 flags)
{
	struct axle_memory *memory = adev->memory[region];
	struct axle_bo *bo;
	int err;

	if (!memory || (flags & DRM_AXLE_BO_EXPORT))
		return ERR_PTR(-EOPNOTSUPP);
	if (size > memory->window.size)
		return ERR_PTR(-EINVAL);
	bo = axle_bo_create_private(adev, size, &axle_bo_device_funcs);
	if (IS_ERR(bo))
		return bo;
	axle_bo_init(bo, region, flags, size);
	err = axle_bo_device_fill(bo, memory, size, flags);
	if (err) {
		axle_bo_put(bo);
		return ERR_PTR(err);
	}
	return bo;
}
