// SPDX-License-Identifier: MIT
/* axle tensor: look at tensor programs. */
#include "file.h"
#include "tool.h"

#include <axt/program.h>

#include <stdlib.h>
#include <string.h>

static enum status dump(const char *path)
{
	struct axt_program *program;
	struct axt_error error;
	size_t size;
	char *blob;
	int err;

	err = file_read(path, &blob, &size);
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
