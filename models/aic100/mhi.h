/* SPDX-License-Identifier: MIT */
/*
 * MHI inside: registers, rings, channels. Threads and locks: core.h. What is
 * marked QSM belongs to its worker, and to a reset of the function, which
 * comes when no job runs.
 */
#ifndef AIC100_MHI_H
#define AIC100_MHI_H

#include "core.h"

#define MHI_RING_MAX 4096u /* elements of any ring */
#define MHI_EVENTS_MAX (2 * MHI_RING_MAX)
#define MHI_QUEUE_PACKETS 16u
#define MHI_QUEUE_BYTES (1u << 20)
#define MHI_TURN 8u /* packets of a channel before the next has its turn */
#define MHI_REGS (AIC100_REG_SOC_RESET / 4)

/* What a register write leaves to the QSM. */
#define MHI_TODO_RESET 0x1u
#define MHI_TODO_SOC_RESET 0x2u
#define MHI_TODO_SYS_ERR 0x4u
#define MHI_TODO_STATE 0x8u
#define MHI_TODO_COMMAND 0x10u
#define MHI_TODO_EVENT 0x20u

/* A ring in the host's memory; positions are numbers of elements. */
struct mhi_ring {
	uint64_t context; /* address */
	uint64_t base;
	uint32_t count; /* 0: there is none */
	uint32_t rp, wp;
};

struct mhi_packet {
	struct mhi_packet *next;
	size_t len, done;
	uint8_t data[];
};

/* One direction. All QSM. */
struct mhi_channel {
	struct mhi_ring ring;
	bool running;
	bool blocked; /* to the device: not before aic100_mhi_again() */
	bool starved; /* to the host: somebody waits for room(), and */
	bool roomy; /* gets it next */
	/* To the device: a chain that is found, or what is known of it. */
	bool found;
	uint32_t scan;
	size_t scanned;
	/* To the host: what found no buffer yet. */
	struct mhi_packet *head, **tail;
	unsigned int packets;
	size_t bytes;
};

struct mhi_event {
	struct mhi_element e;
	bool quiet; /* without an interrupt */
};

/* What happened since the QSM looked last. */
struct mhi_work {
	uint32_t todo; /* MHI_TODO_* */
	uint32_t wanted; /* the state that the host wrote last */
	uint32_t rung; /* bit: a channel's doorbell */
	uint64_t chdb[AIC100_CH_END];
	uint64_t crdb, erdb;
};

struct aic100_mhi {
	struct aic100 *a;
	struct axm_job job;

	/* Device lock. */
	uint32_t reg[MHI_REGS]; /* of those that only store */
	uint32_t ctrl;
	uint32_t chdb_high[AIC100_CH_END], erdb_high;
	struct mhi_work work;
	uint64_t epoch; /* of QTIMER */

	/* Written by the QSM under the device lock. */
	enum mhi_state state;
	atomic_int ee; /* enum aic100_ee */
	/* No ring is looked at any more; set under the device lock. */
	atomic_bool failed;

	/* QSM. */
	uint64_t channels; /* address of the contexts */
	struct mhi_ring command, event;
	uint32_t vector; /* of the event ring */
	bool interrupt; /* is due */
	bool more; /* a channel has more to do */
	struct mhi_event *events; /* MHI_EVENTS_MAX */
	uint32_t events_at, events_count;
	struct mhi_channel channel[AIC100_CH_END];
	struct mhi_element *chain; /* MHI_RING_MAX */
	uint8_t *packet; /* SAHARA_PACKET_MAX, the largest of any channel */
	enum aic100_ee told; /* the host */
};

/* -- mhi.c */

/* Rings may be used: M0, no error. QSM. */
bool aic100_mhi_active(const struct aic100_mhi *m);
/* As aic100_mhi_sys_err(), with the device lock. */
void aic100_mhi_fail(struct aic100_mhi *m, const char *reason);
/* What DMA said was none of a reset's doing: SYS_ERR. */
void aic100_mhi_dma_failed(struct aic100_mhi *m, const char *what, int error);

/* -- mhi-ring.c; QSM */

/* Reads a ring's context of MHI_CONTEXT_SIZE. False: SYS_ERR, or a reset. */
bool aic100_mhi_context(struct aic100_mhi *m, uint64_t at, const char *what,
			uint8_t *context);
bool aic100_mhi_ring_open(struct aic100_mhi *m, struct mhi_ring *ring,
			  uint64_t at, const uint8_t *context,
			  const char *what);
/* A doorbell's value; outside of the ring: SYS_ERR. */
bool aic100_mhi_ring_move(struct aic100_mhi *m, struct mhi_ring *ring,
			  uint64_t value, const char *what);
bool aic100_mhi_ring_read(struct aic100_mhi *m, const struct mhi_ring *ring,
			  uint32_t at, struct mhi_element *e);
uint64_t aic100_mhi_ring_address(const struct mhi_ring *ring, uint32_t at);
static inline uint32_t aic100_mhi_ring_next(const struct mhi_ring *ring,
					    uint32_t at)
{
	return at + 1 == ring->count ? 0 : at + 1;
}

void aic100_mhi_event(struct aic100_mhi *m, uint64_t ptr, uint32_t d0,
		      uint32_t d1, bool quiet);
/* Puts what waits into the ring, as long as it has room. */
void aic100_mhi_events(struct aic100_mhi *m);
/* None waits: more may be begun. */
bool aic100_mhi_events_out(const struct aic100_mhi *m);
void aic100_mhi_interrupt(struct aic100_mhi *m);

/* -- mhi-command.c; QSM */

/* Contexts at the first M0. False: SYS_ERR, or a reset. */
bool aic100_mhi_open(struct aic100_mhi *m);
void aic100_mhi_commands(struct aic100_mhi *m);
/* The protocol of a channel, if it is one of this EE. */
const struct aic100_channel_ops *aic100_mhi_ops(struct aic100_mhi *m,
						unsigned int channel);
/* Of the EE that is left, or all. */
void aic100_mhi_stop_channels(struct aic100_mhi *m, bool all);

/* -- mhi-channel.c; QSM */

void aic100_mhi_transfer(struct aic100_mhi *m, unsigned int channel);
void aic100_mhi_forget(struct mhi_channel *ch);

#endif
