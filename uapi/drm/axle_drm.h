/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/*
 * The user interface of Axle, the accelerator driver kit on top of DRM accel.
 *
 * A device driven by the kit has two nodes:
 *
 *  - /dev/accel/accelN, the compute node. One open file is one hardware
 *    context; passing the descriptor passes the context. Next to the calls
 *    below it answers DRM's own (VERSION, GEM_CLOSE, PRIME_*, SYNCOBJ_*).
 *  - /dev/accel/accel_controlN, the control node, for monitoring and
 *    administration. Any number of openers, no context, nothing that belongs
 *    to a user of the compute node.
 *
 * Rules for every call and struct in this header
 * ----------------------------------------------
 *  1. Layouts are the same for 32-bit and 64-bit programs: members are
 *     naturally aligned, pointers are __u64, padding is spelled out.
 *  2. Padding and reserved members must be zero, unknown flags are refused.
 *     An extension therefore always shows as an error on an older kernel.
 *  3. The top-level struct of a call may grow at its end. Its size is part of
 *     the call number. A kernel that knows a longer struct takes the missing
 *     tail as zero; a kernel that knows a shorter one accepts the call only if
 *     the unknown tail is zero (E2BIG otherwise), and leaves the tail alone
 *     when it writes back. Members beyond the first version are never
 *     required. Fewer bytes than the first version are refused (EINVAL).
 *  4. Structs behind a pointer carry their size next to the pointer
 *     (&struct drm_axle_query.size), arrays carry count and stride.
 *  5. Growth that cannot be told from rule 3 gets a bit in
 *     &struct drm_axle_query_device.features.
 *  6. Times are CLOCK_MONOTONIC nanoseconds, deadlines are absolute, sizes are
 *     bytes. Strings end with a NUL inside their array.
 *  7. A call that fails has changed nothing, unless its text says otherwise.
 *  8. Handles of buffer objects and syncobjs are DRM's; numbers of address
 *     spaces, programs and queues are the kit's, count from 1 and belong to the
 *     file. Zero names none of any kind.
 *
 * Errors; one number has one meaning
 * ----------------------------------
 *  ==========  ============================================================
 *  E2BIG       the struct is longer than this kernel knows and its tail is
 *              not zero
 *  EACCES      the permissions of the node do not allow open(), or what is
 *              mapped may only be read
 *  EAGAIN      read(): there is no event
 *  EBUSY       something still uses the object
 *  ECANCELED   the work was killed by a device reset, by the end of its queue,
 *              or because a job before it failed its queue
 *  EDEADLK     a fence would wait for itself
 *  EDQUOT      open(): this user already holds its share of the contexts
 *              (&struct drm_axle_query_limits.contexts_per_user)
 *  EEXIST      the range of addresses is taken
 *  EFAULT      a pointer is not readable or not writable
 *  EINVAL      a value is out of range, a flag or topic is unknown, padding
 *              is not zero, or the struct is shorter than its first version
 *  EIO         the device failed or broke its own rules
 *  ENOENT      there is no such handle or number in this file
 *  ENOEXEC     the device refused the program
 *  ENODEV      the device is gone; every later call on the file says the same
 *  ENOMEM      no memory
 *  ENOSPC      no device memory, address space, queue or program number is
 *              free
 *  ENOTTY      there is no such call
 *  EOPNOTSUPP  the call or topic is known, but not to this device or not on
 *              this node
 *  EINTR       a signal came; nothing was changed
 *  EPERM       the call needs CAP_SYS_ADMIN, or the priority CAP_SYS_NICE
 *  ETIME       the wait ended at its deadline; the work goes on
 *  ETIMEDOUT   fence: the job took longer than it may
 *  EUSERS      open(): every context of the device is in use
 *              (&struct drm_axle_query_limits.contexts_max)
 *  ==========  ============================================================
 *
 * DRM's own calls keep DRM's errors; among them, a call number outside of
 * both ranges below is EINVAL.
 *
 * Call numbers, relative to DRM_COMMAND_BASE (0x40): 0x00 to 0x1f belong to
 * the kit, %DRM_AXLE_DRIVER_BASE to %DRM_AXLE_DRIVER_END to the device's
 * driver (see axle_DRIVER.h).
 */
#ifndef _AXLE_DRM_H_
#define _AXLE_DRM_H_

/*
 * In the kernel tree and where libdrm is installed this is <drm/drm.h>. The
 * few names taken from there are the same everywhere, so that a program needs
 * no libdrm to use this header.
 */
#ifdef __KERNEL__
#include <uapi/drm/drm.h>
#else
#include <linux/types.h>
#include <linux/ioctl.h>
#ifndef DRM_IOCTL_BASE
#define DRM_IOCTL_BASE 'd'
#define DRM_COMMAND_BASE 0x40
#endif
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/** DRM_AXLE_UAPI_VERSION - Version of this header: major << 16 | minor. */
#define DRM_AXLE_UAPI_VERSION 0x00000001

/** DRM_AXLE_DRIVER_BASE - First call number of a device's own calls. */
#define DRM_AXLE_DRIVER_BASE 0x20
/** DRM_AXLE_DRIVER_END - Last call number of a device's own calls. */
#define DRM_AXLE_DRIVER_END 0x5f

#define DRM_AXLE_QUERY 0x00
#define DRM_AXLE_BO_CREATE 0x01
#define DRM_AXLE_BO_INFO 0x02
#define DRM_AXLE_BO_FROM_USER 0x03
#define DRM_AXLE_VM_CREATE 0x04
#define DRM_AXLE_VM_DESTROY 0x05
#define DRM_AXLE_VM_BIND 0x06
#define DRM_AXLE_PROGRAM_CREATE 0x07
#define DRM_AXLE_PROGRAM_DESTROY 0x08
#define DRM_AXLE_QUEUE_CREATE 0x09
#define DRM_AXLE_QUEUE_DESTROY 0x0a
#define DRM_AXLE_QUEUE_FENCE 0x0b
#define DRM_AXLE_SUBMIT 0x0c
#define DRM_AXLE_RESET 0x10
#define DRM_AXLE_SET_LIMIT 0x11

