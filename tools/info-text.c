// SPDX-License-Identifier: MIT
/*
 * What axle info has learnt, for people: a block per topic, with blocks and
 * lines left out where there is no answer.
 */
#include "info.h"

#include <inttypes.h>
#include <time.h>

/* One line: a label, and the value where there is one. */
static void line(const char *label, const char *value)
{
	if (value[0])
		printf("  %-12s %s\n", label, value);
}

static void print_identity(const struct info *info)
{
	const struct axl_identity *identity = &info->identity;
	const struct axl_entry *entry = info->entry;
	char text[128];

	if (entry->alias[0])
		printf("%s (%s)\n", entry->name, entry->alias);
	else
		printf("%s\n", entry->name);
	line("product", !info->no_identity && identity->product[0] ?
				identity->product :
				entry->product);
	if (!info->no_identity && identity->device_class != AXL_UNKNOWN_32)
		line("class", axl_class_name(identity->device_class));
	snprintf(text, sizeof(text), "%s%s%s", entry->driver,
		 identity->driver_version[0] ? " " : "",
		 identity->driver_version);
	line("driver", text);
	line("module", entry->module);
	if (!info->no_identity && identity->uapi_version != AXL_UNKNOWN_32) {
		snprintf(text, sizeof(text), "%u.%u",
			 identity->uapi_version >> 16,
			 identity->uapi_version & 0xffff);
		line("kit uAPI", text);
	}
	line("firmware", identity->firmware_version);
	line("serial", identity->serial);
	line("libaxle can",
	     text_capabilities(text, sizeof(text), entry->capabilities, ", "));
	snprintf(text, sizeof(text), "compute %s, control %s",
		 axl_access_name(entry->access),
		 axl_access_name(entry->control_access));
	line("access", text);
}

static void print_topology(const struct info *info)
{
	const struct axl_entry *entry = info->entry;
	char text[128];

	printf("\ntopology\n");
	if (entry->bus == AXL_BUS_PROCESS)
		snprintf(text, sizeof(text), "in this process");
	else
		snprintf(text, sizeof(text), "%s (%s)",
			 entry->bus_address[0] ? entry->bus_address : "unknown",
			 axl_bus_name(entry->bus));
	line("address", text);
	if (entry->bus == AXL_BUS_PCI) {
		snprintf(text, sizeof(text),
			 "%04x:%04x, subsystem %04x:%04x, class %06x, "
			 "revision %02x",
			 entry->pci_vendor, entry->pci_device,
			 entry->pci_subsystem_vendor,
			 entry->pci_subsystem_device, entry->pci_class,
			 entry->pci_revision);
		line("PCI id", text);
	}
	snprintf(text, sizeof(text), "%d", entry->numa_node);
	line("NUMA node", entry->numa_node < 0 ? "none" : text);
}

static void print_limits(const struct info *info)
{
	const struct axl_limits *limits = &info->limits;
	char text[128];

	if (info->no_limits)
		return;
	printf("\nlimits\n");
	if (limits->contexts_used == AXL_UNKNOWN_32)
		snprintf(text, sizeof(text), "any number");
	else if (limits->contexts_max == AXL_UNKNOWN_32)
		snprintf(text, sizeof(text), "%u in use",
			 limits->contexts_used);
	else
		snprintf(text, sizeof(text), "%u of %u in use",
			 limits->contexts_used, limits->contexts_max);
	line("contexts", text);
	if (limits->contexts_per_user != AXL_UNKNOWN_32) {
		snprintf(text, sizeof(text), "%u", limits->contexts_per_user);
		line("per user", text);
	}
	if (limits->dma_address_bits != AXL_UNKNOWN_32) {
		snprintf(text, sizeof(text), "%u bits",
			 limits->dma_address_bits);
		line("addresses", text);
	}
}

static void print_engines(const struct info *info)
{
	char busy[32], text[64];

	if (info->no_engines || !info->num_engines)
		return;
	printf("\nengines\n");
	for (uint32_t i = 0; i < info->num_engines; i++) {
		snprintf(text, sizeof(text), "busy %s",
			 text_time(busy, sizeof(busy),
				   info->engines[i].busy_ns));
		line(info->engines[i].name, text);
	}
}

