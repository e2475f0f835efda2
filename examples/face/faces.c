// SPDX-License-Identifier: MIT
/*
 * Faces. The picture is put in the middle of a square of 128 pixels. The
 * network answers for each cell of two grids, and for some anchors in each cell,
 * how likely there is a face, and where it is as seen from the cell's middle:
 * 16 numbers, of which the first four are its centre and its size.
 */
#include "faces.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 128u
#define NUMBERS 16u
#define SCORE_MIN .75f
#define OVERLAP_MAX .3f

struct grid {
	uint32_t cells; /* a side */
	uint32_t anchors; /* a cell */
};

static const struct grid grids[] = { { 16, 2 }, { 8, 6 } };

/* Where the picture lies in the square. */
struct fit {
	uint32_t width;
	uint32_t height;
	uint32_t left;
	uint32_t top;
	float scale; /* pixels of the picture for one of the square */
};

static struct fit fit_square(const struct image *image)
{
	uint32_t side = image->width > image->height ? image->width :
						       image->height;
	struct fit fit = { .scale = (float)side / SIDE };

	fit.width = (uint32_t)((uint64_t)image->width * SIDE / side);
	fit.height = (uint32_t)((uint64_t)image->height * SIDE / side);
	fit.width += !fit.width;
	fit.height += !fit.height;
	fit.left = (SIDE - fit.width) / 2;
	fit.top = (SIDE - fit.height) / 2;
	return fit;
}

/* Halves, each pixel the mean of four, until bilinear sampling sees them all. */
static int shrink(const struct image *image, const struct fit *fit,
		  struct image *out)
{
	struct image now = { 0 }, half;
	const struct image *from = image;
	int err = 0;

	while (!err && from->width >= 2 * fit->width &&
	       from->height >= 2 * fit->height) {
		err = image_resize(from, from->width / 2, from->height / 2,
				   &half);
		image_free(&now);
		now = half;
		from = &now;
	}
	if (!err)
		err = image_resize(from, fit->width, fit->height, out);
	image_free(&now);
	return err;
}

static int fill_input(struct job *job, const struct image *image,
		      const struct fit *fit)
{
	struct image small;
	size_t count;
	float *input = job_input(job, &count);
	int err;

	if (count != (size_t)SIDE * SIDE * 3)
		return -EINVAL;
	err = shrink(image, fit, &small);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		input[i] = -1;
	for (uint32_t y = 0; y < small.height; y++) {
		const uint8_t *from = image_pixel(&small, 0, y);
		float *to =
			input + 3 * ((size_t)(fit->top + y) * SIDE + fit->left);

		for (uint32_t x = 0; x < 3 * small.width; x++)
			to[x] = (float)from[x] / 127.5f - 1;
	}
	image_free(&small);
	return 0;
}

static void add_face(struct faces *out, const struct fit *fit,
		     const float *numbers, struct point anchor, float score)
{
	float x = (anchor.x + numbers[0] - (float)fit->left) * fit->scale;
	float y = (anchor.y + numbers[1] - (float)fit->top) * fit->scale;
	float reach_x = numbers[2] / 2 * fit->scale;
	float reach_y = numbers[3] / 2 * fit->scale;

	out->list[out->count++] = (struct face){
		.low = { x - reach_x, y - reach_y },
		.high = { x + reach_x, y + reach_y },
		.score = score,
	};
}

static void read_grid(const struct grid *grid, const float *scores,
		      const float *numbers, const struct fit *fit,
		      struct faces *out)
{
	uint32_t count = grid->cells * grid->cells * grid->anchors;
	float step = (float)SIDE / (float)grid->cells;

	for (uint32_t i = 0; i < count && out->count < FACES_MAX; i++) {
		uint32_t cell = i / grid->anchors;
		struct point anchor = {
			((float)(cell % grid->cells) + .5f) * step,
			((float)(cell / grid->cells) + .5f) * step,
		};
		float score = 1 / (1 + expf(-scores[i]));

		if (score >= SCORE_MIN)
			add_face(out, fit, numbers + (size_t)i * NUMBERS,
				 anchor, score);
	}
}

/* Outputs come in any order: their sizes tell them apart. */
static const float *output_of(struct job *job, size_t count)
{
	struct job_output out;

	for (uint32_t i = 0; !job_output(job, i, &out); i++)
		if (out.count == count)
			return out.data;
	return NULL;
}

static int read_outputs(struct job *job, const struct fit *fit,
			struct faces *out)
{
	for (size_t i = 0; i < sizeof(grids) / sizeof(grids[0]); i++) {
		const struct grid *grid = &grids[i];
		size_t count =
			(size_t)grid->cells * grid->cells * grid->anchors;
		const float *scores = output_of(job, count);
		const float *numbers = output_of(job, count * NUMBERS);

		if (!scores || !numbers)
			return -EINVAL;
		read_grid(grid, scores, numbers, fit, out);
	}
	return 0;
}

static int run(struct job *job, const struct image *image, struct faces *out,
	       struct trouble *trouble)
{
	struct fit fit = fit_square(image);
	int err = fill_input(job, image, &fit);

	if (err)
		return trouble_set(trouble, err, "the picture: %s",
				   strerror(-err));
	err = job_run(job, trouble);
	if (err)
		return err;
	err = read_outputs(job, &fit, out);
	if (err)
		return trouble_set(trouble, err,
				   "the network is not BlazeFace front");
	faces_thin(out);
	return 0;
}

int faces_find(struct network *network, const struct image *image,
	       struct faces *out, struct trouble *trouble)
{
	struct job *job;
	int err;

	out->count = 0;
	err = job_create(network, NULL, &job, trouble);
	if (err)
		return err;
	err = run(job, image, out, trouble);
	job_destroy(job);
	return err;
}

static float area(const struct face *face)
{
	return fmaxf(0, face->high.x - face->low.x) *
	       fmaxf(0, face->high.y - face->low.y);
}

float face_overlap(const struct face *a, const struct face *b)
{
	struct face both = {
		.low = { fmaxf(a->low.x, b->low.x), fmaxf(a->low.y, b->low.y) },
		.high = { fminf(a->high.x, b->high.x),
			  fminf(a->high.y, b->high.y) },
	};
	float shared = area(&both);
	float all = area(a) + area(b) - shared;

	return all > 0 ? shared / all : 0;
}

static int by_score(const void *a, const void *b)
{
	float sa = ((const struct face *)a)->score;
	float sb = ((const struct face *)b)->score;

	return (sa < sb) - (sa > sb);
}

void faces_thin(struct faces *faces)
{
	struct face *list = faces->list;
	uint32_t kept = 0, i, k;

	qsort(list, faces->count, sizeof(*list), by_score);
	for (i = 0; i < faces->count; i++) {
		for (k = 0; k < kept; k++)
			if (face_overlap(&list[i], &list[k]) > OVERLAP_MAX)
				break;
		if (k == kept)
			list[kept++] = list[i];
	}
	faces->count = kept;
}
