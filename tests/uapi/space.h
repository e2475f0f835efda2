/* SPDX-License-Identifier: MIT */
/*
 * An address space of the test device with a buffer to map into it. Calls
 * return 0, or -1 with errno set.
 */
#ifndef AXLE_TESTS_SPACE_H
#define AXLE_TESTS_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "bo.h"

#define SPACE_BITS 39
#define SPACE_LIMIT (1ull << SPACE_BITS)
/* Somewhere, aligned to large pages. */
#define BASE 0x1240000000ull

/* A file with an address space and a buffer whose words tell their place. */
struct space {
	int fd;
	uint32_t vm;
	uint32_t handle;
	uint64_t size;
	uint64_t *words;
};

bool space_open(struct space *space, uint32_t region, uint64_t size);
void space_close(struct space *space);

/* Map pages of the buffer, or unmap what is there. */
int space_map(struct space *space, uint64_t page, uint64_t address,
	      uint64_t pages);
int space_unmap(struct space *space, uint64_t address, uint64_t pages);
/* The same mapping, for an array. */
struct drm_axle_bind space_bind(struct space *space, uint64_t page,
				uint64_t address, uint64_t pages);

/* The page of the buffer that the device sees there, or -1. */
int64_t space_seen(struct space *space, uint64_t address);

#endif
