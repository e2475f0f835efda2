// SPDX-License-Identifier: MIT
/*
 * Telemetry in hwmon and what there is in sysfs, on the test device; and that
 * lm-sensors shows it.
 */
#include "bo.h"
#include "monitor.h"
#include "power.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(4));
}

static bool begin(struct mock_telemetry *said)
{
	*said = monitor_usual();
	return TAP_CHECK(monitor_afresh()) && TAP_EQUAL(monitor_say(said), 0);
}

static void hwmon_shows_what_the_device_says(void)
{
	struct mock_telemetry said;
	char line[64];

	TAP_REQUIRE(begin(&said));
	TAP_EQUAL(monitor_hwmon("name", line, sizeof(line)), 0);
	TAP_STRING(line, "mock");
	TAP_EQUAL(monitor_hwmon_number("temp1_input"), 52000);
	TAP_EQUAL(monitor_hwmon_number("temp1_crit"), MOCK_TEMPERATURE_MAX);
	TAP_EQUAL(monitor_hwmon_number("temp1_crit_alarm"), 0);
	TAP_EQUAL(monitor_hwmon_number("power1_input"), 31000000);
	TAP_EQUAL(monitor_hwmon_number("power1_cap"), MOCK_POWER_MAX * 1000ll);
	TAP_EQUAL(monitor_hwmon_number("power1_cap_min"),
		  MOCK_POWER_MIN * 1000ll);
	TAP_EQUAL(monitor_hwmon_number("power1_cap_max"),
		  MOCK_POWER_MAX * 1000ll);
	TAP_EQUAL(monitor_hwmon_number("power1_cap_alarm"), 0);
	TAP_EQUAL(monitor_hwmon_number("energy1_input"), 5000000);
	TAP_EQUAL(monitor_hwmon_number("freq1_input"), 800000000);
	TAP_EQUAL(monitor_hwmon("freq1_label", line, sizeof(line)), 0);
	TAP_STRING(line, "engines");
	TAP_EQUAL(monitor_hwmon("temp1_label", line, sizeof(line)), 0);
	TAP_STRING(line, "device");
	said.temperature_mc = -12000;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_hwmon_number("temp1_input"), -12000);
}

static void alarms_follow_the_flags(void)
{
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said));
	said.flags = DRM_AXLE_TELEMETRY_HOT;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_hwmon_number("temp1_crit_alarm"), 1);
	TAP_EQUAL(monitor_hwmon_number("power1_cap_alarm"), 0);
	said.flags = DRM_AXLE_TELEMETRY_CAPPED;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_hwmon_number("temp1_crit_alarm"), 0);
	TAP_EQUAL(monitor_hwmon_number("power1_cap_alarm"), 1);
	/* A device need not slow down to be too hot. */
	said.flags = 0;
	said.temperature_mc = MOCK_TEMPERATURE_MAX;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_hwmon_number("temp1_crit_alarm"), 1);
}

static void check_unreadable(const char *name)
{
	char line[64];

	TAP_ERRNO(monitor_hwmon(name, line, sizeof(line)), ENODATA);
}

static void what_is_not_known_is_enodata(void)
{
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said));
	said.valid = 0;
	TAP_EQUAL(monitor_say(&said), 0);
	check_unreadable("temp1_input");
	check_unreadable("power1_input");
	/* Nobody knows of an alarm; sensors takes no other answer. */
	TAP_EQUAL(monitor_hwmon_number("temp1_crit_alarm"), 0);
	TAP_EQUAL(monitor_hwmon_number("power1_cap_alarm"), 0);
	check_unreadable("energy1_input");
	check_unreadable("freq1_input");
	TAP_EQUAL(monitor_hwmon_number("temp1_crit"), MOCK_TEMPERATURE_MAX);
	TAP_EQUAL(monitor_hwmon_number("power1_cap"), MOCK_POWER_MAX * 1000ll);
	/* A lie is not known to be anything else. */
	said = monitor_usual();
	said.temperature_mc = 999000;
	TAP_EQUAL(monitor_say(&said), 0);
	check_unreadable("temp1_input");
	TAP_EQUAL(monitor_hwmon_number("power1_input"), 31000000);
}

