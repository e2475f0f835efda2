// SPDX-License-Identifier: MIT
/*
 * What the kit makes of what a device says of itself, and the limits that it
 * can be given: on the test device, which says what it is told to.
 */
#include "bo.h"
#include "monitor.h"
#include "power.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define BOTH_MS 15000 /* much longer than until a silent device is noticed */

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(4));
}

/* Begins with a device that has said what is usual. */
static bool begin(struct mock_telemetry *said,
		  struct drm_axle_query_telemetry *out)
{
	*said = monitor_usual();
	return TAP_CHECK(monitor_afresh()) && TAP_EQUAL(monitor_say(said), 0) &&
	       TAP_EQUAL(monitor_read(out), 0);
}

static void check_values(const struct drm_axle_query_telemetry *out,
			 const struct mock_telemetry *said)
{
	TAP_EQUAL(out->temperature_mc, said->temperature_mc);
	TAP_EQUAL(out->power_mw, said->power_mw);
	TAP_EQUAL(out->energy_uj, said->energy_uj);
	TAP_EQUAL(out->clock_hz, said->clock_hz);
	TAP_EQUAL(out->throttled_ns, said->throttled_ns);
}

static void query_tells_what_the_device_says(void)
{
	struct drm_axle_query_telemetry out, compute;
	struct mock_telemetry said;
	uint64_t now = uapi_now_ms();
	int fd;

	TAP_REQUIRE(begin(&said, &out));
	TAP_EQUAL(out.valid, MONITOR_ALL);
	TAP_EQUAL(out.flags, 0);
	TAP_EQUAL(out.rejected, 0);
	TAP_CHECK(out.time_ns / 1000000 >= now);
	TAP_CHECK(out.time_ns / 1000000 <= uapi_now_ms());
	check_values(&out, &said);
	fd = mock_open();
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_TELEMETRY, &compute,
			     sizeof(compute)),
		  0);
	check_values(&compute, &said);
	close(fd);
}

static void query_tells_limits(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	TAP_EQUAL(out.temperature_max_mc, MOCK_TEMPERATURE_MAX);
	TAP_EQUAL(out.power_cap_mw, MOCK_POWER_MAX);
	TAP_EQUAL(out.power_cap_min_mw, MOCK_POWER_MIN);
	TAP_EQUAL(out.power_cap_max_mw, MOCK_POWER_MAX);
	TAP_EQUAL(out.clock_limit_hz, MOCK_CLOCK_MAX);
	TAP_EQUAL(out.clock_limit_min_hz, MOCK_CLOCK_MIN);
	TAP_EQUAL(out.clock_limit_max_hz, MOCK_CLOCK_MAX);
}

static void flags_are_passed_on(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	/* Those of the kit, and those that nobody knows, are not the device's. */
	said.flags = ~0u;
	said.valid = ~0u;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.flags,
		  DRM_AXLE_TELEMETRY_HOT | DRM_AXLE_TELEMETRY_CAPPED);
	TAP_EQUAL(out.valid, MONITOR_ALL);
	said.valid = MONITOR_ALL & ~DRM_AXLE_TELEMETRY_THROTTLE;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.flags, 0);
	TAP_EQUAL(out.rejected, 0);
}

static void what_is_not_there_is_zero_and_not_valid(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	for (uint32_t bit = 1; bit < MONITOR_ALL; bit <<= 1) {
		said.valid = bit;
		TAP_EQUAL(monitor_say(&said), 0);
		TAP_EQUAL(monitor_read(&out), 0);
		TAP_EQUAL(out.valid, bit);
		TAP_CHECK((bit == DRM_AXLE_TELEMETRY_TEMPERATURE) ==
			  (out.temperature_mc != 0));
		TAP_CHECK((bit == DRM_AXLE_TELEMETRY_POWER) ==
			  (out.power_mw != 0));
		TAP_CHECK((bit == DRM_AXLE_TELEMETRY_ENERGY) ==
			  (out.energy_uj != 0));
		TAP_CHECK((bit == DRM_AXLE_TELEMETRY_CLOCK) ==
			  (out.clock_hz != 0));
		TAP_CHECK((bit == DRM_AXLE_TELEMETRY_THROTTLE) ==
			  (out.throttled_ns != 0));
	}
	TAP_EQUAL(out.rejected, 0);
}

