// SPDX-License-Identifier: MIT
/*
 * Errors of the hardware, on the test device: how they are counted, told and
 * injected, and what becomes of pages that have too many.
 */
#include "bo.h"
#include "netlink.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 10000
#define QUIET_MS 300
#define THRESHOLD 10 /* unless root says otherwise */
#define NOBODY 65534
#define INJECT "/sys/kernel/debug/accel/axle_mock/ras_inject"

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(4));
}

static bool inject(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static bool inject(const char *format, ...)
{
	char line[128];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return uapi_write(INJECT, line);
}

static void path_of(const char *name, char path[96])
{
	snprintf(path, 96, "/sys/class/accel/accel%d/ras/%s", uapi_find("mock"),
		 name);
}

/* A number of sysfs, or -1. */
static int64_t ras(const char *name)
{
	char path[96], line[32];

	path_of(name, path);
	return uapi_read_line(path, line, sizeof(line)) ? atoll(line) : -1;
}

static bool set_threshold(const char *unit, const char *text)
{
	char name[64], path[96];

	snprintf(name, sizeof(name), "%s/threshold", unit);
	path_of(name, path);
	return uapi_write(path, text);
}

/* Until sysfs has this value: pages are retired in the background. */
static bool becomes(const char *name, int64_t value)
{
	uint64_t end = uapi_now_ms() + WAIT_MS;

	while (ras(name) != value && uapi_now_ms() < end)
		usleep(5000);
	return ras(name) == value;
}

static bool parameter_becomes(const char *name, int value)
{
	uint64_t end = uapi_now_ms() + WAIT_MS;
	char path[96], line[32];

	snprintf(path, sizeof(path), "/sys/module/axle_mock/parameters/%s",
		 name);
	while (uapi_now_ms() < end) {
		if (uapi_read_line(path, line, sizeof(line)) &&
		    atoi(line) == value)
			return true;
		usleep(5000);
	}
	return false;
}

static bool listen_open(struct genl *genl)
{
	return genl_open(genl) && genl_join(genl, genl->groups[0]) == 0;
}

static void everything_is_zero_at_first(void)
{
	TAP_EQUAL(ras("memory/corrected"), 0);
	TAP_EQUAL(ras("memory/uncorrected"), 0);
	TAP_EQUAL(ras("memory/threshold"), THRESHOLD);
	TAP_EQUAL(ras("link/corrected"), 0);
	TAP_EQUAL(ras("link/uncorrected"), 0);
	TAP_EQUAL(ras("link/threshold"), THRESHOLD);
	TAP_EQUAL(ras("pages_retired"), 0);
	TAP_EQUAL(ras("pages_pending"), 0);
}

static void corrected_errors_are_told_at_the_threshold(void)
{
	struct genl_answer event;
	struct genl genl;

	TAP_REQUIRE(listen_open(&genl));
	for (int i = 1; i < THRESHOLD; i++)
		TAP_CHECK(inject("link corrected"));
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	TAP_EQUAL(ras("link/corrected"), THRESHOLD - 1);
	TAP_CHECK(inject("link corrected"));
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE), AXLE_EVENT_CORRECTED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_VALUE), THRESHOLD);
	TAP_STRING(genl_string(&event, AXLE_A_EVENT_UNIT), "link");
	TAP_CHECK(!event.attrs[AXLE_A_EVENT_ADDRESS]);
	/* And then as many again. */
	TAP_CHECK(inject("link corrected"));
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	TAP_EQUAL(ras("link/corrected"), THRESHOLD + 1);
	TAP_EQUAL(ras("link/uncorrected"), 0);
	TAP_EQUAL(ras("memory/corrected"), 0);
	genl_close(&genl);
}

static void root_sets_the_threshold(void)
{
	struct genl_answer event;
	struct genl genl;

	TAP_REQUIRE(listen_open(&genl));
	TAP_CHECK(set_threshold("link", "3\n"));
	TAP_EQUAL(ras("link/threshold"), 3);
	TAP_CHECK(inject("link corrected"));
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	TAP_CHECK(inject("link corrected"));
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_VALUE), 3);
	TAP_CHECK(set_threshold("link", "0"));
	for (int i = 0; i < 2 * THRESHOLD; i++)
		TAP_CHECK(inject("link corrected"));
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	/* What has not been told is when it matters again. */
	TAP_CHECK(set_threshold("link", "0xa"));
	TAP_CHECK(inject("link corrected"));
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_VALUE), 2 * THRESHOLD + 1);
	genl_close(&genl);
}

