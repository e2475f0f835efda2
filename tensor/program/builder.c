// SPDX-License-Identifier: MIT
/*
 * Makes blobs. Owns the four sections while they grow, and the first error that
 * came up; what the caller adds is copied. Whether the program is right is for
 * the validator to say, when the blob is there.
 */
#include "check.h"
#include "crc.h"
#include "intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DATA_ALIGN 64
#define NAME_ALIGN 1

struct axt_builder {
	struct axt_intern tensors; /* struct axt_tensor */
	struct axt_intern ops; /* records */
	struct axt_intern names;
	struct axt_intern data;
	struct axt_header header; /* the counts, and the size of the arena */
	int err;
};

int axt_builder_create(struct axt_builder **out)
{
	struct axt_builder *builder = calloc(1, sizeof(*builder));
	uint64_t empty;

	if (!builder)
		return -ENOMEM;
	if (axt_intern_add(&builder->names, "", 1, NAME_ALIGN, &empty)) {
		axt_builder_destroy(builder);
		return -ENOMEM;
	}
	*out = builder;
	return 0;
}

void axt_builder_destroy(struct axt_builder *builder)
{
	if (!builder)
		return;
	axt_intern_fini(&builder->data);
	axt_intern_fini(&builder->names);
	axt_intern_fini(&builder->ops);
	axt_intern_fini(&builder->tensors);
	free(builder);
}

static void keep_error(struct axt_builder *builder, int err)
{
	if (!builder->err)
		builder->err = err;
}

uint32_t axt_builder_add_name(struct axt_builder *builder, const char *name)
{
	uint64_t offset;

	keep_error(builder,
		   axt_intern_add(&builder->names, name, strlen(name) + 1,
				  NAME_ALIGN, &offset));
	if (offset > AXT_NAMES_MAX)
		keep_error(builder, -EINVAL);
	return (uint32_t)offset;
}

uint64_t axt_builder_add_data(struct axt_builder *builder, const void *data,
			      size_t size)
{
	uint64_t offset;

	keep_error(builder, axt_intern_add(&builder->data, data, size,
					   DATA_ALIGN, &offset));
	return offset;
}

static void count_tensor(struct axt_header *header,
			 const struct axt_tensor *tensor)
{
	uint64_t end = (tensor->offset + tensor->size + 63) / 64 * 64;

	header->tensor_count++;
	header->input_count += tensor->place == AXT_INPUT;
	header->output_count += tensor->place == AXT_OUTPUT;
	if (tensor->place == AXT_ARENA && header->arena_size < end)
		header->arena_size = end;
}

uint32_t axt_builder_add_tensor(struct axt_builder *builder,
				const struct axt_tensor *tensor)
{
	int64_t bytes = axt_tensor_bytes(tensor);
	struct axt_tensor *copy;

	if (bytes < 0 || tensor->offset > AXT_BYTES_MAX ||
	    builder->header.tensor_count == AXT_TENSORS_MAX) {
		keep_error(builder, -EINVAL);
		return AXT_NONE;
	}
	copy = axt_intern_grow(&builder->tensors, sizeof(*copy), 8);
	if (!copy) {
		keep_error(builder, -ENOMEM);
		return AXT_NONE;
	}
	*copy = *tensor;
	copy->size = bytes;
	count_tensor(&builder->header, copy);
	return builder->header.tensor_count - 1;
}

/* Copies, and returns where the next may go. */
static uint8_t *put(uint8_t *at, const void *from, size_t size)
{
	if (size)
		memcpy(at, from, size);
	return at + size;
}

void axt_builder_add_op(struct axt_builder *builder,
			const struct axt_op_parts *parts)
{
	const struct axt_code_info *info = axt_code_info(parts->code);
	uint32_t operands = parts->inputs + parts->outputs;
	struct axt_op op;
	uint8_t *at;

	if (!info || parts->inputs > AXT_OPERANDS_MAX ||
	    parts->outputs > AXT_OPERANDS_MAX || parts->posts > AXT_POSTS_MAX) {
		keep_error(builder, -EINVAL);
		return;
	}
	op = (struct axt_op){
		.code = (uint16_t)parts->code,
		.size = sizeof(op) + (operands + 1) / 2 * 8 +
			info->attribute_size +
			parts->posts * sizeof(struct axt_post),
		.inputs = (uint8_t)parts->inputs,
		.outputs = (uint8_t)parts->outputs,
		.posts = (uint8_t)parts->posts,
		.name = parts->name,
	};
	at = axt_intern_grow(&builder->ops, op.size, 8);
	if (!at) {
		keep_error(builder, -ENOMEM);
		return;
	}
	at = put(at, &op, sizeof(op));
	at = put(at, parts->input, parts->inputs * sizeof(*parts->input));
	at = put(at, parts->output, parts->outputs * sizeof(*parts->output));
	at += operands % 2 * sizeof(*parts->input);
	at = put(at, parts->attributes, info->attribute_size);
	put(at, parts->post, parts->posts * sizeof(*parts->post));
	builder->header.op_count++;
}

static uint64_t round_up(uint64_t value, uint64_t multiple)
{
	return (value + multiple - 1) / multiple * multiple;
}

/* The header, but for the CRC. */
static struct axt_header make_header(const struct axt_builder *builder)
{
	struct axt_header header = builder->header;

	memcpy(header.magic, AXT_MAGIC, sizeof(header.magic));
	header.major = AXT_VERSION_MAJOR;
	header.minor = AXT_VERSION_MINOR;
	header.header_size = sizeof(header);
	header.tensor_offset = sizeof(header);
	header.op_offset = header.tensor_offset + builder->tensors.size;
	header.op_size = builder->ops.size;
	header.name_offset = header.op_offset + header.op_size;
	header.name_size = builder->names.size;
	header.data_offset =
		round_up(header.name_offset + header.name_size, DATA_ALIGN);
	header.data_size = builder->data.size;
	header.total_size = header.data_offset + header.data_size;
	return header;
}

static void *make_blob(const struct axt_builder *builder, size_t *size)
{
	struct axt_header header = make_header(builder);
	uint8_t *blob;

	/* aligned_alloc() wants a multiple of the alignment. */
	*size = header.total_size;
	blob = aligned_alloc(DATA_ALIGN, round_up(*size, DATA_ALIGN));
	if (!blob)
		return NULL;
	memset(blob + header.name_offset, 0,
	       header.data_offset - header.name_offset);
	put(blob + header.tensor_offset, builder->tensors.bytes,
	    builder->tensors.size);
	put(blob + header.op_offset, builder->ops.bytes, builder->ops.size);
	put(blob + header.name_offset, builder->names.bytes,
	    builder->names.size);
	put(blob + header.data_offset, builder->data.bytes, builder->data.size);
	header.crc = axt_crc32(blob + sizeof(header), *size - sizeof(header));
	memcpy(blob, &header, sizeof(header));
	return blob;
}

int axt_builder_finish(struct axt_builder *builder, void **blob, size_t *size,
		       struct axt_error *error)
{
	struct axt_program *program;
	void *made;
	int err;

	if (builder->err)
		return axt_fail(error, -builder->err,
				builder->err == -ENOMEM ?
					"out of memory" :
					"more was added than the format has "
					"room for, or of no known kind");
	made = make_blob(builder, size);
	if (!made)
		return axt_fail(error, ENOMEM, "out of memory");
	err = axt_program_open(made, *size, &program, error);
	if (err) {
		free(made);
		return err;
	}
	axt_program_close(program);
	*blob = made;
	return 0;
}
