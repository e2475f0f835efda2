// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carrying out changes of address spaces: at once, or when fences allow it.
 *
 * A job in &axle_vm.jobs waits for its fences and for the jobs before it, then
 * &axle_vm.work writes the page tables, flushes the device and signals the
 * job's fence. Others wait for that, so the worker allocates nothing and takes
 * neither the lock of the address space nor a reservation. What is left over,
 * memory that the device used before included, is freed by &axle_vm.reap,
 * which may wait for locks. &axle_vm.jobs_lock protects both lists.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "axle_bind.h"
#include "axle_internal.h"

/**
 * struct axle_bind_fence - Fence of a job.
 *
 * Lifetime: its own, as syncobjs may keep it longer than any device; so it
 * holds this module, which has its functions.
 */
struct axle_bind_fence {
	/** @base: The fence. */
	struct dma_fence base;
	/** @lock: Of @base. */
	spinlock_t lock;
};

static const char *axle_bind_fence_driver(struct dma_fence *fence)
{
	return "axle";
}

static const char *axle_bind_fence_timeline(struct dma_fence *fence)
{
	return "vm_bind";
}

static void axle_bind_fence_release(struct dma_fence *fence)
{
	/* Unloading waits for RCU, and so for the way out of here. */
	rcu_read_lock();
	dma_fence_free(fence);
	module_put(THIS_MODULE);
	rcu_read_unlock();
}

static const struct dma_fence_ops axle_bind_fence_ops = {
	.get_driver_name = axle_bind_fence_driver,
	.get_timeline_name = axle_bind_fence_timeline,
	.release = axle_bind_fence_release,
};

/**
 * axle_bind_job_add_fence() - Give a job a fence.
 * @job: the job; the lock of its address space is held
 *
 * Return: 0 or -ENOMEM.
 */
int axle_bind_job_add_fence(struct axle_bind_job *job)
{
	struct axle_bind_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	struct axle_vm *vm = job->vm;

	if (!fence)
		return -ENOMEM;
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &axle_bind_fence_ops, &fence->lock,
		       vm->fence_context, ++vm->fence_seqno);
	job->fence = &fence->base;
	return 0;
}

/**
 * axle_bind_job_alloc() - Allocate a job without changes.
 * @vm: the address space; whoever has the job keeps it alive
 * @num_ops: how many changes it will have
 *
 * Return: the job or NULL.
 */
struct axle_bind_job *axle_bind_job_alloc(struct axle_vm *vm, u32 num_ops)
{
	struct axle_bind_job *job;

	job = kvzalloc(struct_size(job, ops, num_ops), GFP_KERNEL_ACCOUNT);
	if (!job)
		return NULL;
	job->vm = vm;
	job->num_ops = num_ops;
	INIT_LIST_HEAD(&job->link);
	INIT_LIST_HEAD(&job->spare);
	INIT_LIST_HEAD(&job->dead);
	axle_pt_batch_init(&job->batch);
	return job;
}

static void axle_bind_op_fini(struct axle_bind_op *op)
{
	if (!op->bo)
		return;
	if (op->vm_bo) {
		mutex_lock(axle_compat_vas_lock(op->bo));
		drm_gpuvm_bo_put(op->vm_bo);
		mutex_unlock(axle_compat_vas_lock(op->bo));
	}
	axle_bo_put(op->bo);
}

/**
 * axle_bind_job_free() - Free a job and what it holds.
 * @job: a job that is done, or has not begun
 *
 * May sleep and take reservations. If the job has taken memory from a device
 * that could not be asked to let go of it, this waits for the driver's end.
 */
void axle_bind_job_free(struct axle_bind_job *job)
{
	u32 i;

	if (job->err == -ENODEV)
		wait_for_completion(&job->vm->adev->stopped);
	for (i = 0; i < job->num_waits; i++)
		dma_fence_put(job->waits[i].fence);
	kfree(job->waits);
	axle_vas_free(&job->dead);
	axle_vas_free(&job->spare);
	axle_pt_batch_fini(&job->vm->pt, &job->batch);
	for (i = 0; i < job->num_ops; i++)
		axle_bind_op_fini(&job->ops[i]);
	dma_fence_put(job->fence);
	kvfree(job);
}