static void a_threshold_that_is_no_number_is_einval(void)
{
	TAP_ERRNO(set_threshold("link", "many") - 1, EINVAL);
	TAP_ERRNO(set_threshold("link", "-1") - 1, EINVAL);
	TAP_ERRNO(set_threshold("link", "18446744073709551616") - 1, ERANGE);
	TAP_EQUAL(ras("link/threshold"), THRESHOLD);
}

static void uncorrected_errors_are_told_at_once(void)
{
	int64_t before = ras("link/uncorrected");
	struct genl_answer event;
	struct genl genl;

	TAP_REQUIRE(listen_open(&genl));
	for (int i = 1; i <= 3; i++) {
		TAP_CHECK(inject("link uncorrected"));
		TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
		TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE),
			  AXLE_EVENT_UNCORRECTED);
		TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_VALUE), 1);
		TAP_EQUAL(ras("link/uncorrected"), before + i);
	}
	TAP_CHECK(mock_set("ras_count", "5"));
	TAP_CHECK(inject("link uncorrected"));
	TAP_CHECK(mock_set("ras_count", "1"));
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_VALUE), 5);
	TAP_EQUAL(ras("link/uncorrected"), before + 8);
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	genl_close(&genl);
}

static void the_query_says_what_sysfs_and_netlink_say(void)
{
	struct {
		struct drm_axle_query_ras head;
		struct drm_axle_ras_unit units[MOCK_UNITS];
	} answer;
	const struct nlattr *unit[GENL_ATTRS];
	struct genl_answer told;
	int index = uapi_find("mock");
	int fd = uapi_open_control(index);
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_RAS, &answer, sizeof(answer)),
		  0);
	TAP_EQUAL(answer.head.count, MOCK_UNITS);
	TAP_EQUAL(answer.head.stride, sizeof(answer.units[0]));
	TAP_STRING(answer.units[MOCK_UNIT_LINK].name, "link");
	TAP_EQUAL(answer.units[MOCK_UNIT_LINK].corrected,
		  ras("link/corrected"));
	TAP_EQUAL(answer.units[MOCK_UNIT_LINK].uncorrected,
		  ras("link/uncorrected"));
	TAP_EQUAL(answer.units[MOCK_UNIT_LINK].threshold,
		  ras("link/threshold"));
	TAP_EQUAL(genl_get(&genl, AXLE_CMD_RAS_GET, index, &told), 0);
	TAP_REQUIRE(genl_nest(&told, AXLE_A_RAS_UNIT, MOCK_UNIT_LINK, unit));
	TAP_EQUAL(genl_inner_uint(unit[AXLE_A_UNIT_CORRECTED]),
		  ras("link/corrected"));
	TAP_EQUAL(genl_inner_uint(unit[AXLE_A_UNIT_UNCORRECTED]),
		  ras("link/uncorrected"));
	close(fd);
	genl_close(&genl);
}

static void resets_keep_the_counters(void)
{
	struct drm_axle_reset reset = { 0 };
	int fd = mock_open_control();
	int64_t corrected = ras("link/corrected");

	TAP_CHECK(corrected > 0);
	TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_RESET, &reset), 0);
	TAP_EQUAL(ras("link/corrected"), corrected);
	close(fd);
}

static void a_unit_that_is_not_there_is_not_counted(void)
{
	int64_t corrected = ras("link/corrected");
	struct genl_answer event;
	struct genl genl;

	TAP_REQUIRE(listen_open(&genl));
	TAP_CHECK(mock_set("ras_unit_add", "7"));
	TAP_CHECK(inject("link uncorrected"));
	TAP_CHECK(mock_set("ras_unit_add", "4294967295"));
	TAP_CHECK(inject("memory uncorrected 0"));
	TAP_CHECK(mock_set("ras_unit_add", "0"));
	/* That of the case before may be late. */
	while (genl_event(&genl, &event, QUIET_MS))
		TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE),
			  AXLE_EVENT_RESET);
	TAP_EQUAL(ras("link/corrected"), corrected);
	TAP_EQUAL(ras("memory/uncorrected"), 0);
	genl_close(&genl);
}

/* A line that must fail, and how. */
struct refusal {
	const char *line;
	int error;
};

static void it_is_refused(void)
{
	const struct refusal *r = tap_data();
	int64_t corrected = ras("memory/corrected");
	int64_t uncorrected = ras("memory/uncorrected");

	TAP_ERRNO(inject("%s", r->line) - 1, r->error);
	TAP_EQUAL(ras("memory/corrected"), corrected);
	TAP_EQUAL(ras("memory/uncorrected"), uncorrected);
}

