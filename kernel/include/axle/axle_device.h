/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a driver on the Axle kit may call. docs/add-a-device.md tells how the
 * pieces go together; kernel/edu is the example to copy.
 */
#ifndef _AXLE_DEVICE_H_
#define _AXLE_DEVICE_H_

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/idr.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <drm/drm_accel.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>

#include <axle/axle_compat.h>
#include <axle/axle_monitor.h>
#include <drm/axle_drm.h>

struct axle_context;
struct axle_control;
struct axle_device;
struct axle_devlink;
struct axle_events;
struct axle_hwmon;
struct axle_limits;
struct axle_memory;
struct axle_netlink;
struct axle_program_ops;
struct axle_queue_ops;
struct axle_ras;
struct axle_sysfs;
struct axle_telemetry_state;
struct axle_vm_ops;
struct dma_buf;
struct dma_buf_attachment;
struct dma_pool;
struct drm_gpu_scheduler;
struct sg_table;

/** define AXLE_MAX_ENGINES - Engines that a device can have. */
#define AXLE_MAX_ENGINES 8
/** define AXLE_MAX_REGIONS - Memory regions that a device can have. */
#define AXLE_MAX_REGIONS 4
/** define AXLE_IOCTL_MAX - Bytes that a call's struct can have. */
#define AXLE_IOCTL_MAX 128

/* Flags of &struct axle_ioctl. */
/** define AXLE_IOCTL_COMPUTE - The call exists on the compute node. */
#define AXLE_IOCTL_COMPUTE BIT(0)
/** define AXLE_IOCTL_CONTROL - The call exists on the control node. */
#define AXLE_IOCTL_CONTROL BIT(1)
/** define AXLE_IOCTL_ADMIN - The call needs CAP_SYS_ADMIN. */
#define AXLE_IOCTL_ADMIN BIT(2)
/**
 * define AXLE_IOCTL_HW - Run the handler between axle_hw_enter() and
 * axle_hw_exit(). Such a handler must not touch user memory.
 */
#define AXLE_IOCTL_HW BIT(3)

/**
 * struct axle_ioctl - One call of a driver.
 *
 * The kit has checked the size and copied the struct in before it runs
 * @func, and copies it back out if @func returned 0 and the call number says
 * so. What remains to @func is to check the values, padding included.
 */
struct axle_ioctl {
	/** @cmd: Call number, with the size of the newest struct. */
	unsigned int cmd;
	/** @min_size: Size of the struct's first version. */
	u16 min_size;
	/** @flags: AXLE_IOCTL_COMPUTE and its like. */
	u16 flags;
	/** @func: The handler; @ctx is NULL on the control node. */
	int (*func)(struct axle_device *adev, struct axle_context *ctx,
		    void *data);
};

/**
 * define AXLE_IOCTL - Row of a driver's table of calls.
 * @_cmd: the call's number, DRM_IOCTL_AXLE_...
 * @_struct: its struct, which has had one version so far
 * @_flags: AXLE_IOCTL_COMPUTE and its like
 * @_func: the handler
 */
#define AXLE_IOCTL(_cmd, _struct, _flags, _func)    \
	{                                           \
		.cmd = (_cmd),                      \
		.min_size = sizeof(struct _struct), \
		.flags = (_flags),                  \
		.func = (_func),                    \
	}

/**
 * struct axle_region - A memory region of a device.
 */
struct axle_region {
	/** @name: Short, for fdinfo and queries. */
	const char *name;
	/** @kind: One of &enum drm_axle_memory_kind. */
	u32 kind;
	/** @size: Bytes; zero for system memory. */
	u64 size;
	/** @per_context: Bytes that every context has from open to close. */
	u64 per_context;
	/**
	 * @buffers: Users can make buffer objects in it. Of a device's own
	 * memory this needs axle_memory_init(), too.
	 */
	bool buffers;
};

/**
 * struct axle_ops - What a driver does for the kit. Every member may be left
 * out; the kit then answers that the device cannot.
 */
