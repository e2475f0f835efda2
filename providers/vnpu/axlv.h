/* SPDX-License-Identifier: MIT */
/*
 * Queues of a vnpu, for the providers that have such a device: in this process
 * (soft) or behind the kernel (axle). Or that do as if: where a device has no
 * queues of jobs, a thread of the library takes them from such a ring (qaic).
 * Not installed.
 *
 * What is here is the same for both: slots and what they hold until their job
 * is done, jobs as descriptors (section 7 of docs/vnpu.md), tables of bindings,
 * scratch memory, what became of a point and why. How memory gets to the
 * device, how the device is told and how to sleep is the provider's, see struct
 * axlv_ops; none of it is called per job.
 *
 * A queue has a ring and a completion record, both with positions from 0 on. A
 * provider that has to make the device's queue anew begins them again at
 * another point of the library's queue: the origin. A provider whose device has
 * no ring that a program may see keeps both in its own memory.
 *
 * Lock order: the context's list of queues, a queue's slots, a queue's, then
 * what the provider has; the lock of the waiters comes last.
 */
#ifndef AXLV_H
#define AXLV_H

#include "axlp.h"

#include <vnpu_regs.h>

#include <endian.h>
#include <pthread.h>

/* Memory of a queue's jobs. References: the queue, and slots in flight. */
struct axlv_block {
	unsigned int refs; /* the lock of the queue's slots */
	/* Constant. */
	void *at; /* of a table only */
	uint64_t address; /* for the device */
	uint64_t size;
};

enum axlv_use {
	AXLV_TABLE, /* of bindings: written here, read by the device */
	AXLV_SCRATCH, /* the device's own */
};

/* Somebody who sleeps, in the list of a context; both on a stack. */
struct axlv_waiter {
	atomic_uint *word; /* grows when something has happened */
	struct axlv_waiter *next; /* the context's lock of waiters */
	struct axlv_context *context;
};

struct axlv_context {
	struct axl_context base;
	struct {
		pthread_mutex_t lock;
		struct axlv_queue *first;
	} open_queues;
	struct {
		pthread_mutex_t lock;
		struct axlv_waiter *first;
	} waiters;
	atomic_int broken; /* the device is of no use any more: -errno, or 0 */
};

struct axlv_program {
	struct axl_program base;
	/* Constant. */
	uint32_t number; /* for the device */
	uint32_t handle; /* for the kernel, if that writes the ring */
	uint64_t scratch; /* bytes that EXEC has to bind */
};

/* What a slot in flight needs; the lock of the queue's slots. */
struct axlv_slot {
	uint64_t end; /* of its submission */
	uint8_t opcode; /* VNPU_OP_*, for words */
	bool holds; /* any of the below */
	uint32_t bo_count;
	uint32_t bo_room;
	struct axl_bo **bos; /* kept for the next job */
	struct axl_program *program;
	struct axl_queue *waits_for;
	struct axlv_block *scratch;
	struct axlv_block *table;
};

/* Points that were not reached; constant but for its end. */
struct axlv_failure {
	struct axlv_failure *next; /* older */
	uint64_t position; /* the last point before them */
	uint64_t batch; /* point of the submission that has the first */
	uint64_t end; /* the last point; the queue's lock */
	int err;
	char text[256];
};

typedef int (*axlv_writer)(struct axlv_queue *q, struct axlv_slot *slot,
			   const struct axl_job *job, struct vnpu_desc *desc);

/* What a provider does for its queues; all const. */
struct axlv_ops {
	const axlv_writer *writers; /* by the kind of the job */
	bool by_handle; /* EXEC names programs by their handle */
	int (*block_new)(struct axlv_context *vc, enum axlv_use use,
			 uint64_t size, struct axlv_block **out);
	void (*block_free)(struct axlv_context *vc, struct axlv_block *block);
	/*
	 * Positions from q->position - count on are written: tell the device,
	 * once a submission. Stores how many it was told of if it fails.
	 */
	int (*kick)(struct axlv_queue *q, const struct axl_job *jobs,
		    uint32_t count, uint32_t *told);
	/*
	 * The record may be behind the truth, or not be the device's any more:
	 * bring it up to date, and note a failure. May be NULL. With the
	 * queue's lock.
	 */
	void (*update)(struct axlv_queue *q);
	/* A job has failed; may be NULL. With the queue's lock. */
	void (*failed)(struct axlv_queue *q);
};

