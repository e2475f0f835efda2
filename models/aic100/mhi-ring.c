// SPDX-License-Identifier: MIT
/*
 * Rings in the host's memory, and the event ring, into which all completions
 * go. When that is full, events wait here until the host's doorbell says that
 * it has read some; meanwhile no command or packet is begun, so that what
 * waits is bounded by what one packet of a ring's size can cause.
 *
 * A ring is aligned to its length: the high half of its pointers never changes.
 */
#include "mhi.h"

#include <string.h>

#define ELEMENT ((uint32_t)sizeof(struct mhi_element))

static uint64_t word64(const uint8_t *context, unsigned int at)
{
	__le64 value;

	memcpy(&value, context + at, sizeof(value));
	return le64toh(value);
}

bool aic100_mhi_context(struct aic100_mhi *m, uint64_t at, const char *what,
			uint8_t *context)
{
	int ret;

	if (at % 4) {
		aic100_mhi_sys_err(m->a, "%s: context at 0x%llx", what,
				   (unsigned long long)at);
		return false;
	}
	ret = axm_dma_read(m->a->dev, at, context, MHI_CONTEXT_SIZE);
	if (ret)
		aic100_mhi_dma_failed(m, what, ret);
	return !ret;
}

uint64_t aic100_mhi_ring_address(const struct mhi_ring *ring, uint32_t at)
{
	return ring->base + (uint64_t)at * ELEMENT;
}

static bool position(const struct mhi_ring *ring, uint64_t value, uint32_t *at)
{
	uint64_t offset = value - ring->base;

	if (value < ring->base || offset % ELEMENT ||
	    offset / ELEMENT >= ring->count)
		return false;
	*at = (uint32_t)(offset / ELEMENT);
	return true;
}

static bool size_ok(uint64_t base, uint64_t len)
{
	return len >= 2 * ELEMENT && len <= MHI_RING_MAX * ELEMENT &&
	       !(len & (len - 1)) && base % len == 0;
}

bool aic100_mhi_ring_open(struct aic100_mhi *m, struct mhi_ring *ring,
			  uint64_t at, const uint8_t *context, const char *what)
{
	uint64_t base = word64(context, MHI_CONTEXT_RBASE);
	uint64_t len = word64(context, MHI_CONTEXT_RLEN);
	struct mhi_ring new = { .context = at, .base = base };

	if (!size_ok(base, len)) {
		aic100_mhi_sys_err(m->a, "%s: ring of 0x%llx bytes at 0x%llx",
				   what, (unsigned long long)len,
				   (unsigned long long)base);
		return false;
	}
	new.count = (uint32_t)(len / ELEMENT);
	if (!position(&new, word64(context, MHI_CONTEXT_RP), &new.rp) ||
	    !position(&new, word64(context, MHI_CONTEXT_WP), &new.wp)) {
		aic100_mhi_sys_err(m->a, "%s: pointers outside of the ring",
				   what);
		return false;
	}
	*ring = new;
	return true;
}

bool aic100_mhi_ring_move(struct aic100_mhi *m, struct mhi_ring *ring,
			  uint64_t value, const char *what)
{
	if (position(ring, value, &ring->wp))
		return true;
	aic100_mhi_sys_err(m->a, "%s: 0x%llx is outside of the ring", what,
			   (unsigned long long)value);
	return false;
}

bool aic100_mhi_ring_read(struct aic100_mhi *m, const struct mhi_ring *ring,
			  uint32_t at, struct mhi_element *e)
{
	int ret = axm_dma_read(m->a->dev, aic100_mhi_ring_address(ring, at), e,
			       sizeof(*e));

	if (ret)
		aic100_mhi_dma_failed(m, "ring", ret);
	return !ret;
}

/* The element first: who sees the pointer may read it. */
static bool post(struct aic100_mhi *m, const struct mhi_event *event)
{
	struct mhi_ring *ring = &m->event;
	uint64_t at = aic100_mhi_ring_address(ring, ring->rp);
	int ret = axm_dma_write(m->a->dev, at, &event->e, sizeof(event->e));

	if (!ret) {
		ring->rp = aic100_mhi_ring_next(ring, ring->rp);
		at = aic100_mhi_ring_address(ring, ring->rp);
		ret = axm_dma_store32(m->a->dev, ring->context + MHI_CONTEXT_RP,
				      htole32((uint32_t)at));
	}
	if (ret)
		aic100_mhi_dma_failed(m, "event ring", ret);
	else
		aic100_note_element(m->a, "event", 0, &event->e);
	m->interrupt |= !event->quiet;
	return !ret;
}

void aic100_mhi_events(struct aic100_mhi *m)
{
	while (m->events_count && m->event.rp != m->event.wp) {
		if (!post(m, &m->events[m->events_at]))
			return;
		m->events_at = (m->events_at + 1) % MHI_EVENTS_MAX;
		m->events_count--;
	}
}

bool aic100_mhi_events_out(const struct aic100_mhi *m)
{
	return !m->events_count;
}

void aic100_mhi_event(struct aic100_mhi *m, uint64_t ptr, uint32_t d0,
		      uint32_t d1, bool quiet)
{
	uint32_t at = (m->events_at + m->events_count) % MHI_EVENTS_MAX;

	if (atomic_load(&m->failed))
		return;
	if (m->events_count == MHI_EVENTS_MAX) {
		aic100_mhi_sys_err(m->a, "event ring: nobody reads it");
		return;
	}
	m->events[at].e.ptr = htole64(ptr);
	m->events[at].e.d0 = htole32(d0);
	m->events[at].e.d1 = htole32(d1);
	m->events[at].quiet = quiet;
	m->events_count++;
	aic100_mhi_events(m);
}

void aic100_mhi_interrupt(struct aic100_mhi *m)
{
	if (m->interrupt)
		axm_irq_raise(m->a->dev, m->vector);
	m->interrupt = false;
}