static void a_long_line_is_einval(void)
{
	char line[4096];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	TAP_ERRNO(uapi_write(INJECT, line) - 1, EINVAL);
	TAP_ERRNO(uapi_write(INJECT, "link corrected                   "
				     "                                   ") -
			  1,
		  EINVAL);
}

static int without_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	int fd = open(INJECT, O_WRONLY);

	/* Whoever was given the file still needs to be an administrator. */
	if (fd < 0 || syscall(SYS_capset, &header, data))
		return 1;
	if (write(fd, "link corrected", 14) >= 0 || errno != EPERM)
		return 2;
	if (setuid(NOBODY) == 0)
		return 3;
	return 0;
}

static int as_nobody(void)
{
	char path[96];

	path_of("link/threshold", path);
	if (setuid(NOBODY))
		return 1;
	if (open(INJECT, O_WRONLY) >= 0 || errno != EACCES)
		return 2;
	if (uapi_write(path, "1") || errno != EACCES)
		return 3;
	/* Reading is free. */
	return access(path, R_OK) ? 4 : 0;
}

static void users_inject_nothing_and_set_nothing(void)
{
	int (*const bodies[])(void) = { without_capabilities, as_nobody };
	int64_t corrected = ras("link/corrected");
	int status;

	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(bodies[i]());
		waitpid(pid, &status, 0);
		TAP_EQUAL(status, 0);
	}
	TAP_EQUAL(ras("link/corrected"), corrected);
}

static void a_control_node_reader_hears_of_memory(void)
{
	int fd = mock_open_control();
	struct drm_axle_event event;

	TAP_REQUIRE(fd >= 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	TAP_CHECK(inject("link uncorrected"));
	TAP_ERRNO(read(fd, &event, sizeof(event)), EAGAIN);
	TAP_CHECK(mock_set("ras_count", "10"));
	TAP_CHECK(set_threshold("memory", "10"));
	TAP_CHECK(inject("memory corrected 0x1000"));
	TAP_CHECK(mock_set("ras_count", "1"));
	TAP_REQUIRE(event_next(fd, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_MEMORY);
	TAP_EQUAL(event.code, 0);
	TAP_EQUAL(event.address, 0x1000);
	TAP_EQUAL(event.value, 10);
	TAP_CHECK(becomes("pages_retired", 1));
	close(fd);
}

/* Everything that can be had, page by page; returns how much that is. */
static uint64_t take_all(int fd)
{
	uint64_t taken = 0;
	uint32_t handle;

	while (bo_create(fd, MOCK_REGION_DEVICE, PAGE, 0, &handle) == 0)
		taken += PAGE;
	return taken;
}

static void a_free_page_is_retired_at_the_threshold(void)
{
	int64_t before = ras("pages_retired");
	struct genl_answer event;
	struct genl genl;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && listen_open(&genl));
	for (int i = 1; i < THRESHOLD; i++)
		TAP_CHECK(inject("memory corrected 0x5%03x", i * 8));
	usleep(100000);
	TAP_EQUAL(ras("pages_retired"), before);
	TAP_CHECK(inject("memory corrected 0x5ff8"));
	TAP_REQUIRE(genl_event_of(&genl, &event, AXLE_EVENT_PAGE_RETIRED));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_ADDRESS), 0x5000);
	TAP_EQUAL(ras("pages_retired"), before + 1);
	TAP_EQUAL(ras("pages_pending"), 0);
	/* Once is enough. */
	for (int i = 0; i < 2 * THRESHOLD; i++)
		TAP_CHECK(inject("memory corrected 0x5008"));
	while (genl_event(&genl, &event, QUIET_MS))
		TAP_CHECK(genl_uint(&event, AXLE_A_EVENT_TYPE) !=
			  AXLE_EVENT_PAGE_RETIRED);
	TAP_EQUAL(ras("pages_retired"), before + 1);
	TAP_EQUAL(take_all(fd), MOCK_MEMORY - ras("pages_retired") * PAGE);
	close(fd);
	genl_close(&genl);
}

static void errors_of_many_pages_retire_none(void)
{
	int64_t before = ras("pages_retired");

	/* More pages than are counted apart. */
	for (int round = 0; round < 3; round++)
		for (int page = 0; page < 100; page++)
			TAP_CHECK(inject("memory corrected %d",
					 (512 + page) * 4096));
	usleep(100000);
	TAP_EQUAL(ras("pages_retired"), before);
	TAP_EQUAL(ras("pages_pending"), 0);
}

