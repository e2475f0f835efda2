// SPDX-License-Identifier: MIT
/*
 * The telemetry pages of all contexts of a device object (section 11), read
 * with the device's lock. Counters of contexts that are gone are in the device.
 */
#include "soft.h"
#include "sysfs.h"

#include <string.h>

/* A page is copied word by word, whatever is in it. */
typedef uint64_t __attribute__((may_alias)) page_word;

/*
 * The device writes meanwhile, which is what the sequence is for and what a
 * race detector cannot know. False: it was writing each time.
 */
__attribute__((no_sanitize("thread"))) static bool
snapshot(const struct vnpu_telemetry *page, struct vnpu_telemetry *out)
{
	const volatile page_word *from = (const volatile void *)page;
	page_word *to = (void *)out;

	for (int i = 0; i < VNPU_TELEMETRY_TRIES; i++) {
		uint32_t before =
			__atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);

		for (size_t word = 0; word < sizeof(*out) / 8; word++)
			to[word] = from[word];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(le32toh(before) & 1) &&
		    __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE) ==
			    before)
			return true;
	}
	return false;
}

/* What all pages say together. */
struct totals {
	uint64_t busy_ns;
	uint64_t private_used;
	uint64_t energy_uj;
	uint64_t throttled_ns;
	uint64_t time_ns; /* of the newest */
	uint64_t clock_hz; /* the highest */
	int32_t temperature_mc; /* of the hottest */
	uint32_t power_mw;
	uint32_t flags; /* VNPU_TELEMETRY_* of any */
	uint32_t contexts;
	uint64_t corrected[VNPU_UNITS];
	uint64_t uncorrected[VNPU_UNITS];
};

static void add_errors(struct totals *all, const struct vnpu_telemetry *page)
{
	for (size_t i = 0; i < VNPU_UNITS; i++) {
		all->corrected[i] += le64toh(page->unit[i].corrected);
		all->uncorrected[i] += le64toh(page->unit[i].uncorrected);
	}
}

static void add_page(struct totals *all, const struct soft_context *sc,
		     const struct vnpu_telemetry *page)
{
	int32_t temperature = (int32_t)le32toh(page->temperature_mc);
	uint64_t clock = le32toh(page->clock_khz) * 1000ull;
	uint64_t time = le64toh(page->time_ns) + (uint64_t)sc->epoch_ns;

	all->busy_ns += le64toh(page->engine[0].busy_ns);
	all->private_used += le64toh(page->private_used);
	all->energy_uj += le64toh(page->energy_uj);
	all->throttled_ns += le64toh(page->throttled_ns);
	all->power_mw += le32toh(page->power_mw);
	all->flags |= le32toh(page->flags);
	if (time > all->time_ns)
		all->time_ns = time;
	if (clock > all->clock_hz)
		all->clock_hz = clock;
	if (!all->contexts || temperature > all->temperature_mc)
		all->temperature_mc = temperature;
	all->contexts++;
	add_errors(all, page);
}

static void sum(struct soft_device *sd, struct totals *all)
{
	struct vnpu_telemetry page;

	memset(all, 0, sizeof(*all));
	pthread_mutex_lock(&sd->lock);
	all->busy_ns = sd->busy_ns;
	for (struct soft_context *sc = sd->contexts; sc; sc = sc->next)
		if (snapshot(&sc->shared->telemetry, &page))
			add_page(all, sc, &page);
	pthread_mutex_unlock(&sd->lock);
}

int soft_engines(struct axl_device *dev, struct axl_engine *out,
		 uint32_t *count)
{
	struct axl_engine engine = { .name = "compute" };
	struct totals all;

	sum(soft_device_of(dev), &all);
	engine.busy_ns = all.busy_ns;
	if (*count)
		out[0] = engine;
	*count = 1;
	return 0;
}

int soft_memory(struct axl_device *dev, struct axl_memory *out, uint32_t *count)
{
	struct soft_device *sd = soft_device_of(dev);
	struct axl_memory regions[] = {
		{ .name = "host", .kind = AXL_MEMORY_HOST },
		{ .name = "programs", .kind = AXL_MEMORY_HOST },
	};
	uint32_t fits = AXLP_ARRAY_SIZE(regions);
	struct totals all;

	sum(sd, &all);
	regions[0].used = atomic_load(&sd->memory);
	regions[1].used = all.private_used;
	if (fits > *count)
		fits = *count;
	memcpy(out, regions, fits * sizeof(regions[0]));
	*count = AXLP_ARRAY_SIZE(regions);
	return 0;
}

/* Without a context there is no device, which is as good as asleep. */
int soft_telemetry(struct axl_device *dev, struct axl_telemetry *out)
{
	struct totals all;

	sum(soft_device_of(dev), &all);
	out->rejected = 0;
	if (!all.contexts) {
		out->flags = AXL_TELEMETRY_ASLEEP;
		return 0;
	}
	out->time_ns = all.time_ns;
	out->temperature_mc = all.temperature_mc;
	out->power_mw = all.power_mw;
	out->energy_uj = all.energy_uj;
	out->clock_hz = all.clock_hz;
	out->throttled_ns = all.throttled_ns;
	if (!all.clock_hz)
		out->flags |= AXL_TELEMETRY_ASLEEP;
	if (all.flags & VNPU_TELEMETRY_HOT)
		out->flags |= AXL_TELEMETRY_HOT;
	if (all.flags & VNPU_TELEMETRY_CAPPED)
		out->flags |= AXL_TELEMETRY_CAPPED;
	return 0;
}

/* Of the contexts that are there now. */
int soft_ras(struct axl_device *dev, struct axl_ras_unit *out, uint32_t *count,
	     struct axl_ras_pages *pages)
{
	static const char *const names[VNPU_UNITS] = {
		[VNPU_UNIT_MEMORY] = "memory",
		[VNPU_UNIT_SRAM] = "sram",
		[VNPU_UNIT_LINK] = "link",
	};
	struct totals all;

	(void)pages;
	sum(soft_device_of(dev), &all);
	for (uint32_t i = 0; i < VNPU_UNITS && i < *count; i++) {
		axlp_copy_text(out[i].name, sizeof(out[i].name), names[i],
			       strlen(names[i]));
		out[i].corrected = all.corrected[i];
		out[i].uncorrected = all.uncorrected[i];
	}
	*count = VNPU_UNITS;
	return 0;
}
