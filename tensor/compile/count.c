// SPDX-License-Identifier: MIT
/* How much work a program is. Owns nothing. */
#include "compile.h"

/* Saturates: what a hostile file asks for may exceed 64 bits. */
static uint64_t times(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t of_conv(const struct axt_ir_op *op)
{
	const struct axt_tensor *w = &op->in[1]->tensor;
	const struct axt_ir_value *pixels = op->code == AXT_CONV ? op->out[0] :
								   op->in[0];
	uint64_t macs = times(axt_ir_elements(pixels), w->dims[1]);

	/* Of each element: the channels of its group times the kernel. */
	for (uint32_t i = 2; i < w->rank; i++)
		macs = times(macs, w->dims[i]);
	return macs;
}

static uint64_t of_matmul(const struct axt_ir_op *op)
{
	const struct axt_tensor *a = &op->in[0]->tensor;
	uint32_t inner = a->rank - 1 - op->attr.matmul.transpose_a;

	return times(axt_ir_elements(op->out[0]), a->dims[inner]);
}

static uint64_t of_rnn(const struct axt_ir_op *op)
{
	const struct axt_tensor *x = &op->in[0]->tensor;
	uint64_t weights =
		axt_ir_elements(op->in[1]) + axt_ir_elements(op->in[2]);

	return times(times(x->dims[0], x->dims[1]), weights);
}

uint64_t axt_count_macs(const struct axt_ir *ir)
{
	uint64_t sum = 0, macs;

	for (size_t i = 0; i < ir->op_count; i++) {
		const struct axt_ir_op *op = ir->op[i];

		macs = 0;
		if (op->code == AXT_CONV || op->code == AXT_CONV_TRANSPOSE)
			macs = of_conv(op);
		else if (op->code == AXT_MATMUL)
			macs = of_matmul(op);
		else if (op->code == AXT_RNN)
			macs = of_rnn(op);
		if (__builtin_add_overflow(sum, macs, &sum))
			return UINT64_MAX;
	}
	return sum;
}
