/* SPDX-License-Identifier: MIT */
/*
 * From the nodes of a graph to operations of a program, one node at a time. A
 * function of the table gets the node in its form (tensor/onnx/README.md) and
 * makes what comes to the same; it returns 0, or -EOPNOTSUPP or -EINVAL with the
 * reason.
 * What goes wrong besides is in the program: see ir.h.
 */
#ifndef AXT_COMPILE_LOWER_H
#define AXT_COMPILE_LOWER_H

#include "ir.h"
#include "onnx.h"

struct axt_lower;

struct axt_lower_row {
	const char *op;
	int (*run)(struct axt_lower *l);
	uint32_t function; /* of the format, as the function takes it */
	const char *alpha; /* attributes, or NULL */
	const char *beta;
};

/* The row of an operation's form; NULL if there is none. */
const struct axt_lower_row *axt_lower_find(const char *op);

struct axt_lower {
	struct axt_ir *ir;
	const struct axt_lower_row *row;
	const struct axt_onnx_node *node;
	char reason[256];
};

/* All nodes; unsupported ones go into the report. 0 or -errno. */
int axt_lower_graph(struct axt_ir *ir, const struct axt_onnx_graph *graph,
		    struct axt_onnx_report *report);

int axt_lower_unsupported(struct axt_lower *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

int axt_lower_invalid(struct axt_lower *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Operand number i, NULL if it is left out. */
struct axt_ir_value *axt_lower_in(struct axt_lower *l, uint32_t i);
/* Whether output i is wanted, and what it is. */
bool axt_lower_wants(const struct axt_lower *l, uint32_t i);
void axt_lower_set(struct axt_lower *l, uint32_t i, struct axt_ir_value *y);
/* A value with the type and shape that output i has. */
struct axt_ir_value *axt_lower_result(struct axt_lower *l, uint32_t i);
/* Set to y with another shape. */
void axt_lower_set_view(struct axt_lower *l, uint32_t i,
			struct axt_ir_value *y);
/* Input 0 is of one of these types, a set of bits; else -EOPNOTSUPP. */
int axt_lower_types(struct axt_lower *l, uint32_t types);

#define AXT_BIT(type) (1u << (type))

/* Attributes. */
int64_t axt_lower_int(const struct axt_lower *l, const char *name);
float axt_lower_float(const struct axt_lower *l, const char *name);
const int64_t *axt_lower_ints(const struct axt_lower *l, const char *name);
bool axt_lower_is(const struct axt_lower *l, const char *name,
		  const char *text);

#define AXT_LOWER(name) int name(struct axt_lower *l)

AXT_LOWER(axt_lower_unary);
AXT_LOWER(axt_lower_not);
AXT_LOWER(axt_lower_clip);
AXT_LOWER(axt_lower_is_nan);
AXT_LOWER(axt_lower_is_inf);
AXT_LOWER(axt_lower_cast);
AXT_LOWER(axt_lower_binary);
AXT_LOWER(axt_lower_logic);
AXT_LOWER(axt_lower_pow);
AXT_LOWER(axt_lower_mod);
AXT_LOWER(axt_lower_where);

AXT_LOWER(axt_lower_conv);
AXT_LOWER(axt_lower_conv_transpose);
AXT_LOWER(axt_lower_pool);
AXT_LOWER(axt_lower_matmul);
AXT_LOWER(axt_lower_gemm);

AXT_LOWER(axt_lower_reduce);
AXT_LOWER(axt_lower_arg);
AXT_LOWER(axt_lower_softmax);

AXT_LOWER(axt_lower_batch_norm);
AXT_LOWER(axt_lower_instance_norm);
AXT_LOWER(axt_lower_layer_norm);
AXT_LOWER(axt_lower_lrn);
AXT_LOWER(axt_lower_mvn);
AXT_LOWER(axt_lower_rnn);

AXT_LOWER(axt_lower_reshape);
AXT_LOWER(axt_lower_expand);
AXT_LOWER(axt_lower_tile);
AXT_LOWER(axt_lower_transpose);
AXT_LOWER(axt_lower_concat);
AXT_LOWER(axt_lower_split);
AXT_LOWER(axt_lower_slice);
AXT_LOWER(axt_lower_pad);
AXT_LOWER(axt_lower_gather);
AXT_LOWER(axt_lower_gather_nd);
AXT_LOWER(axt_lower_trilu);
AXT_LOWER(axt_lower_shuffle);
AXT_LOWER(axt_lower_resize);

#endif