static void print_memory(const struct info *info)
{
	char used[32], size[32], text[128];

	if (info->no_memory || !info->num_memory)
		return;
	printf("\nmemory\n");
	for (uint32_t i = 0; i < info->num_memory; i++) {
		const struct axl_memory *region = &info->memory[i];

		text_size(used, sizeof(used), region->used);
		text_size(size, sizeof(size), region->size);
		if (region->size)
			snprintf(text, sizeof(text), "%s memory, %s of %s used",
				 axl_memory_kind_name(region->kind), used,
				 size);
		else
			snprintf(text, sizeof(text), "%s memory, %s used",
				 axl_memory_kind_name(region->kind), used);
		line(region->name, text);
	}
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void print_last_fault(uint64_t when)
{
	char age[32], text[64] = "never";
	uint64_t now = now_ns();

	if (when == AXL_UNKNOWN_64)
		return;
	if (when)
		snprintf(text, sizeof(text), "%s ago",
			 text_time(age, sizeof(age),
				   now > when ? now - when : 0));
	line("last fault", text);
}

static void print_count(const char *label, uint64_t count)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, count);
	if (count != AXL_UNKNOWN_64)
		line(label, text);
}

static void print_health(const struct info *info)
{
	const struct axl_health *health = &info->health;

	if (info->no_health)
		return;
	printf("\nhealth\n");
	if (health->state != AXL_UNKNOWN_32)
		line("state", axl_state_name(health->state));
	print_count("resets", health->resets);
	print_count("faults", health->faults);
	print_last_fault(health->last_fault_ns);
}

/* "12.3 W, limited to 20.0 W (5.0 W to 25.0 W)" */
static void print_limited(const char *label, const char *now, const char *limit,
			  const char *min, const char *max)
{
	char text[160];
	size_t used;

	if (now[0] == '-' && limit[0] == '-')
		return;
	used = (size_t)snprintf(text, sizeof(text), "%s",
				now[0] == '-' ? "unknown" : now);
	if (limit[0] != '-')
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 ", limited to %s", limit);
	if (min[0] != '-' && max[0] != '-')
		snprintf(text + used, sizeof(text) - used, " (%s to %s)", min,
			 max);
	line(label, text);
}

static void print_temperature(const struct axl_telemetry *t)
{
	char now[CELL_MAX], most[CELL_MAX], text[80];

	if (t->temperature_mc == AXL_UNKNOWN_MC)
		return;
	cell_temperature(now, t->temperature_mc);
	cell_temperature(most, t->temperature_max_mc);
	if (most[0] == '-')
		snprintf(text, sizeof(text), "%s", now);
	else
		snprintf(text, sizeof(text), "%s of %s", now, most);
	line("temperature", text);
}

static void print_telemetry(const struct info *info)
{
	const struct axl_telemetry *t = &info->telemetry;
	char a[CELL_MAX], b[CELL_MAX], c[CELL_MAX], d[CELL_MAX], text[64];

	if (info->no_telemetry)
		return;
	printf("\ntelemetry\n");
	line("now", text_flags(text, sizeof(text), t->flags));
	print_temperature(t);
	print_limited("power", cell_power(a, t->power_mw),
		      cell_power(b, t->power_cap_mw),
		      cell_power(c, t->power_cap_min_mw),
		      cell_power(d, t->power_cap_max_mw));
	if (t->energy_uj != AXL_UNKNOWN_64) {
		snprintf(text, sizeof(text), "%.1f J",
			 (double)t->energy_uj / 1e6);
		line("energy", text);
	}
	print_limited("clock", cell_clock(a, t->clock_hz),
		      cell_clock(b, t->clock_limit_hz),
		      cell_clock(c, t->clock_limit_min_hz),
		      cell_clock(d, t->clock_limit_max_hz));
	if (t->throttled_ns != AXL_UNKNOWN_64)
		line("held down",
		     text_time(text, sizeof(text), t->throttled_ns));
	if (t->rejected && t->rejected != AXL_UNKNOWN_64)
		print_count("nonsense", t->rejected);
}

static void print_ras(const struct info *info)
{
	char a[CELL_MAX], b[CELL_MAX], text[96];

	if (info->no_ras || !info->num_units)
		return;
	printf("\nhardware errors\n");
	for (uint32_t i = 0; i < info->num_units; i++) {
		const struct axl_ras_unit *unit = &info->units[i];

		cell_count(a, unit->corrected);
		cell_count(b, unit->uncorrected);
		snprintf(text, sizeof(text), "%s corrected, %s uncorrected",
			 a[0] == '-' ? "unknown" : a,
			 b[0] == '-' ? "unknown" : b);
		line(unit->name, text);
	}
	if (info->pages.retired == AXL_UNKNOWN_32)
		return;
	snprintf(text, sizeof(text), "%u out of use, %u soon",
		 info->pages.retired, info->pages.pending);
	line("pages", text);
}

void info_print_text(const struct info *info)
{
	print_identity(info);
	print_topology(info);
	print_limits(info);
	print_engines(info);
	print_memory(info);
	print_health(info);
	print_telemetry(info);
	print_ras(info);
}
