// SPDX-License-Identifier: MIT
#include "trace.h"
#include "device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct axm_trace {
	FILE *file;
	uint64_t start;
	atomic_ullong seq;
};

uint64_t axm_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int axm_trace_open(const char *path, struct axm_trace **out)
{
	struct axm_trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return -ENOMEM;
	trace->file = strcmp(path, "-") ? fopen(path, "we") : stderr;
	if (!trace->file) {
		int error = errno;

		free(trace);
		return -error;
	}
	setvbuf(trace->file, NULL, _IOLBF, 0);
	trace->start = axm_now_ns();
	*out = trace;
	return 0;
}

void axm_trace_close(struct axm_trace *trace)
{
	if (!trace)
		return;
	if (trace->file != stderr)
		fclose(trace->file);
	free(trace);
}

/* One fprintf() per line, so lines of several threads do not mix. */
static void emit(struct axm_trace *trace, const char *event, const char *text)
{
	uint64_t us = (axm_now_ns() - trace->start) / 1000;

	fprintf(trace->file, "%5" PRIu64 ".%06" PRIu64 " %llu %s %s\n",
		us / 1000000, us % 1000000,
		atomic_fetch_add(&trace->seq, 1) + 1, event, text);
}

bool axm_tracing(const struct axm_device *dev)
{
	return dev->trace;
}

void axm_trace(struct axm_device *dev, const char *event, const char *format,
	       ...)
{
	char text[256];
	va_list args;

	if (__builtin_expect(!dev->trace, 1))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	emit(dev->trace, event, text);
}

void axm_trace_value(struct axm_device *dev, const char *event, int bar,
		     uint64_t offset, const void *data, size_t count)
{
	char where[16] = "", text[128];
	uint64_t value = 0;
	int used;

	if (__builtin_expect(!dev->trace, 1))
		return;
	if (bar >= 0)
		snprintf(where, sizeof(where), "bar=%d ", bar);
	used = snprintf(text, sizeof(text), "%soffset=0x%" PRIx64 " size=%zu",
			where, offset, count);
	if (count <= sizeof(value)) {
		memcpy(&value, data, count);
		snprintf(text + used, sizeof(text) - (size_t)used,
			 " value=0x%" PRIx64, value);
	}
	emit(dev->trace, event, text);
}
