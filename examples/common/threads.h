/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_THREADS_H
#define EXAMPLES_THREADS_H

#include <stdbool.h>
#include <stdint.h>

/* A count from 1 to 256, and nothing else. */
bool threads_parse(const char *text, uint32_t *count);

/* What the embedded device takes if this is asked of it, 0 for its choice. */
uint32_t threads_effective(uint32_t asked);

#endif
