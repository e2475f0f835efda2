// SPDX-License-Identifier: MIT
/*
 * What the kit does for any driver, shown on the test device axle_mock, which
 * has several contexts and can be told to fail. Runs in any VM, as root.
 */
#include "bo.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTEXTS 5
#define NOBODY 65534

static void module_loads(void)
{
	TAP_CHECK(mock_load(CONTEXTS));
	TAP_CHECK(uapi_find("mock") >= 0);
}

static void platform_device_has_a_topology(void)
{
	struct drm_axle_query_topology topology;
	int fd = mock_open_control();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_TOPOLOGY, &topology,
			     sizeof(topology)),
		  0);
	TAP_EQUAL(topology.bus, DRM_AXLE_BUS_PLATFORM);
	TAP_EQUAL(topology.pci_vendor, 0);
	close(fd);
}

static void contexts_used(unsigned int want)
{
	struct drm_axle_query_limits limits;
	int control = mock_open_control();

	TAP_REQUIRE(control >= 0);
	uapi_query(control, DRM_AXLE_TOPIC_LIMITS, &limits, sizeof(limits));
	TAP_EQUAL(limits.contexts_used, want);
	close(control);
}

static void refused_context_is_not_counted(void)
{
	TAP_CHECK(mock_set("fail_open", "1"));
	TAP_ERRNO(mock_open(), EIO);
	TAP_CHECK(mock_set("fail_open", "0"));
	contexts_used(0);
}

static void memory_is_counted_per_context(void)
{
	char buffer[1024], value[64];
	struct drm_axle_query_memory *memory = (void *)buffer;
	int a = mock_open(), b = mock_open();

	TAP_REQUIRE(a >= 0 && b >= 0);
	TAP_EQUAL(uapi_query(a, DRM_AXLE_TOPIC_MEMORY, buffer, sizeof(buffer)),
		  0);
	TAP_EQUAL(memory->regions[0].used, 2 * MOCK_CONTEXT_BYTES);
	TAP_CHECK(uapi_fdinfo(a, "drm-total-host", value, sizeof(value)));
	TAP_STRING(value, "64 KiB");
	close(a);
	close(b);
}

static void driver_topic_is_answered_on_both_nodes(void)
{
	struct mock_answer answer;
	int control = mock_open_control(), compute = mock_open();

	TAP_REQUIRE(control >= 0 && compute >= 0);
	TAP_EQUAL(uapi_query(control, MOCK_TOPIC, &answer, sizeof(answer)), 0);
	TAP_EQUAL(answer.value, MOCK_VALUE);
	TAP_EQUAL(answer.has_context, 0);
	TAP_EQUAL(uapi_query(compute, MOCK_TOPIC, &answer, sizeof(answer)), 0);
	TAP_EQUAL(answer.has_context, 1);
	TAP_ERRNO(uapi_query(control, MOCK_TOPIC + 1, &answer, sizeof(answer)),
		  EINVAL);
	TAP_ERRNO(uapi_query(control, MOCK_TOPIC, (void *)8, sizeof(answer)),
		  EFAULT);
	close(control);
	close(compute);
}

static void struct_of_the_first_version_gets_a_zero_tail(void)
{
	struct mock_echo echo = { .first = 2, .second = 40 };
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(ioctl(fd, MOCK_IOCTL_ECHO, &echo), 0);
	TAP_EQUAL(echo.sum, 42);
	TAP_EQUAL(uapi_ioctl_sized(fd, MOCK_IOCTL_ECHO, MOCK_ECHO_MIN, &echo),
		  0);
	TAP_EQUAL(echo.sum, 2);
	TAP_EQUAL(echo.second, 40);
	TAP_ERRNO(uapi_ioctl_sized(fd, MOCK_IOCTL_ECHO, MOCK_ECHO_MIN - 1,
				   &echo),
		  EINVAL);
	close(fd);
}

/* Never mapped. */
#define UNMAPPED ((void *)8)

static void call_of_a_driver_is_checked_by_the_kit(void)
{
	struct mock_sleep sleep_args = { .ms = 1 };
	int compute = mock_open(), control = mock_open_control();

	TAP_REQUIRE(compute >= 0 && control >= 0);
	TAP_ERRNO(ioctl(control, MOCK_IOCTL_SLEEP, &sleep_args), EOPNOTSUPP);
	TAP_ERRNO(ioctl(compute, MOCK_IOCTL_SLEEP, UNMAPPED), EFAULT);
	TAP_ERRNO(ioctl(control, MOCK_IOCTL_ECHO, UNMAPPED), EFAULT);
	TAP_ERRNO(uapi_ioctl_sized(compute, MOCK_IOCTL_SLEEP, 4, &sleep_args),
		  EINVAL);
	sleep_args.pad = 1;
	TAP_ERRNO(ioctl(compute, MOCK_IOCTL_SLEEP, &sleep_args), EINVAL);
	close(control);
	close(compute);
}

