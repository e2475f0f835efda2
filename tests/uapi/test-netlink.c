// SPDX-License-Identifier: MIT
/*
 * The generic netlink family "axle": what it answers about the test device and
 * about many of them, what it refuses, and the events of both groups.
 */
#include "bo.h"
#include "netlink.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 10000
#define QUIET_MS 300
#define MORE 40 /* devices: more than a part of a dump holds */
#define NOBODY 65534
#define BURST 20000

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(4));
}

static void device_get_tells_who_it_is(void)
{
	struct drm_axle_query_topology topology;
	struct genl_answer answer;
	int index = uapi_find("mock");
	int fd = uapi_open_control(index);
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_REQUIRE(genl_get(&genl, AXLE_CMD_DEVICE_GET, index, &answer) == 0);
	TAP_EQUAL(answer.cmd, AXLE_CMD_DEVICE_GET);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_DEV_INDEX), index);
	TAP_STRING(genl_string(&answer, AXLE_A_DEV_DRIVER), "mock");
	TAP_STRING(genl_string(&answer, AXLE_A_DEV_PRODUCT), "Axle mock");
	TAP_STRING(genl_string(&answer, AXLE_A_DEV_SERIAL), "MOCK0001");
	TAP_CHECK(genl_string(&answer, AXLE_A_DEV_FIRMWARE)[0]);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_DEV_CLASS), DRM_AXLE_CLASS_TEST);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_DEV_CONTEXTS_MAX), 4);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_DEV_STATE), DRM_AXLE_STATE_READY);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_TOPOLOGY, &topology,
			     sizeof(topology)),
		  0);
	TAP_STRING(genl_string(&answer, AXLE_A_DEV_BUS_ADDRESS),
		   topology.bus_address);
	close(fd);
	genl_close(&genl);
}

static void device_get_counts_resets_and_faults(void)
{
	struct genl_answer before, after;
	int index = uapi_find("mock");
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_get(&genl, AXLE_CMD_DEVICE_GET, index, &before), 0);
	mock_set("fail_reset", "1");
	TAP_ERRNO(mock_reset(), EIO);
	TAP_EQUAL(genl_get(&genl, AXLE_CMD_DEVICE_GET, index, &after), 0);
	TAP_EQUAL(genl_uint(&after, AXLE_A_DEV_STATE), DRM_AXLE_STATE_FAILED);
	TAP_EQUAL(genl_uint(&after, AXLE_A_DEV_FAULTS),
		  genl_uint(&before, AXLE_A_DEV_FAULTS) + 1);
	mock_set("fail_reset", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(genl_get(&genl, AXLE_CMD_DEVICE_GET, index, &after), 0);
	TAP_EQUAL(genl_uint(&after, AXLE_A_DEV_STATE), DRM_AXLE_STATE_READY);
	TAP_EQUAL(genl_uint(&after, AXLE_A_DEV_RESETS),
		  genl_uint(&before, AXLE_A_DEV_RESETS) + 2);
	genl_close(&genl);
}

static void telemetry_get_tells_engines_and_regions(void)
{
	const struct nlattr *engine[GENL_ATTRS], *region[GENL_ATTRS];
	struct mock_command nap = { .op = MOCK_SLEEP, .ms = 50 };
	struct genl_answer answer;
	int index = uapi_find("mock");
	uint32_t queue, sync, handle;
	int fd = mock_open();
	struct genl genl;

	TAP_REQUIRE(fd >= 0 && genl_open(&genl));
	queue = queue_open(fd, MOCK_ENGINE_SERIAL, 0);
	sync = sync_create(fd);
	TAP_EQUAL(bo_create(fd, MOCK_REGION_DEVICE, 16 * PAGE, 0, &handle), 0);
	TAP_EQUAL(job_simple(fd, queue, &nap, 0, sync), 0);
	TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
	TAP_REQUIRE(genl_get(&genl, AXLE_CMD_TELEMETRY_GET, index, &answer) ==
		    0);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_TELEMETRY_INDEX), index);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_TELEMETRY_CONTEXTS), 1);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_TELEMETRY_STATE),
		  DRM_AXLE_STATE_READY);
	TAP_REQUIRE(genl_nest(&answer, AXLE_A_TELEMETRY_ENGINE,
			      MOCK_ENGINE_SERIAL, engine));
	TAP_STRING(mnl_attr_get_str(engine[AXLE_A_ENGINE_NAME]), "sleep");
	TAP_CHECK(genl_inner_uint(engine[AXLE_A_ENGINE_BUSY]) >= 50000000);
	TAP_CHECK(!genl_nest(&answer, AXLE_A_TELEMETRY_ENGINE, 2, engine));
	TAP_REQUIRE(genl_nest(&answer, AXLE_A_TELEMETRY_REGION,
			      MOCK_REGION_DEVICE, region));
	TAP_STRING(mnl_attr_get_str(region[AXLE_A_REGION_NAME]), "device");
	TAP_EQUAL(genl_inner_uint(region[AXLE_A_REGION_KIND]),
		  DRM_AXLE_MEMORY_DEVICE);
	TAP_EQUAL(genl_inner_uint(region[AXLE_A_REGION_SIZE]), MOCK_MEMORY);
	TAP_EQUAL(genl_inner_uint(region[AXLE_A_REGION_USED]), 16 * PAGE);
	TAP_CHECK(!genl_nest(&answer, AXLE_A_TELEMETRY_REGION, 2, region));
	close(fd);
	genl_close(&genl);
}

