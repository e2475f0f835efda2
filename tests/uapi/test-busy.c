// SPDX-License-Identifier: MIT
/*
 * Busy times of the test device's engines, of jobs and of rings, in fdinfo and
 * in DRM_AXLE_TOPIC_ENGINES.
 */
#include "bo.h"
#include "power.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 20000
#define MS 1000000ull

static const char *const names[] = { "drm-engine-sleep", "drm-engine-rings" };

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(64));
}

static uint64_t busy_of_file(int fd, uint32_t engine)
{
	char value[64] = "";

	TAP_CHECK(uapi_fdinfo(fd, names[engine], value, sizeof(value)));
	TAP_CHECK(strstr(value, " ns") != NULL);
	return strtoull(value, NULL, 10);
}

static uint64_t busy_of_device(uint32_t engine)
{
	struct {
		struct drm_axle_query_engines head;
		struct drm_axle_engine engines[2];
	} answer = { 0 };
	int fd = mock_open_control();

	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_ENGINES, &answer,
			     sizeof(answer)),
		  0);
	TAP_EQUAL(answer.head.count, 2);
	close(fd);
	return answer.engines[engine].busy_ns;
}

static void jobs_make_their_engine_busy(void)
{
	const uint32_t *engine = tap_data();
	uint64_t device = busy_of_device(*engine);
	uint64_t idle = busy_of_device(!*engine);
	uint64_t first, second, start;
	struct setup s;
	int other;

	TAP_REQUIRE(setup_open(&s, *engine));
	other = mock_open();
	TAP_EQUAL(busy_of_file(s.fd, *engine), 0);
	start = uapi_now_ms();
	TAP_EQUAL(setup_run(&s, MOCK_SLEEP, 400, 0), 0);
	usleep(100000);
	first = busy_of_file(s.fd, *engine);
	usleep(100000);
	second = busy_of_file(s.fd, *engine);
	TAP_CHECK(first > 0 && second >= first + 90 * MS);
	TAP_CHECK(setup_done(&s));
	second = busy_of_file(s.fd, *engine);
	TAP_CHECK(second >= 395 * MS);
	TAP_CHECK(second <= (uapi_now_ms() - start + 1) * MS);
	/* And then no more. */
	usleep(20000);
	TAP_EQUAL(busy_of_file(s.fd, *engine), second);
	TAP_EQUAL(busy_of_device(*engine) - device, second);
	TAP_EQUAL(busy_of_device(!*engine), idle);
	TAP_EQUAL(busy_of_file(other, *engine), 0);
	close(other);
	setup_close(&s);
	TAP_EQUAL(busy_of_device(*engine) - device, second);
}

static void slots_make_their_engine_busy(void)
{
	uint64_t device = busy_of_device(MOCK_ENGINE_RINGS);
	struct user_queue queue;
	int other = mock_open();

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 5000));
	user_queue_put(&queue, MOCK_SLEEP, 70, 0);
	TAP_CHECK(user_queue_wait(&queue, 1));
	TAP_EQUAL(busy_of_file(queue.fd, MOCK_ENGINE_RINGS), 70 * MS);
	user_queue_put(&queue, MOCK_SLEEP, 30, 0);
	TAP_CHECK(user_queue_wait(&queue, 2));
	/* Nobody has looked when the queue goes. */
	TAP_EQUAL(queue_destroy(queue.fd, queue.info.queue), 0);
	TAP_EQUAL(busy_of_file(queue.fd, MOCK_ENGINE_RINGS), 100 * MS);
	TAP_EQUAL(busy_of_device(MOCK_ENGINE_RINGS) - device, 100 * MS);
	TAP_EQUAL(busy_of_file(other, MOCK_ENGINE_RINGS), 0);
	user_queue_close(&queue);
	close(other);
	TAP_EQUAL(busy_of_device(MOCK_ENGINE_RINGS) - device, 100 * MS);
}

static void absurd_claims_are_not_believed(void)
{
	struct user_queue queue;
	uint64_t start = uapi_now_ms(), before, busy;

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 5000));
	user_queue_put(&queue, MOCK_CLAIM, 0, ~0ull);
	TAP_CHECK(user_queue_wait(&queue, 1));
	before = busy_of_file(queue.fd, MOCK_ENGINE_RINGS);
	TAP_CHECK(before > 0);
	TAP_CHECK(before <= (uapi_now_ms() - start + 1) * MS);
	/* Backwards is not. */
	user_queue_put(&queue, MOCK_CLAIM, 0, 1);
	TAP_CHECK(user_queue_wait(&queue, 2));
	busy = busy_of_file(queue.fd, MOCK_ENGINE_RINGS);
	TAP_CHECK(busy >= before);
	usleep(20000);
	TAP_EQUAL(busy_of_file(queue.fd, MOCK_ENGINE_RINGS), busy);
	user_queue_close(&queue);
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const uint32_t serial = MOCK_ENGINE_SERIAL, rings = MOCK_ENGINE_RINGS;

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "jobs make a serial engine busy", jobs_make_their_engine_busy,
	  &serial },
	{ "jobs make an engine with rings busy", jobs_make_their_engine_busy,
	  &rings },
	{ "slots of a ring make their engine busy",
	  slots_make_their_engine_busy },
	{ "absurd claims of a device are not believed",
	  absurd_claims_are_not_believed },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
