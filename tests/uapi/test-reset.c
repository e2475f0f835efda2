// SPDX-License-Identifier: MIT
/*
 * Resets of a part of the device: an engine, or a queue of somebody's file. On
 * the test device, whose second engine runs many queues side by side.
 */
#include "bo.h"
#include "monitor.h"
#include "power.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000
#define NOBODY 65534
#define LONG_MS 30000

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(8));
}

static int reset(const struct drm_axle_reset *reset)
{
	struct drm_axle_reset copy = *reset;
	int fd = mock_open_control();
	int result = ioctl(fd, DRM_IOCTL_AXLE_RESET, &copy);
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

static uint64_t client_of(int fd)
{
	struct drm_axle_query_context context = { 0 };

	uapi_query(fd, DRM_AXLE_TOPIC_CONTEXT, &context, sizeof(context));
	return context.client_id;
}

static int reset_queue(int fd, uint32_t queue)
{
	return reset(&(struct drm_axle_reset){ .scope = DRM_AXLE_RESET_QUEUE,
					       .client = client_of(fd),
					       .queue = queue });
}

static int reset_engine(uint32_t engine)
{
	return reset(&(struct drm_axle_reset){ .scope = DRM_AXLE_RESET_ENGINE,
					       .engine = engine });
}

static struct drm_axle_query_health health(void)
{
	struct drm_axle_query_health health = { 0 };
	int fd = mock_open_control();

	uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health));
	close(fd);
	return health;
}

struct states {
	struct drm_axle_query_queues head;
	struct drm_axle_queue_state queues[MOCK_QUEUES];
};

/* errno of a queue; -1 if the file has no such. */
static int error_of(int fd, uint32_t queue)
{
	struct states states = { 0 };

	if (uapi_query(fd, DRM_AXLE_TOPIC_QUEUES, &states, sizeof(states)))
		return -1;
	for (uint32_t i = 0; i < states.head.count; i++)
		if (states.queues[i].queue == queue)
			return states.queues[i].error;
	return -1;
}

/* What became of what the setup has submitted last. */
static int outcome(struct setup *s)
{
	if (sync_wait(s->fd, s->sync, 0, WAIT_MS))
		return 1;
	return sync_status(s->fd, s->sync);
}

/* A queue whose job hangs, with a time-out beyond the test's. */
static bool open_hanging(struct setup *s, uint32_t engine)
{
	if (!setup_open(s, engine) || queue_destroy(s->fd, s->queue))
		return false;
	s->queue = queue_open(s->fd, engine, LONG_MS);
	return s->queue && setup_run(s, MOCK_HANG, 0, 0) == 0;
}

