// SPDX-License-Identifier: MIT
#include "draw.h"

#include <math.h>

static void put(struct image *image, long x, long y, uint32_t colour)
{
	uint8_t *pixel;

	if (x < 0 || y < 0 || x >= image->width || y >= image->height)
		return;
	pixel = image_pixel(image, (uint32_t)x, (uint32_t)y);
	pixel[0] = (uint8_t)(colour >> 16);
	pixel[1] = (uint8_t)(colour >> 8);
	pixel[2] = (uint8_t)colour;
}

/* One pixel for each thousand of the picture's longer side, at least one. */
static long half_width(const struct image *image)
{
	uint32_t side = image->width > image->height ? image->width :
						       image->height;

	return side / 1000;
}

static void draw_dot(struct image *image, float x, float y, uint32_t colour)
{
	long reach = half_width(image);

	for (long dy = -reach; dy <= reach; dy++)
		for (long dx = -reach; dx <= reach; dx++)
			put(image, lroundf(x) + dx, lroundf(y) + dy, colour);
}

static void draw_line(struct image *image, struct point from, struct point to,
		      uint32_t colour)
{
	float dx = to.x - from.x, dy = to.y - from.y;
	float steps = ceilf(fmaxf(fabsf(dx), fabsf(dy)));

	/* Far outside of any picture, or not a number. */
	if (!(steps <= 4 * IMAGE_SIDE_MAX))
		return;
	for (float i = 0; i <= steps; i++) {
		float share = steps > 0 ? i / steps : 0;

		draw_dot(image, from.x + dx * share, from.y + dy * share,
			 colour);
	}
}

void draw_polygon(struct image *image, const struct point *points,
		  unsigned int count, uint32_t colour)
{
	for (unsigned int i = 0; i < count; i++)
		draw_line(image, points[i], points[(i + 1) % count], colour);
}

uint32_t draw_colour(float confidence)
{
	static const struct {
		float from;
		uint32_t colour;
	} steps[] = { { .9f, 0x00a000 }, { .75f, 0xe08000 } };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (confidence >= steps[i].from)
			return steps[i].colour;
	return 0xd00000;
}
