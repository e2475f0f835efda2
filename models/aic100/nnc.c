// SPDX-License-Identifier: MIT
/*
 * Neural network control: messages from the host, answered one after the other.
 * A message is a header and transactions; what they ask for is in the table
 * below. A message that breaks the protocol is a SYS_ERR, and nothing of it is
 * done: all of it is checked first. What a user can put into one (commands,
 * sizes of memory, wrong numbers) is answered with a status instead.
 *
 * One case is between the two. Linux's driver lets a user say how long his
 * STATUS transaction is, adds that to the message's length, and sends eight
 * bytes. So a message that is shorter than it says is answered with a failed
 * STATUS, lest any user could bring the card down.
 */
#include "nnc.h"

#include "common/crc32.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int aic100_nnc_init(struct aic100 *a)
{
	a->nnc = calloc(1, sizeof(*a->nnc));
	if (!a->nnc)
		return -ENOMEM;
	nnc_card_init(a);
	return 0;
}

/* The DMA bridge is reset besides: nothing of it runs and none is stopped. */
static void forget(struct aic100 *a)
{
	struct aic100_nnc *nnc = a->nnc;

	for (unsigned int i = 0; i < AIC100_NSPS; i++)
		if (nnc->activation[i].network)
			aic100_network_destroy(nnc->activation[i].network);
	for (unsigned int i = 0; i < NNC_TRANSFERS; i++)
		free(nnc->transfer[i].reply);
	memset(nnc, 0, sizeof(*nnc));
}

void aic100_nnc_fini(struct aic100 *a)
{
	if (!a->nnc)
		return;
	forget(a);
	free(a->nnc);
	a->nnc = NULL;
}

/* The memory goes with ddr's own reset. */
void aic100_nnc_reset(struct aic100 *a)
{
	forget(a);
	nnc_card_init(a);
}

void aic100_nnc_usage(struct aic100 *a, struct aic100_usage *out)
{
	*out = a->nnc->usage;
}

static bool id_used(const struct aic100_nnc *nnc, uint32_t id)
{
	for (unsigned int i = 0; i < AIC100_OBJECTS; i++)
		if (nnc->object[i].id == id)
			return true;
	for (unsigned int i = 0; i < AIC100_NSPS; i++)
		if (nnc->activation[i].id == id)
			return true;
	for (unsigned int i = 0; i < AIC100_DBCS; i++)
		if (nnc->vc[i].id == id)
			return true;
	for (unsigned int i = 0; i <= NNC_POOLS; i++)
		if (nnc->pool[i].id == id)
			return true;
	return false;
}

/* Of everything that has one, so that a number is never of the wrong kind. */
uint32_t nnc_new_id(struct aic100_nnc *nnc)
{
	do
		nnc->last_id++;
	while (nnc->last_id == 0 || nnc->last_id == NNC_NONE ||
	       nnc->last_id == NNC_VC_SKIP || id_used(nnc, nnc->last_id));
	return nnc->last_id;
}

bool nnc_reply_room(const struct nnc_reply *reply, size_t size)
{
	return size <= sizeof(reply->data) - reply->len;
}

void *nnc_reply_add(struct nnc_reply *reply, uint32_t type, size_t size)
{
	struct nnc_transaction *t = (void *)(reply->data + reply->len);

	if (!nnc_reply_room(reply, size))
		return NULL;
	memset(t, 0, size);
	t->type = htole32(type);
	t->len = htole32((uint32_t)size);
	reply->len += (uint32_t)size;
	reply->count++;
	return t;
}

static void reply_begin(struct nnc_reply *reply)
{
	memset(reply->data, 0, sizeof(struct nnc_header));
	reply->len = sizeof(struct nnc_header);
	reply->count = 0;
}

static void status_answer(struct aic100 *a, struct nnc_reply *reply,
			  enum nnc_status status)
{
	struct nnc_status_from_device *answer =
		nnc_reply_add(reply, NNC_STATUS_FROM_DEVICE, sizeof(*answer));

	if (!answer)
		return;
	answer->major = htole16(NNC_MAJOR);
	answer->minor = htole16(NNC_MINOR);
	answer->status = htole32((uint32_t)status);
	answer->flags = htole64(a->crc ? NNC_STATUS_CRC : 0);
}

