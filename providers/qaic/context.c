// SPDX-License-Identifier: MIT
/*
 * Contexts: an open compute node. The node of this driver is for any number of
 * openers, and cannot be opened while the card is not up.
 *
 * A reset of the card leaves files as they are, with their buffers; programs and
 * activations are lost. No call says so afterwards, and numbers begin anew, so
 * that an old one may be another's: what the card had is told by the directory
 * of its control channel in sysfs, which is made again at every boot.
 */
#include "qaic.h"

#include <errno.h>

int axlq_context_open(struct axl_context *ctx)
{
	struct axlq_context *ac = axlq_context_of(ctx);
	const struct axl_device *dev = ctx->device;
	pthread_condattr_t attr;
	int err;

	axlv_context_init(&ac->vnpu);
	pthread_mutex_init(&ac->lock, NULL);
	pthread_mutex_init(&ac->activating, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&ac->changed, &attr);
	pthread_condattr_destroy(&attr);
	ac->epoch = 1;
	ac->node = axlq_node_number(dev);
	ac->card = axlq_card_number(dev);
	/* Before the node: a reset from here on is seen. */
	err = axlq_events_init(ac);
	if (err)
		return axlp_fail(&ctx->error, err, "no events: %s",
				 axlp_explain(err));
	err = axlp_node_open(dev->system, "accel", dev->entry.index);
	if (err >= 0) {
		ctx->fd = err;
		return 0;
	}
	if (err == -ENODEV && axlq_node_number(dev))
		return axlp_fail(&ctx->error, err,
				 "%s is not up: it boots, is reset, or has no "
				 "firmware in /lib/firmware/qcom/aic100 (the "
				 "kernel's log tells)",
				 dev->entry.name);
	return axlp_node_fail(dev->system, &ctx->error, "accel",
			      dev->entry.index, err);
}

/* What is left on the card ends with the file. */
void axlq_context_close(struct axl_context *ctx)
{
	struct axlq_context *ac = axlq_context_of(ctx);

	axlq_events_fini(ac);
	pthread_cond_destroy(&ac->changed);
	pthread_mutex_destroy(&ac->activating);
	pthread_mutex_destroy(&ac->lock);
	axlv_context_fini(&ac->vnpu);
}

bool axlq_is_gone(struct axlq_context *ac)
{
	uint64_t now = axlq_node_number(ac->vnpu.base.device);

	if (now && now == ac->node)
		return false;
	atomic_store(&ac->vnpu.broken, -ENODEV);
	return true;
}

uint64_t axlq_epoch(struct axlq_context *ac)
{
	uint64_t card = axlq_card_number(ac->vnpu.base.device);
	uint64_t epoch;

	pthread_mutex_lock(&ac->lock);
	if (card != ac->card) {
		ac->card = card;
		ac->epoch++;
	}
	epoch = ac->epoch;
	pthread_mutex_unlock(&ac->lock);
	return epoch;
}

void axlq_note_loss(struct axlq_context *ac)
{
	uint64_t card = axlq_card_number(ac->vnpu.base.device);

	pthread_mutex_lock(&ac->lock);
	ac->card = card;
	ac->epoch++;
	pthread_mutex_unlock(&ac->lock);
}
