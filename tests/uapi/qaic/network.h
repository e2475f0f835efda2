/* SPDX-License-Identifier: MIT */
/*
 * A workload for the card: y0 = x0 + x1, f32, a tensor program as the emulated
 * card runs them. Its memory there also serves as a place to write to and to
 * read from, without it running.
 *
 * On a real card: AXLE_QAIC_ELF names an image to load, of whose memory there
 * are AXLE_QAIC_MEMORY bytes that may be written; what needs the tensor program
 * is skipped.
 */
#ifndef AXLE_TESTS_QAIC_NETWORK_H
#define AXLE_TESTS_QAIC_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "card.h"
#include "message.h"
#include "tap.h"

struct network {
	uint32_t elf;
	uint32_t activation; /* 0: not active */
	uint32_t dbc;
	uint32_t queue; /* elements */
	uint64_t base; /* of its memory, while active */
	uint64_t tensor; /* bytes of each of x0, x1, y0 */
	bool runs; /* as it is a tensor program */
};

enum network_tensor {
	NETWORK_X0,
	NETWORK_X1,
	NETWORK_Y0
};

/* Whether there is one for this card; else a case should be skipped. */
bool network_exists(void);
#define NETWORK_SKIP "no workload for this card: set AXLE_QAIC_ELF"

/* Steps, each 0 or -1 with errno; EPROTO: the card has refused. */
int network_load(int fd, struct network *n, uint64_t tensor);
int network_activate(int fd, struct network *n, uint32_t queue);
int network_deactivate(int fd, struct network *n);
int network_unload(int fd, struct network *n);

/* Its message, for those who have their own way with it. */
void network_ask_activate(struct message *m, const struct network *n,
			  uint32_t queue);
bool network_take_activate(const struct message *m, struct network *n);
void network_ask_deactivate(struct message *m, const struct network *n);

/* Where a tensor lies on the card. */
uint64_t network_at(const struct network *n, enum network_tensor tensor);
/* Bytes from the first tensor on. */
uint64_t network_bytes(const struct network *n);

/* An open file with an active network. */
struct work {
	int fd;
	struct network n;
};

#define WORK_QUEUE 128u
#define WORK_TENSOR 4096u

/* Checks that it succeeds. */
bool work_open(struct work *w, uint64_t tensor, uint32_t queue);
/*
 * The file and all that this process has mapped of the card: as long as there
 * is any of it, the file does not end. Once more: nothing.
 */
void work_close(struct work *w);

/* In a case: one that is there until the end of it. */
#define WORK(tensor, queue)                                          \
	struct work w __attribute__((cleanup(work_close))) = { -1 }; \
	if (!network_exists())                                       \
		TAP_SKIP(NETWORK_SKIP);                              \
	TAP_REQUIRE(work_open(&w, tensor, queue))

/* Buffers, sliced, that make the network run once. */
struct run {
	struct buffer x, y; /* x0 and x1; y0 */
};

bool run_open(struct work *w, struct run *r);
/* Executes both; and waits; 0 or -1 with errno. */
int run_start(struct work *w, struct run *r);
int run_once(struct work *w, struct run *r);
/* Fills the inputs from a number, and checks the output. */
void run_fill(struct work *w, struct run *r, float number);
bool run_is_right(struct work *w, struct run *r, float number);

/* For a child: a new file's network computes; 0 if all was right. */
int work_in_child(void *unused);

/* A buffer attached as one slice between its start and that tensor. */
int work_attach(struct work *w, const struct buffer *b, uint32_t dir,
		uint64_t at);
/* Execute one buffer and wait for it. */
int work_do(struct work *w, const struct buffer *b);
/* The same in a new buffer: what is on the card at that address. */
bool work_read(struct work *w, uint64_t at, struct buffer *into);
bool work_write(struct work *w, uint64_t at, const struct buffer *from);
/* A buffer whose execution waits for a semaphore that nobody raises. */
bool work_stuck(struct work *w, struct buffer *b);

#endif
