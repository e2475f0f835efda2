// SPDX-License-Identifier: MIT
/* The host's side over the bus inside a process: the device, MHI. */
#include "host.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENT sizeof(struct mhi_element)

static uint64_t until_ms(unsigned int ms)
{
	return host_now_ns() + ms * 1000000ull;
}

uint32_t host_get32(struct host *h, uint64_t offset)
{
	return (uint32_t)axm_inproc_read(h->base.bus, h->bar_mhi, offset, 4);
}

void host_put32(struct host *h, uint64_t offset, uint32_t value)
{
	axm_inproc_write(h->base.bus, h->bar_mhi, offset, 4, value);
}

void host_put64(struct host *h, uint64_t offset, uint64_t value)
{
	host_put32(h, offset + 4, (uint32_t)(value >> 32));
	host_put32(h, offset, (uint32_t)value);
}

uint32_t host_dbc_get(struct host *h, uint64_t offset)
{
	return (uint32_t)axm_inproc_read(h->base.bus, h->bar_dbc, offset, 4);
}

void host_dbc_put(struct host *h, uint64_t offset, uint32_t value)
{
	axm_inproc_write(h->base.bus, h->bar_dbc, offset, 4, value);
}

uint32_t host_state(struct host *h)
{
	return aic100_get(MHI_STATUS_STATE, host_get32(h, MHI_REG_STATUS));
}

uint32_t host_ee(struct host *h)
{
	return host_get32(h, AIC100_BHI + BHI_EXECENV);
}

bool host_wait_state(struct host *h, uint32_t state)
{
	uint64_t until = until_ms(HOST_MS);

	while (host_state(h) != state) {
		if (host_now_ns() > until)
			return false;
		host_sleep_us(50);
	}
	return true;
}

bool host_wait_ee(struct host *h, uint32_t ee)
{
	uint64_t until = until_ms(HOST_MS);

	while (host_ee(h) != ee) {
		if (host_now_ns() > until)
			return false;
		host_sleep_us(50);
	}
	return true;
}

bool host_wait_irq(struct host *h, unsigned int vector, unsigned int count)
{
	uint64_t until = until_ms(HOST_MS);

	while (atomic_load(&h->base.irqs[vector]) < count) {
		if (host_now_ns() > until)
			return false;
		host_sleep_us(50);
	}
	return true;
}

bool host_create(struct host *h, const struct axm_inproc_option *options)
{
	static const struct axm_inproc_option one[] = { { "threads", "1" },
							{ 0 } };
	const struct axm_inproc_option *o = options;

	memset(h, 0, sizeof(*h));
	h->bar_dbc = AIC100_BAR_DBC;
	h->state = h->ee = ~0u;
	for (; o && o->name; o++)
		if (!strcmp(o->value, "aic200"))
			h->bar_mhi = 1;
	return host_base_open(&h->base, &aic100_ops, HOST_ARENA, one, options);
}

bool host_open(struct host *h, const struct axm_inproc_option *options)
{
	if (!host_create(h, options))
		return false;
	if (host_ee(h) == AIC100_EE_PBL) {
		host_images(h);
		return host_boot(h);
	}
	return host_mhi(h);
}

/* -- contexts */

uint32_t host_context_get32(const uint8_t *context, unsigned int at)
{
	return le32toh(__atomic_load_n((const uint32_t *)(context + at),
				       __ATOMIC_ACQUIRE));
}

void host_context_put32(uint8_t *context, unsigned int at, uint32_t value)
{
	__le32 word = htole32(value);

	memcpy(context + at, &word, sizeof(word));
}

void host_context_put64(uint8_t *context, unsigned int at, uint64_t value)
{
	__le64 word = htole64(value);

	memcpy(context + at, &word, sizeof(word));
}

uint8_t *host_context(struct host *h, unsigned int channel)
{
	return h->channels + (size_t)channel * MHI_CONTEXT_SIZE;
}

static struct mhi_element *make_ring(struct host *h, uint8_t *context,
				     uint32_t count)
{
	struct mhi_element *ring =
		host_alloc(h, count * ELEMENT, count * ELEMENT);

	host_context_put64(context, MHI_CONTEXT_RBASE, host_address(ring));
	host_context_put64(context, MHI_CONTEXT_RLEN, count * ELEMENT);
	host_context_put64(context, MHI_CONTEXT_RP, host_address(ring));
	host_context_put64(context, MHI_CONTEXT_WP, host_address(ring));
	return ring;
}

