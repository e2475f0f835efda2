/* SPDX-License-Identifier: MIT */
#ifndef OCR_REPORT_H
#define OCR_REPORT_H

#include "reader.h"

struct picture {
	const char *path;
	struct image image;
	struct reading reading;
	double decode_ms;
};

/* Where the work was done. */
struct place {
	const struct runtime *runtime;
	uint32_t threads; /* of the embedded device, 0 for others */
};

void report_text(const struct picture *pictures, uint32_t count);
void report_time(const struct picture *pictures, uint32_t count,
		 const struct place *place);
/* 0 or -ENOMEM. */
int report_json(const struct picture *pictures, uint32_t count,
		const struct place *place);
/* The picture with its boxes. */
int report_boxes(const struct picture *picture, const char *path,
		 struct trouble *trouble);

#endif
