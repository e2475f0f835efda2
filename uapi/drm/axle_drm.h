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
 *
 * Errors; one number has one meaning
 * ----------------------------------
 *  ==========  ============================================================
 *  E2BIG       the struct is longer than this kernel knows and its tail is
 *              not zero
 *  EACCES      the permissions of the node do not allow open()
 *  ECANCELED   the work was killed by a device reset
 *  EDQUOT      open(): this user already holds its share of the contexts
 *              (&struct drm_axle_query_limits.contexts_per_user)
 *  EFAULT      a pointer is not readable or not writable
 *  EINVAL      a value is out of range, a flag or topic is unknown, padding
 *              is not zero, or the struct is shorter than its first version
 *  EIO         the device failed or broke its own rules
 *  ENODEV      the device is gone; every later call on the file says the same
 *  ENOMEM      no memory
 *  ENOTTY      there is no such call
 *  EOPNOTSUPP  the call or topic is known, but not to this device or not on
 *              this node
 *  EPERM       the call needs CAP_SYS_ADMIN
 *  ETIME       the wait ended at its deadline; the work goes on
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
#define DRM_AXLE_RESET 0x10

/** DRM_IOCTL_AXLE_QUERY - Both nodes; see &struct drm_axle_query. */
#define DRM_IOCTL_AXLE_QUERY                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_QUERY, \
	      struct drm_axle_query)

/**
 * DRM_IOCTL_AXLE_RESET - Control node, needs CAP_SYS_ADMIN; see
 * &struct drm_axle_reset.
 */
#define DRM_IOCTL_AXLE_RESET                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_RESET, \
	     struct drm_axle_reset)

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

/**
 * struct drm_axle_query_device - Answer to %DRM_AXLE_TOPIC_DEVICE.
 */
struct drm_axle_query_device {
	/** @uapi_version: %DRM_AXLE_UAPI_VERSION of the running kit. */
	__u32 uapi_version;
	/** @device_class: One of &enum drm_axle_class. */
	__u32 device_class;
	/** @features: Feature bits; none are defined so far. */
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
	/** @DRM_AXLE_STATE_FAILED: The last reset failed; work gets EIO. */
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
 * struct drm_axle_reset - Reset the whole device.
 *
 * Work in flight ends with ECANCELED, contexts stay open. Returns when the
 * device takes work again. Errors: EIO if the device does not come back (it
 * can be tried again), EOPNOTSUPP if the device cannot be reset.
 */
struct drm_axle_reset {
	/** @flags: In: must be zero. */
	__u32 flags;
	/** @pad: In: must be zero. */
	__u32 pad;
};

#if defined(__cplusplus)
}
#endif

#endif
