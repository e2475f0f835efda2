/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Queues, jobs and programs, as far as a driver sees them.
 *
 * The kit has the calls, the numbers, the waiting and the fences; a driver
 * tells the device what to do. A kernel-mode queue gets jobs one by one through
 * &axle_queue_ops.run; a user-mode queue has a ring that the program writes and
 * the device reads, and the driver only says how far the device is.
 */
#ifndef _AXLE_QUEUE_H_
#define _AXLE_QUEUE_H_

#include <linux/dma-fence.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <drm/gpu_scheduler.h>

#include <axle/axle_bo.h>
#include <axle/axle_device.h>
#include <axle/axle_vm.h>

struct axle_job;
struct axle_program;
struct axle_queue;
struct axle_wait;

/** define AXLE_JOB_PROGRAMS - Programs that one job can use. */
#define AXLE_JOB_PROGRAMS 8

/**
 * struct axle_queue_ops - What a driver with queues does for the kit;
 * &axle_ops.reset must be there, too.
 *
 * Members that say "hardware" are called between axle_hw_enter() and
 * axle_hw_exit(). Fences wait for @run, @stop, @restart, @poll, @arm and @dump, so
 * those neither allocate memory with GFP_KERNEL nor take reservations.
 */
struct axle_queue_ops {
	/** @kernel_engines: Engines with kernel-mode queues, one bit each. */
	u32 kernel_engines;
	/** @user_engines: Engines with user-mode queues, one bit each. */
	u32 user_engines;
	/**
	 * @serial_engines: Engines that take one job at a time, of whichever
	 * queue. Others take as many jobs of each kernel-mode queue as it has
	 * slots.
	 */
	u32 serial_engines;
	/**
	 * @watchdog_engines: Engines that end a job after its time-out by
	 * themselves. The kit then gives the device more time, as a queue may
	 * have to wait for others, before it takes the queue for hung.
	 */
	u32 watchdog_engines;
	/** @queues_per_context: Queues that one context can have. */
	u32 queues_per_context;
	/** @slots_min: Slots of a queue whose maker wants less; or zero. */
	u32 slots_min;
	/** @slots_max: Slots that a queue can have at most; a power of two. */
	u32 slots_max;
	/** @slots: Slots of a queue whose maker does not care. */
	u32 slots;
	/** @slot_size: Bytes of a slot; zero if there is no ring in memory. */
	u32 slot_size;
	/** @timeout_ms_max: Longest time-out that a job can have. */
	u32 timeout_ms_max;
	/** @timeout_ms: Time-out of a queue whose maker does not care. */
	u32 timeout_ms;
	/**
	 * @open: Make the device's side of a queue. &axle_queue.ring and
	 * &axle_queue.status are there, zeroed, if @slot_size is not zero. A
	 * user-mode queue gets &axle_queue.tail_page and, if the device has
	 * one, &axle_queue.wake_page here. Hardware; may sleep and allocate.
	 */
	int (*open)(struct axle_queue *queue);
	/**
	 * @close: Undo @open. When it returns, the device uses nothing of the
	 * queue. The hardware may be gone: call axle_hw_enter() before touching
	 * it, and then look at &axle_queue.stopped. No job is left, and nothing
	 * is mapped into programs. May sleep.
	 */
	void (*close)(struct axle_queue *queue);
	/**
	 * @check: Check &axle_job.commands and make the driver's own form of
	 * them in &axle_job.priv. Memory is named by elements of &axle_job.bos,
	 * which have addresses for the device that stay as long as the job. May
	 * sleep and allocate.
	 */
	int (*check)(struct axle_job *job);
	/** @release: Free what @check has made, also if that failed. */
	void (*release)(struct axle_job *job);
	/**
	 * @run: Start a job; axle_job_done() ends it. Called again for the jobs
	 * of others when a reset was needed to stop one. Hardware. Left out by
	 * devices with rings: the kit then writes what @check has left in
	 * &axle_job.slots into the ring, calls @ring, and learns of the end by
	 * @completed and axle_queue_progress() as in user mode.
	 *
	 * Return: 0, or an error that ends the job.
	 */
	int (*run)(struct axle_job *job);
	/**
	 * @ring: Kernel mode without @run: slots up to @tail have been written.
	 * Hardware, under a spinlock.
	 */
	void (*ring)(struct axle_queue *queue, u64 tail);
	/**
	 * @stop: Make the device let go of the queue at once. When it returns
	 * 0, the device uses no memory of its jobs, and axle_job_done() is not
	 * called any more. A device that cannot, or that has no @stop, is
	 * reset, and the jobs of others are run again. Hardware.
	 */
	int (*stop)(struct axle_queue *queue);
	/**
	 * @restart: The device was reset: tell it of this kernel-mode queue
	 * again, without jobs. Left out if it need not know. Hardware.
	 */
	int (*restart)(struct axle_queue *queue);
	/**
	 * @poll: Look for jobs that are done although no interrupt came, and
	 * report them; for rings the kit has done that. A device that does not
	 * answer at all is axle_device_fault(). Called when a queue has not got
	 * ahead for its time-out, before it is taken for hung. Hardware.
	 *
	 * Return: true if a job of the queue got ahead, done or not; it then
	 * has its time-out once more.
	 */
	bool (*poll)(struct axle_queue *queue);
	/**
	 * @submitted: User mode: position behind the last slot that was written
	 * and rung. What a program can write is read once and is not believed:
	 * the answer lies between @completed and that plus the slots. Hardware.
	 */
	u64 (*submitted)(struct axle_queue *queue);
	/**
	 * @completed: Rings: how many slots are done, from memory that the
	 * device writes. Any context, under a spinlock.
	 */
	u64 (*completed)(struct axle_queue *queue);
	/**
	 * @arm: Rings: have axle_queue_progress() called when @completed
	 * gets to @position, whatever the program does from now on. The kit
	 * looks at @completed once more after it. Hardware, under a spinlock.
	 */
	void (*arm)(struct axle_queue *queue, u64 position);
	/**
	 * @busy_ns: User mode: how long the device says that it has worked for
	 * the queue, from memory that it writes. It is not believed to count
	 * back, or more than the queue's age. Any context, under a spinlock.
	 */
	u64 (*busy_ns)(struct axle_queue *queue);
	/** @dump_size: Bytes that @dump writes. */
	size_t dump_size;
	/**
	 * @dump: A queue is about to be killed: write down the state of the
	 * device for devcoredump. Left out or an error: no dump. Hardware.
	 */
	int (*dump)(struct axle_queue *queue, void *dump);
};

