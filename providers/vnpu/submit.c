// SPDX-License-Identifier: MIT
/*
 * Submission: room is made, slots of the ring are filled, the device is told.
 *
 * Runs on the thread that has the queue. What a job uses is held by its slot
 * until the slot is retired (queue.c).
 */
#include "axlv.h"

#include <errno.h>
#include <inttypes.h>

/* More than are submitted: a backlog melts away, and no call takes long. */
#define RETIRED_BESIDES 2u

static int write_job(struct axlv_queue *q, uint64_t position,
		     const struct axl_job *job)
{
	struct axlv_slot *slot = axlv_slot(q, position);
	struct vnpu_desc desc = { 0 };
	int err = q->ops->writers[job->kind](q, slot, job, &desc);

	if (err)
		return err;
	desc.timeout_ms = htole32(job->timeout_ms);
	if (job->span.bo) {
		desc.flags = VNPU_DESC_PROFILE;
		desc.profile = htole64(axlv_address(&job->span));
		err = axlv_hold_bo(q, slot, job->span.bo);
	}
	slot->opcode = desc.opcode;
	*axlv_desc(q, position) = desc; /* H1 */
	return err;
}

static const char *explain(const struct axl_job *job, int err)
{
	if (err == -ECANCELED && job->kind == AXL_JOB_WAIT)
		return axl_fence_error_detail(job->fence);
	/* The one thing that some devices cannot do. */
	if (err == -EOPNOTSUPP && job->kind == AXL_JOB_EXEC)
		return "the device does not tell when operations ran";
	return axlp_explain(err);
}

/* Slots that nobody got to see hold nothing: those from first to end. */
static void take_back(struct axlv_queue *q, uint64_t first, uint64_t end)
{
	uint64_t retired = q->retired;

	/* Only those: the ones before may be running. */
	q->retired = first;
	axlv_retire(q, end, UINT32_MAX);
	q->retired = retired;
}

static int check_state(struct axlv_queue *q)
{
	struct axlv_context *vc = axlv_context_of(q->base.context);
	int broken = atomic_load_explicit(&vc->broken, memory_order_relaxed);
	const struct axlv_failure *failure;

	if (broken)
		return axlp_fail(&q->base.error, broken, "%s",
				 axlp_explain(broken));
	if (!(AXLV_LOAD32(q->status->flags, __ATOMIC_RELAXED) &
	      VNPU_RING_ERROR) &&
	    !atomic_load_explicit(&q->dead, memory_order_relaxed))
		return 0;
	pthread_mutex_lock(&q->lock);
	failure = axlv_note_error(q);
	pthread_mutex_unlock(&q->lock);
	return axlp_fail(&q->base.error, -EIO,
			 "the queue is in error until it is reset: %s",
			 failure ? failure->text : "");
}

static bool has_room(const struct axlv_queue *q, uint32_t count)
{
	return q->position - q->retired + count <= q->limit;
}

static int fail_full(struct axlv_queue *q, uint32_t count)
{
	return axlp_fail(&q->base.error, -EAGAIN,
			 "the queue has room for %" PRIu64 " of the %u jobs",
			 q->limit - (q->position - q->retired), count);
}

/* By what the record says. */
static int make_room(struct axlv_queue *q, uint32_t count)
{
	uint32_t most = UINT32_MAX;

	if (has_room(q, count)) {
		if (!atomic_load(&q->holding))
			return 0;
		most = count + RETIRED_BESIDES;
	}
	if (axlv_retire_done(q, most))
		return axlp_fail(&q->base.error, -EIO,
				 "the device says that %" PRIu64
				 " jobs are done, of %" PRIu64,
				 axlv_reached(q), q->position);
	return has_room(q, count) ? 0 : fail_full(q, count);
}

/* With the lock of the slots. */
static int write_jobs(struct axlv_queue *q, const struct axl_job *jobs,
		      uint32_t count)
{
	uint64_t end = q->position + count;
	int err = make_room(q, count);

	if (err)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t position = q->position + i;

		err = write_job(q, position, &jobs[i]);
		if (err) {
			take_back(q, q->position, position + 1);
			return axlp_fail(&q->base.error, err, "job %u (%s): %s",
					 i, axlp_job_name(jobs[i].kind),
					 explain(&jobs[i], err));
		}
		axlv_slot(q, position)->end = end;
	}
	q->position = end;
	return 0;
}

static int try(struct axlv_queue *q, const struct axl_job *jobs, uint32_t count)
{
	int err;

	pthread_mutex_lock(&q->slots_lock);
	err = write_jobs(q, jobs, count);
	pthread_mutex_unlock(&q->slots_lock);
	return err;
}

/* A record that shows no room may be behind the truth, or nobody's. */
static int try_again(struct axlv_queue *q, const struct axl_job *jobs,
		     uint32_t count)
{
	int err;

	pthread_mutex_lock(&q->lock);
	q->ops->update(q);
	pthread_mutex_unlock(&q->lock);
	err = check_state(q);
	return err ? err : try(q, jobs, count);
}

static int fail_kick(struct axlv_queue *q, const struct axl_job *jobs,
		     uint32_t count, uint32_t told, int err)
{
	pthread_mutex_lock(&q->slots_lock);
	take_back(q, q->position - count + told, q->position);
	q->position -= count - told;
	pthread_mutex_unlock(&q->slots_lock);
	return axlp_fail(&q->base.error, err, "job %u (%s): %s", told,
			 axlp_job_name(jobs[told].kind), axlp_explain(err));
}

int axlv_queue_submit(struct axl_queue *queue, const struct axl_job *jobs,
		      uint32_t count, uint64_t *point)
{
	struct axlv_queue *q = axlv_queue_of(queue);
	uint32_t told = 0;
	int err = check_state(q);

	if (err)
		return err;
	if (count > q->limit)
		return axlp_fail(&q->base.error, -EINVAL,
				 "%u jobs never fit into the %u slots of the "
				 "queue",
				 count, q->limit);
	err = try(q, jobs, count);
	if ((err == -EAGAIN || err == -EIO) && q->ops->update)
		err = try_again(q, jobs, count);
	if (err)
		return err;
	err = q->ops->kick(q, jobs, count, &told);
	if (err)
		return fail_kick(q, jobs, count, told, err);
	*point = q->position;
	return 0;
}