static void administrative_call_of_a_driver_needs_the_capability(void)
{
	struct mock_echo echo = { .first = 1 };
	int fd = mock_open_control(), status = -1;
	pid_t child;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(ioctl(fd, MOCK_IOCTL_ADMIN, &echo), 0);
	child = fork();
	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(ioctl(fd, MOCK_IOCTL_ADMIN, &echo) ? errno : 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(WEXITSTATUS(status), EPERM);
	close(fd);
}

static void wait_for_state(uint32_t want)
{
	struct drm_axle_query_health health = { .state = ~0u };
	uint64_t end = uapi_now_ms() + 5000;
	int fd = mock_open_control();

	TAP_REQUIRE(fd >= 0);
	while (health.state != want && uapi_now_ms() < end) {
		usleep(1000);
		uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health));
	}
	TAP_EQUAL(health.state, want);
	close(fd);
}

static void engine_that_does_not_end_is_a_fault(void)
{
	struct mock_sleep args = { .ms = 20 };
	struct drm_axle_query_health before, after;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &before, sizeof(before));
	TAP_ERRNO(ioctl(fd, MOCK_IOCTL_SLEEP, &args), EIO);
	/* The fault's own reset comes soon, from elsewhere. */
	for (int i = 0; i < 100; i++) {
		uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &after, sizeof(after));
		if (after.resets > before.resets)
			break;
		usleep(10000);
	}
	TAP_EQUAL(after.faults, before.faults + 1);
	TAP_EQUAL(after.resets, before.resets + 1);
	TAP_CHECK(after.last_fault_ns > before.last_fault_ns);
	close(fd);
}

struct sleeper {
	int fd;
	int error;
};

static void *sleep_long(void *arg)
{
	struct sleeper *sleeper = arg;
	struct mock_sleep args = { .ms = 60000 };

	sleeper->error = ioctl(sleeper->fd, MOCK_IOCTL_SLEEP, &args) ? errno :
								       0;
	return NULL;
}

static void reset_wakes_every_sleeper(void)
{
	struct sleeper sleepers[3];
	struct drm_axle_reset reset = { 0 };
	pthread_t threads[3];
	int control = mock_open_control();
	uint64_t start;

	TAP_REQUIRE(control >= 0);
	for (int i = 0; i < 3; i++) {
		sleepers[i].fd = mock_open();
		pthread_create(&threads[i], NULL, sleep_long, &sleepers[i]);
	}
	usleep(100000);
	start = uapi_now_ms();
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		TAP_EQUAL(sleepers[i].error, ECANCELED);
		close(sleepers[i].fd);
	}
	TAP_CHECK(uapi_now_ms() - start < 10000);
	close(control);
}

static void failed_reset_shows_and_can_be_tried_again(void)
{
	struct mock_sleep sleep_args = { .ms = 1 };
	struct drm_axle_reset reset = { 0 };
	struct mock_answer answer;
	int control = mock_open_control(), compute = mock_open();

	TAP_REQUIRE(control >= 0 && compute >= 0);
	TAP_CHECK(mock_set("fail_reset", "1"));
	TAP_ERRNO(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), EIO);
	wait_for_state(DRM_AXLE_STATE_FAILED);
	TAP_ERRNO(ioctl(compute, MOCK_IOCTL_SLEEP, &sleep_args), EIO);
	TAP_ERRNO(uapi_query(control, MOCK_TOPIC, &answer, sizeof(answer)),
		  EIO);
	TAP_CHECK(mock_set("fail_reset", "0"));
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	wait_for_state(DRM_AXLE_STATE_READY);
	close(control);
	close(compute);
}

static uint64_t resets_so_far(int fd)
{
	struct drm_axle_query_health health = {};

	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health,
			     sizeof(health)),
		  0);
	return health.resets;
}

