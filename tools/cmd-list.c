// SPDX-License-Identifier: MIT
/*
 * axle list: one line per accelerator. The table goes to stdout, and to stderr
 * what stands between the user and a device.
 */
#include "tool.h"

#include <json-c/json.h>
#include <string.h>

static const struct column columns[] = {
	{ "NAME", 0 },	  { "ALIAS", 0 },  { "DRIVER", 1 },
	{ "ADDRESS", 0 }, { "ID", 3 },	   { "NUMA", 4 },
	{ "CAN", 5 },	  { "ACCESS", 0 }, { "PRODUCT", 2 },
};

static const char *or_dash(const char *text)
{
	return text[0] ? text : "-";
}

/* With a driver, or in need of none. */
static bool is_usable(const struct axl_entry *entry)
{
	return entry->kind == AXL_KIND_DEVICE ||
	       entry->kind == AXL_KIND_EMBEDDED;
}

static void add_row(struct table *table, const struct axl_entry *entry)
{
	char id[16] = "-", numa[16] = "-", can[128], access[64];
	const char *cells[ARRAY_SIZE(columns)] = {
		or_dash(entry->name),
		or_dash(entry->alias),
		is_usable(entry) ? entry->driver : "-",
		or_dash(entry->bus_address),
		id,
		numa,
		text_capabilities(can, sizeof(can), entry->capabilities, ","),
		text_access(access, sizeof(access), entry),
		or_dash(entry->product),
	};

	if (entry->bus == AXL_BUS_PCI)
		snprintf(id, sizeof(id), "%04x:%04x", entry->pci_vendor,
			 entry->pci_device);
	if (entry->numa_node >= 0)
		snprintf(numa, sizeof(numa), "%d", entry->numa_node);
	table_add(table, cells);
}

static void print_table(const struct axl_list *list)
{
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	const struct axl_entry *entry;

	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++)
		add_row(table, entry);
	table_print(table, stdout, terminal_width());
	table_destroy(table);
}

static void print_json(const struct axl_list *list)
{
	struct json_object *document = json_document();
	struct json_object *devices = json_object_new_array();
	struct json_object *unbound = json_object_new_array();
	const struct axl_entry *entry;

	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++)
		json_object_array_add(is_usable(entry) ? devices : unbound,
				      json_entry(entry));
	json_object_object_add(document, "devices", devices);
	json_object_object_add(document, "unbound", unbound);
	json_print(document);
}

static size_t count_kind(const struct axl_list *list, uint32_t kind)
{
	const struct axl_entry *entry;
	size_t count = 0;

	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++)
		count += entry->kind == kind;
	return count;
}

static void advise(const struct axl_list *list)
{
	const struct axl_entry *entry;
	char text[512];

	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++) {
		axl_entry_advice(entry, text, sizeof(text));
		if (text[0])
			report("%s", text);
	}
}

/* The embedded device is always there; what has no driver is to be noticed. */
static enum status conclude(const struct axl_list *list)
{
	if (count_kind(list, AXL_KIND_DEVICE) ||
	    count_kind(list, AXL_KIND_EMBEDDED) == axl_list_count(list))
		return STATUS_OK;
	return STATUS_NO_DRIVER;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct axl_list *list;
	enum status status;
	bool json = false;
	int first;
	int err;

	status = parse_options(self, argc, argv, &json, &first);
	if (status)
		return status;
	if (first < argc)
		return usage_error(self, "list: what is \"%s\"?", argv[first]);
	err = axl_list_create(tool->system, &list);
	if (err)
		return failed(err, axl_error_detail(tool->system));
	if (json)
		print_json(list);
	else if (axl_list_count(list))
		print_table(list);
	advise(list);
	status = conclude(list);
	axl_list_destroy(list);
	return status;
}

const struct command command_list = {
	.name = "list",
	.arguments = "[--json]",
	.summary = "show the accelerators of this machine",
	.help = "  --json  machine-readable, see axle-list(1)\n",
	.run = run,
};
