/* SPDX-License-Identifier: MIT */
/* BlazeFace's "front" network: faces that are near, as of who holds a phone. */
#ifndef FACE_FACES_H
#define FACE_FACES_H

#include "draw.h"
#include "network.h"

#define FACES_MAX 64

struct face {
	struct point low; /* left, top */
	struct point high;
	float score;
};

struct faces {
	struct face list[FACES_MAX]; /* the surest first, in pixels */
	uint32_t count;
};

int faces_find(struct network *network, const struct image *image,
	       struct faces *out, struct trouble *trouble);

/* The share that both have of what either has. */
float face_overlap(const struct face *a, const struct face *b);

/* Drops those that overlap one with a better score; sorts. */
void faces_thin(struct faces *faces);

#endif
