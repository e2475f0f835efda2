/* SPDX-License-Identifier: MIT */
/* Core dumps of devices: what is in them, as far as their formats are known. */
#ifndef AXLE_TOOLS_DUMP_H
#define AXLE_TOOLS_DUMP_H

#include <stddef.h>
#include <stdint.h>

#define DUMP_FIELDS_MAX 64
#define DUMP_HEAD_MAX 65536 /* bytes that are looked at */

struct dump {
	const uint8_t *head; /* the beginning of it */
	size_t head_size;
	uint64_t size; /* of all of it */
};

struct dump_field {
	char label[24];
	char text[120];
};

struct dump_report {
	const char *format; /* in words */
	size_t count;
	struct dump_field fields[DUMP_FIELDS_MAX];
};

/* Any bytes in. */
void dump_describe(const struct dump *dump, struct dump_report *out);

/* For the formats: what does not fit is left out. */
void dump_add(struct dump_report *out, const char *label, const char *format,
	      ...) __attribute__((format(printf, 3, 4)));

/* dump-vnpu.c; 0: it is of that format. */
int dump_vnpu(const struct dump *dump, struct dump_report *out);

#endif
