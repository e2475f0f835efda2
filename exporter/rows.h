/* SPDX-License-Identifier: MIT */
/* Between metrics.c and metrics-parts.c. */
#ifndef AXLE_EXPORTER_ROWS_H
#define AXLE_EXPORTER_ROWS_H

#include "text.h"

#include <axl/monitor.h>

/* A device that is shown, and its escaped name. */
struct row {
	const struct axl_sample *sample; /* the monitor's */
	char device[TEXT_ESCAPED(sizeof(((struct axl_entry *)0)->name))];
};

struct rows {
	struct row *row; /* of malloc(), in the order of the monitor */
	size_t count;
};

/* The two lines before a metric's own. */
void metrics_head(struct text *text, const char *name, const char *type,
		  const char *help);

void rows_write_engines(struct text *text, const struct rows *rows);
void rows_write_memory(struct text *text, const struct rows *rows);
void rows_write_ras(struct text *text, const struct rows *rows);
/* Nothing, if the monitor has not looked at processes. */
void rows_write_clients(struct text *text, const struct axl_monitor *monitor,
			const struct rows *rows);

#endif
