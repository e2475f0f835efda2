// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mappings of user-mode queues: ring, status record, tail and wake page.
 *
 * Pages are entered on fault under &axle_queue.map_lock, which also protects
 * &axle_queue.unmapped: once that is set, what was entered is taken away, and
 * faults get pages that are not the device's, as a program that rings once more
 * cannot know. A mapping holds the queue's structure and nothing else, so those
 * pages are the structure's. Offsets have the queue's number in the device, so
 * that taking one away touches no other file; whose a queue is, mmap() checks.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>

#include <drm/drm_drv.h>

#include "axle_queue_internal.h"

#define AXLE_QUEUE_SHIFT (AXLE_PART_SHIFT + 2)

/**
 * axle_queue_offset() - Offset for mmap() of a part of a queue.
 * @queue: the queue
 * @part: one of &enum axle_part
 *
 * Return: the offset, zero if the queue does not have the part.
 */
u64 axle_queue_offset(const struct axle_queue *queue, u32 part)
{
	if (part == AXLE_PART_TAIL && !queue->tail_page)
		return 0;
	if (part == AXLE_PART_WAKE && !queue->wake_page)
		return 0;
	return AXLE_QUEUE_OFFSET + ((u64)queue->id << AXLE_QUEUE_SHIFT) +
	       ((u64)part << AXLE_PART_SHIFT);
}

static u32 axle_offset_part(u64 offset)
{
	return (offset >> AXLE_PART_SHIFT) % AXLE_PARTS;
}

static u32 axle_offset_id(u64 offset)
{
	return (offset - AXLE_QUEUE_OFFSET) >> AXLE_QUEUE_SHIFT;
}

static bool axle_part_coherent(u32 part)
{
	return part == AXLE_PART_RING || part == AXLE_PART_STATUS;
}

static u64 axle_part_size(const struct axle_queue *queue, u32 part)
{
	return part == AXLE_PART_RING ? queue->ring_size : PAGE_SIZE;
}

/* What the DMA API gave need not be in the linear mapping. */
static int axle_coherent_pfn(struct axle_queue *queue, u32 part, pgoff_t page,
			     unsigned long *pfn)
{
	bool ring = part == AXLE_PART_RING;
	struct sg_page_iter iter;
	struct sg_table sgt;
	int err;

	err = dma_get_sgtable(queue->adev->drm.dev, &sgt,
			      ring ? queue->ring : queue->status,
			      ring ? queue->ring_dma : queue->status_dma,
			      axle_part_size(queue, part));
	if (err)
		return err;
	err = -EFAULT;
	for_each_sgtable_page(&sgt, &iter, page) {
		*pfn = page_to_pfn(sg_page_iter_page(&iter));
		err = 0;
		break;
	}
	sg_free_table(&sgt);
	return err;
}

static int axle_part_pfn(struct axle_queue *queue, u32 part, pgoff_t page,
			 unsigned long *pfn)
{
	if (axle_part_coherent(part))
		return axle_coherent_pfn(queue, part, page, pfn);
	*pfn = PHYS_PFN(part == AXLE_PART_TAIL ? queue->tail_page :
						 queue->wake_page);
	return 0;
}

static u32 axle_fault_part(const struct vm_fault *vmf)
{
	return axle_offset_part((u64)vmf->pgoff << PAGE_SHIFT);
}

/*
 * What is behind the mappings of a dead queue. Nothing may look as if slots were
 * done, so the status record is the page of zeros that nobody can write.
 */
static vm_fault_t axle_queue_insert_dead(struct axle_queue *queue,
					 struct vm_fault *vmf)
{
	/* Memory, whatever the device's page was. */
	pgprot_t prot = vm_get_page_prot(vmf->vma->vm_flags);
	unsigned long pfn = axle_compat_zero_pfn(vmf->address);

	lockdep_assert_held(&queue->map_lock);
	if (axle_fault_part(vmf) != AXLE_PART_STATUS) {
		if (!queue->dead_page)
			queue->dead_page =
				alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!queue->dead_page)
			return VM_FAULT_OOM;
		pfn = page_to_pfn(queue->dead_page);
	}
	return vmf_insert_pfn_prot(vmf->vma, vmf->address, pfn, prot);
}

static vm_fault_t axle_queue_insert(struct axle_queue *queue,
				    struct vm_fault *vmf)
{
	u64 offset = (u64)vmf->pgoff << PAGE_SHIFT;
	pgoff_t page = (offset & (AXLE_PART_SIZE - 1)) >> PAGE_SHIFT;
	unsigned long pfn;

	lockdep_assert_held(&queue->map_lock);
	if (axle_part_pfn(queue, axle_fault_part(vmf), page, &pfn))
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vmf->vma, vmf->address, pfn);
}

static vm_fault_t axle_queue_insert_any(struct axle_queue *queue,
					struct vm_fault *vmf, bool there)
{
	vm_fault_t ret;

	mutex_lock(&queue->map_lock);
	if (there && !queue->unmapped)
		ret = axle_queue_insert(queue, vmf);
	else
		ret = axle_queue_insert_dead(queue, vmf);
	mutex_unlock(&queue->map_lock);
	return ret;
}

/* The device sleeps only after the page has been taken away again. */
static vm_fault_t axle_queue_insert_awake(struct axle_queue *queue,
					  struct vm_fault *vmf)
{
	vm_fault_t ret;

	if (axle_part_coherent(axle_fault_part(vmf)) ||
	    READ_ONCE(queue->unmapped))
		return axle_queue_insert_any(queue, vmf, true);
	if (axle_power_get(queue->adev))
		return VM_FAULT_SIGBUS;
	ret = axle_queue_insert_any(queue, vmf, true);
	axle_power_put(queue->adev);
	return ret;
}

