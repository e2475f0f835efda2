// SPDX-License-Identifier: MIT
/* Queues: jobs in order, refused, failed, reset. */
#include "dut.h"

#include <stdlib.h>
#include <string.h>

#define SIZE 4096u

static const struct axl_job nop = { .kind = AXL_JOB_NOP };

static void jobs_run_in_order(void)
{
	struct axl_job jobs[4] = {
		{ .kind = AXL_JOB_FILL, .size = SIZE, .value = 0 },
		{ .kind = AXL_JOB_COPY, .size = SIZE },
		{ .kind = AXL_JOB_TIMESTAMP },
		{ .kind = AXL_JOB_NOP },
	};
	uint64_t *a, *b, point = 0, last;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	jobs[0].dst.bo = jobs[1].src.bo = dut_bo(&dut, SIZE, &a);
	jobs[1].dst.bo = jobs[2].dst.bo = dut_bo(&dut, 2 * SIZE, &b);
	jobs[2].dst.offset = SIZE;
	for (uint64_t i = 1; i <= 500; i++) {
		jobs[0].value = i;
		last = b[SIZE / 8];
		TAP_EQUAL(axl_queue_submit(dut.queue, jobs, 4, &point), 0);
		TAP_EQUAL(point, 4 * i);
		TAP_EQUAL(axl_queue_wait(dut.queue, point,
					 axl_deadline(PATIENCE)),
			  0);
		TAP_CHECK(b[0] == i && b[SIZE / 8 - 1] == i);
		TAP_CHECK(b[SIZE / 8] > last);
	}
	axl_bo_destroy(jobs[0].dst.bo);
	axl_bo_destroy(jobs[1].dst.bo);
	dut_close(&dut);
}

static void any_bytes_can_be_filled_and_copied(void)
{
	struct axl_job fill = { .kind = AXL_JOB_FILL,
				.value = 0x0807060504030201 };
	struct axl_job copy = { .kind = AXL_JOB_COPY, .size = 5 };
	struct dut dut;
	uint8_t *at;

	TAP_REQUIRE(dut_open(&dut));
	fill.dst.bo = copy.src.bo = copy.dst.bo = dut_bo(&dut, 64, &at);
	fill.dst.offset = 3;
	fill.size = 11;
	copy.src.offset = 4;
	copy.dst.offset = 33;
	dut_submit(dut.queue, &fill);
	TAP_EQUAL(dut_run(dut.queue, &copy), 0);
	TAP_CHECK(!memcmp(at, "\0\0\0\1\2\3\4\5\6\7\10\1\2\3\0\0", 16));
	TAP_CHECK(!memcmp(at + 32, "\0\2\3\4\5\6\0", 7));
	fill.size = copy.size = 0;
	fill.dst.offset = 64;
	TAP_EQUAL(dut_run(dut.queue, &fill), 0);
	TAP_EQUAL(dut_run(dut.queue, &copy), 0);
	axl_bo_destroy(fill.dst.bo);
	dut_close(&dut);
}

/* What a row of bad jobs may name. */
struct world {
	struct dut dut;
	struct dut other;
	struct axl_bo *bo, *foreign_bo;
	struct axl_program *program, *foreign_program;
	struct axl_fence *foreign_fence;
	struct axl_binding bindings[4]; /* good: 0 to 2 */
	uint8_t *memory;
};

static bool world_open(struct world *w)
{
	void *memory;

	memset(w, 0, sizeof(*w));
	if (!dut_open(&w->dut) || !dut_open_other(&w->dut, &w->other))
		return false;
	w->bo = dut_bo(&w->dut, 4 * SIZE, &w->memory);
	w->foreign_bo = dut_bo(&w->other, SIZE, &memory);
	w->program = dut_program_add(&w->dut, 100, 2);
	w->foreign_program = dut_program_add(&w->other, 100, 2);
	TAP_EQUAL(axl_fence_create(w->other.queue, 0, &w->foreign_fence), 0);
	for (uint32_t i = 0; i < 3; i++)
		w->bindings[i] =
			(struct axl_binding){ .place = { w->bo, i * SIZE },
					      .size = SIZE };
	w->bindings[1].index = 1;
	w->bindings[2].kind = AXL_BINDING_OUTPUT;
	return w->bo && w->foreign_bo && w->program && w->foreign_program;
}