/** DRM_IOCTL_AXLE_QUERY - Both nodes; see &struct drm_axle_query. */
#define DRM_IOCTL_AXLE_QUERY                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_QUERY, \
	      struct drm_axle_query)

/** DRM_IOCTL_AXLE_BO_CREATE - Compute node; see &struct drm_axle_bo_create. */
#define DRM_IOCTL_AXLE_BO_CREATE                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_BO_CREATE, \
	      struct drm_axle_bo_create)

/** DRM_IOCTL_AXLE_BO_INFO - Compute node; see &struct drm_axle_bo_info. */
#define DRM_IOCTL_AXLE_BO_INFO                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_BO_INFO, \
	      struct drm_axle_bo_info)

/** DRM_IOCTL_AXLE_BO_FROM_USER - Compute node; see &struct drm_axle_bo_from_user. */
#define DRM_IOCTL_AXLE_BO_FROM_USER                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_BO_FROM_USER, \
	      struct drm_axle_bo_from_user)

/** DRM_IOCTL_AXLE_VM_CREATE - Compute node; see &struct drm_axle_vm_create. */
#define DRM_IOCTL_AXLE_VM_CREATE                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_VM_CREATE, \
	      struct drm_axle_vm_create)

/** DRM_IOCTL_AXLE_VM_DESTROY - Compute node; see &struct drm_axle_vm_destroy. */
#define DRM_IOCTL_AXLE_VM_DESTROY                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_VM_DESTROY, \
	     struct drm_axle_vm_destroy)

/** DRM_IOCTL_AXLE_VM_BIND - Compute node; see &struct drm_axle_vm_bind. */
#define DRM_IOCTL_AXLE_VM_BIND                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_VM_BIND, \
	     struct drm_axle_vm_bind)

/** DRM_IOCTL_AXLE_PROGRAM_CREATE - Compute node; see &struct drm_axle_program_create. */
#define DRM_IOCTL_AXLE_PROGRAM_CREATE                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_PROGRAM_CREATE, \
	      struct drm_axle_program_create)

/** DRM_IOCTL_AXLE_PROGRAM_DESTROY - Compute node; see &struct drm_axle_program_destroy. */
#define DRM_IOCTL_AXLE_PROGRAM_DESTROY                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_PROGRAM_DESTROY, \
	     struct drm_axle_program_destroy)

/** DRM_IOCTL_AXLE_QUEUE_CREATE - Compute node; see &struct drm_axle_queue_create. */
#define DRM_IOCTL_AXLE_QUEUE_CREATE                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_QUEUE_CREATE, \
	      struct drm_axle_queue_create)

/** DRM_IOCTL_AXLE_QUEUE_DESTROY - Compute node; see &struct drm_axle_queue_destroy. */
#define DRM_IOCTL_AXLE_QUEUE_DESTROY                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_QUEUE_DESTROY, \
	     struct drm_axle_queue_destroy)

/** DRM_IOCTL_AXLE_QUEUE_FENCE - Compute node; see &struct drm_axle_queue_fence. */
#define DRM_IOCTL_AXLE_QUEUE_FENCE                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_QUEUE_FENCE, \
	      struct drm_axle_queue_fence)

/** DRM_IOCTL_AXLE_SUBMIT - Compute node; see &struct drm_axle_submit. */
#define DRM_IOCTL_AXLE_SUBMIT                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_SUBMIT, \
	      struct drm_axle_submit)

/**
 * DRM_IOCTL_AXLE_RESET - Control node, needs CAP_SYS_ADMIN; see
 * &struct drm_axle_reset.
 */
#define DRM_IOCTL_AXLE_RESET                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_RESET, \
	     struct drm_axle_reset)

/**
 * DRM_IOCTL_AXLE_SET_LIMIT - Control node, needs CAP_SYS_ADMIN; see
 * &struct drm_axle_set_limit.
 */
#define DRM_IOCTL_AXLE_SET_LIMIT                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_SET_LIMIT, \
	     struct drm_axle_set_limit)

/**
 * enum drm_axle_topic - What %DRM_IOCTL_AXLE_QUERY can be asked.
 */
enum drm_axle_topic {
	/**
	 * @DRM_AXLE_TOPIC_DEVICE: Identity and versions; answers with
	 * &struct drm_axle_query_device.
	 */
	DRM_AXLE_TOPIC_DEVICE = 0,
	/**
	 * @DRM_AXLE_TOPIC_TOPOLOGY: Where the device sits; answers with
	 * &struct drm_axle_query_topology.
	 */
	DRM_AXLE_TOPIC_TOPOLOGY = 1,
	/**
	 * @DRM_AXLE_TOPIC_LIMITS: What can be had at most, and how much of it
	 * is in use; answers with &struct drm_axle_query_limits.
	 */
	DRM_AXLE_TOPIC_LIMITS = 2,
	/**
	 * @DRM_AXLE_TOPIC_ENGINES: The units that execute work; answers with
	 * &struct drm_axle_query_engines.
	 */
	DRM_AXLE_TOPIC_ENGINES = 3,
	/**
	 * @DRM_AXLE_TOPIC_MEMORY: The memory regions; answers with
	 * &struct drm_axle_query_memory.
	 */
	DRM_AXLE_TOPIC_MEMORY = 4,
	/**
	 * @DRM_AXLE_TOPIC_HEALTH: State and history of failures; answers with
	 * &struct drm_axle_query_health.
	 */
	DRM_AXLE_TOPIC_HEALTH = 5,
	/**
	 * @DRM_AXLE_TOPIC_CONTEXT: The context of this file, hence only on the
	 * compute node; answers with &struct drm_axle_query_context.
	 */
	DRM_AXLE_TOPIC_CONTEXT = 6,
	/**
	 * @DRM_AXLE_TOPIC_QUEUES: The queues of this file, hence only on the
	 * compute node; answers with &struct drm_axle_query_queues.
	 */
	DRM_AXLE_TOPIC_QUEUES = 7,
	/**
	 * @DRM_AXLE_TOPIC_TELEMETRY: Temperature, power, clock and their
	 * limits, from memory: the device is neither asked nor woken; answers
	 * with &struct drm_axle_query_telemetry.
	 */
	DRM_AXLE_TOPIC_TELEMETRY = 8,
	/**
	 * @DRM_AXLE_TOPIC_RAS: Errors of the hardware, by unit; answers with
	 * &struct drm_axle_query_ras.
	 */
	DRM_AXLE_TOPIC_RAS = 9,
	/** @DRM_AXLE_TOPIC_DRIVER: First of the driver's own topics. */
	DRM_AXLE_TOPIC_DRIVER = 0x10000,
};