struct lie {
	uint32_t left_out;
	struct mock_telemetry said; /* members that are not zero replace */
};

static struct mock_telemetry told(const struct lie *lie)
{
	struct mock_telemetry said = monitor_usual();

	said.error = lie->said.error;
	said.time_ns = lie->said.time_ns;
	if (lie->said.temperature_mc)
		said.temperature_mc = lie->said.temperature_mc;
	if (lie->said.power_mw)
		said.power_mw = lie->said.power_mw;
	if (lie->said.energy_uj)
		said.energy_uj = lie->said.energy_uj;
	if (lie->said.clock_hz)
		said.clock_hz = lie->said.clock_hz;
	if (lie->said.throttled_ns)
		said.throttled_ns = lie->said.throttled_ns;
	return said;
}

static void a_lie_is_left_out_and_counted(void)
{
	const struct lie *lie = tap_data();
	struct mock_telemetry said = told(lie);
	struct drm_axle_query_telemetry out;
	struct mock_telemetry usual;

	TAP_REQUIRE(begin(&usual, &out));
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.valid, MONITOR_ALL & ~lie->left_out);
	TAP_EQUAL(out.rejected, 1);
	/* Told again; the log has it already. */
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_CHECK(out.rejected >= 2);
	TAP_EQUAL(monitor_logged("telemetry is wrong"), 1);
	/* And no more of it: what is right counts again. */
	TAP_EQUAL(monitor_say(&usual), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.valid, MONITOR_ALL);
	check_values(&out, &usual);
}

static void what_is_just_possible_is_believed(void)
{
	static const int32_t temperatures[] = { -100000, 300000, 0 };
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	for (int i = 0; i < 3; i++) {
		said.temperature_mc = temperatures[i];
		said.power_mw = 10 * MOCK_POWER_MAX;
		said.clock_hz = 10 * MOCK_CLOCK_MAX;
		TAP_EQUAL(monitor_say(&said), 0);
		TAP_EQUAL(monitor_read(&out), 0);
		TAP_EQUAL(out.valid, MONITOR_ALL);
		check_values(&out, &said);
	}
	TAP_EQUAL(out.rejected, 0);
}

static void each_kind_of_lie_is_logged_once(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	for (int i = 0; i < 3; i++) {
		said.temperature_mc = 400000 + i;
		said.power_mw = ~0u;
		said.energy_uj = i;
		said.clock_hz = ~0ull;
		said.throttled_ns = ~0ull;
		TAP_EQUAL(monitor_say(&said), 0);
		TAP_EQUAL(monitor_read(&out), 0);
		TAP_EQUAL(out.valid, 0);
		TAP_CHECK(out.rejected >= 5u * (i + 1));
	}
	TAP_EQUAL(monitor_logged("telemetry is wrong"), 5);
	/* A device that is bound anew has its own log. */
	TAP_REQUIRE(monitor_afresh());
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	/* Counters of a device that has just been bound cannot run back. */
	TAP_EQUAL(out.valid, DRM_AXLE_TELEMETRY_ENERGY);
	TAP_EQUAL(monitor_logged("telemetry is wrong"), 4);
}

static void a_device_that_has_nothing_new_leaves_what_it_said(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said, silent;

	TAP_REQUIRE(begin(&said, &out));
	silent = said;
	silent.error = ENODATA;
	silent.temperature_mc = 1;
	TAP_EQUAL(monitor_say(&silent), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	check_values(&out, &said);
	TAP_EQUAL(out.rejected, 0);
}

static void a_device_that_never_spoke_has_no_time(void)
{
	struct mock_telemetry said = monitor_usual();
	struct drm_axle_query_telemetry out;

	said.error = ENODATA;
	TAP_REQUIRE(monitor_afresh());
	/* What it said while it was bound is kept. */
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_CHECK(out.time_ns == 0 || out.temperature_mc == 41000);
	TAP_EQUAL(out.power_cap_max_mw, MOCK_POWER_MAX);
}

static void counters_go_on_across_resets(void)
{
	struct mock_telemetry said;
	struct drm_axle_query_telemetry out;

	TAP_REQUIRE(begin(&said, &out));
	for (int i = 1; i <= 3; i++) {
		/* What it said last counts, though nobody has read it. */
		said.energy_uj = 1000;
		said.throttled_ns = 100;
		if (i > 1)
			TAP_EQUAL(monitor_say(&said), 0);
		TAP_EQUAL(mock_reset(), 0);
		TAP_EQUAL(monitor_read(&out), 0);
		TAP_EQUAL(out.valid, MONITOR_ALL);
		TAP_EQUAL(out.energy_uj, 5000000 + 1000 * (i - 1));
		TAP_EQUAL(out.throttled_ns, 3000000 + 100 * (i - 1));
	}
	said.energy_uj = 77;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.energy_uj, 5002077);
	TAP_EQUAL(out.rejected, 0);
}

