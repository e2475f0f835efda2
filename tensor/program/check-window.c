// SPDX-License-Identifier: MIT
/* Convolutions and pools. */
#include "check.h"

static int check_ranks(const struct axt_check *check, uint32_t spatial,
		       const struct axt_tensor *other)
{
	if (check->in[0]->rank != spatial + 2 || other->rank != spatial + 2)
		return axt_op_fail(check, "rank is not spatial + 2");
	return 0;
}

static struct axt_window conv_window(const struct axt_check *check, uint32_t i)
{
	const struct axt_conv *conv = check->view.attributes;

	return (struct axt_window){
		.size = check->in[0]->dims[i + 2],
		.kernel = check->in[1]->dims[i + 2],
		.stride = conv->stride[i],
		.dilation = conv->dilation[i],
		.pad_begin = conv->pad_begin[i],
		.pad_end = conv->pad_end[i],
	};
}

/* What both convolutions have in common; channels are those of groups. */
static int check_weights(const struct axt_check *check, uint32_t in_channels,
			 uint32_t out_channels)
{
	const struct axt_conv *conv = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *w = check->in[1];
	const struct axt_tensor *b = check->in[2], *y = check->out[0];

	if (x->dims[1] % conv->groups || y->dims[1] % conv->groups)
		return axt_op_fail(check, "groups do not divide the channels");
	if (w->layout != AXT_PLAIN || (b && b->layout != AXT_PLAIN))
		return axt_op_fail(check, "weights or bias are not plain");
	if (x->dims[1] != in_channels || y->dims[1] != out_channels)
		return axt_op_fail(check,
				   "channels are not those of the weights");
	if (x->dims[0] != y->dims[0])
		return axt_op_fail(check, "batches differ");
	if (b && (b->rank != 1 || b->dims[0] != y->dims[1]))
		return axt_op_fail(check, "the bias has a wrong shape");
	for (uint32_t i = 0; i < conv->spatial; i++)
		if (!w->dims[i + 2])
			return axt_op_fail(check, "the kernel is empty");
	return 0;
}

/* AXT_DIM_MAX + 1, which no dimension is, where the product is too large. */
static uint32_t times(uint32_t a, uint32_t b)
{
	uint64_t product = (uint64_t)a * b;

	return product <= AXT_DIM_MAX ? (uint32_t)product : AXT_DIM_MAX + 1;
}

static int check_shapes(const struct axt_check *check)
{
	const struct axt_conv *conv = check->view.attributes;
	int err = check_ranks(check, conv->spatial, check->in[1]);

	return err ? err : check_ranks(check, conv->spatial, check->out[0]);
}

int axt_check_conv(const struct axt_check *check)
{
	const struct axt_conv *conv = check->view.attributes;
	const struct axt_tensor *w = check->in[1];
	int err = check_shapes(check);

	if (!err)
		err = check_weights(check, times(w->dims[1], conv->groups),
				    w->dims[0]);
	for (uint32_t i = 0; i < conv->spatial && !err; i++) {
		struct axt_window window = conv_window(check, i);

		if (check->out[0]->dims[i + 2] != axt_conv_size(&window))
			err = axt_op_fail(check,
					  "the result has another shape");
	}
	return err;
}

int axt_check_conv_transpose(const struct axt_check *check)
{
	const struct axt_conv *conv = check->view.attributes;
	const struct axt_tensor *w = check->in[1];
	int err = check_shapes(check);

	if (!err)
		err = check_weights(check, w->dims[0],
				    times(w->dims[1], conv->groups));
	for (uint32_t i = 0; i < conv->spatial && !err; i++) {
		struct axt_window window = conv_window(check, i);
		int64_t size = check->out[0]->dims[i + 2];
		int64_t least = axt_conv_transpose_size(&window);

		if (!window.size)
			err = axt_op_fail(check, "a dimension of x is empty");
		else if (size < least || size >= least + window.stride)
			err = axt_op_fail(check,
					  "the result has another shape");
	}
	return err;
}

static int check_pool_kind(const struct axt_check *check)
{
	const struct axt_pool *pool = check->view.attributes;
	const struct axt_tensor *y = check->out[0], *i = check->out[1];

	if (check->in[0]->type != AXT_F32 || y->type != AXT_F32)
		return axt_op_fail(check, "an operand is not f32");
	if (pool->kind == AXT_POOL_LP ? !(pool->p > 0) : pool->p != 0)
		return axt_op_fail(check, "attribute p is out of range");
	if (!i)
		return 0;
	if (pool->kind != AXT_POOL_MAX)
		return axt_op_fail(check, "only a maximum has indices");
	if (i->type != AXT_I64 || !axt_same_shape(i, y))
		return axt_op_fail(check,
				   "indices are not i64 of the result's shape");
	return 0;
}

int axt_check_pool(const struct axt_check *check)
{
	const struct axt_pool *pool = check->view.attributes;
	const struct axt_tensor *x = check->in[0], *y = check->out[0];
	int err = check_ranks(check, pool->spatial, y);

	if (!err)
		err = check_pool_kind(check);
	if (err)
		return err;
	if (x->dims[0] != y->dims[0] || x->dims[1] != y->dims[1])
		return axt_op_fail(check, "batches or channels differ");
	for (uint32_t i = 0; i < pool->spatial; i++) {
		struct axt_window window = {
			.size = x->dims[i + 2],
			.kernel = pool->kernel[i],
			.stride = pool->stride[i],
			.dilation = pool->dilation[i],
			.pad_begin = pool->pad_begin[i],
			.pad_end = pool->pad_end[i],
		};

		if (!axt_pool_fits(&window, y->dims[i + 2]))
			return axt_op_fail(check,
					   "the result has another shape, or "
					   "a window is all padding");
	}
	return 0;
}
