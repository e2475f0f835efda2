// SPDX-License-Identifier: MIT
/* Networks: programs on the NSPs, fed and emptied over the DMA bridge. */
#include "card.h"
#include "program.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 3000u /* of floats: no multiple of a page */
#define BYTES (COUNT * 4u)
#define STRIDE 12288u /* of a tensor in the workload's memory */
#define AT_A AIC100_NET_DOORBELLS
#define AT_B (AT_A + STRIDE)
#define AT_Y (AT_B + STRIDE)
#define LONG_STEPS 20000u

struct rig {
	struct card card;
	void *blob;
	size_t size;
	struct aic100_network *network[AIC100_DBCS];
	char why[128];
};

static int load(struct rig *r, unsigned int number, size_t image)
{
	return aic100_network_create(r->card.a, r->blob, image,
				     (uint8_t *)r->blob + image,
				     r->size - image, &r->network[number],
				     r->why, sizeof(r->why));
}

static bool rig_open(struct rig *r, unsigned int steps)
{
	memset(r, 0, sizeof(*r));
	r->blob = program_relu(COUNT, steps, &r->size);
	if (!r->blob || !card_open(&r->card))
		return false;
	return !load(r, 0, r->size);
}

static void rig_close(struct rig *r)
{
	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		aic100_dbc_stop(r->card.a, i);
		aic100_network_destroy(r->network[i]);
	}
	card_close(&r->card);
	free(r->blob);
}

/* One inference's memory of the host. */
struct job {
	float *a, *b, *y;
};

static void job_make(struct card *card, struct job *j, unsigned int seed)
{
	j->a = card_alloc(card, BYTES);
	j->b = card_alloc(card, BYTES);
	j->y = card_alloc(card, BYTES);
	for (unsigned int i = 0; i < COUNT; i++) {
		j->a[i] = (float)((i * 31 + seed * 17) % 97) - 48.0f;
		j->b[i] = (float)(i % 7) * 0.5f - 1.0f;
	}
}

/* As aic100_regs.h says; the output is queued first. */
static bool job_send(struct fifo *f, const struct job *j, uint16_t id)
{
	struct aic100_request in[2] = {
		request_in(f, id, j->a, AT_A, BYTES),
		request_in(f, id, j->b, AT_B, BYTES),
	};
	struct aic100_request out = request_out(f, id + 1, j->y, AT_Y, BYTES);

	in[0].cmd &= (__u8)~AIC100_CMD_COMPLETION;
	for (unsigned int i = 0; i < 2; i++)
		in[i].sem[0] =
			sem_before(AIC100_SEM_WAIT_GE, AIC100_NET_SEM_FREE, 1);
	in[1].sem[1] = sem_after(AIC100_SEM_DEC, AIC100_NET_SEM_FREE, 0);
	in[1].sem[2] = sem_after(AIC100_SEM_INC, AIC100_NET_SEM_INPUT, 0);
	out.sem[0] = sem_before(AIC100_SEM_WAIT_GE, AIC100_NET_SEM_OUTPUT, 1);
	out.sem[1] = sem_after(AIC100_SEM_DEC, AIC100_NET_SEM_OUTPUT, 0);
	out.sem[2] = sem_after(AIC100_SEM_INC, AIC100_NET_SEM_ROOM, 0);
	return fifo_put(f, &out) && fifo_put(f, &in[0]) && fifo_send(f, &in[1]);
}

static bool job_right(const struct job *j)
{
	for (unsigned int i = 0; i < COUNT; i++)
		if (j->y[i] != fmaxf(j->a[i] + j->b[i], 0))
			return false;
	return true;
}

