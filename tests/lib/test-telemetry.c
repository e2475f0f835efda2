// SPDX-License-Identifier: MIT
/* Temperature, power, limits and errors of one device, on made-up trees. */
#include "tree.h"

#include <axl/monitor.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct axl_device *open_device(struct tree *tree, const char *scenario,
				      const char *name)
{
	struct axl_device *dev = NULL;

	if (tree_open(tree, scenario))
		TAP_EQUAL(axl_device_open(tree->system, name, &dev), 0);
	return dev;
}

static void close_device(struct tree *tree, struct axl_device *dev)
{
	axl_device_close(dev);
	tree_close(tree);
}

static struct axl_device *open_kit(struct tree *tree)
{
	struct axl_device *dev = open_device(tree, "edu", "edu0");

	fake_node(tree->root, "accel_control0", "monitor");
	return dev;
}

static void the_kit_tells_what_is_valid(void)
{
	struct tree tree;
	struct axl_device *dev = open_kit(&tree);
	struct axl_telemetry t;

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), 0);
	TAP_EQUAL(t.time_ns, 5000);
	TAP_EQUAL(t.temperature_mc, 71500);
	TAP_EQUAL(t.temperature_max_mc, 95000);
	TAP_EQUAL(t.power_mw, 12250);
	TAP_EQUAL(t.power_cap_mw, 20000);
	TAP_EQUAL(t.power_cap_max_mw, 25000);
	TAP_EQUAL(t.energy_uj, AXL_UNKNOWN_64);
	TAP_EQUAL(t.clock_hz, 800000000);
	TAP_EQUAL(t.clock_limit_max_hz, AXL_UNKNOWN_64);
	TAP_EQUAL(t.throttled_ns, AXL_UNKNOWN_64);
	TAP_EQUAL(t.rejected, 2);
	close_device(&tree, dev);
}

static void a_kernel_without_the_topic_cannot(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "edu", "edu0");
	struct axl_ras_pages pages;
	struct axl_telemetry t;
	uint32_t count = 0;

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), -EOPNOTSUPP);
	TAP_STRING(axl_device_error_detail(dev),
		   "accel0 (driver edu) has no telemetry");
	TAP_EQUAL(axl_device_ras(dev, NULL, sizeof(struct axl_ras_unit),
				 &count),
		  -EOPNOTSUPP);
	TAP_EQUAL(axl_device_ras_pages(dev, &pages, sizeof(pages)),
		  -EOPNOTSUPP);
	close_device(&tree, dev);
}

static void limits_are_set_within_their_bounds(void)
{
	struct tree tree;
	struct axl_device *dev = open_kit(&tree);

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_POWER, 10000), 0);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_POWER, 0), 0);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_POWER, 4999), -EINVAL);
	TAP_STRING(axl_device_error_detail(dev),
		   "the power of accel0 cannot be limited to 4999 mW");
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_CLOCK, 1), -EOPNOTSUPP);
	TAP_EQUAL(axl_device_set_limit(dev, 9, 1), -EINVAL);
	close_device(&tree, dev);
}

static void errors_are_told_by_unit(void)
{
	struct tree tree;
	struct axl_device *dev = open_kit(&tree);
	struct axl_ras_unit units[4];
	struct axl_ras_pages pages;
	uint32_t count = 4;

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_ras(dev, units, sizeof(units[0]), &count), 0);
	TAP_EQUAL(count, 2);
	TAP_STRING(units[0].name, "memory");
	TAP_EQUAL(units[0].corrected, 7);
	TAP_EQUAL(units[0].uncorrected, 1);
	TAP_EQUAL(units[0].threshold, 16);
	TAP_STRING(units[1].name, "link");
	TAP_EQUAL(axl_device_ras_pages(dev, &pages, sizeof(pages)), 0);
	TAP_EQUAL(pages.retired, 3);
	TAP_EQUAL(pages.pending, 1);
	close_device(&tree, dev);
}

static void parts_are_reset_by_their_number(void)
{
	struct tree tree;
	struct axl_device *dev = open_kit(&tree);

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_reset_engine(dev, 1), 0);
	TAP_EQUAL(axl_device_reset_engine(dev, 2), -EINVAL);
	TAP_STRING(axl_device_error_detail(dev), "accel0 has no engine 2");
	TAP_EQUAL(axl_device_reset_queue(dev, 7, 2), 0);
	TAP_EQUAL(axl_device_reset_queue(dev, 7, 3), -ENOENT);
	TAP_STRING(axl_device_error_detail(dev),
		   "accel0 has no client 7 with a queue 3");
	close_device(&tree, dev);
}

#define IVPU "sys/devices/0000:02:00.0/"