static int say(const struct mock_telemetry *telemetry)
{
	struct mock_telemetry copy = *telemetry;
	int fd = mock_open_control();
	int result = ioctl(fd, MOCK_IOCTL_SAY, &copy);

	close(fd);
	return result;
}

static void telemetry_get_tells_what_the_device_says(void)
{
	struct mock_telemetry telemetry = {
		.valid = DRM_AXLE_TELEMETRY_TEMPERATURE |
			 DRM_AXLE_TELEMETRY_POWER,
		.temperature_mc = -5500,
		.power_mw = 12345,
	};
	struct genl_answer answer;
	int index = uapi_find("mock");
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_REQUIRE(say(&telemetry) == 0);
	usleep(100000);
	TAP_EQUAL(genl_get(&genl, AXLE_CMD_TELEMETRY_GET, index, &answer), 0);
	TAP_CHECK(genl_uint(&answer, AXLE_A_TELEMETRY_TIME) > 0);
	TAP_REQUIRE(answer.attrs[AXLE_A_TELEMETRY_TEMPERATURE]);
	TAP_EQUAL((int32_t)genl_uint(&answer, AXLE_A_TELEMETRY_TEMPERATURE),
		  -5500);
	TAP_EQUAL(genl_uint(&answer, AXLE_A_TELEMETRY_POWER), 12345);
	TAP_CHECK(answer.attrs[AXLE_A_TELEMETRY_POWER_CAP_MAX]);
	TAP_CHECK(answer.attrs[AXLE_A_TELEMETRY_CLOCK_LIMIT_MAX]);
	/* What is not valid is not told. */
	TAP_CHECK(!answer.attrs[AXLE_A_TELEMETRY_ENERGY]);
	TAP_CHECK(!answer.attrs[AXLE_A_TELEMETRY_CLOCK]);
	TAP_CHECK(!answer.attrs[AXLE_A_TELEMETRY_THROTTLED]);
	genl_close(&genl);
}

static void ras_get_tells_units_and_pages(void)
{
	const struct nlattr *unit[GENL_ATTRS];
	struct genl_answer answer;
	int index = uapi_find("mock");
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_REQUIRE(genl_get(&genl, AXLE_CMD_RAS_GET, index, &answer) == 0);
	TAP_REQUIRE(genl_nest(&answer, AXLE_A_RAS_UNIT, MOCK_UNIT_LINK, unit));
	TAP_STRING(mnl_attr_get_str(unit[AXLE_A_UNIT_NAME]), "link");
	TAP_CHECK(unit[AXLE_A_UNIT_CORRECTED] && unit[AXLE_A_UNIT_UNCORRECTED]);
	TAP_CHECK(unit[AXLE_A_UNIT_THRESHOLD]);
	TAP_CHECK(!genl_nest(&answer, AXLE_A_RAS_UNIT, MOCK_UNITS, unit));
	TAP_CHECK(answer.attrs[AXLE_A_RAS_PAGES_RETIRED]);
	TAP_CHECK(answer.attrs[AXLE_A_RAS_PAGES_PENDING]);
	genl_close(&genl);
}

