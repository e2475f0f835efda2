// SPDX-License-Identifier: MIT
/*
 * Commands of the model's own at the control socket: what goes wrong on demand,
 * and what to look at. The kit has the rest: lost interrupts, memory errors,
 * removal. A command holds the device lock; what must not is a job of the QSM.
 *
 * The log is a ring of the last lines, with a lock of its own that is the last
 * in any order.
 */
#include "core.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LINES 64u
#define LINE 160
#define RAS_COUNT_MAX 1000 /* errors of one command */

struct aic100_inject {
	struct axm_job sys_err;
	pthread_mutex_t lock; /* what follows */
	uint64_t start, lines;
	struct {
		uint64_t ns;
		char text[LINE];
	} line[LINES];
};

void aic100_log(struct aic100 *a, const char *event, const char *format, ...)
{
	struct aic100_inject *in = a->inject;
	char text[LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	axm_trace(a->dev, event, "%s", text);
	pthread_mutex_lock(&in->lock);
	in->line[in->lines % LINES].ns = axm_now_ns() - in->start;
	snprintf(in->line[in->lines++ % LINES].text, LINE, "%s %.*s", event,
		 LINE - 32, text);
	pthread_mutex_unlock(&in->lock);
}

/* -- commands ----------------------------------------------------------- */

static int number(const char *text, long min, long max, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 0);
	return errno || end == text || *end || *value < min || *value > max ?
		       -EINVAL :
		       0;
}

static int take_dbc(int argc, char **argv, unsigned int *dbc)
{
	long n;

	if (argc < 2 || number(argv[1], 0, AIC100_DBCS - 1, &n))
		return -EINVAL;
	*dbc = (unsigned int)n;
	return 0;
}

/* A number, or one of count names. */
static int take_name(const char *text, int (*name)(const char *), int count,
		     int *value)
{
	long n;

	*value = name(text);
	if (*value >= 0)
		return 0;
	if (number(text, 0, count - 1, &n))
		return -EINVAL;
	*value = (int)n;
	return 0;
}

static int run_crash(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	unsigned int dbc;

	if (take_dbc(argc, argv, &dbc))
		return -EINVAL;
	aic100_ssr_crash(axm_priv(dev), dbc);
	return 0;
}

static int run_ras(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	int kind, source = RAS_DDR;
	long count = 1, address = 0;

	if (argc < 2 || take_name(argv[1], aic100_ras_kind, RAS_ERRORS, &kind))
		return -EINVAL;
	if (argc > 2 &&
	    take_name(argv[2], aic100_ras_source, RAS_SOURCES, &source))
		return -EINVAL;
	if (argc > 3 && number(argv[3], 1, RAS_COUNT_MAX, &count))
		return -EINVAL;
	if (argc > 4 && number(argv[4], 0, LONG_MAX, &address))
		return -EINVAL;
	for (long i = 0; i < count; i++)
		aic100_ras_error(axm_priv(dev), (enum ras_source)source,
				 (enum ras_error)kind, (uint64_t)address);
	return 0;
}

/* QSM. */
static void sys_err(struct axm_device *dev, struct axm_job *job)
{
	aic100_mhi_sys_err(axm_priv(dev), "asked for at the control socket");
}

static int run_sys_err(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	struct aic100 *a = axm_priv(dev);

	axm_worker_queue(a->qsm, &a->inject->sys_err);
	return 0;
}

static int run_soc_reset(struct axm_device *dev, int argc, char **argv,
			 FILE *out)
{
	aic100_mhi_write(axm_priv(dev), AIC100_REG_SOC_RESET, 4,
			 AIC100_SOC_RESET_REQ);
	return 0;
}

static int run_wrong_status(struct axm_device *dev, int argc, char **argv,
			    FILE *out)
{
	struct aic100 *a = axm_priv(dev);
	unsigned int dbc;

	if (take_dbc(argc, argv, &dbc))
		return -EINVAL;
	atomic_fetch_or(&a->faults.wrong_status, 1u << dbc);
	return 0;
}

/* "hang", "hang on" and "hang off" are the kit's. */
static int run_hang(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	struct aic100 *a = axm_priv(dev);
	unsigned int dbc;

	if (argc < 2 || !strcmp(argv[1], "on") || !strcmp(argv[1], "off"))
		return AXM_COMMAND_KIT;
	if (take_dbc(argc, argv, &dbc) || (argc > 2 && strcmp(argv[2], "off")))
		return -EINVAL;
	if (argc == 2) {
		atomic_fetch_or(&a->faults.hang, 1u << dbc);
	} else {
		atomic_fetch_and(&a->faults.hang, ~(1u << dbc));
		aic100_dbc_kick(a, dbc);
	}
	return 0;
}