static void read_back(const struct tree *tree, const char *path, char *out,
		      size_t size)
{
	char full[PATH_MAX];
	ssize_t n = -1;
	int fd;

	snprintf(full, sizeof(full), "%s/%s", tree->root, path);
	fd = open(full, O_RDONLY);
	if (fd >= 0) {
		n = read(fd, out, size - 1);
		close(fd);
	}
	out[n > 0 ? n : 0] = '\0';
}

static void ivpu_tells_its_clock(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "mainline", "accel1");
	struct axl_telemetry t;

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), -EOPNOTSUPP);
	TAP_STRING(axl_device_error_detail(dev),
		   "the driver ivpu tells no temperature, power or clock of "
		   "accel1");
	fake_file(tree.root, IVPU "freq/current_freq", "1400\n");
	fake_file(tree.root, IVPU "freq/hw_min_freq", "700\n");
	fake_file(tree.root, IVPU "freq/hw_max_freq", "1950\n");
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), 0);
	TAP_EQUAL(t.clock_hz, 1400000000);
	TAP_EQUAL(t.clock_limit_min_hz, 700000000);
	TAP_EQUAL(t.clock_limit_max_hz, 1950000000);
	TAP_EQUAL(t.clock_limit_hz, AXL_UNKNOWN_64);
	TAP_EQUAL(t.temperature_mc, AXL_UNKNOWN_MC);
	TAP_EQUAL(t.flags, 0);
	fake_file(tree.root, IVPU "power/runtime_status", "suspended\n");
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), 0);
	TAP_EQUAL(t.flags, AXL_TELEMETRY_ASLEEP);
	close_device(&tree, dev);
}

static void ivpu_s_clock_is_limited_where_it_can_be(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "mainline", "accel1");
	char text[32];

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_CLOCK, 800000000),
		  -EOPNOTSUPP);
	TAP_STRING(axl_device_error_detail(dev),
		   "the driver ivpu has no limit of the clock of accel1");
	fake_file(tree.root, IVPU "freq/hw_min_freq", "700\n");
	fake_file(tree.root, IVPU "freq/hw_max_freq", "1950\n");
	fake_file(tree.root, IVPU "freq/set_max_freq", "1950\n");
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_CLOCK, 800000000), 0);
	read_back(&tree, IVPU "freq/set_max_freq", text, sizeof(text));
	TAP_STRING(text, "800\n\n");
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_CLOCK, 600000000),
		  -EINVAL);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_CLOCK, 2000000000),
		  -EINVAL);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_POWER, 1000),
		  -EOPNOTSUPP);
	close_device(&tree, dev);
}

#define HL_HWMON "sys/devices/0000:03:00.0/hwmon/hwmon3/"

static void hwmon_is_read_whoever_s_it_is(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "mainline", "accel2");
	struct axl_telemetry t;

	TAP_REQUIRE(dev != NULL);
	fake_file(tree.root, HL_HWMON "temp1_input", "41000\n");
	fake_file(tree.root, HL_HWMON "temp1_max", "90000\n");
	fake_file(tree.root, HL_HWMON "temp2_input", "63500\n");
	fake_file(tree.root, HL_HWMON "temp2_crit", "105000\n");
	fake_file(tree.root, HL_HWMON "temp3_input", "-5000\n");
	fake_file(tree.root, HL_HWMON "power1_input", "151500000\n");
	fake_file(tree.root, "sys/devices/0000:03:00.0/clk_cur_freq_mhz",
		  "1650\n");
	fake_file(tree.root, "sys/devices/0000:03:00.0/max_power", "350000\n");
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), 0);
	TAP_EQUAL(t.temperature_mc, 63500);
	TAP_EQUAL(t.temperature_max_mc, 105000);
	TAP_EQUAL(t.power_mw, 151500);
	TAP_EQUAL(t.power_cap_mw, 350000);
	TAP_EQUAL(t.clock_hz, 1650000000);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_POWER, 300000), 0);
	TAP_EQUAL(axl_device_set_limit(dev, AXL_LIMIT_POWER, 0), -EINVAL);
	close_device(&tree, dev);
}

static void nonsense_in_hwmon_is_left_out(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "mainline", "accel4");
	const char *hwmon = "sys/devices/0000:05:00.0/hwmon/hwmon0/";
	static const char *const files[][2] = {
		{ "temp1_input", "99999999\n" },
		{ "temp2_input", "\xff\xfe" },
		{ "temp3_input", "-300000\n" },
		{ "power1_input", "-1\n" },
		{ "energy1_input", "99999999999999999999\n" },
		{ "freq1_input", "1000 Hz\n" },
	};
	struct axl_telemetry t;
	char path[PATH_MAX];

	TAP_REQUIRE(dev != NULL);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", hwmon, files[i][0]);
		fake_file(tree.root, path, files[i][1]);
	}
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), -EOPNOTSUPP);
	/* A driver that nobody knows is as good as any. */
	snprintf(path, sizeof(path), "%stemp4_input", hwmon);
	fake_file(tree.root, path, "38000\n");
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), 0);
	TAP_EQUAL(t.temperature_mc, 38000);
	TAP_EQUAL(t.power_mw, AXL_UNKNOWN_32);
	TAP_EQUAL(t.energy_uj, AXL_UNKNOWN_64);
	TAP_EQUAL(t.clock_hz, AXL_UNKNOWN_64);
	close_device(&tree, dev);
}

