// SPDX-License-Identifier: MIT
/* The DMA bridge: semaphores, order, FIFOs, errors, and its ends. */
#include "card.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define SOON 5000u /* ms */
#define QUIET 30u
#define SEM 9u /* one that no network uses */
#define OTHER 10u

struct rig {
	struct card card;
	struct fifo f;
};

static bool rig_open(struct rig *r, uint32_t count)
{
	if (!card_open(&r->card))
		return false;
	fifo_open(&r->f, &r->card, 3, count, NULL);
	return true;
}

static void rig_close(struct rig *r)
{
	card_close(&r->card);
}

static unsigned int sem_value(struct fifo *f, unsigned int sem)
{
	struct dbc_channel *c = &f->card->a->bridge->channel[f->dbc];
	unsigned int value;

	pthread_mutex_lock(&c->lock);
	value = c->sem[sem];
	pthread_mutex_unlock(&c->lock);
	return value;
}

static bool sem_set(struct fifo *f, unsigned int sem, unsigned int value)
{
	struct aic100_request r = request_none(0xffff);

	r.sem[2] = sem_after(AIC100_SEM_INIT, sem, value);
	return fifo_send(f, &r) && fifo_take(f, 0xffff, 0);
}

static unsigned int msis(struct fifo *f)
{
	return atomic_load(&f->card->base.irqs[AIC100_VECTOR_DBC(f->dbc)]);
}

static void registers_are_of_32_bits(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	for (uint64_t reg = 0; reg < 0x20; reg += 4)
		TAP_EQUAL(fifo_get(&r.f, reg), 0);
	axm_inproc_write(r.card.base.bus, AIC100_BAR_DBC,
			 AIC100_DBC(3) + AIC100_DBC_REQTP, 2, 5);
	axm_inproc_write(r.card.base.bus, AIC100_BAR_DBC,
			 AIC100_DBC(3) + AIC100_DBC_REQHP, 8, 5ull << 32);
	axm_inproc_write(r.card.base.bus, AIC100_BAR_DBC,
			 AIC100_DBC(3) + AIC100_DBC_REQHP, 4, 5);
	axm_inproc_write(r.card.base.bus, AIC100_BAR_DBC, 0, 4, 5);
	axm_inproc_write(r.card.base.bus, AIC100_BAR_DBC, AIC100_DBC(16) + 4, 4,
			 5);
	axm_inproc_write(r.card.base.bus, AIC100_BAR_DBC, AIC100_DBC(4) + 4, 4,
			 5);
	for (uint64_t reg = 0; reg < 0x20; reg += 4)
		TAP_EQUAL(fifo_get(&r.f, reg), 0);
	TAP_EQUAL(axm_inproc_read(r.card.base.bus, AIC100_BAR_DBC,
				  AIC100_DBC(4) + 4, 4),
		  0);
	TAP_CHECK(sem_set(&r.f, SEM, 1));
	TAP_EQUAL(fifo_get(&r.f, AIC100_DBC_REQHP), 1);
	TAP_EQUAL(fifo_get(&r.f, AIC100_DBC_RSPTP), 1);
	TAP_EQUAL(axm_inproc_read(r.card.base.bus, AIC100_BAR_DBC,
				  AIC100_DBC(3) + AIC100_DBC_REQHP, 8),
		  0);
	rig_close(&r);
}

static void data_go_both_ways(void)
{
	struct aic100_request in, out;
	uint8_t *from, *to;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	from = card_alloc(&r.card, 3 << 20);
	to = card_alloc(&r.card, 3 << 20);
	for (unsigned int i = 0; i < 3 << 20; i++)
		from[i] = (uint8_t)(i * 7 + (i >> 12));
	in = request_in(&r.f, 1, from + 3, 4099, (3 << 20) - 5);
	out = request_out(&r.f, 2, to + 1, 4099, (3 << 20) - 5);
	fifo_put(&r.f, &in);
	TAP_CHECK(fifo_send(&r.f, &out));
	TAP_CHECK(fifo_take(&r.f, 1, 0) && fifo_take(&r.f, 2, 0));
	TAP_CHECK(!memcmp(from + 3, to + 1, (3 << 20) - 5));
	TAP_CHECK(!to[0] && !to[(3 << 20) - 4]);
	rig_close(&r);
}

/* A command on a semaphore; if it waits, release lets it go on. */
struct sem_row {
	const char *name;
	enum aic100_sem_cmd cmd;
	unsigned int operand, before, after;
	bool waits;
	unsigned int release;
};

