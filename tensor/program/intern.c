// SPDX-License-Identifier: MIT
/* See intern.h. An open hash table, at most half full. */
#include "intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct axt_piece {
	uint64_t offset;
	uint64_t size;
	uint32_t hash;
	bool used;
};

void *axt_intern_grow(struct axt_intern *intern, size_t size, size_t align)
{
	size_t begin = (intern->size + align - 1) / align * align;
	size_t end = begin + size;

	if (end > intern->room) {
		size_t room = end + end / 2 + 64;
		uint8_t *bytes = realloc(intern->bytes, room);

		if (!bytes)
			return NULL;
		intern->bytes = bytes;
		intern->room = room;
	}
	memset(intern->bytes + intern->size, 0, end - intern->size);
	intern->size = end;
	return intern->bytes + begin;
}

/* Multiply and fold, a word at a time: fast, and good enough for a table. */
static uint32_t hash_of(const uint8_t *bytes, size_t size)
{
	uint64_t sum = size;

	while (size) {
		size_t step = size < sizeof(sum) ? size : sizeof(sum);
		uint64_t word = 0;

		memcpy(&word, bytes, step);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
		sum ^= sum >> 29;
		bytes += step;
		size -= step;
	}
	return (uint32_t)(sum >> 32 ^ sum);
}

/* The piece that has these bytes, or the free place where it belongs. */
static struct axt_piece *find(const struct axt_intern *intern, const void *data,
			      size_t size, uint32_t hash)
{
	size_t mask = intern->piece_room - 1;
	size_t at = (hash ^ size) & mask;

	for (;; at = (at + 1) & mask) {
		struct axt_piece *piece = &intern->pieces[at];

		if (!piece->used)
			return piece;
		if (piece->hash == hash && piece->size == size &&
		    memcmp(intern->bytes + piece->offset, data, size) == 0)
			return piece;
	}
}

static int make_room(struct axt_intern *intern)
{
	struct axt_intern old = *intern;

	if (intern->piece_count * 2 < intern->piece_room)
		return 0;
	intern->piece_room = old.piece_room ? old.piece_room * 2 : 64;
	intern->pieces = calloc(intern->piece_room, sizeof(*intern->pieces));
	if (!intern->pieces) {
		*intern = old;
		return -ENOMEM;
	}
	for (size_t i = 0; i < old.piece_room; i++)
		if (old.pieces[i].used)
			*find(intern, old.bytes + old.pieces[i].offset,
			      old.pieces[i].size,
			      old.pieces[i].hash) = old.pieces[i];
	free(old.pieces);
	return 0;
}

int axt_intern_add(struct axt_intern *intern, const void *data, size_t size,
		   size_t align, uint64_t *offset)
{
	uint32_t hash = hash_of(data, size);
	struct axt_piece *piece;
	void *copy;

	*offset = 0;
	if (!size)
		return 0;
	if (make_room(intern))
		return -ENOMEM;
	piece = find(intern, data, size, hash);
	if (!piece->used) {
		copy = axt_intern_grow(intern, size, align);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, data, size);
		*piece = (struct axt_piece){
			.offset = (uint8_t *)copy - intern->bytes,
			.size = size,
			.hash = hash,
			.used = true,
		};
		intern->piece_count++;
	}
	*offset = piece->offset;
	return 0;
}

void axt_intern_fini(struct axt_intern *intern)
{
	free(intern->pieces);
	free(intern->bytes);
	memset(intern, 0, sizeof(*intern));
}
