// SPDX-License-Identifier: MIT
/*
 * fdinfo of a file of the compute node, checked key by key against the rules of
 * the kernel's document about usage statistics of DRM clients
 * (Documentation/gpu/drm-usage-stats.rst of 6.12), on the test device.
 */
#include "bo.h"
#include "monitor.h"
#include "power.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 10000
#define LINES 64

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(4));
}

/* How a value must look. */
enum form {
	STRING,
	NUMBER,
	NANOSECONDS,
	HERTZ,
	BYTES,
};

/* A key, or what it begins with, if it ends with a dash. */
static const struct {
	const char *key;
	enum form form;
	bool region; /* what follows the dash is a region, not an engine */
} rules[] = {
	{ "drm-driver", STRING, false },
	{ "drm-client-id", NUMBER, false },
	{ "drm-pdev", STRING, false },
	{ "drm-engine-capacity-", NUMBER, false },
	{ "drm-engine-", NANOSECONDS, false },
	{ "drm-cycles-", NUMBER, false },
	{ "drm-total-cycles-", NUMBER, false },
	{ "drm-maxfreq-", HERTZ, false },
	{ "drm-memory-", BYTES, true },
	{ "drm-total-", BYTES, true },
	{ "drm-shared-", BYTES, true },
	{ "drm-resident-", BYTES, true },
	{ "drm-purgeable-", BYTES, true },
	{ "drm-active-", BYTES, true },
};

static bool is_number(const char *value, const char *const *units)
{
	char *end;

	errno = 0;
	(void)strtoull(value, &end, 10);
	if (errno || !isdigit((unsigned char)value[0]))
		return false;
	for (; units && *units; units++)
		if (strcmp(end, *units) == 0)
			return true;
	return !units && !*end;
}

static bool is_of(const char *value, enum form form)
{
	static const char *const ns[] = { " ns", NULL };
	static const char *const hertz[] = { " Hz", " MHz", " KHz", NULL };
	static const char *const bytes[] = { "", " KiB", " MiB", NULL };
	static const char *const *const units[] = {
		[NUMBER] = NULL,
		[NANOSECONDS] = ns,
		[HERTZ] = hertz,
		[BYTES] = bytes,
	};

	return form == STRING ? value[0] : is_number(value, units[form]);
}

static bool is_name(const char *name, bool region)
{
	static const char *const engines[] = { "sleep", "rings", NULL };
	static const char *const regions[] = { "host", "device", NULL };
	const char *const *names = region ? regions : engines;

	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static bool follows(const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		size_t n = strlen(rules[i].key);
		bool prefix = rules[i].key[n - 1] == '-';

		if (strncmp(key, rules[i].key, n) != 0 || (!prefix && key[n]))
			continue;
		if (prefix && !is_name(key + n, rules[i].region))
			continue;
		return is_of(value, rules[i].form);
	}
	return false;
}

struct fdinfo {
	char keys[LINES][64];
	char values[LINES][64];
	int count;
};

/* Lines that are DRM's; each is a key, a colon, white space, a value. */
static bool fdinfo_read(int fd, struct fdinfo *info)
{
	char path[64], line[256];
	FILE *file;

	info->count = 0;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "drm-", 4) != 0)
			continue;
		if (!TAP_CHECK(info->count < LINES) ||
		    !TAP_EQUAL(sscanf(line, "%63[^: \t]: %63[^\n]",
				      info->keys[info->count],
				      info->values[info->count]),
			       2))
			break;
		info->count++;
	}
	fclose(file);
	return info->count > 0;
}

static const char *fdinfo_value(const struct fdinfo *info, const char *key)
{
	for (int i = 0; i < info->count; i++)
		if (strcmp(info->keys[i], key) == 0)
			return info->values[i];
	return "";
}

static uint64_t fdinfo_number(int fd, const char *key)
{
	struct fdinfo info;

	if (!fdinfo_read(fd, &info) || !fdinfo_value(&info, key)[0])
		return UINT64_MAX;
	return strtoull(fdinfo_value(&info, key), NULL, 10);
}

