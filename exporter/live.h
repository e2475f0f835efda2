/* SPDX-License-Identifier: MIT */
/* What the page shows, as JSON; docs/exporter.md has the members. */
#ifndef AXLE_EXPORTER_LIVE_H
#define AXLE_EXPORTER_LIVE_H

#include "history.h"
#include "text.h"

#include <axl/monitor.h>

#define LIVE_TYPE "application/json"

struct live_self {
	int64_t started_ms; /* since 1970; numbers of samples begin anew then */
	unsigned int interval_s; /* between two samples */
	bool events; /* events arrive */
	const char *host; /* name of this machine */
};

/*
 * "Since" of a request: a decimal number without sign. False for all else,
 * *number is then as it was; NULL is 0.
 */
bool live_parse_since(const char *text, uint64_t *number);

/* Samples and events with a number above since. */
void live_write(struct text *text, const struct axl_monitor *monitor,
		const struct history *history, const struct live_self *self,
		uint64_t since);

#endif
