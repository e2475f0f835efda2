// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of the compute node's device, /sys/class/accel/accelN, some of
 * which the control node's has as well; what each says is in docs/sysfs.md.
 *
 * One value a file, all from memory. They are there from register to unplug.
 * engines/ has a directory for each engine; its attributes know whose they are
 * by the &struct axle_engine_attr around them.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "axle_internal.h"

/**
 * struct axle_engine_attr - Attribute of an engine.
 */
struct axle_engine_attr {
	/** @base: The attribute. */
	struct kobj_attribute base;
	/** @adev: The device. */
	struct axle_device *adev;
	/** @engine: Index of the engine. */
	u32 engine;
	/** @attrs: Of the engine's directory. */
	struct attribute *attrs[2];
};

/**
 * struct axle_sysfs - What the device has in sysfs besides attributes.
 *
 * Lifetime: from axle_sysfs_add() to axle_sysfs_remove().
 */
struct axle_sysfs {
	/** @engines: The directory engines. */
	struct kobject *engines;
	/** @busy: Of each engine. */
	struct axle_engine_attr busy[AXLE_MAX_ENGINES];
};

/* The driver data of both nodes is the minor. */
static struct axle_device *axle_sysfs_device(struct device *dev)
{
	const struct drm_minor *minor = dev_get_drvdata(dev);

	return to_axle_device(minor->dev);
}

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", axle_state_name(axle_sysfs_device(dev)));
}
static DEVICE_ATTR_RO(state);

static ssize_t contexts_max_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", axle_sysfs_device(dev)->contexts_max);
}
static DEVICE_ATTR_RO(contexts_max);

static ssize_t contexts_used_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	struct axle_device *adev = axle_sysfs_device(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(adev->contexts_used));
}
static DEVICE_ATTR_RO(contexts_used);

static ssize_t resets_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%lld\n",
			  atomic64_read(&axle_sysfs_device(dev)->resets));
}
static DEVICE_ATTR_RO(resets);

static ssize_t faults_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%lld\n",
			  atomic64_read(&axle_sysfs_device(dev)->faults));
}
static DEVICE_ATTR_RO(faults);

static ssize_t firmware_version_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	char version[64];

	axle_firmware_version(axle_sysfs_device(dev), version);
	return sysfs_emit(buf, "%s\n", version);
}
static DEVICE_ATTR_RO(firmware_version);

static ssize_t serial_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", axle_sysfs_device(dev)->serial);
}
static DEVICE_ATTR_RO(serial);

static ssize_t clock_limit_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	u64 limit =
		axle_limit_get(axle_sysfs_device(dev), DRM_AXLE_LIMIT_CLOCK);

	return sysfs_emit(buf, "%llu\n", limit);
}

static ssize_t clock_limit_store(struct device *dev,
				 struct device_attribute *attr, const char *buf,
				 size_t count)
{
	u64 limit;
	int err;

	err = kstrtou64(buf, 0, &limit);
	if (!err)
		err = axle_limit_set(axle_sysfs_device(dev),
				     DRM_AXLE_LIMIT_CLOCK, limit);
	return err ?: count;
}
static DEVICE_ATTR_RW(clock_limit);

static ssize_t axle_clock_bound_show(struct device *dev, char *buf, bool max)
{
	struct axle_bounds bounds;

	axle_limit_bounds(axle_sysfs_device(dev), DRM_AXLE_LIMIT_CLOCK,
			  &bounds);
	return sysfs_emit(buf, "%llu\n", max ? bounds.max : bounds.min);
}

static ssize_t clock_limit_min_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return axle_clock_bound_show(dev, buf, false);
}
static DEVICE_ATTR_RO(clock_limit_min);

static ssize_t clock_limit_max_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return axle_clock_bound_show(dev, buf, true);
}
static DEVICE_ATTR_RO(clock_limit_max);

static struct attribute *axle_sysfs_common_attrs[] = {
	&dev_attr_contexts_max.attr,
	&dev_attr_contexts_used.attr,
	&dev_attr_state.attr,
	NULL,
};

/* What the control node shows, too. */
const struct attribute_group axle_sysfs_common_group = {
	.attrs = axle_sysfs_common_attrs,
};

