// SPDX-License-Identifier: MIT
#include "report.h"

#include <stdio.h>
#include <string.h>

void report_text(const struct picture *pictures, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct picture *p = &pictures[i];

		if (count > 1)
			printf("%s%s:\n", i ? "\n" : "", p->path);
		for (uint32_t l = 0; l < p->reading.count; l++)
			printf("%3.0f %%  %s\n",
			       (double)p->reading.lines[l].confidence * 100,
			       p->reading.lines[l].text);
		if (!p->reading.count)
			printf("(no text)\n");
	}
}

static void print_row(const char *what, double ms)
{
	printf("  %-44s %9.1f ms\n", what, ms);
}

void report_time(const struct picture *pictures, uint32_t count,
		 const struct place *place)
{
	double decode = 0, detect = 0, recognise = 0;
	struct runtime_stats stats;
	uint32_t lines = 0;
	char text[64];

	runtime_stats(place->runtime, &stats);
	for (uint32_t i = 0; i < count; i++) {
		decode += pictures[i].decode_ms;
		detect += pictures[i].reading.detect_ms;
		recognise += pictures[i].reading.recognise_ms;
		lines += pictures[i].reading.count;
	}
	printf("\n%s: %s", runtime_device(place->runtime),
	       runtime_product(place->runtime));
	if (place->threads)
		printf(", %u thread%s", place->threads,
		       place->threads > 1 ? "s" : "");
	printf("\n");
	print_row("reading the picture file", decode);
	snprintf(text, sizeof(text), "compiling %u program%s, once",
		 stats.programs, stats.programs == 1 ? "" : "s");
	print_row(text, stats.compile_ms);
	print_row("finding the lines", detect);
	snprintf(text, sizeof(text), "reading %u line%s", lines,
		 lines == 1 ? "" : "s");
	print_row(text, recognise);
	print_row("  of both, the device at work", stats.device_ms);
	print_row("all together",
		  decode + stats.compile_ms + detect + recognise);
	printf("  %u jobs, %.1f billion multiply-accumulates\n", stats.jobs,
	       (double)stats.macs / 1e9);
}

int report_boxes(const struct picture *picture, const char *path,
		 struct trouble *trouble)
{
	const struct reading *reading = &picture->reading;
	struct image copy;
	int err;

	err = image_create(&copy, picture->image.width, picture->image.height);
	if (err)
		return trouble_set(trouble, err, "%s: %s", path,
				   strerror(-err));
	memcpy(copy.pixels, picture->image.pixels,
	       (size_t)3 * copy.width * copy.height);
	for (uint32_t i = 0; i < reading->count; i++)
		draw_polygon(&copy, reading->lines[i].box.corners, 4,
			     draw_colour(reading->lines[i].confidence));
	err = image_save_png(path, &copy, trouble);
	image_free(&copy);
	return err;
}