static bool flags_become(uint32_t mask, uint32_t want)
{
	uint64_t end = uapi_now_ms() + BOTH_MS;
	struct drm_axle_query_telemetry out = { 0 };

	do {
		if (monitor_read(&out))
			return false;
		if ((out.flags & mask) == want)
			return true;
		usleep(20000);
	} while (uapi_now_ms() < end);
	tap_note("flags are 0x%x", out.flags);
	return false;
}

static bool is_logged(const char *text, int count)
{
	uint64_t end = uapi_now_ms() + BOTH_MS;

	while (monitor_logged(text) < count && uapi_now_ms() < end)
		usleep(200000);
	return TAP_EQUAL(monitor_logged(text), count);
}

static void a_device_that_stops_telling_is_stale_and_hangs(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	/* As long as it tells it is neither, whoever asks. */
	sleep(2);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.flags, 0);
	said.frozen = 1;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_CHECK(flags_become(DRM_AXLE_TELEMETRY_STALE,
			       DRM_AXLE_TELEMETRY_STALE));
	TAP_CHECK(is_logged("firmware hangs", 1));
	/* Once. */
	sleep(5);
	TAP_EQUAL(monitor_logged("firmware hangs"), 1);
	said.frozen = 0;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.flags, 0);
	said.frozen = 1;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_CHECK(is_logged("firmware hangs", 2));
	TAP_EQUAL(mock_reset(), 0);
	TAP_CHECK(flags_become(DRM_AXLE_TELEMETRY_STALE, 0));
}

static void a_sleeping_device_stays_asleep_and_says_so(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;
	struct mock_stats before, after;

	mock_set("autosuspend_ms", "20");
	TAP_REQUIRE(begin(&said, &out));
	TAP_REQUIRE(power_falls_asleep());
	before = power_stats();
	/* Longer than an awake device may be silent. */
	for (int i = 0; i < 8; i++) {
		TAP_EQUAL(monitor_read(&out), 0);
		TAP_EQUAL(out.flags, DRM_AXLE_TELEMETRY_ASLEEP);
		TAP_EQUAL(out.valid, MONITOR_ALL);
		check_values(&out, &said);
		usleep(800000);
	}
	after = power_stats();
	TAP_EQUAL(after.wakes, before.wakes);
	TAP_EQUAL(monitor_logged("firmware hangs"), 0);
	/* Awake, it need not have said anything for a while. */
	mock_set("fail_suspend", "1");
	close(mock_open());
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.flags & DRM_AXLE_TELEMETRY_STALE, 0);
	said.frozen = 1;
	TAP_EQUAL(monitor_say(&said), 0);
	TAP_CHECK(is_logged("firmware hangs", 1));
	mock_set("fail_suspend", "0");
	TAP_CHECK(power_falls_asleep());
	mock_set("autosuspend_ms", "0");
}

static void a_failed_device_tells_what_was_before(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	mock_set("fail_reset", "1");
	TAP_ERRNO(mock_reset(), EIO);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.flags, DRM_AXLE_TELEMETRY_STALE);
	check_values(&out, &said);
	TAP_ERRNO(monitor_set_limit(DRM_AXLE_LIMIT_POWER, 10000), EIO);
	mock_set("fail_reset", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.flags, 0);
}

