// SPDX-License-Identifier: MIT
/* Events of a context, and what a device tells while it works. */
#include "dut.h"

#include <poll.h>
#include <string.h>

static int next_event(struct dut *dut, struct axl_event *event)
{
	struct pollfd poll_fd = { .fd = axl_context_event_fd(dut->context),
				  .events = POLLIN };

	TAP_CHECK(poll_fd.fd >= 0);
	if (poll(&poll_fd, 1, (int)(PATIENCE / MS)) != 1)
		return -ETIME;
	return axl_context_event(dut->context, event, sizeof(*event));
}

static bool readable(struct dut *dut)
{
	struct pollfd poll_fd = { .fd = axl_context_event_fd(dut->context),
				  .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

/* Fails a job and returns its point. */
static uint64_t fail(struct dut *dut, struct dut_long *load)
{
	struct axl_job job = load->job;
	uint64_t point;

	job.timeout_ms = 1;
	point = dut_submit(dut->queue, &job);
	TAP_EQUAL(axl_queue_wait(dut->queue, point, axl_deadline(PATIENCE)),
		  -ETIMEDOUT);
	return point;
}

static void a_failure_and_a_reset_are_events(void)
{
	uint64_t before = (uint64_t)axl_deadline(0);
	struct axl_event event;
	struct dut_long load;
	struct dut dut;
	uint64_t point;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_CHECK(!readable(&dut));
	TAP_EQUAL(axl_context_event(dut.context, &event, sizeof(event)),
		  -EAGAIN);
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	point = fail(&dut, &load);
	TAP_EQUAL(next_event(&dut, &event), 0);
	TAP_EQUAL(event.type, AXL_EVENT_FAULT);
	TAP_EQUAL(event.queue, axl_queue_id(dut.queue));
	TAP_EQUAL(event.point, point);
	TAP_CHECK(event.code != 0);
	TAP_CHECK(event.time_ns >= before &&
		  event.time_ns <= (uint64_t)axl_deadline(0) + SECOND);
	TAP_CHECK(strstr(event.text, "it took longer than its time-out"));
	TAP_EQUAL(axl_context_event(dut.context, &event, sizeof(event)),
		  -EAGAIN);
	TAP_CHECK(!readable(&dut));

	TAP_EQUAL(axl_queue_reset(dut.queue), 0);
	if (dut_tells_resets(&dut)) {
		TAP_EQUAL(next_event(&dut, &event), 0);
		TAP_EQUAL(event.type, AXL_EVENT_QUEUE_RESET);
		TAP_EQUAL(event.queue, axl_queue_id(dut.queue));
		TAP_EQUAL(event.point, point);
	}
	/* Points go on counting, in events, too. */
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	point = fail(&dut, &load);
	TAP_EQUAL(next_event(&dut, &event), 0);
	TAP_EQUAL(event.type, AXL_EVENT_FAULT);
	TAP_EQUAL(event.queue, axl_queue_id(dut.queue));
	TAP_EQUAL(event.point, point);
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_short_struct_gets_what_fits(void)
{
	struct axl_event event = { .value = 99 };
	struct dut_long load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	fail(&dut, &load);
	while (!readable(&dut))
		;
	TAP_EQUAL(axl_context_event(dut.context, &event, 4), 0);
	TAP_EQUAL(event.type, AXL_EVENT_FAULT);
	TAP_EQUAL(event.value, 99);
	dut_long_close(&load);
	dut_close(&dut);
}

/* One event, of the kind that the device has most easily: which. */
static uint32_t cause(struct dut *dut, struct dut_long *load)
{
	bool resets = dut_tells_resets(dut);

	if (!resets)
		fail(dut, load);
	TAP_EQUAL(axl_queue_reset(dut->queue), 0);
	return resets ? AXL_EVENT_QUEUE_RESET : AXL_EVENT_FAULT;
}

static void what_does_not_fit_is_counted(void)
{
	uint64_t told = 0, lost = 0;
	struct axl_event event;
	struct dut_long load;
	uint32_t type = 0;
	struct dut dut;
	int count;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	count = dut_tells_resets(&dut) ? 700 : 80;
	for (int i = 0; i < count; i++)
		type = cause(&dut, &load);
	while (axl_context_event(dut.context, &event, sizeof(event)) == 0) {
		told += event.type == type;
		lost += event.type == AXL_EVENT_LOST ? event.value : 0;
	}
	TAP_CHECK(told > 0 && lost > 0);
	TAP_EQUAL(told + lost, count);
	type = cause(&dut, &load);
	TAP_EQUAL(next_event(&dut, &event), 0);
	TAP_EQUAL(event.type, type);
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_device_counts_what_it_does(void)
{
	struct axl_memory memory[4];
	struct axl_engine engine;
	struct axl_health health, before;
	struct axl_limits limits;
	struct axl_event event;
	struct dut_long load;
	uint32_t count = 1, regions = 4;
	struct axl_bo *bo;
	struct dut dut;
	void *at;

	TAP_REQUIRE(dut_open(&dut));
	TAP_EQUAL(axl_device_limits(dut.device, &limits, sizeof(limits)), 0);
	if (limits.contexts_used == AXL_UNKNOWN_32) {
		dut_close(&dut);
		TAP_SKIP("the driver does not count");
	}
	TAP_REQUIRE(dut_long_open(&dut, &load));
	bo = dut_bo(&dut, 1 << 20, &at);
	TAP_EQUAL(axl_device_health(dut.device, &before, sizeof(before)), 0);
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	fail(&dut, &load);
	/* A program may see it in the queue before the kernel hears of it. */
	TAP_EQUAL(next_event(&dut, &event), 0);
	TAP_EQUAL(event.type, AXL_EVENT_FAULT);
	TAP_EQUAL(axl_device_health(dut.device, &health, sizeof(health)), 0);
	TAP_EQUAL(health.state, AXL_STATE_READY);
	TAP_EQUAL(health.faults, before.faults + 1);
	TAP_CHECK(health.last_fault_ns > 0);
	TAP_EQUAL(axl_device_limits(dut.device, &limits, sizeof(limits)), 0);
	TAP_EQUAL(limits.contexts_used, 1);
	TAP_EQUAL(axl_device_memory(dut.device, memory, sizeof(memory[0]),
				    &regions),
		  0);
	TAP_CHECK(regions >= 1 && memory[0].used >= 1 << 20);
	axl_bo_destroy(bo);
	dut_long_close(&load);
	axl_queue_destroy(dut.queue);
	axl_context_destroy(dut.context);
	dut.queue = NULL;
	dut.context = NULL;
	TAP_EQUAL(axl_device_engines(dut.device, &engine, sizeof(engine),
				     &count),
		  0);
	TAP_CHECK(count >= 1 && engine.name[0]);
	regions = 4;
	TAP_EQUAL(axl_device_limits(dut.device, &limits, sizeof(limits)), 0);
	TAP_EQUAL(limits.contexts_used, 0);
	TAP_EQUAL(axl_device_memory(dut.device, memory, sizeof(memory[0]),
				    &regions),
		  0);
	TAP_EQUAL(memory[0].used, 0);
	axl_device_close(dut.device);
	axl_system_destroy(dut.system);
}

static const struct tap_case cases[] = {
	{ "a failure and a reset are events",
	  a_failure_and_a_reset_are_events },
	{ "a shorter struct gets what fits", a_short_struct_gets_what_fits },
	{ "events that do not fit are counted", what_does_not_fit_is_counted },
	{ "a device counts contexts, memory and faults",
	  a_device_counts_what_it_does },
};
TAP_MAIN(cases)