static void qaic_counts_errors_where_its_kernel_does(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "mainline", "qaic0");
	struct axl_ras_unit unit;
	struct axl_ras_pages pages;
	struct axl_telemetry t;
	uint32_t count = 1;

	TAP_REQUIRE(dev != NULL);
	fake_file(tree.root, "sys/devices/0000:01:00.0/ce_count", "9\n");
	fake_file(tree.root, "sys/devices/0000:01:00.0/ue_nonfatal_count",
		  "2\n");
	TAP_EQUAL(axl_device_ras(dev, &unit, sizeof(unit), &count), 0);
	TAP_EQUAL(count, 1);
	TAP_STRING(unit.name, "card");
	TAP_EQUAL(unit.corrected, 9);
	TAP_EQUAL(unit.uncorrected, 6);
	TAP_EQUAL(axl_device_ras_pages(dev, &pages, sizeof(pages)),
		  -EOPNOTSUPP);
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), -EOPNOTSUPP);
	TAP_STRING(axl_device_error_detail(dev),
		   "the driver qaic tells no temperature, power or clock of "
		   "accel0");
	close_device(&tree, dev);
}

static void qaic_s_channels_are_its_contexts(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "mainline", "qaic0");
	struct axl_limits limits;
	char path[PATH_MAX];

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_limits(dev, &limits, sizeof(limits)), 0);
	TAP_EQUAL(limits.contexts_max, AXL_UNKNOWN_32);
	for (int i = 0; i < 16; i++) {
		snprintf(path, sizeof(path),
			 "sys/class/accel/accel0/dbc%d_state", i);
		fake_file(tree.root, path, i % 5 == 1 ? "1\n" : "0\n");
	}
	TAP_EQUAL(axl_device_limits(dev, &limits, sizeof(limits)), 0);
	TAP_EQUAL(limits.contexts_max, 16);
	TAP_EQUAL(limits.contexts_used, 3);
	close_device(&tree, dev);
}

static void the_embedded_device_tells_from_its_page(void)
{
	struct tree tree;
	struct axl_device *dev = open_device(&tree, "none", "soft");
	struct axl_ras_unit units[4];
	struct axl_context *ctx;
	struct axl_telemetry t;
	uint32_t count = 4;

	TAP_REQUIRE(dev != NULL);
	TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), 0);
	TAP_EQUAL(t.flags, AXL_TELEMETRY_ASLEEP);
	TAP_EQUAL(t.temperature_mc, AXL_UNKNOWN_MC);
	TAP_REQUIRE(axl_context_create(dev, &ctx) == 0);
	for (int i = 0; i < 200 && t.temperature_mc <= 0; i++) {
		usleep(10000);
		TAP_EQUAL(axl_device_telemetry(dev, &t, sizeof(t)), 0);
	}
	TAP_CHECK(t.temperature_mc > 0 && t.temperature_mc < 150000);
	TAP_CHECK(t.power_mw != AXL_UNKNOWN_32);
	TAP_CHECK(t.time_ns > 0);
	TAP_EQUAL(axl_device_ras(dev, units, sizeof(units[0]), &count), 0);
	TAP_EQUAL(count, 3);
	TAP_STRING(units[0].name, "memory");
	TAP_EQUAL(units[0].uncorrected, 0);
	axl_context_destroy(ctx);
	close_device(&tree, dev);
}

static const struct tap_case cases[] = {
	{ "the kit tells what is valid", the_kit_tells_what_is_valid },
	{ "a kernel without the topic cannot",
	  a_kernel_without_the_topic_cannot },
	{ "limits are set within their bounds",
	  limits_are_set_within_their_bounds },
	{ "errors are told by unit", errors_are_told_by_unit },
	{ "parts are reset by their number", parts_are_reset_by_their_number },
	{ "ivpu tells its clock", ivpu_tells_its_clock },
	{ "ivpu's clock is limited where it can be",
	  ivpu_s_clock_is_limited_where_it_can_be },
	{ "hwmon is read whoever's it is", hwmon_is_read_whoever_s_it_is },
	{ "nonsense in hwmon is left out", nonsense_in_hwmon_is_left_out },
	{ "qaic counts errors where its kernel does",
	  qaic_counts_errors_where_its_kernel_does },
	{ "qaic's channels are its contexts",
	  qaic_s_channels_are_its_contexts },
	{ "the embedded device tells from its page",
	  the_embedded_device_tells_from_its_page },
};
TAP_MAIN(cases)
