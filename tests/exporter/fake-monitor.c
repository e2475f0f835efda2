// SPDX-License-Identifier: MIT
/*
 * See fake-monitor.h. Device i is accel<i>; figures of kind "fixed" are written
 * down in test-metrics.c. Loads of kind "moving" follow from the number of the
 * sample and of the device, so that they look like work and are the same each
 * time.
 */
#include "fake-monitor.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct axl_monitor {
	size_t device_count;
	size_t client_count;
	struct axl_sample *samples;
	struct axl_client *clients;
	char kind[16];
	int events_left;
	uint32_t events_told;
	int fd; /* eventfd: readable while there are events */
	bool deaf;
	bool fail;
	uint64_t count; /* samples so far */
	uint64_t seen; /* devices shown: 0 after a failure */
	uint64_t looks; /* clients shown */
};

static void word(const char *name, char *out, size_t size)
{
	const char *text = getenv("FAKE_MONITOR");
	size_t length = strlen(name);

	out[0] = 0;
	while (text && *text) {
		size_t end = strcspn(text, " ");

		if (strncmp(text, name, length) == 0 && text[length] == '=')
			snprintf(out, size, "%.*s", (int)(end - length - 1),
				 text + length + 1);
		text += end + (text[end] == ' ');
	}
}

static int number(const char *name, int missing)
{
	char value[16];

	word(name, value, sizeof(value));
	return value[0] ? atoi(value) : missing;
}

static void fill_identity(struct axl_sample *sample, size_t i)
{
	sample->entry.kind = AXL_KIND_DEVICE;
	sample->entry.index = (uint32_t)i;
	sample->entry.bus = AXL_BUS_PCI;
	snprintf(sample->entry.name, sizeof(sample->entry.name), "accel%zu", i);
	snprintf(sample->entry.alias, sizeof(sample->entry.alias), "vnpu%zu",
		 i);
	snprintf(sample->entry.driver, sizeof(sample->entry.driver), "vnpu");
	snprintf(sample->entry.bus_address, sizeof(sample->entry.bus_address),
		 "0000:%02zx:00.0", i + 1);
	snprintf(sample->identity.product, sizeof(sample->identity.product),
		 "vnpu, datacenter profile");
	snprintf(sample->identity.firmware_version,
		 sizeof(sample->identity.firmware_version), "1.1.0");
	snprintf(sample->identity.serial, sizeof(sample->identity.serial),
		 "VN%06zu", i + 1);
	sample->identity.device_class = AXL_CLASS_DATACENTER;
	sample->limits = (struct axl_limits){ 64, 3, 16, 48 };
	sample->health = (struct axl_health){ AXL_STATE_READY, 0, 1, 2, 0 };
}

static void fill_figures(struct axl_sample *sample)
{
	sample->telemetry = (struct axl_telemetry){
		.temperature_mc = 41250,
		.temperature_max_mc = 95000,
		.power_mw = 18500,
		.power_cap_mw = 75000,
		.power_cap_min_mw = 10000,
		.power_cap_max_mw = 75000,
		.energy_uj = 123456789,
		.clock_hz = 1000000000,
		.clock_limit_hz = 1200000000,
		.clock_limit_min_hz = 200000000,
		.clock_limit_max_hz = 1200000000,
		.throttled_ns = 1500000000,
		.rejected = 0,
	};
	sample->engine_count = 2;
	sample->engine[0] = (struct axl_engine){ "compute", 2500000001 };
	sample->engine[1] = (struct axl_engine){ "copy", 125000000 };
	sample->busy_permille[0] = 437;
	sample->busy_permille[1] = 25;
	sample->region_count = 2;
	sample->region[0] =
		(struct axl_memory){ "host", AXL_MEMORY_HOST, 0, 0, 4096 };
	sample->region[1] = (struct axl_memory){ "device", AXL_MEMORY_DEVICE, 0,
						 1ull << 32, 1ull << 30 };
	sample->ras_count = 2;
	sample->ras[0] = (struct axl_ras_unit){ "memory", 7, 1, 10 };
	sample->ras[1] = (struct axl_ras_unit){ "link", 0, 0, 10 };
	sample->pages = (struct axl_ras_pages){ 3, 1 };
}

/* A driver that tells nothing but that it is there. */
static void make_unknown(struct axl_sample *sample)
{
	memset(&sample->telemetry, 0xff, sizeof(sample->telemetry));
	sample->telemetry.flags = 0;
	sample->telemetry.temperature_mc = AXL_UNKNOWN_MC;
	sample->telemetry.temperature_max_mc = AXL_UNKNOWN_MC;
	memset(&sample->limits, 0xff, sizeof(sample->limits));
	memset(&sample->health, 0xff, sizeof(sample->health));
	memset(&sample->pages, 0xff, sizeof(sample->pages));
	memset(sample->identity.serial, 0, sizeof(sample->identity.serial));
	sample->engine_count = 1;
	sample->engine[0].busy_ns = AXL_UNKNOWN_64;
	sample->busy_permille[0] = AXL_UNKNOWN_32;
	sample->region_count = 1;
	sample->region[0].used = AXL_UNKNOWN_64;
	sample->region[0].size = AXL_UNKNOWN_64;
	sample->ras_count = 1;
	sample->ras[0].corrected = AXL_UNKNOWN_64;
	sample->ras[0].uncorrected = AXL_UNKNOWN_64;
}

