// SPDX-License-Identifier: MIT
#include "ctc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_FILE_MAX (1 << 20) /* bytes */
/*
 * A narrow space is often spread over two steps of which each is a little
 * likelier to be nothing: what counts is the chance that any of them is one.
 */
#define GAP_MIN .3

int keys_split(char *text, struct keys *keys)
{
	uint32_t lines = 1;
	char *save = NULL, *line;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	keys->text = text;
	keys->count = 0;
	keys->list = calloc(lines, sizeof(*keys->list));
	if (!keys->list)
		return -ENOMEM;
	for (line = strtok_r(text, "\r\n", &save); line;
	     line = strtok_r(NULL, "\r\n", &save))
		keys->list[keys->count++] = line;
	return 0;
}

int keys_load(const char *path, struct keys *keys, struct trouble *trouble)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t size;
	int err;

	*keys = (struct keys){ 0 };
	if (!file)
		return trouble_set(trouble, -EIO, "%s: %s", path,
				   strerror(errno));
	text = calloc(1, KEYS_FILE_MAX + 1);
	size = text ? fread(text, 1, KEYS_FILE_MAX, file) : 0;
	err = ferror(file) ? -EIO : 0;
	fclose(file);
	if (!text || (!err && keys_split(text, keys)))
		err = -ENOMEM;
	if (!err && (!size || !keys->count))
		err = -EINVAL;
	if (err) {
		if (!keys->text)
			free(text);
		keys_free(keys);
		trouble_set(trouble, err, "%s: %s", path, strerror(-err));
	}
	return err;
}

void keys_free(struct keys *keys)
{
	free(keys->list);
	free(keys->text);
	*keys = (struct keys){ 0 };
}

static uint32_t likeliest(const float *step, uint32_t classes)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < classes; i++)
		if (step[i] > step[best])
			best = i;
	return best;
}

struct decoder {
	const struct keys *keys;
	FILE *out;
	uint32_t last; /* class of the step before */
	bool spaced; /* nothing, or a space, was written last */
	double solid; /* probability that no step since then is a space */
	double sum;
	uint32_t kept;
};

static void keep(struct decoder *d, uint32_t class, float probability)
{
	bool space = class > d->keys->count;

	if (!space && !d->spaced && 1 - d->solid >= GAP_MIN)
		fputc(' ', d->out);
	fputs(space ? " " : d->keys->list[class - 1], d->out);
	d->spaced = space;
	d->solid = 1;
	d->sum += (double)probability;
	d->kept++;
}

static void decode_step(struct decoder *d, const float *step, uint32_t classes)
{
	uint32_t best = likeliest(step, classes);

	if (!best)
		d->solid *= 1 - (double)step[classes - 1];
	else if (best != d->last)
		keep(d, best, step[best]);
	d->last = best;
}

int ctc_decode(const struct keys *keys, const float *steps, uint32_t count,
	       uint32_t classes, char **text, float *confidence)
{
	struct decoder d = { .keys = keys, .spaced = true, .solid = 1 };
	size_t size = 0;

	*text = NULL;
	*confidence = 0;
	if (classes != keys->count + 2)
		return -EINVAL;
	d.out = open_memstream(text, &size);
	if (!d.out)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++, steps += classes)
		decode_step(&d, steps, classes);
	if (fclose(d.out)) {
		free(*text);
		*text = NULL;
		return -ENOMEM;
	}
	if (d.kept)
		*confidence = (float)(d.sum / d.kept);
	return 0;
}
