// SPDX-License-Identifier: MIT
/*
 * The operations. Rows of one name do not overlap in their opsets; the bits of
 * the constants say which inputs describe a shape or the like, so that they
 * must be known when a file is imported.
 */
#include "ops.h"

#include <string.h>

#define FORM AXT_ONNX_OP_FORM
#define ELEM AXT_ONNX_OP_ELEMENT
#define BOOL AXT_ONNX_OP_BOOL

#define INT(n, v) { .name = n, .kind = AXT_ONNX_ATTR_INT, .i = v }
#define FLOAT(n, v) { .name = n, .kind = AXT_ONNX_ATTR_FLOAT, .f = v }
#define STRING(n, v) { .name = n, .kind = AXT_ONNX_ATTR_STRING, .s = v }
#define ATTRS(name, ...) \
	static const struct axt_onnx_default name[] = { __VA_ARGS__, { 0 } }

ATTRS(alpha_1, FLOAT("alpha", 1));
ATTRS(leaky, FLOAT("alpha", 0.01f));
ATTRS(hard_sigmoid, FLOAT("alpha", 0.2f), FLOAT("beta", 0.5f));
ATTRS(selu, FLOAT("alpha", 1.67326319217681884765625f),
      FLOAT("gamma", 1.05070102214813232421875f));
ATTRS(shrink, FLOAT("bias", 0), FLOAT("lambd", 0.5f));
ATTRS(is_inf, INT("detect_negative", 1), INT("detect_positive", 1));
ATTRS(mod, INT("fmod", 0));
ATTRS(average_pool, INT("ceil_mode", 0), INT("count_include_pad", 0));
ATTRS(max_pool, INT("ceil_mode", 0), INT("storage_order", 0));
ATTRS(lp_pool, INT("ceil_mode", 0), INT("p", 2));
ATTRS(gemm, FLOAT("alpha", 1), FLOAT("beta", 1), INT("transA", 0),
      INT("transB", 0));
ATTRS(axis_0, INT("axis", 0));
ATTRS(arg, INT("axis", 0), INT("keepdims", 1), INT("select_last_index", 0));
ATTRS(gather_nd, INT("batch_dims", 0));
ATTRS(scatter, INT("axis", 0), STRING("reduction", "none"));
ATTRS(scatter_nd, STRING("reduction", "none"));
ATTRS(topk, INT("largest", 1), INT("sorted", 1));
ATTRS(batch_norm, FLOAT("epsilon", 1e-5f));
ATTRS(layer_norm, INT("axis", -1), FLOAT("epsilon", 1e-5f));
ATTRS(lrn, FLOAT("alpha", 0.0001f), FLOAT("beta", 0.75f), FLOAT("bias", 1),
      INT("size", 1));
ATTRS(pad, STRING("mode", "constant"));
ATTRS(depth_to_space, INT("blocksize", 0), STRING("mode", "DCR"));
ATTRS(space_to_depth, INT("blocksize", 0));
ATTRS(rnn, STRING("direction", "forward"), FLOAT("clip", 0), INT("layout", 0));
ATTRS(gru, STRING("direction", "forward"), FLOAT("clip", 0), INT("layout", 0),
      INT("linear_before_reset", 0));
ATTRS(lstm, STRING("direction", "forward"), FLOAT("clip", 0), INT("layout", 0),
      INT("input_forget", 0));
ATTRS(cumsum, INT("exclusive", 0), INT("reverse", 0));
ATTRS(trilu, INT("upper", 1));
ATTRS(resize, STRING("mode", "nearest"),
      STRING("coordinate_transformation_mode", "half_pixel"),
      STRING("nearest_mode", "round_prefer_floor"),
      FLOAT("cubic_coeff_a", -0.75f), INT("exclude_outside", 0),
      FLOAT("extrapolation_value", 0));
ATTRS(mvn, { .name = "axes", .kind = AXT_ONNX_ATTR_INTS });

/* Shorter, as a table. */
#define norm(x) axt_onnx_norm_##x
#define infer(x) axt_onnx_infer_##x
#define fold(x) axt_onnx_fold_##x

#define UNARY(name, first)                               \
	{ name, first,	     17,   1,	 1,	      1, \
	  0,	FORM | ELEM, NULL, NULL, infer(same), fold(unary) }