struct axle_ops {
	/**
	 * @context_open: A context was opened: set up the device's side of it.
	 * Called again after each reset, which has emptied the device. May
	 * sleep; called between axle_hw_enter() and axle_hw_exit().
	 */
	int (*context_open)(struct axle_context *ctx);
	/**
	 * @context_close: Undo @context_open. The hardware may be gone: call
	 * axle_hw_enter() before touching it.
	 */
	void (*context_close)(struct axle_context *ctx);
	/**
	 * @reset: Bring the device back to its state after probe. No handler
	 * is between axle_hw_enter() and axle_hw_exit() meanwhile. A device
	 * that does not come back must be kept from memory (bus mastering
	 * off), as the kit then gives what it used to others.
	 */
	int (*reset)(struct axle_device *adev);
	/**
	 * @suspend: Put the idle device to sleep; its interrupts and its DMA
	 * are quiet afterwards. Nobody is between axle_hw_enter() and
	 * axle_hw_exit(), no queue has work, and programs reach neither
	 * doorbells nor device memory. The power of the bus is the bus's. On an
	 * error all is as before, and it is tried again later. Allocates with
	 * GFP_NOIO at most, as fences wait for it; calls nothing that enters
	 * the hardware.
	 */
	int (*suspend)(struct axle_device *adev);
	/**
	 * @resume: Undo @suspend, all that the device knew included. A device
	 * that does not wake is reset. The rules of @suspend.
	 */
	int (*resume)(struct axle_device *adev);
	/**
	 * @query: Answer a topic from DRM_AXLE_TOPIC_DRIVER on: allocate the
	 * answer with kvmalloc(), store it at @data and its bytes at @size.
	 * The kit frees it. Return -EINVAL for an unknown topic. @ctx is NULL
	 * on the control node. Called between axle_hw_hold() and
	 * axle_hw_release(): the device may be asleep and stays so, hence the
	 * answer is in memory.
	 */
	int (*query)(struct axle_device *adev, struct axle_context *ctx,
		     u32 topic, void **data, size_t *size);
	/**
	 * @mem_clear: Zero device memory, of a region whose window the CPU
	 * does not see in full. Called between axle_hw_enter() and
	 * axle_hw_exit().
	 */
	int (*mem_clear)(struct axle_device *adev, unsigned int region,
			 u64 address, u64 size);
	/** @vm: Address spaces of an on-chip MMU; see <axle/axle_vm.h>. */
	const struct axle_vm_ops *vm;
	/** @queue: Queues; see <axle/axle_queue.h>. */
	const struct axle_queue_ops *queue;
	/** @program: Programs; see <axle/axle_queue.h>. */
	const struct axle_program_ops *program;
	/** @monitor: What operators see; see <axle/axle_monitor.h>. */
	const struct axle_monitor_ops *monitor;
	/** @debugfs_init: Add files of the driver's own under @root. */
	void (*debugfs_init)(struct axle_device *adev, struct dentry *root);
	/** @ioctls: The driver's own calls. */
	const struct axle_ioctl *ioctls;
	/** @num_ioctls: Elements in @ioctls. */
	unsigned int num_ioctls;
	/** @engines: Names of the engines. */
	const char *const *engines;
	/** @num_engines: Elements in @engines. */
	unsigned int num_engines;
	/** @regions: The memory regions. */
	const struct axle_region *regions;
	/** @num_regions: Elements in @regions. */
	unsigned int num_regions;
};

/* Initialisers of the tables in &struct axle_ops. */
/** define AXLE_IOCTLS - Set a driver's own calls from an array. */
#define AXLE_IOCTLS(_array) .ioctls = (_array), .num_ioctls = ARRAY_SIZE(_array)
/** define AXLE_ENGINES - Set the names of the engines from an array. */
#define AXLE_ENGINES(_array) \
	.engines = (_array), .num_engines = ARRAY_SIZE(_array)
/** define AXLE_REGIONS - Set the memory regions from an array. */
#define AXLE_REGIONS(_array) \
	.regions = (_array), .num_regions = ARRAY_SIZE(_array)

/**
 * struct axle_busy - How long an engine has worked, in all or for a context.
 *
 * Protected by &axle_device.busy_lock.
 */
struct axle_busy {
	/** @ns: Time of the spells that have ended. */
	u64 ns;
	/** @since: Start of the present spell, if @running. */
	u64 since;
	/** @running: Jobs at work. */
	u32 running;
};