static vm_fault_t axle_queue_fault(struct vm_fault *vmf)
{
	struct axle_queue *queue = vmf->vma->vm_private_data;
	vm_fault_t ret;
	int cookie;

	/* The file is open, so the device's structure is there. */
	if (!drm_dev_enter(&queue->adev->drm, &cookie))
		return axle_queue_insert_any(queue, vmf, false);
	ret = axle_queue_insert_awake(queue, vmf);
	drm_dev_exit(cookie);
	return ret;
}

static void axle_queue_vma_open(struct vm_area_struct *vma)
{
	axle_queue_get(vma->vm_private_data);
}

static void axle_queue_vma_close(struct vm_area_struct *vma)
{
	axle_queue_put(vma->vm_private_data);
}

static const struct vm_operations_struct axle_queue_vm_ops = {
	.open = axle_queue_vma_open,
	.close = axle_queue_vma_close,
	.fault = axle_queue_fault,
};

static int axle_queue_check_vma(const struct axle_queue *queue, u32 part,
				const struct vm_area_struct *vma)
{
	u64 offset = ((u64)vma->vm_pgoff << PAGE_SHIFT) & (AXLE_PART_SIZE - 1);
	u64 size = vma->vm_end - vma->vm_start;

	if (queue->mode != DRM_AXLE_QUEUE_USER ||
	    !axle_queue_offset(queue, part))
		return -EINVAL;
	if (offset || size > axle_part_size(queue, part))
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	/* Or a program could forge a completion. */
	if (part == AXLE_PART_STATUS && vma->vm_flags & VM_WRITE)
		return -EACCES;
	return 0;
}

static void axle_queue_set_vma(struct axle_queue *queue, u32 part,
			       struct vm_area_struct *vma)
{
	pgprot_t prot = vm_get_page_prot(vma->vm_flags);

	vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP,
		     part == AXLE_PART_STATUS ? VM_MAYWRITE | VM_MAYEXEC :
						VM_MAYEXEC);
	if (!axle_part_coherent(part))
		prot = pgprot_noncached(prot);
	else if (!dev_is_dma_coherent(queue->adev->drm.dev))
		prot = pgprot_writecombine(prot);
	vma->vm_page_prot = prot;
	vma->vm_ops = &axle_queue_vm_ops;
	vma->vm_private_data = queue;
}

static int axle_queue_mmap(struct axle_context *ctx, struct vm_area_struct *vma)
{
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	u32 part = axle_offset_part(offset);
	struct axle_queue *queue;
	int err;

	if (READ_ONCE(ctx->adev->gone))
		return -ENODEV;
	queue = axle_queue_find_id(ctx, axle_offset_id(offset));
	if (!queue)
		return -EINVAL;
	err = axle_queue_check_vma(queue, part, vma);
	if (err)
		axle_queue_put(queue);
	else
		axle_queue_set_vma(queue, part, vma);
	return err;
}

/**
 * axle_compute_mmap() - mmap of the compute node.
 * @filp: the file
 * @vma: the new mapping
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: 0 or a negative errno.
 */
int axle_compute_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct drm_file *file = filp->private_data;
	struct axle_context *ctx = file->driver_priv;

	if ((u64)vma->vm_pgoff << PAGE_SHIFT < AXLE_QUEUE_OFFSET ||
	    !ctx->adev->ops->queue)
		return axle_mmap(filp, vma);
	return axle_queue_mmap(ctx, vma);
}
EXPORT_SYMBOL_GPL(axle_compute_mmap);

/**
 * axle_queue_unmap() - Take a queue's mappings from programs.
 * @queue: the queue
 */
void axle_queue_unmap(struct axle_queue *queue)
{
	bool first;

	mutex_lock(&queue->map_lock);
	first = !queue->unmapped;
	WRITE_ONCE(queue->unmapped, true);
	mutex_unlock(&queue->map_lock);
	if (first && queue->mode == DRM_AXLE_QUEUE_USER)
		unmap_mapping_range(queue->adev->drm.anon_inode->i_mapping,
				    axle_queue_offset(queue, AXLE_PART_RING),
				    AXLE_PARTS * AXLE_PART_SIZE, 1);
}

static_assert(AXLE_PART_WAKE == AXLE_PART_TAIL + 1);

/**
 * axle_queue_park() - Take a queue's doorbells from programs until they ring.
 * @queue: a user-mode queue of a device that is about to sleep
 */
void axle_queue_park(struct axle_queue *queue)
{
	u64 offset = AXLE_QUEUE_OFFSET + ((u64)queue->id << AXLE_QUEUE_SHIFT) +
		     AXLE_PART_TAIL * AXLE_PART_SIZE;

	unmap_mapping_range(queue->adev->drm.anon_inode->i_mapping, offset,
			    2 * AXLE_PART_SIZE, 1);
}

/**
 * axle_queue_unmap_work() - axle_queue_unmap(), from a worker.
 * @work: &axle_queue.unmap
 */
void axle_queue_unmap_work(struct work_struct *work)
{
	axle_queue_unmap(container_of(work, struct axle_queue, unmap));
}

/**
 * axle_queue_unmap_later() - The same, soon and from elsewhere.
 * @queue: a queue that has not been shut
 *
 * For callers that fences depend on: a fault may hold the lock and wait for
 * memory.
 */
void axle_queue_unmap_later(struct axle_queue *queue)
{
	if (queue->mode == DRM_AXLE_QUEUE_USER)
		queue_work(axle_compat_unbound_wq, &queue->unmap);
}
