// SPDX-License-Identifier: MIT
/*
 * Parsing fdinfo and status of a process. Lines are "KEY:\tVALUE"; keys that
 * nobody knows are skipped, so are values that are none. Names of engines and
 * memory regions are parts of keys.
 */
#include "axlp.h"
#include "fdinfo.h"
#include "sysfs.h"

#include <string.h>

/* One line, both parts without white space around them; they end in NUL. */
struct line {
	char key[64];
	char value[128];
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* False for lines that do not fit or have no colon. */
static bool split(const char *text, size_t length, struct line *out)
{
	const char *colon = memchr(text, ':', length);
	const char *value, *end = text + length;

	if (!colon)
		return false;
	for (value = colon + 1; value < end && is_blank(*value); value++)
		;
	while (end > value && is_blank(end[-1]))
		end--;
	if ((size_t)(colon - text) >= sizeof(out->key) ||
	    (size_t)(end - value) >= sizeof(out->value))
		return false;
	axlp_copy_text(out->key, sizeof(out->key), text,
		       (size_t)(colon - text));
	axlp_copy_text(out->value, sizeof(out->value), value,
		       (size_t)(end - value));
	return true;
}

/* The next line; false at the end. Lines that make no sense are skipped. */
static bool next_line(const char **text, const char *end, struct line *out)
{
	while (*text < end) {
		const char *line = *text;
		const char *eol = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((eol ? eol : end) - line);

		*text = eol ? eol + 1 : end;
		if (split(line, length, out))
			return true;
	}
	return false;
}

/* A number at the beginning, and what follows it behind one blank. */
static bool split_number(const char *value, uint64_t *number, const char **unit)
{
	char digits[24];
	size_t length = strspn(value, "0123456789");

	if (!length || length >= sizeof(digits))
		return false;
	memcpy(digits, value, length);
	digits[length] = '\0';
	*unit = value + length;
	while (is_blank(**unit))
		(*unit)++;
	return axlp_parse_u64(digits, 10, number) == 0;
}

static bool parse_scaled(const char *value, const char *const *units,
			 const uint64_t *factors, size_t count, uint64_t *out)
{
	const char *unit;
	uint64_t number;

	if (!split_number(value, &number, &unit))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(unit, units[i]) == 0)
			return !__builtin_mul_overflow(number, factors[i], out);
	return false;
}

static bool parse_bytes(const char *value, uint64_t *out)
{
	static const char *const units[] = { "", "KiB", "MiB" };
	static const uint64_t factors[] = { 1, 1024, 1048576 };

	return parse_scaled(value, units, factors, AXLP_ARRAY_SIZE(units), out);
}

static bool parse_ns(const char *value, uint64_t *out)
{
	static const char *const units[] = { "ns" };
	static const uint64_t factors[] = { 1 };

	return parse_scaled(value, units, factors, AXLP_ARRAY_SIZE(units), out);
}

#define COPY_TEXT(to, from) axlp_copy_text(to, sizeof(to), from, strlen(from))

static void take_engine(struct axlp_fdinfo *out, const char *name,
			const char *value)
{
	struct axl_engine *engine = &out->engine[out->engine_count];
	uint64_t busy;

	/* Not an engine, but how many of the kind there are. */
	if (strncmp(name, "capacity-", 9) == 0)
		return;
	if (out->engine_count == AXL_ENGINES_MAX || !name[0] ||
	    strlen(name) >= sizeof(engine->name) || !parse_ns(value, &busy))
		return;
	COPY_TEXT(engine->name, name);
	engine->busy_ns = busy;
	out->engine_count++;
}

static struct axl_memory *find_region(struct axlp_fdinfo *out, const char *name)
{
	struct axl_memory *region = out->region;

	if (!name[0] || strlen(name) >= sizeof(region->name))
		return NULL;
	for (uint32_t i = 0; i < out->region_count; i++, region++)
		if (strcmp(region->name, name) == 0)
			return region;
	if (out->region_count == AXL_REGIONS_MAX)
		return NULL;
	out->region_count++;
	memset(region, 0, sizeof(*region));
	COPY_TEXT(region->name, name);
	region->kind = AXL_UNKNOWN_32;
	region->size = AXL_UNKNOWN_64;
	region->used = AXL_UNKNOWN_64;
	return region;
}

static void take_total(struct axlp_fdinfo *out, const char *name,
		       const char *value)
{
	struct axl_memory *region;
	uint64_t bytes;

	if (parse_bytes(value, &bytes) && (region = find_region(out, name)))
		region->size = bytes;
}

/* The key of before, "memory", means the same as "resident". */
static void take_resident(struct axlp_fdinfo *out, const char *name,
			  const char *value)
{
	struct axl_memory *region;
	uint64_t bytes;

	if (parse_bytes(value, &bytes) && (region = find_region(out, name)))
		region->used = bytes;
}

static void take_driver(struct axlp_fdinfo *out, const char *name,
			const char *value)
{
	COPY_TEXT(out->driver, value);
}

static void take_pdev(struct axlp_fdinfo *out, const char *name,
		      const char *value)
{
	COPY_TEXT(out->bus_address, value);
}

static void take_client(struct axlp_fdinfo *out, const char *name,
			const char *value)
{
	uint64_t number;

	if (axlp_parse_u64(value, 10, &number) == 0)
		out->client_id = number;
}

/* With a dash at its end, a key goes on with a name. */
static const struct {
	const char *key;
	void (*take)(struct axlp_fdinfo *out, const char *name,
		     const char *value);
} keys[] = {
	{ "drm-driver", take_driver },	  { "drm-pdev", take_pdev },
	{ "drm-client-id", take_client }, { "drm-engine-", take_engine },
	{ "drm-total-", take_total },	  { "drm-resident-", take_resident },
	{ "drm-memory-", take_resident },
};

static void take_line(struct axlp_fdinfo *out, const struct line *line)
{
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(keys); i++) {
		size_t length = strlen(keys[i].key);

		if (strncmp(line->key, keys[i].key, length) != 0)
			continue;
		if (line->key[length] && keys[i].key[length - 1] != '-')
			continue;
		keys[i].take(out, line->key + length, line->value);
		return;
	}
}

void axlp_parse_fdinfo(const char *text, size_t length, struct axlp_fdinfo *out)
{
	const char *end = text + length;
	struct line line;

	memset(out, 0, sizeof(*out));
	out->client_id = AXL_UNKNOWN_64;
	while (next_line(&text, end, &line))
		take_line(out, &line);
}

void axlp_parse_status(const char *text, size_t length, struct axlp_status *out)
{
	const char *end = text + length;
	struct line line;
	const char *rest;
	uint64_t uid;

	memset(out, 0, sizeof(*out));
	out->uid = AXL_UNKNOWN_32;
	while (next_line(&text, end, &line)) {
		if (strcmp(line.key, "Name") == 0)
			COPY_TEXT(out->name, line.value);
		if (strcmp(line.key, "Uid") != 0)
			continue;
		if (split_number(line.value, &uid, &rest) && uid <= UINT32_MAX)
			out->uid = (uint32_t)uid;
		return;
	}
}
