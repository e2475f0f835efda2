// SPDX-License-Identifier: MIT
/* axle reset: reset a device through its control node. */
#include "tool.h"

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct axl_device *dev;
	enum status status;
	int first;
	int err;

	status = parse_options(self, argc, argv, NULL, &first);
	if (status)
		return status;
	/* No default: a reset ends other people's work. */
	if (argc - first != 1)
		return usage_error(self, "reset: name one device");
	err = axl_device_open(tool->system, argv[first], &dev);
	if (err)
		return failed(err, axl_error_detail(tool->system));
	err = axl_device_reset(dev);
	if (err)
		status = failed(err, axl_error_detail(dev));
	else
		printf("%s was reset\n", axl_device_entry(dev)->name);
	axl_device_close(dev);
	return status;
}

const struct command command_reset = {
	.name = "reset",
	.arguments = "DEVICE",
	.summary = "reset a device; work in flight fails",
	.help = "  DEVICE  accelN, alias or PCI address, as in \"axle list\"\n"
		"Needs CAP_SYS_ADMIN.\n",
	.run = run,
};
