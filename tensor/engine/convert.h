/* SPDX-License-Identifier: MIT */
/*
 * Runs of numbers of any type but f16 and bf16, as i64 or f32 and back. What
 * does not fit saturates, fractions are cut off, NaN as an integer is 0; as a
 * bool, all but 0 is 1.
 */
#ifndef AXT_CONVERT_H
#define AXT_CONVERT_H

#include <stddef.h>
#include <stdint.h>

/* base[at], base[at + step], ...; not of f32. */
void axt_load_i64(int64_t *to, unsigned int type, const void *base, size_t at,
		  size_t step, size_t count);
void axt_store_i64(unsigned int type, void *base, size_t at, size_t step,
		   const int64_t *from, size_t count);

/* The value as an integer of 64 bits. */
int64_t axt_to_i64(float value);

#endif
