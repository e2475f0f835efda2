// SPDX-License-Identifier: MIT
/*
 * A plain interpreter of tensor programs. A run owns its blob, the index of it
 * and the memory; one thread uses it.
 */
#include "run.h"

#include "kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Inputs and outputs end where they end, for sanitizers to see. */
static void *zeroed(uint64_t size)
{
	void *memory = aligned_alloc(64, (size + 63) / 64 * 64 + 64);

	if (memory)
		memset(memory, 0, size);
	return memory;
}

const struct axt_tensor *run_input(const struct run *run, uint32_t number)
{
	return axt_program_tensor(run->program,
				  axt_program_input(run->program, number));
}

const struct axt_tensor *run_output(const struct run *run, uint32_t number)
{
	return axt_program_tensor(run->program,
				  axt_program_output(run->program, number));
}

int run_open(struct run *run, void *blob, size_t size)
{
	int err;

	memset(run, 0, sizeof(*run));
	run->blob = blob;
	err = axt_program_open(blob, size, &run->program, NULL);
	if (err)
		return err;
	run->header = axt_program_header(run->program);
	run->input = calloc(run->header->input_count + 1ul, sizeof(void *));
	run->output = calloc(run->header->output_count + 1ul, sizeof(void *));
	run->arena = zeroed(run->header->arena_size);
	if (!run->input || !run->output || !run->arena)
		return -ENOMEM;
	for (uint32_t i = 0; i < run->header->input_count; i++)
		run->input[i] = zeroed(run_input(run, i)->size);
	for (uint32_t i = 0; i < run->header->output_count; i++)
		run->output[i] = zeroed(run_output(run, i)->size);
	return 0;
}

void run_close(struct run *run)
{
	for (uint32_t i = 0; run->input && i < run->header->input_count; i++)
		free(run->input[i]);
	for (uint32_t i = 0; run->output && i < run->header->output_count; i++)
		free(run->output[i]);
	free(run->input);
	free(run->output);
	free(run->arena);
	axt_program_close(run->program);
	free(run->blob);
	memset(run, 0, sizeof(*run));
}

uint32_t run_find_input(const struct run *run, const char *name)
{
	for (uint32_t i = 0; i < run->header->input_count; i++)
		if (strcmp(axt_program_name(run->program,
					    run_input(run, i)->name),
			   name) == 0)
			return i;
	return AXT_NONE;
}

static struct axt_view view_of(const struct run *run, uint32_t number)
{
	struct axt_view view = { 0 };

	if (number == AXT_NONE)
		return view;
	view.tensor = axt_program_tensor(run->program, number);
	if (view.tensor->place == AXT_INPUT)
		view.data = run->input[view.tensor->offset];
	else if (view.tensor->place == AXT_OUTPUT)
		view.data = run->output[view.tensor->offset];
	else if (view.tensor->place == AXT_ARENA)
		view.data = (char *)run->arena + view.tensor->offset;
	else
		view.data = (void *)axt_program_data(run->program, view.tensor);
	return view;
}

static void execute(const struct run *run, const struct axt_op_view *op)
{
	const struct axt_kernel *kernel = axt_kernel_portable(op->op->code);
	struct axt_view in[AXT_OPERANDS_MAX], out[AXT_OPERANDS_MAX];
	struct axt_view post[AXT_POSTS_MAX];
	struct axt_call call = {
		.op = op->op,
		.attributes = op->attributes,
		.posts = op->posts,
		.in = in,
		.out = out,
		.post_in = post,
	};

	for (uint32_t i = 0; i < op->op->inputs; i++)
		in[i] = view_of(run, op->inputs[i]);
	for (uint32_t i = 0; i < op->op->outputs; i++)
		out[i] = view_of(run, op->outputs[i]);
	for (uint32_t i = 0; i < op->op->posts; i++)
		post[i] = view_of(run, op->posts[i].tensor);
	call.scratch = zeroed(axt_kernel_scratch(kernel, &call, 1));
	if (call.scratch)
		kernel->run(&call, 0, 1);
	free(call.scratch);
}

void run_execute(const struct run *run)
{
	struct axt_op_view op;

	for (uint32_t i = 0; i < run->header->op_count; i++)
		if (!axt_program_op(run->program, i, &op))
			execute(run, &op);
}

unsigned int run_count(const struct run *run, enum axt_code code)
{
	struct axt_op_view op;
	unsigned int count = 0;

	for (uint32_t i = 0; i < run->header->op_count; i++)
		if (!axt_program_op(run->program, i, &op))
			count += code == AXT_CODE_END || op.op->code == code;
	return count;
}
