/* SPDX-License-Identifier: MIT */
/* A valid program, to be broken in one place. */
#ifndef AXT_TEST_BASE_H
#define AXT_TEST_BASE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Tensors: 0 input "x0", 1 and 2 data, 3 input "x1", 4 in the arena, for the
 * post-operation, 5 output "y0". Operations: COPY, CONV. Names: 24 bytes.
 */
void *base_make(size_t *size);

void base_fix_crc(uint8_t *blob, size_t size);

#endif
