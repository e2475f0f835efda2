// SPDX-License-Identifier: MIT
/* Values in a few characters. */
#include "top.h"

const char *top_temperature(char *out, size_t size,
			    const struct axl_telemetry *telemetry)
{
	if (telemetry->temperature_mc == AXL_UNKNOWN_MC)
		return text_dash(out, size);
	snprintf(out, size, "%.0fC", telemetry->temperature_mc / 1000.0);
	return out;
}

const char *top_power(char *out, size_t size,
		      const struct axl_telemetry *telemetry)
{
	if (telemetry->power_mw == AXL_UNKNOWN_32)
		return text_dash(out, size);
	snprintf(out, size, telemetry->power_mw < 100000 ? "%.1fW" : "%.0fW",
		 telemetry->power_mw / 1000.0);
	return out;
}

const char *top_clock(char *out, size_t size,
		      const struct axl_telemetry *telemetry)
{
	if (telemetry->flags & AXL_TELEMETRY_ASLEEP)
		snprintf(out, size, "asleep");
	else if (telemetry->clock_hz == AXL_UNKNOWN_64)
		return text_dash(out, size);
	else if (!telemetry->clock_hz)
		snprintf(out, size, "idle");
	else
		snprintf(out, size, "%lluMHz",
			 (unsigned long long)(telemetry->clock_hz / 1000000));
	return out;
}

const char *top_bytes(char *out, size_t size, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	double value = (double)bytes;
	unsigned int unit = 0;

	if (bytes == AXL_UNKNOWN_64)
		return text_dash(out, size);
	for (; value >= 1000 && units[unit + 1]; unit++)
		value /= 1024;
	snprintf(out, size, value >= 9.95 || !unit ? "%.0f%c" : "%.1f%c", value,
		 units[unit]);
	return out;
}

/* Memory of its own says more than what it uses of the host's. */
static const struct axl_memory *main_region(const struct axl_sample *device)
{
	for (uint32_t i = 0; i < device->region_count; i++)
		if (device->region[i].kind == AXL_MEMORY_DEVICE)
			return &device->region[i];
	return device->region_count ? &device->region[0] : NULL;
}

const char *top_memory(char *out, size_t size, const struct axl_sample *device)
{
	const struct axl_memory *region = main_region(device);
	char used[16], all[16];

	if (!region || region->used == AXL_UNKNOWN_64)
		return text_dash(out, size);
	top_bytes(used, sizeof(used), region->used);
	if (!region->size || region->size == AXL_UNKNOWN_64)
		snprintf(out, size, "%s", used);
	else
		snprintf(out, size, "%s/%s", used,
			 top_bytes(all, sizeof(all), region->size));
	return out;
}

const char *top_state(const struct axl_sample *device)
{
	if (device->health.state == AXL_STATE_FAILED)
		return "failed";
	if (device->health.state == AXL_STATE_RESETTING)
		return "reset";
	if (device->telemetry.flags & AXL_TELEMETRY_STALE)
		return "silent";
	if (device->telemetry.flags & AXL_TELEMETRY_HOT)
		return "hot";
	if (device->telemetry.flags & AXL_TELEMETRY_CAPPED)
		return "capped";
	if (device->telemetry.flags & AXL_TELEMETRY_ASLEEP)
		return "asleep";
	return device->health.state == AXL_STATE_READY ? "ready" : "-";
}