static const struct sem_row sem_rows[] = {
	{ "nop", AIC100_SEM_NOP, 7, 3, 3, false, 0 },
	{ "init", AIC100_SEM_INIT, 7, 3, 7, false, 0 },
	{ "init to the greatest", AIC100_SEM_INIT, 4095, 3, 4095, false, 0 },
	{ "inc", AIC100_SEM_INC, 7, 3, 4, false, 0 },
	{ "inc at the end", AIC100_SEM_INC, 0, 4095, 4095, false, 0 },
	{ "dec", AIC100_SEM_DEC, 7, 3, 2, false, 0 },
	{ "dec at the end", AIC100_SEM_DEC, 0, 0, 0, false, 0 },
	{ "eq", AIC100_SEM_WAIT_EQ, 3, 3, 3, false, 0 },
	{ "eq below", AIC100_SEM_WAIT_EQ, 3, 2, 3, true, 3 },
	{ "eq above", AIC100_SEM_WAIT_EQ, 3, 4, 3, true, 3 },
	{ "ge", AIC100_SEM_WAIT_GE, 3, 3, 3, false, 0 },
	{ "ge above", AIC100_SEM_WAIT_GE, 3, 4, 4, false, 0 },
	{ "ge below", AIC100_SEM_WAIT_GE, 3, 2, 5, true, 5 },
	{ "p", AIC100_SEM_P, 9, 3, 2, false, 0 },
	{ "p at zero", AIC100_SEM_P, 9, 0, 0, true, 1 },
};

static void one_command(struct fifo *f, const struct sem_row *row, bool presync)
{
	struct aic100_request r = request_none(20), go = request_none(21);
	unsigned int at = presync ? 3 : 1;
	bool ok = sem_set(f, SEM, row->before);

	r.sem[at] = presync ? sem_before(row->cmd, SEM, row->operand) :
			      sem_after(row->cmd, SEM, row->operand);
	go.sem[0] = sem_after(AIC100_SEM_INIT, SEM, row->release);
	ok &= fifo_send(f, &r);
	if (row->waits) {
		ok &= fifo_silent(f, QUIET) && fifo_send(f, &go);
		ok &= fifo_take(f, 21, 0);
	}
	ok &= fifo_take(f, 20, 0);
	ok &= sem_value(f, SEM) == row->after;
	if (!TAP_CHECK(ok))
		tap_note("%s, %s", row->name, presync ? "before" : "after");
}

static void every_command(bool presync)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	for (size_t i = 0; i < sizeof(sem_rows) / sizeof(sem_rows[0]); i++)
		one_command(&r.f, &sem_rows[i], presync);
	rig_close(&r);
}

static void every_command_works_before(void)
{
	every_command(true);
}

static void every_command_works_after(void)
{
	every_command(false);
}

static void four_commands_are_done_in_order(void)
{
	struct aic100_request req = request_none(1), go = request_none(2);
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	TAP_CHECK(sem_set(&r.f, OTHER, 2));
	req.sem[0] = sem_after(AIC100_SEM_INIT, SEM, 5);
	req.sem[1] = sem_before(AIC100_SEM_P, OTHER, 0);
	req.sem[2] = sem_after(AIC100_SEM_WAIT_EQ, OTHER, 0);
	req.sem[3] = sem_after(AIC100_SEM_DEC, SEM, 0);
	TAP_CHECK(fifo_send(&r.f, &req));
	TAP_CHECK(fifo_silent(&r.f, QUIET));
	TAP_EQUAL(sem_value(&r.f, SEM), 5);
	TAP_EQUAL(sem_value(&r.f, OTHER), 1);
	go.sem[0] = sem_after(AIC100_SEM_DEC, OTHER, 0);
	TAP_CHECK(fifo_send(&r.f, &go));
	TAP_CHECK(fifo_take(&r.f, 2, 0) && fifo_take(&r.f, 1, 0));
	TAP_EQUAL(sem_value(&r.f, SEM), 4);
	rig_close(&r);
}

static void others_overtake_one_that_waits(void)
{
	struct aic100_request a = request_none(1), b = request_none(2);
	struct aic100_request c = request_none(3);
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	a.sem[0] = sem_before(AIC100_SEM_P, SEM, 0);
	b.sem[0] = sem_before(AIC100_SEM_P, OTHER, 0);
	c.sem[0] = sem_after(AIC100_SEM_INC, OTHER, 0);
	fifo_put(&r.f, &a);
	fifo_put(&r.f, &b);
	TAP_CHECK(fifo_send(&r.f, &c));
	TAP_CHECK(fifo_take(&r.f, 3, 0) && fifo_take(&r.f, 2, 0));
	TAP_CHECK(fifo_silent(&r.f, QUIET));
	c.sem[0] = sem_after(AIC100_SEM_INC, SEM, 0);
	TAP_CHECK(fifo_send(&r.f, &c));
	TAP_CHECK(fifo_take(&r.f, 3, 0) && fifo_take(&r.f, 1, 0));
	rig_close(&r);
}

