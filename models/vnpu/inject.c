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
	fprintf(out, "queues-awake %u\nprivate-used %llu\n",
		atomic_load(&v->awake), atomic_load(&v->private_used));
	return 0;
}

const struct axm_command vnpu_commands[] = {
	{ "state", "", "profile, state, queues that are awake", run_state },
	{ "wrong-done", "[N]", "the next N completions lie beyond the ring (1)",
	  run_wrong_done },
	{ "temperature", "MILLIDEGREES", "the temperature from now on",
	  run_temperature },
	{ "lie", "temperature|counters|sequence|off",
	  "what telemetry says: nothing is as hot, counters run back, it is"
	  " never whole",
	  run_lie },
	{ "hang-firmware", "",
	  "telemetry and commands stop until a reset; queues go on",
	  run_hang_firmware },
	{ "break", "", "the device is broken: state FAILED", run_break },
	{ 0 },
};
