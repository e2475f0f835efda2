// SPDX-License-Identifier: MIT
/*
 * Queues of the embedded device: made, reset, destroyed, and slots retired.
 *
 * Ring and status record live as long as the queue object, which fences keep:
 * they read the record. The device knows the queue from create to close; so
 * long it is in the list of its context.
 *
 * Slots are retired by whoever waited for one of their queue with success, by
 * a few when jobs are submitted, at a reset, at the end, and in all queues when
 * the context has no room for a program. Hence the lock of the slots: the
 * queue's owner is one thread, those who wait for its fences are others.
 */
#include "soft.h"

#include <errno.h>
#include <stdlib.h>

#define SPIN_NS 20000u

static void release(struct soft_queue *q, struct soft_slot *slot)
{
	struct soft_context *sc = soft_context_of(q->base.context);

	for (uint32_t i = 0; i < slot->bo_count; i++)
		axlp_bo_put(slot->bos[i]);
	slot->bo_count = 0;
	if (slot->program)
		axlp_program_put(slot->program);
	slot->program = NULL;
	if (slot->waits_for)
		axlp_queue_put(slot->waits_for);
	slot->waits_for = NULL;
	soft_block_put(sc, slot->scratch);
	slot->scratch = NULL;
	soft_block_put(sc, slot->table);
	slot->table = NULL;
	slot->holds = false;
	atomic_fetch_sub(&q->holding, 1);
}

void soft_retire(struct soft_queue *q, uint64_t done, uint32_t most)
{
	for (; atomic_load(&q->holding) && q->retired < done; q->retired++) {
		struct soft_slot *slot =
			&q->slots[q->retired & (q->slot_count - 1)];

		if (!slot->holds)
			continue;
		if (!most--)
			return;
		release(q, slot);
	}
	q->retired = done;
}

int soft_retire_done(struct soft_queue *q, uint32_t most)
{
	uint64_t done = soft_done(q->status);

	/* Nothing that the device says is used unchecked. */
	if (done > q->position || done < q->retired)
		return -EIO;
	soft_retire(q, done, most);
	return 0;
}

void soft_retire_queue(struct soft_queue *q)
{
	if (!atomic_load(&q->holding))
		return;
	pthread_mutex_lock(&q->slots_lock);
	soft_retire_done(q, UINT32_MAX);
	pthread_mutex_unlock(&q->slots_lock);
}

void soft_retire_context(struct soft_context *sc)
{
	pthread_mutex_lock(&sc->open_queues.lock);
	for (struct soft_queue *q = sc->open_queues.first; q; q = q->next)
		soft_retire_queue(q);
	pthread_mutex_unlock(&sc->open_queues.lock);
}

static void retire_all(struct soft_queue *q)
{
	pthread_mutex_lock(&q->slots_lock);
	soft_retire(q, q->position, UINT32_MAX);
	pthread_mutex_unlock(&q->slots_lock);
}

static void add_to_list(struct soft_context *sc, struct soft_queue *q)
{
	pthread_mutex_lock(&sc->open_queues.lock);
	q->next = sc->open_queues.first;
	sc->open_queues.first = q;
	pthread_mutex_unlock(&sc->open_queues.lock);
}

static void take_from_list(struct soft_context *sc, struct soft_queue *q)
{
	struct soft_queue **at = &sc->open_queues.first;

	pthread_mutex_lock(&sc->open_queues.lock);
	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	pthread_mutex_unlock(&sc->open_queues.lock);
}

static int check_config(struct soft_context *sc, struct soft_queue *q,
			const struct axl_queue_config *config)
{
	if (config->slots > sc->slots_max)
		return axlp_fail(&q->base.error, -EINVAL,
				 "a queue has at most %u slots, not %u",
				 sc->slots_max, config->slots);
	if (config->timeout_ms > VNPU_TIMEOUT_MS_MAX)
		return axlp_fail(&q->base.error, -EINVAL,
				 "a time-out has at most %u ms, not %u",
				 VNPU_TIMEOUT_MS_MAX, config->timeout_ms);
	q->limit = config->slots;
	q->slot_count = config->slots < sc->slots_min ? sc->slots_min :
							config->slots;
	return 0;
}

static int make_memory(struct soft_context *sc, struct soft_queue *q)
{
	size_t ring = (size_t)q->slot_count * VNPU_SLOT_SIZE;
	int err;

	q->memory_size = ring + sizeof(*q->status);
	err = soft_memory_new(sc, q->memory_size, &q->memory);
	if (!err)
		err = soft_failure_spare(q);
	q->slots = err ? NULL : calloc(q->slot_count, sizeof(*q->slots));
	if (!err && !q->slots)
		err = -ENOMEM;
	if (err)
		return axlp_fail(&q->base.error, err, "no queue: %s",
				 axlp_explain(err));
	q->ring = q->memory;
	q->status = (void *)((uint8_t *)q->memory + ring);
	return 0;
}

