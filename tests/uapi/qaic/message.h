/* SPDX-License-Identifier: MIT */
/*
 * Messages to the card's management processor: a list of transactions that the
 * answer replaces.
 */
#ifndef AXLE_TESTS_QAIC_MESSAGE_H
#define AXLE_TESTS_QAIC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aic100_nnc.h"
#include "qaic_accel.h"

struct message {
	uint32_t len;
	uint32_t count;
	_Alignas(8) uint8_t data[QAICU_MESSAGE_MAX];
};

/* A zeroed transaction behind the others; NULL: no room. */
void *message_add(struct message *m, uint32_t type, uint32_t size);
/* A command, and the memory that it is about. */
void *message_command(struct message *m, uint32_t type, uint32_t size);
void message_transfer(struct message *m, uint32_t tag, const void *memory,
		      uint64_t size);
/* 0, or -1 with errno; the answer is in its place then. */
int message_send(int fd, struct message *m);
/* The first of the answer's transactions of a type, and of its answers to
 * commands; NULL: none. */
const void *message_find(const struct message *m, uint32_t type);
const void *message_answer(const struct message *m, uint32_t type);

/* Asks for the status: 0, or -1 with errno. */
int message_status(int fd, struct qaicu_status *status);
/* What the card has; false if it does not tell. */
bool message_resources(int fd, struct nnc_resources *resources);

#endif
