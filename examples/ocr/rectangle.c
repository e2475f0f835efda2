// SPDX-License-Identifier: MIT
#include "rectangle.h"

#include <float.h>
#include <math.h>

/* Positive for a turn to the right, as y points down. */
static int64_t turn(struct spot a, struct spot b, struct spot c)
{
	return (int64_t)(b.x - a.x) * (c.y - a.y) -
	       (int64_t)(b.y - a.y) * (c.x - a.x);
}

/* Andrew's: one chain down, one back up. */
static size_t convex_hull(const struct spot *spots, size_t count,
			  struct spot *hull)
{
	size_t n = 0, floor;

	for (size_t i = 0; i < count; i++) {
		while (n >= 2 && turn(hull[n - 2], hull[n - 1], spots[i]) <= 0)
			n--;
		hull[n++] = spots[i];
	}
	floor = n + 1;
	for (size_t i = count - 1; i-- > 0;) {
		while (n >= floor &&
		       turn(hull[n - 2], hull[n - 1], spots[i]) <= 0)
			n--;
		hull[n++] = spots[i];
	}
	return n > 1 ? n - 1 : n;
}

static struct rectangle along(const struct spot *hull, size_t count,
			      struct point axis)
{
	float low_u = FLT_MAX, high_u = -FLT_MAX;
	float low_v = FLT_MAX, high_v = -FLT_MAX;
	float u, v;

	for (size_t i = 0; i < count; i++) {
		u = (float)hull[i].x * axis.x + (float)hull[i].y * axis.y;
		v = (float)hull[i].y * axis.x - (float)hull[i].x * axis.y;
		low_u = fminf(low_u, u);
		high_u = fmaxf(high_u, u);
		low_v = fminf(low_v, v);
		high_v = fmaxf(high_v, v);
	}
	u = (low_u + high_u) / 2;
	v = (low_v + high_v) / 2;
	return (struct rectangle){
		.centre = { u * axis.x - v * axis.y, u * axis.y + v * axis.x },
		.axis = axis,
		.half_length = (high_u - low_u) / 2,
		.half_width = (high_v - low_v) / 2,
	};
}

/* One side of the smallest lies on a side of the hull. */
struct rectangle rectangle_around(const struct spot *spots, size_t count,
				  struct spot *hull)
{
	size_t n = convex_hull(spots, count, hull);
	struct rectangle best = along(hull, n, (struct point){ 1, 0 });

	for (size_t i = 0; i < n; i++) {
		float dx = (float)(hull[(i + 1) % n].x - hull[i].x);
		float dy = (float)(hull[(i + 1) % n].y - hull[i].y);
		float length = hypotf(dx, dy);
		struct rectangle r;

		if (length == 0)
			continue;
		r = along(hull, n, (struct point){ dx / length, dy / length });
		if (r.half_length * r.half_width <
		    best.half_length * best.half_width)
			best = r;
	}
	return best;
}

static void swap(struct point *a, struct point *b)
{
	struct point old = *a;

	*a = *b;
	*b = old;
}

void rectangle_corners(const struct rectangle *r, struct point corners[4])
{
	static const float signs[4][2] = {
		{ -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 }
	};

	for (unsigned int i = 0; i < 4; i++) {
		float u = signs[i][0] * r->half_length;
		float v = signs[i][1] * r->half_width;

		corners[i].x = r->centre.x + u * r->axis.x - v * r->axis.y;
		corners[i].y = r->centre.y + u * r->axis.y + v * r->axis.x;
	}
	/* The left two, then the right two; the upper of each first. */
	for (unsigned int i = 0; i < 3; i++)
		for (unsigned int j = i + 1; j < 4; j++)
			if (corners[j].x < corners[i].x)
				swap(&corners[i], &corners[j]);
	if (corners[1].y < corners[0].y)
		swap(&corners[0], &corners[1]);
	if (corners[3].y < corners[2].y)
		swap(&corners[2], &corners[3]);
	/* top left, bottom left, top right, bottom right: make it a round */
	swap(&corners[1], &corners[2]);
	swap(&corners[2], &corners[3]);
}
