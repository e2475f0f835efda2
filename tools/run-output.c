// SPDX-License-Identifier: MIT
/* axle run: the outputs as files. Their names come from the network. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define NAME_CHARACTERS                                        \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789._-"
#define NAME_LENGTH 200

/* What a name has that may not be in a file name becomes "_". */
static char *file_name(const char *dir, const char *name, uint32_t number)
{
	char base[NAME_LENGTH + 1];
	char *path;

	if (name[0])
		snprintf(base, sizeof(base), "%s", name);
	else
		snprintf(base, sizeof(base), "output_%u", number);
	for (char *at = base; *at; at++)
		if (!strchr(NAME_CHARACTERS, *at) || (at == base && *at == '.'))
			*at = '_';
	return asprintf(&path, "%s/%s.npy", dir, base) < 0 ? NULL : path;
}

/* Also where upper and lower case are the same. */
static bool is_taken(const struct run *run, uint32_t number)
{
	for (uint32_t i = 0; i < number; i++)
		if (strcasecmp(run->files[i], run->files[number]) == 0)
			return true;
	return false;
}

static int choose_name(struct run *run, uint32_t number)
{
	const char *name = run_output(run, number).name;
	char other[NAME_LENGTH + 16];

	run->files[number] = file_name(run->output, name, number);
	if (run->files[number] && is_taken(run, number)) {
		free(run->files[number]);
		snprintf(other, sizeof(other), "%.*s.%u", NAME_LENGTH - 16,
			 name, number);
		run->files[number] = file_name(run->output, other, number);
	}
	return run->files[number] ? 0 : -ENOMEM;
}

static int write_output(struct run *run, uint32_t number, struct why *why)
{
	struct port port = run_output(run, number);
	int err = choose_name(run, number);

	if (err)
		return why_not(why, err, "out of memory");
	err = npy_write(run->files[number], &port.tensor);
	if (err)
		return why_not(why, err, "%s: %s", run->files[number],
			       strerror(-err));
	return 0;
}

int run_write_outputs(struct run *run, struct why *why)
{
	uint32_t count = axt_program_header(run->network.program)->output_count;
	int err = 0;

	if (mkdir(run->output, 0777) != 0 && errno != EEXIST)
		return why_not(why, -errno, "%s: %s", run->output,
			       strerror(errno));
	run->files = calloc((size_t)count + 1, sizeof(*run->files));
	if (!run->files)
		return why_not(why, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < count && !err; i++)
		err = write_output(run, i, why);
	return err;
}
