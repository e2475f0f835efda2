// SPDX-License-Identifier: MIT
/* See file.h. */
#include "file.h"

#include <axt/format.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP (1ul << 16)

/* All that is left in the file; room is what it is thought to need. */
static int read_all(int fd, size_t room, char **out, size_t *size)
{
	size_t have = 0;
	ssize_t got;

	do {
		if (*size == have) {
			char *more = realloc(*out, room);

			if (!more)
				return -ENOMEM;
			*out = more;
			have = room;
			room = room * 2 + STEP;
		}
		got = read(fd, *out + *size, have - *size);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			*size += (size_t)got;
		if (*size > AXT_BYTES_MAX)
			return -EFBIG;
	} while (got);
	return 0;
}

int file_read(const char *path, char **out, size_t *size)
{
	struct stat status;
	size_t room = STEP;
	int fd;
	int err;

	*out = NULL;
	*size = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* One more than its size, to see the end without another round. */
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    (uint64_t)status.st_size < AXT_BYTES_MAX)
		room = (size_t)status.st_size + 1;
	err = read_all(fd, room, out, size);
	close(fd);
	return err;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t put = write(fd, data, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		data += put;
		size -= (size_t)put;
	}
	return 0;
}

static int write_parts(int fd, const struct file_part *parts, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = write_all(fd, parts[i].data, parts[i].size);
	return err;
}

/* mkstemp() keeps others out; a file that was asked for lets them in. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int write_beside(const char *path, char *beside,
			const struct file_part *parts, size_t count)
{
	int fd = mkstemp(beside);
	int err;

	if (fd < 0)
		return -errno;
	err = write_parts(fd, parts, count);
	if (!err && fchmod(fd, usual_mode()) != 0)
		err = -errno;
	if (close(fd) != 0 && !err)
		err = -errno;
	if (!err && rename(beside, path) != 0)
		err = -errno;
	if (err)
		unlink(beside);
	return err;
}

/* A pipe or a device must not be replaced by a file. */
static int write_through(const char *path, const struct file_part *parts,
			 size_t count)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = write_parts(fd, parts, count);
	if (close(fd) != 0 && !err)
		err = -errno;
	return err;
}

int file_write(const char *path, const struct file_part *parts, size_t count)
{
	struct stat status;
	char *beside;
	int err;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return -EISDIR;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return write_through(path, parts, count);
	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	err = write_beside(path, beside, parts, count);
	free(beside);
	return err;
}
