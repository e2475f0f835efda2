// SPDX-License-Identifier: MIT
/* Programs of the embedded device, and the numbers that a driver chooses. */
#include "soft.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

int soft_number_take(struct soft_numbers *numbers)
{
	for (uint32_t i = 0; i < numbers->count; i++) {
		uint32_t number = (numbers->next + i) % numbers->count;
		uint64_t bit = 1ull << number % 64;

		if (numbers->used[number / 64] & bit)
			continue;
		numbers->used[number / 64] |= bit;
		numbers->next = number + 1;
		return (int)number;
	}
	return -EBUSY;
}

void soft_number_give(struct soft_numbers *numbers, uint32_t number)
{
	numbers->used[number / 64] &= ~(1ull << number % 64);
}

static int try_number(struct soft_context *sc)
{
	int number;

	pthread_mutex_lock(&sc->numbers_lock);
	number = soft_number_take(&sc->program_numbers);
	pthread_mutex_unlock(&sc->numbers_lock);
	return number;
}

static int take_number(struct soft_context *sc, struct axlv_program *program)
{
	int number = try_number(sc);

	/* Jobs that are done may still hold some that nobody else has. */
	if (number < 0) {
		axlv_retire_context(&sc->vnpu);
		number = try_number(sc);
	}
	if (number < 0)
		return axlp_fail(&program->base.error, number,
				 "a context has room for %u programs",
				 sc->program_numbers.count);
	program->number = (uint32_t)number;
	return 0;
}

static void give_number(struct soft_context *sc, uint32_t number)
{
	pthread_mutex_lock(&sc->numbers_lock);
	soft_number_give(&sc->program_numbers, number);
	pthread_mutex_unlock(&sc->numbers_lock);
}

static int command_load(struct soft_context *sc, struct axlv_program *program,
			const void *blob, size_t size)
{
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PROGRAM_LOAD,
		.object = htole32(program->number),
		.data = { .address = htole64((uintptr_t)blob),
			  .size = htole64(size) },
	};
	int status =
		soft_command(sc, &cmd, &program->scratch, &program->base.error);

	if (status == VNPU_ERR_PROGRAM || status == VNPU_ERR_LIMIT)
		return -ENOEXEC;
	return soft_command_errno(status);
}

static int load_copy(struct soft_context *sc, struct axlv_program *program,
		     const void *blob, size_t size)
{
	void *copy;
	int err = soft_memory_new(sc, size, &copy);

	if (err)
		return axlp_fail(&program->base.error, err, "%s",
				 axlp_explain(err));
	memcpy(copy, blob, size);
	err = command_load(sc, program, copy, size);
	soft_memory_free(sc, copy, size);
	return err;
}

/* The device makes its own copy, so the blob is its only for the command. */
static int load(struct soft_context *sc, struct axlv_program *program,
		const void *blob, size_t size)
{
	int err = axm_inproc_allow(sc->bus, (void *)blob, size, false);

	/* It lies in a buffer object, or is being loaded elsewhere. */
	if (err == -EEXIST)
		return load_copy(sc, program, blob, size);
	if (err)
		return axlp_fail(&program->base.error, err,
				 "the device cannot read the program: %s",
				 axlp_explain(err));
	err = command_load(sc, program, blob, size);
	axm_inproc_forbid(sc->bus, (void *)blob);
	return err;
}

int soft_program_create(struct axl_program *program, const void *blob,
			size_t size)
{
	struct soft_context *sc = soft_context_of(program->context);
	struct axlv_program *sp = axlv_program_of(program);
	int err;

	if (program->input_count + program->output_count + 2 > sc->bindings_max)
		return axlp_fail(&program->error, -ENOEXEC,
				 "the program has %u inputs and outputs, the "
				 "device takes %u",
				 program->input_count + program->output_count,
				 sc->bindings_max - 2);
	err = take_number(sc, sp);
	if (err)
		return err;
	err = load(sc, sp, blob, size);
	if (err)
		give_number(sc, sp->number);
	return err;
}

void soft_program_destroy(struct axl_program *program)
{
	struct soft_context *sc = soft_context_of(program->context);
	struct axlv_program *sp = axlv_program_of(program);
	const struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PROGRAM_UNLOAD,
		.object = htole32(sp->number),
	};
	struct axlp_error error;

	if (soft_command(sc, &cmd, NULL, &error))
		axlp_log(sc->vnpu.base.device->system, AXL_LOG_WARNING, "%s",
			 error.text);
	give_number(sc, sp->number);
}
