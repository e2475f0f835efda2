// SPDX-License-Identifier: MIT
/* axle info: all that one device tells. */
#include "info.h"

#include <errno.h>
#include <string.h>

/* The worst error of a query is the error of the command. */
static void note_error(struct axl_device *dev, int err, int *worst)
{
	/* What a device does not have is no failure. */
	if (!err || err == -EOPNOTSUPP || *worst)
		return;
	*worst = err;
	report("%s", axl_error_detail(dev));
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void collect_telemetry(struct axl_device *dev, struct info *info,
			      int *worst)
{
	info->no_telemetry = axl_device_telemetry(dev, &info->telemetry,
						  sizeof(info->telemetry));
	note_error(dev, info->no_telemetry, worst);
	info->num_units = ELEMENTS_MAX;
	info->no_ras = axl_device_ras(dev, info->units, sizeof(info->units[0]),
				      &info->num_units);
	note_error(dev, info->no_ras, worst);
	info->num_units = lesser(info->num_units, ELEMENTS_MAX);
	if (axl_device_ras_pages(dev, &info->pages, sizeof(info->pages)))
		info->pages = (struct axl_ras_pages){ AXL_UNKNOWN_32,
						      AXL_UNKNOWN_32 };
}

static int collect(struct axl_device *dev, struct info *info)
{
	int worst = 0;

	memset(info, 0, sizeof(*info));
	info->entry = axl_device_entry(dev);
	info->num_engines = ELEMENTS_MAX;
	info->num_memory = ELEMENTS_MAX;
	info->no_identity = axl_device_identity(dev, &info->identity,
						sizeof(info->identity));
	note_error(dev, info->no_identity, &worst);
	info->no_limits =
		axl_device_limits(dev, &info->limits, sizeof(info->limits));
	note_error(dev, info->no_limits, &worst);
	info->no_engines = axl_device_engines(dev, info->engines,
					      sizeof(info->engines[0]),
					      &info->num_engines);
	note_error(dev, info->no_engines, &worst);
	info->no_memory = axl_device_memory(
		dev, info->memory, sizeof(info->memory[0]), &info->num_memory);
	note_error(dev, info->no_memory, &worst);
	info->no_health =
		axl_device_health(dev, &info->health, sizeof(info->health));
	note_error(dev, info->no_health, &worst);
	collect_telemetry(dev, info, &worst);
	info->num_engines = lesser(info->num_engines, ELEMENTS_MAX);
	info->num_memory = lesser(info->num_memory, ELEMENTS_MAX);
	return worst;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct axl_device *dev;
	enum status status;
	struct info info;
	bool json = false;
	int first;
	int err;

	status = parse_options(self, argc, argv, &json, &first);
	if (status)
		return status;
	if (argc - first > 1)
		return usage_error(self, "info: one device at a time");
	status = open_device(tool, first < argc ? argv[first] : NULL, &dev);
	if (status)
		return status;
	err = collect(dev, &info);
	if (json)
		info_print_json(&info);
	else
		info_print_text(&info);
	axl_device_close(dev);
	return status_of(err);
}

const struct command command_info = {
	.name = "info",
	.arguments = "[DEVICE] [--json]",
	.summary = "show all that a device tells about itself",
	.help = "  DEVICE  accelN, alias or PCI address, as in \"axle list\";\n"
		"          without it AXLE_DEVICE, or the first that can be used\n"
		"  --json  machine-readable, see axle-info(1)\n",
	.run = run,
};