/**
 * struct axle_program_ops - What a driver with programs does for the kit.
 */
struct axle_program_ops {
	/** @size_max: Bytes that a program can have. */
	u64 size_max;
	/** @per_context: Programs that one context can have. */
	u32 per_context;
	/**
	 * @load: Give the device &axle_program.data, which &axle_program.sgt
	 * and &axle_program.list say where to find meanwhile. Called again after
	 * each reset, which has emptied the device. Between axle_hw_enter() and
	 * axle_hw_exit(); may sleep.
	 *
	 * Return: 0, -ENOEXEC if the device refuses it, -ENOSPC.
	 */
	int (*load)(struct axle_program *program);
	/**
	 * @unload: Undo @load; no job uses it any more. The hardware may be
	 * gone: call axle_hw_enter() before touching it. May sleep.
	 */
	void (*unload)(struct axle_program *program);
};

/**
 * struct axle_program - A program that was given to the device.
 *
 * Lifetime: @ref. The file's number and jobs hold references.
 */
struct axle_program {
	/** @ctx: The context; it outlives its programs. */
	struct axle_context *ctx;
	/** @id: Number in the device, below its programs_max; constant. */
	u32 id;
	/** @data: The blob, the kit's copy; constant. */
	const void *data;
	/** @size: Bytes of it; constant. */
	size_t size;
	/** @sgt: Where it is for the device, while it is loaded. */
	struct sg_table sgt;
	/** @list: Address of the same as &struct axle_segment. */
	dma_addr_t list;
	/** @num_segments: Elements of it. */
	u32 num_segments;
	/** @info: Set by &axle_program_ops.load, for the user. */
	u64 info;
	/** @priv: The driver's. */
	void *priv;
	/** @ref: References. */
	struct kref ref;
	/** @link: In &axle_device.programs, under its programs_lock. */
	struct list_head link;
};

/**
 * struct axle_queue - A queue.
 *
 * Lifetime: @ref for the structure. The queue works from open until it is
 * killed (@error), and is shut by whichever comes first of QUEUE_DESTROY, the
 * last close of the file and the driver's end. Being shut frees all but the
 * structure.
 *
 * Lock order: reservations, @submit_lock; @shut_lock, axle_hw_enter(),
 * @run_lock, @lock. Faults take @map_lock when the device is awake.
 */
