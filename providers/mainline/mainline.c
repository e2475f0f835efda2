// SPDX-License-Identifier: MIT
/*
 * Provider of the drivers in Linux's own drivers/accel, unmodified: what their
 * sysfs attributes tell. Their compute nodes are not opened, because that takes
 * a context; on a device with one context it would lock its user out.
 *
 * What is read is a const table per driver. An attribute that a kernel does
 * not have leaves its value unknown.
 */
#include "hwmon.h"
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* An attribute that counts in other units than the library. */
struct counter {
	const char *name; /* of the engine or region; NULL: not told */
	const char *attribute;
	uint64_t unit;
};

/* What the value of an attribute says about the device. */
struct state_word {
	const char *word;
	uint32_t state;
};

/* A limit that can be written, in the same unit as it is read. */
struct limit {
	const char *attribute; /* in force; NULL: there is none */
	const char *min; /* what it can be, NULL: not told */
	const char *max;
	uint64_t unit;
};

struct mainline {
	uint32_t device_class;
	const char *product; /* attribute */
	const char *firmware; /* attribute */
	struct counter engine;
	struct counter memory;
	const char *state; /* attribute */
	const struct state_word *states; /* ends with a NULL word */
	const char *resets[2]; /* attributes, to be added up */
	const char *faults[2]; /* likewise */
	struct counter clocks[2]; /* the first that is there; no names */
	struct limit power; /* in mW */
	struct limit clock; /* in Hz */
};

/*
 * Some attributes are the node's, some the bus device's, and which are which
 * has changed between kernel versions.
 */
static int read_attribute(struct axl_device *dev, const char *name, char *out,
			  size_t size)
{
	static const char *const places[] = { "device/", "" };
	char path[PATH_MAX];

	if (!name)
		return -ENOENT;
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(places); i++) {
		if (axlp_system_path(dev->system, path, sizeof(path),
				     "/sys/class/accel/accel%u/%s%s",
				     dev->entry.index, places[i], name))
			continue;
		if (axlp_read_line(AT_FDCWD, path, out, size) == 0)
			return 0;
	}
	return -ENOENT;
}

static uint64_t read_number(struct axl_device *dev, const char *name,
			    uint64_t unit)
{
	uint64_t value;
	char text[32];

	if (read_attribute(dev, name, text, sizeof(text)) ||
	    axlp_parse_u64(text, 10, &value) ||
	    __builtin_mul_overflow(value, unit, &value))
		return AXL_UNKNOWN_64;
	return value;
}

/* Unknown if none of them is there. */
static uint64_t read_sum(struct axl_device *dev, const char *const names[2])
{
	uint64_t sum = AXL_UNKNOWN_64;

	for (size_t i = 0; i < 2; i++) {
		uint64_t value = read_number(dev, names[i], 1);

		if (value != AXL_UNKNOWN_64)
			sum = (sum == AXL_UNKNOWN_64 ? 0 : sum) + value;
	}
	return sum;
}

static int mainline_identity(struct axl_device *dev, struct axl_identity *out)
{
	const struct mainline *table = dev->driver->data;

	out->device_class = table->device_class;
	out->uapi_version = AXL_UNKNOWN_32;
	if (read_attribute(dev, table->product, out->product,
			   sizeof(out->product)))
		memcpy(out->product, dev->entry.product, sizeof(out->product));
	read_attribute(dev, table->firmware, out->firmware_version,
		       sizeof(out->firmware_version));
	return 0;
}

static int mainline_engines(struct axl_device *dev, struct axl_engine *out,
			    uint32_t *count)
{
	const struct mainline *table = dev->driver->data;
	const struct counter *engine = &table->engine;
	uint32_t room = *count;

	if (!engine->name)
		return axlp_cannot(dev, "tell the engines of");
	*count = 1;
	if (!room)
		return 0;
	axlp_copy_text(out->name, sizeof(out->name), engine->name,
		       strlen(engine->name));
	out->busy_ns = read_number(dev, engine->attribute, engine->unit);
	return 0;
}

static int mainline_memory(struct axl_device *dev, struct axl_memory *out,
			   uint32_t *count)
{
	const struct mainline *table = dev->driver->data;
	const struct counter *memory = &table->memory;
	uint32_t room = *count;

	if (!memory->name)
		return axlp_cannot(dev, "tell the memory of");
	*count = 1;
	if (!room)
		return 0;
	axlp_copy_text(out->name, sizeof(out->name), memory->name,
		       strlen(memory->name));
	out->kind = AXL_MEMORY_HOST;
	out->used = read_number(dev, memory->attribute, memory->unit);
	return 0;
}

