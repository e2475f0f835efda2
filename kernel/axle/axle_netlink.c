// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family "axle": what can be asked of all devices at once.
 *
 * A device is in axle_devices from register to unplug. Whoever answers for one
 * finds it and enters it, by drm_dev_enter(), under the lock of that list;
 * unplug takes the device off the list first and then waits for all that have
 * entered, so a device and its driver stay until the answer is written. Nothing
 * here reads a register or wakes a device. Events are in axle_notify.c.
 *
 * The family is one of the kernel's and not a device's, and so are the list and
 * its generation: they are this module's only state.
 */
#include <linux/slab.h>
#include <linux/xarray.h>

#include <net/genetlink.h>

#include <linux/axle_netlink.h>

#include "axle_internal.h"

/* Devices by N of accelN. */
static DEFINE_XARRAY(axle_devices);
/* Changes with that list, by which a dump knows. Never zero; the list's lock. */
static u32 axle_generation = 1;

struct axle_put {
	u32 attr;
	const char *text;
};

/* What is not known is left out. */
static int axle_put_strings(struct sk_buff *skb, const struct axle_put *puts,
			    size_t count)
{
	size_t i;
	int err = 0;

	for (i = 0; i < count && !err; i++)
		if (puts[i].text && puts[i].text[0])
			err = nla_put_string(skb, puts[i].attr, puts[i].text);
	return err;
}

static int axle_put_device(struct sk_buff *skb, struct axle_device *adev)
{
	char version[64];
	const struct axle_put strings[] = {
		{ AXLE_A_DEV_DRIVER, adev->drm.driver->name },
		{ AXLE_A_DEV_BUS_ADDRESS, dev_name(adev->drm.dev) },
		{ AXLE_A_DEV_PRODUCT, adev->name },
		{ AXLE_A_DEV_SERIAL, adev->serial },
		{ AXLE_A_DEV_FIRMWARE, version },
	};
	u64 resets = atomic64_read(&adev->resets);
	u64 faults = atomic64_read(&adev->faults);

	axle_firmware_version(adev, version);
	if (axle_put_strings(skb, strings, ARRAY_SIZE(strings)) ||
	    nla_put_u32(skb, AXLE_A_DEV_CLASS, adev->device_class) ||
	    nla_put_u32(skb, AXLE_A_DEV_CONTEXTS_MAX, adev->contexts_max) ||
	    nla_put_u32(skb, AXLE_A_DEV_STATE, axle_device_state(adev)) ||
	    nla_put_uint(skb, AXLE_A_DEV_RESETS, resets) ||
	    nla_put_uint(skb, AXLE_A_DEV_FAULTS, faults))
		return -EMSGSIZE;
	return 0;
}

