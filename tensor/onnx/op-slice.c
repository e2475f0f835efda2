// SPDX-License-Identifier: MIT
/* Slice: starts and steps for every dimension; shape says how many. */
#include "context.h"

#include <errno.h>
#include <string.h>

struct slice {
	int64_t starts[CTX_LIST_MAX];
	int64_t ends[CTX_LIST_MAX];
	int64_t axes[CTX_LIST_MAX];
	int64_t steps[CTX_LIST_MAX];
};

static int read_list(struct axt_onnx_context *ctx, const char *name,
		     uint32_t input, uint32_t want, bool needed, int64_t *list)
{
	uint32_t count;
	int err = axt_onnx_get_list(ctx, name, 10, input, list, &count);

	if (err == -ENODATA && !needed)
		return 0;
	if (err == -ENODATA)
		return axt_onnx_invalid(ctx, "%s are missing", name);
	if (!err && count != want)
		return axt_onnx_invalid(ctx, "has %u starts, but %u %s", want,
					count, name);
	return err;
}

static int read_slice(struct axt_onnx_context *ctx, struct slice *s,
		      uint32_t *count)
{
	int err = axt_onnx_get_list(ctx, "starts", 10, 1, s->starts, count);

	if (err)
		return err == -ENODATA ?
			       axt_onnx_invalid(ctx, "starts are missing") :
			       err;
	for (uint32_t i = 0; i < *count; i++) {
		s->axes[i] = i;
		s->steps[i] = 1;
	}
	err = read_list(ctx, "ends", 2, *count, true, s->ends);
	if (!err)
		err = read_list(ctx, "axes", 3, *count, false, s->axes);
	if (!err && ctx->opset >= 10)
		err = read_list(ctx, "steps", 4, *count, false, s->steps);
	return err;
}

static int64_t clamp(int64_t x, int64_t low, int64_t high)
{
	return x < low ? low : x > high ? high : x;
}

/* Where it begins and how many it takes, of dim elements. */
static int64_t count_slice(int64_t dim, int64_t *start, int64_t end,
			   int64_t step)
{
	int64_t low = step > 0 ? 0 : -1, high = step > 0 ? dim : dim - 1;

	*start = clamp(*start < 0 ? *start + dim : *start, 0,
		       high < 0 ? 0 : high);
	end = clamp(end < 0 ? end + dim : end, low, high);
	if (dim == 0)
		return 0;
	if (step > 0)
		return end > *start ? (end - *start - 1) / step + 1 : 0;
	return *start > end ? (*start - end - 1) / -step + 1 : 0;
}

int axt_onnx_norm_slice(struct axt_onnx_context *ctx)
{
	struct axt_onnx_node *node = ctx->node;
	struct axt_onnx_shape y = node->input[0]->shape;
	int64_t starts[AXT_ONNX_RANK_MAX] = { 0 };
	int64_t steps[AXT_ONNX_RANK_MAX];
	bool seen[AXT_ONNX_RANK_MAX] = { false };
	struct slice s;
	uint32_t count, axis;
	int err = read_slice(ctx, &s, &count);

	for (uint32_t i = 0; i < y.rank; i++)
		steps[i] = 1;
	for (uint32_t i = 0; i < count && !err; i++) {
		err = axt_onnx_axis(ctx, s.axes[i], y.rank, 0, &axis);
		if (err)
			return err;
		if (seen[axis] || s.steps[i] == 0)
			return axt_onnx_invalid(ctx,
						"axis %u occurs twice or "
						"has step 0",
						axis);
		seen[axis] = true;
		starts[axis] = s.starts[i];
		/* A step beyond the end is as good as one to the end. */
		steps[axis] =
			clamp(s.steps[i], -AXT_ONNX_DIM_MAX, AXT_ONNX_DIM_MAX);
		y.dim[axis] = count_slice(y.dim[axis], &starts[axis], s.ends[i],
					  steps[axis]);
	}
	if (err)
		return err;
	node->input_count = 1;
	err = axt_onnx_put_ints(ctx, "starts", starts, y.rank);
	if (!err)
		err = axt_onnx_put_ints(ctx, "steps", steps, y.rank);
	return err ? err : axt_onnx_put_ints(ctx, "shape", y.dim, y.rank);
}

int axt_onnx_infer_slice(struct axt_onnx_context *ctx)
{
	return axt_onnx_infer_shape(ctx);
}
