// SPDX-License-Identifier: MIT
/*
 * Images and constants, and how they get into the card's memory. A load command
 * says how many bytes come under which tag; a DMA transfer behind it in the same
 * message says where they are in the host's memory. A transfer that has
 * more pieces than a message can tell has a chunk number: the card then asks for
 * the next message until all bytes that the command announced are there. The
 * answers of the first message wait for that in nnc_transfer.
 */
#include "nnc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct nnc_object *nnc_object_find(struct aic100_nnc *nnc, uint32_t user,
				   uint32_t id, bool elf)
{
	for (unsigned int i = 0; id && i < AIC100_OBJECTS; i++) {
		struct nnc_object *o = &nnc->object[i];

		if (o->id == id)
			return o->user == user && o->elf == elf && o->ready ?
				       o :
				       NULL;
	}
	return NULL;
}

void nnc_object_drop(struct aic100 *a, struct nnc_object *object)
{
	aic100_ddr_free(a, object->address);
	nnc_give(&object->hold);
	memset(object, 0, sizeof(*object));
}

static enum nnc_status object_create(struct nnc_message *m, uint64_t size,
				     bool elf, struct nnc_object **out)
{
	struct nnc_object *o = m->nnc->object;
	struct nnc_object *end = o + AIC100_OBJECTS;
	const uint64_t want[NNC_RESOURCES] = { [NNC_MEMORY] = size };
	enum nnc_status status;

	if (!size)
		return NNC_ERR_PARAMETER;
	while (o < end && o->id)
		o++;
	if (o == end)
		return NNC_ERR_NO_ID;
	status = nnc_take(m->nnc->pool, want, &o->hold);
	if (status)
		return status;
	o->address = aic100_ddr_alloc(m->a, size);
	if (!o->address) {
		nnc_give(&o->hold);
		return NNC_ERR_MEMORY;
	}
	o->id = nnc_new_id(m->nnc);
	o->user = m->user;
	o->elf = elf;
	o->size = size;
	*out = o;
	return NNC_OK;
}

void nnc_transfer_drop(struct aic100 *a, struct nnc_transfer *transfer)
{
	transfer->object->uses--;
	if (!transfer->payload)
		nnc_object_drop(a, transfer->object);
	free(transfer->reply);
	memset(transfer, 0, sizeof(*transfer));
}

static enum nnc_status transfer_create(struct nnc_call *c, uint32_t tag,
				       const struct nnc_transfer *what)
{
	struct nnc_transfer *t = c->m->nnc->transfer;
	struct nnc_transfer *end = t + NNC_TRANSFERS;
	struct nnc_loaded *answer = c->out;

	while (t < end && t->object)
		t++;
	if (t == end)
		return NNC_ERR_NO_ID;
	*t = *what;
	t->object->uses++;
	t->user = c->m->user;
	t->tag = tag;
	t->answer = c->at;
	answer->id = htole32(t->object->id);
	return NNC_OK;
}

static enum nnc_status load(struct nnc_call *c, uint32_t tag, uint64_t size,
			    bool elf)
{
	struct nnc_transfer what = { .size = size };
	enum nnc_status status = object_create(c->m, size, elf, &what.object);

	if (status)
		return status;
	status = transfer_create(c, tag, &what);
	if (status)
		nnc_object_drop(c->m->a, what.object);
	return status;
}

enum nnc_status nnc_load_constants(struct nnc_call *c)
{
	const struct nnc_load_constants *in = c->in;

	return load(c, le32toh(in->tag), le64toh(in->data_length), false);
}

enum nnc_status nnc_load_elf(struct nnc_call *c)
{
	const struct nnc_load_elf *in = c->in;

	return load(c, le32toh(in->tag), le64toh(in->data_length), true);
}

enum nnc_status nnc_load_constants_ex(struct nnc_call *c)
{
	const struct nnc_load_constants_ex *in = c->in;
	const struct nnc_constants_descriptor *d = (const void *)in->descriptor;
	struct nnc_loaded *answer = c->out;
	struct nnc_object *object;
	enum nnc_status status;
	uint64_t size;