void host_contexts(struct host *h)
{
	h->channels = host_alloc(h, AIC100_CHANNELS * MHI_CONTEXT_SIZE, 64);
	h->event_context = host_alloc(h, MHI_CONTEXT_SIZE, 64);
	h->command_context = host_alloc(h, MHI_CONTEXT_SIZE, 64);
	h->events = make_ring(h, h->event_context, HOST_EVENTS);
	h->commands = make_ring(h, h->command_context, HOST_COMMANDS);
	h->event_rp = h->command_wp = 0;
	h->state = h->ee = ~0u;
	for (unsigned int i = 0; i < AIC100_CH_END; i++)
		h->channel[i].head = h->channel[i].tail = 0;
	host_context_put32(h->event_context, MHI_CONTEXT_TYPE,
			   MHI_EVENT_RING_VALID);
	host_context_put64(h->event_context, MHI_CONTEXT_WP,
			   host_address(&h->events[HOST_EVENTS - 1]));
	host_put64(h, MHI_REG_CCABAP, host_address(h->channels));
	host_put64(h, MHI_REG_ECABAP, host_address(h->event_context));
	host_put64(h, MHI_REG_CRCBAP, host_address(h->command_context));
	host_put32(h, MHI_REG_CFG, aic100_put(MHI_CFG_NER, 1));
	host_put64(h, AIC100_ERDB, host_address(&h->events[HOST_EVENTS - 1]));
}

void host_control(struct host *h, uint32_t state)
{
	host_put32(h, MHI_REG_CTRL, aic100_put(MHI_CTRL_STATE, state));
}

/* Until a member of h, which events change, has a value. */
static bool wait_for(struct host *h, const uint32_t *what, uint32_t value)
{
	uint64_t until = until_ms(HOST_MS);

	while (*what != value) {
		if (host_now_ns() > until)
			return false;
		host_poll(h);
	}
	return true;
}

bool host_mhi(struct host *h)
{
	uint32_t ee = host_ee(h);

	if (!host_wait_state(h, MHI_STATE_READY))
		return false;
	host_contexts(h);
	host_control(h, MHI_STATE_M0);
	return wait_for(h, &h->state, MHI_STATE_M0) && wait_for(h, &h->ee, ee);
}

bool host_reset(struct host *h)
{
	uint64_t until = until_ms(HOST_MS);

	host_put32(h, MHI_REG_CTRL, MHI_CTRL_RESET);
	while (host_get32(h, MHI_REG_CTRL) & MHI_CTRL_RESET) {
		if (host_now_ns() > until)
			return false;
		host_sleep_us(20);
	}
	return true;
}

/* -- events */

static void take_transfer(struct host *h, const struct mhi_element *e)
{
	uint32_t d0 = le32toh(e->d0);
	uint32_t number = aic100_get(MHI_D1_CHANNEL, le32toh(e->d1));
	struct host_channel *ch = &h->channel[number % AIC100_CH_END];
	uint64_t offset = le64toh(e->ptr) - host_address(ch->ring);
	struct host_completion *c = &ch->done[ch->tail++ % HOST_COMPLETIONS];

	if (number >= AIC100_CH_END || ch->tail - ch->head > HOST_COMPLETIONS)
		abort();
	c->index = offset / ELEMENT < ch->count && offset % ELEMENT == 0 ?
			   (uint32_t)(offset / ELEMENT) :
			   ~0u;
	c->code = aic100_get(MHI_EVENT_CODE, d0);
	c->len = d0 & MHI_EVENT_LEN;
}

static void take_event(struct host *h, const struct mhi_element *e)
{
	uint32_t code = aic100_get(MHI_EVENT_CODE, le32toh(e->d0));

	switch (aic100_get(MHI_D1_TYPE, le32toh(e->d1))) {
	case MHI_TYPE_EVENT_STATE:
		h->state = code;
		h->states++;
		break;
	case MHI_TYPE_EVENT_EE:
		h->ee = code;
		h->ees++;
		break;
	case MHI_TYPE_EVENT_COMMAND:
		h->command_code = code;
		h->completed++;
		break;
	case MHI_TYPE_EVENT_TRANSFER:
		take_transfer(h, e);
		break;
	default:
		abort();
	}
}

void host_poll(struct host *h)
{
	uint32_t base = (uint32_t)host_address(h->events);
	uint32_t rp =
		(host_context_get32(h->event_context, MHI_CONTEXT_RP) - base) /
		ELEMENT;
	uint32_t wp;

	if (h->deaf || rp == h->event_rp) {
		host_sleep_us(5);
		return;
	}
	while (h->event_rp != rp) {
		take_event(h, &h->events[h->event_rp]);
		h->event_rp = (h->event_rp + 1) % HOST_EVENTS;
	}
	wp = (h->event_rp + HOST_EVENTS - 1) % HOST_EVENTS;
	host_context_put64(h->event_context, MHI_CONTEXT_WP,
			   host_address(&h->events[wp]));
	host_put64(h, AIC100_ERDB, host_address(&h->events[wp]));
}

/* -- channels */

void host_command_post(struct host *h, uint32_t type, unsigned int channel)
{
	struct mhi_element *e = &h->commands[h->command_wp];

	memset(e, 0, sizeof(*e));
	e->d1 = htole32(aic100_put(MHI_D1_TYPE, type) |
			aic100_put(MHI_D1_CHANNEL, channel));
	h->command_wp = (h->command_wp + 1) % HOST_COMMANDS;
	host_context_put64(h->command_context, MHI_CONTEXT_WP,
			   host_address(&h->commands[h->command_wp]));
	host_put64(h, MHI_REG_CRDB, host_address(&h->commands[h->command_wp]));
}

