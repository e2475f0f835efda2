// SPDX-License-Identifier: MIT
/*
 * axle-digits [--device NAME] [--model FILE] IMAGE: reads a picture of
 * handwritten digits, light on dark, each in a square of 28 x 28 pixels, by a
 * job a digit on an accelerator. Exit status as in axle(1).
 *
 * All jobs are submitted before the first is waited for.
 */
#include "image.h"
#include "lenet.h"
#include "network.h"
#include "threads.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 10000u

struct options {
	const char *device;
	const char *model;
};

struct sheet {
	struct image image;
	uint32_t rows;
	uint32_t columns;
	struct job **jobs; /* one each */
	double ms; /* from the first submission to the last answer */
};

static int usage(void)
{
	fprintf(stderr, "usage: axle-digits [--device NAME] [--model FILE] "
			"IMAGE\n");
	return 2;
}

static int load_sheet(const char *path, struct sheet *sheet,
		      struct trouble *trouble)
{
	int err = image_load(path, &sheet->image, trouble);

	if (err)
		return err;
	sheet->rows = sheet->image.height / DIGIT_SIDE;
	sheet->columns = sheet->image.width / DIGIT_SIDE;
	if (!sheet->rows || sheet->image.height % DIGIT_SIDE ||
	    !sheet->columns || sheet->image.width % DIGIT_SIDE ||
	    sheet->rows * sheet->columns > DIGITS_MAX)
		return trouble_set(trouble, -EINVAL,
				   "%s: not 1 to %u squares of 28 x 28 pixels",
				   path, DIGITS_MAX);
	sheet->jobs = calloc((size_t)sheet->rows * sheet->columns,
			     sizeof(*sheet->jobs));
	return sheet->jobs ? 0 : trouble_set(trouble, -ENOMEM, "out of memory");
}

static int prepare(struct sheet *sheet, struct network *network, uint32_t i,
		   struct trouble *trouble)
{
	uint32_t left = i % sheet->columns * DIGIT_SIDE;
	uint32_t top = i / sheet->columns * DIGIT_SIDE;
	size_t count;
	float *input;
	int err = job_create(network, NULL, &sheet->jobs[i], trouble);

	if (err)
		return err;
	input = job_input(sheet->jobs[i], &count);
	if (count != DIGIT_PIXELS)
		return trouble_set(trouble, -EINVAL,
				   "the network does not take 28 x 28 pixels");
	for (uint32_t p = 0; p < DIGIT_PIXELS; p++) {
		const uint8_t *pixel = image_pixel(&sheet->image,
						   left + p % DIGIT_SIDE,
						   top + p / DIGIT_SIDE);

		input[p] = (float)(pixel[0] + pixel[1] + pixel[2]) / (3 * 255);
	}
	return 0;
}

static int run_jobs(struct sheet *sheet, struct network *network,
		    struct trouble *trouble)
{
	uint32_t count = sheet->rows * sheet->columns;
	double start;
	int err = 0;

	for (uint32_t i = 0; !err && i < count; i++)
		err = prepare(sheet, network, i, trouble);
	start = now_ms();
	for (uint32_t i = 0; !err && i < count; i++)
		err = job_submit(sheet->jobs[i], trouble);
	for (uint32_t i = 0; !err && i < count; i++)
		err = job_wait(sheet->jobs[i], trouble);
	sheet->ms = now_ms() - start;
	return err;
}

static unsigned int answer(struct job *job, float *confidence)
{
	struct job_output out = { 0 };
	unsigned int best = 0;

	*confidence = 0;
	if (job_output(job, 0, &out))
		return 0;
	for (unsigned int i = 1; i < CLASSES && i < out.count; i++)
		if (out.data[i] > out.data[best])
			best = i;
	*confidence = out.data[best];
	return best;
}

static void print_row(const struct sheet *sheet, uint32_t row)
{
	unsigned int digit, doubtful = 0;
	float confidence, lowest = 2;

	for (uint32_t i = 0; i < sheet->columns; i++) {
		digit = answer(sheet->jobs[row * sheet->columns + i],
			       &confidence);
		printf("%s%u", i ? " " : "", digit);
		if (confidence < lowest) {
			lowest = confidence;
			doubtful = digit;
		}
	}
	printf("   least sure of the %u: %.0f %%\n", doubtful,
	       (double)lowest * 100);
}

static void report(const struct sheet *sheet, const struct runtime *runtime)
{
	uint32_t threads = threads_effective(0);

	for (uint32_t row = 0; row < sheet->rows; row++)
		print_row(sheet, row);
	printf("\n%u digits in %u jobs on %s: %s", sheet->rows * sheet->columns,
	       sheet->rows * sheet->columns, runtime_device(runtime),
	       runtime_product(runtime));
	if (!strcmp(runtime_device(runtime), "soft"))
		printf(", %u thread%s", threads, threads > 1 ? "s" : "");
	printf("; %.2f ms\n", sheet->ms);
}

static int read_sheet(const struct options *o, struct runtime *runtime,
		      struct sheet *sheet, struct trouble *trouble)
{
	struct network *network;
	int err = network_open(runtime, o->model, &network, trouble);

	if (err)
		return err;
	err = run_jobs(sheet, network, trouble);
	if (!err)
		report(sheet, runtime);
	for (uint32_t i = 0; i < sheet->rows * sheet->columns; i++)
		job_destroy(sheet->jobs[i]);
	network_close(network);
	return err;
}

static int run(const struct options *o, const char *path,
	       struct trouble *trouble)
{
	struct sheet sheet = { 0 };
	struct runtime *runtime;
	int err = load_sheet(path, &sheet, trouble);

	if (!err)
		err = runtime_open(o->device, 0, &runtime, trouble);
	if (!err) {
		err = read_sheet(o, runtime, &sheet, trouble);
		runtime_close(runtime);
	}
	free(sheet.jobs);
	image_free(&sheet.image);
	return err;
}

int main(int argc, char **argv)
{
	static const struct option table[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "model", required_argument, NULL, 'm' },
		{ 0 },
	};
	struct options options = { .model = "examples/digits/lenet.onnx" };
	struct trouble trouble;
	int option, err;

	while ((option = getopt_long(argc, argv, "d:", table, NULL)) != -1) {
		if (option == 'd')
			options.device = optarg;
		else if (option == 'm')
			options.model = optarg;
		else
			return usage();
	}
	if (argc - optind != 1)
		return usage();
	err = run(&options, argv[optind], &trouble);
	if (err)
		fprintf(stderr, "axle-digits: %s\n", trouble.text);
	return trouble_status(err);
}
