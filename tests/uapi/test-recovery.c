// SPDX-License-Identifier: MIT
/*
 * Jobs that fail, take too long or are cut short by a reset, while others work:
 * the guilty gets the error of the documentation, the results of the others
 * are right. For every device with jobs.
 */
#include "bo.h"
#include "dut.h"
#include "dut-load.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LOADS 4
#define RESETS 10
#define SHORT_MS 100

struct failure {
	enum dut_op op;
	int error;
	bool dies; /* and its queue with it */
};

static uint32_t timeout_of(const struct failure *row)
{
	return row->op == DUT_HANG ? 3 * SHORT_MS : 0;
}

/* Loads beside a context; false has started none. */
static bool loads_start(struct dut_load *loads, const struct dut_context *ctx)
{
	for (int i = 0; i < LOADS; i++)
		if (!dut_load_start(&loads[i], ctx))
			return false;
	for (int i = 0; i < LOADS; i++)
		if (!dut_load_runs(&loads[i]))
			return false;
	return true;
}

/* What may have been cancelled is up to the case. */
static unsigned int loads_stop(struct dut_load *loads)
{
	unsigned int cancelled = 0;

	for (int i = 0; i < LOADS; i++)
		loads[i].stop = true;
	for (int i = 0; i < LOADS; i++) {
		dut_load_join(&loads[i]);
		TAP_EQUAL(loads[i].error, 0);
		TAP_EQUAL(loads[i].wrong, 0);
		TAP_CHECK(loads[i].done > 0);
		cancelled += loads[i].cancelled;
	}
	return cancelled;
}

static void check_event(const struct dut_context *ctx, uint32_t queue,
			uint64_t position, int error)
{
	struct drm_axle_event event = { 0 };

	while (event.type != DRM_AXLE_EVENT_FAULT)
		TAP_REQUIRE(event_next(ctx->fd, &event, DUT_PATIENCE_MS));
	TAP_EQUAL(event.queue, queue);
	TAP_EQUAL(event.position, position);
	TAP_EQUAL(event.value, error);
}

static void check_state(const struct dut_context *ctx, uint32_t queue,
			int error, uint64_t done)
{
	struct drm_axle_queue_state state;

	TAP_REQUIRE(dut_queue_state(ctx, queue, &state));
	TAP_EQUAL(state.error, error);
	TAP_EQUAL(state.done, done);
}

/*
 * Three jobs: a good one, that leaves time to submit the others, the bad one,
 * and one behind it.
 */
static void run_guilty(struct dut_context *ctx, const struct failure *row)
{
	struct dut_command commands[4] = { dut_spin(SHORT_MS),
					   dut_fill(&ctx->page, 0, 1),
					   { .op = row->op },
					   dut_fill(&ctx->page, 2, 3) };
	uint32_t queue = dut_queue(ctx, timeout_of(row));
	struct drm_axle_sync out = { 0 };
	uint32_t syncs[3];

	for (int i = 0; i < 3; i++) {
		syncs[i] = sync_create(ctx->fd);
		out.handle = syncs[i];
		TAP_EQUAL(dut_submit(ctx, queue, &commands[i ? i + 1 : 0],
				     i ? 1 : 2, NULL, &out),
			  0);
	}
	TAP_EQUAL(dut_fence(ctx, syncs[0]), 0);
	TAP_EQUAL(dut_fence(ctx, syncs[1]), row->error);
	TAP_EQUAL(dut_fence(ctx, syncs[2]), row->dies ? -ECANCELED : 0);
	TAP_EQUAL(ctx->page.words[0], 1);
	TAP_EQUAL(ctx->page.words[2], row->dies ? 0 : 3);
	check_event(ctx, queue, 2, -row->error);
	check_state(ctx, queue, row->dies ? -row->error : 0, row->dies ? 1 : 3);
	if (row->dies)
		TAP_ERRNO(dut_submit_one(ctx, queue, &commands[3], 0), EIO);
	else
		TAP_EQUAL(dut_run(ctx, queue, &commands[3], 1), 0);
	TAP_EQUAL(queue_destroy(ctx->fd, queue), 0);
	ctx->page.words[0] = 0;
	ctx->page.words[2] = 0;
}

