// SPDX-License-Identifier: MIT
#include "core.h"

static int create(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result)
{
	struct vnpu_context *c = &v->contexts[le16toh(cmd->context)];

	atomic_store(&c->busy_ns, 0);
	atomic_store(&c->descriptors, 0);
	atomic_store(&c->errors, 0);
	c->used = true;
	return VNPU_ERR_OK;
}

/* The engine of queue i if the context has it, else NULL. */
static struct vnpu_engine_state *engine_of(struct vnpu *v, uint32_t i,
					   uint16_t context)
{
	struct vnpu_queue *q = &v->queues[i];
	int engine = atomic_load(&q->engine);

	/* Only this thread makes and destroys queues: context is constant. */
	return engine >= 0 && q->context == context ? &v->engine[engine] : NULL;
}

static int kill_queue(struct vnpu_engine_state *e, struct vnpu_queue *q,
		      uint64_t *stopped)
{
	int ret = VNPU_ERR_OK;

	vnpu_engine_lock(e);
	if (!(q->flags & VNPU_RING_ERROR)) {
		if (!vnpu_engine_stop(e, q))
			ret = VNPU_ERR_INTERNAL;
		else if (!(q->flags & VNPU_RING_ERROR)) {
			vnpu_queue_fail(e, q, VNPU_ERR_KILLED, NULL,
					q->has_desc ? q->desc.opcode : 0);
			++*stopped;
		}
	}
	vnpu_engine_unlock(e);
	return ret;
}

static int kill_all(struct vnpu *v, const struct vnpu_cmd *cmd,
		    struct vnpu_result *result)
{
	uint16_t context = le16toh(cmd->context);
	uint64_t stopped = 0;

	for (uint32_t i = 0; i < v->limits->queues; i++) {
		struct vnpu_engine_state *e = engine_of(v, i, context);
		int ret = e ? kill_queue(e, &v->queues[i], &stopped) : 0;

		if (ret)
			return ret;
	}
	result->value = htole64(stopped);
	return VNPU_ERR_OK;
}

static int destroy(struct vnpu *v, const struct vnpu_cmd *cmd,
		   struct vnpu_result *result)
{
	uint16_t context = le16toh(cmd->context);
	int ret = kill_all(v, cmd, result);

	if (ret)
		return ret;
	result->value = 0;
	for (uint32_t i = 0; i < v->limits->queues; i++) {
		struct vnpu_engine_state *e = engine_of(v, i, context);

		if (!e)
			continue;
		vnpu_engine_lock(e);
		vnpu_queue_forget(e, &v->queues[i]);
		vnpu_engine_unlock(e);
	}
	vnpu_programs_drop(v, context);
	for (uint32_t i = 0; i < v->limits->asids; i++) {
		struct vnpu_asid *a = &v->asids[i];

		pthread_rwlock_wrlock(&a->lock);
		if (a->used && a->context == context)
			a->used = false;
		pthread_rwlock_unlock(&a->lock);
	}
	v->contexts[context].used = false;
	return VNPU_ERR_OK;
}

const struct vnpu_command_type vnpu_cmd_context_create = {
	.context = VNPU_CONTEXT_FREE,
	.run = create,
};

const struct vnpu_command_type vnpu_cmd_context_destroy = {
	.context = VNPU_CONTEXT_USED,
	.run = destroy,
};

const struct vnpu_command_type vnpu_cmd_context_kill = {
	.context = VNPU_CONTEXT_USED,
	.run = kill_all,
};