static struct attribute *axle_sysfs_attrs[] = {
	&dev_attr_resets.attr,		 &dev_attr_faults.attr,
	&dev_attr_firmware_version.attr, &dev_attr_serial.attr,
	&dev_attr_clock_limit.attr,	 &dev_attr_clock_limit_min.attr,
	&dev_attr_clock_limit_max.attr,	 NULL,
};

static bool axle_sysfs_clock(const struct attribute *attr)
{
	return attr == &dev_attr_clock_limit.attr ||
	       attr == &dev_attr_clock_limit_min.attr ||
	       attr == &dev_attr_clock_limit_max.attr;
}

/* What the device does not have has no file. */
static umode_t axle_sysfs_visible(struct kobject *kobj, struct attribute *attr,
				  int index)
{
	struct axle_device *adev = axle_sysfs_device(kobj_to_dev(kobj));
	struct axle_bounds bounds;

	axle_limit_bounds(adev, DRM_AXLE_LIMIT_CLOCK, &bounds);
	if ((axle_sysfs_clock(attr) && !bounds.max) ||
	    (attr == &dev_attr_firmware_version.attr &&
	     !adev->firmware_version[0]) ||
	    (attr == &dev_attr_serial.attr && !adev->serial[0]))
		return 0;
	return attr->mode;
}

static const struct attribute_group axle_sysfs_group = {
	.attrs = axle_sysfs_attrs,
	.is_visible = axle_sysfs_visible,
};

static const struct attribute_group *axle_sysfs_groups[] = {
	&axle_sysfs_common_group,
	&axle_sysfs_group,
	NULL,
};

static ssize_t axle_engine_busy_show(struct kobject *kobj,
				     struct kobj_attribute *attr, char *buf)
{
	struct axle_engine_attr *engine =
		container_of(attr, struct axle_engine_attr, base);
	struct axle_device *adev = engine->adev;

	axle_queues_account(adev);
	return sysfs_emit(buf, "%llu\n",
			  axle_busy_read(adev, &adev->busy[engine->engine]));
}

static int axle_engine_add_dir(struct axle_device *adev,
			       struct axle_sysfs *sysfs, u32 engine)
{
	struct axle_engine_attr *attr = &sysfs->busy[engine];
	const struct attribute_group group = {
		.name = adev->ops->engines[engine],
		.attrs = attr->attrs,
	};

	sysfs_attr_init(&attr->base.attr);
	attr->base.attr.name = "busy_ns";
	attr->base.attr.mode = 0444;
	attr->base.show = axle_engine_busy_show;
	attr->adev = adev;
	attr->engine = engine;
	attr->attrs[0] = &attr->base.attr;
	return sysfs_create_group(sysfs->engines, &group);
}

static int axle_sysfs_fill(struct axle_device *adev, struct axle_sysfs *sysfs)
{
	struct kobject *node = &adev->drm.accel->kdev->kobj;
	int err;
	u32 i;

	sysfs->engines = kobject_create_and_add("engines", node);
	if (!sysfs->engines)
		return -ENOMEM;
	for (i = 0; i < adev->ops->num_engines; i++) {
		err = axle_engine_add_dir(adev, sysfs, i);
		if (err)
			return err;
	}
	return sysfs_create_groups(node, axle_sysfs_groups);
}

/**
 * axle_sysfs_add() - Add the attributes of a device.
 * @adev: a device that is being registered
 *
 * Return: 0 or a negative errno; axle_sysfs_remove() undoes what was done.
 */
int axle_sysfs_add(struct axle_device *adev)
{
	struct axle_sysfs *sysfs = kzalloc(sizeof(*sysfs), GFP_KERNEL);

	if (!sysfs)
		return -ENOMEM;
	adev->sysfs = sysfs;
	return axle_sysfs_fill(adev, sysfs);
}

/**
 * axle_sysfs_remove() - Remove the attributes, as many as there are.
 * @adev: a device that goes away, its node still there
 */
void axle_sysfs_remove(struct axle_device *adev)
{
	struct axle_sysfs *sysfs = adev->sysfs;

	if (!sysfs)
		return;
	adev->sysfs = NULL;
	sysfs_remove_groups(&adev->drm.accel->kdev->kobj, axle_sysfs_groups);
	/* With all below it; readers have left when it returns. */
	kobject_del(sysfs->engines);
	kobject_put(sysfs->engines);
	kfree(sysfs);
}