/* The second could go, but not before the first. */
static void one_semaphore_is_a_fifo(void)
{
	struct aic100_request a = request_none(1), b = request_none(2);
	struct aic100_request go = request_none(3);
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	TAP_CHECK(sem_set(&r.f, SEM, 1));
	a.sem[0] = sem_before(AIC100_SEM_WAIT_GE, SEM, 2);
	b.sem[0] = sem_before(AIC100_SEM_WAIT_GE, SEM, 1);
	fifo_put(&r.f, &a);
	TAP_CHECK(fifo_send(&r.f, &b));
	TAP_CHECK(fifo_silent(&r.f, QUIET));
	go.sem[0] = sem_after(AIC100_SEM_INC, SEM, 0);
	TAP_CHECK(fifo_send(&r.f, &go));
	TAP_CHECK(fifo_take(&r.f, 3, 0) && fifo_take(&r.f, 1, 0) &&
		  fifo_take(&r.f, 2, 0));
	rig_close(&r);
}

/* As the driver's pieces of one slice: all have the presync. */
static void pieces_behind_one_presync_stay_in_order(void)
{
	enum {
		PIECES = 5
	};
	struct aic100_request req, go = request_none(9);
	uint8_t *from, *to;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	from = card_alloc(&r.card, PIECES);
	to = card_alloc(&r.card, 1);
	for (unsigned int i = 0; i < PIECES; i++) {
		from[i] = (uint8_t)(i + 1);
		/* Each to the same place: the last one stays. */
		req = request_in(&r.f, 1, from + i, 4096, 1);
		req.sem[0] = sem_before(AIC100_SEM_WAIT_GE, SEM, 1);
		if (i + 1 < PIECES)
			req.cmd &= (__u8)~AIC100_CMD_COMPLETION;
		else
			req.sem[1] = sem_after(AIC100_SEM_DEC, SEM, 0);
		fifo_put(&r.f, &req);
	}
	req = request_out(&r.f, 2, to, 4096, 1);
	TAP_CHECK(fifo_send(&r.f, &req));
	TAP_CHECK(fifo_take(&r.f, 2, 0));
	TAP_EQUAL(*to, 0);
	go.sem[0] = sem_after(AIC100_SEM_INC, SEM, 0);
	TAP_CHECK(fifo_send(&r.f, &go));
	TAP_CHECK(fifo_take(&r.f, 9, 0) && fifo_take(&r.f, 1, 0));
	TAP_EQUAL(r.f.at[4096], PIECES);
	TAP_EQUAL(sem_value(&r.f, SEM), 0);
	rig_close(&r);
}

static void without_presync_they_stay_in_order(void)
{
	struct aic100_request req;
	uint8_t *from;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 64));
	from = card_alloc(&r.card, 2 << 20);
	memset(from, 7, 2 << 20);
	for (uint16_t i = 0; i < 40; i++) {
		req = request_in(&r.f, i, from, 4096, i % 4 ? 1 : 2 << 20);
		TAP_CHECK(fifo_put(&r.f, &req));
	}
	fifo_ring(&r.f);
	for (uint16_t i = 0; i < 40; i++)
		TAP_CHECK(fifo_take(&r.f, i, 0));
	rig_close(&r);
}

/*
 * Two slices of which the second has the fence, as the driver makes it: in a
 * command that is off. Whoever waits for its postsync sees all the data.
 */
static void a_fence_holds_back_what_follows_data(void)
{
	enum {
		SIZE = 1 << 20
	};
	struct aic100_request req;
	uint8_t *from, *to;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	from = card_alloc(&r.card, 2 * SIZE);
	to = card_alloc(&r.card, 2 * SIZE);
	memset(from, 5, 2 * SIZE);
	req = request_out(&r.f, 3, to, 4096, 2 * SIZE);
	req.sem[0] = sem_before(AIC100_SEM_P, SEM, 0);
	fifo_put(&r.f, &req);
	req = request_in(&r.f, 1, from, 4096, SIZE);
	fifo_put(&r.f, &req);
	req = request_in(&r.f, 2, from + SIZE, 4096 + SIZE, SIZE);
	req.sem[0] = htole32(AIC100_SEM_IN_FENCE);
	req.sem[1] = sem_after(AIC100_SEM_INC, SEM, 0) |
		     htole32(AIC100_SEM_IN_FENCE | AIC100_SEM_OUT_FENCE);
	TAP_CHECK(fifo_send(&r.f, &req));
	TAP_CHECK(fifo_take(&r.f, 1, 0) && fifo_take(&r.f, 2, 0) &&
		  fifo_take(&r.f, 3, 0));
	TAP_CHECK(!memcmp(from, to, 2 * SIZE));
	rig_close(&r);
}

