/* SPDX-License-Identifier: MIT */
#ifndef OCR_CROP_H
#define OCR_CROP_H

#include "boxes.h"

/*
 * What is in the box, upright: a box that is much higher than wide is taken for
 * a line that runs upwards and turned. -ENOMEM, or -EFBIG for a giant.
 */
int crop_box(const struct image *image, const struct box *box,
	     struct image *out);

/* Width by height of what crop_box() will give. */
float crop_aspect(const struct box *box);

#endif
