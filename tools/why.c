// SPDX-License-Identifier: MIT
/* See why.h. */
#include "why.h"

#include <stdarg.h>
#include <stdio.h>

int why_not(struct why *why, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return err;
}
