/* SPDX-License-Identifier: MIT */
/* axle trace: a timeline of a command's jobs, of the library and the kernel. */
#ifndef AXLE_TOOLS_TRACE_H
#define AXLE_TOOLS_TRACE_H

#include "../tool.h"

#include <stdbool.h>
#include <stdio.h>

struct json_object;

/* Tracks of devices, as lib/trace.h numbers them; the kernel's is number 0. */
#define TRACE_DEVICE_PID 0x40000000u

/*
 * kernel.c: the kit's tracepoints, in an instance of tracefs of our own. NULL,
 * with the reason in words, if there is no permission or nothing to trace.
 */
struct trace_kernel;

struct trace_kernel *trace_kernel_start(const char *root, char *why,
					size_t size);
/* Adds to the array of events what has happened; ends the instance. */
void trace_kernel_end(struct trace_kernel *kernel, struct json_object *events);

/* parse.c: an event of a line of tracefs' text; NULL if it is none of ours. */
struct json_object *trace_parse_line(const char *line);
/*
 * The lines of a file that libaxle wrote; what is not whole is left out and
 * counted.
 */
int trace_read_library(FILE *in, struct json_object *events, size_t *bad);
/* Adds one event from begin to end for each job that the kernel ran. */
void trace_pair_runs(struct json_object *events);

#endif
