// SPDX-License-Identifier: MIT
/* Structs of which nothing is known. */
#include "axlp.h"

void axlp_telemetry_unknown(struct axl_telemetry *out)
{
	*out = (struct axl_telemetry){
		.temperature_mc = AXL_UNKNOWN_MC,
		.temperature_max_mc = AXL_UNKNOWN_MC,
		.power_mw = AXL_UNKNOWN_32,
		.power_cap_mw = AXL_UNKNOWN_32,
		.power_cap_min_mw = AXL_UNKNOWN_32,
		.power_cap_max_mw = AXL_UNKNOWN_32,
		.energy_uj = AXL_UNKNOWN_64,
		.clock_hz = AXL_UNKNOWN_64,
		.clock_limit_hz = AXL_UNKNOWN_64,
		.clock_limit_min_hz = AXL_UNKNOWN_64,
		.clock_limit_max_hz = AXL_UNKNOWN_64,
		.throttled_ns = AXL_UNKNOWN_64,
		.rejected = AXL_UNKNOWN_64,
	};
}
