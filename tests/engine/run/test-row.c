// SPDX-License-Identifier: MIT
#include "check.h"

static const struct axt_post relu[] = { { AXT_POST_UNARY, AXT_RELU, 0, 0, 0 } };
static const struct axt_post chain[] = {
	{ AXT_POST_UNARY, AXT_LINEAR, 0, 1.5f, -0.25f },
	{ AXT_POST_BINARY, AXT_MUL, 0, 0, 0 },
	{ AXT_POST_UNARY, AXT_SIGMOID, 0, 0, 0 },
	{ AXT_POST_BINARY, AXT_ADD, 0, 0, 0 },
};

#define POOL(kind, k, s, d, begin, end)        \
	(&(struct axt_pool){ kind,             \
			     2,                \
			     { k, k, 1 },      \
			     { s, s, 1 },      \
			     { d, d, 1 },      \
			     { begin, begin }, \
			     { end, end } })

static const struct net_row pools[] = {
	{ "a maximum", AXT_POOL, POOL(AXT_POOL_MAX, 2, 2, 1, 0, 0),
	  "a2,24,9,8l", "a2,24,4,4l", 4, chain, "d24,1,1 a2,24,4,4l" },
	{ "a padded maximum", AXT_POOL, POOL(AXT_POOL_MAX, 3, 1, 1, 1, 1),
	  "a1,33,9,8l", "a1,33,9,8l", 1, relu, NULL },
	{ "a dilated maximum", AXT_POOL, POOL(AXT_POOL_MAX, 3, 1, 2, 2, 2),
	  "a1,5,9,8l", "a1,5,9,8l", 0, NULL, NULL },
	{ "an average", AXT_POOL, POOL(AXT_POOL_AVERAGE, 3, 2, 1, 1, 1),
	  "a1,17,9,9l", "a1,17,5,5l", 4, chain, "i17,1,1 a1,17,5,5l" },
	{ "an average with its padding", AXT_POOL,
	  POOL(AXT_POOL_AVERAGE_PADDED, 3, 2, 1, 1, 1), "a1,17,9,9l",
	  "a1,17,5,5l", 0, NULL, NULL },
	{ "an average of a size rounded up", AXT_POOL,
	  POOL(AXT_POOL_AVERAGE_PADDED, 3, 2, 1, 0, 1), "a1,17,9,9l",
	  "a1,17,5,5l", 0, NULL, NULL },
	{ "everything", AXT_POOL,
	  &(struct axt_pool){ AXT_POOL_AVERAGE,
			      2,
			      { 40, 50, 1 },
			      { 1, 1, 1 },
			      { 1, 1, 1 },
			      { 0 },
			      { 0 } },
	  "a2,96,40,50l", "a2,96,1,1l", 1, relu, NULL },
	{ "plain ones", AXT_POOL, POOL(AXT_POOL_MAX, 2, 2, 1, 0, 0),
	  "a1,24,8,8", "a1,24,4,4", 0, NULL, NULL },
	{ 0 },
};

#define RED(kind, axes) (&(struct axt_reduce){ kind, axes })

static const struct net_row reductions[] = {
	{ "a sum", AXT_REDUCE, RED(AXT_REDUCE_SUM, 4), "a3,5,120", "a3,5,1", 0,
	  NULL, NULL },
	{ "a mean of odd length", AXT_REDUCE, RED(AXT_REDUCE_MEAN, 12),
	  "a2,5,9,11", "a2,5,1,1", 0, NULL, NULL },
	{ "a maximum", AXT_REDUCE, RED(AXT_REDUCE_MAX, 2), "a7,67", "a7,1", 0,
	  NULL, NULL },
	{ "a minimum", AXT_REDUCE, RED(AXT_REDUCE_MIN, 2), "a7,67", "a7,1", 0,
	  NULL, NULL },
	{ "squares", AXT_REDUCE, RED(AXT_REDUCE_SUM_SQUARE, 2), "a7,67", "a7,1",
	  0, NULL, NULL },
	{ "a length", AXT_REDUCE, RED(AXT_REDUCE_L2, 3), "a7,67", "a1,1", 0,
	  NULL, NULL },
	{ "a sum downwards", AXT_REDUCE, RED(AXT_REDUCE_SUM, 2), "a2,9,33",
	  "a2,1,33", 0, NULL, NULL },
	{ "a maximum downwards", AXT_REDUCE, RED(AXT_REDUCE_MAX, 3), "a2,9,33",
	  "a1,1,33", 0, NULL, NULL },
	{ "a mean of what is apart", AXT_REDUCE, RED(AXT_REDUCE_MEAN, 5),
	  "a3,5,7", "a1,5,1", 0, NULL, NULL },
	{ "a logarithm", AXT_REDUCE, RED(AXT_REDUCE_LOG_SUM_EXP, 4), "a3,5,7",
	  "a3,5,1", 0, NULL, NULL },
	{ 0 },
};

