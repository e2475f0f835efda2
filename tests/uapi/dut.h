/* SPDX-License-Identifier: MIT */
/*
 * The device under test, which AXLE_DEVICE names: "mock" (the default), "edu",
 * "vnpu" or "vnpu-edge". What it can, it says itself; what is in a job of it,
 * its row of the table in dut-driver.c knows. Cases that a device cannot have
 * are skipped with the reason.
 *
 * Calls return 0, or -1 with errno set, unless they say otherwise.
 */
#ifndef AXLE_TESTS_DUT_H
#define AXLE_TESTS_DUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/axle_drm.h>

#include "tap.h"

/* For what must happen, on a machine that has much else to do. */
#define DUT_PATIENCE_MS 60000
/* Time-out of queues whose jobs must not see it. */
#define DUT_LONG_MS 30000
#define DUT_REGIONS_MAX 4
#define DUT_ENGINES_MAX 4

struct dut_context;
struct dut_ring;

/* What jobs do. A device can some of it in jobs, some in slots of a ring. */
enum dut_op {
	DUT_NOP,
	DUT_FILL, /* words become @value */
	DUT_COPY,
	DUT_SPIN, /* takes @ms */
	DUT_HANG, /* until its time-out */
	DUT_FAIL, /* ends with EIO */
	DUT_CRASH, /* ends with EIO, and its queue with it */
	DUT_FAULT, /* the same, because it goes where no memory is */
};

#define DUT_CAN(op) (1u << (op))

/* A buffer object; @words is NULL if it is not for the CPU. */
struct dut_memory {
	uint32_t handle;
	uint64_t size;
	uint64_t address; /* in the context's address space, if it has one */
	volatile uint64_t *words;
};

struct dut_command {
	enum dut_op op;
	uint32_t ms;
	const struct dut_memory *dst;
	const struct dut_memory *src;
	uint64_t dst_offset;
	uint64_t src_offset;
	uint64_t size; /* bytes, multiple of 8 */
	uint64_t value;
};

/*
 * What the uAPI leaves to a device. Constant; commands of a job follow one
 * another in memory, each of @command_size bytes.
 */
struct dut_driver {
	const char *name;
	const char *driver; /* as in the answer to DRM_AXLE_TOPIC_DEVICE */
	int device_class; /* or -1 for any */
	const char *module;
	const char *options; /* of the module */
	uint32_t ops; /* DUT_CAN() in jobs */
	uint32_t slot_ops; /* and in slots */
	uint32_t engine; /* that tests use, and where jobs can run */
	uint32_t kernel_engines; /* bits by index */
	uint32_t user_engines;
	bool buffers; /* BO_CREATE is there, of host memory */
	bool device_memory; /* and of the device's */
	bool foreign; /* pages of programs and of other drivers, too */
	bool addresses; /* jobs name memory by its virtual address */
	size_t command_size;
	/* Indices of the uses, for devices without addresses. */
	void (*encode)(void *to, const struct dut_command *command,
		       uint32_t dst, uint32_t src);
	size_t slot_size;
	void (*slot)(void *to, const struct dut_command *command);
	uint64_t (*done)(const volatile void *status);
	bool (*asleep)(const volatile void *status);
	/* Write the slot that leaves @value, and what shows then. */
	void (*mark)(struct dut_ring *ring, uint64_t value);
	uint64_t (*marked)(const struct dut_ring *ring);
	/* Programs; NULL if the device has none that can be made here. */
	const void *(*program)(size_t *size);
	void (*execute)(void *to, uint32_t program,
			const struct dut_memory *dst);
};

const struct dut_driver *dut_driver_find(const char *name);

struct dut {
	const struct dut_driver *driver;
	int index; /* N of accelN */
	struct drm_axle_query_device device;
	struct drm_axle_query_topology topology;
	struct drm_axle_query_limits limits;
	struct drm_axle_memory_region regions[DUT_REGIONS_MAX];
	uint32_t region_count;
	uint32_t engine_count;
};

/* Loads the driver if it is not there; false with a note if there is none. */
bool dut_open(struct dut *dut);
bool dut_can(const struct dut *dut, enum dut_op op);
bool dut_has(const struct dut *dut, uint64_t feature);
int dut_open_compute(const struct dut *dut);
int dut_open_control(const struct dut *dut);
/* Reset the device. */
int dut_reset(const struct dut *dut);
struct drm_axle_query_health dut_health(const struct dut *dut);
uint32_t dut_contexts_used(const struct dut *dut);
/* The region of device memory that buffers can be in, or -1. */
int dut_device_region(const struct dut *dut);
uint64_t dut_used(const struct dut *dut, uint32_t region);
/* Whether nobody holds a context or memory; waits for what is on its way. */
bool dut_nothing_left(const struct dut *dut);

/* A case of a device without @feature, or without @op, is skipped. */
#define DUT_OPEN(dut) TAP_REQUIRE(dut_open(dut))
#define DUT_NEEDS(condition, reason)      \
	do {                              \
		if (!(condition))         \
			TAP_SKIP(reason); \
	} while (0)
