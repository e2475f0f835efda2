/* SPDX-License-Identifier: MIT */
/* Whole files. */
#ifndef AXLE_TOOLS_FILE_H
#define AXLE_TOOLS_FILE_H

#include <stddef.h>

/*
 * All of the file, aligned as malloc() does, for the caller to free(); also
 * after an error. 0 or -errno.
 */
int file_read(const char *path, char **out, size_t *size);

struct file_part {
	const void *data;
	size_t size;
};

/*
 * Writes the parts, one behind the other. Who reads the path finds either what
 * was there before or all of the new file.
 */
int file_write(const char *path, const struct file_part *parts, size_t count);

#endif
