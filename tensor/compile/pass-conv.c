// SPDX-License-Identifier: MIT
/*
 * What follows a convolution and is s y + b for each channel goes into its
 * weights and bias: batch normalisation, factors, bias. Not behind an
 * activation, and not if anything gets out of range. Owns nothing.
 */
#include "pass.h"

#include <math.h>
#include <string.h>

struct affine {
	double *s; /* one for each channel */
	double *b;
	uint32_t channels;
};

static bool get_bias(const struct axt_ir_op *op, struct affine *a)
{
	const struct axt_ir_value *bias = op->inputs > 2 ? op->in[2] : NULL;
	const float *data = bias ? bias->data : NULL;

	for (uint32_t i = 0; i < a->channels; i++) {
		a->s[i] = 1;
		a->b[i] = data ? (double)data[i] : 0;
	}
	return !bias || bias->kind == AXT_IR_CONSTANT;
}

static void scale(struct affine *a, uint32_t i, double s, double b)
{
	a->s[i] *= s;
	a->b[i] = a->b[i] * s + b;
}

static bool take_affine(struct affine *a, const struct axt_ir_op *next)
{
	const float *s = next->in[1]->data, *b = next->in[2]->data;

	if (next->in[1]->kind != AXT_IR_CONSTANT ||
	    next->in[2]->kind != AXT_IR_CONSTANT)
		return false;
	for (uint32_t i = 0; i < a->channels; i++)
		scale(a, i, (double)s[i], (double)b[i]);
	return true;
}

static bool take_linear(struct affine *a, const struct axt_ir_op *next)
{
	for (uint32_t i = 0; i < a->channels; i++)
		scale(a, i, (double)next->attr.element.alpha,
		      (double)next->attr.element.beta);
	return true;
}

/* y + c, c + y, y - c, c - y, y c, c y, y / c. */
static bool take_binary(struct affine *a, const struct axt_ir_op *next,
			const struct axt_ir_value *y)
{
	uint32_t function = next->attr.element.function;
	bool left = next->in[1] == y;
	const struct axt_ir_value *other = next->in[!left];
	const float *c = other->data;

	if (other == y || !axt_pass_per_channel(other, y) ||
	    !axt_pass_same_shape(y, next->out[0]))
		return false;
	if (function > AXT_DIV || (function == AXT_DIV && left))
		return false;
	for (uint32_t i = 0; i < a->channels; i++) {
		double n = (double)c[i];

		if (function == AXT_MUL)
			scale(a, i, n, 0);
		else if (function == AXT_DIV)
			scale(a, i, 1 / n, 0);
		else if (function == AXT_SUB)
			scale(a, i, left ? -1 : 1, left ? n : -n);
		else
			scale(a, i, 1, n);
	}
	return true;
}

static bool take(struct affine *a, const struct axt_ir_op *next,
		 const struct axt_ir_value *y)
{
	if (!next || next->posts)
		return false;
	if (next->code == AXT_AFFINE)
		return take_affine(a, next);
	if (next->code == AXT_BINARY)
		return take_binary(a, next, y);
	return axt_ir_is_unary(next, AXT_LINEAR) && take_linear(a, next);
}

/* The channel of y that a weight is for. */
static uint32_t channel_of(const struct axt_ir_op *op, uint64_t row)
{
	const struct axt_tensor *w = &op->in[1]->tensor;
	uint64_t in, group;

	if (op->code == AXT_CONV)
		return (uint32_t)(row / w->dims[1]);
	/* Rows are in, out of the group. */
	in = row / w->dims[1];
	group = in / (w->dims[0] / op->attr.conv.groups);
	return (uint32_t)(group * w->dims[1] + row % w->dims[1]);
}

/* False if a number is out of range. */
static bool fill_weights(const struct axt_ir_op *op, const struct affine *a,
			 float *to)
{
	const struct axt_tensor *w = &op->in[1]->tensor;
	uint64_t rows = (uint64_t)w->dims[0] * w->dims[1], kernel = 1;
	const float *from = op->in[1]->data;
	bool fine = true;

	for (uint32_t i = 2; i < w->rank; i++)
		kernel *= w->dims[i];
	for (uint64_t row = 0; row < rows; row++) {
		double s = a->s[channel_of(op, row)];

		for (uint64_t i = 0; i < kernel; i++) {
			uint64_t at = row * kernel + i;

			to[at] = (float)((double)from[at] * s);
			fine &= isfinite(to[at]);
		}
	}
	return fine;
}

static bool fill_bias(const struct affine *a, float *to)
{
	bool fine = true;

	for (uint32_t i = 0; i < a->channels; i++) {
		to[i] = (float)a->b[i];
		fine &= isfinite(to[i]);
	}
	return fine;
}

static bool is_scaled(const struct affine *a)
{
	for (uint32_t i = 0; i < a->channels; i++)
		if (a->s[i] != 1)
			return true;
	return false;
}

/* Makes the new operands; false if they would not do. */
static bool apply(struct axt_ir *ir, struct axt_ir_op *op,
		  const struct affine *a)
{
	struct axt_ir_value *w = op->in[1], *b;
	struct axt_ir_value **in;
	void *fill;

	b = axt_ir_constant(ir, AXT_F32, 1, &a->channels, NULL, &fill);
	if (!b || !fill_bias(a, fill))
		return false;
	if (is_scaled(a)) {
		w = axt_ir_constant(ir, AXT_F32, w->tensor.rank, w->tensor.dims,
				    NULL, &fill);
		if (!w || !fill_weights(op, a, fill))
			return false;
	}
	in = axt_ir_take(ir, 3, sizeof(*in));
	if (!in)
		return false;
	in[0] = op->in[0];
	in[1] = w;
	in[2] = b;
	op->in = in;
	op->inputs = 3;
	return true;
}

static void fold(struct axt_ir *ir, struct axt_ir_op *op)
{
	struct axt_ir_value *y = op->out[0];
	struct affine a = { .channels = y->tensor.dims[1] };
	struct axt_ir_op *next, *last = NULL;

	a.s = axt_ir_take(ir, a.channels, sizeof(*a.s));
	a.b = axt_ir_take(ir, a.channels, sizeof(*a.b));
	if (ir->err || !get_bias(op, &a))
		return;
	for (;;) {
		next = axt_pass_reader(y);
		if (!take(&a, next, y))
			break;
		last = next;
		y = next->out[0];
	}
	/* Those between are read by nobody then. */
	if (last && apply(ir, op, &a))
		axt_pass_take_over(ir, op, last);
	axt_onnx_pool_drop(&ir->pool, a.b);
	axt_onnx_pool_drop(&ir->pool, a.s);
}

void axt_pass_conv(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count && !ir->err; i++) {
		struct axt_ir_op *op = ir->op[i];

		if (op &&
		    (op->code == AXT_CONV || op->code == AXT_CONV_TRANSPOSE) &&
		    op->index == i && !op->posts &&
		    op->in[1]->kind == AXT_IR_CONSTANT)
			fold(ir, op);
	}
}
