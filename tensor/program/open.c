// SPDX-License-Identifier: MIT
/*
 * A program: the header and the sections of its blob, and what can be asked
 * about it after validation. It owns the index of its operations and the lists
 * of its inputs and outputs; the blob belongs to the caller.
 */
#include "check.h"
#include "crc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int check_begin(const struct axt_header *header, size_t size,
		       struct axt_error *error)
{
	if (size >= sizeof(header->magic) &&
	    memcmp(header->magic, AXT_MAGIC, sizeof(header->magic)) != 0)
		return axt_fail(error, EINVAL, "this is not a tensor program");
	if (size < sizeof(*header))
		return axt_fail(error, EBADMSG, "the header is truncated");
	if (header->major != AXT_VERSION_MAJOR ||
	    header->minor > AXT_VERSION_MINOR)
		return axt_fail(error, EPROTONOSUPPORT,
				"version %u.%u, but this reads %u.0 to %u.%u",
				header->major, header->minor, AXT_VERSION_MAJOR,
				AXT_VERSION_MAJOR, AXT_VERSION_MINOR);
	if (header->header_size != sizeof(*header))
		return axt_fail(error, EINVAL, "header of %u bytes, not %zu",
				header->header_size, sizeof(*header));
	if (header->total_size > AXT_BYTES_MAX ||
	    header->total_size < sizeof(*header))
		return axt_fail(error, EINVAL, "total size %#llx is no size",
				(unsigned long long)header->total_size);
	if (header->total_size > size)
		return axt_fail(error, EBADMSG, "truncated: %zu of %llu bytes",
				size, (unsigned long long)header->total_size);
	if (header->total_size < size)
		return axt_fail(
			error, EINVAL, "%llu bytes behind the end",
			(unsigned long long)(size - header->total_size));
	if (axt_crc32(header + 1, size - sizeof(*header)) != header->crc)
		return axt_fail(error, EBADMSG, "damaged: wrong CRC");
	return 0;
}

