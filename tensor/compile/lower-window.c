// SPDX-License-Identifier: MIT
/* Convolutions, pools and matrix products. Owns nothing. */
#include "lower.h"

#include <axt/shape.h>

#define BYTES (AXT_BIT(AXT_U8) | AXT_BIT(AXT_I8))

/* One dimension; the importer has kept all members in range. */
static void get_window(const struct axt_lower *l, uint32_t spatial, uint32_t i,
		       struct axt_window *w)
{
	const int64_t *pads = axt_lower_ints(l, "pads");

	w->size = (uint32_t)l->node->input[0]->shape.dim[i + 2];
	w->kernel = (uint32_t)axt_lower_ints(l, "kernel_shape")[i];
	w->stride = (uint32_t)axt_lower_ints(l, "strides")[i];
	w->dilation = (uint32_t)axt_lower_ints(l, "dilations")[i];
	w->pad_begin = (uint32_t)pads[i];
	w->pad_end = (uint32_t)pads[i + spatial];
}

static int check_spatial(struct axt_lower *l, uint32_t *spatial)
{
	uint32_t rank = l->node->input[0]->shape.rank;
	const int64_t *pads = axt_lower_ints(l, "pads");

	*spatial = rank - 2;
	if (*spatial > AXT_SPATIAL_MAX)
		return axt_lower_unsupported(l,
					     "has %u spatial dimensions, at "
					     "most %d work",
					     *spatial, AXT_SPATIAL_MAX);
	/* Paddings that were computed may exceed what a file can say. */
	for (uint32_t i = 0; i < 2 * *spatial; i++)
		if (pads[i] < 0 || pads[i] > AXT_DIM_MAX)
			return axt_lower_unsupported(l, "has %lld as padding",
						     (long long)pads[i]);
	return 0;
}

static void fill_conv(const struct axt_lower *l, uint32_t spatial,
		      struct axt_conv *conv)
{
	struct axt_window w = { 0 };

	conv->spatial = spatial;
	conv->groups = (uint32_t)axt_lower_int(l, "group");
	for (uint32_t i = 0; i < AXT_SPATIAL_MAX; i++) {
		conv->stride[i] = 1;
		conv->dilation[i] = 1;
		if (i >= spatial)
			continue;
		get_window(l, spatial, i, &w);
		conv->stride[i] = w.stride;
		conv->dilation[i] = w.dilation;
		conv->pad_begin[i] = w.pad_begin;
		conv->pad_end[i] = w.pad_end;
	}
}

static int lower_conv(struct axt_lower *l, uint32_t spatial)
{
	struct axt_ir_value *y = axt_lower_result(l, 0);
	struct axt_ir_value *b = axt_lower_in(l, 2);
	struct axt_ir_op *op = axt_ir_make(l->ir, l->row->function, b ? 3 : 2);

	if (!op || !y)
		return 0;
	op->in[0] = axt_lower_in(l, 0);
	op->in[1] = axt_lower_in(l, 1);
	if (b)
		op->in[2] = axt_ir_view(l->ir, b, 1, &y->tensor.dims[1]);
	fill_conv(l, spatial, &op->attr.conv);
	axt_ir_set_output(op, 0, y);
	axt_ir_append(l->ir, op);
	axt_lower_set(l, 0, y);
	return 0;
}

int axt_lower_conv(struct axt_lower *l)
{
	uint32_t spatial;
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));

	if (!err)
		err = check_spatial(l, &spatial);
	return err ? err : lower_conv(l, spatial);
}

int axt_lower_conv_transpose(struct axt_lower *l)
{
	const struct axt_onnx_value *y = l->node->output[0];
	uint32_t spatial;
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));

	if (!err)
		err = check_spatial(l, &spatial);
	for (uint32_t i = 0; !err && i < spatial; i++) {
		struct axt_window w;
		int64_t least, size = y->shape.dim[i + 2];

		get_window(l, spatial, i, &w);
		least = axt_conv_transpose_size(&w);
		if (!w.size || size < least || size >= least + w.stride)
			return axt_lower_unsupported(
				l, "output_padding exceeds the stride, or "
				   "there is no input");
	}
	return err ? err : lower_conv(l, spatial);
}

static void fill_pool(const struct axt_lower *l, uint32_t spatial,
		      struct axt_pool *pool)
{
	struct axt_window w = { 0 };

