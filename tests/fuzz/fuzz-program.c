// SPDX-License-Identifier: MIT
/*
 * libFuzzer: a tensor program from somebody else. Magic, version, sizes and CRC
 * are put right, so that what comes behind them is reached; what is valid is
 * looked at through every function there is, and printed.
 */
#include "../../tensor/program/crc.h"

#include <axt/program.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_right(uint8_t *blob, size_t size)
{
	struct axt_header header;

	memcpy(&header, blob, sizeof(header));
	memcpy(header.magic, AXT_MAGIC, sizeof(header.magic));
	header.major = AXT_VERSION_MAJOR;
	header.minor = AXT_VERSION_MINOR;
	header.header_size = sizeof(header);
	header.total_size = size;
	header.flags = 0;
	memset(header.reserved, 0, sizeof(header.reserved));
	header.crc = axt_crc32(blob + sizeof(header), size - sizeof(header));
	memcpy(blob, &header, sizeof(header));
}

/* Every byte that a tensor or a name is said to have. */
static uint64_t touch(const struct axt_program *program)
{
	const struct axt_header *header = axt_program_header(program);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < header->tensor_count; i++) {
		const struct axt_tensor *tensor =
			axt_program_tensor(program, i);
		const uint8_t *bytes = axt_program_data(program, tensor);

		for (uint64_t j = 0; bytes && j < tensor->size; j++)
			sum += bytes[j];
		sum += strlen(axt_program_name(program, tensor->name));
	}
	for (uint32_t i = 0; i < header->input_count; i++)
		sum += axt_program_input(program, i);
	for (uint32_t i = 0; i < header->output_count; i++)
		sum += axt_program_output(program, i);
	return sum;
}

static uint64_t touch_ops(const struct axt_program *program)
{
	struct axt_op_view view;
	uint64_t sum = 0;

	for (uint32_t i = 0; axt_program_op(program, i, &view) == 0; i++) {
		const uint8_t *bytes = view.attributes;

		for (uint32_t j = 0; j < view.op->inputs; j++)
			sum += view.inputs[j];
		for (uint32_t j = 0; j < view.op->outputs; j++)
			sum += view.outputs[j];
		for (uint32_t j = 0; j < view.info->attribute_size; j++)
			sum += bytes[j];
		for (uint32_t j = 0; j < view.op->posts; j++)
			sum += view.posts[j].tensor;
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct axt_program *program;
	struct axt_error error;
	uint8_t *blob;
	FILE *null;

	if (size < sizeof(struct axt_header))
		return 0;
	blob = malloc(size);
	if (!blob)
		return 0;
	memcpy(blob, data, size);
	put_right(blob, size);
	if (axt_program_open(blob, size, &program, &error) == 0) {
		/* Not to be optimised away. */
		__asm__ volatile("" ::"r"(touch(program) + touch_ops(program)));
		null = fopen("/dev/null", "w");
		if (null) {
			axt_program_dump(program, null);
			fclose(null);
		}
		axt_program_close(program);
	}
	free(blob);
	return 0;
}
