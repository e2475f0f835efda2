// SPDX-License-Identifier: MIT
/*
 * Power: the test device sleeps when it is idle and wakes for whoever uses it.
 * It warns of every touch while it sleeps, which fails the case.
 */
#include "bo.h"
#include "power.h"
#include "queue.h"
#include "space.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define IDLE_MS "20"

/* A kernel that watches itself takes a second for each, but sees more. */
static uint64_t many(void)
{
	return access("/sys/kernel/debug/kmemleak", F_OK) ? 1000 : 100;
}

static void module_loads(void)
{
	setenv("AXLE_MOCK_PARAMETERS", "autosuspend_ms=" IDLE_MS, true);
	TAP_REQUIRE(mock_load(64));
}

static void an_idle_device_sleeps(void)
{
	struct mock_stats before;
	int fd;

	TAP_CHECK(power_falls_asleep());
	before = power_stats();
	TAP_CHECK(before.sleeps > 0);
	/* An open file does not keep it awake. */
	fd = mock_open();
	TAP_REQUIRE(fd >= 0);
	TAP_CHECK(power_falls_asleep());
	TAP_CHECK(power_stats().wakes > before.wakes);
	close(fd);
}

static void a_submission_wakes_it(void)
{
	struct mock_stats before;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	TAP_REQUIRE(power_falls_asleep());
	before = power_stats();
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 7), 0);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(s.words[0], 7);
	TAP_CHECK(power_falls_asleep());
	TAP_CHECK(power_stats().wakes > before.wakes);
	setup_close(&s);
}

/* A machine that is too busy may look when the job is over already. */
static void a_job_keeps_it_awake(void)
{
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(power_falls_asleep());
	TAP_EQUAL(setup_run(&s, MOCK_SLEEP, 1500, 0), 0);
	usleep(50000);
	TAP_CHECK(power_stays_awake(250) || !sync_wait(s.fd, s.sync, 0, 0));
	TAP_CHECK(setup_done(&s));
	TAP_CHECK(power_falls_asleep());
	setup_close(&s);
}

static void a_job_that_waits_lets_it_sleep(void)
{
	struct mock_command command = { .op = MOCK_FILL,
					.size = 8,
					.value = 4 };
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct job job = { &command, 1, &use, 1, &in, 1, &out, 1 };
	struct late late;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	in.handle = sync_create(s.fd);
	TAP_REQUIRE(late_open(&late, s.fd, in.handle));
	use.handle = s.bo;
	out.handle = s.sync;
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	TAP_CHECK(power_falls_asleep());
	late_signal(&late);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(s.words[0], 4);
	late_close(&late);
	setup_close(&s);
}

static void a_doorbell_wakes_it(void)
{
	struct mock_stats before;
	struct user_queue queue;

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 0));
	for (uint64_t i = 1; i <= 40; i++) {
		TAP_REQUIRE(power_falls_asleep());
		before = power_stats();
		user_queue_put(&queue, MOCK_MIX, 0, i);
		TAP_CHECK(user_queue_wait(&queue, i));
		TAP_CHECK(power_stats().wakes > before.wakes);
	}
	TAP_REQUIRE(power_falls_asleep());
	before = power_stats();
	*queue.wake = 1;
	TAP_CHECK(power_falls_asleep());
	TAP_CHECK(power_stats().wakes > before.wakes);
	before = power_stats();
	/* Ring and status are memory. */
	queue.ring[3].value = 5;
	TAP_EQUAL(queue.status->done, 40);
	TAP_CHECK(power_asleep());
	TAP_EQUAL(power_stats().wakes, before.wakes);
	user_queue_close(&queue);
}

static void a_ring_with_work_keeps_it_awake(void)
{
	struct user_queue queue;

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 5000));
	TAP_REQUIRE(power_falls_asleep());
	user_queue_put(&queue, MOCK_SLEEP, 1500, 0);
	TAP_CHECK(power_stays_awake(300) || queue.status->done);
	TAP_CHECK(user_queue_wait(&queue, 1));
	TAP_CHECK(power_falls_asleep());
	user_queue_close(&queue);
}

/* With its tail taken back, the ring alone looks as if it had no work. */
static void a_fence_keeps_it_awake(void)
{
	struct user_queue queue;
	uint32_t sync;

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 5000));
	sync = sync_create(queue.fd);
	user_queue_put(&queue, MOCK_SLEEP, 1500, 0);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 0, sync, 0), 0);
	*queue.tail = 0;
	TAP_CHECK(power_stays_awake(300) || queue.status->done);
	TAP_EQUAL(sync_wait(queue.fd, sync, 0, POWER_WAIT_MS), 0);
	TAP_EQUAL(sync_status(queue.fd, sync), 0);
	TAP_CHECK(power_falls_asleep());
	user_queue_close(&queue);
}