static void make_lies(struct axl_sample *sample)
{
	snprintf(sample->identity.product, sizeof(sample->identity.product),
		 "a \"b\" \\ c\nd\x01\xff\xc3(\xed\xa0\x80 \xc3\xa9<script>");
	snprintf(sample->identity.serial, sizeof(sample->identity.serial),
		 "}\" 1\naxle_device_up{device=\"x");
	/* Both become the same text. */
	snprintf(sample->engine[0].name, 16, "e\xfe");
	snprintf(sample->engine[1].name, 16, "e\xff");
	sample->engine[0].busy_ns = UINT64_MAX - 1;
	sample->busy_permille[0] = 4000000;
	sample->region[1].used = sample->region[1].size + 1;
	sample->telemetry.temperature_mc = -273150;
	sample->telemetry.power_mw = UINT32_MAX - 1;
	sample->telemetry.energy_uj = UINT64_MAX - 1;
}

static double load_of(uint64_t second, size_t i)
{
	double t = (double)second + (double)i * 97;
	double work = sin(t / 41) + sin(t / 23 + 1) * 0.6 + sin(t / 7) * 0.15;

	/* Pauses between the jobs. */
	if (fmod(t, 211) < 40)
		return 0.02;
	return fmin(1, fmax(0, 0.55 + work * 0.35));
}

static void move(struct axl_sample *sample, uint64_t second, size_t i)
{
	struct axl_telemetry *telemetry = &sample->telemetry;
	double load = load_of(second, i), warm = 0;

	/* Heat follows the load slowly. */
	for (uint64_t k = 0; k < 60; k++)
		warm += load_of(second > k ? second - k : 0, i) / 60;
	sample->busy_permille[0] = (uint32_t)(load * 1000);
	sample->busy_permille[1] = (uint32_t)(load * 310);
	sample->engine[0].busy_ns += (uint64_t)(load * 1e9);
	sample->engine[1].busy_ns += (uint64_t)(load * 0.31e9);
	telemetry->temperature_mc =
		38000 + (int32_t)(warm * 41000) + (int32_t)(second % 3) * 250;
	telemetry->power_mw = 11000 + (uint32_t)(load * 52000);
	telemetry->energy_uj += telemetry->power_mw * 1000ull;
	telemetry->clock_hz = load > 0.05 ? 600000000 + (uint64_t)(load * 6e8) :
					    0;
	telemetry->flags = warm > 0.82 ? AXL_TELEMETRY_HOT : 0;
	sample->region[1].used =
		(uint64_t)((0.12 + 0.7 * load_of(second / 37 * 37, i + 3)) *
			   4294967296.0) &
		~4095ull;
}

static void move_all(struct axl_monitor *monitor)
{
	uint64_t one = 1;

	for (size_t i = 0; i < monitor->device_count; i++)
		move(&monitor->samples[i], monitor->count, i);
	if (monitor->count % 97 == 0 &&
	    write(monitor->fd, &one, sizeof(one)) == sizeof(one))
		monitor->events_left++;
}

static void fill(struct axl_monitor *monitor, size_t i)
{
	struct axl_sample *sample = &monitor->samples[i];

	fill_identity(sample, i);
	fill_figures(sample);
	if (strcmp(monitor->kind, "unknown") == 0)
		make_unknown(sample);
	else if (strcmp(monitor->kind, "lies") == 0)
		make_lies(sample);
}

static void fill_client(struct axl_client *client, uint32_t device, uint32_t i)
{
	*client = (struct axl_client){
		.device = device,
		.pid = 1000 + i,
		.uid = 1000,
		.fd = 5,
		.client_id = i + 1,
		.comm = "a \"job\"",
		.engine_count = 1,
		.region_count = 1,
		.engine[0] = { "compute", 750000000 },
		.region[0] = { "device", AXL_MEMORY_DEVICE, 0, 8192, 4096 },
	};
}

int axl_monitor_create(struct axl_system *system, struct axl_monitor **monitor)
{
	struct axl_monitor *made = calloc(1, sizeof(*made));
	size_t clients = (size_t)number("clients", 0);

	made->device_count = (size_t)number("devices", 2);
	made->client_count = clients * made->device_count;
	made->samples = calloc(made->device_count + 1, sizeof(*made->samples));
	made->clients = calloc(made->client_count + 1, sizeof(*made->clients));
	made->events_left = number("events", 0);
	made->deaf = number("deaf", 0);
	made->fail = number("fail", 0);
	made->fd = eventfd((unsigned int)made->events_left,
			   EFD_CLOEXEC | EFD_NONBLOCK);
	word("kind", made->kind, sizeof(made->kind));
	for (size_t i = 0; i < made->device_count; i++)
		fill(made, i);
	for (size_t i = 0; i < made->client_count; i++)
		fill_client(&made->clients[i], (uint32_t)(i / clients),
			    (uint32_t)i);
	*monitor = made;
	return 0;
}

