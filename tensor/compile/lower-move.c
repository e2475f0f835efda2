// SPDX-License-Identifier: MIT
/* Operations that move elements. Owns nothing. */
#include "lower.h"

#include <errno.h>
#include <string.h>

int axt_lower_reshape(struct axt_lower *l)
{
	axt_lower_set_view(l, 0, axt_lower_in(l, 0));
	return 0;
}

/* Input 0 to a result of the shape of output 0. */
static struct axt_ir_op *add_move(struct axt_lower *l, uint32_t code,
				  uint32_t inputs)
{
	struct axt_ir_value *y = axt_lower_result(l, 0);
	struct axt_ir_op *op =
		axt_ir_add(l->ir, code, inputs, axt_lower_in(l, 0), y);

	axt_lower_set(l, 0, y);
	return op;
}

int axt_lower_expand(struct axt_lower *l)
{
	add_move(l, AXT_EXPAND, 1);
	return 0;
}

int axt_lower_tile(struct axt_lower *l)
{
	add_move(l, AXT_TILE, 1);
	return 0;
}

int axt_lower_transpose(struct axt_lower *l)
{
	const int64_t *list = axt_lower_ints(l, "perm");
	uint8_t perm[AXT_RANK_MAX];

	for (uint32_t i = 0; i < l->node->input[0]->shape.rank; i++)
		perm[i] = (uint8_t)list[i];
	axt_lower_set(l, 0, axt_ir_transpose(l->ir, axt_lower_in(l, 0), perm));
	return 0;
}

/* One of count values from first on. */
static struct axt_ir_value *concat(struct axt_ir *ir,
				   struct axt_ir_value **part, uint32_t count,
				   uint32_t axis)
{
	struct axt_ir_value *y;
	struct axt_ir_op *op;
	uint32_t dims[AXT_RANK_MAX];

	for (uint32_t i = 0; i < count; i++)
		if (!part[i])
			return NULL;
	memcpy(dims, part[0]->tensor.dims, sizeof(dims));
	for (uint32_t i = 1; i < count; i++)
		dims[axis] += part[i]->tensor.dims[axis];
	y = axt_ir_value(ir, part[0]->tensor.type, part[0]->tensor.rank, dims);
	op = axt_ir_add(ir, AXT_CONCAT, count, part[0], y);
	if (!op)
		return NULL;
	memcpy(op->in, part, count * sizeof(*part));
	op->attr.axis.axis = axis;
	return y;
}

/* As many as an operation takes at a time, until one is left. */
int axt_lower_concat(struct axt_lower *l)
{
	static const uint32_t most = AXT_OPERANDS_MAX - 1;
	uint32_t axis = (uint32_t)axt_lower_int(l, "axis");
	uint32_t count = l->node->input_count, kept;
	struct axt_ir_value **part;

	part = axt_ir_take(l->ir, count, sizeof(struct axt_ir_value *));
	if (!part)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		part[i] = axt_lower_in(l, i);
	do {
		kept = 0;
		for (uint32_t i = 0; i < count; i += most)
			part[kept++] = concat(
				l->ir, part + i,
				count - i < most ? count - i : most, axis);
		count = kept;
	} while (count > 1);
	axt_lower_set(l, 0, part[0]);
	return 0;
}

static void no_slice(struct axt_slice *slice)
{
	memset(slice, 0, sizeof(*slice));
	for (uint32_t i = 0; i < AXT_RANK_MAX; i++)
		slice->step[i] = 1;
}

int axt_lower_split(struct axt_lower *l)
{
	uint32_t axis = (uint32_t)axt_lower_int(l, "axis");
	const int64_t *split = axt_lower_ints(l, "split");
	int64_t at = 0;

	for (uint32_t i = 0; i < l->node->output_count; i++) {
		struct axt_ir_value *y;
		struct axt_ir_op *op;

		if (axt_lower_wants(l, i)) {
			y = axt_lower_result(l, i);
			op = axt_ir_add(l->ir, AXT_SLICE, 1, axt_lower_in(l, 0),
					y);
			if (!op)
				return 0;
			no_slice(&op->attr.slice);
			op->attr.slice.start[axis] = (int32_t)at;
			axt_lower_set(l, i, y);
		}
		at += split[i];
	}
	return 0;
}

