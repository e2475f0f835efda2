// SPDX-License-Identifier: MIT
/* Contexts and the calls of the edu device, on made-up trees. */
#include "tree.h"

#include <axl/edu.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct opened {
	struct tree tree;
	struct axl_device *device;
};

static bool device_open(struct opened *opened, const char *scenario,
			const char *name)
{
	opened->device = NULL;
	return tree_open(&opened->tree, scenario) &&
	       TAP_EQUAL(axl_device_open(opened->tree.system, name,
					 &opened->device),
			 0);
}

static void device_close(struct opened *opened)
{
	axl_device_close(opened->device);
	tree_close(&opened->tree);
}

static void factorials_are_computed(void)
{
	static const uint32_t factorials[] = {
		1,    1,     2,	     6,	      24,	120,	   720,
		5040, 40320, 362880, 3628800, 39916800, 479001600,
	};
	struct axl_context *ctx;
	uint32_t result = 0;
	struct opened o;

	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	TAP_REQUIRE(axl_context_create(o.device, &ctx) == 0);
	for (uint32_t n = 0; n <= AXL_EDU_FACTORIAL_MAX; n++) {
		TAP_EQUAL(axl_edu_factorial(ctx, n, &result), 0);
		TAP_EQUAL(result, factorials[n]);
	}
	TAP_EQUAL(axl_edu_factorial(ctx, 13, &result), -EINVAL);
	TAP_STRING(axl_error_detail(ctx),
		   "13! does not fit into the 32 bits of the device; 12! is "
		   "the largest that does");
	TAP_EQUAL(axl_edu_factorial(ctx, UINT32_MAX, &result), -EINVAL);
	TAP_EQUAL(axl_edu_factorial(ctx, 3, &result), 0);
	TAP_STRING(axl_error_detail(ctx), "");
	axl_context_destroy(ctx);
	device_close(&o);
}

static void copies_are_checked(void)
{
	char src[AXL_EDU_COPY_MAX], dst[AXL_EDU_COPY_MAX];
	struct axl_context *ctx;
	struct opened o;

	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	TAP_REQUIRE(axl_context_create(o.device, &ctx) == 0);
	memset(src, 0x5a, sizeof(src));
	memset(dst, 0, sizeof(dst));
	TAP_EQUAL(axl_edu_copy(ctx, dst, src, sizeof(dst)), 0);
	TAP_EQUAL(memcmp(dst, src, sizeof(dst)), 0);
	TAP_EQUAL(axl_edu_copy(ctx, dst, src, 1), 0);
	TAP_EQUAL(axl_edu_copy(ctx, dst, src, 0), -EINVAL);
	TAP_EQUAL(axl_edu_copy(ctx, dst, src, sizeof(dst) + 1), -EINVAL);
	TAP_STRING(axl_error_detail(ctx),
		   "a copy has 1 to 4096 bytes, not 4097");
	/* Would be 1 if only the lower half of the size were looked at. */
	TAP_EQUAL(axl_edu_copy(ctx, dst, src, (size_t)1 << 32 | 1), -EINVAL);
	axl_context_destroy(ctx);
	device_close(&o);
}

struct refusal {
	const char *behaviour;
	int err;
	const char *detail; /* %s is the root */
};

