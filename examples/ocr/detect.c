// SPDX-License-Identifier: MIT
#include "reader.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The longest side that the network was made for, and its step. */
#define SIDE_MAX 960u
#define STEP 32u

static uint32_t rounded(double side)
{
	double steps = round(side / STEP);

	return steps < 1 ? STEP : (uint32_t)steps * STEP;
}

static void network_size(const struct image *image, uint32_t *width,
			 uint32_t *height)
{
	uint32_t side = image->width > image->height ? image->width :
						       image->height;
	double scale = side > SIDE_MAX ? (double)SIDE_MAX / side : 1;

	*width = rounded(image->width * scale);
	*height = rounded(image->height * scale);
}

static int fill_input(struct job *job, const struct image *image,
		      uint32_t width, uint32_t height)
{
	static const struct normal normal = {
		.mean = { .485f, .456f, .406f },
		.deviation = { .229f, .224f, .225f },
	};
	struct image scaled;
	size_t count;
	float *input = job_input(job, &count);
	int err;

	if (count != (size_t)3 * width * height)
		return -EINVAL;
	err = image_resize(image, width, height, &scaled);
	if (err)
		return err;
	normalise(&scaled, &normal, input, width);
	image_free(&scaled);
	return 0;
}

static void scale_boxes(struct boxes *boxes, float x, float y)
{
	for (uint32_t i = 0; i < boxes->count; i++)
		for (unsigned int c = 0; c < 4; c++) {
			boxes->list[i].corners[c].x *= x;
			boxes->list[i].corners[c].y *= y;
		}
}

static int run(struct job *job, const struct image *image, uint32_t width,
	       uint32_t height, struct boxes *out, struct trouble *trouble)
{
	struct job_output map;
	int err = fill_input(job, image, width, height);

	if (err)
		return trouble_set(trouble, err, "detection: %s",
				   strerror(-err));
	err = job_run(job, trouble);
	if (err)
		return err;
	if (job_output(job, 0, &map) || map.count != (size_t)width * height)
		return trouble_set(trouble, -EINVAL,
				   "detection: the network has another output "
				   "than it should");
	err = boxes_find(map.data, width, height, out);
	if (err)
		return trouble_set(trouble, err, "out of memory");
	scale_boxes(out, (float)image->width / (float)width,
		    (float)image->height / (float)height);
	return 0;
}

int detect(struct reader *reader, const struct image *image, struct boxes *out,
	   struct trouble *trouble)
{
	uint32_t width, height;
	struct job *job;
	char shape[64];
	int err;

	network_size(image, &width, &height);
	snprintf(shape, sizeof(shape), "x=1,3,%u,%u", height, width);
	err = job_create(reader->detector, shape, &job, trouble);
	if (err)
		return err;
	err = run(job, image, width, height, out, trouble);
	job_destroy(job);
	return err;
}