/**
 * struct axle_device - A device on the kit; embedded in the driver's own.
 *
 * Lifetime: that of @drm, which is allocated by axle_device_alloc(), held by
 * the bound driver and by every open file of both nodes, and freed with the
 * last of them. The hardware lives shorter: it is there only between
 * axle_hw_enter() and axle_hw_exit().
 *
 * Lock order: SRCU of drm_dev_enter(), the wake-up of the device, @reset_mutex,
 * @reset_sem, @vms_lock, @programs_lock, @queues_lock, @contexts_lock,
 * @busy_lock, the lock of @ras, @events_lock.
 */
struct axle_device {
	/** @drm: The DRM device. */
	struct drm_device drm;

	/* Set by the driver before axle_device_register(), constant after. */

	/** @ops: What the driver does. */
	const struct axle_ops *ops;
	/** @name: What people call the device. */
	const char *name;
	/** @device_class: One of &enum drm_axle_class. */
	u32 device_class;
	/** @contexts_max: Contexts of the hardware, at least 1. */
	u32 contexts_max;
	/** @dma_address_bits: Width of the addresses that the device emits. */
	u32 dma_address_bits;
	/** @vms_max: Address spaces of the hardware, for &axle_ops.vm. */
	u32 vms_max;
	/** @vms_per_context: Address spaces that one context can have. */
	u32 vms_per_context;
	/** @queues_max: Queues of the hardware, which bounds &axle_queue.id. */
	u32 queues_max;
	/** @programs_max: The same of programs and &axle_program.id. */
	u32 programs_max;
	/**
	 * @autosuspend_ms: An idle device sleeps after this time; 0: never. For
	 * drivers with &axle_ops.suspend and axle_pm_ops.
	 */
	u32 autosuspend_ms;
	/**
	 * @firmware_version: Version that runs, empty if there is none. The one
	 * member here that may change: the driver writes it in
	 * &axle_ops.reset, too. Others read axle_firmware_version().
	 */
	char firmware_version[64];
	/** @serial: Serial number, empty if there is none. */
	char serial[64];

	/* The kit's own. */

	/** @version_lock: Protects @version. */
	spinlock_t version_lock;
	/** @version: What @firmware_version was after the last reset. */
	char version[64];

	/** @control: The control node, between register and unplug. */
	struct axle_control *control;

	/** @contexts_lock: Protects @contexts and @contexts_used. */
	struct mutex contexts_lock;
	/** @contexts: The open contexts, by &axle_context.link. */
	struct list_head contexts;
	/** @contexts_used: Length of @contexts; read without lock to report. */
	u32 contexts_used;
	/** @context_ids: Numbers of the contexts in the device. */
	struct ida context_ids;

	/** @busy_lock: Protects all &struct axle_busy of the device. */
	spinlock_t busy_lock;
	/** @busy: Busy time of each engine. */
	struct axle_busy busy[AXLE_MAX_ENGINES];
	/** @mem_used: Bytes in use of each region. */
	atomic64_t mem_used[AXLE_MAX_REGIONS];

	/** @memory: Device memory that the kit gives out; constant. */
	struct axle_memory *memory[AXLE_MAX_REGIONS];
	/** @bos_lock: Protects @bos_mapped. */
	spinlock_t bos_lock;
	/** @bos_mapped: Buffer objects that are mapped for DMA. */
	struct list_head bos_mapped;
	/** @vms_lock: Protects @vms. */
	struct mutex vms_lock;
	/** @vms: The address spaces that the device knows. */
	struct list_head vms;
	/** @asids: Numbers of the address spaces in the device. */
	struct ida asids;
	/** @table_pool: Page tables, from register to the end of the driver. */
	struct dma_pool *table_pool;
	/** @fence_wq: For changes of address spaces; fences depend on them. */
	struct workqueue_struct *fence_wq;
	/**
	 * @reset_wq: For resets, which those wait for: without memory for
	 * another thread a workqueue has one, which must not wait for itself.
	 */
	struct workqueue_struct *reset_wq;
	/** @reap_wq: Frees what the changes left over; NULL without MMU. */
	struct workqueue_struct *reap_wq;
	/**
	 * @stopped: The driver has ended, so the device does no DMA any more.
	 * Memory that a removed device may still use is freed after this.
	 */
	struct completion stopped;

