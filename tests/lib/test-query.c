// SPDX-License-Identifier: MIT
/* Asking devices, on made-up trees. */
#include "tree.h"

#include <stdio.h>
#include <string.h>

static void all_queries_are_answered(void)
{
	struct axl_identity identity;
	struct axl_limits limits;
	struct axl_health health;
	struct axl_engine engines[4];
	struct axl_memory memory[4];
	uint32_t count = 4;
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	TAP_EQUAL(axl_device_identity(dev, &identity, sizeof(identity)), 0);
	TAP_STRING(identity.product, "QEMU edu");
	TAP_STRING(identity.driver_version, "1.0");
	TAP_STRING(identity.serial, "");
	TAP_EQUAL(identity.device_class, AXL_CLASS_TEST);
	TAP_EQUAL(identity.uapi_version, 1);
	TAP_EQUAL(axl_device_limits(dev, &limits, sizeof(limits)), 0);
	TAP_EQUAL(limits.contexts_max, 4);
	TAP_EQUAL(limits.contexts_used, 2);
	TAP_EQUAL(limits.contexts_per_user, 2);
	TAP_EQUAL(limits.dma_address_bits, 28);
	TAP_EQUAL(axl_device_health(dev, &health, sizeof(health)), 0);
	TAP_EQUAL(health.state, AXL_STATE_READY);
	TAP_EQUAL(health.resets, 1);
	TAP_EQUAL(health.faults, 3);
	TAP_EQUAL(axl_device_engines(dev, engines, sizeof(engines[0]), &count),
		  0);
	TAP_EQUAL(count, 2);
	TAP_STRING(engines[0].name, "factorial");
	TAP_EQUAL(engines[0].busy_ns, 1500000);
	count = 4;
	TAP_EQUAL(axl_device_memory(dev, memory, sizeof(memory[0]), &count), 0);
	TAP_EQUAL(count, 2);
	TAP_STRING(memory[1].name, "buffer");
	TAP_EQUAL(memory[1].kind, AXL_MEMORY_DEVICE);
	TAP_EQUAL(memory[1].size, 4096);
	TAP_EQUAL(memory[1].used, 1024);
	TAP_EQUAL(axl_device_reset(dev), 0);
	axl_device_close(dev);
	tree_close(&tree);
}

static void structs_of_other_versions_fit(void)
{
	struct {
		struct axl_limits limits;
		uint32_t more[4];
	} longer;
	struct axl_limits shorter;
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	memset(&longer, 0xff, sizeof(longer));
	TAP_EQUAL(axl_device_limits(dev, &longer.limits, sizeof(longer)), 0);
	TAP_EQUAL(longer.limits.contexts_max, 4);
	for (size_t i = 0; i < 4; i++)
		TAP_EQUAL(longer.more[i], 0);
	memset(&shorter, 0xff, sizeof(shorter));
	TAP_EQUAL(axl_device_limits(dev, &shorter, 4), 0);
	TAP_EQUAL(shorter.contexts_max, 4);
	TAP_EQUAL(shorter.contexts_used, UINT32_MAX);
	axl_device_close(dev);
	tree_close(&tree);
}

static void arrays_tell_their_length(void)
{
	struct axl_engine one[2];
	struct axl_device *dev;
	struct tree tree;
	uint32_t count = 0;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	TAP_EQUAL(axl_device_engines(dev, NULL, sizeof(one[0]), &count), 0);
	TAP_EQUAL(count, 2);
	count = 1;
	memset(one, 0xff, sizeof(one));
	TAP_EQUAL(axl_device_engines(dev, one, sizeof(one[0]), &count), 0);
	TAP_EQUAL(count, 2);
	TAP_STRING(one[0].name, "factorial");
	TAP_EQUAL(one[1].busy_ns, UINT64_MAX);
	axl_device_close(dev);
	tree_close(&tree);
}

static void a_newer_kernel_is_understood(void)
{
	struct axl_engine engines[64];
	struct axl_device *dev;
	struct tree tree;
	uint32_t count = 64;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	fake_node(tree.root, "accel_control0", "grown");
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	TAP_EQUAL(axl_device_engines(dev, engines, sizeof(engines[0]), &count),
		  0);
	TAP_EQUAL(count, 30);
	TAP_STRING(engines[29].name, "core29");
	TAP_EQUAL(engines[29].busy_ns, 29);
	axl_device_close(dev);
	tree_close(&tree);
}

static void nonsense_from_the_kernel_does_no_harm(void)
{
	struct axl_identity identity;
	struct axl_engine engines[4];
	struct axl_memory memory[4];
	struct axl_device *dev;
	struct tree tree;
	uint32_t count = 4;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	fake_node(tree.root, "accel_control0", "nonsense");
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	TAP_EQUAL(axl_device_identity(dev, &identity, sizeof(identity)), 0);
	TAP_EQUAL(strlen(identity.product), sizeof(identity.product) - 1);
	TAP_EQUAL(axl_device_engines(dev, engines, sizeof(engines[0]), &count),
		  -EIO);
	TAP_STRING(axl_error_detail(dev),
		   "accel0 answered query 3 with nonsense");
	TAP_EQUAL(axl_device_memory(dev, memory, sizeof(memory[0]), &count),
		  -EIO);
	axl_device_close(dev);
	tree_close(&tree);
}

