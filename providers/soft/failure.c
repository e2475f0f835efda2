// SPDX-License-Identifier: MIT
/*
 * What became of a point of a queue, on any thread.
 *
 * As long as nothing has failed that is one comparison with the completion
 * counter. A job that fails, a reset and a destroyed queue each leave a record
 * of the positions that were not done; records are kept as long as the queue,
 * because a fence may ask for any of its points. They are in a list under the
 * queue's lock, and made ahead, because nothing may fail while failing.
 *
 * A reset moves the counter to the end of what was submitted. Whoever sees the
 * moved counter must also see q->failed, which is therefore set before the
 * command is given, and read after the counter.
 */
#include "soft.h"

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

const char *soft_explain(uint32_t code)
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
static const char *opcode_name(const struct soft_queue *q, uint64_t position)
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
	uint8_t opcode = q->ring[position & (q->slot_count - 1)].opcode;

	return axlp_job_name(opcode < AXLP_ARRAY_SIZE(kinds) ? kinds[opcode] :
							       UINT8_MAX);
}

int soft_failure_spare(struct soft_queue *q)
{
	if (!q->spare)
		q->spare = calloc(1, sizeof(*q->spare));
	return q->spare ? 0 : -ENOMEM;
}

void soft_failures_free(struct soft_queue *q)
{
	struct soft_failure *next;

	free(q->spare);
	for (struct soft_failure *f = q->failures; f; f = next) {
		next = f->next;
		free(f);
	}
}

/* The failure of now: what was submitted since the last one has none. */
static struct soft_failure *current(struct soft_queue *q)
{
	struct soft_failure *f = q->failures;

	return f && f->end == UINT64_MAX ? f : NULL;
}

static struct soft_failure *take_spare(struct soft_queue *q, uint64_t position)
{
	struct soft_failure *f = q->spare;

	q->spare = NULL;
	f->position = position;
	f->batch = position + 1;
	f->end = UINT64_MAX;
	f->next = q->failures;
	q->failures = f;
	atomic_store(&q->failed, true);
	return f;
}

static void count_fault(struct soft_queue *q)
{
	struct soft_device *sd = soft_device_of(q->base.context->device);

	pthread_mutex_lock(&sd->lock);
	sd->faults++;
	sd->last_fault_ns = (uint64_t)axlp_now_ns();
	pthread_mutex_unlock(&sd->lock);
}

struct soft_failure *soft_note_error(struct soft_queue *q)
{
	struct soft_failure *f = current(q);
	uint64_t position;
	uint32_t code;

	if (f || !(SOFT_LOAD32(q->status->flags, __ATOMIC_ACQUIRE) &
		   VNPU_RING_ERROR))
		return f;
	position = SOFT_LOAD64(q->status->error_position, __ATOMIC_RELAXED);
	code = SOFT_LOAD32(q->status->error, __ATOMIC_RELAXED);
	f = take_spare(q, position);
	/* In flight, so that its owner leaves the slot alone. */
	f->batch = q->slots[position & (q->slot_count - 1)].end;
	if (f->batch <= position)
		f->batch = position + 1;
	f->err = errno_of(code);
	snprintf(f->text, sizeof(f->text),
		 "the job at point %" PRIu64 " (%s) failed: %s", position + 1,
		 opcode_name(q, position), soft_explain(code));
	count_fault(q);
	return f;
}

struct soft_failure *soft_note_kill(struct soft_queue *q, uint64_t position,
				    const char *how)
{
	struct soft_failure *f = current(q);

	if (f)
		return f;
	f = take_spare(q, position);
	f->err = -ECANCELED;
	snprintf(f->text, sizeof(f->text),
		 "%s before the job at point %" PRIu64 " was done", how,
		 position + 1);
	return f;
}

/* With the lock. */
static const struct soft_failure *find(struct soft_queue *q, uint64_t point)
{
	const struct soft_failure *f;

	soft_note_error(q);
	for (f = q->failures; f; f = f->next)
		if (point > f->position && point <= f->end)
			return f;
	return NULL;
}

static int judge(struct soft_queue *q, uint64_t point)
{
	const struct soft_failure *f;
	int result = SOFT_PENDING;

	pthread_mutex_lock(&q->lock);
	f = find(q, point);
	if (f)
		result = point <= f->batch ? f->err : -ECANCELED;
	else if (soft_done(q->status) >= point)
		result = 0;
	pthread_mutex_unlock(&q->lock);
	return result;
}

int soft_point(struct soft_queue *q, uint64_t point)
{
	const struct soft_context *sc = soft_context_of(q->base.context);
	uint64_t done = soft_done(q->status);
	int result;

	if (!atomic_load_explicit(&q->failed, memory_order_acquire)) {
		if (done >= point)
			return 0;
		if (!(SOFT_LOAD32(q->status->flags, __ATOMIC_RELAXED) &
		      VNPU_RING_ERROR) &&
		    !atomic_load_explicit(&sc->broken, memory_order_relaxed))
			return SOFT_PENDING;
	}
	result = judge(q, point);
	if (result == SOFT_PENDING && atomic_load(&sc->broken))
		return -EIO;
	return result;
}

const char *soft_why(const struct axlp_point *point)
{
	struct soft_queue *q = soft_queue_of(point->queue);
	const struct soft_failure *f;

	if (!atomic_load(&q->failed) &&
	    !atomic_load(&soft_context_of(q->base.context)->broken))
		return "";
	pthread_mutex_lock(&q->lock);
	f = find(q, point->point);
	pthread_mutex_unlock(&q->lock);
	if (f)
		return f->text;
	return soft_point(q, point->point) < 0 ? "the device has failed" : "";
}
