/* SPDX-License-Identifier: MIT */
/* What is read out of a device's sample at more than one place. */
#ifndef AXLE_EXPORTER_SAMPLE_H
#define AXLE_EXPORTER_SAMPLE_H

#include <axl/monitor.h>

#include <stdbool.h>

/* All but the device inside of this process, which nobody uses. */
bool sample_shown(const struct axl_sample *sample);
/* "accel0"; of what has no node the address. */
const char *sample_name(const struct axl_sample *sample);
const char *sample_product(const struct axl_sample *sample);
/* 1: a driver has it and nothing is wrong; 0: not so; -1: nobody can tell. */
int sample_up(const struct axl_sample *sample);
/* The firmware has stopped telling: what was measured holds no more. */
bool sample_stale(const struct axl_sample *sample);
/* The busiest engine, per mille; AXL_UNKNOWN_32 if no engine tells. */
uint32_t sample_busy(const struct axl_sample *sample);
/* A region that cannot be: more in use than there is. */
bool sample_memory_valid(const struct axl_memory *region);
/*
 * Bytes in use and there, of device memory if there is any, else of host
 * memory, whose size is 0; AXL_UNKNOWN_64 if nothing tells.
 */
void sample_memory(const struct axl_sample *sample, uint64_t *used,
		   uint64_t *size);

#endif
