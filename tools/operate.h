/* SPDX-License-Identifier: MIT */
/* What the commands for operators share: samples as text and as JSON. */
#ifndef AXLE_TOOLS_OPERATE_H
#define AXLE_TOOLS_OPERATE_H

#include "sample.h"

struct json_object;

/* Names of devices on the command line; without any, all are meant. */
struct chosen {
	char *const *names;
	int count;
};

bool is_chosen(const struct chosen *chosen, const struct axl_entry *entry);
/* Of the newest sample: reports the first name that no device has. */
enum status check_chosen(const struct chosen *chosen,
			 const struct axl_monitor *monitor);

/* Cells of a table, "-" for what is not known; out is returned. */
#define CELL_MAX 32
const char *cell_temperature(char *out, int32_t mc);
const char *cell_power(char *out, uint32_t mw);
const char *cell_clock(char *out, uint64_t hz);
const char *cell_count(char *out, uint64_t count);
/* "hot, capped", or "". */
const char *text_flags(char *out, size_t size, uint32_t flags);

struct json_object *json_ras(const struct axl_ras_unit *units, uint32_t count,
			     const struct axl_ras_pages *pages);
/* One line, as streams of documents have it; frees. */
void json_print_line(struct json_object *document);

/* Says on stderr what the driver of a device does not tell at all. */
void report_silence(const struct axl_sample *sample);

#endif
