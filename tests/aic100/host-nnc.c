// SPDX-License-Identifier: MIT
#include "host-nnc.h"

#include "common/crc32.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool talk_open(struct talk *t, struct host *h,
	       const struct axm_inproc_option *options)
{
	memset(t, 0, sizeof(*t));
	t->h = h;
	if (!host_open(h, options) || !host_start_pair(h, AIC100_CH_CONTROL))
		return false;
	t->message = host_alloc(h, NNC_TO_DEVICE_MAX, 4096);
	t->queues = host_alloc(h, 8192, 4096);
	return true;
}

void talk_begin(struct talk *t, uint32_t user)
{
	memset(t->message, 0, sizeof(struct nnc_header));
	t->len = sizeof(struct nnc_header);
	t->count = 0;
	t->user = user;
}

void *talk_add(struct talk *t, uint32_t type, uint32_t size)
{
	struct nnc_transaction *at = (void *)(t->message + t->len);

	memset(at, 0, size);
	at->type = htole32(type);
	at->len = htole32(size);
	t->len += size;
	t->count++;
	return at;
}

void *talk_command(struct talk *t, uint32_t command, uint32_t size)
{
	struct nnc_transaction *at =
		talk_add(t, NNC_PASSTHROUGH_TO_DEVICE,
			 sizeof(*at) + size + NNC_COMMAND_SLACK);
	__le32 *type = (void *)(at + 1);

	*type = htole32(command);
	return type;
}

void talk_dma(struct talk *t, uint32_t tag, uint32_t chunk, const void *data,
	      uint64_t size)
{
	struct nnc_dma_xfer *x =
		talk_add(t, NNC_DMA_XFER, sizeof(*x) + sizeof(x->segment[0]));

	x->tag = htole32(tag);
	x->count = htole32(1);
	x->chunk = htole32(chunk);
	x->segment[0].addr = htole64(host_address(data));
	x->segment[0].size = htole64(size);
}

struct nnc_activate_to_device *talk_queues(struct talk *t, uint32_t count)
{
	struct nnc_activate_to_device *at =
		talk_add(t, NNC_ACTIVATE_TO_DEVICE, sizeof(*at));

	at->requests = htole64(host_address(t->queues));
	at->responses = htole64(host_address(t->queues + 4096));
	at->request_count = at->response_count = htole32(count);
	at->buf_len = htole32(8192);
	return at;
}

void talk_seal(struct talk *t)
{
	struct nnc_header *header = (void *)t->message;

	*header = (struct nnc_header){
		.magic = htole32(NNC_MAGIC),
		.sequence = htole32(++t->sequence),
		.len = htole32(t->len),
		.count = htole32(t->count),
		.handle = htole32(t->user),
		.partition = htole32(NNC_NONE),
	};
	if (!t->plain)
		header->crc32 = htole32(axm_crc32(0, t->message, t->len));
}

static bool reply_right(struct talk *t)
{
	struct nnc_header *header = (void *)t->reply;
	uint32_t crc = le32toh(header->crc32);

	if (t->reply_len < (int)sizeof(*header) ||
	    le32toh(header->len) != (uint32_t)t->reply_len ||
	    le32toh(header->magic) != NNC_MAGIC ||
	    le32toh(header->sequence) != t->sequence)
		return false;
	header->crc32 = 0;
	return crc ==
	       (t->plain ? 0 : axm_crc32(0, t->reply, (size_t)t->reply_len));
}

bool talk_send(struct talk *t)
{
	t->reply_len = -1;
	if (!host_send(t->h, AIC100_CH_CONTROL, t->message, t->len))
		return false;
	t->reply_len = host_receive(t->h, AIC100_CH_CONTROL + 1, t->reply,
				    sizeof(t->reply), HOST_MS);
	if (!reply_right(t))
		t->reply_len = -1;
	return t->reply_len > 0;
}

bool talk_exchange(struct talk *t)
{
	talk_seal(t);
	return talk_send(t);
}

uint32_t talk_replies(const struct talk *t)
{
	const struct nnc_header *header = (const void *)t->reply;

	return t->reply_len > 0 ? le32toh(header->count) : ~0u;
}

const void *talk_reply(const struct talk *t, unsigned int place, uint32_t type)
{
	size_t at = sizeof(struct nnc_header);
	const struct nnc_transaction *x = (const void *)(t->reply + at);

	if (t->reply_len < 0 || place >= talk_replies(t))
		return NULL;
	while (place--) {
		at += le32toh(x->len);
		x = (const void *)(t->reply + at);
	}
	return le32toh(x->type) == type ? x : NULL;
}

