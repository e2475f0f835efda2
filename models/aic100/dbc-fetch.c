// SPDX-License-Identifier: MIT
/*
 * From the request FIFO into the window: read in batches, checked, and put
 * into the list of those that arrived. The visitor's.
 */
#include "dbc.h"

#include <errno.h>

#define BATCH 32u

#define CMD_RESERVED 0x64u
#define CMD_DIR_ILLEGAL 3u
#define DB_RESERVED 0x7cu
#define DB_WIDTH_RESERVED 3u

static bool inside(const struct dbc_channel *c, uint64_t addr, uint64_t size)
{
	uint64_t offset = addr - c->config.memory;

	return c->memory && addr >= c->config.memory &&
	       offset <= c->config.memory_size &&
	       size <= c->config.memory_size - offset;
}

static uint16_t check_doorbell(const struct dbc_channel *c,
			       const struct aic100_request *r)
{
	uint64_t addr = le64toh(r->db_addr), size;

	if (r->db_attr & DB_RESERVED)
		return AIC100_COMPLETION_DOORBELL;
	if (!(r->db_attr & AIC100_DB_ENABLE))
		return AIC100_COMPLETION_OK;
	if ((r->db_attr & AIC100_DB_WIDTH) == DB_WIDTH_RESERVED)
		return AIC100_COMPLETION_DOORBELL;
	size = 4u >> (r->db_attr & AIC100_DB_WIDTH);
	return addr % size || !inside(c, addr, size) ?
		       AIC100_COMPLETION_DOORBELL :
		       AIC100_COMPLETION_OK;
}

/* The format of a linked list is not public: it is refused. */
static uint16_t check_transfer(const struct dbc_channel *c, struct dbc_entry *e)
{
	const struct aic100_request *r = &e->request;
	unsigned int dir = r->cmd & AIC100_CMD_DIR;

	if (r->cmd & CMD_RESERVED || dir == CMD_DIR_ILLEGAL || r->reserved0 ||
	    r->reserved1 || r->reserved2 || r->reserved3)
		return AIC100_COMPLETION_BAD_REQUEST;
	if (dir == AIC100_CMD_DIR_NONE)
		return AIC100_COMPLETION_OK;
	e->len = le32toh(r->len);
	if (!(r->cmd & AIC100_CMD_BULK) || !e->len)
		return AIC100_COMPLETION_BAD_REQUEST;
	e->host = le64toh(dir == AIC100_CMD_DIR_IN ? r->src : r->dst);
	e->device = le64toh(dir == AIC100_CMD_DIR_IN ? r->dst : r->src);
	return inside(c, e->device, e->len) ? AIC100_COMPLETION_OK :
					      AIC100_COMPLETION_DEVICE;
}

static uint16_t check(const struct dbc_channel *c, struct dbc_entry *e)
{
	uint16_t status = check_transfer(c, e);

	if (!status)
		status = dbc_sem_check(&e->request, &e->presync);
	return status ? status : check_doorbell(c, &e->request);
}

/* There is one: the window was looked at. */
static struct dbc_entry *entry_get(struct dbc_channel *c)
{
	struct dbc_entry *e = c->free;

	if (e)
		c->free = e->next;
	else
		e = &c->entries[c->fresh++];
	c->used++;
	return e;
}

static void take(struct dbc_channel *c, const struct aic100_request *request)
{
	struct dbc_entry *e = entry_get(c);

	if (axm_tracing(c->a->dev))
		aic100_note_request(c->a, c->number, request);
	e->request = *request;
	e->id = le16toh(request->id);
	e->len = e->done = 0;
	e->step = 0;
	e->status = check(c, e);
	dbc_list_add(&c->arrived, e);
}

/* How many can be had with one read. */
static unsigned int batch(const struct dbc_channel *c, unsigned int head,
			  unsigned int tail)
{
	unsigned int n = (tail > head ? tail : c->config.count) - head;
	unsigned int room = c->window - c->used;

	if (head == tail)
		return 0;
	if (n > room)
		n = room;
	return n < BATCH ? n : BATCH;
}

bool dbc_fetch(struct dbc_channel *c)
{
	unsigned int head = atomic_load(&c->reqhp);
	unsigned int n = batch(c, head, atomic_load(&c->reqtp));
	struct aic100_request requests[BATCH];
	int ret;

	if (!n)
		return false;
	ret = axm_dma_read(c->a->dev,
			   c->config.requests +
				   (uint64_t)head * sizeof(requests[0]),
			   requests, n * sizeof(requests[0]));
	if (ret) {
		if (ret != -ECANCELED)
			dbc_break(c, DBC_BAD_REQUESTS);
		return false;
	}
	for (unsigned int i = 0; i < n; i++)
		take(c, &requests[i]);
	/* The host may write these places again from here on. */
	atomic_store(&c->reqhp, (head + n) % c->config.count);
	dbc_count(&c->count.requests, n);
	return true;
}