struct axlv_queue {
	struct axl_queue base;
	const struct axlv_ops *ops; /* constant */

	/* Constant, though what is there may be changed for another ring. */
	struct vnpu_desc *ring;
	struct vnpu_ring_status *status; /* the device's */
	uint32_t slot_count; /* of the ring; a power of two */
	uint32_t limit; /* jobs that may wait */
	_Atomic uint64_t origin; /* point of the ring's position 0; lock */

	struct axlv_queue *next; /* the context's lock of open queues */

	/*
	 * The owner has it while he submits; anybody who gets to know that jobs
	 * are done lets go of what they held.
	 */
	pthread_mutex_t slots_lock;
	uint64_t position; /* of the next job; the owner alone changes it */
	uint64_t retired; /* slots below hold nothing */
	atomic_uint holding; /* slots that hold something */
	struct axlv_slot *slots;
	struct axlv_block *scratch;
	struct axlv_block *table; /* of bindings, the same number a slot */
	uint32_t table_room;

	pthread_mutex_t lock;
	struct axlv_failure *failures; /* lock; newest first */
	struct axlv_failure *spare; /* lock; for the next failure */
	bool closed; /* lock; the device has forgotten it */
	atomic_bool failed; /* there are failures, or soon: take the lock */
	atomic_bool dead; /* the newest failure lasts until a reset */
	atomic_uint spin_ns; /* how long looking paid off lately */
};

static inline struct axlv_context *axlv_context_of(struct axl_context *ctx)
{
	return (struct axlv_context *)ctx;
}

static inline struct axlv_queue *axlv_queue_of(struct axl_queue *queue)
{
	return (struct axlv_queue *)queue;
}

static inline struct axlv_program *axlv_program_of(struct axl_program *program)
{
	return (struct axlv_program *)program;
}

/* Members that the device writes while we read. */
#define AXLV_LOAD64(member, order) le64toh(__atomic_load_n(&(member), order))
#define AXLV_LOAD32(member, order) le32toh(__atomic_load_n(&(member), order))

/* In one order with the stores to arm words: W3 of section 5.4. */
static inline uint64_t axlv_done(const struct vnpu_ring_status *status)
{
	return AXLV_LOAD64(status->done, __ATOMIC_SEQ_CST);
}

/* The point that is reached; see axlv_point() for what that is worth. */
static inline uint64_t axlv_reached(const struct axlv_queue *q)
{
	uint64_t done = axlv_done(q->status);

	return done + atomic_load_explicit(&q->origin, memory_order_acquire);
}

static inline struct axlv_slot *axlv_slot(const struct axlv_queue *q,
					  uint64_t position)
{
	return &q->slots[position & (q->slot_count - 1)];
}

/* Where the ring has it; it begins again at the origin. */
static inline struct vnpu_desc *axlv_desc(const struct axlv_queue *q,
					  uint64_t position)
{
	position -= atomic_load_explicit(&q->origin, memory_order_relaxed);
	return &q->ring[position & (q->slot_count - 1)];
}

static inline uint64_t axlv_address(const struct axl_place *place)
{
	return place->bo->address + place->offset;
}

void axlv_context_init(struct axlv_context *vc);
void axlv_context_fini(struct axlv_context *vc);

/* queue.c: slots and their contents, and the list of a context's queues */
/* With limit, slot_count, ops set; ring and status are the provider's. */
int axlv_queue_init(struct axlv_queue *q);
void axlv_queue_fini(struct axlv_queue *q);
void axlv_queue_list(struct axlv_queue *q);
void axlv_queue_unlist(struct axlv_queue *q);
/* Lets go of all that the queue's jobs held, and of its blocks. */
void axlv_queue_empty(struct axlv_queue *q);
uint64_t axlv_queue_point(const struct axl_queue *queue);
struct axlv_slot *axlv_hold(struct axlv_queue *q, struct axlv_slot *slot);
int axlv_hold_bo(struct axlv_queue *q, struct axlv_slot *slot,
		 struct axl_bo *bo);
void axlv_hold_queue(struct axlv_queue *q, struct axlv_slot *slot,
		     struct axl_queue *other);
/*
 * Lets go of what slots below the point held, of so many slots at most. With
 * the lock of the slots.
 */
