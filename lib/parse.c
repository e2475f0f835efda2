// SPDX-License-Identifier: MIT
/*
 * Parsers of what sysfs says: pure functions from bytes to values. They take
 * any input, and are fuzzed as such (tests/lib/fuzz-sysfs.c).
 */
#include "axlp.h"
#include "sysfs.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* isprint() depends on the locale. */
static bool is_printable(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

void axlp_copy_text(char *out, size_t size, const char *text, size_t length)
{
	size_t n = length < size - 1 ? length : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = is_printable((unsigned char)text[i]) ? text[i] : '?';
	out[n] = '\0';
}

int axlp_parse_u64(const char *text, int base, uint64_t *out)
{
	unsigned long long value;
	char *end;

	/* strtoull() would take signs and leading white space. */
	if (!isxdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || end == text)
		return -EINVAL;
	while (*end == '\n' || *end == ' ')
		end++;
	if (*end)
		return -EINVAL;
	*out = value;
	return 0;
}

int axlp_parse_s64(const char *text, int64_t *out)
{
	bool negative = text[0] == '-';
	uint64_t value;

	if (axlp_parse_u64(text + negative, 10, &value) || value > INT64_MAX)
		return -EINVAL;
	*out = negative ? -(int64_t)value : (int64_t)value;
	return 0;
}

bool axlp_parse_node(const char *name, const char *prefix, uint32_t *index)
{
	size_t length = strlen(prefix);
	const char *digits = name + length;
	uint32_t value = 0;

	if (strncmp(name, prefix, length) != 0 || !digits[0])
		return false;
	/* "accel00" would be a second name of accel0. */
	if (digits[0] == '0' && digits[1])
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		value = value * 10 + (uint32_t)(*digits - '0');
		if (value > AXLP_INDEX_MAX)
			return false;
	}
	*index = value;
	return true;
}

static void parse_driver(struct axlp_uevent *out, const char *value)
{
	axlp_copy_text(out->driver, sizeof(out->driver), value, strlen(value));
}

static void parse_slot(struct axlp_uevent *out, const char *value)
{
	axlp_copy_text(out->pci_slot, sizeof(out->pci_slot), value,
		       strlen(value));
}

static void parse_class(struct axlp_uevent *out, const char *value)
{
	uint64_t number;

	if (axlp_parse_u64(value, 16, &number) == 0 && number <= 0xffffff)
		out->pci_class = (uint32_t)number;
}

bool axlp_parse_id_pair(const char *value, uint16_t *vendor, uint16_t *device)
{
	const char *colon = strchr(value, ':');
	uint64_t first, second;
	char text[8];

	if (!colon || (size_t)(colon - value) >= sizeof(text))
		return false;
	memcpy(text, value, (size_t)(colon - value));
	text[colon - value] = '\0';
	if (axlp_parse_u64(text, 16, &first) ||
	    axlp_parse_u64(colon + 1, 16, &second))
		return false;
	if (first > UINT16_MAX || second > UINT16_MAX)
		return false;
	*vendor = (uint16_t)first;
	*device = (uint16_t)second;
	return true;
}

static void parse_id(struct axlp_uevent *out, const char *value)
{
	out->is_pci =
		axlp_parse_id_pair(value, &out->pci_vendor, &out->pci_device);
}

static void parse_subsystem(struct axlp_uevent *out, const char *value)
{
	axlp_parse_id_pair(value, &out->pci_subsystem_vendor,
			   &out->pci_subsystem_device);
}

static const struct {
	const char *key;
	void (*parse)(struct axlp_uevent *out, const char *value);
} uevent_keys[] = {
	{ "DRIVER=", parse_driver },	       { "PCI_SLOT_NAME=", parse_slot },
	{ "PCI_CLASS=", parse_class },	       { "PCI_ID=", parse_id },
	{ "PCI_SUBSYS_ID=", parse_subsystem },
};

static void parse_uevent_line(const char *line, struct axlp_uevent *out)
{
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(uevent_keys); i++) {
		size_t length = strlen(uevent_keys[i].key);

		if (strncmp(line, uevent_keys[i].key, length) == 0)
			uevent_keys[i].parse(out, line + length);
	}
}

void axlp_parse_uevent(const char *text, size_t length, struct axlp_uevent *out)
{
	const char *end = text + length;
	char line[256];

	memset(out, 0, sizeof(*out));
	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);

		/* No key that is wanted has a line this long. */
		if (n < sizeof(line)) {
			memcpy(line, text, n);
			line[n] = '\0';
			parse_uevent_line(line, out);
		}
		if (!eol)
			break;
		text = eol + 1;
	}
}
