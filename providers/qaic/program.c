// SPDX-License-Identifier: MIT
/*
 * Programs: the blob goes to the card as constants and an image, and stays here
 * too, because a reset of the card takes its copy away. The constants of a blob
 * are its data section, if that is its end, as all that libaxt makes have it.
 */
#include "qaic.h"

#include <axt/format.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void find_parts(struct axlq_program *program)
{
	struct axt_header header;

	memcpy(&header, program->blob, sizeof(header));
	program->image_size = program->size;
	if (header.data_size && header.data_offset < program->size &&
	    header.data_offset + header.data_size == program->size)
		program->image_size = header.data_offset;
}

/* As the end of aic100_regs.h has it: doorbells, inputs, outputs. */
static int lay_out(struct axlq_program *program)
{
	const struct axl_program *base = &program->vnpu.base;
	uint32_t ports = axlq_ports(program);
	uint64_t offset = AIC100_NET_DOORBELLS, worst = 1;

	program->offsets = calloc(ports + 1ul, sizeof(*program->offsets));
	if (!program->offsets)
		return -ENOMEM;
	for (uint32_t i = 0; i < ports; i++) {
		uint64_t pages = (base->port_sizes[i] + AIC100_NET_ALIGN - 1) /
				 AIC100_NET_ALIGN;

		program->offsets[i] = offset;
		offset += pages * AIC100_NET_ALIGN;
		/* Each page elsewhere, not begun at its start, a handshake. */
		worst += pages + 2;
	}
	if (worst >= AXLQ_ELEMENTS_MAX)
		return axlp_fail(&program->vnpu.base.error, -ENOEXEC,
				 "inputs and outputs of the program have %u "
				 "MiB, the driver takes %u at most",
				 (unsigned int)(offset >> 20),
				 AXLQ_ELEMENTS_MAX / (1u << 8));
	program->depth = AXLQ_DEPTH;
	while (program->depth > 1 &&
	       worst * program->depth >= AXLQ_ELEMENTS_MAX)
		program->depth--;
	program->elements = AXLQ_ELEMENTS_MIN;
	while (program->elements <= worst * program->depth)
		program->elements *= 2;
	return 0;
}

static void add_data(struct axlq_message *message, const void *data,
		     uint64_t size)
{
	struct qaicu_dma_xfer *xfer = axlq_message_add(
		message, QAICU_DMA_XFER_FROM_USER, sizeof(*xfer));

	xfer->tag = 1;
	xfer->addr = (uintptr_t)data;
	xfer->size = size;
}

/* The number that the card has for it. */
static int send(struct axlq_context *ac, struct axlq_message *message,
		uint32_t command, uint32_t *id, struct axlp_error *error)
{
	const struct nnc_loaded *answer;
	int err = axlq_message_send(ac->vnpu.base.fd, message);
	int32_t status;

	if (err && err != -ECANCELED)
		return axlp_fail(error, err, "the program was not loaded: %s",
				 axlp_explain(err));
	answer = axlq_message_answer(message, command, sizeof(*answer));
	status = answer ? (int32_t)le32toh(answer->status) : NNC_ERR;
	if (status)
		return axlp_fail(error, axlq_status_errno(status),
				 "the program was not loaded: %s",
				 axlq_status_text(status));
	*id = le32toh(answer->id);
	return 0;
}

static int load_constants(struct axlq_context *ac, struct axlq_program *program,
			  struct axlp_error *error)
{
	uint64_t size = program->size - program->image_size;
	struct axlq_message message = { .len = 0 };
	struct nnc_load_constants *command;

	program->constants = 0;
	if (!size)
		return 0;
	command = axlq_message_command(&message, sizeof(*command));
	command->type = htole32(NNC_CMD_LOAD_CONSTANTS);
	command->process = htole32((uint32_t)getpid());
	command->tag = htole32(1);
	command->data_length = htole64(size);
	snprintf((char *)command->name, NNC_NAME, "axle");
	add_data(&message, program->blob + program->image_size, size);
	return send(ac, &message, NNC_CMD_LOAD_CONSTANTS, &program->constants,
		    error);
}

static int load_image(struct axlq_context *ac, struct axlq_program *program,
		      struct axlp_error *error)
{
	struct axlq_message message = { .len = 0 };
	struct nnc_load_elf *command =
		axlq_message_command(&message, sizeof(*command));

