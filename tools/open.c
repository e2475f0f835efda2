// SPDX-License-Identifier: MIT
/* What commands begin with. */
#include "tool.h"

#include <axl/monitor.h>

enum status open_device(const struct tool *tool, const char *name,
			struct axl_device **out)
{
	int err = axl_device_open(tool->system, name, out);

	return err ? failed(err, axl_error_detail(tool->system)) : STATUS_OK;
}

enum status open_list(const struct tool *tool, struct axl_list **out)
{
	int err = axl_list_create(tool->system, out);

	return err ? failed(err, axl_error_detail(tool->system)) : STATUS_OK;
}

enum status open_monitor(const struct tool *tool, struct axl_monitor **out)
{
	int err = axl_monitor_create(tool->system, out);

	return err ? failed(err, axl_error_detail(tool->system)) : STATUS_OK;
}
