// SPDX-License-Identifier: MIT
/*
 * Queues: made with their worker, told of jobs, reset, destroyed. Whoever resets
 * or destroys one first has the worker drop what it does, and park.
 */
#include "qaic.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

static int write_exec(struct axlv_queue *q, struct axlv_slot *slot,
		      const struct axl_job *job, struct vnpu_desc *desc)
{
	for (uint32_t i = 0; i < job->binding_count; i++)
		if (job->bindings[i].kind == AXL_BINDING_SPANS)
			return -EOPNOTSUPP;
	return axlv_write_exec(q, slot, job, desc);
}

static const axlv_writer writers[] = {
	[AXL_JOB_NOP] = axlv_write_nop,
	[AXL_JOB_FILL] = axlv_write_fill,
	[AXL_JOB_COPY] = axlv_write_copy,
	[AXL_JOB_EXEC] = write_exec,
	[AXL_JOB_WAIT] = axlv_write_wait,
	[AXL_JOB_TIMESTAMP] = axlv_write_timestamp,
};

static int kick(struct axlv_queue *vq, const struct axl_job *jobs,
		uint32_t count, uint32_t *told)
{
	struct axlq_queue *q = (struct axlq_queue *)vq;

	(void)jobs;
	(void)count;
	(void)told;
	pthread_mutex_lock(&q->work.lock);
	q->work.tail = vq->position;
	pthread_cond_signal(&q->work.more);
	pthread_mutex_unlock(&q->work.lock);
	return 0;
}

static const struct axlv_ops queue_ops = {
	.writers = writers,
	.block_new = axlq_block_new,
	.block_free = axlq_block_free,
	.kick = kick,
};

static int check_config(struct axlq_queue *q,
			const struct axl_queue_config *config)
{
	struct axl_queue *base = &q->vnpu.base;

	if (config->mode == AXL_QUEUE_USER)
		return axlp_fail(&base->error, -EOPNOTSUPP,
				 "the driver has no queues that a program may "
				 "write");
	if (config->slots > AXLQ_SLOTS_MAX)
		return axlp_fail(&base->error, -EINVAL,
				 "a queue has at most %u slots, not %u",
				 AXLQ_SLOTS_MAX, config->slots);
	if (config->timeout_ms > VNPU_TIMEOUT_MS_MAX)
		return axlp_fail(&base->error, -EINVAL,
				 "a time-out has at most %u ms, not %u",
				 VNPU_TIMEOUT_MS_MAX, config->timeout_ms);
	q->timeout_ms = config->timeout_ms ? config->timeout_ms :
					     AXLQ_TIMEOUT_MS;
	q->vnpu.ops = &queue_ops;
	q->vnpu.limit = config->slots;
	q->vnpu.slot_count = config->slots;
	return 0;
}

static void init_work(struct axlq_queue *q)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&q->work.lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->work.more, &attr);
	pthread_cond_init(&q->work.done, &attr);
	pthread_condattr_destroy(&attr);
}

static void fini(struct axlq_queue *q)
{
	pthread_cond_destroy(&q->work.done);
	pthread_cond_destroy(&q->work.more);
	pthread_mutex_destroy(&q->work.lock);
	free(q->vnpu.ring);
	free(q->vnpu.status);
	axlv_queue_fini(&q->vnpu);
}

/* Signals are for threads of the program. */
static int start_worker(struct axlq_queue *q)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&q->thread, NULL, axlq_worker, q);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err ? -ENOMEM : 0;
}

int axlq_queue_create(struct axl_queue *queue,
		      const struct axl_queue_config *config)
{
	struct axlq_context *ac = axlq_context_of(queue->context);
	struct axlq_queue *q = axlq_queue_of(queue);
	struct axlv_queue *vq = &q->vnpu;
	int err = check_config(q, config);

	if (err)
		return err;
	init_work(q);
	pthread_mutex_lock(&ac->lock);
	queue->id = ++ac->queue_ids;
	pthread_mutex_unlock(&ac->lock);
	err = axlv_queue_init(vq);
	vq->ring = calloc(vq->slot_count, sizeof(*vq->ring));
	vq->status = calloc(1, sizeof(*vq->status));
	if (!vq->ring || !vq->status)
		err = -ENOMEM;
	if (!err)
		err = start_worker(q);
	if (err) {
		fini(q);
		return axlp_fail(&queue->error, err, "no queue: %s",
				 axlp_explain(err));
	}
	axlv_queue_list(vq);
	return 0;
}

