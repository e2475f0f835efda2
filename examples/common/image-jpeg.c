// SPDX-License-Identifier: MIT
/*
 * JPEG files by libjpeg. As with PNG, errors come by longjmp(), and what must
 * be freed then lies in a struct of the caller. A file that ends too early is
 * an error here, though libjpeg would fill the rest with grey.
 */
#include "exif.h"
#include "image.h"

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
/* These two want size_t and FILE before them. */
#include <jpeglib.h>
#include <jerror.h>

/* Nobody's camera makes more; a small hostile file has thousands. */
#define SCANS_MAX 100

struct reading {
	struct jpeg_decompress_struct jpeg; /* first: found by its address */
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf out;
	uint8_t *row; /* of four colours, or NULL */
	struct image image;
	struct trouble *trouble;
	int err;
};

static struct reading *reading_of(j_common_ptr common)
{
	return (struct reading *)common;
}

static void on_error(j_common_ptr common)
{
	struct reading *r = reading_of(common);
	char text[JMSG_LENGTH_MAX];

	if (!r->err) {
		common->err->format_message(common, text);
		r->err = trouble_set(r->trouble, -EINVAL,
				     "the JPEG is broken: %s", text);
	}
	longjmp(r->out, 1);
}

static void on_message(j_common_ptr common, int level)
{
	int code = common->err->msg_code;

	if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER))
		on_error(common);
}

static void on_progress(j_common_ptr common)
{
	struct reading *r = reading_of(common);

	if (r->jpeg.input_scan_number <= SCANS_MAX)
		return;
	r->err = trouble_set(r->trouble, -EINVAL,
			     "the JPEG has more than %d scans", SCANS_MAX);
	longjmp(r->out, 1);
}

/* Adobe's files have inverted inks, and hardly anybody else makes any. */
static void ink_to_light(const struct reading *r, uint8_t *to)
{
	bool inverted = r->jpeg.saw_Adobe_marker;

	for (uint32_t x = 0; x < r->image.width; x++) {
		const uint8_t *ink = r->row + 4 * (size_t)x;
		unsigned int black = inverted ? ink[3] : 255u - ink[3];

		for (unsigned int c = 0; c < 3; c++) {
			unsigned int light = inverted ? ink[c] : 255u - ink[c];

			to[3 * (size_t)x + c] =
				(uint8_t)((light * black + 127) / 255);
		}
	}
}

static void fail(struct reading *r, int err, const char *text)
{
	r->err = trouble_set(r->trouble, err, "%s", text);
	longjmp(r->out, 1);
}

static void choose_colours(struct reading *r)
{
	J_COLOR_SPACE space = r->jpeg.jpeg_color_space;

	if (space == JCS_CMYK || space == JCS_YCCK)
		r->jpeg.out_color_space = JCS_CMYK;
	else if (space == JCS_UNKNOWN)
		fail(r, -EOPNOTSUPP, "the JPEG has an unknown kind of colours");
	else
		r->jpeg.out_color_space = JCS_RGB;
}

static void read_rows(struct reading *r)
{
	while (r->jpeg.output_scanline < r->jpeg.output_height) {
		uint8_t *to =
			image_pixel(&r->image, 0, r->jpeg.output_scanline);
		JSAMPROW row = r->row ? r->row : to;

		jpeg_read_scanlines(&r->jpeg, &row, 1);
		if (r->row)
			ink_to_light(r, to);
	}
}

/* The first APP1 that Exif is in; there may be others. */
static void put_upright(struct reading *r)
{
	unsigned int orientation = 1;

	for (jpeg_saved_marker_ptr m = r->jpeg.marker_list;
	     m && orientation == 1; m = m->next)
		orientation = exif_orientation(m->data, m->data_length);
	if (exif_apply(&r->image, orientation))
		fail(r, -ENOMEM, "out of memory");
}

static void read_picture(struct reading *r)
{
	jpeg_read_header(&r->jpeg, TRUE);
	r->err = image_check_size(r->jpeg.image_width, r->jpeg.image_height,
				  r->trouble);
	if (r->err)
		longjmp(r->out, 1);
	choose_colours(r);
	jpeg_start_decompress(&r->jpeg);
	r->err = image_create(&r->image, r->jpeg.output_width,
			      r->jpeg.output_height);
	if (r->err)
		fail(r, r->err, "out of memory");
	if (r->jpeg.out_color_space == JCS_CMYK) {
		r->row = malloc((size_t)r->jpeg.output_width * 4);
		if (!r->row)
			fail(r, -ENOMEM, "out of memory");
	}
	read_rows(r);
	put_upright(r); /* the markers are gone after the next call */
	jpeg_finish_decompress(&r->jpeg);
}

static int read_guarded(struct reading *r, const void *data, size_t size)
{
	r->jpeg.err = jpeg_std_error(&r->errors);
	r->errors.error_exit = on_error;
	r->errors.emit_message = on_message;
	if (setjmp(r->out))
		return r->err;
	jpeg_create_decompress(&r->jpeg);
	r->progress.progress_monitor = on_progress;
	r->jpeg.progress = &r->progress;
	jpeg_save_markers(&r->jpeg, JPEG_APP0 + 1, 0xffff);
	jpeg_mem_src(&r->jpeg, data, size);
	read_picture(r);
	return 0;
}

int image_decode_jpeg(const void *data, size_t size, struct image *image,
		      struct trouble *trouble)
{
	struct reading *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return trouble_set(trouble, -ENOMEM, "out of memory");
	r->trouble = trouble;
	err = read_guarded(r, data, size);
	jpeg_destroy_decompress(&r->jpeg);
	free(r->row);
	if (err)
		image_free(&r->image);
	else
		*image = r->image;
	free(r);
	return err;
}