/* A request that must fail, and a part of the words that say why. */
struct refusal {
	uint8_t cmd;
	uint16_t flags;
	int error;
	const char *words;
	uint16_t size;
	uint16_t bytes[12]; /* attributes as they go over the wire */
};

static void it_is_refused(void)
{
	const struct refusal *r = tap_data();
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_send(&genl, r->cmd, NLM_F_ACK | r->flags, r->bytes,
			    r->size),
		  0);
	TAP_EQUAL(genl_ack(&genl), -r->error);
	TAP_CHECK(!r->words || strstr(genl.why, r->words));
	tap_note("%s", genl.why);
	genl_close(&genl);
}

static void no_device_with_this_index_is_enodev(void)
{
	static const uint32_t indices[] = { 63, 64, 0x7fffffff, 0xffffffff };
	struct genl_answer answer;
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	for (int i = 0; i < 4; i++) {
		TAP_EQUAL(genl_get(&genl, AXLE_CMD_DEVICE_GET, indices[i],
				   &answer),
			  -ENODEV);
		TAP_CHECK(strstr(genl.why, "index"));
	}
	genl_close(&genl);
}

/* An attribute of the index, and a long one that nobody knows. */
static void an_oversized_message_is_einval(void)
{
	static uint16_t bytes[60000 / 2];
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	bytes[0] = 8;
	bytes[1] = AXLE_A_DEV_INDEX;
	bytes[4] = sizeof(bytes) - 8;
	bytes[5] = 7;
	TAP_EQUAL(genl_send(&genl, AXLE_CMD_DEVICE_GET, NLM_F_ACK, bytes,
			    sizeof(bytes)),
		  0);
	TAP_EQUAL(genl_ack(&genl), -EINVAL);
	/* An attribute that is longer than its message. */
	bytes[4] = 0xffff;
	TAP_EQUAL(genl_send(&genl, AXLE_CMD_RAS_GET, NLM_F_ACK, bytes,
			    sizeof(bytes)),
		  0);
	TAP_EQUAL(genl_ack(&genl), -EINVAL);
	genl_close(&genl);
}

/*
 * Runs @body as nobody, without capabilities; its exit status. The control node,
 * by which devices are found, is root's.
 */
static int as_nobody(int (*body)(int index))
{
	int index = uapi_find("mock");
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (setgid(NOBODY) || setuid(NOBODY))
			_exit(100);
		_exit(body(index));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 101;
}

static int read_as_nobody(int index)
{
	struct genl_answer answer;
	struct genl_dump dump;
	struct genl genl;

	if (!genl_open(&genl))
		return 1;
	if (genl_get(&genl, AXLE_CMD_TELEMETRY_GET, index, &answer))
		return 2;
	if (genl_dump(&genl, AXLE_CMD_RAS_GET, &dump) || dump.count != 1)
		return 3;
	if (genl_join(&genl, genl.groups[0]))
		return 4;
	if (genl_join(&genl, genl.groups[1]) != -EPERM)
		return 5;
	return 0;
}

static void anybody_may_read_but_not_hear_of_jobs(void)
{
	TAP_EQUAL(as_nobody(read_as_nobody), 0);
}

/* In a namespace of one's own one is its administrator. */
static int listen_from_own_namespace(int index)
{
	struct genl_answer event;
	struct genl jobs, devices;
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 1;
	if (!genl_open(&jobs) || !genl_open(&devices))
		return 2;
	if (genl_join(&devices, devices.groups[0]))
		return 3;
	if (genl_join(&jobs, jobs.groups[1]))
		return 4;
	fd = uapi_open_compute(index);
	if (fd < 0)
		return 5;
	close(fd);
	if (genl_event(&jobs, &event, QUIET_MS))
		return 6;
	/* The parent resets the device meanwhile. */
	return genl_event_of(&devices, &event, AXLE_EVENT_RESET) ? 0 : 7;
}

static void *reset_often(void *arg)
{
	volatile bool *stop = arg;

	while (!*stop) {
		usleep(100000);
		mock_reset();
	}
	return NULL;
}

static void an_own_namespace_hears_of_devices_only(void)
{
	bool stop = false;
	pthread_t thread;

	pthread_create(&thread, NULL, reset_often, &stop);
	TAP_EQUAL(as_nobody(listen_from_own_namespace), 0);
	stop = true;
	pthread_join(thread, NULL);
}