/**
 * struct drm_axle_query - Ask for information.
 *
 * Errors: EINVAL for an unknown topic, EOPNOTSUPP for one that this device or
 * this node does not have, EFAULT for bad @data.
 */
struct drm_axle_query {
	/** @topic: In: one of &enum drm_axle_topic, or the driver's own. */
	__u32 topic;
	/** @flags: In: must be zero. */
	__u32 flags;
	/** @data: In: where the answer goes; unused if @size is zero. */
	__u64 data;
	/**
	 * @size: In: bytes at @data. Out: bytes of the whole answer. The
	 * smaller of both is written; bytes of @data beyond the answer are set
	 * to zero. Zero in asks only for the size.
	 */
	__u32 size;
	/** @pad: In: must be zero. */
	__u32 pad;
};

/**
 * enum drm_axle_class - What kind of accelerator a device is.
 */
enum drm_axle_class {
	/** @DRM_AXLE_CLASS_OTHER: None of the below. */
	DRM_AXLE_CLASS_OTHER = 0,
	/** @DRM_AXLE_CLASS_TEST: For tests and teaching. */
	DRM_AXLE_CLASS_TEST = 1,
	/** @DRM_AXLE_CLASS_EDGE: Embedded or client neural processing unit. */
	DRM_AXLE_CLASS_EDGE = 2,
	/** @DRM_AXLE_CLASS_DATACENTER: Inference or training card. */
	DRM_AXLE_CLASS_DATACENTER = 3,
};

/** DRM_AXLE_FEATURE_VM - Address spaces: the VM_* calls. */
#define DRM_AXLE_FEATURE_VM (1ull << 0)
/** DRM_AXLE_FEATURE_PROGRAMS - Programs: the PROGRAM_* calls. */
#define DRM_AXLE_FEATURE_PROGRAMS (1ull << 1)
/** DRM_AXLE_FEATURE_SUBMIT - Kernel-mode queues. */
#define DRM_AXLE_FEATURE_SUBMIT (1ull << 2)
/** DRM_AXLE_FEATURE_USER_QUEUES - User-mode queues. */
#define DRM_AXLE_FEATURE_USER_QUEUES (1ull << 3)

/**
 * struct drm_axle_query_device - Answer to %DRM_AXLE_TOPIC_DEVICE.
 */
struct drm_axle_query_device {
	/** @uapi_version: %DRM_AXLE_UAPI_VERSION of the running kit. */
	__u32 uapi_version;
	/** @device_class: One of &enum drm_axle_class. */
	__u32 device_class;
	/** @features: What the device can, DRM_AXLE_FEATURE_*. */
	__u64 features;
	/** @driver: Name of the kernel driver, as in fdinfo's drm-driver. */
	char driver[32];
	/** @driver_version: Version of the kernel driver: "1.0". */
	char driver_version[32];
	/** @name: What people call the device. */
	char name[64];
	/** @firmware_version: Version that runs, empty if it has none. */
	char firmware_version[64];
	/** @serial: Serial number, empty if it has none. */
	char serial[64];
};

/**
 * enum drm_axle_bus - How a device is attached.
 */
enum drm_axle_bus {
	/** @DRM_AXLE_BUS_PLATFORM: Part of the system on chip. */
	DRM_AXLE_BUS_PLATFORM = 0,
	/** @DRM_AXLE_BUS_PCI: A PCI function. */
	DRM_AXLE_BUS_PCI = 1,
};

/**
 * struct drm_axle_query_topology - Answer to %DRM_AXLE_TOPIC_TOPOLOGY.
 */
struct drm_axle_query_topology {
	/** @bus: One of &enum drm_axle_bus. */
	__u32 bus;
	/** @numa_node: Node of the device's memory and interrupts, or -1. */
	__s32 numa_node;
	/** @bus_address: Name on the bus: "0000:03:00.0". */
	char bus_address[32];
	/** @pci_vendor: PCI vendor; this and the next are zero off PCI. */
	__u16 pci_vendor;
	/** @pci_device: PCI device. */
	__u16 pci_device;
	/** @pci_subsystem_vendor: PCI subsystem vendor. */
	__u16 pci_subsystem_vendor;
	/** @pci_subsystem_device: PCI subsystem device. */
	__u16 pci_subsystem_device;
	/** @pci_revision: PCI revision. */
	__u32 pci_revision;
	/** @index: N of accelN and accel_controlN. */
	__u32 index;
};

/**
 * struct drm_axle_query_limits - Answer to %DRM_AXLE_TOPIC_LIMITS.
 */
struct drm_axle_query_limits {
	/** @contexts_max: Contexts that the hardware has. */
	__u32 contexts_max;
	/** @contexts_used: Contexts that are open now. */
	__u32 contexts_used;
	/**
	 * @contexts_per_user: Contexts that one uid without CAP_SYS_RESOURCE
	 * can have.
	 */
	__u32 contexts_per_user;
	/** @dma_address_bits: Width of the addresses that the device emits. */
	__u32 dma_address_bits;
	/** @queues_per_context: Queues that one context can have. */
	__u32 queues_per_context;
	/** @programs_per_context: Programs that one context can have. */
	__u32 programs_per_context;
	/** @vms_per_context: Address spaces that one context can have. */
	__u32 vms_per_context;
	/** @vm_address_bits: Width of the addresses of VM_BIND, or zero. */
	__u32 vm_address_bits;
	/** @vm_page_size: Addresses and sizes of VM_BIND are multiples of it. */
	__u32 vm_page_size;
	/** @timeout_ms_max: Longest time-out that a job can have. */
	__u32 timeout_ms_max;
};

