// SPDX-License-Identifier: MIT
/*
 * Rings and doorbells that a program keeps mapped after their queue died: they
 * go nowhere. For every device with user-mode queues.
 */
#include "bo.h"
#include "dut.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum death {
	DESTROYED,
	CRASHED,
	TIMED_OUT,
	RESET
};

static void kill_ring(struct dut_ring *ring, enum death death)
{
	static const enum dut_op ops[] = {
		[DESTROYED] = DUT_NOP,
		[CRASHED] = DUT_CRASH,
		[TIMED_OUT] = DUT_HANG,
		[RESET] = DUT_NOP,
	};
	struct dut_command last = { .op = ops[death] };
	uint64_t position = dut_ring_put(ring, &last);

	if (death == DESTROYED)
		TAP_EQUAL(queue_destroy(ring->ctx->fd, ring->info.queue), 0);
	else if (death == RESET)
		TAP_EQUAL(dut_reset(ring->ctx->dut), 0);
	else
		TAP_CHECK(dut_ring_fence(ring, position) < 0);
}

static bool reads_zero(const volatile void *part)
{
	const volatile uint64_t *words = part;

	for (size_t i = 0; i < PAGE / 8; i++)
		if (words[i])
			return false;
	return true;
}

/* Soon: a worker takes the mappings away. */
static bool wait_zero(const struct dut_ring *dead)
{
	uint64_t end = uapi_now_ms() + DUT_PATIENCE_MS;

	while (!reads_zero(dead->ring) || !reads_zero(dead->status) ||
	       !reads_zero(dead->tail) || !reads_zero(dead->wake)) {
		if (uapi_now_ms() > end)
			return false;
		usleep(1000);
	}
	return true;
}

static void ring_in_vain(struct dut_ring *dead)
{
	for (uint32_t n = 0; n < 100; n++) {
		memset(dead->ring, n, dead->info.ring_size);
		*dead->tail = n;
		*dead->wake = n;
	}
}

static void doorbells_of_a_dead_queue_go_nowhere(void)
{
	const enum death *death = tap_data();
	struct dut_ring dead, other, next;
	struct dut_context ctx;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(dut_ring_open(&dead, &ctx, 100));
	dut_ring_mark(&dead, 1);
	TAP_CHECK(dut_ring_right(&dead));
	kill_ring(&dead, *death);
	TAP_CHECK(wait_zero(&dead));
	ring_in_vain(&dead);

	/* Others' rings, and the next that gets the number, know nothing. */
	if (*death != DESTROYED)
		TAP_EQUAL(queue_destroy(ctx.fd, dead.info.queue), 0);
	TAP_REQUIRE(dut_ring_open(&next, &ctx, 0));
	TAP_EQUAL(next.info.queue, dead.info.queue);
	TAP_REQUIRE(dut_ring_open(&other, &ctx, 0));
	ring_in_vain(&dead);
	for (uint64_t i = 1; i <= 8; i++) {
		dut_ring_mark(&next, i);
		*dead.tail = 77;
		*dead.wake = 1;
		dut_ring_mark(&other, i + 100);
		TAP_CHECK(dut_ring_right(&next));
		TAP_CHECK(dut_ring_right(&other));
	}
	dut_ring_unmap(&dead);
	dut_ring_close(&next);
	dut_ring_close(&other);
	dut_context_close(&ctx);
	TAP_CHECK(dut_nothing_left(&dut));
}

static void mappings_hold_the_file(void)
{
	struct dut_context ctx;
	struct dut_ring ring;
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(dut_ring_open(&ring, &ctx, 0));
	close(ctx.fd);
	TAP_EQUAL(dut_contexts_used(&dut), 1);
	dut_ring_mark(&ring, 4);
	TAP_CHECK(dut_ring_right(&ring));
	dut_ring_unmap(&ring);
	munmap((void *)ctx.page.words, PAGE);
	TAP_CHECK(dut_nothing_left(&dut));
}

/* Both ring; the parent knows what the child has written. */
static void a_child_rings_what_it_inherits(void)
{
	struct dut_context ctx;
	struct dut_ring ring;
	struct dut dut;
	pid_t child;

	DUT_OPEN(&dut);
	DUT_NEEDS_RINGS(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(dut_ring_open(&ring, &ctx, 0));
	child = fork();
	if (child == 0) {
		dut_ring_mark(&ring, 12);
		_exit(!dut_ring_right(&ring));
	}
	TAP_CHECK(child > 0 && waitpid(child, NULL, 0) == child);
	/* The same slot's worth of bookkeeping, without the slot. */
	ring.written = 1;
	ring.expected = dut.driver->marked(&ring);
	TAP_CHECK(ring.expected == 12);
	dut_ring_mark(&ring, 13);
	TAP_CHECK(dut_ring_right(&ring));
	dut_ring_close(&ring);
	dut_context_close(&ctx);
}

static const enum death deaths[] = { DESTROYED, CRASHED, TIMED_OUT, RESET };

static const struct tap_case cases[] = {
	{ "doorbells of a destroyed queue go nowhere",
	  doorbells_of_a_dead_queue_go_nowhere, &deaths[0] },
	{ "doorbells of a queue that broke go nowhere",
	  doorbells_of_a_dead_queue_go_nowhere, &deaths[1] },
	{ "doorbells of a queue that took too long go nowhere",
	  doorbells_of_a_dead_queue_go_nowhere, &deaths[2] },
	{ "doorbells of a queue that a reset ended go nowhere",
	  doorbells_of_a_dead_queue_go_nowhere, &deaths[3] },
	{ "doorbells hold the file", mappings_hold_the_file },
	{ "a forked child rings what it inherits",
	  a_child_rings_what_it_inherits },
};

TAP_MAIN(cases)
