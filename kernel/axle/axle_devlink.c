// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink: what a device is, which firmware it has, and how to change it.
 *
 * There is an instance from register to unplug. devlink calls with its lock
 * held, which is above all locks of the kit; unplug takes it, so nothing here
 * waits for long once &axle_device.gone is set.
 */
#include <linux/ctype.h>
#include <linux/pci.h>

#include <drm/drm_managed.h>

#include "axle_devlink.h"

/* What a device calls a version may be anything. */
static void axle_version_clean(char version[64])
{
	char *p;

	version[63] = '\0';
	for (p = version; *p; p++)
		if (!isascii(*p) || !isprint(*p))
			*p = '?';
}

/**
 * axle_firmware_stored() - Which firmware boots next.
 * @adev: a device with &axle_monitor_ops.fw_slots
 * @version: out
 *
 * A device that has failed cannot be asked, and it is not waited for either.
 *
 * Return: 0, -ENOENT if there is none, or another negative errno.
 */
int axle_firmware_stored(struct axle_device *adev, char version[64])
{
	const struct axle_monitor_ops *ops = adev->ops->monitor;
	struct axle_fw_slot slots[AXLE_MAX_FW_SLOTS] = {};
	int cookie;
	int i, err, count;

	if (axle_device_stopping(adev))
		return -EIO;
	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	count = ops->fw_slots(adev, slots);
	axle_hw_exit(adev, cookie);
	for (i = 0; i < min(count, AXLE_MAX_FW_SLOTS); i++)
		if (slots[i].next && slots[i].version[0]) {
			memcpy(version, slots[i].version, 64);
			axle_version_clean(version);
			return 0;
		}
	return count < 0 ? count : -ENOENT;
}

/* devlink's names are long. */
#define AXLE_INFO_ASIC DEVLINK_INFO_VERSION_GENERIC_ASIC_ID
#define AXLE_INFO_REVISION DEVLINK_INFO_VERSION_GENERIC_ASIC_REV
#define AXLE_INFO_BOARD DEVLINK_INFO_VERSION_GENERIC_BOARD_ID
#define AXLE_INFO_FW DEVLINK_INFO_VERSION_GENERIC_FW

static int axle_info_fixed(struct devlink_info_req *req, const char *name,
			   const char *text)
{
	return devlink_info_version_fixed_put(req, name, text);
}

static int axle_info_board(struct axle_device *adev,
			   struct devlink_info_req *req)
{
	struct pci_dev *pdev;
	char text[16];
	int err;

	if (!dev_is_pci(adev->drm.dev))
		return axle_info_fixed(req, AXLE_INFO_ASIC, adev->name);
	pdev = to_pci_dev(adev->drm.dev);
	snprintf(text, sizeof(text), "%04x:%04x", pdev->vendor, pdev->device);
	err = axle_info_fixed(req, AXLE_INFO_ASIC, text);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%02x", pdev->revision);
	err = axle_info_fixed(req, AXLE_INFO_REVISION, text);
	if (err || !pdev->subsystem_vendor)
		return err;
	snprintf(text, sizeof(text), "%04x:%04x", pdev->subsystem_vendor,
		 pdev->subsystem_device);
	return axle_info_fixed(req, AXLE_INFO_BOARD, text);
}

static int axle_info_firmware(struct axle_device *adev,
			      struct devlink_info_req *req)
{
	const struct axle_monitor_ops *ops = adev->ops->monitor;
	char version[64];
	int err = 0;

	axle_firmware_version(adev, version);
	axle_version_clean(version);
	if (version[0])
		err = devlink_info_version_running_put(req, AXLE_INFO_FW,
						       version);
	if (err || !ops || !ops->fw_slots ||
	    axle_firmware_stored(adev, version))
		return err;
	return devlink_info_version_stored_put(req, AXLE_INFO_FW, version);
}

static int axle_info_get(struct devlink *devlink, struct devlink_info_req *req,
			 struct netlink_ext_ack *extack)
{
	struct axle_device *adev = axle_devlink_of(devlink)->adev;
	int err = 0;

	if (adev->serial[0])
		err = devlink_info_serial_number_put(req, adev->serial);
	if (!err)
		err = axle_info_board(adev, req);
	return err ?: axle_info_firmware(adev, req);
}

static int axle_reload_down(struct devlink *devlink, bool netns_change,
			    enum devlink_reload_action action,
			    enum devlink_reload_limit limit,
			    struct netlink_ext_ack *extack)
{
	struct axle_device *adev = axle_devlink_of(devlink)->adev;

	if (adev->ops->reset)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "the device boots when it gets power only");
	return -EOPNOTSUPP;
}

/* Contexts stay; jobs of kernel-mode queues run again, as after a wake-up. */
static int axle_reload_up(struct devlink *devlink,
			  enum devlink_reload_action action,
			  enum devlink_reload_limit limit,
			  u32 *actions_performed,
			  struct netlink_ext_ack *extack)
{
	struct axle_device *adev = axle_devlink_of(devlink)->adev;
	int err = axle_device_recover(adev);

	*actions_performed = BIT(action);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "the device does not come back");
	return err;
}

static const struct devlink_ops axle_devlink_ops = {
	.info_get = axle_info_get,
};

static const struct devlink_ops axle_devlink_flash_ops = {
	.info_get = axle_info_get,
	.flash_update = axle_flash_update,
	.reload_actions = BIT(DEVLINK_RELOAD_ACTION_FW_ACTIVATE),
	.reload_down = axle_reload_down,
	.reload_up = axle_reload_up,
};

static struct devlink *axle_devlink_alloc(struct axle_devlink *health)
{
	struct axle_device *adev = health->adev;
	const struct axle_monitor_ops *ops = adev->ops->monitor;
	struct axle_devlink_priv *priv;
	struct devlink *devlink;

	devlink = devlink_alloc(ops && ops->fw_begin ? &axle_devlink_flash_ops :
						       &axle_devlink_ops,
				sizeof(*priv), adev->drm.dev);
	if (!devlink)
		return NULL;
	priv = devlink_priv(devlink);
	priv->health = health;
	return devlink;
}

/**
 * axle_devlink_add() - Make the device an instance of devlink.
 * @adev: a registered device
 *
 * Return: 0 or a negative errno.
 */
int axle_devlink_add(struct axle_device *adev)
{
	struct axle_devlink *health;
	int err;

	if (!adev->ops->monitor && !adev->ops->reset)
		return 0;
	health = drmm_kzalloc(&adev->drm, sizeof(*health), GFP_KERNEL);
	if (!health)
		return -ENOMEM;
	health->adev = adev;
	axle_health_init(health);
	health->devlink = axle_devlink_alloc(health);
	if (!health->devlink)
		return -ENOMEM;
	err = axle_reporters_add(health);
	if (err)
		goto err_free;
	devlink_register(health->devlink);
	axle_health_start(health);
	/* Faults see all of it from now on. */
	smp_store_release(&adev->devlink, health);
	return 0;

err_free:
	axle_reporters_remove(health);
	devlink_free(health->devlink);
	return err;
}

/**
 * axle_devlink_remove() - Undo axle_devlink_add().
 * @adev: a device with &axle_device.gone set
 *
 * Ends what is under way: a flash, a reload, a report.
 */
void axle_devlink_remove(struct axle_device *adev)
{
	struct axle_devlink *health = adev->devlink;

	if (!health)
		return;
	axle_health_stop(health);
	devlink_unregister(health->devlink);
	axle_reporters_remove(health);
	devlink_free(health->devlink);
	health->devlink = NULL;
}
