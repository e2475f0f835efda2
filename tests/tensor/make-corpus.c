// SPDX-License-Identifier: MIT
/* make-corpus DIR: the first valid program of every code, for the fuzzer. */
#include "sample.h"

#include <stdlib.h>

static int write_file(const char *path, const void *blob, size_t size)
{
	FILE *out = fopen(path, "w");
	bool done;

	if (!out)
		return -1;
	done = fwrite(blob, size, 1, out) == 1;
	return fclose(out) == 0 && done ? 0 : -1;
}

static int write_sample(const char *dir, const struct sample *sample)
{
	struct axt_error error;
	char path[4096];
	size_t size;
	void *blob;
	int err = sample_make(sample, &blob, &size, &error);

	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/%s", dir,
		 axt_code_info(sample->code)->name);
	err = write_file(path, blob, size);
	free(blob);
	return err;
}

int main(int argc, char **argv)
{
	static const struct sample *const lists[] = { samples_window,
						      samples_math,
						      samples_move };
	uint32_t seen = 0;

	if (argc != 2)
		return 2;
	for (int i = 0; i < 3; i++)
		for (const struct sample *s = lists[i]; s->sentence; s++) {
			if (s->says || seen >> s->code & 1)
				continue;
			seen |= 1u << s->code;
			if (write_sample(argv[1], s))
				return 1;
		}
	return 0;
}
