/* SPDX-License-Identifier: MIT */
/*
 * A card that has nothing but the DMA bridge and its networks: what they ask
 * of the other parts is played here. And the host of such a card: the FIFOs of
 * its channels, which it uses as a driver would. The test itself is the QSM.
 */
#ifndef TESTS_AIC100_CARD_H
#define TESTS_AIC100_CARD_H

#include "aic100/core.h"
#include "aic100/dbc.h"
#include "host-base.h"

#define CARD_ARENA (24u << 20) /* of the host */
#define CARD_SLICE (4u << 20) /* of each channel's workload */

struct card {
	struct axm_device_ops ops;
	struct host_base base;
	struct aic100 *a;
	uint8_t *ddr; /* AIC100_DBCS slices */
	atomic_uint sys_errs;
};

bool card_open(struct card *card);
void card_close(struct card *card);
/* Zeroed and allowed, until card_close(); aligned to 4 KiB. */
void *card_alloc(struct card *card, size_t size);
uint64_t card_now_ms(void);
void card_sleep_ms(unsigned int ms);

struct fifo {
	struct card *card;
	unsigned int dbc;
	uint32_t count;
	struct aic100_request *requests;
	struct aic100_response *responses;
	uint32_t tail, head; /* REQTP as it will be, RSPHP */
	uint64_t memory; /* of its workload, where the card has it */
	uint8_t *at; /* and where this process has it */
};

/* Starts the channel; the network may be NULL. */
void fifo_open(struct fifo *f, struct card *card, unsigned int dbc,
	       uint32_t count, struct aic100_network *network);
uint32_t fifo_get(struct fifo *f, uint64_t reg);
void fifo_set(struct fifo *f, uint64_t reg, uint32_t value);
/* Into the next place; false: the FIFO is full. Rung separately. */
bool fifo_put(struct fifo *f, const struct aic100_request *r);
void fifo_ring(struct fifo *f);
/* Put and rung. */
bool fifo_send(struct fifo *f, const struct aic100_request *r);
/* Until so many responses are there that were not taken. */
bool fifo_wait(struct fifo *f, uint32_t n, unsigned int ms);
/* Takes one: true if it is of this id and status. */
bool fifo_take(struct fifo *f, uint16_t id, uint16_t status);
/* No response comes within so many ms. */
bool fifo_silent(struct fifo *f, unsigned int ms);

/* Requests with a completion. */
struct aic100_request request_none(uint16_t id);
struct aic100_request request_in(struct fifo *f, uint16_t id, const void *from,
				 uint64_t offset, uint32_t len);
struct aic100_request request_out(struct fifo *f, uint16_t id, void *to,
				  uint64_t offset, uint32_t len);
__le32 sem_before(enum aic100_sem_cmd cmd, unsigned int sem,
		  unsigned int value);
__le32 sem_after(enum aic100_sem_cmd cmd, unsigned int sem, unsigned int value);

#endif
