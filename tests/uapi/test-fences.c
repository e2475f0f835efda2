// SPDX-License-Identifier: MIT
/*
 * Fences of jobs: those that never signal, deadlines, timelines, and what
 * others see of a job that failed. For every device with jobs.
 */
#include "bo.h"
#include "dut.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drm_core.h"

#define SPIN_MS 200
#define HOUR_MS 3600000

/* A context with a queue and two syncobjs. */
struct setup {
	struct dut dut;
	struct dut_context ctx;
	uint32_t queue;
	uint32_t syncs[2];
};

/* What the case needs comes before anything is open. */
#define OPEN_SETUP(s, needs)                \
	do {                                \
		DUT_OPEN(&(s)->dut);        \
		DUT_NEEDS_JOBS(&(s)->dut);  \
		needs;                      \
		TAP_REQUIRE(fill_setup(s)); \
	} while (0)

static bool fill_setup(struct setup *s)
{
	if (!dut_context_open(&s->ctx, &s->dut))
		return false;
	s->queue = dut_queue(&s->ctx, DUT_LONG_MS);
	s->syncs[0] = sync_create(s->ctx.fd);
	s->syncs[1] = sync_create(s->ctx.fd);
	return s->queue && s->syncs[0] && s->syncs[1];
}

static void close_setup(struct setup *s)
{
	dut_context_close(&s->ctx);
	TAP_CHECK(dut_nothing_left(&s->dut));
}

/* A job that waits for a fence of vgem, which nobody signals. */
static bool submit_blocked(struct setup *s, struct late *late)
{
	struct dut_command fill = dut_fill(&s->ctx.page, 0, 1);
	struct drm_axle_sync in = { s->syncs[0], 0, 0 };
	struct drm_axle_sync out = { s->syncs[1], 0, 0 };

	return late_open(late, s->ctx.fd, s->syncs[0]) &&
	       dut_submit(&s->ctx, s->queue, &fill, 1, &in, &out) == 0;
}

static void a_blocked_job_does_not_hold_up_its_queues_end(void)
{
	struct late late;
	struct setup s;
	uint64_t start;

	OPEN_SETUP(&s, );
	TAP_REQUIRE(submit_blocked(&s, &late));
	usleep(20000);
	TAP_EQUAL(sync_status(s.ctx.fd, s.syncs[1]), 1);
	start = uapi_now_ms();
	TAP_EQUAL(queue_destroy(s.ctx.fd, s.queue), 0);
	TAP_EQUAL(sync_status(s.ctx.fd, s.syncs[1]), -ECANCELED);
	TAP_CHECK(uapi_now_ms() - start < DUT_LONG_MS / 2);
	TAP_EQUAL(s.ctx.page.words[0], 0);
	late_close(&late);
	close_setup(&s);
}

static void a_blocked_job_does_not_hold_up_close(void)
{
	struct late late;
	struct setup s;
	uint64_t start;

	OPEN_SETUP(&s, );
	TAP_REQUIRE(submit_blocked(&s, &late));
	start = uapi_now_ms();
	close_setup(&s);
	TAP_CHECK(uapi_now_ms() - start < DUT_LONG_MS / 2);
	late_close(&late);
}

