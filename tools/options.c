// SPDX-License-Identifier: MIT
/* See options.h. */
#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool parse_number(const char *text, uint32_t least, uint32_t most,
		  uint32_t *out)
{
	unsigned long value;
	char *end;

	/* No sign and no blanks, which strtoul() would take. */
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value < least || value > most)
		return false;
	*out = (uint32_t)value;
	return true;
}

bool parse_real(const char *text, double *out)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	return !errno && end != text && !*end && isfinite(*out) && *out >= 0;
}

bool is_shape(const char *text)
{
	/* Names may have '=' in them, dimensions may not. */
	const char *at = strrchr(text, '=');

	if (!at || at == text)
		return false;
	if (!at[1])
		return true;
	do {
		size_t digits = strspn(++at, "0123456789");

		if (!digits)
			return false;
		at += digits;
	} while (*at == ',');
	return !*at;
}