static void every_key_is_one_of_the_document(void)
{
	struct fdinfo info;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && fdinfo_read(fd, &info));
	for (int i = 0; i < info.count; i++) {
		if (!TAP_CHECK(follows(info.keys[i], info.values[i])))
			tap_note("%s: %s", info.keys[i], info.values[i]);
		for (int j = 0; j < i; j++)
			TAP_CHECK(strcmp(info.keys[i], info.keys[j]) != 0);
	}
	close(fd);
}

static void every_key_that_applies_is_there(void)
{
	static const char *const keys[] = {
		"drm-driver",	       "drm-client-id",
		"drm-engine-sleep",    "drm-engine-rings",
		"drm-cycles-sleep",    "drm-cycles-rings",
		"drm-maxfreq-sleep",   "drm-maxfreq-rings",
		"drm-total-host",      "drm-shared-host",
		"drm-active-host",     "drm-resident-host",
		"drm-purgeable-host",  "drm-total-device",
		"drm-shared-device",   "drm-active-device",
		"drm-resident-device", "drm-purgeable-device",
	};
	struct fdinfo info;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && fdinfo_read(fd, &info));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!TAP_CHECK(fdinfo_value(&info, keys[i])[0]))
			tap_note("%s is missing", keys[i]);
	/* Either of both, says the document. */
	TAP_STRING(fdinfo_value(&info, "drm-total-cycles-rings"), "");
	TAP_STRING(fdinfo_value(&info, "drm-maxfreq-rings"), "1000000000 Hz");
	TAP_STRING(fdinfo_value(&info, "drm-driver"), "mock");
	close(fd);
}

/* A sleep of a millisecond is a million cycles of the test device. */
static void check_work(int fd, const char *engine, uint64_t ms)
{
	char key[64];

	snprintf(key, sizeof(key), "drm-cycles-%s", engine);
	TAP_EQUAL(fdinfo_number(fd, key), ms * 1000000);
	snprintf(key, sizeof(key), "drm-engine-%s", engine);
	TAP_CHECK(fdinfo_number(fd, key) >= ms * 1000000);
}

static void jobs_count_as_time_and_cycles(void)
{
	struct setup s;
	int other = mock_open();

	TAP_REQUIRE(other >= 0 && setup_open(&s, MOCK_ENGINE_SERIAL));
	for (int i = 1; i <= 3; i++) {
		TAP_EQUAL(setup_run(&s, MOCK_SLEEP, 20, 0), 0);
		TAP_CHECK(setup_done(&s));
		check_work(s.fd, "sleep", 20 * i);
	}
	check_work(s.fd, "rings", 0);
	TAP_EQUAL(fdinfo_number(s.fd, "drm-engine-rings"), 0);
	/* Of another's work nothing shows. */
	TAP_EQUAL(fdinfo_number(other, "drm-engine-sleep"), 0);
	TAP_EQUAL(fdinfo_number(other, "drm-cycles-sleep"), 0);
	/* Nor is it forgotten with the queue. */
	TAP_EQUAL(queue_destroy(s.fd, s.queue), 0);
	check_work(s.fd, "sleep", 60);
	setup_close(&s);
	close(other);
}

static void slots_count_as_time_and_cycles(void)
{
	struct user_queue queue;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && user_queue_open(&queue, fd, 0, 0));
	user_queue_put(&queue, MOCK_SLEEP, 30, 0);
	TAP_CHECK(user_queue_wait(&queue, 1));
	check_work(fd, "rings", 30);
	TAP_EQUAL(fdinfo_number(fd, "drm-engine-rings"), 30000000);
	user_queue_unmap(&queue);
	TAP_EQUAL(queue_destroy(fd, queue.info.queue), 0);
	check_work(fd, "rings", 30);
	close(fd);
}

static void cycles_go_on_across_resets(void)
{
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	for (int i = 1; i <= 2; i++) {
		TAP_EQUAL(setup_run(&s, MOCK_SLEEP, 10, 0), 0);
		TAP_CHECK(setup_done(&s));
		TAP_EQUAL(mock_reset(), 0);
		check_work(s.fd, "rings", 10 * i);
	}
	setup_close(&s);
}

