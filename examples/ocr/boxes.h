/* SPDX-License-Identifier: MIT */
/*
 * From the probability of text at each pixel to rectangles around lines of it:
 * what the authors of "Real-time Scene Text Detection with Differentiable
 * Binarization" do after their network.
 */
#ifndef OCR_BOXES_H
#define OCR_BOXES_H

#include "draw.h"

#define BOXES_MAX 1000

struct box {
	struct point corners[4]; /* clockwise, from the text's top left */
	float score; /* mean probability */
};

struct boxes {
	struct box *list;
	uint32_t count;
};

/* In pixels of the map, in reading order. 0 or -ENOMEM. */
int boxes_find(const float *map, uint32_t width, uint32_t height,
	       struct boxes *out);
void boxes_free(struct boxes *boxes);

/* Top to bottom, then left to right. */
void boxes_sort(struct boxes *boxes);

#endif
