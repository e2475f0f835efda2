// SPDX-License-Identifier: MIT
#include "dut-load.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bo.h"
#include "uapi.h"

static void count(struct dut_load *load, int status, uint64_t want)
{
	if (status == 0 && (load->blind || load->ctx.page.words[1] == want))
		load->done++;
	else if (status == -ECANCELED || status == -ENODEV)
		load->cancelled++;
	else
		load->wrong++;
	if (status != 0 && status != -ECANCELED && status != -ENODEV)
		tap_note("a job of the load ended with %d", status);
}

/* Whether the device still answers, after a call that failed. */
static bool note_end(const struct dut_context *ctx, uint32_t queue)
{
	struct drm_axle_queue_state state = { 0 };

	if (!dut_queue_state(ctx, queue, &state))
		return false;
	tap_note("queue %u of a load: error %u, code %u, done %ju", queue,
		 state.error, state.code, (uintmax_t)state.done);
	return true;
}

/* A chain: what one command leaves is what the next one copies. */
static void *run(void *arg)
{
	struct dut_load *load = arg;
	const struct dut_context *ctx = &load->ctx;
	uint32_t queue = dut_queue(ctx, DUT_LONG_MS);
	uint32_t sync = sync_create(ctx->fd);
	struct drm_axle_sync out = { .handle = sync };

	for (uint64_t i = 1; queue && sync && !load->stop; i++) {
		struct dut_command commands[2] = {
			dut_fill(&ctx->page, 0, i),
			{ .op = DUT_COPY,
			  .dst = &ctx->page,
			  .src = &ctx->page,
			  .dst_offset = 8,
			  .size = 8 },
		};

		if (dut_submit(ctx, queue, commands, 2, NULL, &out)) {
			load->error = errno;
			load->told = note_end(ctx, queue);
			break;
		}
		count(load, dut_fence(ctx, sync), i);
	}
	if (!queue || !sync)
		load->wrong++;
	return NULL;
}

static bool start(struct dut_load *load, const struct dut_context *of,
		  bool blind)
{
	*load = (struct dut_load){ .blind = blind };
	if (!dut_context_beside(&load->ctx, of))
		return false;
	return pthread_create(&load->thread, NULL, run, load) == 0;
}

bool dut_load_start(struct dut_load *load, const struct dut_context *of)
{
	return start(load, of, false);
}

bool dut_load_start_blind(struct dut_load *load, const struct dut_context *of)
{
	return start(load, of, true);
}

bool dut_load_runs(const struct dut_load *load)
{
	uint64_t end = uapi_now_ms() + DUT_PATIENCE_MS;

	while (load->done == 0) {
		if (uapi_now_ms() > end)
			return false;
		usleep(1000);
	}
	return true;
}

void dut_load_join(struct dut_load *load)
{
	pthread_join(load->thread, NULL);
	dut_context_close(&load->ctx);
}

void dut_load_stop(struct dut_load *load)
{
	dut_load_runs(load);
	load->stop = true;
	dut_load_join(load);
}