	if (in->reserved)
		return NNC_ERR_PARAMETER;
	if (le32toh(in->descriptor_length) != sizeof(*d))
		return NNC_ERR_METADATA;
	if (c->len < sizeof(*in) + sizeof(*d) ||
	    c->len > sizeof(*in) + sizeof(*d) + NNC_COMMAND_SLACK)
		return NNC_ERR_LENGTH;
	if (__builtin_add_overflow(le64toh(d->static_size),
				   le64toh(d->dynamic_size), &size))
		return NNC_ERR_METADATA;
	status = object_create(c->m, size, false, &object);
	if (status)
		return status;
	object->ready = true;
	answer->id = htole32(object->id);
	return NNC_OK;
}

enum nnc_status nnc_load_payload(struct nnc_call *c)
{
	const struct nnc_load_constants_payload *in = c->in;
	struct nnc_transfer what = {
		.object = nnc_object_find(c->m->nnc, c->m->user,
					  le32toh(in->constants), false),
		.payload = true,
		.offset = le64toh(in->offset),
		.size = le64toh(in->data_length),
	};

	if (!what.object)
		return NNC_ERR_ID_NOT_FOUND;
	if (!what.size || what.offset > what.object->size ||
	    what.size > what.object->size - what.offset)
		return NNC_ERR_PARAMETER;
	for (unsigned int i = 0; i < AIC100_NSPS; i++)
		if (c->m->nnc->activation[i].constants == what.object)
			return NNC_ERR_DENIED;
	return transfer_create(c, le32toh(in->tag), &what);
}

static enum nnc_status unload(struct nnc_call *c, bool elf)
{
	const struct nnc_release *in = c->in;
	struct nnc_object *o =
		nnc_object_find(c->m->nnc, c->m->user, le32toh(in->id), elf);

	if (!o)
		return NNC_ERR_ID_NOT_FOUND;
	if (o->uses)
		return NNC_ERR_DENIED;
	nnc_object_drop(c->m->a, o);
	return NNC_OK;
}

enum nnc_status nnc_unload_constants(struct nnc_call *c)
{
	return unload(c, false);
}

enum nnc_status nnc_unload_elf(struct nnc_call *c)
{
	return unload(c, true);
}

/* Into the reply that has its answer. */
static void transfer_fail(struct nnc_message *m, struct nnc_transfer *t,
			  struct nnc_reply *reply, enum nnc_status status)
{
	struct nnc_loaded *answer = (void *)(reply->data + t->answer);

	answer->id = 0;
	answer->status = htole32((uint32_t)status);
	aic100_log(m->a, "nnc", "a load fails: %d", (int)status);
	nnc_transfer_drop(m->a, t);
}

static int read_segment(struct nnc_message *m, struct nnc_transfer *t,
			uint64_t from, uint64_t size)
{
	uint64_t to = t->object->address + t->offset + t->done;
	int ret = 0;

	while (size && !ret) {
		size_t piece = size < NNC_LOAD_CHUNK ? size : NNC_LOAD_CHUNK;

		ret = axm_dma_read(m->a->dev, from,
				   aic100_ddr_at(m->a, to, piece), piece);
		from += piece;
		to += piece;
		size -= piece;
		t->done += piece;
		m->nnc->loaded += piece;
	}
	return ret;
}

/* NNC_OK also when more is to come. */
static enum nnc_status read_segments(struct nnc_message *m,
				     struct nnc_transfer *t,
				     const struct nnc_dma_xfer *x)
{
	for (uint32_t i = 0; i < le32toh(x->count); i++) {
		uint64_t size = le64toh(x->segment[i].size);
		int ret;

		if (size > t->size - t->done)
			return NNC_ERR_PARAMETER;
		ret = read_segment(m, t, le64toh(x->segment[i].addr), size);
		if (ret == -ECANCELED)
			m->error = ret;
		if (ret)
			return NNC_ERR_DMA;
	}
	return NNC_OK;
}

