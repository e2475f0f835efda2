/* SPDX-License-Identifier: MIT */
/* What the validator, the builder and the disassembler share. */
#ifndef AXT_CHECK_H
#define AXT_CHECK_H

#include <axt/program.h>
#include <axt/shape.h>

#include <stdarg.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "programs are read in place, on little-endian hosts only");

struct axt_program {
	const uint8_t *blob;
	const struct axt_header *header;
	const struct axt_tensor *tensors;
	const char *names;
	const uint8_t *data;
	const struct axt_op **ops; /* op_count */
	uint32_t *inputs; /* tensor numbers, then those of the outputs */
	uint32_t *outputs;
};

/* error.c: the text of an error; err is returned negated. */
int axt_fail(struct axt_error *error, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int axt_fail_va(struct axt_error *error, int err, const char *prefix,
		const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

/* An operation that is being checked. */
struct axt_check {
	const struct axt_program *program;
	struct axt_error *error;
	uint32_t number;
	struct axt_op_view view;
	/* The operands' tensors, NULL for a missing one. */
	const struct axt_tensor *in[AXT_OPERANDS_MAX];
	const struct axt_tensor *out[AXT_OPERANDS_MAX];
	const struct axt_tensor *post[AXT_POSTS_MAX];
};

/* EINVAL, and which operation it is in front of the text. */
int axt_op_fail(const struct axt_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Rules that many operations have in common, in struct axt_code_info. */
enum axt_rule {
	AXT_RULE_F32 = 1 << 0, /* all operands */
	AXT_RULE_TYPE = 1 << 1, /* all operands of one type, which is any */
	AXT_RULE_PLAIN = 1 << 2, /* all operands */
	AXT_RULE_LAYOUT = 1 << 3, /* all operands of one layout */
	AXT_RULE_SHAPE = 1 << 4, /* first input and output of one shape */
	AXT_RULE_OVERWRITE = 1 << 5, /* the output may be an input */
	AXT_RULE_POSTS = 1 << 6, /* post-operations may follow */
};

enum axt_field_type {
	AXT_FIELD_U8,
	AXT_FIELD_U16,
	AXT_FIELD_U32,
	AXT_FIELD_I32,
	AXT_FIELD_F32,
};

enum axt_field_flag {
	AXT_FIELD_FINITE = 1 << 0,
	AXT_FIELD_POSITIVE = 1 << 1, /* finite and greater than zero */
	AXT_FIELD_NONZERO = 1 << 2,
	AXT_FIELD_RANK = 1 << 3, /* elements from the rank on are "rest" */
	AXT_FIELD_COUNTED = 1 << 4, /* from the count on */
	AXT_FIELD_COUNT = 1 << 5, /* this member is the count */
};

/* A member of an attribute struct; the list ends with a name of NULL. */
struct axt_field {
	const char *name;
	uint16_t offset;
	uint8_t type; /* enum axt_field_type */
	uint8_t count; /* elements */
	uint8_t flags; /* enum axt_field_flag */
	uint8_t rest;
	uint32_t min; /* of unsigned ones */
	uint32_t max;
	const char *const *names; /* of the values, from 0 to max */
};

/* The elements of an array that mean something. */
uint32_t axt_field_used(const struct axt_field *field,
			const struct axt_check *check);
uint32_t axt_field_unsigned(const struct axt_field *field, const void *struct_,
			    uint32_t element);
int axt_check_fields(const struct axt_check *check);

extern const struct axt_field axt_fields_conv[];
extern const struct axt_field axt_fields_matmul[];
extern const struct axt_field axt_fields_pool[];
extern const struct axt_field axt_fields_reduce[];
extern const struct axt_field axt_fields_unary[];
extern const struct axt_field axt_fields_binary[];
extern const struct axt_field axt_fields_softmax[];
extern const struct axt_field axt_fields_normalize[];
extern const struct axt_field axt_fields_transpose[];
extern const struct axt_field axt_fields_concat[];
extern const struct axt_field axt_fields_gather[];
extern const struct axt_field axt_fields_slice[];
extern const struct axt_field axt_fields_pad[];
extern const struct axt_field axt_fields_resize[];
extern const struct axt_field axt_fields_shuffle[];
extern const struct axt_field axt_fields_arg[];
extern const struct axt_field axt_fields_rnn[];

/* names.c: for people */
extern const char *const axt_type_names[];
extern const char *const axt_place_names[];
extern const char *const axt_layout_names[];
extern const char *const axt_unary_names[AXT_UNARY_END];
extern const char *const axt_binary_names[AXT_BINARY_END];

/* tensors.c, names-check.c */
int axt_check_names(const struct axt_program *program, struct axt_error *error);
bool axt_name_begins(const struct axt_program *program, uint32_t offset);
int axt_check_tensors(struct axt_program *program, struct axt_error *error);

/* ops.c: records, operands, attributes, posts and their order */
void axt_op_split(const struct axt_op *op, struct axt_op_view *out);
int axt_check_ops(struct axt_program *program, struct axt_error *error);

/* posts.c */
int axt_check_posts(struct axt_check *check);

/* order.c: section 3 of the document */
struct axt_order;

int axt_order_create(const struct axt_program *program, struct axt_order **out);
void axt_order_destroy(struct axt_order *order);
int axt_order_op(struct axt_order *order, const struct axt_check *check);
int axt_order_end(const struct axt_order *order,
		  const struct axt_program *program, struct axt_error *error);

/* check-*.c: what is special about an operation; section 4 of the document */
int axt_check_conv(const struct axt_check *check);
int axt_check_conv_transpose(const struct axt_check *check);
int axt_check_pool(const struct axt_check *check);
int axt_check_matmul(const struct axt_check *check);
int axt_check_reduce(const struct axt_check *check);
int axt_check_unary(const struct axt_check *check);
int axt_check_binary(const struct axt_check *check);
int axt_check_select(const struct axt_check *check);
int axt_check_softmax(const struct axt_check *check);
int axt_check_normalize(const struct axt_check *check);
int axt_check_affine(const struct axt_check *check);
int axt_check_transpose(const struct axt_check *check);
int axt_check_concat(const struct axt_check *check);
int axt_check_slice(const struct axt_check *check);
int axt_check_pad(const struct axt_check *check);
int axt_check_resize(const struct axt_check *check);
int axt_check_gather(const struct axt_check *check);
int axt_check_expand(const struct axt_check *check);
int axt_check_tile(const struct axt_check *check);
int axt_check_cast(const struct axt_check *check);
int axt_check_reorder(const struct axt_check *check);
int axt_check_shuffle(const struct axt_check *check);
int axt_check_copy(const struct axt_check *check);
int axt_check_arg(const struct axt_check *check);
int axt_check_rnn(const struct axt_check *check);

#endif
