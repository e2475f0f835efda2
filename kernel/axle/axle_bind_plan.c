// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a change of an address space needs, and its effect on the books.
 *
 * drm_gpuvm keeps the books: what is mapped where, as the calls made so far
 * have it, and which objects that holds. They are ahead of the page tables
 * while changes wait. All that can fail is in axle_bind_job_prepare(), so
 * axle_bind_job_commit() cannot. Everything here is under &axle_vm.lock, but
 * for axle_vas_free().
 */
#include <linux/slab.h>

#include <drm/drm_exec.h>
#include <drm/drm_print.h>

#include "axle_bind.h"
#include "axle_internal.h"

/* Page tables that one call can ask for: those of 128 GiB in 4 KiB pages. */
#define AXLE_BIND_TABLES_MAX 65536

/* Mappings that a change can leave: itself, and one at each of its edges. */
#define AXLE_BIND_VAS_MAP 3
#define AXLE_BIND_VAS_UNMAP 2

static int axle_bind_lock(struct axle_bind_job *job, struct drm_exec *exec)
{
	int err;
	u32 i;

	drm_exec_until_all_locked(exec) {
		err = 0;
		for (i = 0; i < job->num_ops && !err; i++) {
			if (!job->ops[i].bo)
				continue;
			err = drm_exec_lock_obj(exec,
						&job->ops[i].bo->shmem.base);
			drm_exec_retry_on_contention(exec);
		}
	}
	return err;
}

/* Addresses for the device, of all objects that are named. */
static int axle_bind_prepare_bos(struct axle_bind_job *job)
{
	struct drm_exec exec;
	int err;
	u32 i;

	drm_exec_init(&exec,
		      DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      0);
	err = axle_bind_lock(job, &exec);
	for (i = 0; i < job->num_ops && !err; i++)
		if (job->ops[i].bo)
			err = axle_bo_prepare_locked(job->ops[i].bo);
	drm_exec_fini(&exec);
	return err;
}

static void axle_bind_need(const struct axle_pt_format *format,
			   struct axle_pt_need *need,
			   const struct axle_bind_op *op)
{
	u64 done, size, target;

	if (!op->bo) {
		axle_pt_need_unmap(format, need, op->address, op->size);
		return;
	}
	for (done = 0; done < op->size; done += size) {
		target = axle_bo_address(op->bo, op->offset + done, &size);
		size = min(size, op->size - done);
		axle_pt_need_map(format, need, op->address + done, target,
				 size);
		cond_resched();
	}
}

static int axle_bind_reserve_tables(struct axle_bind_job *job)
{
	struct axle_pt *pt = &job->vm->pt;
	struct axle_pt_need need = {};
	u32 i;

	for (i = 0; i < job->num_ops; i++) {
		axle_bind_need(pt->format, &need, &job->ops[i]);
		if (need.leaf + need.inner > AXLE_BIND_TABLES_MAX)
			return -ENOMEM;
	}
	return axle_pt_batch_reserve(pt, &job->batch, &need);
}

static int axle_bind_reserve_vas(struct axle_bind_job *job, unsigned int count)
{
	struct axle_va *va;

	while (count--) {
		va = kzalloc(sizeof(*va), GFP_KERNEL_ACCOUNT);
		if (!va)
			return -ENOMEM;
		list_add(&va->link, &job->spare);
	}
	return 0;
}

static int axle_bind_obtain(struct axle_bind_job *job, struct axle_bind_op *op)
{
	struct drm_gpuvm_bo *vm_bo;

	vm_bo = axle_compat_vm_bo_obtain(&job->vm->gpuvm, &op->bo->shmem.base,
					 axle_compat_vas_lock(op->bo));
	if (IS_ERR(vm_bo))
		return PTR_ERR(vm_bo);
	op->vm_bo = vm_bo;
	return 0;
}

static int axle_bind_reserve_books(struct axle_bind_job *job)
{
	int err = 0;
	u32 i;

	for (i = 0; i < job->num_ops && !err; i++) {
		struct axle_bind_op *op = &job->ops[i];

		err = axle_bind_reserve_vas(job, op->bo ? AXLE_BIND_VAS_MAP :
							  AXLE_BIND_VAS_UNMAP);
		if (!err && op->bo)
			err = axle_bind_obtain(job, op);
	}
	return err;
}

/**
 * axle_bind_job_prepare() - Get all that a job can need.
 * @job: its changes are set
 *
 * Between drm_dev_enter() and drm_dev_exit().
 *
 * Return: 0 or a negative errno; axle_bind_job_free() undoes it.
 */
int axle_bind_job_prepare(struct axle_bind_job *job)
{
	int err;

	err = axle_bind_prepare_bos(job);
	if (err)
		return err;
	err = axle_bind_reserve_tables(job);
	if (err)
		return err;
	return axle_bind_reserve_books(job);
}