static void doorbells_have_three_widths(void)
{
	static const struct {
		uint8_t attr;
		uint32_t offset;
		uint32_t want[2];
	} rows[] = {
		{ AIC100_DB_ENABLE, 8, { 0xddccbbaa, 0 } },
		{ AIC100_DB_ENABLE | 1, 8, { 0x0000bbaa, 0 } },
		{ AIC100_DB_ENABLE | 1, 10, { 0xbbaa0000, 0 } },
		{ AIC100_DB_ENABLE | 2, 9, { 0x0000aa00, 0 } },
		{ AIC100_DB_ENABLE | 2, 12, { 0, 0xaa } },
		{ 0, 8, { 0, 0 } },
	};
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct aic100_request req = request_none(1);
		uint32_t got[2];

		memset(r.f.at, 0, 64);
		req.db_attr = rows[i].attr;
		req.db_addr = htole64(r.f.memory + rows[i].offset);
		req.db_data = htole32(0xddccbbaa);
		TAP_CHECK(fifo_send(&r.f, &req) && fifo_take(&r.f, 1, 0));
		memcpy(got, r.f.at + 8, sizeof(got));
		TAP_EQUAL(le32toh(got[0]), rows[i].want[0]);
		TAP_EQUAL(le32toh(got[1]), rows[i].want[1]);
	}
	rig_close(&r);
}

static void fifos_wrap(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 5));
	for (uint16_t i = 0; i < 99; i += 3) {
		struct aic100_request req;

		for (uint16_t k = 0; k < 3; k++) {
			req = request_none(i + k);
			TAP_CHECK(fifo_put(&r.f, &req));
		}
		fifo_ring(&r.f);
		for (uint16_t k = 0; k < 3; k++)
			TAP_CHECK(fifo_take(&r.f, i + k, 0));
	}
	TAP_EQUAL(fifo_get(&r.f, AIC100_DBC_REQHP), 99 % 5);
	rig_close(&r);
}

/* Until the worker has taken what it can: REQHP stands. */
static uint32_t settled(struct fifo *f, uint64_t reg)
{
	uint32_t value = fifo_get(f, reg), before;

	do {
		before = value;
		card_sleep_ms(QUIET);
		value = fifo_get(f, reg);
	} while (value != before);
	return value;
}

static void requests_that_wait_fill_the_fifo(void)
{
	struct aic100_request req, go = request_none(99);
	uint16_t taken = 0;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 8));
	for (unsigned int round = 0; round < 4; round++) {
		settled(&r.f, AIC100_DBC_REQHP);
		req = request_none(taken);
		/* The first holds the others up. */
		req.sem[0] = sem_before(AIC100_SEM_WAIT_GE, SEM, 1);
		while (fifo_send(&r.f, &req)) {
			settled(&r.f, AIC100_DBC_REQHP);
			req.id = htole16(++taken);
		}
	}
	/* The window has as many as the FIFO, and the FIFO is full. */
	TAP_EQUAL(taken, 8 + 7);
	fifo_open(&r.f, &r.card, 3, 8, NULL);
	req = request_none(1);
	req.sem[0] = sem_before(AIC100_SEM_WAIT_GE, SEM, 1);
	for (unsigned int i = 0; i < 6; i++)
		TAP_CHECK(fifo_send(&r.f, &req));
	go.sem[0] = sem_after(AIC100_SEM_INC, SEM, 0);
	TAP_CHECK(fifo_send(&r.f, &go));
	TAP_CHECK(fifo_take(&r.f, 99, 0));
	for (unsigned int i = 0; i < 6; i++)
		TAP_CHECK(fifo_take(&r.f, 1, 0));
	rig_close(&r);
}

static void a_full_response_fifo_stops_the_requests(void)
{
	uint16_t sent = 0;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 8));
	for (;;) {
		struct aic100_request req = request_none(sent);

		if (!fifo_send(&r.f, &req))
			break;
		sent++;
		settled(&r.f, AIC100_DBC_REQHP);
	}
	/* 7 answered, 8 in the window, 7 in the FIFO. */
	TAP_EQUAL(sent, 7 + 8 + 7);
	TAP_EQUAL(fifo_get(&r.f, AIC100_DBC_RSPTP), 7);
	for (uint16_t i = 0; i < sent; i++)
		TAP_CHECK(fifo_take(&r.f, i, 0));
	TAP_CHECK(fifo_silent(&r.f, QUIET));
	rig_close(&r);
}