static void refusals_are_explained(void)
{
	static const struct refusal rows[] = {
		{ "errno 87", -EUSERS,
		  "no context of accel0 is free, 2 of 4 are in use; fuser -v "
		  "/dev/accel/accel0 shows by whom" },
		{ "errno 122", -EDQUOT,
		  "this user has its share of the contexts of accel0: 2 of 4 "
		  "(2 in use by all)" },
		{ "errno 13", -EACCES,
		  "no permission to open %s/dev/accel/accel0: join group "
		  "render or run as root" },
		{ "errno 1", -EPERM,
		  "not allowed to open %s/dev/accel/accel0: the container or "
		  "its device cgroup forbids it" },
		{ "errno 2", -EPERM,
		  "there is no %s/dev/accel/accel0: the container was not "
		  "given it, or udev has not made it" },
		{ "errno 19", -ENODEV,
		  "cannot open %s/dev/accel/accel0: the device is gone "
		  "(unplugged, or its driver unbound)" },
		{ "errno 6", -ENODEV,
		  "nothing is behind %s/dev/accel/accel0: the device has "
		  "gone" },
		{ "errno 5", -EIO,
		  "cannot open %s/dev/accel/accel0: the device failed" },
	};
	struct axl_context *ctx;
	struct opened o;
	char detail[512];

	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *percent = strstr(rows[i].detail, "%s");
		size_t before = percent ? (size_t)(percent - rows[i].detail) :
					  strlen(rows[i].detail);

		snprintf(detail, sizeof(detail), "%.*s%s%s", (int)before,
			 rows[i].detail, percent ? o.tree.root : "",
			 percent ? percent + 2 : "");
		fake_node(o.tree.root, "accel0", rows[i].behaviour);
		TAP_EQUAL(axl_context_create(o.device, &ctx), rows[i].err);
		TAP_STRING(axl_error_detail(o.device), detail);
	}
	device_close(&o);
}

static void a_context_outlives_what_it_came_from(void)
{
	struct axl_context *ctx;
	struct opened o;
	uint32_t result = 0;

	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	TAP_REQUIRE(axl_context_create(o.device, &ctx) == 0);
	axl_device_close(o.device);
	axl_system_destroy(o.tree.system);
	TAP_EQUAL(axl_edu_factorial(ctx, 4, &result), 0);
	TAP_EQUAL(result, 24);
	TAP_STRING(axl_context_entry(ctx)->alias, "edu0");
	axl_context_destroy(ctx);
	fake_destroy(o.tree.root);
}

static void a_lost_device_says_so(void)
{
	struct axl_context *ctx;
	struct opened o;
	uint32_t result;

	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	TAP_REQUIRE(axl_context_create(o.device, &ctx) == 0);
	fake_node(o.tree.root, "accel0", "ioctl 19");
	TAP_EQUAL(axl_edu_factorial(ctx, 4, &result), -ENODEV);
	fake_node(o.tree.root, "accel0", "ioctl 125");
	TAP_EQUAL(axl_edu_factorial(ctx, 4, &result), -ECANCELED);
	TAP_STRING(axl_error_detail(ctx),
		   "no factorial: the work was killed by a device reset");
	/* EAGAIN: no such call of the kit has it, and it is not for ever. */
	fake_node(o.tree.root, "accel0", "ioctl 11");
	TAP_EQUAL(axl_edu_factorial(ctx, 4, &result), -EAGAIN);
	fake_node(o.tree.root, "accel0", "job 5");
	TAP_EQUAL(axl_edu_copy(ctx, &result, &result, 1), -EIO);
	TAP_STRING(axl_error_detail(ctx), "no copy: the device failed");
	fake_node(o.tree.root, "accel0", "");
	TAP_EQUAL(axl_edu_factorial(ctx, 4, &result), 0);
	axl_context_destroy(ctx);
	device_close(&o);
}

/* Each way out of a call gives back what it has taken. */
static void calls_leave_nothing_open(void)
{
	static const char *const behaviours[] = { "", "ioctl 12", "job 125" };
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC), after;
	struct axl_context *ctx;
	struct opened o;
	uint32_t result;
	char byte = 0;

	close(before);
	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	TAP_REQUIRE(axl_context_create(o.device, &ctx) == 0);
	for (size_t i = 0; i < 3; i++) {
		fake_node(o.tree.root, "accel0", behaviours[i]);
		axl_edu_factorial(ctx, 5, &result);
		axl_edu_copy(ctx, &byte, &byte, 1);
	}
	axl_context_destroy(ctx);
	device_close(&o);
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	TAP_EQUAL(after, before);
	close(after);
}