struct axle_queue {
	/** @ctx: The context; until the queue is shut, and in calls of its file. */
	struct axle_context *ctx;
	/** @adev: The device. */
	struct axle_device *adev;
	/** @vm: Its address space, or NULL; a reference and a use. */
	struct axle_vm *vm;
	/** @engine: Index of its engine; constant. */
	u32 engine;
	/** @mode: %DRM_AXLE_QUEUE_KERNEL or %DRM_AXLE_QUEUE_USER; constant. */
	u32 mode;
	/** @priority: 0 to 3; constant. */
	u32 priority;
	/** @slots: Power of two; constant. */
	u32 slots;
	/** @made_ns: When it was made; constant. */
	u64 made_ns;
	/** @timeout_ms: Of a job; constant. */
	u32 timeout_ms;
	/** @number: In the file; constant. */
	u32 number;
	/** @id: In &axle_device.queue_ids, unique in the device; constant. */
	u32 id;
	/** @priv: The driver's. */
	void *priv;

	/** @ring: The ring, or NULL; until the queue is shut. */
	void *ring;
	/** @ring_dma: Its address for the device. */
	dma_addr_t ring_dma;
	/** @ring_size: Bytes, whole pages. */
	u32 ring_size;
	/** @status: A page that the device writes, or NULL; as @ring. */
	void *status;
	/** @status_dma: Its address for the device. */
	dma_addr_t status_dma;
	/** @tail_page: Physical address of the program's tail page, or 0. */
	phys_addr_t tail_page;
	/** @wake_page: Physical address of the program's wake page, or 0. */
	phys_addr_t wake_page;

	/* The kit's own. */

	/** @ref: References. */
	struct kref ref;
	/** @link: In &axle_device.queues, under its queues_lock. */
	struct list_head link;
	/** @sched: Of this queue, unless its engine is serial. */
	struct drm_gpu_scheduler *sched;
	/** @entity: Kernel mode: the jobs that wait. */
	struct drm_sched_entity entity;
	/** @fence_context: Of the fences of jobs; of those that wait + 1. */
	u64 fence_context;
	/** @submit_lock: Makes submission and its order one step. */
	struct mutex submit_lock;
	/** @sequence: Of the newest job; under @submit_lock. */
	u64 sequence;
	/** @num_jobs: Jobs that were submitted and not freed yet. */
	atomic_t num_jobs;
	/** @waiting: Jobs that were submitted and are not done. */
	atomic_t waiting;

	/** @run_lock: Held while a job is given to the driver. */
	struct mutex run_lock;
	/** @lock: Protects what follows up to @map_lock; irqs off. */
	spinlock_t lock;
	/** @jobs: Jobs that the driver does not have yet, in order. */
	struct list_head jobs;
	/** @running: Jobs that the driver has, in order. */
	struct list_head running;
	/** @fences: User mode: what is waited for, by position. */
	struct list_head fences;
	/** @error: Why it was killed, or zero. Written once. */
	int error;
	/** @stopped: The device was stopped or reset, and has let go of it. */
	bool stopped;
	/**
	 * @lost: The device was reset and does not know the queue any more.
	 * Written under &axle_device.reset_sem, so drivers read it between
	 * axle_hw_enter() and axle_hw_exit().
	 */
	bool lost;
	/**
	 * @done: User mode: slots done when last looked at. Kernel mode: number
	 * of the newest job that has ended without an error.
	 */
	u64 done;
	/** @busy_ns: User mode: what has been accounted of it. */
	u64 busy_ns;
	/** @cycles: Cycles that have been accounted of it since a reset. */
	u64 cycles;
	/** @seen: User mode: slots done when the device last wanted to sleep. */
	u64 seen;
	/** @head: Rings of kernel mode: slots done when last looked at. */
	u64 head;
	/** @tail: Rings of kernel mode: position behind the last slot. */
	u64 tail;
	/** @since: When it last got ahead, in jiffies. */
	unsigned long since;
	/** @fault: What axle_queue_fail() has said. */
	struct drm_axle_event fault;

	/** @map_lock: Makes faults and @unmapped exclusive. */
	struct mutex map_lock;
	/** @unmapped: Programs get @dead_page. Under @map_lock. */
	bool unmapped;
	/**
	 * @dead_page: Behind the mappings of a dead queue; made when a fault
	 * needs it, under @map_lock, and freed with this, as mappings hold it.
	 */
	struct page *dead_page;
	/** @shut_lock: Held while it is shut. */
	struct mutex shut_lock;
	/** @shut: It has been shut. Under @shut_lock. */
	bool shut;
	/** @timeout: Looks whether it gets ahead. */
	struct delayed_work timeout;
	/** @kill: For axle_queue_fail(). */
	struct work_struct kill;
	/** @unmap: Takes mappings away after a kill. */
	struct work_struct unmap;
};

