// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of the hardware in sysfs, below accelN, and in debugfs:
 *
 *	ras/pages_retired, ras/pages_pending
 *	ras/UNIT/corrected, ras/UNIT/uncorrected, ras/UNIT/threshold
 *
 * Every directory is a kobject of its own. Removal takes the files away, which
 * waits for those who read them; the memory goes with the last reference.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "axle_internal.h"
#include "axle_ras.h"

/* Bytes of a line that asks for an error. */
#define AXLE_INJECT_MAX 64

/**
 * struct axle_ras_node - A directory.
 *
 * Lifetime: reference count of @kobj.
 */
struct axle_ras_node {
	/** @kobj: The directory. */
	struct kobject kobj;
	/** @ras: The device's; not used once the files are gone. */
	struct axle_ras *ras;
	/** @unit: The unit that it shows; unused at the top. */
	unsigned int unit;
};

/**
 * struct axle_ras_show - The directories of a device.
 *
 * Lifetime: from axle_ras_show_add() to axle_ras_show_remove().
 */
struct axle_ras_show {
	/** @top: The directory "ras". */
	struct axle_ras_node *top;
	/** @units: Those of the units, as far as there are. */
	struct axle_ras_node *units[AXLE_MAX_RAS_UNITS];
};

#define to_axle_ras_node(_kobj) container_of(_kobj, struct axle_ras_node, kobj)

static ssize_t pages_retired_show(struct kobject *kobj,
				  struct kobj_attribute *attr, char *buf)
{
	u32 retired, pending;

	axle_memory_bad_pages(to_axle_ras_node(kobj)->ras->adev, &retired,
			      &pending);
	return sysfs_emit(buf, "%u\n", retired);
}

static ssize_t pages_pending_show(struct kobject *kobj,
				  struct kobj_attribute *attr, char *buf)
{
	u32 retired, pending;

	axle_memory_bad_pages(to_axle_ras_node(kobj)->ras->adev, &retired,
			      &pending);
	return sysfs_emit(buf, "%u\n", pending);
}

static ssize_t corrected_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	const struct axle_ras_node *node = to_axle_ras_node(kobj);
	struct axle_ras_count count;

	axle_ras_count(node->ras, node->unit, &count);
	return sysfs_emit(buf, "%llu\n", count.corrected);
}

static ssize_t uncorrected_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	const struct axle_ras_node *node = to_axle_ras_node(kobj);
	struct axle_ras_count count;

	axle_ras_count(node->ras, node->unit, &count);
	return sysfs_emit(buf, "%llu\n", count.uncorrected);
}

static ssize_t threshold_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	const struct axle_ras_node *node = to_axle_ras_node(kobj);
	struct axle_ras_count count;

	axle_ras_count(node->ras, node->unit, &count);
	return sysfs_emit(buf, "%llu\n", count.threshold);
}

static ssize_t threshold_store(struct kobject *kobj,
			       struct kobj_attribute *attr, const char *buf,
			       size_t size)
{
	const struct axle_ras_node *node = to_axle_ras_node(kobj);
	u64 threshold;
	int err = kstrtou64(buf, 0, &threshold);

	if (err)
		return err;
	axle_ras_set_threshold(node->ras, node->unit, threshold);
	return size;
}

static struct kobj_attribute axle_ras_pages_retired = __ATTR_RO(pages_retired);
static struct kobj_attribute axle_ras_pages_pending = __ATTR_RO(pages_pending);
static struct kobj_attribute axle_ras_corrected = __ATTR_RO(corrected);
static struct kobj_attribute axle_ras_uncorrected = __ATTR_RO(uncorrected);
static struct kobj_attribute axle_ras_threshold = __ATTR_RW(threshold);

static struct attribute *axle_ras_top_attrs[] = {
	&axle_ras_pages_retired.attr,
	&axle_ras_pages_pending.attr,
	NULL,
};
ATTRIBUTE_GROUPS(axle_ras_top);

static struct attribute *axle_ras_unit_attrs[] = {
	&axle_ras_corrected.attr,
	&axle_ras_uncorrected.attr,
	&axle_ras_threshold.attr,
	NULL,
};
ATTRIBUTE_GROUPS(axle_ras_unit);

static void axle_ras_node_release(struct kobject *kobj)
{
	kfree(to_axle_ras_node(kobj));
}

static const struct kobj_type axle_ras_top_type = {
	.release = axle_ras_node_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = axle_ras_top_groups,
};

static const struct kobj_type axle_ras_unit_type = {
	.release = axle_ras_node_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = axle_ras_unit_groups,
};