static struct axle_va *axle_va_take(struct axle_bind_job *job)
{
	struct axle_va *va =
		list_first_entry(&job->spare, struct axle_va, link);

	list_del_init(&va->link);
	return va;
}

static void axle_va_link(struct axle_va *va, struct drm_gpuvm_bo *vm_bo)
{
	struct axle_bo *bo = to_axle_bo(vm_bo->obj);

	mutex_lock(axle_compat_vas_lock(bo));
	drm_gpuva_link(&va->base, vm_bo);
	mutex_unlock(axle_compat_vas_lock(bo));
}

static void axle_va_retire(struct axle_bind_job *job, struct drm_gpuva *base)
{
	struct axle_va *va = container_of(base, struct axle_va, base);

	list_add_tail(&va->link, &job->dead);
}

struct axle_bind_step {
	struct axle_bind_job *job;
	struct axle_bind_op *op;
};

static int axle_step_map(struct drm_gpuva_op *op, void *priv)
{
	struct axle_bind_step *step = priv;
	struct axle_va *va = axle_va_take(step->job);

	drm_gpuva_map(&step->job->vm->gpuvm, &va->base, &op->map);
	axle_va_link(va, step->op->vm_bo);
	return 0;
}

static int axle_step_remap(struct drm_gpuva_op *op, void *priv)
{
	struct axle_bind_step *step = priv;
	struct drm_gpuva *old = op->remap.unmap->va;
	struct axle_va *prev = NULL, *next = NULL;

	if (op->remap.prev)
		prev = axle_va_take(step->job);
	if (op->remap.next)
		next = axle_va_take(step->job);
	drm_gpuva_remap(prev ? &prev->base : NULL, next ? &next->base : NULL,
			&op->remap);
	if (prev)
		axle_va_link(prev, old->vm_bo);
	if (next)
		axle_va_link(next, old->vm_bo);
	axle_va_retire(step->job, old);
	return 0;
}

static int axle_step_unmap(struct drm_gpuva_op *op, void *priv)
{
	struct axle_bind_step *step = priv;
	struct drm_gpuva *old = op->unmap.va;

	drm_gpuva_unmap(&op->unmap);
	axle_va_retire(step->job, old);
	return 0;
}

static void axle_vm_free(struct drm_gpuvm *gpuvm)
{
	kfree(container_of(gpuvm, struct axle_vm, gpuvm));
}

const struct drm_gpuvm_ops axle_gpuvm_ops = {
	.vm_free = axle_vm_free,
	.sm_step_map = axle_step_map,
	.sm_step_remap = axle_step_remap,
	.sm_step_unmap = axle_step_unmap,
};

/**
 * axle_bind_job_commit() - Enter a job into the books.
 * @job: a prepared job
 */
void axle_bind_job_commit(struct axle_bind_job *job)
{
	struct drm_gpuvm *gpuvm = &job->vm->gpuvm;
	int err;
	u32 i;

	for (i = 0; i < job->num_ops; i++) {
		struct axle_bind_op *op = &job->ops[i];
		struct axle_bind_step step = { job, op };

		if (op->bo)
			err = axle_compat_sm_map(gpuvm, &step, op->address,
						 op->size, &op->bo->shmem.base,
						 op->offset);
		else
			err = drm_gpuvm_sm_unmap(gpuvm, &step, op->address,
						 op->size);
		/* Ranges were checked, and the steps do not fail. */
		drm_WARN_ON(gpuvm->drm, err);
	}
}

static void axle_va_free(struct axle_va *va)
{
	struct drm_gem_object *obj = va->base.gem.obj;

	if (obj) {
		struct axle_bo *bo = to_axle_bo(obj);

		/* The last reference must not go while the lock is held. */
		drm_gem_object_get(obj);
		mutex_lock(axle_compat_vas_lock(bo));
		drm_gpuva_unlink(&va->base);
		mutex_unlock(axle_compat_vas_lock(bo));
		drm_gem_object_put(obj);
	}
	kfree(va);
}

/**
 * axle_vas_free() - Free mappings and let go of their objects.
 * @list: list of &struct axle_va that are in no tree
 */
void axle_vas_free(struct list_head *list)
{
	struct axle_va *va, *next;

	list_for_each_entry_safe(va, next, list, link)
		axle_va_free(va);
	INIT_LIST_HEAD(list);
}

/**
 * axle_vm_unmap_all() - Empty the books of a dead address space.
 * @vm: the address space, which the device uses no more
 */
void axle_vm_unmap_all(struct axle_vm *vm)
{
	struct drm_gpuva *base, *next;
	LIST_HEAD(dead);

	drm_gpuvm_for_each_va_safe(base, next, &vm->gpuvm) {
		struct axle_va *va = container_of(base, struct axle_va, base);

		drm_gpuva_remove(base);
		list_add(&va->link, &dead);
	}
	axle_vas_free(&dead);
}
