// SPDX-License-Identifier: MIT
#include "exif.h"

#include <stdbool.h>
#include <string.h>

#define ENTRIES_MAX 256
#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3

/* A TIFF file within the marker. */
struct tiff {
	const uint8_t *data;
	size_t size;
	bool big_endian;
};

/* Zero beyond the end. */
static uint32_t number(const struct tiff *t, size_t at, size_t bytes)
{
	uint32_t value = 0;

	if (at > t->size || bytes > t->size - at)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 |
			t->data[at + (t->big_endian ? i : bytes - 1 - i)];
	return value;
}

/* Entries: tag 2, type 2, count 4, value or its offset 4. */
static unsigned int find_orientation(const struct tiff *t)
{
	size_t at = number(t, 4, 4);
	uint32_t count = number(t, at, 2);

	for (uint32_t i = 0; i < count && i < ENTRIES_MAX; i++) {
		size_t entry = at + 2 + 12 * (size_t)i;

		if (number(t, entry, 2) == TAG_ORIENTATION &&
		    number(t, entry + 2, 2) == TYPE_SHORT)
			return number(t, entry + 8, 2);
	}
	return 1;
}

unsigned int exif_orientation(const uint8_t *data, size_t size)
{
	unsigned int orientation;
	struct tiff t;

	if (size < 14 || memcmp(data, "Exif\0", 6))
		return 1;
	t.data = data + 6;
	t.size = size - 6;
	t.big_endian = !memcmp(t.data, "MM", 2);
	orientation = find_orientation(&t);
	return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* What to do with the columns and rows of the stored picture, in this order. */
struct turn {
	bool transpose;
	bool mirror; /* left and right, of the result */
	bool flip; /* top and bottom, of the result */
};

static const struct turn turns[9] = {
	[2] = { .mirror = true },
	[3] = { .mirror = true, .flip = true },
	[4] = { .flip = true },
	[5] = { .transpose = true },
	[6] = { .transpose = true, .mirror = true },
	[7] = { .transpose = true, .mirror = true, .flip = true },
	[8] = { .transpose = true, .flip = true },
};

static void copy_turned(const struct image *from, const struct turn *turn,
			const struct image *to)
{
	for (uint32_t y = 0; y < to->height; y++)
		for (uint32_t x = 0; x < to->width; x++) {
			uint32_t a = turn->mirror ? to->width - 1 - x : x;
			uint32_t b = turn->flip ? to->height - 1 - y : y;

			memcpy(image_pixel(to, x, y),
			       turn->transpose ? image_pixel(from, b, a) :
						 image_pixel(from, a, b),
			       3);
		}
}

int exif_apply(struct image *image, unsigned int orientation)
{
	const struct turn *turn = &turns[orientation <= 8 ? orientation : 1];
	struct image turned;
	int err;

	if (!turn->transpose && !turn->mirror && !turn->flip)
		return 0;
	err = turn->transpose ?
		      image_create(&turned, image->height, image->width) :
		      image_create(&turned, image->width, image->height);
	if (err)
		return err;
	copy_turned(image, turn, &turned);
	image_free(image);
	*image = turned;
	return 0;
}