	/** @queues_lock: Protects @queues. */
	struct mutex queues_lock;
	/** @queues: The queues that the device knows. */
	struct list_head queues;
	/** @queue_ids: All queues by &axle_queue.id; has a lock of its own. */
	struct xarray queue_ids;
	/** @queues_open: Those that interrupts may be about; its lock, irqs off. */
	struct xarray queues_open;
	/** @engine_sched: Schedulers of serial engines; constant. */
	struct drm_gpu_scheduler *engine_sched[AXLE_MAX_ENGINES];
	/** @queue_wq: Gives jobs to the driver; fences depend on it. */
	struct workqueue_struct *queue_wq;
	/** @recover_wq: Ends queues that hang; fences depend on it. Ordered. */
	struct workqueue_struct *recover_wq;
	/** @programs_lock: Protects @programs. */
	struct mutex programs_lock;
	/** @programs: The programs that the device has. */
	struct list_head programs;
	/** @program_ids: Their numbers in the device. */
	struct ida program_ids;
	/** @events_lock: Protects @events; irqs off. */
	spinlock_t events_lock;
	/** @events: Of all open files of both nodes. */
	struct list_head events;

	/** @waitq: Where axle_wait() sleeps; interrupt handlers wake it. */
	wait_queue_head_t waitq;
	/** @reset_mutex: Held by the one that resets, around all of it. */
	struct mutex reset_mutex;
	/** @reset_sem: Read: uses the hardware; write: resets it. */
	struct rw_semaphore reset_sem;
	/** @reset_work: The reset that axle_device_fault() asks for. */
	struct work_struct reset_work;
	/** @gone: Set once, when the device goes away. Read without lock. */
	bool gone;
	/**
	 * @sleeps: Runtime PM puts the device to sleep. Set at the end of
	 * register, cleared when the driver has ended.
	 */
	bool sleeps;
	/**
	 * @sleep_work: Asks once more a device that has refused to sleep. There
	 * while @sleeps is set; stopped by unplug.
	 */
	struct delayed_work sleep_work;
	/** @power_enabled: The kit has enabled runtime PM, not the bus. */
	bool power_enabled;
	/**
	 * @halted: The whole system sleeps. Written under @reset_mutex and,
	 * when set, @reset_sem; read without lock.
	 */
	bool halted;
	/**
	 * @resetting: A reset waits for @reset_sem or has it. Written under
	 * @reset_mutex, read without lock.
	 */
	bool resetting;
	/**
	 * @failed: Set by a fault, from anywhere; cleared by a reset that
	 * succeeds, under @reset_sem. Read without lock.
	 */
	bool failed;
	/** @resets: Resets so far. */
	atomic64_t resets;
	/** @faults: Faults so far. */
	atomic64_t faults;
	/** @last_fault_ns: Time of the newest fault. */
	atomic64_t last_fault_ns;

	/** @telemetry: Of axle_telemetry.c; constant, as what follows. */
	struct axle_telemetry_state *telemetry;
	/** @limits: Of axle_limit.c. */
	struct axle_limits *limits;
	/** @ras: Of axle_ras.c. */
	struct axle_ras *ras;
	/** @hwmon: Of axle_hwmon.c, from register to unplug. */
	struct axle_hwmon *hwmon;
	/** @sysfs: Of axle_sysfs.c, from register to unplug. */
	struct axle_sysfs *sysfs;
	/** @devlink: Of axle_devlink.c, from register to unplug. */
	struct axle_devlink *devlink;
	/** @netlink: Of axle_netlink.c, from register to unplug; its lock. */
	struct axle_netlink *netlink;
};

/**
 * to_axle_device() - The Axle device around a DRM device.
 * @drm: the DRM device
 */
static inline struct axle_device *to_axle_device(struct drm_device *drm)
{
	return container_of(drm, struct axle_device, drm);
}

/**
 * struct axle_context - One open file of the compute node.
 *
 * Lifetime: from open to the last close of the file, which may come long
 * after the device has gone; the file holds the device's memory until then.
 */