/**
 * axle_bind_job_add_waits() - Make a job wait for fences.
 * @job: the job
 * @fences: the fences; the references are taken over, the array freed
 * @count: elements
 *
 * Return: 0, or -ENOMEM and the job has taken nothing.
 */
int axle_bind_job_add_waits(struct axle_bind_job *job,
			    struct dma_fence **fences, u32 count)
{
	u32 i;

	if (!count)
		return 0;
	job->waits = kcalloc(count, sizeof(*job->waits), GFP_KERNEL);
	if (!job->waits)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		job->waits[i].fence = fences[i];
		job->waits[i].job = job;
	}
	job->num_waits = count;
	kfree(fences);
	return 0;
}

static void axle_bind_map(struct axle_bind_job *job,
			  const struct axle_bind_op *op)
{
	struct axle_pt *pt = &job->vm->pt;
	u64 bits = op->readonly ? 0 : pt->format->write;
	u64 done, size, target;

	if (axle_bo_in_device(op->bo))
		bits |= pt->format->device;
	for (done = 0; done < op->size; done += size) {
		target = axle_bo_address(op->bo, op->offset + done, &size);
		size = min(size, op->size - done);
		axle_pt_map(pt, &job->batch, op->address + done, target, size,
			    bits);
		cond_resched();
	}
}

/* A device that does not flush is reset, which empties it as well. */
static int axle_vm_flush(struct axle_vm *vm, u64 address, u64 size)
{
	struct axle_device *adev = vm->adev;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	err = adev->ops->vm->flush(vm, address, size);
	axle_hw_exit(adev, cookie);
	if (!err)
		return 0;
	if (err != -ECANCELED && err != -ENODEV)
		axle_device_fault(adev, "address space not flushed");
	return axle_hw_settle(adev);
}

/**
 * axle_bind_job_run() - Make the changes of a job.
 * @job: a committed job, whose turn it is; its error is set
 *
 * Without allocations: fences depend on it.
 */
void axle_bind_job_run(struct axle_bind_job *job)
{
	struct axle_pt_batch *batch = &job->batch;
	u32 i;

	for (i = 0; i < job->num_ops; i++)
		if (job->ops[i].bo)
			axle_bind_map(job, &job->ops[i]);
		else
			axle_pt_unmap(&job->vm->pt, batch, job->ops[i].address,
				      job->ops[i].size);
	/* Before whatever makes the device look. */
	wmb();
	if (batch->first < batch->end)
		job->err = axle_vm_flush(job->vm, batch->first,
					 batch->end - batch->first);
}

/*
 * Passes on a job that has run. Whoever sees the fence may ask for the memory
 * that the job has freed, so its way back must have begun before.
 */
static void axle_bind_job_retire(struct axle_bind_job *job)
{
	struct dma_fence *fence = dma_fence_get(job->fence);
	struct axle_vm *vm = job->vm;

	if (job->err)
		dma_fence_set_error(fence, job->err);
	spin_lock(&vm->jobs_lock);
	list_move_tail(&job->link, &vm->done);
	spin_unlock(&vm->jobs_lock);
	queue_work(vm->adev->reap_wq, &vm->reap);
	dma_fence_signal(fence);
	dma_fence_put(fence);
	wake_up_all(&vm->adev->waitq);
}

/**
 * axle_vm_idle() - Whether no changes wait to be made.
 * @vm: the address space
 *
 * Return: true also if the device is going away.
 */
bool axle_vm_idle(struct axle_vm *vm)
{
	bool idle;

	spin_lock(&vm->jobs_lock);
	idle = list_empty(&vm->jobs);
	spin_unlock(&vm->jobs_lock);
	return idle || READ_ONCE(vm->adev->gone);
}

/* The oldest job if it can run; it stays in the list meanwhile. */
static struct axle_bind_job *axle_vm_ready_job(struct axle_vm *vm)
{
	struct axle_bind_job *job;