static void contexts_are_told_once_with_who_opened_them(void)
{
	struct drm_axle_query_context context;
	struct genl_answer event;
	uint64_t sequence;
	struct genl genl;
	int fd;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_join(&genl, genl.groups[1]), 0);
	fd = mock_open();
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_CONTEXT, &context,
			     sizeof(context)),
		  0);
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	sequence = genl_uint(&event, AXLE_A_EVENT_SEQUENCE);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE),
		  AXLE_EVENT_CONTEXT_CREATED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_INDEX), uapi_find("mock"));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_CLIENT), context.client_id);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_PID), getpid());
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_UID), 0);
	TAP_CHECK(event.attrs[AXLE_A_EVENT_UID]);
	TAP_CHECK(genl_uint(&event, AXLE_A_EVENT_TIME) <=
		  (uapi_now_ms() + 1) * 1000000);
	close(fd);
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE),
		  AXLE_EVENT_CONTEXT_DESTROYED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_SEQUENCE), sequence + 1);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_CLIENT), context.client_id);
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	genl_close(&genl);
}

static int open_as_nobody(int index)
{
	struct mock_command nop = { .op = MOCK_NOP };
	int fd = uapi_open_compute(index);
	uint32_t queue, sync;

	if (fd < 0)
		return 1;
	/* Whoever uses the file last is not who opened it. */
	if (fork() == 0) {
		queue = queue_open(fd, MOCK_ENGINE_RINGS, 0);
		sync = sync_create(fd);
		_exit(job_simple(fd, queue, &nop, 0, sync) ||
		      sync_wait(fd, sync, 0, WAIT_MS));
	}
	wait(NULL);
	return 0;
}

static void the_process_told_is_who_opened_the_file(void)
{
	struct genl_answer event;
	struct genl genl;
	uint64_t pid;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_join(&genl, genl.groups[1]), 0);
	TAP_EQUAL(as_nobody(open_as_nobody), 0);
	TAP_REQUIRE(genl_event_of(&genl, &event, AXLE_EVENT_CONTEXT_CREATED));
	pid = genl_uint(&event, AXLE_A_EVENT_PID);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_UID), NOBODY);
	TAP_REQUIRE(genl_event_of(&genl, &event, AXLE_EVENT_CONTEXT_DESTROYED));
	TAP_CHECK(pid > 0);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_PID), pid);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_UID), NOBODY);
	genl_close(&genl);
}

static void a_failed_job_is_told_with_its_queue(void)
{
	struct mock_command crash = { .op = MOCK_CRASH };
	struct genl_answer event;
	uint32_t queue, sync;
	struct genl jobs, devices;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && genl_open(&jobs) && genl_open(&devices));
	TAP_EQUAL(genl_join(&jobs, jobs.groups[1]), 0);
	TAP_EQUAL(genl_join(&devices, devices.groups[0]), 0);
	queue_open(fd, MOCK_ENGINE_RINGS, 0);
	queue = queue_open(fd, MOCK_ENGINE_RINGS, 0);
	sync = sync_create(fd);
	TAP_EQUAL(job_simple(fd, queue, &crash, 0, sync), 0);
	TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
	TAP_REQUIRE(genl_event_of(&jobs, &event, AXLE_EVENT_FAULT));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_QUEUE), queue);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_CODE), MOCK_CODE);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_VALUE), EIO);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_PID), getpid());
	/* Others hear nothing of it. */
	TAP_CHECK(!genl_event(&devices, &event, QUIET_MS));
	close(fd);
	genl_close(&jobs);
	genl_close(&devices);
}

static void resets_are_told_once_and_in_order(void)
{
	struct genl_answer event;
	uint64_t sequence, resets;
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_join(&genl, genl.groups[0]), 0);
	TAP_EQUAL(mock_reset(), 0);
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE), AXLE_EVENT_RESET);
	TAP_CHECK(!event.attrs[AXLE_A_EVENT_PID]);
	TAP_CHECK(!event.attrs[AXLE_A_EVENT_CLIENT]);
	sequence = genl_uint(&event, AXLE_A_EVENT_SEQUENCE);
	resets = genl_uint(&event, AXLE_A_EVENT_VALUE);
	mock_set("fail_reset", "1");
	TAP_ERRNO(mock_reset(), EIO);
	mock_set("fail_reset", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE), AXLE_EVENT_FAILED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_SEQUENCE), sequence + 1);
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE), AXLE_EVENT_RESET);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_SEQUENCE), sequence + 2);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_VALUE), resets + 2);
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	genl_close(&genl);
}