static void world_close(struct world *w)
{
	axl_fence_destroy(w->foreign_fence);
	axl_program_destroy(w->program);
	axl_program_destroy(w->foreign_program);
	axl_bo_destroy(w->bo);
	axl_bo_destroy(w->foreign_bo);
	dut_close(&w->other);
	dut_close(&w->dut);
}

struct bad_job {
	const char *words;
	struct axl_job job;
	/* Bits, because constants cannot name what a world makes. */
	unsigned int set;
};

#define DST (1u << 0)
#define SRC (1u << 1)
#define FOREIGN_DST (1u << 2)
#define FOREIGN_SRC (1u << 3)
#define PROGRAM (1u << 4)
#define FOREIGN_PROGRAM (1u << 5)
#define FENCE (1u << 6) /* a foreign one */
#define BINDINGS (1u << 7)
#define SPAN (1u << 8)

static struct axl_job make_job(struct world *w, const struct bad_job *row)
{
	struct axl_job job = row->job;
	unsigned int set = row->set;

	if (set & (DST | FOREIGN_DST))
		job.dst.bo = set & DST ? w->bo : w->foreign_bo;
	if (set & (SRC | FOREIGN_SRC))
		job.src.bo = set & SRC ? w->bo : w->foreign_bo;
	if (set & (PROGRAM | FOREIGN_PROGRAM))
		job.program = set & PROGRAM ? w->program : w->foreign_program;
	if (set & FENCE)
		job.fence = w->foreign_fence;
	if (set & BINDINGS)
		job.bindings = w->bindings;
	if (set & SPAN)
		job.span.bo = w->bo;
	return job;
}

#define J(name, ...) { .kind = AXL_JOB_##name, ##__VA_ARGS__ }

static const struct bad_job bad_jobs[] = {
	{ "no kind 6", { .kind = 6 }, 0 },
	{ "no kind", { .kind = UINT32_MAX }, 0 },
	{ "reserved", J(NOP, .reserved = 1), 0 },
	{ "dst has to be zero", J(NOP), DST },
	{ "src has to be zero", J(NOP), SRC },
	{ "dst has to be zero", J(NOP, .dst.offset = 8), 0 },
	{ "size has to be zero", J(NOP, .size = 1), 0 },
	{ "value has to be zero", J(NOP, .value = 1), 0 },
	{ "program has to be zero", J(NOP), PROGRAM },
	{ "bindings has to be zero", J(NOP), BINDINGS },
	{ "bindings has to be zero", J(NOP, .binding_count = 1), 0 },
	{ "fence has to be zero", J(NOP), FENCE },
	{ "span has to be zero", J(NOP, .span.offset = 8), 0 },
	{ "span has to be at a multiple of 8", J(NOP, .span.offset = 4), SPAN },
	{ "span ends beyond", J(NOP, .span.offset = 4 * SIZE - 8), SPAN },
	{ "dst has no buffer", J(FILL, .size = 8), 0 },
	{ "of another context", J(FILL, .size = 8), FOREIGN_DST },
	{ "dst ends beyond", J(FILL, .size = 4 * SIZE + 1), DST },
	{ "dst ends beyond", J(FILL, .size = 8, .dst.offset = 4 * SIZE - 7),
	  DST },
	{ "dst ends beyond", J(FILL, .size = UINT64_MAX), DST },
	{ "dst ends beyond", J(FILL, .size = 8, .dst.offset = UINT64_MAX - 7),
	  DST },
	{ "src has to be zero", J(FILL, .size = 8), DST | SRC },
	{ "src has no buffer", J(COPY, .size = 8), DST },
	{ "dst has no buffer", J(COPY, .size = 8), SRC },
	{ "of another context", J(COPY, .size = 8), DST | FOREIGN_SRC },
	{ "src ends beyond", J(COPY, .size = SIZE, .src.offset = 3 * SIZE + 1),
	  DST | SRC },
	{ "overlap", J(COPY, .size = SIZE, .src.offset = SIZE - 1), DST | SRC },
	{ "overlap", J(COPY, .size = SIZE), DST | SRC },
	{ "value has to be zero",
	  J(COPY, .size = 8, .value = 1, .src.offset = 8), DST | SRC },
	{ "multiple of 8", J(TIMESTAMP, .dst.offset = 4), DST },
	{ "dst ends beyond", J(TIMESTAMP, .dst.offset = 4 * SIZE), DST },
	{ "size has to be zero", J(TIMESTAMP, .size = 8), DST },
	{ "no fence", J(WAIT), 0 },
	{ "fence is of another context", J(WAIT), FENCE },
	{ "no program", J(EXEC, .binding_count = 3), BINDINGS },
	{ "program is of another context", J(EXEC, .binding_count = 3),
	  FOREIGN_PROGRAM | BINDINGS },
	{ "no bindings", J(EXEC, .binding_count = 3), PROGRAM },
	{ "input 0 is not bound", J(EXEC), PROGRAM },
	{ "output 0 is not bound", J(EXEC, .binding_count = 2),
	  PROGRAM | BINDINGS },
	{ "dst has to be zero", J(EXEC, .binding_count = 3),
	  PROGRAM | BINDINGS | DST },
};

