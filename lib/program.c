// SPDX-License-Identifier: MIT
/* struct axl_program: a tensor program that a device has taken. */
#include "axlp.h"

#include <axt/program.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t port_size(const struct axt_program *tensor, uint32_t number)
{
	return axt_program_tensor(tensor, number)->size;
}

/* What checks of bindings need, after the blob is gone. */
static int read_ports(struct axl_program *program,
		      const struct axt_program *tensor)
{
	const struct axt_header *header = axt_program_header(tensor);
	uint32_t inputs = header->input_count;
	uint32_t outputs = header->output_count;

	program->port_sizes = calloc((size_t)inputs + outputs + 1,
				     sizeof(*program->port_sizes));
	if (!program->port_sizes)
		return axlp_fail(&program->error, -ENOMEM, "out of memory");
	program->input_count = inputs;
	program->output_count = outputs;
	program->op_count = header->op_count;
	for (uint32_t i = 0; i < inputs; i++)
		program->port_sizes[i] =
			port_size(tensor, axt_program_input(tensor, i));
	for (uint32_t i = 0; i < outputs; i++)
		program->port_sizes[inputs + i] =
			port_size(tensor, axt_program_output(tensor, i));
	return 0;
}

/* The blob is aligned. The validator has the words that a device has not. */
static int load(struct axl_program *program, const void *blob, size_t size)
{
	const struct axlp_ops *ops = program->context->device->driver->ops;
	struct axt_program *tensor;
	struct axt_error error;
	int err;

	err = axt_program_open(blob, size, &tensor, &error);
	if (err == -ENOMEM)
		return axlp_fail(&program->error, err, "out of memory");
	if (err)
		return axlp_fail(&program->error, -ENOEXEC,
				 "this is no tensor program that can run: %s",
				 error.text);
	err = read_ports(program, tensor);
	axt_program_close(tensor);
	return err ? err : ops->program_create(program, blob, size);
}

/* Where a blob has to begin for the validator, and for a device. */
#define BLOB_ALIGN 64u

static int load_aligned(struct axl_program *program, const void *blob,
			size_t size)
{
	size_t room = (size + BLOB_ALIGN - 1) / BLOB_ALIGN * BLOB_ALIGN;
	void *copy;
	int err;

	if ((uintptr_t)blob % BLOB_ALIGN == 0)
		return load(program, blob, size);
	copy = room < size ? NULL : aligned_alloc(BLOB_ALIGN, room);
	if (!copy)
		return axlp_fail(&program->error, -ENOMEM, "out of memory");
	memcpy(copy, blob, size);
	err = load(program, copy, size);
	free(copy);
	return err;
}

int axl_program_create(struct axl_context *context, const void *blob,
		       size_t size, struct axl_program **program)
{
	const struct axlp_ops *ops = context->device->driver->ops;
	struct axl_program *new;
	int err;

	context->error.text[0] = '\0';
	if (!ops->program_create)
		return axlp_context_cannot(context, "load programs on");
	if (!blob || !size)
		return axlp_fail(&context->error, -ENOEXEC,
				 "an empty blob is no program");
	new = axlp_object_new(sizeof(*new), ops->program_size);
	if (!new)
		return axlp_fail(&context->error, -ENOMEM, "out of memory");
	atomic_init(&new->refs, 1);
	new->context = axlp_context_get(context);
	err = load_aligned(new, blob, size);
	if (err) {
		context->error = new->error;
		axlp_context_put(context);
		free(new->port_sizes);
		free(new);
		return err;
	}
	*program = new;
	return 0;
}

void axlp_program_get(struct axl_program *program)
{
	atomic_fetch_add_explicit(&program->refs, 1, memory_order_relaxed);
}

void axlp_program_put(struct axl_program *program)
{
	struct axl_context *ctx = program->context;

	if (atomic_fetch_sub(&program->refs, 1) != 1)
		return;
	ctx->device->driver->ops->program_destroy(program);
	free(program->port_sizes);
	free(program);
	axlp_context_put(ctx);
}

void axl_program_destroy(struct axl_program *program)
{
	if (program)
		axlp_program_put(program);
}
