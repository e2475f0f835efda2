// SPDX-License-Identifier: MIT
/* axle ras: errors of the hardware that devices have counted, by unit. */
#include "operate.h"

#include <json-c/json.h>

static const struct column columns[] = {
	{ "DEVICE", 0 },	  { "UNIT", 0 },
	{ "CORRECTED", 0, true }, { "UNCORRECTED", 0, true },
	{ "THRESHOLD", 1, true },
};

static void add_rows(struct table *table, const struct axl_sample *s)
{
	char corrected[CELL_MAX], uncorrected[CELL_MAX], threshold[CELL_MAX];

	for (uint32_t i = 0; i < s->ras_count; i++) {
		const struct axl_ras_unit *unit = &s->ras[i];
		const char *cells[] = {
			s->entry.name,
			unit->name,
			cell_count(corrected, unit->corrected),
			cell_count(uncorrected, unit->uncorrected),
			unit->threshold ?
				cell_count(threshold, unit->threshold) :
				"-",
		};

		table_add(table, cells);
	}
}

static bool tells_pages(const struct axl_sample *s)
{
	return s->pages.retired != AXL_UNKNOWN_32 &&
	       (s->pages.retired || s->pages.pending);
}

static void print_text(const struct axl_monitor *monitor,
		       const struct chosen *chosen)
{
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	const struct axl_sample *s;
	bool any = false;

	for (size_t i = 0; (s = axl_monitor_device(monitor, i)); i++)
		if (is_chosen(chosen, &s->entry) && s->ras_count) {
			add_rows(table, s);
			any = true;
		}
	if (any)
		table_print(table, stdout, terminal_width());
	table_destroy(table);
	for (size_t i = 0; (s = axl_monitor_device(monitor, i)); i++) {
		if (!is_chosen(chosen, &s->entry))
			continue;
		if (tells_pages(s))
			printf("%s: pages of memory out of use: %u, soon: %u\n",
			       s->entry.name, s->pages.retired,
			       s->pages.pending);
		if (!s->ras_count)
			report("%s: the driver %s counts no hardware errors%s",
			       s->entry.name, s->entry.driver,
			       s->entry.control_access == AXL_ACCESS_DENIED ?
				       ", or not without permission" :
				       "");
	}
}

static void print_json(const struct axl_monitor *monitor,
		       const struct chosen *chosen)
{
	struct json_object *document = json_document();
	struct json_object *devices = json_object_new_array();
	const struct axl_sample *s;

	for (size_t i = 0; (s = axl_monitor_device(monitor, i)); i++) {
		struct json_object *device;

		if (!is_chosen(chosen, &s->entry))
			continue;
		device = json_object_new_object();
		json_object_object_add(device, "name",
				       json_text(s->entry.name));
		json_object_object_add(device, "driver",
				       json_text(s->entry.driver));
		json_object_object_add(device, "ras",
				       s->ras_count ?
					       json_ras(s->ras, s->ras_count,
							&s->pages) :
					       NULL);
		json_object_array_add(devices, device);
	}
	json_object_object_add(document, "devices", devices);
	json_print(document);
}

static enum status show(struct axl_monitor *monitor,
			const struct chosen *chosen, bool json)
{
	int err = axl_monitor_sample(monitor, 0);
	enum status status;

	if (err)
		return failed(err, axl_monitor_error_detail(monitor));
	status = check_chosen(chosen, monitor);
	if (status)
		return status;
	if (json)
		print_json(monitor, chosen);
	else
		print_text(monitor, chosen);
	return STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct axl_monitor *monitor;
	struct chosen chosen;
	enum status status;
	bool json = false;
	int first;

	status = parse_options(self, argc, argv, &json, &first);
	if (status)
		return status;
	chosen = (struct chosen){ argv + first, argc - first };
	status = open_monitor(tool, &monitor);
	if (status)
		return status;
	status = show(monitor, &chosen, json);
	axl_monitor_destroy(monitor);
	return status;
}

const struct command command_ras = {
	.name = "ras",
	.arguments = "[DEVICE...] [--json]",
	.summary = "show the hardware errors of devices",
	.help = "  DEVICE  accelN, alias or PCI address; without, all\n"
		"  --json  machine-readable, see axle-ras(1)\n",
	.run = run,
};
