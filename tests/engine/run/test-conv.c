// SPDX-License-Identifier: MIT
#include "check.h"

#define K1 (&(struct axt_conv){ 2, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 0 }, { 0 } })
#define K3                   \
	(&(struct axt_conv){ \
		2, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1 }, { 1, 1 } })
#define K3S2                 \
	(&(struct axt_conv){ \
		2, 1, { 2, 2, 1 }, { 1, 1, 1 }, { 1, 1 }, { 1, 1 } })
#define GROUPED(groups, stride, dilation, pad)              \
	(&(struct axt_conv){ 2,                             \
			     (groups),                      \
			     { (stride), (stride), 1 },     \
			     { (dilation), (dilation), 1 }, \
			     { (pad), (pad) },              \
			     { (pad), (pad) } })

static const struct axt_post relu[] = { { AXT_POST_UNARY, AXT_RELU, 0, 0, 0 } };
static const struct axt_post add[] = { { AXT_POST_BINARY, AXT_ADD, 0, 0, 0 } };
static const struct axt_post chain[] = {
	{ AXT_POST_UNARY, AXT_LINEAR, 0, 1.5f, -0.25f },
	{ AXT_POST_UNARY, AXT_HARD_SWISH, 0, 0, 0 },
	{ AXT_POST_BINARY, AXT_MUL, 0, 0, 0 },
	{ AXT_POST_UNARY, AXT_CLIP, 0, -3, 3 },
	{ AXT_POST_UNARY, AXT_HARD_SIGMOID, 0, 0.2f, 0.5f },
	{ AXT_POST_BINARY, AXT_ADD, 0, 0, 0 },
};
static const struct axt_post rare[] = {
	{ AXT_POST_UNARY, AXT_SIGMOID, 0, 0, 0 },
	{ AXT_POST_BINARY, AXT_SUB, 0, 0, 0 },
	{ AXT_POST_UNARY, AXT_LEAKY_RELU, 0, 0.1f, 0 },
	{ AXT_POST_UNARY, AXT_SOFTPLUS, 0, 0, 0 },
	{ AXT_POST_BINARY, AXT_MAX, 0, 0, 0 },
	{ AXT_POST_UNARY, AXT_TANH, 0, 0, 0 },
};