static int axle_put_engine(struct sk_buff *skb, struct axle_device *adev,
			   unsigned int engine)
{
	u64 busy = axle_busy_read(adev, &adev->busy[engine]);
	struct nlattr *nest = nla_nest_start(skb, AXLE_A_TELEMETRY_ENGINE);

	if (!nest ||
	    nla_put_string(skb, AXLE_A_ENGINE_NAME,
			   adev->ops->engines[engine]) ||
	    nla_put_uint(skb, AXLE_A_ENGINE_BUSY, busy))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int axle_put_region(struct sk_buff *skb, struct axle_device *adev,
			   unsigned int i)
{
	const struct axle_region *region = &adev->ops->regions[i];
	struct nlattr *nest = nla_nest_start(skb, AXLE_A_TELEMETRY_REGION);
	u64 used = atomic64_read(&adev->mem_used[i]);

	if (!nest || nla_put_string(skb, AXLE_A_REGION_NAME, region->name) ||
	    nla_put_u32(skb, AXLE_A_REGION_KIND, region->kind) ||
	    nla_put_uint(skb, AXLE_A_REGION_SIZE, axle_memory_size(adev, i)) ||
	    nla_put_uint(skb, AXLE_A_REGION_USED, used))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int axle_put_values(struct sk_buff *skb,
			   const struct drm_axle_query_telemetry *from)
{
	const struct {
		u32 attr;
		u32 valid;
		u64 value;
	} rows[] = {
		{ AXLE_A_TELEMETRY_ENERGY, DRM_AXLE_TELEMETRY_ENERGY,
		  from->energy_uj },
		{ AXLE_A_TELEMETRY_CLOCK, DRM_AXLE_TELEMETRY_CLOCK,
		  from->clock_hz },
		{ AXLE_A_TELEMETRY_THROTTLED, DRM_AXLE_TELEMETRY_THROTTLE,
		  from->throttled_ns },
	};
	unsigned int i;
	int err = 0;

	if (from->valid & DRM_AXLE_TELEMETRY_TEMPERATURE)
		err = nla_put_s32(skb, AXLE_A_TELEMETRY_TEMPERATURE,
				  from->temperature_mc);
	if (!err && from->valid & DRM_AXLE_TELEMETRY_POWER)
		err = nla_put_u32(skb, AXLE_A_TELEMETRY_POWER, from->power_mw);
	for (i = 0; i < ARRAY_SIZE(rows) && !err; i++)
		if (from->valid & rows[i].valid)
			err = nla_put_uint(skb, rows[i].attr, rows[i].value);
	return err;
}

static int axle_put_power_cap(struct sk_buff *skb,
			      const struct drm_axle_query_telemetry *from)
{
	if (nla_put_u32(skb, AXLE_A_TELEMETRY_POWER_CAP, from->power_cap_mw) ||
	    nla_put_u32(skb, AXLE_A_TELEMETRY_POWER_CAP_MIN,
			from->power_cap_min_mw) ||
	    nla_put_u32(skb, AXLE_A_TELEMETRY_POWER_CAP_MAX,
			from->power_cap_max_mw))
		return -EMSGSIZE;
	return 0;
}

static int axle_put_clock_limit(struct sk_buff *skb,
				const struct drm_axle_query_telemetry *from)
{
	if (nla_put_uint(skb, AXLE_A_TELEMETRY_CLOCK_LIMIT,
			 from->clock_limit_hz) ||
	    nla_put_uint(skb, AXLE_A_TELEMETRY_CLOCK_LIMIT_MIN,
			 from->clock_limit_min_hz) ||
	    nla_put_uint(skb, AXLE_A_TELEMETRY_CLOCK_LIMIT_MAX,
			 from->clock_limit_max_hz))
		return -EMSGSIZE;
	return 0;
}

/* A time of zero: the device has not said anything yet. */
static int axle_put_sensors(struct sk_buff *skb, struct axle_device *adev)
{
	struct drm_axle_query_telemetry from = { 0 };
	int err = 0;

	if (axle_telemetry_read(adev, &from))
		return 0;
	if (from.time_ns)
		err = nla_put_uint(skb, AXLE_A_TELEMETRY_TIME, from.time_ns);
	if (!err)
		err = nla_put_u32(skb, AXLE_A_TELEMETRY_FLAGS, from.flags);
	if (!err)
		err = axle_put_values(skb, &from);
	if (!err && from.temperature_max_mc)
		err = nla_put_s32(skb, AXLE_A_TELEMETRY_TEMPERATURE_MAX,
				  from.temperature_max_mc);
	if (!err && from.power_cap_max_mw)
		err = axle_put_power_cap(skb, &from);
	if (!err && from.clock_limit_max_hz)
		err = axle_put_clock_limit(skb, &from);
	return err   ?:
		       nla_put_uint(skb, AXLE_A_TELEMETRY_REJECTED,
				    from.rejected);
}

static int axle_put_telemetry(struct sk_buff *skb, struct axle_device *adev)
{
	unsigned int i;
	int err = 0;

	if (nla_put_u32(skb, AXLE_A_TELEMETRY_STATE, axle_device_state(adev)) ||
	    nla_put_u32(skb, AXLE_A_TELEMETRY_CONTEXTS,
			READ_ONCE(adev->contexts_used)))
		return -EMSGSIZE;
	axle_queues_account(adev);
	for (i = 0; i < adev->ops->num_engines && !err; i++)
		err = axle_put_engine(skb, adev, i);
	for (i = 0; i < adev->ops->num_regions && !err; i++)
		err = axle_put_region(skb, adev, i);
	return err ?: axle_put_sensors(skb, adev);
}

static int axle_put_unit(struct sk_buff *skb,
			 const struct drm_axle_ras_unit *unit)
{
	struct nlattr *nest = nla_nest_start(skb, AXLE_A_RAS_UNIT);

	if (!nest || nla_put_string(skb, AXLE_A_UNIT_NAME, unit->name) ||
	    nla_put_uint(skb, AXLE_A_UNIT_CORRECTED, unit->corrected) ||
	    nla_put_uint(skb, AXLE_A_UNIT_UNCORRECTED, unit->uncorrected) ||
	    nla_put_uint(skb, AXLE_A_UNIT_THRESHOLD, unit->threshold))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int axle_put_ras(struct sk_buff *skb, struct axle_device *adev)
{
	struct drm_axle_query_ras *ras;
	unsigned int i;
	int err = 0;

	ras = kzalloc(struct_size(ras, units, AXLE_MAX_RAS_UNITS), GFP_KERNEL);
	if (!ras)
		return -ENOMEM;
	if (!axle_ras_answer(adev, ras))
		err = -EOPNOTSUPP;
	for (i = 0; i < ras->count && !err; i++)
		err = axle_put_unit(skb, &ras->units[i]);
	if (!err)
		err = nla_put_u32(skb, AXLE_A_RAS_PAGES_RETIRED,
				  ras->pages_retired);
	if (!err)
		err = nla_put_u32(skb, AXLE_A_RAS_PAGES_PENDING,
				  ras->pages_pending);
	kfree(ras);
	return err;
}

static int (*const axle_puts[])(struct sk_buff *, struct axle_device *) = {
	[AXLE_CMD_DEVICE_GET] = axle_put_device,
	[AXLE_CMD_TELEMETRY_GET] = axle_put_telemetry,
	[AXLE_CMD_RAS_GET] = axle_put_ras,
};

/* All three begin with the device's number. */
static_assert((int)AXLE_A_DEV_INDEX == (int)AXLE_A_TELEMETRY_INDEX &&
	      (int)AXLE_A_DEV_INDEX == (int)AXLE_A_RAS_INDEX);

static int axle_message_put(struct sk_buff *skb, const struct genl_info *info,
			    int flags, struct axle_device *adev,
			    struct netlink_callback *cb)
{
	u8 cmd = info->genlhdr->cmd;
	void *header = __genlmsg_iput(skb, info, flags);
	int err;

	if (!header)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, header);
	err = nla_put_u32(skb, AXLE_A_DEV_INDEX, adev->drm.accel->index);
	if (!err)
		err = axle_puts[cmd](skb, adev);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/*
 * The first device from *@index to @last, which stays until drm_dev_exit(). One
 * in the list has not been unplugged yet.
 */
static struct axle_device *axle_device_enter(unsigned long *index,
					     unsigned long last, int *cookie)
{
	struct axle_device *adev;

	xa_lock(&axle_devices);
	adev = xa_find(&axle_devices, index, last, XA_PRESENT);
	if (adev && !drm_dev_enter(&adev->drm, cookie))
		adev = NULL;
	xa_unlock(&axle_devices);
	return adev;
}

static int axle_genl_answer(struct genl_info *info, struct axle_device *adev)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	int err;

	if (!skb)
		return -ENOMEM;
	err = axle_message_put(skb, info, 0, adev, NULL);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

static int axle_genl_do(struct sk_buff *request, struct genl_info *info)
{
	struct axle_device *adev;
	unsigned long index;
	int cookie;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, AXLE_A_DEV_INDEX)) {
		GENL_SET_ERR_MSG(info, "the index of the device is missing");
		return -EINVAL;
	}
	index = nla_get_u32(info->attrs[AXLE_A_DEV_INDEX]);
	adev = axle_device_enter(&index, index, &cookie);
	if (!adev) {
		GENL_SET_ERR_MSG(info, "no device has this index");
		return -ENODEV;
	}
	err = axle_genl_answer(info, adev);
	drm_dev_exit(cookie);
	if (err == -EOPNOTSUPP)
		GENL_SET_ERR_MSG(info, "the device does not tell of errors");
	return err;
}

/* What a device cannot answer is no reason to leave out those behind it. */
static int axle_genl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	unsigned long index = cb->args[0];
	struct axle_device *adev;
	int cookie;
	int err;

	for (;; index++) {
		cb->seq = READ_ONCE(axle_generation);
		adev = axle_device_enter(&index, ULONG_MAX, &cookie);
		if (!adev)
			return skb->len;
		cb->args[0] = index;
		err = axle_message_put(skb, info, NLM_F_MULTI, adev, cb);
		drm_dev_exit(cookie);
		if (err && err != -EOPNOTSUPP)
			return skb->len ?: err;
		cb->args[0]++;
	}
}

