/* SPDX-License-Identifier: MIT */
/* Values of options. */
#ifndef AXLE_TOOLS_OPTIONS_H
#define AXLE_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* A whole number from least to most, without sign or anything behind it. */
bool parse_number(const char *text, uint32_t least, uint32_t most,
		  uint32_t *out);
/* A finite number that is not negative. */
bool parse_real(const char *text, double *out);
/* "x=1,3,48,320", "x=": a name, and dimensions with commas between. */
bool is_shape(const char *text);

#endif
