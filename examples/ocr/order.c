// SPDX-License-Identifier: MIT
#include "boxes.h"

#include <math.h>
#include <stdlib.h>

static float middle_y(const struct box *box)
{
	float sum = 0;

	for (unsigned int i = 0; i < 4; i++)
		sum += box->corners[i].y;
	return sum / 4;
}

static int by_height(const void *a, const void *b)
{
	float ya = middle_y(a), yb = middle_y(b);

	return (ya > yb) - (ya < yb);
}

static int by_left(const void *a, const void *b)
{
	float xa = ((const struct box *)a)->corners[0].x;
	float xb = ((const struct box *)b)->corners[0].x;

	return (xa > xb) - (xa < xb);
}

static float left_side(const struct box *box)
{
	return hypotf(box->corners[3].x - box->corners[0].x,
		      box->corners[3].y - box->corners[0].y);
}

/* Boxes are in one row if the middle of each is well within the first. */
void boxes_sort(struct boxes *boxes)
{
	struct box *list = boxes->list;
	uint32_t first = 0;

	if (!boxes->count)
		return;
	qsort(list, boxes->count, sizeof(*list), by_height);
	for (uint32_t i = 1; i <= boxes->count; i++) {
		float reach = left_side(&list[first]) / 3;

		if (i < boxes->count &&
		    middle_y(&list[i]) - middle_y(&list[first]) < reach)
			continue;
		qsort(&list[first], i - first, sizeof(*list), by_left);
		first = i;
	}
}
