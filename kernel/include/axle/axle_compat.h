/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels that the kit builds on, 6.12 and newer.
 * The one place with version checks.
 */
#ifndef _AXLE_COMPAT_H_
#define _AXLE_COMPAT_H_

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/version.h>

#include <drm/drm_gpuvm.h>

/* 6.14 dropped the date from struct drm_driver; before, it must be there. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define AXLE_COMPAT_DRIVER .date = "0"
#else
#define AXLE_COMPAT_DRIVER .patchlevel = 0
#endif

/* 6.13 made the namespace a string. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define AXLE_COMPAT_IMPORT_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#else
#define AXLE_COMPAT_IMPORT_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#endif

/* 6.14 prints what is active of memory only if told to; before, always. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define AXLE_COMPAT_GEM_ACTIVE 0
#else
#define AXLE_COMPAT_GEM_ACTIVE DRM_GEM_OBJECT_ACTIVE
#endif

/* 6.15 put the arguments of a new scheduler into a struct. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define axle_compat_sched_init(_sched, _ops, _wq, _priorities, _credits, _dev) \
	drm_sched_init(_sched, _ops, _wq, _priorities, _credits, 0,            \
		       MAX_SCHEDULE_TIMEOUT, NULL, NULL, "axle", _dev)
#else
#define axle_compat_sched_init(_sched, _ops, _wq, _priorities, _credits, _dev) \
	drm_sched_init(_sched, &(const struct drm_sched_init_args){            \
				       .ops = (_ops),                          \
				       .submit_wq = (_wq),                     \
				       .num_rqs = (_priorities),               \
				       .credit_limit = (_credits),             \
				       .timeout = MAX_SCHEDULE_TIMEOUT,        \
				       .name = "axle",                         \
				       .dev = (_dev) })
#endif

/* 6.17 tells tracing whose a job is. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define axle_compat_job_init(_job, _entity, _owner, _client) \
	((void)(_client), drm_sched_job_init(_job, _entity, 1, _owner))
#else
#define axle_compat_job_init(_job, _entity, _owner, _client) \
	drm_sched_job_init(_job, _entity, 1, _owner, _client)
#endif

/* 6.18 renamed the workqueue whose workers are bound to no processor. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define axle_compat_unbound_wq system_unbound_wq
#else
#define axle_compat_unbound_wq system_dfl_wq
#endif

/* 6.18 put the arguments of a new mapping into a struct. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define axle_compat_sm_map drm_gpuvm_sm_map
#else
#define axle_compat_sm_map(_gpuvm, _priv, _address, _size, _obj, _offset) \
	drm_gpuvm_sm_map(_gpuvm, _priv,                                   \
			 &(const struct drm_gpuvm_map_req){               \
				 .map.va.addr = (_address),               \
				 .map.va.range = (_size),                 \
				 .map.gem.obj = (_obj),                   \
				 .map.gem.offset = (_offset) })
#endif

/*
 * 6.18 gave each GEM object a lock for its list of mappings; before, and for
 * lists without it, lockdep has to be told of another.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define AXLE_COMPAT_GPUVM_FLAGS 0
#define axle_compat_vas_lock(_bo) (&(_bo)->vas_lock)
#define axle_compat_vas_init(_bo) \
	drm_gem_gpuva_set_lock(&(_bo)->shmem.base, &(_bo)->vas_lock)
#else
#define AXLE_COMPAT_GPUVM_FLAGS DRM_GPUVM_IMMEDIATE_MODE
#define axle_compat_vas_lock(_bo) (&(_bo)->shmem.base.gpuva.lock)
#define axle_compat_vas_init(_bo) ((void)(_bo))
#endif

/* 7.0 takes that lock itself, and wants no allocation under it. */
static inline struct drm_gpuvm_bo *
axle_compat_vm_bo_obtain(struct drm_gpuvm *gpuvm, struct drm_gem_object *obj,
			 struct mutex *lock)
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
{
	struct drm_gpuvm_bo *vm_bo;

	mutex_lock(lock);
	vm_bo = drm_gpuvm_bo_obtain(gpuvm, obj);
	mutex_unlock(lock);
	return vm_bo;
}
#else
{
	struct drm_gpuvm_bo *vm_bo = drm_gpuvm_bo_create(gpuvm, obj);

	return vm_bo ? drm_gpuvm_bo_obtain_prealloc(vm_bo) : ERR_PTR(-ENOMEM);
}
#endif

/*
 * The buddy allocator is no longer DRM's own. It was only renamed, so what
 * uses it has the new names. Sparse does not know how to ask for a header.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define AXLE_COMPAT_DRM_BUDDY
#elif !__has_include("linux/gpu_buddy.h")
#define AXLE_COMPAT_DRM_BUDDY
#endif
#ifdef AXLE_COMPAT_DRM_BUDDY
#define GPU_BUDDY_RANGE_ALLOCATION DRM_BUDDY_RANGE_ALLOCATION
#define GPU_BUDDY_TOPDOWN_ALLOCATION DRM_BUDDY_TOPDOWN_ALLOCATION
#define gpu_buddy drm_buddy
#define gpu_buddy_alloc_blocks drm_buddy_alloc_blocks
#define gpu_buddy_block drm_buddy_block
#define gpu_buddy_block_offset drm_buddy_block_offset
#define gpu_buddy_block_size drm_buddy_block_size
#define gpu_buddy_fini drm_buddy_fini
#define gpu_buddy_free_list drm_buddy_free_list
#define gpu_buddy_init drm_buddy_init
#endif

/* 7.1 fences may have their lock inside, and let go of their functions. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define axle_compat_fence_lock(_fence) ((_fence)->lock)
#define axle_compat_fence_ops(_fence) ((_fence)->ops)
#else
#define axle_compat_fence_lock(_fence) dma_fence_spinlock(_fence)
#define axle_compat_fence_ops(_fence) rcu_access_pointer((_fence)->ops)
#endif

/* 7.1 renamed what tells the page of zeros. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define axle_compat_zero_pfn my_zero_pfn
#else
#define axle_compat_zero_pfn zero_pfn
#endif

/* 7.2 has counters of errors as nodes of DRM, CONFIG_DRM_RAS. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
#define AXLE_COMPAT_DRM_RAS 1
#endif

/* 6.18 moved the grace period to the reporter's table. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define axle_compat_reporter_create(_devlink, _ops, _priv) \
	devlink_health_reporter_create(_devlink, _ops, 0, _priv)
#else
#define axle_compat_reporter_create devlink_health_reporter_create
#endif

#define AXLE_COMPAT_FOPS .fop_flags = FOP_UNSIGNED_OFFSET

#endif
