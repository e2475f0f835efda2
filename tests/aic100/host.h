/* SPDX-License-Identifier: MIT */
/*
 * A small driver of aic100 that plays the host: it boots the card over BHI and
 * Sahara, brings MHI up, and moves packets, right or wrong. One thread. All
 * memory that the device may use comes from one arena.
 *
 * Channels' events are read whenever something is waited for; each completion
 * is kept until host_completion(), host_send() or host_receive() takes it.
 */
#ifndef TESTS_AIC100_HOST_H
#define TESTS_AIC100_HOST_H

#include "aic100/aic100.h"
#include "aic100_fw.h"
#include "aic100_regs.h"
#include "host-base.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_ARENA (64u << 20)
#define HOST_EVENTS 32 /* elements of the event ring */
#define HOST_COMMANDS 128
#define HOST_ELEMENTS 32 /* of a channel, unless said otherwise */
#define HOST_ELEMENTS_MAX 256
#define HOST_COMPLETIONS 512
#define HOST_MS 5000 /* for an answer */

struct host_completion {
	uint32_t index; /* of the element; ~0: outside of the ring */
	uint32_t code; /* enum mhi_event_code */
	uint32_t len;
};

struct host_channel {
	struct mhi_element *ring;
	uint32_t count; /* 0: as HOST_ELEMENTS */
	uint32_t wp;
	uint32_t size; /* of buffers that host_start() posts; 0: 4096 */
	uint32_t posted; /* how many; 0: all but one */
	struct host_completion done[HOST_COMPLETIONS];
	unsigned int head, tail;
};

struct host_image {
	const void *data; /* in the arena; NULL: the host has none */
	uint32_t size;
};

struct host {
	struct host_base base;
	unsigned int bar_mhi, bar_dbc;

	/* As the device left them: 44 bytes each. */
	uint8_t *channels, *event_context, *command_context;
	struct mhi_element *events, *commands;
	uint32_t event_rp, command_wp;
	bool deaf; /* reads no events */
	bool quick; /* host_send() waits for no completion */
	/* What was heard. */
	uint32_t state, ee; /* the last of each; ~0: none */
	unsigned int states, ees, completed; /* how many */
	uint32_t command_code; /* of the last command */

	struct host_channel channel[AIC100_CH_END];
	struct host_image sbl, image[AIC100_FW_IMAGES];
	bool stream; /* gives images in packets of 1000 bytes, not in one */
	char log[4096]; /* lines of the boot loader */
	bool timed; /* it has asked for the time, and has it */
};

/* A device; options end with a NULL name, or are NULL. */
bool host_create(struct host *h, const struct axm_inproc_option *options);
/* The same, in AMSS and M0. */
bool host_open(struct host *h, const struct axm_inproc_option *options);
static inline void host_close(struct host *h)
{
	host_base_close(&h->base);
}

/* Zeroed and allowed, until host_close(). */
static inline void *host_alloc(struct host *h, size_t size, size_t align)
{
	return host_base_alloc(&h->base, size, align);
}

/* Registers, of the BAR of MHI and of the DMA bridge. */
uint32_t host_get32(struct host *h, uint64_t offset);
void host_put32(struct host *h, uint64_t offset, uint32_t value);
/* As the driver does it: two writes, the high half first. */
void host_put64(struct host *h, uint64_t offset, uint64_t value);
uint32_t host_dbc_get(struct host *h, uint64_t offset);
void host_dbc_put(struct host *h, uint64_t offset, uint32_t value);

/* MHISTATUS and BHI. */
uint32_t host_state(struct host *h);
uint32_t host_ee(struct host *h);
bool host_wait_state(struct host *h, uint32_t state);
bool host_wait_ee(struct host *h, uint32_t ee);
bool host_wait_irq(struct host *h, unsigned int vector, unsigned int count);

/* -- boot */

/* An image with its header, and so many bytes more. */
struct host_image host_image(struct host *h, unsigned int number, size_t more);
/* All images of the card. */
void host_images(struct host *h);
/* BHI_STATUS's field, or -1. */
int host_bhi(struct host *h, uint64_t address, uint32_t size);
/* From PBL to AMSS and M0. */
bool host_boot(struct host *h);
/* The boot loader's channels started, its images given; until AMSS. False
 * also when the card ends that with an image that it calls broken. */
bool host_sahara(struct host *h);
/* A packet of Sahara with two words. */
bool host_sahara_say(struct host *h, uint32_t command, uint32_t length,
		     uint32_t word0, uint32_t word1);

/* -- MHI */

/* Fresh contexts and rings, their registers written; no state asked for. */
void host_contexts(struct host *h);
/* The same, then M0 and its two events. */
bool host_mhi(struct host *h);
/* MHICTRL's state. */
void host_control(struct host *h, uint32_t state);
/* True when the bit has cleared. */
bool host_reset(struct host *h);

uint8_t *host_context(struct host *h, unsigned int channel);
void host_context_put32(uint8_t *context, unsigned int at, uint32_t value);
void host_context_put64(uint8_t *context, unsigned int at, uint64_t value);
uint32_t host_context_get32(const uint8_t *context, unsigned int at);

/* A fresh context and ring of a channel, as before its start. */
void host_prepare(struct host *h, unsigned int channel);
/* Queues a command, rings. MHI_CODE_*, or -1 without an answer. */
void host_command_post(struct host *h, uint32_t type, unsigned int channel);
int host_command(struct host *h, uint32_t type, unsigned int channel);
/* Prepared, started, and with buffers if it is one to the host. */
bool host_start(struct host *h, unsigned int channel);
/* Both of a pair, by the even number. */
bool host_start_pair(struct host *h, unsigned int channel);

/* An element, MHI_TRE_* in flags; its index. The doorbell is another call. */
uint32_t host_post(struct host *h, unsigned int channel, const void *data,
		   uint32_t len, uint32_t flags);
void host_ring(struct host *h, unsigned int channel);
/* The next completion of a channel; false: none in that time. */
bool host_completion(struct host *h, unsigned int channel, unsigned int ms,
		     struct host_completion *out);
/* A packet from the arena, in pieces of up to 64 KiB; until it is completed. */
bool host_send(struct host *h, unsigned int channel, const void *data,
	       size_t len);
/* A packet copied from one posted buffer, which is posted again; its length,
 * or -1. */
int host_receive(struct host *h, unsigned int channel, void *data, size_t size,
		 unsigned int ms);
/* Reads the events that are there. */
void host_poll(struct host *h);

#endif
