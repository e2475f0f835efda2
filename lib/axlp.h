/* SPDX-License-Identifier: MIT */
/*
 * Inside of libaxle: the objects, and what a provider is. Not installed.
 *
 * A provider serves one or more kernel drivers. It consists of const tables:
 * one struct axlp_driver per kernel driver, and the struct axlp_ops that its
 * devices share. Missing operations mean "cannot"; the library answers for
 * them.
 */
#ifndef AXLP_H
#define AXLP_H

#include <axl/monitor.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AXLP_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define AXLP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Nodes are accel0 to accel255 today; leaves room without large numbers. */
#define AXLP_INDEX_MAX 99999u

struct axlp_error {
	char text[1024];
};

struct axlp_pci_id {
	uint16_t vendor;
	uint16_t device;
	const char *product;
};

/* What libaxle knows of a kernel driver. */
struct axlp_driver {
	const char *name; /* stem of the alias */
	const char *bus_driver; /* its name in sysfs */
	/* Parent of the node, where that has no driver of its own. */
	const char *bus_device;
	const char *module; /* for modprobe */
	const char *product; /* where ids do not tell */
	const struct axlp_pci_id *ids;
	size_t num_ids;
	const struct axlp_ops *ops;
	const void *data; /* for ops */
};

struct axlp_point;
struct axlp_trace;

/*
 * Answers are zeroed by the caller, numbers that the driver does not tell must
 * be set to unknown by the provider. All return 0 or -errno, with the reason
 * in the device's or context's error.
 */
struct axlp_ops {
	const char *name;
	/* Both for the device's life; open never fails, it notes why not. */
	void (*open)(struct axl_device *dev);
	void (*close)(struct axl_device *dev);
	int (*identity)(struct axl_device *dev, struct axl_identity *out);
	int (*limits)(struct axl_device *dev, struct axl_limits *out);
	int (*health)(struct axl_device *dev, struct axl_health *out);
	/* Writes at most *count elements, stores how many there are. */
	int (*engines)(struct axl_device *dev, struct axl_engine *out,
		       uint32_t *count);
	int (*memory)(struct axl_device *dev, struct axl_memory *out,
		      uint32_t *count);
	int (*reset)(struct axl_device *dev);
	int (*reset_engine)(struct axl_device *dev, uint32_t engine);
	int (*reset_queue)(struct axl_device *dev, uint64_t client,
			   uint32_t queue);
	/* All of it is set to unknown before. */
	int (*telemetry)(struct axl_device *dev, struct axl_telemetry *out);
	int (*set_limit)(struct axl_device *dev, uint32_t limit,
			 uint64_t value);
	/* As engines; the pages, too, are set to unknown before. */
	int (*ras)(struct axl_device *dev, struct axl_ras_unit *out,
		   uint32_t *count, struct axl_ras_pages *pages);

	/* Bytes of an object with what the provider puts behind; 0: nothing. */
	size_t device_size;
	size_t context_size;
	size_t bo_size;
	size_t program_size;
	size_t queue_size;

	int (*context_open)(struct axl_context *ctx);
	/* After the last object of the context; also after a failed open. */
	void (*context_close)(struct axl_context *ctx);

	/* With user_memory, memory is set; else create sets it, zeroed. */
	int (*bo_create)(struct axl_bo *bo);
	/*
	 * The size and the descriptor are set, which is a file's that has a
	 * size and maybe no dma-buf; axlp_bo_map_dmabuf() sets the memory.
	 */
	int (*bo_import)(struct axl_bo *bo);
	/* Not of an import. */
	int (*bo_export)(struct axl_bo *bo, int *dmabuf);
	void (*bo_destroy)(struct axl_bo *bo); /* any thread */

	/* The numbers of its ports are there already. */
	int (*program_create)(struct axl_program *program, const void *blob,
			      size_t size);
	void (*program_destroy)(struct axl_program *program); /* any thread */

	/* The config is complete and checked as far as the core can. */
	int (*queue_create)(struct axl_queue *queue,
			    const struct axl_queue_config *config);
	/* Kills what runs. What waiting needs stays until queue_destroy. */
	void (*queue_close)(struct axl_queue *queue);
	void (*queue_destroy)(struct axl_queue *queue); /* any thread */
	/* The jobs are checked. */
	int (*queue_submit)(struct axl_queue *queue, const struct axl_job *jobs,
			    uint32_t count, uint64_t *point);
	/* The point behind the last job. */
	uint64_t (*queue_point)(const struct axl_queue *queue);
	int (*queue_reset)(struct axl_queue *queue);