	command->type = htole32(NNC_CMD_LOAD_ELF);
	command->process = htole32((uint32_t)getpid());
	command->tag = htole32(1);
	command->data_length = htole64(program->image_size);
	snprintf((char *)command->name, NNC_NAME, "axle");
	add_data(&message, program->blob, program->image_size);
	return send(ac, &message, NNC_CMD_LOAD_ELF, &program->elf, error);
}

static void unload(struct axlq_context *ac, uint32_t type, uint32_t id)
{
	struct axlq_message message = { .len = 0 };
	struct nnc_release *command =
		axlq_message_command(&message, sizeof(*command));
	const struct nnc_done *answer;
	int err;

	command->type = htole32(type);
	command->id = htole32(id);
	err = axlq_message_send(ac->vnpu.base.fd, &message);
	answer = axlq_message_answer(&message, type, sizeof(*answer));
	if (err || !answer || answer->status)
		axlp_log(ac->vnpu.base.device->system, AXL_LOG_WARNING,
			 "the card did not unload a program: %s",
			 err	? axlp_explain(err) :
			 answer ? axlq_status_text(
					  (int32_t)le32toh(answer->status)) :
				  "no answer");
}

/* What was loaded before a reset is not there any more. */
static void unload_all(struct axlq_context *ac, struct axlq_program *program)
{
	if (program->epoch != axlq_epoch(ac))
		return;
	if (program->elf)
		unload(ac, NNC_CMD_UNLOAD_ELF, program->elf);
	if (program->constants)
		unload(ac, NNC_CMD_UNLOAD_CONSTANTS, program->constants);
}

/* With the program's lock. */
static int load(struct axlq_context *ac, struct axlq_program *program,
		uint64_t epoch, struct axlp_error *error)
{
	int err;

	program->epoch = epoch;
	program->elf = 0;
	err = load_constants(ac, program, error);
	if (!err)
		err = load_image(ac, program, error);
	if (err) {
		unload_all(ac, program);
		program->epoch = 0;
	}
	return err;
}

int axlq_program_load(struct axlq_program *program, uint32_t *constants,
		      uint32_t *elf, struct axlp_error *error)
{
	struct axlq_context *ac = axlq_context_of(program->vnpu.base.context);
	uint64_t epoch = axlq_epoch(ac);
	int err = 0;

	pthread_mutex_lock(&program->lock);
	if (program->epoch != epoch)
		err = load(ac, program, epoch, error);
	*constants = program->constants;
	*elf = program->elf;
	pthread_mutex_unlock(&program->lock);
	return err;
}

static void fini(struct axlq_program *program)
{
	pthread_mutex_destroy(&program->lock);
	free(program->offsets);
	free(program->blob);
}

static int fail_create(struct axlq_context *ac, struct axl_program *program,
		       int err)
{
	if (err == -ENOMEM && !program->error.text[0])
		return axlp_fail(&program->error, err, "out of memory");
	if (err == -ENODEV)
		axlq_is_gone(ac);
	return err;
}

int axlq_program_create(struct axl_program *program, const void *blob,
			size_t size)
{
	struct axlq_context *ac = axlq_context_of(program->context);
	struct axlq_program *qp = axlq_program_of(program);
	uint32_t constants, elf;
	int err = -ENOMEM;

	pthread_mutex_init(&qp->lock, NULL);
	qp->blob = malloc(size);
	qp->size = size;
	if (qp->blob) {
		memcpy(qp->blob, blob, size);
		find_parts(qp);
		err = lay_out(qp);
	}
	if (!err)
		err = axlq_program_load(qp, &constants, &elf, &program->error);
	/* Jobs that are done may still hold some that nobody else has. */
	if (err == -EBUSY) {
		axlv_retire_context(&ac->vnpu);
		err = axlq_program_load(qp, &constants, &elf, &program->error);
	}
	if (!err)
		return 0;
	fini(qp);
	return fail_create(ac, program, err);
}

void axlq_program_destroy(struct axl_program *program)
{
	struct axlq_context *ac = axlq_context_of(program->context);
	struct axlq_program *qp = axlq_program_of(program);

	axlq_activations_end(ac, NULL, qp);
	unload_all(ac, qp);
	fini(qp);
}
