// SPDX-License-Identifier: MIT
/*
 * What became of a job that the card did not do: killed by its queue, lost with
 * the card, or refused by a call. The worker's.
 */
#include "qaic.h"

#include <errno.h>
#include <time.h>

#define MS 1000000
#define SETTLE_NS 10000000000ll

/* What an activation's calls say once the card or another has ended it. */
static bool is_loss(int err)
{
	return err == -EPERM || err == -EINVAL || err == -ENODEV ||
	       err == -ECANCELED;
}

/*
 * Whether the card is reset or taken out is known only when it is up again, or
 * its node gone: both take a moment, in which all calls are refused.
 */
static void settle(struct axlq_queue *q)
{
	const struct timespec pause = { .tv_nsec = 10 * MS };
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	int64_t end = axlp_now_ns() + SETTLE_NS;
	struct qaicu_mmap_bo probe = { 0 };

	while (!atomic_load(&q->stop) && axlp_now_ns() < end &&
	       !axlq_is_gone(ac) &&
	       axlq_call(ac, QAICU_MMAP_BO, &probe) == -ENODEV)
		nanosleep(&pause, NULL);
}

int axlq_fail_loss(struct axlq_queue *q, struct axlq_fault *fault)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	bool dead;

	pthread_mutex_lock(&ac->lock);
	dead = q->current && q->current->dead;
	if (q->current)
		q->current->dead = true;
	pthread_mutex_unlock(&ac->lock);
	fault->err = -ECANCELED;
	fault->how = "the queue was reset";
	if (dead)
		return -ECANCELED;
	fault->how = "the device was reset";
	settle(q);
	axlq_note_loss(ac);
	if (axlq_is_gone(ac)) {
		fault->err = -ENODEV;
		fault->how = "the device was removed";
	}
	return fault->err;
}

int axlq_fail_call(struct axlq_queue *q, struct axlq_fault *fault, int err)
{
	if (is_loss(err))
		return axlq_fail_loss(q, fault);
	fault->err = err == -ENOMEM ? err : -EIO;
	fault->how = axlp_explain(err);
	return err;
}

int axlq_fail_access(struct axlq_fault *fault, int err)
{
	fault->err = err == -ENOMEM ? err : -EIO;
	fault->how = axlp_explain(err);
	return err;
}

int axlq_fail_get(struct axlq_queue *q, struct axlq_fault *fault, int err,
		  const struct axlp_error *error)
{
	fault->err = err;
	fault->how = "the queue was reset";
	if (atomic_load(&q->stop))
		return err;
	/* A job that the card never saw is lost with it all the same. */
	if (err == -ENODEV)
		return axlq_fail_loss(q, fault);
	fault->how = error->text;
	return err;
}
