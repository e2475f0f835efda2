/* SPDX-License-Identifier: MIT */
#ifndef OCR_RECTANGLE_H
#define OCR_RECTANGLE_H

#include "draw.h"

struct spot {
	int32_t x;
	int32_t y;
};

/* A rectangle that may be turned. */
struct rectangle {
	struct point centre;
	struct point axis; /* of length 1 */
	float half_length; /* along the axis */
	float half_width; /* across it */
};

/*
 * The smallest around the spots, at least one, which come sorted by y, then x.
 * Hull is scratch space for twice as many.
 */
struct rectangle rectangle_around(const struct spot *spots, size_t count,
				  struct spot *hull);

/* Clockwise, from the top left: the upper one of the left two. */
void rectangle_corners(const struct rectangle *r, struct point corners[4]);

#endif