static void a_page_in_use_is_retired_when_it_is_freed(void)
{
	int64_t retired = ras("pages_retired");
	uint64_t last = MOCK_MEMORY - PAGE;
	struct genl_answer event;
	int fd = mock_open(), other = mock_open();
	struct genl genl;

	TAP_REQUIRE(fd >= 0 && other >= 0 && listen_open(&genl));
	TAP_EQUAL(take_all(fd), MOCK_MEMORY - retired * PAGE);
	TAP_CHECK(inject("memory uncorrected %ju", (uintmax_t)last + 8));
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE), AXLE_EVENT_UNCORRECTED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_ADDRESS), last + 8);
	TAP_CHECK(becomes("pages_pending", 1));
	TAP_EQUAL(ras("pages_retired"), retired);
	TAP_CHECK(inject("memory uncorrected %ju", (uintmax_t)last));
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	TAP_EQUAL(ras("pages_pending"), 1);
	close(fd);
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE),
		  AXLE_EVENT_PAGE_RETIRED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_ADDRESS), last);
	TAP_EQUAL(ras("pages_pending"), 0);
	TAP_EQUAL(ras("pages_retired"), retired + 1);
	TAP_EQUAL(take_all(other), MOCK_MEMORY - (retired + 1) * PAGE);
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	close(other);
	genl_close(&genl);
}

static void one_object_loses_only_its_bad_page(void)
{
	int64_t retired = ras("pages_retired");
	uint64_t size = MOCK_WINDOW;
	int fd = mock_open();
	uint32_t handle;

	TAP_REQUIRE(fd >= 0);
	/* All of the window, and so page 0x40 is of it. */
	while (size && bo_create(fd, MOCK_REGION_DEVICE, size, DRM_AXLE_BO_CPU,
				 &handle))
		size -= PAGE;
	TAP_CHECK(size >= MOCK_WINDOW - retired * PAGE);
	TAP_CHECK(inject("memory uncorrected 0x40000"));
	TAP_CHECK(becomes("pages_pending", 1));
	TAP_EQUAL(bo_close(fd, handle), 0);
	TAP_CHECK(becomes("pages_retired", retired + 1));
	TAP_EQUAL(take_all(fd), MOCK_MEMORY - (retired + 1) * PAGE);
	close(fd);
}

static void retired_pages_outlive_the_driver(void)
{
	int64_t retired = ras("pages_retired");
	struct genl_answer event;
	struct genl genl;
	int fd;

	TAP_CHECK(retired > 0);
	TAP_CHECK(parameter_becomes("ras_known", retired));
	TAP_REQUIRE(listen_open(&genl));
	TAP_CHECK(mock_unbind());
	TAP_CHECK(mock_bind());
	TAP_EQUAL(ras("pages_retired"), retired);
	TAP_EQUAL(ras("pages_pending"), 0);
	TAP_EQUAL(ras("memory/uncorrected"), 0);
	TAP_EQUAL(ras("link/corrected"), 0);
	TAP_EQUAL(ras("memory/threshold"), THRESHOLD);
	/* It is no news. */
	TAP_REQUIRE(genl_event_of(&genl, &event, AXLE_EVENT_DEVICE_ADDED));
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	fd = mock_open();
	TAP_EQUAL(take_all(fd), MOCK_MEMORY - retired * PAGE);
	close(fd);
	genl_close(&genl);
}

static void a_page_that_is_pending_outlives_the_driver(void)
{
	int64_t retired = ras("pages_retired");
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	take_all(fd);
	TAP_CHECK(inject("memory uncorrected 0x60000"));
	TAP_CHECK(becomes("pages_pending", 1));
	TAP_CHECK(parameter_becomes("ras_known", retired + 1));
	TAP_CHECK(mock_unbind());
	close(fd);
	TAP_CHECK(mock_bind());
	TAP_EQUAL(ras("pages_retired"), retired + 1);
	TAP_EQUAL(ras("pages_pending"), 0);
}

