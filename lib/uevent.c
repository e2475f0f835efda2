// SPDX-License-Identifier: MIT
/*
 * Parsing uevents: "ACTION@PATH", then "KEY=VALUE" each, with a NUL behind each
 * of them. Messages of udev itself begin with another word and are not for us.
 */
#include "axlp.h"
#include "sysfs.h"
#include "uevent.h"

#include <stdio.h>
#include <string.h>

#define COPY_TEXT(to, from) axlp_copy_text(to, sizeof(to), from, strlen(from))

static void take_action(struct axlp_kobject_event *out, const char *value)
{
	COPY_TEXT(out->action, value);
}

static void take_subsystem(struct axlp_kobject_event *out, const char *value)
{
	COPY_TEXT(out->subsystem, value);
}

/* A path that was cut would be another one. */
static void take_path(struct axlp_kobject_event *out, const char *value)
{
	if (strlen(value) < sizeof(out->path))
		COPY_TEXT(out->path, value);
}

/* "accel/accel0" */
static void take_name(struct axlp_kobject_event *out, const char *value)
{
	const char *slash = strrchr(value, '/');

	value = slash ? slash + 1 : value;
	if (strlen(value) < sizeof(out->name))
		COPY_TEXT(out->name, value);
}

static void take_driver(struct axlp_kobject_event *out, const char *value)
{
	COPY_TEXT(out->driver, value);
}

static void take_address(struct axlp_kobject_event *out, const char *value)
{
	COPY_TEXT(out->address, value);
}

static void take_id(struct axlp_kobject_event *out, const char *value)
{
	out->is_pci =
		axlp_parse_id_pair(value, &out->pci_vendor, &out->pci_device);
}

static void skip(struct axlp_kobject_event *out, const char *value)
{
	(void)out;
	(void)value;
}

static const struct {
	const char *key;
	void (*take)(struct axlp_kobject_event *out, const char *value);
} keys[] = {
	{ "ACTION", take_action }, { "SUBSYSTEM", take_subsystem },
	{ "DEVPATH", take_path },  { "DEVNAME", take_name },
	{ "DRIVER", take_driver }, { "PCI_SLOT_NAME", take_address },
	{ "PCI_ID", take_id },	   { "SEQNUM", skip },
	{ "MAJOR", skip },	   { "MINOR", skip },
	{ "DEVTYPE", skip },	   { "MODALIAS", skip },
	{ "PCI_CLASS", skip },	   { "PCI_SUBSYS_ID", skip },
	{ "SYNTH_UUID", skip },
};

static void take_more(struct axlp_kobject_event *out, const char *text)
{
	size_t used = strlen(out->more);
	size_t rest = sizeof(out->more) - used;

	/* Half a key would be nonsense. */
	if (strlen(text) + 2 > rest)
		return;
	if (used)
		out->more[used++] = ' ';
	axlp_copy_text(out->more + used, sizeof(out->more) - used, text,
		       strlen(text));
}

static void take_pair(struct axlp_kobject_event *out, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals)
		return;
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(keys); i++)
		if (strlen(keys[i].key) == (size_t)(equals - text) &&
		    memcmp(keys[i].key, text, (size_t)(equals - text)) == 0) {
			keys[i].take(out, equals + 1);
			return;
		}
	take_more(out, text);
}

bool axlp_parse_kobject_event(const char *text, size_t length,
			      struct axlp_kobject_event *out)
{
	const char *end = text + length;
	const char *nul = memchr(text, '\0', length);

	memset(out, 0, sizeof(*out));
	if (!nul || !memchr(text, '@', (size_t)(nul - text)))
		return false;
	for (text = nul + 1; text < end; text = nul + 1) {
		nul = memchr(text, '\0', (size_t)(end - text));
		if (!nul)
			break;
		take_pair(out, text);
	}
	return out->action[0] && out->subsystem[0];
}

bool axlp_path_has(const char *path, const char *name)
{
	size_t length = strlen(name);
	const char *at = path;

	while (length && (at = strstr(at, name))) {
		if (at > path && at[-1] == '/' &&
		    (at[length] == '/' || at[length] == '\0'))
			return true;
		at += length;
	}
	return false;
}
