// SPDX-License-Identifier: MIT
/*
 * axle conform: which tests there are. See conform.h. The list owns its paths;
 * a test's name is the part of its path that the user would say.
 */
#include "conform.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No layout is deeper; a link to a folder above it would be. */
#define DEPTH_MAX 6

struct search {
	const char *pattern;
	struct conform_list *list;
	size_t name_offset; /* in all paths that are found */
	bool any; /* a test was seen, wanted or not */
};

static bool is_test(const char *path)
{
	char *model;
	bool is;

	if (asprintf(&model, "%s/model.onnx", path) < 0)
		return false;
	is = access(model, F_OK) == 0;
	free(model);
	return is;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int add(struct search *search, const char *path)
{
	struct conform_list *list = search->list;
	struct conform_test *more;

	search->any = true;
	if (search->pattern && fnmatch(search->pattern, last_part(path), 0))
		return 0;
	more = reallocarray(list->tests, list->count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	list->tests = more;
	more = &list->tests[list->count];
	more->path = strdup(path);
	if (!more->path)
		return -ENOMEM;
	more->name = more->path + search->name_offset;
	list->count++;
	return 0;
}

static int no_dots(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* As strcmp(), so that the order is the same everywhere. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk(struct search *search, const char *path, int depth);

static int walk_entry(struct search *search, const char *path,
		      const struct dirent *entry, int depth)
{
	char *below;
	int err;

	if (asprintf(&below, "%s/%s", path, entry->d_name) < 0)
		return -ENOMEM;
	err = walk(search, below, depth);
	free(below);
	return err;
}

static int walk(struct search *search, const char *path, int depth)
{
	struct dirent **entries;
	int count, err = 0;

	if (is_test(path))
		return add(search, path);
	count = scandir(path, &entries, no_dots, by_name);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		int type = entries[i]->d_type;

		if (!err && depth < DEPTH_MAX &&
		    (type == DT_DIR || type == DT_LNK || type == DT_UNKNOWN))
			err = walk_entry(search, path, entries[i], depth + 1);
		/* A link may lead to anything. */
		if (err == -ENOTDIR || (err == -ENOENT && type == DT_LNK))
			err = 0;
		free(entries[i]);
	}
	free(entries);
	return err;
}

int conform_find(const char *dir, const char *pattern,
		 struct conform_list *list, struct why *why)
{
	struct search search = { .pattern = pattern, .list = list };
	char *path = strdup(dir);
	size_t length;
	int err;

	if (!path)
		return why_not(why, -ENOMEM, "out of memory");
	length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		path[--length] = 0;
	search.name_offset = (size_t)(last_part(path) - path);
	err = walk(&search, path, 0);
	free(path);
	if (err)
		return why_not(why, err, "%s: %s", dir, strerror(-err));
	if (!search.any)
		return why_not(why, -ENOENT,
			       "%s: neither a test folder (model.onnx) nor one "
			       "that has some",
			       dir);
	return 0;
}

void conform_list_fini(struct conform_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->tests[i].path);
	free(list->tests);
	memset(list, 0, sizeof(*list));
}
