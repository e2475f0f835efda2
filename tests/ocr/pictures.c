// SPDX-License-Identifier: MIT
/* Any error of the libraries that write is a mistake of the test: abort. */
#include "pictures.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
/* Wants size_t and FILE before it. */
#include <jpeglib.h>

void blob_free(struct blob *blob)
{
	free(blob->data);
	*blob = (struct blob){ 0 };
}

static void grow(png_structp png, png_bytep data, size_t size)
{
	struct blob *blob = png_get_io_ptr(png);

	blob->data = realloc(blob->data, blob->size + size);
	if (!blob->data)
		abort();
	memcpy(blob->data + blob->size, data, size);
	blob->size += size;
}

static void no_flush(png_structp png)
{
}

static void set_palette(png_structp png, png_infop info, int transparent)
{
	static const png_color palette[2] = { { 0, 0, 0 }, { 255, 255, 255 } };
	static const png_byte alpha[1] = { 0 };

	png_set_PLTE(png, info, palette, 2);
	if (transparent)
		png_set_tRNS(png, info, alpha, 1, NULL);
}

static void set_key(png_structp png, png_infop info)
{
	static const png_color_16 black = { 0 };

	png_set_tRNS(png, info, NULL, 0, &black);
}

/* Light samples are all ones, dark ones all zeros; also as palette indices. */
static void fill_rows(png_bytep row, size_t bytes, const struct png_kind *kind)
{
	memset(row, 0, bytes);
	if (kind->colour != PNG_COLOR_TYPE_PALETTE) {
		memset(row, 0xff, bytes / 2);
		return;
	}
	for (int x = 0; x < SAMPLE_SIDE / 2; x++) {
		int bit = x * kind->depth;

		row[bit / 8] |= (png_byte)(1 << (8 - kind->depth - bit % 8));
	}
}

struct blob png_sample(const struct png_kind *kind)
{
	png_byte row[SAMPLE_SIDE * 8];
	png_bytep rows[SAMPLE_SIDE];
	struct blob blob = { 0 };
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info || setjmp(png_jmpbuf(png)))
		abort();
	png_set_write_fn(png, &blob, grow, no_flush);
	png_set_IHDR(
		png, info, SAMPLE_SIDE, SAMPLE_SIDE, kind->depth, kind->colour,
		kind->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
		PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	if (kind->colour == PNG_COLOR_TYPE_PALETTE)
		set_palette(png, info, kind->transparent);
	else if (kind->transparent)
		set_key(png, info);
	png_write_info(png, info);
	fill_rows(row, png_get_rowbytes(png, info), kind);
	for (int y = 0; y < SAMPLE_SIDE; y++)
		rows[y] = row;
	png_write_image(png, rows);
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	return blob;
}

struct blob jpeg_sample(const struct jpeg_kind *kind)
{
	JSAMPLE row[SAMPLE_SIDE * 4];
	JSAMPROW rows[1] = { row };
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	unsigned long size = 0;
	struct blob blob = { 0 };
	/* With four components, that is no ink: Adobe stores it inverted. */
	const int left = 255;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &blob.data, &size);
	jpeg.image_width = jpeg.image_height = SAMPLE_SIDE;
	jpeg.input_components = kind->components;
	jpeg.in_color_space = kind->components == 1 ? JCS_GRAYSCALE :
			      kind->components == 3 ? JCS_RGB :
						      JCS_CMYK;
	jpeg_set_defaults(&jpeg);
	jpeg_set_colorspace(&jpeg, (J_COLOR_SPACE)kind->space);
	if (kind->components == 4)
		jpeg.write_Adobe_marker = TRUE;
	if (kind->progressive)
		jpeg_simple_progression(&jpeg);
	jpeg_start_compress(&jpeg, TRUE);
	memset(row, left, sizeof(row));
	memset(row + SAMPLE_SIDE / 2 * kind->components, 255 - left,
	       (size_t)(SAMPLE_SIDE / 2 * kind->components));
	while (jpeg.next_scanline < SAMPLE_SIDE)
		jpeg_write_scanlines(&jpeg, rows, 1);
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	blob.size = size;
	return blob;
}

static void put_be(uint8_t *to, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

/* Signature 8, length 4, "IHDR" 4, width, height, five more, checksum. */
void png_claim_size(struct blob *blob, uint32_t width, uint32_t height)
{
	if (blob->size < 33)
		abort();
	put_be(blob->data + 16, width, 4);
	put_be(blob->data + 20, height, 4);
	put_be(blob->data + 29,
	       (uint32_t)crc32(crc32(0, NULL, 0), blob->data + 12, 17), 4);
}

/* Behind the marker: length 2, precision 1, height 2, width 2. */
void jpeg_claim_size(struct blob *blob, uint16_t width, uint16_t height)
{
	for (size_t i = 0; i + 9 < blob->size; i++)
		if (blob->data[i] == 0xff && blob->data[i + 1] == 0xc0) {
			put_be(blob->data + i + 5, height, 2);
			put_be(blob->data + i + 7, width, 2);
			return;
		}
	abort();
}