void axl_monitor_destroy(struct axl_monitor *monitor)
{
	if (!monitor)
		return;
	close(monitor->fd);
	free(monitor->samples);
	free(monitor->clients);
	free(monitor);
}

int axl_monitor_sample(struct axl_monitor *monitor, uint32_t flags)
{
	monitor->count++;
	monitor->seen = monitor->looks = 0;
	if (monitor->fail)
		return -EIO;
	monitor->seen = monitor->device_count;
	if (flags & AXL_MONITOR_CLIENTS)
		monitor->looks = monitor->client_count;
	if (strcmp(monitor->kind, "moving") == 0)
		move_all(monitor);
	return 0;
}

size_t axl_monitor_device_count(const struct axl_monitor *monitor)
{
	return monitor->seen;
}

const struct axl_sample *axl_monitor_device(const struct axl_monitor *monitor,
					    size_t i)
{
	return i < monitor->seen ? &monitor->samples[i] : NULL;
}

size_t axl_monitor_client_count(const struct axl_monitor *monitor)
{
	return monitor->looks;
}

const struct axl_client *axl_monitor_client(const struct axl_monitor *monitor,
					    size_t i)
{
	return i < monitor->looks ? &monitor->clients[i] : NULL;
}

struct axl_sample *fake_monitor_sample(struct axl_monitor *monitor, size_t i)
{
	return &monitor->samples[i];
}

struct axl_client *fake_monitor_client(struct axl_monitor *monitor, size_t i)
{
	return &monitor->clients[i];
}

int axl_monitor_listen(struct axl_monitor *monitor, uint32_t flags)
{
	return monitor->deaf ? -ENOENT : 0;
}

static const struct axl_monitor_event event_rows[] = {
	{ AXL_MONITOR_THERMAL, .value = 96000,
	  .text = "too hot: 96.0 degrees Celsius" },
	{ AXL_MONITOR_CORRECTED, .value = 10, .unit = "memory",
	  .text = "10 corrected errors in memory" },
	{ AXL_MONITOR_PAGE_RETIRED, .address = 0x7f000, .unit = "memory",
	  .text = "page 0x7f000 of device memory is out of use" },
	{ AXL_MONITOR_RESET, .value = 2, .text = "the device was reset" },
	{ AXL_MONITOR_FIRMWARE, .text = "firmware 1.1.0 runs" },
};

int axl_monitor_event(struct axl_monitor *monitor,
		      struct axl_monitor_event *out, size_t size)
{
	size_t rows = sizeof(event_rows) / sizeof(event_rows[0]);
	struct timespec now;
	uint64_t drop;

	if (!monitor->events_left) {
		return read(monitor->fd, &drop, sizeof(drop)) < 0 ? -errno :
								    -EAGAIN;
	}
	monitor->events_left--;
	clock_gettime(CLOCK_MONOTONIC, &now);
	*out = event_rows[monitor->events_told % rows];
	/* Some a while ago, as if the exporter had been busy. */
	out->time_ns = (uint64_t)now.tv_sec * 1000000000ull -
		       (uint64_t)monitor->events_left * 60000000000ull;
	out->index = monitor->events_told++ % 2;
	snprintf(out->driver, sizeof(out->driver), "vnpu");
	return 0;
}

int axl_monitor_event_fd(struct axl_monitor *monitor)
{
	return monitor->fd;
}

const char *axl_monitor_event_name(uint32_t type)
{
	static const char *const names[] = {
		[AXL_MONITOR_DEVICE_ADDED] = "device added",
		[AXL_MONITOR_DEVICE_REMOVED] = "device removed",
		[AXL_MONITOR_RESET] = "reset",
		[AXL_MONITOR_FAILED] = "failed",
		[AXL_MONITOR_THERMAL] = "thermal",
		[AXL_MONITOR_CORRECTED] = "corrected",
		[AXL_MONITOR_UNCORRECTED] = "uncorrected",
		[AXL_MONITOR_PAGE_RETIRED] = "page retired",
		[AXL_MONITOR_FIRMWARE] = "firmware",
		[AXL_MONITOR_HANG] = "hang",
		[AXL_MONITOR_CHANGED] = "changed",
		[AXL_MONITOR_LOST] = "lost",
	};

	if (type >= sizeof(names) / sizeof(names[0]) || !names[type])
		return "?";
	return names[type];
}

const char *axl_monitor_error_detail(const struct axl_monitor *monitor)
{
	return "as the test wants it";
}
