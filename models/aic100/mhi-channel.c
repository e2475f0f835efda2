// SPDX-License-Identifier: MIT
/*
 * Transfer rings. To the device: a chain of elements is one packet, which is
 * read only when all of it is there, and completed only when its receiver has
 * taken it. To the host: a packet goes into as many buffers as it takes; one
 * that ends a buffer but not the packet completes with OVERFLOW.
 */
#include "mhi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void aic100_mhi_forget(struct mhi_channel *ch)
{
	while (ch->head) {
		struct mhi_packet *p = ch->head;

		ch->head = p->next;
		free(p);
	}
	memset(ch, 0, sizeof(*ch));
	ch->tail = &ch->head;
}

static bool read_element(struct aic100_mhi *m, unsigned int channel,
			 uint32_t at, struct mhi_element *e)
{
	if (!aic100_mhi_ring_read(m, &m->channel[channel].ring, at, e))
		return false;
	if (aic100_get(MHI_D1_TYPE, le32toh(e->d1)) == MHI_TYPE_TRANSFER)
		return true;
	aic100_mhi_sys_err(m->a, "channel %u: element of type 0x%x", channel,
			   aic100_get(MHI_D1_TYPE, le32toh(e->d1)));
	return false;
}

static uint32_t length(const struct mhi_element *e)
{
	return aic100_get(MHI_TRE_LEN, le32toh(e->d0));
}

static bool flag(const struct mhi_element *e, uint32_t bit)
{
	return le32toh(e->d1) & bit;
}

static void complete(struct aic100_mhi *m, unsigned int channel, uint32_t at,
		     const struct mhi_element *e, enum mhi_event_code code,
		     uint32_t len)
{
	aic100_mhi_event(
		m, aic100_mhi_ring_address(&m->channel[channel].ring, at),
		aic100_put(MHI_EVENT_CODE, code) | len,
		aic100_put(MHI_D1_CHANNEL, channel) |
			aic100_put(MHI_D1_TYPE, MHI_TYPE_EVENT_TRANSFER),
		flag(e, MHI_TRE_BEI));
}

/* -- to the device */

static size_t packet_max(struct aic100_mhi *m, unsigned int channel)
{
	const struct aic100_channel_ops *ops = aic100_mhi_ops(m, channel);

	return ops && ops->packet_max ? ops->packet_max : AIC100_PACKET_MAX;
}

/* True when a whole packet lies between rp and scan. */
static bool find_packet(struct aic100_mhi *m, unsigned int channel)
{
	struct mhi_channel *ch = &m->channel[channel];
	struct mhi_ring *ring = &ch->ring;
	struct mhi_element e;

	while (ch->scan != ring->wp) {
		if (!read_element(m, channel, ch->scan, &e))
			return false;
		ch->scanned += length(&e);
		ch->scan = aic100_mhi_ring_next(ring, ch->scan);
		if (ch->scanned > packet_max(m, channel)) {
			aic100_mhi_sys_err(m->a, "channel %u: packet too long",
					   channel);
			return false;
		}
		if (!flag(&e, MHI_TRE_CHAIN))
			return true;
	}
	if (aic100_mhi_ring_next(ring, ring->wp) == ring->rp)
		aic100_mhi_sys_err(m->a, "channel %u: the ring is one chain",
				   channel);
	return false;
}

/*
 * The elements, which the host may have changed meanwhile, and the data. The
 * number of elements, 0: SYS_ERR, or a reset.
 */
static uint32_t join(struct aic100_mhi *m, unsigned int channel, size_t *len)
{
	struct mhi_channel *ch = &m->channel[channel];
	uint32_t count = 0;
	int ret = 0;

	*len = 0;
	for (uint32_t at = ch->ring.rp; at != ch->scan && !ret;
	     at = aic100_mhi_ring_next(&ch->ring, at)) {
		struct mhi_element *e = &m->chain[count];

		if (!read_element(m, channel, at, e))
			return 0;
		if (*len + length(e) > ch->scanned) {
			aic100_mhi_sys_err(m->a,
					   "channel %u: element was changed",
					   channel);
			return 0;
		}
		aic100_note_element(m->a, "transfer", channel, e);
		ret = axm_dma_read(m->a->dev, le64toh(e->ptr), m->packet + *len,
				   length(e));
		*len += length(e);
		count++;
	}
	if (ret)
		aic100_mhi_dma_failed(m, "packet", ret);
	return ret ? 0 : count;
}

static void complete_chain(struct aic100_mhi *m, unsigned int channel,
			   uint32_t count)
{
	struct mhi_channel *ch = &m->channel[channel];

	for (uint32_t i = 0; i < count; i++) {
		const struct mhi_element *e = &m->chain[i];
		bool last = i + 1 == count;

		if (last && flag(e, MHI_TRE_IEOT))
			complete(m, channel, ch->ring.rp, e, MHI_CODE_EOT,
				 length(e));
		else if (flag(e, MHI_TRE_IEOB))
			complete(m, channel, ch->ring.rp, e, MHI_CODE_EOB,
				 length(e));
		ch->ring.rp = aic100_mhi_ring_next(&ch->ring, ch->ring.rp);
	}
	ch->scan = ch->ring.rp;
	ch->scanned = 0;
}