/* By the engine, without a card. */
static bool engine_run(const struct rig *r, const struct job *j, float *y)
{
	struct axt_program *program = NULL;
	struct axt_workers *workers = NULL;
	struct axt_engine *engine = NULL;
	struct axt_engine_run run = {
		.inputs = (const void *[]){ j->a, j->b },
		.outputs = (void *[]){ y },
		.arena = aligned_alloc(64, 4 * STRIDE),
	};
	bool ok = !axt_program_open(r->blob, r->size, &program, NULL) &&
		  !axt_workers_create(2, &workers) &&
		  !axt_engine_create(program, workers, AXT_ISA_BEST, &engine) &&
		  !axt_engine_run(engine, &run);

	axt_engine_destroy(engine);
	axt_workers_destroy(workers);
	axt_program_close(program);
	free(run.arena);
	return ok;
}

static void results_are_those_of_the_engine(void)
{
	struct fifo f;
	struct job j;
	struct rig r;
	float *y;

	TAP_REQUIRE(rig_open(&r, 1));
	fifo_open(&f, &r.card, 5, 16, r.network[0]);
	job_make(&r.card, &j, 1);
	y = card_alloc(&r.card, BYTES);
	TAP_CHECK(job_send(&f, &j, 10));
	TAP_CHECK(fifo_take(&f, 10, 0) && fifo_take(&f, 11, 0));
	TAP_CHECK(engine_run(&r, &j, y));
	TAP_CHECK(!memcmp(j.y, y, BYTES));
	TAP_CHECK(job_right(&j));
	rig_close(&r);
}

static void memory_is_doorbells_inputs_and_outputs(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1));
	TAP_EQUAL(aic100_network_memory(r.network[0]), AT_Y + STRIDE);
	rig_close(&r);
}

static void image_and_constants_are_one_program(void)
{
	struct fifo f;
	struct job j;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1));
	TAP_EQUAL(load(&r, 1, 0), 0);
	TAP_EQUAL(load(&r, 2, 77), 0);
	memset(r.blob, 0xff, r.size);
	for (unsigned int i = 1; i < 3; i++) {
		fifo_open(&f, &r.card, i, 16, r.network[i]);
		job_make(&r.card, &j, i);
		TAP_CHECK(job_send(&f, &j, 1));
		TAP_CHECK(fifo_take(&f, 1, 0) && fifo_take(&f, 2, 0));
		TAP_CHECK(job_right(&j));
	}
	rig_close(&r);
}

static void what_is_no_program_is_refused_with_a_reason(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1));
	((uint8_t *)r.blob)[0] ^= 1;
	TAP_EQUAL(load(&r, 1, r.size), -ENOEXEC);
	TAP_CHECK(!r.network[1] && r.why[0]);
	((uint8_t *)r.blob)[0] ^= 1;
	r.size -= 8;
	TAP_EQUAL(load(&r, 1, r.size), -ENOEXEC);
	TAP_CHECK(!r.network[1] && r.why[0]);
	r.size = 0;
	TAP_EQUAL(load(&r, 1, 0), -ENOEXEC);
	TAP_CHECK(!r.network[1] && r.why[0]);
	rig_close(&r);
}

static void jobs_are_pipelined_and_keep_apart(void)
{
	enum {
		JOBS = 20
	};
	struct aic100_bridge_stats stats;
	struct job j[JOBS];
	struct fifo f;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1));
	fifo_open(&f, &r.card, 0, 256, r.network[0]);
	for (uint16_t i = 0; i < JOBS; i++) {
		job_make(&r.card, &j[i], i);
		TAP_CHECK(job_send(&f, &j[i], 2 * i));
	}
	TAP_CHECK(fifo_wait(&f, 2 * JOBS, 10000));
	for (uint16_t i = 0; i < JOBS; i++)
		TAP_CHECK(job_right(&j[i]));
	aic100_bridge_stats(r.card.a, &stats);
	TAP_EQUAL(stats.channel[0].runs, JOBS);
	tap_note("own %llu ns a request, engine %llu ns a run",
		 (unsigned long long)stats.channel[0].own_ns / (3 * JOBS),
		 (unsigned long long)stats.channel[0].engine_ns / JOBS);
	rig_close(&r);
}

