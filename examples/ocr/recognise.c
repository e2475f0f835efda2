// SPDX-License-Identifier: MIT
/*
 * Reads lines: each is a job of its own, many are submitted before the first
 * is waited for, so that the device works while the next line is cut out.
 *
 * A program reads lines up to its width, and each takes time to compile. The
 * longest lines go first; a new program is compiled for the first that is so
 * short that this saves more for all that follow than it costs.
 */
#include "crop.h"
#include "reader.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEIGHT 48u
#define WIDTH_MIN 320u
#define WIDTH_MAX 3200u /* longer lines are squeezed */
#define STEP 64u
#define IN_FLIGHT 32u /* a line takes up to 12 MB */
/* What a new program costs, in columns of a line that could be read instead. */
#define PROGRAM_COST 2000u

struct task {
	struct line *line;
	uint32_t width; /* of the text */
	uint32_t program; /* its width */
};

static uint32_t line_width(const struct box *box)
{
	float width = ceilf((float)HEIGHT * crop_aspect(box));

	return width < WIDTH_MAX ? (uint32_t)width : WIDTH_MAX;
}

static int by_width(const void *a, const void *b)
{
	uint32_t wa = ((const struct task *)a)->width;
	uint32_t wb = ((const struct task *)b)->width;

	return (wa < wb) - (wa > wb);
}

/* The narrowest program that will do, 0 if none does. */
static uint32_t known_width(const struct reader *reader, uint32_t width)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i < WIDTHS_MAX; i++) {
		uint32_t known = reader->widths[i];

		if (known >= width && (!best || known < best))
			best = known;
	}
	return best;
}

static uint32_t choose_width(struct reader *reader, uint32_t width,
			     uint32_t lines)
{
	uint32_t known = known_width(reader, width);
	uint32_t fitting = (width + STEP - 1) / STEP * STEP;

	if (fitting < WIDTH_MIN)
		fitting = WIDTH_MIN;
	if (known && (known <= fitting ||
		      (uint64_t)(known - fitting) * lines <= PROGRAM_COST))
		return known;
	reader->widths[reader->next_width++ % WIDTHS_MAX] = fitting;
	return fitting;
}

static void plan(struct reader *reader, struct task *tasks, struct line *lines,
		 uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		tasks[i].line = &lines[i];
		tasks[i].width = line_width(&lines[i].box);
	}
	qsort(tasks, count, sizeof(*tasks), by_width);
	for (uint32_t i = 0; i < count; i++)
		tasks[i].program =
			choose_width(reader, tasks[i].width, count - i);
}

static int start_crop(struct reader *reader, const struct image *crop,
		      const struct task *task, struct job **out,
		      struct trouble *trouble)
{
	static const struct normal normal = {
		.mean = { .5f, .5f, .5f },
		.deviation = { .5f, .5f, .5f },
	};
	struct image scaled;
	char shape[64];
	size_t count;
	float *input;
	int err;

	snprintf(shape, sizeof(shape), "x=1,3,%u,%u", HEIGHT, task->program);
	err = job_create(reader->recogniser, shape, out, trouble);
	if (err)
		return err;
	input = job_input(*out, &count);
	if (count != (size_t)3 * HEIGHT * task->program)
		return trouble_set(trouble, -EINVAL,
				   "recognition: the network has another input "
				   "than it should");
	err = image_resize(crop, task->width, HEIGHT, &scaled);
	if (err)
		return trouble_set(trouble, err, "out of memory");
	normalise(&scaled, &normal, input, task->program);
	image_free(&scaled);
	return job_submit(*out, trouble);
}

static int start_line(struct reader *reader, const struct image *image,
		      const struct task *task, struct job **out,
		      struct trouble *trouble)
{
	struct image crop;
	int err = crop_box(image, &task->line->box, &crop);

	if (err)
		return trouble_set(trouble, err, "a line: %s", strerror(-err));
	err = start_crop(reader, &crop, task, out, trouble);
	image_free(&crop);
	return err;
}

static int finish_line(struct reader *reader, struct job *job,
		       struct line *line, struct trouble *trouble)
{
	struct job_output out;
	int err = job_wait(job, trouble);

	if (err)
		return err;
	if (job_output(job, 0, &out) || out.rank != 3 || out.dims[0] != 1)
		err = -EINVAL;
	else
		err = ctc_decode(&reader->keys, out.data, out.dims[1],
				 out.dims[2], &line->text, &line->confidence);
	if (err)
		trouble_set(trouble, err,
			    "recognition: the network and its list of "
			    "characters do not fit: %s",
			    strerror(-err));
	return err;
}

/* The job's slot is that of the task this many before. */
static int step(struct reader *reader, const struct image *image,
		const struct task *tasks, uint32_t count, uint32_t i,
		struct job *jobs[IN_FLIGHT], struct trouble *trouble)
{
	struct job **job = &jobs[i % IN_FLIGHT];
	int err = 0;

	if (i >= IN_FLIGHT) {
		err = finish_line(reader, *job, tasks[i - IN_FLIGHT].line,
				  trouble);
		job_destroy(*job);
		*job = NULL;
	}
	if (!err && i < count)
		err = start_line(reader, image, &tasks[i], job, trouble);
	return err;
}

static int run(struct reader *reader, const struct image *image,
	       const struct task *tasks, uint32_t count,
	       struct trouble *trouble)
{
	struct job *jobs[IN_FLIGHT] = { 0 };
	int err = 0;

	for (uint32_t i = 0; !err && i < count + IN_FLIGHT; i++)
		if (i < count || (i >= IN_FLIGHT && i - IN_FLIGHT < count))
			err = step(reader, image, tasks, count, i, jobs,
				   trouble);
	for (uint32_t i = 0; i < IN_FLIGHT; i++)
		job_destroy(jobs[i]);
	return err;
}

int recognise(struct reader *reader, const struct image *image,
	      struct line *lines, uint32_t count, struct trouble *trouble)
{
	struct task *tasks = calloc(count, sizeof(*tasks));
	int err;

	if (!tasks)
		return trouble_set(trouble, -ENOMEM, "out of memory");
	plan(reader, tasks, lines, count);
	err = run(reader, image, tasks, count, trouble);
	free(tasks);
	return err;
}