/* More than once, as the second may find what the first has left. */
static void only_the_guilty_suffers(void)
{
	const struct failure *row = tap_data();
	struct drm_axle_query_health before, after;
	struct dut_load loads[LOADS];
	struct dut_context ctx;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_OP(&dut, DUT_SPIN);
	DUT_NEEDS(dut_can(&dut, row->op), "no job of the device does that");
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(loads_start(loads, &ctx));
	before = dut_health(&dut);
	for (int i = 0; i < 3; i++)
		run_guilty(&ctx, row);
	TAP_EQUAL(loads_stop(loads), 0);
	after = dut_health(&dut);
	/* What a queue survives is the job's affair, not the device's. */
	TAP_EQUAL(after.faults - before.faults, row->dies ? 3 : 0);
	TAP_EQUAL(after.last_fault_ns > before.last_fault_ns, row->dies);
	TAP_EQUAL(after.resets, before.resets);
	dut_context_close(&ctx);
	TAP_CHECK(dut_nothing_left(&dut));
}

/* The same, by positions of a ring. */
static void a_ring_that_fails_ends_its_fences(void)
{
	const struct failure *row = tap_data();
	struct dut_command bad = { .op = row->op };
	struct dut_command nop = { .op = DUT_NOP };
	struct dut_ring ring;
	struct dut_context ctx;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	DUT_NEEDS(dut.driver->slot_ops & DUT_CAN(row->op),
		  "no slot of the device does that");
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(dut_ring_open(&ring, &ctx, timeout_of(row)));
	dut_ring_mark(&ring, 5);
	dut_ring_put(&ring, &bad);
	dut_ring_put(&ring, &nop);
	/* Whether asked for before or after it. */
	TAP_EQUAL(dut_ring_fence(&ring, 2), -ECANCELED);
	TAP_EQUAL(dut_ring_fence(&ring, 0), 0);
	TAP_EQUAL(dut_ring_fence(&ring, 1), row->error);
	TAP_EQUAL(dut_ring_fence(&ring, 2), -ECANCELED);
	check_event(&ctx, ring.info.queue, 1, -row->error);
	check_state(&ctx, ring.info.queue, -row->error, 1);
	dut_ring_close(&ring);
	/* The next one of the same number is as good as new. */
	TAP_REQUIRE(dut_ring_open(&ring, &ctx, 0));
	dut_ring_mark(&ring, 6);
	TAP_CHECK(dut_ring_right(&ring));
	check_state(&ctx, ring.info.queue, 0, 1);
	dut_ring_close(&ring);
	dut_context_close(&ctx);
}

