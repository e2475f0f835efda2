// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control node, /dev/accel/accel_controlN.
 *
 * A &struct axle_control is the node's device and character device in one.
 * Open files hold it, it holds the Axle device, so both outlive unplug until
 * the last file is closed. It sits in the same class as accelN and has the
 * same N; its sysfs attributes are there from the first uevent on.
 */
#include <linux/cdev.h>
#include <linux/compat.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "axle_internal.h"

/* Written by module init only. */
static dev_t axle_control_devt __ro_after_init;

/**
 * struct axle_control - The control node of a device.
 *
 * Lifetime: reference count of @dev; axle_control_add() makes the first,
 * axle_control_remove() drops it, open files hold theirs through @cdev.
 */
struct axle_control {
	/** @dev: In class accel, child of the bus device. */
	struct device dev;
	/** @cdev: Its parent is @dev. */
	struct cdev cdev;
	/** @adev: The Axle device; a reference is held. */
	struct axle_device *adev;
};

/**
 * struct axle_control_file - An open file of the control node.
 */
struct axle_control_file {
	/** @control: The node; the file holds it. */
	struct axle_control *control;
	/** @events: What its readers get. */
	struct axle_events *events;
};

static const struct attribute_group *axle_control_groups[] = {
	&axle_sysfs_common_group,
	NULL,
};

static int axle_control_open(struct inode *inode, struct file *filp)
{
	struct axle_control *control =
		container_of(inode->i_cdev, struct axle_control, cdev);
	struct axle_control_file *file;

	if (drm_dev_is_unplugged(&control->adev->drm))
		return -ENODEV;
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	file->control = control;
	file->events = axle_events_alloc(control->adev, true);
	if (!file->events) {
		kfree(file);
		return -ENOMEM;
	}
	filp->private_data = file;
	return 0;
}

static int axle_control_close(struct inode *inode, struct file *filp)
{
	struct axle_control_file *file = filp->private_data;

	axle_events_free(file->events);
	kfree(file);
	return 0;
}

static ssize_t axle_control_read(struct file *filp, char __user *to,
				 size_t size, loff_t *offset)
{
	struct axle_control_file *file = filp->private_data;

	return axle_events_read(file->events, filp, to, size);
}

static __poll_t axle_control_poll(struct file *filp, poll_table *wait)
{
	struct axle_control_file *file = filp->private_data;

	return axle_events_poll(file->events, filp, wait);
}

static long axle_control_ioctl(struct file *filp, unsigned int cmd,
			       unsigned long arg)
{
	struct axle_control_file *file = filp->private_data;

	return axle_dispatch(file->control->adev, NULL, cmd,
			     (void __user *)arg);
}

static const struct file_operations axle_control_fops = {
	.owner = THIS_MODULE,
	.open = axle_control_open,
	.release = axle_control_close,
	.read = axle_control_read,
	.poll = axle_control_poll,
	.unlocked_ioctl = axle_control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static void axle_control_release(struct device *dev)
{
	struct axle_control *control =
		container_of(dev, struct axle_control, dev);

	drm_dev_put(&control->adev->drm);
	kfree(control);
}

static struct axle_control *axle_control_alloc(struct axle_device *adev)
{
	struct drm_minor *accel = adev->drm.accel;
	struct axle_control *control;

	control = kzalloc(sizeof(*control), GFP_KERNEL);
	if (!control)
		return NULL;
	drm_dev_get(&adev->drm);
	control->adev = adev;

	device_initialize(&control->dev);
	control->dev.parent = adev->drm.dev;
	/* DRM accel does not export its class; its node has it. */
	control->dev.class = accel->kdev->class;
	control->dev.groups = axle_control_groups;
	/* As on its node: attributes of both ask the minor. */
	dev_set_drvdata(&control->dev, accel);
	control->dev.release = axle_control_release;
	control->dev.devt = MKDEV(MAJOR(axle_control_devt), accel->index);

	cdev_init(&control->cdev, &axle_control_fops);
	/* The last close may free the device, which is the driver's. */
	control->cdev.owner = adev->drm.driver->fops->owner;
	return control;
}

/**
 * axle_control_add() - Make the control node of a device.
 * @adev: a device whose compute node is registered
 *
 * Return: 0 or a negative errno.
 */
int axle_control_add(struct axle_device *adev)
{
	struct axle_control *control = axle_control_alloc(adev);
	int err;

	if (!control)
		return -ENOMEM;
	err = dev_set_name(&control->dev, "accel_control%d",
			   adev->drm.accel->index);
	if (err)
		goto err_put;
	err = cdev_device_add(&control->cdev, &control->dev);
	if (err)
		goto err_put;
	adev->control = control;
	return 0;

err_put:
	put_device(&control->dev);
	return err;
}

/**
 * axle_control_remove() - Remove the control node, if there is one.
 * @adev: the device
 *
 * Open files stay and get -ENODEV once the device is unplugged.
 */
void axle_control_remove(struct axle_device *adev)
{
	struct axle_control *control = adev->control;

	if (!control)
		return;
	adev->control = NULL;
	cdev_device_del(&control->cdev, &control->dev);
	put_device(&control->dev);
}

/**
 * axle_control_init() - Reserve the device numbers of control nodes.
 *
 * Return: 0 or a negative errno.
 */
int __init axle_control_init(void)
{
	return alloc_chrdev_region(&axle_control_devt, 0, ACCEL_MAX_MINORS,
				   "accel_control");
}

/**
 * axle_control_exit() - Give the device numbers back.
 */
void axle_control_exit(void)
{
	unregister_chrdev_region(axle_control_devt, ACCEL_MAX_MINORS);
}
