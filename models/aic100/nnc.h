/* SPDX-License-Identifier: MIT */
/*
 * Neural network control, among its files: nnc.c (messages), nnc-command.c
 * (the table of commands), nnc-load.c (images, constants and their DMA),
 * nnc-activate.c, nnc-reserve.c (pools, groups, channels), nnc-info.c,
 * nnc-user.c (who goes, what is held).
 *
 * All of it belongs to the QSM's worker and has no lock, but for what says so.
 * Every table is of a fixed size; an entry with id 0 is free.
 */
#ifndef AIC100_NNC_PART_H
#define AIC100_NNC_PART_H

#include "core.h"

#define NNC_POOLS 64 /* groups and reservations of activations */
#define NNC_TRANSFERS 64 /* loads whose data has not come */
#define NNC_LOAD_CHUNK (1u << 20) /* of one DMA read */

enum nnc_resource {
	NNC_NSP,
	NNC_VC,
	NNC_SEMAPHORE,
	NNC_MEMORY, /* bytes */
	NNC_RESOURCES,
};

struct nnc_pool;

/*
 * A user inside of the card: the driver counts handles from 0 on, and 0 is
 * nobody here. So the last handle cannot have anything.
 */
static inline uint32_t nnc_user(__le32 handle)
{
	return le32toh(handle) + 1;
}

/* What was taken out of pools; goes back there whole. */
struct nnc_hold {
	uint64_t amount[NNC_RESOURCES];
	uint32_t bits[NNC_VC + 1]; /* which NSPs, which channels */
	struct nnc_pool *from[NNC_RESOURCES];
};

/*
 * A group or a reservation; the first is the card. What a pool has none of
 * is taken where the pool itself was taken.
 */
struct nnc_pool {
	uint32_t id, user;
	bool group;
	struct nnc_pool *parent; /* NULL: the card */
	struct nnc_hold all; /* taken from the parent */
	uint64_t free[NNC_RESOURCES];
	uint32_t free_bits[NNC_VC + 1];
	unsigned int children; /* pools taken out of it */
	unsigned int activations; /* that name it */
};

/* Constants or an image, in DDR. */
struct nnc_object {
	uint32_t id, user;
	bool elf;
	bool ready; /* its load has ended */
	unsigned int uses; /* activations, and transfers into it */
	uint64_t address, size;
	struct nnc_hold hold;
};

struct nnc_activation;

/* A DMA bridge channel by its number; free without user. */
struct nnc_vc {
	uint32_t user;
	uint32_t id; /* of its reservation; 0: it goes with its activation */
	bool set_up; /* the host has given queues and must hear of the end */
	struct aic100_dbc_config queues; /* the host's part */
	struct nnc_activation *activation;
	struct nnc_hold hold;
	uint64_t block; /* DDR for data path commands; 0: none */
};

struct nnc_activation {
	uint32_t id, user;
	uint32_t state; /* enum nnc_state */
	struct nnc_object *elf, *constants; /* constants: or NULL */
	struct nnc_pool *pool;
	struct nnc_vc *vc; /* NULL: none */
	struct aic100_network *network;
	uint64_t memory;
	struct nnc_hold hold;
	/* Waits for the ACTIVATE transaction of its message. */
	bool waits;
	uint32_t answer; /* where in the message's reply */
};

struct nnc_reply {
	uint32_t len, count;
	_Alignas(8) uint8_t data[NNC_TO_HOST_MAX];
};

/* A load command whose data has not come or not whole. */
struct nnc_transfer {
	struct nnc_object *object; /* NULL: free */
	uint32_t user, tag;
	uint32_t chunk; /* 0: waits for its first data, in its message */
	bool payload; /* the object stays when it fails */
	uint64_t offset, size, done; /* offset: in the object */
	uint32_t answer; /* where in the reply */
	struct nnc_reply *reply; /* of its first message, owned; or NULL */
};

struct aic100_nnc {
	struct nnc_pool pool[1 + NNC_POOLS]; /* [0]: the card */
	struct nnc_object object[AIC100_OBJECTS];
	struct nnc_activation activation[AIC100_NSPS];
	struct nnc_vc vc[AIC100_DBCS];
	struct nnc_transfer transfer[NNC_TRANSFERS];
	uint32_t last_id;
	uint64_t loaded; /* bytes, since the card was asked last */
	uint64_t asked; /* when that was, in ns */
	/* Both of the message in hand. */
	_Alignas(8) uint8_t message[AIC100_PACKET_MAX];
	struct nnc_reply reply;
	bool unsent; /* the reply waits for room */
	struct aic100_usage usage; /* device lock */
};

