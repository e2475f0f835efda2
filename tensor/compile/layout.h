/* SPDX-License-Identifier: MIT */
/* What the pass over layouts consists of: pass-layout.c, layout-turn.c. */
#ifndef AXT_COMPILE_LAYOUT_H
#define AXT_COMPILE_LAYOUT_H

#include "pass.h"

/* Whether plain and channels last are the same bytes. */
bool axt_layout_neutral(const struct axt_tensor *tensor);
/* Where a dimension of a tensor that is channels last stands in memory. */
uint32_t axt_layout_place(uint32_t rank, uint32_t dimension);

/* A value in a layout; what that takes is appended. */
struct axt_ir_value *axt_layout_get(struct axt_ir *ir, struct axt_ir_value *x,
				    uint32_t layout);
/* Whether there is one already that is channels last. */
bool axt_layout_is_last(const struct axt_ir_value *x);

/* The same bytes as y, which nothing makes yet. */
struct axt_ir_value *axt_layout_view(struct axt_ir *ir, struct axt_ir_value *x,
				     struct axt_ir_value *y);
/* Of one that is channels last: plain, its dimensions as in memory. */
struct axt_ir_value *axt_layout_turned(struct axt_ir *ir,
				       struct axt_ir_value *x);

/* Append an operation. */
void axt_layout_reduce(struct axt_ir *ir, struct axt_ir_op *op);
void axt_layout_turn(struct axt_ir *ir, struct axt_ir_op *op);
void axt_layout_transpose(struct axt_ir *ir, struct axt_ir_op *op);
void axt_layout_reshape(struct axt_ir *ir, struct axt_ir_op *op);

#endif