static void a_blocked_job_does_not_hold_up_a_kill(void)
{
	struct late late;
	struct setup s;
	int ready[2];
	pid_t child;
	char byte;

	DUT_OPEN(&s.dut);
	DUT_NEEDS_JOBS(&s.dut);
	TAP_REQUIRE(pipe(ready) == 0);
	child = fork();
	if (child == 0) {
		if (!fill_setup(&s) || !submit_blocked(&s, &late) ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	TAP_EQUAL(read(ready[0], &byte, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	TAP_CHECK(dut_nothing_left(&s.dut));
	close(ready[0]);
}

static void a_blocked_job_does_not_hold_up_a_reset(void)
{
	struct dut_command fill;
	struct late late;
	struct setup s;

	OPEN_SETUP(&s, );
	TAP_REQUIRE(submit_blocked(&s, &late));
	TAP_EQUAL(dut_reset(&s.dut), 0);
	/* And other queues take work at once. */
	fill = dut_fill(&s.ctx.page, 1, 3);
	TAP_EQUAL(dut_run(&s.ctx, dut_queue(&s.ctx, 0), &fill, 1), 0);
	TAP_EQUAL(s.ctx.page.words[1], 3);
	TAP_EQUAL(queue_destroy(s.ctx.fd, s.queue), 0);
	TAP_EQUAL(sync_status(s.ctx.fd, s.syncs[1]), -ECANCELED);
	late_close(&late);
	close_setup(&s);
}

static void a_job_runs_once_its_fence_signals(void)
{
	struct late late;
	struct setup s;

	OPEN_SETUP(&s, );
	TAP_REQUIRE(submit_blocked(&s, &late));
	usleep(50000);
	TAP_EQUAL(s.ctx.page.words[0], 0);
	late_signal(&late);
	TAP_EQUAL(dut_fence(&s.ctx, s.syncs[1]), 0);
	TAP_EQUAL(s.ctx.page.words[0], 1);
	late_close(&late);
	close_setup(&s);
}

/* Absolute nanoseconds, as the kernel takes them. */
static int wait_until(int fd, uint32_t handle, uint64_t point, int64_t deadline,
		      uint32_t flags)
{
	struct drm_syncobj_timeline_wait args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
		.timeout_nsec = deadline,
		.flags = flags,
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &args);
}

static void deadlines_are_zero_past_and_far(void)
{
	struct dut_command spin = dut_spin(SPIN_MS);
	struct setup s;
	uint64_t start;

	OPEN_SETUP(&s, DUT_NEEDS_OP(&s.dut, DUT_SPIN));
	start = uapi_now_ms();
	TAP_EQUAL(dut_submit_one(&s.ctx, s.queue, &spin, s.syncs[0]), 0);
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0], 0, 0, 0), ETIME);
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0], 0, 1, 0), ETIME);
	TAP_ERRNO(sync_wait(s.ctx.fd, s.syncs[0], 0, -HOUR_MS), ETIME);
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0], 0, -1, 0), ETIME);
	TAP_ERRNO(sync_wait(s.ctx.fd, s.syncs[0], 0, 20), ETIME);
	TAP_EQUAL(sync_wait(s.ctx.fd, s.syncs[0], 0, HOUR_MS), 0);
	TAP_CHECK(uapi_now_ms() - start >= SPIN_MS / 2);
	/* What has signalled does not care. */
	TAP_EQUAL(wait_until(s.ctx.fd, s.syncs[0], 0, 0, 0), 0);
	TAP_EQUAL(wait_until(s.ctx.fd, s.syncs[0], 0, INT64_MAX, 0), 0);
	close_setup(&s);
}

static void a_deadline_as_far_as_can_be_is_no_deadline(void)
{
	struct dut_command spin = dut_spin(SPIN_MS);
	struct setup s;

	OPEN_SETUP(&s, DUT_NEEDS_OP(&s.dut, DUT_SPIN));
	TAP_EQUAL(dut_submit_one(&s.ctx, s.queue, &spin, s.syncs[0]), 0);
	TAP_EQUAL(wait_until(s.ctx.fd, s.syncs[0], 0, INT64_MAX, 0), 0);
	close_setup(&s);
}

static void what_was_not_submitted_can_be_waited_for(void)
{
	struct setup s;

	OPEN_SETUP(&s, );
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0], 0, 0, 0), EINVAL);
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0], 0, 0,
			     DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT),
		  ETIME);
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0], 5, 0,
			     DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT),
		  ETIME);
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0] + 100, 0, 0, 0), ENOENT);
	close_setup(&s);
}

