/* SPDX-License-Identifier: MIT */
/* The plan makers of one instruction set. */
#ifndef AXT_FAST_H
#define AXT_FAST_H

#include "plan.h"
#include "vec.h"

/* About how long one thread takes: ns per multiply-add, per byte moved. */
#define FAST_MAC_NS (0.32 / VEC)
#define FAST_BYTE_NS 0.08
#define FAST_OP_NS 500.0

#define fast_conv AXT_ISA_NAME(axt_fast_conv)
#define fast_conv_transpose AXT_ISA_NAME(axt_fast_conv_transpose)
#define fast_depthwise AXT_ISA_NAME(axt_fast_depthwise)
#define fast_matmul AXT_ISA_NAME(axt_fast_matmul)
#define fast_pool AXT_ISA_NAME(axt_fast_pool)
#define fast_reduce AXT_ISA_NAME(axt_fast_reduce)
#define fast_unary_op AXT_ISA_NAME(axt_fast_unary_op)
#define fast_binary_op AXT_ISA_NAME(axt_fast_binary_op)
#define fast_affine AXT_ISA_NAME(axt_fast_affine)
#define fast_softmax AXT_ISA_NAME(axt_fast_softmax)
#define fast_concat AXT_ISA_NAME(axt_fast_concat)
#define fast_resize AXT_ISA_NAME(axt_fast_resize)
#define fast_normalize AXT_ISA_NAME(axt_fast_normalize)

axt_plan_maker fast_conv;
axt_plan_maker fast_conv_transpose;
axt_plan_maker fast_depthwise;
axt_plan_maker fast_matmul;
axt_plan_maker fast_pool;
axt_plan_maker fast_reduce;
axt_plan_maker fast_unary_op;
axt_plan_maker fast_binary_op;
axt_plan_maker fast_affine;
axt_plan_maker fast_softmax;
axt_plan_maker fast_normalize;
axt_plan_maker fast_concat;
axt_plan_maker fast_resize;

extern const struct axt_plan_makers AXT_ISA_NAME(axt_plan_makers);

#endif
