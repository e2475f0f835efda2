// SPDX-License-Identifier: GPL-2.0-only
/* The code of the tracepoints, which axle_trace.h describes. */
#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "axle_trace.h"
#endif
