// SPDX-License-Identifier: MIT
#include "dut.h"
#include "program.h"

#include <stdlib.h>
#include <string.h>

struct axl_queue_config dut_config(void)
{
	struct axl_queue_config config = { .size = sizeof(config) };
	const char *mode = getenv("DUT_MODE");

	if (mode && strcmp(mode, "kernel") == 0)
		config.mode = AXL_QUEUE_KERNEL;
	return config;
}

static bool open_named(struct dut *dut, const char *name,
		       const struct axl_queue_config *queue)
{
	/* Tests are to be exact, not fast: one thread unless asked. */
	const struct axl_config config = {
		.size = sizeof(config),
		.threads = getenv("AXLE_THREADS") ? 0 : 1,
	};

	memset(dut, 0, sizeof(*dut));
	return TAP_EQUAL(axl_system_create(&config, &dut->system), 0) &&
	       TAP_EQUAL(axl_device_open(dut->system, name, &dut->device), 0) &&
	       TAP_EQUAL(axl_context_create(dut->device, &dut->context), 0) &&
	       TAP_EQUAL(axl_queue_create(dut->context, queue, &dut->queue), 0);
}

bool dut_open(struct dut *dut)
{
	const struct axl_queue_config config = dut_config();
	const char *name = getenv("AXLE_DEVICE");

	return open_named(dut, name ? name : "soft", &config);
}

bool dut_has_contexts(struct dut *dut, uint32_t count)
{
	struct axl_limits limits;

	return TAP_EQUAL(axl_device_limits(dut->device, &limits,
					   sizeof(limits)),
			 0) &&
	       limits.contexts_max >= count;
}

bool dut_open_other(struct dut *dut, struct dut *other)
{
	return dut_has_contexts(dut, 2) ? dut_open(other) :
					  open_named(other, "soft", NULL);
}

bool dut_tells_resets(const struct dut *dut)
{
	return dut_is_soft(dut);
}

bool dut_is_soft(const struct dut *dut)
{
	return axl_device_entry(dut->device)->kind == AXL_KIND_EMBEDDED;
}

void dut_close(struct dut *dut)
{
	axl_queue_destroy(dut->queue);
	axl_context_destroy(dut->context);
	axl_device_close(dut->device);
	axl_system_destroy(dut->system);
}

struct axl_bo *dut_bo(struct dut *dut, uint64_t size, void *memory)
{
	struct axl_bo *bo;

	if (!TAP_EQUAL(axl_bo_create(dut->context, size, 0, &bo), 0))
		return NULL;
	TAP_EQUAL(axl_bo_map(bo, memory), 0);
	return bo;
}

int dut_run(struct axl_queue *queue, const struct axl_job *job)
{
	uint64_t point;
	int err = axl_queue_submit(queue, job, 1, &point);

	return err ? err : axl_queue_wait(queue, point, axl_deadline(PATIENCE));
}

uint64_t dut_submit(struct axl_queue *queue, const struct axl_job *job)
{
	uint64_t point = 0;

	TAP_EQUAL(axl_queue_submit(queue, job, 1, &point), 0);
	return point;
}

struct axl_program *dut_program_add(struct dut *dut, uint32_t count,
				    uint32_t operations)
{
	struct axl_program *program = NULL;
	size_t size;
	void *blob = program_add(count, operations, &size);

	if (!TAP_CHECK(blob))
		return NULL;
	if (!TAP_EQUAL(axl_program_create(dut->context, blob, size, &program),
		       0))
		tap_note("%s", axl_error_detail(dut->context));
	free(blob);
	return program;
}

#define LONG_COUNT 65536u
#define LONG_OPERATIONS 3000u

bool dut_long_open(struct dut *dut, struct dut_long *out)
{
	const uint64_t size = LONG_COUNT * 4;
	void *memory;

	memset(out, 0, sizeof(*out));
	out->program = dut_program_add(dut, LONG_COUNT, LONG_OPERATIONS);
	out->bo = dut_bo(dut, 3 * size, &memory);
	if (!out->program || !out->bo)
		return false;
	for (uint32_t i = 0; i < 3; i++)
		out->bindings[i] = (struct axl_binding){
			.place = { out->bo, i * size },
			.size = size,
			.kind = i == 2 ? AXL_BINDING_OUTPUT : AXL_BINDING_INPUT,
			.index = i % 2,
		};
	out->bindings[2].index = 0;
	out->job = (struct axl_job){ .kind = AXL_JOB_EXEC,
				     .program = out->program,
				     .bindings = out->bindings,
				     .binding_count = 3 };
	return true;
}

void dut_long_close(struct dut_long *out)
{
	axl_program_destroy(out->program);
	axl_bo_destroy(out->bo);
}
