// SPDX-License-Identifier: MIT
/* Sleeps of the whole system, with a card in it: see ../sleep.h. */
#include "network.h"
#include "tap.h"

#include <errno.h>

#include "../sleep.h"

#define FINDINGS "docs/findings.md#"

static void compute(struct work *w, struct run *r, float number)
{
	run_fill(w, r, number);
	TAP_EQUAL(run_once(w, r), 0);
	TAP_CHECK(run_is_right(w, r, number));
}

static void a_card_works_before(void)
{
	struct work w;
	struct run r;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(sleep_prepare());
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(run_open(&w, &r));
	compute(&w, &r, 1);
	work_close(&w);
	/* Who is asleep for ever is not waited for that long. */
	TAP_EQUAL(card_parameter("control_resp_timeout_s", 1), 60);
}

static void an_idle_card_works_after_a_sleep(void)
{
	struct work w;
	struct run r;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	for (int i = 0; i < 2; i++) {
		TAP_REQUIRE(sleep_system());
		TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
		TAP_REQUIRE(run_open(&w, &r));
		compute(&w, &r, i);
		work_close(&w);
	}
}

/*
 * Either its network has survived, or its user is told: no call hangs, and no
 * result is wrong.
 */
static void an_open_file_survives_a_sleep_or_is_told(void)
{
	struct work w;
	struct run r;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(run_open(&w, &r));
	compute(&w, &r, 3);
	TAP_REQUIRE(sleep_system());
	run_fill(&w, &r, 4);
	if (run_once(&w, &r) == 0)
		TAP_CHECK(run_is_right(&w, &r, 4));
	else
		TAP_CHECK(errno == ENODEV || errno == EPERM);
	work_close(&w);
	an_idle_card_works_after_a_sleep();
}

static void a_sleep_cuts_work_or_does_not_come(void)
{
	struct buffer stuck;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(work_stuck(&w, &stuck));
	if (!sleep_system())
		TAP_EQUAL(errno, EBUSY);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, stuck.handle, CARD_GLANCE_MS), -1);
	work_close(&w);
	an_idle_card_works_after_a_sleep();
}

static const struct tap_case cases[] = {
	{ "a card works before", a_card_works_before },
	{ "an idle card works after a sleep of the system",
	  an_idle_card_works_after_a_sleep, NULL, "6.12: " FINDINGS "sleep" },
	{ "an open file survives a sleep of the system, or is told",
	  an_open_file_survives_a_sleep_or_is_told, NULL,
	  "6.12: " FINDINGS "sleep" },
	{ "a sleep of the system cuts work, or does not come",
	  a_sleep_cuts_work_or_does_not_come, NULL, "6.12: " FINDINGS "sleep" },
};

TAP_MAIN(cases)