static void limits_reach_the_device_and_stay(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;
	struct mock_limits limits;

	TAP_REQUIRE(begin(&said, &out));
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_POWER, 20000), 0);
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_CLOCK, 500000000), 0);
	TAP_EQUAL(mock_reset(), 0);
	limits = monitor_limits();
	TAP_EQUAL(limits.value[DRM_AXLE_LIMIT_POWER], 20000);
	TAP_EQUAL(limits.value[DRM_AXLE_LIMIT_CLOCK], 500000000);
	TAP_EQUAL(limits.sets, 4);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.power_cap_mw, 20000);
	TAP_EQUAL(out.clock_limit_hz, 500000000);
	/* Zero is the largest there is, which need not be restored. */
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_POWER, 0), 0);
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_CLOCK, 0), 0);
	TAP_EQUAL(mock_reset(), 0);
	limits = monitor_limits();
	TAP_EQUAL(limits.value[DRM_AXLE_LIMIT_POWER], MOCK_POWER_MAX);
	TAP_EQUAL(limits.value[DRM_AXLE_LIMIT_CLOCK], MOCK_CLOCK_MAX);
	TAP_EQUAL(limits.sets, 6);
	/* And ends with the driver. */
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_POWER, 20000), 0);
	TAP_REQUIRE(monitor_afresh());
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.power_cap_mw, MOCK_POWER_MAX);
}

static void limits_of_a_sleeping_device_are_kept(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	mock_set("autosuspend_ms", "20");
	TAP_REQUIRE(begin(&said, &out));
	TAP_REQUIRE(power_falls_asleep());
	/* The test device warns if it is touched in its sleep. */
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_POWER, 20000), 0);
	TAP_EQUAL(monitor_limits().value[DRM_AXLE_LIMIT_POWER], 20000);
	TAP_CHECK(power_falls_asleep());
	mock_set("autosuspend_ms", "0");
}

static void limits_out_of_range_are_einval_and_change_nothing(void)
{
	static const struct {
		uint32_t limit;
		uint64_t value;
	} rows[] = {
		{ DRM_AXLE_LIMIT_POWER, MOCK_POWER_MIN - 1 },
		{ DRM_AXLE_LIMIT_POWER, MOCK_POWER_MAX + 1 },
		{ DRM_AXLE_LIMIT_POWER, 1 },
		{ DRM_AXLE_LIMIT_POWER, (1ull << 32) + 10000 },
		{ DRM_AXLE_LIMIT_POWER, ~0ull },
		{ DRM_AXLE_LIMIT_CLOCK, MOCK_CLOCK_MIN - 1 },
		{ DRM_AXLE_LIMIT_CLOCK, MOCK_CLOCK_MAX + 1 },
		{ 2, 10000 },
		{ ~0u, 0 },
	};
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		TAP_ERRNO(monitor_set_limit(rows[i].limit, rows[i].value),
			  EINVAL);
	TAP_EQUAL(monitor_limits().sets, 0);
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_POWER, MOCK_POWER_MIN), 0);
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_POWER, MOCK_POWER_MAX), 0);
}

static void a_limit_that_the_device_refuses_is_eio_and_not_in_force(void)
{
	struct drm_axle_query_telemetry out;
	struct mock_telemetry said;

	TAP_REQUIRE(begin(&said, &out));
	mock_set("fail_limit", "1");
	TAP_ERRNO(monitor_set_limit(DRM_AXLE_LIMIT_POWER, 20000), EIO);
	TAP_EQUAL(monitor_read(&out), 0);
	TAP_EQUAL(out.power_cap_mw, MOCK_POWER_MAX);
	mock_set("fail_limit", "0");
	TAP_EQUAL(monitor_set_limit(DRM_AXLE_LIMIT_POWER, 20000), 0);
	/* A device without the limit that it was given is not used. */
	mock_set("fail_limit", "1");
	TAP_ERRNO(mock_reset(), EIO);
	mock_set("fail_limit", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(monitor_limits().value[DRM_AXLE_LIMIT_POWER], 20000);
}

static int limit_of_nobody(void)
{
	struct drm_axle_set_limit args = { .value = 10000 };
	int fd = mock_open_control();
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(!ioctl(fd, DRM_IOCTL_AXLE_SET_LIMIT, &args) ||
		      errno != EPERM);
	}
	waitpid(child, &status, 0);
	close(fd);
	return status;
}

static void a_limit_needs_the_right_to_administer(void)
{
	TAP_EQUAL(limit_of_nobody(), 0);
}

