// SPDX-License-Identifier: MIT
/*
 * libFuzzer target: netlink. The first byte says what it is to be: messages of
 * a family, whose attributes are then the kit's and devlink's, or a uevent.
 */
#include "devlink-message.h"
#include "fuzz-text.h"
#include "genl.h"
#include "kit-message.h"
#include "uevent.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FAMILY 0x20

static void check(bool sane)
{
	if (!sane)
		abort();
}

static void check_kit(const void *attrs, size_t length)
{
	struct axlp_kit_telemetry telemetry;
	struct axlp_kit_device device;
	struct axl_monitor_event event;
	struct axlp_kit_ras ras;

	axlp_parse_kit_device(attrs, length, &device);
	check_text(device.firmware, sizeof(device.firmware));
	axlp_parse_kit_telemetry(attrs, length, &telemetry);
	check(telemetry.engine_count <= AXL_ENGINES_MAX);
	check(telemetry.region_count <= AXL_REGIONS_MAX);
	axlp_parse_kit_ras(attrs, length, &ras);
	check(ras.count <= AXL_RAS_UNITS_MAX);
	axlp_parse_kit_event(attrs, length, &event);
	check_text(event.text, sizeof(event.text));
	check_text(event.unit, sizeof(event.unit));
}

static void check_message(void *data, uint8_t cmd, const void *attrs,
			  size_t length)
{
	struct axlp_devlink_info info;
	struct axlp_flash_status status;

	check_kit(attrs, length);
	axlp_parse_devlink_info(attrs, length, &info);
	check(info.running_count <= AXLP_VERSIONS_MAX);
	check_text(info.serial, sizeof(info.serial));
	axlp_parse_flash_status(attrs, length, &status);
	check_text(status.message, sizeof(status.message));
}

static void check_uevent(const char *text, size_t size)
{
	struct axlp_kobject_event uevent;

	if (!axlp_parse_kobject_event(text, size, &uevent))
		return;
	check_text(uevent.path, sizeof(uevent.path));
	check_text(uevent.more, sizeof(uevent.more));
	axlp_path_has(uevent.path, uevent.name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *copy;

	if (size < 1)
		return 0;
	/* Aligned as a buffer of a socket is, and no byte longer. */
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	if (data[0] & 1)
		check_uevent(copy, size - 1);
	else if (data[0] & 2)
		check_message(NULL, 0, copy, size - 1);
	else
		axlp_genl_walk(FAMILY, copy, size - 1, check_message, NULL);
	free(copy);
	return 0;
}
