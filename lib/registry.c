// SPDX-License-Identifier: MIT
/* The drivers that libaxle knows. A new provider is one line in known[]. */
#include "hwmon.h"

#include <string.h>

static const struct axlp_driver *const known[] = {
	&axlp_edu_driver,
	&axlp_qaic_driver,
	&axlp_vnpu_driver,
};

/* A device of a driver that nobody knows can be listed, and its hwmon read. */
static const struct axlp_ops unknown_ops = {
	.name = "none",
	.telemetry = axlp_sysfs_telemetry,
};

const struct axlp_driver axlp_unknown_driver = {
	.name = "unknown",
	.ops = &unknown_ops,
};

/* Walks known[], then the mainline drivers; NULL past the last. */
static const struct axlp_driver *driver_at(size_t i)
{
	if (i < AXLP_ARRAY_SIZE(known))
		return known[i];
	i -= AXLP_ARRAY_SIZE(known);
	return i < axlp_mainline_count ? &axlp_mainline_drivers[i] : NULL;
}

/* The platform bus appends ".0" and the like to names. */
static bool is_bus_device(const char *address, const char *name)
{
	size_t length = strlen(name);

	return strncmp(address, name, length) == 0 &&
	       (address[length] == '\0' || address[length] == '.');
}

const struct axlp_driver *axlp_driver_of_device(const char *bus_driver,
						const char *bus_address,
						bool on_kit)
{
	const struct axlp_driver *driver;

	for (size_t i = 0; (driver = driver_at(i)); i++) {
		if (bus_driver[0] &&
		    strcmp(bus_driver, driver->bus_driver) == 0)
			return driver;
		if (!bus_driver[0] && driver->bus_device &&
		    is_bus_device(bus_address, driver->bus_device))
			return driver;
	}
	return on_kit ? &axlp_axle_driver : &axlp_unknown_driver;
}

const struct axlp_driver *axlp_driver_of_id(uint16_t vendor, uint16_t device)
{
	const struct axlp_driver *driver;

	for (size_t i = 0; (driver = driver_at(i)); i++)
		for (size_t j = 0; j < driver->num_ids; j++)
			if (driver->ids[j].vendor == vendor &&
			    driver->ids[j].device == device)
				return driver;
	return &axlp_unknown_driver;
}

const char *axlp_product(const struct axlp_driver *driver, uint16_t vendor,
			 uint16_t device)
{
	for (size_t i = 0; i < driver->num_ids; i++)
		if (driver->ids[i].vendor == vendor &&
		    driver->ids[i].device == device)
			return driver->ids[i].product;
	return driver->product ? driver->product : "";
}

uint32_t axlp_capabilities(const struct axlp_driver *driver)
{
	const struct axlp_ops *ops = driver->ops;

	return AXL_CAN_LIST | (ops->identity ? AXL_CAN_INFO : 0) |
	       (ops->context_open ? AXL_CAN_CONTEXTS : 0) |
	       (ops->reset ? AXL_CAN_RESET : 0) |
	       (ops->bo_create ? AXL_CAN_MEMORY : 0) |
	       (ops->program_create ? AXL_CAN_PROGRAMS : 0) |
	       (ops->queue_create ? AXL_CAN_JOBS : 0) |
	       (ops->event ? AXL_CAN_EVENTS : 0) |
	       (ops->bo_export ? AXL_CAN_EXPORT : 0) |
	       (ops->bo_import ? AXL_CAN_IMPORT : 0);
}
