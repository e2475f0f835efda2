/* SPDX-License-Identifier: MIT */
/* From the probabilities of characters at each step to text. */
#ifndef OCR_CTC_H
#define OCR_CTC_H

#include "trouble.h"

#include <stdint.h>

/* A line each character; class 0 is none, the class after the last a space. */
struct keys {
	char *text;
	const char **list;
	uint32_t count;
};

int keys_load(const char *path, struct keys *keys, struct trouble *trouble);
/* Takes over the text, which is from malloc(). 0 or -ENOMEM. */
int keys_split(char *text, struct keys *keys);
void keys_free(struct keys *keys);

/*
 * The likeliest class of each step; repeats of it are one. Spaces that almost
 * were the likeliest are kept as well. There must be count + 2 classes.
 * Confidence is the mean of what was likeliest, 0 without any.
 */
int ctc_decode(const struct keys *keys, const float *steps, uint32_t count,
	       uint32_t classes, char **text, float *confidence);

#endif
