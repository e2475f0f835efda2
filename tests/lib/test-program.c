// SPDX-License-Identifier: MIT
/* Programs: loaded, refused, executed. */
#include "dut.h"
#include "program.h"

#include <axt/program.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 1000u
#define BYTES (COUNT * 4)
#define PLACE 4096u

/* Two inputs, an output and spans in one buffer, each in a page. */
struct sum {
	struct axl_program *program;
	struct axl_bo *bo;
	float *x0, *x1, *y;
	struct axl_span *spans;
	struct axl_binding bindings[4];
	struct axl_job job;
};

static bool sum_open(struct dut *dut, struct sum *sum, uint32_t operations)
{
	uint8_t *memory;

	sum->program = dut_program_add(dut, COUNT, operations);
	sum->bo = dut_bo(dut, 4 * PLACE, &memory);
	if (!sum->program || !sum->bo)
		return false;
	sum->x0 = (float *)memory;
	sum->x1 = (float *)(memory + PLACE);
	sum->y = (float *)(memory + 2 * PLACE);
	sum->spans = (struct axl_span *)(memory + 3 * PLACE);
	for (uint32_t i = 0; i < 4; i++)
		sum->bindings[i] =
			(struct axl_binding){ .place = { sum->bo, i * PLACE },
					      .size = PLACE };
	sum->bindings[1].index = 1;
	sum->bindings[2].kind = AXL_BINDING_OUTPUT;
	sum->bindings[3].kind = AXL_BINDING_SPANS;
	sum->job = (struct axl_job){ .kind = AXL_JOB_EXEC,
				     .program = sum->program,
				     .bindings = sum->bindings,
				     .binding_count = 3 };
	for (uint32_t i = 0; i < COUNT; i++) {
		sum->x0[i] = (float)i;
		sum->x1[i] = (float)(2 * i);
	}
	return true;
}

static void sum_close(struct sum *sum)
{
	axl_program_destroy(sum->program);
	axl_bo_destroy(sum->bo);
}

static void a_program_computes(void)
{
	struct sum sum;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && sum_open(&dut, &sum, 1));
	TAP_EQUAL(dut_run(dut.queue, &sum.job), 0);
	for (uint32_t i = 0; i < COUNT; i++)
		TAP_CHECK(sum.y[i] == (float)(3 * i));
	/* Bytes behind what the program needs are not touched. */
	TAP_CHECK(sum.y[COUNT] == 0);
	sum_close(&sum);
	dut_close(&dut);
}

static void a_program_with_scratch_computes(void)
{
	struct sum small, large;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && sum_open(&dut, &small, 3) &&
		    sum_open(&dut, &large, 7));
	for (int i = 0; i < 20; i++) {
		dut_submit(dut.queue, &small.job);
		dut_submit(dut.queue, &large.job);
	}
	TAP_EQUAL(dut_run(dut.queue, &small.job), 0);
	for (uint32_t i = 0; i < COUNT; i++) {
		TAP_CHECK(small.y[i] == (float)(7 * i));
		TAP_CHECK(large.y[i] == (float)(15 * i));
	}
	sum_close(&large);
	sum_close(&small);
	dut_close(&dut);
}

static void spans_tell_when_operations_ran(void)
{
	struct axl_span whole = { 0 };
	int operations = 3, err;
	struct axl_bo *bo;
	struct sum sum;
	struct dut dut;
	void *memory;

	TAP_REQUIRE(dut_open(&dut) && sum_open(&dut, &sum, 3));
	bo = dut_bo(&dut, 64, &memory);
	sum.job.binding_count = 4;
	sum.job.span.bo = bo;
	err = dut_run(dut.queue, &sum.job);
	/* Some devices tell it of whole jobs only. */
	if (err == -EOPNOTSUPP) {
		TAP_CHECK(strstr(axl_error_detail(dut.queue), "operations"));
		sum.job.binding_count = 3;
		operations = 0;
		err = dut_run(dut.queue, &sum.job);
	}
	TAP_EQUAL(err, 0);
	TAP_CHECK(sum.y[1] == 7);
	memcpy(&whole, memory, sizeof(whole));
	TAP_CHECK(whole.start_ns && whole.start_ns <= whole.end_ns);
	for (int i = 0; i < operations; i++) {
		TAP_CHECK(sum.spans[i].start_ns <= sum.spans[i].end_ns);
		TAP_CHECK(sum.spans[i].start_ns >= whole.start_ns);
		TAP_CHECK(sum.spans[i].end_ns <= whole.end_ns);
	}
	axl_bo_destroy(bo);
	sum_close(&sum);
	dut_close(&dut);
}