struct axle_context {
	/** @adev: The device. */
	struct axle_device *adev;
	/** @file: The DRM file whose driver_priv this is. */
	struct drm_file *file;
	/** @uid: Who opened the file; the context counts as that user's. */
	kuid_t uid;
	/** @pid: The process that did, in the first namespace. */
	pid_t pid;
	/** @id: Number in the device, below &axle_device.contexts_max; constant. */
	u32 id;
	/**
	 * @opened: The device has it. Set where the hardware is used, cleared
	 * under &axle_device.contexts_lock.
	 */
	bool opened;
	/** @link: In &axle_device.contexts, under its contexts_lock. */
	struct list_head link;
	/** @busy: Busy time of each engine, under &axle_device.busy_lock. */
	struct axle_busy busy[AXLE_MAX_ENGINES];
	/** @cycles: Cycles of each engine, under &axle_device.busy_lock. */
	u64 cycles[AXLE_MAX_ENGINES];
	/** @mem: Bytes that it has of each region, besides buffer objects. */
	atomic64_t mem[AXLE_MAX_REGIONS];
	/** @vms: Its address spaces, by number; has a lock of its own. */
	struct xarray vms;
	/** @queues: Its queues, by number; has a lock of its own. */
	struct xarray queues;
	/** @programs: Its programs, by number; has a lock of its own. */
	struct xarray programs;
	/** @events: What its readers get; constant. */
	struct axle_events *events;
	/** @priv: The driver's. */
	void *priv;
};

int axle_device_init(struct axle_device *adev, const struct axle_ops *ops);

/**
 * axle_device_alloc() - Allocate a driver's device structure.
 * @parent: the bus device; it also holds a reference, dropped at unbind
 * @_driver: &struct drm_driver made by DEFINE_AXLE_DRIVER()
 * @_ops: &struct axle_ops of the driver
 * @_type: the driver's structure
 * @_member: the &struct axle_device in it
 *
 * Return: the zeroed structure, or an ERR_PTR.
 */
#define axle_device_alloc(parent, _driver, _ops, _type, _member)         \
	({                                                               \
		_type *dev_ = devm_drm_dev_alloc(parent, _driver, _type, \
						 _member.drm);           \
		int err_ = PTR_ERR_OR_ZERO(dev_);                        \
		if (!err_)                                               \
			err_ = axle_device_init(&dev_->_member, _ops);   \
		err_ ? ERR_PTR(err_) : dev_;                             \
	})

int axle_device_register(struct axle_device *adev);
void axle_device_unplug(struct axle_device *adev);

int axle_hw_enter(struct axle_device *adev, int *cookie);
void axle_hw_exit(struct axle_device *adev, int cookie);
int axle_hw_hold(struct axle_device *adev, int *cookie);
void axle_hw_release(struct axle_device *adev, int cookie);

extern const struct dev_pm_ops axle_pm_ops;

int axle_device_reset(struct axle_device *adev);
int axle_device_fault(struct axle_device *adev, const char *what);

bool axle_device_stopping(struct axle_device *adev);
int axle_wait_result(struct axle_device *adev, bool done);

/**
 * axle_wait() - Sleep until the device has done something.
 * @adev: the device
 * @cond: what to wait for; once true it must stay true. The interrupt handler
 *	makes it so and then wakes &axle_device.waitq
 * @timeout_ms: how long at most
 *
 * To be called between axle_hw_enter() and axle_hw_exit(). Signals do not end
 * the wait, because hardware that has been started cannot be called back; a
 * reset and the device's removal do.
 *
 * Return: 0, -ECANCELED if the device is being reset, -ENODEV if it goes
 * away, -ETIME after @timeout_ms.
 */
#define axle_wait(adev, cond, timeout_ms)                                 \
	({                                                                \
		struct axle_device *adev_ = (adev);                       \
		wait_event_timeout(adev_->waitq,                          \
				   (cond) || axle_device_stopping(adev_), \
				   msecs_to_jiffies(timeout_ms));         \
		axle_wait_result(adev_, (cond));                          \
	})