	spin_lock(&vm->jobs_lock);
	job = list_first_entry_or_null(&vm->jobs, struct axle_bind_job, link);
	spin_unlock(&vm->jobs_lock);
	if (!job || atomic_read(&job->pending) || READ_ONCE(vm->dead))
		return NULL;
	return job;
}

/**
 * axle_vm_work() - Make the changes that can be made.
 * @work: &axle_vm.work
 */
void axle_vm_work(struct work_struct *work)
{
	struct axle_vm *vm = container_of(work, struct axle_vm, work);
	struct axle_bind_job *job;

	while ((job = axle_vm_ready_job(vm))) {
		axle_bind_job_run(job);
		axle_bind_job_retire(job);
	}
}

/**
 * axle_bind_jobs_free() - Free jobs.
 * @jobs: list of jobs, as for axle_bind_job_free()
 */
void axle_bind_jobs_free(struct list_head *jobs)
{
	struct axle_bind_job *job, *next;

	list_for_each_entry_safe(job, next, jobs, link)
		axle_bind_job_free(job);
}

/**
 * axle_vm_reap() - Free what jobs have left over.
 * @work: &axle_vm.reap
 */
void axle_vm_reap(struct work_struct *work)
{
	struct axle_vm *vm = container_of(work, struct axle_vm, reap);
	LIST_HEAD(done);

	spin_lock(&vm->jobs_lock);
	list_splice_init(&vm->done, &done);
	spin_unlock(&vm->jobs_lock);
	axle_bind_jobs_free(&done);
}

static void axle_bind_job_kick(struct axle_bind_job *job)
{
	struct axle_vm *vm = job->vm;

	if (atomic_dec_and_test(&job->pending))
		queue_work(vm->adev->fence_wq, &vm->work);
}

static void axle_bind_wait_over(struct dma_fence *fence,
				struct dma_fence_cb *cb)
{
	axle_bind_job_kick(container_of(cb, struct axle_bind_wait, cb)->job);
}

/**
 * axle_bind_job_push() - Queue a job.
 * @job: a committed job with a fence; the lock of its address space is held
 *
 * The job is no longer the caller's.
 */
void axle_bind_job_push(struct axle_bind_job *job)
{
	struct axle_vm *vm = job->vm;
	u32 i;

	/* One more, so that it does not run while it is being queued. */
	atomic_set(&job->pending, job->num_waits + 1);
	spin_lock(&vm->jobs_lock);
	list_add_tail(&job->link, &vm->jobs);
	spin_unlock(&vm->jobs_lock);
	for (i = 0; i < job->num_waits; i++)
		if (dma_fence_add_callback(job->waits[i].fence,
					   &job->waits[i].cb,
					   axle_bind_wait_over))
			axle_bind_job_kick(job);
	axle_bind_job_kick(job);
}

static void axle_bind_job_cancel(struct axle_bind_job *job, int error)
{
	u32 i;

	for (i = 0; i < job->num_waits; i++)
		dma_fence_remove_callback(job->waits[i].fence,
					  &job->waits[i].cb);
	dma_fence_set_error(job->fence, error);
	dma_fence_signal(job->fence);
}

/**
 * axle_vm_cancel() - End all jobs of an address space.
 * @vm: an address space that is dead; its lock is held
 * @error: for the fences of jobs that have not run
 * @jobs: out: these jobs, for axle_bind_jobs_free() once the device has let go
 *	of what it knows
 *
 * When it returns, no change is made any more.
 */
void axle_vm_cancel(struct axle_vm *vm, int error, struct list_head *jobs)
{
	struct axle_bind_job *job;

	cancel_work_sync(&vm->work);
	spin_lock(&vm->jobs_lock);
	list_splice_init(&vm->jobs, jobs);
	spin_unlock(&vm->jobs_lock);
	list_for_each_entry(job, jobs, link)
		axle_bind_job_cancel(job, error);
	/* A fence may have been over just before its callback was removed. */
	cancel_work_sync(&vm->work);
}
