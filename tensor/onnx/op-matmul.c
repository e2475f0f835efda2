// SPDX-License-Identifier: MIT
/* Matrix products. */
#include "context.h"

static int do_not_fit(struct axt_onnx_context *ctx)
{
	char a[96], b[96];

	return axt_onnx_invalid(
		ctx, "shapes %s and %s do not fit",
		axt_onnx_shape_text(&ctx->node->input[0]->shape, a, sizeof(a)),
		axt_onnx_shape_text(&ctx->node->input[1]->shape, b, sizeof(b)));
}

/* Vectors become matrices, and the result loses that dimension again. */
int axt_onnx_norm_matmul(struct axt_onnx_context *ctx)
{
	struct axt_onnx_value *a = ctx->node->input[0];
	struct axt_onnx_value *b = ctx->node->input[1];
	bool row = a->shape.rank == 1, column = b->shape.rank == 1;
	struct axt_onnx_shape shape;
	int err = 0;

	if (!a->shape.rank || !b->shape.rank)
		return do_not_fit(ctx);
	if (!row && !column)
		return 0;
	if (row) {
		shape = (struct axt_onnx_shape){ 2, { 1, a->shape.dim[0] } };
		err = axt_onnx_side_reshape(ctx, a, &shape, &a);
	}
	if (column && !err) {
		shape = (struct axt_onnx_shape){ 2, { b->shape.dim[0], 1 } };
		err = axt_onnx_side_reshape(ctx, b, &shape, &b);
	}
	if (!err)
		err = axt_onnx_side_binary(ctx, "MatMul", a, b, &a);
	if (err)
		return err;
	shape = a->shape;
	if (row) {
		shape.dim[shape.rank - 2] = shape.dim[shape.rank - 1];
		shape.rank--;
	}
	if (column)
		shape.rank--;
	return axt_onnx_become_reshape(ctx, a, &shape);
}

int axt_onnx_infer_matmul(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_value *a = ctx->node->input[0];
	const struct axt_onnx_value *b = ctx->node->input[1];
	struct axt_onnx_shape p = a->shape, q = b->shape, y;
	int err;

	if (a->type != b->type)
		return axt_onnx_invalid(ctx, "has inputs of different types");
	if (p.rank < 2 || q.rank < 2 || p.dim[p.rank - 1] != q.dim[q.rank - 2])
		return do_not_fit(ctx);
	p.rank -= 2;
	q.rank -= 2;
	err = axt_onnx_broadcast(ctx, &p, &q, &y);
	if (err)
		return err;
	y.dim[y.rank++] = p.dim[p.rank];
	y.dim[y.rank++] = q.dim[q.rank + 1];
	return axt_onnx_set_output(ctx, 0, a->type, &y);
}

/* Its attributes and inputs are the form; opset 6 stretched only on request. */
int axt_onnx_norm_gemm(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;

	if (node->input[0]->shape.rank != 2 || node->input[1]->shape.rank != 2)
		return do_not_fit(ctx);
	return 0;
}

int axt_onnx_infer_gemm(struct axt_onnx_context *ctx)
{
	const struct axt_onnx_node *node = ctx->node;
	const struct axt_onnx_value *a = node->input[0], *b = node->input[1];
	const struct axt_onnx_value *c = axt_onnx_node_input(node, 2);
	unsigned int flip_a = axt_onnx_node_int(node, "transA", 0) != 0;
	unsigned int flip_b = axt_onnx_node_int(node, "transB", 0) != 0;
	struct axt_onnx_shape y = { .rank = 2 }, with;
	int err;

	if (a->type != b->type || (c && c->type != a->type))
		return axt_onnx_invalid(ctx, "has inputs of different types");
	if (a->shape.dim[1 - flip_a] != b->shape.dim[flip_b])
		return do_not_fit(ctx);
	y.dim[0] = a->shape.dim[flip_a];
	y.dim[1] = b->shape.dim[1 - flip_b];
	if (c) {
		err = axt_onnx_broadcast(ctx, &y, &c->shape, &with);
		if (err)
			return err;
		if (!axt_onnx_shape_equal(&y, &with))
			return axt_onnx_invalid(ctx, "the third input is "
						     "bigger than the product");
	}
	return axt_onnx_set_output(ctx, 0, a->type, &y);
}