static void a_device_that_comes_and_goes_is_told(void)
{
	struct genl_answer event, answer;
	int index = uapi_find("mock");
	struct genl genl, other;

	TAP_REQUIRE(genl_open(&genl) && genl_open(&other));
	TAP_EQUAL(genl_join(&genl, genl.groups[0]), 0);
	TAP_CHECK(mock_unbind());
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE),
		  AXLE_EVENT_DEVICE_REMOVED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_INDEX), index);
	TAP_EQUAL(genl_get(&other, AXLE_CMD_DEVICE_GET, index, &answer),
		  -ENODEV);
	TAP_CHECK(mock_bind());
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE),
		  AXLE_EVENT_DEVICE_ADDED);
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_INDEX), uapi_find("mock"));
	TAP_EQUAL(genl_get(&other, AXLE_CMD_DEVICE_GET,
			   genl_uint(&event, AXLE_A_EVENT_INDEX), &answer),
		  0);
	genl_close(&genl);
	genl_close(&other);
}

static bool inject(const char *line)
{
	return uapi_write("/sys/kernel/debug/accel/axle_mock/ras_inject", line);
}

/*
 * All events of the burst have a number, whether they are told or not, and so
 * has the one after it.
 */
static void what_does_not_fit_is_a_gap_in_the_numbers(void)
{
	uint64_t first = 0, last = 0, told = 0;
	struct genl_answer event;
	char burst[16];
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_join(&genl, genl.groups[0]), 0);
	TAP_EQUAL(mock_reset(), 0);
	snprintf(burst, sizeof(burst), "%d", BURST);
	TAP_CHECK(mock_set("ras_reports", burst));
	TAP_CHECK(inject("link uncorrected"));
	TAP_CHECK(mock_set("ras_reports", "1"));
	/* What the socket had no room for is gone, so it is emptied first. */
	while (genl_event(&genl, &event, told ? QUIET_MS : WAIT_MS)) {
		TAP_REQUIRE(genl_uint(&event, AXLE_A_EVENT_SEQUENCE) > last);
		last = genl_uint(&event, AXLE_A_EVENT_SEQUENCE);
		first = first ?: last;
		told++;
	}
	TAP_EQUAL(mock_reset(), 0);
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	last = genl_uint(&event, AXLE_A_EVENT_SEQUENCE);
	told++;
	tap_note("%ju of %d events were told", (uintmax_t)told, BURST + 2);
	TAP_EQUAL(last - first + 1, BURST + 2);
	TAP_CHECK(told > 2 && told < BURST);
	genl_close(&genl);
}

static void whoever_opens_often_does_not_silence_the_device(void)
{
	struct genl_answer event;
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_join(&genl, genl.groups[0]), 0);
	for (int i = 0; i < 300; i++)
		close(mock_open());
	TAP_CHECK(inject("link uncorrected"));
	for (int i = 0; i < 300; i++)
		close(mock_open());
	TAP_REQUIRE(genl_event(&genl, &event, WAIT_MS));
	TAP_EQUAL(genl_uint(&event, AXLE_A_EVENT_TYPE), AXLE_EVENT_UNCORRECTED);
	TAP_STRING(genl_string(&event, AXLE_A_EVENT_UNIT), "link");
	TAP_CHECK(!genl_event(&genl, &event, QUIET_MS));
	genl_close(&genl);
}

static void modules_unload(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static void many_devices_load(void)
{
	TAP_EQUAL(uapi_shell("modprobe axle_mock more=%d", MORE), 0);
}

static void a_dump_tells_of_all_devices(void)
{
	const uint8_t *cmd = tap_data();
	struct genl_dump dump;
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_dump(&genl, *cmd, &dump), 0);
	TAP_EQUAL(dump.count, MORE + 1);
	for (int i = 1; i < dump.count; i++)
		TAP_CHECK(dump.index[i] > dump.index[i - 1]);
	TAP_CHECK(!dump.interrupted);
	genl_close(&genl);
}

static bool bind_one(int n, bool bind)
{
	char name[32];

	snprintf(name, sizeof(name), "axle_mock.%d", n);
	return uapi_write(bind ? "/sys/bus/platform/drivers/axle_mock/bind" :
				 "/sys/bus/platform/drivers/axle_mock/unbind",
			  name);
}

