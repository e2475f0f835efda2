/* SPDX-License-Identifier: MIT */
/* A device as the monitor saw it, for commands that print it. */
#ifndef AXLE_TOOLS_SAMPLE_H
#define AXLE_TOOLS_SAMPLE_H

#include "tool.h"

#include <axl/monitor.h>

/* sample-json.c: the schema is in axle-top(1); what is not known is null. */
struct json_object *json_sample(const struct axl_sample *sample);
struct json_object *json_telemetry(const struct axl_telemetry *telemetry);

#endif