/**
 * struct drm_axle_engine - One unit of a device that executes work.
 */
struct drm_axle_engine {
	/** @name: As in fdinfo's drm-engine-NAME. */
	char name[16];
	/** @flags: None are defined so far. */
	__u32 flags;
	/** @pad: Zero. */
	__u32 pad;
	/** @busy_ns: Time at work since the driver was bound, all contexts. */
	__u64 busy_ns;
};

/**
 * struct drm_axle_query_engines - Answer to %DRM_AXLE_TOPIC_ENGINES.
 */
struct drm_axle_query_engines {
	/** @count: Elements in @engines. */
	__u32 count;
	/** @stride: Bytes from one element to the next. */
	__u32 stride;
	/** @engines: The engines, in a fixed order. */
	struct drm_axle_engine engines[];
};

/**
 * enum drm_axle_memory_kind - Where a memory region is.
 */
enum drm_axle_memory_kind {
	/** @DRM_AXLE_MEMORY_HOST: System memory that the device can reach. */
	DRM_AXLE_MEMORY_HOST = 0,
	/** @DRM_AXLE_MEMORY_DEVICE: Memory of the device. */
	DRM_AXLE_MEMORY_DEVICE = 1,
};

/**
 * struct drm_axle_memory_region - One kind of memory that a device uses.
 */
struct drm_axle_memory_region {
	/** @name: As in fdinfo's drm-total-NAME. */
	char name[16];
	/** @kind: One of &enum drm_axle_memory_kind. */
	__u32 kind;
	/** @flags: None are defined so far. */
	__u32 flags;
	/** @size: Bytes in all; zero for system memory, which has no size. */
	__u64 size;
	/** @used: Bytes that contexts have of it. */
	__u64 used;
};

/**
 * struct drm_axle_query_memory - Answer to %DRM_AXLE_TOPIC_MEMORY.
 */
struct drm_axle_query_memory {
	/** @count: Elements in @regions. */
	__u32 count;
	/** @stride: Bytes from one element to the next. */
	__u32 stride;
	/** @regions: The regions, in a fixed order. */
	struct drm_axle_memory_region regions[];
};

/**
 * enum drm_axle_state - What a device is doing, seen from outside.
 */
enum drm_axle_state {
	/** @DRM_AXLE_STATE_READY: It takes work. */
	DRM_AXLE_STATE_READY = 0,
	/** @DRM_AXLE_STATE_RESETTING: Calls that need it wait for the end. */
	DRM_AXLE_STATE_RESETTING = 1,
	/**
	 * @DRM_AXLE_STATE_FAILED: The last reset failed, or an operator wants
	 * none by itself; work gets EIO.
	 */
	DRM_AXLE_STATE_FAILED = 2,
};

/**
 * struct drm_axle_query_health - Answer to %DRM_AXLE_TOPIC_HEALTH.
 */
struct drm_axle_query_health {
	/** @state: One of &enum drm_axle_state. */
	__u32 state;
	/** @pad: Zero. */
	__u32 pad;
	/** @resets: Resets since the driver was bound. */
	__u64 resets;
	/** @faults: Failures that the driver has seen since it was bound. */
	__u64 faults;
	/** @last_fault_ns: Time of the newest failure, zero if there is none. */
	__u64 last_fault_ns;
};

/**
 * struct drm_axle_query_context - Answer to %DRM_AXLE_TOPIC_CONTEXT.
 */
struct drm_axle_query_context {
	/** @client_id: The drm-client-id in fdinfo of this file. */
	__u64 client_id;
};

/**
 * struct drm_axle_queue_state - A queue of this file, and what became of it.
 */
struct drm_axle_queue_state {
	/** @queue: Number. */
	__u32 queue;
	/** @mode: %DRM_AXLE_QUEUE_KERNEL or %DRM_AXLE_QUEUE_USER. */
	__u32 mode;
	/** @engine: Index of its engine. */
	__u32 engine;
	/** @priority: 0 to 3. */
	__u32 priority;
	/** @error: errno of what killed it, zero while it lives. */
	__u32 error;
	/** @code: The device's own, with @error; zero if it said nothing. */
	__u32 code;
	/** @address: Of a memory fault, with @error. */
	__u64 address;
	/**
	 * @done: Slots done, or the sequence of the newest job that has ended
	 * without an error. With @error it stays at the last good one.
	 */
	__u64 done;
};

/**
 * struct drm_axle_query_queues - Answer to %DRM_AXLE_TOPIC_QUEUES.
 */
struct drm_axle_query_queues {
	/** @count: Elements in @queues. */
	__u32 count;
	/** @stride: Bytes from one element to the next. */
	__u32 stride;
	/** @queues: The queues, by number. */
	struct drm_axle_queue_state queues[];
};

/** DRM_AXLE_TELEMETRY_TEMPERATURE - @temperature_mc is there. */
#define DRM_AXLE_TELEMETRY_TEMPERATURE (1u << 0)
/** DRM_AXLE_TELEMETRY_POWER - @power_mw is there. */
#define DRM_AXLE_TELEMETRY_POWER (1u << 1)
/** DRM_AXLE_TELEMETRY_ENERGY - @energy_uj is there. */
#define DRM_AXLE_TELEMETRY_ENERGY (1u << 2)
/** DRM_AXLE_TELEMETRY_CLOCK - @clock_hz is there. */
#define DRM_AXLE_TELEMETRY_CLOCK (1u << 3)
/** DRM_AXLE_TELEMETRY_THROTTLE - @throttled_ns and both flags are there. */
#define DRM_AXLE_TELEMETRY_THROTTLE (1u << 4)