	pool->kind = l->row->function;
	pool->spatial = spatial;
	if (pool->kind == AXT_POOL_AVERAGE &&
	    axt_lower_int(l, "count_include_pad"))
		pool->kind = AXT_POOL_AVERAGE_PADDED;
	if (pool->kind == AXT_POOL_LP)
		pool->p = (float)axt_lower_int(l, "p");
	pool->column_major = pool->kind == AXT_POOL_MAX &&
			     axt_lower_int(l, "storage_order");
	for (uint32_t i = 0; i < AXT_SPATIAL_MAX; i++) {
		pool->kernel[i] = pool->stride[i] = pool->dilation[i] = 1;
		if (i >= spatial)
			continue;
		get_window(l, spatial, i, &w);
		pool->kernel[i] = w.kernel;
		pool->stride[i] = w.stride;
		pool->dilation[i] = w.dilation;
		pool->pad_begin[i] = w.pad_begin;
		pool->pad_end[i] = w.pad_end;
	}
}

/* Also whether each window has something inside of it. */
static int check_pool(struct axt_lower *l, uint32_t spatial)
{
	const struct axt_onnx_value *y = l->node->output[0];
	struct axt_window w;

	if (l->row->function == AXT_POOL_LP && axt_lower_int(l, "p") < 1)
		return axt_lower_unsupported(l, "p is not positive");
	for (uint32_t i = 0; i < spatial; i++) {
		get_window(l, spatial, i, &w);
		if (!axt_pool_fits(&w, (uint32_t)y->shape.dim[i + 2]))
			return axt_lower_unsupported(
				l, "a window is all padding, or too many begin "
				   "in it");
	}
	return 0;
}

int axt_lower_pool(struct axt_lower *l)
{
	bool bytes = l->row->function == AXT_POOL_MAX;
	struct axt_ir_value *x = axt_lower_in(l, 0), *y;
	struct axt_ir_op *op;
	uint32_t spatial;
	int err;

	err = axt_lower_types(l, AXT_BIT(AXT_F32) | (bytes ? BYTES : 0));
	if (!err)
		err = check_spatial(l, &spatial);
	if (!err)
		err = check_pool(l, spatial);
	if (err)
		return err;
	y = axt_lower_result(l, 0);
	/* f32 has every byte exactly. */
	if (y)
		y->tensor.type = AXT_F32;
	y = axt_ir_like(l->ir, y);
	op = axt_ir_add(l->ir, AXT_POOL, 1, axt_ir_cast(l->ir, x, AXT_F32), y);
	if (!op)
		return 0;
	fill_pool(l, spatial, &op->attr.pool);
	if (axt_lower_wants(l, 1)) {
		axt_ir_set_output(op, 1, axt_lower_result(l, 1));
		axt_lower_set(l, 1, op->out[1]);
	}
	axt_lower_set(l, 0, axt_ir_cast(l->ir, y, x->tensor.type));
	return 0;
}

static struct axt_ir_op *add_matmul(struct axt_lower *l, uint32_t inputs)
{
	struct axt_ir_value *y = axt_lower_result(l, 0);
	struct axt_ir_op *op =
		axt_ir_add(l->ir, AXT_MATMUL, inputs, axt_lower_in(l, 0), y);

	if (!op)
		return NULL;
	op->in[1] = axt_lower_in(l, 1);
	op->attr.matmul.alpha = 1;
	axt_lower_set(l, 0, y);
	return op;
}

int axt_lower_matmul(struct axt_lower *l)
{
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));

	if (!err)
		add_matmul(l, 2);
	return err;
}

int axt_lower_gemm(struct axt_lower *l)
{
	struct axt_ir_value *c = axt_lower_in(l, 2);
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (err)
		return err;
	op = add_matmul(l, c ? 3 : 2);
	if (!op)
		return 0;
	if (c)
		op->in[2] = c;
	op->attr.matmul.transpose_a = axt_lower_int(l, "transA") != 0;
	op->attr.matmul.transpose_b = axt_lower_int(l, "transB") != 0;
	op->attr.matmul.alpha = axt_lower_float(l, "alpha");
	op->attr.matmul.beta = c ? axt_lower_float(l, "beta") : 0;
	return 0;
}
