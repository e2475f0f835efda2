// SPDX-License-Identifier: MIT
/* axle tensor: look at tensor programs. */
#include "tool.h"

#include <axt/program.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP (1ul << 20)

/* All that is left in the file, aligned as malloc() does. */
static int read_all(int fd, char **out, size_t *size)
{
	size_t room = 0;
	ssize_t got;

	do {
		if (*size == room) {
			char *more = realloc(*out, room = room * 2 + STEP);

			if (!more)
				return -ENOMEM;
			*out = more;
		}
		got = read(fd, *out + *size, room - *size);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			*size += got;
		if (*size > AXT_BYTES_MAX)
			return -EFBIG;
	} while (got);
	return 0;
}

static int read_file(const char *path, char **out, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	*out = NULL;
	*size = 0;
	if (fd < 0)
		return -errno;
	err = read_all(fd, out, size);
	close(fd);
	return err;
}

static enum status dump(const char *path)
{
	struct axt_program *program;
	struct axt_error error;
	size_t size;
	char *blob;
	int err;

	err = read_file(path, &blob, &size);
	if (err) {
		report("%s: %s", path, strerror(-err));
		free(blob);
		return STATUS_FAILURE;
	}
	err = axt_program_open(blob, size, &program, &error);
	if (err) {
		report("%s: %s", path, error.text);
	} else {
		/* A stream that has failed is noticed at the end. */
		axt_program_dump(program, stdout);
		axt_program_close(program);
	}
	free(blob);
	return err ? STATUS_FAILURE : STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	enum status status;
	int first;

	status = parse_options(self, argc, argv, NULL, &first);
	if (status)
		return status;
	if (first == argc || strcmp(argv[first], "dump") != 0)
		return usage_error(self, "tensor: say what to do: dump");
	if (argc - first != 2)
		return usage_error(self, "tensor dump: name one file");
	return dump(argv[first + 1]);
}

const struct command command_tensor = {
	.name = "tensor",
	.arguments = "dump FILE",
	.summary = "show what is in a tensor program",
	.help = "  FILE  a tensor program, see axle-tensor(1)\n",
	.run = run,
};
