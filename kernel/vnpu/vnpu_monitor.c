// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operators see of the device: telemetry, limits, errors of its units
 * (sections 9 to 11). The device keeps a page of telemetry up to date, so
 * whoever reads it sends no command and wakes nothing.
 */
#include <linux/minmax.h>

#include <drm/drm_print.h>

#include "vnpu.h"

#define VNPU_TELEMETRY_MS 250

/* By VNPU_UNIT_*. */
static const char *const vnpu_units[VNPU_UNITS] = { "memory", "sram", "link" };

static void vnpu_copy(const struct vnpu_telemetry *page,
		      struct axle_telemetry *out)
{
	u32 flags = le32_to_cpu(READ_ONCE(page->flags));

	out->time_ns = le64_to_cpu(READ_ONCE(page->time_ns));
	out->temperature_mc = le32_to_cpu(READ_ONCE(page->temperature_mc));
	out->power_mw = le32_to_cpu(READ_ONCE(page->power_mw));
	out->energy_uj = le64_to_cpu(READ_ONCE(page->energy_uj));
	out->clock_hz = le32_to_cpu(READ_ONCE(page->clock_khz)) * 1000ull;
	out->throttled_ns = le64_to_cpu(READ_ONCE(page->throttled_ns));
	out->flags =
		(flags & VNPU_TELEMETRY_HOT ? DRM_AXLE_TELEMETRY_HOT : 0) |
		(flags & VNPU_TELEMETRY_CAPPED ? DRM_AXLE_TELEMETRY_CAPPED : 0);
}

static int vnpu_telemetry(struct axle_device *adev, struct axle_telemetry *out)
{
	struct vnpu *vnpu = to_vnpu(adev);
	const struct vnpu_telemetry *page = &vnpu->shared->telemetry;
	int tries = VNPU_TELEMETRY_TRIES;
	u32 sequence;

	do {
		sequence = le32_to_cpu(READ_ONCE(page->sequence));
		dma_rmb(); /* all of it belongs to this number, */
		vnpu_copy(page, out);
		dma_rmb(); /* if the number is still the same */
	} while ((sequence & 1 ||
		  sequence != le32_to_cpu(READ_ONCE(page->sequence))) &&
		 --tries);
	if (!tries)
		return -EAGAIN;
	if (!sequence)
		return -ENODATA;
	out->sequence = sequence;
	out->time_ns += vnpu->epoch_ns;
	out->valid =
		DRM_AXLE_TELEMETRY_TEMPERATURE | DRM_AXLE_TELEMETRY_POWER |
		DRM_AXLE_TELEMETRY_ENERGY | DRM_AXLE_TELEMETRY_CLOCK |
		(vnpu->cap & VNPU_CAP_LIMITS ? DRM_AXLE_TELEMETRY_THROTTLE : 0);
	return 0;
}

static s32 vnpu_temperature_max_mc(struct axle_device *adev)
{
	return le32_to_cpu(to_vnpu(adev)->shared->identify.temperature_max_mc);
}

static void vnpu_bounds(struct axle_device *adev, u32 limit,
			struct axle_bounds *out)
{
	const struct vnpu_identify *id = &to_vnpu(adev)->shared->identify;

	*out = (struct axle_bounds){};
	if (!(to_vnpu(adev)->cap & VNPU_CAP_LIMITS))
		return;
	if (limit == DRM_AXLE_LIMIT_POWER) {
		out->min = le32_to_cpu(id->power_min_mw);
		out->max = le32_to_cpu(id->power_max_mw);
	} else if (limit == DRM_AXLE_LIMIT_CLOCK) {
		out->min = le32_to_cpu(id->clock_min_khz) * 1000ull;
		out->max = le32_to_cpu(id->clock_max_khz) * 1000ull;
	}
}

static u64 vnpu_clock_max_hz(struct axle_device *adev)
{
	const struct vnpu_identify *id = &to_vnpu(adev)->shared->identify;

	return le32_to_cpu(id->clock_max_khz) * 1000ull;
}

static int vnpu_set_limit(struct axle_device *adev, u32 limit, u64 value)
{
	if (limit == DRM_AXLE_LIMIT_CLOCK)
		return vnpu_set_feature(to_vnpu(adev), VNPU_FEATURE_CLOCK_KHZ,
					div_u64(value, 1000), 0, 0, 0);
	return vnpu_set_feature(to_vnpu(adev), VNPU_FEATURE_POWER_MW, value, 0,
				0, 0);
}

/* Zero for ever from a device of version 1.0. */
static u64 vnpu_cycles(struct axle_queue *queue)
{
	const struct vnpu_ring_status *status = queue->status;

	return le64_to_cpu(READ_ONCE(status->cycles));
}

static void vnpu_report(struct axle_device *adev, unsigned int unit,
			enum axle_severity severity,
			const struct vnpu_event *event)
{
	u64 count = le64_to_cpu(event->value);
	u64 at = unit ? 0 : le64_to_cpu(event->address);

	/* A device of version 1.0 does not count uncorrected ones. */
	axle_ras_report(adev, unit, severity, clamp(count, 1ull, U32_MAX), at);
}

