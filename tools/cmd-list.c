// SPDX-License-Identifier: MIT
/*
 * axle list: one line per accelerator. The table goes to stdout, and to stderr
 * what stands between the user and a device.
 */
#include "operate.h"

#include <json-c/json.h>
#include <string.h>

/* The last two are there if a device tells one of them. */
static const struct column columns[] = {
	{ "NAME", 0 },	     { "ALIAS", 0 },	   { "DRIVER", 1 },
	{ "ADDRESS", 0 },    { "ID", 3 },	   { "NUMA", 4 },
	{ "CAN", 5 },	     { "ACCESS", 0 },	   { "PRODUCT", 2 },
	{ "TEMP", 6, true }, { "POWER", 6, true },
};

#define TELEMETRY_COLUMNS 2

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

static const struct axl_sample *find_sample(const struct axl_monitor *monitor,
					    const struct axl_entry *entry)
{
	const struct axl_sample *s = NULL;

	for (size_t i = 0; monitor && (s = axl_monitor_device(monitor, i)); i++)
		if (entry->kind == AXL_KIND_DEVICE &&
		    s->entry.index == entry->index)
			break;
	return s;
}

static bool tells_telemetry(const struct axl_monitor *monitor)
{
	const struct axl_sample *s;

	for (size_t i = 0; monitor && (s = axl_monitor_device(monitor, i)); i++)
		if (s->telemetry.temperature_mc != AXL_UNKNOWN_MC ||
		    s->telemetry.power_mw != AXL_UNKNOWN_32)
			return true;
	return false;
}

static void add_row(struct table *table, const struct axl_entry *entry,
		    const struct axl_sample *s)
{
	char id[16] = "-", numa[16] = "-", can[128], access[64];
	char temperature[CELL_MAX], power[CELL_MAX];
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
		cell_temperature(temperature, s ? s->telemetry.temperature_mc :
						  AXL_UNKNOWN_MC),
		cell_power(power, s ? s->telemetry.power_mw : AXL_UNKNOWN_32),
	};

	if (entry->bus == AXL_BUS_PCI)
		snprintf(id, sizeof(id), "%04x:%04x", entry->pci_vendor,
			 entry->pci_device);
	if (entry->numa_node >= 0)
		snprintf(numa, sizeof(numa), "%d", entry->numa_node);
	table_add(table, cells);
}

static void print_table(const struct axl_list *list,
			const struct axl_monitor *monitor)
{
	size_t without = tells_telemetry(monitor) ? 0 : TELEMETRY_COLUMNS;
	struct table *table =
		table_create(columns, ARRAY_SIZE(columns) - without);
	const struct axl_entry *entry;

	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++)
		add_row(table, entry, find_sample(monitor, entry));
	table_print(table, stdout, terminal_width());
	table_destroy(table);
}

/* A list without it is better than none. */
static void print_with_telemetry(struct tool *tool, const struct axl_list *list)
{
	struct axl_monitor *monitor = NULL;

	if (axl_monitor_create(tool->system, &monitor) == 0)
		axl_monitor_sample(monitor, 0);
	print_table(list, monitor);
	axl_monitor_destroy(monitor);
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

	status = parse_options(self, argc, argv, &json, &first);
	if (status)
		return status;
	if (first < argc)
		return usage_error(self, "list: what is \"%s\"?", argv[first]);
	status = open_list(tool, &list);
	if (status)
		return status;
	if (json)
		print_json(list);
	else if (axl_list_count(list))
		print_with_telemetry(tool, list);
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
