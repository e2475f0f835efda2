// SPDX-License-Identifier: MIT
/* The event ring and the log of the last events: section 10. */
#include "core.h"

#include <string.h>

void vnpu_event_init(struct vnpu_event *event, uint32_t type)
{
	memset(event, 0, sizeof(*event));
	event->type = htole16((uint16_t)type);
	event->context = htole16(VNPU_NO_CONTEXT);
	event->queue = htole32(VNPU_NO_QUEUE);
}

/* True if it is in the ring. What the bus refuses counts as dropped. */
static bool put(struct vnpu *v, struct vnpu_events *e,
		const struct vnpu_event *event)
{
	uint32_t waiting = (uint32_t)e->done - atomic_load(&v->event_head);
	uint64_t slot = e->done & (e->slots - 1);

	if (waiting < e->slots &&
	    !axm_dma_write(v->dev, e->ring + slot * sizeof(*event), event,
			   sizeof(*event)) &&
	    !axm_dma_store64(v->dev, e->status, htole64(e->done + 1))) {
		e->done++;
		return true;
	}
	e->dropped++;
	axm_dma_store64(v->dev,
			e->status + offsetof(struct vnpu_ring_status, dropped),
			htole64(e->dropped));
	return false;
}

/* False while the ring cannot be reached, as in D3hot. */
bool vnpu_events_possible(struct vnpu *v)
{
	struct vnpu_events *e = &v->events;
	uint64_t done;
	bool possible;

	pthread_mutex_lock(&e->lock);
	possible = !e->ring || !axm_dma_load64(v->dev, e->status, &done);
	pthread_mutex_unlock(&e->lock);
	return possible;
}

void vnpu_event(struct vnpu *v, struct vnpu_event *event)
{
	struct vnpu_events *e = &v->events;
	uint32_t vector;
	bool raise;

	pthread_mutex_lock(&e->lock);
	event->sequence = htole64(e->sequence++);
	event->time_ns = htole64(vnpu_time(v));
	e->log[e->total++ % VNPU_LOG_EVENTS_MAX] = *event;
	raise = e->ring && put(v, e, event);
	vector = e->vector;
	pthread_mutex_unlock(&e->lock);
	axm_trace(v->dev, "event", "type=%u code=%u queue=%u",
		  le16toh(event->type), le32toh(event->code),
		  le32toh(event->queue));
	if (raise)
		vnpu_raise(v, vector);
}
