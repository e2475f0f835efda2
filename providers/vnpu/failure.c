// SPDX-License-Identifier: MIT
/*
 * What became of a point of a queue, on any thread.
 *
 * As long as nothing has failed that is one comparison with the completion
 * counter. A job that fails, a reset and a destroyed queue each leave a record
 * of the points that were not reached; records are kept as long as the queue,
 * because a fence may ask for any of its points. They are in a list under the
 * queue's lock, and made ahead, because nothing may fail while failing.
 *
 * A reset moves the counter, or the origin, to the end of what was submitted.
 * Whoever sees that must also see q->failed, which is therefore set before, and
 * read after the counter and the origin. The record itself may go, and read as
 * zero, when the device's queue does; the failure of then says what was done.
 */
#include "axlv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const words[VNPU_ERR_COUNT] = {
	[VNPU_ERR_OPCODE] = "the device does not know this kind of job",
	[VNPU_ERR_FIELD] = "the device refuses a member of the job",
	[VNPU_ERR_ID] = "there is no such program",
	[VNPU_ERR_EXISTS] = "the number is taken",
	[VNPU_ERR_LIMIT] = "a limit of the device is reached",
	[VNPU_ERR_STATE] = "the device is not in a state for this",
	[VNPU_ERR_UNSUPPORTED] = "the device cannot do this",
	[VNPU_ERR_ADDRESS] = "an address is not aligned, or wraps",
	[VNPU_ERR_DMA] = "the device may not use an address of the job",
	[VNPU_ERR_FAULT] = "an address of the job is not mapped",
	[VNPU_ERR_TIMEOUT] = "it took longer than its time-out",
	[VNPU_ERR_KILLED] = "it was killed",
	[VNPU_ERR_OVERRUN] = "more jobs than there are slots",
	[VNPU_ERR_PROGRAM] = "the device does not take the program",
	[VNPU_ERR_BINDING] = "the bindings do not fit the program",
	[VNPU_ERR_NO_MEMORY] = "the device's memory for programs is used up",
	[VNPU_ERR_ECC] = "uncorrectable memory error",
	[VNPU_ERR_INTERNAL] = "internal error of the device",
	[VNPU_ERR_TRAP] = "a trap asked for it",
};

const char *axlv_explain(uint32_t code)
{
	return code < VNPU_ERR_COUNT && words[code] ? words[code] :
						      "unknown error";
}

static int errno_of(uint32_t code)
{
	if (code == VNPU_ERR_TIMEOUT)
		return -ETIMEDOUT;
	return code == VNPU_ERR_KILLED ? -ECANCELED : -EIO;
}

/* What the host calls the descriptors that it writes. */
static const char *opcode_name(const struct axlv_queue *q, uint64_t position)
{
	static const uint8_t kinds[] = {
		[VNPU_OP_NOP] = AXL_JOB_NOP,
		[VNPU_OP_FILL] = AXL_JOB_FILL,
		[VNPU_OP_COPY] = AXL_JOB_COPY,
		[VNPU_OP_EXEC] = AXL_JOB_EXEC,
		[VNPU_OP_SIGNAL] = UINT8_MAX,
		[VNPU_OP_WAIT] = AXL_JOB_WAIT,
		[VNPU_OP_TIMESTAMP] = AXL_JOB_TIMESTAMP,
	};
	uint8_t opcode = axlv_slot(q, position)->opcode;

	return axlp_job_name(opcode < AXLP_ARRAY_SIZE(kinds) ? kinds[opcode] :
							       UINT8_MAX);
}

struct axlv_failure *axlv_failure(struct axlv_queue *q)
{
	struct axlv_failure *f = q->failures;

	/* What was submitted since the last one has none. */
	return f && f->end == UINT64_MAX ? f : NULL;
}

static struct axlv_failure *take_spare(struct axlv_queue *q, uint64_t point)
{
	struct axlv_failure *f = q->spare;

	q->spare = NULL;
	f->position = point;
	f->batch = point + 1;
	f->end = UINT64_MAX;
	f->next = q->failures;
	q->failures = f;
	atomic_store(&q->failed, true);
	atomic_store(&q->dead, true);
	return f;
}