static void status(struct nnc_message *m, const struct nnc_transaction *t)
{
	status_answer(m->a, m->reply, NNC_OK);
}

/* The user is gone whether or not there is room to say so. */
static void terminate(struct nnc_message *m, const struct nnc_transaction *t)
{
	const struct nnc_word *word = (const void *)t;
	uint32_t user = nnc_user(word->value);
	bool denied = !user || m->user != user;
	struct nnc_word *answer = nnc_reply_add(
		m->reply, NNC_TERMINATE_FROM_DEVICE, sizeof(*answer));

	if (!denied)
		nnc_terminate(m->a, user);
	if (answer)
		answer->value =
			htole32((uint32_t)(denied ? NNC_ERR_DENIED : NNC_OK));
}

/* The card is not divided. */
static void validate(struct nnc_message *m, const struct nnc_transaction *t)
{
	const struct nnc_word *word = (const void *)t;
	bool whole = le32toh(word->value) == NNC_NONE;
	struct nnc_word *answer = nnc_reply_add(
		m->reply, NNC_VALIDATE_FROM_DEVICE, sizeof(*answer));

	if (answer)
		answer->value =
			htole32((uint32_t)(whole ? NNC_OK : NNC_ERR_NOT_FOUND));
}

static const struct transaction {
	uint32_t least, most; /* bytes */
	void (*run)(struct nnc_message *m, const struct nnc_transaction *t);
} transactions[] = {
	[NNC_PASSTHROUGH_TO_DEVICE] = { 8, NNC_TO_DEVICE_MAX, nnc_passthrough },
	[NNC_DMA_XFER] = { 24, NNC_TO_DEVICE_MAX, nnc_dma_xfer },
	[NNC_ACTIVATE_TO_DEVICE] = { 40, 40, nnc_activate_transaction },
	[NNC_STATUS_TO_DEVICE] = { 8, 8, status },
	[NNC_TERMINATE_TO_DEVICE] = { 16, 16, terminate },
	[NNC_VALIDATE_TO_DEVICE] = { 16, 16, validate },
};

static const struct transaction *find(const struct nnc_transaction *t)
{
	uint32_t type = le32toh(t->type);

	if (type >= sizeof(transactions) / sizeof(transactions[0]))
		return NULL;
	return transactions[type].run ? &transactions[type] : NULL;
}

static const char *check_transaction(const struct nnc_transaction *t,
				     size_t left)
{
	const struct transaction *kind = find(t);
	uint32_t len = le32toh(t->len);

	if (!kind)
		return "a transaction of no known type";
	if (len % 8 || len < kind->least || len > kind->most || len > left)
		return "a transaction of the wrong length";
	if (le32toh(t->type) == NNC_DMA_XFER &&
	    (len - sizeof(struct nnc_dma_xfer)) / sizeof(struct nnc_segment) !=
		    le32toh(((const struct nnc_dma_xfer *)t)->count))
		return "a DMA transfer whose count is not its length";
	return NULL;
}

static const char *check_transactions(const uint8_t *message, size_t len)
{
	const struct nnc_header *header = (const void *)message;
	size_t at = sizeof(*header);

	for (uint32_t i = le32toh(header->count); i; i--) {
		const struct nnc_transaction *t = (const void *)(message + at);
		const char *why = "fewer transactions than it says";

		if (len - at >= sizeof(*t))
			why = check_transaction(t, len - at);
		if (why)
			return why;
		at += le32toh(t->len);
	}
	return at == len ? NULL : "bytes behind its transactions";
}

static bool crc_right(const uint8_t *message, size_t len)
{
	static const uint8_t zero[4];
	const struct nnc_header *header = (const void *)message;
	uint32_t crc = axm_crc32(0, zero, sizeof(zero));

	crc = axm_crc32(crc, message + sizeof(zero), len - sizeof(zero));
	return crc == le32toh(header->crc32);
}

