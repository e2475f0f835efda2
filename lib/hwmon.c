// SPDX-License-Identifier: MIT
/*
 * Reading hwmon. Which attributes a chip has is up to its driver, so each is
 * tried by name; a value out of any reason is taken for one that is not there.
 */
#include "hwmon.h"
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHANNELS_MAX 64
/* No device is colder, or hotter and alive: millidegrees. */
#define COLDEST_MC (-273150)
#define HOTTEST_MC 1000000

/* Of the node or of the bus device behind it, as drivers have it. */
static DIR *open_hwmon(struct axl_device *dev)
{
	static const char *const places[] = { "device/hwmon", "hwmon" };
	char path[PATH_MAX];

	for (size_t i = 0; i < AXLP_ARRAY_SIZE(places); i++) {
		DIR *dir;

		if (axlp_system_path(dev->system, path, sizeof(path),
				     "/sys/class/accel/accel%u/%s",
				     dev->entry.index, places[i]))
			continue;
		dir = opendir(path);
		if (dir)
			return dir;
	}
	return NULL;
}

static bool read_number(int chip, const char *name, int64_t *out)
{
	char text[32];

	return axlp_read_line(chip, name, text, sizeof(text)) == 0 &&
	       axlp_parse_s64(text, out) == 0;
}

static int32_t read_temperature(int chip, unsigned int channel,
				const char *what)
{
	char name[32];
	int64_t value;

	snprintf(name, sizeof(name), "temp%u_%s", channel, what);
	if (!read_number(chip, name, &value) || value < COLDEST_MC ||
	    value > HOTTEST_MC)
		return AXL_UNKNOWN_MC;
	return (int32_t)value;
}

/* The end of the channels is where one has no input, faulty ones aside. */
static void read_temperatures(int chip, struct axl_telemetry *out)
{
	char name[32];

	for (unsigned int i = 1; i <= CHANNELS_MAX; i++) {
		int32_t value = read_temperature(chip, i, "input");

		snprintf(name, sizeof(name), "temp%u_input", i);
		if (value == AXL_UNKNOWN_MC && faccessat(chip, name, F_OK, 0))
			return;
		if (value == AXL_UNKNOWN_MC || value <= out->temperature_mc)
			continue;
		out->temperature_mc = value;
		out->temperature_max_mc = read_temperature(chip, i, "max");
		if (out->temperature_max_mc == AXL_UNKNOWN_MC)
			out->temperature_max_mc =
				read_temperature(chip, i, "crit");
	}
}

/* Microwatts. */
static void read_power(int chip, const char *name, uint32_t *out)
{
	int64_t value;

	if (*out == AXL_UNKNOWN_32 && read_number(chip, name, &value) &&
	    value >= 0 && value / 1000 < AXL_UNKNOWN_32)
		*out = (uint32_t)(value / 1000);
}

static void read_counter(int chip, const char *name, uint64_t *out)
{
	int64_t value;

	if (*out == AXL_UNKNOWN_64 && read_number(chip, name, &value) &&
	    value >= 0)
		*out = (uint64_t)value;
}

static void read_chip(int chip, struct axl_telemetry *out)
{
	read_temperatures(chip, out);
	read_power(chip, "power1_input", &out->power_mw);
	read_power(chip, "power1_average", &out->power_mw);
	read_power(chip, "power1_cap", &out->power_cap_mw);
	read_power(chip, "power1_cap_min", &out->power_cap_min_mw);
	read_power(chip, "power1_cap_max", &out->power_cap_max_mw);
	read_counter(chip, "energy1_input", &out->energy_uj);
	read_counter(chip, "freq1_input", &out->clock_hz);
}

static int open_chip(DIR *dir)
{
	struct dirent *entry;
	int chip;

	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "hwmon", 5) != 0)
			continue;
		chip = openat(dirfd(dir), entry->d_name,
			      O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (chip >= 0)
			return chip;
	}
	return -1;
}

int axlp_hwmon_read(struct axl_device *dev, struct axl_telemetry *out)
{
	DIR *dir = open_hwmon(dev);
	int chip, err = -ENOENT;

	if (!dir)
		return err;
	while ((chip = open_chip(dir)) >= 0) {
		read_chip(chip, out);
		close(chip);
		err = 0;
	}
	closedir(dir);
	return err;
}

/* By runtime power management, which any driver may have. */
static bool is_asleep(struct axl_device *dev)
{
	char path[PATH_MAX], text[32];

	return axlp_system_path(dev->system, path, sizeof(path),
				"/sys/class/accel/accel%u/device/power/"
				"runtime_status",
				dev->entry.index) == 0 &&
	       axlp_read_line(AT_FDCWD, path, text, sizeof(text)) == 0 &&
	       strcmp(text, "suspended") == 0;
}

static bool tells_something(const struct axl_telemetry *t)
{
	return t->temperature_mc != AXL_UNKNOWN_MC ||
	       t->power_mw != AXL_UNKNOWN_32 ||
	       t->power_cap_mw != AXL_UNKNOWN_32 ||
	       t->energy_uj != AXL_UNKNOWN_64 ||
	       t->clock_hz != AXL_UNKNOWN_64 ||
	       t->clock_limit_max_hz != AXL_UNKNOWN_64;
}

int axlp_sysfs_telemetry(struct axl_device *dev, struct axl_telemetry *out)
{
	axlp_hwmon_read(dev, out);
	if (is_asleep(dev))
		out->flags |= AXL_TELEMETRY_ASLEEP;
	if (!tells_something(out))
		return axlp_fail(&dev->error, -EOPNOTSUPP,
				 "the driver %s tells no temperature, power or "
				 "clock of %s",
				 dev->entry.driver, dev->entry.name);
	out->time_ns = (uint64_t)axlp_now_ns();
	return 0;
}