int axt_lower_slice(struct axt_lower *l)
{
	const int64_t *starts = axt_lower_ints(l, "starts");
	const int64_t *steps = axt_lower_ints(l, "steps");
	struct axt_ir_op *op = add_move(l, AXT_SLICE, 1);

	if (!op)
		return 0;
	no_slice(&op->attr.slice);
	for (uint32_t i = 0; i < op->in[0]->tensor.rank; i++) {
		op->attr.slice.start[i] = (int32_t)starts[i];
		op->attr.slice.step[i] = (int32_t)steps[i];
	}
	return 0;
}

static int check_pad(struct axt_lower *l, uint32_t mode)
{
	const struct axt_onnx_value *x = l->node->input[0];
	const int64_t *pads = axt_lower_ints(l, "pads");
	uint32_t rank = x->shape.rank;
	int err = mode ? axt_lower_types(l, AXT_BIT(AXT_F32)) : 0;

	for (uint32_t i = 0; i < rank && !err; i++) {
		int64_t size = x->shape.dim[i], begin = pads[i];
		int64_t end = pads[i + rank];

		if (begin < -size || end < -size)
			err = axt_lower_unsupported(l,
						    "cuts more than there is");
		if (!err && mode && size == 0 && begin + end > 0)
			err = axt_lower_unsupported(l, "dimension %u is empty",
						    i);
	}
	return err;
}

int axt_lower_pad(struct axt_lower *l)
{
	const int64_t *pads = axt_lower_ints(l, "pads");
	uint32_t mode = axt_lower_is(l, "mode", "reflect") ? 1 :
			axt_lower_is(l, "mode", "edge")	   ? 2 :
							     0;
	int err = check_pad(l, mode);
	struct axt_ir_op *op;

	if (err)
		return err;
	op = add_move(l, AXT_PAD, 1);
	if (!op)
		return 0;
	op->attr.pad.mode = mode;
	op->attr.pad.value = axt_lower_float(l, "value");
	for (uint32_t i = 0; i < op->in[0]->tensor.rank; i++)
		op->attr.pad.begin[i] = (int32_t)pads[i];
	return 0;
}

int axt_lower_shuffle(struct axt_lower *l)
{
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (err)
		return err;
	op = add_move(l, AXT_SHUFFLE, 1);
	if (!op)
		return 0;
	op->attr.shuffle.kind = l->row->function;
	op->attr.shuffle.block = (uint32_t)axt_lower_int(l, "blocksize");
	op->attr.shuffle.column = !l->row->function &&
				  axt_lower_is(l, "mode", "CRD");
	return 0;
}

/* Where each name stands in a list, or -1. */
static int find(const struct axt_lower *l, const char *attr,
		const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (axt_lower_is(l, attr, names[i]))
			return i;
	return -1;
}

/*
 * tf_half_pixel_for_nn is half_pixel and a half: what that rounds to, half_pixel
 * rounds to in another mode.
 */
static bool tf_half_pixel(const struct axt_lower *l, struct axt_resize *resize)
{
	if (!axt_lower_is(l, "coordinate_transformation_mode",
			  "tf_half_pixel_for_nn") ||
	    !axt_lower_is(l, "mode", "nearest"))
		return false;
	resize->coordinates = AXT_HALF_PIXEL;
	resize->nearest = axt_lower_is(l, "nearest_mode", "floor") ? 1 : 3;
	return axt_lower_is(l, "nearest_mode", "floor") ||
	       axt_lower_is(l, "nearest_mode", "round_prefer_floor");
}

