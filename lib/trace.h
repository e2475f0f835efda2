/* SPDX-License-Identifier: MIT */
/*
 * A timeline of what a program does with devices, asked for by the variable
 * AXLE_TRACE, which names a file: one event a line, in the trace event format
 * that Chrome's tracing page and Perfetto read, with a comma behind. axle-trace(1)
 * makes a document of it. Times are CLOCK_MONOTONIC.
 */
#ifndef AXL_TRACE_H
#define AXL_TRACE_H

#include "axlp.h"

#include <limits.h>

/*
 * Device tracks are processes of their own in a timeline: this plus the index
 * of the device (the embedded one: the last), where no pid can be.
 */
#define AXLP_TRACE_DEVICE_PID 0x40000000u

struct axlp_trace;

#define AXLP_TRACE_OFF INT_MIN /* nothing is asked for */

/* A descriptor, AXLP_TRACE_OFF or -errno. */
int axlp_trace_open(void);

/* NULL if nothing is traced, or without memory: then the queue is not. */
struct axlp_trace *axlp_trace_create(struct axl_queue *queue,
				     const struct axl_queue_config *config);
/* Tells what has ended; the queue is closed, its context still there. */
void axlp_trace_destroy(struct axlp_trace *trace);
/* Instead of the provider's, which it calls. */
int axlp_trace_submit(struct axlp_trace *trace, const struct axl_job *jobs,
		      uint32_t count, uint64_t *point);
/* A wait from a time on has ended. */
void axlp_trace_wait(struct axlp_trace *trace, uint64_t point, int64_t start_ns,
		     int result);

#endif
