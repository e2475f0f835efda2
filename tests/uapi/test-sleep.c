// SPDX-License-Identifier: MIT
/* Sleeps of the whole system, with the test device in it: see sleep.h. */
#include "bo.h"
#include "power.h"
#include "queue.h"
#include "sleep.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void module_loads(void)
{
	TAP_REQUIRE(sleep_prepare());
	setenv("AXLE_MOCK_PARAMETERS", "autosuspend_ms=20", true);
	TAP_REQUIRE(mock_load(64));
}

static void jobs_survive_a_sleep_of_the_system(void)
{
	struct mock_command commands[2] = {
		{ .op = MOCK_SLEEP, .ms = 300 },
		{ .op = MOCK_FILL, .size = 8, .value = 6 },
	};
	uint64_t before = power_resets();
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = { 0 };
	struct job job = { .commands = commands,
			   .count = 2,
			   .uses = &use,
			   .use_count = 1,
			   .out = &out,
			   .out_count = 1 };
	struct user_queue queue;
	struct setup s;
	uint32_t sync;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 60000));
	sync = sync_create(queue.fd);
	use.handle = s.bo;
	out.handle = s.sync;
	user_queue_put(&queue, MOCK_HANG, 0, 0);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 0, sync, 0), 0);
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	TAP_EQUAL(setup_run(&s, MOCK_MIX, 0, 1), 0);
	TAP_REQUIRE(sleep_system());
	TAP_EQUAL(power_resets(), before + 1);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(s.words[0], 6 * 31 + 1);
	TAP_EQUAL(sync_wait(queue.fd, sync, 0, POWER_WAIT_MS), 0);
	TAP_EQUAL(sync_status(queue.fd, sync), -ECANCELED);
	user_queue_close(&queue);
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 8), 0);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(s.words[0], 8);
	TAP_CHECK(power_falls_asleep());
	setup_close(&s);
}

static void a_sleeping_device_survives_a_sleep_of_the_system(void)
{
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(power_falls_asleep());
	TAP_REQUIRE(sleep_system());
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 2), 0);
	TAP_CHECK(setup_done(&s));
	TAP_CHECK(power_falls_asleep());
	setup_close(&s);
}

static void a_broken_device_does_not_keep_the_system_awake(void)
{
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	mock_set("fail_reset", "1");
	TAP_CHECK(sleep_system());
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 2), 0);
	TAP_CHECK(!setup_done(&s));
	mock_set("fail_reset", "0");
	TAP_CHECK(sleep_system());
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 2), 0);
	TAP_CHECK(setup_done(&s));
	setup_close(&s);
}

static void loads_survive_sleeps_of_the_system(void)
{
	struct load loads[3] = { { .seed = 1 }, { .seed = 2 }, { .seed = 3 } };

	for (int i = 0; i < 3; i++)
		pthread_create(&loads[i].thread, NULL, load_jobs, &loads[i]);
	for (int i = 0; i < 3; i++) {
		usleep(100000);
		TAP_CHECK(sleep_system());
	}
	for (int i = 0; i < 3; i++)
		loads[i].stop = true;
	for (int i = 0; i < 3; i++) {
		pthread_join(loads[i].thread, NULL);
		TAP_EQUAL(loads[i].wrong, 0);
		TAP_CHECK(loads[i].done > 0);
	}
}

static void modules_unload(void)
{
	TAP_EQUAL(syscall(SYS_delete_module, "axle_mock", O_NONBLOCK), 0);
	TAP_EQUAL(syscall(SYS_delete_module, "axle", O_NONBLOCK), 0);
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "jobs under way survive a sleep of the system",
	  jobs_survive_a_sleep_of_the_system },
	{ "a sleeping device survives a sleep of the system",
	  a_sleeping_device_survives_a_sleep_of_the_system },
	{ "a broken device does not keep the system awake",
	  a_broken_device_does_not_keep_the_system_awake },
	{ "work goes on after sleeps of the system",
	  loads_survive_sleeps_of_the_system },
	{ "the modules unload", modules_unload },
};

TAP_MAIN(cases)
