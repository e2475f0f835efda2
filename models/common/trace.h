/* SPDX-License-Identifier: MIT */
/* The trace: one line per event. docs/models.md has the format. */
#ifndef AXM_TRACE_H
#define AXM_TRACE_H

#include <stddef.h>
#include <stdint.h>

struct axm_device;
struct axm_trace;

/* "-" is standard error. */
int axm_trace_open(const char *path, struct axm_trace **trace);
void axm_trace_close(struct axm_trace *trace);

/* An access: @bar is -1 for config space. The value is shown up to 8 bytes. */
void axm_trace_value(struct axm_device *dev, const char *event, int bar,
		     uint64_t offset, const void *data, size_t count);

#endif
