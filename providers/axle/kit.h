/* SPDX-License-Identifier: MIT */
/*
 * The provider of devices on the kit (axle.ko): what its files share. Not
 * installed.
 *
 * A context is an open compute node. Buffer objects and events work on every
 * device of the kit that has them; programs and jobs on those whose jobs the
 * library knows how to write, which today is vnpu. Section numbers are of
 * docs/vnpu.md.
 *
 * Lock order: those of axlv.h, then a context's. The kernel is called with any
 * of them; no call waits for a job with one, but SUBMIT for room.
 */
#ifndef AXLE_KIT_H
#define AXLE_KIT_H

#include "../vnpu/axlv.h"
#include "drm_core.h"

#include <drm/axle_drm.h>
#include <drm/axle_vnpu.h>

#define AXLE_PAGE 4096ull /* of an address space */
#define AXLE_ENGINE 0u /* compute, on every vnpu */
#define AXLE_SYNCS_KEPT 16u
#define AXLE_NUMBERS_MAX 64u /* of queues that events are told apart for */
#define AXLE_EVENT_ROOM 512u

/* A piece of an address space, in the order of addresses. */
struct axle_range {
	struct axle_range *previous, *next; /* the context's lock */
	uint64_t start, end; /* constant */
};

/* Addresses that are taken; all under the context's lock. */
struct axle_ranges {
	struct axle_range bottom; /* below the first that may be given out */
	struct axle_range *last; /* given out last, or what was before it */
	uint64_t floor; /* where that ended; not 0 */
	uint64_t end; /* behind the last address; constant */
};

/*
 * A handle that the kernel may give again: of memory that was exported from the
 * context, or imported to it. All but handle with the context's lock, also
 * while the kernel is asked for it, or closes it.
 */
struct axle_shared {
	struct axle_shared *next;
	uint32_t handle; /* constant */
	uint32_t refs; /* by struct axle_memory */
};

/* Memory that the device may use; constant from its making to its end. */
struct axle_memory {
	uint32_t handle;
	struct axle_shared *shared; /* or NULL; set by the first export */
	uint64_t size; /* whole pages */
	void *at; /* mapped, or NULL */
	struct axle_range range; /* with an address space */
};

struct axle_bo {
	struct axl_bo base;
	struct axle_memory memory;
	uint32_t delta; /* where it begins in its first page; constant */
};

/* Whose events a number of the kernel means, from when on. */
struct axle_owner {
	uint64_t id; /* of the library's queue */
	uint64_t origin; /* its point at position 0 */
	uint64_t since_ns;
	bool is_ring; /* positions count slots from 0 */
};

struct axle_context {
	struct axlv_context vnpu;

	/* Of a vnpu; constant. */
	bool has_vm;
	bool user_queues;
	uint32_t address_bits;
	uint32_t timeout_ms_max;
	struct drm_axle_vnpu_info info;

	pthread_mutex_t lock; /* what follows, up to the events */
	uint32_t vm; /* number, 0 until it is needed */
	struct axle_ranges ranges;
	struct axle_shared *shared; /* all of the context */
	uint32_t syncs[AXLE_SYNCS_KEPT]; /* binary syncobjs of nobody */
	uint32_t sync_count;
	uint64_t queue_ids;
	/* The newest of each number, and the one before. */
	struct axle_owner owners[AXLE_NUMBERS_MAX][2];

	/* The thread of the context: events that were read and not taken. */
	uint8_t events[AXLE_EVENT_ROOM];
	uint32_t event_at;
	uint32_t event_bytes;
};

struct axle_queue {
	struct axlv_queue vnpu;

	/* Constant. */
	struct axl_queue_config config;
	bool user;

	/* Written by the owner with the queue's lock; 0: there is none. */
	uint32_t number;

	/* User mode: memory that stays, behind which the mappings change. */
	uint8_t *area;
	size_t area_size;
	uint32_t ring_size;
	_Atomic uint32_t *tail;
	_Atomic uint32_t *wake;

