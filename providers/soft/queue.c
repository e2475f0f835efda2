// SPDX-License-Identifier: MIT
/*
 * Queues of the embedded device: made, told of jobs, reset, destroyed.
 *
 * Ring and status record live as long as the queue object, which fences keep:
 * they read the record. The device knows the queue from create to close; so
 * long it is in the list of its context.
 */
#include "soft.h"

#include <errno.h>
#include <stdlib.h>

static const axlv_writer writers[] = {
	[AXL_JOB_NOP] = axlv_write_nop,
	[AXL_JOB_FILL] = axlv_write_fill,
	[AXL_JOB_COPY] = axlv_write_copy,
	[AXL_JOB_EXEC] = axlv_write_exec,
	[AXL_JOB_WAIT] = axlv_write_wait,
	[AXL_JOB_TIMESTAMP] = axlv_write_timestamp,
};

/* H2 to H6. Both are sequentially consistent, which has the barriers in it. */
static int kick(struct axlv_queue *vq, const struct axl_job *jobs,
		uint32_t count, uint32_t *told)
{
	struct soft_queue *q = (struct soft_queue *)vq;

	(void)jobs;
	(void)count;
	(void)told;
	atomic_store(q->tail_page, htole32((uint32_t)vq->position));
	if (AXLV_LOAD32(vq->status->flags, __ATOMIC_SEQ_CST) &
	    VNPU_RING_NEED_WAKEUP)
		axm_inproc_write(soft_context_of(vq->base.context)->bus,
				 VNPU_BAR_DOORBELL, q->wake_page, 4, 1);
	return 0;
}

static void count_fault(struct axlv_queue *q)
{
	struct soft_device *sd = soft_device_of(q->base.context->device);

	pthread_mutex_lock(&sd->lock);
	sd->faults++;
	sd->last_fault_ns = (uint64_t)axlp_now_ns();
	pthread_mutex_unlock(&sd->lock);
}

static const struct axlv_ops queue_ops = {
	.writers = writers,
	.block_new = soft_block_new,
	.block_free = soft_block_free,
	.kick = kick,
	.failed = count_fault,
};

static int check_config(struct soft_context *sc, struct axlv_queue *q,
			const struct axl_queue_config *config)
{
	if (config->mode == AXL_QUEUE_KERNEL)
		return axlp_fail(&q->base.error, -EOPNOTSUPP,
				 "the embedded device has no queues that a "
				 "kernel submits to");
	if (config->slots > sc->slots_max)
		return axlp_fail(&q->base.error, -EINVAL,
				 "a queue has at most %u slots, not %u",
				 sc->slots_max, config->slots);
	if (config->timeout_ms > VNPU_TIMEOUT_MS_MAX)
		return axlp_fail(&q->base.error, -EINVAL,
				 "a time-out has at most %u ms, not %u",
				 VNPU_TIMEOUT_MS_MAX, config->timeout_ms);
	q->ops = &queue_ops;
	q->limit = config->slots;
	q->slot_count = config->slots < sc->slots_min ? sc->slots_min :
							config->slots;
	return 0;
}

static int make_memory(struct soft_context *sc, struct soft_queue *q)
{
	struct axlv_queue *vq = &q->vnpu;
	size_t ring = (size_t)vq->slot_count * VNPU_SLOT_SIZE;
	int err = axlv_queue_init(vq);

	q->memory_size = ring + sizeof(*vq->status);
	if (!err)
		err = soft_memory_new(sc, q->memory_size, &q->memory);
	if (err)
		return axlp_fail(&vq->base.error, err, "no queue: %s",
				 axlp_explain(err));
	vq->ring = q->memory;
	vq->status = (void *)((uint8_t *)q->memory + ring);
	return 0;
}

static int take_number(struct soft_context *sc, struct soft_queue *q)
{
	struct axl_queue *base = &q->vnpu.base;
	int number;

	pthread_mutex_lock(&sc->numbers_lock);
	number = soft_number_take(&sc->queue_numbers);
	if (number >= 0) {
		base->id = ++sc->queue_ids;
		atomic_store(&sc->ids[number], base->id);
	}
	pthread_mutex_unlock(&sc->numbers_lock);
	if (number < 0)
		return axlp_fail(&base->error, number,
				 "a context has room for %u queues",
				 sc->queue_numbers.count);
	q->number = (uint32_t)number;
	q->tail_page =
		(void *)(sc->doorbells + VNPU_DB_TAIL(sc->stride, q->number));
	q->arm_word = (void *)(sc->doorbells +
			       VNPU_DB_ARM(sc->stride, sc->queues, q->number));
	q->wake_page = VNPU_DB_WAKE(sc->stride, sc->queues, q->number);
	return 0;
}

static void give_number(struct soft_context *sc, struct soft_queue *q)
{
	pthread_mutex_lock(&sc->numbers_lock);
	soft_number_give(&sc->queue_numbers, q->number);
	pthread_mutex_unlock(&sc->numbers_lock);
}