static void cycles_that_cannot_be_are_not_believed(void)
{
	struct user_queue queue;
	uint64_t before, after;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && user_queue_open(&queue, fd, 0, 0));
	user_queue_put(&queue, MOCK_SLEEP, 10, 0);
	TAP_CHECK(user_queue_wait(&queue, 1));
	check_work(fd, "rings", 10);
	/* Back. */
	user_queue_put(&queue, MOCK_CLAIM_CYCLES, 0, 5);
	TAP_CHECK(user_queue_wait(&queue, 2));
	check_work(fd, "rings", 10);
	/* More than the clock has had since the queue was made. */
	before = uapi_now_ms();
	user_queue_put(&queue, MOCK_CLAIM_CYCLES, 0, ~0ull);
	TAP_CHECK(user_queue_wait(&queue, 3));
	after = fdinfo_number(fd, "drm-cycles-rings");
	TAP_CHECK(after > 10000000);
	TAP_CHECK(after <= (uapi_now_ms() - before + WAIT_MS) * 1000000);
	user_queue_unmap(&queue);
	close(fd);
}

static void memory_is_told_by_region(void)
{
	uint32_t host, device;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(bo_create(fd, MOCK_REGION_HOST, 64 * PAGE, DRM_AXLE_BO_CPU,
			    &host),
		  0);
	TAP_EQUAL(bo_create(fd, MOCK_REGION_DEVICE, 16 * PAGE, 0, &device), 0);
	/* KiB; the context has 64 of its own. */
	TAP_EQUAL(fdinfo_number(fd, "drm-total-host"), 64 * 4 + 64);
	TAP_EQUAL(fdinfo_number(fd, "drm-total-device"), 16 * 4);
	TAP_EQUAL(fdinfo_number(fd, "drm-resident-device"), 16 * 4);
	TAP_EQUAL(fdinfo_number(fd, "drm-shared-device"), 0);
	TAP_EQUAL(fdinfo_number(fd, "drm-purgeable-device"), 0);
	TAP_EQUAL(fdinfo_number(fd, "drm-active-device"), 0);
	close(fd);
}

static void what_a_job_uses_is_active(void)
{
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	TAP_EQUAL(fdinfo_number(s.fd, "drm-active-host"), 0);
	TAP_EQUAL(setup_run(&s, MOCK_SLEEP, 500, 0), 0);
	TAP_EQUAL(fdinfo_number(s.fd, "drm-active-host"), 4);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(fdinfo_number(s.fd, "drm-active-host"), 0);
	setup_close(&s);
}

static void fdinfo_wakes_nobody(void)
{
	struct mock_stats before;
	struct fdinfo info;
	int fd;

	mock_set("autosuspend_ms", "20");
	TAP_REQUIRE(monitor_afresh());
	fd = mock_open();
	TAP_REQUIRE(fd >= 0 && power_falls_asleep());
	before = power_stats();
	TAP_CHECK(fdinfo_read(fd, &info));
	TAP_EQUAL(power_stats().wakes, before.wakes);
	close(fd);
	mock_set("autosuspend_ms", "0");
	TAP_CHECK(monitor_afresh());
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "every key of fdinfo is one of the kernel's document",
	  every_key_is_one_of_the_document },
	{ "every key that applies is there", every_key_that_applies_is_there },
	{ "jobs count as time and cycles of their engine",
	  jobs_count_as_time_and_cycles },
	{ "slots of a ring count as time and cycles of their engine",
	  slots_count_as_time_and_cycles },
	{ "cycles go on across resets", cycles_go_on_across_resets },
	{ "cycles that cannot be are not believed",
	  cycles_that_cannot_be_are_not_believed },
	{ "memory is told by region", memory_is_told_by_region },
	{ "what a job uses is active", what_a_job_uses_is_active },
	{ "fdinfo wakes nobody", fdinfo_wakes_nobody },
};

TAP_MAIN(cases)