/* Of hardware, rather than of jobs; any context. */
void vnpu_monitor_event(struct axle_device *adev,
			const struct vnpu_event *event)
{
	enum axle_severity severity = event->code ? AXLE_UNCORRECTED :
						    AXLE_CORRECTED;
	u64 unit = le64_to_cpu(event->address);

	switch (le16_to_cpu(event->type)) {
	case VNPU_EVENT_THERMAL:
		axle_event_report(adev, DRM_AXLE_EVENT_THERMAL, 0, 0,
				  le64_to_cpu(event->value));
		break;
	case VNPU_EVENT_ECC_CORRECTED:
	case VNPU_EVENT_ECC_UNCORRECTED:
		vnpu_report(adev, VNPU_UNIT_MEMORY, severity, event);
		break;
	case VNPU_EVENT_RAS:
		if (unit != VNPU_UNIT_MEMORY && unit < VNPU_UNITS)
			vnpu_report(adev, unit, severity, event);
		break;
	}
}

static int vnpu_ras_command(struct axle_device *adev, struct vnpu_cmd *cmd)
{
	struct vnpu *vnpu = to_vnpu(adev);

	return vnpu->cap & VNPU_CAP_RAS ? vnpu_command(vnpu, cmd, NULL) :
					  -EOPNOTSUPP;
}

static int vnpu_retire(struct axle_device *adev, unsigned int region,
		       u64 address)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PAGE_RETIRE,
		.ras.address = cpu_to_le64(address),
	};

	if (region != VNPU_REGION_DEVICE)
		return -EINVAL;
	return vnpu_ras_command(adev, &cmd);
}

static int vnpu_inject(struct axle_device *adev, unsigned int unit,
		       enum axle_severity severity, u64 address)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_INJECT,
		.object = cpu_to_le32(unit),
		.ras.address = cpu_to_le64(unit ? 0 : address),
		.ras.severity = cpu_to_le32(severity == AXLE_UNCORRECTED ?
						    VNPU_RAS_UNCORRECTED :
						    VNPU_RAS_CORRECTED),
		.ras.count = cpu_to_le32(1),
	};

	return vnpu_ras_command(adev, &cmd);
}

/* Before anybody has memory: what was found bad in an earlier life. */
void vnpu_monitor_retired(struct vnpu *vnpu)
{
	const __le64 *pages = vnpu->shared->retired;
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_GET_LOG,
		.object = cpu_to_le32(VNPU_LOG_RETIRED),
		.data.address = cpu_to_le64(vnpu_shared_at(vnpu, pages)),
		.data.size = cpu_to_le64(sizeof(vnpu->shared->retired)),
	};
	struct vnpu_result result;
	u64 i, count;
	int err;

	if (!(vnpu->cap & VNPU_CAP_RAS) || !(vnpu->cap & VNPU_CAP_MEMORY))
		return;
	err = vnpu_command(vnpu, &cmd, &result);
	count = err ? 0 : le64_to_cpu(result.value) / sizeof(*pages);
	for (i = 0; i < min_t(u64, count, VNPU_PAGES_RETIRED) && !err; i++)
		err = axle_ras_retired(&vnpu->axle, VNPU_REGION_DEVICE,
				       le64_to_cpu(pages[i]));
	if (err)
		drm_warn(&vnpu->axle.drm, "bad pages stay in use: %d\n", err);
}

/* Called by a boot: what the device is to tell by itself from now on. */
int vnpu_monitor_start(struct vnpu *vnpu)
{
	s32 hot = vnpu_temperature_max_mc(&vnpu->axle);
	int err;

	err = vnpu_set_feature(vnpu, VNPU_FEATURE_TELEMETRY,
			       vnpu_shared_at(vnpu, &vnpu->shared->telemetry),
			       VNPU_TELEMETRY_MS, 0, 0);
	if (!err)
		err = vnpu_set_feature(vnpu, VNPU_FEATURE_THERMAL_MC,
				       max(hot, 0), 0, 0, 0);
	if (!err)
		vnpu_flash_confirm(vnpu);
	return err;
}

const struct axle_monitor_ops vnpu_monitor_ops = {
	.telemetry = vnpu_telemetry,
	.telemetry_ms = VNPU_TELEMETRY_MS,
	.temperature_max_mc = vnpu_temperature_max_mc,
	.bounds = vnpu_bounds,
	.clock_max_hz = vnpu_clock_max_hz,
	.set_limit = vnpu_set_limit,
	.cycles = vnpu_cycles,
	.ras_units = vnpu_units,
	.num_ras_units = ARRAY_SIZE(vnpu_units),
	.ras_memory = BIT(VNPU_UNIT_MEMORY),
	.retire = vnpu_retire,
	.inject = vnpu_inject,
	.fw_slots = vnpu_flash_slots,
	.fw_size_max = VNPU_FW_SIZE_MAX,
	.fw_chunk = VNPU_FLASH_PIECE,
	.fw_begin = vnpu_flash_begin,
	.fw_write = vnpu_flash_write,
	.fw_commit = vnpu_flash_commit,
};
