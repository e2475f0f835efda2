// SPDX-License-Identifier: MIT
/* What any bytes become in labels and in JSON, and numbers. */
#include "tap.h"
#include "text.h"

#include <limits.h>
#include <string.h>

struct text_row {
	const char *in;
	const char *label;
	const char *json;
};

#define BAD "\xef\xbf\xbd"

static const struct text_row rows[] = {
	{ "", "", "\"\"" },
	{ "compute", "compute", "\"compute\"" },
	{ "a\"b", "a\\\"b", "\"a\\\"b\"" },
	{ "a\\b", "a\\\\b", "\"a\\\\b\"" },
	{ "a\nb", "a\\nb", "\"a\\u000ab\"" },
	{ "a\x01\x7f", "a" BAD BAD, "\"a\\u0001\\u007f\"" },
	/* Two, three and four bytes, and the last character that there is. */
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf",
	  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf",
	  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\"" },
	/* A byte alone, cut off, too long a form, half a pair, beyond the end. */
	{ "\x80", BAD, "\"" BAD "\"" },
	{ "x\xe2\x82", "x" BAD BAD, "\"x" BAD BAD "\"" },
	{ "\xc0\xaf", BAD BAD, "\"" BAD BAD "\"" },
	{ "\xe0\x80\xaf", BAD BAD BAD, "\"" BAD BAD BAD "\"" },
	{ "\xed\xa0\x80", BAD BAD BAD, "\"" BAD BAD BAD "\"" },
	{ "\xf4\x90\x80\x80", BAD BAD BAD BAD, "\"" BAD BAD BAD BAD "\"" },
	{ "\xff\xfe", BAD BAD, "\"" BAD BAD "\"" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *ended(struct text *text)
{
	text_raw(text, "", 1);
	return text->failed ? "failed" : text->data;
}

static void labels_are_escaped_and_valid(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		char out[TEXT_ESCAPED(64)];

		TAP_STRING(text_escape(out, sizeof(out), rows[i].in, 64),
			   rows[i].label);
	}
}

static void strings_of_json_are_escaped_and_valid(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct text text = {};

		text_json(&text, rows[i].in);
		TAP_STRING(ended(&text), rows[i].json);
		text_release(&text);
	}
}

static void a_name_without_an_end_is_not_read_beyond_it(void)
{
	static const char name[4] = { 'a', 'b', 'c', 'd' };
	char out[TEXT_ESCAPED(4)];

	TAP_STRING(text_escape(out, sizeof(out), name, sizeof(name)), "abcd");
}

static void what_has_no_room_is_cut_between_characters(void)
{
	char out[4];

	TAP_STRING(text_escape(out, sizeof(out), "ab\"c", 4), "ab");
	TAP_STRING(text_escape(out, sizeof(out), "ab\xff", 4), "ab");
}

struct fixed_row {
	int64_t value;
	unsigned int decimals;
	const char *text;
};

static void numbers_are_exact(void)
{
	static const struct fixed_row numbers[] = {
		{ 0, 0, "0" },
		{ 0, 9, "0" },
		{ 1500, 3, "1.5" },
		{ 1, 9, "0.000000001" },
		{ 41250, 3, "41.25" },
		{ 95000, 3, "95" },
		{ -273150, 3, "-273.15" },
		{ -1, 3, "-0.001" },
		{ 2500000001, 9, "2.500000001" },
		{ INT64_MAX, 6, "9223372036854.775807" },
		{ INT64_MIN, 0, "-9223372036854775808" },
	};
	struct text most = {};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct text text = {};

		text_fixed_signed(&text, numbers[i].value, numbers[i].decimals);
		TAP_STRING(ended(&text), numbers[i].text);
		text_release(&text);
	}
	text_fixed(&most, UINT64_MAX, 9);
	TAP_STRING(ended(&most), "18446744073.709551615");
	text_release(&most);
}

static void text_that_is_too_long_fails_and_stays_so(void)
{
	static char block[1 << 20];
	struct text text = {};

	for (size_t i = 0; i < TEXT_MAX / sizeof(block); i++)
		text_raw(&text, block, sizeof(block));
	TAP_CHECK(!text.failed);
	text_raw(&text, block, 1);
	TAP_CHECK(text.failed);
	TAP_EQUAL(text.size, TEXT_MAX);
	text_add(&text, "%d", 1);
	TAP_CHECK(text.failed);
	text_release(&text);
	TAP_CHECK(!text.data && !text.failed);
}

static void a_line_that_is_too_long_fails(void)
{
	char line[600];
	struct text text = {};

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = 0;
	text_add(&text, "%s", line);
	TAP_CHECK(text.failed);
	text_release(&text);
}

static const struct tap_case cases[] = {
	{ "labels are escaped and valid", labels_are_escaped_and_valid },
	{ "strings of JSON are escaped and valid",
	  strings_of_json_are_escaped_and_valid },
	{ "a name without an end is not read beyond it",
	  a_name_without_an_end_is_not_read_beyond_it },
	{ "what has no room is cut between characters",
	  what_has_no_room_is_cut_between_characters },
	{ "numbers are exact", numbers_are_exact },
	{ "text that is too long fails and stays so",
	  text_that_is_too_long_fails_and_stays_so },
	{ "a line that is too long fails", a_line_that_is_too_long_fails },
};
TAP_MAIN(cases)