static void without_permission_sysfs_answers(void)
{
	struct axl_identity identity;
	struct axl_limits limits;
	struct axl_health health;
	struct axl_device *dev;
	struct tree tree;
	char detail[512];

	TAP_REQUIRE(tree_open(&tree, "denied"));
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	TAP_EQUAL(axl_device_identity(dev, &identity, sizeof(identity)),
		  -EACCES);
	snprintf(detail, sizeof(detail),
		 "no permission to open %s/dev/accel/accel_control0: join "
		 "group render or run as root",
		 tree.root);
	TAP_STRING(axl_error_detail(dev), detail);
	TAP_EQUAL(axl_device_limits(dev, &limits, sizeof(limits)), 0);
	TAP_EQUAL(limits.contexts_max, 4);
	TAP_EQUAL(limits.contexts_used, 2);
	TAP_EQUAL(limits.contexts_per_user, AXL_UNKNOWN_32);
	TAP_EQUAL(axl_device_health(dev, &health, sizeof(health)), 0);
	TAP_EQUAL(health.state, AXL_STATE_READY);
	TAP_EQUAL(health.resets, AXL_UNKNOWN_64);
	TAP_EQUAL(axl_device_reset(dev), -EACCES);
	axl_device_close(dev);
	tree_close(&tree);
}

static void a_gone_device_says_so(void)
{
	struct axl_limits limits;
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	TAP_REQUIRE(axl_device_open(tree.system, "edu0", &dev) == 0);
	fake_node(tree.root, "accel_control0", "ioctl 19");
	TAP_EQUAL(axl_device_limits(dev, &limits, sizeof(limits)), -ENODEV);
	TAP_STRING(axl_error_detail(dev),
		   "accel0 did not answer query 2: the device is gone "
		   "(unplugged, or its driver unbound)");
	fake_node(tree.root, "accel_control0", "ioctl 1");
	TAP_EQUAL(axl_device_reset(dev), -EPERM);
	TAP_STRING(
		axl_error_detail(dev),
		"cannot reset accel0: this needs CAP_SYS_ADMIN; run as root");
	axl_device_close(dev);
	tree_close(&tree);
}

static void mainline_devices_tell_what_sysfs_does(void)
{
	struct axl_identity identity;
	struct axl_limits limits;
	struct axl_health health;
	struct axl_engine engine;
	struct axl_memory memory;
	uint32_t count = 1;
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "mainline"));
	TAP_REQUIRE(axl_device_open(tree.system, "ivpu0", &dev) == 0);
	TAP_EQUAL(axl_device_engines(dev, &engine, sizeof(engine), &count), 0);
	TAP_EQUAL(count, 1);
	TAP_EQUAL(engine.busy_ns, 1500000);
	TAP_EQUAL(axl_device_memory(dev, &memory, sizeof(memory), &count), 0);
	TAP_EQUAL(memory.used, 1048576);
	TAP_EQUAL(axl_device_limits(dev, &limits, sizeof(limits)), -EOPNOTSUPP);
	TAP_EQUAL(axl_device_reset(dev), -EOPNOTSUPP);
	axl_device_close(dev);

	TAP_REQUIRE(axl_device_open(tree.system, "habanalabs0", &dev) == 0);
	TAP_EQUAL(axl_device_health(dev, &health, sizeof(health)), 0);
	TAP_EQUAL(health.state, AXL_STATE_RESETTING);
	TAP_EQUAL(health.resets, 5);
	TAP_EQUAL(health.faults, AXL_UNKNOWN_64);
	TAP_EQUAL(axl_device_identity(dev, &identity, sizeof(identity)), 0);
	TAP_STRING(identity.firmware_version, "1.13.0");
	TAP_EQUAL(identity.device_class, AXL_CLASS_DATACENTER);
	axl_device_close(dev);

	TAP_REQUIRE(axl_device_open(tree.system, "qaic0", &dev) == 0);
	TAP_EQUAL(axl_device_health(dev, &health, sizeof(health)), 0);
	TAP_EQUAL(health.faults, 4);
	axl_device_close(dev);

	TAP_REQUIRE(axl_device_open(tree.system, "amdxdna0", &dev) == 0);
	TAP_EQUAL(axl_device_identity(dev, &identity, sizeof(identity)), 0);
	TAP_STRING(identity.product, "RyzenAI-npu4");
	axl_device_close(dev);

	TAP_REQUIRE(axl_device_open(tree.system, "newnpu0", &dev) == 0);
	TAP_EQUAL(axl_device_identity(dev, &identity, sizeof(identity)),
		  -EOPNOTSUPP);
	TAP_STRING(axl_error_detail(dev),
		   "libaxle cannot identify devices of the driver newnpu");
	axl_device_close(dev);
	tree_close(&tree);
}

static void odd_trees_can_be_asked(void)
{
	static const char *const names[] = { "accel0", "accel1", "accel2",
					     "accel3", "accel4", "accel5",
					     "accel6" };
	struct axl_limits limits;
	struct axl_health health;
	struct axl_device *dev;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "hostile"));
	for (size_t i = 0; i < 7; i++) {
		if (!TAP_EQUAL(axl_device_open(tree.system, names[i], &dev), 0))
			continue;
		axl_device_limits(dev, &limits, sizeof(limits));
		axl_device_health(dev, &health, sizeof(health));
		axl_device_close(dev);
	}
	tree_close(&tree);
}

static const struct tap_case cases[] = {
	{ "all queries are answered by a device on the kit",
	  all_queries_are_answered },
	{ "structs of other versions fit", structs_of_other_versions_fit },
	{ "arrays tell their length whatever the room",
	  arrays_tell_their_length },
	{ "longer elements and arrays of a newer kernel are understood",
	  a_newer_kernel_is_understood },
	{ "nonsense from the kernel does no harm",
	  nonsense_from_the_kernel_does_no_harm },
	{ "without permission, sysfs answers what it can",
	  without_permission_sysfs_answers },
	{ "a device that is gone says so", a_gone_device_says_so },
	{ "mainline devices tell what sysfs does",
	  mainline_devices_tell_what_sysfs_does },
	{ "devices of an odd tree can be asked", odd_trees_can_be_asked },
};
TAP_MAIN(cases)
