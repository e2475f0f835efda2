// SPDX-License-Identifier: MIT
/*
 * Convolutions against a scatter form: every product of an input element and
 * a weight is added to the output that it belongs to. Numbers are small
 * multiples of 1/4, so that single precision is exact in any order.
 */
#include "engine.h"

#include <stdlib.h>

struct conv_row {
	struct axt_conv attr;
	uint32_t batch, in, out;
	uint32_t side[3];
	uint32_t kernel[3];
	uint32_t extra[3]; /* transposed: more places at the end */
};

static const struct conv_row rows[] = {
	{ { 1, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 0 }, { 0 } },
	  2,
	  3,
	  4,
	  { 9 },
	  { 3 },
	  { 0 } },
	{ { 1, 1, { 3, 1, 1 }, { 2, 1, 1 }, { 4 }, { 1 } },
	  1,
	  17,
	  2,
	  { 600 },
	  { 3 },
	  { 2 } },
	{ { 2, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1 }, { 1, 1 } },
	  1,
	  18,
	  20,
	  { 5, 6 },
	  { 3, 3 },
	  { 0 } },
	{ { 2, 4, { 2, 3, 1 }, { 1, 2, 1 }, { 0, 2 }, { 1, 3 } },
	  2,
	  8,
	  12,
	  { 7, 9 },
	  { 3, 2 },
	  { 1, 2 } },
	{ { 2, 20, { 1, 2, 1 }, { 3, 1, 1 }, { 3, 0 }, { 2, 2 } },
	  1,
	  20,
	  20,
	  { 8, 8 },
	  { 3, 3 },
	  { 0, 1 } },
	{ { 3, 2, { 1, 2, 1 }, { 1, 1, 2 }, { 1, 0, 2 }, { 0, 1, 1 } },
	  1,
	  4,
	  6,
	  { 4, 5, 6 },
	  { 2, 3, 2 },
	  { 0, 1, 0 } },
	{ { 2, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 0 }, { 0 } },
	  0,
	  2,
	  2,
	  { 5, 5 },
	  { 3, 3 },
	  { 0 } },
};

static uint32_t out_side(const struct conv_row *row, unsigned int d, bool up)
{
	const struct axt_conv *a = &row->attr;
	uint32_t pads = a->pad_begin[d] + a->pad_end[d];
	uint32_t reach = a->dilation[d] * (row->kernel[d] - 1) + 1;

	if (up)
		return a->stride[d] * (row->side[d] - 1) + reach - pads +
		       row->extra[d];
	return (row->side[d] + pads - reach) / a->stride[d] + 1;
}

/* Where x place s and kernel place k go; -1 for nowhere. */
static long target(const struct conv_row *row, unsigned int d, bool up, long s,
		   long k, long limit)
{
	const struct axt_conv *a = &row->attr;
	long t = s + a->pad_begin[d] - k * (long)a->dilation[d];

	if (up)
		t = s * (long)a->stride[d] - a->pad_begin[d] +
		    k * (long)a->dilation[d];
	else if (t < 0 || t % a->stride[d])
		return -1;
	else
		t /= a->stride[d];
	return t >= 0 && t < limit ? t : -1;
}

static void scatter(const struct conv_row *row, bool up, const struct et *x,
		    const struct et *w, const struct et *y, double *sum)
{
	unsigned int spatial = row->attr.spatial, groups = row->attr.groups;
	size_t xc[8], wc[8], yc[8];

	for (size_t i = 0; i < x->count; i++)
		for (size_t j = 0; j < w->count; j++) {
			size_t group, in_group = row->in / groups;
			bool lost = false;

			et_coord(x, i, xc);
			et_coord(w, j, wc);
			group = xc[1] / in_group;
			yc[0] = xc[0];
			if (up) {
				lost = wc[0] != xc[1];
				yc[1] = group * (row->out / groups) + wc[1];
			} else {
				lost = wc[1] != xc[1] % in_group ||
				       wc[0] / (row->out / groups) != group;
				yc[1] = wc[0];
			}
			for (unsigned int d = 0; d < spatial; d++) {
				long t = target(row, d, up, (long)xc[2 + d],
						(long)wc[2 + d],
						(long)y->tensor.dims[2 + d]);

				lost = lost || t < 0;
				yc[2 + d] = (size_t)t;
			}
			if (!lost)
				sum[et_number(y, yc)] +=
					et_get(x, i) * et_get(w, j);
		}
}