	/* Kernel mode. */
	uint32_t timeline; /* syncobj, of the queue's points; constant */
	/*
	 * Of each slot's job, as a timeline forgets how its points ended; the
	 * owner makes them, before the slot's job is submitted.
	 */
	uint32_t *results;
	_Atomic uint64_t submitted; /* points that the kernel has */
	uint64_t resets; /* of the device, when last looked at; lock */
	uint64_t sure; /* points that ended well before those; lock */

	/* The owner: waiting for jobs of other queues, see bridge.c. */
	uint32_t bridge; /* number of a queue, or 0 */
	struct axle_memory word;
	uint64_t bridged;

	/* The owner: a command of the edge profile as it is built. */
	struct drm_axle_use *uses;
	uint8_t *command;
	uint32_t use_room, command_room;
};

/* Array topics begin with these two, in this order. */
struct axle_array {
	uint32_t count;
	uint32_t stride;
};

#define COPY_TEXT(to, from) \
	axlp_copy_text(to, sizeof(to), from, strnlen(from, sizeof(from)))

/* axle.c: questions to the control node, with the reason in the error */
/* A fixed struct; what an older kernel does not know stays zero. */
int axle_ask(struct axl_device *dev, uint32_t topic, void *answer,
	     uint32_t size);
/*
 * An array topic in memory of the caller's to free. Head is the size of what
 * is in front of the elements, first that of an element's first version.
 */
int axle_ask_array(struct axl_device *dev, uint32_t topic, uint32_t head,
		   uint32_t first, struct axle_array **answer);
/* Why there is no control node. */
int axle_fail_control(struct axl_device *dev);

static inline const void *axle_array_at(const struct axle_array *array,
					uint32_t head, uint32_t i)
{
	return (const char *)array + head + (size_t)i * array->stride;
}

/* admin.c */
int axle_reset(struct axl_device *dev);
int axle_reset_engine(struct axl_device *dev, uint32_t engine);
int axle_reset_queue(struct axl_device *dev, uint64_t client, uint32_t queue);
int axle_telemetry(struct axl_device *dev, struct axl_telemetry *out);
int axle_set_limit(struct axl_device *dev, uint32_t limit, uint64_t value);
int axle_ras(struct axl_device *dev, struct axl_ras_unit *out, uint32_t *count,
	     struct axl_ras_pages *pages);

static inline struct axle_context *axle_context_of(struct axl_context *ctx)
{
	return (struct axle_context *)ctx;
}

static inline struct axle_queue *axle_queue_of(struct axl_queue *queue)
{
	return (struct axle_queue *)queue;
}

static inline struct axle_bo *axle_bo_of(struct axl_bo *bo)
{
	return (struct axle_bo *)bo;
}

static inline int axle_fd(const struct axle_context *ac)
{
	return ac->vnpu.base.fd;
}

/* A call on the node, which notes when the device has gone. */
int axle_call(struct axle_context *ac, unsigned long request, void *arg);

/* context.c */
int axle_context_open(struct axl_context *ctx);
void axle_context_close(struct axl_context *ctx);
int axle_vnpu_open(struct axl_context *ctx);
/* As much of the answer as fits, else zeros. */
int axle_query(struct axle_context *ac, uint32_t topic, void *answer,
	       uint32_t size);

/* range.c: with the context's lock */
void axle_ranges_init(struct axle_ranges *ranges, uint64_t page, uint64_t end);
int axle_range_take(struct axle_ranges *ranges, uint64_t size, uint64_t align,
		    uint64_t guard, struct axle_range *range);
void axle_range_give(struct axle_ranges *ranges, struct axle_range *range);

/* memory.c */
int axle_bo_create(struct axl_bo *bo);
void axle_bo_destroy(struct axl_bo *bo);
/* Zeroed; AXL_BO_DEVICE: of the device if it has some. */
int axle_memory_new(struct axle_context *ac, uint64_t size, uint32_t flags,
		    bool mapped, struct axle_memory *out);
void axle_memory_free(struct axle_context *ac, struct axle_memory *memory);
int axle_memory_address(struct axle_context *ac, struct axle_memory *memory);
int axle_vm_number(struct axle_context *ac, uint32_t *vm);
int axle_block_new(struct axlv_context *vc, enum axlv_use use, uint64_t size,
		   struct axlv_block **out);
