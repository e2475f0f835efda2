// SPDX-License-Identifier: MIT
/* Reading and writing pictures, good ones and bad ones. */
#include "image.h"
#include "pictures.h"
#include "tap.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* Wants size_t and FILE before it. */
#include <jpeglib.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct png_kind pngs[] = {
	{ "grey of 1 bit", PNG_COLOR_TYPE_GRAY, 1, 0, 0 },
	{ "grey of 2 bits", PNG_COLOR_TYPE_GRAY, 2, 0, 0 },
	{ "grey of 4 bits, interlaced", PNG_COLOR_TYPE_GRAY, 4, 1, 0 },
	{ "grey of 8 bits", PNG_COLOR_TYPE_GRAY, 8, 0, 0 },
	{ "grey of 16 bits", PNG_COLOR_TYPE_GRAY, 16, 0, 0 },
	{ "grey with a transparent value", PNG_COLOR_TYPE_GRAY, 8, 0, 1 },
	{ "grey and alpha", PNG_COLOR_TYPE_GRAY_ALPHA, 8, 0, 0 },
	{ "grey and alpha of 16 bits", PNG_COLOR_TYPE_GRAY_ALPHA, 16, 1, 0 },
	{ "palette of 1 bit", PNG_COLOR_TYPE_PALETTE, 1, 0, 0 },
	{ "palette of 4 bits", PNG_COLOR_TYPE_PALETTE, 4, 0, 0 },
	{ "palette of 8 bits, transparent", PNG_COLOR_TYPE_PALETTE, 8, 1, 1 },
	{ "colour of 8 bits", PNG_COLOR_TYPE_RGB, 8, 0, 0 },
	{ "colour of 16 bits", PNG_COLOR_TYPE_RGB, 16, 0, 0 },
	{ "colour with a transparent one", PNG_COLOR_TYPE_RGB, 8, 0, 1 },
	{ "colour and alpha", PNG_COLOR_TYPE_RGB_ALPHA, 8, 1, 0 },
	{ "colour and alpha of 16 bits", PNG_COLOR_TYPE_RGB_ALPHA, 16, 0, 0 },
};

static const struct jpeg_kind jpegs[] = {
	{ "grey", JCS_GRAYSCALE, 1, 0 },
	{ "colour", JCS_YCbCr, 3, 0 },
	{ "colour, progressive", JCS_YCbCr, 3, 1 },
	{ "plain red, green, blue", JCS_RGB, 3, 0 },
	{ "four inks", JCS_CMYK, 4, 0 },
	{ "four inks, transformed", JCS_YCCK, 4, 0 },
};

/* Light on the left; on the right dark, or the white behind it. */
static void check_halves(const struct blob *blob, int right, const char *name)
{
	struct trouble trouble = { "" };
	struct image image;
	int err = image_decode(blob->data, blob->size, &image, &trouble);
	int worst = 0;

	if (!TAP_CHECK(!err)) {
		tap_note("%s: %s", name, trouble.text);
		return;
	}
	TAP_EQUAL(image.width, SAMPLE_SIDE);
	TAP_EQUAL(image.height, SAMPLE_SIDE);
	for (uint32_t y = 0; y < image.height; y++)
		for (uint32_t x = 0; x < image.width; x++)
			for (int c = 0; c < 3; c++) {
				int want = x < SAMPLE_SIDE / 2 ? 255 : right;
				int off = abs(image_pixel(&image, x, y)[c] -
					      want);

				worst = off > worst ? off : worst;
			}
	if (!TAP_CHECK(worst <= 12))
		tap_note("%s: off by %d", name, worst);
	image_free(&image);
}

static void kinds_of_png_are_read(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pngs); i++) {
		struct blob blob = png_sample(&pngs[i]);
		int clear = pngs[i].transparent ||
			    (pngs[i].colour & PNG_COLOR_MASK_ALPHA);

		check_halves(&blob, clear ? 255 : 0, pngs[i].name);
		blob_free(&blob);
	}
}

static void kinds_of_jpeg_are_read(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(jpegs); i++) {
		struct blob blob = jpeg_sample(&jpegs[i]);

		check_halves(&blob, 0, jpegs[i].name);
		blob_free(&blob);
	}
}

/* Fails with words, and leaves nothing. */
static bool refused(const void *data, size_t size, int want)
{
	struct trouble trouble = { "" };
	struct image image;
	int err = image_decode(data, size, &image, &trouble);

	if (!err) {
		image_free(&image);
		return false;
	}
	return (!want || err == want) && trouble.text[0] && !image.pixels;
}

