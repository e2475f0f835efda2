// SPDX-License-Identifier: MIT
#include "net.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* Some operations, large enough for several threads. */
static const struct net_row row = {
	"a convolution",
	AXT_CONV,
	&(struct axt_conv){
		2, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1 }, { 1, 1 } },
	"a1,16,48,64l d48,16,3,3 d48",
	"a1,48,48,64l",
	0,
	NULL,
	NULL
};

struct bench {
	struct net net;
	struct axt_workers *workers;
	struct axt_engine *engine;
};

static bool begin(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	return TAP_CHECK(net_make(&b->net, &row)) &&
	       TAP_EQUAL(axt_workers_create(2, &b->workers), 0) &&
	       TAP_EQUAL(axt_engine_create(b->net.program, b->workers,
					   AXT_ISA_BEST, &b->engine),
			 0);
}

static void end(struct bench *b)
{
	axt_engine_destroy(b->engine);
	axt_workers_destroy(b->workers);
	net_clear(&b->net);
}

static bool after_one(void *data)
{
	return (*(unsigned int *)data)++ == 1;
}

static void a_run_is_cancelled(void)
{
	unsigned int asked = 0;
	struct axt_engine_run run = { .stopped = after_one,
				      .stopped_data = &asked };
	struct bench b;
	float *y = NULL;

	if (begin(&b)) {
		TAP_EQUAL(net_run_engine(&b.net, b.engine, &run, &y),
			  -ECANCELED);
		TAP_EQUAL(asked, 2);
		free(y);
	}
	end(&b);
}

static void spans_are_in_order(void)
{
	struct axt_engine_span spans[8] = { 0 };
	struct axt_engine_run run = { .spans = spans };
	struct bench b;
	float *y = NULL;

	if (begin(&b)) {
		TAP_EQUAL(net_run_engine(&b.net, b.engine, &run, &y), 0);
		for (uint32_t i = 0; i < b.net.ops; i++) {
			TAP_CHECK(spans[i].start_ns <= spans[i].end_ns);
			TAP_CHECK(!i ||
				  spans[i - 1].end_ns <= spans[i].start_ns);
		}
		TAP_CHECK(spans[0].start_ns > 0);
		TAP_CHECK(spans[b.net.ops].start_ns == 0);
		free(y);
	}
	end(&b);
}

#define RUNS 20

struct runner {
	struct bench *bench;
	const float *want;
	unsigned int wrong;
};

static void *run_often(void *data)
{
	struct runner *runner = data;

	for (unsigned int i = 0; i < RUNS; i++) {
		struct axt_engine_run run = { 0 };
		float *y;

		if (net_run_engine(&runner->bench->net, runner->bench->engine,
				   &run, &y) ||
		    memcmp(y, runner->want, runner->bench->net.out_size) != 0)
			runner->wrong++;
		free(y);
	}
	return NULL;
}

static void two_threads_run_one_engine(void)
{
	struct axt_engine_run run = { 0 };
	struct runner runner[2];
	pthread_t thread;
	struct bench b;
	float *want;

	if (!begin(&b)) {
		end(&b);
		return;
	}
	TAP_EQUAL(net_run_engine(&b.net, b.engine, &run, &want), 0);
	runner[0] = runner[1] = (struct runner){ &b, want, 0 };
	TAP_EQUAL(pthread_create(&thread, NULL, run_often, &runner[0]), 0);
	run_often(&runner[1]);
	pthread_join(thread, NULL);
	TAP_EQUAL(runner[0].wrong, 0);
	TAP_EQUAL(runner[1].wrong, 0);
	free(want);
	end(&b);
}

#if !defined(__has_feature)
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_MALLINFO 0
#else
#define HAS_MALLINFO 1
#endif

static size_t in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Asked between all operations: whether memory grew meanwhile. */
static bool grew(void *data)
{
	return in_use() != *(size_t *)data;
}

static void a_run_allocates_nothing(void)
{
	struct axt_engine_run run = { .stopped = grew };
	size_t before;
	struct bench b;
	void *y, *arena;

	if (!HAS_MALLINFO)
		TAP_SKIP("the sanitizer has another malloc");
	if (begin(&b)) {
		y = aligned_alloc(64, b.net.out_size);
		arena = aligned_alloc(
			64, axt_program_header(b.net.program)->arena_size);
		run.inputs = (const void *const *)b.net.in;
		run.outputs = &y;
		run.arena = arena;
		before = in_use();
		run.stopped_data = &before;
		TAP_EQUAL(axt_engine_run(b.engine, &run), 0);
		TAP_EQUAL(in_use(), before);
		free(y);
		free(arena);
	}
	end(&b);
}

static void bad_arguments_are_refused(void)
{
	struct axt_workers *workers;
	struct axt_engine *engine;
	struct net net;

	TAP_EQUAL(axt_workers_create(0, &workers), -EINVAL);
	TAP_EQUAL(axt_workers_create(AXT_THREADS_MAX + 1, &workers), -EINVAL);
	TAP_REQUIRE(net_make(&net, &row));
	TAP_EQUAL(axt_workers_create(1, &workers), 0);
	TAP_EQUAL(axt_workers_count(workers), 1);
	TAP_EQUAL(axt_engine_create(net.program, workers,
				    (enum axt_isa)(AXT_ISA_BEST + 1), &engine),
		  -EINVAL);
	TAP_EQUAL(axt_engine_create(net.program, workers, AXT_ISA_BEST,
				    &engine),
		  0);
	TAP_CHECK(axt_engine_memory(engine) > 48 * 16 * 9 * sizeof(float));
	axt_engine_destroy(engine);
	axt_workers_destroy(workers);
	net_clear(&net);
}

static const struct tap_case cases[] = {
	{ "a run ends between operations when it shall", a_run_is_cancelled },
	{ "spans say when operations ran", spans_are_in_order },
	{ "two threads run one engine at once", two_threads_run_one_engine },
	{ "a run allocates nothing", a_run_allocates_nothing },
	{ "bad arguments are refused", bad_arguments_are_refused },
};

TAP_MAIN(cases)