static int axle_ras_node_add(struct axle_ras *ras, const struct kobj_type *type,
			     struct kobject *parent, const char *name,
			     unsigned int unit, struct axle_ras_node **out)
{
	struct axle_ras_node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	int err;

	if (!node)
		return -ENOMEM;
	node->ras = ras;
	node->unit = unit;
	err = kobject_init_and_add(&node->kobj, type, parent, "%s", name);
	if (err)
		kobject_put(&node->kobj);
	else
		*out = node;
	return err;
}

static void axle_ras_node_remove(struct axle_ras_node *node)
{
	if (!node)
		return;
	kobject_del(&node->kobj);
	kobject_put(&node->kobj);
}

/*
 * "UNIT corrected|uncorrected [ADDRESS]". What the three are is stored at the
 * pointers; the address is zero if it is left out.
 */
static int axle_inject_parse(const struct axle_ras *ras, char *line,
			     unsigned int *unit, enum axle_severity *severity,
			     u64 *address)
{
	static const char *const severities[] = {
		[AXLE_CORRECTED] = "corrected",
		[AXLE_UNCORRECTED] = "uncorrected",
	};
	const struct axle_monitor_ops *ops = ras->adev->ops->monitor;
	char *words[3] = { NULL };
	unsigned int count = 0;
	char *word;
	int index;

	line = strim(line);
	while ((word = strsep(&line, " \t\n"))) {
		if (!*word)
			continue;
		if (count == ARRAY_SIZE(words))
			return -EINVAL;
		words[count++] = word;
	}
	if (count < 2)
		return -EINVAL;
	index = match_string(ops->ras_units, ops->num_ras_units, words[0]);
	if (index < 0)
		return -ENOENT;
	*unit = index;
	index = match_string(severities, ARRAY_SIZE(severities), words[1]);
	if (index < 0)
		return -EINVAL;
	*severity = index;
	*address = 0;
	return words[2] ? kstrtou64(words[2], 0, address) : 0;
}

static ssize_t axle_inject_write(struct file *filp, const char __user *from,
				 size_t size, loff_t *offset)
{
	struct axle_ras *ras = filp->private_data;
	char line[AXLE_INJECT_MAX + 1];
	enum axle_severity severity;
	unsigned int unit;
	u64 address;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (size > AXLE_INJECT_MAX)
		return -EINVAL;
	if (copy_from_user(line, from, size))
		return -EFAULT;
	line[size] = '\0';
	err = axle_inject_parse(ras, line, &unit, &severity, &address);
	if (!err)
		err = axle_ras_inject(ras, unit, severity, address);
	return err ?: size;
}

static const struct file_operations axle_inject_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = axle_inject_write,
	.llseek = noop_llseek,
};

static int axle_ras_units_add(struct axle_ras *ras)
{
	const struct axle_monitor_ops *ops = ras->adev->ops->monitor;
	struct axle_ras_show *show = ras->show;
	unsigned int i;
	int err = 0;

	for (i = 0; i < ops->num_ras_units && !err; i++)
		err = axle_ras_node_add(ras, &axle_ras_unit_type,
					&show->top->kobj, ops->ras_units[i], i,
					&show->units[i]);
	return err;
}

/**
 * axle_ras_show_add() - Make the directories, and the file that injects.
 * @ras: of a registered device
 *
 * Return: 0 or a negative errno; axle_ras_show_remove() undoes what was done.
 */
int axle_ras_show_add(struct axle_ras *ras)
{
	struct axle_device *adev = ras->adev;
	int err;

	ras->show = kzalloc(sizeof(*ras->show), GFP_KERNEL);
	if (!ras->show)
		return -ENOMEM;
	err = axle_ras_node_add(ras, &axle_ras_top_type,
				&adev->drm.accel->kdev->kobj, "ras", 0,
				&ras->show->top);
	if (!err)
		err = axle_ras_units_add(ras);
	if (!err && adev->ops->monitor->inject)
		debugfs_create_file("ras_inject", 0200, adev->drm.debugfs_root,
				    ras, &axle_inject_fops);
	return err;
}

/**
 * axle_ras_show_remove() - Take the directories away.
 * @ras: of a device that is not unplugged yet
 *
 * The file in debugfs goes with DRM's directory.
 */
void axle_ras_show_remove(struct axle_ras *ras)
{
	unsigned int i;

	if (!ras->show)
		return;
	for (i = 0; i < AXLE_MAX_RAS_UNITS; i++)
		axle_ras_node_remove(ras->show->units[i]);
	axle_ras_node_remove(ras->show->top);
	kfree(ras->show);
	ras->show = NULL;
}
