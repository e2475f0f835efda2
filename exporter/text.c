// SPDX-License-Identifier: MIT
/* See text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Room for so many bytes more. */
static bool reserve(struct text *text, size_t more)
{
	size_t room = text->room ? text->room : 4096;
	char *data;

	if (text->failed || more > TEXT_MAX - text->size) {
		text->failed = true;
		return false;
	}
	if (more <= text->room - text->size)
		return true;
	while (room - text->size < more)
		room *= 2;
	data = realloc(text->data, room);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->room = room;
	return true;
}

void text_raw(struct text *text, const char *data, size_t size)
{
	if (!size || !reserve(text, size))
		return;
	memcpy(text->data + text->size, data, size);
	text->size += size;
}

void text_add(struct text *text, const char *format, ...)
{
	char line[512];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= sizeof(line))
		text->failed = true;
	else
		text_raw(text, line, (size_t)size);
}

void text_fixed(struct text *text, uint64_t value, unsigned int decimals)
{
	char digits[48];
	size_t at = sizeof(digits);
	bool started = !decimals;

	/* From the last digit; zeros at the end of a fraction say nothing. */
	for (unsigned int i = 0; i < decimals; i++, value /= 10) {
		if (!started && value % 10 == 0)
			continue;
		started = true;
		digits[--at] = (char)('0' + value % 10);
	}
	if (decimals && started)
		digits[--at] = '.';
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	text_raw(text, digits + at, sizeof(digits) - at);
}

void text_fixed_signed(struct text *text, int64_t value, unsigned int decimals)
{
	if (value < 0)
		text_raw(text, "-", 1);
	text_fixed(text, value < 0 ? -(uint64_t)value : (uint64_t)value,
		   decimals);
}

/* Bounds of the second byte of a sequence, by the first (Unicode, table 3-7). */
struct lead {
	unsigned char first, last; /* of the first byte */
	unsigned char low, high; /* of the second */
	size_t length;
};

static const struct lead leads[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Bytes of the character there; 0 if it is none. */
static size_t utf8_length(const char *string, size_t size)
{
	const unsigned char *s = (const unsigned char *)string;

	if (s[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		const struct lead *lead = &leads[i];

		if (s[0] < lead->first || s[0] > lead->last)
			continue;
		if (size < lead->length || s[1] < lead->low ||
		    s[1] > lead->high)
			return 0;
		for (size_t k = 2; k < lead->length; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return lead->length;
	}
	return 0;
}

/* What stands for one character of a label, or NULL: itself. */
static const char *label_escape(char c)
{
	if (c == '\\')
		return "\\\\";
	if (c == '"')
		return "\\\"";
	if (c == '\n')
		return "\\n";
	return (unsigned char)c < 0x20 || c == 0x7f ? replacement : NULL;
}

const char *text_escape(char *out, size_t out_size, const char *string,
			size_t size)
{
	size_t used = 0;

	size = strnlen(string, size);
	while (size) {
		size_t length = utf8_length(string, size);
		const char *as = length ? label_escape(*string) : replacement;
		size_t wide = as ? strlen(as) : length;

		if (wide >= out_size - used)
			break;
		memcpy(out + used, as ? as : string, wide);
		used += wide;
		string += length ? length : 1;
		size -= length ? length : 1;
	}
	out[used] = 0;
	return out;
}

static void json_character(struct text *text, const char *string, size_t length)
{
	if (!length)
		text_raw(text, replacement, 3);
	else if (*string == '"' || *string == '\\')
		text_add(text, "\\%c", *string);
	else if ((unsigned char)*string < 0x20 || *string == 0x7f)
		text_add(text, "\\u%04x", *string);
	else
		text_raw(text, string, length);
}

void text_json(struct text *text, const char *string)
{
	size_t size = strlen(string);

	text_raw(text, "\"", 1);
	while (size) {
		size_t length = utf8_length(string, size);

		json_character(text, string, length);
		string += length ? length : 1;
		size -= length ? length : 1;
	}
	text_raw(text, "\"", 1);
}

void text_release(struct text *text)
{
	free(text->data);
	*text = (struct text){};
}
