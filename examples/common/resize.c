// SPDX-License-Identifier: MIT
#include "image.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Two neighbours and the share of the second, in 1/2048. */
struct tap {
	uint32_t first;
	uint32_t second;
	int32_t share;
};

#define ONE 2048

static struct tap *make_taps(uint32_t from, uint32_t to)
{
	struct tap *taps = calloc(to, sizeof(*taps));

	for (uint32_t i = 0; taps && i < to; i++) {
		double at = (i + .5) * from / to - .5;
		double whole = floor(at);

		if (at < 0)
			at = whole = 0;
		taps[i].first = (uint32_t)whole;
		taps[i].second = taps[i].first + 1;
		taps[i].share = (int32_t)lrint((at - whole) * ONE);
		if (taps[i].second >= from)
			taps[i].second = taps[i].first;
	}
	return taps;
}

static void resize_row(const struct image *from, const struct tap *columns,
		       const struct tap *row, uint32_t width, uint8_t *out)
{
	const uint8_t *above = image_pixel(from, 0, row->first);
	const uint8_t *below = image_pixel(from, 0, row->second);

	for (uint32_t x = 0; x < width; x++) {
		size_t left = 3 * (size_t)columns[x].first;
		size_t right = 3 * (size_t)columns[x].second;
		int32_t share = columns[x].share;

		for (size_t c = 0; c < 3; c++) {
			int32_t a = above[left + c] * (ONE - share) +
				    above[right + c] * share;
			int32_t b = below[left + c] * (ONE - share) +
				    below[right + c] * share;
			int64_t sum = (int64_t)a * (ONE - row->share) +
				      (int64_t)b * row->share;

			out[3 * (size_t)x + c] =
				(uint8_t)((sum + ONE * ONE / 2) / (ONE * ONE));
		}
	}
}

int image_resize(const struct image *from, uint32_t width, uint32_t height,
		 struct image *to)
{
	struct tap *columns = NULL, *rows = NULL;
	int err = image_create(to, width, height);

	if (err)
		return err;
	columns = make_taps(from->width, width);
	rows = make_taps(from->height, height);
	if (columns && rows) {
		for (uint32_t y = 0; y < height; y++)
			resize_row(from, columns, &rows[y], width,
				   image_pixel(to, 0, y));
	} else {
		err = -ENOMEM;
		image_free(to);
	}
	free(rows);
	free(columns);
	return err;
}

int image_rotate(const struct image *from, struct image *to)
{
	int err = image_create(to, from->height, from->width);

	if (err)
		return err;
	for (uint32_t y = 0; y < to->height; y++)
		for (uint32_t x = 0; x < to->width; x++) {
			const uint8_t *pixel =
				image_pixel(from, from->width - 1 - y, x);
			uint8_t *out = image_pixel(to, x, y);

			out[0] = pixel[0];
			out[1] = pixel[1];
			out[2] = pixel[2];
		}
	return 0;
}
