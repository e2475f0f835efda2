/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files about queues share. */
#ifndef _AXLE_QUEUE_INTERNAL_H_
#define _AXLE_QUEUE_INTERNAL_H_

#include <axle/axle_queue.h>

#include "axle_internal.h"

/* The mappings of a user-mode queue. */
enum axle_part {
	AXLE_PART_RING,
	AXLE_PART_STATUS,
	AXLE_PART_TAIL,
	AXLE_PART_WAKE,
	AXLE_PARTS,
};

/* From 0, the first to run. */
#define AXLE_PRIORITIES 4

/* Bytes that a part can have. */
#define AXLE_PART_SHIFT 24
#define AXLE_PART_SIZE (1ull << AXLE_PART_SHIFT)

/*
 * Offsets begin beyond those of buffer objects, which end at 2^40 and a bit,
 * and end at 2^43, since 32-bit programs can map up to 2^44.
 */
#define AXLE_QUEUE_OFFSET (1ull << 42)

/**
 * struct axle_fence - A fence of a queue.
 */
struct axle_fence {
	/** @base: The fence. */
	struct dma_fence base;
	/** @lock: Of @base. */
	spinlock_t lock;
	/** @adev: The device; only for comparison. */
	struct axle_device *adev;
	/** @link: In &axle_queue.fences, which holds a reference. */
	struct list_head link;
	/** @position: User mode: of the slot. */
	u64 position;
};

/**
 * struct axle_wait - A fence that a job waits for.
 */
struct axle_wait {
	/** @cb: In @fence. */
	struct dma_fence_cb cb;
	/** @fence: Reference. */
	struct dma_fence *fence;
	/** @job: The job. */
	struct axle_job *job;
	/** @added: @cb has been added to @fence. */
	bool added;
};

/* axle_fence.c */
struct axle_fence *axle_fence_alloc(struct axle_device *adev, bool gate);
struct dma_fence *axle_fence_init(struct axle_fence *fence, u64 context,
				  u64 seqno);
bool axle_fence_is_of(struct dma_fence *fence, struct axle_device *adev);
void axle_fence_end(struct dma_fence *fence, int error);

/* axle_job.c */
extern const struct drm_sched_backend_ops axle_sched_ops;
void axle_job_free(struct axle_job *job);
void axle_job_open_gate(struct axle_job *job);
void axle_job_end(struct axle_job *job, int error);
void axle_jobs_end(struct axle_queue *queue, int first, int error);
void axle_jobs_replay(struct axle_queue *queue);

/* axle_queue.c */
struct axle_queue *axle_queue_find(struct axle_context *ctx, u32 number);
struct axle_queue *axle_queue_find_id(struct axle_context *ctx, u32 id);
void axle_queue_get(struct axle_queue *queue);
void axle_queue_put(struct axle_queue *queue);
void axle_queue_shut(struct axle_queue *queue, int error);

/* axle_queues.c */
void axle_queue_account(struct axle_queue *queue);
void axle_queue_account_last(struct axle_queue *queue);
int axle_sched_init(struct axle_device *adev, struct drm_gpu_scheduler *sched,
		    u32 priorities, u32 credits);

/* axle_recover.c */
void axle_queue_timeout(struct work_struct *work);
void axle_queue_kill_work(struct work_struct *work);
void axle_queue_watch(struct axle_queue *queue);
bool axle_queue_condemn(struct axle_queue *queue, int error);
int axle_queue_let_go(struct axle_queue *queue);

/* axle_list.c */
void axle_job_free_lists(struct axle_job *job);

/* axle_ring.c */
int axle_ring_run(struct axle_job *job);
void axle_ring_restart(struct axle_queue *queue);
void axle_ring_progress(struct axle_queue *queue);

/* axle_queue_user.c */
void axle_queue_end_fences(struct axle_queue *queue);

/* axle_queue_map.c */
u64 axle_queue_offset(const struct axle_queue *queue, u32 part);
void axle_queue_unmap(struct axle_queue *queue);
void axle_queue_park(struct axle_queue *queue);
void axle_queue_unmap_later(struct axle_queue *queue);
void axle_queue_unmap_work(struct work_struct *work);

/* axle_event.c */
void axle_event_queue(struct axle_queue *queue, u64 position, int error);

#endif