/** DRM_AXLE_TELEMETRY_ASLEEP - The device sleeps; values are of before. */
#define DRM_AXLE_TELEMETRY_ASLEEP (1u << 0)
/** DRM_AXLE_TELEMETRY_STALE - The device is awake and has stopped telling. */
#define DRM_AXLE_TELEMETRY_STALE (1u << 1)
/** DRM_AXLE_TELEMETRY_HOT - The clock is held down for its temperature. */
#define DRM_AXLE_TELEMETRY_HOT (1u << 2)
/** DRM_AXLE_TELEMETRY_CAPPED - The clock is held down for its power. */
#define DRM_AXLE_TELEMETRY_CAPPED (1u << 3)

/**
 * struct drm_axle_query_telemetry - Answer to %DRM_AXLE_TOPIC_TELEMETRY.
 *
 * What the device says is checked: a value that cannot be, or that counts
 * back, is left out of @valid and counted in @rejected. Limits are what
 * %DRM_IOCTL_AXLE_SET_LIMIT can set; one whose largest value is zero is not
 * there. Error: EOPNOTSUPP on devices without telemetry.
 */
struct drm_axle_query_telemetry {
	/** @time_ns: When the device said it; zero: never yet. */
	__u64 time_ns;
	/** @valid: What is there, %DRM_AXLE_TELEMETRY_TEMPERATURE and so on. */
	__u32 valid;
	/** @flags: %DRM_AXLE_TELEMETRY_ASLEEP and so on. */
	__u32 flags;
	/** @temperature_mc: Millidegrees Celsius. */
	__s32 temperature_mc;
	/** @temperature_max_mc: What it must not pass; zero if unknown. */
	__s32 temperature_max_mc;
	/** @power_mw: Milliwatts. */
	__u32 power_mw;
	/** @power_cap_mw: The limit in force. */
	__u32 power_cap_mw;
	/** @power_cap_min_mw: The least that the limit can be. */
	__u32 power_cap_min_mw;
	/** @power_cap_max_mw: The most that the limit can be. */
	__u32 power_cap_max_mw;
	/** @energy_uj: Microjoules since the driver was bound. */
	__u64 energy_uj;
	/** @clock_hz: Of the engines; zero while nothing runs. */
	__u64 clock_hz;
	/** @clock_limit_hz: The limit in force. */
	__u64 clock_limit_hz;
	/** @clock_limit_min_hz: The least that the limit can be. */
	__u64 clock_limit_min_hz;
	/** @clock_limit_max_hz: The most that the limit can be. */
	__u64 clock_limit_max_hz;
	/** @throttled_ns: Time held down since the driver was bound. */
	__u64 throttled_ns;
	/** @rejected: Values of the device that could not be. */
	__u64 rejected;
};

/**
 * enum drm_axle_limit - What %DRM_IOCTL_AXLE_SET_LIMIT can limit.
 */
enum drm_axle_limit {
	/** @DRM_AXLE_LIMIT_POWER: Power drawn, milliwatts. */
	DRM_AXLE_LIMIT_POWER = 0,
	/** @DRM_AXLE_LIMIT_CLOCK: Clock of the engines, hertz. */
	DRM_AXLE_LIMIT_CLOCK = 1,
};

/**
 * struct drm_axle_set_limit - Set a limit, until the next change or unbinding.
 *
 * A reset keeps it. Errors: EINVAL for an unknown limit or a value that is not
 * between the two bounds of &struct drm_axle_query_telemetry, EOPNOTSUPP if
 * the device has no such limit.
 */
struct drm_axle_set_limit {
	/** @limit: In: one of &enum drm_axle_limit. */
	__u32 limit;
	/** @pad: In: must be zero. */
	__u32 pad;
	/** @value: In: in the limit's unit; zero for the largest there is. */
	__u64 value;
};

/**
 * struct drm_axle_ras_unit - Errors of one unit of a device.
 *
 * Counts since the driver was bound.
 */
struct drm_axle_ras_unit {
	/** @name: As in sysfs and in the netlink family: "memory". */
	char name[16];
	/** @corrected: Errors that did no harm. */
	__u64 corrected;
	/** @uncorrected: Errors that did. */
	__u64 uncorrected;
	/**
	 * @threshold: So many corrected errors are told as one event; on one
	 * page of memory they retire it. Zero: never.
	 */
	__u64 threshold;
};

/**
 * struct drm_axle_query_ras - Answer to %DRM_AXLE_TOPIC_RAS.
 *
 * Error: EOPNOTSUPP on devices that tell of no errors.
 */
struct drm_axle_query_ras {
	/** @count: Elements in @units. */
	__u32 count;
	/** @stride: Bytes from one element to the next. */
	__u32 stride;
	/** @pages_retired: Pages of device memory that are out of use. */
	__u32 pages_retired;
	/** @pages_pending: Pages that will be, once their user lets go. */
	__u32 pages_pending;
	/** @units: The units, in a fixed order. */
	struct drm_axle_ras_unit units[];
};

/** DRM_AXLE_BO_CPU - Will be mapped by the CPU; device memory in its window. */
#define DRM_AXLE_BO_CPU (1u << 0)
/** DRM_AXLE_BO_EXPORT - May be exported; else PRIME_HANDLE_TO_FD refuses it. */
#define DRM_AXLE_BO_EXPORT (1u << 1)
/** DRM_AXLE_BO_READONLY - BO_FROM_USER, VM_BIND: the device must not write. */
#define DRM_AXLE_BO_READONLY (1u << 2)

/**
 * struct drm_axle_bo_create - Make a buffer object, all zeros.
 *
 * It is closed by GEM_CLOSE; jobs and address spaces that use it keep its
 * memory. Errors: EINVAL for a size of zero or beyond the region, an unknown
 * region or flag, ENOSPC if the region is full (with %DRM_AXLE_BO_CPU: the part
 * of it that the CPU sees), ENOMEM, EOPNOTSUPP for a region without buffer
 * objects, for %DRM_AXLE_BO_EXPORT of device memory, and on devices without
 * buffer objects.
 */
