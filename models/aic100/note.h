/* SPDX-License-Identifier: MIT */
/* What the files of the trace in words share. */
#ifndef AIC100_NOTE_H
#define AIC100_NOTE_H

#include "core.h"

#include <stdarg.h>

struct aic100_name {
	uint32_t value;
	const char *name;
};

/* "?" if none has the value. */
const char *aic100_name(const struct aic100_name *names, size_t count,
			uint32_t value);

/* A line that grows, up to what a trace line takes. */
struct aic100_text {
	char at[256];
	size_t used;
};

void aic100_text(struct aic100_text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
