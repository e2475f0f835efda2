// SPDX-License-Identifier: MIT
/*
 * What a slice does beside its transfer: all commands of semaphores, doorbells
 * of all widths; and many channels at once. Runs in the VM as root.
 */
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../uapi.h"

#define FINDINGS "docs/findings.md#"
#define SEM 9 /* no network uses it */

/* A buffer whose slice moves nothing and does these semaphores. */
static uint32_t sems_attach(struct work *w, const struct qaicu_sem *sems,
			    unsigned int count)
{
	struct qaicu_slice slice =
		slice_of(0, 0, network_at(&w->n, NETWORK_X0));
	uint32_t handle = 0;

	for (unsigned int i = 0; i < count; i++)
		slice.sem[i] = sems[i];
	TAP_EQUAL(card_create(w->fd, CARD_PAGE, &handle), 0);
	TAP_EQUAL(card_attach(w->fd, w->n.dbc, handle, QAICU_TO_DEVICE, &slice,
			      1),
		  0);
	return handle;
}

static void sem_do(struct work *w, uint8_t command, uint16_t value)
{
	const struct qaicu_sem sem = sem_of(command, SEM, value, 0);
	uint32_t handle = sems_attach(w, &sem, 1);

	TAP_EQUAL(card_execute(w->fd, w->n.dbc, &handle, 1), 0);
	TAP_EQUAL(card_wait(w->fd, w->n.dbc, handle, CARD_PATIENCE_MS), 0);
	card_release(w->fd, handle);
}

/* Whether a slice that waits for it comes through. */
static bool sem_passes(struct work *w, uint8_t command, uint16_t value,
		       uint8_t presync)
{
	const struct qaicu_sem sem = sem_of(command, SEM, value, presync);
	uint32_t handle = sems_attach(w, &sem, 1);

	TAP_EQUAL(card_execute(w->fd, w->n.dbc, &handle, 1), 0);
	return card_wait(w->fd, w->n.dbc, handle, CARD_GLANCE_MS) == 0;
}

static void a_semaphore_counts(void)
{
	WORK(WORK_TENSOR, WORK_QUEUE);
	sem_do(&w, QAICU_SEM_INIT, 7);
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_EQUAL, 7, 1));
	sem_do(&w, QAICU_SEM_INC, 0);
	sem_do(&w, QAICU_SEM_INC, 0);
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_EQUAL, 9, 1));
	sem_do(&w, QAICU_SEM_DEC, 0);
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_EQUAL, 8, 1));
	TAP_CHECK(sem_passes(&w, QAICU_SEM_P, 0, 1));
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_EQUAL, 7, 1));
	sem_do(&w, QAICU_SEM_INIT, 4095);
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_EQUAL, 4095, 1));
	work_close(&w);
}

static void a_wait_for_more_holds_until_it_is_there(void)
{
	WORK(WORK_TENSOR, WORK_QUEUE);
	sem_do(&w, QAICU_SEM_INIT, 2);
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_GE, 2, 1));
	TAP_CHECK(!sem_passes(&w, QAICU_SEM_WAIT_GE, 3, 1));
	sem_do(&w, QAICU_SEM_INC, 0);
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_GE, 1, 1));
	work_close(&w);
}

static void a_wait_for_one_value_holds_until_it_is_there(void)
{
	const struct qaicu_sem sem = sem_of(QAICU_SEM_WAIT_EQUAL, SEM, 5, 1);
	uint32_t handle;

	WORK(WORK_TENSOR, WORK_QUEUE);
	handle = sems_attach(&w, &sem, 1);
	sem_do(&w, QAICU_SEM_INIT, 6);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &handle, 1), 0);
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, handle, CARD_GLANCE_MS), ETIMEDOUT);
	sem_do(&w, QAICU_SEM_DEC, 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, handle, CARD_PATIENCE_MS), 0);
	work_close(&w);
}

static void p_takes_one_for_each(void)
{
	const struct qaicu_sem sem = sem_of(QAICU_SEM_P, SEM, 0, 1);
	uint32_t handle[3];

	WORK(WORK_TENSOR, WORK_QUEUE);
	for (int i = 0; i < 3; i++)
		handle[i] = sems_attach(&w, &sem, 1);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, handle, 3), 0);
	for (int i = 0; i < 3; i++) {
		TAP_ERRNO(card_wait(w.fd, w.n.dbc, handle[i], 50), ETIMEDOUT);
		sem_do(&w, QAICU_SEM_INC, 0);
		TAP_EQUAL(card_wait(w.fd, w.n.dbc, handle[i], CARD_PATIENCE_MS),
			  0);
	}
	work_close(&w);
}

