/* SPDX-License-Identifier: MIT */
/*
 * fdinfo of DRM files, as the kernel's document of usage stats has it. Parser
 * only: any bytes in, no system call.
 */
#ifndef AXLP_FDINFO_H
#define AXLP_FDINFO_H

#include <axl/monitor.h>

struct axlp_fdinfo {
	char driver[32]; /* drm-driver; empty: none of DRM's keys was there */
	char bus_address[32]; /* drm-pdev; empty if it is no PCI function */
	uint64_t client_id; /* AXL_UNKNOWN_64 without */
	uint32_t engine_count;
	uint32_t region_count;
	struct axl_engine engine[AXL_ENGINES_MAX];
	struct axl_memory region[AXL_REGIONS_MAX];
};

void axlp_parse_fdinfo(const char *text, size_t length,
		       struct axlp_fdinfo *out);

/* Of /proc/PID/status. */
struct axlp_status {
	char name[16];
	uint32_t uid; /* the real one; AXL_UNKNOWN_32 without */
};

void axlp_parse_status(const char *text, size_t length,
		       struct axlp_status *out);

#endif
