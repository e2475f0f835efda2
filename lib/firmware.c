// SPDX-License-Identifier: MIT
/*
 * Firmware of a device by devlink, whoever its driver is: which versions there
 * are, storing an image, booting what is stored.
 *
 * The kernel stores an image inside of the call that asks for it, and tells of
 * its progress to a group. So a thread of its own makes that call, and the
 * caller's takes the progress until it is done.
 */
#include "axlp.h"
#include "devlink-message.h"
#include "genl.h"

#include <errno.h>
#include <linux/devlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *bus_of(const struct axl_device *dev)
{
	return dev->entry.bus == AXL_BUS_PCI ? "pci" : "platform";
}

static int fail_none(struct axl_device *dev)
{
	return axlp_fail(&dev->error, -EOPNOTSUPP,
			 "the driver %s has no devlink, which firmware of %s "
			 "would be seen and changed by",
			 dev->entry.driver, dev->entry.name);
}

/* The kernel knows devlink, or not; whether the device does, shows later. */
static int open_devlink(struct axl_device *dev, struct axlp_genl **out)
{
	int err;

	dev->error.text[0] = '\0';
	if (dev->entry.kind != AXL_KIND_DEVICE)
		return fail_none(dev);
	if (dev->system->root[0])
		return axlp_fail(&dev->error, -EOPNOTSUPP,
				 "devlink is of the kernel that runs, not of "
				 "files below %.256s",
				 dev->system->root);
	err = axlp_genl_open(DEVLINK_GENL_NAME, out);
	if (err == -ENOENT)
		return fail_none(dev);
	if (err)
		return axlp_fail(&dev->error, err, "cannot open netlink: %s",
				 axlp_explain(err));
	return 0;
}

static struct nlmsghdr *message_for(struct axl_device *dev,
				    struct axlp_genl *genl, uint8_t cmd)
{
	struct nlmsghdr *message =
		axlp_genl_message(genl, cmd, DEVLINK_GENL_VERSION, 0);

	mnl_attr_put_strz(message, DEVLINK_ATTR_BUS_NAME, bus_of(dev));
	mnl_attr_put_strz(message, DEVLINK_ATTR_DEV_NAME,
			  dev->entry.bus_address);
	return message;
}

/* What the kernel said in words is better than its number. */
static int fail_call(struct axl_device *dev, const struct axlp_genl *genl,
		     int err, const char *what)
{
	if (err == -ENODEV && !genl->words[0])
		return fail_none(dev);
	if (err == -EPERM)
		return axlp_fail(&dev->error, err,
				 "cannot %s %s: this needs CAP_NET_ADMIN; run "
				 "as root",
				 what, dev->entry.name);
	return axlp_fail(&dev->error, err, "cannot %s %s: %s", what,
			 dev->entry.name,
			 genl->words[0] ? genl->words : axlp_explain(err));
}

static void take_info(void *data, uint8_t cmd, const void *attrs, size_t length)
{
	axlp_parse_devlink_info(attrs, length, data);
}

/* The version of the whole is called "fw"; else the first is as good as any. */
static void choose(const struct axlp_version *versions, uint32_t count,
		   char *out, size_t size)
{
	const struct axlp_version *chosen = versions;

	for (uint32_t i = 0; i < count; i++)
		if (strcmp(versions[i].name, "fw") == 0)
			chosen = &versions[i];
	if (count)
		memcpy(out, chosen->value,
		       size < sizeof(chosen->value) ? size :
						      sizeof(chosen->value));
}

static int ask_info(struct axl_device *dev, struct axlp_devlink_info *info)
{
	struct axlp_genl *genl;
	int err = open_devlink(dev, &genl);

	if (err)
		return err;
	memset(info, 0, sizeof(*info));
	err = axlp_genl_request(genl,
				message_for(dev, genl, DEVLINK_CMD_INFO_GET),
				take_info, info);
	if (err)
		err = fail_call(dev, genl, err, "ask for the firmware of");
	axlp_genl_close(genl);
	return err;
}

/* Devices without devlink may still say what they run. */
static int from_identity(struct axl_device *dev, struct axl_firmware *out)
{
	struct axl_identity identity = { 0 };
	struct axlp_error error = dev->error;

	if (dev->driver->ops->identity &&
	    dev->driver->ops->identity(dev, &identity) == 0 &&
	    identity.firmware_version[0]) {
		memcpy(out->running, identity.firmware_version,
		       sizeof(out->running));
		memcpy(out->serial, identity.serial, sizeof(out->serial));
		return 0;
	}
	dev->error = error;
	return -EOPNOTSUPP;
}

