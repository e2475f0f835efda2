// SPDX-License-Identifier: MIT
/*
 * PNG files by libpng. Its errors come by longjmp(): what must be freed after
 * one lies in a struct of the caller, so that no register loses it, and the
 * functions that call setjmp() have no locals that change.
 */
#include "image.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading {
	const uint8_t *data;
	size_t left;
	png_structp png;
	png_infop info;
	uint8_t *pixels; /* red, green, blue, alpha */
	png_bytep *rows;
	struct trouble *trouble;
	int err;
};

static void on_error(png_structp png, png_const_charp text)
{
	struct reading *r = png_get_error_ptr(png);

	if (!r->err)
		r->err = trouble_set(r->trouble, -EINVAL,
				     "the PNG is broken: %s", text);
	png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
}

static void feed(png_structp png, png_bytep out, size_t size)
{
	struct reading *r = png_get_io_ptr(png);

	if (size > r->left)
		png_error(png, "the file ends too early");
	memcpy(out, r->data, size);
	r->data += size;
	r->left -= size;
}

/* Whatever the file has becomes eight bits of red, green, blue and alpha. */
static void unify(struct reading *r)
{
	png_set_expand(r->png);
	png_set_scale_16(r->png);
	png_set_gray_to_rgb(r->png);
	png_set_add_alpha(r->png, 0xff, PNG_FILLER_AFTER);
	png_set_interlace_handling(r->png);
	png_read_update_info(r->png, r->info);
}

static void read_pixels(struct reading *r)
{
	uint32_t height = png_get_image_height(r->png, r->info);
	uint32_t width = png_get_image_width(r->png, r->info);

	r->err = image_check_size(width, height, r->trouble);
	if (r->err)
		png_longjmp(r->png, 1);
	unify(r);
	if (png_get_rowbytes(r->png, r->info) != (size_t)width * 4)
		png_error(r->png, "rows have an odd size");
	r->pixels = calloc((size_t)width * height, 4);
	r->rows = calloc(height, sizeof(*r->rows));
	if (!r->pixels || !r->rows) {
		r->err = trouble_set(r->trouble, -ENOMEM, "out of memory");
		png_longjmp(r->png, 1);
	}
	for (uint32_t y = 0; y < height; y++)
		r->rows[y] = r->pixels + (size_t)y * width * 4;
	png_read_image(r->png, r->rows);
	png_read_end(r->png, NULL);
}

static int read_guarded(struct reading *r)
{
	if (setjmp(png_jmpbuf(r->png)))
		return r->err;
	png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_set_chunk_cache_max(r->png, 64);
	png_set_chunk_malloc_max(r->png, 8 << 20);
	png_set_read_fn(r->png, r, feed);
	png_read_info(r->png, r->info);
	read_pixels(r);
	return 0;
}

/* In place: what is written never gets ahead of what is read. */
static void over_white(struct reading *r, struct image *image)
{
	size_t count = (size_t)image->width * image->height;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *from = r->pixels + 4 * i;
		unsigned int alpha = from[3];

		for (unsigned int c = 0; c < 3; c++)
			r->pixels[3 * i + c] =
				(uint8_t)((from[c] * alpha +
					   255 * (255 - alpha) + 127) /
					  255);
	}
	image->pixels = r->pixels;
	r->pixels = NULL;
}

int image_decode_png(const void *data, size_t size, struct image *image,
		     struct trouble *trouble)
{
	struct reading r = { .data = data, .left = size, .trouble = trouble };
	int err = -ENOMEM;

	trouble_set(trouble, err, "out of memory");
	r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error,
				       on_warning);
	if (!r.png)
		return err;
	r.info = png_create_info_struct(r.png);
	if (r.info)
		err = read_guarded(&r);
	if (!err) {
		image->width = png_get_image_width(r.png, r.info);
		image->height = png_get_image_height(r.png, r.info);
		over_white(&r, image);
	}
	png_destroy_read_struct(&r.png, &r.info, NULL);
	free(r.rows);
	free(r.pixels);
	return err;
}

static void on_write_error(png_structp png, png_const_charp text)
{
	png_longjmp(png, 1);
}

struct writing {
	FILE *file;
	png_structp png;
	png_infop info;
};

static int write_guarded(struct writing *w, const struct image *image)
{
	if (setjmp(png_jmpbuf(w->png)))
		return -EIO;
	png_init_io(w->png, w->file);
	png_set_IHDR(w->png, w->info, image->width, image->height, 8,
		     PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(w->png, w->info);
	for (uint32_t y = 0; y < image->height; y++)
		png_write_row(w->png, image_pixel(image, 0, y));
	png_write_end(w->png, w->info);
	return 0;
}

static int write_file(FILE *file, const struct image *image)
{
	struct writing w = { .file = file };
	int err = -ENOMEM;

	w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
					on_write_error, on_warning);
	if (!w.png)
		return err;
	w.info = png_create_info_struct(w.png);
	if (w.info)
		err = write_guarded(&w, image);
	png_destroy_write_struct(&w.png, &w.info);
	return err;
}

int image_save_png(const char *path, const struct image *image,
		   struct trouble *trouble)
{
	FILE *file = fopen(path, "wbe");
	int err;

	if (!file)
		return trouble_set(trouble, -EIO, "%s: %s", path,
				   strerror(errno));
	err = write_file(file, image);
	if (fclose(file) && !err)
		err = -EIO;
	if (err) {
		unlink(path);
		trouble_set(trouble, err, "%s: cannot be written", path);
	}
	return err;
}