#define DUT_NEEDS_JOBS(dut)                                \
	DUT_NEEDS(dut_has(dut, DRM_AXLE_FEATURE_SUBMIT) && \
			  dut_can(dut, DUT_FILL),          \
		  "no job of the device writes what it is told")
#define DUT_NEEDS_MEMORY(dut) \
	DUT_NEEDS((dut)->driver->buffers, "the device has no buffer objects")
#define DUT_NEEDS_OP(dut, op) \
	DUT_NEEDS_JOBS(dut);  \
	DUT_NEEDS(dut_can(dut, op), "no job of the device does " #op)
#define DUT_NEEDS_RINGS(dut)                                    \
	DUT_NEEDS(dut_has(dut, DRM_AXLE_FEATURE_USER_QUEUES) && \
			  (dut)->driver->slot,                  \
		  "the device has no user-mode queues")
#define DUT_NEEDS_VM(dut)                            \
	DUT_NEEDS(dut_has(dut, DRM_AXLE_FEATURE_VM), \
		  "the device has no address spaces")
#define DUT_NEEDS_CONTEXTS(dut, count)                   \
	DUT_NEEDS((dut)->limits.contexts_max >= (count), \
		  "the device has one context only")

/*
 * An open file, an address space if jobs need one, and a page of host memory if
 * there are jobs.
 */
struct dut_context {
	const struct dut *dut;
	int fd;
	uint32_t vm;
	uint64_t next; /* address of the next memory */
	struct dut_memory page;
};

bool dut_context_open(struct dut_context *ctx, const struct dut *dut);
/*
 * The same on a file that is open already: the descriptor is duplicated, so
 * that both are closed alike. Needs @of's address space, if there is one.
 */
bool dut_context_join(struct dut_context *ctx, const struct dut_context *of);
/* Another context, or where the device has only one, the same. */
bool dut_context_beside(struct dut_context *ctx, const struct dut_context *of);
void dut_context_close(struct dut_context *ctx);

int dut_memory_open(struct dut_context *ctx, struct dut_memory *memory,
		    uint32_t region, uint64_t size, uint32_t flags);
void dut_memory_close(struct dut_context *ctx, struct dut_memory *memory);

/* A kernel-mode queue, its time-out zero for the driver's; 0 is a failure. */
uint32_t dut_queue(const struct dut_context *ctx, uint32_t timeout_ms);
uint32_t dut_queue_on(const struct dut_context *ctx, uint32_t engine,
		      uint32_t timeout_ms);

/* One with as few slots as the device has; how many. */
uint32_t dut_queue_small(const struct dut_context *ctx, uint32_t *slots);

/* Submit a job; syncs may be NULL. */
int dut_submit(const struct dut_context *ctx, uint32_t queue,
	       const struct dut_command *commands, uint32_t count,
	       const struct drm_axle_sync *in, const struct drm_axle_sync *out);
/* A job of one command with a binary syncobj to signal, or none. */
int dut_submit_one(const struct dut_context *ctx, uint32_t queue,
		   const struct dut_command *command, uint32_t out);
/* Submit and wait: what the job's fence says, 0 or a negative errno. */
int dut_run(const struct dut_context *ctx, uint32_t queue,
	    const struct dut_command *commands, uint32_t count);
/* Wait for a binary syncobj: what its fence says. */
int dut_fence(const struct dut_context *ctx, uint32_t handle);

struct dut_command dut_fill(const struct dut_memory *memory, uint64_t word,
			    uint64_t value);
struct dut_command dut_spin(uint32_t ms);
/* What became of a queue; false if the file has no such. */
bool dut_queue_state(const struct dut_context *ctx, uint32_t queue,
		     struct drm_axle_queue_state *state);

/* A user-mode queue and its mappings; marks go to the context's page. */
struct dut_ring {
	const struct dut_context *ctx;
	struct drm_axle_queue_create info;
	uint8_t *ring;
	const volatile void *status;
	volatile uint32_t *tail;
	volatile uint32_t *wake;
	uint64_t written;
	uint64_t expected; /* what shows when all marks are done */
};

bool dut_ring_open(struct dut_ring *ring, const struct dut_context *ctx,
		   uint32_t timeout_ms);
void dut_ring_close(struct dut_ring *ring);
void dut_ring_unmap(struct dut_ring *ring);
/* Write a slot and ring; its position. */
uint64_t dut_ring_put(struct dut_ring *ring, const struct dut_command *command);
void dut_ring_mark(struct dut_ring *ring, uint64_t value);
/* Whether all that was written gets done, and the marks are right. */
bool dut_ring_right(struct dut_ring *ring);
/* A syncobj's fence for a position, waited for: 0 or a negative errno. */
int dut_ring_fence(const struct dut_ring *ring, uint64_t position);

#endif
