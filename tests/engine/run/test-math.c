// SPDX-License-Identifier: MIT
#include "check.h"

static const struct axt_post relu[] = { { AXT_POST_UNARY, AXT_RELU, 0, 0, 0 } };
static const struct axt_post chain[] = {
	{ AXT_POST_UNARY, AXT_LINEAR, 0, 1.5f, -0.25f },
	{ AXT_POST_BINARY, AXT_MUL, 0, 0, 0 },
	{ AXT_POST_UNARY, AXT_SIGMOID, 0, 0, 0 },
	{ AXT_POST_BINARY, AXT_ADD, 0, 0, 0 },
};

#define MM(ta, tb, alpha, beta) (&(struct axt_matmul){ ta, tb, alpha, beta })

static const struct net_row products[] = {
	{ "a constant right side", AXT_MATMUL, MM(0, 0, 1, 0),
	  "a40,120 d120,33", "a40,33", 4, chain, "d33 a40,33" },
	{ "many columns", AXT_MATMUL, MM(0, 0, 1, 1), "a1,7,24 d24,700 d700",
	  "a1,7,700", 1, relu, NULL },
	{ "batches and a constant", AXT_MATMUL, MM(0, 0, 1, 1),
	  "a3,5,24 d24,48 d1,1,48", "a3,5,48", 4, chain, "d3,5,1 a3,5,48" },
	{ "batches of both", AXT_MATMUL, MM(0, 0, 1, 0),
	  "a2,8,40,15 a2,8,15,40", "a2,8,40,40", 1, relu, NULL },
	{ "batches that broadcast", AXT_MATMUL, MM(0, 0, 0.5f, 1),
	  "a2,1,9,15 a8,15,10 a10", "a2,8,9,10", 4, chain, "d8,1,1 a2,8,9,10" },
	{ "a transposed right side", AXT_MATMUL, MM(0, 1, 0.25f, 0),
	  "a8,20,15 a8,40,15", "a8,20,40", 0, NULL, NULL },
	{ "a transposed left side", AXT_MATMUL, MM(1, 0, 1, 0),
	  "a2,15,20 a2,15,40", "a2,20,40", 0, NULL, NULL },
	{ "both transposed, constant, with a factor", AXT_MATMUL,
	  MM(1, 1, 2, 0.5f), "a15,20 d40,15 d40", "a20,40", 0, NULL, NULL },
	{ "one row", AXT_MATMUL, MM(0, 0, 1, 1), "a1,400 d400,130 d130",
	  "a1,130", 1, relu, NULL },
	{ "a left side that broadcasts", AXT_MATMUL, MM(0, 0, 1, 0),
	  "a4,6 a3,6,5", "a3,4,5", 0, NULL, NULL },
	{ 0 },
};

#define EL(function, alpha, beta) \
	(&(struct axt_elementwise){ function, alpha, beta, 0 })

static const struct net_row elements[] = {
	{ "relu", AXT_UNARY, EL(AXT_RELU, 0, 0), "a1,5,9,9l", "a1,5,9,9l", 4,
	  chain, "d5,1,1 a1,5,9,9l" },
	{ "sigmoid", AXT_UNARY, EL(AXT_SIGMOID, 0, 0), "a3,1700", "a3,1700", 0,
	  NULL, NULL },
	{ "gelu", AXT_UNARY, EL(AXT_GELU, 0, 0), "a3,17", "a3,17", 0, NULL,
	  NULL },
	{ "erf", AXT_UNARY, EL(AXT_ERF, 0, 0), "a3,17", "a3,17", 0, NULL,
	  NULL },
	{ "exp", AXT_UNARY, EL(AXT_EXP, 0, 0), "a3,17", "a3,17", 0, NULL,
	  NULL },
	{ "sqrt", AXT_UNARY, EL(AXT_SQRT, 0, 0), "a70", "a70", 0, NULL, NULL },
	{ "blocks", AXT_UNARY, EL(AXT_TANH, 0, 0), "a1,5,4,4b", "a1,5,4,4b", 0,
	  NULL, NULL },
	{ "no dimension", AXT_UNARY, EL(AXT_RECIPROCAL, 0, 0), "a", "a", 0,
	  NULL, NULL },
	{ "a large sum", AXT_BINARY, EL(AXT_ADD, 0, 0),
	  "a1,24,40,40l a1,24,40,40l", "a1,24,40,40l", 1, relu, NULL },
	{ "by channel", AXT_BINARY, EL(AXT_MUL, 0, 0), "a1,24,9,9l d24,1,1",
	  "a1,24,9,9l", 1, relu, NULL },
	{ "by channel, plain", AXT_BINARY, EL(AXT_SUB, 0, 0),
	  "a2,24,9,9 d24,1,1", "a2,24,9,9", 0, NULL, NULL },
	{ "both broadcast", AXT_BINARY, EL(AXT_DIV, 0, 0), "a5,1,7 a6,1",
	  "a5,6,7", 0, NULL, NULL },
	{ "a power", AXT_BINARY, EL(AXT_POW, 0, 0), "a5,6 d1", "a5,6", 0, NULL,
	  NULL },
	{ "the larger", AXT_BINARY, EL(AXT_MAX, 0, 0), "a5,6 a6", "a5,6", 0,
	  NULL, NULL },
	{ "across", AXT_BINARY, EL(AXT_ADD, 0, 0), "a4,1,1,300 a4,5,6,300l",
	  "a4,5,6,300l", 0, NULL, NULL },
	{ "affine", AXT_AFFINE, NULL, "a2,17,9,9l d17 d17", "a2,17,9,9l", 1,
	  relu, NULL },
	{ "affine, plain", AXT_AFFINE, NULL, "a2,17,9,9 d17 d17", "a2,17,9,9",
	  0, NULL, NULL },
	{ "affine on rows", AXT_AFFINE, NULL, "a2,17 d17 d17", "a2,17", 0, NULL,
	  NULL },
	{ 0 },
};

static void all_products(void)
{
	check_rows(products);
}

static void all_elements(void)
{
	check_rows(elements);
}

static const struct tap_case cases[] = {
	{ "matrix products are those of the portable kernel", all_products },
	{ "so are element-wise operations", all_elements },
};

TAP_MAIN(cases)