/* False: that was all for now. */
static bool receive(struct aic100_mhi *m, unsigned int channel)
{
	const struct aic100_channel_ops *ops = aic100_mhi_ops(m, channel);
	struct mhi_channel *ch = &m->channel[channel];
	uint32_t count;
	size_t len;
	int ret = 0;

	/* A packet that was refused has been found already. */
	if (!ch->found && !find_packet(m, channel))
		return false;
	ch->found = true;
	count = join(m, channel, &len);
	if (!count)
		return false;
	if (ops && ops->receive)
		ret = ops->receive(m->a, m->packet, len);
	if (ret == -EAGAIN) {
		ch->blocked = true;
		return false;
	}
	if (ret && ret != -ECANCELED)
		aic100_mhi_sys_err(m->a, "%s: packet of %zu bytes: %s",
				   ops->name, len, strerror(-ret));
	if (ret || !ch->running)
		return false;
	ch->found = false;
	complete_chain(m, channel, count);
	return true;
}

static void receive_some(struct aic100_mhi *m, unsigned int channel)
{
	struct mhi_channel *ch = &m->channel[channel];
	unsigned int turns = 0;

	while (ch->running && !ch->blocked && aic100_mhi_events_out(m) &&
	       aic100_mhi_active(m) && turns < MHI_TURN && receive(m, channel))
		turns++;
	m->more |= turns == MHI_TURN;
}

/* -- to the host */

/* Into one buffer. False: SYS_ERR, or a reset. */
static bool fill(struct aic100_mhi *m, unsigned int channel)
{
	struct mhi_channel *ch = &m->channel[channel];
	struct mhi_packet *p = ch->head;
	uint32_t at = ch->ring.rp, n;
	struct mhi_element e;
	int ret;

	if (!read_element(m, channel, at, &e))
		return false;
	n = length(&e) < p->len - p->done ? length(&e) :
					    (uint32_t)(p->len - p->done);
	ret = axm_dma_write(m->a->dev, le64toh(e.ptr), p->data + p->done, n);
	if (ret) {
		aic100_mhi_dma_failed(m, "buffer", ret);
		return false;
	}
	aic100_note_element(m->a, "transfer", channel, &e);
	p->done += n;
	ch->ring.rp = aic100_mhi_ring_next(&ch->ring, at);
	if (p->done < p->len && !flag(&e, MHI_TRE_CHAIN))
		complete(m, channel, at, &e, MHI_CODE_OVERFLOW, n);
	else if (p->done == p->len && flag(&e, MHI_TRE_IEOT))
		complete(m, channel, at, &e, MHI_CODE_EOT, n);
	else if (flag(&e, MHI_TRE_IEOB))
		complete(m, channel, at, &e, MHI_CODE_EOB, n);
	return true;
}

static void drop_head(struct mhi_channel *ch)
{
	struct mhi_packet *p = ch->head;

	ch->head = p->next;
	if (!ch->head)
		ch->tail = &ch->head;
	ch->packets--;
	ch->bytes -= p->len;
	ch->roomy = ch->starved;
	free(p);
}

static void flush(struct aic100_mhi *m, unsigned int channel)
{
	struct mhi_channel *ch = &m->channel[channel];

	while (ch->head && ch->ring.rp != ch->ring.wp && aic100_mhi_active(m) &&
	       aic100_mhi_events_out(m)) {
		if (!fill(m, channel))
			return;
		if (ch->head->done == ch->head->len)
			drop_head(ch);
	}
}

static void give_room(struct aic100_mhi *m, unsigned int channel)
{
	const struct aic100_channel_ops *ops = aic100_mhi_ops(m, channel);
	struct mhi_channel *ch = &m->channel[channel];

	if (!ch->roomy)
		return;
	ch->roomy = ch->starved = false;
	if (ops && ops->room)
		ops->room(m->a);
}

void aic100_mhi_transfer(struct aic100_mhi *m, unsigned int channel)
{
	struct mhi_channel *ch = &m->channel[channel];

	if (!ch->running)
		return;
	if (channel % 2 == 0) {
		receive_some(m, channel);
		return;
	}
	flush(m, channel);
	give_room(m, channel);
}

int aic100_mhi_send(struct aic100 *a, unsigned int channel, const void *data,
		    size_t len)
{
	struct mhi_channel *ch = &a->mhi->channel[channel];
	struct mhi_packet *p;

	if (!ch->running)
		return -ENOTCONN;
	if (len > MHI_QUEUE_BYTES)
		return -EMSGSIZE;
	if (ch->packets == MHI_QUEUE_PACKETS ||
	    ch->bytes + len > MHI_QUEUE_BYTES) {
		ch->starved = true;
		return -ENOBUFS;
	}
	p = malloc(sizeof(*p) + len);
	if (!p)
		return -ENOMEM;
	p->next = NULL;
	p->len = len;
	p->done = 0;
	if (len)
		memcpy(p->data, data, len);
	*ch->tail = p;
	ch->tail = &p->next;
	ch->packets++;
	ch->bytes += len;
	flush(a->mhi, channel);
	return 0;
}

unsigned int aic100_mhi_waiting(struct aic100 *a, unsigned int channel)
{
	return a->mhi->channel[channel].packets;
}

bool aic100_mhi_running(struct aic100 *a, unsigned int channel)
{
	return a->mhi->channel[channel].running;
}

void aic100_mhi_again(struct aic100 *a, unsigned int channel)
{
	a->mhi->channel[channel & ~1u].blocked = false;
	a->mhi->more = true;
}