static const struct nla_policy axle_do_policy[] = {
	[AXLE_A_DEV_INDEX] = { .type = NLA_U32 },
};

static const struct nla_policy axle_dump_policy[] = {
	[AXLE_A_DEV_INDEX] = {
		.type = NLA_REJECT,
		.reject_message = "a dump is of all devices",
	},
};

#define AXLE_GENL_DO(_cmd)                                 \
	{                                                  \
		.cmd = (_cmd),                             \
		.flags = GENL_CMD_CAP_DO,                  \
		.policy = axle_do_policy,                  \
		.maxattr = ARRAY_SIZE(axle_do_policy) - 1, \
		.doit = axle_genl_do,                      \
	}

#define AXLE_GENL_DUMP(_cmd)                                 \
	{                                                    \
		.cmd = (_cmd),                               \
		.flags = GENL_CMD_CAP_DUMP,                  \
		.policy = axle_dump_policy,                  \
		.maxattr = ARRAY_SIZE(axle_dump_policy) - 1, \
		.dumpit = axle_genl_dump,                    \
	}

/* By number, and do before dump: generic netlink searches. */
static const struct genl_split_ops axle_genl_ops[] = {
	AXLE_GENL_DO(AXLE_CMD_DEVICE_GET),
	AXLE_GENL_DUMP(AXLE_CMD_DEVICE_GET),
	AXLE_GENL_DO(AXLE_CMD_TELEMETRY_GET),
	AXLE_GENL_DUMP(AXLE_CMD_TELEMETRY_GET),
	AXLE_GENL_DO(AXLE_CMD_RAS_GET),
	AXLE_GENL_DUMP(AXLE_CMD_RAS_GET),
};

