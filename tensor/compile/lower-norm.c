// SPDX-License-Identifier: MIT
/*
 * Normalisations, reductions and softmax. Owns nothing.
 */
#include "lower.h"

#include <math.h>
#include <string.h>

/* s = scale / sqrt(variance + epsilon), b = bias - mean s, where known. */
static bool batch_constants(struct axt_lower *l, struct axt_ir_value **in,
			    struct axt_ir_value **s, struct axt_ir_value **b)
{
	double epsilon = (double)axt_lower_float(l, "epsilon");
	const float *scale, *bias, *mean, *variance;
	void *fill_s, *fill_b;
	uint32_t count;

	for (int i = 1; i < 5; i++)
		if (in[i]->kind != AXT_IR_CONSTANT)
			return false;
	count = in[1]->tensor.dims[0];
	*s = axt_ir_constant(l->ir, AXT_F32, 1, &count, NULL, &fill_s);
	*b = axt_ir_constant(l->ir, AXT_F32, 1, &count, NULL, &fill_b);
	if (!*s || !*b)
		return true;
	scale = in[1]->data;
	bias = in[2]->data;
	mean = in[3]->data;
	variance = in[4]->data;
	for (uint32_t i = 0; i < count; i++) {
		double k =
			(double)scale[i] / sqrt((double)variance[i] + epsilon);

		((float *)fill_s)[i] = (float)k;
		((float *)fill_b)[i] =
			(float)((double)bias[i] - (double)mean[i] * k);
	}
	return true;
}

/* The same by operations, for statistics that are inputs of the network. */
static void batch_operations(struct axt_lower *l, struct axt_ir_value **in,
			     struct axt_ir_value **s, struct axt_ir_value **b)
{
	struct axt_ir_value *k;

	k = axt_ir_unary(l->ir, in[4], AXT_LINEAR, 1,
			 axt_lower_float(l, "epsilon"));
	k = axt_ir_unary(l->ir, k, AXT_SQRT, 0, 0);
	*s = axt_ir_binary(l->ir, AXT_DIV, in[1], k);
	k = axt_ir_binary(l->ir, AXT_MUL, in[3], *s);
	*b = axt_ir_binary(l->ir, AXT_SUB, in[2], k);
}

int axt_lower_batch_norm(struct axt_lower *l)
{
	struct axt_ir_value *in[5], *s = NULL, *b = NULL, *y;
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (err)
		return err;
	for (uint32_t i = 0; i < 5; i++) {
		in[i] = axt_lower_in(l, i);
		if (!in[i])
			return 0;
		if (in[i]->tensor.type != AXT_F32)
			return axt_lower_unsupported(l, "has types that "
							"differ");
	}
	if (!batch_constants(l, in, &s, &b))
		batch_operations(l, in, &s, &b);
	y = axt_lower_result(l, 0);
	op = axt_ir_add(l->ir, AXT_AFFINE, 3, in[0], y);
	if (!op)
		return 0;
	op->in[1] = s;
	op->in[2] = b;
	axt_lower_set(l, 0, y);
	return 0;
}

/* x, and scale and bias where they are given: y of the shape of x. */
static struct axt_ir_op *add_normalize(struct axt_lower *l, uint32_t kind,
				       struct axt_ir_value *scale,
				       struct axt_ir_value *bias)
{
	struct axt_ir_value *x = axt_lower_in(l, 0), *y = axt_ir_like(l->ir, x);
	struct axt_ir_op *op = axt_ir_add(l->ir, AXT_NORMALIZE,
					  bias	? 3 :
					  scale ? 2 :
						  1,
					  x, y);

	if (!op)
		return NULL;
	if (scale)
		op->in[1] = scale;
	if (bias)
		op->in[2] = bias;
	op->attr.normalize.kind = kind;
	return op;
}

int axt_lower_instance_norm(struct axt_lower *l)
{
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (err)
		return err;
	if (l->node->input[0]->shape.rank < 3)
		return axt_lower_unsupported(l, "has no spatial dimension");
	op = add_normalize(l, AXT_INSTANCE_NORM, axt_lower_in(l, 1),
			   axt_lower_in(l, 2));
	if (!op)
		return 0;
	op->attr.normalize.epsilon = axt_lower_float(l, "epsilon");
	axt_lower_set(l, 0, op->out[0]);
	return 0;
}

/* Whether an operand has just the dimensions that are normalised. */
static bool is_tail(const struct axt_ir_value *x, uint32_t axis,
		    const struct axt_ir_value *scale)
{
	return !scale || (scale->tensor.rank == x->tensor.rank - axis &&
			  memcmp(scale->tensor.dims, x->tensor.dims + axis,
				 scale->tensor.rank *
					 sizeof(scale->tensor.dims[0])) == 0);
}

