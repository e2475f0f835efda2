// SPDX-License-Identifier: MIT
/*
 * Rectangles around text. Pixels above a threshold that touch are one piece;
 * of a piece, the first and last pixel of each row are enough to find its hull
 * and the smallest rectangle around that. Its score is the mean of the piece,
 * not of the rectangle, so that lines on paper that is not flat count as well.
 * Networks are taught to mark the core of a line only, so the rectangle grows
 * before it is used. All memory lives in a struct finder for the length of one
 * call.
 */
#include "boxes.h"
#include "rectangle.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define THRESHOLD .3f
#define SCORE_MIN .6f
#define UNCLIP 1.6f
#define SIDE_MIN 3.f /* of the core */
#define SIDE_MIN_GROWN 5.f

struct finder {
	const float *map;
	uint32_t width;
	uint32_t height;
	uint8_t *seen; /* of each pixel: it is no text, or was visited */
	uint32_t *stack; /* pixels to visit */
	uint32_t depth;
	double sum; /* of the piece at hand: probabilities */
	uint32_t pixels;
	uint32_t top; /* rows */
	uint32_t bottom;
	uint32_t *left; /* of each row */
	uint32_t *right;
	struct spot *spots;
	struct spot *hull;
	struct boxes *out;
};

static void push(struct finder *f, uint32_t pixel)
{
	if (f->seen[pixel])
		return;
	f->seen[pixel] = 1;
	f->stack[f->depth++] = pixel;
}

static void push_row(struct finder *f, uint32_t x, uint32_t y)
{
	uint32_t row = y * f->width;

	if (x > 0)
		push(f, row + x - 1);
	push(f, row + x);
	if (x + 1 < f->width)
		push(f, row + x + 1);
}

static void note_pixel(struct finder *f, uint32_t x, uint32_t y)
{
	f->sum += (double)f->map[y * f->width + x];
	f->pixels++;
	if (y > f->bottom || f->left[y] > x)
		f->left[y] = x;
	if (y > f->bottom || f->right[y] < x)
		f->right[y] = x;
	if (y > f->bottom)
		f->bottom = y;
}

/*
 * The first pixel of a piece is in its first row, and a row is reached only
 * from one beside it: so rows below bottom are new.
 */
static void visit_piece(struct finder *f, uint32_t first)
{
	f->sum = 0;
	f->pixels = 0;
	f->top = f->bottom = first / f->width;
	f->left[f->top] = f->right[f->top] = first % f->width;
	push(f, first);
	while (f->depth) {
		uint32_t pixel = f->stack[--f->depth];
		uint32_t x = pixel % f->width, y = pixel / f->width;

		note_pixel(f, x, y);
		if (y > 0)
			push_row(f, x, y - 1);
		push_row(f, x, y);
		if (y + 1 < f->height)
			push_row(f, x, y + 1);
	}
}

static struct rectangle piece_rectangle(struct finder *f)
{
	size_t count = 0;

	for (uint32_t y = f->top; y <= f->bottom; y++) {
		f->spots[count++] =
			(struct spot){ (int32_t)f->left[y], (int32_t)y };
		f->spots[count++] =
			(struct spot){ (int32_t)f->right[y], (int32_t)y };
	}
	return rectangle_around(f->spots, count, f->hull);
}

static float short_side(const struct rectangle *r)
{
	return 2 * fminf(r->half_length, r->half_width);
}

static void add_piece(struct finder *f)
{
	struct rectangle r = piece_rectangle(f);
	float score = (float)(f->sum / f->pixels);
	float grow;
	struct box *box;

	if (short_side(&r) < SIDE_MIN || score < SCORE_MIN)
		return;
	/* Area by circumference. */
	grow = UNCLIP * r.half_length * r.half_width /
	       (r.half_length + r.half_width);
	r.half_length += grow;
	r.half_width += grow;
	if (short_side(&r) < SIDE_MIN_GROWN)
		return;
	box = &f->out->list[f->out->count++];
	box->score = score;
	rectangle_corners(&r, box->corners);
}

static void find_all(struct finder *f)
{
	uint32_t count = f->width * f->height;

	for (uint32_t i = 0; i < count; i++)
		f->seen[i] = !(f->map[i] > THRESHOLD);
	for (uint32_t i = 0; i < count; i++) {
		if (f->seen[i])
			continue;
		visit_piece(f, i);
		add_piece(f);
		if (f->out->count == BOXES_MAX)
			return;
	}
}

static bool finder_init(struct finder *f)
{
	size_t pixels = (size_t)f->width * f->height;

	f->seen = malloc(pixels);
	f->stack = calloc(pixels, sizeof(*f->stack));
	f->left = calloc(f->height, sizeof(*f->left));
	f->right = calloc(f->height, sizeof(*f->right));
	f->spots = calloc(2 * (size_t)f->height, sizeof(*f->spots));
	f->hull = calloc(4 * (size_t)f->height, sizeof(*f->hull));
	f->out->list = calloc(BOXES_MAX, sizeof(*f->out->list));
	return f->seen && f->stack && f->left && f->right && f->spots &&
	       f->hull && f->out->list;
}

static void finder_fini(struct finder *f)
{
	free(f->hull);
	free(f->spots);
	free(f->right);
	free(f->left);
	free(f->stack);
	free(f->seen);
}

int boxes_find(const float *map, uint32_t width, uint32_t height,
	       struct boxes *out)
{
	struct finder f = {
		.map = map,
		.width = width,
		.height = height,
		.out = out,
	};
	int err = 0;

	*out = (struct boxes){ 0 };
	if (!width || !height)
		return 0;
	if (finder_init(&f)) {
		find_all(&f);
		boxes_sort(out);
	} else {
		err = -ENOMEM;
		boxes_free(out);
	}
	finder_fini(&f);
	return err;
}

void boxes_free(struct boxes *boxes)
{
	free(boxes->list);
	*boxes = (struct boxes){ 0 };
}