struct drm_axle_bo_create {
	/** @size: In: bytes. Out: the same, rounded up to whole pages. */
	__u64 size;
	/** @region: In: index into the answer to %DRM_AXLE_TOPIC_MEMORY. */
	__u32 region;
	/** @flags: In: %DRM_AXLE_BO_CPU, %DRM_AXLE_BO_EXPORT. */
	__u32 flags;
	/** @handle: Out: GEM handle. */
	__u32 handle;
	/** @pad: In: must be zero. */
	__u32 pad;
};

/** DRM_AXLE_BO_IMPORTED - BO_INFO: memory of another driver, by dma-buf. */
#define DRM_AXLE_BO_IMPORTED (1u << 16)
/** DRM_AXLE_BO_USER - BO_INFO: pages of a program, by BO_FROM_USER. */
#define DRM_AXLE_BO_USER (1u << 17)

/**
 * struct drm_axle_bo_info - Ask about a buffer object.
 *
 * Errors: ENOENT for an unknown handle.
 */
struct drm_axle_bo_info {
	/** @handle: In: GEM handle. */
	__u32 handle;
	/** @flags: In: must be zero. Out: %DRM_AXLE_BO_CPU and the others. */
	__u32 flags;
	/** @size: Out: bytes. */
	__u64 size;
	/** @mmap_offset: Out: offset for mmap(), zero if it cannot be mapped. */
	__u64 mmap_offset;
	/** @region: Out: index of its region. */
	__u32 region;
	/** @pad: In: must be zero. */
	__u32 pad;
};

/**
 * struct drm_axle_bo_from_user - Make a buffer object of a program's pages.
 *
 * The pages are pinned and count against RLIMIT_MEMLOCK until it is gone.
 * Errors: EINVAL unless @address and @size are multiples of the page size,
 * EFAULT if there are no pages, or none that may be written (unless
 * %DRM_AXLE_BO_READONLY), ENOMEM beyond the limit.
 */
struct drm_axle_bo_from_user {
	/** @address: In: first byte. */
	__u64 address;
	/** @size: In: bytes. */
	__u64 size;
	/** @flags: In: %DRM_AXLE_BO_READONLY. */
	__u32 flags;
	/** @handle: Out: GEM handle. */
	__u32 handle;
};

/** DRM_AXLE_SYNC_TIMELINE - The syncobj is a timeline. */
#define DRM_AXLE_SYNC_TIMELINE (1u << 0)

/**
 * struct drm_axle_sync - A syncobj to wait for, or to signal.
 */
struct drm_axle_sync {
	/** @handle: Syncobj. */
	__u32 handle;
	/** @flags: %DRM_AXLE_SYNC_TIMELINE. */
	__u32 flags;
	/** @point: Point of a timeline, not zero; zero for a binary one. */
	__u64 point;
};

/** DRM_AXLE_SYNCS_MAX - Elements that an array of syncs can have. */
#define DRM_AXLE_SYNCS_MAX 64

/**
 * struct drm_axle_vm_create - Make an address space.
 *
 * Errors: ENOSPC if the context has as many as it can, EOPNOTSUPP on devices
 * without an MMU.
 */
struct drm_axle_vm_create {
	/** @flags: In: must be zero. */
	__u32 flags;
	/** @vm: Out: number. */
	__u32 vm;
};

/**
 * struct drm_axle_vm_destroy - Destroy an address space.
 *
 * Changes that wait for their fences are not made; their fences end with
 * ECANCELED. Errors: ENOENT, EBUSY while a queue has it, EOPNOTSUPP.
 */
struct drm_axle_vm_destroy {
	/** @vm: In: number. */
	__u32 vm;
	/** @pad: In: must be zero. */
	__u32 pad;
};

/** DRM_AXLE_BIND_MAP - &struct drm_axle_bind.op: map a piece of a buffer. */
#define DRM_AXLE_BIND_MAP 0
/** DRM_AXLE_BIND_UNMAP - &struct drm_axle_bind.op: unmap a range. */
#define DRM_AXLE_BIND_UNMAP 1

/**
 * struct drm_axle_bind - One change of an address space.
 *
 * MAP replaces what lies in its range; UNMAP may cover holes, and cuts
 * mappings at its edges.
 */
struct drm_axle_bind {
	/** @op: %DRM_AXLE_BIND_MAP or %DRM_AXLE_BIND_UNMAP. */
	__u32 op;
	/** @flags: MAP: %DRM_AXLE_BO_READONLY. */
	__u32 flags;
	/** @handle: MAP: GEM handle; UNMAP: zero. */
	__u32 handle;
	/** @pad: Must be zero. */
	__u32 pad;
	/** @offset: MAP: in the buffer object; UNMAP: zero. */
	__u64 offset;
	/** @address: First byte, in the address space. */
	__u64 address;
	/** @size: Bytes, not zero. */
	__u64 size;
};

/** DRM_AXLE_VM_BIND_ASYNC - Return before the changes are made. */
#define DRM_AXLE_VM_BIND_ASYNC (1u << 0)
/** DRM_AXLE_BINDS_MAX - Elements that an array of binds can have. */
#define DRM_AXLE_BINDS_MAX 4096

/**
 * struct drm_axle_vm_bind - Change an address space.
 *
 * The changes are made in order, those of one address space in the order of
 * the calls. Without %DRM_AXLE_VM_BIND_ASYNC the call returns when the device
 * sees them, and the arrays of syncs must be empty; a signal ends it with EINTR
 * before anything was changed, or not at all. With it, all is checked and
 * allocated before the call returns, so that what comes later cannot fail but
 * by a device that fails (the fence says EIO), by its removal (ENODEV), or by
 * the end of the address space (ECANCELED). Errors: EINVAL for what is out of
 * range or not aligned, for a stride that is no multiple of 8, shorter than the
 * first version or above 4096, and for a buffer of BO_FROM_USER that is mapped
 * with more rights than it has; E2BIG for an element with a tail that this
 * kernel does not know and that is not zero; ENOENT (address space, buffer or
 * syncobj), ENOMEM, EINTR, EIO if the device has failed, EOPNOTSUPP on devices
 * without an MMU.
 */