	/*
	 * Until one of the points is decided: what axl_queue_wait() returns of
	 * it, its number in *first. Any thread, any queues of the provider.
	 */
	int (*wait)(const struct axlp_point *points, uint32_t count,
		    int64_t deadline_ns, uint32_t *first);
	/* Why it failed, "" if it did not; stays as long as the queue. */
	const char *(*why)(const struct axlp_point *point);

	int (*event)(struct axl_context *ctx, struct axl_event *out);
	int (*event_fd)(struct axl_context *ctx);
};

struct axlp_point {
	struct axl_queue *queue;
	uint64_t point;
};

/* Lifetime: references of the creator and of each device. */
struct axl_system {
	atomic_uint refs;
	char *root; /* "" or without a slash at its end; constant */
	char *default_device; /* or NULL; constant */
	uint32_t threads; /* of the embedded device; constant */
	int trace; /* descriptor of the timeline, or negative; constant */
	void (*log)(void *data, enum axl_log_level level, const char *text);
	void *log_data;
	struct axlp_error error;
};

/* Lifetime: references of the opener and of each context. */
struct axl_device {
	atomic_uint refs;
	struct axl_system *system; /* a reference */
	struct axl_entry entry; /* constant */
	const struct axlp_driver *driver; /* constant */
	int control; /* descriptor or the -errno of opening it; constant */
	/* Of a monitor: compute nodes are not opened; constant. */
	bool passive;
	struct axlp_error error;
};

/* Lifetime: references of the creator and of each object made from it. */
struct axl_context {
	atomic_uint refs;
	struct axl_device *device; /* a reference; only constants are used */
	int fd; /* of the compute node */
	struct axlp_error error;
};

/* Lifetime: references of the creator and of the jobs that use it. */
struct axl_bo {
	atomic_uint refs;
	struct axl_context *context; /* a reference */
	void *memory; /* NULL: an import that nobody may map; constant */
	uint64_t address; /* the provider's, for the device; constant */
	uint64_t size; /* constant */
	uint32_t flags; /* AXL_BO_*; constant */
	bool user_memory; /* constant */
	int dmabuf; /* of an import; -1: none; constant */
	/* Others may have the memory by way of a dma-buf; never false again. */
	atomic_bool shared;
	struct axlp_error error;
};

/* Lifetime: references of the creator and of the jobs that run it. */
struct axl_program {
	atomic_uint refs;
	struct axl_context *context; /* a reference */
	/* All constant. */
	uint32_t input_count;
	uint32_t output_count;
	uint32_t op_count;
	uint64_t *port_sizes; /* bytes: of the inputs, then of the outputs */
	struct axlp_error error;
};

/*
 * Lifetime: references of the creator, of each fence, and of jobs of other
 * queues that wait for this one.
 */
struct axl_queue {
	atomic_uint refs;
	struct axl_context *context; /* a reference */
	uint64_t id; /* constant */
	struct axlp_trace *trace; /* NULL: not traced; the creator's */
	struct axlp_error error; /* the creator's */
};

/* Never changes. */
struct axl_fence {
	struct axl_queue *queue; /* a reference */
	uint64_t point;
};

/* An entry and the driver it was recognised by; array made by a scan. */
struct axlp_found {
	struct axl_entry entry;
	const struct axlp_driver *driver;
};

struct axlp_scan {
	struct axlp_found *found;
	size_t count;
	size_t room;
};

/* error.c */
int axlp_fail(struct axlp_error *error, int err, const char *format, ...)
	AXLP_PRINTF(3, 4);
const char *axlp_explain(int err);
void axlp_log(const struct axl_system *sys, enum axl_log_level level,
	      const char *format, ...) AXLP_PRINTF(3, 4);

/* system.c */
struct axl_system *axlp_system_get(struct axl_system *sys);
/* Path below the root; -ENAMETOOLONG if it does not fit. */
int axlp_system_path(const struct axl_system *sys, char *out, size_t size,
		     const char *format, ...) AXLP_PRINTF(4, 5);

/* device.c */
struct axl_device *axlp_device_new(struct axl_system *sys,
				   const struct axlp_found *found);
/* For a monitor: see the member passive. */
struct axl_device *axlp_device_watch(struct axl_system *sys,
				     const struct axlp_found *found);
struct axl_device *axlp_device_get(struct axl_device *dev);
/* "libaxle cannot WHAT devices of the driver ...", -EOPNOTSUPP. */
int axlp_cannot(struct axl_device *dev, const char *what);
/* As much of the answer as the caller knows, zeros behind it. */
void axlp_copy_out(void *out, size_t size, const void *answer, size_t known);
/* The same for elements that the provider wrote and the caller has room for. */
void axlp_copy_elements(void *out, size_t size, const void *answer,
			size_t known, uint32_t count);
