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
struct axl_bo;
struct axl_program;
struct axl_queue;
struct axl_fence;

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
	/*
	 * Threads that the embedded device computes with; 0 for the variable
	 * AXLE_THREADS, or else one for each processor of this process.
	 */
	uint32_t threads;
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
	AXL_KIND_EMBEDDED = 3, /* in this process: "soft" */
};

enum axl_bus {
	AXL_BUS_PLATFORM = 0,
	AXL_BUS_PCI = 1,
	AXL_BUS_PROCESS = 2, /* the memory of this process */
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
#define AXL_CAN_MEMORY (1u << 4) /* buffer objects */
#define AXL_CAN_PROGRAMS (1u << 5)
#define AXL_CAN_JOBS (1u << 6) /* queues and fences */
#define AXL_CAN_EVENTS (1u << 7)
#define AXL_CAN_EXPORT (1u << 8) /* dma-bufs of buffer objects */
#define AXL_CAN_IMPORT (1u << 9) /* buffer objects of dma-bufs */

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

/* Devices by index, PCI functions without node by address, the embedded one. */
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
 * The name is "accelN", an alias, a bus address, "soft", or NULL for the
 * default: what the configuration says, or else the first kernel device that
 * can run programs and lets this user, or else "soft".
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
 * Buffer objects: memory that jobs can use. Reference counted by the jobs that
 * use them, so one may be destroyed while a job runs.
 */
#define AXL_BO_DEVICE (1u << 0) /* in device memory, else -EOPNOTSUPP */
#define AXL_BO_EXPORT (1u << 1) /* for axl_bo_export(), else -EOPNOTSUPP */

/* Zeroed. A multiple of 64 bytes fits best; size 0 is -EINVAL. */
int axl_bo_create(struct axl_context *context, uint64_t size, uint32_t flags,
		  struct axl_bo **bo);
/*
 * Memory of the program, aligned to 64 bytes; it must stay until the object
 * is destroyed and all jobs that use it are done.
 */
int axl_bo_from_user(struct axl_context *context, void *memory, uint64_t size,
		     uint32_t flags, struct axl_bo **bo);
void axl_bo_destroy(struct axl_bo *bo);
/*
 * Stays mapped until destroy; the same address each time. Any thread. Only an
 * import may fail: -EOPNOTSUPP if its exporter does not let programs map it.
 */
int axl_bo_map(struct axl_bo *bo, void **memory);
uint64_t axl_bo_size(const struct axl_bo *bo);

/*
 * dma-bufs: file descriptors of memory, for other contexts, drivers and
 * processes. Nothing is copied, and nobody's work waits for another's: who
 * shares memory says when it may be used.
 */

/*
 * A new descriptor, the caller's to close, which keeps the memory. Of objects
 * made with AXL_BO_EXPORT, and of imports, whose dma-buf it is. Flags: 0.
 */
int axl_bo_export(struct axl_bo *bo, uint32_t flags, int *dmabuf);
/*
 * All of the dma-buf's memory; axl_bo_size() tells how much. The descriptor
 * stays the caller's, who may close it afterwards. Flags: 0.
 */
int axl_bo_import(struct axl_context *context, int dmabuf, uint32_t flags,
		  struct axl_bo **bo);

/*
 * Programs: a blob as in docs/tensor-program.md, checked and prepared by the
 * device once. The blob may go afterwards. -ENOEXEC: it is not valid, or the
 * device cannot run it.
 */
int axl_program_create(struct axl_context *context, const void *blob,
		       size_t size, struct axl_program **program);
/* Jobs that were submitted still run. */
void axl_program_destroy(struct axl_program *program);

/*
 * Queues: jobs of one queue run in order, those of different queues in any.
 */
enum axl_queue_mode {
	AXL_QUEUE_ANY = 0, /* by the program where the device can, else: */
	AXL_QUEUE_KERNEL = 1, /* by the kernel, a call a job */
	AXL_QUEUE_USER = 2, /* by the program, which writes the device's ring */
};

struct axl_queue_config {
	size_t size; /* sizeof(struct axl_queue_config) */
	uint32_t priority; /* 0 to 3, 0 is the first to run */
	uint32_t slots; /* jobs that can wait, a power of two; 0: 256 */
	uint32_t timeout_ms; /* of each job; 0: the device's */
	uint32_t mode; /* enum axl_queue_mode: who submits jobs */
};

enum axl_job_kind {
	AXL_JOB_NOP = 0,
	AXL_JOB_FILL = 1, /* dst, size, value: 8 bytes, repeated */
	AXL_JOB_COPY = 2, /* dst, src, size */
	AXL_JOB_EXEC = 3, /* program, bindings */
	AXL_JOB_WAIT = 4, /* fence, of any queue of the same device */
	AXL_JOB_TIMESTAMP = 5, /* dst: 8 bytes, ns of the device's clock */
};

struct axl_place {
	struct axl_bo *bo;
	uint64_t offset; /* bytes */
};

enum axl_binding_kind {
	AXL_BINDING_INPUT = 0,
	AXL_BINDING_OUTPUT = 1,
	/* struct axl_span for each operation of the program; may be missing */
	AXL_BINDING_SPANS = 2,
};

/* Memory for an input or output; aligned to 64 bytes, bounds are checked. */
struct axl_binding {
	struct axl_place place;
	uint64_t size; /* bytes there, at least what the program needs */
	uint32_t kind; /* enum axl_binding_kind */
	uint32_t index; /* of the program's inputs, or outputs */
};

/* Time on the device's clock, ns. */
struct axl_span {
	uint64_t start_ns;
	uint64_t end_ns;
};

/* Members that the kind does not name are zero. Copied by submit. */
struct axl_job {
	uint32_t kind; /* enum axl_job_kind */
	uint32_t timeout_ms; /* 0: the queue's; can only be shorter */
	struct axl_place dst;
	struct axl_place src;
	uint64_t size;
	uint64_t value;
	struct axl_program *program;
	const struct axl_binding *bindings;
	uint32_t binding_count;
	uint32_t reserved;
	struct axl_fence *fence;
	struct axl_place span; /* of struct axl_span; bo NULL: not wanted */
};

/* A NULL config takes all defaults. */
int axl_queue_create(struct axl_context *context,
		     const struct axl_queue_config *config,
		     struct axl_queue **queue);
/* Kills what still runs; axl_queue_wait() first if it is to end well. */
void axl_queue_destroy(struct axl_queue *queue);

/*
 * Submits all of the jobs or none. The point is what to wait for: it is
 * reached when all jobs up to the last of these are done; NULL if of no use.
 * -EAGAIN: the queue has no room for them now. -EIO: the queue is in error.
 * -ECANCELED: one of them waits for a fence that has failed.
 */
int axl_queue_submit(struct axl_queue *queue, const struct axl_job *jobs,
		     uint32_t count, uint64_t *point);

/*
 * Deadlines are absolute, ns on CLOCK_MONOTONIC: 0 looks without waiting,
 * INT64_MAX waits for ever. -ETIME: not reached by then. -EIO: a job up to
 * the point failed, -ETIMEDOUT: took too long, -ECANCELED: was not run as one
 * before it failed, or killed; axl_error_detail() says which and why.
 */
int axl_queue_wait(struct axl_queue *queue, uint64_t point,
		   int64_t deadline_ns);
/* Now plus so many ns; never less than 1. Any thread. */
int64_t axl_deadline(int64_t ns);
/* Drops what waits, kills what runs, and takes jobs again. */
int axl_queue_reset(struct axl_queue *queue);

/*
 * Fences: a point of a queue as an object that outlives the queue. All calls
 * on a fence from any number of threads at once.
 */
int axl_fence_create(struct axl_queue *queue, uint64_t point,
		     struct axl_fence **fence);
void axl_fence_destroy(struct axl_fence *fence);
/* As axl_queue_wait(). */
int axl_fence_wait(struct axl_fence *fence, int64_t deadline_ns);
/* Of the first that is reached, its number; for at most 64 fences. */
int axl_fence_wait_any(struct axl_fence *const *fences, uint32_t count,
		       int64_t deadline_ns, uint32_t *first);

/*
 * Events of a context.
 */
enum axl_event_type {
	AXL_EVENT_FAULT = 1, /* a job failed */
	AXL_EVENT_QUEUE_RESET = 2,
	AXL_EVENT_DEVICE_ERROR = 3,
	AXL_EVENT_THERMAL = 4,
	AXL_EVENT_MEMORY_ERROR = 5,
	AXL_EVENT_LOST = 6, /* value: so many did not fit */
	AXL_EVENT_DEVICE_RESET = 7,
};

struct axl_event {
	uint32_t type; /* enum axl_event_type */
	uint32_t code; /* the device's own; 0 for none */
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t queue; /* axl_queue_id(), 0 for none */
	uint64_t point; /* of the job, with a queue */
	uint64_t address; /* of a fault, of a memory error */
	uint64_t value;
	char text[96]; /* in words */
};

uint64_t axl_queue_id(const struct axl_queue *queue);
/* Takes the next; -EAGAIN if there is none. */
int axl_context_event(struct axl_context *context, struct axl_event *out,
		      size_t size);
/* Readable while there are events; the context's, not to be closed. */
int axl_context_event_fd(struct axl_context *context);
const char *axl_event_name(uint32_t type);

/*
 * Why the last call on the object failed, "" if none has. Valid until the
 * next call on the object. Of a fence: why its job failed, which never changes
 * once it has. A create call that failed has no object: ask the one it was
 * called on. axl_error_detail() takes any of these.
 */
const char *axl_system_error_detail(const struct axl_system *system);
const char *axl_device_error_detail(const struct axl_device *device);
const char *axl_context_error_detail(const struct axl_context *context);
const char *axl_bo_error_detail(const struct axl_bo *bo);
const char *axl_program_error_detail(const struct axl_program *program);
const char *axl_queue_error_detail(const struct axl_queue *queue);
const char *axl_fence_error_detail(const struct axl_fence *fence);

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

static inline const char *axl_error_detail(const struct axl_bo *bo)
{
	return axl_bo_error_detail(bo);
}

static inline const char *axl_error_detail(const struct axl_program *program)
{
	return axl_program_error_detail(program);
}

static inline const char *axl_error_detail(const struct axl_queue *queue)
{
	return axl_queue_error_detail(queue);
}

static inline const char *axl_error_detail(const struct axl_fence *fence)
{
	return axl_fence_error_detail(fence);
}
#else
/* clang-format off */
#define axl_error_detail(object)                                   \
	_Generic((object),                                         \
		struct axl_system *: axl_system_error_detail,      \
		const struct axl_system *: axl_system_error_detail, \
		struct axl_device *: axl_device_error_detail,      \
		const struct axl_device *: axl_device_error_detail, \
		struct axl_bo *: axl_bo_error_detail,            \
		const struct axl_bo *: axl_bo_error_detail,      \
		struct axl_program *: axl_program_error_detail,            \
		const struct axl_program *: axl_program_error_detail,      \
		struct axl_queue *: axl_queue_error_detail,            \
		const struct axl_queue *: axl_queue_error_detail,      \
		struct axl_fence *: axl_fence_error_detail,            \
		const struct axl_fence *: axl_fence_error_detail,      \
		struct axl_context *: axl_context_error_detail,    \
		const struct axl_context *: axl_context_error_detail)(object)
/* clang-format on */
#endif

#endif
