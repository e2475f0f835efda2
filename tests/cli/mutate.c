// SPDX-License-Identifier: MIT
/*
 * mutate FILE COUNT SEED DIR: writes COUNT damaged copies of the file to DIR,
 * FILE's base name and a number, the same for the same seed. Most have only a
 * value or two changed, and three of four tensor programs get their check sum
 * put right, so that what is behind the first checks is reached.
 */
#include "../../tensor/program/crc.h"

#include <axt/format.h>

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 4
#define PIECE_MAX 64

struct bytes {
	uint8_t *data; /* with room for one more piece at any time */
	size_t size;
};

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t limit)
{
	return limit ? next_random(state) % limit : 0;
}

static void flip_bit(struct bytes *bytes, uint64_t *state)
{
	bytes->data[below(state, bytes->size)] ^=
		(uint8_t)(1u << below(state, 8));
}

static void set_byte(struct bytes *bytes, uint64_t *state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };

	bytes->data[below(state, bytes->size)] =
		values[below(state, sizeof(values))];
}

/* Four bytes that are a size, an index or a negative number somewhere. */
static void set_word(struct bytes *bytes, uint64_t *state)
{
	static const uint32_t values[] = {
		0, 1, 2, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	size_t at = below(state, bytes->size / 4) * 4;

	if (at + 4 <= bytes->size)
		memcpy(bytes->data + at,
		       &values[below(state, sizeof(values) / 4)], 4);
}

static void cut_off(struct bytes *bytes, uint64_t *state)
{
	bytes->size = 1 + below(state, bytes->size);
}

static void remove_piece(struct bytes *bytes, uint64_t *state)
{
	size_t at = below(state, bytes->size);
	size_t piece = 1 + below(state, PIECE_MAX);

	if (piece >= bytes->size - at)
		return;
	memmove(bytes->data + at, bytes->data + at + piece,
		bytes->size - at - piece);
	bytes->size -= piece;
}

static void repeat_piece(struct bytes *bytes, uint64_t *state)
{
	size_t at = below(state, bytes->size);
	size_t piece = 1 + below(state, PIECE_MAX);

	if (piece > bytes->size - at)
		piece = bytes->size - at;
	memmove(bytes->data + at + piece, bytes->data + at, bytes->size - at);
	bytes->size += piece;
}

/* Those in front leave everything at its place. */
#define IN_PLACE 3
static void (*const changes[])(struct bytes *bytes, uint64_t *state) = {
	flip_bit, set_byte, set_word, remove_piece, repeat_piece, cut_off,
};
#define CHANGE_KINDS (sizeof(changes) / sizeof(changes[0]))

static void put_right(struct bytes *bytes)
{
	struct axt_header header;

	if (bytes->size < sizeof(header))
		return;
	memcpy(&header, bytes->data, sizeof(header));
	if (memcmp(header.magic, AXT_MAGIC, sizeof(header.magic)) != 0)
		return;
	header.total_size = bytes->size;
	header.crc = axt_crc32(bytes->data + sizeof(header),
			       bytes->size - sizeof(header));
	memcpy(bytes->data, &header, sizeof(header));
}

static void mutate(struct bytes *bytes, uint64_t *state, bool gently)
{
	size_t count = 1 + below(state, gently ? 2 : CHANGES_MAX);
	size_t kinds = gently ? IN_PLACE : CHANGE_KINDS;

	for (size_t i = 0; i < count; i++)
		changes[below(state, kinds)](bytes, state);
	if (gently)
		put_right(bytes);
}

static struct bytes read_file(const char *path)
{
	struct bytes bytes = { 0 };
	FILE *file = fopen(path, "rb");
	long size;

	if (!file || fseek(file, 0, SEEK_END) != 0)
		err(1, "%s", path);
	size = ftell(file);
	rewind(file);
	if (size <= 0)
		errx(1, "%s: is empty", path);
	bytes.size = (size_t)size;
	bytes.data = malloc(bytes.size + CHANGES_MAX * PIECE_MAX);
	if (!bytes.data || fread(bytes.data, 1, bytes.size, file) != bytes.size)
		err(1, "%s", path);
	fclose(file);
	return bytes;
}

static void write_file(const char *path, const struct bytes *bytes)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(bytes->data, 1, bytes->size, file) != bytes->size ||
	    fclose(file) != 0)
		err(1, "%s", path);
}

int main(int argc, char **argv)
{
	uint64_t state;
	const char *name;

	if (argc != 5)
		errx(1, "usage: mutate FILE COUNT SEED DIR");
	state = strtoull(argv[3], NULL, 10);
	name = strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1];
	for (long i = 0; i < strtol(argv[2], NULL, 10); i++) {
		struct bytes bytes = read_file(argv[1]);
		char *path;

		mutate(&bytes, &state, i % 4 != 0);
		if (asprintf(&path, "%s/%ld-%s", argv[4], i, name) < 0)
			err(1, "mutate");
		write_file(path, &bytes);
		free(path);
		free(bytes.data);
	}
	return 0;
}