/**
 * struct axle_job_bo - A buffer object that a job uses.
 */
struct axle_job_bo {
	/** @bo: The object, a reference. */
	struct axle_bo *bo;
	/** @write: The job may write it. */
	bool write;
};

/**
 * struct axle_job - A job of a kernel-mode queue.
 *
 * Lifetime: the kit's, from SUBMIT until some time after axle_job_done().
 */
struct axle_job {
	/** @base: The scheduler's part. */
	struct drm_sched_job base;
	/** @queue: Its queue, which outlives it. */
	struct axle_queue *queue;
	/** @sequence: Number in the queue, from 1. */
	u64 sequence;
	/** @commands: The user's, a copy that is the driver's to change. */
	void *commands;
	/** @command_size: Bytes, a multiple of 8. */
	u32 command_size;
	/** @num_bos: Elements in @bos. */
	u32 num_bos;
	/** @bos: What it uses, in the order of the user's array. */
	struct axle_job_bo *bos;
	/** @link: For the driver while it has the job. */
	struct list_head link;
	/** @priv: The driver's. */
	void *priv;
	/**
	 * @slots: For the ring, made by &axle_queue_ops.check with kvmalloc() or
	 * by axle_job_build(), or @commands itself; the kit frees it.
	 */
	void *slots;
	/** @num_slots: How many; 1 to &axle_queue.slots. */
	u32 num_slots;

	/* The kit's own. */

	/** @lists: What axle_job_room() gives, or NULL. */
	void *lists;
	/** @lists_dma: Address of @lists for the device. */
	dma_addr_t lists_dma;
	/** @lists_size: Bytes of @lists. */
	size_t lists_size;
	/** @lists_used: Bytes given. */
	size_t lists_used;
	/**
	 * @end: Position behind its last slot, 0 while it is not in the ring.
	 * Under &axle_queue.lock.
	 */
	u64 end;
	/** @queue_link: In &axle_queue.jobs or &axle_queue.running. */
	struct list_head queue_link;
	/** @fence: What users wait for. */
	struct dma_fence *fence;
	/** @gate: Signals when @waits are over or the queue is dead; or NULL. */
	struct dma_fence *gate;
	/** @waits: What it waits for. */
	struct axle_wait *waits;
	/** @num_waits: Elements in @waits. */
	u32 num_waits;
	/** @pending: Elements of @waits that have not signalled, plus one. */
	atomic_t pending;
	/** @programs: References to programs. */
	struct axle_program *programs[AXLE_JOB_PROGRAMS];
	/** @num_programs: Elements in @programs. */
	u32 num_programs;
	/** @given: The driver has it. Under &axle_queue.lock. */
	bool given;
};

/**
 * struct axle_range - Bytes of a buffer object that a job means.
 */
struct axle_range {
	/** @use: Index into &axle_job.bos, as the user says. */
	u32 use;
	/** @write: The job writes them. */
	bool write;
	/** @offset: Of the first, as the user says. */
	u64 offset;
	/** @size: How many. */
	u64 size;
};

/**
 * struct axle_segment - Element of the lists that axle_job_segments() writes.
 */
struct axle_segment {
	/** @address: For the device. */
	__le64 address;
	/** @size: Bytes, at most 1 GiB. */
	__le32 size;
	/** @reserved: Zero. */
	__le32 reserved;
};

int axle_job_build(struct axle_job *job, int (*build)(struct axle_job *job));
void axle_job_slot(struct axle_job *job, const void *slot);
void *axle_job_room(struct axle_job *job, size_t size, u64 *address);
int axle_job_word(struct axle_job *job, const struct axle_range *range,
		  u64 *address);
int axle_job_segments(struct axle_job *job, const struct axle_range *range,
		      u64 *list);
void axle_job_done(struct axle_job *job, int error);
bool axle_job_may_use(const struct axle_job *job, u32 use, u64 offset, u64 size,
		      bool write);
struct axle_program *axle_job_program(struct axle_job *job, u32 number);
void axle_queue_progress(struct axle_queue *queue);
void axle_queues_progress(struct axle_device *adev, u32 first, u32 step);
void axle_queue_error(struct axle_device *adev, u32 id, int error, u32 code,
		      u64 address);
void axle_queue_fail(struct axle_queue *queue, int error, u32 code,
		     u64 address);
void axle_event_report(struct axle_device *adev, u32 type, u32 code,
		       u64 address, u64 value);

#endif
