// SPDX-License-Identifier: MIT
/*
 * Ends of requests: the response FIFO and interrupts. The visitor's.
 *
 * The host sees the element, then the index, then the interrupt. An interrupt
 * comes when the FIFO was empty: the index is stored before the host's is
 * looked at, and the host stores its own before it looks at this one, so that
 * one of both sees the other. Answers that find no room wait for RSPHP in
 * their entries, so that a host that reads none gets no further either.
 *
 * What fails is told by the next completion with its id: the requests of one
 * id are pieces of one, and only the last has a completion.
 */
#include "dbc.h"

#include <errno.h>

#define BATCH 64u

static void remember(struct dbc_channel *c, uint16_t id, uint16_t status)
{
	unsigned int i;

	for (i = 0; i < c->failure_count; i++)
		if (c->failures[i].id == id)
			return;
	/* The oldest is forgotten. */
	if (i == DBC_FAILURES)
		for (i = 1; i < DBC_FAILURES; i++)
			c->failures[i - 1] = c->failures[i];
	else
		c->failure_count++;
	c->failures[c->failure_count - 1] =
		(struct dbc_failure){ .id = id, .status = status };
}

static uint16_t recall(struct dbc_channel *c, uint16_t id)
{
	for (unsigned int i = 0; i < c->failure_count; i++) {
		uint16_t status = c->failures[i].status;

		if (c->failures[i].id != id)
			continue;
		c->failure_count--;
		for (; i < c->failure_count; i++)
			c->failures[i] = c->failures[i + 1];
		return status;
	}
	return AIC100_COMPLETION_OK;
}

static void entry_put(struct dbc_channel *c, struct dbc_entry *e)
{
	e->next = c->free;
	c->free = e;
	c->used--;
}

/* A response that says so although all went well: asked for, once. */
static bool spoilt(struct dbc_channel *c)
{
	return aic100_fault_bit(&c->a->faults.wrong_status, c->number) ||
	       axm_fault_corrupt(c->a->dev);
}

void dbc_finish(struct dbc_channel *c, struct dbc_entry *e, uint16_t status)
{
	uint8_t cmd = e->request.cmd;
	uint16_t before = AIC100_COMPLETION_OK;

	if (cmd & AIC100_CMD_COMPLETION)
		before = recall(c, e->id);
	else if (status)
		remember(c, e->id, status);
	e->status = status ? status : before;
	if (cmd & AIC100_CMD_COMPLETION && !e->status && spoilt(c))
		e->status = AIC100_COMPLETION_NETWORK;
	if (cmd & (AIC100_CMD_COMPLETION | AIC100_CMD_FORCE_MSI)) {
		dbc_list_add(&c->answers, e);
		c->unanswered++;
	} else {
		entry_put(c, e);
	}
}

static unsigned int room(struct dbc_channel *c, unsigned int tail)
{
	unsigned int head = atomic_load(&c->rsphp), count = c->config.count;

	return (head + count - tail - 1) % count;
}

/* How many elements stand at the head of the answers; up to max. */
static unsigned int gather(struct dbc_channel *c, unsigned int max,
			   struct aic100_response *out, bool *forced)
{
	struct dbc_entry *e;
	unsigned int n = 0;

	while ((e = c->answers.head)) {
		bool element = e->request.cmd & AIC100_CMD_COMPLETION;

		if (element && n == max)
			break;
		if (element) {
			aic100_note_response(c->a, c->number, e->id, e->status);
			out[n++] = (struct aic100_response){
				.id = htole16(e->id),
				.status = htole16(e->status),
			};
		}
		*forced |= !!(e->request.cmd & AIC100_CMD_FORCE_MSI);
		entry_put(c, dbc_list_take(&c->answers));
		c->unanswered--;
	}
	return n;
}

/* The tail may not go beyond the FIFO's end, nor be where the head is. */
static unsigned int space(struct dbc_channel *c, unsigned int tail)
{
	unsigned int n = room(c, tail), end = c->config.count - tail;

	if (n > end)
		n = end;
	return n < BATCH ? n : BATCH;
}

static int put(struct dbc_channel *c, unsigned int tail,
	       const struct aic100_response *out, unsigned int n)
{
	uint64_t at = c->config.responses + (uint64_t)tail * sizeof(*out);
	int ret;

	/* The store of the index releases them. */
	ret = axm_dma_write(c->a->dev, at, out, n * sizeof(*out));
	if (ret)
		return ret;
	atomic_store(&c->rsptp, (tail + n) % c->config.count);
	dbc_count(&c->count.responses, n);
	return 0;
}

static void raise_msi(struct dbc_channel *c)
{
	dbc_count(&c->count.msis, 1);
	axm_irq_raise(c->a->dev, AIC100_VECTOR_DBC(c->number));
}

/* A batch; false: no room, or the host's memory does not answer. */
static bool answer_some(struct dbc_channel *c)
{
	struct aic100_response out[BATCH];
	unsigned int tail = atomic_load(&c->rsptp);
	unsigned int max = space(c, tail), n;
	bool forced = false;
	int ret = 0;

	n = gather(c, max, out, &forced);
	if (n)
		ret = put(c, tail, out, n);
	if (ret) {
		if (ret != -ECANCELED)
			dbc_break(c, DBC_BAD_RESPONSES);
		return false;
	}
	if (forced || (n && atomic_load(&c->rsphp) == tail))
		raise_msi(c);
	return n || forced;
}

void dbc_answer(struct dbc_channel *c)
{
	while (c->answers.head && dbc_alive(c)) {
		if (answer_some(c))
			continue;
		if (!dbc_alive(c))
			break;
		/* The host may have made room before it could see this. */
		if (atomic_exchange(&c->full, true))
			break;
	}
	if (!c->answers.head)
		atomic_store(&c->full, false);
}