static void a_sleeping_device_is_not_woken(void)
{
	struct mock_telemetry said;
	struct mock_stats before;

	mock_set("autosuspend_ms", "20");
	TAP_REQUIRE(begin(&said));
	TAP_REQUIRE(power_falls_asleep());
	before = power_stats();
	check_unreadable("temp1_input");
	check_unreadable("power1_input");
	check_unreadable("freq1_input");
	TAP_EQUAL(monitor_hwmon_number("energy1_input"), 5000000);
	TAP_EQUAL(monitor_hwmon_number("power1_cap"), MOCK_POWER_MAX * 1000ll);
	TAP_EQUAL(monitor_sysfs_number("contexts_used"), 0);
	TAP_EQUAL(monitor_sysfs_number("engines/rings/busy_ns"), 0);
	TAP_EQUAL(power_stats().wakes, before.wakes);
	mock_set("autosuspend_ms", "0");
}

static void the_cap_can_be_set(void)
{
	static const char *const bad[] = {
		"0", "4999999", "75001000",	      "-1",
		"x", "999",	"4300000000000000000"
	};
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said));
	TAP_EQUAL(monitor_hwmon_write("power1_cap", "20000000"), 0);
	TAP_EQUAL(monitor_hwmon_number("power1_cap"), 20000000);
	TAP_EQUAL(monitor_limits().value[DRM_AXLE_LIMIT_POWER], 20000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		TAP_ERRNO(monitor_hwmon_write("power1_cap", bad[i]), EINVAL);
	TAP_EQUAL(monitor_hwmon_number("power1_cap"), 20000000);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.power_cap_mw, 20000);
	TAP_EQUAL(monitor_hwmon_write("power1_cap", "75000000"), 0);
	TAP_EQUAL(monitor_limits().value[DRM_AXLE_LIMIT_POWER], MOCK_POWER_MAX);
}

static void the_clock_can_be_limited(void)
{
	static const char *const bad[] = { "99999999", "1000000001", "-1", "x",
					   "" };
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said));
	TAP_EQUAL(monitor_sysfs_number("clock_limit"), MOCK_CLOCK_MAX);
	TAP_EQUAL(monitor_sysfs_number("clock_limit_min"), MOCK_CLOCK_MIN);
	TAP_EQUAL(monitor_sysfs_number("clock_limit_max"), MOCK_CLOCK_MAX);
	TAP_EQUAL(monitor_sysfs_write("clock_limit", "500000000\n"), 0);
	TAP_EQUAL(monitor_sysfs_number("clock_limit"), 500000000);
	TAP_EQUAL(monitor_limits().value[DRM_AXLE_LIMIT_CLOCK], 500000000);
	for (size_t i = 0; i < 4; i++)
		TAP_ERRNO(monitor_sysfs_write("clock_limit", bad[i]), EINVAL);
	TAP_EQUAL(monitor_sysfs_number("clock_limit"), 500000000);
	TAP_EQUAL(monitor_sysfs_write("clock_limit", "0"), 0);
	TAP_EQUAL(monitor_sysfs_number("clock_limit"), MOCK_CLOCK_MAX);
}

static bool open_fails(const char *path)
{
	return open(path, O_WRONLY) == -1 && errno == EACCES;
}

