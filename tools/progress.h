/* SPDX-License-Identifier: MIT */
/*
 * A line on a terminal that tells what takes so long, from the second second
 * on. Where stderr is no terminal, nothing.
 */
#ifndef AXLE_TOOLS_PROGRESS_H
#define AXLE_TOOLS_PROGRESS_H

#include <stdint.h>

struct progress;

/* NULL, which the others take, if there is nobody to tell. */
struct progress *progress_begin(const char *what);
/* It has got so far; total 0: nobody knows. */
void progress_set(struct progress *progress, uint64_t done, uint64_t total);
/* Another task. The text must stay. */
void progress_next(struct progress *progress, const char *what);
/* Removes the line. */
void progress_end(struct progress *progress);

#endif
