// SPDX-License-Identifier: MIT
/*
 * Sleeps of the whole system with a card in it. Afterwards the VM has no files
 * any more: what its root is on (9p) does not survive this. So what is needed is
 * loaded before, no program is run, and no file is closed for good.
 */
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi.h"

#define FINDINGS "docs/findings.md#"

/* What of this program has not been read so far never will be. */
static void read_program(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	char line[512];

	TAP_REQUIRE(maps);
	while (fgets(line, sizeof(line), maps))
		if (strchr(line, '/') &&
		    sscanf(line, "%lx-%lx r", &start, &end) == 2)
			madvise((void *)start, end - start, MADV_POPULATE_READ);
	fclose(maps);
}

/* Suspends all devices for a second, and wakes them. */
static bool system_sleeps(void)
{
	uapi_write("/sys/module/suspend/parameters/pm_test_delay", "1");
	return uapi_write("/sys/power/pm_test", "devices") &&
	       uapi_write("/sys/power/state", "freeze");
}

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
	read_program();
	/* Holds the files of this program until the VM ends. */
	if (fork() == 0)
		for (;;)
			pause();
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
		TAP_REQUIRE(system_sleeps());
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
	TAP_REQUIRE(system_sleeps());
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
	if (!system_sleeps())
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
