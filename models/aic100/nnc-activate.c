// SPDX-License-Identifier: MIT
/*
 * Networks on NSPs. ACTIVATE comes as a command and, behind it in the same
 * message, as a transaction that Linux's driver makes: it has the queues of the
 * DMA bridge channel. The command takes all that is needed; the transaction
 * starts the network and answers with the channel's number. Without it, the
 * command fails. A reserved channel may keep its queues from one activation
 * to the next: then no transaction is needed.
 *
 * Where the driver has queues on a channel that goes, it must hear of it
 * (transaction 11): until then it holds the memory, and an activation that
 * got the same channel would wait for ever.
 */
#include "nnc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_SIZE (sizeof(struct aic100_request))
#define RESPONSE_SIZE (sizeof(struct aic100_response))
#define OPTION_DEVICE 0x10000u /* means something to a real card */

static struct nnc_activation *find(struct aic100_nnc *nnc, uint32_t user,
				   uint32_t id)
{
	for (unsigned int i = 0; id && i < AIC100_NSPS; i++) {
		struct nnc_activation *n = &nnc->activation[i];

		if (n->id == id)
			return n->user == user ? n : NULL;
	}
	return NULL;
}

/* What an activation had besides its channel; the network does not run. */
static void drop_rest(struct aic100 *a, struct nnc_activation *n)
{
	if (n->network)
		aic100_network_destroy(n->network);
	if (n->memory)
		aic100_ddr_free(a, n->memory);
	if (n->elf)
		n->elf->uses--;
	if (n->constants)
		n->constants->uses--;
	n->pool->activations--;
	nnc_give(&n->hold);
	memset(n, 0, sizeof(*n));
}

void nnc_activation_drop(struct aic100 *a, struct nnc_activation *n)
{
	struct nnc_vc *vc = n->vc;

	if (vc) {
		/* While it waits, nothing of it has started. */
		if (!n->waits)
			aic100_dbc_stop(a, (unsigned int)(vc - a->nnc->vc));
		vc->activation = NULL;
		if (!vc->id)
			nnc_vc_drop(a, vc);
	}
	drop_rest(a, n);
}

static enum nnc_status find_pool(struct nnc_call *c, struct nnc_pool **pool,
				 uint64_t *nsps)
{
	const struct nnc_activate *in = c->in;
	uint32_t type = le32toh(in->reservation_type);
	bool group = type != NNC_RESERVED_ACTIVATION;
	uint32_t id = type ? le32toh(in->reservation) : NNC_NONE;

	if (type > NNC_RESERVED_ACTIVATION)
		return NNC_ERR_PARAMETER;
	*pool = nnc_pool_find(c->m->nnc, c->m->user, id, group);
	if (!*pool)
		return NNC_ERR_NOT_FOUND;
	*nsps = group ? 1 : (*pool)->all.amount[NNC_NSP];
	return NNC_OK;
}

/* The images that it names, and nothing that it cannot have. */
static enum nnc_status check(struct nnc_call *c, struct nnc_activation *n)
{
	const struct nnc_activate *in = c->in;
	struct aic100_nnc *nnc = c->m->nnc;

	n->elf = nnc_object_find(nnc, c->m->user, le32toh(in->elf), true);
	n->constants =
		nnc_object_find(nnc, c->m->user, le32toh(in->constants), false);
	n->state = le32toh(in->state);
	if (!n->elf || (in->constants && !n->constants))
		return NNC_ERR_ID_NOT_FOUND;
	if (in->switching)
		return NNC_ERR_SWITCHING;
	if (le32toh(in->vc_setup) > 1 || n->state >= NNC_STATE_INVALID ||
	    le32toh(in->dma_type) > NNC_DMA_DEDICATED)
		return NNC_ERR_PARAMETER;
	/* Its data must be there, and stay as it is. */
	for (unsigned int i = 0; n->constants && i < NNC_TRANSFERS; i++)
		if (nnc->transfer[i].object == n->constants)
			return NNC_ERR_DENIED;
	return NNC_OK;
}

/* A reserved channel that is idle, one that is free (NULL), or none. */
static enum nnc_status find_vc(struct nnc_call *c, struct nnc_vc **vc,
			       bool *wanted)
{
	const struct nnc_activate *in = c->in;
	uint32_t id = le32toh(in->vc_reservation);
	struct nnc_vc *found = c->m->nnc->vc;
	struct nnc_vc *end = found + AIC100_DBCS;
	bool setup = in->vc_setup;

	*vc = NULL;
	*wanted = id != NNC_VC_SKIP;
	if (id == NNC_VC_SKIP || id == NNC_NONE)
		return setup == *wanted ? NNC_OK : NNC_ERR_PARAMETER;
	while (found < end && !(found->id && found->id == id))
		found++;
	if (found == end || found->user != c->m->user)
		return NNC_ERR_NOT_FOUND;
	if (found->activation)
		return NNC_ERR_DENIED;
	if (aic100_ssr_holds(c->m->a, (unsigned int)(found - c->m->nnc->vc)))
		return NNC_ERR_RESTARTING;
	*vc = found;
	return found->set_up != setup ? NNC_OK : NNC_ERR_VC_SETUP;
}

