/* SPDX-License-Identifier: MIT */
/*
 * The passes over a program, each in a file of its own; docs/compiler.md says
 * what each is for. A pass begins after a sweep, so that uses, users and
 * indices are right, and may leave them wrong.
 */
#ifndef AXT_COMPILE_PASS_H
#define AXT_COMPILE_PASS_H

#include "ir.h"

void axt_pass_scalar(struct axt_ir *ir); /* numbers as operands */
void axt_pass_activation(struct axt_ir *ir); /* decomposed functions */
void axt_pass_norm(struct axt_ir *ir); /* decomposed LayerNormalization */
void axt_pass_conv(struct axt_ir *ir); /* into weights and bias */
void axt_pass_matmul(struct axt_ir *ir); /* into flags, alpha and c */
void axt_pass_move(struct axt_ir *ir); /* what need not be moved */
void axt_pass_share(struct axt_ir *ir); /* the same thing twice */
void axt_pass_layout(struct axt_ir *ir); /* channels last */
void axt_pass_post(struct axt_ir *ir); /* post-operations */

/* What makes a value, if nothing else reads it; else NULL. */
struct axt_ir_op *axt_pass_sole(const struct axt_ir_value *value);
/* What reads a value, if it is one operation and no output; else NULL. */
struct axt_ir_op *axt_pass_reader(const struct axt_ir_value *value);

/* An operation becomes a function of one operand. */
void axt_pass_become_unary(struct axt_ir_op *op, struct axt_ir_value *x,
			   uint32_t function, float alpha, float beta);

/* Takes an operation out; nobody may read its outputs any more. */
void axt_pass_remove(struct axt_ir *ir, struct axt_ir_op *op);

/* An operation takes the place of a later one, and makes its result. */
void axt_pass_take_over(struct axt_ir *ir, struct axt_ir_op *op,
			struct axt_ir_op *later);

bool axt_pass_near(float a, double b); /* but for rounding */
bool axt_pass_same_shape(const struct axt_ir_value *a,
			 const struct axt_ir_value *b);
/* A constant with one number for each channel of y: dims 1, C, 1... */
bool axt_pass_per_channel(const struct axt_ir_value *constant,
			  const struct axt_ir_value *y);

#endif
