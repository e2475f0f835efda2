// SPDX-License-Identifier: MIT
/* The names of types and functions, as in axt/format.h. */
#include "check.h"

const char *const axt_type_names[] = {
	[AXT_F32] = "f32",   [AXT_F16] = "f16", [AXT_BF16] = "bf16",
	[AXT_I8] = "i8",     [AXT_I32] = "i32", [AXT_I64] = "i64",
	[AXT_BOOL] = "bool", [AXT_U8] = "u8",
};

const char *const axt_place_names[] = {
	[AXT_INPUT] = "input",
	[AXT_OUTPUT] = "output",
	[AXT_DATA] = "data",
	[AXT_ARENA] = "arena",
};

const char *const axt_layout_names[] = {
	[AXT_PLAIN] = "plain",
	[AXT_CHANNELS_LAST] = "channels_last",
	[AXT_BLOCK16] = "block16",
};

const char *const axt_unary_names[AXT_UNARY_END] = {
	[AXT_RELU] = "relu",
	[AXT_LEAKY_RELU] = "leaky_relu",
	[AXT_CLIP] = "clip",
	[AXT_SIGMOID] = "sigmoid",
	[AXT_HARD_SIGMOID] = "hard_sigmoid",
	[AXT_HARD_SWISH] = "hard_swish",
	[AXT_TANH] = "tanh",
	[AXT_ELU] = "elu",
	[AXT_SELU] = "selu",
	[AXT_SOFTPLUS] = "softplus",
	[AXT_SOFTSIGN] = "softsign",
	[AXT_EXP] = "exp",
	[AXT_LOG] = "log",
	[AXT_SQRT] = "sqrt",
	[AXT_RECIPROCAL] = "reciprocal",
	[AXT_ABS] = "abs",
	[AXT_NEG] = "neg",
	[AXT_FLOOR] = "floor",
	[AXT_CEIL] = "ceil",
	[AXT_ROUND] = "round",
	[AXT_SIGN] = "sign",
	[AXT_ERF] = "erf",
	[AXT_SIN] = "sin",
	[AXT_COS] = "cos",
	[AXT_TAN] = "tan",
	[AXT_ASIN] = "asin",
	[AXT_ACOS] = "acos",
	[AXT_ATAN] = "atan",
	[AXT_SINH] = "sinh",
	[AXT_COSH] = "cosh",
	[AXT_ASINH] = "asinh",
	[AXT_ACOSH] = "acosh",
	[AXT_ATANH] = "atanh",
	[AXT_THRESHOLDED_RELU] = "thresholded_relu",
	[AXT_LINEAR] = "linear",
	[AXT_SHRINK] = "shrink",
	[AXT_CELU] = "celu",
	[AXT_NOT] = "not",
	[AXT_GELU] = "gelu",
};

const char *const axt_binary_names[AXT_BINARY_END] = {
	[AXT_ADD] = "add",	   [AXT_SUB] = "sub",
	[AXT_MUL] = "mul",	   [AXT_DIV] = "div",
	[AXT_MIN] = "min",	   [AXT_MAX] = "max",
	[AXT_POW] = "pow",	   [AXT_PRELU] = "prelu",
	[AXT_MOD] = "mod",	   [AXT_EQUAL] = "equal",
	[AXT_LESS] = "less",	   [AXT_LESS_EQUAL] = "less_equal",
	[AXT_GREATER] = "greater", [AXT_GREATER_EQUAL] = "greater_equal",
	[AXT_AND] = "and",	   [AXT_OR] = "or",
	[AXT_XOR] = "xor",
};

const char *axt_type_name(uint32_t type)
{
	return type < ARRAY_SIZE(axt_type_names) ? axt_type_names[type] : NULL;
}

const char *axt_unary_name(uint32_t function)
{
	return function < AXT_UNARY_END ? axt_unary_names[function] : NULL;
}

const char *axt_binary_name(uint32_t function)
{
	return function < AXT_BINARY_END ? axt_binary_names[function] : NULL;
}
