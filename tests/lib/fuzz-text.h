/* SPDX-License-Identifier: MIT */
/* What fuzz targets ask of all text that leaves a parser. */
#ifndef AXLE_TESTS_FUZZ_TEXT_H
#define AXLE_TESTS_FUZZ_TEXT_H

#include <stdlib.h>
#include <string.h>

/* It ends, and is printable. */
static inline void check_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == size)
		abort();
	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			abort();
}

#endif
