/* SPDX-License-Identifier: MIT */
/*
 * libaxle: accelerators on Linux. The contract of each call is in its manual
 * page; libaxle(7) is the place to start.
 *
 * All calls that can fail return 0 or a negative errno; axl_error_detail()
 * says in words why the last call on an object failed. Objects are opaque and
 * made by a create or open call that has a destroy or close; those take NULL.
 *
 * Threads: an object is used by one thread at a time, unless stated otherwise
 * at its calls. Different objects are independent of each other, also when one
 * was made from the other.
 *
 * Growth: structs that the caller provides come with their size. A library
 * that knows less zeroes the rest, one that knows more leaves it out.
 */
#ifndef AXL_AXLE_H
#define AXL_AXLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A number that the driver of the device does not tell. */
#define AXL_UNKNOWN_32 UINT32_MAX
#define AXL_UNKNOWN_64 UINT64_MAX

struct axl_system;
struct axl_list;
struct axl_device;
struct axl_context;

/* Version of the running library: "0.1.0". Any thread. */
const char *axl_version(void);

/*
 * The system: where devices are looked for, and who gets the log.
 */
enum axl_log_level {
	AXL_LOG_WARNING = 0, /* something is odd, but the call goes on */
	AXL_LOG_DEBUG = 1, /* what the library does */
};

struct axl_config {
	size_t size; /* sizeof(struct axl_config) */
	const char *root; /* directory with sys and dev; NULL for "/" */
	const char *default_device; /* NULL for the variable AXLE_DEVICE */
	/* Runs on the thread of the call that has something to tell. */
	void (*log)(void *data, enum axl_log_level level, const char *text);
	void *log_data;
};

/* A NULL config takes all defaults. Strings are copied. */
int axl_system_create(const struct axl_config *config,
		      struct axl_system **system);
/* Objects made from the system stay valid. */
void axl_system_destroy(struct axl_system *system);

/*
 * Enumeration. No compute node is opened, hence no context is taken.
 */
enum axl_kind {
	AXL_KIND_DEVICE = 0, /* has a compute node */
	AXL_KIND_UNBOUND = 1, /* PCI function that no driver has */
	AXL_KIND_FOREIGN = 2, /* PCI function whose driver makes no node */
};

enum axl_bus {
	AXL_BUS_PLATFORM = 0,
	AXL_BUS_PCI = 1,
};

enum axl_access {
	AXL_ACCESS_OK = 0,
	AXL_ACCESS_DENIED = 1, /* the mode of the node does not allow it */
	AXL_ACCESS_ABSENT = 2, /* the node is missing in /dev */
	AXL_ACCESS_NONE = 3, /* the driver makes no such node */
};

/* What the library can do with a device. */
#define AXL_CAN_LIST (1u << 0)
#define AXL_CAN_INFO (1u << 1)
#define AXL_CAN_CONTEXTS (1u << 2)
#define AXL_CAN_RESET (1u << 3)

/*
 * Facts that need no permission. Made by the library only, grows at its end.
 * Strings that do not apply are empty.
 */
struct axl_entry {
	uint32_t kind; /* enum axl_kind */
	uint32_t index; /* N of accelN, AXL_UNKNOWN_32 without node */
	uint32_t capabilities; /* AXL_CAN_* */
	uint32_t access; /* enum axl_access, compute node */
	uint32_t control_access; /* enum axl_access, control node */
	uint32_t bus; /* enum axl_bus */
	int32_t numa_node; /* -1: none */
	uint16_t pci_vendor;
	uint16_t pci_device;
	uint16_t pci_subsystem_vendor;
	uint16_t pci_subsystem_device;
	uint32_t pci_class; /* 24 bits */
	uint32_t pci_revision;
	char name[32]; /* "accel0" */
	char alias[40]; /* "edu0" */
	char driver[32]; /* "edu" */
	char module[32]; /* kernel module that drives it: "axle_edu" */
	char provider[16]; /* part of the library that serves it */
	char bus_address[32]; /* "0000:00:04.0" */
	char product[64]; /* "QEMU edu" */
};

/* Devices by index, then PCI functions without node by address. */
int axl_list_create(struct axl_system *system, struct axl_list **list);
void axl_list_destroy(struct axl_list *list);
/* A list never changes: these two from any number of threads at once. */
size_t axl_list_count(const struct axl_list *list);
/* Valid as long as the list; NULL past its end. */
const struct axl_entry *axl_list_entry(const struct axl_list *list, size_t i);

/*
 * What stands between the user and the device, and what to do about it, in
 * words; "" if nothing does. Any thread.
 */
void axl_entry_advice(const struct axl_entry *entry, char *out, size_t size);

