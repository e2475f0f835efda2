// SPDX-License-Identifier: MIT
/*
 * See runner.h. All memory that a program is run with is one buffer object:
 * its inputs, its outputs and the spans, each from a multiple of 64 bytes on.
 */
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 64

int runner_open(struct axl_system *system, const char *name,
		uint32_t timeout_ms, struct runner *out, struct why *why)
{
	/* One slot: with the next run, the last one's memory is let go. */
	struct axl_queue_config config = {
		.size = sizeof(config),
		.slots = 1,
		.timeout_ms = timeout_ms,
	};
	int err;

	memset(out, 0, sizeof(*out));
	err = axl_device_open(system, name, &out->device);
	if (err)
		return why_not(why, err, "%s", axl_error_detail(system));
	err = axl_context_create(out->device, &out->context);
	if (err)
		return why_not(why, err, "%s", axl_error_detail(out->device));
	err = axl_queue_create(out->context, &config, &out->queue);
	if (err)
		return why_not(why, err, "%s", axl_error_detail(out->context));
	return 0;
}

void runner_close(struct runner *runner)
{
	axl_queue_destroy(runner->queue);
	axl_context_destroy(runner->context);
	axl_device_close(runner->device);
	memset(runner, 0, sizeof(*runner));
}

/* Where the next one begins. Nothing is that large that it would wrap. */
static uint64_t add_binding(struct loaded *loaded, uint32_t kind,
			    uint32_t index, uint64_t size, uint64_t offset)
{
	struct axl_binding *binding =
		&loaded->bindings[loaded->binding_count++];

	binding->kind = kind;
	binding->index = index;
	binding->place.offset = offset;
	binding->size = size;
	/* An empty one has a place, too. */
	return offset + (size ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN);
}

static uint64_t tensor_bytes(const struct axt_program *program, uint32_t number)
{
	return axt_program_tensor(program, number)->size;
}

/* Lays out the buffer object; returns its size. */
static uint64_t lay_out(struct loaded *loaded, bool spans)
{
	const struct axt_program *program = loaded->program;
	const struct axt_header *header = axt_program_header(program);
	uint64_t end = 0;

	for (uint32_t i = 0; i < header->input_count; i++)
		end = add_binding(loaded, AXL_BINDING_INPUT, i,
				  tensor_bytes(program,
					       axt_program_input(program, i)),
				  end);
	for (uint32_t i = 0; i < header->output_count; i++)
		end = add_binding(loaded, AXL_BINDING_OUTPUT, i,
				  tensor_bytes(program,
					       axt_program_output(program, i)),
				  end);
	if (spans)
		end = add_binding(loaded, AXL_BINDING_SPANS, 0,
				  (uint64_t)header->op_count *
					  sizeof(struct axl_span),
				  end);
	return end ? end : ALIGN;
}

static int make_memory(struct loaded *loaded, uint64_t size, struct why *why)
{
	struct axl_context *context = loaded->runner->context;
	void *memory;
	int err;

	err = axl_bo_create(context, size, 0, &loaded->bo);
	if (err)
		return why_not(why, err, "%s", axl_error_detail(context));
	err = axl_bo_map(loaded->bo, &memory);
	if (err)
		return why_not(why, err, "%s", axl_error_detail(loaded->bo));
	loaded->memory = memory;
	for (uint32_t i = 0; i < loaded->binding_count; i++)
		loaded->bindings[i].place.bo = loaded->bo;
	return 0;
}

int runner_load(const struct runner *runner, const void *blob, size_t size,
		const struct axt_program *program, bool spans,
		struct loaded *out, struct why *why)
{
	const struct axt_header *header = axt_program_header(program);
	int err;

	memset(out, 0, sizeof(*out));
	out->runner = runner;
	out->program = program;
	out->bindings =
		calloc((size_t)header->input_count + header->output_count + 1,
		       sizeof(*out->bindings));
	if (!out->bindings)
		return why_not(why, -ENOMEM, "out of memory");
	err = axl_program_create(runner->context, blob, size, &out->handle);
	if (err)
		why_not(why, err, "%s", axl_error_detail(runner->context));
	else
		err = make_memory(out, lay_out(out, spans), why);
	if (err)
		runner_unload(out);
	return err;
}

void runner_unload(struct loaded *loaded)
{
	axl_program_destroy(loaded->handle);
	axl_bo_destroy(loaded->bo);
	free(loaded->bindings);
	memset(loaded, 0, sizeof(*loaded));
}

static void *memory_at(const struct loaded *loaded, uint32_t number)
{
	return loaded->memory + loaded->bindings[number].place.offset;
}

void *loaded_input(const struct loaded *loaded, uint32_t number)
{
	return memory_at(loaded, number);
}

void *loaded_output(const struct loaded *loaded, uint32_t number)
{
	return memory_at(loaded,
			 axt_program_header(loaded->program)->input_count +
				 number);
}

const struct axl_span *loaded_spans(const struct loaded *loaded)
{
	uint32_t last = loaded->binding_count - 1;

	if (!loaded->binding_count ||
	    loaded->bindings[last].kind != AXL_BINDING_SPANS)
		return NULL;
	return memory_at(loaded, last);
}

int loaded_run(const struct loaded *loaded, struct why *why)
{
	const struct axl_job job = {
		.kind = AXL_JOB_EXEC,
		.program = loaded->handle,
		.bindings = loaded->bindings,
		.binding_count = loaded->binding_count,
	};
	struct axl_queue *queue = loaded->runner->queue;
	uint64_t point;
	int err;

	err = axl_queue_submit(queue, &job, 1, &point);
	if (!err)
		err = axl_queue_wait(queue, point, INT64_MAX);
	if (err) {
		why_not(why, err, "%s", axl_error_detail(queue));
		axl_queue_reset(queue);
	}
	return err;
}