static const struct net_row rows[] = {
	{ "one by one", AXT_CONV, K1, "a1,24,13,7l d48,24,1,1 d48",
	  "a1,48,13,7l", 0, NULL, NULL },
	{ "one by one, odd channels", AXT_CONV, K1, "a1,17,5,5l d33,17,1,1 d33",
	  "a1,33,5,5l", 1, relu, NULL },
	{ "one channel out", AXT_CONV, K1, "a1,24,9,9l d1,24,1,1 d1",
	  "a1,1,9,9l", 1, relu, NULL },
	{ "one place", AXT_CONV, K1, "a1,96,1,1l d24,96,1,1 d24", "a1,24,1,1l",
	  1, relu, NULL },
	{ "many channels", AXT_CONV, K1, "a1,120,6,6l d300,120,1,1 -",
	  "a1,300,6,6l", 0, NULL, NULL },
	{ "two images", AXT_CONV, K3, "a2,16,7,9l d24,16,3,3 d24", "a2,24,7,9l",
	  6, chain, "d24,1,1 a2,24,7,9l" },
	{ "factors by image", AXT_CONV, K3, "a2,16,7,9l d24,16,3,3 d24",
	  "a2,24,7,9l", 6, chain, "i2,24,1,1 d1" },
	{ "from plain", AXT_CONV, K3S2, "a1,3,31,29 d16,3,3,3 d16",
	  "a1,16,16,15l", 6, chain, "i1,16,1,1 a1,16,16,15l" },
	{ "from plain to plain", AXT_CONV, K3S2, "a1,3,31,29 d5,3,3,3 d5",
	  "a1,5,16,15", 6, chain, "i1,5,1,1 a1,5,16,15" },
	{ "rows that broadcast", AXT_CONV, K3, "a1,16,7,9l d24,16,3,3",
	  "a1,24,7,9l", 1, add, "d1,1,7,1" },
	{ "a place that broadcasts", AXT_CONV, K3, "a1,16,7,9l d24,16,3,3",
	  "a1,24,7,9l", 1, add, "d1,1,7,9" },
	{ "from plain, narrow", AXT_CONV, K3, "a2,3,7,4 d16,3,3,3 d16",
	  "a2,16,7,4l", 0, NULL, NULL },
	{ "three channels in", AXT_CONV, K3S2, "a1,3,31,29l d16,3,3,3 d16",
	  "a1,16,16,15l", 0, NULL, NULL },
	{ "over its residual", AXT_CONV, K3, "a1,33,12,12l d33,33,3,3 d33",
	  "a1,33,12,12l", 1, add, "=" },
	{ "rare post-operations", AXT_CONV, K3, "a1,8,12,12l d33,8,3,3 d33",
	  "a1,33,12,12l", 6, rare, "i1,33,1,1 a1,33,12,12l" },
	{ "rare ones over its residual", AXT_CONV, K1,
	  "a1,8,12,12l d24,8,1,1 d24", "a1,24,12,12l", 6, rare, "i1,24,1,1 =" },
	{ "blocks", AXT_CONV, K3, "a1,17,7,7b d17,17,3,3 d17", "a1,17,7,7b", 1,
	  add, "d17,1,1" },
	{ "groups", AXT_CONV, GROUPED(3, 1, 1, 1), "a1,24,11,9l d33,8,3,3 d33",
	  "a1,33,11,9l", 1, relu, NULL },
	{ "small groups with stride and dilation", AXT_CONV,
	  GROUPED(5, 2, 2, 1), "a2,15,11,12l d10,3,3,2 d10", "a2,10,5,6l", 6,
	  chain, "i10,1,1 a2,10,5,6l" },
	{ "two results a channel", AXT_CONV, GROUPED(5, 1, 1, 1),
	  "a1,5,8,8l d10,1,3,3 -", "a1,10,8,8l", 0, NULL, NULL },
	{ "depthwise", AXT_CONV, GROUPED(24, 1, 1, 1),
	  "a1,24,11,19l d24,1,3,3 d24", "a1,24,11,19l", 1, relu, NULL },
	{ "depthwise, five by five with stride", AXT_CONV, GROUPED(33, 2, 1, 2),
	  "a2,33,11,40l d33,1,5,5 d33", "a2,33,6,20l", 6, chain,
	  "i2,33,1,1 a2,33,6,20l" },
	{ "depthwise, odd channels", AXT_CONV, GROUPED(5, 1, 1, 1),
	  "a1,5,4,40l d5,1,3,3 d5", "a1,5,4,40l", 6, rare,
	  "d5,1,1 a1,5,4,40l" },
	{ "depthwise over its residual", AXT_CONV, GROUPED(17, 1, 1, 1),
	  "a1,17,4,40l d17,1,3,3 d17", "a1,17,4,40l", 1, add, "=" },
	{ "depthwise, many widths", AXT_CONV, GROUPED(8, 1, 1, 1),
	  "a1,8,5,31l d8,1,3,3 d8", "a1,8,5,31l", 1, relu, NULL },
	{ "depthwise, stride 2 and few columns", AXT_CONV, GROUPED(8, 2, 1, 2),
	  "a1,8,9,27l d8,1,5,5 d8", "a1,8,5,14l", 1, relu, NULL },
	{ "depthwise, dilated", AXT_CONV, GROUPED(16, 1, 3, 3),
	  "a1,16,9,9l d16,1,3,3 -", "a1,16,9,9l", 0, NULL, NULL },
	{ "depthwise, more padding than input", AXT_CONV, GROUPED(3, 1, 1, 4),
	  "a1,3,2,2l d3,1,5,5 -", "a1,3,6,6l", 0, NULL, NULL },
	{ "depthwise, plain", AXT_CONV, GROUPED(8, 1, 1, 1),
	  "a1,8,9,9 d8,1,3,3 -", "a1,8,9,9", 1, relu, NULL },
	{ "one dimension", AXT_CONV,
	  &(struct axt_conv){ 1, 1, { 2, 1, 1 }, { 1, 1, 1 }, { 1 }, { 1 } },
	  "a1,24,19l d17,24,3 d17", "a1,17,10l", 1, relu, NULL },
	{ "three dimensions", AXT_CONV,
	  &(struct axt_conv){
		  3, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 } },
	  "a1,8,4,5,6l d9,8,3,3,3 d9", "a1,9,4,5,6l", 1, relu, NULL },
	{ "weights that are not constant", AXT_CONV, K3,
	  "a1,8,6,6l i9,8,3,3 i9", "a1,9,6,6l", 0, NULL, NULL },
	{ "an empty batch", AXT_CONV, K3, "a0,8,6,6l d9,8,3,3 -", "a0,9,6,6l",
	  0, NULL, NULL },
	{ 0 },
};

static const struct net_row transposed_rows[] = {
	{ "two by two", AXT_CONV_TRANSPOSE,
	  &(struct axt_conv){ 2, 1, { 2, 2, 1 }, { 1, 1, 1 }, { 0 }, { 0 } },
	  "a1,24,9,7l d24,24,2,2 d24", "a1,24,18,14l", 1, relu, NULL },
	{ "to one channel", AXT_CONV_TRANSPOSE,
	  &(struct axt_conv){ 2, 1, { 2, 2, 1 }, { 1, 1, 1 }, { 0 }, { 0 } },
	  "a2,24,9,7l d24,1,2,2 d1", "a2,1,18,14l", 6, rare,
	  "i2,1,1,1 a2,1,18,14l" },
	{ "sigmoid to plain", AXT_CONV_TRANSPOSE,
	  &(struct axt_conv){ 2, 1, { 2, 2, 1 }, { 1, 1, 1 }, { 0 }, { 0 } },
	  "a1,24,9,7l d24,3,2,2 d3", "a1,3,18,14", 1, rare, NULL },
	{ "overlapping", AXT_CONV_TRANSPOSE, K3S2, "a1,4,5,5l d4,6,3,3 d6",
	  "a1,6,9,9l", 1, relu, NULL },
	{ 0 },
};

static void convolutions(void)
{
	check_rows(rows);
}

static void transposed(void)
{
	check_rows(transposed_rows);
}

static const struct tap_case cases[] = {
	{ "convolutions are those of the portable kernel", convolutions },
	{ "so are transposed convolutions", transposed },
};

TAP_MAIN(cases)