static int command_create(struct soft_context *sc, struct soft_queue *q,
			  const struct axl_queue_config *config)
{
	struct axlv_queue *vq = &q->vnpu;
	uint32_t vectors = sc->vectors - SOFT_VECTOR_QUEUES;
	uint32_t vector = SOFT_VECTOR_QUEUES + q->number % vectors;
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_CREATE,
		.object = htole32(q->number),
		.queue = { .ring = htole64((uintptr_t)vq->ring),
			   .status = htole64((uintptr_t)vq->status),
			   .timeout_ms = htole32(config->timeout_ms),
			   .vector = htole16((uint16_t)vector),
			   .asid = htole16(VNPU_ASID_BUS),
			   .log2 = (uint8_t)__builtin_ctz(vq->slot_count),
			   .priority = (uint8_t)config->priority },
	};

	return soft_command_errno(
		soft_command(sc, &cmd, NULL, &vq->base.error));
}

static void free_memory(struct soft_context *sc, struct soft_queue *q)
{
	soft_memory_free(sc, q->memory, q->memory_size);
	axlv_queue_fini(&q->vnpu);
}

int soft_queue_create(struct axl_queue *queue,
		      const struct axl_queue_config *config)
{
	struct soft_context *sc = soft_context_of(queue->context);
	struct soft_queue *q = soft_queue_of(queue);
	int err = check_config(sc, &q->vnpu, config);

	if (err)
		return err;
	err = make_memory(sc, q);
	if (!err)
		err = take_number(sc, q);
	if (err)
		goto no_number;
	err = command_create(sc, q, config);
	if (!err) {
		axlv_queue_list(&q->vnpu);
		return 0;
	}
	give_number(sc, q);
no_number:
	free_memory(sc, q);
	return err;
}

static int command_reset(struct soft_context *sc, struct soft_queue *q,
			 uint64_t *done)
{
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_RESET,
		.object = htole32(q->number),
		.queue.position = htole64(q->vnpu.position),
	};

	return soft_command_errno(
		soft_command(sc, &cmd, done, &q->vnpu.base.error));
}

/* With the lock, and failed set. */
static int reset(struct soft_context *sc, struct soft_queue *q)
{
	struct axlv_queue *vq = &q->vnpu;
	struct axlv_failure *failure = axlv_note_error(vq);
	uint64_t done;
	int err = command_reset(sc, q, &done);

	if (err)
		return err;
	if (!failure && done < vq->position)
		axlv_note_kill(vq, done, -ECANCELED, "the queue was reset");
	axlv_end_failure(vq);
	q->armed = 0;
	return 0;
}

int soft_queue_reset(struct axl_queue *queue)
{
	struct soft_context *sc = soft_context_of(queue->context);
	struct axlv_queue *vq = axlv_queue_of(queue);
	struct axlv_failure *spare = calloc(1, sizeof(*spare));
	int err;

	if (!spare)
		return axlp_fail(&queue->error, -ENOMEM, "out of memory");
	pthread_mutex_lock(&vq->lock);
	atomic_store(&vq->failed, true);
	err = reset(sc, soft_queue_of(queue));
	if (!err)
		axlv_set_spare(vq, &spare);
	pthread_mutex_unlock(&vq->lock);
	free(spare);
	axlv_wake_all(&sc->vnpu);
	if (!err)
		axlv_retire_all(vq);
	return err;
}

/*
 * The device forgets the queue. Its record is ours then: jobs of other queues
 * that wait for its points are let go.
 */
static void destroy(struct soft_context *sc, struct soft_queue *q)
{
	struct axlv_queue *vq = &q->vnpu;
	struct axlv_failure *failure = axlv_note_error(vq);
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_DESTROY,
		.object = htole32(q->number),
	};
	uint64_t done;

	if (soft_command(sc, &cmd, &done, &vq->base.error))
		done = axlv_done(vq->status);
	if (!failure && done < vq->position)
		axlv_note_kill(vq, done, -ECANCELED, "the queue was destroyed");
	axlv_end_failure(vq);
	__atomic_store_n(&vq->status->done, htole64(vq->position),
			 __ATOMIC_RELEASE);
}

void soft_queue_close(struct axl_queue *queue)
{
	struct soft_context *sc = soft_context_of(queue->context);
	struct axlv_queue *vq = axlv_queue_of(queue);

	axlv_queue_unlist(vq);
	pthread_mutex_lock(&vq->lock);
	atomic_store(&vq->failed, true);
	destroy(sc, soft_queue_of(queue));
	vq->closed = true;
	pthread_mutex_unlock(&vq->lock);
	axlv_wake_all(&sc->vnpu);
	give_number(sc, soft_queue_of(queue));
	axlv_queue_empty(vq);
}

void soft_queue_destroy(struct axl_queue *queue)
{
	free_memory(soft_context_of(queue->context), soft_queue_of(queue));
}
