// SPDX-License-Identifier: MIT
#include "crop.h"

#include <math.h>
#include <stdbool.h>

/* Height by width from which a box is taken for a turned line. */
#define TURNED 1.5f

/* The weights of four neighbours by cubic convolution. */
static void cubic_weights(float share, float weights[4])
{
	const float a = -.75f;
	float t = share, s = 1 - share;

	weights[0] =
		((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
	weights[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
	weights[2] = ((a + 2) * s - (a + 3)) * s * s + 1;
	weights[3] = 1 - weights[0] - weights[1] - weights[2];
}

static uint32_t clamp(long at, uint32_t size)
{
	if (at < 0)
		return 0;
	return at < (long)size ? (uint32_t)at : size - 1;
}

/* Beyond the border, the border goes on. */
static void sample(const struct image *image, float x, float y, uint8_t *out)
{
	float wx[4], wy[4], sums[3] = { 0 };
	long x0 = (long)floorf(x), y0 = (long)floorf(y);

	cubic_weights(x - (float)x0, wx);
	cubic_weights(y - (float)y0, wy);
	for (int j = 0; j < 4; j++) {
		uint32_t row = clamp(y0 - 1 + j, image->height);

		for (int i = 0; i < 4; i++) {
			uint32_t column = clamp(x0 - 1 + i, image->width);
			const uint8_t *pixel = image_pixel(image, column, row);
			float weight = wx[i] * wy[j];

			sums[0] += weight * (float)pixel[0];
			sums[1] += weight * (float)pixel[1];
			sums[2] += weight * (float)pixel[2];
		}
	}
	for (unsigned int c = 0; c < 3; c++)
		out[c] = (uint8_t)lrintf(fminf(255, fmaxf(0, sums[c])));
}

static float distance(struct point a, struct point b)
{
	return hypotf(a.x - b.x, a.y - b.y);
}

/* Scaling by x and y made a parallelogram of the rectangle: three corners. */
static void fill(const struct image *image, const struct box *box,
		 const struct image *out)
{
	const struct point *c = box->corners;
	float right_x = (c[1].x - c[0].x) / (float)out->width;
	float right_y = (c[1].y - c[0].y) / (float)out->width;
	float down_x = (c[3].x - c[0].x) / (float)out->height;
	float down_y = (c[3].y - c[0].y) / (float)out->height;

	for (uint32_t y = 0; y < out->height; y++)
		for (uint32_t x = 0; x < out->width; x++)
			sample(image,
			       c[0].x + (float)x * right_x + (float)y * down_x,
			       c[0].y + (float)x * right_y + (float)y * down_y,
			       image_pixel(out, x, y));
}

static void size_of(const struct box *box, uint32_t *width, uint32_t *height)
{
	const struct point *c = box->corners;

	*width = (uint32_t)fmaxf(1, fmaxf(distance(c[0], c[1]),
					  distance(c[3], c[2])));
	*height = (uint32_t)fmaxf(1, fmaxf(distance(c[0], c[3]),
					   distance(c[1], c[2])));
}

static bool is_turned(uint32_t width, uint32_t height)
{
	return (float)height >= TURNED * (float)width;
}

float crop_aspect(const struct box *box)
{
	uint32_t width, height;

	size_of(box, &width, &height);
	if (is_turned(width, height))
		return (float)height / (float)width;
	return (float)width / (float)height;
}

int crop_box(const struct image *image, const struct box *box,
	     struct image *out)
{
	struct image upright;
	uint32_t width, height;
	int err;

	size_of(box, &width, &height);
	err = image_create(out, width, height);
	if (err)
		return err;
	fill(image, box, out);
	if (!is_turned(width, height))
		return 0;
	err = image_rotate(out, &upright);
	image_free(out);
	*out = upright;
	return err;
}