struct drm_axle_vm_bind {
	/** @vm: In: number of the address space. */
	__u32 vm;
	/** @flags: In: %DRM_AXLE_VM_BIND_ASYNC. */
	__u32 flags;
	/** @binds: In: array of &struct drm_axle_bind. */
	__u64 binds;
	/** @bind_count: In: elements of it, at least 1. */
	__u32 bind_count;
	/** @bind_stride: In: bytes from one element to the next. */
	__u32 bind_stride;
	/** @in_syncs: In: array of &struct drm_axle_sync to wait for. */
	__u64 in_syncs;
	/** @out_syncs: In: array of &struct drm_axle_sync to signal. */
	__u64 out_syncs;
	/** @in_sync_count: In: elements. */
	__u32 in_sync_count;
	/** @out_sync_count: In: elements. */
	__u32 out_sync_count;
};

/**
 * struct drm_axle_program_create - Give the device a program.
 *
 * What a program is, is the device's; the blob is copied. Out members must be
 * zero. Errors: EINVAL for a
 * size of zero or above the device's limit, ENOEXEC if the device refuses it,
 * ENOSPC, ENOMEM, EOPNOTSUPP.
 */
struct drm_axle_program_create {
	/** @data: In: the blob. */
	__u64 data;
	/** @size: In: bytes of it. */
	__u64 size;
	/** @flags: In: must be zero. */
	__u32 flags;
	/** @program: Out: number. */
	__u32 program;
	/** @info: Out: the device's own, such as bytes of scratch memory. */
	__u64 info;
};

/**
 * struct drm_axle_program_destroy - Take a program away.
 *
 * Jobs that were submitted still run. Errors: ENOENT.
 */
struct drm_axle_program_destroy {
	/** @program: In: number. */
	__u32 program;
	/** @pad: In: must be zero. */
	__u32 pad;
};

/** DRM_AXLE_QUEUE_KERNEL - &struct drm_axle_queue_create.mode: by SUBMIT. */
#define DRM_AXLE_QUEUE_KERNEL 0
/** DRM_AXLE_QUEUE_USER - &struct drm_axle_queue_create.mode: by a ring. */
#define DRM_AXLE_QUEUE_USER 1

/**
 * struct drm_axle_queue_create - Make a queue.
 *
 * Jobs of one queue run in order, those of different queues in any. The
 * mappings of a user-mode queue are: the ring (read and write), the status
 * record (read only), the tail page and the wake page (read and write); what
 * is in them is the device's. They must be shared and begin at the offset that
 * the call gave; the offset of a page that the device does not have is zero.
 * They end with the queue, with a fault of it, with a reset of the device and
 * with its removal: from then on there is a page behind them that reads as zero
 * at first, goes nowhere, and is not the device's. So a program that still rings
 * is not killed for it; it learns of the end by QUEUE_FENCE, an event or
 * %DRM_AXLE_TOPIC_QUEUES. They hold the file, so it is closed when the last is
 * gone. Out members must be zero. Errors: EINVAL, ENOENT (address
 * space), ENOSPC, EPERM, EOPNOTSUPP for a mode that the engine does not have.
 */
struct drm_axle_queue_create {
	/** @engine: In: index into the answer to %DRM_AXLE_TOPIC_ENGINES. */
	__u32 engine;
	/** @mode: In: %DRM_AXLE_QUEUE_KERNEL or %DRM_AXLE_QUEUE_USER. */
	__u32 mode;
	/** @vm: In: address space, or zero on devices without. */
	__u32 vm;
	/** @priority: In: 0 to 3; 0, the first to run, needs CAP_SYS_NICE. */
	__u32 priority;
	/**
	 * @slots: In: power of two, or zero. Out: jobs that can wait; SUBMIT
	 * sleeps while there are as many.
	 */
	__u32 slots;
	/** @timeout_ms: In: of a job, or zero. Out: what it is. */
	__u32 timeout_ms;
	/** @flags: In: must be zero. */
	__u32 flags;
	/** @queue: Out: number. */
	__u32 queue;
	/** @ring_offset: Out: user mode, offset for mmap(). */
	__u64 ring_offset;
	/** @status_offset: Out: user mode, offset for mmap(). */
	__u64 status_offset;
	/** @tail_offset: Out: user mode, offset for mmap(). */
	__u64 tail_offset;
	/** @wake_offset: Out: user mode, offset for mmap(). */
	__u64 wake_offset;
	/** @ring_size: Out: user mode, bytes. */
	__u32 ring_size;
	/** @page_size: Out: user mode, bytes of each of the other mappings. */
	__u32 page_size;
};

/**
 * struct drm_axle_queue_destroy - Destroy a queue.
 *
 * Jobs that are not done end with ECANCELED. Errors: ENOENT.
 */
struct drm_axle_queue_destroy {
	/** @queue: In: number. */
	__u32 queue;
	/** @pad: In: must be zero. */
	__u32 pad;
};

/**
 * struct drm_axle_queue_fence - Turn a position of a user-mode queue's ring
 * into a fence.
 *
 * Position counts slots from 0 and never wraps; it must have been written and
 * rung. The fence signals when the slot is done, with an error if the queue
 * failed before: that of the failure for the slot that failed, ECANCELED for
 * those behind it. It always signals: the slot's time-out sees to that, and
 * taking the tail back does not matter. Errors: ENOENT (queue, syncobj), EINVAL
 * for a position that is not below the tail, EOPNOTSUPP for a kernel-mode
 * queue, EIO while the device has failed, ENODEV.
 */
struct drm_axle_queue_fence {
	/** @queue: In: number. */
	__u32 queue;
	/** @flags: In: must be zero. */
	__u32 flags;
	/** @position: In: of the slot. */
	__u64 position;
	/** @sync: In: what to signal. */
	struct drm_axle_sync sync;
};

/** DRM_AXLE_USE_WRITE - &struct drm_axle_use.flags: the job writes it. */
#define DRM_AXLE_USE_WRITE (1u << 0)
/** DRM_AXLE_USES_MAX - Buffer objects that one submission can name. */
#define DRM_AXLE_USES_MAX 1024
/** DRM_AXLE_COMMANDS_MAX - Bytes of commands that one submission can have. */
#define DRM_AXLE_COMMANDS_MAX 65536

