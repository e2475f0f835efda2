/* SPDX-License-Identifier: MIT */
/*
 * A program while it is made: operations of the format in order, on values
 * that do not have their place yet. All of it lives in one pool.
 *
 * Who adds to it need not look at each result: where memory ends or a tensor
 * gets too large, the error stays in the program, functions return NULL, and
 * take NULL for an operand.
 */
#ifndef AXT_COMPILE_IR_H
#define AXT_COMPILE_IR_H

#include "pool.h"

#include <axt/format.h>

/*
 * x -> y, the same bytes as another tensor: of another shape, of a part of
 * them, or of another layout that comes to the same order. Costs nothing.
 */
#define AXT_IR_VIEW AXT_CODE_END

enum axt_ir_kind {
	AXT_IR_RESULT, /* of an operation */
	AXT_IR_INPUT, /* of the network */
	AXT_IR_CONSTANT,
};

struct axt_ir_op;

struct axt_ir_value {
	const char *name; /* "" for none */
	enum axt_ir_kind kind;
	struct axt_tensor tensor; /* place, offset and name are not set */
	const void *data; /* of a constant, in the order of its layout */
	struct axt_ir_op *producer; /* of a result */
	struct axt_ir_value *same; /* stands for this one */
	/* Since the last axt_ir_sweep(): */
	uint32_t uses; /* by operations and as outputs */
	struct axt_ir_op *user; /* the last one of them */
	/* What the pass at hand uses as it likes. */
	struct axt_ir_value *twin;
	uint32_t mark;
	/* From axt_plan() on. */
	struct axt_ir_value *root; /* whose bytes these are, maybe itself */
	uint64_t place; /* bytes from the start of the root */
	uint32_t buffer; /* of a root, in the plan */
	uint32_t number; /* of the tensor in the program, or AXT_NONE */
};

struct axt_ir_post {
	uint16_t kind; /* enum axt_post_kind */
	uint16_t function;
	float alpha;
	float beta;
	struct axt_ir_value *tensor; /* or NULL */
};

union axt_ir_attributes {
	struct axt_conv conv;
	struct axt_matmul matmul;
	struct axt_pool pool;
	struct axt_reduce reduce;
	struct axt_elementwise element;
	struct axt_softmax softmax;
	struct axt_normalize normalize;
	struct axt_transpose transpose;
	struct axt_axis axis;
	struct axt_slice slice;
	struct axt_pad pad;
	struct axt_resize resize;
	struct axt_shuffle shuffle;
	struct axt_arg arg;
	struct axt_rnn rnn;
	uint64_t view; /* bytes that are left out in front */
};

#define AXT_IR_OUTPUTS_MAX 3

struct axt_ir_op {
	uint32_t code; /* enum axt_code or AXT_IR_VIEW */
	uint32_t inputs;
	uint32_t outputs;
	uint32_t posts;
	const char *name;
	struct axt_ir_value **in; /* NULL where left out */
	struct axt_ir_value *out[AXT_IR_OUTPUTS_MAX]; /* may be NULL */
	struct axt_ir_post post[AXT_POSTS_MAX];
	union axt_ir_attributes attr;
	size_t index; /* in the program; since the last axt_ir_sweep() */
	bool live;
};

struct axt_ir_port {
	const char *name;
	struct axt_ir_value *value;
};

struct axt_ir {
	struct axt_onnx_pool pool;
	struct axt_ir_op **op; /* NULL where one was taken out */
	size_t op_count;
	size_t op_room;
	struct axt_ir_port *input;
	size_t input_count;
	struct axt_ir_port *output;
	size_t output_count;
	const char *name; /* what operations that are added are called */
	int err; /* -ENOMEM, -EFBIG or -EOVERFLOW, the first that came up */
};

void axt_ir_init(struct axt_ir *ir, size_t memory_max);
void axt_ir_fini(struct axt_ir *ir);
void *axt_ir_take(struct axt_ir *ir, size_t count, size_t size); /* zeroed */

/* What stands for a value now; NULL for NULL. */
struct axt_ir_value *axt_ir_get(struct axt_ir_value *value);

/*
 * Takes out what no output needs, replaces values by what stands for them, and
 * counts uses.
 */
void axt_ir_sweep(struct axt_ir *ir);

/* A value by itself: a result that nothing makes yet. */
struct axt_ir_value *axt_ir_value(struct axt_ir *ir, uint32_t type,
				  uint32_t rank, const uint32_t *dims);
struct axt_ir_value *axt_ir_like(struct axt_ir *ir,
				 const struct axt_ir_value *value);
/* Constants; with data of NULL, its bytes are to be filled in: *fill. */
struct axt_ir_value *axt_ir_constant(struct axt_ir *ir, uint32_t type,
				     uint32_t rank, const uint32_t *dims,
				     const void *data, void **fill);
struct axt_ir_value *axt_ir_scalar(struct axt_ir *ir, uint32_t type,
				   double number);

/* An operation that is not in the program; operands are NULL. */
struct axt_ir_op *axt_ir_make(struct axt_ir *ir, uint32_t code,
			      uint32_t inputs);
void axt_ir_append(struct axt_ir *ir, struct axt_ir_op *op);
/*
 * Empties the program, for a pass that appends its operations again with others
 * between them. The list is the pool's.
 */
struct axt_ir_op **axt_ir_reopen(struct axt_ir *ir, size_t *count);
/* Both, with its first input and its first output. */
struct axt_ir_op *axt_ir_add(struct axt_ir *ir, uint32_t code, uint32_t inputs,
			     struct axt_ir_value *x, struct axt_ir_value *y);
void axt_ir_set_output(struct axt_ir_op *op, uint32_t i,
		       struct axt_ir_value *y);

/* build.c: operations that are added, by what they make. */
struct axt_ir_value *axt_ir_unary(struct axt_ir *ir, struct axt_ir_value *x,
				  uint32_t function, float alpha, float beta);
struct axt_ir_value *axt_ir_binary(struct axt_ir *ir, uint32_t function,
				   struct axt_ir_value *a,
				   struct axt_ir_value *b);
struct axt_ir_value *axt_ir_cast(struct axt_ir *ir, struct axt_ir_value *x,
				 uint32_t type);
struct axt_ir_value *axt_ir_view(struct axt_ir *ir, struct axt_ir_value *x,
				 uint32_t rank, const uint32_t *dims);
struct axt_ir_value *axt_ir_transpose(struct axt_ir *ir, struct axt_ir_value *x,
				      const uint8_t *perm);
/* Keeps the dimensions, as 1. */
struct axt_ir_value *axt_ir_reduce(struct axt_ir *ir, struct axt_ir_value *x,
				   uint32_t kind, uint32_t axes);

/* Small questions. */
bool axt_ir_is_scalar(const struct axt_ir_value *value); /* f32, constant */
float axt_ir_scalar_of(const struct axt_ir_value *value);
bool axt_ir_is_unary(const struct axt_ir_op *op, uint32_t function);
bool axt_ir_is_binary(const struct axt_ir_op *op, uint32_t function);
uint64_t axt_ir_elements(const struct axt_ir_value *value);

#endif
