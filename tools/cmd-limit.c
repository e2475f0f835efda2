// SPDX-License-Identifier: MIT
/* axle limit: the power and the clock that a device may have. */
#include "operate.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	double factor;
};

static const struct unit power_units[] = {
	{ "W", 1e3 },
	{ "mW", 1 },
	{ "kW", 1e6 },
};
static const struct unit clock_units[] = {
	{ "MHz", 1e6 },
	{ "GHz", 1e9 },
	{ "kHz", 1e3 },
	{ "Hz", 1 },
};

static const struct kind {
	const char *name;
	const char *example;
	const struct unit *units;
	size_t unit_count;
	double most;
} kinds[] = {
	[AXL_LIMIT_POWER] = { "power", "12.5W", power_units,
			      ARRAY_SIZE(power_units), 4e9 },
	[AXL_LIMIT_CLOCK] = { "clock", "800MHz", clock_units,
			      ARRAY_SIZE(clock_units), 1e15 },
};

struct setting {
	uint32_t limit; /* enum axl_limit */
	uint64_t value;
};

/* "12.5W", or "max", which is zero. */
static bool parse_value(const struct kind *kind, const char *text,
			uint64_t *out)
{
	double value;
	char *end;

	if (strcmp(text, "max") == 0) {
		*out = 0;
		return true;
	}
	if (text[0] < '0' || text[0] > '9')
		return false;
	value = strtod(text, &end);
	for (size_t i = 0; i < kind->unit_count; i++) {
		double scaled = value * kind->units[i].factor;

		if (strcmp(end, kind->units[i].name) != 0)
			continue;
		if (!isfinite(scaled) || scaled < 1 || scaled > kind->most)
			return false;
		*out = (uint64_t)(scaled + 0.5);
		return true;
	}
	return false;
}

static enum status parse_setting(const struct command *self, const char *text,
				 struct setting *out)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t length = strlen(kinds[i].name);

		if (strncmp(text, kinds[i].name, length) != 0 ||
		    text[length] != '=')
			continue;
		out->limit = i;
		if (parse_value(&kinds[i], text + length + 1, &out->value))
			return STATUS_OK;
		return usage_error(self, "limit: \"%s\" is not like %s=%s",
				   text, kinds[i].name, kinds[i].example);
	}
	return usage_error(self, "limit: what is \"%s\"?", text);
}

static void print_one(const char *name, bool known, const char *now,
		      const char *min, const char *max)
{
	if (!known)
		return;
	printf("  %-6s %s", name, now);
	if (strcmp(min, "-") != 0 || strcmp(max, "-") != 0)
		printf(", can be %s to %s", min, max);
	putchar('\n');
}

static enum status show_text(struct axl_device *dev,
			     const struct axl_telemetry *t)
{
	const char *name = axl_device_entry(dev)->name;
	bool power = t->power_cap_mw != AXL_UNKNOWN_32;
	bool clock = t->clock_limit_hz != AXL_UNKNOWN_64;
	char now[CELL_MAX], min[CELL_MAX], max[CELL_MAX];

	if (!power && !clock) {
		report("%s: the driver %s has no limits that can be set", name,
		       axl_device_entry(dev)->driver);
		return STATUS_FAILURE;
	}
	printf("%s\n", name);
	print_one("power", power, cell_power(now, t->power_cap_mw),
		  cell_power(min, t->power_cap_min_mw),
		  cell_power(max, t->power_cap_max_mw));
	print_one("clock", clock, cell_clock(now, t->clock_limit_hz),
		  cell_clock(min, t->clock_limit_min_hz),
		  cell_clock(max, t->clock_limit_max_hz));
	return STATUS_OK;
}

static enum status show(struct axl_device *dev, bool json)
{
	struct json_object *document;
	struct axl_telemetry t;
	int err = axl_device_telemetry(dev, &t, sizeof(t));

	if (err)
		return failed(err, axl_error_detail(dev));
	if (!json)
		return show_text(dev, &t);
	document = json_document();
	json_object_object_add(document, "device",
			       json_text(axl_device_entry(dev)->name));
	json_object_object_add(document, "telemetry", json_telemetry(&t));
	json_print(document);
	return STATUS_OK;
}

static enum status apply(struct axl_device *dev, const struct setting *settings,
			 int count)
{
	for (int i = 0; i < count; i++) {
		int err = axl_device_set_limit(dev, settings[i].limit,
					       settings[i].value);

		if (err)
			return failed(err, axl_error_detail(dev));
	}
	return STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct setting settings[4];
	struct axl_device *dev;
	enum status status;
	bool json = false;
	int first, count;

	status = parse_options(self, argc, argv, &json, &first);
	if (status)
		return status;
	count = argc - first - 1;
	if (count < 0 || count > (int)ARRAY_SIZE(settings))
		return usage_error(self, "limit: name one device");
	for (int i = 0; i < count; i++) {
		status = parse_setting(self, argv[first + 1 + i], &settings[i]);
		if (status)
			return status;
	}
	status = open_device(tool, argv[first], &dev);
	if (status)
		return status;
	status = apply(dev, settings, count);
	if (!status)
		status = show(dev, json);
	axl_device_close(dev);
	return status;
}

const struct command command_limit = {
	.name = "limit",
	.arguments = "DEVICE [WHAT=VALUE...]",
	.summary = "show or set the limits of power and clock",
	.help = "  DEVICE        accelN, alias or PCI address\n"
		"  power=12.5W   the power that it may draw, or power=max\n"
		"  clock=800MHz  the clock of its engines, or clock=max\n"
		"  --json        machine-readable, see axle-limit(1)\n"
		"To set one needs CAP_SYS_ADMIN.\n",
	.run = run,
};