static void check_row(const struct conv_row *row, bool up)
{
	unsigned int rank = row->attr.spatial + 2, groups = row->attr.groups;
	uint32_t xd[5] = { row->batch, row->in },
		 yd[5] = { row->batch, row->out };
	uint32_t wd[5] = { row->out, row->in / groups };
	struct et *x, *w, *b, *plain;
	double *want;
	size_t c[8];

	if (up) {
		wd[0] = row->in;
		wd[1] = row->out / groups;
	}
	for (unsigned int d = 2; d < rank; d++) {
		xd[d] = row->side[d - 2];
		wd[d] = row->kernel[d - 2];
		yd[d] = out_side(row, d - 2, up);
	}
	x = et_random(xd, rank, 1);
	w = et_random(wd, rank, 2);
	b = et_random(&row->out, 1, 3);
	plain = et_new(AXT_F32, AXT_PLAIN, yd, rank);
	want = calloc(plain->count + 1, sizeof(*want));
	for (size_t i = 0; i < plain->count; i++) {
		et_coord(plain, i, c);
		want[i] = et_get(b, c[1]);
	}
	scatter(row, up, x, w, plain, want);
	for (unsigned int layouts = 0; layouts < 9; layouts++) {
		struct et *xl = et_relaid(x, layouts % 3);
		struct et *y = et_new(AXT_F32, layouts / 3, yd, rank);
		struct et_call call = {
			.code = up ? AXT_CONV_TRANSPOSE : AXT_CONV,
			.attributes = &row->attr,
			.in = { xl, w, b },
			.inputs = 3,
			.out = { y },
			.outputs = 1,
		};

		et_run(&call);
		ET_EXPECT(y, want, 1e-6);
		et_free(xl);
		et_free(y);
	}
	free(want);
	et_free(x);
	et_free(w);
	et_free(b);
	et_free(plain);
}

static void forward(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], false);
}

static void transposed(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], true);
}

/* y = relu(x * w + residual) * scale, the residual being where y goes. */
static void posts(void)
{
	static const struct axt_conv attr = { 2,	   1,	  { 1, 1, 1 },
					      { 1, 1, 1 }, { 0 }, { 0 } };

	for (unsigned int layout = 0; layout < 3; layout++) {
		struct et *x = et_random(ET_DIMS(2, 3, 4, 5), 1);
		struct et *w = et_random(ET_DIMS(18, 3, 1, 1), 2);
		struct et *r = et_random(ET_DIMS(2, 18, 4, 5), 3);
		struct et *s = et_random(ET_DIMS(18, 1, 1), 4);
		struct et *y = et_relaid(r, layout);
		struct et_call call = {
			.code = AXT_CONV,
			.attributes = &attr,
			.in = { x, w, NULL },
			.inputs = 3,
			.out = { y },
			.outputs = 1,
			.post = { { AXT_POST_BINARY, AXT_ADD, 0, 0, 0 },
				  { AXT_POST_UNARY, AXT_RELU, AXT_NONE, 0, 0 },
				  { AXT_POST_BINARY, AXT_MUL, 0, 0, 0 } },
			.post_in = { y, NULL, s },
			.posts = 3,
		};
		double want[2 * 18 * 4 * 5];

		for (size_t i = 0; i < y->count; i++) {
			size_t n = i / 360, o = i / 20 % 18, p = i % 20;

			want[i] = et_get(r, i);
			for (size_t c = 0; c < 3; c++)
				want[i] += et_get(x, n * 60 + c * 20 + p) *
					   et_get(w, o * 3 + c);
			want[i] = (want[i] > 0 ? want[i] : 0) * et_get(s, o);
		}
		et_run_parts(&call, 3);
		ET_EXPECT(y, want, 1e-6);
		et_free(x);
		et_free(w);
		et_free(r);
		et_free(s);
		et_free(y);
	}
}

static const struct tap_case cases[] = {
	{ "a convolution is the sum over its products", forward },
	{ "a transposed convolution is that sum the other way", transposed },
	{ "post-operations apply in order, in place as well", posts },
};
TAP_MAIN(cases)
