// SPDX-License-Identifier: MIT
/* See sample.h. */
#include "sample.h"

bool sample_shown(const struct axl_sample *sample)
{
	return sample->entry.kind != AXL_KIND_EMBEDDED;
}

const char *sample_name(const struct axl_sample *sample)
{
	return sample->entry.name[0] ? sample->entry.name :
				       sample->entry.bus_address;
}

const char *sample_product(const struct axl_sample *sample)
{
	return sample->identity.product[0] ? sample->identity.product :
					     sample->entry.product;
}

bool sample_stale(const struct axl_sample *sample)
{
	return sample->telemetry.flags & AXL_TELEMETRY_STALE;
}

int sample_up(const struct axl_sample *sample)
{
	if (sample->entry.kind == AXL_KIND_FOREIGN)
		return -1;
	if (sample->entry.kind == AXL_KIND_UNBOUND || sample_stale(sample))
		return 0;
	/* Drivers that tell no state have at least made the node. */
	return sample->health.state == AXL_STATE_READY ||
	       sample->health.state == AXL_UNKNOWN_32;
}

uint32_t sample_busy(const struct axl_sample *sample)
{
	uint32_t most = AXL_UNKNOWN_32;

	for (uint32_t i = 0; i < sample->engine_count; i++) {
		uint32_t busy = sample->busy_permille[i];

		if (busy <= 1000 && (most == AXL_UNKNOWN_32 || busy > most))
			most = busy;
	}
	return most;
}

bool sample_memory_valid(const struct axl_memory *region)
{
	return region->used != AXL_UNKNOWN_64 &&
	       (!region->size || region->size == AXL_UNKNOWN_64 ||
		region->used <= region->size);
}

static void add_regions(const struct axl_sample *sample, uint32_t kind,
			uint64_t *used, uint64_t *size)
{
	for (uint32_t i = 0; i < sample->region_count; i++) {
		const struct axl_memory *region = &sample->region[i];

		if (region->kind != kind || !sample_memory_valid(region))
			continue;
		if (*used == AXL_UNKNOWN_64)
			*used = *size = 0;
		*used += region->used;
		if (region->size != AXL_UNKNOWN_64)
			*size += region->size;
	}
}

void sample_memory(const struct axl_sample *sample, uint64_t *used,
		   uint64_t *size)
{
	*used = *size = AXL_UNKNOWN_64;
	add_regions(sample, AXL_MEMORY_DEVICE, used, size);
	if (*used == AXL_UNKNOWN_64)
		add_regions(sample, AXL_MEMORY_HOST, used, size);
}