static int take_number(struct soft_context *sc, struct soft_queue *q)
{
	int number;

	pthread_mutex_lock(&sc->numbers_lock);
	number = soft_number_take(&sc->queue_numbers);
	if (number >= 0) {
		q->base.id = ++sc->queue_ids;
		atomic_store(&sc->ids[number], q->base.id);
	}
	pthread_mutex_unlock(&sc->numbers_lock);
	if (number < 0)
		return axlp_fail(&q->base.error, number,
				 "a context has at most %u queues",
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
	uint32_t vectors = sc->vectors - SOFT_VECTOR_QUEUES;
	uint32_t vector = SOFT_VECTOR_QUEUES + q->number % vectors;
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_CREATE,
		.object = htole32(q->number),
		.queue = { .ring = htole64((uintptr_t)q->ring),
			   .status = htole64((uintptr_t)q->status),
			   .timeout_ms = htole32(config->timeout_ms),
			   .vector = htole16((uint16_t)vector),
			   .asid = htole16(VNPU_ASID_BUS),
			   .log2 = (uint8_t)__builtin_ctz(q->slot_count),
			   .priority = (uint8_t)config->priority },
	};

	return soft_command_errno(soft_command(sc, &cmd, NULL, &q->base.error));
}

static void free_memory(struct soft_context *sc, struct soft_queue *q)
{
	soft_failures_free(q);
	free(q->slots);
	soft_memory_free(sc, q->memory, q->memory_size);
	pthread_mutex_destroy(&q->slots_lock);
	pthread_mutex_destroy(&q->lock);
}

int soft_queue_create(struct axl_queue *queue,
		      const struct axl_queue_config *config)
{
	struct soft_context *sc = soft_context_of(queue->context);
	struct soft_queue *q = soft_queue_of(queue);
	int err = check_config(sc, q, config);

	if (err)
		return err;
	pthread_mutex_init(&q->lock, NULL);
	pthread_mutex_init(&q->slots_lock, NULL);
	atomic_init(&q->spin_ns, SPIN_NS);
	err = make_memory(sc, q);
	if (!err)
		err = take_number(sc, q);
	if (err)
		goto no_number;
	err = command_create(sc, q, config);
	if (!err) {
		add_to_list(sc, q);
		return 0;
	}
	give_number(sc, q);
no_number:
	free_memory(sc, q);
	return err;
}

uint64_t soft_queue_point(const struct axl_queue *queue)
{
	return ((const struct soft_queue *)queue)->position;
}

/* What was submitted ends with the failure of now. With the lock. */
static void end_failure(struct soft_queue *q, struct soft_failure *failure)
{
	if (failure)
		failure->end = q->position;
	atomic_store(&q->failed, q->failures != NULL);
}

static int command_reset(struct soft_context *sc, struct soft_queue *q,
			 uint64_t *done)
{
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_RESET,
		.object = htole32(q->number),
		.queue.position = htole64(q->position),
	};

	return soft_command_errno(soft_command(sc, &cmd, done, &q->base.error));
}

/* With the lock, and failed set. */
static int reset(struct soft_context *sc, struct soft_queue *q)
{
	struct soft_failure *failure = soft_note_error(q);
	uint64_t done;
	int err = command_reset(sc, q, &done);

	if (err)
		return err;
	if (!failure && done < q->position)
		failure = soft_note_kill(q, done, "the queue was reset");
	end_failure(q, failure);
	q->armed = 0;
	return 0;
}

int soft_queue_reset(struct axl_queue *queue)
{
	struct soft_context *sc = soft_context_of(queue->context);
	struct soft_queue *q = soft_queue_of(queue);
	struct soft_failure *spare = calloc(1, sizeof(*spare));
	int err;

	if (!spare)
		return axlp_fail(&queue->error, -ENOMEM, "out of memory");
	pthread_mutex_lock(&q->lock);
	atomic_store(&q->failed, true);
	err = reset(sc, q);
	if (!err && !q->spare) {
		q->spare = spare;
		spare = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	free(spare);
	soft_wake_all(sc);
	if (!err)
		retire_all(q);
	return err;
}

/*
 * The device forgets the queue. Its record is ours then: jobs of other queues
 * that wait for its points are let go.
 */
static void destroy(struct soft_context *sc, struct soft_queue *q)
{
	struct soft_failure *failure = soft_note_error(q);
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_DESTROY,
		.object = htole32(q->number),
	};
	uint64_t done;

	if (soft_command(sc, &cmd, &done, &q->base.error))
		done = soft_done(q->status);
	if (!failure && done < q->position)
		failure = soft_note_kill(q, done, "the queue was destroyed");
	end_failure(q, failure);
	__atomic_store_n(&q->status->done, htole64(q->position),
			 __ATOMIC_RELEASE);
}

void soft_queue_close(struct axl_queue *queue)
{
	struct soft_context *sc = soft_context_of(queue->context);
	struct soft_queue *q = soft_queue_of(queue);

	take_from_list(sc, q);
	pthread_mutex_lock(&q->lock);
	atomic_store(&q->failed, true);
	destroy(sc, q);
	q->closed = true;
	pthread_mutex_unlock(&q->lock);
	soft_wake_all(sc);
	give_number(sc, q);
	retire_all(q);
	for (uint32_t i = 0; i < q->slot_count; i++)
		free(q->slots[i].bos);
	soft_block_put(sc, q->scratch);
	soft_block_put(sc, q->table);
}

void soft_queue_destroy(struct axl_queue *queue)
{
	free_memory(soft_context_of(queue->context), soft_queue_of(queue));
}