static const struct net_row others[] = {
	{ "softmax", AXT_SOFTMAX, &(struct axt_softmax){ 0, 2, 1, 0 },
	  "a2,5,665", "a2,5,665", 0, NULL, NULL },
	{ "softmax of few", AXT_SOFTMAX, &(struct axt_softmax){ 0, 1, 1, 0 },
	  "a2,3", "a2,3", 0, NULL, NULL },
	{ "its logarithm", AXT_SOFTMAX, &(struct axt_softmax){ 1, 1, 2, 0 },
	  "a2,5,7", "a2,5,7", 0, NULL, NULL },
	{ "softmax across", AXT_SOFTMAX, &(struct axt_softmax){ 0, 1, 1, 0 },
	  "a2,5,7", "a2,5,7", 0, NULL, NULL },
	{ "layer normalisation", AXT_NORMALIZE,
	  &(struct axt_normalize){ AXT_LAYER_NORM, 2, 0, 0, 1e-5f, 0, 0, 0 },
	  "a2,5,121 d121 d121", "a2,5,121", 4, chain, "d5,1 a2,5,121" },
	{ "layer normalisation of long rows", AXT_NORMALIZE,
	  &(struct axt_normalize){ AXT_LAYER_NORM, 1, 0, 0, 1e-5f, 0, 0, 0 },
	  "a2,15,81 - d15,81", "a2,15,81", 1, relu, NULL },
	{ "instance normalisation", AXT_NORMALIZE,
	  &(struct axt_normalize){ AXT_INSTANCE_NORM, 0, 0, 0, 1e-5f, 0, 0, 0 },
	  "a2,5,21 d5 d5", "a2,5,21", 1, relu, NULL },
	{ "channels side by side", AXT_CONCAT, &(struct axt_axis){ 1, 0 },
	  "a2,24,9,7l a2,4,9,7l a2,17,9,7l", "a2,45,9,7l", 0, NULL, NULL },
	{ "rows side by side", AXT_CONCAT, &(struct axt_axis){ 3, 0 },
	  "a2,24,9,7l a2,24,9,1l", "a2,24,9,8l", 0, NULL, NULL },
	{ "plain channels", AXT_CONCAT, &(struct axt_axis){ 1, 0 },
	  "a2,5,9,7 a2,0,9,7 a2,3,9,7", "a2,8,9,7", 0, NULL, NULL },
	{ "resize to the nearest", AXT_RESIZE,
	  &(struct axt_resize){ .coordinates = AXT_ASYMMETRIC,
				.nearest = 2,
				.scale = { 1, 1, 2, 2, 1, 1, 1, 1 } },
	  "a2,24,5,7l", "a2,24,10,14l", 0, NULL, NULL },
	{ "resize, linear", AXT_RESIZE,
	  &(struct axt_resize){ .mode = 1,
				.scale = { 1, 1, 2, 1.5f, 1, 1, 1, 1 } },
	  "a1,17,5,8l", "a1,17,10,12l", 0, NULL, NULL },
	{ "resize, cubic", AXT_RESIZE,
	  &(struct axt_resize){ .mode = 2,
				.cubic = -0.75f,
				.scale = { 1, 1, 2, 2, 1, 1, 1, 1 } },
	  "a1,3,5,8l", "a1,3,10,16l", 0, NULL, NULL },
	{ "resize, plain", AXT_RESIZE,
	  &(struct axt_resize){ .mode = 1,
				.scale = { 1, 1, 2, 2, 1, 1, 1, 1 } },
	  "a1,3,5,8", "a1,3,10,16", 0, NULL, NULL },
	{ 0 },
};

static void all_pools(void)
{
	check_rows(pools);
}

static void all_reductions(void)
{
	check_rows(reductions);
}

static void all_others(void)
{
	check_rows(others);
}

static const struct tap_case cases[] = {
	{ "pools are those of the portable kernel", all_pools },
	{ "so are reductions", all_reductions },
	{ "so are softmax, normalisation and resizing", all_others },
};

TAP_MAIN(cases)
