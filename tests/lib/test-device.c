// SPDX-License-Identifier: MIT
/* Opening devices by name, on made-up trees. */
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name of the device that opens, or of the error. */
static const char *opened(struct tree *tree, const char *name)
{
	static char out[32];
	struct axl_device *dev;
	int err = axl_device_open(tree->system, name, &dev);

	if (err)
		return strerrorname_np(-err);
	snprintf(out, sizeof(out), "%s", axl_device_entry(dev)->name);
	axl_device_close(dev);
	return out;
}

static void every_name_opens_its_device(void)
{
	static const char *const names[][2] = {
		{ "accel3", "accel3" },	   { "/dev/accel/accel3", "accel3" },
		{ "edu3", "accel3" },	   { "0000:04:00.0", "accel3" },
		{ "04:00.0", "accel3" },   { "edu7", "accel12" },
		{ "edu8", "ENOENT" },	   { "accel4", "ENOENT" },
		{ "accel", "ENOENT" },	   { "accel03", "ENOENT" },
		{ "", "ENOENT" },	   { "/dev/accel/", "ENOENT" },
		{ "../accel3", "ENOENT" }, { "%s%n", "ENOENT" },
	};
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "eight"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!TAP_STRING(opened(&tree, names[i][0]), names[i][1]))
			tap_note("the name was \"%s\"", names[i][0]);
	tree_close(&tree);
}

static void a_platform_device_opens_by_its_address(void)
{
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "mainline"));
	TAP_STRING(opened(&tree, "rknn"), "accel5");
	TAP_STRING(opened(&tree, "4a900000.npu"), "accel6");
	TAP_STRING(opened(&tree, "ivpu0"), "accel1");
	tree_close(&tree);
}

static void the_default_runs_programs(void)
{
	struct tree tree;

	/* The first of these can; if it may not, the others cannot. */
	TAP_REQUIRE(tree_open(&tree, "mainline"));
	fake_edu(tree.root, 8, "0000:00:04.0");
	TAP_STRING(opened(&tree, NULL), "accel0");
	fake_node(tree.root, "accel0", "errno 13");
	TAP_STRING(opened(&tree, NULL), "soft");
	tree_close(&tree);

	TAP_REQUIRE(tree_open(&tree, "none"));
	TAP_STRING(opened(&tree, NULL), "soft");
	TAP_STRING(opened(&tree, "soft"), "soft");
	tree_close(&tree);
}

static void the_default_can_be_set(void)
{
	struct axl_config config = { .size = sizeof(config),
				     .default_device = "edu1" };
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "eight"));
	axl_system_destroy(tree.system);
	config.root = tree.root;
	setenv("AXLE_DEVICE", "edu2", 1);
	TAP_REQUIRE(axl_system_create(&config, &tree.system) == 0);
	TAP_STRING(opened(&tree, NULL), "accel1");
	axl_system_destroy(tree.system);

	config.default_device = NULL;
	TAP_REQUIRE(axl_system_create(&config, &tree.system) == 0);
	TAP_STRING(opened(&tree, NULL), "accel2");
	TAP_STRING(opened(&tree, "edu0"), "accel0");
	axl_system_destroy(tree.system);

	setenv("AXLE_DEVICE", "", 1);
	TAP_REQUIRE(axl_system_create(&config, &tree.system) == 0);
	TAP_STRING(opened(&tree, NULL), "soft");
	unsetenv("AXLE_DEVICE");
	tree_close(&tree);
}

static void nothing_to_open_is_explained(void)
{
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "none"));
	TAP_EQUAL(axl_device_open(tree.system, "accel0", &dev), -ENOENT);
	TAP_STRING(axl_error_detail(tree.system),
		   "no accelerator is called \"accel0\"; there is soft");
	tree_close(&tree);

	TAP_REQUIRE(tree_open(&tree, "edu"));
	TAP_EQUAL(axl_device_open(tree.system, "npu0", &dev), -ENOENT);
	TAP_STRING(axl_error_detail(tree.system),
		   "no accelerator is called \"npu0\"; there is accel0 (edu0), "
		   "soft");
	TAP_EQUAL(axl_device_open(tree.system, "edu0", &dev), 0);
	TAP_STRING(axl_error_detail(tree.system), "");
	axl_device_close(dev);
	tree_close(&tree);
}

static void a_missing_driver_is_explained(void)
{
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "unbound"));
	TAP_EQUAL(axl_device_open(tree.system, "00:04.0", &dev), -ENXIO);
	TAP_STRING(axl_error_detail(tree.system),
		   "0000:00:04.0 is an accelerator (1234:11e8, QEMU edu) "
		   "without a driver; try: modprobe axle_edu");
	TAP_EQUAL(axl_device_open(tree.system, "0000:00:06.0", &dev), -ENXIO);
	TAP_STRING(axl_error_detail(tree.system),
		   "0000:00:06.0 is an accelerator (aaaa:bbbb) without a "
		   "driver, and none is known for it");
	TAP_EQUAL(axl_device_open(tree.system, "00:07.0", &dev), -ENXIO);
	TAP_STRING(axl_error_detail(tree.system),
		   "0000:00:07.0 is an accelerator (17cb:a110, Qualcomm Cloud "
		   "AI 200) held by the driver vfio-pci, which gives it no "
		   "node in /dev/accel");
	tree_close(&tree);
}

static void count_lines(void *data, enum axl_log_level level, const char *text)
{
	unsigned int *lines = data;

	TAP_CHECK(text[0] && !strchr(text, '\n'));
	(*lines)++;
}

static void the_log_goes_to_the_callback(void)
{
	unsigned int lines = 0;
	struct axl_config config = { .size = sizeof(config),
				     .log = count_lines,
				     .log_data = &lines };
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	axl_system_destroy(tree.system);
	config.root = tree.root;
	TAP_REQUIRE(axl_system_create(&config, &tree.system) == 0);
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	TAP_CHECK(lines > 0);
	axl_device_close(dev);
	tree_close(&tree);
}

static const struct tap_case cases[] = {
	{ "every kind of name opens its device", every_name_opens_its_device },
	{ "a platform device opens by its address",
	  a_platform_device_opens_by_its_address },
	{ "the default is the embedded device if no other runs programs",
	  the_default_runs_programs },
	{ "the default can be set by config and variable",
	  the_default_can_be_set },
	{ "that there is nothing to open is explained",
	  nothing_to_open_is_explained },
	{ "that a driver is missing is explained",
	  a_missing_driver_is_explained },
	{ "the log goes to the callback", the_log_goes_to_the_callback },
};
TAP_MAIN(cases)