#define UNARY_WITH(name, first, attrs)                    \
	{ name, first,	     17,    1,	  1,	       1, \
	  0,	FORM | ELEM, attrs, NULL, infer(same), fold(unary) }
#define BINARY(name, first, flags) \
	{ name,                    \
	  first,                   \
	  17,                      \
	  2,                       \
	  2,                       \
	  1,                       \
	  0,                       \
	  FORM | ELEM | (flags),   \
	  NULL,                    \
	  norm(binary),            \
	  infer(binary),           \
	  fold(binary) }
#define REDUCE(name)                                                            \
	{ name,		 1,	      17, 1, 2, 1, 2, FORM, NULL, norm(reduce), \
	  infer(reduce), fold(reduce) }

/* clang-format off */
static const struct axt_onnx_op ops[] = {
	UNARY("Abs", 1), UNARY("Acos", 7), UNARY("Acosh", 9), UNARY("Asin", 7),
	UNARY("Asinh", 9), UNARY("Atan", 7), UNARY("Atanh", 9), UNARY("Ceil", 1),
	UNARY("Cos", 7), UNARY("Cosh", 9), UNARY("Erf", 9), UNARY("Exp", 1),
	UNARY("Floor", 1), UNARY("Log", 1), UNARY("Neg", 1),
	UNARY("Reciprocal", 1), UNARY("Relu", 1), UNARY("Round", 11),
	UNARY("Sigmoid", 1), UNARY("Sign", 9), UNARY("Sin", 7), UNARY("Sinh", 9),
	UNARY("Softplus", 1), UNARY("Softsign", 1), UNARY("Sqrt", 1),
	UNARY("Tan", 7), UNARY("Tanh", 1), UNARY("Not", 1),
	UNARY("HardSwish", 14),
	UNARY_WITH("Celu", 12, alpha_1), UNARY_WITH("Elu", 1, alpha_1),
	UNARY_WITH("HardSigmoid", 1, hard_sigmoid),
	UNARY_WITH("LeakyRelu", 1, leaky), UNARY_WITH("Selu", 6, selu),
	UNARY_WITH("Shrink", 9, shrink),
	UNARY_WITH("ThresholdedRelu", 10, alpha_1),

	BINARY("Add", 1, 0), BINARY("Sub", 1, 0), BINARY("Mul", 1, 0),
	BINARY("Div", 1, 0), BINARY("Pow", 1, 0), BINARY("PRelu", 1, 0),
	BINARY("And", 1, BOOL), BINARY("Or", 1, BOOL), BINARY("Xor", 1, BOOL),
	BINARY("Equal", 1, BOOL), BINARY("Less", 1, BOOL),
	BINARY("LessOrEqual", 12, BOOL), BINARY("Greater", 1, BOOL),
	BINARY("GreaterOrEqual", 12, BOOL),

	REDUCE("ReduceL1"), REDUCE("ReduceL2"), REDUCE("ReduceLogSum"),
	REDUCE("ReduceLogSumExp"), REDUCE("ReduceMax"), REDUCE("ReduceMean"),
	REDUCE("ReduceMin"), REDUCE("ReduceProd"), REDUCE("ReduceSum"),
	REDUCE("ReduceSumSquare"),

/*	  name, opsets, inputs, outputs, constants, flags, attributes, ... */
	{ "ArgMax", 1, 17, 1, 1, 1, 0, FORM, arg, norm(axis), infer(arg), NULL },
	{ "ArgMin", 1, 17, 1, 1, 1, 0, FORM, arg, norm(axis), infer(arg), NULL },
	{ "AveragePool", 1, 17, 1, 1, 1, 0, FORM, average_pool, norm(pool), infer(pool), NULL },
	{ "BatchNormalization", 6, 17, 5, 5, 5, 0, FORM, batch_norm, norm(batch), infer(norm), NULL },
	{ "Cast", 6, 17, 1, 1, 1, 0, FORM | ELEM, NULL, norm(cast), infer(cast), fold(cast) },
	{ "CastLike", 15, 17, 2, 2, 1, 0, 0, NULL, norm(cast_like), NULL, NULL },
	{ "Clip", 6, 10, 1, 1, 1, 0, FORM | ELEM, NULL, norm(clip), infer(same), fold(clip) },
	{ "Clip", 11, 17, 1, 3, 1, 0, FORM | ELEM, NULL, norm(clip), infer(same), fold(clip) },
	{ "Concat", 4, 17, 1, UINT16_MAX, 1, 0, FORM, axis_0, norm(axis), infer(concat), fold(concat) },
	{ "ConstantOfShape", 9, 17, 1, 1, 1, 1, 0, NULL, norm(constant_of_shape), NULL, NULL },
	{ "Conv", 1, 17, 2, 3, 1, 0, FORM, NULL, norm(conv), infer(conv), NULL },
	{ "ConvTranspose", 1, 17, 2, 3, 1, 0, FORM, NULL, norm(conv_transpose), infer(conv_transpose), NULL },
	{ "CumSum", 11, 17, 2, 2, 1, 2, FORM, cumsum, NULL, infer(same), NULL },
	{ "DepthToSpace", 1, 17, 1, 1, 1, 0, FORM, depth_to_space, NULL, infer(depth_to_space), NULL },
	{ "Dropout", 6, 17, 1, 3, 2, 6, 0, NULL, norm(dropout), NULL, NULL },
	{ "Expand", 8, 17, 2, 2, 1, 2, FORM, NULL, norm(expand), infer(shape), fold(expand) },
	{ "Flatten", 1, 17, 1, 1, 1, 0, 0, NULL, norm(flatten), NULL, NULL },
	{ "GRU", 7, 17, 3, 6, 2, 0, FORM, gru, norm(rnn), infer(rnn), NULL },
	{ "Gather", 1, 17, 2, 2, 1, 0, FORM, axis_0, norm(axis), infer(gather), fold(gather) },
	{ "GatherElements", 11, 17, 2, 2, 1, 0, FORM, axis_0, norm(axis), infer(gather_elements), NULL },
	{ "GatherND", 11, 17, 2, 2, 1, 0, FORM, gather_nd, NULL, infer(gather_nd), NULL },
	{ "Gemm", 6, 17, 2, 3, 1, 0, FORM, gemm, norm(gemm), infer(gemm), NULL },
	{ "GlobalAveragePool", 1, 17, 1, 1, 1, 0, 0, NULL, norm(global_average), NULL, NULL },
	{ "GlobalMaxPool", 1, 17, 1, 1, 1, 0, 0, NULL, norm(global_max), NULL, NULL },
	{ "Hardmax", 1, 17, 1, 1, 1, 0, FORM, NULL, norm(softmax), infer(same), NULL },
	{ "Identity", 1, 17, 1, 1, 1, 0, FORM | ELEM, NULL, NULL, infer(same), fold(reshape) },
	{ "InstanceNormalization", 6, 17, 3, 3, 1, 0, FORM, batch_norm, NULL, infer(norm), NULL },
	{ "IsInf", 10, 17, 1, 1, 1, 0, FORM | ELEM | BOOL, is_inf, NULL, infer(same), NULL },
	{ "IsNaN", 9, 17, 1, 1, 1, 0, FORM | ELEM | BOOL, NULL, NULL, infer(same), NULL },
	{ "LRN", 1, 17, 1, 1, 1, 0, FORM, lrn, NULL, infer(same), NULL },
	{ "LSTM", 7, 17, 3, 8, 3, 0, FORM, lstm, norm(rnn), infer(rnn), NULL },
	{ "LayerNormalization", 17, 17, 2, 3, 3, 0, FORM, layer_norm, norm(axis), infer(layer_norm), NULL },
	{ "LogSoftmax", 1, 17, 1, 1, 1, 0, FORM, NULL, norm(softmax), infer(same), NULL },
	{ "LpPool", 2, 17, 1, 1, 1, 0, FORM, lp_pool, norm(pool), infer(pool), NULL },
	{ "MatMul", 1, 17, 2, 2, 1, 0, FORM, NULL, norm(matmul), infer(matmul), NULL },
	{ "Max", 6, 17, 1, UINT16_MAX, 1, 0, FORM | ELEM, NULL, norm(chain), infer(binary), fold(binary) },
	{ "MaxPool", 1, 17, 1, 1, 2, 0, FORM, max_pool, norm(pool), infer(pool), NULL },
	{ "Mean", 6, 17, 1, UINT16_MAX, 1, 0, 0, NULL, norm(mean), NULL, NULL },
	{ "MeanVarianceNormalization", 9, 17, 1, 1, 1, 0, FORM, mvn, NULL, infer(same), NULL },
	{ "Min", 6, 17, 1, UINT16_MAX, 1, 0, FORM | ELEM, NULL, norm(chain), infer(binary), fold(binary) },
	{ "Mod", 10, 17, 2, 2, 1, 0, FORM | ELEM, mod, NULL, infer(binary), fold(binary) },
	{ "Pad", 2, 10, 1, 1, 1, 0, FORM, pad, norm(pad), infer(pad), NULL },
	{ "Pad", 11, 17, 2, 3, 1, 6, FORM, pad, norm(pad), infer(pad), NULL },
	{ "RNN", 7, 17, 3, 6, 2, 0, FORM, rnn, norm(rnn), infer(rnn), NULL },
	{ "Range", 11, 17, 3, 3, 1, 7, 0, NULL, norm(range), NULL, NULL },
	{ "Reshape", 5, 17, 2, 2, 1, 2, FORM, NULL, norm(reshape), infer(shape), fold(reshape) },
	{ "Resize", 10, 10, 2, 2, 1, 2, FORM, resize, norm(resize), infer(resize), NULL },
	{ "Resize", 11, 17, 1, 4, 1, 14, FORM, resize, norm(resize), infer(resize), NULL },
	{ "Scatter", 9, 10, 3, 3, 1, 0, FORM, axis_0, norm(axis), infer(scatter), NULL },
	{ "ScatterElements", 11, 17, 3, 3, 1, 0, FORM, scatter, norm(axis), infer(scatter), NULL },
	{ "ScatterND", 11, 17, 3, 3, 1, 0, FORM, scatter_nd, NULL, infer(scatter), NULL },
	{ "Shape", 1, 17, 1, 1, 1, 0, 0, NULL, norm(shape), NULL, NULL },
	{ "Size", 1, 17, 1, 1, 1, 0, 0, NULL, norm(size), NULL, NULL },
	{ "Slice", 1, 9, 1, 1, 1, 0, FORM, NULL, norm(slice), infer(slice), fold(slice) },
	{ "Slice", 10, 17, 3, 5, 1, 30, FORM, NULL, norm(slice), infer(slice), fold(slice) },
	{ "Softmax", 1, 17, 1, 1, 1, 0, FORM, NULL, norm(softmax), infer(same), NULL },
	{ "SpaceToDepth", 1, 17, 1, 1, 1, 0, FORM, space_to_depth, NULL, infer(space_to_depth), NULL },
	{ "Split", 2, 17, 1, 2, UINT16_MAX, 2, FORM, NULL, norm(split), infer(split), fold(split) },
	{ "Squeeze", 1, 17, 1, 2, 1, 2, 0, NULL, norm(squeeze), NULL, NULL },
	{ "Sum", 6, 17, 1, UINT16_MAX, 1, 0, 0, NULL, norm(chain), NULL, NULL },
	{ "Tile", 6, 17, 2, 2, 1, 2, FORM, NULL, norm(tile), infer(tile), fold(tile) },
	{ "TopK", 1, 17, 1, 2, 2, 2, FORM, topk, norm(topk), infer(topk), NULL },
	{ "Transpose", 1, 17, 1, 1, 1, 0, FORM, NULL, norm(transpose), infer(transpose), fold(transpose) },
	{ "Trilu", 14, 17, 1, 2, 1, 2, FORM, trilu, NULL, infer(same), NULL },
	{ "Unsqueeze", 1, 17, 1, 2, 1, 2, 0, NULL, norm(unsqueeze), NULL, NULL },
	{ "Upsample", 7, 9, 1, 2, 1, 2, 0, NULL, norm(upsample), NULL, NULL },
	{ "Where", 9, 17, 3, 3, 1, 0, FORM | ELEM, NULL, NULL, infer(where), fold(where) },
};
/* clang-format on */

const struct axt_onnx_op *axt_onnx_op_find(const char *name, int64_t opset,
					   bool *any)
{
	*any = false;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(ops[i].name, name) != 0)
			continue;
		*any = true;
		if (opset >= ops[i].first && opset <= ops[i].last)
			return &ops[i];
	}
	return NULL;
}

const struct axt_onnx_op *axt_onnx_op_form(const char *name)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (ops[i].flags & AXT_ONNX_OP_FORM &&
		    strcmp(ops[i].name, name) == 0)
			return &ops[i];
	return NULL;
}