struct axlv_failure *axlv_note_fault(struct axlv_queue *q, uint64_t point,
				     uint32_t code)
{
	struct axlv_failure *f = axlv_failure(q);

	if (f)
		return f;
	f = take_spare(q, point);
	/* In flight, so that its owner leaves the slot alone. */
	f->batch = axlv_slot(q, point)->end;
	if (f->batch <= point)
		f->batch = point + 1;
	f->err = errno_of(code);
	snprintf(f->text, sizeof(f->text),
		 "the job at point %" PRIu64 " (%s) failed: %s", point + 1,
		 opcode_name(q, point), axlv_explain(code));
	if (q->ops->failed)
		q->ops->failed(q);
	return f;
}

struct axlv_failure *axlv_note_error(struct axlv_queue *q)
{
	struct axlv_failure *f = axlv_failure(q);
	uint64_t position;
	uint32_t code;

	if (f || !(AXLV_LOAD32(q->status->flags, __ATOMIC_ACQUIRE) &
		   VNPU_RING_ERROR))
		return f;
	position = AXLV_LOAD64(q->status->error_position, __ATOMIC_ACQUIRE);
	code = AXLV_LOAD32(q->status->error, __ATOMIC_ACQUIRE);
	/* It may have been taken away meanwhile; then others tell. */
	if (!(AXLV_LOAD32(q->status->flags, __ATOMIC_RELAXED) &
	      VNPU_RING_ERROR))
		return NULL;
	return axlv_note_fault(q, atomic_load(&q->origin) + position, code);
}

struct axlv_failure *axlv_note_kill(struct axlv_queue *q, uint64_t point,
				    int err, const char *how)
{
	struct axlv_failure *f = axlv_failure(q);

	if (f)
		return f;
	f = take_spare(q, point);
	f->err = err;
	snprintf(f->text, sizeof(f->text),
		 "%s before the job at point %" PRIu64 " was done", how,
		 point + 1);
	return f;
}

void axlv_end_failure(struct axlv_queue *q)
{
	struct axlv_failure *f = axlv_failure(q);

	if (f)
		f->end = q->position;
	atomic_store(&q->dead, false);
	atomic_store(&q->failed, q->failures != NULL);
}

void axlv_set_spare(struct axlv_queue *q, struct axlv_failure **spare)
{
	if (q->spare)
		return;
	q->spare = *spare;
	*spare = NULL;
}

/* With the lock. */
static const struct axlv_failure *find(struct axlv_queue *q, uint64_t point)
{
	const struct axlv_failure *f;

	axlv_note_error(q);
	for (f = q->failures; f; f = f->next)
		if (point > f->position && point <= f->end)
			return f;
	return NULL;
}

static int judge(struct axlv_queue *q, uint64_t point)
{
	const struct axlv_failure *f;
	int result = AXLV_PENDING;

	pthread_mutex_lock(&q->lock);
	f = find(q, point);
	if (f)
		result = point <= f->batch ? f->err : -ECANCELED;
	else if (axlv_reached(q) >= point)
		result = 0;
	/* Before a failure all is done, whatever the record reads by now. */
	else if (q->failures && point <= q->failures->end)
		result = 0;
	pthread_mutex_unlock(&q->lock);
	return result;
}

int axlv_point(struct axlv_queue *q, uint64_t point)
{
	struct axlv_context *vc = axlv_context_of(q->base.context);
	uint64_t reached = axlv_reached(q);
	int result, broken;

	if (!atomic_load_explicit(&q->failed, memory_order_acquire)) {
		if (reached >= point)
			return 0;
		if (!(AXLV_LOAD32(q->status->flags, __ATOMIC_RELAXED) &
		      VNPU_RING_ERROR) &&
		    !atomic_load_explicit(&vc->broken, memory_order_relaxed))
			return AXLV_PENDING;
	}
	result = judge(q, point);
	broken = atomic_load(&vc->broken);
	return result == AXLV_PENDING && broken ? broken : result;
}

const char *axlv_why(const struct axlp_point *point)
{
	struct axlv_queue *q = axlv_queue_of(point->queue);
	int broken = atomic_load(&axlv_context_of(q->base.context)->broken);
	const struct axlv_failure *f;

	if (!atomic_load(&q->failed) && !broken)
		return "";
	pthread_mutex_lock(&q->lock);
	f = find(q, point->point);
	pthread_mutex_unlock(&q->lock);
	if (f)
		return f->text;
	return axlv_point(q, point->point) < 0 ? axlp_explain(broken) : "";
}