static uint32_t read_state(struct axl_device *dev, const struct mainline *table)
{
	const struct state_word *state = table->states;
	char text[64];

	if (!state || read_attribute(dev, table->state, text, sizeof(text)))
		return AXL_UNKNOWN_32;
	for (; state->word; state++)
		if (strcasecmp(text, state->word) == 0)
			return state->state;
	return AXL_UNKNOWN_32;
}

static int mainline_health(struct axl_device *dev, struct axl_health *out)
{
	const struct mainline *table = dev->driver->data;

	if (!table->state && !table->resets[0] && !table->faults[0])
		return axlp_cannot(dev, "tell the health of");
	out->state = read_state(dev, table);
	out->resets = read_sum(dev, table->resets);
	out->faults = read_sum(dev, table->faults);
	out->last_fault_ns = AXL_UNKNOWN_64;
	return 0;
}

static uint32_t read_mw(struct axl_device *dev, const char *name, uint64_t unit)
{
	uint64_t value = read_number(dev, name, unit);

	return value < AXL_UNKNOWN_32 ? (uint32_t)value : AXL_UNKNOWN_32;
}

static void read_clocks(struct axl_device *dev, const struct mainline *table,
			struct axl_telemetry *out)
{
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(table->clocks); i++)
		if (out->clock_hz == AXL_UNKNOWN_64)
			out->clock_hz = read_number(dev,
						    table->clocks[i].attribute,
						    table->clocks[i].unit);
	out->clock_limit_hz =
		read_number(dev, table->clock.attribute, table->clock.unit);
	out->clock_limit_min_hz =
		read_number(dev, table->clock.min, table->clock.unit);
	out->clock_limit_max_hz =
		read_number(dev, table->clock.max, table->clock.unit);
}

static int mainline_telemetry(struct axl_device *dev, struct axl_telemetry *out)
{
	const struct mainline *table = dev->driver->data;

	read_clocks(dev, table, out);
	out->power_cap_mw =
		read_mw(dev, table->power.attribute, table->power.unit);
	return axlp_sysfs_telemetry(dev, out);
}

static int write_attribute(struct axl_device *dev, const char *name,
			   uint64_t value)
{
	static const char *const places[] = { "device/", "" };
	char path[PATH_MAX];
	int err = -ENOENT;

	for (size_t i = 0; i < AXLP_ARRAY_SIZE(places) && err == -ENOENT; i++) {
		if (axlp_system_path(dev->system, path, sizeof(path),
				     "/sys/class/accel/accel%u/%s%s",
				     dev->entry.index, places[i], name))
			continue;
		err = axlp_write_u64(AT_FDCWD, path, value);
	}
	return err;
}

static int fail_limit(struct axl_device *dev, const char *name, int err)
{
	if (err == -ENOENT)
		return axlp_fail(&dev->error, -EOPNOTSUPP,
				 "the driver %s has no limit of the %s of %s",
				 dev->entry.driver, name, dev->entry.name);
	return axlp_fail(&dev->error, err, "cannot limit the %s of %s: %s",
			 name, dev->entry.name, axlp_explain(err));
}

/* Drivers clamp what they are given, so the bounds are looked at here. */
static int check_limit(struct axl_device *dev, const struct limit *limit,
		       const char *name, uint64_t *value)
{
	uint64_t min = read_number(dev, limit->min, limit->unit);
	uint64_t max = read_number(dev, limit->max, limit->unit);

	if (!*value && max == AXL_UNKNOWN_64)
		return axlp_fail(&dev->error, -EINVAL,
				 "the driver %s does not tell the largest "
				 "limit of the %s of %s",
				 dev->entry.driver, name, dev->entry.name);
	if (!*value)
		*value = max;
	if ((min != AXL_UNKNOWN_64 && *value < min) ||
	    (max != AXL_UNKNOWN_64 && *value > max) || *value % limit->unit)
		return axlp_fail(&dev->error, -EINVAL,
				 "the %s of %s cannot be limited to that", name,
				 dev->entry.name);
	return 0;
}

static int mainline_set_limit(struct axl_device *dev, uint32_t which,
			      uint64_t value)
{
	const struct mainline *table = dev->driver->data;
	bool is_power = which == AXL_LIMIT_POWER;
	const struct limit *limit = is_power ? &table->power : &table->clock;
	const char *name = is_power ? "power" : "clock";
	char text[32];
	int err;

	if (read_attribute(dev, limit->attribute, text, sizeof(text)))
		return fail_limit(dev, name, -ENOENT);
	err = check_limit(dev, limit, name, &value);
	if (err)
		return err;
	err = write_attribute(dev, limit->attribute, value / limit->unit);
	return err ? fail_limit(dev, name, err) : 0;
}

