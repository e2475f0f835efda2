// SPDX-License-Identifier: MIT
#include "fast.h"

const struct axt_plan_makers AXT_ISA_NAME(axt_plan_makers) = {
	.make = {
		[AXT_CONV] = fast_conv,
		[AXT_CONV_TRANSPOSE] = fast_conv_transpose,
		[AXT_MATMUL] = fast_matmul,
		[AXT_POOL] = fast_pool,
		[AXT_REDUCE] = fast_reduce,
		[AXT_UNARY] = fast_unary_op,
		[AXT_BINARY] = fast_binary_op,
		[AXT_SOFTMAX] = fast_softmax,
		[AXT_NORMALIZE] = fast_normalize,
		[AXT_CONCAT] = fast_concat,
		[AXT_RESIZE] = fast_resize,
		[AXT_AFFINE] = fast_affine,
	},
};
