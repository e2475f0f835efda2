// SPDX-License-Identifier: MIT
/*
 * axle-factorial [--device NAME] N: a whole program on libaxle. It finds and
 * opens a device, takes a context on it, and has QEMU's edu device compute N!.
 *
 * Exit status as in axle(1): 0 done, 1 failed, 2 wrong usage, 3 no such device,
 * 4 no permission, 5 an accelerator is there but has no driver.
 */
#include <axl/axle.h>
#include <axl/edu.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int usage(void)
{
	fprintf(stderr, "usage: axle-factorial [--device NAME] N\n");
	return 2;
}

static int fail(int err, const char *detail)
{
	fprintf(stderr, "axle-factorial: %s\n", detail);
	switch (err) {
	case -ENOENT:
	case -ENODEV:
		return 3;
	case -EACCES:
	case -EPERM:
		return 4;
	case -ENXIO:
		return 5;
	}
	return 1;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compute(struct axl_context *context, uint32_t n)
{
	const struct axl_entry *entry = axl_context_entry(context);
	double start = now_ms();
	uint32_t result;
	int err;

	err = axl_edu_factorial(context, n, &result);
	if (err)
		return fail(err, axl_error_detail(context));
	printf("%u! = %u computed on %s (%s, %s) in %.1f ms\n", n, result,
	       entry->alias, entry->product, entry->bus_address,
	       now_ms() - start);
	return 0;
}

/* One that has its driver, else one that could have it; NULL: none. */
static const char *name_of_edu(const struct axl_list *list)
{
	const struct axl_entry *entry;
	const char *name = NULL;

	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++) {
		if (strcmp(entry->driver, "edu") == 0)
			return entry->name;
		if (!name && strcmp(entry->module, "axle_edu") == 0)
			name = entry->bus_address;
	}
	return name;
}

static int compute_on(struct axl_system *system, const char *name, uint32_t n)
{
	struct axl_context *context;
	struct axl_device *device;
	int status;
	int err;

	err = axl_device_open(system, name, &device);
	if (err)
		return fail(err, axl_error_detail(system));
	err = axl_context_create(device, &context);
	if (err) {
		status = fail(err, axl_error_detail(device));
	} else {
		status = compute(context, n);
		axl_context_destroy(context);
	}
	axl_device_close(device);
	return status;
}

/* What libaxle takes by default could be any accelerator. */
static int compute_on_any(struct axl_system *system, uint32_t n)
{
	struct axl_list *list;
	const char *name;
	int status;
	int err;

	err = axl_list_create(system, &list);
	if (err)
		return fail(err, axl_error_detail(system));
	name = name_of_edu(list);
	status = name ? compute_on(system, name, n) :
			fail(-ENOENT, "there is no edu device");
	axl_list_destroy(list);
	return status;
}

/* Returns whether the text is a number and nothing else. */
static int parse_number(const char *text, uint32_t *n)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno ||
	    value > UINT32_MAX)
		return 0;
	*n = (uint32_t)value;
	return 1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ 0 },
	};
	const char *name = NULL;
	struct axl_system *system;
	int option, status, err;
	uint32_t n;

	while ((option = getopt_long(argc, argv, "d:", options, NULL)) != -1) {
		if (option != 'd')
			return usage();
		name = optarg;
	}
	if (argc - optind != 1 || !parse_number(argv[optind], &n))
		return usage();

	err = axl_system_create(NULL, &system);
	if (err)
		return fail(err, strerror(-err));
	status = name ? compute_on(system, name, n) : compute_on_any(system, n);
	axl_system_destroy(system);
	return status;
}