int axl_device_firmware(struct axl_device *device, struct axl_firmware *out,
			size_t size)
{
	struct axl_firmware answer = { 0 };
	struct axlp_devlink_info info;
	int err = ask_info(device, &info);

	if (err == -EOPNOTSUPP) {
		err = from_identity(device, &answer);
	} else if (!err) {
		choose(info.running, info.running_count, answer.running,
		       sizeof(answer.running));
		choose(info.stored, info.stored_count, answer.stored,
		       sizeof(answer.stored));
		choose(info.fixed, info.fixed_count, answer.board,
		       sizeof(answer.board));
		memcpy(answer.serial, info.serial, sizeof(answer.serial));
	}
	if (!err)
		axlp_copy_out(out, size, &answer, sizeof(answer));
	return err;
}

/* A flash that runs; made and ended by the thread of the caller. */
struct flash {
	struct axl_device *dev;
	struct axlp_genl *genl; /* the worker's until it is done */
	struct nlmsghdr *message;
	int notes; /* socket, a member of devlink's group */
	int done; /* eventfd: the worker has an answer */
	int err; /* the answer */
	void (*progress)(void *data, const char *what, uint64_t done,
			 uint64_t total);
	void *data;
};

static void *work(void *data)
{
	struct flash *flash = data;
	uint64_t one = 1;
	ssize_t n;

	flash->err = axlp_genl_request(flash->genl, flash->message, NULL, NULL);
	n = write(flash->done, &one, sizeof(one));
	(void)n;
	return NULL;
}

static void take_status(void *data, uint8_t cmd, const void *attrs,
			size_t length)
{
	struct flash *flash = data;
	struct axlp_flash_status status;

	if (cmd != DEVLINK_CMD_FLASH_UPDATE_STATUS)
		return;
	axlp_parse_flash_status(attrs, length, &status);
	if (strcmp(status.bus, bus_of(flash->dev)) != 0 ||
	    strcmp(status.device, flash->dev->entry.bus_address) != 0)
		return;
	flash->progress(flash->data, status.message, status.done, status.total);
}

/* What was lost is only progress. */
static void take_notes(struct flash *flash)
{
	char buffer[8192] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = recv(flash->notes, buffer, sizeof(buffer), 0)) > 0)
		axlp_genl_walk(flash->genl->family, buffer, (size_t)n,
			       take_status, flash);
}

static void wait_done(struct flash *flash)
{
	struct pollfd polls[] = {
		{ .fd = flash->done, .events = POLLIN },
		{ .fd = flash->notes, .events = POLLIN },
	};

	while (!(polls[0].revents & POLLIN)) {
		if (poll(polls, AXLP_ARRAY_SIZE(polls), -1) < 0)
			continue;
		if (polls[1].revents)
			take_notes(flash);
	}
	take_notes(flash);
}

static int run_flash(struct flash *flash)
{
	pthread_t thread;
	int err;

	flash->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (flash->done < 0)
		return -errno;
	err = -pthread_create(&thread, NULL, work, flash);
	if (!err) {
		wait_done(flash);
		pthread_join(thread, NULL);
		err = flash->err;
	}
	close(flash->done);
	return err;
}

static int flash_with_notes(struct flash *flash)
{
	int err;

	if (!flash->progress)
		return axlp_genl_request(flash->genl, flash->message, NULL,
					 NULL);
	flash->notes = axlp_genl_listen();
	if (flash->notes < 0)
		return flash->notes;
	err = axlp_genl_join(flash->genl, flash->notes,
			     DEVLINK_GENL_MCGRP_CONFIG_NAME);
	if (!err)
		err = run_flash(flash);
	close(flash->notes);
	return err;
}

int axl_device_flash(struct axl_device *device, const char *file,
		     void (*progress)(void *data, const char *what,
				      uint64_t done, uint64_t total),
		     void *data)
{
	struct flash flash = {
		.dev = device,
		.progress = progress,
		.data = data,
	};
	int err = open_devlink(device, &flash.genl);

	if (err)
		return err;
	if (strlen(file) > 255) {
		err = axlp_fail(&device->error, -EINVAL,
				"the name of the image is too long");
		goto out;
	}
	flash.message =
		message_for(device, flash.genl, DEVLINK_CMD_FLASH_UPDATE);
	mnl_attr_put_strz(flash.message, DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME,
			  file);
	err = flash_with_notes(&flash);
	if (err == -ENOENT)
		err = axlp_fail(&device->error, err,
				"the kernel finds no file %s below its "
				"firmware path, /lib/firmware",
				file);
	else if (err)
		err = fail_call(device, flash.genl, err, "flash");
out:
	axlp_genl_close(flash.genl);
	return err;
}

int axl_device_activate(struct axl_device *device)
{
	struct nlmsghdr *message;
	struct axlp_genl *genl;
	int err = open_devlink(device, &genl);

	if (err)
		return err;
	message = message_for(device, genl, DEVLINK_CMD_RELOAD);
	mnl_attr_put_u8(message, DEVLINK_ATTR_RELOAD_ACTION,
			DEVLINK_RELOAD_ACTION_FW_ACTIVATE);
	err = axlp_genl_request(genl, message, NULL, NULL);
	if (err)
		err = fail_call(device, genl, err, "activate the firmware of");
	axlp_genl_close(genl);
	return err;
}
