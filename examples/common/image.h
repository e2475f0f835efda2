/* SPDX-License-Identifier: MIT */
/*
 * Pictures in memory, and the files they come from. Functions return 0 or a
 * negative errno: EINVAL a broken file, EOPNOTSUPP a good one of a kind that is
 * not read here, EFBIG more pixels than IMAGE_PIXELS_MAX.
 */
#ifndef EXAMPLES_IMAGE_H
#define EXAMPLES_IMAGE_H

#include "trouble.h"

#include <stddef.h>
#include <stdint.h>

#define IMAGE_SIDE_MAX 20000u
#define IMAGE_PIXELS_MAX 40000000u
#define IMAGE_FILE_MAX (256u << 20) /* bytes */

/* Three bytes a pixel: red, green, blue; rows without gaps. */
struct image {
	uint32_t width;
	uint32_t height;
	uint8_t *pixels;
};

/* Pixels are zero. -EFBIG, -EINVAL for no pixels, -ENOMEM. */
int image_create(struct image *image, uint32_t width, uint32_t height);
void image_free(struct image *image);

static inline uint8_t *image_pixel(const struct image *image, uint32_t x,
				   uint32_t y)
{
	return image->pixels + 3 * ((size_t)y * image->width + x);
}

/*
 * PNG or JPEG, told apart by their first bytes. Alpha goes over white; a JPEG is
 * turned as its camera was.
 */
int image_decode(const void *data, size_t size, struct image *image,
		 struct trouble *trouble);
int image_load(const char *path, struct image *image, struct trouble *trouble);
int image_save_png(const char *path, const struct image *image,
		   struct trouble *trouble);

/* Checks the size a file claims to have. */
int image_check_size(uint64_t width, uint64_t height, struct trouble *trouble);

/* One format each; the magic has been looked at. */
int image_decode_png(const void *data, size_t size, struct image *image,
		     struct trouble *trouble);
int image_decode_jpeg(const void *data, size_t size, struct image *image,
		      struct trouble *trouble);

/* Bilinear, with the pixels' centres at halves. */
int image_resize(const struct image *from, uint32_t width, uint32_t height,
		 struct image *to);

/* A quarter turn against the clock. */
int image_rotate(const struct image *from, struct image *to);

#endif