static void a_postsync_holds_the_completion(void)
{
	const struct qaicu_sem sem = sem_of(QAICU_SEM_WAIT_GE, SEM, 1, 0);
	uint32_t handle;

	WORK(WORK_TENSOR, WORK_QUEUE);
	handle = sems_attach(&w, &sem, 1);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &handle, 1), 0);
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, handle, CARD_GLANCE_MS), ETIMEDOUT);
	sem_do(&w, QAICU_SEM_INC, 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, handle, CARD_PATIENCE_MS), 0);
	work_close(&w);
}

static void four_semaphores_are_all_done(void)
{
	const struct qaicu_sem sems[4] = {
		sem_of(QAICU_SEM_INIT, SEM + 1, 3, 0),
		sem_of(QAICU_SEM_INC, SEM, 0, 0),
		sem_of(QAICU_SEM_INC, SEM, 0, 0),
		sem_of(QAICU_SEM_INC, SEM, 0, 0),
	};
	const struct qaicu_sem last =
		sem_of(QAICU_SEM_WAIT_EQUAL, SEM + 1, 3, 1);
	uint32_t handle;

	WORK(WORK_TENSOR, WORK_QUEUE);
	handle = sems_attach(&w, sems, 4);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &handle, 1), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, handle, CARD_PATIENCE_MS), 0);
	TAP_CHECK(sem_passes(&w, QAICU_SEM_WAIT_EQUAL, 3, 1));
	handle = sems_attach(&w, &last, 1);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &handle, 1), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, handle, CARD_PATIENCE_MS), 0);
	work_close(&w);
}

static void a_transfer_waits_for_its_presync(void)
{
	struct buffer b, back;
	struct qaicu_slice slice;
	uint64_t at;

	WORK(WORK_TENSOR, WORK_QUEUE);
	at = network_at(&w.n, NETWORK_X0);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE) &&
		    buffer_open(w.fd, &back, CARD_PAGE));
	buffer_fill(&b, 4);
	slice = slice_of(0, CARD_PAGE, at);
	slice.sem[2] = sem_of(QAICU_SEM_P, SEM, 0, 1);
	slice.sem[2].flags = QAICU_SEM_IN_FENCE | QAICU_SEM_OUT_FENCE;
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, &slice,
			      1),
		  0);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &b.handle, 1), 0);
	TAP_CHECK(work_read(&w, at, &back)); /* overtakes it */
	TAP_EQUAL(back.memory[17], 0);
	sem_do(&w, QAICU_SEM_INC, 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, CARD_PATIENCE_MS), 0);
	TAP_CHECK(work_read(&w, at, &back));
	TAP_CHECK(buffer_holds(&back, 0, CARD_PAGE, 4));
	work_close(&w);
}

/* Memory comes in pieces of at most 4 MiB: this slice has two. */
static void pieces_of_a_slice_wait_once(void)
{
	const uint32_t border = 4u << 20;
	struct qaicu_slice slice;
	struct buffer b, back;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, border + CARD_PAGE) &&
		    buffer_open(w.fd, &back, CARD_PAGE));
	for (uint32_t i = 0; i < CARD_PAGE; i++)
		b.memory[border - CARD_PAGE / 2 + i] = buffer_byte(i, 8);
	slice = slice_of(border - CARD_PAGE / 2, CARD_PAGE,
			 network_at(&w.n, NETWORK_X0));
	slice.sem[0] = sem_of(QAICU_SEM_P, SEM, 0, 1);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, &slice,
			      1),
		  0);
	sem_do(&w, QAICU_SEM_INIT, 1);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &b.handle, 1), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, CARD_GLANCE_MS), 0);
	TAP_CHECK(work_read(&w, network_at(&w.n, NETWORK_X0), &back));
	TAP_CHECK(buffer_holds(&back, 0, CARD_PAGE, 8));
	work_close(&w);
}

struct doorbell {
	uint32_t len, at;
	uint8_t bytes; /* that change */
};

static void a_doorbell_writes(void)
{
	const struct doorbell *d = tap_data();
	const uint8_t data[4] = { 0x44, 0x33, 0x22, 0x11 };
	struct qaicu_slice slice;
	struct buffer b, back;
	uint64_t at;

	WORK(WORK_TENSOR, WORK_QUEUE);
	at = network_at(&w.n, NETWORK_X0);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE) &&
		    buffer_open(w.fd, &back, CARD_PAGE));
	memset(b.memory, 0xaa, CARD_PAGE);
	slice = slice_of(0, CARD_PAGE, at);
	slice.db_len = d->len;
	slice.db_addr = at + d->at;
	slice.db_data = 0x11223344;
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, &slice,
			      1),
		  0);
	TAP_EQUAL(work_do(&w, &b), 0);
	TAP_CHECK(work_read(&w, at, &back));
	memcpy(b.memory + d->at, data, d->bytes);
	TAP_CHECK(memcmp(back.memory, b.memory, CARD_PAGE) == 0);
	work_close(&w);
}