static void bad_jobs_are_refused_in_words(void)
{
	struct world w;
	uint64_t point;

	TAP_REQUIRE(world_open(&w));
	for (size_t i = 0; i < sizeof(bad_jobs) / sizeof(bad_jobs[0]); i++) {
		/* The second is bad, so the first is not run either. */
		struct axl_job jobs[2] = { J(FILL, .size = 8, .value = 1) };
		const char *words = bad_jobs[i].words;

		jobs[0].dst.bo = w.bo;
		jobs[1] = make_job(&w, &bad_jobs[i]);
		TAP_EQUAL(axl_queue_submit(w.dut.queue, jobs, 2, &point),
			  -EINVAL);
		if (!TAP_CHECK(strstr(axl_error_detail(w.dut.queue), words)) ||
		    !TAP_CHECK(strstr(axl_error_detail(w.dut.queue), "job 1")))
			tap_note("row %zu: %s", i,
				 axl_error_detail(w.dut.queue));
	}
	TAP_EQUAL(axl_queue_submit(w.dut.queue, NULL, 1, &point), -EINVAL);
	TAP_EQUAL(axl_queue_submit(w.dut.queue, &nop, 0, &point), -EINVAL);
	TAP_EQUAL(dut_run(w.dut.queue, &nop), 0);
	TAP_EQUAL(w.memory[0], 0);
	TAP_STRING(axl_error_detail(w.dut.queue), "");
	world_close(&w);
}

struct bad_binding {
	const char *words;
	uint32_t which;
	struct axl_binding change; /* kind, index, size, offset */
	bool foreign;
};

static const struct bad_binding bad_bindings[] = {
	{ "no kind 3", 0, { .kind = 3, .size = SIZE }, false },
	{ "no input 2", 1, { .index = 2, .size = SIZE }, false },
	{ "no output 1", 2, { .kind = 1, .index = 1, .size = SIZE }, false },
	{ "no spans 1", 3, { .kind = 2, .index = 1, .size = SIZE }, false },
	{ "input 0 is bound twice", 1, { .size = SIZE }, false },
	{ "input 0 needs 400 bytes, there are 399", 0, { .size = 399 }, false },
	{ "spans 0 needs 32 bytes, there are 31",
	  3,
	  { .kind = 2, .size = 31 },
	  false },
	{ "multiple of 64", 0, { .size = 400, .place.offset = 32 }, false },
	{ "input 0 ends beyond",
	  0,
	  { .size = SIZE, .place.offset = 3 * SIZE + 64 },
	  false },
	{ "input 0 ends beyond", 0, { .size = UINT64_MAX }, false },
	{ "of another context", 0, { .size = SIZE }, true },
};

