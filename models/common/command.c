// SPDX-License-Identifier: MIT
/*
 * The commands of the control socket that every device has. They run on the
 * protocol thread; those of a model also hold the device lock.
 */
#include "control.h"
#include "device.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ARGS 16

/* The whole word must be a number in [0, max]. */
static int number(const char *text, uint64_t max, uint64_t *value)
{
	unsigned long long n;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || *end || n > max)
		return -EINVAL;
	*value = n;
	return 0;
}

static int count_fault(atomic_uint *fault, int argc, char **argv, FILE *out)
{
	uint64_t n = 1;

	if (argc > 1 && number(argv[1], UINT_MAX, &n))
		return -EINVAL;
	atomic_store(fault, (unsigned int)n);
	fprintf(out, "next %" PRIu64 "\n", n);
	return 0;
}

static int run_drop_irq(struct axm_device *dev, int argc, char **argv,
			FILE *out)
{
	return count_fault(&dev->faults.drop_irqs, argc, argv, out);
}

static int run_corrupt(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	return count_fault(&dev->faults.corrupt, argc, argv, out);
}

static int run_hang(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	bool on = argc < 2 || !strcmp(argv[1], "on");

	if (!on && strcmp(argv[1], "off"))
		return -EINVAL;
	axm_pool_hang(dev, on);
	if (!on)
		axm_timers_run(dev);
	fprintf(out, "hang %s\n", on ? "on" : "off");
	return 0;
}

static int run_ecc(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	enum axm_ecc_kind kind = AXM_ECC_CORRECTED;
	uint64_t address = 0;

	if (!dev->ops->ecc) {
		fputs("the device has no memory with ECC\n", out);
		return -EOPNOTSUPP;
	}
	if (argc > 1 && !strcmp(argv[1], "ue"))
		kind = AXM_ECC_UNCORRECTED;
	else if (argc > 1 && strcmp(argv[1], "ce"))
		return -EINVAL;
	if (argc > 2 && number(argv[2], UINT64_MAX, &address))
		return -EINVAL;
	axm_lock(dev);
	dev->ops->ecc(dev, kind, address);
	axm_unlock(dev);
	return 0;
}

static int run_remove(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	axm_device_remove(dev, true);
	return 0;
}

static int run_insert(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	axm_device_remove(dev, false);
	return 0;
}

static int run_eject(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	dev->bus_ops->error(dev->bus, true);
	return 0;
}

static int run_bus_error(struct axm_device *dev, int argc, char **argv,
			 FILE *out)
{
	axm_bus_error(dev);
	return 0;
}

static int run_irq(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	uint64_t vector;

	if (argc < 2 || number(argv[1], AXM_MSIX_MAX, &vector))
		return -EINVAL;
	axm_irq_raise(dev, (unsigned int)vector);
	return 0;
}

static int run_reset(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	axm_device_reset(dev, AXM_RESET_BUS);
	return 0;
}

static int run_stats(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	bool clear = argc > 1 && !strcmp(argv[1], "clear");

	if (argc > 1 && !clear)
		return -EINVAL;
	for (unsigned int i = 0; i < AXM_COUNTERS; i++) {
		unsigned long long n =
			clear ? atomic_exchange(&dev->count[i], 0) :
				atomic_load(&dev->count[i]);

		fprintf(out, "%s %llu\n", axm_counter_name(i), n);
	}
	return 0;
}

static int run_info(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	fprintf(out, "device %s\n", dev->ops->name);
	fprintf(out, "id %04x:%04x\n", dev->desc.vendor, dev->desc.device);
	fprintf(out, "present %d\n", axm_device_present(dev));
	fprintf(out, "hang %d\n", axm_pool_hanging(dev));
	fprintf(out, "drop-irq %u\n", atomic_load(&dev->faults.drop_irqs));
	fprintf(out, "corrupt %u\n", atomic_load(&dev->faults.corrupt));
	return 0;
}

static int run_help(struct axm_device *dev, int argc, char **argv, FILE *out);

static const struct axm_command commands[] = {
	{ "help", "", "this text", run_help },
	{ "info", "", "what the device is and which faults are set", run_info },
	{ "stats", "[clear]", "counters; with \"clear\", and back to zero",
	  run_stats },
	{ "drop-irq", "[N]", "swallow the next N interrupts (1)",
	  run_drop_irq },
	{ "corrupt", "[N]", "spoil the next N completions (1)", run_corrupt },
	{ "hang", "[on|off]",
	  "no job starts and no timer fires until off or a"
	  " reset",
	  run_hang },
	{ "ecc", "[ce|ue] [ADDRESS]", "a memory error, corrected or not",
	  run_ecc },
	{ "remove", "", "surprise removal: reads give ones, nothing else works",
	  run_remove },
	{ "insert", "", "back again, as after power on", run_insert },
	{ "eject", "", "ask the host side to give the device back", run_eject },
	{ "bus-error", "", "signal the host side's error notifier",
	  run_bus_error },
	{ "irq", "VECTOR", "raise an interrupt", run_irq },
	{ "reset", "", "reset the device", run_reset },
	{ 0 },
};

static void help_of(const struct axm_command *c, FILE *out)
{
	for (; c && c->name; c++)
		fprintf(out, "%s%s%s - %s\n", c->name, *c->args ? " " : "",
			c->args, c->help);
}

static int run_help(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	help_of(commands, out);
	help_of(dev->ops->commands, out);
	return 0;
}

static const struct axm_command *find(const struct axm_command *c,
				      const char *name)
{
	for (; c && c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static int split(char *line, char **argv)
{
	char *save, *word;
	int argc = 0;

	for (word = strtok_r(line, " \t\r", &save); word;
	     word = strtok_r(NULL, " \t\r", &save)) {
		if (argc == ARGS)
			return -E2BIG;
		argv[argc++] = word;
	}
	return argc;
}

int axm_control_line(struct axm_device *dev, char *line, FILE *out)
{
	const struct axm_command *own, *kit;
	char *argv[ARGS + 1] = { 0 };
	int argc = split(line, argv), ret = AXM_COMMAND_KIT;

	if (!argc)
		return 0;
	if (argc < 0) {
		fputs("error: too many words\n", out);
		return argc;
	}
	own = find(dev->ops->commands, argv[0]);
	kit = find(commands, argv[0]);
	if (!own && !kit) {
		fputs("error: unknown command, try \"help\"\n", out);
		return -ENOENT;
	}
	axm_trace(dev, "control", "command=%s args=%d", argv[0], argc - 1);
	if (own) {
		axm_lock(dev);
		ret = own->run(dev, argc, argv, out);
		axm_unlock(dev);
	}
	if (ret == AXM_COMMAND_KIT)
		ret = kit ? kit->run(dev, argc, argv, out) : -EINVAL;
	if (ret)
		fprintf(out, "error: %s\n", strerror(-ret));
	else
		fputs("ok\n", out);
	return ret;
}