/* A slice in pieces, each with the presync, as the driver makes it. */
static void inputs_in_pieces_are_complete_before_the_run(void)
{
	enum {
		PIECES = 6,
		PIECE = BYTES / PIECES
	};
	struct aic100_request req;
	struct fifo f;
	struct rig r;
	struct job j;

	TAP_REQUIRE(rig_open(&r, 1));
	fifo_open(&f, &r.card, 0, 256, r.network[0]);
	job_make(&r.card, &j, 4);
	for (uint16_t round = 0; round < 8; round++) {
		memset(j.y, 0, BYTES);
		j.a[COUNT - 1] = round;
		for (unsigned int i = 0; i < PIECES; i++) {
			req = request_in(&f, 1, (uint8_t *)j.a + i * PIECE,
					 AT_A + i * PIECE, PIECE);
			req.cmd &= (__u8)~AIC100_CMD_COMPLETION;
			req.sem[0] = sem_before(AIC100_SEM_WAIT_GE,
						AIC100_NET_SEM_FREE, 1);
			TAP_CHECK(fifo_put(&f, &req));
		}
		TAP_CHECK(job_send(&f, &j, 1));
		TAP_CHECK(fifo_take(&f, 1, 0) && fifo_take(&f, 2, 0));
		TAP_CHECK(job_right(&j));
	}
	rig_close(&r);
}

static void the_start_doorbell_is_an_input(void)
{
	struct aic100_request in[2], out;
	struct fifo f;
	struct rig r;
	struct job j;

	TAP_REQUIRE(rig_open(&r, 1));
	fifo_open(&f, &r.card, 0, 16, r.network[0]);
	job_make(&r.card, &j, 5);
	in[0] = request_in(&f, 1, j.a, AT_A, BYTES);
	in[1] = request_in(&f, 1, j.b, AT_B, BYTES);
	in[1].db_attr = AIC100_DB_ENABLE | 1;
	in[1].db_addr = htole64(f.memory + AIC100_NET_DB_START);
	out = request_out(&f, 2, j.y, AT_Y, BYTES);
	out.sem[0] = sem_before(AIC100_SEM_P, AIC100_NET_SEM_OUTPUT, 0);
	fifo_put(&f, &out);
	fifo_put(&f, &in[0]);
	TAP_CHECK(fifo_send(&f, &in[1]));
	TAP_CHECK(fifo_take(&f, 1, 0) && fifo_take(&f, 1, 0) &&
		  fifo_take(&f, 2, 0));
	TAP_CHECK(job_right(&j));
	rig_close(&r);
}

static void no_room_keeps_the_network_waiting(void)
{
	struct aic100_request go, in;
	struct aic100_bridge_stats stats;
	struct fifo f;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1));
	fifo_open(&f, &r.card, 2, 16, r.network[0]);
	for (uint16_t i = 0; i < 3; i++) {
		in = request_none(i);
		in.sem[0] = sem_after(AIC100_SEM_INC, AIC100_NET_SEM_INPUT, 0);
		TAP_CHECK(fifo_send(&f, &in) && fifo_take(&f, i, 0));
	}
	card_sleep_ms(50);
	aic100_bridge_stats(r.card.a, &stats);
	TAP_EQUAL(stats.channel[2].runs, 1);
	go = request_none(9);
	go.sem[0] = sem_after(AIC100_SEM_INIT, AIC100_NET_SEM_ROOM, 7);
	go.sem[1] = sem_after(AIC100_SEM_WAIT_EQ, AIC100_NET_SEM_OUTPUT, 3);
	TAP_CHECK(fifo_send(&f, &go) && fifo_take(&f, 9, 0));
	aic100_bridge_stats(r.card.a, &stats);
	TAP_EQUAL(stats.channel[2].runs, 3);
	TAP_CHECK(stats.channel[2].engine_ns && stats.channel[2].own_ns);
	rig_close(&r);
}

