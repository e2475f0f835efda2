// SPDX-License-Identifier: MIT
/*
 * Queues: the kernel's queue behind the library's, made, lost, made anew. The
 * library's points go on counting: where a new one begins is the origin.
 */
#include "kit.h"

#include <errno.h>
#include <stdlib.h>

int axle_number_new(struct axle_context *ac, struct drm_axle_queue_create *args,
		    uint32_t priority)
{
	struct drm_axle_queue_create first;
	int err = axle_vm_number(ac, &args->vm);

	if (err)
		return err;
	args->priority = priority;
	first = *args;
	err = axle_call(ac, DRM_IOCTL_AXLE_QUEUE_CREATE, args);
	/* To be before all others needs CAP_SYS_NICE; be before most. */
	if (err != -EPERM || priority)
		return err;
	*args = first;
	args->priority = 1;
	return axle_call(ac, DRM_IOCTL_AXLE_QUEUE_CREATE, args);
}

void axle_number_free(struct axle_context *ac, uint32_t number)
{
	struct drm_axle_queue_destroy args = { .queue = number };

	if (number)
		axle_call(ac, DRM_IOCTL_AXLE_QUEUE_DESTROY, &args);
}

static int check_config(struct axle_context *ac, struct axle_queue *q,
			const struct axl_queue_config *config)
{
	struct axlv_queue *vq = &q->vnpu;
	uint32_t slots_min = ac->info.slots_min;

	if (config->mode == AXL_QUEUE_USER && !ac->user_queues)
		return axlp_fail(&vq->base.error, -EOPNOTSUPP,
				 "the device has no queues that a program may "
				 "write");
	if (config->slots > ac->info.slots_max)
		return axlp_fail(&vq->base.error, -EINVAL,
				 "a queue has at most %u slots, not %u",
				 ac->info.slots_max, config->slots);
	if (config->timeout_ms > ac->timeout_ms_max)
		return axlp_fail(&vq->base.error, -EINVAL,
				 "a time-out has at most %u ms, not %u",
				 ac->timeout_ms_max, config->timeout_ms);
	q->config = *config;
	q->user = config->mode != AXL_QUEUE_KERNEL && ac->user_queues;
	vq->limit = config->slots;
	vq->slot_count = config->slots < slots_min ? slots_min : config->slots;
	if (q->user)
		vq->ops = &axle_user_ops;
	else
		vq->ops = ac->has_vm ? &axle_kernel_ops : &axle_edge_ops;
	return 0;
}

static int create(struct axle_context *ac, struct axle_queue *q,
		  struct drm_axle_queue_create *args)
{
	struct drm_axle_query_health health = { 0 };
	int err = 0;

	/* Resets after this one may cost it jobs. */
	if (!q->user)
		err = axle_query(ac, DRM_AXLE_TOPIC_HEALTH, &health,
				 sizeof(health));
	q->resets = health.resets;
	*args = (struct drm_axle_queue_create){
		.engine = AXLE_ENGINE,
		.mode = q->user ? DRM_AXLE_QUEUE_USER : DRM_AXLE_QUEUE_KERNEL,
		.slots = q->vnpu.slot_count,
		.timeout_ms = q->config.timeout_ms,
	};
	if (!err)
		err = axle_number_new(ac, args, q->config.priority);
	if (!err)
		q->number = args->queue;
	return err;
}

static void fini(struct axle_context *ac, struct axle_queue *q)
{
	axle_number_free(ac, q->number);
	if (q->user)
		axle_user_fini(q);
	else
		axle_kernel_fini(q);
	axlv_queue_fini(&q->vnpu);
}

static int fail_create(struct axle_queue *q, int err)
{
	if (err == -ENOSPC)
		return axlp_fail(&q->vnpu.base.error, -EBUSY,
				 "the context has no room for another queue");
	return axlp_fail(&q->vnpu.base.error, err, "no queue: %s",
			 axlp_explain(err));
}