/* What is broken says so in its reset, too, which is no reason for another. */
static void failed_reset_is_not_repeated(void)
{
	struct drm_axle_reset reset = { 0 };
	int control = mock_open_control();
	uint64_t before;

	TAP_REQUIRE(control >= 0);
	TAP_CHECK(mock_set("fail_reset", "1"));
	before = resets_so_far(control);
	TAP_ERRNO(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), EIO);
	usleep(300000);
	TAP_EQUAL(resets_so_far(control), before + 1);
	TAP_CHECK(mock_set("fail_reset", "0"));
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	wait_for_state(DRM_AXLE_STATE_READY);
	close(control);
}

/* Module use counts show what still holds the driver. */
static void open_nodes_hold_the_module(void)
{
	int control = mock_open_control(), compute = mock_open();

	TAP_REQUIRE(control >= 0 && compute >= 0);
	TAP_CHECK(uapi_shell("rmmod axle_mock 2>/dev/null") != 0);
	close(compute);
	TAP_CHECK(uapi_shell("rmmod axle_mock 2>/dev/null") != 0);
	close(control);
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_find("mock"), -1);
}

static const char unbind[] = "/sys/bus/platform/drivers/axle_mock/unbind";

/* Unbinds the device while @fds are open and a thread sleeps in a call. */
static void removal_wakes_sleepers_and_leaves_files_dead(void)
{
	struct sleeper sleeper = { .fd = -1 };
	struct mock_echo echo = { 0 };
	int control, index;
	pthread_t thread;
	char *path;

	TAP_REQUIRE(mock_load(CONTEXTS));
	index = uapi_find("mock");
	control = mock_open_control();
	sleeper.fd = mock_open();
	path = uapi_bus_device(index);
	TAP_REQUIRE(control >= 0 && sleeper.fd >= 0 && path);
	pthread_create(&thread, NULL, sleep_long, &sleeper);
	usleep(100000);
	TAP_CHECK(uapi_write(unbind, strrchr(path, '/') + 1));
	free(path);
	pthread_join(thread, NULL);
	TAP_EQUAL(sleeper.error, ENODEV);
	TAP_ERRNO(ioctl(control, MOCK_IOCTL_ECHO, &echo), ENODEV);
	TAP_ERRNO(ioctl(sleeper.fd, MOCK_IOCTL_ECHO, &echo), ENODEV);
	close(control);
	close(sleeper.fd);
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
}

static void expect_shown(const char *node, const char *name, const char *want)
{
	char path[96], line[32] = "";

	snprintf(path, sizeof(path), "/sys/class/accel/%s%d/%s", node,
		 uapi_find("mock"), name);
	uapi_read_line(path, line, sizeof(line));
	TAP_STRING(line, want);
}

static void both_nodes_show_state_and_contexts(void)
{
	static const char *const nodes[] = { "accel", "accel_control" };
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	for (int i = 0; i < 2; i++) {
		expect_shown(nodes[i], "state", "ready");
		expect_shown(nodes[i], "contexts_max", "5");
		expect_shown(nodes[i], "contexts_used", "1");
	}
	close(fd);
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "both nodes show state and contexts in sysfs",
	  both_nodes_show_state_and_contexts },
	{ "a platform device has a topology", platform_device_has_a_topology },
	{ "a context that the driver refuses is not counted",
	  refused_context_is_not_counted },
	{ "memory is counted per context and in all",
	  memory_is_counted_per_context },
	{ "a driver's topic is answered on both nodes",
	  driver_topic_is_answered_on_both_nodes },
	{ "a struct of the first version gets a zero tail",
	  struct_of_the_first_version_gets_a_zero_tail },
	{ "a driver's call on the wrong node, of a wrong size or at a bad "
	  "address is refused",
	  call_of_a_driver_is_checked_by_the_kit },
	{ "an administrative call of a driver needs CAP_SYS_ADMIN",
	  administrative_call_of_a_driver_needs_the_capability },
	{ "an engine that does not end is a fault and brings a reset",
	  engine_that_does_not_end_is_a_fault },
	{ "a reset wakes every sleeper with ECANCELED",
	  reset_wakes_every_sleeper },
	{ "a failed reset shows, stops work and can be tried again",
	  failed_reset_shows_and_can_be_tried_again },
	{ "a reset that fails is not repeated", failed_reset_is_not_repeated },
	{ "open nodes hold the driver's module", open_nodes_hold_the_module },
	{ "removal wakes sleepers and leaves files that say ENODEV",
	  removal_wakes_sleepers_and_leaves_files_dead },
};

TAP_MAIN(cases)