static void resets_under_load_end_in_right_results(void)
{
	struct drm_axle_query_health before, after;
	struct dut_load loads[LOADS];
	struct dut_context ctx;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_JOBS(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	before = dut_health(&dut);
	TAP_REQUIRE(loads_start(loads, &ctx));
	for (int i = 0; i < RESETS; i++) {
		usleep(20000);
		TAP_EQUAL(dut_reset(&dut), 0);
	}
	tap_note("%u jobs were cancelled", loads_stop(loads));
	after = dut_health(&dut);
	TAP_EQUAL(after.resets - before.resets, RESETS);
	TAP_EQUAL(after.faults, before.faults);
	TAP_EQUAL(after.state, DRM_AXLE_STATE_READY);
	dut_context_close(&ctx);
	TAP_CHECK(dut_nothing_left(&dut));
}

static void a_reset_cancels_what_runs(void)
{
	struct dut_command hang = { .op = DUT_HANG };
	struct dut_command fill;
	struct drm_axle_event event = { 0 };
	struct dut_context ctx;
	uint32_t queue, sync;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_OP(&dut, DUT_HANG);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	queue = dut_queue(&ctx, DUT_LONG_MS);
	sync = sync_create(ctx.fd);
	ctx.page.words[1] = 42;
	TAP_EQUAL(dut_submit_one(&ctx, queue, &hang, sync), 0);
	usleep(20000);
	TAP_EQUAL(dut_reset(&dut), 0);
	TAP_EQUAL(dut_fence(&ctx, sync), -ECANCELED);
	/* The file is told, its queue and its memory are there. */
	TAP_REQUIRE(event_next(ctx.fd, &event, DUT_PATIENCE_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_RESET);
	check_state(&ctx, queue, 0, 0);
	fill = dut_fill(&ctx.page, 0, 9);
	TAP_EQUAL(dut_run(&ctx, queue, &fill, 1), 0);
	TAP_EQUAL(ctx.page.words[0], 9);
	TAP_EQUAL(ctx.page.words[1], 42);
	dut_context_close(&ctx);
}

static void device_memory_survives_a_reset(void)
{
	struct dut_memory memory;
	struct dut_command copy;
	struct dut_context ctx;
	struct dut dut;
	int region;

	DUT_OPEN(&dut);
	DUT_NEEDS_JOBS(&dut);
	region = dut_device_region(&dut);
	DUT_NEEDS(region >= 0, "the device has no memory of its own");
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(dut_memory_open(&ctx, &memory, region, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	memory.words[0] = 1234;
	TAP_EQUAL(dut_reset(&dut), 0);
	copy = (struct dut_command){
		.op = DUT_COPY, .dst = &ctx.page, .src = &memory, .size = 8
	};
	TAP_EQUAL(dut_run(&ctx, dut_queue(&ctx, 0), &copy, 1), 0);
	TAP_EQUAL(ctx.page.words[0], 1234);
	dut_memory_close(&ctx, &memory);
	dut_context_close(&ctx);
}

static void a_reset_ends_rings(void)
{
	struct dut_command hang = { .op = DUT_HANG };
	struct dut_ring ring;
	struct dut_context ctx;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(dut_ring_open(&ring, &ctx, DUT_LONG_MS));
	dut_ring_mark(&ring, 7);
	TAP_CHECK(dut_ring_right(&ring));
	dut_ring_put(&ring, &hang);
	TAP_EQUAL(dut_reset(&dut), 0);
	TAP_EQUAL(dut_ring_fence(&ring, 0), 0);
	TAP_EQUAL(dut_ring_fence(&ring, 1), -ECANCELED);
	check_state(&ctx, ring.info.queue, ECANCELED, 1);
	dut_ring_close(&ring);
	TAP_REQUIRE(dut_ring_open(&ring, &ctx, 0));
	dut_ring_mark(&ring, 8);
	TAP_CHECK(dut_ring_right(&ring));
	dut_ring_close(&ring);
	dut_context_close(&ctx);
}

static void a_hang_leaves_a_core_dump(void)
{
	struct dut_command hang = { .op = DUT_HANG };
	struct dut_context ctx;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_OP(&dut, DUT_HANG);
	uapi_shell("for f in /sys/class/devcoredump/devcd*/data; do "
		   "[ -e $f ] && echo 1 > $f; done");
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_EQUAL(dut_run(&ctx, dut_queue(&ctx, SHORT_MS), &hang, 1),
		  -ETIMEDOUT);
	TAP_EQUAL(uapi_shell("test -e /sys/class/devcoredump/devcd*/data"), 0);
	uapi_shell("echo 1 > $(ls /sys/class/devcoredump/devcd*/data)");
	dut_context_close(&ctx);
}

static const struct failure failures[] = {
	{ DUT_FAIL, -EIO, false },
	{ DUT_CRASH, -EIO, true },
	{ DUT_FAULT, -EIO, true },
	{ DUT_HANG, -ETIMEDOUT, true },
};

static const struct tap_case cases[] = {
	{ "a job that fails is EIO, its queue and others go on",
	  only_the_guilty_suffers, &failures[0] },
	{ "a job that breaks its queue is EIO, others are right",
	  only_the_guilty_suffers, &failures[1] },
	{ "a job with a memory fault is EIO, others are right",
	  only_the_guilty_suffers, &failures[2] },
	{ "a job that takes too long is ETIMEDOUT, others are right",
	  only_the_guilty_suffers, &failures[3] },
	{ "a slot that breaks its ring ends the ring's fences",
	  a_ring_that_fails_ends_its_fences, &failures[1] },
	{ "a slot with a memory fault ends its ring's fences",
	  a_ring_that_fails_ends_its_fences, &failures[2] },
	{ "a slot that takes too long ends its ring's fences",
	  a_ring_that_fails_ends_its_fences, &failures[3] },
	{ "resets under load end in right results",
	  resets_under_load_end_in_right_results },
	{ "a reset cancels what runs; queues and memory stay",
	  a_reset_cancels_what_runs },
	{ "device memory survives a reset", device_memory_survives_a_reset },
	{ "a reset ends user-mode queues", a_reset_ends_rings },
	{ "a job that hangs leaves a core dump", a_hang_leaves_a_core_dump },
};

TAP_MAIN(cases)