static void queries_do_not_wake_it(void)
{
	char buffer[4096], line[64];
	int control = mock_open_control();
	struct mock_stats before;
	struct user_queue queue;

	TAP_REQUIRE(control >= 0 && user_queue_open_alone(&queue, 16, 0));
	TAP_REQUIRE(power_falls_asleep());
	before = power_stats();
	for (uint32_t topic = 0; topic <= DRM_AXLE_TOPIC_QUEUES; topic++) {
		TAP_EQUAL(uapi_query(queue.fd, topic, buffer, sizeof(buffer)),
			  0);
		if (topic < DRM_AXLE_TOPIC_CONTEXT)
			TAP_EQUAL(uapi_query(control, topic, buffer,
					     sizeof(buffer)),
				  0);
	}
	TAP_EQUAL(uapi_query(control, MOCK_TOPIC, buffer, sizeof(buffer)), 0);
	TAP_CHECK(
		uapi_fdinfo(queue.fd, "drm-engine-rings", line, sizeof(line)));
	snprintf(buffer, sizeof(buffer),
		 "cat /sys/class/accel/accel_control%d/* "
		 "/sys/kernel/debug/accel/axle_mock/* >/dev/null 2>&1",
		 uapi_find("mock"));
	uapi_shell("%s", buffer);
	TAP_CHECK(power_asleep());
	TAP_EQUAL(power_stats().wakes, before.wakes);
	user_queue_close(&queue);
	close(control);
}

static void device_memory_wakes_it(void)
{
	struct mock_stats before;
	volatile uint64_t *words;
	int fd = mock_open();
	uint32_t bo;

	TAP_REQUIRE(fd >= 0);
	TAP_REQUIRE(bo_create(fd, MOCK_REGION_DEVICE, 4 * PAGE, DRM_AXLE_BO_CPU,
			      &bo) == 0);
	words = bo_map(fd, bo);
	TAP_REQUIRE(words != MAP_FAILED);
	words[600] = 9;
	for (int i = 0; i < 10; i++) {
		TAP_REQUIRE(power_falls_asleep());
		before = power_stats();
		TAP_EQUAL(words[600], 9 + i);
		words[600]++;
		TAP_CHECK(power_stats().wakes > before.wakes);
	}
	munmap((void *)words, 4 * PAGE);
	close(fd);
}

static void an_administrator_can_keep_it_awake(void)
{
	TAP_CHECK(uapi_write(POWER_DIR "control", "on"));
	TAP_CHECK(power_stays_awake(200));
	TAP_CHECK(uapi_write(POWER_DIR "control", "auto"));
	TAP_CHECK(power_falls_asleep());
}

static void a_refusal_is_tried_again(void)
{
	struct user_queue queue;

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 0));
	mock_set("fail_suspend", "1");
	user_queue_put(&queue, MOCK_NOP, 0, 0);
	TAP_CHECK(power_stays_awake(200));
	/* The doorbells come back all the same. */
	user_queue_put(&queue, MOCK_NOP, 0, 0);
	TAP_CHECK(user_queue_wait(&queue, 2));
	mock_set("fail_suspend", "0");
	TAP_CHECK(power_falls_asleep());
	user_queue_close(&queue);
}

static void *spin(void *stop)
{
	while (!*(volatile bool *)stop)
		;
	return NULL;
}

/* With too much to do, so that whoever refuses may be late to ask for more. */
static bool is_refused(uint64_t count)
{
	uint64_t first = power_stats().refusals, last = first, now = first;
	uint64_t end = uapi_now_ms() + POWER_WAIT_MS;
	pthread_t threads[4];
	bool stop = false;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, spin, &stop);
	for (; now - first < count && uapi_now_ms() < end; last = now) {
		usleep(20000);
		now = power_stats().refusals;
		if (now != last)
			end = uapi_now_ms() + POWER_WAIT_MS;
	}
	*(volatile bool *)&stop = true;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	return now - first >= count;
}

static void each_refusal_is_tried_again(void)
{
	mock_set("autosuspend_ms", "1");
	TAP_REQUIRE(mock_unbind() && mock_bind());
	mock_set("fail_suspend", "1");
	close(mock_open());
	TAP_CHECK(is_refused(many()));
	mock_set("fail_suspend", "0");
	TAP_CHECK(power_falls_asleep());
	mock_set("autosuspend_ms", IDLE_MS);
	TAP_CHECK(mock_unbind() && mock_bind());
}