/* Jobs of two queues, each waiting for the one before by a point. */
static void points_of_a_timeline_order_jobs(void)
{
	uint32_t queues[2];
	struct setup s;

	OPEN_SETUP(&s, );
	queues[0] = s.queue;
	queues[1] = dut_queue(&s.ctx, DUT_LONG_MS);
	for (uint64_t i = 1; i <= 12; i++) {
		struct dut_command copy = {
			.op = DUT_COPY,
			.dst = &s.ctx.page,
			.src = &s.ctx.page,
			.dst_offset = 8 * i,
			.src_offset = 8 * (i - 1),
			.size = 8,
		};
		struct dut_command fill = dut_fill(&s.ctx.page, 1, 77);
		struct drm_axle_sync in = { s.syncs[0], DRM_AXLE_SYNC_TIMELINE,
					    i - 1 };
		struct drm_axle_sync out = { s.syncs[0], DRM_AXLE_SYNC_TIMELINE,
					     i };

		TAP_EQUAL(dut_submit(&s.ctx, queues[i % 2],
				     i == 1 ? &fill : &copy, 1,
				     i == 1 ? NULL : &in, &out),
			  0);
	}
	TAP_EQUAL(sync_wait(s.ctx.fd, s.syncs[0], 12, DUT_PATIENCE_MS), 0);
	TAP_EQUAL(s.ctx.page.words[12], 77);
	/* A point that nobody has submitted is not there. */
	TAP_ERRNO(wait_until(s.ctx.fd, s.syncs[0], 13, 0, 0), EINVAL);
	close_setup(&s);
}

struct failure {
	enum dut_op op;
	int error;
	uint32_t timeout_ms;
};

static void a_sync_file_carries_the_jobs_error(void)
{
	const struct failure *row = tap_data();
	struct dut_command bad = { .op = row->op };
	struct setup s;
	struct pollfd ready = { .events = POLLIN };
	uint32_t queue;

	OPEN_SETUP(&s, DUT_NEEDS(dut_can(&s.dut, row->op),
				 "no job of the device does that"));
	queue = dut_queue(&s.ctx, row->timeout_ms);
	TAP_EQUAL(dut_submit_one(&s.ctx, queue, &bad, s.syncs[0]), 0);
	ready.fd = sync_file_of(s.ctx.fd, s.syncs[0]);
	TAP_REQUIRE(ready.fd >= 0);
	TAP_EQUAL(poll(&ready, 1, DUT_PATIENCE_MS), 1);
	TAP_EQUAL(sync_file_status(ready.fd), row->error);
	/* To a wait, a fence that ended is a fence that ended. */
	TAP_EQUAL(sync_wait(s.ctx.fd, s.syncs[0], 0, 0), 0);
	close(ready.fd);
	close_setup(&s);
}

static void a_fence_that_failed_counts_as_any_other(void)
{
	struct dut_command bad = { .op = DUT_CRASH };
	struct dut_command fill;
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct setup s;
	uint32_t queue;

	OPEN_SETUP(&s, DUT_NEEDS_OP(&s.dut, DUT_CRASH));
	queue = dut_queue(&s.ctx, 0);
	TAP_EQUAL(dut_submit_one(&s.ctx, queue, &bad, s.syncs[0]), 0);
	in.handle = s.syncs[0];
	out.handle = s.syncs[1];
	fill = dut_fill(&s.ctx.page, 0, 2);
	TAP_EQUAL(dut_submit(&s.ctx, s.queue, &fill, 1, &in, &out), 0);
	TAP_EQUAL(dut_fence(&s.ctx, s.syncs[1]), 0);
	TAP_EQUAL(sync_status(s.ctx.fd, s.syncs[0]), -EIO);
	TAP_EQUAL(s.ctx.page.words[0], 2);
	close_setup(&s);
}

/* Passes what is in a syncobj of one file to one of another. */
static bool pass_fence(int from, uint32_t handle, int to, uint32_t target)
{
	struct drm_syncobj_handle args = {
		.handle = target,
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
		.fd = sync_file_of(from, handle),
	};
	bool ok;

	if (args.fd < 0)
		return false;
	ok = ioctl(to, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args) == 0;
	close(args.fd);
	return ok;
}

