// SPDX-License-Identifier: MIT
/*
 * QUEUE_CREATE, QUEUE_DESTROY, QUEUE_RESET. Only the admin worker makes and
 * destroys queues; what their engine's thread looks at changes under its lock.
 */
#include "core.h"

#include <string.h>

#define AT(member) offsetof(struct vnpu_cmd, member)

static uint32_t limit(const struct vnpu_limits *limits)
{
	return limits->queues;
}

static struct vnpu_queue *queue_of(struct vnpu *v, const struct vnpu_cmd *cmd)
{
	return &v->queues[le32toh(cmd->object)];
}

static int must_be_free(struct vnpu *v, const struct vnpu_cmd *cmd,
			struct vnpu_result *result)
{
	return atomic_load(&queue_of(v, cmd)->engine) < 0 ? 0 : VNPU_ERR_EXISTS;
}

static int must_be_there(struct vnpu *v, const struct vnpu_cmd *cmd,
			 struct vnpu_result *result)
{
	struct vnpu_queue *q = queue_of(v, cmd);

	return atomic_load(&q->engine) >= 0 &&
			       q->context == le16toh(cmd->context) ?
		       0 :
		       VNPU_ERR_ID;
}

static bool address_ok(uint64_t address)
{
	return address % 64 == 0 && !(address >> 48);
}

static int check_asid(struct vnpu *v, const struct vnpu_cmd *cmd,
		      struct vnpu_result *result)
{
	uint16_t asid = le16toh(cmd->queue.asid);

	if (asid == VNPU_ASID_BUS)
		return 0;
	if (asid >= v->limits->asids)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(queue.asid));
	if (!v->asids[asid].used ||
	    v->asids[asid].context != le16toh(cmd->context))
		return vnpu_refuse(result, VNPU_ERR_ID, AT(queue.asid));
	return 0;
}

static int check(struct vnpu *v, const struct vnpu_cmd *cmd,
		 struct vnpu_result *result)
{
	const struct vnpu_cmd_queue *q = &cmd->queue;
	int ret;

	if (!address_ok(le64toh(q->ring)))
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(queue.ring));
	if (!address_ok(le64toh(q->status)))
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(queue.status));
	if (le32toh(q->timeout_ms) > VNPU_TIMEOUT_MS_MAX)
		return vnpu_refuse(result, VNPU_ERR_FIELD,
				   AT(queue.timeout_ms));
	if (le16toh(q->vector) >= v->limits->vectors)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(queue.vector));
	ret = check_asid(v, cmd, result);
	if (ret)
		return ret;
	if (q->log2 < 4 || q->log2 > 12)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(queue.log2));
	if (q->engine >= v->limits->engines)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(queue.engine));
	if (q->priority > VNPU_PRIORITY_MAX)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(queue.priority));
	return 0;
}

static bool too_many(struct vnpu *v, uint16_t context)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < v->limits->queues; i++)
		count += atomic_load(&v->queues[i].engine) >= 0 &&
			 v->queues[i].context == context;
	return count >= v->limits->context_queues;
}

static void fill(struct vnpu *v, struct vnpu_queue *q,
		 const struct vnpu_cmd *cmd)
{
	uint32_t timeout = le32toh(cmd->queue.timeout_ms);

	q->context = le16toh(cmd->context);
	q->asid = le16toh(cmd->queue.asid);
	q->vector = le16toh(cmd->queue.vector);
	q->log2 = cmd->queue.log2;
	q->priority = cmd->queue.priority;
	q->timeout_ms = timeout ? timeout : atomic_load(&v->timeout_ms);
	q->ring = le64toh(cmd->queue.ring);
	q->status = le64toh(cmd->queue.status);
	q->done = 0;
	q->flags = VNPU_RING_NEED_WAKEUP;
	q->tail = 0;
	q->busy_ns = q->cycles = 0;
	q->error = 0;
	q->awake = q->waiting = q->held = q->has_desc = false;
	q->pass = 0;
	atomic_store(&q->stop, 0);
	atomic_store(&q->flushed, false);
}

/* A ring that cannot be read is refused here rather than at its first slot. */
static int probe_ring(struct vnpu *v, const struct vnpu_queue *q)
{
	uint64_t size = (uint64_t)VNPU_SLOT_SIZE << q->log2;
	uint64_t word;

	if (q->ring + size < q->ring ||
	    axm_dma_read(v->dev, q->ring, &word, sizeof(word)) ||
	    axm_dma_read(v->dev, q->ring + size - sizeof(word), &word,
			 sizeof(word)))
		return VNPU_ERR_DMA;
	return VNPU_ERR_OK;
}