static enum nnc_status network_create(struct nnc_message *m,
				      struct nnc_activation *n)
{
	struct nnc_object *elf = n->elf, *constants = n->constants;
	char why[160] = "";
	int ret = aic100_network_create(
		m->a, aic100_ddr_at(m->a, elf->address, elf->size), elf->size,
		constants ? aic100_ddr_at(m->a, constants->address,
					  constants->size) :
			    NULL,
		constants ? constants->size : 0, &n->network, why, sizeof(why));

	if (!ret)
		return NNC_OK;
	n->network = NULL;
	aic100_log(m->a, "nnc", "image %u cannot be activated: %s",
		   (unsigned int)elf->id, why);
	return ret == -ENOEXEC ? NNC_ERR_METADATA : NNC_ERR_MEMORY;
}

/* NSPs, memory and, if it has no reserved one, a channel. */
static enum nnc_status take(struct nnc_message *m, struct nnc_activation *n,
			    uint64_t nsps, bool channel)
{
	uint64_t memory = aic100_network_memory(n->network);
	const uint64_t want[NNC_RESOURCES] = {
		[NNC_NSP] = nsps,
		[NNC_MEMORY] = memory,
	};
	const uint64_t want_vc[NNC_RESOURCES] = {
		[NNC_VC] = 1,
		[NNC_SEMAPHORE] = AIC100_SEMS,
	};
	enum nnc_status status = nnc_take(n->pool, want, &n->hold);

	if (status)
		return status;
	n->memory = aic100_ddr_alloc(m->a, memory);
	if (!n->memory)
		return NNC_ERR_MEMORY;
	if (!channel)
		return NNC_OK;
	status = nnc_take_vc(m->a, n->pool, want_vc, &n->vc);
	if (!status)
		n->vc->user = n->user;
	return status;
}

static void activate_answer(struct nnc_call *c, const struct nnc_activation *n)
{
	struct nnc_activated *out = c->out;

	out->activation = htole32(n->id);
	out->vc = htole32(n->vc ? (uint32_t)(n->vc - c->m->nnc->vc) :
				  NNC_VC_SKIP);
	out->ddr_base = htole64(n->memory);
	out->dma_type = htole32(NNC_DMA_SHARED); /* there is one channel */
	out->doorbell_length = NNC_DOORBELL_NONE;
	out->nsp_mask = htole16((uint16_t)n->hold.bits[NNC_NSP]);
}

static void start(struct nnc_message *m, struct nnc_activation *n)
{
	struct aic100_dbc_config config = n->vc->queues;

	config.memory = n->memory;
	config.memory_size = aic100_network_memory(n->network);
	config.network = n->network;
	n->waits = false;
	aic100_dbc_start(m->a, (unsigned int)(n->vc - m->nnc->vc), &config);
}

/* Fills in an entry; the caller drops it where this fails. */
static enum nnc_status activate(struct nnc_call *c, struct nnc_activation *n,
				uint64_t nsps)
{
	const struct nnc_activate *in = c->in;
	struct nnc_vc *reserved;
	enum nnc_status status;
	bool channel;

	status = find_vc(c, &reserved, &channel);
	if (!status)
		status = network_create(c->m, n);
	if (!status)
		status = take(c->m, n, nsps, channel && !reserved);
	if (status)
		return status;
	if (reserved)
		n->vc = reserved;
	if (n->vc)
		n->vc->activation = n;
	n->id = nnc_new_id(c->m->nnc);
	n->answer = c->at;
	n->waits = in->vc_setup;
	activate_answer(c, n);
	if (n->vc && !n->waits)
		start(c->m, n);
	return NNC_OK;
}

enum nnc_status nnc_activate_command(struct nnc_call *c)
{
	struct nnc_activation *n = c->m->nnc->activation;
	struct nnc_activation *end = n + AIC100_NSPS;
	struct nnc_activation new = { .user = c->m->user };
	enum nnc_status status = check(c, &new);
	uint64_t nsps = 0;

	if (!status)
		status = find_pool(c, &new.pool, &nsps);
	if (status)
		return status;
	while (n < end && n->user)
		n++;
	if (n == end)
		return NNC_ERR_NO_NSP;
	*n = new;
	n->pool->activations++;
	n->elf->uses++;
	if (n->constants)
		n->constants->uses++;
	status = activate(c, n, nsps);
	if (status)
		drop_rest(c->m->a, n);
	return status;
}

static void activate_fail(struct nnc_message *m, struct nnc_activation *n,
			  enum nnc_status status)
{
	struct nnc_activated *out = (void *)(m->reply->data + n->answer);
	__le32 type = out->type;

	nnc_activation_drop(m->a, n);
	memset(out, 0, sizeof(*out));
	out->type = type;
	out->status = htole32((uint32_t)status);
}