static void sixteen_networks_share_the_engine(void)
{
	enum {
		ROUNDS = 5
	};
	struct fifo f[AIC100_DBCS];
	struct job j[AIC100_DBCS];
	bool ok = true;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1));
	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		TAP_REQUIRE(!i || !load(&r, i, r.size));
		fifo_open(&f[i], &r.card, i, 16, r.network[i]);
		job_make(&r.card, &j[i], i);
	}
	for (uint16_t round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < AIC100_DBCS; i++) {
			memset(j[i].y, 0, BYTES);
			j[i].a[0] = (float)(round * 16 + i);
			ok &= job_send(&f[i], &j[i], 1);
		}
		for (unsigned int i = 0; i < AIC100_DBCS; i++)
			ok &= fifo_take(&f[i], 1, 0) &&
			      fifo_take(&f[i], 2, 0) && job_right(&j[i]);
	}
	TAP_CHECK(ok);
	rig_close(&r);
}

static unsigned int output_value(struct fifo *f)
{
	struct dbc_channel *c = &f->card->a->bridge->channel[f->dbc];
	unsigned int value;

	pthread_mutex_lock(&c->lock);
	value = c->sem[AIC100_NET_SEM_OUTPUT];
	pthread_mutex_unlock(&c->lock);
	return value;
}

/* Runs that came to their end, of all channels. */
static uint64_t runs(struct rig *r)
{
	struct aic100_bridge_stats stats;
	uint64_t sum = 0;

	aic100_bridge_stats(r->card.a, &stats);
	for (unsigned int i = 0; i < AIC100_DBCS; i++)
		sum += stats.channel[i].runs;
	return sum;
}

static bool running(struct fifo *f)
{
	struct dbc_channel *c = &f->card->a->bridge->channel[f->dbc];
	bool running;

	pthread_mutex_lock(&c->lock);
	running = c->running;
	pthread_mutex_unlock(&c->lock);
	return running;
}

static bool start_long(struct rig *r, struct fifo *f, unsigned int dbc)
{
	uint64_t until = card_now_ms() + 5000;
	struct job j;

	fifo_open(f, &r->card, dbc, 16, r->network[dbc]);
	job_make(&r->card, &j, 1);
	if (!job_send(f, &j, 1))
		return false;
	while (!running(f) && card_now_ms() < until)
		card_sleep_ms(1);
	return running(f);
}

static void requests_are_done_while_the_network_runs(void)
{
	struct aic100_request req;
	struct fifo f;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, LONG_STEPS));
	TAP_CHECK(start_long(&r, &f, 0));
	TAP_CHECK(fifo_take(&f, 1, 0));
	for (uint16_t i = 10; i < 20; i++) {
		req = request_in(&f, i, f.requests, AT_Y + STRIDE, 64);
		TAP_CHECK(fifo_send(&f, &req) && fifo_take(&f, i, 0));
	}
	TAP_CHECK(running(&f));
	rig_close(&r);
}

/* Both: the one that runs and the one that waits for its turn. */
static void stop_ends_a_running_network(void)
{
	struct fifo f[2];
	uint64_t start;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, LONG_STEPS));
	TAP_REQUIRE(!load(&r, 1, r.size));
	TAP_CHECK(start_long(&r, &f[0], 0));
	TAP_CHECK(start_long(&r, &f[1], 1));
	start = card_now_ms();
	aic100_dbc_stop(r.card.a, 1);
	TAP_CHECK(card_now_ms() - start < 1000);
	aic100_dbc_stop(r.card.a, 0);
	TAP_CHECK(card_now_ms() - start < 1000);
	TAP_CHECK(!running(&f[0]) && !running(&f[1]));
	TAP_EQUAL(output_value(&f[0]), 0);
	TAP_EQUAL(output_value(&f[1]), 0);
	TAP_EQUAL(runs(&r), 0);
	rig_close(&r);
}