/* Elements that a provider is asked for, at most. */
#define AXLP_ELEMENTS_MAX 64u

/* telemetry.c: units and pages by one question. */
int axlp_device_ras(struct axl_device *device, struct axl_ras_unit *units,
		    uint32_t *count, struct axl_ras_pages *pages);

/* unknown.c */
void axlp_telemetry_unknown(struct axl_telemetry *out);

/* context.c: for objects made from a context; the last put closes it. */
struct axl_context *axlp_context_get(struct axl_context *ctx);
void axlp_context_put(struct axl_context *ctx);
/* Why there is no object of that kind: "libaxle cannot WHAT ...". */
int axlp_context_cannot(struct axl_context *ctx, const char *what);
/* A zeroed object of at least the core's size. */
void *axlp_object_new(size_t core, size_t provider);

/* bo.c: as wanted, made by the operation. */
int axlp_bo_new(struct axl_context *ctx, const struct axl_bo *wanted,
		int (*make)(struct axl_bo *bo), struct axl_bo **out);

/* dmabuf.c: for bo_import, once it is known to be a dma-buf. */
int axlp_bo_map_dmabuf(struct axl_bo *bo);
/* Why the kernel refuses one: -EINVAL, -EOPNOTSUPP, -ENOMEM or another. */
int axlp_bo_fail_import(struct axl_bo *bo, int err);
/*
 * Around what the processor does with memory of an import; nothing for others.
 * The first waits for work of others on it, and can fail.
 */
int axlp_bo_access(const struct axl_bo *bo);
void axlp_bo_access_end(const struct axl_bo *bo);

/* bo.c, program.c, queue.c: references for jobs; any thread. */
void axlp_bo_get(struct axl_bo *bo);
void axlp_bo_put(struct axl_bo *bo);
void axlp_program_get(struct axl_program *program);
void axlp_program_put(struct axl_program *program);
void axlp_queue_get(struct axl_queue *queue);
void axlp_queue_put(struct axl_queue *queue);

/* job.c: whether jobs make sense, with the reason in the queue's error. */
int axlp_jobs_check(struct axl_queue *queue, const struct axl_job *jobs,
		    uint32_t count);
const char *axlp_job_name(uint32_t kind);

/* fence.c: now, as deadlines are. */
int64_t axlp_now_ns(void);

/* scan.c */
int axlp_scan_devices(struct axl_system *sys, struct axlp_scan *scan);
int axlp_scan_pci(struct axl_system *sys, struct axlp_scan *scan);
int axlp_scan_embedded(struct axlp_scan *scan);
void axlp_scan_free(struct axlp_scan *scan);
/* enum axl_access: whether a node could be opened, without opening it. */
uint32_t axlp_node_access(struct axl_system *sys, const char *prefix,
			  uint32_t index);

/* registry.c */
const struct axlp_driver *axlp_driver_of_device(const char *bus_driver,
						const char *bus_address,
						bool on_kit);
const struct axlp_driver *axlp_driver_of_id(uint16_t vendor, uint16_t device);
const char *axlp_product(const struct axlp_driver *driver, uint16_t vendor,
			 uint16_t device);
uint32_t axlp_capabilities(const struct axlp_driver *driver);

/*
 * uapi.c: the only ioctl() of the library. Makes a call again that a signal has
 * interrupted, but not after -EAGAIN, which means something else to each call.
 */
int axlp_ioctl(int fd, unsigned long request, void *arg);

/* context.c: for providers, opens the compute node. */
int axlp_context_open_node(struct axl_context *ctx);

/*
 * node.c: open /dev/accel/PREFIXN; a descriptor or -errno. The other says in
 * words why it failed, and returns what a caller of the library gets to see.
 */
int axlp_node_open(const struct axl_system *sys, const char *prefix,
		   uint32_t index);
int axlp_node_fail(const struct axl_system *sys, struct axlp_error *error,
		   const char *prefix, uint32_t index, int err);

/* The providers' tables, gathered by registry.c. */
extern const struct axlp_driver axlp_axle_driver; /* any on the kit */
extern const struct axlp_ops axlp_axle_ops; /* for others on the kit */
/* And for those that do not reach all memory, hence none of others. */
extern const struct axlp_ops axlp_axle_near_ops;
extern const struct axlp_driver axlp_edu_driver;
extern const struct axlp_driver axlp_mainline_drivers[];
extern const size_t axlp_mainline_count;
extern const struct axlp_driver axlp_qaic_driver;
extern const struct axlp_driver axlp_soft_driver;
extern const struct axlp_driver axlp_unknown_driver;
extern const struct axlp_driver axlp_vnpu_driver;

#endif