static const struct genl_multicast_group axle_genl_groups[] = {
	[AXLE_GROUP_DEVICES] = { .name = AXLE_GENL_GROUP_DEVICES },
	[AXLE_GROUP_JOBS] = {
		.name = AXLE_GENL_GROUP_JOBS,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

struct genl_family axle_genl_family __ro_after_init = {
	.name = AXLE_GENL_NAME,
	.version = AXLE_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = axle_genl_ops,
	.n_split_ops = ARRAY_SIZE(axle_genl_ops),
	.mcgrps = axle_genl_groups,
	.n_mcgrps = ARRAY_SIZE(axle_genl_groups),
};

static void axle_devices_changed(void)
{
	/* Zero is what a dump has that has seen none. */
	WRITE_ONCE(axle_generation, axle_generation + 1 ?: 1);
}

static void axle_devices_erase(struct axle_device *adev)
{
	xa_lock(&axle_devices);
	__xa_erase(&axle_devices, adev->drm.accel->index);
	axle_devices_changed();
	xa_unlock(&axle_devices);
}

/**
 * axle_netlink_add() - A device can be asked from now on, and is announced.
 * @adev: a registered device
 *
 * Return: 0 or -ENOMEM.
 */
int axle_netlink_add(struct axle_device *adev)
{
	int err;

	xa_lock(&axle_devices);
	err = __xa_insert(&axle_devices, adev->drm.accel->index, adev,
			  GFP_KERNEL);
	if (!err)
		axle_devices_changed();
	xa_unlock(&axle_devices);
	if (err)
		return err;
	err = axle_notify_add(adev);
	if (err)
		axle_devices_erase(adev);
	return err;
}

/**
 * axle_netlink_remove() - A device cannot be asked any more, which is told.
 * @adev: the device, which need not have been added; not unplugged yet
 */
void axle_netlink_remove(struct axle_device *adev)
{
	if (!adev->netlink)
		return;
	axle_devices_erase(adev);
	axle_notify_remove(adev);
}

/**
 * axle_netlink_init() - Register the family.
 *
 * Return: 0 or a negative errno.
 */
int __init axle_netlink_init(void)
{
	return genl_register_family(&axle_genl_family);
}

/**
 * axle_netlink_exit() - Unregister the family; there are no devices left.
 */
void axle_netlink_exit(void)
{
	genl_unregister_family(&axle_genl_family);
	xa_destroy(&axle_devices);
}