static void a_device_that_does_not_wake_is_reset(void)
{
	uint64_t before = power_resets();
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	TAP_REQUIRE(power_falls_asleep());
	mock_set("fail_resume", "1");
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 3), 0);
	TAP_CHECK(setup_done(&s));
	mock_set("fail_resume", "0");
	TAP_EQUAL(s.words[0], 3);
	TAP_EQUAL(power_resets(), before + 1);
	TAP_CHECK(power_falls_asleep());
	setup_close(&s);
}

static void a_failed_device_works_again_after_a_reset(void)
{
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	TAP_REQUIRE(power_falls_asleep());
	mock_set("fail_resume", "1");
	mock_set("fail_reset", "1");
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 3), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync, 0, POWER_WAIT_MS), 0);
	TAP_CHECK(sync_status(s.fd, s.sync) < 0);
	mock_set("fail_resume", "0");
	mock_set("fail_reset", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 4), 0);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(s.words[0], 4);
	TAP_CHECK(power_falls_asleep());
	setup_close(&s);
}

static void a_reset_wakes_it(void)
{
	struct user_queue queue;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 0));
	user_queue_put(&queue, MOCK_NOP, 0, 0);
	TAP_REQUIRE(power_falls_asleep());
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 5), 0);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(s.words[0], 5);
	TAP_REQUIRE(power_falls_asleep());
	/* The ring is dead, so nobody is woken. */
	TAP_EQUAL(*queue.tail, 0);
	*queue.tail = 9;
	TAP_CHECK(power_asleep());
	user_queue_close(&queue);
	setup_close(&s);
}

static void a_sleeping_device_is_removed(void)
{
	struct user_queue queue;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 0));
	TAP_REQUIRE(power_falls_asleep());
	TAP_CHECK(mock_unbind());
	TAP_ERRNO(setup_run(&s, MOCK_FILL, 0, 5), ENODEV);
	*queue.tail = 9;
	user_queue_close(&queue);
	close(s.fd);
	munmap((void *)s.words, PAGE);
	TAP_CHECK(mock_bind());
	TAP_CHECK(power_falls_asleep());
	TAP_CHECK(mock_nothing_left());
}

/* Users of all kinds that pause as long as they like. */
static void *load_ring(void *arg)
{
	struct load *load = arg;
	struct user_queue queue;
	uint64_t sum = 0;

	if (!user_queue_open_alone(&queue, 16, 5000))
		return load->wrong++, NULL;
	for (uint64_t i = 1; !load->stop; i++, load->done++) {
		user_queue_put(&queue, MOCK_MIX, 0, i);
		sum = sum * 31 + i;
		if (!user_queue_wait(&queue, i) || queue.status->sum != sum)
			load->wrong++;
		load_pause(load);
	}
	user_queue_close(&queue);
	return NULL;
}

static void *load_fences(void *arg)
{
	struct load *load = arg;
	struct user_queue queue;
	uint32_t sync;

	if (!user_queue_open_alone(&queue, 16, 5000))
		return load->wrong++, NULL;
	sync = sync_create(queue.fd);
	for (uint64_t i = 1; !load->stop; i++, load->done++) {
		user_queue_put(&queue, MOCK_NOP, 0, 0);
		if (queue_fence(queue.fd, queue.info.queue, i - 1, sync, 0) ||
		    sync_wait(queue.fd, sync, 0, POWER_WAIT_MS) ||
		    sync_status(queue.fd, sync))
			load->wrong++;
		load_pause(load);
	}
	user_queue_close(&queue);
	return NULL;
}

static void *load_spaces(void *arg)
{
	struct load *load = arg;
	int fd = mock_open();
	uint64_t value;
	uint32_t vm, bo;

	if (fd < 0 || vm_create(fd, &vm) ||
	    bo_create(fd, MOCK_REGION_DEVICE, PAGE, 0, &bo))
		return load->wrong++, NULL;
	for (uint64_t i = 1; !load->stop; i++, load->done++) {
		if (vm_map(fd, vm, bo, 0, i * PAGE, PAGE, 0) ||
		    vm_poke(fd, vm, i * PAGE, i) ||
		    vm_unmap(fd, vm, (i - 1) * PAGE, PAGE) ||
		    vm_peek(fd, vm, i * PAGE, &value) || value != i)
			load->wrong++;
		load_pause(load);
	}
	close(fd);
	return NULL;
}