static int resize_modes(struct axt_lower *l, struct axt_resize *resize)
{
	static const char *const modes[] = { "nearest", "linear", "cubic" };
	static const char *const coordinates[] = {
		[AXT_HALF_PIXEL] = "half_pixel",
		[AXT_PYTORCH_HALF_PIXEL] = "pytorch_half_pixel",
		[AXT_ALIGN_CORNERS] = "align_corners",
		[AXT_ASYMMETRIC] = "asymmetric",
		[AXT_CROP_AND_RESIZE] = "tf_crop_and_resize",
	};
	static const char *const nearest[] = { "round_prefer_floor",
					       "round_prefer_ceil", "floor",
					       "ceil" };
	int mode = find(l, "mode", modes, 3);
	int where = find(l, "coordinate_transformation_mode", coordinates,
			 AXT_RESIZE_COORDINATES_END);
	int near = find(l, "nearest_mode", nearest, 4);

	if (tf_half_pixel(l, resize))
		return 0;
	if (mode < 0 || where < 0 || near < 0)
		return axt_lower_unsupported(
			l, "has a mode that is not there: %s, %s, %s",
			axt_onnx_node_string(l->node, "mode", ""),
			axt_onnx_node_string(
				l->node, "coordinate_transformation_mode", ""),
			axt_onnx_node_string(l->node, "nearest_mode", ""));
	resize->mode = (uint32_t)mode;
	resize->coordinates = (uint32_t)where;
	resize->nearest = (uint32_t)near;
	return 0;
}

int axt_lower_resize(struct axt_lower *l)
{
	const struct axt_onnx_value *x = l->node->input[0];
	struct axt_resize resize = { 0 };
	uint32_t count, rank = x->shape.rank;
	const float *scales = axt_onnx_node_floats(l->node, "scales", &count);
	const float *roi;
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));
	struct axt_ir_op *op;

	if (!err)
		err = resize_modes(l, &resize);
	roi = axt_onnx_node_floats(l->node, "roi", &count);
	for (uint32_t i = 0; i < AXT_RANK_MAX && !err; i++) {
		resize.scale[i] = i < rank ? scales[i] : 1;
		if (i >= rank)
			continue;
		resize.roi_begin[i] = roi ? roi[i] : 0;
		resize.roi_end[i] = roi ? roi[i + rank] : 1;
		if (!x->shape.dim[i] && l->node->output[0]->shape.dim[i])
			err = axt_lower_unsupported(l, "dimension %u is empty",
						    i);
	}
	if (err)
		return err;
	resize.exclude_outside = axt_lower_int(l, "exclude_outside") != 0;
	resize.cubic = axt_lower_float(l, "cubic_coeff_a");
	resize.extrapolation = axt_lower_float(l, "extrapolation_value");
	op = add_move(l, AXT_RESIZE, 1);
	if (op)
		op->attr.resize = resize;
	return 0;
}

int axt_lower_trilu(struct axt_lower *l)
{
	struct axt_ir_value *x = axt_lower_in(l, 0), *k = axt_lower_in(l, 1);
	bool upper = axt_lower_int(l, "upper");
	struct axt_ir_value *y, *mask, *zero;
	struct axt_ir_op *op;
	int64_t shift = 0;
	uint32_t rank = l->node->input[0]->shape.rank, *dims;
	void *fill;

	if (k && (k->kind != AXT_IR_CONSTANT || k->tensor.type != AXT_I64 ||
		  axt_ir_elements(k) != 1))
		return axt_lower_unsupported(l, "k is no constant");
	if (rank < 2)
		return axt_lower_unsupported(l, "has no matrix");
	if (!x)
		return 0;
	if (k)
		memcpy(&shift, k->data, sizeof(shift));
	dims = x->tensor.dims + rank - 2;
	mask = axt_ir_constant(l->ir, AXT_BOOL, 2, dims, NULL, &fill);
	y = axt_lower_result(l, 0);
	zero = axt_ir_constant(l->ir, x->tensor.type, 0, dims,
			       mask ? axt_ir_take(l->ir, 1, 8) : NULL, &fill);
	op = axt_ir_add(l->ir, AXT_SELECT, 3, mask, y);
	if (!op || !zero)
		return 0;
	for (uint32_t i = 0; i < dims[0]; i++)
		for (uint32_t j = 0; j < dims[1]; j++)
			((uint8_t *)mask->data)[(size_t)i * dims[1] + j] =
				upper ? (int64_t)j - i >= shift :
					(int64_t)j - i <= shift;
	op->in[1] = x;
	op->in[2] = zero;
	axt_lower_set(l, 0, y);
	return 0;
}
