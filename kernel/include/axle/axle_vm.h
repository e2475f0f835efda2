/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address spaces of devices with an on-chip MMU. The kit has the VM_* calls
 * and builds the page tables; a driver tells the device about the root and
 * flushes what the device keeps.
 */
#ifndef _AXLE_VM_H_
#define _AXLE_VM_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <drm/drm_gpuvm.h>

#include <axle/axle_device.h>
#include <axle/axle_pt.h>

struct axle_vm;

/**
 * struct axle_vm_ops - What a driver with an MMU does for the kit; all
 * members must be there, and &axle_ops.reset, too. All functions are called
 * between axle_hw_enter() and axle_hw_exit() and may sleep.
 */
struct axle_vm_ops {
	/** @format: Layout of the page tables. */
	const struct axle_pt_format *format;
	/**
	 * @open: Tell the device of &axle_vm.asid and axle_vm_root(). Called
	 * again after each reset, which has emptied the device.
	 */
	int (*open)(struct axle_vm *vm);
	/**
	 * @close: Undo @open. When it returns, the device uses neither the
	 * tables nor the pages any more.
	 */
	void (*close)(struct axle_vm *vm);
	/**
	 * @flush: Entries of this range were changed or cleared. When it
	 * returns 0, the device uses no old one, and every access that did has
	 * ended. One that fails makes the kit reset the device.
	 */
	int (*flush)(struct axle_vm *vm, u64 address, u64 size);
};

/**
 * struct axle_vm - An address space.
 *
 * Lifetime: reference count of @gpuvm. The file's number holds a reference
 * from VM_CREATE to VM_DESTROY or close; then axle_vm_kill() takes it from the
 * device. References beyond that, as those of calls on other threads, see
 * @dead.
 *
 * Lock order: @lock, reservations of buffer objects, axle_hw_enter(). The
 * worker of @work takes none of the first two, as fences depend on it.
 */
struct axle_vm {
	/** @gpuvm: What is mapped, as the calls made so far have it. @lock. */
	struct drm_gpuvm gpuvm;
	/** @adev: The device. */
	struct axle_device *adev;
	/** @ctx: The context; only while not @dead. */
	struct axle_context *ctx;
	/** @asid: Number of the address space in the device. */
	u32 asid;
	/** @priv: The driver's. */
	void *priv;
	/** @lock: Held by a call that changes the address space. */
	struct mutex lock;
	/** @dead: It has been taken from the device. Written under @lock. */
	bool dead;
	/** @users: Queues that have it; see axle_vm_use(). */
	atomic_t users;
	/**
	 * @pt: Belongs to @work while @jobs has elements, else to the holder of
	 * @lock.
	 */
	struct axle_pt pt;
	/** @tables: Tables that it has, those for waiting changes included. */
	atomic_t tables;
	/** @jobs_lock: Protects @jobs and @done. */
	spinlock_t jobs_lock;
	/** @jobs: Changes to be made, oldest first. */
	struct list_head jobs;
	/** @done: Changes made, whose remains are to be freed. */
	struct list_head done;
	/** @work: Makes the changes of @jobs. */
	struct work_struct work;
	/** @reap: Frees what @done has. */
	struct work_struct reap;
	/** @fence_context: Of the fences of asynchronous changes. */
	u64 fence_context;
	/** @fence_seqno: Of the newest fence; under @lock. */
	u64 fence_seqno;
	/** @link: In &axle_device.vms until it is dead; under its vms_lock. */
	struct list_head link;
};

struct axle_vm *axle_vm_find(struct axle_context *ctx, u32 number);
void axle_vm_put(struct axle_vm *vm);
int axle_vm_use(struct axle_vm *vm);
void axle_vm_unuse(struct axle_vm *vm);

/**
 * axle_vm_root() - The root entry of an address space, for the device.
 * @vm: the address space
 */
static inline u64 axle_vm_root(const struct axle_vm *vm)
{
	return axle_pt_root(&vm->pt);
}

#endif