int axle_queue_create(struct axl_queue *queue,
		      const struct axl_queue_config *config)
{
	struct axle_context *ac = axle_context_of(queue->context);
	struct axle_queue *q = axle_queue_of(queue);
	struct drm_axle_queue_create args;
	int err = check_config(ac, q, config);

	if (err)
		return err;
	err = axlv_queue_init(&q->vnpu);
	if (!err && !q->user)
		err = axle_kernel_init(q);
	if (!err)
		err = create(ac, q, &args);
	if (!err && q->user)
		err = axle_user_init(q, &args);
	if (err) {
		fini(ac, q);
		return fail_create(q, err);
	}
	pthread_mutex_lock(&ac->lock);
	queue->id = ++ac->queue_ids;
	pthread_mutex_unlock(&ac->lock);
	axle_event_owner(q, 0);
	axlv_queue_list(&q->vnpu);
	return 0;
}

/* What is not done now never will be. With the lock, and failed set. */
static void end(struct axle_context *ac, struct axle_queue *q, const char *how)
{
	struct axlv_queue *vq = &q->vnpu;
	uint64_t reached;

	vq->ops->update(vq);
	reached = axlv_reached(vq);
	if (!axlv_note_error(vq) && reached < vq->position)
		axlv_note_kill(vq, reached, -ECANCELED, how);
	axle_queue_settle(q);
	axle_number_free(ac, q->number);
	q->number = 0;
}

/* Everything up to here is decided. */
static void begin_again(struct axle_queue *q)
{
	struct axlv_queue *vq = &q->vnpu;

	if (!q->user)
		__atomic_store_n(&vq->status->done, 0, __ATOMIC_SEQ_CST);
	q->sure = vq->position;
	atomic_store(&vq->origin, vq->position);
	axlv_end_failure(vq);
}

static int reset(struct axle_context *ac, struct axle_queue *q)
{
	struct axlv_queue *vq = &q->vnpu;
	struct drm_axle_queue_create args;
	int err;

	end(ac, q, "the queue was reset");
	err = create(ac, q, &args);
	if (!err && q->user)
		err = axle_user_attach(q, &args);
	if (!err) {
		begin_again(q);
		return 0;
	}
	/* It can be tried again; until then nothing is taken. */
	axle_number_free(ac, q->number);
	q->number = 0;
	axlv_note_kill(vq, vq->position, -EIO, "the queue could not be reset");
	return axlp_fail(&vq->base.error, err, "the queue was not reset: %s",
			 axlp_explain(err));
}

int axle_queue_reset(struct axl_queue *queue)
{
	struct axle_context *ac = axle_context_of(queue->context);
	struct axle_queue *q = axle_queue_of(queue);
	struct axlv_failure *spare = calloc(1, sizeof(*spare));
	int err;

	if (!spare)
		return axlp_fail(&queue->error, -ENOMEM, "out of memory");
	axle_bridge_cut(q);
	pthread_mutex_lock(&q->vnpu.lock);
	atomic_store(&q->vnpu.failed, true);
	err = reset(ac, q);
	axlv_set_spare(&q->vnpu, &spare);
	pthread_mutex_unlock(&q->vnpu.lock);
	free(spare);
	if (err)
		return err;
	axle_event_owner(q, q->vnpu.position);
	axlv_retire_all(&q->vnpu);
	return 0;
}

void axle_queue_close(struct axl_queue *queue)
{
	struct axle_context *ac = axle_context_of(queue->context);
	struct axle_queue *q = axle_queue_of(queue);

	axlv_queue_unlist(&q->vnpu);
	axle_bridge_cut(q);
	pthread_mutex_lock(&q->vnpu.lock);
	atomic_store(&q->vnpu.failed, true);
	end(ac, q, "the queue was destroyed");
	begin_again(q);
	q->vnpu.closed = true;
	pthread_mutex_unlock(&q->vnpu.lock);
	axlv_queue_empty(&q->vnpu);
	axle_bridge_fini(q);
}

void axle_queue_destroy(struct axl_queue *queue)
{
	fini(axle_context_of(queue->context), axle_queue_of(queue));
}
