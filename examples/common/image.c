// SPDX-License-Identifier: MIT
#include "image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int image_check_size(uint64_t width, uint64_t height, struct trouble *trouble)
{
	if (!width || !height)
		return trouble_set(trouble, -EINVAL, "it has no pixels");
	if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX ||
	    width * height > IMAGE_PIXELS_MAX)
		return trouble_set(trouble, -EFBIG,
				   "it claims %llu x %llu pixels; up to %u a "
				   "side and %u million in all are read",
				   (unsigned long long)width,
				   (unsigned long long)height, IMAGE_SIDE_MAX,
				   IMAGE_PIXELS_MAX / 1000000);
	return 0;
}

int image_create(struct image *image, uint32_t width, uint32_t height)
{
	struct trouble trouble;
	int err = image_check_size(width, height, &trouble);

	*image = (struct image){ 0 };
	if (err)
		return err;
	image->pixels = calloc((size_t)width * height, 3);
	if (!image->pixels)
		return -ENOMEM;
	image->width = width;
	image->height = height;
	return 0;
}

void image_free(struct image *image)
{
	free(image->pixels);
	*image = (struct image){ 0 };
}

int image_decode(const void *data, size_t size, struct image *image,
		 struct trouble *trouble)
{
	static const struct {
		const char *magic;
		size_t size;
		int (*decode)(const void *data, size_t size,
			      struct image *image, struct trouble *trouble);
	} formats[] = {
		{ "\x89PNG\r\n\x1a\n", 8, image_decode_png },
		{ "\xff\xd8\xff", 3, image_decode_jpeg },
	};

	*image = (struct image){ 0 };
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (size >= formats[i].size &&
		    !memcmp(data, formats[i].magic, formats[i].size))
			return formats[i].decode(data, size, image, trouble);
	return trouble_set(trouble, -EOPNOTSUPP,
			   "it is neither a PNG nor a JPEG picture");
}

/* The whole file, which may be a pipe as well. */
static int read_all(FILE *file, uint8_t **data, size_t *size)
{
	size_t room = 0, got;
	uint8_t *more;

	*data = NULL;
	*size = 0;
	do {
		if (*size == room) {
			room = room ? 2 * room : 1 << 16;
			more = room > IMAGE_FILE_MAX ? NULL :
						       realloc(*data, room);
			if (!more)
				return room > IMAGE_FILE_MAX ? -EFBIG : -ENOMEM;
			*data = more;
		}
		got = fread(*data + *size, 1, room - *size, file);
		*size += got;
	} while (got);
	return ferror(file) ? -EIO : 0;
}

int image_load(const char *path, struct image *image, struct trouble *trouble)
{
	FILE *file = fopen(path, "rbe");
	uint8_t *data;
	size_t size;
	int err;

	*image = (struct image){ 0 };
	if (!file)
		return trouble_set(trouble, -EIO, "%s: %s", path,
				   strerror(errno));
	err = read_all(file, &data, &size);
	fclose(file);
	if (err)
		trouble_set(trouble, err, "%s: %s", path, strerror(-err));
	else if ((err = image_decode(data, size, image, trouble)))
		trouble_prefix(trouble, err, path);
	free(data);
	return err;
}
