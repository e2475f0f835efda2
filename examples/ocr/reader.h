/* SPDX-License-Identifier: MIT */
/* Reads the text in pictures: one network finds lines, another reads them. */
#ifndef OCR_READER_H
#define OCR_READER_H

#include "boxes.h"
#include "ctc.h"
#include "network.h"

struct line {
	struct box box; /* in pixels of the picture */
	char *text;
	float confidence;
};

struct reading {
	struct line *lines;
	uint32_t count;
	double detect_ms; /* compiling not included */
	double recognise_ms;
	double compile_ms;
};

/* Widths of the recogniser that are compiled, or will be. */
#define WIDTHS_MAX 12

struct reader {
	struct runtime *runtime;
	struct network *detector;
	struct network *recogniser;
	struct keys keys;
	uint32_t widths[WIDTHS_MAX]; /* 0: none */
	uint32_t next_width; /* the place for a new one */
};

/* Directory as in model_find(). The reader can be closed also after failure. */
int reader_open(struct reader *reader, struct runtime *runtime,
		const char *models, struct trouble *trouble);
void reader_close(struct reader *reader);

int reader_read(struct reader *reader, const struct image *image,
		struct reading *out, struct trouble *trouble);
void reading_free(struct reading *reading);

/* The two steps of it. */
int detect(struct reader *reader, const struct image *image, struct boxes *out,
	   struct trouble *trouble);
/* Sets text and confidence where there is a box. */
int recognise(struct reader *reader, const struct image *image,
	      struct line *lines, uint32_t count, struct trouble *trouble);

/* Blue, green, red, each a plane: (pixel / 255 - mean) / deviation. */
struct normal {
	float mean[3];
	float deviation[3];
};

/* Into planes that are wider, maybe; what is beyond the picture stays. */
void normalise(const struct image *image, const struct normal *normal,
	       float *planes, uint32_t stride);

#endif