static void a_queue_that_hangs_ends_and_others_go_on(void)
{
	struct drm_axle_query_health before = health(), after;
	struct setup hanging, beside, other;

	TAP_REQUIRE(open_hanging(&hanging, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(setup_open(&other, MOCK_ENGINE_RINGS));
	beside = hanging;
	beside.queue = queue_open(hanging.fd, MOCK_ENGINE_RINGS, LONG_MS);
	beside.sync = sync_create(hanging.fd);
	TAP_EQUAL(setup_run(&beside, MOCK_SLEEP, 300, 0), 0);
	TAP_EQUAL(setup_run(&other, MOCK_SLEEP, 300, 0), 0);
	TAP_EQUAL(reset_queue(hanging.fd, hanging.queue), 0);
	TAP_EQUAL(error_of(hanging.fd, hanging.queue), ECANCELED);
	TAP_EQUAL(outcome(&hanging), -ECANCELED);
	TAP_EQUAL(outcome(&beside), 0);
	TAP_EQUAL(outcome(&other), 0);
	TAP_EQUAL(error_of(beside.fd, beside.queue), 0);
	TAP_EQUAL(error_of(other.fd, other.queue), 0);
	TAP_ERRNO(setup_run(&hanging, MOCK_NOP, 0, 0), EIO);
	TAP_EQUAL(setup_run(&other, MOCK_NOP, 0, 0), 0);
	TAP_EQUAL(outcome(&other), 0);
	/* It is no fault, nor a reset of the device. */
	after = health();
	TAP_EQUAL(after.faults, before.faults);
	TAP_EQUAL(after.resets, before.resets);
	/* That it has ended already is no error. */
	TAP_EQUAL(reset_queue(hanging.fd, hanging.queue), 0);
	/* And its file makes a new one. */
	hanging.queue = queue_open(hanging.fd, MOCK_ENGINE_RINGS, 0);
	TAP_EQUAL(setup_run(&hanging, MOCK_NOP, 0, 0), 0);
	TAP_EQUAL(outcome(&hanging), 0);
	setup_close(&hanging);
	setup_close(&other);
}

static void jobs_that_wait_end_with_their_queue(void)
{
	struct mock_command nop = { .op = MOCK_NOP };
	struct setup s;
	uint32_t last;

	TAP_REQUIRE(open_hanging(&s, MOCK_ENGINE_RINGS));
	last = sync_create(s.fd);
	for (int i = 0; i < 20; i++)
		TAP_EQUAL(job_simple(s.fd, s.queue, &nop, 0, last), 0);
	TAP_EQUAL(reset_queue(s.fd, s.queue), 0);
	TAP_EQUAL(outcome(&s), -ECANCELED);
	s.sync = last;
	TAP_EQUAL(outcome(&s), -ECANCELED);
	setup_close(&s);
}

static void an_idle_queue_ends(void)
{
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	TAP_EQUAL(reset_queue(s.fd, s.queue), 0);
	TAP_EQUAL(error_of(s.fd, s.queue), ECANCELED);
	TAP_ERRNO(setup_run(&s, MOCK_NOP, 0, 0), EIO);
	setup_close(&s);
}

static void a_ring_ends_and_its_program_is_told(void)
{
	struct drm_axle_event event = { 0 };
	struct user_queue queue, other;
	uint32_t sync;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0 && user_queue_open(&queue, fd, 0, LONG_MS));
	TAP_REQUIRE(user_queue_open(&other, fd, 0, LONG_MS));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	sync = sync_create(fd);
	user_queue_put(&queue, MOCK_NOP, 0, 0);
	user_queue_put(&queue, MOCK_HANG, 0, 0);
	TAP_CHECK(user_queue_wait(&queue, 1));
	TAP_EQUAL(queue_fence(fd, queue.info.queue, 1, sync, 0), 0);
	TAP_EQUAL(reset_queue(fd, queue.info.queue), 0);
	TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(fd, sync), -ECANCELED);
	TAP_CHECK(event_next(fd, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_FAULT);
	TAP_EQUAL(event.queue, queue.info.queue);
	TAP_EQUAL(event.value, ECANCELED);
	TAP_EQUAL(event.position, 1);
	user_queue_put(&other, MOCK_NOP, 0, 0);
	TAP_CHECK(user_queue_wait(&other, 1));
	user_queue_unmap(&queue);
	user_queue_unmap(&other);
	close(fd);
}

static void an_engine_ends_what_has_work_on_it(void)
{
	struct setup hanging, busy, idle, elsewhere;
	struct user_queue ring, quiet;
	struct drm_axle_query_health before = health();
	int fd = mock_open();

	TAP_REQUIRE(open_hanging(&hanging, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(setup_open(&busy, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(setup_open(&idle, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(setup_open(&elsewhere, MOCK_ENGINE_SERIAL));
	TAP_REQUIRE(fd >= 0 && user_queue_open(&ring, fd, 0, LONG_MS));
	TAP_REQUIRE(user_queue_open(&quiet, fd, 0, LONG_MS));
	TAP_EQUAL(setup_run(&busy, MOCK_SLEEP, LONG_MS, 0), 0);
	TAP_EQUAL(setup_run(&elsewhere, MOCK_SLEEP, 500, 0), 0);
	user_queue_put(&ring, MOCK_HANG, 0, 0);
	user_queue_put(&quiet, MOCK_NOP, 0, 0);
	TAP_CHECK(user_queue_wait(&quiet, 1));
	TAP_EQUAL(reset_engine(MOCK_ENGINE_RINGS), 0);
	TAP_EQUAL(outcome(&hanging), -ECANCELED);
	TAP_EQUAL(outcome(&busy), -ECANCELED);
	TAP_EQUAL(error_of(fd, ring.info.queue), ECANCELED);
	TAP_EQUAL(error_of(fd, quiet.info.queue), 0);
	TAP_EQUAL(error_of(idle.fd, idle.queue), 0);
	TAP_EQUAL(outcome(&elsewhere), 0);
	TAP_EQUAL(setup_run(&idle, MOCK_NOP, 0, 0), 0);
	TAP_EQUAL(outcome(&idle), 0);
	TAP_EQUAL(health().faults, before.faults);
	TAP_EQUAL(health().resets, before.resets);
	user_queue_unmap(&ring);
	user_queue_unmap(&quiet);
	close(fd);
	setup_close(&hanging);
	setup_close(&busy);
	setup_close(&idle);
	setup_close(&elsewhere);
}

static void an_idle_engine_is_reset_without_effect(void)
{
	TAP_EQUAL(reset_engine(MOCK_ENGINE_SERIAL), 0);
	TAP_EQUAL(reset_engine(MOCK_ENGINE_RINGS), 0);
}

static void what_cannot_be_stopped_alone_resets_the_device(void)
{
	struct drm_axle_query_health before = health();
	struct setup hanging, other;

	TAP_REQUIRE(open_hanging(&hanging, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(setup_open(&other, MOCK_ENGINE_RINGS));
	TAP_EQUAL(setup_run(&other, MOCK_SLEEP, 300, 0), 0);
	mock_set("fail_stop", "1");
	TAP_EQUAL(reset_queue(hanging.fd, hanging.queue), 0);
	mock_set("fail_stop", "0");
	TAP_EQUAL(outcome(&hanging), -ECANCELED);
	/* Its job runs again. */
	TAP_EQUAL(outcome(&other), 0);
	TAP_EQUAL(health().resets, before.resets + 1);
	setup_close(&hanging);
	setup_close(&other);
}

static void a_device_that_does_not_come_back_is_eio(void)
{
	struct setup hanging;

	TAP_REQUIRE(open_hanging(&hanging, MOCK_ENGINE_RINGS));
	mock_set("fail_stop", "1");
	mock_set("fail_reset", "1");
	TAP_ERRNO(reset_queue(hanging.fd, hanging.queue), EIO);
	TAP_ERRNO(reset_engine(MOCK_ENGINE_RINGS), EIO);
	mock_set("fail_stop", "0");
	mock_set("fail_reset", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(reset_engine(MOCK_ENGINE_RINGS), 0);
	setup_close(&hanging);
}

static void what_is_not_there_is_enoent(void)
{
	struct setup s;
	uint64_t client;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	client = client_of(s.fd);
	TAP_ERRNO(reset_queue(s.fd, s.queue + 1), ENOENT);
	TAP_ERRNO(reset_queue(s.fd, 0), ENOENT);
	TAP_ERRNO(reset_queue(s.fd, ~0u), ENOENT);
	TAP_ERRNO(reset(&(struct drm_axle_reset){
			  .scope = DRM_AXLE_RESET_QUEUE,
			  .client = client + 1000,
			  .queue = s.queue,
		  }),
		  ENOENT);
	TAP_EQUAL(error_of(s.fd, s.queue), 0);
	setup_close(&s);
	TAP_ERRNO(reset(&(struct drm_axle_reset){
			  .scope = DRM_AXLE_RESET_QUEUE,
			  .client = client,
			  .queue = 1,
		  }),
		  ENOENT);
}

static void what_makes_no_sense_is_einval(void)
{
	static const struct drm_axle_reset rows[] = {
		{ .scope = 3 },
		{ .scope = ~0u },
		{ .scope = DRM_AXLE_RESET_DEVICE, .engine = 1 },
		{ .scope = DRM_AXLE_RESET_DEVICE, .client = 1 },
		{ .scope = DRM_AXLE_RESET_DEVICE, .queue = 1 },
		{ .scope = DRM_AXLE_RESET_ENGINE, .engine = 2 },
		{ .scope = DRM_AXLE_RESET_ENGINE, .engine = ~0u },
		{ .scope = DRM_AXLE_RESET_ENGINE, .client = 1 },
		{ .scope = DRM_AXLE_RESET_ENGINE, .queue = 1 },
		{ .scope = DRM_AXLE_RESET_ENGINE, .pad = 1 },
		{ .scope = DRM_AXLE_RESET_QUEUE, .engine = 1 },
		{ .scope = DRM_AXLE_RESET_QUEUE, .pad = 1 },
	};
	struct drm_axle_query_health before = health();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		TAP_ERRNO(reset(&rows[i]), EINVAL);
	TAP_EQUAL(health().resets, before.resets);
}

static void strangers_end_nothing(void)
{
	struct drm_axle_reset args = { .scope = DRM_AXLE_RESET_QUEUE };
	int control = mock_open_control();
	int status = -1;
	struct setup s;
	pid_t child;

	TAP_REQUIRE(control >= 0 && setup_open(&s, MOCK_ENGINE_RINGS));
	args.client = client_of(s.fd);
	args.queue = s.queue;
	child = fork();
	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(!ioctl(control, DRM_IOCTL_AXLE_RESET, &args) ||
		      errno != EPERM);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	TAP_EQUAL(error_of(s.fd, s.queue), 0);
	setup_close(&s);
	close(control);
}

/* Ends what comes and goes, from two sides. */
static void queues_that_are_destroyed_meanwhile_do_no_harm(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		for (int i = 0; i < 300; i++)
			if (reset_engine(MOCK_ENGINE_RINGS))
				_exit(1);
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		struct setup s;

		TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
		if (setup_run(&s, MOCK_HANG, 0, 0))
			TAP_EQUAL(errno, EIO);
		queue_destroy(s.fd, s.queue);
		setup_close(&s);
	}
	TAP_EQUAL(status, 0);
	TAP_CHECK(mock_nothing_left());
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "a queue that hangs ends, and others go on",
	  a_queue_that_hangs_ends_and_others_go_on },
	{ "jobs that wait end with their queue",
	  jobs_that_wait_end_with_their_queue },
	{ "an idle queue ends", an_idle_queue_ends },
	{ "a ring ends, and its program is told",
	  a_ring_ends_and_its_program_is_told },
	{ "the reset of an engine ends what has work on it, and nothing else",
	  an_engine_ends_what_has_work_on_it },
	{ "the reset of an idle engine has no effect",
	  an_idle_engine_is_reset_without_effect },
	{ "a queue that cannot be stopped alone resets the device",
	  what_cannot_be_stopped_alone_resets_the_device },
	{ "a device that does not come back is EIO",
	  a_device_that_does_not_come_back_is_eio },
	{ "a client or a queue that is not there is ENOENT",
	  what_is_not_there_is_enoent },
	{ "a reset that makes no sense is EINVAL, and none",
	  what_makes_no_sense_is_einval },
	{ "strangers end nothing", strangers_end_nothing },
	{ "queues that are destroyed meanwhile do no harm",
	  queues_that_are_destroyed_meanwhile_do_no_harm },
};

TAP_MAIN(cases)
