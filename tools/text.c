// SPDX-License-Identifier: MIT
/* Values as people read them. */
#include "tool.h"

#include <string.h>

struct unit {
	uint64_t factor;
	const char *name;
};

static const struct unit size_units[] = {
	{ 1ull << 40, "TiB" },
	{ 1ull << 30, "GiB" },
	{ 1ull << 20, "MiB" },
	{ 1ull << 10, "KiB" },
	{ 1, "B" },
};

static const struct unit time_units[] = {
	{ 86400000000000ull, "days" },
	{ 3600000000000ull, "h" },
	{ 60000000000ull, "min" },
	{ 1000000000ull, "s" },
	{ 1000000ull, "ms" },
	{ 1000ull, "us" },
	{ 1, "ns" },
};

static const struct unit count_units[] = {
	{ 1000000000000ull, "T" },
	{ 1000000000ull, "G" },
	{ 1000000ull, "M" },
};

/* Largest unit of which there is a whole one; one decimal if not exact. */
static const char *in_units(char *out, size_t size, uint64_t value,
			    const struct unit *units, size_t count)
{
	const struct unit *unit = units;

	if (value == AXL_UNKNOWN_64) {
		snprintf(out, size, "unknown");
		return out;
	}
	if (!value) {
		snprintf(out, size, "0");
		return out;
	}
	while (unit < units + count - 1 && value < unit->factor)
		unit++;
	if (value % unit->factor == 0)
		snprintf(out, size, "%llu %s",
			 (unsigned long long)(value / unit->factor),
			 unit->name);
	else
		snprintf(out, size, "%.1f %s",
			 (double)value / (double)unit->factor, unit->name);
	return out;
}

const char *text_dash(char *out, size_t size)
{
	snprintf(out, size, "-");
	return out;
}

const char *text_size(char *out, size_t size, uint64_t bytes)
{
	return in_units(out, size, bytes, size_units, ARRAY_SIZE(size_units));
}

const char *text_time(char *out, size_t size, uint64_t ns)
{
	return in_units(out, size, ns, time_units, ARRAY_SIZE(time_units));
}

const char *text_count(char *out, size_t size, uint64_t count)
{
	if (count >= 1000000)
		return in_units(out, size, count, count_units,
				ARRAY_SIZE(count_units));
	snprintf(out, size, "%llu", (unsigned long long)count);
	return out;
}

/* Also U+0080 to U+009F, which terminals obey. */
const char *text_clean(char *out, size_t size, const char *text)
{
	size_t i;

	snprintf(out, size, "%s", text);
	for (i = 0; out[i]; i++) {
		unsigned char c = (unsigned char)out[i];

		if (c < 0x20 || c == 0x7f)
			out[i] = '?';
		else if (c == 0xc2 && (unsigned char)out[i + 1] < 0xa0)
			out[i] = '?', out[i + 1] = '?';
	}
	return out;
}

const char *text_capabilities(char *out, size_t size, uint32_t capabilities,
			      const char *separator)
{
	const char *name;
	size_t used = 0;

	snprintf(out, size, "-");
	for (unsigned int i = 0; (name = axl_capability_name(i)); i++) {
		if (!(capabilities & 1u << i) || used >= size)
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 used ? separator : "", name);
	}
	return out;
}

/* The control node does not count where the driver has none. */
static uint32_t worse_access(const struct axl_entry *entry)
{
	if (entry->access == AXL_ACCESS_OK &&
	    entry->control_access != AXL_ACCESS_NONE)
		return entry->control_access;
	return entry->access;
}

const char *text_access(char *out, size_t size, const struct axl_entry *entry)
{
	if (entry->kind == AXL_KIND_UNBOUND)
		snprintf(out, size, "no driver");
	else if (entry->kind == AXL_KIND_FOREIGN)
		snprintf(out, size, "held by %s", entry->driver);
	else
		snprintf(out, size, "%s", axl_access_name(worse_access(entry)));
	return out;
}

const char *text_permille(char *out, size_t size, uint32_t permille)
{
	if (permille == AXL_UNKNOWN_32)
		return text_dash(out, size);
	snprintf(out, size, "%u.%u%%", permille / 10, permille % 10);
	return out;
}