static void a_device_that_is_gone_is_enodev(void)
{
	struct drm_axle_query_telemetry out;
	struct drm_axle_set_limit args = { .value = 10000 };
	int fd = mock_open_control();

	TAP_REQUIRE(fd >= 0 && mock_unbind());
	TAP_ERRNO(uapi_query(fd, DRM_AXLE_TOPIC_TELEMETRY, &out, sizeof(out)),
		  ENODEV);
	TAP_ERRNO(ioctl(fd, DRM_IOCTL_AXLE_SET_LIMIT, &args), ENODEV);
	close(fd);
	TAP_CHECK(mock_bind());
}

#define LIE(sentence, bits, ...)                                             \
	{                                                                    \
		sentence, a_lie_is_left_out_and_counted, &(const struct lie) \
		{                                                            \
			bits,                                                \
			{                                                    \
				__VA_ARGS__                                  \
			}                                                    \
		}                                                            \
	}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "a query tells what the device says, on both nodes",
	  query_tells_what_the_device_says },
	{ "a query tells the limits and what they can be", query_tells_limits },
	{ "flags are passed on as far as they are the device's",
	  flags_are_passed_on },
	{ "what the device does not say is zero and not valid",
	  what_is_not_there_is_zero_and_not_valid },
	LIE("a temperature above 300 degrees is not believed",
	    DRM_AXLE_TELEMETRY_TEMPERATURE, .temperature_mc = 300001),
	LIE("a temperature below -100 degrees is not believed",
	    DRM_AXLE_TELEMETRY_TEMPERATURE, .temperature_mc = -100001),
	LIE("a temperature as low as a number can be is not believed",
	    DRM_AXLE_TELEMETRY_TEMPERATURE, .temperature_mc = INT32_MIN),
	LIE("power above ten times the cap is not believed",
	    DRM_AXLE_TELEMETRY_POWER, .power_mw = 10 * MOCK_POWER_MAX + 1),
	LIE("a clock above ten times the largest is not believed",
	    DRM_AXLE_TELEMETRY_CLOCK, .clock_hz = 10 * MOCK_CLOCK_MAX + 1),
	LIE("energy that counts back is not believed",
	    DRM_AXLE_TELEMETRY_ENERGY, .energy_uj = 4999999),
	LIE("energy that no power makes in the time is not believed",
	    DRM_AXLE_TELEMETRY_ENERGY, .energy_uj = 1ull << 50),
	LIE("time held down that counts back is not believed",
	    DRM_AXLE_TELEMETRY_THROTTLE, .throttled_ns = 2999999),
	LIE("time held down longer than there was is not believed",
	    DRM_AXLE_TELEMETRY_THROTTLE, .throttled_ns = 1ull << 50),
	LIE("nothing of a time before the last is believed", MONITOR_ALL,
	    .time_ns = -1000000000ll),
	LIE("nothing of a time that is to come is believed", MONITOR_ALL,
	    .time_ns = 60000000000ll),
	LIE("nothing of what is never consistent is believed", MONITOR_ALL,
	    .error = EAGAIN),
	{ "what is just possible is believed",
	  what_is_just_possible_is_believed },
	{ "each kind of lie is logged once", each_kind_of_lie_is_logged_once },
	{ "a device that has nothing new leaves what it said",
	  a_device_that_has_nothing_new_leaves_what_it_said },
	{ "a device that never spoke has no time",
	  a_device_that_never_spoke_has_no_time },
	{ "counters go on across resets", counters_go_on_across_resets },
	{ "a device that stops telling is stale, and then hangs, once",
	  a_device_that_stops_telling_is_stale_and_hangs },
	{ "a sleeping device stays asleep, says so, and does not hang",
	  a_sleeping_device_stays_asleep_and_says_so },
	{ "a device that has failed tells what was before",
	  a_failed_device_tells_what_was_before },
	{ "limits reach the device and stay over resets, not over drivers",
	  limits_reach_the_device_and_stay },
	{ "a limit wakes a sleeping device",
	  limits_of_a_sleeping_device_are_kept },
	{ "limits out of range are EINVAL and change nothing",
	  limits_out_of_range_are_einval_and_change_nothing },
	{ "a limit that the device refuses is EIO and not in force",
	  a_limit_that_the_device_refuses_is_eio_and_not_in_force },
	{ "a limit needs the right to administer",
	  a_limit_needs_the_right_to_administer },
	{ "telemetry and limits of a device that is gone are ENODEV",
	  a_device_that_is_gone_is_enodev },
};

TAP_MAIN(cases)