/* It drops what it does, and does nothing until it may go on. */
static void stop(struct axlq_queue *q)
{
	pthread_mutex_lock(&q->work.lock);
	atomic_store(&q->stop, true);
	pthread_cond_signal(&q->work.more);
	pthread_mutex_unlock(&q->work.lock);
	/* Whatever it waits for: the card, or another queue. */
	axlq_activation_kill(q);
	axlv_wake_all(axlv_context_of(q->vnpu.base.context));
	pthread_mutex_lock(&q->work.lock);
	while (!q->work.parked)
		pthread_cond_wait(&q->work.done, &q->work.lock);
	pthread_mutex_unlock(&q->work.lock);
}

/* Everything is decided; with the queue's lock and the worker parked. */
static void end_all(struct axlq_queue *q, const char *how)
{
	struct axlv_queue *vq = &q->vnpu;
	struct axlv_failure *failure = axlv_failure(vq);

	if (!failure && axlv_done(vq->status) < vq->position)
		axlv_note_kill(vq, axlv_done(vq->status), -ECANCELED, how);
	axlv_end_failure(vq);
	__atomic_store_n(&vq->status->done, htole64(vq->position),
			 __ATOMIC_SEQ_CST);
}

static void resume(struct axlq_queue *q)
{
	pthread_mutex_lock(&q->work.lock);
	q->begun = q->work.tail = q->vnpu.position;
	q->failed = false;
	atomic_store(&q->stop, false);
	pthread_cond_signal(&q->work.more);
	pthread_mutex_unlock(&q->work.lock);
}

int axlq_queue_reset(struct axl_queue *queue)
{
	struct axlq_context *ac = axlq_context_of(queue->context);
	struct axlq_queue *q = axlq_queue_of(queue);
	struct axlv_queue *vq = &q->vnpu;
	struct axlv_failure *spare = calloc(1, sizeof(*spare));

	if (!spare)
		return axlp_fail(&queue->error, -ENOMEM, "out of memory");
	if (axlq_is_gone(ac)) {
		free(spare);
		return axlp_fail(&queue->error, -ENODEV,
				 "the queue was not reset: %s",
				 axlp_explain(-ENODEV));
	}
	stop(q);
	pthread_mutex_lock(&vq->lock);
	atomic_store(&vq->failed, true);
	end_all(q, "the queue was reset");
	axlv_set_spare(vq, &spare);
	pthread_mutex_unlock(&vq->lock);
	free(spare);
	resume(q);
	axlv_wake_all(&ac->vnpu);
	axlv_retire_all(vq);
	return 0;
}

void axlq_queue_close(struct axl_queue *queue)
{
	struct axlq_context *ac = axlq_context_of(queue->context);
	struct axlq_queue *q = axlq_queue_of(queue);
	struct axlv_queue *vq = &q->vnpu;

	axlv_queue_unlist(vq);
	stop(q);
	pthread_mutex_lock(&q->work.lock);
	q->work.ends = true;
	pthread_cond_signal(&q->work.more);
	pthread_mutex_unlock(&q->work.lock);
	pthread_join(q->thread, NULL);
	axlq_activations_end(ac, q, NULL);
	pthread_mutex_lock(&vq->lock);
	atomic_store(&vq->failed, true);
	end_all(q, "the queue was destroyed");
	vq->closed = true;
	pthread_mutex_unlock(&vq->lock);
	axlv_wake_all(&ac->vnpu);
	axlv_queue_empty(vq);
}

void axlq_queue_destroy(struct axl_queue *queue)
{
	fini(axlq_queue_of(queue));
}

static uint32_t sleep_for(const struct axlp_point *points, uint32_t count,
			  int64_t deadline_ns, int *result)
{
	return axlv_sleep_for(points, count, deadline_ns, result, NULL);
}

int axlq_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first)
{
	return axlv_wait(points, count, deadline_ns, first, sleep_for);
}
