// SPDX-License-Identifier: MIT
/*
 * axle-ocr: reads the text in pictures on an accelerator, with the networks of
 * PP-OCRv4. It only uses what libaxle and the compiler offer to everybody.
 * Pictures are loaded, then read one after the other, by one thread; what was
 * found is kept until all have been, then printed.
 */
#include "models.h"
#include "report.h"
#include "threads.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
	const char *device;
	const char *models;
	const char *boxes;
	uint32_t threads;
	bool json;
	bool time;
	bool help;
};

static const char usage_text[] =
	"usage: axle-ocr [OPTION...] IMAGE...\n"
	"Read the text in PNG and JPEG pictures.\n"
	"  --device NAME    accel0, soft, ...; default as in axle(1)\n"
	"  --models DIR     where the networks are; default AXLE_MODELS, or\n"
	"                   what scripts/fetch-npm fetched\n"
	"  --boxes OUT.png  draw what was found (one IMAGE only)\n"
	"  --threads N      of the embedded device\n"
	"  --json           print JSON\n"
	"  --time           print what took how long, and where it ran\n";

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "models", required_argument, NULL, 'm' },
		{ "boxes", required_argument, NULL, 'b' },
		{ "threads", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "time", no_argument, NULL, 'T' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool good = true;
	int option;

	while ((option = getopt_long(argc, argv, "d:h", options, NULL)) != -1) {
		if (option == 'd')
			o->device = optarg;
		else if (option == 'm')
			o->models = optarg;
		else if (option == 'b')
			o->boxes = optarg;
		else if (option == 't')
			good &= threads_parse(optarg, &o->threads);
		else if (option == 'j')
			o->json = true;
		else if (option == 'T')
			o->time = true;
		else if (option == 'h')
			o->help = true;
		else
			return false;
	}
	if (o->help)
		return true;
	return good && optind < argc && (!o->boxes || argc - optind == 1);
}

static int load_picture(struct picture *p, struct trouble *trouble)
{
	double start = now_ms();
	int err = image_load(p->path, &p->image, trouble);

	p->decode_ms = now_ms() - start;
	return err;
}

static int report(const struct options *o, const struct picture *pictures,
		  uint32_t count, const struct runtime *runtime,
		  struct trouble *trouble)
{
	struct place place = { .runtime = runtime };
	int err = 0;

	if (!strcmp(runtime_device(runtime), "soft"))
		place.threads = threads_effective(o->threads);
	if (o->boxes)
		err = report_boxes(pictures, o->boxes, trouble);
	if (err)
		return err;
	if (o->json) {
		err = report_json(pictures, count, &place);
	} else {
		report_text(pictures, count);
		if (o->time)
			report_time(pictures, count, &place);
	}
	if (!err && fflush(stdout))
		err = -EIO;
	return err ? trouble_set(trouble, err, "output: %s", strerror(-err)) :
		     0;
}

static int read_all(const struct options *o, struct runtime *runtime,
		    struct picture *pictures, uint32_t count,
		    struct trouble *trouble)
{
	struct reader reader;
	int err = reader_open(&reader, runtime, o->models, trouble);

	for (uint32_t i = 0; !err && i < count; i++)
		err = reader_read(&reader, &pictures[i].image,
				  &pictures[i].reading, trouble);
	if (!err)
		err = report(o, pictures, count, runtime, trouble);
	reader_close(&reader);
	return err;
}

static int run_on_device(const struct options *o, struct picture *pictures,
			 uint32_t count, struct trouble *trouble)
{
	struct runtime *runtime;
	int err = runtime_open(o->device, o->threads, &runtime, trouble);

	if (err)
		return err;
	err = read_all(o, runtime, pictures, count, trouble);
	runtime_close(runtime);
	return err;
}

static int run(const struct options *o, char **paths, uint32_t count,
	       struct trouble *trouble)
{
	struct picture *pictures = calloc(count, sizeof(*pictures));
	int err = 0;

	if (!pictures)
		return trouble_set(trouble, -ENOMEM, "out of memory");
	for (uint32_t i = 0; !err && i < count; i++) {
		pictures[i].path = paths[i];
		err = load_picture(&pictures[i], trouble);
	}
	if (!err)
		err = run_on_device(o, pictures, count, trouble);
	for (uint32_t i = 0; i < count; i++) {
		reading_free(&pictures[i].reading);
		image_free(&pictures[i].image);
	}
	free(pictures);
	return err;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct trouble trouble;
	int err;

	if (!parse(argc, argv, &options)) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (options.help) {
		fputs(usage_text, stdout);
		return 0;
	}
	err = run(&options, argv + optind, (uint32_t)(argc - optind), &trouble);
	if (err)
		fprintf(stderr, "axle-ocr: %s\n", trouble.text);
	return trouble_status(err);
}