static int check_limits(const struct axt_header *header,
			struct axt_error *error)
{
	const struct {
		const char *what;
		uint64_t value;
		uint64_t max;
	} limits[] = {
		{ "tensors", header->tensor_count, AXT_TENSORS_MAX },
		{ "operations", header->op_count, AXT_OPS_MAX },
		{ "inputs", header->input_count, AXT_PORTS_MAX },
		{ "outputs", header->output_count, AXT_PORTS_MAX },
		{ "bytes of operations", header->op_size, AXT_BYTES_MAX },
		{ "bytes of names", header->name_size, AXT_NAMES_MAX },
		{ "bytes of data", header->data_size, AXT_BYTES_MAX },
		{ "bytes of arena", header->arena_size, AXT_BYTES_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (limits[i].value > limits[i].max)
			return axt_fail(error, EINVAL,
					"more %s than the limit of %llu",
					limits[i].what,
					(unsigned long long)limits[i].max);
	if (header->flags || header->reserved[0] || header->reserved[1])
		return axt_fail(error, EINVAL,
				"flags or reserved bytes are not zero");
	if (!header->name_size)
		return axt_fail(error, EINVAL, "there is no empty name");
	return 0;
}

static bool is_zero(const uint8_t *bytes, uint64_t size)
{
	return !size || (!bytes[0] && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* That the sections stand in order with zeros between; end is the blob's. */
static int check_sections(const uint8_t *blob, struct axt_error *error)
{
	const struct axt_header *header = (const void *)blob;
	const struct {
		const char *name;
		uint64_t offset;
		uint64_t size;
		uint32_t multiple;
	} sections[] = {
		{ "tensors", header->tensor_offset,
		  header->tensor_count * sizeof(struct axt_tensor), 8 },
		{ "operations", header->op_offset, header->op_size, 8 },
		{ "names", header->name_offset, header->name_size, 8 },
		{ "data", header->data_offset, header->data_size, 64 },
		{ "end", header->total_size, 0, 1 },
	};
	uint64_t end = sizeof(*header);

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		const char *name = sections[i].name;
		uint64_t offset = sections[i].offset;

		if (offset % sections[i].multiple)
			return axt_fail(error, EINVAL,
					"%s: offset is no multiple of %u", name,
					sections[i].multiple);
		if (offset < end || offset > header->total_size ||
		    sections[i].size > header->total_size - offset)
			return axt_fail(error, EINVAL,
					"%s: not behind what comes before, or "
					"not inside of the blob",
					name);
		if (!is_zero(blob + end, offset - end))
			return axt_fail(error, EINVAL,
					"%s: the gap before is not zero", name);
		end = offset + sections[i].size;
	}
	return 0;
}

static int program_create(const void *blob, struct axt_program **out)
{
	const struct axt_header *header = blob;
	struct axt_program *program = calloc(1, sizeof(*program));

	if (!program)
		return -ENOMEM;
	program->blob = blob;
	program->header = header;
	program->tensors =
		(const void *)(program->blob + header->tensor_offset);
	program->names = (const char *)program->blob + header->name_offset;
	program->data = program->blob + header->data_offset;
	program->ops = calloc(header->op_count + 1ul, sizeof(*program->ops));
	program->inputs =
		calloc(header->input_count + 1ul, sizeof(*program->inputs));
	program->outputs =
		calloc(header->output_count + 1ul, sizeof(*program->outputs));
	if (!program->ops || !program->inputs || !program->outputs) {
		axt_program_close(program);
		return -ENOMEM;
	}
	*out = program;
	return 0;
}

int axt_program_open(const void *blob, size_t size, struct axt_program **out,
		     struct axt_error *error)
{
	struct axt_program *program;
	int err;

	if (error)
		error->text[0] = '\0';
	if ((uintptr_t)blob % 8)
		return axt_fail(error, EINVAL,
				"the blob is not aligned to 8 bytes");
	err = check_begin(blob, size, error);
	if (!err)
		err = check_limits(blob, error);
	if (!err)
		err = check_sections(blob, error);
	if (err)
		return err;
	err = program_create(blob, &program);
	if (err)
		return axt_fail(error, ENOMEM, "out of memory");
	err = axt_check_names(program, error);
	if (!err)
		err = axt_check_tensors(program, error);
	if (!err)
		err = axt_check_ops(program, error);
	if (err) {
		axt_program_close(program);
		return err;
	}
	*out = program;
	return 0;
}

void axt_program_close(struct axt_program *program)
{
	if (!program)
		return;
	free(program->outputs);
	free(program->inputs);
	free(program->ops);
	free(program);
}

const struct axt_header *axt_program_header(const struct axt_program *program)
{
	return program->header;
}

const struct axt_tensor *axt_program_tensor(const struct axt_program *program,
					    uint32_t number)
{
	return number < program->header->tensor_count ?
		       &program->tensors[number] :
		       NULL;
}

uint32_t axt_program_input(const struct axt_program *program, uint32_t number)
{
	return number < program->header->input_count ? program->inputs[number] :
						       AXT_NONE;
}

uint32_t axt_program_output(const struct axt_program *program, uint32_t number)
{
	return number < program->header->output_count ?
		       program->outputs[number] :
		       AXT_NONE;
}

const char *axt_program_name(const struct axt_program *program, uint32_t offset)
{
	return offset < program->header->name_size ? program->names + offset :
						     "";
}

const void *axt_program_data(const struct axt_program *program,
			     const struct axt_tensor *tensor)
{
	return tensor->place == AXT_DATA ? program->data + tensor->offset :
					   NULL;
}

int axt_program_op(const struct axt_program *program, uint32_t number,
		   struct axt_op_view *out)
{
	if (number >= program->header->op_count)
		return -ENOENT;
	axt_op_split(program->ops[number], out);
	return 0;
}
