// SPDX-License-Identifier: MIT
/* Reading files of sysfs; the contents go through the parsers in parse.c. */
#include "axlp.h"
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * An attribute of sysfs is at most a page, so one read of that is all there is;
 * fdinfo is as long as its driver likes, but what counts is at its beginning.
 */
ssize_t axlp_read_text(int dir, const char *path, char *out, size_t size)
{
	ssize_t n;
	int fd;

	/* In a made-up tree a name may be a pipe: do not wait for it. */
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	do {
		n = read(fd, out, size - 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		n = -errno;
	close(fd);
	out[n < 0 ? 0 : n] = '\0';
	return n;
}

int axlp_read_line(int dir, const char *path, char *out, size_t size)
{
	char text[4096];
	ssize_t n = axlp_read_text(dir, path, text, sizeof(text));
	const char *eol;

	if (n < 0)
		return (int)n;
	eol = memchr(text, '\n', (size_t)n);
	axlp_copy_text(out, size, text, eol ? (size_t)(eol - text) : (size_t)n);
	return 0;
}

int axlp_read_u64(int dir, const char *path, int base, uint64_t *out)
{
	char text[64];
	ssize_t n = axlp_read_text(dir, path, text, sizeof(text));

	return n < 0 ? (int)n : axlp_parse_u64(text, base, out);
}

int axlp_write_u64(int dir, const char *path, uint64_t value)
{
	int fd = openat(dir, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	char text[32];
	int length;
	int err = 0;

	if (fd < 0)
		return errno == EACCES ? -EPERM : -errno;
	length = snprintf(text, sizeof(text), "%llu\n",
			  (unsigned long long)value);
	if (write(fd, text, (size_t)length) != length)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

int axlp_file_number(const char *path, uint64_t *out)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return -errno;
	*out = (uint64_t)status.st_ino;
	return 0;
}

int axlp_read_uevent(int dir, const char *path, struct axlp_uevent *out)
{
	char text[4096];
	ssize_t n = axlp_read_text(dir, path, text, sizeof(text));

	if (n < 0)
		return (int)n;
	axlp_parse_uevent(text, (size_t)n, out);
	return 0;
}

int axlp_read_link_name(int dir, const char *path, char *out, size_t size)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, path, target, sizeof(target) - 1);
	const char *slash;

	if (n < 0)
		return -errno;
	target[n] = '\0';
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	axlp_copy_text(out, size, slash, strlen(slash));
	return 0;
}
