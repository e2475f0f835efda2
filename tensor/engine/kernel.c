// SPDX-License-Identifier: MIT
#include "kernels.h"

static const struct axt_kernel *const kernels[AXT_CODE_END] = {
	[AXT_CONV] = &axt_portable_conv,
	[AXT_CONV_TRANSPOSE] = &axt_portable_conv_transpose,
	[AXT_MATMUL] = &axt_portable_matmul,
	[AXT_POOL] = &axt_portable_pool,
	[AXT_REDUCE] = &axt_portable_reduce,
	[AXT_UNARY] = &axt_portable_unary,
	[AXT_BINARY] = &axt_portable_binary,
	[AXT_SELECT] = &axt_portable_select,
	[AXT_SOFTMAX] = &axt_portable_softmax,
	[AXT_NORMALIZE] = &axt_portable_normalize,
	[AXT_AFFINE] = &axt_portable_affine,
	[AXT_TRANSPOSE] = &axt_portable_transpose,
	[AXT_CONCAT] = &axt_portable_concat,
	[AXT_SLICE] = &axt_portable_slice,
	[AXT_PAD] = &axt_portable_pad,
	[AXT_RESIZE] = &axt_portable_resize,
	[AXT_GATHER] = &axt_portable_gather,
	[AXT_EXPAND] = &axt_portable_expand,
	[AXT_TILE] = &axt_portable_tile,
	[AXT_CAST] = &axt_portable_cast,
	[AXT_REORDER] = &axt_portable_reorder,
	[AXT_SHUFFLE] = &axt_portable_shuffle,
	[AXT_COPY] = &axt_portable_copy,
	[AXT_ARG] = &axt_portable_arg,
	[AXT_RNN] = &axt_portable_rnn,
};

const struct axt_kernel *axt_kernel_portable(enum axt_code code)
{
	return (unsigned int)code < AXT_CODE_END ? kernels[code] : NULL;
}

size_t axt_kernel_scratch(const struct axt_kernel *kernel,
			  const struct axt_call *call, unsigned int parts)
{
	return kernel->scratch ? kernel->scratch(call) * parts : 0;
}