/* The doorbell of the network in place of the semaphore INPUT. */
static void a_doorbell_starts_a_network(void)
{
	struct qaicu_slice slice;
	struct run r;

	WORK(WORK_TENSOR, WORK_QUEUE);
	if (!w.n.runs)
		TAP_SKIP("no tensor program");
	TAP_REQUIRE(run_open(&w, &r));
	TAP_EQUAL(card_detach(w.fd, r.x.handle), 0);
	slice = slice_of(0, r.x.size, network_at(&w.n, NETWORK_X0));
	slice.sem[0] = sem_of(QAICU_SEM_WAIT_GE, AIC100_NET_SEM_FREE, 1, 1);
	slice.sem[1] = sem_of(QAICU_SEM_DEC, AIC100_NET_SEM_FREE, 0, 0);
	slice.db_len = 32;
	slice.db_addr = w.n.base + AIC100_NET_DB_START;
	slice.db_data = 1;
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, r.x.handle, QAICU_TO_DEVICE,
			      &slice, 1),
		  0);
	for (int i = 0; i < 5; i++) {
		run_fill(&w, &r, i);
		TAP_EQUAL(run_once(&w, &r), 0);
		TAP_CHECK(run_is_right(&w, &r, i));
	}
	work_close(&w);
}

static void sixteen_channels_work_at_once(void)
{
	struct work work[CARD_DBCS];
	struct network more;
	struct run r[CARD_DBCS];
	uint32_t seen = 0;

	WORK(WORK_TENSOR, WORK_QUEUE);
	work[0] = w;
	for (int i = 1; i < CARD_DBCS; i++) {
		work[i] = w;
		TAP_REQUIRE(network_activate(w.fd, &work[i].n, 32) == 0);
	}
	more = w.n;
	TAP_ERRNO(network_activate(w.fd, &more, 32), ECANCELED);
	for (int i = 0; i < CARD_DBCS; i++) {
		TAP_CHECK(work[i].n.dbc < CARD_DBCS);
		seen |= 1u << work[i].n.dbc;
		TAP_REQUIRE(run_open(&work[i], &r[i]));
		run_fill(&work[i], &r[i], i);
	}
	TAP_EQUAL(seen, 0xffff);
	for (int i = 0; w.n.runs && i < CARD_DBCS; i++) {
		const uint32_t handles[] = { r[i].y.handle, r[i].x.handle };

		TAP_EQUAL(card_execute(w.fd, work[i].n.dbc, handles, 2), 0);
	}
	for (int i = CARD_DBCS - 1; w.n.runs && i >= 0; i--) {
		TAP_EQUAL(card_wait(w.fd, work[i].n.dbc, r[i].y.handle,
				    CARD_PATIENCE_MS),
			  0);
		TAP_CHECK(run_is_right(&work[i], &r[i], i));
	}
	TAP_EQUAL(network_deactivate(w.fd, &work[3].n), 0);
	TAP_EQUAL(network_activate(w.fd, &more, 32), 0);
	work_close(&w);
}

static void two_hundred_files_are_open_at_once(void)
{
	struct qaicu_status status;
	int fds[200];

	for (int i = 0; i < 200; i++) {
		fds[i] = card_open();
		if (!TAP_CHECK(fds[i] >= 0))
			return;
		TAP_EQUAL(message_status(fds[i], &status), 0);
	}
	for (int i = 0; i < 200; i++)
		close(fds[i]);
}

static void nothing_stays_in_use(void)
{
	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	TAP_CHECK(usage_ends());
}

static const struct tap_case cases[] = {
	{ "a semaphore counts", a_semaphore_counts },
	{ "a wait for more holds until it is there",
	  a_wait_for_more_holds_until_it_is_there },
	{ "a wait for one value holds until it is there",
	  a_wait_for_one_value_holds_until_it_is_there },
	{ "P takes one for each", p_takes_one_for_each },
	{ "a postsync holds the completion", a_postsync_holds_the_completion },
	{ "four semaphores of a slice are all done",
	  four_semaphores_are_all_done },
	{ "a transfer waits for its presync, and others overtake it",
	  a_transfer_waits_for_its_presync },
	{ "a slice of two pieces takes from its semaphore once",
	  pieces_of_a_slice_wait_once, NULL,
	  "6.12 7.2: " FINDINGS "presync-of-pieces" },
	{ "a doorbell of 32 bits writes four bytes", a_doorbell_writes,
	  &(const struct doorbell){ 32, 64, 4 } },
	{ "a doorbell of 16 bits writes two bytes", a_doorbell_writes,
	  &(const struct doorbell){ 16, 66, 2 } },
	{ "a doorbell of 8 bits writes a byte", a_doorbell_writes,
	  &(const struct doorbell){ 8, 67, 1 } },
	{ "a doorbell starts a network", a_doorbell_starts_a_network },
	{ "16 channels work at once, and there is no 17th",
	  sixteen_channels_work_at_once },
	{ "200 files are open at once", two_hundred_files_are_open_at_once },
	{ "nothing stays in use", nothing_stays_in_use },
};

TAP_MAIN(cases)
