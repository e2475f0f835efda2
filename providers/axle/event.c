// SPDX-License-Identifier: MIT
/*
 * Events: what read() of the compute node gives, as events of the library. The
 * node does not wait, and is what poll() is asked about.
 */
#include "kit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void axle_event_owner(struct axle_queue *q, uint64_t origin)
{
	struct axle_context *ac = axle_context_of(q->vnpu.base.context);
	struct axle_owner *owners;

	if (q->number >= AXLE_NUMBERS_MAX)
		return;
	pthread_mutex_lock(&ac->lock);
	owners = ac->owners[q->number];
	owners[1] = owners[0];
	owners[0] = (struct axle_owner){
		.id = q->vnpu.base.id,
		.origin = origin,
		.since_ns = (uint64_t)axlp_now_ns(),
		.is_ring = q->user,
	};
	pthread_mutex_unlock(&ac->lock);
}

/* Numbers are used again: the time tells whose it was. */
static struct axle_owner find_owner(struct axle_context *ac,
				    const struct drm_axle_event *event)
{
	struct axle_owner owner = { 0 };

	if (event->queue >= AXLE_NUMBERS_MAX)
		return owner;
	pthread_mutex_lock(&ac->lock);
	owner = ac->owners[event->queue][0];
	if (event->time_ns < owner.since_ns && ac->owners[event->queue][1].id)
		owner = ac->owners[event->queue][1];
	pthread_mutex_unlock(&ac->lock);
	return owner;
}

static const uint32_t types[] = {
	[DRM_AXLE_EVENT_FAULT] = AXL_EVENT_FAULT,
	[DRM_AXLE_EVENT_RESET] = AXL_EVENT_DEVICE_RESET,
	[DRM_AXLE_EVENT_FAILED] = AXL_EVENT_DEVICE_ERROR,
	[DRM_AXLE_EVENT_THERMAL] = AXL_EVENT_THERMAL,
	[DRM_AXLE_EVENT_MEMORY] = AXL_EVENT_MEMORY_ERROR,
	[DRM_AXLE_EVENT_LOST] = AXL_EVENT_LOST,
};

/* False for what is of no use to a program, or not known yet. */
static bool translate(struct axle_context *ac,
		      const struct drm_axle_event *event, struct axl_event *out)
{
	struct axle_owner owner;

	if (event->type >= AXLP_ARRAY_SIZE(types) || !types[event->type])
		return false;
	out->type = types[event->type];
	out->code = event->code;
	out->time_ns = event->time_ns;
	out->address = event->address;
	out->value = event->value;
	if (event->queue) {
		owner = find_owner(ac, event);
		out->queue = owner.id;
		/* Positions count from 0, jobs of the kernel's from 1. */
		out->point = owner.origin + event->position + owner.is_ring;
	}
	axlv_event_text(out);
	return true;
}

static int fill(struct axle_context *ac)
{
	ssize_t n;

	do {
		n = read(axle_fd(ac), ac->events, sizeof(ac->events));
	} while (n < 0 && errno == EINTR);
	if (n > 0) {
		ac->event_at = 0;
		ac->event_bytes = (uint32_t)n;
		return 0;
	}
	if (n < 0 && errno == ENODEV)
		atomic_store(&ac->vnpu.broken, -ENODEV);
	return n < 0 ? -errno : -EAGAIN;
}

/* The next of those that were read; the kernel may know longer ones. */
static bool take(struct axle_context *ac, struct drm_axle_event *event)
{
	const uint8_t *at = ac->events + ac->event_at;
	uint32_t rest = ac->event_bytes - ac->event_at;

	memset(event, 0, sizeof(*event));
	if (rest < sizeof(*event))
		return false;
	memcpy(event, at, sizeof(*event));
	if (event->size < sizeof(*event) || event->size > rest)
		return false;
	ac->event_at += event->size;
	return true;
}

int axle_event(struct axl_context *ctx, struct axl_event *out)
{
	struct axle_context *ac = axle_context_of(ctx);
	struct drm_axle_event event;
	int err;

	for (;;) {
		if (take(ac, &event)) {
			if (translate(ac, &event, out))
				return 0;
			continue;
		}
		err = fill(ac);
		if (err == -EAGAIN)
			return err;
		if (err)
			return axlp_fail(&ctx->error, err, "no events: %s",
					 axlp_explain(err));
	}
}

int axle_event_fd(struct axl_context *ctx)
{
	return ctx->fd;
}
