// SPDX-License-Identifier: MIT
#include "trouble.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

int trouble_set(struct trouble *trouble, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(trouble->text, sizeof(trouble->text), format, args);
	va_end(args);
	return err;
}

int trouble_prefix(struct trouble *trouble, int err, const char *before)
{
	struct trouble old = *trouble;

	return trouble_set(trouble, err, "%s: %s", before, old.text);
}

int trouble_status(int err)
{
	static const struct {
		int err;
		int status;
	} table[] = {
		{ 0, 0 },	{ -ENOENT, 3 }, { -ENODEV, 3 },
		{ -EACCES, 4 }, { -EPERM, 4 },	{ -ENXIO, 5 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].err == err)
			return table[i].status;
	return 1;
}
