/* SPDX-License-Identifier: MIT */
/*
 * Tensor programs: validate and look at them, make them, print them. The
 * format is that of axt/format.h and docs/tensor-program.md. Functions return
 * 0 or -errno; hosts are little endian.
 */
#ifndef AXT_PROGRAM_H
#define AXT_PROGRAM_H

#include <axt/format.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong and where, in words; empty after success. */
struct axt_error {
	char text[256];
};

struct axt_field;
struct axt_check;

/* All that is fixed about an operation code. */
struct axt_code_info {
	const char *name;
	uint8_t inputs_min; /* those may not be AXT_NONE */
	uint8_t inputs_max;
	uint8_t outputs_min; /* those may not be AXT_NONE */
	uint8_t outputs_max;
	uint16_t attribute_size;
	uint16_t rules; /* private, as the rest */
	const struct axt_field *fields;
	int (*check)(const struct axt_check *check);
};

/* NULL if there is no such code. */
const struct axt_code_info *axt_code_info(uint32_t code);

/* Whether post-operations may follow. */
bool axt_code_takes_posts(const struct axt_code_info *info);

/* The names of values of the enums, as "f32"; NULL for others. */
const char *axt_type_name(uint32_t type);
const char *axt_unary_name(uint32_t function);
const char *axt_binary_name(uint32_t function);

/*
 * A program that has passed validation. It points into the blob, which must
 * stay and not change until axt_program_close(), and is never written to, so
 * any number of threads may use it.
 */
struct axt_program;

/*
 * Validates the blob, which must begin at a multiple of 8 bytes (EINVAL), and
 * makes an index of it. Errors are those of section 6 of the document; error
 * may be NULL.
 */
int axt_program_open(const void *blob, size_t size, struct axt_program **out,
		     struct axt_error *error);
void axt_program_close(struct axt_program *program);

const struct axt_header *axt_program_header(const struct axt_program *program);

/* NULL if there is no such tensor. */
const struct axt_tensor *axt_program_tensor(const struct axt_program *program,
					    uint32_t number);

/* The tensor of an input or output; AXT_NONE if there is none. */
uint32_t axt_program_input(const struct axt_program *program, uint32_t number);
uint32_t axt_program_output(const struct axt_program *program, uint32_t number);

/* The name of a tensor or operation, "" if it has none. */
const char *axt_program_name(const struct axt_program *program,
			     uint32_t offset);

/*
 * The constant data of a tensor; NULL if it lies elsewhere. Aligned to 64 bytes
 * if the blob is.
 */
const void *axt_program_data(const struct axt_program *program,
			     const struct axt_tensor *tensor);

/* An operation, taken apart. */
struct axt_op_view {
	const struct axt_code_info *info;
	const struct axt_op *op;
	const uint32_t *inputs; /* op->inputs; AXT_NONE for a missing one */
	const uint32_t *outputs; /* op->outputs */
	const void *attributes; /* info->attribute_size bytes */
	const struct axt_post *posts; /* op->posts */
};

/* ENOENT if there is no such operation. */
int axt_program_op(const struct axt_program *program, uint32_t number,
		   struct axt_op_view *out);

/* Prints the program, a line per tensor and operation; EIO if that failed. */
int axt_program_dump(const struct axt_program *program, FILE *out);

/*
 * Makes a program. What the functions add_* return goes into what is added
 * next; if one fails, axt_builder_finish() says so. Equal calls make equal
 * bytes.
 */
struct axt_builder;

int axt_builder_create(struct axt_builder **out);
void axt_builder_destroy(struct axt_builder *builder);

/* Offset in the names; equal names are stored once. */
uint32_t axt_builder_add_name(struct axt_builder *builder, const char *name);

/* Offset in the data; equal data are stored once. */
uint64_t axt_builder_add_data(struct axt_builder *builder, const void *data,
			      size_t size);

/* Number of the tensor. Its size is computed, as is that of the arena. */
uint32_t axt_builder_add_tensor(struct axt_builder *builder,
				const struct axt_tensor *tensor);

struct axt_op_parts {
	uint32_t code; /* enum axt_code */
	uint32_t name; /* of axt_builder_add_name(), or 0 */
	uint32_t inputs;
	uint32_t outputs;
	uint32_t posts;
	const uint32_t *input; /* tensor numbers or AXT_NONE */
	const uint32_t *output;
	const struct axt_post *post;
	const void *attributes; /* the struct that belongs to the code */
};

void axt_builder_add_op(struct axt_builder *builder,
			const struct axt_op_parts *parts);

/*
 * The blob, aligned to 64 bytes and valid, for the caller to free(). Errors as
 * axt_program_open(). The builder can go on.
 */
int axt_builder_finish(struct axt_builder *builder, void **blob, size_t *size,
		       struct axt_error *error);

#ifdef __cplusplus
}
#endif

#endif
