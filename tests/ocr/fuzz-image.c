// SPDX-License-Identifier: MIT
/*
 * libFuzzer: a picture file from somebody else. The libraries are not built for
 * coverage, so this looks for what the code around them does with what they
 * say: sizes, colours, errors in the middle. The checksums of a PNG are put
 * right, so that more than the first chunk is looked at.
 */
#include "image.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Chunks: length, name, data, checksum of name and data. */
static void put_right(uint8_t *data, size_t size)
{
	size_t at = 8;

	while (at + 12 <= size && be32(data + at) <= size - at - 12) {
		uint32_t length = be32(data + at);
		uint32_t sum = (uint32_t)crc32(crc32(0, NULL, 0), data + at + 4,
					       length + 4);

		for (int i = 0; i < 4; i++)
			data[at + 8 + length + (size_t)i] =
				(uint8_t)(sum >> (24 - 8 * i));
		at += 12 + (size_t)length;
	}
}

static void look(const uint8_t *data, size_t size)
{
	struct trouble trouble = { "" };
	struct image image, small;

	if (image_decode(data, size, &image, &trouble)) {
		/* Says why, and leaves nothing to free. */
		if (!trouble.text[0] || image.pixels)
			__builtin_trap();
		return;
	}
	if (!image_resize(&image, 32, 32, &small))
		image_free(&small);
	image_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	put_right(copy, size);
	look(copy, size);
	free(copy);
	return 0;
}
