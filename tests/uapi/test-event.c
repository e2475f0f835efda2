// SPDX-License-Identifier: MIT
/*
 * Events: what both nodes of the test device give to read() and poll().
 */
#include "bo.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 10000
#define EVENTS 64

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(4));
}

static int open_node(bool control)
{
	int fd = control ? mock_open_control() : mock_open();

	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* Makes @count jobs fail one after the other. */
static void fail_jobs(int fd, uint32_t queue, uint32_t sync, int count)
{
	struct mock_command fail = { .op = MOCK_FAIL };

	for (int i = 0; i < count; i++)
		TAP_REQUIRE(job_simple(fd, queue, &fail, 0, sync) == 0);
	TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
}

static void no_event_is_eagain(void)
{
	const bool *control = tap_data();
	struct pollfd ready = { .events = POLLIN };
	struct drm_axle_event event;
	int fd = open_node(*control);

	TAP_REQUIRE(fd >= 0);
	ready.fd = fd;
	TAP_ERRNO(read(fd, &event, sizeof(event)), EAGAIN);
	TAP_EQUAL(poll(&ready, 1, 0), 0);
	close(fd);
}

static void a_short_buffer_is_einval(void)
{
	struct drm_axle_event event;
	int fd = open_node(false);

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(mock_reset(), 0);
	TAP_ERRNO(read(fd, &event, sizeof(event) - 1), EINVAL);
	TAP_ERRNO(read(fd, &event, 0), EINVAL);
	TAP_EQUAL(read(fd, &event, sizeof(event)), sizeof(event));
	close(fd);
}

static void a_bad_buffer_is_efault(void)
{
	void *nothing =
		mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_node(true);

	TAP_REQUIRE(fd >= 0 && nothing != MAP_FAILED);
	TAP_EQUAL(mock_reset(), 0);
	TAP_ERRNO(read(fd, nothing, sizeof(struct drm_axle_event)), EFAULT);
	munmap(nothing, PAGE);
	close(fd);
}

static void a_failed_job_is_a_fault_of_its_file(void)
{
	struct drm_axle_event event;
	int fd = open_node(false), other = open_node(false);
	int control = open_node(true);
	uint32_t queue, sync;

	TAP_REQUIRE(fd >= 0 && other >= 0 && control >= 0);
	queue_open(fd, MOCK_ENGINE_RINGS, 0);
	queue = queue_open(fd, MOCK_ENGINE_RINGS, 0);
	sync = sync_create(fd);
	fail_jobs(fd, queue, sync, 2);
	TAP_REQUIRE(event_next(fd, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_FAULT);
	TAP_EQUAL(event.size, sizeof(event));
	TAP_EQUAL(event.queue, queue);
	TAP_EQUAL(event.position, 1);
	TAP_EQUAL(event.value, EIO);
	TAP_CHECK(event.time_ns > 0);
	TAP_REQUIRE(event_next(fd, &event, WAIT_MS));
	TAP_EQUAL(event.position, 2);
	/* Nobody else learns of it. */
	TAP_ERRNO(read(other, &event, sizeof(event)), EAGAIN);
	TAP_ERRNO(read(control, &event, sizeof(event)), EAGAIN);
	close(fd);
	close(other);
	close(control);
}

static void a_reset_is_told_on_both_nodes(void)
{
	struct drm_axle_event event;
	int fd = open_node(false), control = open_node(true);

	TAP_REQUIRE(fd >= 0 && control >= 0);
	TAP_EQUAL(mock_reset(), 0);
	TAP_REQUIRE(event_next(fd, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_RESET);
	TAP_REQUIRE(event_next(control, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_RESET);
	mock_set("fail_reset", "1");
	TAP_ERRNO(mock_reset(), EIO);
	mock_set("fail_reset", "0");
	TAP_REQUIRE(event_next(fd, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_FAILED);
	TAP_REQUIRE(event_next(control, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_FAILED);
	TAP_EQUAL(mock_reset(), 0);
	close(fd);
	close(control);
}

/* Whether a uevent with this text comes, and from the compute node. */
static bool uevent_comes(int fd, const char *text)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char message[4096], node[64];
	bool ours = false, found = false;
	ssize_t size;

	snprintf(node, sizeof(node), "DEVNAME=accel/accel%d",
		 uapi_find("mock"));
	while (!(ours && found) && poll(&ready, 1, WAIT_MS) == 1) {
		size = recv(fd, message, sizeof(message) - 1, 0);
		if (size <= 0)
			return false;
		message[size] = '\0';
		ours = found = false;
		for (char *at = message; at < message + size;
		     at += strlen(at) + 1) {
			ours = ours || strcmp(at, node) == 0;
			found = found || strcmp(at, text) == 0;
		}
	}
	return ours && found;
}

static void a_reset_is_a_wedged_uevent(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
				       .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);

	TAP_REQUIRE(fd >= 0);
	TAP_REQUIRE(bind(fd, (void *)&address, sizeof(address)) == 0);
	TAP_EQUAL(mock_reset(), 0);
	TAP_CHECK(uevent_comes(fd, "WEDGED=none"));
	mock_set("fail_reset", "1");
	TAP_ERRNO(mock_reset(), EIO);
	mock_set("fail_reset", "0");
	TAP_CHECK(uevent_comes(fd, "WEDGED=rebind"));
	TAP_EQUAL(mock_reset(), 0);
	TAP_CHECK(uevent_comes(fd, "WEDGED=none"));
	close(fd);
}

static void what_does_not_fit_is_counted(void)
{
	struct drm_axle_event events[EVENTS + 8];
	int fd = open_node(false);
	uint32_t queue, sync;

	TAP_REQUIRE(fd >= 0);
	queue = queue_open(fd, MOCK_ENGINE_RINGS, 0);
	sync = sync_create(fd);
	fail_jobs(fd, queue, sync, EVENTS + 5);
	TAP_EQUAL(read(fd, events, sizeof(events)),
		  (EVENTS + 1) * sizeof(events[0]));
	for (int i = 0; i < EVENTS; i++) {
		TAP_EQUAL(events[i].type, DRM_AXLE_EVENT_FAULT);
		TAP_EQUAL(events[i].position, i + 1);
	}
	TAP_EQUAL(events[EVENTS].type, DRM_AXLE_EVENT_LOST);
	TAP_EQUAL(events[EVENTS].value, 5);
	/* And then all is as before. */
	fail_jobs(fd, queue, sync, 1);
	TAP_REQUIRE(event_next(fd, &events[0], WAIT_MS));
	TAP_EQUAL(events[0].position, EVENTS + 6);
	close(fd);
}

static void the_count_of_the_lost_keeps_its_place(void)
{
	struct drm_axle_event events[EVENTS];
	int fd = open_node(false);
	uint32_t queue, sync;

	TAP_REQUIRE(fd >= 0);
	queue = queue_open(fd, MOCK_ENGINE_RINGS, 0);
	sync = sync_create(fd);
	fail_jobs(fd, queue, sync, EVENTS + 3);
	TAP_EQUAL(read(fd, events, 10 * sizeof(events[0])),
		  10 * sizeof(events[0]));
	fail_jobs(fd, queue, sync, 1);
	TAP_EQUAL(read(fd, events, (EVENTS - 10) * sizeof(events[0])),
		  (EVENTS - 10) * sizeof(events[0]));
	TAP_REQUIRE(event_next(fd, &events[0], WAIT_MS));
	TAP_EQUAL(events[0].type, DRM_AXLE_EVENT_LOST);
	TAP_EQUAL(events[0].value, 3);
	TAP_REQUIRE(event_next(fd, &events[0], WAIT_MS));
	TAP_EQUAL(events[0].position, EVENTS + 4);
	close(fd);
}

struct reader {
	int fd;
	ssize_t result;
	int error;
	struct drm_axle_event event;
};

static void *read_one(void *arg)
{
	struct reader *reader = arg;

	errno = 0;
	reader->result =
		read(reader->fd, &reader->event, sizeof(reader->event));
	reader->error = errno;
	return NULL;
}

static void a_reader_sleeps_until_there_is_one(void)
{
	const bool *control = tap_data();
	struct reader reader = { .fd = open_node(*control) };
	pthread_t thread;

	TAP_REQUIRE(reader.fd >= 0);
	fcntl(reader.fd, F_SETFL, 0);
	pthread_create(&thread, NULL, read_one, &reader);
	usleep(50000);
	TAP_EQUAL(mock_reset(), 0);
	pthread_join(thread, NULL);
	TAP_EQUAL(reader.result, sizeof(reader.event));
	TAP_EQUAL(reader.event.type, DRM_AXLE_EVENT_RESET);
	close(reader.fd);
}

static void removal_wakes_readers(void)
{
	struct reader readers[2] = { { .fd = open_node(false) },
				     { .fd = open_node(true) } };
	struct pollfd ready;
	pthread_t threads[2];

	for (int i = 0; i < 2; i++) {
		TAP_REQUIRE(readers[i].fd >= 0);
		fcntl(readers[i].fd, F_SETFL, 0);
		pthread_create(&threads[i], NULL, read_one, &readers[i]);
	}
	usleep(50000);
	TAP_CHECK(mock_unbind());
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		TAP_EQUAL(readers[i].result, -1);
		TAP_EQUAL(readers[i].error, ENODEV);
		ready = (struct pollfd){ readers[i].fd, POLLIN, 0 };
		TAP_EQUAL(poll(&ready, 1, 0), 1);
		TAP_CHECK(ready.revents & POLLHUP);
		close(readers[i].fd);
	}
	TAP_CHECK(mock_bind());
}

static void a_hang_leaves_a_core_dump(void)
{
	struct mock_command hang = { .op = MOCK_HANG };
	int fd = open_node(false);
	uint32_t queue, sync;

	TAP_REQUIRE(fd >= 0);
	queue = queue_open(fd, MOCK_ENGINE_RINGS, 50);
	sync = sync_create(fd);
	TAP_EQUAL(job_simple(fd, queue, &hang, 0, sync), 0);
	TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
	TAP_EQUAL(uapi_shell("ls /sys/class/devcoredump/devcd*/data >&2"), 0);
	TAP_EQUAL(
		uapi_shell("echo 1 > $(ls /sys/class/devcoredump/devcd*/data)"),
		0);
	close(fd);
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const bool yes = true, no;

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "the compute node without events is EAGAIN", no_event_is_eagain,
	  &no },
	{ "the control node without events is EAGAIN", no_event_is_eagain,
	  &yes },
	{ "a buffer shorter than an event is EINVAL",
	  a_short_buffer_is_einval },
	{ "a buffer that cannot be written is EFAULT", a_bad_buffer_is_efault },
	{ "a job that fails is a fault, told to its file only",
	  a_failed_job_is_a_fault_of_its_file },
	{ "a reset, and one that fails, are told on both nodes",
	  a_reset_is_told_on_both_nodes },
	{ "a reset, and one that fails, are wedged uevents",
	  a_reset_is_a_wedged_uevent },
	{ "what does not fit is counted", what_does_not_fit_is_counted },
	{ "the count of lost events keeps its place among the others",
	  the_count_of_the_lost_keeps_its_place },
	{ "a reader of the compute node sleeps until there is an event",
	  a_reader_sleeps_until_there_is_one, &no },
	{ "a reader of the control node sleeps until there is an event",
	  a_reader_sleeps_until_there_is_one, &yes },
	{ "removal wakes readers with ENODEV", removal_wakes_readers },
	{ "a queue that hangs leaves a core dump", a_hang_leaves_a_core_dump },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
