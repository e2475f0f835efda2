// SPDX-License-Identifier: MIT
/* What operators ask of a device on the kit, and do to it: the control node. */
#include "hwmon.h"
#include "kit.h"
#include "sysfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int reset(struct axl_device *dev, struct drm_axle_reset *args,
		 const char *what)
{
	int err;

	if (dev->control < 0)
		return axle_fail_control(dev);
	err = axlp_ioctl(dev->control, DRM_IOCTL_AXLE_RESET, args);
	if (err)
		return axlp_fail(&dev->error, err, "cannot reset %s%s: %s",
				 what, dev->entry.name, axlp_explain(err));
	return 0;
}

int axle_reset(struct axl_device *dev)
{
	struct drm_axle_reset args = { 0 };

	return reset(dev, &args, "");
}

/* Kernels of before know neither scope and refuse what they do not know. */
int axle_reset_engine(struct axl_device *dev, uint32_t engine)
{
	struct drm_axle_reset args = {
		.scope = DRM_AXLE_RESET_ENGINE,
		.engine = engine,
	};
	int err = reset(dev, &args, "an engine of ");

	if (err == -EINVAL)
		return axlp_fail(&dev->error, err, "%s has no engine %u",
				 dev->entry.name, engine);
	return err;
}

int axle_reset_queue(struct axl_device *dev, uint64_t client, uint32_t queue)
{
	struct drm_axle_reset args = {
		.scope = DRM_AXLE_RESET_QUEUE,
		.client = client,
		.queue = queue,
	};
	int err = reset(dev, &args, "a queue of ");

	if (err == -ENOENT)
		return axlp_fail(&dev->error, err,
				 "%s has no client %llu with a queue %u",
				 dev->entry.name, (unsigned long long)client,
				 queue);
	return err;
}

static void take_valid(const struct drm_axle_query_telemetry *in,
		       struct axl_telemetry *out)
{
	if (in->valid & DRM_AXLE_TELEMETRY_TEMPERATURE)
		out->temperature_mc = in->temperature_mc;
	if (in->temperature_max_mc)
		out->temperature_max_mc = in->temperature_max_mc;
	if (in->valid & DRM_AXLE_TELEMETRY_POWER)
		out->power_mw = in->power_mw;
	if (in->valid & DRM_AXLE_TELEMETRY_ENERGY)
		out->energy_uj = in->energy_uj;
	if (in->valid & DRM_AXLE_TELEMETRY_CLOCK)
		out->clock_hz = in->clock_hz;
	if (in->valid & DRM_AXLE_TELEMETRY_THROTTLE)
		out->throttled_ns = in->throttled_ns;
}

static void take_limits(const struct drm_axle_query_telemetry *in,
			struct axl_telemetry *out)
{
	if (in->power_cap_max_mw) {
		out->power_cap_mw = in->power_cap_mw;
		out->power_cap_min_mw = in->power_cap_min_mw;
		out->power_cap_max_mw = in->power_cap_max_mw;
	}
	if (in->clock_limit_max_hz) {
		out->clock_limit_hz = in->clock_limit_hz;
		out->clock_limit_min_hz = in->clock_limit_min_hz;
		out->clock_limit_max_hz = in->clock_limit_max_hz;
	}
}

/* The numbers of the flags are the same. */
_Static_assert(AXL_TELEMETRY_ASLEEP == DRM_AXLE_TELEMETRY_ASLEEP &&
		       AXL_TELEMETRY_STALE == DRM_AXLE_TELEMETRY_STALE &&
		       AXL_TELEMETRY_HOT == DRM_AXLE_TELEMETRY_HOT &&
		       AXL_TELEMETRY_CAPPED == DRM_AXLE_TELEMETRY_CAPPED,
	       "flags of telemetry");

#define KNOWN_FLAGS                                                       \
	(AXL_TELEMETRY_ASLEEP | AXL_TELEMETRY_STALE | AXL_TELEMETRY_HOT | \
	 AXL_TELEMETRY_CAPPED)

/* A kernel that does not know the topic says EINVAL. */
static bool is_missing(int err)
{
	return err == -EINVAL || err == -EOPNOTSUPP;
}

int axle_telemetry(struct axl_device *dev, struct axl_telemetry *out)
{
	struct drm_axle_query_telemetry answer = { 0 };
	int err;

	/* Anybody may read some of it there. */
	if (dev->control < 0 && axlp_hwmon_read(dev, out) == 0)
		return 0;
	err = axle_ask(dev, DRM_AXLE_TOPIC_TELEMETRY, &answer, sizeof(answer));
	if (is_missing(err))
		return axlp_fail(&dev->error, -EOPNOTSUPP,
				 "%s (driver %s) has no telemetry",
				 dev->entry.name, dev->entry.driver);
	if (err)
		return err;
	out->time_ns = answer.time_ns;
	out->flags = answer.flags & KNOWN_FLAGS;
	out->rejected = answer.rejected;
	take_valid(&answer, out);
	take_limits(&answer, out);
	return 0;
}

static int fail_limit(struct axl_device *dev, uint32_t limit, uint64_t value,
		      int err)
{
	const char *name = limit == AXL_LIMIT_POWER ? "power" : "clock";

	if (is_missing(err) && err != -EINVAL)
		return axlp_fail(&dev->error, err, "%s has no limit of its %s",
				 dev->entry.name, name);
	if (err == -EINVAL)
		return axlp_fail(&dev->error, err,
				 "the %s of %s cannot be limited to %llu %s",
				 name, dev->entry.name,
				 (unsigned long long)value,
				 limit == AXL_LIMIT_POWER ? "mW" : "Hz");
	return axlp_fail(&dev->error, err, "cannot limit the %s of %s: %s",
			 name, dev->entry.name, axlp_explain(err));
}

int axle_set_limit(struct axl_device *dev, uint32_t limit, uint64_t value)
{
	struct drm_axle_set_limit args = {
		.limit = limit == AXL_LIMIT_POWER ? DRM_AXLE_LIMIT_POWER :
						    DRM_AXLE_LIMIT_CLOCK,
		.value = value,
	};
	int err;

	if (dev->control < 0)
		return axle_fail_control(dev);
	err = axlp_ioctl(dev->control, DRM_IOCTL_AXLE_SET_LIMIT, &args);
	return err ? fail_limit(dev, limit, value, err) : 0;
}

int axle_ras(struct axl_device *dev, struct axl_ras_unit *out, uint32_t *count,
	     struct axl_ras_pages *pages)
{
	const uint32_t head = sizeof(struct drm_axle_query_ras);
	const struct drm_axle_query_ras *ras;
	struct axle_array *answer;
	int err = axle_ask_array(dev, DRM_AXLE_TOPIC_RAS, head,
				 sizeof(struct drm_axle_ras_unit), &answer);

	if (is_missing(err))
		return axlp_fail(&dev->error, -EOPNOTSUPP,
				 "%s (driver %s) tells no hardware errors",
				 dev->entry.name, dev->entry.driver);
	if (err)
		return err;
	for (uint32_t i = 0; i < answer->count && i < *count; i++) {
		const struct drm_axle_ras_unit *unit =
			axle_array_at(answer, head, i);

		COPY_TEXT(out[i].name, unit->name);
		out[i].corrected = unit->corrected;
		out[i].uncorrected = unit->uncorrected;
		out[i].threshold = unit->threshold;
	}
	*count = answer->count;
	ras = (const struct drm_axle_query_ras *)(const void *)answer;
	pages->retired = ras->pages_retired;
	pages->pending = ras->pages_pending;
	free(answer);
	return 0;
}