static void an_interrupt_comes_when_the_fifo_was_empty(void)
{
	struct aic100_request req = request_none(1);
	unsigned int before;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	before = msis(&r.f);
	for (unsigned int i = 0; i < 5; i++) {
		TAP_CHECK(fifo_send(&r.f, &req));
		TAP_CHECK(fifo_wait(&r.f, i + 1, SOON));
	}
	card_sleep_ms(QUIET);
	TAP_EQUAL(msis(&r.f), before + 1);
	/* Emptied but for one: none. */
	for (unsigned int i = 0; i < 4; i++)
		TAP_CHECK(fifo_take(&r.f, 1, 0));
	TAP_CHECK(fifo_send(&r.f, &req) && fifo_wait(&r.f, 2, SOON));
	card_sleep_ms(QUIET);
	TAP_EQUAL(msis(&r.f), before + 1);
	TAP_CHECK(fifo_take(&r.f, 1, 0) && fifo_take(&r.f, 1, 0));
	TAP_CHECK(fifo_send(&r.f, &req) && fifo_take(&r.f, 1, 0));
	card_sleep_ms(QUIET);
	TAP_EQUAL(msis(&r.f), before + 2);
	for (unsigned int i = 0; i < AIC100_VECTORS; i++)
		if (i != AIC100_VECTOR_DBC(3))
			TAP_EQUAL(atomic_load(&r.card.base.irqs[i]), 0);
	rig_close(&r);
}

static void an_interrupt_can_be_forced(void)
{
	struct aic100_request req = request_none(1);
	unsigned int before;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 16));
	TAP_CHECK(fifo_send(&r.f, &req) && fifo_wait(&r.f, 1, SOON));
	card_sleep_ms(QUIET);
	before = msis(&r.f);
	req.cmd |= AIC100_CMD_FORCE_MSI;
	TAP_CHECK(fifo_send(&r.f, &req) && fifo_wait(&r.f, 2, SOON));
	card_sleep_ms(QUIET);
	TAP_EQUAL(msis(&r.f), before + 1);
	/* Also of a request without a completion. */
	req.cmd &= (__u8)~AIC100_CMD_COMPLETION;
	TAP_CHECK(fifo_send(&r.f, &req));
	card_sleep_ms(2 * QUIET);
	TAP_EQUAL(msis(&r.f), before + 2);
	TAP_CHECK(!fifo_wait(&r.f, 3, QUIET));
	rig_close(&r);
}

static void bad_cmd(struct aic100_request *r)
{
	r->cmd |= 0x20;
}

static void bad_dir(struct aic100_request *r)
{
	r->cmd |= 3;
}

static void linked_list(struct aic100_request *r)
{
	r->cmd &= (__u8)~AIC100_CMD_BULK;
}

static void no_bytes(struct aic100_request *r)
{
	r->len = 0;
}

static void word_0(struct aic100_request *r)
{
	r->reserved0 = htole32(1);
}

static void word_1(struct aic100_request *r)
{
	r->reserved1 = htole32(1u << 31);
}

static void byte_2(struct aic100_request *r)
{
	r->reserved2 = 1;
}

static void word_3(struct aic100_request *r)
{
	r->reserved3 = htole16(1);
}

static void below_memory(struct aic100_request *r)
{
	r->dst = htole64(le64toh(r->dst) - 4097);
}

static void beyond_memory(struct aic100_request *r)
{
	r->dst = htole64(le64toh(r->dst) - 4096 + CARD_SLICE - 15);
}

static void wraps_around(struct aic100_request *r)
{
	r->dst = htole64(UINT64_MAX - 7);
}

static void no_host(struct aic100_request *r)
{
	r->src = htole64(64);
}

static void host_wraps(struct aic100_request *r)
{
	r->src = htole64(UINT64_MAX - 7);
}

static void command_7(struct aic100_request *r)
{
	r->sem[1] = sem_after(7, SEM, 0);
}

static void sem_bits(struct aic100_request *r)
{
	r->sem[1] = sem_after(AIC100_SEM_INC, SEM, 0) | htole32(1u << 21);
}

static void two_presyncs(struct aic100_request *r)
{
	r->sem[1] = sem_before(AIC100_SEM_INC, SEM, 0);
	r->sem[3] = sem_before(AIC100_SEM_INC, SEM, 0);
}

static void bell_bits(struct aic100_request *r)
{
	r->db_attr |= 0x04;
}

static void bell_width(struct aic100_request *r)
{
	r->db_attr |= 3;
}