static void bad_bindings_are_refused_in_words(void)
{
	struct axl_job job = J(EXEC, .binding_count = 4);
	struct axl_binding good[4];
	struct world w;

	TAP_REQUIRE(world_open(&w));
	w.bindings[3] = (struct axl_binding){ .place = { w.bo, 3 * SIZE },
					      .size = SIZE,
					      .kind = AXL_BINDING_SPANS };
	memcpy(good, w.bindings, sizeof(good));
	job.program = w.program;
	job.bindings = w.bindings;
	for (size_t i = 0; i < sizeof(bad_bindings) / sizeof(bad_bindings[0]);
	     i++) {
		const struct bad_binding *row = &bad_bindings[i];
		struct axl_binding *binding = &w.bindings[row->which];

		*binding = row->change;
		binding->place.bo = row->foreign ? w.foreign_bo : w.bo;
		TAP_EQUAL(dut_run(w.dut.queue, &job), -EINVAL);
		if (!TAP_CHECK(
			    strstr(axl_error_detail(w.dut.queue), row->words)))
			tap_note("row %zu: %s", i,
				 axl_error_detail(w.dut.queue));
		memcpy(w.bindings, good, sizeof(good));
	}
	/* Right is also what the device cannot do: spans of operations. */
	if (dut_run(w.dut.queue, &job) == -EOPNOTSUPP)
		job.binding_count = 3;
	TAP_EQUAL(dut_run(w.dut.queue, &job), 0);
	world_close(&w);
}

static void bad_queues_are_refused(void)
{
	static const struct axl_queue_config rows[] = {
		{ .size = 4 },
		{ .size = sizeof(rows[0]), .priority = 4 },
		{ .size = sizeof(rows[0]), .slots = 3 },
		{ .size = sizeof(rows[0]), .slots = 1u << 31 },
		{ .size = sizeof(rows[0]), .timeout_ms = UINT32_MAX },
		{ .size = sizeof(rows[0]), .mode = 3 },
	};
	struct axl_queue *queue;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TAP_EQUAL(axl_queue_create(dut.context, &rows[i], &queue),
			  -EINVAL);
		TAP_CHECK(axl_error_detail(dut.context)[0]);
	}
	dut_close(&dut);
}

static void queues_are_limited_and_come_back(void)
{
	struct axl_queue *queues[100];
	uint64_t id = 0;
	struct dut dut;
	int count, err = 0;

	TAP_REQUIRE(dut_open(&dut));
	for (int round = 0; round < 3; round++) {
		for (count = 0; count < 100; count++) {
			err = axl_queue_create(dut.context, NULL,
					       &queues[count]);
			if (err)
				break;
			TAP_CHECK(axl_queue_id(queues[count]) > id);
			id = axl_queue_id(queues[count]);
			TAP_EQUAL(dut_run(queues[count], &nop), 0);
		}
		TAP_CHECK(count >= 3);
		if (count < 100)
			TAP_EQUAL(err, -EBUSY);
		while (count)
			axl_queue_destroy(queues[--count]);
	}
	axl_queue_destroy(NULL);
	dut_close(&dut);
}

/* A job that waits holds up those behind it. */
static void a_full_queue_says_so(void)
{
	const struct axl_queue_config config = { .size = sizeof(config),
						 .slots = 4 };
	struct axl_job jobs[5] = { 0 };
	struct axl_queue *queue;
	struct dut_long load;
	uint64_t point = 0;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_REQUIRE(axl_queue_create(dut.context, &config, &queue) == 0);
	dut_submit(queue, &load.job);
	TAP_EQUAL(axl_queue_submit(queue, jobs, 4, &point), -EAGAIN);
	TAP_CHECK(strstr(axl_error_detail(queue), "room for 3 of the 4"));
	TAP_EQUAL(axl_queue_submit(queue, jobs, 3, &point), 0);
	TAP_EQUAL(axl_queue_submit(queue, jobs, 1, NULL), -EAGAIN);
	TAP_EQUAL(axl_queue_submit(queue, jobs, 5, &point), -EINVAL);
	TAP_EQUAL(axl_queue_wait(queue, point, axl_deadline(PATIENCE)), 0);
	TAP_EQUAL(axl_queue_submit(queue, jobs, 4, &point), 0);
	TAP_EQUAL(point, 8);
	TAP_EQUAL(axl_queue_wait(queue, point, axl_deadline(PATIENCE)), 0);
	axl_queue_destroy(queue);
	dut_long_close(&load);
	dut_close(&dut);
}

