// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telemetry and the power limit as hwmon has them, for sensors and its like.
 *
 * The hwmon device is a child of the bus device, from register to unplug; its
 * drvdata is the Axle device. Reading wakes nobody: what is not known now, as
 * the device sleeps, is silent or lies, is ENODATA; an alarm is none. What
 * would never be known has no file.
 */
#include <linux/device.h>
#include <linux/hwmon.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "axle_internal.h"

/* hwmon counts power in microwatts. */
#define AXLE_UW_PER_MW 1000

/**
 * struct axle_hwmon - The hwmon device of a device.
 *
 * Lifetime: from axle_hwmon_add() to axle_hwmon_remove().
 */
struct axle_hwmon {
	/** @dev: The hwmon device. */
	struct device *dev;
	/** @name: What sensors calls it. */
	char *name;
};

static long axle_hwmon_temp_input(const struct drm_axle_query_telemetry *said)
{
	return said->temperature_mc;
}

static long axle_hwmon_temp_crit(const struct drm_axle_query_telemetry *said)
{
	return said->temperature_max_mc;
}

static long axle_hwmon_temp_alarm(const struct drm_axle_query_telemetry *said)
{
	return said->flags & DRM_AXLE_TELEMETRY_HOT ||
	       (said->valid & DRM_AXLE_TELEMETRY_TEMPERATURE &&
		said->temperature_mc >= said->temperature_max_mc);
}

static long axle_hwmon_power_input(const struct drm_axle_query_telemetry *said)
{
	return (long)said->power_mw * AXLE_UW_PER_MW;
}

static long axle_hwmon_power_cap(const struct drm_axle_query_telemetry *said)
{
	return (long)said->power_cap_mw * AXLE_UW_PER_MW;
}

static long axle_hwmon_power_min(const struct drm_axle_query_telemetry *said)
{
	return (long)said->power_cap_min_mw * AXLE_UW_PER_MW;
}

static long axle_hwmon_power_max(const struct drm_axle_query_telemetry *said)
{
	return (long)said->power_cap_max_mw * AXLE_UW_PER_MW;
}

static long axle_hwmon_power_alarm(const struct drm_axle_query_telemetry *said)
{
	return !!(said->flags & DRM_AXLE_TELEMETRY_CAPPED);
}

static long axle_hwmon_energy_input(const struct drm_axle_query_telemetry *said)
{
	return said->energy_uj;
}

/* What the device must have for a file to be there. */
enum axle_hwmon_needs {
	AXLE_HWMON_ALWAYS,
	AXLE_HWMON_CRIT,
	AXLE_HWMON_CAP,
};

/**
 * struct axle_hwmon_value - A file of the hwmon device with a number.
 */
struct axle_hwmon_value {
	/** @type: Of the sensor. */
	enum hwmon_sensor_types type;
	/** @attr: Of the type. */
	u32 attr;
	/** @needs: When the file is there. */
	enum axle_hwmon_needs needs;
	/** @valid: What must be known, DRM_AXLE_TELEMETRY_*. */
	u32 valid;
	/** @now: It must be of now; a counter need not be. */
	bool now;
	/** @get: The number. */
	long (*get)(const struct drm_axle_query_telemetry *said);
};

static const struct axle_hwmon_value axle_hwmon_values[] = {
	{ hwmon_temp, hwmon_temp_input, AXLE_HWMON_ALWAYS,
	  DRM_AXLE_TELEMETRY_TEMPERATURE, true, axle_hwmon_temp_input },
	{ hwmon_temp, hwmon_temp_crit, AXLE_HWMON_CRIT, 0, false,
	  axle_hwmon_temp_crit },
	{ hwmon_temp, hwmon_temp_crit_alarm, AXLE_HWMON_CRIT, 0, false,
	  axle_hwmon_temp_alarm },
	{ hwmon_power, hwmon_power_input, AXLE_HWMON_ALWAYS,
	  DRM_AXLE_TELEMETRY_POWER, true, axle_hwmon_power_input },
	{ hwmon_power, hwmon_power_cap, AXLE_HWMON_CAP, 0, false,
	  axle_hwmon_power_cap },
	{ hwmon_power, hwmon_power_cap_min, AXLE_HWMON_CAP, 0, false,
	  axle_hwmon_power_min },
	{ hwmon_power, hwmon_power_cap_max, AXLE_HWMON_CAP, 0, false,
	  axle_hwmon_power_max },
	{ hwmon_power, hwmon_power_cap_alarm, AXLE_HWMON_CAP, 0, false,
	  axle_hwmon_power_alarm },
	{ hwmon_energy, hwmon_energy_input, AXLE_HWMON_ALWAYS,
	  DRM_AXLE_TELEMETRY_ENERGY, false, axle_hwmon_energy_input },
};

static const struct axle_hwmon_value *
axle_hwmon_find(enum hwmon_sensor_types type, u32 attr)
{
	const struct axle_hwmon_value *value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(axle_hwmon_values); i++) {
		value = &axle_hwmon_values[i];
		if (value->type == type && value->attr == attr)
			return value;
	}
	return NULL;
}

static bool axle_hwmon_label(enum hwmon_sensor_types type, u32 attr)
{
	return (type == hwmon_temp && attr == hwmon_temp_label) ||
	       (type == hwmon_power && attr == hwmon_power_label) ||
	       (type == hwmon_energy && attr == hwmon_energy_label);
}

