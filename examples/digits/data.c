// SPDX-License-Identifier: MIT
#include "data.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 100000

static int add_digit(struct digits *out, const float *pixels, uint8_t label)
{
	struct digit *more;

	if (out->count == COUNT_MAX)
		return -EFBIG;
	if (!(out->count & (out->count - 1))) {
		more = realloc(out->list,
			       (2 * out->count + 1) * sizeof(*out->list));
		if (!more)
			return -ENOMEM;
		out->list = more;
	}
	more = &out->list[out->count++];
	more->label = label;
	for (size_t i = 0; i < DIGIT_PIXELS; i++)
		more->pixels[i] =
			(uint8_t)lrintf(fminf(1, fmaxf(0, pixels[i])) * 255);
	return 0;
}

/* { "data": [0,0.5,...] }: numbers only, DIGIT_PIXELS of them a digit. */
static int read_numbers(FILE *file, struct digits *out, uint8_t label)
{
	float pixels[DIGIT_PIXELS];
	size_t n = 0;
	int err = 0;
	int c;

	if (fscanf(file, " { \"data\" : [%c", &(char){ 0 }) != 1)
		return -EINVAL;
	fseek(file, -1, SEEK_CUR);
	do {
		if (fscanf(file, "%f", &pixels[n]) != 1)
			return -EINVAL;
		if (++n == DIGIT_PIXELS) {
			err = add_digit(out, pixels, label);
			n = 0;
		}
		c = fgetc(file);
	} while (!err && c == ',');
	return err ? err : n || c != ']' ? -EINVAL : 0;
}

int digits_load(const char *dir, struct digits *out, struct trouble *trouble)
{
	char path[4096];
	FILE *file;
	int err = 0;

	*out = (struct digits){ 0 };
	for (uint8_t label = 0; !err && label < CLASSES; label++) {
		snprintf(path, sizeof(path), "%s/%u.json", dir, label);
		file = fopen(path, "re");
		if (!file)
			err = -errno;
		if (file) {
			err = read_numbers(file, out, label);
			fclose(file);
		}
		if (err)
			trouble_set(trouble, err, "%s: %s", path,
				    strerror(-err));
	}
	if (err)
		digits_free(out);
	return err;
}

void digits_free(struct digits *digits)
{
	free(digits->list);
	*digits = (struct digits){ 0 };
}

static void swap(struct digit *a, struct digit *b)
{
	struct digit old = *a;

	*a = *b;
	*b = old;
}

static void shuffle(struct digit *list, size_t count, struct random *random)
{
	for (size_t i = count; i > 1; i--)
		swap(&list[i - 1], &list[random_below(random, (uint32_t)i)]);
}

int digits_split(struct digits *digits, struct random *random, size_t *first)
{
	size_t count = digits->count, tail = count - count / 10, head = 0;
	struct digit *list = calloc(count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	*first = tail;
	for (size_t i = 0; i < count; i++)
		list[i % 10 == 9 ? tail++ : head++] = digits->list[i];
	free(digits->list);
	digits->list = list;
	shuffle(list, *first, random);
	shuffle(list + *first, count - *first, random);
	return 0;
}
