// SPDX-License-Identifier: MIT
/*
 * All contexts of a device with all their queues, up to 64 with 16 each, and
 * the result of every job. For every device with jobs.
 */
#include "bo.h"
#include "dut.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define CONTEXTS 64
#define QUEUES 16
#define JOBS 3

/* Distance between what different queues write, in words. */
#define SPACING 8

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Engine number @n of those that take kernel-mode queues. */
static uint32_t engine_of(const struct dut *dut, uint32_t n)
{
	uint32_t all = dut->driver->kernel_engines;

	for (n %= __builtin_popcount(all); n > 0; n--)
		all &= all - 1;
	return __builtin_ctz(all);
}

static uint64_t value_of(uint32_t context, uint32_t queue)
{
	return (context + 1) * 1000ull + queue + 1;
}

/* A word is written and copied along; the fence of each job is a point. */
static bool submit_chain(const struct dut_context *ctx, uint32_t context,
			 uint32_t queue, uint32_t n, uint32_t sync)
{
	for (uint32_t job = 0; job < JOBS; job++) {
		struct dut_command command =
			dut_fill(&ctx->page, n * SPACING, value_of(context, n));
		struct drm_axle_sync out = { sync, DRM_AXLE_SYNC_TIMELINE,
					     n * JOBS + job + 1 };

		if (job > 0)
			command = (struct dut_command){
				.op = DUT_COPY,
				.dst = &ctx->page,
				.src = &ctx->page,
				.dst_offset = 8 * (n * SPACING + job),
				.src_offset = 8 * (n * SPACING + job - 1),
				.size = 8,
			};
		if (dut_submit(ctx, queue, &command, 1, NULL, &out))
			return false;
	}
	return true;
}

static uint32_t count_right(const struct dut_context *ctx, uint32_t context,
			    uint32_t queues)
{
	uint32_t right = 0;

	for (uint32_t n = 0; n < queues; n++)
		right += ctx->page.words[n * SPACING + JOBS - 1] ==
			 value_of(context, n);
	return right;
}

struct many {
	struct dut dut;
	uint32_t contexts;
	uint32_t queues;
	struct dut_context ctx[CONTEXTS];
	uint32_t sync[CONTEXTS];
};

static bool many_open(struct many *many)
{
	many->contexts = min(CONTEXTS, many->dut.limits.contexts_max);
	many->queues = min(QUEUES, many->dut.limits.queues_per_context);
	for (uint32_t i = 0; i < many->contexts; i++) {
		if (!dut_context_open(&many->ctx[i], &many->dut))
			return false;
		many->sync[i] = sync_create(many->ctx[i].fd);
	}
	return true;
}

static void many_close(struct many *many)
{
	for (uint32_t i = 0; i < many->contexts; i++)
		dut_context_close(&many->ctx[i]);
	TAP_CHECK(dut_nothing_left(&many->dut));
}

static bool fill_context(struct many *many, uint32_t i)
{
	const struct dut_context *ctx = &many->ctx[i];

	for (uint32_t n = 0; n < many->queues; n++) {
		uint32_t queue = dut_queue_on(ctx, engine_of(&many->dut, n),
					      DUT_LONG_MS);

		if (!queue || !submit_chain(ctx, i, queue, n, many->sync[i]))
			return false;
	}
	return true;
}

static void all_queues_of_all_contexts_work(void)
{
	struct many many;
	uint32_t right = 0;

	DUT_OPEN(&many.dut);
	DUT_NEEDS_JOBS(&many.dut);
	TAP_REQUIRE(many_open(&many));
	for (uint32_t i = 0; i < many.contexts; i++)
		TAP_REQUIRE(fill_context(&many, i));
	for (uint32_t i = 0; i < many.contexts; i++) {
		TAP_EQUAL(sync_wait(many.ctx[i].fd, many.sync[i],
				    many.queues * JOBS, DUT_PATIENCE_MS),
			  0);
		right += count_right(&many.ctx[i], i, many.queues);
	}
	tap_note("%u contexts, %u queues each", many.contexts, many.queues);
	TAP_EQUAL(right, many.contexts * many.queues);
	many_close(&many);
}

static bool open_rings(struct many *many, struct dut_ring *rings)
{
	for (uint32_t i = 0; i < many->contexts * many->queues; i++)
		if (!dut_ring_open(&rings[i], &many->ctx[i / many->queues],
				   DUT_LONG_MS))
			return false;
	return true;
}

static void all_rings_of_all_contexts_work(void)
{
	static struct dut_ring rings[CONTEXTS * QUEUES];
	struct many many;
	uint32_t count, right = 0;

	DUT_OPEN(&many.dut);
	DUT_NEEDS_RINGS(&many.dut);
	TAP_REQUIRE(many_open(&many));
	TAP_REQUIRE(open_rings(&many, rings));
	count = many.contexts * many.queues;
	for (uint32_t job = 0; job < JOBS; job++)
		for (uint32_t i = 0; i < count; i++)
			dut_ring_mark(&rings[i], value_of(i, job));
	for (uint32_t i = 0; i < count; i++)
		right += dut_ring_right(&rings[i]);
	TAP_EQUAL(right, count);
	for (uint32_t i = 0; i < count; i++)
		dut_ring_close(&rings[i]);
	many_close(&many);
}

static const struct tap_case cases[] = {
	{ "all queues of all contexts work", all_queues_of_all_contexts_work },
	{ "all rings of all contexts work", all_rings_of_all_contexts_work },
};

TAP_MAIN(cases)
