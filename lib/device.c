// SPDX-License-Identifier: MIT
/*
 * struct axl_device: an entry of a scan with its provider's state. Queries are
 * the provider's; what it does not have is answered here.
 *
 * The opener and every context hold a reference. Contexts use only what never
 * changes after axlp_device_new(), so they and the opener need no lock.
 */
#include "axlp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct axl_device *
new_device(struct axl_system *sys, const struct axlp_found *found, bool passive)
{
	struct axl_device *dev =
		axlp_object_new(sizeof(*dev), found->driver->ops->device_size);

	if (!dev)
		return NULL;
	atomic_init(&dev->refs, 1);
	dev->system = axlp_system_get(sys);
	dev->entry = found->entry;
	dev->driver = found->driver;
	dev->control = -EOPNOTSUPP;
	dev->passive = passive;
	if (dev->driver->ops->open)
		dev->driver->ops->open(dev);
	return dev;
}

struct axl_device *axlp_device_new(struct axl_system *sys,
				   const struct axlp_found *found)
{
	return new_device(sys, found, false);
}

struct axl_device *axlp_device_watch(struct axl_system *sys,
				     const struct axlp_found *found)
{
	return new_device(sys, found, true);
}

struct axl_device *axlp_device_get(struct axl_device *dev)
{
	atomic_fetch_add(&dev->refs, 1);
	return dev;
}

void axl_device_close(struct axl_device *device)
{
	if (!device || atomic_fetch_sub(&device->refs, 1) != 1)
		return;
	if (device->driver->ops->close)
		device->driver->ops->close(device);
	axl_system_destroy(device->system);
	free(device);
}

const struct axl_entry *axl_device_entry(const struct axl_device *device)
{
	return &device->entry;
}

int axlp_cannot(struct axl_device *dev, const char *what)
{
	return axlp_fail(&dev->error, -EOPNOTSUPP,
			 "libaxle cannot %s devices of the driver %s", what,
			 dev->entry.driver);
}

/* A caller of another version has another size. */
void axlp_copy_out(void *out, size_t size, const void *answer, size_t known)
{
	size_t n = size < known ? size : known;

	memcpy(out, answer, n);
	memset((char *)out + n, 0, size - n);
}

int axl_device_identity(struct axl_device *device, struct axl_identity *out,
			size_t size)
{
	struct axl_identity answer = { 0 };
	int err;

	device->error.text[0] = '\0';
	if (!device->driver->ops->identity)
		return axlp_cannot(device, "identify");
	err = device->driver->ops->identity(device, &answer);
	if (!err)
		axlp_copy_out(out, size, &answer, sizeof(answer));
	return err;
}

int axl_device_limits(struct axl_device *device, struct axl_limits *out,
		      size_t size)
{
	struct axl_limits answer = { 0 };
	int err;

	device->error.text[0] = '\0';
	if (!device->driver->ops->limits)
		return axlp_cannot(device, "tell limits of");
	err = device->driver->ops->limits(device, &answer);
	if (!err)
		axlp_copy_out(out, size, &answer, sizeof(answer));
	return err;
}

int axl_device_health(struct axl_device *device, struct axl_health *out,
		      size_t size)
{
	struct axl_health answer = { 0 };
	int err;

	device->error.text[0] = '\0';
	if (!device->driver->ops->health)
		return axlp_cannot(device, "tell the health of");
	err = device->driver->ops->health(device, &answer);
	if (!err)
		axlp_copy_out(out, size, &answer, sizeof(answer));
	return err;
}

void axlp_copy_elements(void *out, size_t size, const void *answer,
			size_t known, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		axlp_copy_out((char *)out + i * size, size,
			      (const char *)answer + i * known, known);
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int axl_device_engines(struct axl_device *device, struct axl_engine *out,
		       size_t size, uint32_t *count)
{
	struct axl_engine answer[AXLP_ELEMENTS_MAX] = { 0 };
	uint32_t there = lesser(*count, AXLP_ELEMENTS_MAX);
	uint32_t room = there;
	int err;

	device->error.text[0] = '\0';
	if (!device->driver->ops->engines)
		return axlp_cannot(device, "tell the engines of");
	err = device->driver->ops->engines(device, answer, &there);
	if (err)
		return err;
	axlp_copy_elements(out, size, answer, sizeof(answer[0]),
			   lesser(room, there));
	*count = there;
	return 0;
}

int axl_device_memory(struct axl_device *device, struct axl_memory *out,
		      size_t size, uint32_t *count)
{
	struct axl_memory answer[AXLP_ELEMENTS_MAX] = { 0 };
	uint32_t there = lesser(*count, AXLP_ELEMENTS_MAX);
	uint32_t room = there;
	int err;

	device->error.text[0] = '\0';
	if (!device->driver->ops->memory)
		return axlp_cannot(device, "tell the memory of");
	err = device->driver->ops->memory(device, answer, &there);
	if (err)
		return err;
	axlp_copy_elements(out, size, answer, sizeof(answer[0]),
			   lesser(room, there));
	*count = there;
	return 0;
}

int axl_device_reset(struct axl_device *device)
{
	device->error.text[0] = '\0';
	if (!device->driver->ops->reset)
		return axlp_cannot(device, "reset");
	return device->driver->ops->reset(device);
}