static void deadlines_are_kept(void)
{
	struct dut_long load;
	uint64_t point;
	struct dut dut;
	int64_t start;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_EQUAL(axl_queue_wait(dut.queue, 0, 0), 0);
	point = dut_submit(dut.queue, &load.job);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, 0), -ETIME);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, 1), -ETIME);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, INT64_MIN), -ETIME);
	start = axl_deadline(0);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, axl_deadline(3 * MS)),
		  -ETIME);
	TAP_CHECK(axl_deadline(0) - start >= 3 * MS);
	TAP_CHECK(strstr(axl_error_detail(dut.queue), "deadline"));
	TAP_EQUAL(axl_queue_wait(dut.queue, point + 1, 0), -EINVAL);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, INT64_MAX), 0);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, 0), 0);
	TAP_CHECK(axl_deadline(INT64_MAX) == INT64_MAX);
	TAP_CHECK(axl_deadline(-SECOND * 3600 * 24 * 365 * 100) == 1);
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_job_over_its_time_fails_and_says_so(void)
{
	struct axl_job jobs[2] = { { 0 }, { .kind = AXL_JOB_NOP } };
	uint64_t before, batch, behind;
	struct dut_long load;
	struct dut dut;
	int late;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	/* The preparation of the program counts; have it done. */
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	jobs[0] = load.job;
	jobs[0].timeout_ms = 1;
	before = dut_submit(dut.queue, &nop);
	TAP_EQUAL(axl_queue_submit(dut.queue, jobs, 2, &batch), 0);
	/* On a busy machine the time may be over by now. */
	late = axl_queue_submit(dut.queue, &nop, 1, &behind);
	TAP_CHECK(!late || late == -EIO);
	TAP_EQUAL(axl_queue_wait(dut.queue, batch, axl_deadline(PATIENCE)),
		  -ETIMEDOUT);
	TAP_CHECK(strstr(axl_error_detail(dut.queue),
			 "point 3 (exec) failed: it took longer"));
	if (!late)
		TAP_EQUAL(axl_queue_wait(dut.queue, behind, 0), -ECANCELED);
	TAP_EQUAL(axl_queue_wait(dut.queue, before, 0), 0);
	TAP_EQUAL(axl_queue_submit(dut.queue, &nop, 1, NULL), -EIO);
	TAP_CHECK(strstr(axl_error_detail(dut.queue), "until it is reset"));

	TAP_EQUAL(axl_queue_reset(dut.queue), 0);
	TAP_EQUAL(dut_run(dut.queue, &nop), 0);
	/* What failed has failed for ever. */
	TAP_EQUAL(axl_queue_wait(dut.queue, batch, 0), -ETIMEDOUT);
	if (!late)
		TAP_EQUAL(axl_queue_wait(dut.queue, behind, 0), -ECANCELED);
	TAP_EQUAL(axl_queue_wait(dut.queue, before, 0), 0);
	dut_long_close(&load);
	dut_close(&dut);
}

static void the_queues_timeout_holds(void)
{
	const struct axl_queue_config config = { .size = sizeof(config),
						 .timeout_ms = 1 };
	struct axl_queue *queue;
	struct dut_long load;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_EQUAL(dut_run(dut.queue, &load.job), 0);
	TAP_REQUIRE(axl_queue_create(dut.context, &config, &queue) == 0);
	load.job.timeout_ms = 60000;
	TAP_EQUAL(dut_run(queue, &load.job), -ETIMEDOUT);
	/* Nobody else is disturbed. */
	TAP_EQUAL(dut_run(dut.queue, &nop), 0);
	axl_queue_destroy(queue);
	dut_long_close(&load);
	dut_close(&dut);
}

