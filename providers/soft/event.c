// SPDX-License-Identifier: MIT
/*
 * The event ring (section 10), as events of the library. It is read in place
 * by the context's thread; the interrupt only wakes.
 */
#include "soft.h"

#include <errno.h>
#include <unistd.h>

static const uint32_t types[] = {
	[VNPU_EVENT_QUEUE_ERROR] = AXL_EVENT_FAULT,
	[VNPU_EVENT_DEVICE_ERROR] = AXL_EVENT_DEVICE_ERROR,
	[VNPU_EVENT_THERMAL] = AXL_EVENT_THERMAL,
	[VNPU_EVENT_ECC_CORRECTED] = AXL_EVENT_MEMORY_ERROR,
	[VNPU_EVENT_ECC_UNCORRECTED] = AXL_EVENT_MEMORY_ERROR,
	[VNPU_EVENT_QUEUE_RESET] = AXL_EVENT_QUEUE_RESET,
};

/* False for what is of no use to a program. */
static bool translate(struct soft_context *sc, const struct vnpu_event *event,
		      struct axl_event *out)
{
	uint16_t type = le16toh(event->type);
	uint32_t queue = le32toh(event->queue);

	if (type >= AXLP_ARRAY_SIZE(types) || !types[type])
		return false;
	out->type = types[type];
	out->code = le32toh(event->code);
	out->time_ns = (uint64_t)sc->epoch_ns + le64toh(event->time_ns);
	out->address = le64toh(event->address);
	out->value = le64toh(event->value);
	if (queue < SOFT_QUEUES_MAX) {
		out->queue = atomic_load(&sc->ids[queue]);
		out->point = le64toh(event->position) +
			     (out->type == AXL_EVENT_FAULT);
	}
	axlv_event_text(out);
	return true;
}

static int take(struct soft_context *sc, struct axl_event *out)
{
	struct soft_shared *shared = sc->shared;

	while (sc->events_taken < axlv_done(&shared->event_status)) {
		uint64_t slot = sc->events_taken % SOFT_EVENTS;
		bool useful = translate(sc, &shared->event_ring[slot], out);

		sc->events_taken++;
		soft_write32(sc, VNPU_REG_EVENT_HEAD,
			     (uint32_t)sc->events_taken);
		if (useful)
			return 0;
	}
	return -EAGAIN;
}

static int take_lost(struct soft_context *sc, struct axl_event *out)
{
	uint64_t dropped =
		AXLV_LOAD64(sc->shared->event_status.dropped, __ATOMIC_RELAXED);

	if (dropped == sc->events_dropped)
		return -EAGAIN;
	out->type = AXL_EVENT_LOST;
	out->time_ns = (uint64_t)axlp_now_ns();
	out->value = dropped - sc->events_dropped;
	axlv_event_text(out);
	sc->events_dropped = dropped;
	return 0;
}

int soft_event(struct axl_context *ctx, struct axl_event *out)
{
	struct soft_context *sc = soft_context_of(ctx);
	uint64_t count;

	if (take(sc, out) == 0)
		return 0;
	/* Clear, then look again: an event may have come in between. */
	if (read(sc->event_fd, &count, sizeof(count)) < 0)
		errno = 0;
	if (take(sc, out) == 0)
		return 0;
	return take_lost(sc, out);
}

int soft_event_fd(struct axl_context *ctx)
{
	return soft_context_of(ctx)->event_fd;
}
