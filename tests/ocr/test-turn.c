// SPDX-License-Identifier: MIT
/* Other sizes, quarter turns, and how the camera was held. */
#include "exif.h"
#include "image.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void fill_noise(struct image *image)
{
	for (size_t i = 0; i < (size_t)3 * image->width * image->height; i++)
		image->pixels[i] = (uint8_t)(i * 2654435761u >> 13);
}

static void an_equal_size_changes_nothing(void)
{
	struct image image, same;

	TAP_REQUIRE(!image_create(&image, 13, 7));
	fill_noise(&image);
	TAP_REQUIRE(!image_resize(&image, 13, 7, &same));
	TAP_CHECK(!memcmp(same.pixels, image.pixels, (size_t)3 * 13 * 7));
	image_free(&same);
	image_free(&image);
}

static void resizing_goes_in_between(void)
{
	static const uint8_t want[] = { 0, 25, 75, 100 };
	struct image image, wide;

	TAP_REQUIRE(!image_create(&image, 2, 1));
	memset(image_pixel(&image, 1, 0), 100, 3);
	TAP_REQUIRE(!image_resize(&image, 4, 3, &wide));
	for (uint32_t y = 0; y < 3; y++)
		for (uint32_t x = 0; x < 4; x++)
			TAP_EQUAL(image_pixel(&wide, x, y)[1], want[x]);
	image_free(&wide);
	image_free(&image);
}

static void four_quarter_turns_are_one(void)
{
	struct image image, a, b;

	TAP_REQUIRE(!image_create(&image, 3, 2));
	fill_noise(&image);
	TAP_REQUIRE(!image_rotate(&image, &a));
	TAP_EQUAL(a.width, 2);
	TAP_EQUAL(a.height, 3);
	/* The top right comes to the top left. */
	TAP_CHECK(!memcmp(image_pixel(&a, 0, 0), image_pixel(&image, 2, 0), 3));
	for (int i = 0; i < 3; i++) {
		TAP_REQUIRE(!image_rotate(&a, &b));
		image_free(&a);
		a = b;
	}
	TAP_CHECK(!memcmp(a.pixels, image.pixels, (size_t)3 * 3 * 2));
	image_free(&a);
	image_free(&image);
}

/* Where the stored top left and its neighbours come to, by orientation. */
struct turn_row {
	unsigned int orientation;
	const char *pixels; /* of a stored "ab/cd/ef" */
};

static const struct turn_row turn_rows[] = {
	{ 1, "ab/cd/ef" }, { 2, "ba/dc/fe" }, { 3, "fe/dc/ba" },
	{ 4, "ef/cd/ab" }, { 5, "ace/bdf" },  { 6, "eca/fdb" },
	{ 7, "fdb/eca" },  { 8, "bdf/ace" },  { 0, "ab/cd/ef" },
	{ 9, "ab/cd/ef" },
};

static void pictures_are_put_upright(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(turn_rows); i++) {
		struct image image;
		char text[16];
		size_t n = 0;

		TAP_REQUIRE(!image_create(&image, 2, 3));
		for (uint32_t p = 0; p < 6; p++)
			image.pixels[3 * p] = (uint8_t)('a' + p);
		TAP_EQUAL(exif_apply(&image, turn_rows[i].orientation), 0);
		for (uint32_t y = 0; y < image.height; y++) {
			if (y)
				text[n++] = '/';
			for (uint32_t x = 0; x < image.width; x++)
				text[n++] = (char)image_pixel(&image, x, y)[0];
		}
		text[n] = '\0';
		TAP_STRING(text, turn_rows[i].pixels);
		image_free(&image);
	}
}

/* Exif with one entry, the orientation; both byte orders. */
static const uint8_t exif_little[] = {
	'E', 'x', 'i',	'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0,
	1,   0,	  0x12, 1,   3, 0, 1,	0,   0,	 0, 6, 0, 0, 0,
};
static const uint8_t exif_big[] = {
	'E', 'x', 'i', 'f',  0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
	0,   1,	  1,   0x12, 0, 3, 0,	0,   0, 1,  0, 8, 0, 0,
};

static void orientation_is_found(void)
{
	TAP_EQUAL(exif_orientation(exif_little, sizeof(exif_little)), 6);
	TAP_EQUAL(exif_orientation(exif_big, sizeof(exif_big)), 8);
}

static void broken_exif_is_upright(void)
{
	uint8_t data[sizeof(exif_little)];
	unsigned int got;

	TAP_EQUAL(exif_orientation(NULL, 0), 1);
	for (size_t size = 0; size < 26; size++) {
		uint8_t *copy = malloc(size + !size);

		TAP_REQUIRE(copy);
		memcpy(copy, exif_little, size);
		TAP_EQUAL(exif_orientation(copy, size), 1);
		free(copy);
	}
	for (size_t i = 0; i < sizeof(data); i++) {
		memcpy(data, exif_little, sizeof(data));
		data[i] = 0xff;
		got = exif_orientation(data, sizeof(data));
		TAP_CHECK(got == 1 || got == 6);
	}
}

static const struct tap_case cases[] = {
	{ "resizing to the same size changes nothing",
	  an_equal_size_changes_nothing },
	{ "resizing puts pixels in between", resizing_goes_in_between },
	{ "pictures are put upright, however the camera was held",
	  pictures_are_put_upright },
	{ "the orientation is found in either byte order",
	  orientation_is_found },
	{ "broken words about the orientation are ignored",
	  broken_exif_is_upright },
	{ "four quarter turns lead back", four_quarter_turns_are_one },
};
TAP_MAIN(cases)