static void bell_unaligned(struct aic100_request *r)
{
	r->db_addr = htole64(le64toh(r->db_addr) + 2);
}

static void bell_beyond(struct aic100_request *r)
{
	r->db_addr = htole64(le64toh(r->db_addr) - 8 + CARD_SLICE);
}

static const struct bad_row {
	const char *name;
	void (*spoil)(struct aic100_request *r);
	uint16_t status;
} bad_rows[] = {
	{ "cmd", bad_cmd, AIC100_COMPLETION_BAD_REQUEST },
	{ "direction", bad_dir, AIC100_COMPLETION_BAD_REQUEST },
	{ "linked list", linked_list, AIC100_COMPLETION_BAD_REQUEST },
	{ "no bytes", no_bytes, AIC100_COMPLETION_BAD_REQUEST },
	{ "reserved0", word_0, AIC100_COMPLETION_BAD_REQUEST },
	{ "reserved1", word_1, AIC100_COMPLETION_BAD_REQUEST },
	{ "reserved2", byte_2, AIC100_COMPLETION_BAD_REQUEST },
	{ "reserved3", word_3, AIC100_COMPLETION_BAD_REQUEST },
	{ "below memory", below_memory, AIC100_COMPLETION_DEVICE },
	{ "beyond memory", beyond_memory, AIC100_COMPLETION_DEVICE },
	{ "wraps around", wraps_around, AIC100_COMPLETION_DEVICE },
	{ "no host", no_host, AIC100_COMPLETION_HOST },
	{ "host wraps", host_wraps, AIC100_COMPLETION_HOST },
	{ "command 7", command_7, AIC100_COMPLETION_SEMAPHORE },
	{ "semaphore bits", sem_bits, AIC100_COMPLETION_SEMAPHORE },
	{ "two presyncs", two_presyncs, AIC100_COMPLETION_SEMAPHORE },
	{ "doorbell bits", bell_bits, AIC100_COMPLETION_DOORBELL },
	{ "doorbell width", bell_width, AIC100_COMPLETION_DOORBELL },
	{ "doorbell unaligned", bell_unaligned, AIC100_COMPLETION_DOORBELL },
	{ "doorbell beyond", bell_beyond, AIC100_COMPLETION_DOORBELL },
};

static void a_bad_request_has_its_status_and_no_effect(void)
{
	struct rig r;
	uint8_t *from;

	TAP_REQUIRE(rig_open(&r, 16));
	from = card_alloc(&r.card, 16);
	memset(from, 9, 16);
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		struct aic100_request req = request_in(&r.f, 7, from, 4096, 16);
		bool ok;

		req.sem[0] = sem_after(AIC100_SEM_INC, SEM, 0);
		req.db_attr = AIC100_DB_ENABLE;
		req.db_addr = htole64(r.f.memory + 8);
		req.db_data = htole32(1);
		bad_rows[i].spoil(&req);
		ok = fifo_send(&r.f, &req) &&
		     fifo_take(&r.f, 7, bad_rows[i].status) &&
		     !sem_value(&r.f, SEM) && !r.f.at[8] && !r.f.at[4096];
		if (!TAP_CHECK(ok))
			tap_note("%s", bad_rows[i].name);
	}
	TAP_EQUAL(atomic_load(&r.card.sys_errs), 0);
	rig_close(&r);
}

static void a_completion_tells_of_the_pieces_before(void)
{
	struct aic100_request req;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 64));
	for (uint16_t id = 0; id < 12; id++) {
		req = request_none(id);
		req.cmd = id % 2 ? AIC100_CMD_BULK | 3 : AIC100_CMD_BULK;
		TAP_CHECK(fifo_put(&r.f, &req));
	}
	fifo_ring(&r.f);
	for (unsigned int round = 0; round < 2; round++)
		for (uint16_t id = 0; id < 12; id++) {
			uint16_t status =
				id % 2 && !round ?
					AIC100_COMPLETION_BAD_REQUEST :
					0;

			req = request_none(id);
			TAP_CHECK(fifo_send(&r.f, &req) &&
				  fifo_take(&r.f, id, status));
		}
	rig_close(&r);
}

static void wrong_reqtp(struct fifo *f)
{
	fifo_set(f, AIC100_DBC_REQTP, f->count);
}

static void wrong_rsphp(struct fifo *f)
{
	fifo_set(f, AIC100_DBC_RSPHP, f->count + 1);
}

static void rsphp_ahead(struct fifo *f)
{
	fifo_set(f, AIC100_DBC_RSPHP, 1);
}

static void no_fifo(struct fifo *f)
{
	axm_inproc_forbid(f->card->base.bus, f->card->base.arena);
	f->tail = 1;
	fifo_ring(f);
}

