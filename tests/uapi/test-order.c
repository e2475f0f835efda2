// SPDX-License-Identifier: MIT
/*
 * When jobs run on the test device: priorities, fences of foreign drivers, the
 * patience with devices that end late jobs themselves, queues after a reset.
 */
#include "bo.h"
#include "drm_core.h"
#include "power.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define WAIT_MS 20000

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(64));
}

static void urgent_jobs_run_first(void)
{
	struct mock_command nap = { .op = MOCK_SLEEP, .ms = 300 };
	uint32_t sync[4], queue;
	uint64_t want = 0;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL));
	TAP_EQUAL(job_simple(s.fd, s.queue, &nap, 0, 0), 0);
	usleep(50000);
	for (uint32_t priority = 4; priority--;) {
		struct drm_axle_queue_create args = {
			.engine = MOCK_ENGINE_SERIAL,
			.priority = priority,
		};
		struct mock_command mix = {
			.op = MOCK_MIX,
			.size = 8,
			.value = 1 + priority,
		};

		TAP_REQUIRE(queue_create(s.fd, &args) == 0);
		queue = args.queue;
		sync[priority] = sync_create(s.fd);
		TAP_EQUAL(job_simple(s.fd, queue, &mix, s.bo, sync[priority]),
			  0);
	}
	for (uint64_t priority = 0; priority < 4; priority++) {
		TAP_EQUAL(sync_wait(s.fd, sync[priority], 0, WAIT_MS), 0);
		want = want * 31 + 1 + priority;
	}
	TAP_EQUAL(s.words[0], want);
	setup_close(&s);
}

/* Memory of vgem with a fence of vgem's, as an object of the device. */
struct foreign {
	int vgem;
	uint32_t fence;
	uint32_t bo;
};

static bool foreign_open(struct foreign *foreign, int fd, uint32_t flags)
{
	struct drm_mode_create_dumb dumb = {
		.height = 1,
		.width = 1024,
		.bpp = 32,
	};
	struct drm_vgem_fence_attach attach = { .flags = flags };
	bool ok;
	int dmabuf;

	foreign->vgem = vgem_open();
	if (foreign->vgem < 0 ||
	    ioctl(foreign->vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		return false;
	attach.handle = dumb.handle;
	dmabuf = bo_export(foreign->vgem, dumb.handle);
	ok = dmabuf >= 0 && bo_import(fd, dmabuf, &foreign->bo) == 0 &&
	     ioctl(foreign->vgem, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach) == 0;
	foreign->fence = attach.out_fence;
	close(dmabuf);
	return ok;
}

static void foreign_signal(struct foreign *foreign)
{
	struct drm_vgem_fence_signal args = { .fence = foreign->fence };

	TAP_EQUAL(ioctl(foreign->vgem, DRM_IOCTL_VGEM_FENCE_SIGNAL, &args), 0);
}

struct implicit {
	uint32_t foreign; /* what vgem does, VGEM_FENCE_WRITE or 0 */
	uint32_t ours; /* what the job does, DRM_AXLE_USE_WRITE or 0 */
	bool waits;
};

static void jobs_wait_for_foreign_fences(void)
{
	const struct implicit *row = tap_data();
	struct mock_command command = { .op = MOCK_FILL,
					.size = 8,
					.value = 5 };
	struct drm_axle_use uses[2] = { { 0, DRM_AXLE_USE_WRITE },
					{ 0, row->ours } };
	struct drm_axle_sync out = { 0 };
	struct job job = { .commands = &command,
			   .count = 1,
			   .uses = uses,
			   .use_count = 2,
			   .out = &out,
			   .out_count = 1 };
	struct foreign foreign;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(foreign_open(&foreign, s.fd, row->foreign));
	uses[0].handle = s.bo;
	uses[1].handle = foreign.bo;
	out.handle = s.sync;
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	if (row->waits) {
		TAP_ERRNO(sync_wait(s.fd, s.sync, 0, 200), ETIME);
		TAP_EQUAL(s.words[0], 0);
		foreign_signal(&foreign);
	}
	/* vgem's own fences end after ten seconds. */
	TAP_EQUAL(sync_wait(s.fd, s.sync, 0, 5000), 0);
	TAP_EQUAL(s.words[0], 5);
	if (!row->waits)
		foreign_signal(&foreign);
	close(foreign.vgem);
	setup_close(&s);
}

static void a_reset_tells_of_live_queues_again(void)
{
	struct mock_command crash = { .op = MOCK_CRASH };
	struct user_queue user;
	uint64_t before;
	struct setup s;
	uint32_t dead;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS));
	TAP_REQUIRE(queue_open(s.fd, MOCK_ENGINE_SERIAL, 0) != 0);
	TAP_REQUIRE(user_queue_open(&user, s.fd, 0, 0));
	dead = queue_open(s.fd, MOCK_ENGINE_RINGS, 0);
	TAP_EQUAL(job_simple(s.fd, dead, &crash, 0, s.sync), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync, 0, WAIT_MS), 0);
	before = power_stats().restarts;
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(power_stats().restarts, before + 2);
	/* A device that refuses has failed. */
	mock_set("fail_restart", "1");
	TAP_ERRNO(mock_reset(), EIO);
	mock_set("fail_restart", "0");
	TAP_EQUAL(mock_reset(), 0);
	TAP_EQUAL(setup_run(&s, MOCK_FILL, 0, 3), 0);
	TAP_CHECK(setup_done(&s));
	TAP_EQUAL(s.words[0], 3);
	user_queue_unmap(&user);
	setup_close(&s);
}