static enum nnc_status check_queues(const struct nnc_activate_to_device *in)
{
	uint64_t count = le32toh(in->request_count);

	if (le32toh(in->response_count) != count ||
	    count > AIC100_DBC_QUEUE_MAX ||
	    le32toh(in->buf_len) < count * (REQUEST_SIZE + RESPONSE_SIZE) ||
	    le32toh(in->options) & ~OPTION_DEVICE ||
	    le64toh(in->requests) % 4 || le64toh(in->responses) % 4)
		return NNC_ERR_PARAMETER;
	if (le64toh(in->requests) + count * REQUEST_SIZE <
		    le64toh(in->requests) ||
	    le64toh(in->responses) + count * RESPONSE_SIZE <
		    le64toh(in->responses))
		return NNC_ERR_PARAMETER;
	/* A FIFO of one element could never have one in it. */
	return count < 2 ? NNC_ERR_QUEUE_SMALL : NNC_OK;
}

/* The first of this message that waits. */
static struct nnc_activation *find_waiting(struct aic100_nnc *nnc)
{
	struct nnc_activation *first = NULL;

	for (unsigned int i = 0; i < AIC100_NSPS; i++) {
		struct nnc_activation *n = &nnc->activation[i];

		if (n->waits && (!first || n->answer < first->answer))
			first = n;
	}
	return first;
}

void nnc_activate_transaction(struct nnc_message *m,
			      const struct nnc_transaction *t)
{
	const struct nnc_activate_to_device *in = (const void *)t;
	struct nnc_activate_from_device *answer = nnc_reply_add(
		m->reply, NNC_ACTIVATE_FROM_DEVICE, sizeof(*answer));
	struct nnc_activation *n = find_waiting(m->nnc);
	enum nnc_status status = n ? check_queues(in) : NNC_ERR_VC_SETUP;

	if (!answer)
		return; /* nnc_activate_end() sees to the command */
	answer->status = htole32((uint32_t)status);
	if (n && status)
		activate_fail(m, n, status);
	if (status)
		return;
	answer->dbc = htole32((uint32_t)(n->vc - m->nnc->vc));
	n->vc->set_up = true;
	n->vc->queues = (struct aic100_dbc_config){
		.requests = le64toh(in->requests),
		.responses = le64toh(in->responses),
		.count = le32toh(in->request_count),
	};
	start(m, n);
}

void nnc_activate_end(struct nnc_message *m)
{
	struct nnc_activation *n = find_waiting(m->nnc);

	for (; n; n = find_waiting(m->nnc))
		activate_fail(m, n, NNC_ERR_VC_SETUP);
}

/* There is room: nnc_passthrough() has seen to it. */
void nnc_tear_down(struct nnc_message *m, unsigned int dbc)
{
	struct nnc_deactivate_from_device *gone = nnc_reply_add(
		m->reply, NNC_DEACTIVATE_FROM_DEVICE, sizeof(*gone));

	m->nnc->vc[dbc].set_up = false;
	if (gone)
		gone->dbc = htole32(dbc);
}

enum nnc_status nnc_deactivate_command(struct nnc_call *c)
{
	const struct nnc_deactivate *in = c->in;
	struct nnc_message *m = c->m;
	struct nnc_activation *n =
		find(m->nnc, m->user, le32toh(in->activation));
	struct nnc_vc *vc = n ? n->vc : NULL;
	bool gone;

	if (!n)
		return NNC_ERR_NOT_ACTIVE;
	if (le32toh(in->vc_teardown) > 1)
		return NNC_ERR_PARAMETER;
	if (n->waits)
		return NNC_ERR_DENIED;
	gone = vc && (in->vc_teardown || !vc->id);
	nnc_activation_drop(m->a, n);
	if (gone)
		nnc_tear_down(m, (unsigned int)(vc - m->nnc->vc));
	return NNC_OK;
}

enum nnc_status nnc_set_state_command(struct nnc_call *c)
{
	const struct nnc_set_state *in = c->in;
	uint32_t count = le32toh(in->count);

	if (!count || count > NNC_STATE_CHANGES)
		return NNC_ERR_STATE_COUNT;
	for (uint32_t i = 0; i < count; i++) {
		if (!find(c->m->nnc, c->m->user,
			  le32toh(in->change[i].activation)))
			return NNC_ERR_NO_RECORD;
		if (le32toh(in->change[i].state) >= NNC_STATE_INVALID)
			return NNC_ERR_STATE;
	}
	for (uint32_t i = 0; i < count; i++)
		find(c->m->nnc, c->m->user, le32toh(in->change[i].activation))
			->state = le32toh(in->change[i].state);
	return NNC_OK;
}

void aic100_nnc_crashed(struct aic100 *a, unsigned int dbc)
{
	struct nnc_vc *vc = &a->nnc->vc[dbc];

	if (!vc->activation)
		return;
	vc->set_up = false; /* the host drops the channel on its own */
	nnc_activation_drop(a, vc->activation);
	nnc_publish(a);
}
