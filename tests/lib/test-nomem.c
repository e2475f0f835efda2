// SPDX-License-Identifier: MIT
/*
 * Running out of memory: every allocation of the library fails once. The
 * linker sends the library's calls to the __wrap_ functions here; leaks are
 * for the sanitizer to find.
 */
#include "tree.h"

#include <axl/edu.h>
#include <axl/monitor.h>
#include <stdlib.h>
#include <string.h>

/* Allocations that still succeed before one fails; negative: none fails. */
static int countdown = -1;

static bool fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);

void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : __real_strndup(text, size);
}

static int use_device(struct axl_device *device)
{
	struct axl_engine engines[4];
	struct axl_context *context;
	uint32_t count = 4;
	int err;

	err = axl_device_engines(device, engines, sizeof(engines[0]), &count);
	if (err)
		return err;
	err = axl_context_create(device, &context);
	if (!err)
		axl_context_destroy(context);
	return err;
}

/* What a device could not tell for want of memory is unknown, no error. */
static int use_monitor(struct axl_system *system)
{
	struct axl_monitor *monitor;
	int err;

	err = axl_monitor_create(system, &monitor);
	if (err)
		return err;
	err = axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS);
	if (!err)
		err = axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS);
	axl_monitor_destroy(monitor);
	return err;
}

static int use_system(struct axl_system *system)
{
	struct axl_device *device;
	struct axl_list *list;
	int err;

	err = use_monitor(system);
	if (err)
		return err;

	err = axl_list_create(system, &list);
	if (err)
		return err;
	axl_list_destroy(list);
	err = axl_device_open(system, "edu0", &device);
	if (err)
		return err;
	err = use_device(device);
	axl_device_close(device);
	return err;
}

static int use_library(const char *root)
{
	struct axl_config config = { .size = sizeof(config),
				     .root = root,
				     .default_device = "edu0" };
	struct axl_system *system;
	int err;

	err = axl_system_create(&config, &system);
	if (err)
		return err;
	err = use_system(system);
	axl_system_destroy(system);
	return err;
}

static void every_allocation_may_fail(void)
{
	struct tree tree;
	int reached = 0;
	int failed = 0;

	TAP_REQUIRE(tree_open(&tree, "eight"));
	fake_process(tree.root, 9, "user", 0);
	fake_open(tree.root, 9, 3, "/dev/accel/accel0", "drm-client-id:\t1\n");
	for (int n = 0; n < 1000; n++) {
		int err;

		countdown = n;
		err = use_library(tree.root);
		if (countdown >= 0)
			break;
		reached = n + 1;
		failed += err == -ENOMEM;
		TAP_CHECK(err == 0 || err == -ENOMEM);
	}
	countdown = -1;
	tap_note("%d allocations, %d of them needed", reached, failed);
	TAP_CHECK(reached >= 10 && failed >= 8);
	TAP_EQUAL(use_library(tree.root), 0);
	tree_close(&tree);
}

static const struct tap_case cases[] = {
	{ "every allocation may fail", every_allocation_may_fail },
};
TAP_MAIN(cases)