static void a_device_that_forgets_is_asked_again(void)
{
	int64_t retired = ras("pages_retired");
	struct genl_answer event;
	struct genl genl;

	TAP_REQUIRE(listen_open(&genl));
	TAP_CHECK(mock_set("fail_retire", "1"));
	TAP_CHECK(inject("memory uncorrected 0x80000"));
	/* Nobody gets the page anyway. */
	TAP_REQUIRE(genl_event_of(&genl, &event, AXLE_EVENT_PAGE_RETIRED));
	TAP_EQUAL(ras("pages_retired"), retired + 1);
	TAP_CHECK(parameter_becomes("ras_known", retired));
	TAP_CHECK(mock_set("fail_retire", "0"));
	TAP_CHECK(inject("memory uncorrected 0x82000"));
	TAP_REQUIRE(genl_event_of(&genl, &event, AXLE_EVENT_PAGE_RETIRED));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_ADDRESS), 0x82000);
	TAP_CHECK(parameter_becomes("ras_known", retired + 2));
	TAP_EQUAL(ras("pages_retired"), retired + 2);
	genl_close(&genl);
}

static void removal_in_the_midst_of_errors_is_harmless(void)
{
	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			for (int n = 0; n < 200; n++)
				inject("memory corrected %d", n % 7 * 4096);
			_exit(0);
		}
		usleep(10000);
		TAP_CHECK(mock_unbind());
		waitpid(pid, NULL, 0);
		TAP_CHECK(mock_bind());
	}
}

static void modules_unload(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const struct refusal refusals[] = {
	{ "", EINVAL },
	{ "memory", EINVAL },
	{ "memory corrected 0 0", EINVAL },
	{ "memory wrong 0", EINVAL },
	{ "attic corrected 0", ENOENT },
	{ "memory corrected x", EINVAL },
	{ "memory corrected -4096", EINVAL },
	{ "memory corrected 0x400000", EINVAL },
	{ "memory uncorrected 0xffffffffffffffff", EINVAL },
	{ "memory uncorrected 0x10000000000000000", ERANGE },
};

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "at first nothing is counted", everything_is_zero_at_first },
	{ "corrected errors are told when they reach the threshold",
	  corrected_errors_are_told_at_the_threshold },
	{ "root sets the threshold; zero is never", root_sets_the_threshold },
	{ "a threshold that is no number is EINVAL",
	  a_threshold_that_is_no_number_is_einval },
	{ "uncorrected errors are told at once, once each",
	  uncorrected_errors_are_told_at_once },
	{ "the query says what sysfs and netlink say",
	  the_query_says_what_sysfs_and_netlink_say },
	{ "resets keep the counters", resets_keep_the_counters },
	{ "errors of a unit that is not there are not counted",
	  a_unit_that_is_not_there_is_not_counted },
	{ "an empty injection is EINVAL", it_is_refused, &refusals[0] },
	{ "an injection without severity is EINVAL", it_is_refused,
	  &refusals[1] },
	{ "an injection with a word too many is EINVAL", it_is_refused,
	  &refusals[2] },
	{ "an unknown severity is EINVAL", it_is_refused, &refusals[3] },
	{ "an unknown unit is ENOENT", it_is_refused, &refusals[4] },
	{ "an address that is no number is EINVAL", it_is_refused,
	  &refusals[5] },
	{ "a negative address is EINVAL", it_is_refused, &refusals[6] },
	{ "an address behind the memory is EINVAL", it_is_refused,
	  &refusals[7] },
	{ "the last of all addresses is EINVAL", it_is_refused, &refusals[8] },
	{ "an address of more than 64 bits is ERANGE", it_is_refused,
	  &refusals[9] },
	{ "a long injection is EINVAL", a_long_line_is_einval },
	{ "users inject nothing and set no threshold",
	  users_inject_nothing_and_set_nothing },
	{ "a reader of the control node hears of memory",
	  a_control_node_reader_hears_of_memory },
	{ "a free page is retired at the threshold, once",
	  a_free_page_is_retired_at_the_threshold },
	{ "errors that spread over many pages retire none",
	  errors_of_many_pages_retire_none },
	{ "a page in use is retired when it is freed, and nobody gets it",
	  a_page_in_use_is_retired_when_it_is_freed },
	{ "of a large object only the bad page is lost",
	  one_object_loses_only_its_bad_page },
	{ "retired pages outlive the driver, counters do not",
	  retired_pages_outlive_the_driver },
	{ "a page that is pending outlives the driver",
	  a_page_that_is_pending_outlives_the_driver },
	{ "a device that could not remember a page is asked again",
	  a_device_that_forgets_is_asked_again },
	{ "removal in the midst of errors is harmless",
	  removal_in_the_midst_of_errors_is_harmless },
	{ "the modules unload", modules_unload },
};

TAP_MAIN(cases)
