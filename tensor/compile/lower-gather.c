// SPDX-License-Identifier: MIT
/* Gather, GatherElements and GatherND. Owns nothing. */
#include "lower.h"

#include <string.h>

static bool is_index(const struct axt_ir_value *value)
{
	return value->tensor.type == AXT_I32 || value->tensor.type == AXT_I64;
}

/* What the format asks for beyond what the importer has seen to. */
static int check_gather(struct axt_lower *l, const struct axt_ir_value *x,
			const struct axt_ir_value *i, uint32_t axis)
{
	if (!is_index(i))
		return axt_lower_unsupported(l, "has indices of another type");
	if (!x->tensor.dims[axis] && axt_ir_elements(i))
		return axt_lower_unsupported(l, "there is nothing to take");
	for (uint32_t d = 0; l->row->function && d < x->tensor.rank; d++)
		if (d != axis && i->tensor.dims[d] > x->tensor.dims[d])
			return axt_lower_unsupported(
				l, "has more indices than places");
	return 0;
}

static struct axt_ir_op *add_gather(struct axt_lower *l, struct axt_ir_value *x,
				    struct axt_ir_value *i,
				    struct axt_ir_value *y)
{
	struct axt_ir_op *op = axt_ir_add(l->ir, AXT_GATHER, 2, x, y);

	if (op)
		op->in[1] = i;
	return op;
}

int axt_lower_gather(struct axt_lower *l)
{
	struct axt_ir_value *x = axt_lower_in(l, 0), *i = axt_lower_in(l, 1);
	uint32_t axis = (uint32_t)axt_lower_int(l, "axis");
	struct axt_ir_value *y;
	struct axt_ir_op *op;
	int err;

	if (!x || !i)
		return 0;
	err = check_gather(l, x, i, axis);
	if (err)
		return err;
	y = axt_lower_result(l, 0);
	op = add_gather(l, x, i, y);
	if (!op)
		return 0;
	op->attr.axis.axis = axis;
	op->attr.axis.kind = l->row->function;
	axt_lower_set(l, 0, y);
	return 0;
}

/*
 * The place of each tuple among all of x's places that tuples can mean: the
 * sum over its numbers, those below 0 counted from the end, times how far a
 * step of each goes. depth numbers for dimensions from batch on.
 */
static struct axt_ir_value *flat_index(struct axt_lower *l,
				       struct axt_ir_value *x,
				       struct axt_ir_value *i, uint32_t batch,
				       uint32_t depth)
{
	struct axt_ir_value *dims, *steps, *minus;
	uint32_t last = i->tensor.rank - 1;
	void *dim, *step;
	int64_t far = 1;

	dims = axt_ir_constant(l->ir, AXT_I64, 1, &depth, NULL, &dim);
	steps = axt_ir_constant(l->ir, AXT_I64, 1, &depth, NULL, &step);
	if (!dims || !steps)
		return NULL;
	for (uint32_t d = depth; d-- > 0;) {
		((int64_t *)dim)[d] = x->tensor.dims[batch + d];
		((int64_t *)step)[d] = far;
		far *= x->tensor.dims[batch + d];
	}
	i = axt_ir_cast(l->ir, i, AXT_I64);
	minus = axt_ir_binary(l->ir, AXT_LESS, i,
			      axt_ir_scalar(l->ir, AXT_I64, 0));
	minus = axt_ir_cast(l->ir, minus, AXT_I64);
	minus = axt_ir_binary(l->ir, AXT_MUL, minus, dims);
	i = axt_ir_binary(l->ir, AXT_ADD, i, minus);
	i = axt_ir_binary(l->ir, AXT_MUL, i, steps);
	return axt_ir_reduce(l->ir, i, AXT_REDUCE_SUM, 1u << last);
}

/* Plus where the tuple's own batch begins. */
static struct axt_ir_value *add_batches(struct axt_lower *l,
					struct axt_ir_value *i, uint32_t batch,
					int64_t far)
{
	uint32_t dims[AXT_RANK_MAX], count = 1;
	struct axt_ir_value *begins;
	void *fill;

	if (!i || !batch)
		return i;
	for (uint32_t d = 0; d < i->tensor.rank; d++) {
		dims[d] = d < batch ? i->tensor.dims[d] : 1;
		count *= dims[d];
	}
	begins = axt_ir_constant(l->ir, AXT_I64, i->tensor.rank, dims, NULL,
				 &fill);
	for (uint32_t b = 0; begins && b < count; b++)
		((int64_t *)fill)[b] = b * far;
	return axt_ir_binary(l->ir, AXT_ADD, i, begins);
}

/* A product of dimensions, none of which is large: x has been made. */
static uint64_t places(const struct axt_ir_value *x, uint32_t from, uint32_t to)
{
	uint64_t count = 1;

	for (uint32_t i = from; i < to; i++)
		count *= x->tensor.dims[i];
	return count;
}

static int check_nd(struct axt_lower *l, const struct axt_ir_value *x,
		    const struct axt_ir_value *i, uint32_t batch)
{
	if (!is_index(i))
		return axt_lower_unsupported(l, "has indices of another type");
	if (!axt_ir_elements(x) || axt_ir_elements(x) > AXT_DIM_MAX ||
	    !axt_ir_elements(i))
		return axt_lower_unsupported(l, "is empty or too large");
	for (uint32_t d = 0; d < batch; d++)
		if (x->tensor.dims[d] != i->tensor.dims[d])
			return axt_lower_unsupported(l, "batches differ");
	return 0;
}

int axt_lower_gather_nd(struct axt_lower *l)
{
	struct axt_ir_value *x = axt_lower_in(l, 0), *i = axt_lower_in(l, 1);
	uint32_t batch = (uint32_t)axt_lower_int(l, "batch_dims");
	uint32_t depth, dims[2];
	uint64_t far;
	int err;

	if (!x || !i)
		return 0;
	err = check_nd(l, x, i, batch);
	if (err)
		return err;
	depth = i->tensor.dims[i->tensor.rank - 1];
	far = places(x, batch, batch + depth);
	dims[0] = (uint32_t)(places(x, 0, batch) * far);
	dims[1] = (uint32_t)places(x, batch + depth, x->tensor.rank);
	i = flat_index(l, x, i, batch, depth);
	i = add_batches(l, i, batch, (int64_t)far);
	x = axt_ir_view(l->ir, x, 2, dims);
	dims[0] = i ? (uint32_t)axt_ir_elements(i) : 0;
	i = axt_ir_view(l->ir, i, 1, dims);
	x = add_gather(l, x, i,
		       axt_ir_value(l->ir, x ? x->tensor.type : 0, 2, dims)) ?
		    l->ir->op[l->ir->op_count - 1]->out[0] :
		    NULL;
	if (x)
		axt_lower_set_view(l, 0, x);
	return 0;
}