static void a_reset_kills_and_goes_on(void)
{
	struct dut_long load;
	uint64_t first, last = 0;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
	TAP_EQUAL(axl_queue_reset(dut.queue), 0);
	for (int i = 0; i < 20; i++) {
		first = dut_submit(dut.queue, &nop);
		TAP_EQUAL(axl_queue_wait(dut.queue, first,
					 axl_deadline(PATIENCE)),
			  0);
		dut_submit(dut.queue, &load.job);
		for (int j = 0; j < 50; j++)
			last = dut_submit(dut.queue, &load.job);
		TAP_EQUAL(axl_queue_reset(dut.queue), 0);
		TAP_EQUAL(axl_queue_wait(dut.queue, last, 0), -ECANCELED);
		TAP_CHECK(strstr(axl_error_detail(dut.queue),
				 "the queue was reset before"));
		TAP_EQUAL(axl_queue_wait(dut.queue, first, 0), 0);
		TAP_EQUAL(dut_run(dut.queue, &nop), 0);
	}
	dut_long_close(&load);
	dut_close(&dut);
}

static void priorities_and_sizes_work(void)
{
	struct axl_queue *queue;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	for (uint32_t i = 0; i < 12; i++) {
		struct axl_queue_config config = { .size = sizeof(config),
						   .priority = i % 4,
						   .slots = 1u << i };

		TAP_REQUIRE(axl_queue_create(dut.context, &config, &queue) ==
			    0);
		for (uint32_t j = 0; j < 100; j++)
			TAP_EQUAL(dut_run(queue, &nop), 0);
		axl_queue_destroy(queue);
	}
	dut_close(&dut);
}

/* Every other of them is a context's last. */
static void objects_go_in_any_order(void)
{
	for (unsigned int order = 0; order < 24; order++) {
		struct dut_long load;
		struct dut dut;

		TAP_REQUIRE(dut_open(&dut) && dut_long_open(&dut, &load));
		dut_submit(dut.queue, &load.job);
		for (unsigned int i = 0; i < 4; i++) {
			switch ((order + i * (order % 3 ? 1 : 3)) % 4) {
			case 0:
				axl_queue_destroy(dut.queue);
				break;
			case 1:
				dut_long_close(&load);
				break;
			case 2:
				axl_context_destroy(dut.context);
				break;
			case 3:
				axl_device_close(dut.device);
				axl_system_destroy(dut.system);
				break;
			}
		}
	}
}

static const struct tap_case cases[] = {
	{ "jobs of a queue run in order", jobs_run_in_order },
	{ "any bytes can be filled and copied",
	  any_bytes_can_be_filled_and_copied },
	{ "every wrong member of a job is refused in words",
	  bad_jobs_are_refused_in_words },
	{ "every wrong binding is refused in words",
	  bad_bindings_are_refused_in_words },
	{ "wrong configs of queues are refused", bad_queues_are_refused },
	{ "queues are limited, and come and go",
	  queues_are_limited_and_come_back },
	{ "a full queue takes no more until there is room",
	  a_full_queue_says_so },
	{ "deadlines in the past, near and far are kept", deadlines_are_kept },
	{ "a job that takes too long fails, and those behind it",
	  a_job_over_its_time_fails_and_says_so },
	{ "a job cannot lengthen the time-out of its queue",
	  the_queues_timeout_holds },
	{ "a reset kills what waits and takes jobs again",
	  a_reset_kills_and_goes_on },
	{ "queues of all sizes and priorities work",
	  priorities_and_sizes_work },
	{ "objects may be destroyed in any order, with jobs under way",
	  objects_go_in_any_order },
};
TAP_MAIN(cases)
