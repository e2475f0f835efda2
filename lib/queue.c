// SPDX-License-Identifier: MIT
/*
 * struct axl_queue: the calls on a queue; what a queue is, is the provider's.
 *
 * A queue belongs to one thread at a time. Fences, and jobs of other queues
 * that wait for this one, hold references: they need the queue's state when
 * its owner has destroyed it. The last of them frees it, on any thread.
 */
#include "axlp.h"
#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_DEFAULT 256u
#define PRIORITY_MAX 3u

static int read_config(struct axl_context *ctx,
		       const struct axl_queue_config *in,
		       struct axl_queue_config *out)
{
	memset(out, 0, sizeof(*out));
	if (in && in->size < sizeof(in->size))
		return axlp_fail(&ctx->error, -EINVAL,
				 "the queue's config does not have its size");
	if (in)
		memcpy(out, in,
		       in->size < sizeof(*out) ? in->size : sizeof(*out));
	out->size = sizeof(*out);
	if (!out->slots)
		out->slots = SLOTS_DEFAULT;
	if (out->mode > AXL_QUEUE_USER)
		return axlp_fail(&ctx->error, -EINVAL,
				 "there is no mode %u of queues", out->mode);
	if (out->priority > PRIORITY_MAX)
		return axlp_fail(&ctx->error, -EINVAL,
				 "priorities are 0 to %u, not %u", PRIORITY_MAX,
				 out->priority);
	if (out->slots & (out->slots - 1))
		return axlp_fail(&ctx->error, -EINVAL,
				 "the slots of a queue are a power of two, not "
				 "%u",
				 out->slots);
	return 0;
}

int axl_queue_create(struct axl_context *context,
		     const struct axl_queue_config *config,
		     struct axl_queue **queue)
{
	const struct axlp_ops *ops = context->device->driver->ops;
	struct axl_queue_config known;
	struct axl_queue *new;
	int err;

	context->error.text[0] = '\0';
	if (!ops->queue_create)
		return axlp_context_cannot(context, "make queues on");
	err = read_config(context, config, &known);
	if (err)
		return err;
	new = axlp_object_new(sizeof(*new), ops->queue_size);
	if (!new)
		return axlp_fail(&context->error, -ENOMEM, "out of memory");
	atomic_init(&new->refs, 1);
	new->context = axlp_context_get(context);
	err = ops->queue_create(new, &known);
	if (err) {
		context->error = new->error;
		axlp_context_put(context);
		free(new);
		return err;
	}
	new->trace = axlp_trace_create(new, &known);
	*queue = new;
	return 0;
}

void axlp_queue_get(struct axl_queue *queue)
{
	atomic_fetch_add_explicit(&queue->refs, 1, memory_order_relaxed);
}

void axlp_queue_put(struct axl_queue *queue)
{
	struct axl_context *ctx = queue->context;

	if (atomic_fetch_sub(&queue->refs, 1) != 1)
		return;
	ctx->device->driver->ops->queue_destroy(queue);
	free(queue);
	axlp_context_put(ctx);
}

void axl_queue_destroy(struct axl_queue *queue)
{
	if (!queue)
		return;
	queue->context->device->driver->ops->queue_close(queue);
	axlp_trace_destroy(queue->trace);
	axlp_queue_put(queue);
}

int axl_queue_submit(struct axl_queue *queue, const struct axl_job *jobs,
		     uint32_t count, uint64_t *point)
{
	const struct axlp_ops *ops = queue->context->device->driver->ops;
	uint64_t reached;
	int err;

	queue->error.text[0] = '\0';
	err = axlp_jobs_check(queue, jobs, count);
	if (err)
		return err;
	err = queue->trace ?
		      axlp_trace_submit(queue->trace, jobs, count, &reached) :
		      ops->queue_submit(queue, jobs, count, &reached);
	if (!err && point)
		*point = reached;
	return err;
}

int axl_queue_wait(struct axl_queue *queue, uint64_t point, int64_t deadline_ns)
{
	const struct axlp_ops *ops = queue->context->device->driver->ops;
	const struct axlp_point awaited = { queue, point };
	uint64_t last = ops->queue_point(queue);
	int64_t start_ns = queue->trace ? axlp_now_ns() : 0;
	uint32_t first;
	int err;

	queue->error.text[0] = '\0';
	if (point > last)
		return axlp_fail(&queue->error, -EINVAL,
				 "point %" PRIu64 " is not of a job: the last "
				 "that was submitted has %" PRIu64,
				 point, last);
	err = ops->wait(&awaited, 1, deadline_ns, &first);
	if (queue->trace)
		axlp_trace_wait(queue->trace, point, start_ns, err);
	if (err == -ETIME)
		return axlp_fail(&queue->error, err,
				 "point %" PRIu64 " was not reached by the "
				 "deadline",
				 point);
	if (err)
		return axlp_fail(&queue->error, err, "%s", ops->why(&awaited));
	return 0;
}

int axl_queue_reset(struct axl_queue *queue)
{
	queue->error.text[0] = '\0';
	return queue->context->device->driver->ops->queue_reset(queue);
}

uint64_t axl_queue_id(const struct axl_queue *queue)
{
	return queue->id;
}