/* The message in hand. */
struct nnc_message {
	struct aic100 *a;
	struct aic100_nnc *nnc;
	uint32_t user;
	struct nnc_reply *reply;
	struct nnc_transfer *open; /* a load that goes on in more messages */
	bool alone; /* it has one transaction */
	int error; /* -ECANCELED: reset; -EPROTO: breaks the protocol */
};

/* A command in it. Numbers in both are as on the wire. */
struct nnc_call {
	struct nnc_message *m;
	const void *in;
	size_t len;
	void *out; /* the answer, zeroed but for its type */
	uint32_t at; /* of the answer in the reply */
};

/* nnc.c: a transaction behind the others of a reply, zeroed; NULL: no room. */
void *nnc_reply_add(struct nnc_reply *reply, uint32_t type, size_t size);
bool nnc_reply_room(const struct nnc_reply *reply, size_t size);
uint32_t nnc_new_id(struct aic100_nnc *nnc);

/* nnc-command.c */
void nnc_passthrough(struct nnc_message *m, const struct nnc_transaction *t);

/* nnc-load.c */
enum nnc_status nnc_load_constants(struct nnc_call *c);
enum nnc_status nnc_load_constants_ex(struct nnc_call *c);
enum nnc_status nnc_load_payload(struct nnc_call *c);
enum nnc_status nnc_load_elf(struct nnc_call *c);
enum nnc_status nnc_unload_constants(struct nnc_call *c);
enum nnc_status nnc_unload_elf(struct nnc_call *c);
void nnc_dma_xfer(struct nnc_message *m, const struct nnc_transaction *t);
/* What no data came for fails; the reply of what goes on is kept. */
void nnc_load_end(struct nnc_message *m);
void nnc_transfer_drop(struct aic100 *a, struct nnc_transfer *transfer);
void nnc_object_drop(struct aic100 *a, struct nnc_object *object);
/* NULL unless it is the user's, loaded, and of the kind. */
struct nnc_object *nnc_object_find(struct aic100_nnc *nnc, uint32_t user,
				   uint32_t id, bool elf);

/* nnc-activate.c */
enum nnc_status nnc_activate_command(struct nnc_call *c);
enum nnc_status nnc_deactivate_command(struct nnc_call *c);
enum nnc_status nnc_set_state_command(struct nnc_call *c);
void nnc_activate_transaction(struct nnc_message *m,
			      const struct nnc_transaction *t);
/* Tells the driver to let go of a channel's queues. */
void nnc_tear_down(struct nnc_message *m, unsigned int dbc);
/* Activations whose transaction is not in the message fail. */
void nnc_activate_end(struct nnc_message *m);
/* With the channel, unless that is reserved. */
void nnc_activation_drop(struct aic100 *a, struct nnc_activation *activation);

/* nnc-reserve.c */
void nnc_card_init(struct aic100 *a);
enum nnc_status nnc_take(struct nnc_pool *pool,
			 const uint64_t want[NNC_RESOURCES],
			 struct nnc_hold *hold);
void nnc_give(struct nnc_hold *hold);
/* The same with one channel, but none that is being restarted. */
enum nnc_status nnc_take_vc(struct aic100 *a, struct nnc_pool *pool,
			    const uint64_t want[NNC_RESOURCES],
			    struct nnc_vc **vc);
/* The user's, or the card for NNC_NONE; NULL: no such. */
struct nnc_pool *nnc_pool_find(struct aic100_nnc *nnc, uint32_t user,
			       uint32_t id, bool group);
void nnc_pool_drop(struct nnc_pool *pool);
void nnc_vc_drop(struct aic100 *a, struct nnc_vc *vc);
enum nnc_status nnc_reserve_vc_command(struct nnc_call *c);
enum nnc_status nnc_release_vc_command(struct nnc_call *c);
enum nnc_status nnc_reserve_activation_command(struct nnc_call *c);
enum nnc_status nnc_release_activation_command(struct nnc_call *c);
enum nnc_status nnc_update_activation_command(struct nnc_call *c);
enum nnc_status nnc_create_group_command(struct nnc_call *c);
enum nnc_status nnc_release_group_command(struct nnc_call *c);

/* nnc-info.c */
enum nnc_status nnc_status_command(struct nnc_call *c);
enum nnc_status nnc_resource_info_command(struct nnc_call *c);
enum nnc_status nnc_performance_info_command(struct nnc_call *c);
enum nnc_status nnc_config_command(struct nnc_call *c);

/* nnc-user.c */
bool nnc_terminate(struct aic100 *a, uint32_t user); /* false: had nothing */
void nnc_drop_all(struct aic100 *a);
void nnc_publish(struct aic100 *a);

#endif