static void strangers_read_and_do_not_write(void)
{
	char cap[256], limit[256];
	int status = -1;
	pid_t child;

	monitor_hwmon_path("power1_cap", cap, sizeof(cap));
	monitor_sysfs_path("clock_limit", limit, sizeof(limit));
	child = fork();
	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		if (access(cap, R_OK) || access(limit, R_OK))
			_exit(2);
		if (!open_fails(cap) || !open_fails(limit))
			_exit(3);
		_exit(0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
}

static void sysfs_tells_what_the_device_is(void)
{
	struct mock_telemetry said;
	char line[64];

	TAP_REQUIRE(begin(&said));
	TAP_EQUAL(monitor_sysfs("state", line, sizeof(line)), 0);
	TAP_STRING(line, "ready");
	TAP_EQUAL(monitor_sysfs("firmware_version", line, sizeof(line)), 0);
	TAP_STRING(line, "1.2.3");
	TAP_EQUAL(monitor_sysfs("serial", line, sizeof(line)), 0);
	TAP_STRING(line, "MOCK0001");
	TAP_EQUAL(monitor_sysfs_number("contexts_max"), 4);
}

static void sysfs_counts(void)
{
	struct mock_telemetry said;
	char line[64];
	int fd;

	TAP_REQUIRE(begin(&said));
	fd = mock_open();
	TAP_EQUAL(monitor_sysfs_number("contexts_used"), 1);
	close(fd);
	TAP_EQUAL(monitor_sysfs_number("contexts_used"), 0);
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(monitor_sysfs_number("resets"), 1);
	TAP_EQUAL(monitor_sysfs_number("faults"), 0);
	mock_set("fail_reset", "1");
	TAP_ERRNO(mock_reset(), EIO);
	TAP_EQUAL(monitor_sysfs("state", line, sizeof(line)), 0);
	TAP_STRING(line, "failed");
	TAP_EQUAL(monitor_sysfs_number("faults"), 1);
	mock_set("fail_reset", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(monitor_sysfs_number("resets"), 3);
}

static void every_engine_has_a_directory(void)
{
	struct mock_telemetry said;
	struct setup s;

	TAP_REQUIRE(begin(&said));
	TAP_EQUAL(monitor_sysfs_number("engines/sleep/busy_ns"), 0);
	TAP_EQUAL(monitor_sysfs_number("engines/rings/busy_ns"), 0);
	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	TAP_EQUAL(setup_run(&s, MOCK_SLEEP, 50, 0), 0);
	TAP_CHECK(setup_done(&s));
	setup_close(&s);
	TAP_EQUAL(monitor_sysfs_number("engines/sleep/busy_ns"), 0);
	TAP_CHECK(monitor_sysfs_number("engines/rings/busy_ns") >= 50000000);
}

/* Each has one line, so that a shell can read it. */
static void every_file_has_one_line(void)
{
	TAP_EQUAL(uapi_shell("cd /sys/class/accel/accel%d || exit 1; "
			     "for f in $(find . -maxdepth 3 -type f "
			     "-path './[esrcf]*' ! -path './power/*'); do "
			     "[ $(wc -l <$f) = 1 ] || exit 2; done",
			     uapi_find("mock")),
		  0);
}

static void sensors_shows_it(void)
{
	struct mock_telemetry said;

	if (uapi_shell("command -v sensors >/dev/null"))
		TAP_SKIP("lm-sensors is not installed");
	TAP_REQUIRE(begin(&said));
	TAP_EQUAL(uapi_shell("sensors -A | tee /dev/stderr | "
			     "grep -q 'device:  *+52.0.*crit = +95.0'"),
		  0);
	TAP_EQUAL(uapi_shell("sensors -A | "
			     "grep -q 'device:  *31.00 W .*cap =  *75.00 W'"),
		  0);
	TAP_EQUAL(uapi_shell("sensors -u | grep -q 'temp1_input: 52.000'"), 0);
	said.temperature_mc = 96000;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(uapi_shell("sensors -A | grep -q 'device:.*ALARM'"), 0);
	said.valid = 0;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(uapi_shell("sensors -A | grep -q 'device:  *N/A'"), 0);
}

static void all_of_it_ends_with_the_driver(void)
{
	char path[64];
	int index = uapi_find("mock");
	int hwmon, node;

	snprintf(path, sizeof(path), "/sys/class/accel/accel%d", index);
	node = chdir(path);
	TAP_EQUAL(node, 0);
	TAP_REQUIRE(mock_unbind());
	hwmon = uapi_shell("ls -d /sys/devices/platform/axle_mock/hwmon/* "
			   "2>/dev/null");
	TAP_CHECK(hwmon != 0);
	TAP_ERRNO(access(path, F_OK), ENOENT);
	TAP_EQUAL(chdir("/"), 0);
	TAP_CHECK(mock_bind());
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "hwmon shows what the device says",
	  hwmon_shows_what_the_device_says },
	{ "alarms follow the flags and the temperature",
	  alarms_follow_the_flags },
	{ "what is not known is ENODATA in hwmon",
	  what_is_not_known_is_enodata },
	{ "hwmon and sysfs do not wake a sleeping device",
	  a_sleeping_device_is_not_woken },
	{ "the power cap can be set in hwmon, within its bounds",
	  the_cap_can_be_set },
	{ "the clock can be limited in sysfs, within its bounds",
	  the_clock_can_be_limited },
	{ "strangers read and do not write", strangers_read_and_do_not_write },
	{ "sysfs tells what the device is", sysfs_tells_what_the_device_is },
	{ "sysfs counts contexts, resets and faults", sysfs_counts },
	{ "every engine has a directory with its busy time",
	  every_engine_has_a_directory },
	{ "every file of ours in sysfs has one line", every_file_has_one_line },
	{ "sensors of lm-sensors shows temperature, power and alarms",
	  sensors_shows_it },
	{ "all of it ends with the driver", all_of_it_ends_with_the_driver },
};

TAP_MAIN(cases)
