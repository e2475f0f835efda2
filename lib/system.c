// SPDX-License-Identifier: MIT
/* struct axl_system: the caller's configuration, kept for all objects. */
#include "axlp.h"
#include "trace.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than the device can use. */
#define THREADS_MAX 64u

/* The caller may be older (shorter struct) or newer than this library. */
static void copy_config(struct axl_config *out, const struct axl_config *in)
{
	memset(out, 0, sizeof(*out));
	if (in)
		memcpy(out, in,
		       in->size < sizeof(*out) ? in->size : sizeof(*out));
}

static char *copy_root(const char *root)
{
	size_t length = root ? strlen(root) : 0;

	while (length && root[length - 1] == '/')
		length--;
	return length ? strndup(root, length) : strdup("");
}

static int copy_strings(struct axl_system *sys, const struct axl_config *config)
{
	const char *name = config->default_device;

	if (!name)
		name = getenv("AXLE_DEVICE");
	sys->root = copy_root(config->root);
	if (!sys->root)
		return -ENOMEM;
	if (!name || !name[0])
		return 0;
	sys->default_device = strdup(name);
	return sys->default_device ? 0 : -ENOMEM;
}

/*
 * Threads to compute with: as asked, else what AXLE_THREADS says, else one for
 * each processor that this process may use.
 */
static uint32_t choose_threads(const struct axl_system *sys, uint32_t asked)
{
	const char *text = getenv("AXLE_THREADS");
	unsigned long number = asked;
	cpu_set_t set;
	char *end;

	if (!number && text && text[0]) {
		errno = 0;
		number = strtoul(text, &end, 10);
		if (*end || errno || text[0] < '0' || text[0] > '9') {
			axlp_log(sys, AXL_LOG_WARNING,
				 "AXLE_THREADS is no number: %.32s", text);
			number = 0;
		}
	}
	if (!number && sched_getaffinity(0, sizeof(set), &set) == 0)
		number = (unsigned long)CPU_COUNT(&set);
	if (!number)
		number = 1;
	return number > THREADS_MAX ? THREADS_MAX : (uint32_t)number;
}

int axl_system_create(const struct axl_config *config,
		      struct axl_system **system)
{
	struct axl_config known;
	struct axl_system *sys;
	int err;

	if (config && config->size < sizeof(config->size))
		return -EINVAL;
	copy_config(&known, config);

	sys = calloc(1, sizeof(*sys));
	if (!sys)
		return -ENOMEM;
	atomic_init(&sys->refs, 1);
	sys->log = known.log;
	sys->log_data = known.log_data;
	sys->threads = choose_threads(sys, known.threads);
	sys->trace = axlp_trace_open();
	if (sys->trace < 0 && sys->trace != AXLP_TRACE_OFF)
		axlp_log(sys, AXL_LOG_WARNING,
			 "the file of AXLE_TRACE cannot be written: %s",
			 strerror(-sys->trace));
	err = copy_strings(sys, &known);
	if (err) {
		axl_system_destroy(sys);
		return err;
	}
	*system = sys;
	return 0;
}

struct axl_system *axlp_system_get(struct axl_system *sys)
{
	atomic_fetch_add(&sys->refs, 1);
	return sys;
}

void axl_system_destroy(struct axl_system *system)
{
	if (!system || atomic_fetch_sub(&system->refs, 1) != 1)
		return;
	if (system->trace >= 0)
		close(system->trace);
	free(system->root);
	free(system->default_device);
	free(system);
}

int axlp_system_path(const struct axl_system *sys, char *out, size_t size,
		     const char *format, ...)
{
	int root = snprintf(out, size, "%s", sys->root);
	va_list args;
	int rest;

	if (root < 0 || (size_t)root >= size)
		return -ENAMETOOLONG;
	va_start(args, format);
	rest = vsnprintf(out + root, size - (size_t)root, format, args);
	va_end(args);
	return rest < 0 || (size_t)rest >= size - (size_t)root ? -ENAMETOOLONG :
								 0;
}