static void *(*const kinds[])(void *) = {
	load_jobs, load_jobs, load_ring, load_ring, load_fences, load_spaces,
};

#define LOADS (sizeof(kinds) / sizeof(kinds[0]))

static void loads_start(struct load *loads)
{
	memset(loads, 0, LOADS * sizeof(*loads));
	for (unsigned int i = 0; i < LOADS; i++) {
		loads[i].seed = i + 1;
		pthread_create(&loads[i].thread, NULL, kinds[i], &loads[i]);
	}
}

static void loads_stop(struct load *loads)
{
	for (unsigned int i = 0; i < LOADS; i++)
		loads[i].stop = true;
	for (unsigned int i = 0; i < LOADS; i++) {
		pthread_join(loads[i].thread, NULL);
		TAP_EQUAL(loads[i].wrong, 0);
		TAP_CHECK(loads[i].done > 0);
	}
}

/* Until so many sleeps later, or until none comes any more. */
static uint64_t wait_for_sleeps(uint64_t count)
{
	uint64_t first = power_stats().sleeps, last = first, sleeps = first;
	uint64_t end = uapi_now_ms() + POWER_WAIT_MS;

	while (sleeps - first < count && uapi_now_ms() < end) {
		usleep(20000);
		sleeps = power_stats().sleeps;
		if (sleeps != last)
			end = uapi_now_ms() + POWER_WAIT_MS;
		last = sleeps;
	}
	return sleeps - first;
}

static void many_sleeps_lose_nothing(void)
{
	struct load loads[LOADS];
	uint64_t sleeps;

	TAP_CHECK(uapi_write(POWER_DIR "autosuspend_delay_ms", "0"));
	loads_start(loads);
	sleeps = wait_for_sleeps(many());
	loads_stop(loads);
	tap_note("%llu sleeps", (unsigned long long)sleeps);
	TAP_CHECK(sleeps >= many());
	TAP_CHECK(uapi_write(POWER_DIR "autosuspend_delay_ms", IDLE_MS));
	TAP_CHECK(mock_nothing_left());
}

static void resets_between_sleeps_lose_nothing(void)
{
	struct load loads[2] = { { .seed = 1 }, { .seed = 2 } };

	TAP_CHECK(uapi_write(POWER_DIR "autosuspend_delay_ms", "0"));
	for (int i = 0; i < 2; i++)
		pthread_create(&loads[i].thread, NULL, load_spaces, &loads[i]);
	for (int i = 0; i < 50; i++) {
		usleep(5000);
		TAP_EQUAL(mock_reset(), 0);
	}
	for (int i = 0; i < 2; i++)
		loads[i].stop = true;
	for (int i = 0; i < 2; i++) {
		pthread_join(loads[i].thread, NULL);
		TAP_CHECK(loads[i].done > 0);
	}
	TAP_CHECK(uapi_write(POWER_DIR "autosuspend_delay_ms", IDLE_MS));
}

static void sleeping_modules_unload(void)
{
	TAP_CHECK(power_falls_asleep());
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "an idle device sleeps, open files or not", an_idle_device_sleeps },
	{ "a submission wakes it", a_submission_wakes_it },
	{ "a job keeps it awake", a_job_keeps_it_awake },
	{ "a job that waits for a fence lets it sleep and then wakes it",
	  a_job_that_waits_lets_it_sleep },
	{ "a doorbell wakes it", a_doorbell_wakes_it },
	{ "a ring with work keeps it awake", a_ring_with_work_keeps_it_awake },
	{ "a fence of a position keeps it awake", a_fence_keeps_it_awake },
	{ "queries, fdinfo and sysfs do not wake it", queries_do_not_wake_it },
	{ "mapped device memory wakes it", device_memory_wakes_it },
	{ "an administrator can keep it awake",
	  an_administrator_can_keep_it_awake },
	{ "a device that refuses to sleep is asked again",
	  a_refusal_is_tried_again },
	{ "however often it refuses, it is asked again",
	  each_refusal_is_tried_again },
	{ "a device that does not wake is reset",
	  a_device_that_does_not_wake_is_reset },
	{ "a device that fails when it wakes works after a reset",
	  a_failed_device_works_again_after_a_reset },
	{ "a reset wakes it", a_reset_wakes_it },
	{ "a sleeping device is removed", a_sleeping_device_is_removed },
	{ "many sleeps under load lose nothing", many_sleeps_lose_nothing },
	{ "resets between sleeps leave a device that works",
	  resets_between_sleeps_lose_nothing },
	{ "the modules of a sleeping device unload", sleeping_modules_unload },
};

TAP_MAIN(cases)
