/* SPDX-License-Identifier: MIT */
/* Picture files made in memory. */
#ifndef TESTS_OCR_PICTURES_H
#define TESTS_OCR_PICTURES_H

#include <stddef.h>
#include <stdint.h>

struct blob {
	uint8_t *data;
	size_t size;
};

void blob_free(struct blob *blob);

/* What a sample of a picture is; both sides are SAMPLE_SIDE. */
#define SAMPLE_SIDE 16

struct png_kind {
	const char *name;
	int colour; /* PNG_COLOR_TYPE_* */
	int depth;
	int interlaced;
	int transparent; /* has a tRNS chunk */
};

/*
 * The left half is the lightest there is, the right half the darkest, and fully
 * transparent if the kind knows that.
 */
struct blob png_sample(const struct png_kind *kind);

struct jpeg_kind {
	const char *name;
	int space; /* J_COLOR_SPACE of the file */
	int components;
	int progressive;
};

/* Left light, right dark. */
struct blob jpeg_sample(const struct jpeg_kind *kind);

/* Another size in the header of a PNG, with the right checksum. */
void png_claim_size(struct blob *blob, uint32_t width, uint32_t height);
/* Another size in the header of a baseline JPEG. */
void jpeg_claim_size(struct blob *blob, uint16_t width, uint16_t height);

#endif
