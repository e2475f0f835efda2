/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_DRAW_H
#define EXAMPLES_DRAW_H

#include "image.h"

struct point {
	float x;
	float y;
};

/* A closed line through the points, in the colour 0xrrggbb. */
void draw_polygon(struct image *image, const struct point *points,
		  unsigned int count, uint32_t colour);

/* Green for what is sure, over orange to red. */
uint32_t draw_colour(float confidence);

#endif
