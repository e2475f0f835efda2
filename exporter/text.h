/* SPDX-License-Identifier: MIT */
/*
 * Text that grows, and what devices say as text that others can read: always
 * valid UTF-8, whatever the bytes were.
 */
#ifndef AXLE_EXPORTER_TEXT_H
#define AXLE_EXPORTER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beyond this an answer is refused, not sent. */
#define TEXT_MAX (32u << 20)

/*
 * All zero is an empty one. After a failure everything that is added is
 * dropped, so that only the end has to look.
 */
struct text {
	char *data; /* of malloc(), no zero at its end */
	size_t size;
	size_t room;
	bool failed; /* no memory, or TEXT_MAX */
};

void text_raw(struct text *text, const char *data, size_t size);
void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* An integer of 10^-decimals as a decimal number, exactly: 1500, 3 is "1.5". */
void text_fixed(struct text *text, uint64_t value, unsigned int decimals);
void text_fixed_signed(struct text *text, int64_t value, unsigned int decimals);
/* A string of JSON, with its quotes. */
void text_json(struct text *text, const char *string);
void text_release(struct text *text);

/* Bytes that text_escape() makes of so many at most. */
#define TEXT_ESCAPED(size) ((size) * 3 + 1)

/*
 * The value of a Prometheus label, without its quotes; from at most size bytes
 * of a string. Returns out.
 */
const char *text_escape(char *out, size_t out_size, const char *string,
			size_t size);

#endif