static umode_t axle_hwmon_visible(const void *drvdata,
				  enum hwmon_sensor_types type, u32 attr,
				  int channel)
{
	const struct axle_hwmon_value *value = axle_hwmon_find(type, attr);
	const struct axle_device *adev = drvdata;
	struct axle_bounds bounds;

	if (!value)
		return axle_hwmon_label(type, attr) ? 0444 : 0;
	axle_limit_bounds(adev, DRM_AXLE_LIMIT_POWER, &bounds);
	if (value->needs == AXLE_HWMON_CAP && !bounds.max)
		return 0;
	if (value->needs == AXLE_HWMON_CRIT && !axle_temperature_max(adev))
		return 0;
	return attr == hwmon_power_cap && type == hwmon_power ? 0644 : 0444;
}

static int axle_hwmon_ask(struct axle_device *adev, u32 valid, bool now,
			  struct drm_axle_query_telemetry *said)
{
	u32 before = DRM_AXLE_TELEMETRY_ASLEEP | DRM_AXLE_TELEMETRY_STALE;
	int err = axle_telemetry_read(adev, said);

	if (err)
		return err;
	if ((said->valid & valid) != valid || (now && said->flags & before))
		return -ENODATA;
	return 0;
}

static int axle_hwmon_read(struct device *dev, enum hwmon_sensor_types type,
			   u32 attr, int channel, long *out)
{
	const struct axle_hwmon_value *value = axle_hwmon_find(type, attr);
	struct drm_axle_query_telemetry said;
	int err;

	if (!value)
		return -EOPNOTSUPP;
	err = axle_hwmon_ask(dev_get_drvdata(dev), value->valid, value->now,
			     &said);
	if (!err)
		*out = value->get(&said);
	return err;
}

static int axle_hwmon_read_string(struct device *dev,
				  enum hwmon_sensor_types type, u32 attr,
				  int channel, const char **out)
{
	*out = "device";
	return 0;
}

static int axle_hwmon_write(struct device *dev, enum hwmon_sensor_types type,
			    u32 attr, int channel, long value)
{
	if (type != hwmon_power || attr != hwmon_power_cap)
		return -EOPNOTSUPP;
	/* Zero, which would be the largest, is out of range here. */
	if (value < AXLE_UW_PER_MW)
		return -EINVAL;
	return axle_limit_set(dev_get_drvdata(dev), DRM_AXLE_LIMIT_POWER,
			      value / AXLE_UW_PER_MW);
}

static const struct hwmon_ops axle_hwmon_ops = {
	.is_visible = axle_hwmon_visible,
	.read = axle_hwmon_read,
	.read_string = axle_hwmon_read_string,
	.write = axle_hwmon_write,
};

static const struct hwmon_channel_info *const axle_hwmon_channels[] = {
	HWMON_CHANNEL_INFO(temp, HWMON_T_INPUT | HWMON_T_LABEL | HWMON_T_CRIT |
					 HWMON_T_CRIT_ALARM),
	HWMON_CHANNEL_INFO(power, HWMON_P_INPUT | HWMON_P_LABEL | HWMON_P_CAP |
					  HWMON_P_CAP_MIN | HWMON_P_CAP_MAX |
					  HWMON_P_CAP_ALARM),
	HWMON_CHANNEL_INFO(energy, HWMON_E_INPUT | HWMON_E_LABEL),
	NULL,
};

static const struct hwmon_chip_info axle_hwmon_chip = {
	.ops = &axle_hwmon_ops,
	.info = axle_hwmon_channels,
};

/* hwmon has no type for clocks: these are named as other drivers' are. */
static ssize_t freq1_input_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct drm_axle_query_telemetry said;
	int err = axle_hwmon_ask(dev_get_drvdata(dev), DRM_AXLE_TELEMETRY_CLOCK,
				 true, &said);

	return err ?: sysfs_emit(buf, "%llu\n", said.clock_hz);
}
static DEVICE_ATTR_RO(freq1_input);

static ssize_t freq1_label_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "engines\n");
}
static DEVICE_ATTR_RO(freq1_label);

static struct attribute *axle_hwmon_attrs[] = {
	&dev_attr_freq1_input.attr,
	&dev_attr_freq1_label.attr,
	NULL,
};
ATTRIBUTE_GROUPS(axle_hwmon);

static int axle_hwmon_register(struct axle_device *adev,
			       struct axle_hwmon *hwmon)
{
	hwmon->name = hwmon_sanitize_name(adev->drm.driver->name);
	if (IS_ERR(hwmon->name))
		return PTR_ERR(hwmon->name);
	hwmon->dev = hwmon_device_register_with_info(adev->drm.dev, hwmon->name,
						     adev, &axle_hwmon_chip,
						     axle_hwmon_groups);
	if (!IS_ERR(hwmon->dev))
		return 0;
	kfree(hwmon->name);
	return PTR_ERR(hwmon->dev);
}

/**
 * axle_hwmon_add() - Show telemetry to hwmon.
 * @adev: a device that is being registered
 *
 * Return: 0, also if the device has no telemetry, or a negative errno.
 */
int axle_hwmon_add(struct axle_device *adev)
{
	struct axle_hwmon *hwmon;
	int err;

	if (!axle_telemetry_supported(adev))
		return 0;
	hwmon = kzalloc(sizeof(*hwmon), GFP_KERNEL);
	if (!hwmon)
		return -ENOMEM;
	err = axle_hwmon_register(adev, hwmon);
	if (err)
		kfree(hwmon);
	else
		adev->hwmon = hwmon;
	return err;
}

/**
 * axle_hwmon_remove() - Undo axle_hwmon_add(), if it was done.
 * @adev: a device that goes away
 */
void axle_hwmon_remove(struct axle_device *adev)
{
	struct axle_hwmon *hwmon = adev->hwmon;

	if (!hwmon)
		return;
	adev->hwmon = NULL;
	hwmon_device_unregister(hwmon->dev);
	kfree(hwmon->name);
	kfree(hwmon);
}
