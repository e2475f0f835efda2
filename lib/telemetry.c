// SPDX-License-Identifier: MIT
/*
 * What one device tells operators, and what they can do to it: telemetry,
 * limits, errors of the hardware, resets of a part. Work is the provider's;
 * what it does not have is answered here.
 */
#include "axlp.h"

#include <errno.h>

int axl_device_telemetry(struct axl_device *device, struct axl_telemetry *out,
			 size_t size)
{
	struct axl_telemetry answer;
	int err;

	device->error.text[0] = '\0';
	if (!device->driver->ops->telemetry)
		return axlp_cannot(device, "tell temperature and power of");
	axlp_telemetry_unknown(&answer);
	err = device->driver->ops->telemetry(device, &answer);
	if (!err)
		axlp_copy_out(out, size, &answer, sizeof(answer));
	return err;
}

int axl_device_set_limit(struct axl_device *device, uint32_t limit,
			 uint64_t value)
{
	device->error.text[0] = '\0';
	if (limit > AXL_LIMIT_CLOCK)
		return axlp_fail(&device->error, -EINVAL,
				 "there is no limit %u", limit);
	if (!device->driver->ops->set_limit)
		return axlp_cannot(device, "set limits of");
	return device->driver->ops->set_limit(device, limit, value);
}

int axlp_device_ras(struct axl_device *device, struct axl_ras_unit *units,
		    uint32_t *count, struct axl_ras_pages *pages)
{
	*pages = (struct axl_ras_pages){ AXL_UNKNOWN_32, AXL_UNKNOWN_32 };
	device->error.text[0] = '\0';
	if (!device->driver->ops->ras)
		return axlp_cannot(device, "tell hardware errors of");
	return device->driver->ops->ras(device, units, count, pages);
}

int axl_device_ras(struct axl_device *device, struct axl_ras_unit *out,
		   size_t size, uint32_t *count)
{
	struct axl_ras_unit answer[AXLP_ELEMENTS_MAX] = { 0 };
	uint32_t room = *count < AXLP_ELEMENTS_MAX ? *count : AXLP_ELEMENTS_MAX;
	struct axl_ras_pages pages;
	uint32_t there = room;
	int err = axlp_device_ras(device, answer, &there, &pages);

	if (err)
		return err;
	axlp_copy_elements(out, size, answer, sizeof(answer[0]),
			   there < room ? there : room);
	*count = there;
	return 0;
}

int axl_device_ras_pages(struct axl_device *device, struct axl_ras_pages *out,
			 size_t size)
{
	struct axl_ras_pages pages;
	uint32_t count = 0;
	int err = axlp_device_ras(device, NULL, &count, &pages);

	if (err)
		return err;
	if (pages.retired == AXL_UNKNOWN_32)
		return axlp_fail(&device->error, -EOPNOTSUPP,
				 "%s tells of no retired pages",
				 device->entry.name);
	axlp_copy_out(out, size, &pages, sizeof(pages));
	return 0;
}

int axl_device_reset_engine(struct axl_device *device, uint32_t engine)
{
	device->error.text[0] = '\0';
	if (!device->driver->ops->reset_engine)
		return axlp_cannot(device, "reset single engines of");
	return device->driver->ops->reset_engine(device, engine);
}

int axl_device_reset_queue(struct axl_device *device, uint64_t client,
			   uint32_t queue)
{
	device->error.text[0] = '\0';
	if (!device->driver->ops->reset_queue)
		return axlp_cannot(device, "reset single queues of");
	return device->driver->ops->reset_queue(device, client, queue);
}