void axle_block_free(struct axlv_context *vc, struct axlv_block *block);
uint32_t axle_block_handle(const struct axlv_block *block);

/* dmabuf.c */
int axle_bo_export(struct axl_bo *bo, int *dmabuf);
int axle_bo_import(struct axl_bo *bo);
/* Closes the memory's handle, if nothing else has it. */
void axle_handle_put(struct axle_context *ac, struct axle_memory *memory);

/* program.c */
int axle_program_create(struct axl_program *program, const void *blob,
			size_t size);
void axle_program_destroy(struct axl_program *program);

/* queue.c */
int axle_queue_create(struct axl_queue *queue,
		      const struct axl_queue_config *config);
void axle_queue_close(struct axl_queue *queue);
void axle_queue_destroy(struct axl_queue *queue);
int axle_queue_reset(struct axl_queue *queue);
/* QUEUE_CREATE and QUEUE_DESTROY of a kernel's queue. */
int axle_number_new(struct axle_context *ac, struct drm_axle_queue_create *args,
		    uint32_t priority);
void axle_number_free(struct axle_context *ac, uint32_t number);

/* state.c: what the kernel says; with the queue's lock */
/* Asks what became of it, and notes that; stores what is done, if not NULL. */
int axle_queue_ask(struct axle_queue *q, uint64_t *done);
/*
 * The record tells of a failure before the kernel hears of it; a queue that is
 * destroyed in between has no event of it. Waits for that, not for long.
 */
void axle_queue_settle(struct axle_queue *q);

/* user.c: rings that the library writes */
extern const struct axlv_ops axle_user_ops;
int axle_user_init(struct axle_queue *q,
		   const struct drm_axle_queue_create *args);
int axle_user_attach(struct axle_queue *q,
		     const struct drm_axle_queue_create *args);
void axle_user_fini(struct axle_queue *q);

/* kernel.c: jobs that the kernel takes */
extern const axlv_writer axle_writers[]; /* of both modes but the edge's */
extern const struct axlv_ops axle_kernel_ops;
int axle_kernel_init(struct axle_queue *q);
void axle_kernel_fini(struct axle_queue *q);
void axle_kernel_update(struct axlv_queue *vq);
int axle_submit(struct axle_context *ac, struct drm_axle_submit *args);
/* The job at the position, which signals its point. */
int axle_submit_at(struct axle_queue *q, struct drm_axle_submit *args,
		   uint64_t position);

/* edge.c: the same with commands that name buffer objects */
extern const struct axlv_ops axle_edge_ops;

/* bridge.c */
int axle_write_wait(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc);
void axle_bridge_cut(struct axle_queue *q);
void axle_bridge_fini(struct axle_queue *q);
/* The SIGNAL of a bridge as the profile has it. */
int axle_edge_signal(struct axle_queue *q, struct drm_axle_submit *args,
		     uint64_t value);

/* sync.c: syncobjs */
int axle_sync_new(struct axle_context *ac, uint32_t *handle);
void axle_sync_free(struct axle_context *ac, uint32_t handle);
int axle_sync_take(struct axle_context *ac, uint32_t *handle);
void axle_sync_give(struct axle_context *ac, uint32_t handle);
/* Of a point of a queue: a handle of its context, to be given back or not. */
struct axle_sync {
	struct axle_context *ac; /* whose handle it is */
	uint32_t handle;
	uint64_t point; /* of a timeline, else 0 */
	bool taken;
};
/* 1: the queue is closed, so the point is decided. */
int axle_sync_of(struct axle_queue *q, uint64_t point, struct axle_sync *out);
void axle_sync_done(struct axle_sync *sync);
/* How the fence of a binary syncobj ended: an errno, 0: well, 1: not yet. */
int axle_sync_status(struct axle_context *ac, uint32_t handle);

/* wait.c */
int axle_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first);

/* event.c */
int axle_event(struct axl_context *ctx, struct axl_event *out);
int axle_event_fd(struct axl_context *ctx);
/* A number of the kernel's is a queue's from now on. */
void axle_event_owner(struct axle_queue *q, uint64_t origin);

#endif