static int create(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result)
{
	struct vnpu_queue *q = queue_of(v, cmd);
	int ret;

	if (too_many(v, le16toh(cmd->context)))
		return VNPU_ERR_LIMIT;
	fill(v, q, cmd);
	ret = probe_ring(v, q);
	if (ret)
		return ret;
	vnpu_doorbell_clear(v, q->number);
	if (vnpu_queue_put_record(v, q))
		return VNPU_ERR_DMA;
	atomic_fetch_and(&v->wake[q->number / 64], ~(1ull << q->number % 64));
	/* Under the lock, so that the engine sees all of it. */
	vnpu_engine_lock(&v->engine[cmd->queue.engine]);
	atomic_store(&q->engine, cmd->queue.engine);
	vnpu_engine_unlock(&v->engine[cmd->queue.engine]);
	return VNPU_ERR_OK;
}

static int destroy(struct vnpu *v, const struct vnpu_cmd *cmd,
		   struct vnpu_result *result)
{
	struct vnpu_queue *q = queue_of(v, cmd);
	struct vnpu_engine_state *e = &v->engine[atomic_load(&q->engine)];
	int ret = VNPU_ERR_OK;

	vnpu_engine_lock(e);
	if (vnpu_engine_stop(e, q)) {
		result->value = htole64(q->done);
		vnpu_queue_forget(e, q);
	} else {
		ret = VNPU_ERR_INTERNAL;
	}
	vnpu_engine_unlock(e);
	return ret;
}

static void event(struct vnpu *v, const struct vnpu_queue *q, uint64_t before)
{
	struct vnpu_event event;

	vnpu_event_init(&event, VNPU_EVENT_QUEUE_RESET);
	event.context = htole16(q->context);
	event.queue = htole32(q->number);
	event.position = htole64(q->done);
	event.value = htole64(before);
	vnpu_event(v, &event);
}

static int restart(struct vnpu *v, struct vnpu_engine_state *e,
		   struct vnpu_queue *q, uint64_t position)
{
	uint64_t before = q->done;
	int number = atomic_load(&q->engine);

	vnpu_queue_forget(e, q);
	q->done = position;
	q->tail = (uint32_t)position;
	q->flags = VNPU_RING_NEED_WAKEUP;
	q->error = 0;
	vnpu_doorbell_set_tail(v, q->number, q->tail);
	atomic_store(&q->engine, number);
	if (vnpu_queue_put_record(v, q))
		return VNPU_ERR_DMA;
	event(v, q, before);
	return VNPU_ERR_OK;
}

static int reset(struct vnpu *v, const struct vnpu_cmd *cmd,
		 struct vnpu_result *result)
{
	struct vnpu_queue *q = queue_of(v, cmd);
	struct vnpu_engine_state *e = &v->engine[atomic_load(&q->engine)];
	int ret = VNPU_ERR_INTERNAL;

	vnpu_engine_lock(e);
	if (vnpu_engine_stop(e, q)) {
		result->value = htole64(q->done);
		ret = restart(v, e, q, le64toh(cmd->queue.position));
	}
	vnpu_engine_unlock(e);
	return ret;
}

const struct vnpu_command_type vnpu_cmd_queue_create = {
	.context = VNPU_CONTEXT_USED,
	.limit = limit,
	.object = must_be_free,
	.named = VNPU_NAMED(queue.ring) | VNPU_NAMED(queue.status) |
		 VNPU_NAMED(queue.timeout_ms) | VNPU_NAMED(queue.vector) |
		 VNPU_NAMED(queue.asid) | VNPU_NAMED(queue.log2) |
		 VNPU_NAMED(queue.engine) | VNPU_NAMED(queue.priority),
	.check = check,
	.run = create,
};

const struct vnpu_command_type vnpu_cmd_queue_destroy = {
	.context = VNPU_CONTEXT_USED,
	.limit = limit,
	.object = must_be_there,
	.run = destroy,
};

const struct vnpu_command_type vnpu_cmd_queue_reset = {
	.context = VNPU_CONTEXT_USED,
	.limit = limit,
	.object = must_be_there,
	.named = VNPU_NAMED(queue.position),
	.run = reset,
};