/* x: 1x1x4x4 of ones to 9s, 3x3 weights of ones, no padding. */
static void *make_convolution(size_t *size)
{
	static const float ones[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	const struct axt_conv attributes = { .spatial = 2,
					     .groups = 1,
					     .stride = { 1, 1, 1 },
					     .dilation = { 1, 1, 1 } };
	struct axt_tensor tensor = { .type = AXT_F32,
				     .rank = 4,
				     .place = AXT_INPUT,
				     .dims = { 1, 1, 4, 4 } };
	struct axt_op_parts parts = { .code = AXT_CONV,
				      .inputs = 2,
				      .outputs = 1,
				      .attributes = &attributes };
	struct axt_builder *builder;
	struct axt_error error;
	uint32_t in[2], out;
	void *blob = NULL;

	if (axt_builder_create(&builder))
		return NULL;
	tensor.name = axt_builder_add_name(builder, "x0");
	in[0] = axt_builder_add_tensor(builder, &tensor);
	tensor.name = 0;
	tensor.place = AXT_DATA;
	tensor.dims[2] = tensor.dims[3] = 3;
	tensor.offset = axt_builder_add_data(builder, ones, sizeof(ones));
	in[1] = axt_builder_add_tensor(builder, &tensor);
	tensor.place = AXT_OUTPUT;
	tensor.name = axt_builder_add_name(builder, "y0");
	tensor.dims[2] = tensor.dims[3] = 2;
	tensor.offset = 0;
	out = axt_builder_add_tensor(builder, &tensor);
	parts.input = in;
	parts.output = &out;
	axt_builder_add_op(builder, &parts);
	if (axt_builder_finish(builder, &blob, size, &error)) {
		tap_note("%s", error.text);
		blob = NULL;
	}
	axt_builder_destroy(builder);
	return blob;
}

static void a_convolution_computes(void)
{
	static const float want[4] = { 45, 54, 81, 90 };
	struct axl_binding bindings[2] = { { .size = 64 }, { .size = 64 } };
	struct axl_job job = { .kind = AXL_JOB_EXEC,
			       .bindings = bindings,
			       .binding_count = 2 };
	struct axl_bo *bo;
	struct dut dut;
	float *memory;
	size_t size;
	void *blob = make_convolution(&size);

	TAP_REQUIRE(dut_open(&dut) && blob);
	bo = dut_bo(&dut, 128, &memory);
	for (int i = 0; i < 16; i++)
		memory[i] = (float)i;
	bindings[0].place.bo = bindings[1].place.bo = bo;
	bindings[1].place.offset = 64;
	bindings[1].kind = AXL_BINDING_OUTPUT;
	TAP_REQUIRE(axl_program_create(dut.context, blob, size, &job.program) ==
		    0);
	free(blob);
	TAP_EQUAL(dut_run(dut.queue, &job), 0);
	for (int i = 0; i < 4; i++)
		TAP_CHECK(memory[16 + i] == want[i]);
	axl_program_destroy(job.program);
	axl_bo_destroy(bo);
	dut_close(&dut);
}

static void a_blob_may_begin_anywhere_and_go(void)
{
	struct axl_program *program;
	struct dut dut;
	size_t size;
	char *blob = program_add(COUNT, 2, &size);
	char *copy = malloc(size + 64);

	TAP_REQUIRE(dut_open(&dut) && blob && copy);
	for (int shift = 0; shift < 64; shift += 7) {
		memcpy(copy + shift, blob, size);
		TAP_REQUIRE(axl_program_create(dut.context, copy + shift, size,
					       &program) == 0);
		memset(copy, 0xff, size + 64);
		TAP_STRING(axl_error_detail(program), "");
		axl_program_destroy(program);
	}
	free(copy);
	free(blob);
	dut_close(&dut);
}

static void a_blob_may_lie_in_a_buffer(void)
{
	struct axl_program *program;
	struct axl_bo *bo;
	struct dut dut;
	void *memory;
	size_t size;
	void *blob = program_add(COUNT, 2, &size);

	TAP_REQUIRE(dut_open(&dut) && blob);
	bo = dut_bo(&dut, size, &memory);
	memcpy(memory, blob, size);
	TAP_EQUAL(axl_program_create(dut.context, memory, size, &program), 0);
	axl_program_destroy(program);
	axl_bo_destroy(bo);
	free(blob);
	dut_close(&dut);
}

static void broken_blobs_are_refused_in_words(void)
{
	struct axl_program *program;
	struct dut dut;
	size_t size;
	uint8_t *blob = program_add(COUNT, 2, &size);

	TAP_REQUIRE(dut_open(&dut) && blob);
	TAP_EQUAL(axl_program_create(dut.context, NULL, 0, &program), -ENOEXEC);
	TAP_EQUAL(axl_program_create(dut.context, blob, 0, &program), -ENOEXEC);
	for (size_t cut = 1; cut < size; cut += 13) {
		TAP_EQUAL(axl_program_create(dut.context, blob, cut, &program),
			  -ENOEXEC);
		TAP_CHECK(strlen(axl_error_detail(dut.context)) > 20);
	}
	for (size_t at = 0; at < size; at += 11) {
		/* A newer minor version and a larger arena are taken. */
		if (at / 2 == offsetof(struct axt_header, minor) / 2 ||
		    at / 8 == offsetof(struct axt_header, arena_size) / 8)
			continue;
		blob[at] ^= 0x10;
		if (!TAP_EQUAL(axl_program_create(dut.context, blob, size,
						  &program),
			       -ENOEXEC))
			tap_note("byte %zu", at);
		blob[at] ^= 0x10;
	}
	TAP_EQUAL(axl_program_create(dut.context, blob, size, &program), 0);
	TAP_STRING(axl_error_detail(dut.context), "");
	axl_program_destroy(program);
	free(blob);
	dut_close(&dut);
}

static void a_program_lives_as_long_as_its_jobs(void)
{
	uint64_t point = 0;
	struct sum sum;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && sum_open(&dut, &sum, 5));
	for (int i = 0; i < 50; i++)
		point = dut_submit(dut.queue, &sum.job);
	axl_program_destroy(sum.program);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, axl_deadline(PATIENCE)), 0);
	/* i + 5 * 2i */
	TAP_CHECK(sum.y[COUNT - 1] == 11 * (float)(COUNT - 1));
	axl_bo_destroy(sum.bo);
	dut_close(&dut);
}