/* NULL, or what is wrong with the header. */
static const char *check_header(struct aic100 *a, const uint8_t *message,
				size_t len)
{
	const struct nnc_header *header = (const void *)message;
	uint32_t partition = le32toh(header->partition);

	if (le32toh(header->magic) != NNC_MAGIC)
		return "the wrong magic";
	if (a->crc && !crc_right(message, len))
		return "a wrong CRC";
	/* Linux has 0 there when it terminates a user. */
	if (header->reserved || (partition && partition != NNC_NONE))
		return "a partition or reserved bits";
	if (le32toh(header->len) < len || le32toh(header->len) % 8)
		return "the wrong length";
	return NULL;
}

/* Sends the reply, or keeps it until there is room. */
static void send_reply(struct aic100 *a)
{
	struct nnc_reply *reply = &a->nnc->reply;

	a->nnc->unsent = aic100_mhi_send(a, AIC100_CH_CONTROL + 1, reply->data,
					 reply->len) == -ENOBUFS;
}

static void answer(struct aic100 *a)
{
	const struct nnc_header *asked = (const void *)a->nnc->message;
	struct nnc_reply *reply = &a->nnc->reply;
	struct nnc_header *header = (void *)reply->data;

	*header = (struct nnc_header){
		.magic = htole32(NNC_MAGIC),
		.sequence = asked->sequence,
		.len = htole32(reply->len),
		.count = htole32(reply->count),
		.handle = asked->handle,
		.partition = asked->partition,
	};
	if (a->crc)
		header->crc32 = htole32(axm_crc32(0, reply->data, reply->len));
	if (aic100_fault_count(&a->faults.no_reply))
		return;
	aic100_note_nnc(a, false, reply->data, reply->len);
	send_reply(a);
}

static int run_transactions(struct aic100 *a, size_t len)
{
	const uint8_t *message = a->nnc->message;
	const struct nnc_header *header = (const void *)message;
	struct nnc_message m = {
		.a = a,
		.nnc = a->nnc,
		.user = nnc_user(header->handle),
		.reply = &a->nnc->reply,
		.alone = le32toh(header->count) == 1,
	};

	for (size_t at = sizeof(*header); at < len && !m.error;) {
		const struct nnc_transaction *t = (const void *)(message + at);

		find(t)->run(&m, t);
		at += le32toh(t->len);
	}
	nnc_activate_end(&m);
	nnc_load_end(&m);
	return m.error;
}

static int receive(struct aic100 *a, const void *data, size_t len)
{
	struct aic100_nnc *nnc = a->nnc;
	const struct nnc_header *header = (const void *)nnc->message;
	const char *why;
	int ret;

	if (nnc->unsent)
		return -EAGAIN;
	if (len < sizeof(*header) || len > sizeof(nnc->message)) {
		aic100_log(a, "nnc", "a message of %zu bytes", len);
		return -EPROTO;
	}
	memcpy(nnc->message, data, len);
	aic100_note_nnc(a, true, nnc->message, len);
	reply_begin(&nnc->reply);
	why = check_header(a, nnc->message, len);
	if (!why && le32toh(header->len) > len) {
		status_answer(a, &nnc->reply, NNC_ERR_LENGTH);
		answer(a);
		return 0;
	}
	if (!why)
		why = check_transactions(nnc->message, len);
	if (why) {
		aic100_log(a, "nnc", "a message has %s", why);
		return -EPROTO;
	}
	ret = run_transactions(a, len);
	nnc_publish(a);
	if (!ret)
		answer(a);
	return 0;
}

static void room(struct aic100 *a)
{
	if (!a->nnc->unsent)
		return;
	send_reply(a);
	if (!a->nnc->unsent)
		aic100_mhi_again(a, AIC100_CH_CONTROL);
}

/*
 * A driver that comes begins with nothing: it numbers its users from one
 * again, and what the one before it left behind must not become theirs.
 */
static void changed(struct aic100 *a, unsigned int channel, bool running)
{
	a->nnc->unsent = false;
	if (running)
		return;
	nnc_drop_all(a);
	nnc_publish(a);
}

const struct aic100_channel_ops aic100_control_channel = {
	.name = "control",
	.ee = AIC100_EE_AMSS,
	.receive = receive,
	.changed = changed,
	.room = room,
};
