// SPDX-License-Identifier: MIT
/*
 * One device's part of a sample: each question to its provider, with unknown
 * for what it does not answer. A device that goes away meanwhile leaves
 * unknown values, and is no more in the next sample.
 */
#include "watch.h"

#include <string.h>

static uint32_t permille(uint64_t busy, uint64_t time)
{
	/* Both are of one interval; busy cannot be longer but by rounding. */
	if (busy >= time)
		return 1000;
	return (uint32_t)((double)busy * 1000 / (double)time + 0.5);
}

static const struct axl_engine *engine_before(const struct axlp_busy *before,
					      const char *name, uint32_t i)
{
	if (i < before->count && strcmp(before->engine[i].name, name) == 0)
		return &before->engine[i];
	for (i = 0; i < before->count; i++)
		if (strcmp(before->engine[i].name, name) == 0)
			return &before->engine[i];
	return NULL;
}

static uint32_t busy_of(const struct axlp_busy *before,
			const struct axl_engine *engine, uint32_t i,
			uint64_t now_ns)
{
	const struct axl_engine *then = engine_before(before, engine->name, i);

	if (!before->time_ns || now_ns <= before->time_ns || !then)
		return AXL_UNKNOWN_32;
	if (engine->busy_ns == AXL_UNKNOWN_64 ||
	    then->busy_ns == AXL_UNKNOWN_64 || engine->busy_ns < then->busy_ns)
		return AXL_UNKNOWN_32;
	return permille(engine->busy_ns - then->busy_ns,
			now_ns - before->time_ns);
}

void axlp_busy_since(struct axlp_busy *before, const struct axl_engine *engine,
		     uint32_t count, uint64_t now_ns, uint32_t *out)
{
	for (uint32_t i = 0; i < AXL_ENGINES_MAX; i++)
		out[i] = i < count ? busy_of(before, &engine[i], i, now_ns) :
				     AXL_UNKNOWN_32;
	before->time_ns = now_ns;
	before->count = count;
	memcpy(before->engine, engine, count * sizeof(*engine));
}

static void unknown_state(struct axl_sample *s)
{
	s->limits = (struct axl_limits){ AXL_UNKNOWN_32, AXL_UNKNOWN_32,
					 AXL_UNKNOWN_32, AXL_UNKNOWN_32 };
	s->health = (struct axl_health){
		.state = AXL_UNKNOWN_32,
		.resets = AXL_UNKNOWN_64,
		.faults = AXL_UNKNOWN_64,
		.last_fault_ns = AXL_UNKNOWN_64,
	};
	s->pages = (struct axl_ras_pages){ AXL_UNKNOWN_32, AXL_UNKNOWN_32 };
	s->engine_count = s->region_count = s->ras_count = 0;
	axlp_telemetry_unknown(&s->telemetry);
}

static void take_identity(struct axl_device *dev, struct axl_sample *s)
{
	struct axl_identity identity;

	if (axl_device_identity(dev, &identity, sizeof(identity)) == 0) {
		s->identity = identity;
		return;
	}
	if (s->identity.product[0])
		return;
	s->identity.device_class = AXL_UNKNOWN_32;
	s->identity.uapi_version = AXL_UNKNOWN_32;
	memcpy(s->identity.product, s->entry.product,
	       sizeof(s->identity.product));
}

static uint32_t at_most(uint32_t count, uint32_t room)
{
	return count < room ? count : room;
}

static void ask_arrays(struct axl_device *dev, struct axl_sample *s)
{
	uint32_t count = AXL_ENGINES_MAX;

	if (axl_device_engines(dev, s->engine, sizeof(s->engine[0]), &count) ==
	    0)
		s->engine_count = at_most(count, AXL_ENGINES_MAX);
	count = AXL_REGIONS_MAX;
	if (axl_device_memory(dev, s->region, sizeof(s->region[0]), &count) ==
	    0)
		s->region_count = at_most(count, AXL_REGIONS_MAX);
	count = AXL_RAS_UNITS_MAX;
	if (axlp_device_ras(dev, s->ras, &count, &s->pages) == 0)
		s->ras_count = at_most(count, AXL_RAS_UNITS_MAX);
}

static void ask_all(struct axl_device *dev, struct axl_sample *s)
{
	axl_device_limits(dev, &s->limits, sizeof(s->limits));
	axl_device_health(dev, &s->health, sizeof(s->health));
	axl_device_telemetry(dev, &s->telemetry, sizeof(s->telemetry));
	ask_arrays(dev, s);
	s->sampled_ns = (uint64_t)axlp_now_ns();
}

/* What messages do not have, and what hardly ever changes. */
static void ask_rest(struct axlp_watched *watched)
{
	struct axl_sample *s = &watched->sample;
	struct axl_limits *kept = &watched->limits;
	struct axl_health health;

	if (watched->is_new)
		axl_device_limits(watched->dev, kept, sizeof(*kept));
	s->limits.contexts_per_user = kept->contexts_per_user;
	s->limits.dma_address_bits = kept->dma_address_bits;
	if (watched->faults != s->health.faults &&
	    axl_device_health(watched->dev, &health, sizeof(health)) == 0)
		watched->last_fault_ns = health.last_fault_ns;
	s->health.last_fault_ns = watched->last_fault_ns;
	watched->faults = s->health.faults;
	if (watched->firmware[0])
		memcpy(s->identity.firmware_version, watched->firmware,
		       sizeof(s->identity.firmware_version));
}

void axlp_watched_begin(struct axlp_watched *watched)
{
	struct axl_sample *s = &watched->sample;

	watched->is_new = !s->sampled_ns;
	watched->resets = s->health.resets;
	watched->told = 0;
	watched->firmware[0] = '\0';
	if (watched->is_new) {
		watched->faults = watched->last_fault_ns = AXL_UNKNOWN_64;
		watched->limits = (struct axl_limits){
			.contexts_per_user = AXL_UNKNOWN_32,
			.dma_address_bits = AXL_UNKNOWN_32,
		};
	}
	s->entry = watched->found.entry;
	unknown_state(s);
}

void axlp_watched_finish(struct axlp_watched *watched)
{
	struct axl_sample *s = &watched->sample;
	bool told = watched->told == AXLP_TOLD_ALL;

	if (!told) {
		unknown_state(s);
		ask_all(watched->dev, s);
	}
	/* A reset may come with another firmware; else it stays what it is. */
	if (watched->is_new || watched->resets != s->health.resets)
		take_identity(watched->dev, s);
	if (told)
		ask_rest(watched);
	axlp_busy_since(&watched->before, s->engine, s->engine_count,
			s->sampled_ns, s->busy_permille);
}
