// SPDX-License-Identifier: MIT
/*
 * Post-operations of every code that may have them: the result must be that
 * of the code alone, then of the functions one after the other.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

static const struct axt_matmul matmul = { 0, 0, 1, 0 };
static const struct axt_pool pool = { .kind = AXT_POOL_MAX,
				      .spatial = 2,
				      .kernel = { 1, 1, 1 },
				      .stride = { 1, 1, 1 },
				      .dilation = { 1, 1, 1 } };
static const struct axt_elementwise negate = { AXT_NEG, 0, 0, 0 };
static const struct axt_elementwise twice = { AXT_ADD, 0, 0, 0 };
static const struct axt_normalize layer = { .axis = 2, .epsilon = 1 };
static const struct axt_normalize along = { .kind = AXT_LP_NORM,
					    .axis = 1,
					    .size = 1 };
static const struct axt_normalize response = { .kind = AXT_LOCAL_RESPONSE,
					       .size = 3,
					       .epsilon = 1,
					       .alpha = 1,
					       .beta = 1 };

static const struct {
	enum axt_code code;
	const void *attributes;
	unsigned int operands; /* all are x, or for AFFINE the channels' */
	bool plain;
} rows[] = {
	{ AXT_MATMUL, &matmul, 2, true },
	{ AXT_POOL, &pool, 1, false },
	{ AXT_UNARY, &negate, 1, false },
	{ AXT_BINARY, &twice, 2, false },
	{ AXT_NORMALIZE, &layer, 1, true },
	{ AXT_NORMALIZE, &along, 1, true },
	{ AXT_NORMALIZE, &response, 1, true },
	{ AXT_AFFINE, NULL, 3, false },
};

static void check(size_t n, enum axt_layout layout)
{
	struct et *plain = et_random(ET_DIMS(2, 17, 3, 3), 1);
	struct et *row = et_random(ET_DIMS(3), 2),
		  *c = et_random(ET_DIMS(17), 3);
	struct et *x = et_relaid(plain, layout), *y = et_like(x);
	bool affine = rows[n].code == AXT_AFFINE;
	struct et_call call = {
		.code = rows[n].code,
		.attributes = rows[n].attributes,
		.in = { x, affine ? c : x, c },
		.inputs = rows[n].operands,
		.out = { y },
		.outputs = 1,
		.post = { { AXT_POST_UNARY, AXT_LINEAR, AXT_NONE, 2, 1 },
			  { AXT_POST_BINARY, AXT_MUL, 0, 0, 0 },
			  { AXT_POST_BINARY, AXT_SUB, 0, 0, 0 } },
		.post_in = { NULL, row, x },
	};
	double *want = calloc(y->count, sizeof(*want));

	et_run(&call);
	for (size_t i = 0; i < y->count; i++)
		want[i] = (2 * et_get(y, i) + 1) * et_get(row, i % 3) -
			  et_get(x, i);
	call.posts = 3;
	et_run(&call);
	if (!ET_EXPECT(y, want, 1e-5))
		tap_note("row %zu, layout %d", n, layout);
	free(want);
	et_free(plain);
	et_free(row);
	et_free(c);
	et_free(x);
	et_free(y);
}

static void all(void)
{
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
		for (unsigned int layout = 0; layout < 3; layout++)
			if (layout == AXT_PLAIN || !rows[n].plain)
				check(n, layout);
}

static const struct tap_case cases[] = {
	{ "every code that may have post-operations applies them", all },
};
TAP_MAIN(cases)
