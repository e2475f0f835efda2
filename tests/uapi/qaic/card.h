/* SPDX-License-Identifier: MIT */
/*
 * A card that the mainline driver qaic drives: its node, and raw calls, each 0
 * or -1 with errno set. Whatever is opened, the caller closes; most cases leave
 * that to the end of the file, as programs do.
 */
#ifndef AXLE_TESTS_QAIC_CARD_H
#define AXLE_TESTS_QAIC_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qaic_accel.h"

#define CARD_DBCS 16
#define CARD_PAGE 4096u
/* For what must happen, on a machine that has much else to do. */
#define CARD_PATIENCE_MS 30000
/* For what must not: long enough to be seen, short enough to wait for. */
#define CARD_GLANCE_MS 300

/* N of the first accelN that qaic drives, or -1. */
int card_find(void);
/* Opens it when it is online, for which it waits; -1 if that does not come. */
int card_open(void);
/* Opens it as it is: -1 with errno. */
int card_try_open(void);
/* Whether it is online now, or becomes so in time. */
bool card_online(void);
bool card_comes_online(void);
/* Its directory in sysfs, as a new string; NULL without a card. */
char *card_directory(void);
/* Whatever this process has mapped of any card. */
void card_unmap_all(void);
/* Writes to a parameter of the module; the former value, or -1. */
long card_parameter(const char *name, long value);

int card_create(int fd, uint64_t size, uint32_t *handle);
int card_offset(int fd, uint32_t handle, uint64_t *offset);
int card_release(int fd, uint32_t handle); /* GEM_CLOSE */
int card_attach(int fd, uint32_t dbc, uint32_t handle, uint32_t dir,
		const struct qaicu_slice *slices, uint32_t count);
int card_detach(int fd, uint32_t handle);
int card_execute(int fd, uint32_t dbc, const uint32_t *handles, uint32_t count);
int card_partial(int fd, uint32_t dbc, uint32_t handle, uint64_t resize);
int card_wait(int fd, uint32_t dbc, uint32_t handle, uint32_t timeout_ms);
int card_stats(int fd, uint32_t dbc, struct qaicu_perf_entry *entries,
	       uint16_t count);

/* A buffer and its memory. */
struct buffer {
	uint64_t size;
	uint8_t *memory; /* NULL: an import */
	uint32_t handle;
};

bool buffer_open(int fd, struct buffer *b, uint64_t size);
void buffer_close(int fd, struct buffer *b);
/* Bytes that tell their place, and whether all are still there. */
void buffer_fill(struct buffer *b, uint8_t seed);
bool buffer_holds(const struct buffer *b, uint64_t from, uint64_t size,
		  uint8_t seed);
uint8_t buffer_byte(uint64_t at, uint8_t seed);

/* A slice without semaphores and doorbell. */
struct qaicu_slice slice_of(uint64_t offset, uint64_t size, uint64_t dev_addr);
struct qaicu_sem sem_of(uint8_t command, uint8_t index, uint16_t value,
			uint8_t presync);

#endif