static void a_wrong_index_brings_the_card_down(void)
{
	static void (*const wrongs[])(struct fifo *f) = {
		wrong_reqtp,
		wrong_rsphp,
		rsphp_ahead,
		no_fifo,
	};

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct rig r;
		uint64_t until = card_now_ms() + SOON;

		TAP_REQUIRE(rig_open(&r, 8));
		wrongs[i](&r.f);
		while (!atomic_load(&r.card.sys_errs) && card_now_ms() < until)
			card_sleep_ms(1);
		TAP_EQUAL(atomic_load(&r.card.sys_errs), 1);
		fifo_set(&r.f, AIC100_DBC_REQTP, 8);
		card_sleep_ms(QUIET);
		TAP_EQUAL(atomic_load(&r.card.sys_errs), 1);
		aic100_dbc_stop(r.card.a, 3);
		rig_close(&r);
	}
}

/* Keeps the channel copying to the host for ever. */
static void keep_busy(struct fifo *f, uint8_t *to, uint32_t size)
{
	struct aic100_request req = request_out(f, 1, to, 4096, size);

	req.cmd &= (__u8)~AIC100_CMD_COMPLETION;
	while (fifo_put(f, &req))
		;
	fifo_ring(f);
}

static void stop_ends_all_access(void)
{
	enum {
		SIZE = 3 << 20
	};
	uint64_t start;
	uint8_t *to;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 2048));
	to = card_alloc(&r.card, SIZE);
	memset(r.f.at, 1, CARD_SLICE);
	keep_busy(&r.f, to, SIZE);
	card_sleep_ms(20);
	start = card_now_ms();
	aic100_dbc_stop(r.card.a, 3);
	TAP_CHECK(card_now_ms() - start < 2000);
	TAP_CHECK(to[0]);
	memset(to, 0, SIZE);
	card_sleep_ms(QUIET);
	for (unsigned int i = 0; i < SIZE; i++)
		if (to[i]) {
			TAP_CHECK(!to[i]);
			break;
		}
	TAP_EQUAL(fifo_get(&r.f, AIC100_DBC_REQTP), 0);
	/* It is as new. */
	fifo_open(&r.f, &r.card, 3, 8, NULL);
	TAP_EQUAL(sem_value(&r.f, AIC100_NET_SEM_FREE), 1);
	TAP_EQUAL(sem_value(&r.f, AIC100_NET_SEM_ROOM), 1);
	TAP_CHECK(sem_set(&r.f, SEM, 1));
	rig_close(&r);
}

static void a_reset_in_the_middle_forgets_everything(void)
{
	enum {
		SIZE = 3 << 20
	};
	struct aic100_request wait = request_none(1);
	uint64_t start;
	uint8_t *to;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1024));
	to = card_alloc(&r.card, SIZE);
	for (unsigned int i = 0; i < 20; i++) {
		size_t used = r.card.base.used;

		fifo_open(&r.f, &r.card, 3, 512, NULL);
		r.card.base.used = used;
		wait.sem[0] = sem_before(AIC100_SEM_P, SEM, 0);
		fifo_put(&r.f, &wait);
		keep_busy(&r.f, to, SIZE);
		card_sleep_ms(i % 4);
		start = card_now_ms();
		axm_inproc_reset(r.card.base.bus);
		TAP_CHECK(card_now_ms() - start < 2000);
		TAP_EQUAL(fifo_get(&r.f, AIC100_DBC_REQTP), 0);
		fifo_ring(&r.f);
		TAP_EQUAL(fifo_get(&r.f, AIC100_DBC_REQTP), 0);
	}
	fifo_open(&r.f, &r.card, 3, 8, NULL);
	TAP_CHECK(sem_set(&r.f, SEM, 1));
	TAP_EQUAL(atomic_load(&r.card.sys_errs), 0);
	rig_close(&r);
}

static void after_a_crash_nothing_is_answered(void)
{
	struct aic100_request req = request_none(1);
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 8));
	TAP_CHECK(fifo_send(&r.f, &req) && fifo_take(&r.f, 1, 0));
	aic100_dbc_crash(r.card.a, 3);
	TAP_CHECK(fifo_send(&r.f, &req));
	TAP_CHECK(fifo_silent(&r.f, QUIET));
	TAP_EQUAL(atomic_load(&r.card.sys_errs), 0);
	aic100_dbc_stop(r.card.a, 3);
	fifo_open(&r.f, &r.card, 3, 8, NULL);
	TAP_CHECK(fifo_send(&r.f, &req) && fifo_take(&r.f, 1, 0));
	rig_close(&r);
}