static const struct axlp_ops mainline_ops = {
	.name = "mainline",
	.identity = mainline_identity,
	.engines = mainline_engines,
	.memory = mainline_memory,
	.health = mainline_health,
	.telemetry = mainline_telemetry,
	.set_limit = mainline_set_limit,
};

static const struct axlp_pci_id amdxdna_ids[] = {
	{ 0x1022, 0x1502, "AMD Ryzen AI NPU (XDNA)" },
	{ 0x1022, 0x17f0, "AMD Ryzen AI NPU (XDNA 2)" },
};

static const struct mainline amdxdna = {
	.device_class = AXL_CLASS_EDGE,
	.product = "vbnv",
	.firmware = "fw_version",
};

static const struct mainline ethosu = {
	.device_class = AXL_CLASS_EDGE,
};

static const struct axlp_pci_id habanalabs_ids[] = {
	{ 0x1da3, 0x0001, "Habana Goya" },
	{ 0x1da3, 0x1000, "Habana Gaudi" },
	{ 0x1da3, 0x1010, "Habana Gaudi (secured)" },
	{ 0x1da3, 0x1020, "Habana Gaudi2" },
};

static const struct state_word habanalabs_states[] = {
	{ "operational", AXL_STATE_READY },
	{ "in reset", AXL_STATE_RESETTING },
	{ "in reset after device release", AXL_STATE_RESETTING },
	{ "in device creation", AXL_STATE_RESETTING },
	{ "needs reset", AXL_STATE_FAILED },
	{ "disabled", AXL_STATE_FAILED },
	{ NULL },
};

static const struct mainline habanalabs = {
	.device_class = AXL_CLASS_DATACENTER,
	.firmware = "cpucp_ver",
	.state = "status",
	.states = habanalabs_states,
	.resets = { "hard_reset_cnt", "soft_reset_cnt" },
	/* Gaudi tells MHz, Goya Hz. */
	.clocks = { { NULL, "clk_cur_freq_mhz", 1000000 },
		    { NULL, "mme_clk_curr", 1 } },
	.clock = { "clk_max_freq_mhz", NULL, NULL, 1000000 },
	.power = { "max_power", NULL, NULL, 1 },
};

static const struct axlp_pci_id ivpu_ids[] = {
	{ 0x8086, 0x7d1d, "Intel NPU (Meteor Lake)" },
	{ 0x8086, 0xad1d, "Intel NPU (Arrow Lake)" },
	{ 0x8086, 0x643e, "Intel NPU (Lunar Lake)" },
	{ 0x8086, 0xb03e, "Intel NPU (Panther Lake)" },
};

static const struct mainline ivpu = {
	.device_class = AXL_CLASS_EDGE,
	.engine = { "npu", "npu_busy_time_us", 1000 },
	.memory = { "host", "npu_memory_utilization", 1 },
	/* Linux 7.x; the limit is there on generation 50XX and later. */
	.clocks = { { NULL, "freq/current_freq", 1000000 },
		    { NULL, "npu_current_frequency_mhz", 1000000 } },
	.clock = { "freq/set_max_freq", "freq/hw_min_freq", "freq/hw_max_freq",
		   1000000 },
};

static const struct mainline rocket = {
	.device_class = AXL_CLASS_EDGE,
};

#define PCI_IDS(array) .ids = (array), .num_ids = AXLP_ARRAY_SIZE(array)

const struct axlp_driver axlp_mainline_drivers[] = {
	{
		.name = "amdxdna",
		.bus_driver = "amdxdna",
		.module = "amdxdna",
		PCI_IDS(amdxdna_ids),
		.ops = &mainline_ops,
		.data = &amdxdna,
	},
	{
		.name = "ethosu",
		.bus_driver = "ethosu",
		.module = "ethosu",
		.product = "Arm Ethos-U",
		.ops = &mainline_ops,
		.data = &ethosu,
	},
	{
		.name = "habanalabs",
		.bus_driver = "habanalabs",
		.module = "habanalabs",
		PCI_IDS(habanalabs_ids),
		.ops = &mainline_ops,
		.data = &habanalabs,
	},
	{
		/* The folder in the kernel is ivpu, the module is not. */
		.name = "ivpu",
		.bus_driver = "intel_vpu",
		.module = "intel_vpu",
		PCI_IDS(ivpu_ids),
		.ops = &mainline_ops,
		.data = &ivpu,
	},
	{
		/* One node for all cores; it hangs off a device of its own. */
		.name = "rocket",
		.bus_driver = "rocket",
		.bus_device = "rknn",
		.module = "rocket",
		.product = "Rockchip NPU",
		.ops = &mainline_ops,
		.data = &rocket,
	},
};

const size_t axlp_mainline_count = AXLP_ARRAY_SIZE(axlp_mainline_drivers);
