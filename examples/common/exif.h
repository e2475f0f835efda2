/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_EXIF_H
#define EXAMPLES_EXIF_H

#include "image.h"

/*
 * How the camera was held, out of the data of a JPEG's APP1 marker: 1 to 8 as in
 * the Exif standard, and 1, upright, if there is nothing else to read.
 */
unsigned int exif_orientation(const uint8_t *data, size_t size);

/* Turns and mirrors the picture in place. 0 or -ENOMEM. */
int exif_apply(struct image *image, unsigned int orientation);

#endif