static void a_reset_ends_a_running_network(void)
{
	struct fifo f;
	uint64_t start;
	struct job j;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, LONG_STEPS));
	TAP_CHECK(start_long(&r, &f, 0));
	start = card_now_ms();
	axm_inproc_reset(r.card.base.bus);
	TAP_CHECK(card_now_ms() - start < 1000);
	TAP_CHECK(!running(&f));
	TAP_EQUAL(runs(&r), 0);
	/* And the card works on. */
	free(r.blob);
	r.blob = program_relu(COUNT, 1, &r.size);
	TAP_REQUIRE(r.blob);
	TAP_EQUAL(load(&r, 1, r.size), 0);
	fifo_open(&f, &r.card, 0, 16, r.network[1]);
	job_make(&r.card, &j, 1);
	TAP_CHECK(job_send(&f, &j, 1));
	TAP_CHECK(fifo_take(&f, 1, 0) && fifo_take(&f, 2, 0));
	TAP_CHECK(job_right(&j));
	rig_close(&r);
}

static void a_crash_ends_a_running_network(void)
{
	struct fifo f;
	uint64_t until = card_now_ms() + 5000;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, LONG_STEPS));
	TAP_CHECK(start_long(&r, &f, 0));
	TAP_CHECK(fifo_take(&f, 1, 0));
	aic100_dbc_crash(r.card.a, 0);
	while (running(&f) && card_now_ms() < until)
		card_sleep_ms(1);
	TAP_CHECK(!running(&f));
	TAP_CHECK(fifo_silent(&f, 30));
	TAP_EQUAL(output_value(&f), 0);
	TAP_EQUAL(runs(&r), 0);
	rig_close(&r);
}

static void without_its_memory_all_requests_fail(void)
{
	struct aic100_dbc_config config = { .count = 16 };
	struct aic100_request req;
	struct fifo f;
	struct rig r;

	TAP_REQUIRE(rig_open(&r, 1));
	fifo_open(&f, &r.card, 0, 16, NULL);
	config.requests = (uintptr_t)f.requests;
	config.responses = (uintptr_t)f.responses;
	config.memory = f.memory;
	config.memory_size = aic100_network_memory(r.network[0]) - 4096;
	config.network = r.network[0];
	aic100_dbc_start(r.card.a, 0, &config);
	req = request_none(1);
	req.sem[0] = sem_before(AIC100_SEM_P, AIC100_NET_SEM_OUTPUT, 0);
	TAP_CHECK(fifo_send(&f, &req));
	TAP_CHECK(fifo_take(&f, 1, AIC100_COMPLETION_NETWORK));
	req = request_in(&f, 2, f.requests, 4096, 64);
	TAP_CHECK(fifo_send(&f, &req));
	TAP_CHECK(fifo_take(&f, 2, AIC100_COMPLETION_NETWORK));
	rig_close(&r);
}

static const struct tap_case cases[] = {
	{ "results are those of the engine, bit by bit",
	  results_are_those_of_the_engine },
	{ "memory is doorbells, inputs and outputs, each at a page",
	  memory_is_doorbells_inputs_and_outputs },
	{ "image and constants are one program, and copied",
	  image_and_constants_are_one_program },
	{ "what is no program is refused with a reason",
	  what_is_no_program_is_refused_with_a_reason },
	{ "jobs are pipelined and keep apart",
	  jobs_are_pipelined_and_keep_apart },
	{ "inputs in pieces are complete before the run",
	  inputs_in_pieces_are_complete_before_the_run },
	{ "the start doorbell counts as an input",
	  the_start_doorbell_is_an_input },
	{ "a network waits for room", no_room_keeps_the_network_waiting },
	{ "sixteen networks share the engine",
	  sixteen_networks_share_the_engine },
	{ "requests are done while the network runs",
	  requests_are_done_while_the_network_runs },
	{ "stop ends a network that runs, and one that waits for its turn",
	  stop_ends_a_running_network },
	{ "a reset ends a network that runs", a_reset_ends_a_running_network },
	{ "a crash ends a network that runs", a_crash_ends_a_running_network },
	{ "without its memory all requests fail with a status",
	  without_its_memory_all_requests_fail },
};
TAP_MAIN(cases)
