/* SPDX-License-Identifier: MIT */
/* What Prometheus scrapes: its text format, version 0.0.4. */
#ifndef AXLE_EXPORTER_METRICS_H
#define AXLE_EXPORTER_METRICS_H

#include "tally.h"
#include "text.h"

#include <axl/monitor.h>

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* About the exporter itself. */
struct metrics_self {
	uint64_t samples; /* taken so far */
	uint64_t failures; /* samples that could not be taken */
	uint64_t duration_ns; /* that the last sample took */
	int64_t sampled_ms; /* when it was taken, since 1970; 0: never */
	uint64_t cpu_us; /* CPU time of the process */
	bool events; /* events arrive, so their count is known */
};

/*
 * What is not known is left out, and so is what would be there twice, which no
 * scraper takes.
 */
void metrics_write(struct text *text, const struct axl_monitor *monitor,
		   const struct tally *tally, const struct metrics_self *self);

#endif
