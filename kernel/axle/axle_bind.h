/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of address spaces: between the call and what carries it out. */
#ifndef _AXLE_BIND_H_
#define _AXLE_BIND_H_

#include <linux/atomic.h>
#include <linux/dma-fence.h>
#include <linux/list.h>
#include <linux/types.h>

#include <axle/axle_bo.h>
#include <axle/axle_vm.h>

/**
 * struct axle_va - A mapping, or room for one.
 */
struct axle_va {
	/** @base: The mapping. */
	struct drm_gpuva base;
	/** @link: In a list of &struct axle_bind_job while not in the tree. */
	struct list_head link;
};

/**
 * struct axle_bind_op - One change of an address space.
 */
struct axle_bind_op {
	/** @bo: What is mapped, a reference; NULL to unmap. */
	struct axle_bo *bo;
	/** @vm_bo: Its part in the address space, until @bo is mapped. */
	struct drm_gpuvm_bo *vm_bo;
	/** @offset: In @bo. */
	u64 offset;
	/** @address: In the address space. */
	u64 address;
	/** @size: Bytes. */
	u64 size;
	/** @readonly: The device must not write. */
	bool readonly;
};

/**
 * struct axle_bind_wait - A fence that a job waits for.
 */
struct axle_bind_wait {
	/** @cb: In @fence. */
	struct dma_fence_cb cb;
	/** @fence: Reference. */
	struct dma_fence *fence;
	/** @job: The job. */
	struct axle_bind_job *job;
};

/**
 * struct axle_bind_job - The changes of one call.
 *
 * Lifetime: owned by the call until it is in &axle_vm.jobs, then by whoever
 * takes it from there and from &axle_vm.done.
 */
struct axle_bind_job {
	/** @vm: The address space. */
	struct axle_vm *vm;
	/** @link: In &axle_vm.jobs, then in &axle_vm.done. */
	struct list_head link;
	/** @fence: Signals when the device sees the changes; or NULL. */
	struct dma_fence *fence;
	/** @waits: What the job waits for. */
	struct axle_bind_wait *waits;
	/** @num_waits: Elements in @waits. */
	u32 num_waits;
	/** @pending: Fences of @waits that have not signalled. */
	atomic_t pending;
	/** @batch: Tables to take from, and those that have left the tree. */
	struct axle_pt_batch batch;
	/** @spare: Room for mappings. */
	struct list_head spare;
	/** @dead: Mappings that have left the tree; they hold their objects. */
	struct list_head dead;
	/** @err: What became of it. */
	int err;
	/** @num_ops: Elements in @ops. */
	u32 num_ops;
	/** @ops: The changes, in order. */
	struct axle_bind_op ops[] __counted_by(num_ops);
};

/* axle_bind_job.c */
struct axle_bind_job *axle_bind_job_alloc(struct axle_vm *vm, u32 num_ops);
void axle_bind_job_free(struct axle_bind_job *job);
void axle_bind_job_run(struct axle_bind_job *job);
int axle_bind_job_add_waits(struct axle_bind_job *job,
			    struct dma_fence **fences, u32 count);
int axle_bind_job_add_fence(struct axle_bind_job *job);
void axle_bind_job_push(struct axle_bind_job *job);
bool axle_vm_idle(struct axle_vm *vm);
void axle_vm_cancel(struct axle_vm *vm, int error, struct list_head *jobs);
void axle_bind_jobs_free(struct list_head *jobs);
void axle_vm_work(struct work_struct *work);
void axle_vm_reap(struct work_struct *work);

/* axle_bind_plan.c */
int axle_bind_job_prepare(struct axle_bind_job *job);
void axle_bind_job_commit(struct axle_bind_job *job);
void axle_vas_free(struct list_head *list);
void axle_vm_unmap_all(struct axle_vm *vm);
extern const struct drm_gpuvm_ops axle_gpuvm_ops;

#endif