static void ask_for_more(struct nnc_message *m, const struct nnc_transfer *t)
{
	struct nnc_dma_xfer_cont *more;

	m->reply->len = sizeof(struct nnc_header);
	m->reply->count = 0;
	more = nnc_reply_add(m->reply, NNC_DMA_XFER_CONT, sizeof(*more));
	more->chunk = htole32(t->chunk);
	more->done = htole64(t->done);
}

static void transfer_done(struct nnc_transfer *t)
{
	t->object->uses--;
	t->object->ready = true;
	free(t->reply);
	memset(t, 0, sizeof(*t));
}

static struct nnc_transfer *find_chunk(struct nnc_message *m, uint32_t chunk)
{
	for (unsigned int i = 0; chunk && i < NNC_TRANSFERS; i++) {
		struct nnc_transfer *t = &m->nnc->transfer[i];

		if (t->object && t->user == m->user && t->chunk == chunk)
			return t;
	}
	return NULL;
}

/* One of this message that waits for its data. */
static struct nnc_transfer *find_tag(struct nnc_message *m, uint32_t tag)
{
	for (unsigned int i = 0; i < NNC_TRANSFERS; i++) {
		struct nnc_transfer *t = &m->nnc->transfer[i];

		if (t->object && !t->chunk && t->tag == tag)
			return t;
	}
	return NULL;
}

static void first_data(struct nnc_message *m, struct nnc_transfer *t,
		       const struct nnc_dma_xfer *x)
{
	uint32_t chunk = le32toh(x->chunk);
	enum nnc_status status = read_segments(m, t, x);

	/* The host asks for one at a time, with numbers of its own. */
	if (!status && t->done < t->size &&
	    (!chunk || m->open || find_chunk(m, chunk)))
		status = NNC_ERR_DMA;
	if (status) {
		transfer_fail(m, t, m->reply, status);
		return;
	}
	if (t->done == t->size) {
		transfer_done(t);
		return;
	}
	t->chunk = chunk;
	m->open = t;
}

static void more_data(struct nnc_message *m, struct nnc_transfer *t,
		      const struct nnc_dma_xfer *x)
{
	enum nnc_status status = NNC_ERR_DMA;

	if (x->count && le32toh(x->tag) == t->tag)
		status = read_segments(m, t, x);
	if (!status && t->done < t->size) {
		ask_for_more(m, t);
		return;
	}
	*m->reply = *t->reply; /* the answers of the first message */
	if (status)
		transfer_fail(m, t, m->reply, status);
	else
		transfer_done(t);
}

/* One that belongs to nothing has no answer; the reply then is empty. */
void nnc_dma_xfer(struct nnc_message *m, const struct nnc_transaction *t)
{
	const struct nnc_dma_xfer *x = (const void *)t;
	struct nnc_transfer *transfer = find_tag(m, le32toh(x->tag));

	if (transfer) {
		first_data(m, transfer, x);
		return;
	}
	transfer = m->alone ? find_chunk(m, le32toh(x->chunk)) : NULL;
	if (transfer)
		more_data(m, transfer, x);
}

void nnc_load_end(struct nnc_message *m)
{
	for (unsigned int i = 0; i < NNC_TRANSFERS; i++) {
		struct nnc_transfer *t = &m->nnc->transfer[i];

		if (t->object && !t->chunk)
			transfer_fail(m, t, m->reply, NNC_ERR_DMA);
	}
	/* The user may have gone in the same message. */
	if (!m->open || !m->open->object || !m->open->chunk)
		return;
	m->open->reply = malloc(sizeof(*m->open->reply));
	if (!m->open->reply) {
		transfer_fail(m, m->open, m->reply, NNC_ERR_MEMORY);
		return;
	}
	*m->open->reply = *m->reply;
	ask_for_more(m, m->open);
}