static int run_no_reply(struct axm_device *dev, int argc, char **argv,
			FILE *out)
{
	struct aic100 *a = axm_priv(dev);
	long n = 1;

	if (argc > 1 && number(argv[1], 0, INT_MAX, &n))
		return -EINVAL;
	atomic_store(&a->faults.no_reply, (unsigned int)n);
	return 0;
}

static int run_usage(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	struct aic100_usage u = { 0 };

	aic100_nnc_usage(axm_priv(dev), &u);
	fprintf(out, "users %u\nconstants %u\nelfs %u\nactivations %u\n",
		u.users, u.constants, u.elfs, u.activations);
	fprintf(out, "nsps %u\ndbcs %u\nsemaphores %u\nreservations %u\n",
		u.nsps, u.dbcs, u.semaphores, u.reservations);
	fprintf(out, "ddr %" PRIu64 "\n", u.ddr);
	return 0;
}

/* The kit's counters come behind. */
static int run_stats(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	struct aic100 *a = axm_priv(dev);
	bool clear = argc > 1 && !strcmp(argv[1], "clear");

	if (argc > 1 && !clear)
		return -EINVAL;
	aic100_dbc_stats(a, clear, out);
	aic100_ras_stats(a, clear, out);
	return AXM_COMMAND_KIT;
}

static int run_log(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	struct aic100 *a = axm_priv(dev);
	struct aic100_inject *in = a->inject;

	pthread_mutex_lock(&in->lock);
	for (uint64_t i = in->lines > LINES ? in->lines - LINES : 0;
	     i < in->lines; i++)
		fprintf(out, "%" PRIu64 ".%06" PRIu64 " %s\n",
			in->line[i % LINES].ns / 1000000000,
			in->line[i % LINES].ns / 1000 % 1000000,
			in->line[i % LINES].text);
	pthread_mutex_unlock(&in->lock);
	return 0;
}

static int run_state(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	static const char *const names[] = {
		[AIC100_EE_PBL] = "pbl",
		[AIC100_EE_SBL] = "sbl",
		[AIC100_EE_AMSS] = "amss",
	};
	struct aic100 *a = axm_priv(dev);

	fprintf(out, "environment %s\n", names[aic100_mhi_ee(a)]);
	fprintf(out, "no-reply %u\n", atomic_load(&a->faults.no_reply));
	fprintf(out, "wrong-status 0x%x\n",
		atomic_load(&a->faults.wrong_status));
	fprintf(out, "hang 0x%x\n", atomic_load(&a->faults.hang));
	return 0;
}

const struct axm_command aic100_commands[] = {
	{ "state", "", "execution environment, and which faults are set",
	  run_state },
	{ "usage", "", "what users hold now", run_usage },
	{ "stats", "[clear]", "counters of channels, errors and accesses",
	  run_stats },
	{ "log", "", "the last things that happened", run_log },
	{ "crash", "DBC", "the channel's network crashes: subsystem restart",
	  run_crash },
	{ "hang", "DBC [off]", "the channel's network begins no run any more",
	  run_hang },
	{ "wrong-status", "DBC", "the channel's next response is an error",
	  run_wrong_status },
	{ "no-reply", "[N]", "swallow the next N replies to messages (1)",
	  run_no_reply },
	{ "ras", "ce|ue|ue-nf [SOURCE] [COUNT] [ADDRESS]",
	  "errors inside the card (ddr 1 0)", run_ras },
	{ "sys-err", "", "the card has an error that takes an MHI reset",
	  run_sys_err },
	{ "soc-reset", "", "the card resets itself", run_soc_reset },
	{ 0 },
};

int aic100_inject_init(struct aic100 *a)
{
	a->inject = calloc(1, sizeof(*a->inject));
	if (!a->inject)
		return -ENOMEM;
	a->inject->sys_err.run = sys_err;
	a->inject->start = axm_now_ns();
	pthread_mutex_init(&a->inject->lock, NULL);
	return 0;
}

void aic100_inject_fini(struct aic100 *a)
{
	if (a->inject)
		pthread_mutex_destroy(&a->inject->lock);
	free(a->inject);
	a->inject = NULL;
}

void aic100_inject_reset(struct aic100 *a)
{
	atomic_store(&a->faults.no_reply, 0);
	atomic_store(&a->faults.wrong_status, 0);
	atomic_store(&a->faults.hang, 0);
}
