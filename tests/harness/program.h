/* SPDX-License-Identifier: MIT */
/*
 * Small tensor programs for tests and benchmarks: vectors of so many f32, the
 * inputs "x0" and "x1", the output "y0". A program is for the caller to free();
 * NULL: it could not be made, and stderr says why.
 */
#ifndef AXLE_TESTS_PROGRAM_H
#define AXLE_TESTS_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

/* y0 = x0 + x1; with more than one addition, x1 is added again and again. */
void *program_add(uint32_t count, uint32_t additions, size_t *size);

/*
 * y0 = max(x0 + x1, 0), and the sum in the arena is negated twice for each
 * step; with none, once into a place that nothing reads.
 */
void *program_relu(uint32_t count, uint32_t steps, size_t *size);

#endif