/* From malloc(), so that a read past the end is seen. */
static bool cut_refused(const struct blob *blob, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	bool result;

	memcpy(copy, blob->data, size);
	result = refused(copy, size, 0);
	free(copy);
	return result;
}

static void cut_files_are_refused(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pngs); i++) {
		struct blob blob = png_sample(&pngs[i]);

		for (size_t size = 0; size < blob.size; size++)
			if (!TAP_CHECK(cut_refused(&blob, size)))
				tap_note("%s, %zu bytes", pngs[i].name, size);
		blob_free(&blob);
	}
}

/* Without its last two bytes, the end marker, a JPEG is as good. */
static void cut_jpegs_are_refused(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(jpegs); i++) {
		struct blob blob = jpeg_sample(&jpegs[i]);

		for (size_t size = 0; size + 2 < blob.size; size++)
			if (!TAP_CHECK(cut_refused(&blob, size)))
				tap_note("%s, %zu of %zu bytes", jpegs[i].name,
					 size, blob.size);
		blob_free(&blob);
	}
}

static void giants_are_refused(void)
{
	static const uint32_t sizes[][2] = {
		{ 0x7fffffff, 0x7fffffff }, { 0x7fffffff, 1 },
		{ 1, 0x7fffffff },	    { IMAGE_SIDE_MAX + 1, 1 },
		{ 20000, 20000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct blob blob = png_sample(&pngs[3]);

		png_claim_size(&blob, sizes[i][0], sizes[i][1]);
		TAP_CHECK(refused(blob.data, blob.size, -EFBIG));
		blob_free(&blob);
	}
}

static void giant_jpegs_are_refused(void)
{
	struct blob blob = jpeg_sample(&jpegs[1]);

	jpeg_claim_size(&blob, 65000, 65000);
	TAP_CHECK(refused(blob.data, blob.size, -EFBIG));
	jpeg_claim_size(&blob, 65000, 1);
	TAP_CHECK(refused(blob.data, blob.size, -EFBIG));
	/* Small enough, but the pixels do not come. */
	jpeg_claim_size(&blob, 3000, 3000);
	TAP_CHECK(refused(blob.data, blob.size, -EINVAL));
	blob_free(&blob);
}

static void pictures_without_pixels_are_refused(void)
{
	struct blob blob = png_sample(&pngs[3]);
	struct image image;

	png_claim_size(&blob, 0, 1);
	TAP_CHECK(refused(blob.data, blob.size, -EINVAL));
	png_claim_size(&blob, 1, 0);
	TAP_CHECK(refused(blob.data, blob.size, -EINVAL));
	blob_free(&blob);
	TAP_EQUAL(image_create(&image, 0, 1), -EINVAL);
	TAP_CHECK(!image.pixels);
}

static void other_files_are_refused(void)
{
	static const char *const files[] = {
		"", "GIF89a", "BM", "\x89PNG", "\xff\xd8", "P6 1 1 255 abc",
	};
	struct blob blob = png_sample(&pngs[3]);

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		TAP_CHECK(refused(files[i], strlen(files[i]), -EOPNOTSUPP));
	blob.data[1] = 'Q';
	TAP_CHECK(refused(blob.data, blob.size, -EOPNOTSUPP));
	blob_free(&blob);
}

/* Flips each byte in turn: an error or a picture, and no report of ASan. */
static void damaged_files_do_no_harm(void)
{
	struct blob blob = png_sample(&pngs[9]);
	struct trouble trouble;
	struct image image;
	size_t failed = 0;

	for (size_t i = 8; i < blob.size; i++) {
		blob.data[i] ^= 0xff;
		if (image_decode(blob.data, blob.size, &image, &trouble))
			failed++;
		else
			image_free(&image);
		blob.data[i] ^= 0xff;
	}
	/* Nearly every byte is under a checksum. */
	TAP_CHECK(failed > blob.size / 2);
	blob_free(&blob);
}

static void missing_files_are_named(void)
{
	struct trouble trouble;
	struct image image;

	TAP_EQUAL(image_load("/nonexistent/a.png", &image, &trouble), -EIO);
	TAP_STRING(trouble.text,
		   "/nonexistent/a.png: No such file or directory");
	TAP_EQUAL(image_load("/", &image, &trouble), -EIO);
	TAP_CHECK(strstr(trouble.text, "/: "));
}

static void fill_noise(struct image *image)
{
	for (size_t i = 0; i < (size_t)3 * image->width * image->height; i++)
		image->pixels[i] = (uint8_t)(i * 2654435761u >> 13);
}

static void what_is_written_is_read_again(void)
{
	char path[] = "/tmp/axle-test-XXXXXX";
	struct image image, again;
	struct trouble trouble;
	int fd = mkstemp(path);

	TAP_REQUIRE(fd >= 0);
	close(fd);
	TAP_REQUIRE(!image_create(&image, 37, 11));
	fill_noise(&image);
	TAP_EQUAL(image_save_png(path, &image, &trouble), 0);
	if (TAP_CHECK(!image_load(path, &again, &trouble))) {
		TAP_EQUAL(again.width, 37);
		TAP_EQUAL(again.height, 11);
		TAP_CHECK(!memcmp(again.pixels, image.pixels,
				  (size_t)3 * 37 * 11));
		image_free(&again);
	}
	unlink(path);
	TAP_EQUAL(image_save_png("/nonexistent/a.png", &image, &trouble), -EIO);
	image_free(&image);
}

static void a_full_disk_is_told(void)
{
	struct trouble trouble;
	struct image image;

	if (access("/dev/full", W_OK))
		TAP_SKIP("there is no /dev/full");
	/* A name of ours, as a file that failed is removed. */
	unlink("/tmp/axle-test-full.png");
	TAP_REQUIRE(!symlink("/dev/full", "/tmp/axle-test-full.png"));
	TAP_REQUIRE(!image_create(&image, 300, 300));
	fill_noise(&image);
	TAP_EQUAL(image_save_png("/tmp/axle-test-full.png", &image, &trouble),
		  -EIO);
	TAP_ERRNO(access("/tmp/axle-test-full.png", F_OK), ENOENT);
	image_free(&image);
}

/* Exif with one entry, the orientation: turned to the right. */
static const uint8_t exif[] = {
	'E', 'x', 'i',	'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0,
	1,   0,	  0x12, 1,   3, 0, 1,	0,   0,	 0, 6, 0, 0, 0,
};
/* The marker comes right after the start of the image. */
static void a_turned_jpeg_is_put_upright(void)
{
	struct blob blob = jpeg_sample(&jpegs[1]);
	size_t length = sizeof(exif) + 2;
	uint8_t *data = malloc(blob.size + length + 2);
	struct trouble trouble;
	struct image image;

	TAP_REQUIRE(data);
	memcpy(data, blob.data, 2);
	memcpy(data + 2, (uint8_t[]){ 0xff, 0xe1, 0, (uint8_t)length }, 4);
	memcpy(data + 6, exif, sizeof(exif));
	memcpy(data + 4 + length, blob.data + 2, blob.size - 2);
	TAP_REQUIRE(
		!image_decode(data, blob.size + length + 2, &image, &trouble));
	/* Left became top. */
	TAP_CHECK(image_pixel(&image, SAMPLE_SIDE - 1, 0)[0] > 240);
	TAP_CHECK(image_pixel(&image, 0, SAMPLE_SIDE - 1)[0] < 16);
	image_free(&image);
	free(data);
	blob_free(&blob);
}

static const struct tap_case cases[] = {
	{ "every kind of PNG is read, over white", kinds_of_png_are_read },
	{ "every kind of JPEG is read", kinds_of_jpeg_are_read },
	{ "a PNG cut anywhere is refused", cut_files_are_refused },
	{ "a JPEG cut anywhere is refused", cut_jpegs_are_refused },
	{ "a PNG that claims too many pixels is refused", giants_are_refused },
	{ "a JPEG that claims too many pixels is refused",
	  giant_jpegs_are_refused },
	{ "a picture without pixels is refused",
	  pictures_without_pixels_are_refused },
	{ "files of other kinds are refused", other_files_are_refused },
	{ "a PNG with any byte changed does no harm",
	  damaged_files_do_no_harm },
	{ "a file that is missing or a directory is named",
	  missing_files_are_named },
	{ "a picture that is written is read again as it was",
	  what_is_written_is_read_again },
	{ "a full disk is told, and no half file stays", a_full_disk_is_told },
	{ "a JPEG of a turned camera is put upright",
	  a_turned_jpeg_is_put_upright },
};
TAP_MAIN(cases)