static void a_dump_says_that_devices_went_meanwhile(void)
{
	struct genl_dump dump = { 0 };
	int result = 0, before;
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_dump_begin(&genl, AXLE_CMD_TELEMETRY_GET), 0);
	TAP_EQUAL(genl_dump_part(&genl, &dump), 0);
	before = dump.count;
	TAP_CHECK(before > 0 && before < MORE);
	TAP_CHECK(!dump.interrupted);
	TAP_CHECK(bind_one(MORE - 1, false));
	while (!result)
		result = genl_dump_part(&genl, &dump);
	TAP_EQUAL(result, 1);
	TAP_CHECK(dump.interrupted);
	for (int i = 1; i < dump.count; i++)
		TAP_CHECK(dump.index[i] > dump.index[i - 1]);
	TAP_CHECK(bind_one(MORE - 1, true));
	genl_close(&genl);
}

static void a_dump_that_nobody_ends_keeps_no_device(void)
{
	struct genl_dump dump = { 0 };
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	TAP_EQUAL(genl_dump_begin(&genl, AXLE_CMD_TELEMETRY_GET), 0);
	TAP_EQUAL(genl_dump_part(&genl, &dump), 0);
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_CHECK(uapi_find("mock") < 0);
	genl_close(&genl);
	TAP_EQUAL(uapi_shell("modprobe axle_mock more=%d", MORE), 0);
}

static void *come_and_go(void *arg)
{
	volatile bool *stop = arg;

	for (int n = 1; !*stop; n = n % 5 + 1) {
		bind_one(n, false);
		bind_one(n, true);
	}
	return NULL;
}

/* Those that stay are in every dump. */
static void dumps_go_on_while_devices_come_and_go(void)
{
	uint64_t end = uapi_now_ms() + 5000;
	int dumps = 0, interrupted = 0;
	struct genl_dump dump;
	bool stop = false;
	pthread_t thread;
	struct genl genl;

	TAP_REQUIRE(genl_open(&genl));
	pthread_create(&thread, NULL, come_and_go, &stop);
	for (; uapi_now_ms() < end; dumps++) {
		TAP_EQUAL(genl_dump(&genl, AXLE_CMD_TELEMETRY_GET, &dump), 0);
		interrupted += dump.interrupted;
		TAP_CHECK(dump.count >= MORE - 1 && dump.count <= MORE + 1);
		for (int i = 1; i < dump.count; i++)
			TAP_CHECK(dump.index[i] > dump.index[i - 1]);
	}
	stop = true;
	pthread_join(thread, NULL);
	tap_note("%d dumps, %d of them interrupted", dumps, interrupted);
	TAP_CHECK(dumps > 1);
	TAP_EQUAL(genl_dump(&genl, AXLE_CMD_DEVICE_GET, &dump), 0);
	TAP_EQUAL(dump.count, MORE + 1);
	TAP_CHECK(!dump.interrupted);
	genl_close(&genl);
}

static const uint8_t device_get = AXLE_CMD_DEVICE_GET,
		     telemetry_get = AXLE_CMD_TELEMETRY_GET,
		     ras_get = AXLE_CMD_RAS_GET;

static const struct refusal no_index = { AXLE_CMD_DEVICE_GET, 0, EINVAL,
					 "index" };
static const struct refusal short_index = {
	AXLE_CMD_TELEMETRY_GET, 0, EINVAL, "attribute", 8, { 6, 1 }
};
static const struct refusal long_index = { AXLE_CMD_RAS_GET, 0,	 EINVAL,
					   "attribute",	     12, { 12, 1 } };
static const struct refusal nested_index = {
	AXLE_CMD_RAS_GET, 0, EINVAL, NULL, 8, { 8, 1 | NLA_F_NESTED }
};
static const struct refusal unknown_attribute = {
	AXLE_CMD_DEVICE_GET, 0, EINVAL, "attribute", 16, { 8, 1, 0, 0, 8, 2 }
};
static const struct refusal trailing_bytes = {
	AXLE_CMD_DEVICE_GET, 0, EINVAL, "attribute", 10, { 8, 1, 0, 0, 1 }
};
static const struct refusal no_length = { AXLE_CMD_DEVICE_GET, 0, EINVAL,
					  "attribute",	       8, { 0, 1 } };