const void *talk_answer(const struct talk *t, unsigned int place,
			uint32_t command)
{
	const struct nnc_transaction *x =
		talk_reply(t, place, NNC_PASSTHROUGH_FROM_DEVICE);
	const __le32 *type = (const void *)(x + 1);

	return x && le32toh(*type) == command ? type : NULL;
}

int talk_load(struct talk *t, uint32_t user, uint32_t command, const void *data,
	      uint64_t size, uint32_t *id)
{
	const struct nnc_loaded *answer;

	talk_begin(t, user);
	if (command == NNC_CMD_LOAD_ELF) {
		struct nnc_load_elf *in = talk_command(t, command, sizeof(*in));

		in->tag = htole32(TALK_TAG);
		in->data_length = htole64(size);
	} else {
		struct nnc_load_constants *in =
			talk_command(t, command, sizeof(*in));

		in->tag = htole32(TALK_TAG);
		in->data_length = htole64(size);
	}
	talk_dma(t, TALK_TAG, 0, data, size);
	talk_exchange(t);
	answer = talk_answer(t, 0, NNC_RESPONSE(command));
	if (!answer || talk_replies(t) != 1)
		return TALK_NO_STATUS;
	*id = le32toh(answer->id);
	return (int)le32toh(answer->status);
}

static int done_status(struct talk *t, uint32_t command)
{
	const struct nnc_done *answer;

	talk_exchange(t);
	answer = talk_answer(t, 0, NNC_RESPONSE(command));
	return answer ? (int)le32toh(answer->status) : TALK_NO_STATUS;
}

int talk_release(struct talk *t, uint32_t user, uint32_t command, uint32_t id)
{
	struct nnc_release *in;

	talk_begin(t, user);
	in = talk_command(t, command, sizeof(*in));
	in->id = htole32(id);
	return done_status(t, command);
}

int talk_activate(struct talk *t, uint32_t user, const struct nnc_activate *in,
		  struct nnc_activated *out)
{
	const struct nnc_activated *answer;

	talk_begin(t, user);
	memcpy(talk_command(t, NNC_CMD_ACTIVATE, sizeof(*in)), in, sizeof(*in));
	if (in->vc_setup)
		talk_queues(t, TALK_QUEUE);
	talk_exchange(t);
	answer = talk_answer(t, 0, NNC_RESPONSE(NNC_CMD_ACTIVATE));
	if (!answer)
		return TALK_NO_STATUS;
	*out = *answer;
	return (int)le32toh(answer->status);
}

int talk_start(struct talk *t, uint32_t user, uint32_t elf,
	       struct nnc_activated *out)
{
	struct nnc_activate in = {
		.type = htole32(NNC_CMD_ACTIVATE),
		.elf = htole32(elf),
		.reservation = htole32(NNC_NONE),
		.vc_setup = htole32(1),
		.vc_reservation = htole32(NNC_NONE),
		.state = htole32(NNC_STATE_READY),
	};

	return talk_activate(t, user, &in, out);
}

int talk_deactivate(struct talk *t, uint32_t user, uint32_t id, uint32_t down)
{
	struct nnc_deactivate *in;

	talk_begin(t, user);
	in = talk_command(t, NNC_CMD_DEACTIVATE, sizeof(*in));
	in->activation = htole32(id);
	in->vc_teardown = htole32(down);
	return done_status(t, NNC_CMD_DEACTIVATE);
}

bool talk_terminate(struct talk *t, uint32_t user)
{
	const struct nnc_word *answer;
	struct nnc_word *in;

	talk_begin(t, user);
	in = talk_add(t, NNC_TERMINATE_TO_DEVICE, sizeof(*in));
	in->value = htole32(user);
	talk_exchange(t);
	answer = talk_reply(t, 0, NNC_TERMINATE_FROM_DEVICE);
	return answer && !answer->value;
}

unsigned long long talk_usage(struct talk *t, const char *name)
{
	char text[512] = "\n";
	char line[32];
	const char *at;

	host_base_command(&t->h->base, "usage", text + 1, sizeof(text) - 1);
	snprintf(line, sizeof(line), "\n%s ", name);
	at = strstr(text, line);
	return at ? strtoull(at + strlen(line), NULL, 10) : ~0ull;
}

bool talk_nothing_used(struct talk *t)
{
	static const char *const names[] = {
		"users", "constants",  "elfs",	       "activations", "nsps",
		"dbcs",	 "semaphores", "reservations", "ddr",
	};
	bool nothing = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned long long n = talk_usage(t, names[i]);

		if (n)
			printf("# %s: %llu\n", names[i], n);
		nothing &= !n;
	}
	return nothing;
}