int host_command(struct host *h, uint32_t type, unsigned int channel)
{
	uint64_t until = until_ms(HOST_MS);
	unsigned int completed = h->completed;

	host_command_post(h, type, channel);
	while (h->completed == completed) {
		if (host_now_ns() > until || host_state(h) == MHI_STATE_SYS_ERR)
			return -1;
		host_poll(h);
	}
	return (int)h->command_code;
}

void host_prepare(struct host *h, unsigned int channel)
{
	struct host_channel *ch = &h->channel[channel];
	uint8_t *context = host_context(h, channel);

	if (!ch->count)
		ch->count = HOST_ELEMENTS;
	host_context_put32(context, MHI_CONTEXT_WORD0, MHI_CHANNEL_ENABLED);
	host_context_put32(context, MHI_CONTEXT_TYPE,
			   channel % 2 ? MHI_CHTYPE_IN : MHI_CHTYPE_OUT);
	host_context_put32(context, MHI_CONTEXT_WORD2, 0);
	ch->ring = make_ring(h, context, ch->count);
	ch->wp = 0;
	ch->head = ch->tail = 0;
}

bool host_start(struct host *h, unsigned int channel)
{
	struct host_channel *ch = &h->channel[channel];
	uint32_t size = ch->size ? ch->size : 4096, posted;

	host_prepare(h, channel);
	if (host_command(h, MHI_TYPE_CMD_START, channel) != MHI_CODE_SUCCESS)
		return false;
	if (channel % 2 == 0)
		return true;
	posted = ch->posted ? ch->posted : ch->count - 1;
	for (uint32_t i = 0; i < posted; i++)
		host_post(h, channel, host_alloc(h, size, 64), size,
			  MHI_TRE_IEOT);
	host_ring(h, channel);
	return true;
}

bool host_start_pair(struct host *h, unsigned int channel)
{
	return host_start(h, channel) && host_start(h, channel + 1);
}

uint32_t host_post(struct host *h, unsigned int channel, const void *data,
		   uint32_t len, uint32_t flags)
{
	struct host_channel *ch = &h->channel[channel];
	uint32_t at = ch->wp;

	ch->ring[at].ptr = htole64(host_address(data));
	ch->ring[at].d0 = htole32(len);
	ch->ring[at].d1 =
		htole32(aic100_put(MHI_D1_TYPE, MHI_TYPE_TRANSFER) | flags);
	ch->wp = (at + 1) % ch->count;
	host_context_put64(host_context(h, channel), MHI_CONTEXT_WP,
			   host_address(&ch->ring[ch->wp]));
	return at;
}

void host_ring(struct host *h, unsigned int channel)
{
	struct host_channel *ch = &h->channel[channel];

	host_put64(h, AIC100_CHDB + 8 * channel,
		   host_address(&ch->ring[ch->wp]));
}

bool host_completion(struct host *h, unsigned int channel, unsigned int ms,
		     struct host_completion *out)
{
	struct host_channel *ch = &h->channel[channel];
	uint64_t until = until_ms(ms);

	while (ch->head == ch->tail) {
		/* What was there before the error is seen; nothing follows. */
		bool last = host_now_ns() > until ||
			    host_state(h) == MHI_STATE_SYS_ERR;

		host_poll(h);
		if (last && ch->head == ch->tail)
			return false;
	}
	*out = ch->done[ch->head++ % HOST_COMPLETIONS];
	return true;
}

bool host_send(struct host *h, unsigned int channel, const void *data,
	       size_t len)
{
	const uint8_t *at = data;
	struct host_completion c;
	uint32_t index, n;

	do {
		n = len < MHI_TRE_LEN ? (uint32_t)len : MHI_TRE_LEN;
		len -= n;
		index = host_post(h, channel, at, n,
				  len ? MHI_TRE_CHAIN : MHI_TRE_IEOT);
		at += n;
	} while (len);
	host_ring(h, channel);
	if (h->quick)
		return true;
	return host_completion(h, channel, HOST_MS, &c) && c.index == index &&
	       c.code == MHI_CODE_EOT && c.len == n;
}

int host_receive(struct host *h, unsigned int channel, void *data, size_t size,
		 unsigned int ms)
{
	struct host_channel *ch = &h->channel[channel];
	struct host_completion c;
	void *buffer;

	if (!host_completion(h, channel, ms, &c) || c.index == ~0u ||
	    c.code != MHI_CODE_EOT || c.len > size)
		return -1;
	buffer = (void *)(uintptr_t)le64toh(ch->ring[c.index].ptr);
	memcpy(data, buffer, c.len);
	host_post(h, channel, buffer, le32toh(ch->ring[c.index].d0),
		  MHI_TRE_IEOT);
	host_ring(h, channel);
	return (int)c.len;
}
