// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU mappings of buffer objects.
 *
 * Pages are entered on fault, several at a time. A removed device has its
 * mappings taken away by DRM core, and faults are refused from then on, so
 * programs get SIGBUS. A mapping holds its object and, in host memory, pins
 * the pages.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include <drm/drm_vma_manager.h>

#include "axle_internal.h"

/* Pages around a fault that are entered with it; a power of two. */
#define AXLE_FAULT_PAGES 64

static unsigned long axle_bo_pfn(const struct axle_bo *bo, pgoff_t page)
{
	if (axle_bo_in_device(bo))
		return axle_bo_device_pfn(bo, page);
	return page_to_pfn(bo->shmem.pages[page]);
}

static vm_fault_t axle_bo_insert(struct vm_area_struct *vma,
				 unsigned long address)
{
	struct axle_bo *bo = to_axle_bo(vma->vm_private_data);
	pgoff_t page = linear_page_index(vma, address) -
		       drm_vma_node_start(&bo->shmem.base.vma_node);

	if (page >= axle_bo_size(bo) >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vma, address, axle_bo_pfn(bo, page));
}

static vm_fault_t axle_bo_fault_around(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long window = AXLE_FAULT_PAGES * PAGE_SIZE;
	unsigned long fault = vmf->address & PAGE_MASK;
	unsigned long address = max(round_down(fault, window), vma->vm_start);
	unsigned long end =
		min(round_down(fault, window) + window, vma->vm_end);
	vm_fault_t ret = axle_bo_insert(vma, fault);

	if (ret != VM_FAULT_NOPAGE)
		return ret;
	/* What cannot be entered now faults by itself later. */
	for (; address < end; address += PAGE_SIZE)
		if (address != fault &&
		    axle_bo_insert(vma, address) != VM_FAULT_NOPAGE)
			break;
	return ret;
}

/* Memory of a device that sleeps does not answer. */
static vm_fault_t axle_bo_fault_awake(struct vm_fault *vmf,
				      struct axle_device *adev)
{
	vm_fault_t ret;

	if (axle_power_get(adev))
		return VM_FAULT_SIGBUS;
	ret = axle_bo_fault_around(vmf);
	axle_power_put(adev);
	return ret;
}

static vm_fault_t axle_bo_fault(struct vm_fault *vmf)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	vm_fault_t ret;
	int cookie;

	if (!drm_dev_enter(obj->dev, &cookie))
		return VM_FAULT_SIGBUS;
	if (axle_bo_in_device(to_axle_bo(obj)))
		ret = axle_bo_fault_awake(vmf, to_axle_device(obj->dev));
	else
		ret = axle_bo_fault_around(vmf);
	drm_dev_exit(cookie);
	return ret;
}

static void axle_bo_host_vm_open(struct vm_area_struct *vma)
{
	drm_gem_shmem_vm_ops.open(vma);
}

static void axle_bo_host_vm_close(struct vm_area_struct *vma)
{
	drm_gem_shmem_vm_ops.close(vma);
}

const struct vm_operations_struct axle_bo_host_vm_ops = {
	.fault = axle_bo_fault,
	.open = axle_bo_host_vm_open,
	.close = axle_bo_host_vm_close,
};

const struct vm_operations_struct axle_bo_device_vm_ops = {
	.fault = axle_bo_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

/**
 * axle_bo_host_mmap() - mmap of an object in host memory.
 * @obj: the GEM object
 * @vma: the new mapping
 *
 * Return: 0, or -EINVAL if the object was not made for it, or the mapping is
 * a private one.
 */
int axle_bo_host_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (!(to_axle_bo(obj)->flags & DRM_AXLE_BO_CPU))
		return -EINVAL;
	return drm_gem_shmem_object_mmap(obj, vma);
}

/**
 * axle_bo_device_mmap() - mmap of an object in device memory.
 * @obj: the GEM object
 * @vma: the new mapping
 *
 * Return: 0, or -EINVAL for a private mapping.
 */
int axle_bo_device_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot =
		pgprot_writecombine(vm_get_page_prot(vma->vm_flags));
	return 0;
}

/**
 * axle_mmap() - mmap of the compute node.
 * @filp: the file
 * @vma: the new mapping
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: 0 or a negative errno; -ENODEV if the device has nothing to map.
 */
int axle_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct drm_file *file = filp->private_data;

	if (!axle_bo_supported(to_axle_device(file->minor->dev)))
		return -ENODEV;
	return drm_gem_mmap(filp, vma);
}
EXPORT_SYMBOL_GPL(axle_mmap);
