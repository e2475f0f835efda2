/* SPDX-License-Identifier: MIT */
/* Bytes that grow, where equal pieces are stored once. */
#ifndef AXT_INTERN_H
#define AXT_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct axt_piece;

struct axt_intern {
	uint8_t *bytes;
	size_t size;
	size_t room;
	struct axt_piece *pieces; /* hash table, of a power of 2 or none */
	size_t piece_count;
	size_t piece_room;
};

/* Zeroed bytes at the end, from a multiple of align on; NULL without memory. */
void *axt_intern_grow(struct axt_intern *intern, size_t size, size_t align);

/* The place of a copy of these bytes, at a multiple of align. */
int axt_intern_add(struct axt_intern *intern, const void *data, size_t size,
		   size_t align, uint64_t *offset);

void axt_intern_fini(struct axt_intern *intern);

#endif