/* The mean, and 1 / the deviation: only where somebody wants them. */
static void layer_statistics(struct axt_lower *l, struct axt_ir_value *x,
			     uint32_t axis)
{
	uint32_t axes = (1u << x->tensor.rank) - (1u << axis);
	struct axt_ir_value *mean, *k;

	mean = axt_ir_reduce(l->ir, x, AXT_REDUCE_MEAN, axes);
	if (axt_lower_wants(l, 1))
		axt_lower_set(l, 1, mean);
	if (!axt_lower_wants(l, 2))
		return;
	k = axt_ir_binary(l->ir, AXT_SUB, x, mean);
	k = axt_ir_binary(l->ir, AXT_MUL, k, k);
	k = axt_ir_reduce(l->ir, k, AXT_REDUCE_MEAN, axes);
	k = axt_ir_unary(l->ir, k, AXT_LINEAR, 1,
			 axt_lower_float(l, "epsilon"));
	k = axt_ir_unary(l->ir, k, AXT_SQRT, 0, 0);
	axt_lower_set(l, 2, axt_ir_unary(l->ir, k, AXT_RECIPROCAL, 0, 0));
}

int axt_lower_layer_norm(struct axt_lower *l)
{
	struct axt_ir_value *x = axt_lower_in(l, 0), *y;
	struct axt_ir_value *scale = axt_lower_in(l, 1);
	struct axt_ir_value *bias = axt_lower_in(l, 2);
	uint32_t axis = (uint32_t)axt_lower_int(l, "axis");
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;
	bool direct;

	if (err || !x || !scale)
		return err;
	if (scale->tensor.type != AXT_F32 ||
	    (bias && bias->tensor.type != AXT_F32))
		return axt_lower_unsupported(l, "has types that differ");
	direct = is_tail(x, axis, scale) && is_tail(x, axis, bias);
	op = add_normalize(l, AXT_LAYER_NORM, direct ? scale : NULL,
			   direct ? bias : NULL);
	if (!op)
		return 0;
	op->attr.normalize.axis = axis;
	op->attr.normalize.epsilon = axt_lower_float(l, "epsilon");
	y = op->out[0];
	if (!direct)
		y = axt_ir_binary(l->ir, AXT_MUL, y, scale);
	if (!direct && bias)
		y = axt_ir_binary(l->ir, AXT_ADD, y, bias);
	axt_lower_set(l, 0, y);
	if (axt_lower_wants(l, 1) || axt_lower_wants(l, 2))
		layer_statistics(l, x, axis);
	return 0;
}

int axt_lower_lrn(struct axt_lower *l)
{
	int64_t size = axt_lower_int(l, "size");
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (err)
		return err;
	if (l->node->input[0]->shape.rank < 2 || size < 1 || size > AXT_DIM_MAX)
		return axt_lower_unsupported(l, "has no channels, or size %lld",
					     (long long)size);
	op = add_normalize(l, AXT_LOCAL_RESPONSE, NULL, NULL);
	if (!op)
		return 0;
	op->attr.normalize.size = (uint32_t)size;
	op->attr.normalize.epsilon = axt_lower_float(l, "bias");
	op->attr.normalize.alpha = axt_lower_float(l, "alpha");
	op->attr.normalize.beta = axt_lower_float(l, "beta");
	axt_lower_set(l, 0, op->out[0]);
	return 0;
}

/* ONNX's function has this constant in it. */
#define MVN_EPSILON 1e-9f

int axt_lower_mvn(struct axt_lower *l)
{
	static const int64_t usual[] = { 0, 2, 3 };
	uint32_t count, rank = l->node->input[0]->shape.rank, axes = 0;
	const int64_t *list = axt_onnx_node_ints(l->node, "axes", &count);
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (err)
		return err;
	if (!list) {
		list = usual;
		count = 3;
	}
	for (uint32_t i = 0; i < count; i++) {
		int64_t axis = list[i] < 0 ? list[i] + rank : list[i];

		if (axis < 0 || axis >= rank)
			return axt_lower_unsupported(l,
						     "axis %lld is not there",
						     (long long)list[i]);
		axes |= 1u << axis;
	}
	if (!axes)
		return axt_lower_unsupported(l, "has no axes");
	op = add_normalize(l, AXT_MEAN_VARIANCE, NULL, NULL);
	if (!op)
		return 0;
	op->attr.normalize.axes = axes;
	op->attr.normalize.epsilon = MVN_EPSILON;
	axt_lower_set(l, 0, op->out[0]);
	return 0;
}

int axt_lower_softmax(struct axt_lower *l)
{
	struct axt_ir_value *y = axt_lower_result(l, 0);
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (err)
		return err;
	op = axt_ir_add(l->ir, AXT_SOFTMAX, 1, axt_lower_in(l, 0), y);
	if (!op)
		return 0;
	op->attr.softmax.kind = l->row->function;
	op->attr.softmax.axis = (uint32_t)axt_lower_int(l, "axis");
	op->attr.softmax.axes = 1;
	axt_lower_set(l, 0, y);
	return 0;
}