static const struct refusal dump_of_one = {
	AXLE_CMD_DEVICE_GET, NLM_F_DUMP, EINVAL, "all devices", 8, { 8, 1 }
};
static const struct refusal dump_unknown = {
	AXLE_CMD_RAS_GET, NLM_F_DUMP, EINVAL, "attribute", 8, { 8, 9 }
};
static const struct refusal event_asked = { AXLE_CMD_EVENT_NTF, 0, EOPNOTSUPP };
static const struct refusal event_dumped = { AXLE_CMD_EVENT_NTF, NLM_F_DUMP,
					     EOPNOTSUPP };
static const struct refusal no_command = { 0, 0, EOPNOTSUPP };
static const struct refusal high_command = { 200, 0, EOPNOTSUPP };

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "device-get tells who the device is", device_get_tells_who_it_is },
	{ "device-get counts resets and faults",
	  device_get_counts_resets_and_faults },
	{ "telemetry-get tells of engines and regions",
	  telemetry_get_tells_engines_and_regions },
	{ "telemetry-get tells what the device says, and only what is valid",
	  telemetry_get_tells_what_the_device_says },
	{ "ras-get tells of units and pages", ras_get_tells_units_and_pages },
	{ "an index that no device has is ENODEV, in words",
	  no_device_with_this_index_is_enodev },
	{ "a request without index is EINVAL", it_is_refused, &no_index },
	{ "an index that is too short is EINVAL", it_is_refused, &short_index },
	{ "an index that is too long is EINVAL", it_is_refused, &long_index },
	{ "an index that says it is nested is EINVAL", it_is_refused,
	  &nested_index },
	{ "an unknown attribute is EINVAL", it_is_refused, &unknown_attribute },
	{ "bytes behind the attributes are EINVAL", it_is_refused,
	  &trailing_bytes },
	{ "an attribute without length is EINVAL", it_is_refused, &no_length },
	{ "a dump of one device is EINVAL", it_is_refused, &dump_of_one },
	{ "an unknown attribute of a dump is EINVAL", it_is_refused,
	  &dump_unknown },
	{ "an event cannot be asked for", it_is_refused, &event_asked },
	{ "events cannot be dumped", it_is_refused, &event_dumped },
	{ "there is no command 0", it_is_refused, &no_command },
	{ "there is no command 200", it_is_refused, &high_command },
	{ "an oversized message is EINVAL", an_oversized_message_is_einval },
	{ "anybody may read, and hear of devices but not of jobs",
	  anybody_may_read_but_not_hear_of_jobs },
	{ "a network namespace of one's own hears of devices, not of jobs",
	  an_own_namespace_hears_of_devices_only },
	{ "contexts are told once, with who opened them",
	  contexts_are_told_once_with_who_opened_them },
	{ "the process that is told is the one that opened the file",
	  the_process_told_is_who_opened_the_file },
	{ "a failed job is told with its queue, to administrators only",
	  a_failed_job_is_told_with_its_queue },
	{ "resets, and one that fails, are told once and in order",
	  resets_are_told_once_and_in_order },
	{ "a device that goes and comes back is told",
	  a_device_that_comes_and_goes_is_told },
	{ "events that do not fit are a gap in the numbers",
	  what_does_not_fit_is_a_gap_in_the_numbers },
	{ "whoever opens and closes contexts does not silence the device",
	  whoever_opens_often_does_not_silence_the_device },
	{ "the modules unload", modules_unload },
	{ "many devices load", many_devices_load },
	{ "a dump of identities has all devices, in order",
	  a_dump_tells_of_all_devices, &device_get },
	{ "a dump of telemetry has all devices, in order",
	  a_dump_tells_of_all_devices, &telemetry_get },
	{ "a dump of errors has all devices, in order",
	  a_dump_tells_of_all_devices, &ras_get },
	{ "a dump says so if a device went meanwhile",
	  a_dump_says_that_devices_went_meanwhile },
	{ "a dump that nobody reads to its end keeps no device",
	  a_dump_that_nobody_ends_keeps_no_device },
	{ "dumps have all that stay while others come and go",
	  dumps_go_on_while_devices_come_and_go },
	{ "the modules unload after all", modules_unload },
};

TAP_MAIN(cases)