static void numbers_of_programs_come_back(void)
{
	struct axl_program *program;
	struct dut dut;
	size_t size;
	void *blob = program_add(16, 1, &size);

	TAP_REQUIRE(dut_open(&dut) && blob);
	for (int i = 0; i < 300; i++) {
		TAP_REQUIRE(axl_program_create(dut.context, blob, size,
					       &program) == 0);
		axl_program_destroy(program);
	}
	axl_program_destroy(NULL);
	free(blob);
	dut_close(&dut);
}

static const struct tap_case cases[] = {
	{ "a program computes", a_program_computes },
	{ "programs that need scratch share a queue",
	  a_program_with_scratch_computes },
	{ "a convolution computes", a_convolution_computes },
	{ "spans tell when operations ran", spans_tell_when_operations_ran },
	{ "a blob may begin at any byte, and go afterwards",
	  a_blob_may_begin_anywhere_and_go },
	{ "a blob may lie in a buffer object", a_blob_may_lie_in_a_buffer },
	{ "broken blobs are refused in words",
	  broken_blobs_are_refused_in_words },
	{ "a program lives as long as the jobs that run it",
	  a_program_lives_as_long_as_its_jobs },
	{ "programs come and go without end", numbers_of_programs_come_back },
};
TAP_MAIN(cases)