/**
 * struct drm_axle_use - A buffer object that a job uses.
 */
struct drm_axle_use {
	/** @handle: GEM handle; each is named once. */
	__u32 handle;
	/** @flags: %DRM_AXLE_USE_WRITE. */
	__u32 flags;
};

/**
 * struct drm_axle_submit - Submit one job to a kernel-mode queue.
 *
 * Commands are the device's own (see axle_DRIVER.h); where they mean memory,
 * they say the number of an element of @uses and an offset, or an address of
 * the queue's address space. The driver checks all of it before the job is
 * accepted. A job's fence signals ECANCELED if it was killed, ETIMEDOUT if it
 * took too long, EIO if it failed. A job that took too long kills its queue, and
 * so does a failure that the device's queue does not survive; other queues go
 * on. Where the device can be stopped only as a whole, it is reset, and their
 * jobs run again from their beginning. Jobs that share a buffer object with a
 * foreign driver wait for its fences, too. A fence to wait for that ends with an
 * error counts as any other; one that is not there yet is EINVAL. Errors:
 * EINVAL, ENOENT (queue, buffer, syncobj, program), ENOMEM, EINTR, EOPNOTSUPP
 * for a user-mode queue, EIO if the queue was killed, ENODEV.
 */
struct drm_axle_submit {
	/** @queue: In: number. */
	__u32 queue;
	/** @flags: In: must be zero. */
	__u32 flags;
	/** @commands: In: the job. */
	__u64 commands;
	/** @uses: In: array of &struct drm_axle_use. */
	__u64 uses;
	/** @in_syncs: In: array of &struct drm_axle_sync to wait for. */
	__u64 in_syncs;
	/** @out_syncs: In: array of &struct drm_axle_sync to signal. */
	__u64 out_syncs;
	/** @command_size: In: bytes of @commands, multiple of 8. */
	__u32 command_size;
	/** @use_count: In: elements. */
	__u32 use_count;
	/** @in_sync_count: In: elements. */
	__u32 in_sync_count;
	/** @out_sync_count: In: elements. */
	__u32 out_sync_count;
	/** @sequence: In: zero. Out: number of the job in its queue, from 1. */
	__u64 sequence;
};

/**
 * enum drm_axle_event_type - What &struct drm_axle_event tells of.
 */
enum drm_axle_event_type {
	/** @DRM_AXLE_EVENT_FAULT: A job failed; compute node. Value: errno. */
	DRM_AXLE_EVENT_FAULT = 1,
	/** @DRM_AXLE_EVENT_RESET: The device was reset; both nodes. */
	DRM_AXLE_EVENT_RESET = 2,
	/** @DRM_AXLE_EVENT_FAILED: A reset failed; both nodes. */
	DRM_AXLE_EVENT_FAILED = 3,
	/** @DRM_AXLE_EVENT_THERMAL: A limit was crossed; control node. */
	DRM_AXLE_EVENT_THERMAL = 4,
	/**
	 * @DRM_AXLE_EVENT_MEMORY: Memory errors; control node. Code: 0 they did
	 * no harm, 1 they did. Value: how many.
	 */
	DRM_AXLE_EVENT_MEMORY = 5,
	/** @DRM_AXLE_EVENT_LOST: Events did not fit; value: how many. */
	DRM_AXLE_EVENT_LOST = 6,
};

/**
 * struct drm_axle_event - What read() gives; whole events only.
 *
 * Reading nodes that have none waits, or with O_NONBLOCK fails with EAGAIN; a
 * buffer shorter than an event is EINVAL. A file holds 64 events; what comes
 * then is counted, and the count is an event behind them. The struct may grow:
 * read() gives as many bytes of each as @size says.
 */
struct drm_axle_event {
	/** @type: One of &enum drm_axle_event_type. */
	__u32 type;
	/** @size: Bytes of this event. */
	__u32 size;
	/** @time_ns: When. */
	__u64 time_ns;
	/** @queue: Number of the queue in this file, or zero. */
	__u32 queue;
	/** @code: The device's own. */
	__u32 code;
	/** @position: Of the slot, or sequence of the job, with a queue. */
	__u64 position;
	/** @address: Of a fault or a memory error. */
	__u64 address;
	/** @value: See the type. */
	__u64 value;
};

/**
 * enum drm_axle_reset_scope - How much %DRM_IOCTL_AXLE_RESET resets.
 */
enum drm_axle_reset_scope {
	/**
	 * @DRM_AXLE_RESET_DEVICE: All of it. Work in flight ends with
	 * ECANCELED. Contexts, kernel-mode queues and programs stay; user-mode
	 * queues end.
	 */
	DRM_AXLE_RESET_DEVICE = 0,
	/**
	 * @DRM_AXLE_RESET_ENGINE: One engine: the queues of all contexts that
	 * have work on it end, with ECANCELED.
	 */
	DRM_AXLE_RESET_ENGINE = 1,
	/** @DRM_AXLE_RESET_QUEUE: One queue ends, with ECANCELED. */
	DRM_AXLE_RESET_QUEUE = 2,
};

/**
 * struct drm_axle_reset - Reset a device, an engine or a queue.
 *
 * Returns when the device takes work again. Errors: EINVAL for an unknown
 * scope or engine, ENOENT if there is no such client or queue, EIO if the
 * device does not come back (it can be tried again), EOPNOTSUPP if the device
 * cannot be reset.
 */
struct drm_axle_reset {
	/** @scope: In: one of &enum drm_axle_reset_scope. */
	__u32 scope;
	/** @engine: In: index of the engine; else zero. */
	__u32 engine;
	/** @client: In: drm-client-id in fdinfo of the queue's file; else zero. */
	__u64 client;
	/** @queue: In: number of the queue in that file; else zero. */
	__u32 queue;
	/** @pad: In: must be zero. */
	__u32 pad;
};

#if defined(__cplusplus)
}
#endif

#endif