/* Milliseconds until a job that hangs is ended. */
static uint64_t time_of_hang(uint32_t engine)
{
	struct mock_command hang = { .op = MOCK_HANG };
	uint32_t queue, sync;
	int fd = mock_open();
	uint64_t start;

	TAP_CHECK(fd >= 0);
	queue = queue_open(fd, engine, 100);
	sync = sync_create(fd);
	start = uapi_now_ms();
	TAP_EQUAL(job_simple(fd, queue, &hang, 0, sync), 0);
	TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(fd, sync), -ETIMEDOUT);
	start = uapi_now_ms() - start;
	close(fd);
	return start;
}

static void a_device_with_a_watchdog_gets_more_time(void)
{
	uint64_t watched, other;

	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	setenv("AXLE_MOCK_PARAMETERS", "watchdog=1", true);
	TAP_REQUIRE(mock_load(64));
	other = time_of_hang(MOCK_ENGINE_RINGS);
	watched = time_of_hang(MOCK_ENGINE_SERIAL);
	TAP_CHECK(other >= 100 && other < 1500);
	TAP_CHECK(watched >= 1600 && watched < 5000);
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const struct implicit implicit[] = {
	{ VGEM_FENCE_WRITE, 0, true },
	{ VGEM_FENCE_WRITE, DRM_AXLE_USE_WRITE, true },
	{ 0, DRM_AXLE_USE_WRITE, true },
	{ 0, 0, false },
};

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "urgent jobs run first on a serial engine", urgent_jobs_run_first },
	{ "a job that reads waits for a foreign writer",
	  jobs_wait_for_foreign_fences, &implicit[0] },
	{ "a job that writes waits for a foreign writer",
	  jobs_wait_for_foreign_fences, &implicit[1] },
	{ "a job that writes waits for a foreign reader",
	  jobs_wait_for_foreign_fences, &implicit[2] },
	{ "a job that reads does not wait for a foreign reader",
	  jobs_wait_for_foreign_fences, &implicit[3] },
	{ "a reset tells the device of live kernel-mode queues again",
	  a_reset_tells_of_live_queues_again },
	{ "a device with a watchdog gets more time",
	  a_device_with_a_watchdog_gets_more_time },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