static void a_job_waits_for_one_of_another_context(void)
{
	struct dut_command commands[2];
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct dut_context other;
	struct dut_memory shared;
	struct setup s;
	uint64_t start;

	OPEN_SETUP(&s, {
		DUT_NEEDS_OP(&s.dut, DUT_SPIN);
		DUT_NEEDS_CONTEXTS(&s.dut, 2);
	});
	TAP_REQUIRE(dut_context_open(&other, &s.dut));
	TAP_REQUIRE(dut_memory_open(&other, &shared, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	in.handle = sync_create(other.fd);
	out.handle = sync_create(other.fd);
	commands[0] = dut_spin(SPIN_MS);
	start = uapi_now_ms();
	TAP_EQUAL(dut_submit_one(&s.ctx, s.queue, commands, s.syncs[0]), 0);
	TAP_CHECK(pass_fence(s.ctx.fd, s.syncs[0], other.fd, in.handle));
	commands[1] = dut_fill(&shared, 0, 4);
	TAP_EQUAL(dut_submit(&other, dut_queue(&other, 0), &commands[1], 1, &in,
			     &out),
		  0);
	TAP_EQUAL(dut_fence(&other, out.handle), 0);
	TAP_CHECK(uapi_now_ms() - start >= SPIN_MS / 2);
	TAP_EQUAL(shared.words[0], 4);
	dut_memory_close(&other, &shared);
	dut_context_close(&other);
	close_setup(&s);
}

/* What one waits for is killed; the one who waits runs. */
static void the_end_of_another_context_is_the_end_of_its_fences(void)
{
	struct dut_command hang = { .op = DUT_HANG }, fill;
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct dut_context other;
	struct setup s;

	OPEN_SETUP(&s, {
		DUT_NEEDS_OP(&s.dut, DUT_HANG);
		DUT_NEEDS_CONTEXTS(&s.dut, 2);
	});
	TAP_REQUIRE(dut_context_open(&other, &s.dut));
	in.handle = sync_create(other.fd);
	out.handle = sync_create(other.fd);
	TAP_EQUAL(dut_submit_one(&s.ctx, s.queue, &hang, s.syncs[0]), 0);
	TAP_CHECK(pass_fence(s.ctx.fd, s.syncs[0], other.fd, in.handle));
	fill = dut_fill(&other.page, 0, 6);
	TAP_EQUAL(dut_submit(&other, dut_queue(&other, 0), &fill, 1, &in, &out),
		  0);
	dut_context_close(&s.ctx);
	TAP_EQUAL(dut_fence(&other, out.handle), 0);
	TAP_EQUAL(sync_status(other.fd, in.handle), -ECANCELED);
	TAP_EQUAL(other.page.words[0], 6);
	dut_context_close(&other);
	TAP_CHECK(dut_nothing_left(&s.dut));
}

static const struct failure failures[] = {
	{ DUT_FAIL, -EIO, 0 },
	{ DUT_CRASH, -EIO, 0 },
	{ DUT_FAULT, -EIO, 0 },
	{ DUT_HANG, -ETIMEDOUT, 100 },
};

static const struct tap_case cases[] = {
	{ "a job whose fence never signals does not hold up the end of its queue",
	  a_blocked_job_does_not_hold_up_its_queues_end },
	{ "a job whose fence never signals does not hold up close",
	  a_blocked_job_does_not_hold_up_close },
	{ "a job whose fence never signals does not hold up kill -9",
	  a_blocked_job_does_not_hold_up_a_kill },
	{ "a job whose fence never signals does not hold up a reset",
	  a_blocked_job_does_not_hold_up_a_reset },
	{ "a job runs once its fence signals, and not before",
	  a_job_runs_once_its_fence_signals },
	{ "deadlines may be zero, past and far",
	  deadlines_are_zero_past_and_far },
	{ "the largest deadline is no deadline",
	  a_deadline_as_far_as_can_be_is_no_deadline },
	{ "what was not submitted is EINVAL, or waited for if asked",
	  what_was_not_submitted_can_be_waited_for },
	{ "points of a timeline order jobs of several queues",
	  points_of_a_timeline_order_jobs },
	{ "a sync file of a job that failed says EIO",
	  a_sync_file_carries_the_jobs_error, &failures[0] },
	{ "a sync file of a job that broke its queue says EIO",
	  a_sync_file_carries_the_jobs_error, &failures[1] },
	{ "a sync file of a job with a memory fault says EIO",
	  a_sync_file_carries_the_jobs_error, &failures[2] },
	{ "a sync file of a job that took too long says ETIMEDOUT",
	  a_sync_file_carries_the_jobs_error, &failures[3] },
	{ "a fence that ended with an error counts as any other",
	  a_fence_that_failed_counts_as_any_other },
	{ "a job waits for one of another context",
	  a_job_waits_for_one_of_another_context },
	{ "the end of a context lets those run who wait for it",
	  the_end_of_another_context_is_the_end_of_its_fences },
};

TAP_MAIN(cases)