/* One piece in, out again, the answer taken; all channels side by side. */
static bool echo(struct fifo *f, uint8_t *buf, uint16_t id)
{
	enum {
		SIZE = 8192
	};
	struct aic100_request in, out;

	memset(buf, f->dbc * 16 + id % 16, SIZE);
	memset(buf + SIZE, 0, SIZE);
	in = request_in(f, id, buf, 4096, SIZE);
	in.cmd &= (__u8)~AIC100_CMD_COMPLETION;
	in.sem[0] = sem_after(AIC100_SEM_INC, SEM, 0);
	out = request_out(f, id, buf + SIZE, 4096, SIZE);
	out.sem[0] = sem_before(AIC100_SEM_P, SEM, 0);
	return fifo_put(f, &out) && fifo_send(f, &in);
}

static void sixteen_channels_work_at_once(void)
{
	enum {
		SIZE = 8192,
		ROUNDS = 100
	};
	struct aic100_bridge_stats stats;
	struct fifo f[AIC100_DBCS];
	uint8_t *buf[AIC100_DBCS];
	bool ok = true;
	struct card card;

	TAP_REQUIRE(card_open(&card));
	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		fifo_open(&f[i], &card, i, 16, NULL);
		buf[i] = card_alloc(&card, 2 * SIZE);
	}
	for (uint16_t round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < AIC100_DBCS; i++)
			ok &= echo(&f[i], buf[i], round);
		for (unsigned int i = 0; i < AIC100_DBCS; i++)
			ok &= fifo_take(&f[i], round, 0) &&
			      !memcmp(buf[i], buf[i] + SIZE, SIZE);
	}
	TAP_CHECK(ok);
	aic100_bridge_stats(card.a, &stats);
	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		TAP_EQUAL(stats.channel[i].requests, 2 * ROUNDS);
		TAP_EQUAL(stats.channel[i].responses, ROUNDS);
		TAP_EQUAL(stats.channel[i].bytes_in, SIZE * ROUNDS);
		TAP_EQUAL(stats.channel[i].bytes_out, SIZE * ROUNDS);
		TAP_EQUAL(stats.channel[i].msis, ROUNDS);
		TAP_EQUAL(stats.channel[i].msis,
			  atomic_load(&card.base.irqs[AIC100_VECTOR_DBC(i)]));
		TAP_CHECK(stats.channel[i].own_ns);
	}
	card_close(&card);
}

static const struct tap_case cases[] = {
	{ "registers are of 32 bits, the rest of the BAR is nothing",
	  registers_are_of_32_bits },
	{ "data go both ways, at any alignment", data_go_both_ways },
	{ "every semaphore command works before the transfer",
	  every_command_works_before },
	{ "every semaphore command works after the transfer",
	  every_command_works_after },
	{ "four commands are done in order, and one may wait in between",
	  four_commands_are_done_in_order },
	{ "a request that waits is overtaken by others",
	  others_overtake_one_that_waits },
	{ "those that wait for one semaphore stay in order",
	  one_semaphore_is_a_fifo },
	{ "pieces behind one presync stay in order",
	  pieces_behind_one_presync_stay_in_order },
	{ "requests without a presync stay in order",
	  without_presync_they_stay_in_order },
	{ "a fence holds back what follows the data, and no more",
	  a_fence_holds_back_what_follows_data },
	{ "doorbells are of 32, 16 and 8 bits", doorbells_have_three_widths },
	{ "the FIFOs wrap", fifos_wrap },
	{ "requests that wait fill the FIFO in the end",
	  requests_that_wait_fill_the_fifo },
	{ "a full response FIFO stops the requests",
	  a_full_response_fifo_stops_the_requests },
	{ "an interrupt comes only when the response FIFO was empty",
	  an_interrupt_comes_when_the_fifo_was_empty },
	{ "an interrupt can be forced", an_interrupt_can_be_forced },
	{ "a bad request has its status and no effect",
	  a_bad_request_has_its_status_and_no_effect },
	{ "a completion tells of failed pieces with its id, once",
	  a_completion_tells_of_the_pieces_before },
	{ "a wrong index or FIFO brings the card down, once",
	  a_wrong_index_brings_the_card_down },
	{ "stop ends all access and the channel can start anew",
	  stop_ends_all_access },
	{ "a reset in the middle forgets everything",
	  a_reset_in_the_middle_forgets_everything },
	{ "after a crash nothing is answered until the next start",
	  after_a_crash_nothing_is_answered },
	{ "sixteen channels work at once and are counted",
	  sixteen_channels_work_at_once },
};
TAP_MAIN(cases)
