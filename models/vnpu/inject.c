// SPDX-License-Identifier: MIT
/*
 * Commands of the model's own, for tests: what goes wrong on demand. The kit
 * has the rest: lost interrupts, hangs, memory errors, removal.
 */
#include "core.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int number(const char *text, long min, long max, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 0);
	return errno || end == text || *end || *value < min || *value > max ?
		       -EINVAL :
		       0;
}

static int run_wrong_done(struct axm_device *dev, int argc, char **argv,
			  FILE *out)
{
	struct vnpu *v = axm_priv(dev);
	long n = 1;

	if (argc > 1 && number(argv[1], 0, INT_MAX, &n))
		return -EINVAL;
	atomic_store(&v->wrong_done, (unsigned int)n);
	return 0;
}

static int run_temperature(struct axm_device *dev, int argc, char **argv,
			   FILE *out)
{
	long n;

	if (argc < 2 || number(argv[1], -100000, 1000000, &n))
		return -EINVAL;
	vnpu_watch_force(axm_priv(dev), (int32_t)n);
	return 0;
}

static int run_lie(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	static const char *const kinds[] = {
		[VNPU_LIE_NONE] = "off",
		[VNPU_LIE_TEMPERATURE] = "temperature",
		[VNPU_LIE_COUNTERS] = "counters",
		[VNPU_LIE_SEQUENCE] = "sequence",
	};
	struct vnpu *v = axm_priv(dev);

	for (int i = 0; argc > 1 && i <= VNPU_LIE_SEQUENCE; i++)
		if (!strcmp(argv[1], kinds[i])) {
			atomic_store(&v->lie, i);
			vnpu_watch_start(v);
			return 0;
		}
	return -EINVAL;
}

static int run_ras(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	static const char *const units[] = {
		[VNPU_UNIT_MEMORY] = "memory",
		[VNPU_UNIT_SRAM] = "sram",
		[VNPU_UNIT_LINK] = "link",
	};
	struct vnpu *v = axm_priv(dev);
	long count = 1, address = 0;
	unsigned int unit = 0, severity;

	while (argc > 2 && unit < VNPU_UNITS && strcmp(argv[1], units[unit]))
		unit++;
	if (argc < 3 || unit == VNPU_UNITS)
		return -EINVAL;
	severity = !strcmp(argv[2], "uncorrected") ? VNPU_RAS_UNCORRECTED :
						     VNPU_RAS_CORRECTED;
	if ((!severity && strcmp(argv[2], "corrected")) ||
	    (argc > 3 && number(argv[3], 1, INT_MAX, &count)) ||
	    (argc > 4 && number(argv[4], 0, LONG_MAX, &address)))
		return -EINVAL;
	if (unit != VNPU_UNIT_MEMORY)
		address = 0;
	else if ((uint64_t)address >= v->memory_size)
		return v->memory_size ? -EINVAL : -EOPNOTSUPP;
	vnpu_inject(v, unit, severity, (uint32_t)count, (uint64_t)address);
	return 0;
}

static int run_boot_fail(struct axm_device *dev, int argc, char **argv,
			 FILE *out)
{
	struct vnpu *v = axm_priv(dev);

	atomic_store(&v->boot_fail, true);
	return 0;
}

static int run_hang_firmware(struct axm_device *dev, int argc, char **argv,
			     FILE *out)
{
	struct vnpu *v = axm_priv(dev);

	atomic_store(&v->hung, true);
	return 0;
}

/* The device lock is held, and breaking takes it: a job does it. */
static int run_break(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	struct vnpu *v = axm_priv(dev);

	atomic_store(&v->break_now, true);
	axm_worker_queue(v->watch.worker, &v->watch.job);
	return 0;
}

static void show_slot(uint8_t slot, const char *what, FILE *out)
{
	if (slot == VNPU_FLASH_NONE)
		fprintf(out, "flash-%s none\n", what);
	else
		fprintf(out, "flash-%s %u\n", what, slot);
}

static void show_flash(struct vnpu *v, FILE *out)
{
	static const char *const states[] = {
		[VNPU_FLASH_EMPTY] = "empty",
		[VNPU_FLASH_PENDING] = "pending",
		[VNPU_FLASH_CONFIRMED] = "confirmed",
		[VNPU_FLASH_BAD] = "bad",
	};
	struct vnpu_flash_log log;

	vnpu_flash_look(v, &log);
	show_slot(log.running, "running", out);
	show_slot(log.next, "next", out);
	fprintf(out, "flash-security %u\n", le32toh(log.security));
	for (unsigned int i = 0; i < VNPU_FLASH_SLOTS; i++) {
		const struct vnpu_flash_slot *s = &log.slot[i];
		uint32_t version = le32toh(s->version);

		fprintf(out, "slot-%u %s %u.%u.%u boots %u\n", i,
			states[le32toh(s->state)], version >> 24,
			version >> 16 & 0xff, version & 0xffff,
			le32toh(s->boots));
	}
	fprintf(out, "pages-retired %u\n", vnpu_retired(v, NULL));
}

static int run_state(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	static const char *const states[] = {
		[VNPU_STATE_RESET] = "reset",
		[VNPU_STATE_WAIT_FW] = "wait-fw",
		[VNPU_STATE_LOADING] = "loading",
		[VNPU_STATE_READY] = "ready",
		[VNPU_STATE_FAILED] = "failed",
	};
	struct vnpu *v = axm_priv(dev);

	fprintf(out, "profile %s\nstate %s\nerror %u\nadmin %s\n",
		v->limits->name, states[v->state], v->error,
		v->enabled ? "enabled" : "off");
	for (uint32_t i = 0; i < v->limits->contexts; i++)
		if (atomic_load(&v->contexts[i].busy_ns))
			fprintf(out, "context %u busy-ns %llu\n", i,
				atomic_load(&v->contexts[i].busy_ns));
	fprintf(out, "queues-awake %u\nprivate-used %llu\n",
		atomic_load(&v->awake), atomic_load(&v->private_used));
	show_flash(v, out);
	return 0;
}

const struct axm_command vnpu_commands[] = {
	{ "state", "", "profile, state, awake queues, stored firmware",
	  run_state },
	{ "wrong-done", "[N]", "the next N completions lie beyond the ring (1)",
	  run_wrong_done },
	{ "temperature", "MILLIDEGREES", "the temperature from now on",
	  run_temperature },
	{ "lie", "temperature|counters|sequence|off",
	  "what telemetry says: nothing is as hot, counters run back, it is"
	  " never whole",
	  run_lie },
	{ "ras", "memory|sram|link corrected|uncorrected [N] [ADDRESS]",
	  "N errors of a unit (1); ADDRESS is for memory", run_ras },
	{ "boot-fail", "", "the next stored image does not start",
	  run_boot_fail },
	{ "hang-firmware", "",
	  "telemetry and commands stop until a reset; queues go on",
	  run_hang_firmware },
	{ "break", "", "the device is broken: state FAILED", run_break },
	{ 0 },
};