/* Words for the values above; "?" for others. Any thread. */
const char *axl_kind_name(uint32_t kind);
const char *axl_access_name(uint32_t access);
const char *axl_bus_name(uint32_t bus);
/* The word for capability bit 1 << bit, NULL past the last. */
const char *axl_capability_name(unsigned int bit);

/*
 * Devices.
 */
enum axl_class {
	AXL_CLASS_OTHER = 0,
	AXL_CLASS_TEST = 1,
	AXL_CLASS_EDGE = 2,
	AXL_CLASS_DATACENTER = 3,
};

enum axl_state {
	AXL_STATE_READY = 0,
	AXL_STATE_RESETTING = 1,
	AXL_STATE_FAILED = 2,
};

enum axl_memory_kind {
	AXL_MEMORY_HOST = 0,
	AXL_MEMORY_DEVICE = 1,
};

struct axl_identity {
	uint32_t device_class; /* enum axl_class, or AXL_UNKNOWN_32 */
	uint32_t uapi_version; /* of the kit; AXL_UNKNOWN_32 without it */
	char product[64];
	char driver_version[32];
	char firmware_version[64];
	char serial[64];
};

struct axl_limits {
	uint32_t contexts_max;
	uint32_t contexts_used;
	uint32_t contexts_per_user;
	uint32_t dma_address_bits;
};

struct axl_health {
	uint32_t state; /* enum axl_state, or AXL_UNKNOWN_32 */
	uint32_t reserved;
	uint64_t resets; /* since the driver was bound */
	uint64_t faults; /* since the driver was bound */
	uint64_t last_fault_ns; /* CLOCK_MONOTONIC; 0: there was none */
};

struct axl_engine {
	char name[16];
	uint64_t busy_ns; /* since the driver was bound */
};

struct axl_memory {
	char name[16];
	uint32_t kind; /* enum axl_memory_kind */
	uint32_t reserved;
	uint64_t size; /* bytes; 0 for host memory, which has no size */
	uint64_t used; /* bytes */
};

/*
 * The name is "accelN", an alias, a bus address, or NULL for the default.
 * Opens the control node only; without permission for that, what sysfs tells
 * is still there.
 */
int axl_device_open(struct axl_system *system, const char *name,
		    struct axl_device **device);
/* Contexts on the device stay valid. */
void axl_device_close(struct axl_device *device);
/* Never changes, valid until close. Any number of threads. */
const struct axl_entry *axl_device_entry(const struct axl_device *device);

int axl_device_identity(struct axl_device *device, struct axl_identity *out,
			size_t size);
int axl_device_limits(struct axl_device *device, struct axl_limits *out,
		      size_t size);
int axl_device_health(struct axl_device *device, struct axl_health *out,
		      size_t size);
/*
 * Count: in, elements that out has room for; out, elements that there are.
 * Size is that of one element; out may be NULL if count is zero.
 */
int axl_device_engines(struct axl_device *device, struct axl_engine *out,
		       size_t size, uint32_t *count);
int axl_device_memory(struct axl_device *device, struct axl_memory *out,
		      size_t size, uint32_t *count);
/* Needs CAP_SYS_ADMIN. Work in flight fails, contexts stay. */
int axl_device_reset(struct axl_device *device);

const char *axl_class_name(uint32_t device_class);
const char *axl_state_name(uint32_t state);
const char *axl_memory_kind_name(uint32_t kind);

/*
 * Contexts: one hardware context each, which is what holds memory and work.
 */
int axl_context_create(struct axl_device *device, struct axl_context **context);
void axl_context_destroy(struct axl_context *context);
/* The device; valid as long as the context. Any number of threads. */
const struct axl_entry *axl_context_entry(const struct axl_context *context);

/*
 * Why the last call on the object failed, "" if none has. Valid until the
 * next call on the object. axl_error_detail() takes any of the three.
 */
const char *axl_system_error_detail(const struct axl_system *system);
const char *axl_device_error_detail(const struct axl_device *device);
const char *axl_context_error_detail(const struct axl_context *context);

#ifdef __cplusplus
}

static inline const char *axl_error_detail(const struct axl_system *system)
{
	return axl_system_error_detail(system);
}

static inline const char *axl_error_detail(const struct axl_device *device)
{
	return axl_device_error_detail(device);
}

static inline const char *axl_error_detail(const struct axl_context *context)
{
	return axl_context_error_detail(context);
}
#else
/* clang-format off */
#define axl_error_detail(object)                                   \
	_Generic((object),                                         \
		struct axl_system *: axl_system_error_detail,      \
		const struct axl_system *: axl_system_error_detail, \
		struct axl_device *: axl_device_error_detail,      \
		const struct axl_device *: axl_device_error_detail, \
		struct axl_context *: axl_context_error_detail,    \
		const struct axl_context *: axl_context_error_detail)(object)
/* clang-format on */
#endif

#endif
