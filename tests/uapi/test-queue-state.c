// SPDX-License-Identifier: MIT
/*
 * What DRM_AXLE_TOPIC_QUEUES tells of the queues of a file, on the test device.
 */
#include "bo.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WAIT_MS 10000

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(64));
}

struct states {
	struct drm_axle_query_queues head;
	struct drm_axle_queue_state queues[MOCK_QUEUES];
};

static bool states_read(int fd, struct states *states)
{
	memset(states, 0xff, sizeof(*states));
	return uapi_query(fd, DRM_AXLE_TOPIC_QUEUES, states, sizeof(*states)) ==
		       0 &&
	       states->head.stride == sizeof(states->queues[0]);
}

/* Waits for a queue's error, which comes from elsewhere. */
static void states_wait(int fd, struct states *states, uint32_t index)
{
	uint64_t end = uapi_now_ms() + WAIT_MS;

	while (states_read(fd, states) && !states->queues[index].error &&
	       uapi_now_ms() < end)
		usleep(1000);
}

static void check_state(const struct drm_axle_queue_state *state,
			const struct drm_axle_queue_state *want)
{
	TAP_EQUAL(state->queue, want->queue);
	TAP_EQUAL(state->mode, want->mode);
	TAP_EQUAL(state->engine, want->engine);
	TAP_EQUAL(state->priority, want->priority);
	TAP_EQUAL(state->error, want->error);
	TAP_EQUAL(state->code, want->code);
	TAP_EQUAL(state->address, want->address);
	TAP_EQUAL(state->done, want->done);
}

static void query_shows_what_became_of_queues(void)
{
	struct drm_axle_reset reset = { 0 };
	struct drm_axle_queue_state want[3] = {
		{ 1, DRM_AXLE_QUEUE_USER, MOCK_ENGINE_RINGS, 1, 0, 0, 0, 3 },
		{ 2, DRM_AXLE_QUEUE_USER, MOCK_ENGINE_RINGS, 1, EIO, MOCK_CODE,
		  0x1234, 2 },
		{ 3, DRM_AXLE_QUEUE_USER, MOCK_ENGINE_RINGS, 1, ETIMEDOUT, 0, 0,
		  1 },
	};
	int control = mock_open_control();
	struct user_queue queues[3], other;
	struct states states;

	TAP_REQUIRE(control >= 0 && user_queue_open_alone(&queues[0], 0, 0));
	TAP_REQUIRE(user_queue_open_alone(&other, 0, 0));
	TAP_REQUIRE(user_queue_open(&queues[1], queues[0].fd, 0, 0));
	TAP_REQUIRE(user_queue_open(&queues[2], queues[0].fd, 0, 100));
	for (int i = 0; i < 3; i++)
		for (int n = 3 - i; n; n--)
			user_queue_put(&queues[i], MOCK_NOP, 0, 0);
	user_queue_put(&queues[1], MOCK_CRASH, 0, 0x1234);
	user_queue_put(&queues[2], MOCK_HANG, 0, 0);
	TAP_EQUAL(queue_fence(queues[2].fd, 3, 1, sync_create(queues[2].fd), 0),
		  0);
	TAP_CHECK(user_queue_wait(&queues[0], 3));
	states_wait(queues[0].fd, &states, 1);
	states_wait(queues[0].fd, &states, 2);
	TAP_REQUIRE(states.head.count == 3);
	for (int i = 0; i < 3; i++)
		check_state(&states.queues[i], &want[i]);
	/* A reset ends the one that was well, and no more. */
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	want[0].error = ECANCELED;
	TAP_REQUIRE(states_read(queues[0].fd, &states));
	for (int i = 0; i < 3; i++)
		check_state(&states.queues[i], &want[i]);
	TAP_EQUAL(queue_destroy(queues[1].fd, 2), 0);
	TAP_REQUIRE(states_read(queues[0].fd, &states));
	TAP_EQUAL(states.head.count, 2);
	check_state(&states.queues[1], &want[2]);
	user_queue_unmap(&queues[2]);
	user_queue_unmap(&queues[1]);
	user_queue_close(&queues[0]);
	user_queue_close(&other);
	close(control);
}

static void query_shows_how_far_jobs_got(void)
{
	static const uint32_t ops[] = { MOCK_NOP, MOCK_NOP,  MOCK_FAIL,
					MOCK_NOP, MOCK_FAIL, MOCK_CRASH };
	const struct drm_axle_queue_state want[2] = {
		{ 1, DRM_AXLE_QUEUE_KERNEL, MOCK_ENGINE_SERIAL, 1, 0, 0, 0, 0 },
		{ 2, DRM_AXLE_QUEUE_KERNEL, MOCK_ENGINE_RINGS, 1, EIO,
		  MOCK_CODE, 0x77, 4 },
	};
	struct states states;
	uint32_t sync;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_SERIAL, 0), 1);
	TAP_EQUAL(queue_open(fd, MOCK_ENGINE_RINGS, 0), 2);
	sync = sync_create(fd);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct mock_command command = { .op = ops[i], .value = 0x77 };

		TAP_EQUAL(job_simple(fd, 2, &command, 0, sync), 0);
		TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
		TAP_REQUIRE(states_read(fd, &states));
		TAP_EQUAL(states.queues[1].done, i < 2 ? i + 1 : i < 3 ? 2 : 4);
	}
	TAP_EQUAL(states.head.count, 2);
	for (int i = 0; i < 2; i++)
		check_state(&states.queues[i], &want[i]);
	close(fd);
}

static void query_about_queues_may_be_short(void)
{
	struct drm_axle_query query = { .topic = DRM_AXLE_TOPIC_QUEUES };
	struct states states;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	for (uint32_t i = 1; i <= MOCK_QUEUES; i++)
		TAP_EQUAL(queue_open(fd, MOCK_ENGINE_RINGS, 0), i);
	TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_QUERY, &query), 0);
	TAP_EQUAL(query.size, sizeof(states));
	memset(&states, 0x55, sizeof(states));
	query.data = (uintptr_t)&states;
	query.size = sizeof(states.head) + sizeof(states.queues[0]);
	TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_QUERY, &query), 0);
	TAP_EQUAL(states.head.count, MOCK_QUEUES);
	TAP_EQUAL(states.queues[0].queue, 1);
	TAP_EQUAL(states.queues[1].queue, 0x55555555);
	TAP_REQUIRE(states_read(fd, &states));
	TAP_EQUAL(states.queues[MOCK_QUEUES - 1].queue, MOCK_QUEUES);
	close(fd);
}

static void control_node_has_no_queues(void)
{
	int fd = mock_open_control();
	struct states states;

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(uapi_query(fd, DRM_AXLE_TOPIC_QUEUES, &states,
			     sizeof(states)),
		  EOPNOTSUPP);
	TAP_ERRNO(uapi_query(fd, DRM_AXLE_TOPIC_RAS + 1, &states,
			     sizeof(states)),
		  EINVAL);
	close(fd);
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "a query shows what became of queues, of one file and in order",
	  query_shows_what_became_of_queues },
	{ "a query shows how far a kernel-mode queue got",
	  query_shows_how_far_jobs_got },
	{ "a query about queues may be cut short",
	  query_about_queues_may_be_short },
	{ "the control node has no queues to show",
	  control_node_has_no_queues },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