/**
 * axle_engine_wait() - Account an engine to a context until it is done.
 * @ctx: the context
 * @engine: index into &axle_ops.engines; it has just been started
 * @cond: as for axle_wait()
 * @timeout_ms: how long the engine can take at most
 *
 * An engine that is not done by then is taken as a fault of the device, see
 * axle_device_fault().
 *
 * Return: 0, -ECANCELED if the device is being reset, -ENODEV if it goes
 * away, -EIO after @timeout_ms.
 */
#define axle_engine_wait(ctx, engine, cond, timeout_ms)                   \
	({                                                                \
		struct axle_context *ctx_ = (ctx);                        \
		unsigned int engine_ = (engine);                          \
		int ret_;                                                 \
		axle_engine_begin(ctx_, engine_);                         \
		ret_ = axle_wait(ctx_->adev, cond, timeout_ms);           \
		axle_engine_end(ctx_, engine_);                           \
		ret_ == -ETIME ? axle_engine_fault(ctx_, engine_) : ret_; \
	})

int axle_engine_fault(struct axle_context *ctx, unsigned int engine);
void axle_engine_begin(struct axle_context *ctx, unsigned int engine);
void axle_engine_end(struct axle_context *ctx, unsigned int engine);
void axle_mem_charge(struct axle_context *ctx, unsigned int region, s64 bytes);

/* What DEFINE_AXLE_DRIVER() refers to. */
int axle_open(struct drm_device *drm, struct drm_file *file);
void axle_postclose(struct drm_device *drm, struct drm_file *file);
void axle_show_fdinfo(struct drm_printer *p, struct drm_file *file);
long axle_compute_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);
int axle_mmap(struct file *filp, struct vm_area_struct *vma);
int axle_compute_mmap(struct file *filp, struct vm_area_struct *vma);
ssize_t axle_compute_read(struct file *filp, char __user *to, size_t size,
			  loff_t *offset);
__poll_t axle_compute_poll(struct file *filp, struct poll_table_struct *wait);
struct drm_gem_object *axle_bo_gem_create(struct drm_device *drm, size_t size);
struct drm_gem_object *axle_prime_import(struct drm_device *drm,
					 struct dma_buf *dmabuf);
struct drm_gem_object *axle_bo_import(struct drm_device *drm,
				      struct dma_buf_attachment *attach,
				      struct sg_table *sgt);
#ifdef CONFIG_COMPAT
long axle_compute_compat_ioctl(struct file *filp, unsigned int cmd,
			       unsigned long arg);
#else
#define axle_compute_compat_ioctl NULL
#endif

/**
 * define DEFINE_AXLE_DRIVER - Define a driver's &struct drm_driver.
 * @_var: name of the variable
 * @_name: short name of the driver, the alias of its devices
 * @_desc: one line about it
 * @_major: its version
 * @_minor: its version
 */
#define DEFINE_AXLE_DRIVER(_var, _name, _desc, _major, _minor)         \
	static const struct file_operations _var##_fops = {            \
		.owner = THIS_MODULE,                                  \
		.open = accel_open,                                    \
		.release = drm_release,                                \
		.unlocked_ioctl = axle_compute_ioctl,                  \
		.compat_ioctl = axle_compute_compat_ioctl,             \
		.poll = axle_compute_poll,                             \
		.read = axle_compute_read,                             \
		.mmap = axle_compute_mmap,                             \
		.llseek = noop_llseek,                                 \
		.show_fdinfo = drm_show_fdinfo,                        \
		AXLE_COMPAT_FOPS,                                      \
	};                                                             \
	static const struct drm_driver _var = {                        \
		.driver_features = DRIVER_COMPUTE_ACCEL | DRIVER_GEM | \
				   DRIVER_GEM_GPUVA | DRIVER_SYNCOBJ | \
				   DRIVER_SYNCOBJ_TIMELINE,            \
		.open = axle_open,                                     \
		.postclose = axle_postclose,                           \
		.show_fdinfo = axle_show_fdinfo,                       \
		.gem_create_object = axle_bo_gem_create,               \
		.gem_prime_import = axle_prime_import,                 \
		.gem_prime_import_sg_table = axle_bo_import,           \
		.fops = &_var##_fops,                                  \
		.name = _name,                                         \
		.desc = _desc,                                         \
		.major = _major,                                       \
		.minor = _minor,                                       \
		AXLE_COMPAT_DRIVER,                                    \
	}

#endif