void axlv_retire(struct axlv_queue *q, uint64_t point, uint32_t most);
/* The same with what the device says, or -EIO if that cannot be. */
int axlv_retire_done(struct axlv_queue *q, uint32_t most);
/* All that is done, of a queue and of all queues; any thread, no lock. */
void axlv_retire_queue(struct axlv_queue *q);
void axlv_retire_context(struct axlv_context *vc);
void axlv_retire_all(struct axlv_queue *q);

/* block.c: with the lock of the queue's slots */
int axlv_need_scratch(struct axlv_queue *q, uint64_t size);
int axlv_need_table(struct axlv_queue *q, uint32_t count);
void axlv_block_put(struct axlv_queue *q, struct axlv_block *block);

/* submit.c */
int axlv_queue_submit(struct axl_queue *queue, const struct axl_job *jobs,
		      uint32_t count, uint64_t *point);

/* write.c: jobs as descriptors */
int axlv_write_nop(struct axlv_queue *q, struct axlv_slot *slot,
		   const struct axl_job *job, struct vnpu_desc *desc);
int axlv_write_fill(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc);
int axlv_write_copy(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc);
int axlv_write_timestamp(struct axlv_queue *q, struct axlv_slot *slot,
			 const struct axl_job *job, struct vnpu_desc *desc);
int axlv_write_exec(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc);
/* Where the record of the other queue is memory like any other. */
int axlv_write_wait(struct axlv_queue *q, struct axlv_slot *slot,
		    const struct axl_job *job, struct vnpu_desc *desc);
/* VNPU_BIND_* of a binding of the library. */
uint16_t axlv_bind_kind(uint32_t kind);

/* failure.c: what became of a point. Any thread. */
#define AXLV_PENDING 1
int axlv_point(struct axlv_queue *q, uint64_t point);
const char *axlv_why(const struct axlp_point *point);
const char *axlv_explain(uint32_t code);
/* The rest with the queue's lock. The failure of now, or NULL. */
struct axlv_failure *axlv_failure(struct axlv_queue *q);
/* The queue is in error, its record says why: note it. */
struct axlv_failure *axlv_note_error(struct axlv_queue *q);
/* The job behind the point failed, with VNPU_ERR_*. */
struct axlv_failure *axlv_note_fault(struct axlv_queue *q, uint64_t point,
				     uint32_t code);
/* Jobs behind the point were not done, with this error, for this reason. */
struct axlv_failure *axlv_note_kill(struct axlv_queue *q, uint64_t point,
				    int err, const char *how);
/* All that was submitted ends with the failure of now; jobs are taken again. */
void axlv_end_failure(struct axlv_queue *q);
void axlv_set_spare(struct axlv_queue *q, struct axlv_failure **spare);

/* wait.c */
#define AXLV_POINTS_MAX 64u
/* The number of the first point that is decided, or count. */
uint32_t axlv_look(const struct axlp_point *points, uint32_t count,
		   int *result);
/* Sleeps until a point is decided or the deadline: its number, or count. */
typedef uint32_t (*axlv_sleep)(const struct axlp_point *points, uint32_t count,
			       int64_t deadline_ns, int *result);
/* As axlp_ops.wait; looks for a while before it sleeps. */
int axlv_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first, axlv_sleep sleep);
/* The same without looking. */
int axlv_wait_asleep(const struct axlp_point *points, uint32_t count,
		     int64_t deadline_ns, uint32_t *first, axlv_sleep sleep);
void axlv_pause(void);

/* sleep.c: for providers whose sleepers are woken in this process */
void axlv_waiter_add(struct axlv_context *vc, struct axlv_waiter *waiter);
void axlv_waiter_remove(struct axlv_waiter *waiter);
/* Returns when the word is no longer seen, or at the deadline (-ETIME). */
int axlv_sleep_on(atomic_uint *word, unsigned int seen, int64_t deadline_ns);
void axlv_wake_all(struct axlv_context *vc);
/*
 * An axlv_sleep, but for the last: what has a queue wake its context at a
 * point; may be NULL.
 */
uint32_t axlv_sleep_for(const struct axlp_point *points, uint32_t count,
			int64_t deadline_ns, int *result,
			void (*arm)(struct axlv_queue *q, uint64_t point));

/* event.c */
void axlv_event_text(struct axl_event *event);

#endif
