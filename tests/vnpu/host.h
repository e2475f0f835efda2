/* SPDX-License-Identifier: MIT */
/*
 * A small driver of vnpu that plays the host: it boots the device, sends
 * commands, and submits descriptors as docs/vnpu.md says, right or wrong. All
 * memory that the device may use comes from one arena.
 */
#ifndef TESTS_VNPU_HOST_H
#define TESTS_VNPU_HOST_H

#include "host-base.h"
#include "vnpu/vnpu.h"
#include "vnpu_regs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_ARENA (8u << 20)
#define HOST_QUEUES 64
#define HOST_SLOTS 64 /* of rings, unless said otherwise */
#define HOST_EVENTS 64

struct host {
	struct host_base base;
	uint32_t profile; /* VNPU_PROFILE_* */
	uint32_t stride, queues;

	struct vnpu_cmd *ring;
	struct vnpu_result *results;
	struct vnpu_ring_status *status;
	uint32_t tail;
	struct vnpu_result result; /* of the last command */

	struct vnpu_event *events;
	struct vnpu_ring_status *events_status;
	uint32_t events_head;
};

/* A device in WAIT_FW; options end with a NULL name, or are NULL. */
bool host_create(struct host *h, uint32_t profile,
		 const struct axm_inproc_option *options);
/* The same, booted, with admin ring, events (vector 1) and TRAP. */
bool host_open(struct host *h, uint32_t profile);
bool host_boot(struct host *h);
bool host_enable(struct host *h);
static inline void host_close(struct host *h)
{
	host_base_close(&h->base);
}

/* Zeroed and allowed, until host_close(). */
static inline void *host_alloc(struct host *h, size_t size, size_t align)
{
	return host_base_alloc(&h->base, size, align);
}

uint32_t host_get32(struct host *h, uint64_t offset);
uint64_t host_get64(struct host *h, uint64_t offset);
void host_put32(struct host *h, uint64_t offset, uint32_t value);
void host_put64(struct host *h, uint64_t offset, uint64_t value);
uint32_t host_state(struct host *h);
uint32_t host_error(struct host *h);
bool host_wait_state(struct host *h, uint32_t state, unsigned int ms);

/* A valid image of a header and so many bytes more. */
struct vnpu_fw_header *host_firmware(struct host *h, size_t more);
void host_firmware_seal(struct vnpu_fw_header *fw);
/* VNPU_BOOT_*, or -1 if the device did not answer. */
int host_load(struct host *h, uint64_t address, uint32_t size);

/* VNPU_ERR_*, or -1 without an answer; h->result has the rest. */
int host_command(struct host *h, const struct vnpu_cmd *cmd);
int host_simple(struct host *h, uint8_t opcode, uint16_t context,
		uint32_t object);
int host_feature(struct host *h, uint32_t feature, uint64_t value);
int host_control(struct host *h, const char *line);

/* The next event, waiting up to ms; NULL: none. It is consumed. */
const struct vnpu_event *host_event(struct host *h, unsigned int ms);

struct host_queue {
	struct host *h;
	uint32_t number;
	uint32_t slots;
	uint64_t tail;
	struct vnpu_desc *ring;
	struct vnpu_ring_status *status;
	uint32_t *tail_word, *wake_word;
	uint64_t *arm_word;
	struct vnpu_cmd cmd; /* of its creation, to be changed before */
};

void host_queue_init(struct host *h, struct host_queue *q, uint32_t number,
		     uint16_t context);
int host_queue_create(struct host_queue *q);
/* VNPU_ASID_BUS, engine 0; true on success. */
bool host_queue_open(struct host *h, struct host_queue *q, uint32_t number,
		     uint16_t context);
/* The slot of the next position, zeroed. */
struct vnpu_desc *host_slot(struct host_queue *q);
/* Submits what was put into slots since: H1 to H6. True if it had to wake. */
bool host_submit(struct host_queue *q);
void host_wake(struct host_queue *q);
void host_arm(struct host_queue *q, uint64_t position);
uint64_t host_done(const struct host_queue *q);
uint32_t host_flags(const struct host_queue *q);
/* Until done or in error: 0, VNPU_ERR_*, or -1: neither within ms. */
int host_wait(struct host_queue *q, uint64_t position, unsigned int ms);
/* Until the device says that such a descriptor is at done; or all are done. */
bool host_wait_started(struct host_queue *q, uint8_t opcode, uint32_t kind);
/* One descriptor, and its end. */
int host_run(struct host_queue *q, const struct vnpu_desc *desc);
int host_queue_reset(struct host_queue *q, uint64_t position);

#endif