static void mainline_has_no_contexts_yet(void)
{
	struct axl_context *ctx;
	struct opened o;

	TAP_REQUIRE(device_open(&o, "mainline", "ivpu0"));
	TAP_EQUAL(axl_context_create(o.device, &ctx), -EOPNOTSUPP);
	TAP_STRING(
		axl_error_detail(o.device),
		"libaxle cannot make contexts on devices of the driver ivpu");
	device_close(&o);
}

/* A driver on the kit that nobody knows: contexts work, edu's calls do not. */
static void edu_calls_need_an_edu_device(void)
{
	static const struct fake_function npu = { "0000:00:09.0", "ABCD:0001",
						  "120000", "axle_npu" };
	struct axl_device *dev;
	struct axl_context *ctx;
	struct opened o;
	uint32_t result;
	char byte = 0;

	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	fake_pci(o.tree.root, &npu);
	fake_accel(o.tree.root, 1, npu.address);
	fake_control(o.tree.root, 1, npu.address);
	TAP_REQUIRE(axl_device_open(o.tree.system, "npu0", &dev) == 0);
	TAP_REQUIRE(axl_context_create(dev, &ctx) == 0);
	TAP_EQUAL(axl_edu_factorial(ctx, 1, &result), -EOPNOTSUPP);
	TAP_STRING(axl_error_detail(ctx), "accel1 is not an edu device");
	TAP_EQUAL(axl_edu_copy(ctx, &byte, &byte, 1), -EOPNOTSUPP);
	axl_context_destroy(ctx);
	axl_device_close(dev);
	device_close(&o);
}

/* Each with a context of its own, all on one device object. */
static void *compute(void *data)
{
	struct axl_context *ctx = data;
	uint32_t result = 0;

	for (uint32_t i = 0; i < 100; i++) {
		TAP_EQUAL(axl_edu_factorial(ctx, 10, &result), 0);
		TAP_EQUAL(result, 3628800);
		TAP_EQUAL(axl_edu_factorial(ctx, 13, &result), -EINVAL);
		TAP_CHECK(axl_context_error_detail(ctx)[0]);
	}
	axl_context_destroy(ctx);
	return NULL;
}

static void threads_use_contexts_of_their_own(void)
{
	struct axl_context *ctx[4];
	pthread_t threads[4];
	struct opened o;

	TAP_REQUIRE(device_open(&o, "edu", "edu0"));
	for (size_t i = 0; i < 4; i++)
		TAP_REQUIRE(axl_context_create(o.device, &ctx[i]) == 0);
	for (size_t i = 0; i < 4; i++)
		TAP_REQUIRE(pthread_create(&threads[i], NULL, compute,
					   ctx[i]) == 0);
	/* The last reference is dropped by whoever is last. */
	device_close(&o);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

static void destroying_nothing_is_fine(void)
{
	axl_context_destroy(NULL);
	axl_device_close(NULL);
	axl_list_destroy(NULL);
	axl_system_destroy(NULL);
}

static const struct tap_case cases[] = {
	{ "factorials are computed, up to 12", factorials_are_computed },
	{ "copies have 1 to 4096 bytes", copies_are_checked },
	{ "every refusal of open is explained", refusals_are_explained },
	{ "a context outlives its device and system objects",
	  a_context_outlives_what_it_came_from },
	{ "a context on a lost device says so", a_lost_device_says_so },
	{ "calls leave nothing open", calls_leave_nothing_open },
	{ "contexts on mainline devices are refused in words",
	  mainline_has_no_contexts_yet },
	{ "edu calls need an edu device", edu_calls_need_an_edu_device },
	{ "threads use contexts of their own at once",
	  threads_use_contexts_of_their_own },
	{ "destroying nothing is fine", destroying_nothing_is_fine },
};
TAP_MAIN(cases)
