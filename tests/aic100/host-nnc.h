/* SPDX-License-Identifier: MIT */
/* The host's side of neural network control: a message, and its reply. */
#ifndef TESTS_AIC100_HOST_NNC_H
#define TESTS_AIC100_HOST_NNC_H

#include "aic100_nnc.h"
#include "host.h"

#define TALK_TAG 100
#define TALK_QUEUE 64 /* elements */
#define TALK_NO_STATUS 1 /* no answer of that kind */

struct talk {
	struct host *h;
	uint8_t *message; /* in the arena */
	uint32_t len, count, user, sequence;
	uint8_t *queues; /* in the arena */
	bool plain; /* without CRC */
	_Alignas(8) uint8_t reply[NNC_TO_HOST_MAX];
	int reply_len; /* -1: none, or a wrong one */
};

/* A card in AMSS with the control channel; options as host_create()'s. */
bool talk_open(struct talk *t, struct host *h,
	       const struct axm_inproc_option *options);
void talk_begin(struct talk *t, uint32_t user);
/* A transaction of so many bytes with its header. */
void *talk_add(struct talk *t, uint32_t type, uint32_t size);
/* A command; as the vendor's library does it, with eight bytes behind. */
void *talk_command(struct talk *t, uint32_t command, uint32_t size);
void talk_dma(struct talk *t, uint32_t tag, uint32_t chunk, const void *data,
	      uint64_t size);
struct nnc_activate_to_device *talk_queues(struct talk *t, uint32_t count);
/* Header and CRC. */
void talk_seal(struct talk *t);
/* Sends what is there and waits; true: there is a reply and it is right. */
bool talk_exchange(struct talk *t);
/* The same for a message as it is. */
bool talk_send(struct talk *t);
/* A transaction of the reply by its place, if it is of that type; or NULL. */
const void *talk_reply(const struct talk *t, unsigned int place, uint32_t type);
uint32_t talk_replies(const struct talk *t); /* how many */
/* The answer of a command by its place, if it has that type; or NULL. */
const void *talk_answer(const struct talk *t, unsigned int place,
			uint32_t command);

/* Whole commands; the card's status, or TALK_NO_STATUS. */
int talk_load(struct talk *t, uint32_t user, uint32_t command, const void *data,
	      uint64_t size, uint32_t *id);
int talk_release(struct talk *t, uint32_t user, uint32_t command, uint32_t id);
/* With what *in says; the transaction comes too where vc_setup is 1. */
int talk_activate(struct talk *t, uint32_t user, const struct nnc_activate *in,
		  struct nnc_activated *out);
/* The same of an image alone. */
int talk_start(struct talk *t, uint32_t user, uint32_t elf,
	       struct nnc_activated *out);
int talk_deactivate(struct talk *t, uint32_t user, uint32_t id, uint32_t down);
bool talk_terminate(struct talk *t, uint32_t user);
/* A line of the command "usage". */
unsigned long long talk_usage(struct talk *t, const char *name);
bool talk_nothing_used(struct talk *t);

#endif
